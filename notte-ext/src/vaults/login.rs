//! `Login`: what a vault keeps for a site, with the one-time code of now in place of its seed.

use std::time::SystemTime;

use notte_api::{
    types::{Credentials, GetCredentialsResponse},
    wire::Secret,
};

use super::totp;
use crate::{Error, ErrorKind, Result};

/// A login as a vault keeps it. `Debug` shows no password and no seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Login {
    email: Option<String>,
    username: Option<String>,
    password: Secret<String>,
    seed: Option<Secret<String>>,
}

impl Login {
    pub(super) fn read(answer: GetCredentialsResponse) -> Result<Self> {
        let GetCredentialsResponse { credentials, email, username, password, mfa_secret, .. } = answer;
        if let Some(Credentials { email, username, password, mfa_secret, .. }) = credentials {
            return Ok(Self { email, username, password, seed: mfa_secret });
        }
        let nothing = || Error::new(ErrorKind::Decode, "the answer has no login").in_operation("vault_credentials_get");
        Ok(Self { email, username, password: password.ok_or_else(nothing)?, seed: mfa_secret })
    }

    /// The mail address to log in with.
    pub fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    /// The user name to log in with.
    pub fn username(&self) -> Option<&str> {
        self.username.as_deref()
    }

    /// The password.
    pub fn password(&self) -> &Secret<String> {
        &self.password
    }

    /// The one-time code (TOTP, six digits) that the site takes now; none if it asks for none. A code is good for 30 s
    /// at most, so ask for it when it is needed.
    ///
    /// # Errors
    /// [`Decode`](ErrorKind::Decode) if the seed in the vault is none.
    pub fn mfa_code(&self) -> Result<Option<Secret<String>>> {
        self.mfa_code_at(SystemTime::now())
    }

    /// The one-time code that the site takes at another time.
    ///
    /// # Errors
    /// As [`mfa_code`](Self::mfa_code).
    pub fn mfa_code_at(&self, time: SystemTime) -> Result<Option<Secret<String>>> {
        let Some(seed) = &self.seed else { return Ok(None) };
        totp::code(seed.expose(), time).map(Some).map_err(|why| Error::new(ErrorKind::Decode, why))
    }
}
