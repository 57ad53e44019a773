//! `VaultEntry`: the login of one site in a vault, to be added, read or deleted.

use std::fmt;

use notte_api::{
    types::{Credentials, builder},
    wire::Secret,
};

use super::{Login, Vault, generate_password, site::site, totp};
use crate::{Error, Result, areas};

const ADD: &str = "vault_credentials_add";

/// The login of one site in a vault. Options say what [`add`](Self::add) keeps; [`get`](Self::get) and
/// [`delete`](Self::delete) look at the site only.
///
/// ```no_run
/// # async fn example(vault: notte_ext::Vault) -> notte_ext::Result<()> {
/// let site = "https://app.example.com";
/// vault.credentials(site).email("ada@example.com").generated_password().mfa_secret("JBSWY3DPEHPK3PXP").add().await?;
/// let login = vault.credentials(site).get().await?;
/// println!("{:?} with a code: {}", login.email(), login.mfa_code()?.is_some());
/// # Ok(())
/// # }
/// ```
#[must_use = "a login is kept by `.add()` and read by `.get()`"]
#[derive(Clone)]
pub struct VaultEntry<'a> {
    vault: &'a Vault,
    url: String,
    root_domain: bool,
    email: Option<String>,
    username: Option<String>,
    password: Option<Secret<String>>,
    mfa_secret: Option<Secret<String>>,
    wrong: Option<String>,
    unchecked: bool,
}

impl<'a> VaultEntry<'a> {
    pub(super) fn new(vault: &'a Vault, url: &str) -> Self {
        Self {
            vault,
            url: url.trim().to_owned(),
            root_domain: false,
            email: None,
            username: None,
            password: None,
            mfa_secret: None,
            wrong: None,
            unchecked: false,
        }
    }

    /// Keeps one login for the whole registrable domain, as the [public suffix list](https://publicsuffix.org) knows it:
    /// `https://login.example.co.uk/start` then means `example.co.uk`. Without it, the address is sent as it is, and two
    /// hosts of a domain can have two logins.
    pub fn root_domain(mut self) -> Self {
        self.root_domain = true;
        self
    }

    /// The mail address to log in with, in place of a user name.
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// The user name to log in with, in place of a mail address.
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// The password.
    pub fn password(mut self, password: impl Into<Secret<String>>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// A new random password of 20 characters, special ones among them. [`generate_password`] makes others.
    pub fn generated_password(mut self) -> Self {
        match generate_password(20, true) {
            Ok(password) => self.password = Some(password),
            Err(error) => self.wrong = Some(error.to_string()),
        }
        self
    }

    /// Seed of the one-time codes (TOTP), as the site shows it beside the QR code: Base32, in groups or not.
    pub fn mfa_secret(mut self, seed: impl Into<Secret<String>>) -> Self {
        self.mfa_secret = Some(seed.into());
        self
    }

    /// Takes what is not set from environment variables that are named after the site: for `example.com`,
    /// `EXAMPLE_COM_EMAIL`, `EXAMPLE_COM_USERNAME`, `EXAMPLE_COM_PASSWORD` and `EXAMPLE_COM_MFA_SECRET`.
    pub fn env(self) -> Self {
        self.lookup(|name| std::env::var(name).ok())
    }

    fn lookup(mut self, variable: impl Fn(&str) -> Option<String>) -> Self {
        let Ok(site) = site(&self.url) else { return self };
        let prefix: String = site.to_ascii_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let set = |what: &str| variable(&format!("{prefix}_{what}")).filter(|value| !value.is_empty());
        if self.email.is_none() && self.username.is_none() {
            (self.email, self.username) = (set("EMAIL"), set("USERNAME"));
        }
        self.password = self.password.or_else(|| set("PASSWORD").map(Secret::new));
        self.mfa_secret = self.mfa_secret.or_else(|| set("MFA_SECRET").map(Secret::new));
        self
    }

    /// Leaves to the service whether a mail address and a user name go together, and what a seed looks like.
    pub fn unchecked(mut self) -> Self {
        self.unchecked = true;
        self
    }

    /// Keeps the login, in place of one that the vault has for the site.
    ///
    /// # Errors
    /// There is no password, not one of mail address and user name, or the seed is none; or see
    /// [`ErrorKind`](crate::ErrorKind). No error repeats a value.
    pub async fn add(self) -> Result<()> {
        let (vault, site) = (self.vault, self.checked_site()?);
        let credentials = self.credentials().map_err(|why| Error::invalid(why).in_operation(ADD))?;
        let request = vault.notte.api().vault_credentials_add().vault_id(&vault.id);
        let request = request.body_map(|body| body.url(site).credentials(credentials));
        let answer = vault.notte.call(request).await?;
        match answer.status.as_deref() {
            Some("failure") => Err(Error::execution(ADD, "the service did not keep the login")),
            _ => Ok(()),
        }
    }

    /// The login that is kept for the site.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if there is none.
    pub async fn get(&self) -> Result<Login> {
        let (vault, site) = (self.vault, self.checked_site()?);
        let request = vault.notte.api().vault_credentials_get().vault_id(&vault.id).url(site);
        Login::read(vault.notte.call(request).await?)
    }

    /// Deletes the login that is kept for the site.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn delete(&self) -> Result<()> {
        let (vault, site) = (self.vault, self.checked_site()?);
        let request = vault.notte.api().vault_credentials_delete().vault_id(&vault.id).url(site);
        areas::delete(&vault.notte, request).await
    }

