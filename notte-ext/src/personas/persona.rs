//! `notte.personas()` and `Persona`: which personas there are, and one of them.

use notte_api::{
    types::{PersonaPage, PersonaResponse, SmsResponse},
    wire::Secret,
};

use super::{Email, Messages, PersonaBuilder};
use crate::{Error, Listing, Notte, PersonaId, Result, Vault, areas::delete, vaults::generate_password};

/// The personas of the account.
#[derive(Debug, Clone)]
pub struct Personas {
    notte: Notte,
}

impl Personas {
    pub(crate) fn new(notte: Notte) -> Self {
        Self { notte }
    }

    /// Sets up a new persona; `.await` makes it. Each one is another one, and costs.
    pub fn create(&self) -> PersonaBuilder {
        PersonaBuilder::new(self.notte.clone())
    }

    /// A handle on a persona. Nothing is asked of the service yet.
    pub fn attach(&self, id: impl Into<PersonaId>) -> Persona {
        Persona { notte: self.notte.clone(), id: id.into(), created: None }
    }

    /// Lists personas.
    pub fn list(&self) -> PersonaList {
        Listing::new(self.notte.clone(), ())
    }
}

/// A list of personas.
pub type PersonaList = Listing<PersonaPage>;

/// A persona.
///
/// It is a handle: dropping it deletes nothing.
///
/// ```no_run
/// # use std::time::Duration;
/// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
/// let persona = notte.personas().create().vault(true).await?;
/// let password = persona.add_credentials("https://app.example.com").await?;
/// // … sign up there with it and `persona.info().await?.email`, then:
/// let mails = persona.emails().only_unread(true).wait().deadline(Duration::from_secs(120)).await?;
/// println!("{:?}", mails.first().map(|mail| mail.links()));
/// persona.delete().await
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Persona {
    pub(super) notte: Notte,
    pub(super) id: PersonaId,
    created: Option<Box<PersonaResponse>>,
}

impl Persona {
    pub(super) fn created_as(notte: Notte, created: PersonaResponse) -> Self {
        Self { notte, id: created.persona_id.as_str().into(), created: Some(Box::new(created)) }
    }

    /// Returns the service's description of a persona that was just created; `None` for one that was attached to.
    pub fn created(&self) -> Option<&PersonaResponse> {
        self.created.as_deref()
    }

    /// Its id.
    pub fn id(&self) -> &PersonaId {
        &self.id
    }

    /// Who it is: name, mail address, phone number, vault.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn info(&self) -> Result<PersonaResponse> {
        self.notte.call(self.notte.api().persona_get().persona_id(&self.id)).await
    }

    /// Gives it another label. Servers of version 1.4.40 cannot.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn rename(&self, name: impl Into<String>) -> Result<PersonaResponse> {
        let name = name.into();
        self.notte.call(self.notte.api().persona_update().persona_id(&self.id).body_map(|body| body.name(name))).await
    }

    /// The vault where its logins are kept; none if it was made without one.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn vault(&self) -> Result<Option<Vault>> {
        Ok(self.info().await?.vault_id.map(|id| self.notte.vaults().attach(id)))
    }

    /// Keeps a login for a site in its vault, of its mail address and a new random password, and gives the password.
    ///
    /// # Errors
    /// It has no vault; or see [`ErrorKind`](crate::ErrorKind).
    pub async fn add_credentials(&self, url: impl AsRef<str>) -> Result<Secret<String>> {
        let info = self.info().await?;
        let Some(vault) = info.vault_id else {
            return Err(Error::invalid("the persona has no vault to keep a login in"));
        };
        let password = generate_password(20, true)?;
        let vault = self.notte.vaults().attach(vault);
        vault.credentials(url).email(info.email).password(password.clone()).add().await?;
        Ok(password)
    }

    /// The mails in its mailbox. Reading marks them as read.
    pub fn emails(&self) -> Messages<'_, Email> {
        Messages::new(self)
    }

    /// The text messages that its phone number got. Reading marks them as read.
    pub fn sms(&self) -> Messages<'_, SmsResponse> {
        Messages::new(self)
    }

    /// Gives it a phone number that takes text messages, which is the result.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind). Where [`may_have_been_sent`](Error::may_have_been_sent) says so, it may have
    /// one all the same.
    pub async fn create_number(&self) -> Result<String> {
        Ok(self.notte.call(self.notte.api().persona_create_number().persona_id(&self.id)).await?.phone_number)
    }

    /// Takes its phone number away.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn delete_number(&self) -> Result<()> {
        delete(&self.notte, self.notte.api().persona_delete_number().persona_id(&self.id)).await
    }

    /// Deletes the persona.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind); [`Execution`](crate::ErrorKind::Execution) if the service refuses it in a
    /// success.
    pub async fn delete(&self) -> Result<()> {
        delete(&self.notte, self.notte.api().persona_delete().persona_id(&self.id)).await
    }
}
