//! Lenient decoders for single values, which generated fields name in `#[serde(deserialize_with)]`.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

use super::{Timestamp, reason, timestamp::Lenient};

/// Decodes an integer, also if it is written as a float without a fraction or in a string: `3.0` and `"3"` are 3,
/// `3.5` is an error.
pub fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    Integer::deserialize(deserializer).map(|integer| integer.0)
}

/// Decodes an [`integer`], or `None` for `null`. Needs `#[serde(default)]`.
pub fn integer_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(Option::<Integer>::deserialize(deserializer)?.map(|integer| integer.0))
}

/// Decodes an unsigned 64-bit integer, as leniently as [`integer`].
pub fn unsigned<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Unsigned::deserialize(deserializer).map(|unsigned| unsigned.0)
}

/// Decodes an [`unsigned`] integer, or `None` for `null`. Needs `#[serde(default)]`.
pub fn unsigned_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(Option::<Unsigned>::deserialize(deserializer)?.map(|unsigned| unsigned.0))
}

/// Decodes a list or a map; `null` is its default value.
pub fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Decodes a timestamp, or `None` for `null` and the empty text. Needs `#[serde(default)]`.
pub fn timestamp_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<Lenient>::deserialize(deserializer)?.and_then(|timestamp| timestamp.0))
}

struct Unsigned(u64);

impl<'de> Deserialize<'de> for Unsigned {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = u64;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an integer")
            }

            fn visit_u64<E>(self, value: u64) -> Result<u64, E> {
                Ok(value)
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<u64, E> {
                u64::try_from(value).map_err(|_| E::custom(reason::NOT_AN_INTEGER))
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<u64, E> {
                // The bound is 2^64, which is exact.
                if value.fract() == 0.0 && (0.0..18_446_744_073_709_551_616.0).contains(&value) {
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
                    return Ok(value as u64);
                }
                Err(E::custom(reason::NOT_AN_INTEGER))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<u64, E> {
                let text = text.trim();
                text.parse().or_else(|_| self.visit_f64(text.parse().map_err(|_| E::custom(reason::NOT_AN_INTEGER))?))
            }
        }

        deserializer.deserialize_any(Visitor).map(Self)
    }
}

struct Integer(i64);

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = i64;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an integer")
            }

            fn visit_i64<E>(self, value: i64) -> Result<i64, E> {
                Ok(value)
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<i64, E> {
                i64::try_from(value).map_err(|_| E::custom(reason::NOT_AN_INTEGER))
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<i64, E> {
                // From 2^53 on a float skips integers; the bounds are exact, so the cast loses nothing below 2^63.
                let limit = 9_223_372_036_854_775_808.0;
                if value.fract() == 0.0 && (-limit..limit).contains(&value) {
                    #[allow(clippy::cast_possible_truncation, reason = "checked above")]
                    return Ok(value as i64);
                }
                Err(E::custom(reason::NOT_AN_INTEGER))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<i64, E> {
                let text = text.trim();
                text.parse().or_else(|_| self.visit_f64(text.parse().map_err(|_| E::custom(reason::NOT_AN_INTEGER))?))
            }
        }

        // Not `deserialize_i64`, which does not let a string through.
        deserializer.deserialize_any(Visitor).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Row {
        #[serde(deserialize_with = "integer")]
        n: i64,
        #[serde(default, deserialize_with = "integer_option")]
        m: Option<i64>,
        #[serde(default, deserialize_with = "null_as_default")]
        tags: Vec<String>,
        #[serde(default, deserialize_with = "timestamp_option")]
        at: Option<Timestamp>,
    }

    fn row(text: &str) -> Result<Row, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn a_whole_float_is_an_integer() {
        for (text, n) in [
            ("3", 3),
            ("3.0", 3),
            ("-2e3", -2000),
            ("9223372036854775807", i64::MAX),
            ("\"3\"", 3),
            ("\" -3.0 \"", -3),
            ("\"9223372036854775807\"", i64::MAX),
        ] {
            assert_eq!(row(&format!(r#"{{"n":{text},"m":{text}}}"#)).unwrap().m, Some(n));
        }
        for text in ["3.5", "1e19", "18446744073709551615", "\"3.5\"", "\"\"", "\"three\"", "\"NaN\"", "true", "[3]"] {
            assert!(row(&format!(r#"{{"n":{text}}}"#)).is_err(), "{text}");
            assert!(row(&format!(r#"{{"n":1,"m":{text}}}"#)).is_err(), "{text}");
        }
    }

    #[test]
    fn null_and_absent_are_the_same_for_what_is_optional() {
        let nulls = row(r#"{"n":1,"m":null,"tags":null,"at":null}"#).unwrap();
        assert_eq!(nulls, row(r#"{"n":1}"#).unwrap());
        assert!(row(r#"{"n":null}"#).is_err());
    }

    #[test]
    fn an_empty_text_is_no_timestamp_and_an_odd_one_an_error() {
        assert_eq!(row(r#"{"n":1,"at":""}"#).unwrap().at, None);
        assert_eq!(row(r#"{"n":1,"at":"2025-01-02"}"#).unwrap().at, "2025-01-02".parse().ok());
        assert_eq!(row(r#"{"n":1,"at":1735776000}"#).unwrap().at, "2025-01-02".parse().ok());
        assert!(row(r#"{"n":1,"at":"soon"}"#).is_err());
    }
}
