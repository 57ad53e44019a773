//! `Open<T>`: an enum that may have values newer than this client.

use std::{convert::Infallible, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A generated string enum.
pub trait Enumerated: Copy + 'static {
    /// Every value known when this client was generated, in the document's order.
    const ALL: &'static [Self];

    /// Returns the value as it is written on the wire.
    fn as_str(&self) -> &'static str;

    /// Returns the value that is written as `value` on the wire, if it is known.
    fn from_wire(value: &str) -> Option<Self> {
        Self::ALL.iter().find(|known| known.as_str() == value).copied()
    }
}

/// An enum value: one that this client knows, or a newer one.
///
/// A string converts into it, so that a value newer than this client can be sent too.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Open<T> {
    /// A value this client knows.
    Known(T),
    /// A value this client does not know.
    Unknown(UnknownValue),
}

/// An enum value that this client does not know. `Debug` prints only its length.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UnknownValue(String);

impl UnknownValue {
    /// Returns the value as it is written on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl<T: Enumerated> Open<T> {
    /// Returns the value as it is written on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(known) => known.as_str(),
            Self::Unknown(unknown) => unknown.as_str(),
        }
    }

    /// Returns the value, if this client knows it.
    pub fn known(&self) -> Option<T> {
        match self {
            Self::Known(known) => Some(*known),
            Self::Unknown(_) => None,
        }
    }
}

impl<T: Enumerated> From<T> for Open<T> {
    fn from(known: T) -> Self {
        Self::Known(known)
    }
}

impl<T: Enumerated> From<&str> for Open<T> {
    fn from(value: &str) -> Self {
        T::from_wire(value).map_or_else(|| Self::Unknown(UnknownValue(value.to_owned())), Self::Known)
    }
}

impl<T: Enumerated> From<String> for Open<T> {
    fn from(value: String) -> Self {
        T::from_wire(&value).map_or(Self::Unknown(UnknownValue(value)), Self::Known)
    }
}

impl<T: Enumerated> FromStr for Open<T> {
    type Err = Infallible;

    fn from_str(value: &str) -> Result<Self, Infallible> {
        Ok(value.into())
    }
}

impl<T: Enumerated + PartialEq> PartialEq<T> for Open<T> {
    fn eq(&self, other: &T) -> bool {
        matches!(self, Self::Known(known) if known == other)
    }
}

impl<T: Enumerated> Serialize for Open<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, T: Enumerated> Deserialize<'de> for Open<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(std::marker::PhantomData<T>);

        impl<T: Enumerated> de::Visitor<'_> for Visitor<T> {
            type Value = Open<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<Open<T>, E> {
                Ok(value.into())
            }

            fn visit_string<E: de::Error>(self, value: String) -> Result<Open<T>, E> {
                Ok(value.into())
            }
        }

        deserializer.deserialize_str(Visitor(std::marker::PhantomData))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub(crate) enum Status {
        Active,
        Closed,
    }

    impl Enumerated for Status {
        const ALL: &'static [Self] = &[Self::Active, Self::Closed];

        fn as_str(&self) -> &'static str {
            match self {
                Self::Active => "active",
                Self::Closed => "closed",
            }
        }
    }

    #[test]
    fn known_and_unknown_values_survive_a_round_trip() {
        for text in [r#""active""#, r#""paused""#, r#""""#] {
            let open: Open<Status> = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&open).unwrap(), text);
        }
    }

    #[test]
    fn a_known_text_is_always_the_known_value() {
        for open in ["active".into(), String::from("active").into(), "active".parse::<Open<Status>>().unwrap()] {
            assert_eq!(open, Open::Known(Status::Active));
            assert_eq!(open, Status::Active);
            assert_ne!(open, Status::Closed);
        }
        assert_eq!(Open::<Status>::from("paused").known(), None);
        assert_eq!(Open::<Status>::from("paused").as_str(), "paused");
    }

    #[test]
    fn debug_of_an_unknown_value_tells_its_length_only() {
        assert_eq!(format!("{:?}", Open::<Status>::from("paused")), "Unknown(6 bytes)");
        assert_eq!(format!("{:?}", Open::from(Status::Active)), "Known(Active)");
    }

    #[test]
    fn anything_but_a_string_is_refused() {
        assert!(serde_json::from_str::<Open<Status>>("7").is_err());
        assert!(serde_json::from_str::<Open<Status>>("null").is_err());
    }
}