    fn checked_site(&self) -> Result<String> {
        let site = site(&self.url).map_err(Error::invalid)?;
        Ok(if self.root_domain { site } else { self.url.clone() })
    }

    fn credentials(self) -> Result<Credentials, String> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        if !self.unchecked && self.email.is_some() == self.username.is_some() {
            return Err("a login has either a mail address or a user name".into());
        }
        let seed = match self.mfa_secret {
            Some(seed) if !self.unchecked => Some(totp::normal(seed.expose())?),
            seed => seed,
        };
        let Some(password) = self.password else {
            return Err("a login has a password".into());
        };
        let credentials = builder::Credentials::default().email(self.email).username(self.username);
        credentials.password(password).mfa_secret(seed).try_into()
    }
}

impl fmt::Debug for VaultEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultEntry")
            .field("vault", &self.vault.id)
            .field("site", &site(&self.url))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Notte;

    fn credentials(url: &str, fill: impl FnOnce(VaultEntry<'_>) -> VaultEntry<'_>) -> Result<Credentials, String> {
        let vault = Notte::new("key").unwrap().vaults().attach("v-1");
        fill(vault.credentials(url)).credentials()
    }

    #[test]
    fn the_environment_fills_in_what_is_not_set() {
        let variable = |name: &str| match name {
            "EXAMPLE_CO_UK_EMAIL" => Some("ada@example.co.uk".into()),
            "EXAMPLE_CO_UK_PASSWORD" => Some("hunter2".into()),
            "EXAMPLE_CO_UK_MFA_SECRET" => Some("jbsw y3dp ehpk 3pxp".into()),
            _ => None,
        };
        let full = credentials("https://login.example.co.uk/x", |entry| entry.lookup(variable)).unwrap();
        assert_eq!((full.email.as_deref(), full.username), (Some("ada@example.co.uk"), None));
        assert_eq!(
            (full.password.expose().as_str(), full.mfa_secret.unwrap().expose().as_str()),
            ("hunter2", "JBSWY3DPEHPK3PXP")
        );
        let named =
            credentials("example.co.uk", |entry| entry.username("ada").password("mine").lookup(variable)).unwrap();
        assert_eq!(
            (named.email, named.username.as_deref(), named.password.expose().as_str()),
            (None, Some("ada"), "mine")
        );
        assert!(credentials("example.com", |entry| entry.lookup(variable)).is_err());
    }

    #[test]
    fn a_login_that_cannot_be_is_refused_unless_told_otherwise() {
        fn both(entry: VaultEntry<'_>) -> VaultEntry<'_> {
            entry.email("a@b.c").username("ada").password("hunter2")
        }

        assert!(credentials("e.com", both).unwrap_err().contains("either"));
        assert!(credentials("e.com", |entry| both(entry).unchecked()).is_ok());
        assert!(credentials("e.com", |entry| entry.password("hunter2")).is_err());
        assert!(credentials("e.com", |entry| entry.email("a@b.c")).unwrap_err().contains("password"));
        let seed = credentials("e.com", |entry| entry.email("a@b.c").password("x").mfa_secret("hunter-1")).unwrap_err();
        assert!(!seed.contains("hunter"), "{seed}");
    }

    #[test]
    fn debug_shows_no_login() {
        let vault = Notte::new("key").unwrap().vaults().attach("v-1");
        let entry = vault.credentials("e.com").username("ada").password("hunter2").mfa_secret("JBSWY3DPEHPK3PXP");
        assert_eq!(format!("{entry:?}"), r#"VaultEntry { vault: VaultId("v-1"), site: Ok("e.com"), .. }"#);
    }
}
