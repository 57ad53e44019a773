//! Ids: each kind of them a type of its own, so that one is not taken for another.

use std::{fmt, ops::Deref};

use notte_api::wire::{InvalidPathSegment, PathSegment};
use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {$(
        $(#[doc = $doc])+
        ///
        /// Any text can be one. Whether it can stand in a request is checked when a request is made.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl From<&String> for $name {
            fn from(id: &String) -> Self {
                Self(id.clone())
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<&$name> for String {
            fn from(id: &$name) -> Self {
                id.0.clone()
            }
        }

        impl TryFrom<&$name> for PathSegment {
            type Error = InvalidPathSegment;

            fn try_from(id: &$name) -> Result<Self, InvalidPathSegment> {
                id.as_str().try_into()
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// Id of a session.
    SessionId;
    /// Id of an agent.
    AgentId;
    /// Id of a vault.
    VaultId;
    /// Id of a persona.
    PersonaId;
    /// Id of a browser profile.
    ProfileId;
    /// Id of a function.
    FunctionId;
    /// Id of one run of a function.
    RunId;
    /// Id of a file of a session.
    FileId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_text_everywhere() {
        let id = SessionId::from("s-1");
        assert_eq!(
            (id.to_string(), &*id, serde_json::to_string(&id).unwrap().as_str()),
            ("s-1".into(), "s-1", "\"s-1\"")
        );
        assert_eq!(serde_json::from_str::<SessionId>("\"s-1\"").unwrap(), id);
        assert_eq!((SessionId::from(&id), SessionId::from(String::from(&id))), (id.clone(), id));
    }

    #[test]
    fn an_id_that_leads_elsewhere_is_read_and_never_put_into_a_path() {
        let id: SessionId = serde_json::from_str("\"../admin\"").unwrap();
        assert_eq!(PathSegment::try_from(&id), Err(InvalidPathSegment::Slash));
    }
}
