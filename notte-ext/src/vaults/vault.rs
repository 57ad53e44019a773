//! `notte.vaults()` and `Vault`: which vaults there are, and one of them.

use notte_api::{
    types::{self, Credential, VaultPage},
    wire::List,
};

use super::{
    VaultCard, VaultEntry,
    site::{host, site},
};
use crate::{Error, Listing, Notte, Result, VaultId, areas::delete};

/// The vaults of the account.
#[derive(Debug, Clone)]
pub struct Vaults {
    notte: Notte,
}

impl Vaults {
    pub(crate) fn new(notte: Notte) -> Self {
        Self { notte }
    }

    /// Makes a vault. Each call makes another one, of the same name too.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind). Where [`may_have_been_sent`](Error::may_have_been_sent) says so, the vault
    /// may exist.
    pub async fn create(&self, name: impl Into<String>) -> Result<Vault> {
        let name = name.into();
        let created = self.notte.call(self.notte.api().vault_create().body_map(|body| body.name(name))).await?;
        Ok(Vault { created: Some(Box::new(created.clone())), ..self.attach(created.vault_id) })
    }

    /// A handle on a vault. Nothing is asked of the service yet.
    pub fn attach(&self, id: impl Into<VaultId>) -> Vault {
        Vault { notte: self.notte.clone(), id: id.into(), created: None }
    }

    /// Lists vaults.
    pub fn list(&self) -> VaultList {
        Listing::new(self.notte.clone(), ())
    }
}

/// A list of vaults.
pub type VaultList = Listing<VaultPage>;

/// A vault.
///
/// It is a handle: dropping it deletes nothing. A vault costs nothing while it lies there, and outlives the programs
/// that use it; [`delete`](Self::delete) is the only way to lose one.
///
/// ```no_run
/// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
/// let vault = notte.vaults().create("production").await?;
/// vault.credentials("https://app.example.com").username("ada").password("s3cret").add().await?;
/// let session = notte.session().vault(vault.id()).await?;
/// # session.stop().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Vault {
    pub(super) notte: Notte,
    pub(super) id: VaultId,
    created: Option<Box<types::Vault>>,
}

impl Vault {
    /// Returns the service's description of a vault that was just created; `None` for one that was attached to.
    pub fn created(&self) -> Option<&types::Vault> {
        self.created.as_deref()
    }

    /// Its id.
    pub fn id(&self) -> &VaultId {
        &self.id
    }

    /// The login that is, or is to be, kept for a site: added, read, deleted.
    ///
    /// The address is sent as it is: `https://login.example.com` and `https://shop.example.com` can have a login each.
    /// [`VaultEntry::root_domain`] keeps one for the whole domain, as the official Python client does.
    pub fn credentials(&self, url: impl AsRef<str>) -> VaultEntry<'_> {
        VaultEntry::new(self, url.as_ref())
    }

    /// Lists the logins: their sites and user names, without passwords. One that this version cannot decode is in
    /// [`List::odd`].
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn list(&self) -> Result<List<Credential>> {
        Ok(self.notte.call(self.notte.api().vault_credentials_list().vault_id(&self.id)).await?.credentials)
    }

    /// Returns whether there is a login for the host of an address, or for its registrable domain. The login itself is
    /// not read.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn has(&self, url: impl AsRef<str>) -> Result<bool> {
        let domain = site(url.as_ref()).map_err(Error::invalid)?;
        let wanted = host(url.as_ref());
        let is_it = |kept: Option<String>| kept.is_some() && (kept == wanted || kept.as_deref() == Some(&domain));
        Ok(self.list().await?.iter().any(|kept| is_it(host(&kept.url))))
    }

    /// The payment card that is, or is to be, kept.
    pub fn card(&self) -> VaultCard<'_> {
        VaultCard::new(self)
    }

    /// Gives the vault another name.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn rename(&self, name: impl Into<String>) -> Result<types::Vault> {
        let name = name.into();
        self.notte.call(self.notte.api().vault_update().vault_id(&self.id).body_map(|body| body.name(name))).await
    }

    /// Deletes the vault with everything in it.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind); [`Execution`](crate::ErrorKind::Execution) if the service refuses it in a
    /// success.
    pub async fn delete(&self) -> Result<()> {
        delete(&self.notte, self.notte.api().vault_delete().vault_id(&self.id)).await
    }
}
