//! `IntoField<T>`: the values that a setter of an optional field accepts.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use serde_json::{Map, Value};

use super::{Enumerated, Extra, IsoDuration, List, Open, Secret, Timestamp};

/// A value for an optional field of type `T`: `T` itself, an `Option` of it, or a type with an obvious conversion, such
/// as `&str` for a `String` and a [`Duration`] for an [`IsoDuration`].
pub trait IntoField<T> {
    /// Returns the value to send, if any.
    ///
    /// # Errors
    /// A builder of `T` lacks a required field.
    fn into_field(self) -> Result<Option<T>, String>;
}

impl<T> IntoField<T> for T {
    fn into_field(self) -> Result<Option<T>, String> {
        Ok(Some(self))
    }
}

impl<T> IntoField<T> for Option<T> {
    fn into_field(self) -> Result<Option<T>, String> {
        Ok(self)
    }
}

/// Accepts whatever `From` converts, for a value and for an option of it.
macro_rules! by_from {
    ($($source:ty => $target:ty),+ $(,)?) => {$(
        impl IntoField<$target> for $source {
            fn into_field(self) -> Result<Option<$target>, String> {
                Ok(Some(self.into()))
            }
        }

        impl IntoField<$target> for Option<$source> {
            fn into_field(self) -> Result<Option<$target>, String> {
                Ok(self.map(Into::into))
            }
        }
    )+};
}

by_from! {
    &str => String, &String => String,
    &str => Secret<String>, String => Secret<String>, &String => Secret<String>,
    &str => IsoDuration, String => IsoDuration, Duration => IsoDuration,
    SystemTime => Timestamp,
    Map<String, Value> => Extra,
    i32 => i64, u32 => i64, i16 => i64, u16 => i64, u8 => i64,
    f32 => f64, i32 => f64, u32 => f64,
    &str => Value, String => Value, bool => Value, i32 => Value, i64 => Value, f64 => Value, Map<String, Value> => Value,
}

impl<T: Enumerated> IntoField<Open<T>> for T {
    fn into_field(self) -> Result<Option<Open<T>>, String> {
        Ok(Some(self.into()))
    }
}

impl<T: Enumerated> IntoField<Open<T>> for Option<T> {
    fn into_field(self) -> Result<Option<Open<T>>, String> {
        Ok(self.map(Into::into))
    }
}

impl<T: Enumerated> IntoField<Open<T>> for &str {
    fn into_field(self) -> Result<Option<Open<T>>, String> {
        Ok(Some(self.into()))
    }
}

impl<T: Enumerated> IntoField<Open<T>> for String {
    fn into_field(self) -> Result<Option<Open<T>>, String> {
        Ok(Some(self.into()))
    }
}

impl<T: Enumerated> IntoField<Open<T>> for Option<&str> {
    fn into_field(self) -> Result<Option<Open<T>>, String> {
        Ok(self.map(Into::into))
    }
}

impl<T: Enumerated> IntoField<Open<T>> for Option<String> {
    fn into_field(self) -> Result<Option<Open<T>>, String> {
        Ok(self.map(Into::into))
    }
}

impl<T> IntoField<List<T>> for Vec<T> {
    fn into_field(self) -> Result<Option<List<T>>, String> {
        Ok(Some(self.into()))
    }
}

impl<T, const N: usize> IntoField<List<T>> for [T; N] {
    fn into_field(self) -> Result<Option<List<T>>, String> {
        Ok(Some(self.into_iter().collect()))
    }
}

impl<T, const N: usize> IntoField<Vec<T>> for [T; N] {
    fn into_field(self) -> Result<Option<Vec<T>>, String> {
        Ok(Some(self.into()))
    }
}

impl<T: Clone> IntoField<Vec<T>> for &[T] {
    fn into_field(self) -> Result<Option<Vec<T>>, String> {
        Ok(Some(self.to_vec()))
    }
}

impl<T: Clone> IntoField<Vec<T>> for &Vec<T> {
    fn into_field(self) -> Result<Option<Vec<T>>, String> {
        Ok(Some(self.clone()))
    }
}

/// Lists whose items convert one by one.
macro_rules! by_items {
    ($([$($bound:tt)*] $source:ty => $target:ty),+ $(,)?) => {$(
        impl<$($bound)*> IntoField<Vec<$target>> for Vec<$source> {
            fn into_field(self) -> Result<Option<Vec<$target>>, String> {
                Ok(Some(self.into_iter().map(Into::into).collect()))
            }
        }

        impl<$($bound)* const N: usize> IntoField<Vec<$target>> for [$source; N] {
            fn into_field(self) -> Result<Option<Vec<$target>>, String> {
                Ok(Some(self.into_iter().map(Into::into).collect()))
            }
        }

        impl<$($bound)*> IntoField<Vec<$target>> for &[$source] {
            fn into_field(self) -> Result<Option<Vec<$target>>, String> {
                Ok(Some(self.iter().map(|item| item.to_owned().into()).collect()))
            }
        }
    )+};
}

