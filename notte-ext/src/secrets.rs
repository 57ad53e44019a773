//! `notte.secrets()`: values kept by the service, such as keys of language models and variables of functions.

use notte_api::{
    types::{SecretMetadata, SecretNamespace},
    wire::{List, Open, Secret},
};

use crate::{Error, Notte, Result};

/// The longest name of a secret.
const LONGEST_NAME: usize = 128;

/// The secrets of the account, by what they are for.
///
/// ```no_run
/// # use notte_ext::notte_api::types::SecretNamespace;
/// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
/// let kept = notte.secrets().store(SecretNamespace::FunctionEnv, "DATABASE_URL", "postgres://…").await?;
/// println!("{} ends in {}", kept.name, kept.key_hint);
/// notte.secrets().delete(&kept.id).await
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Secrets {
    notte: Notte,
}

impl Secrets {
    pub(crate) fn new(notte: Notte) -> Self {
        Self { notte }
    }

    /// Keeps a value, in place of one of that name.
    ///
    /// # Errors
    /// The name is empty or longer than 128 characters, or the value is empty; or see
    /// [`ErrorKind`](crate::ErrorKind). No error repeats the value.
    pub async fn store(
        &self,
        namespace: impl Into<Open<SecretNamespace>>,
        name: impl Into<String>,
        value: impl Into<Secret<String>>,
    ) -> Result<SecretMetadata> {
        let (namespace, name, value) = (namespace.into(), name.into(), value.into());
        let refuse = |why: &str| Err(Error::invalid(why).in_operation("store_secret"));
        if !(1..=LONGEST_NAME).contains(&name.chars().count()) {
            return refuse("the name of a secret has between 1 and 128 characters");
        }
        if value.expose().is_empty() {
            return refuse("the value of a secret must not be empty");
        }
        let request = self.notte.api().store_secret();
        self.notte.call(request.body_map(|body| body.namespace(namespace).name(name).value(value))).await
    }

    /// Lists the secrets, without their values. One that this version cannot decode is in [`List::odd`].
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn list(&self) -> Result<List<SecretMetadata>> {
        Ok(self.notte.call(self.notte.api().list_secrets()).await?.items)
    }

    /// Lists the secrets of one namespace, as [`list`](Self::list) does.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn list_in(&self, namespace: impl Into<Open<SecretNamespace>>) -> Result<List<SecretMetadata>> {
        let namespace: Open<SecretNamespace> = namespace.into();
        Ok(self.notte.call(self.notte.api().list_secrets().namespace(namespace)).await?.items)
    }

    /// The value of a secret.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if there is none of that name.
    pub async fn value(
        &self,
        namespace: impl Into<Open<SecretNamespace>>,
        name: impl AsRef<str>,
    ) -> Result<Secret<String>> {
        let namespace: Open<SecretNamespace> = namespace.into();
        let request = self.notte.api().get_secret().name(name.as_ref()).namespace(namespace);
        Ok(self.notte.call(request).await?.value)
    }

    /// Deletes the secret of this id, which is not its name.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn delete(&self, id: impl AsRef<str>) -> Result<()> {
        self.notte.call(self.notte.api().delete_secret().secret_id(id.as_ref())).done().await
    }
}
