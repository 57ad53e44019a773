//! Names of sessions, per key and service. A name is taken by whoever starts it, and nobody else's session is ever used
//! by default: the current one is that of the terminal.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{folder, read, update};
use crate::{
    context::is_terminal,
    error::{Error, Result},
};

/// One key at one service, without the key.
#[derive(Debug, Clone)]
pub(crate) struct Scope(String);

impl Scope {
    pub(crate) fn new(url: &str, key: Option<&str>) -> Self {
        Self(format!("{}@{url}", fingerprint(key.unwrap_or_default())))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A few characters that tell keys apart and give none away.
pub(crate) fn fingerprint(key: &str) -> String {
    Sha256::digest(format!("notte-cli:{key}")).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Default, Serialize, Deserialize)]
struct File {
    #[serde(default)]
    scopes: BTreeMap<String, Known>,
}

#[derive(Default, Serialize, Deserialize)]
struct Known {
    /// Session ids by name.
    #[serde(default)]
    names: BTreeMap<String, String>,
    /// The session last started on a terminal, by terminal.
    #[serde(default)]
    current: BTreeMap<String, String>,
    /// What was typed from vaults, by session: which field of which login, not its value.
    #[serde(default)]
    typed: BTreeMap<String, Vec<Typed>>,
}

/// A field of a vault that was typed into a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Typed {
    pub(crate) vault: String,
    pub(crate) site: String,
    pub(crate) field: String,
}

impl Typed {
    /// Whether it is a one-time code.
    pub(crate) fn is_code(&self) -> bool {
        matches!(self.field.as_str(), "mfa" | "mfa_code")
    }
}

/// The names of one scope.
pub(crate) struct Names {
    scope: Scope,
    path: PathBuf,
}

impl Names {
    pub(crate) fn open(scope: Scope) -> Result<Self> {
        Ok(Self { scope, path: folder()?.join("sessions.json") })
    }

    fn known(&self) -> Known {
        read::<File>(&self.path).scopes.remove(self.scope.as_str()).unwrap_or_default()
    }

    fn change<R>(&self, change: impl FnOnce(&mut Known) -> R) -> Result<R> {
        update(&self.path, |file: &mut File| change(file.scopes.entry(self.scope.as_str().to_owned()).or_default()))
    }

    /// The session of a name.
    pub(crate) fn id(&self, name: &str) -> Result<Option<String>> {
        Ok(self.known().names.remove(name))
    }

    /// Every name with its session.
    pub(crate) fn all(&self) -> BTreeMap<String, String> {
        self.known().names
    }

    /// The session last started on this terminal.
    pub(crate) fn current(&self) -> Result<Option<String>> {
        Ok(terminal().and_then(|terminal| self.known().current.remove(&terminal)))
    }

    /// Remembers a session that was started, under a name if it has one.
    pub(crate) fn started(&self, id: &str, name: Option<&str>) -> Result<()> {
        self.change(|known| {
            if let Some(name) = name {
                known.names.insert(name.to_owned(), id.to_owned());
            }
            if let Some(terminal) = terminal() {
                known.current.insert(terminal, id.to_owned());
            }
        })
    }

    /// Remembers that a field of a vault was typed, so that its value is kept out of exported programs.
    pub(crate) fn typed(&self, id: &str, typed: Typed) -> Result<()> {
        self.change(|known| {
            let all = known.typed.entry(id.to_owned()).or_default();
            if !all.contains(&typed) {
                all.push(typed);
            }
        })
    }

    pub(crate) fn all_typed(&self, id: &str) -> Vec<Typed> {
        self.known().typed.remove(id).unwrap_or_default()
    }

    /// Forgets a session that ended. What was typed stays known: its program can be exported afterwards.
    pub(crate) fn stopped(&self, id: &str) -> Result<()> {
        self.change(|known| {
            known.names.retain(|_, known| known != id);
            known.current.retain(|_, known| known != id);
        })
    }

    pub(crate) fn clear(&self) -> Result<()> {
        self.change(|known| *known = Known::default())
    }
}

/// Every name with its session, whatever the key: for completions, which must not ask a keyring.
pub(crate) fn everywhere() -> Vec<(String, String)> {
    let file: File = folder().map(|folder| read(&folder.join("sessions.json"))).unwrap_or_default();
    file.scopes.into_values().flat_map(|known| known.names).collect()
}

/// Whether a text can name a session, and cannot be mistaken for an id.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let fits = name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    if !fits {
        return Err(Error::usage(format!("{name:?} cannot name a session")).hint(
            "a name has up to 64 letters, digits, dots, hyphens and underscores, and starts with a letter or a digit",
        ));
    }
    if looks_like_id(name) {
        return Err(Error::usage(format!("{name:?} looks like the id of a session, not like a name")));
    }
    Ok(())
}

/// Whether it is written as the service writes ids: five groups of hexadecimal digits.
pub(crate) fn looks_like_id(text: &str) -> bool {
    text.len() >= 36 && text.split('-').count() >= 5 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// What tells this terminal from others: its device.
fn terminal() -> Option<String> {
    if !is_terminal() {
        return None;
    }
    #[cfg(target_os = "linux")]
    let device = std::fs::read_link("/proc/self/fd/0").ok().map(|path| path.to_string_lossy().into_owned());
    #[cfg(not(target_os = "linux"))]
    let device = std::env::var("TERM_SESSION_ID").or_else(|_| std::env::var("WT_SESSION")).ok();
    device
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids_are_told_apart() {
        for name in ["a", "task-1", "x.y_z", "7"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "-a", "a b", "a/b", "ä", "0b54f4a0-95ba-4e6a-8c54-1c5d1c1b7a11"] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_fingerprint_gives_nothing_away() {
        assert_eq!(fingerprint("hunter2").len(), 12);
        assert_ne!(fingerprint("hunter2"), fingerprint("hunter3"));
    }
}
