//! The API key: where it comes from, and where it is kept. One key per address of the service, so that a key never goes to
//! another service than the one it was stored for.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::{base, folder, read, sessions::fingerprint, update};
use crate::{
    context::{DEFAULT_URL, environment},
    error::{Error, Result},
};

/// A key and where it was found.
#[derive(Clone)]
pub(crate) struct Key {
    secret: String,
    pub(crate) source: Source,
}

impl Key {
    pub(crate) fn local(secret: String) -> Self {
        Self { secret, source: Source::Local }
    }

    pub(crate) fn secret(&self) -> &str {
        &self.secret
    }

    /// Enough of the key to recognise it.
    pub(crate) fn fingerprint(&self) -> String {
        fingerprint(&self.secret)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("source", &self.source).finish_non_exhaustive()
    }
}

/// Where a key can be, first to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Environment,
    Keyring,
    File,
    Official,
    Local,
}

impl Source {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment (NOTTE_API_KEY)",
            Self::Keyring => "keyring of the operating system",
            Self::File => "file (0600)",
            Self::Official => "configuration of the official CLI (~/.notte/cli/config.json)",
            Self::Local => "the local server",
        }
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Stored {
    #[serde(default)]
    keys: BTreeMap<String, String>,
}

/// What the official CLI keeps.
#[derive(Default, Deserialize)]
struct Official {
    api_key: Option<String>,
    api_url: Option<String>,
}

fn official() -> Official {
    let config: Official = base().map(|base| read(&base.join("cli").join("config.json"))).unwrap_or_default();
    let set = |value: Option<String>| value.filter(|value| !value.trim().is_empty());
    Official { api_key: set(config.api_key), api_url: set(config.api_url) }
}

/// The address that the official CLI is set to.
pub(crate) fn official_url() -> Option<String> {
    official().api_url
}

pub(crate) fn file() -> Result<PathBuf> {
    Ok(folder()?.join("credentials.json"))
}

/// The first key there is for an address.
pub(crate) fn find(url: &str) -> Result<Option<Key>> {
    for source in [Source::Environment, Source::Keyring, Source::File, Source::Official] {
        if let Some(secret) = lookup(source, url)? {
            return Ok(Some(Key { secret: secret.trim().to_owned(), source }));
        }
    }
    Ok(None)
}

/// Every source that has a key for an address, first to last: the first is used and shadows the others.
pub(crate) fn all(url: &str) -> Result<Vec<Key>> {
    let mut keys = Vec::new();
    for source in [Source::Environment, Source::Keyring, Source::File, Source::Official] {
        keys.extend(lookup(source, url)?.map(|secret| Key { secret, source }));
    }
    Ok(keys)
}

fn lookup(source: Source, url: &str) -> Result<Option<String>> {
    Ok(match source {
        Source::Environment => environment("NOTTE_API_KEY"),
        Source::Keyring => keyring::get(url).unwrap_or_default(),
        Source::File => read::<Stored>(&file()?).keys.remove(url),
        Source::Official => {
            let official = official();
            official.api_key.filter(|_| official.api_url.as_deref().unwrap_or(DEFAULT_URL).trim_end_matches('/') == url)
        }
        Source::Local => None,
    })
}

/// Stores a key where it is safest: the keyring if it keeps what it is given, else the file.
pub(crate) fn store(url: &str, key: &str) -> Result<Source> {
    if keyring::set(url, key).is_ok() && keyring::get(url).ok().flatten().as_deref() == Some(key) {
        forget_in_file(url)?;
        return Ok(Source::Keyring);
    }
    update(&file()?, |stored: &mut Stored| stored.keys.insert(url.to_owned(), key.to_owned()))?;
    Ok(Source::File)
}

/// Forgets the stored key of an address, and says where it was.
pub(crate) fn forget(url: &str) -> Result<Vec<Source>> {
    let mut gone = Vec::new();
    if keyring::get(url).ok().flatten().is_some() {
        keyring::delete(url).map_err(|error| Error::failed(format!("the keyring did not delete the key: {error}")))?;
        gone.push(Source::Keyring);
    }
    if forget_in_file(url)? {
        gone.push(Source::File);
    }
    Ok(gone)
}

fn forget_in_file(url: &str) -> Result<bool> {
    update(&file()?, |stored: &mut Stored| stored.keys.remove(url).is_some())
}

/// The keyring of the operating system. It is asked on a thread of its own: it may block, and has a runtime of its own.
#[cfg(feature = "keyring")]
mod keyring {
    use std::sync::Arc;

    use keyring_core::{CredentialStore, Entry, Error};

    use crate::context::environment;

    const SERVICE: &str = "notte-cli";

    pub(super) fn get(url: &str) -> Result<Option<String>, String> {
        with(url, |entry| match entry.get_password() {
            Ok(key) => Ok(Some(key)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
    }

    pub(super) fn set(url: &str, key: &str) -> Result<(), String> {
        let key = key.to_owned();
        with(url, move |entry| entry.set_password(&key))
    }

    pub(super) fn delete(url: &str) -> Result<(), String> {
        with(url, Entry::delete_credential)
    }

    fn with<T: Send + 'static>(
        url: &str,
        act: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, String> {
        if environment("NOTTE_NO_KEYRING").is_some() {
            return Err("NOTTE_NO_KEYRING is set".to_owned());
        }
        let url = url.to_owned();
        let asked = std::thread::spawn(move || {
            let store = open()?;
            act(&Entry::new_in_store(&store, SERVICE, &url)?)
        });
        let answer = asked.join().map_err(|_| "the keyring failed".to_owned())?;
        answer.map_err(|error: Error| error.to_string())
    }

    fn open() -> Result<Arc<CredentialStore>, Error> {
        #[cfg(target_os = "macos")]
        let store = apple_native_keyring_store::keychain::Store::new()?;
        #[cfg(windows)]
        let store = windows_native_keyring_store::Store::new()?;
        #[cfg(all(unix, not(target_os = "macos")))]
        let store = zbus_secret_service_keyring_store::Store::new()?;
        Ok(store)
    }
}

/// No keyring was built in.
#[cfg(not(feature = "keyring"))]
mod keyring {
    const NONE: &str = "this build has no keyring";

    pub(super) fn get(_: &str) -> Result<Option<String>, &'static str> {
        Err(NONE)
    }

    pub(super) fn set(_: &str, _: &str) -> Result<(), &'static str> {
        Err(NONE)
    }

    pub(super) fn delete(_: &str) -> Result<(), &'static str> {
        Err(NONE)
    }
}
