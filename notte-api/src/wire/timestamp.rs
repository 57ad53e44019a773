//! `Timestamp`: a point in time, decoded from any of the API's formats.

use std::{fmt, str::FromStr, time::SystemTime};

use jiff::{
    civil::Time,
    fmt::temporal::{Pieces, PiecesOffset},
    tz::Offset,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::reason;

/// A point in time in UTC, with a resolution of one nanosecond.
///
/// It is decoded from RFC 3339 with or without a fraction and a zone (without one it is UTC), with a space in place of
/// the `T`, from a date alone, and from a number of seconds or milliseconds since 1970. It is encoded as RFC 3339 with
/// `Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// Creates the timestamp `seconds` after (or before) 1970, if it is within the years -9999 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        jiff::Timestamp::from_second(seconds).ok().map(Self)
    }

    /// Returns the whole seconds since 1970, rounded towards zero.
    pub fn unix_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// Returns the nanoseconds since 1970.
    pub fn unix_nanos(self) -> i128 {
        self.0.as_nanosecond()
    }
}

/// The error of a text that is not a timestamp. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidTimestamp(());

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(reason::NOT_A_TIMESTAMP)
    }
}

impl std::error::Error for InvalidTimestamp {}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        parse(text).map(Self).ok_or(InvalidTimestamp(()))
    }
}

fn parse(text: &str) -> Option<jiff::Timestamp> {
    let text = text.trim();
    let Ok(pieces) = Pieces::parse(text) else {
        return text.parse().ok().and_then(since_1970);
    };
    let civil = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
    let offset = match pieces.offset() {
        Some(PiecesOffset::Numeric(numeric)) => numeric.offset(),
        Some(_) => Offset::UTC,
        // A zone given only by name would need a zone database, and reading it as UTC would be wrong.
        None if pieces.time_zone_annotation().is_some() => return None,
        None => Offset::UTC,
    };
    offset.to_timestamp(civil).ok()
}

/// The largest number that is one of seconds, as pydantic reads it: it is in the year 2603. As milliseconds, it is in
/// 1970.
const MOST_SECONDS: f64 = 2e10;