by_items! {
    [] &str => String,
    [T: Enumerated,] T => Open<T>,
    [T: Enumerated,] &str => Open<T>,
}

impl<K: Into<String>, V: Into<String>, const N: usize> IntoField<BTreeMap<String, String>> for [(K, V); N] {
    fn into_field(self) -> Result<Option<BTreeMap<String, String>>, String> {
        Ok(Some(self.into_iter().map(|(key, value)| (key.into(), value.into())).collect()))
    }
}

impl<K: Into<String>, V: Into<Value>, const N: usize> IntoField<Map<String, Value>> for [(K, V); N] {
    fn into_field(self) -> Result<Option<Map<String, Value>>, String> {
        Ok(Some(self.into_iter().map(|(key, value)| (key.into(), value.into())).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::open::tests::Status;
    use super::*;

    fn field<T>(value: impl IntoField<T>) -> Option<T> {
        value.into_field().unwrap()
    }

    #[test]
    fn a_value_an_option_and_nothing_are_taken() {
        assert_eq!(field::<String>("x"), Some("x".into()));
        assert_eq!(field::<String>(String::from("x")), Some("x".into()));
        assert_eq!(field::<String>(&String::from("x")), Some("x".into()));
        assert_eq!(field::<String>(Some("x")), Some("x".into()));
        assert_eq!(field::<String>(None::<String>), None);
        assert_eq!(field::<bool>(true), Some(true));
        assert_eq!(field::<bool>(None), None);
    }

    #[test]
    fn number_literals_need_no_suffix() {
        assert_eq!(field::<i64>(10), Some(10));
        assert_eq!(field::<i64>(10_u32), Some(10));
        assert_eq!(field::<i64>(Some(10)), Some(10));
        assert_eq!(field::<i64>(9_000_000_000_i64), Some(9_000_000_000));
        assert_eq!(field::<f64>(1.5), Some(1.5));
        assert_eq!(field::<f64>(2), Some(2.0));
        assert_eq!(field::<Value>(7), Some(7.into()));
    }

    #[test]
    fn enums_take_their_values_and_any_text() {
        let closed = Some(Open::Known(Status::Closed));
        assert_eq!(field::<Open<Status>>(Status::Closed), closed);
        assert_eq!(field::<Open<Status>>(Open::Known(Status::Closed)), closed);
        assert_eq!(field::<Open<Status>>("closed"), closed);
        assert_eq!(field::<Open<Status>>(Some("closed")), closed);
        assert_eq!(field::<Open<Status>>(Some(Status::Closed)), closed);
        assert_eq!(field::<Open<Status>>(closed.clone()), closed);
        assert_eq!(field::<Open<Status>>("paused"), Some("paused".into()));
        assert_eq!(field::<Vec<Open<Status>>>([Status::Closed]).unwrap(), [Open::Known(Status::Closed)]);
        assert_eq!(field::<Vec<Open<Status>>>(vec!["closed"]).unwrap(), [Open::Known(Status::Closed)]);
    }

    #[test]
    fn lists_and_maps_take_arrays() {
        assert_eq!(field::<Vec<String>>(["a", "b"]).unwrap(), ["a", "b"]);
        assert_eq!(field::<Vec<String>>(vec!["a"]).unwrap(), ["a"]);
        assert_eq!(field::<Vec<String>>(vec![String::from("a")]).unwrap(), ["a"]);
        assert_eq!(field::<Vec<String>>(&["a"][..]).unwrap(), ["a"]);
        assert_eq!(field::<Vec<i64>>([1, 2]).unwrap(), [1, 2]);
        assert_eq!(field::<Vec<i64>>(&vec![1_i64]).unwrap(), [1]);
        assert_eq!(field::<List<i64>>(vec![1]).unwrap()[..], [1]);
        assert_eq!(field::<List<i64>>([1]).unwrap()[..], [1]);
        assert_eq!(field::<Map<String, Value>>([("a", 1)]).unwrap().len(), 1);
        assert_eq!(field::<BTreeMap<String, String>>([("a", "b")]).unwrap()["a"], "b");
        assert_eq!(field::<Extra>(Map::new()), Some(Extra::default()));
    }

    #[test]
    fn wire_types_take_what_std_offers() {
        assert_eq!(field::<IsoDuration>(Duration::from_secs(5)).unwrap().as_str(), "PT5S");
        assert_eq!(field::<Timestamp>(SystemTime::UNIX_EPOCH).unwrap().unix_seconds(), 0);
        assert_eq!(field::<Secret<String>>("hunter2").unwrap().expose(), "hunter2");
        assert_eq!(field::<Secret<String>>(Some(String::from("x"))).unwrap().expose(), "x");
    }
}
