//! `Date`: a calendar date.

use std::{fmt, str::FromStr};

use jiff::fmt::temporal::Pieces;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::reason;

/// A calendar date, without a time or a zone.
///
/// It is decoded from `2025-01-02`; a time after the date is ignored. It is encoded as `2025-01-02`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

impl Date {
    /// Creates a date from a year, and a month and a day counted from 1, if it exists.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        jiff::civil::Date::new(year, month, day).ok().map(Self)
    }

    /// Returns the year.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// Returns the month, counted from 1.
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// Returns the day of the month, counted from 1.
    pub fn day(self) -> i8 {
        self.0.day()
    }
}

/// The error of a text that is not a date. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidDate(());

impl fmt::Display for InvalidDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(reason::NOT_A_DATE)
    }
}

impl std::error::Error for InvalidDate {}

impl FromStr for Date {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        Pieces::parse(text.trim()).map(|pieces| Self(pieces.date())).map_err(|_| InvalidDate(()))
    }
}

impl TryFrom<&str> for Date {
    type Error = InvalidDate;

    fn try_from(text: &str) -> Result<Self, InvalidDate> {
        text.parse()
    }
}

impl super::IntoField<Date> for &str {
    fn into_field(self) -> Result<Option<Date>, String> {
        self.parse().map(Some).map_err(|error: InvalidDate| error.to_string())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Date;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Date, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_day_and_nothing_more() {
        let read = |text: &str| serde_json::from_value::<Date>(text.into());
        for text in ["2025-01-02", " 2025-01-02 ", "2025-01-02T23:00:00-05:00", "2025-01-02 10:00:00"] {
            let date = read(text).unwrap();
            assert_eq!((date.year(), date.month(), date.day()), (2025, 1, 2), "{text}");
            assert_eq!(serde_json::to_value(date).unwrap(), "2025-01-02");
        }
        for text in ["", "2025-13-01", "yesterday"] {
            assert_eq!(read(text).unwrap_err().to_string(), "not a date");
        }
        assert_eq!(Date::new(2025, 2, 29), None);
    }
}