fn since_1970(number: f64) -> Option<jiff::Timestamp> {
    let micros = if number.abs() > MOST_SECONDS { number * 1e3 } else { number * 1e6 };
    #[allow(clippy::cast_possible_truncation, reason = "the cast saturates, which jiff refuses; a fraction is dropped")]
    micros.is_finite().then(|| jiff::Timestamp::from_microsecond(micros.round() as i64).ok())?
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl From<SystemTime> for Timestamp {
    /// A time outside the years -9999 to 9999 becomes the nearest one inside.
    fn from(time: SystemTime) -> Self {
        let nearest = if time < SystemTime::UNIX_EPOCH { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        Self(jiff::Timestamp::try_from(time).unwrap_or(nearest))
    }
}

impl From<Timestamp> for SystemTime {
    /// A time that the system cannot represent, such as one before 1601 on Windows, becomes 1970.
    fn from(timestamp: Timestamp) -> Self {
        let since = timestamp.0.as_duration();
        let time = if since.is_negative() {
            Self::UNIX_EPOCH.checked_sub(since.unsigned_abs())
        } else {
            Self::UNIX_EPOCH.checked_add(since.unsigned_abs())
        };
        time.unwrap_or(Self::UNIX_EPOCH)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Lenient::deserialize(deserializer)?.0.ok_or_else(|| de::Error::custom(reason::NOT_A_TIMESTAMP))
    }
}

/// A timestamp from a text or a number; `None` is the empty text.
pub(super) struct Lenient(pub(super) Option<Timestamp>);

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Option<Timestamp>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a timestamp")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Option<Timestamp>, E> {
                if text.trim().is_empty() { Ok(None) } else { text.parse().map(Some).map_err(E::custom) }
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Option<Timestamp>, E> {
                let timestamp = since_1970(number).map(Timestamp);
                timestamp.map(Some).ok_or_else(|| E::custom(reason::NOT_A_TIMESTAMP))
            }

            #[allow(clippy::cast_precision_loss, reason = "exact up to 2^53, which is milliseconds of the year 287396")]
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Option<Timestamp>, E> {
                self.visit_f64(number as f64)
            }

            #[allow(clippy::cast_precision_loss, reason = "as above")]
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Option<Timestamp>, E> {
                self.visit_f64(number as f64)
            }
        }

        deserializer.deserialize_any(Visitor).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_on_the_wire_is_read() {
        for (text, expected) in [
            ("2025-01-02T03:04:05Z", "2025-01-02T03:04:05Z"),
            ("2025-01-02T03:04:05.123456Z", "2025-01-02T03:04:05.123456Z"),
            ("2025-01-02T03:04:05.123456789+00:00", "2025-01-02T03:04:05.123456789Z"),
            ("2025-01-02T03:04:05+02:00", "2025-01-02T01:04:05Z"),
            ("2025-01-02 03:04:05-0130", "2025-01-02T04:34:05Z"),
            ("2025-01-02T03:04:05.123456", "2025-01-02T03:04:05.123456Z"),
            ("2025-01-02 03:04:05", "2025-01-02T03:04:05Z"),
            ("2025-01-02", "2025-01-02T00:00:00Z"),
            ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"),
        ] {
            let timestamp: Timestamp = serde_json::from_value(text.into()).unwrap();
            assert_eq!(timestamp.to_string(), expected, "{text}");
            assert_eq!(serde_json::to_value(timestamp).unwrap(), expected);
            assert_eq!(expected.parse::<Timestamp>().unwrap(), timestamp);
        }
    }

    #[test]
    fn a_number_counts_from_1970() {
        for (number, expected) in [
            ("1735776000", "2025-01-02T00:00:00Z"),
            ("1735776000.25", "2025-01-02T00:00:00.25Z"),
            ("1735776000250", "2025-01-02T00:00:00.25Z"),
            ("\"1735776000\"", "2025-01-02T00:00:00Z"),
            ("-1", "1969-12-31T23:59:59Z"),
            ("0", "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(serde_json::from_str::<Timestamp>(number).unwrap().to_string(), expected, "{number}");
        }
        for odd in ["1e300", "true", "[]", "\"NaN\"", "\"inf\""] {
            assert!(serde_json::from_str::<Timestamp>(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn other_text_is_refused_and_not_repeated() {
        for text in
            ["", " ", "soon", "2025-13-01", "2025-01-02T03:04:05[Europe/Paris]", "12:00", "9999-12-31T23:59:59-12:00"]
        {
            let error = text.parse::<Timestamp>().unwrap_err();
            assert_eq!(error.to_string(), "not a timestamp", "{text}");
        }
    }

    #[test]
    fn system_time_converts_both_ways_and_never_panics() {
        let time = SystemTime::UNIX_EPOCH + std::time::Duration::new(1_700_000_000, 123_000_000);
        let timestamp = Timestamp::from(time);
        assert_eq!(timestamp.unix_seconds(), 1_700_000_000);
        assert_eq!(timestamp.unix_nanos(), 1_700_000_000_123_000_000);
        assert_eq!(SystemTime::from(timestamp), time);
        let before = SystemTime::UNIX_EPOCH - std::time::Duration::from_millis(1500);
        assert_eq!(SystemTime::from(Timestamp::from(before)), before);
        assert_eq!(Timestamp::from_unix_seconds(1_700_000_000).unwrap().to_string(), "2023-11-14T22:13:20Z");
        assert_eq!(Timestamp::from_unix_seconds(i64::MAX), None);

        let far = std::time::Duration::from_secs(1 << 60);
        assert_eq!(Timestamp::from(SystemTime::UNIX_EPOCH + far).0, jiff::Timestamp::MAX);
        assert_eq!(Timestamp::from(SystemTime::UNIX_EPOCH - far).0, jiff::Timestamp::MIN);
    }

    #[test]
    fn later_is_greater() {
        let earlier: Timestamp = "2025-01-02".parse().unwrap();
        let later: Timestamp = "2025-01-02T00:00:00.000000001Z".parse().unwrap();
        assert!(earlier < later);
    }
}
