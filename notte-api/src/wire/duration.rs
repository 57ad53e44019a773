//! `IsoDuration`: a duration as ISO 8601 text.

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, de};

/// A duration in ISO 8601, such as `PT5M` or `PT41.286072S`. A number is decoded as seconds.
///
/// Invalid text is kept and sent back unchanged; [`to_duration`](Self::to_duration) then returns `None`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct IsoDuration(String);

impl IsoDuration {
    /// Returns the text as it is on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the length. It is `None` if the text is not a duration, is negative, or has years or months, which have
    /// no fixed length.
    pub fn to_duration(&self) -> Option<Duration> {
        parse(&self.0)
    }
}

/// Nanoseconds in a second.
const NANOS: u128 = 1_000_000_000;
const DATE_UNITS: [(char, u128); 2] = [('W', 7 * 24 * 3600), ('D', 24 * 3600)];
const TIME_UNITS: [(char, u128); 3] = [('H', 3600), ('M', 60), ('S', 1)];

impl<'de> Deserialize<'de> for IsoDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = IsoDuration;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration")
            }

            fn visit_str<E>(self, text: &str) -> Result<IsoDuration, E> {
                Ok(text.into())
            }

            fn visit_string<E>(self, text: String) -> Result<IsoDuration, E> {
                Ok(text.into())
            }

            fn visit_f64<E>(self, seconds: f64) -> Result<IsoDuration, E> {
                let duration = Duration::try_from_secs_f64(seconds);
                Ok(duration.map_or_else(|_| IsoDuration(seconds.to_string()), IsoDuration::from))
            }

            fn visit_u64<E>(self, seconds: u64) -> Result<IsoDuration, E> {
                Ok(Duration::from_secs(seconds).into())
            }

            fn visit_i64<E>(self, seconds: i64) -> Result<IsoDuration, E> {
                Ok(IsoDuration(seconds.to_string()))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

fn parse(text: &str) -> Option<Duration> {
    let (date, time) = text
        .strip_prefix('P')?
        .split_once('T')
        .map_or_else(|| (text.get(1..).unwrap_or_default(), None), |(date, time)| (date, Some(time)));
    if (date.is_empty() && time.is_none()) || time == Some("") {
        return None;
    }
    let nanos = sum(date, &DATE_UNITS)?.checked_add(sum(time.unwrap_or_default(), &TIME_UNITS)?)?;
    let seconds = u64::try_from(nanos / NANOS).ok()?;
    Some(Duration::new(seconds, u32::try_from(nanos % NANOS).ok()?))
}

/// Adds up components such as `1H30M`, in nanoseconds. Units must be in order, each at most once.
fn sum(mut text: &str, mut units: &[(char, u128)]) -> Option<u128> {
    let mut total = 0_u128;
    while !text.is_empty() {
        let end = text.find(|c: char| c.is_ascii_alphabetic())?;
        let unit = text[end..].chars().next()?;
        let place = units.iter().position(|(letter, _)| *letter == unit)?;
        total = total.checked_add(component(&text[..end], units[place].1)?)?;
        units = &units[place + 1..];
        text = &text[end + 1..];
    }
    Some(total)
}

fn component(number: &str, seconds: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    // Digits beyond nanoseconds are dropped.
    let fraction = &fraction[..fraction.len().min(9)];
    let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let unit = seconds.checked_mul(NANOS)?;
    let part = fraction.parse::<u128>().ok()?.checked_mul(unit)? / scale;
    whole.parse::<u128>().ok()?.checked_mul(unit)?.checked_add(part)
}

impl From<Duration> for IsoDuration {
    fn from(duration: Duration) -> Self {
        let seconds = duration.as_secs();
        match duration.subsec_nanos() {
            0 => Self(format!("PT{seconds}S")),
            nanos => Self(format!("PT{seconds}.{}S", format!("{nanos:09}").trim_end_matches('0'))),
        }
    }
}

impl From<&str> for IsoDuration {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for IsoDuration {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for IsoDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_duration() {
            Some(_) => f.write_str(&self.0),
            None => write!(f, "IsoDuration({} bytes)", self.0.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_with_fractions() {
        for (text, expected) in [
            ("PT41.286072S", Duration::new(41, 286_072_000)),
            ("PT5M", Duration::from_secs(300)),
            ("PT1H2M3S", Duration::from_secs(3723)),
            ("P1DT0.5H", Duration::from_secs(88_200)),
            ("P2W", Duration::from_secs(1_209_600)),
            ("PT0S", Duration::ZERO),
            ("PT0,25S", Duration::from_millis(250)),
            ("PT0.1234567891S", Duration::new(0, 123_456_789)),
        ] {
            assert_eq!(IsoDuration::from(text).to_duration(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_number_is_seconds() {
        for (json, text) in [("41.5", "PT41.5S"), ("300", "PT300S"), ("0", "PT0S"), ("-5", "-5"), ("-0.5", "-0.5")] {
            assert_eq!(serde_json::from_str::<IsoDuration>(json).unwrap().as_str(), text);
        }
        assert!(serde_json::from_str::<IsoDuration>("[5]").is_err());
    }

    #[test]
    fn other_text_is_kept_but_is_no_duration() {
        for text in [
            "",
            "P",
            "PT",
            "5M",
            "-PT5M",
            "P1Y",
            "P1M",
            "PT5",
            "PT.5S",
            "PT5.S",
            "PTS",
            "PT1S1M",
            "PT1S1S",
            "PT5Mé",
            "Pé",
            "PT99999999999999999999H",
            "soon",
        ] {
            let duration: IsoDuration = serde_json::from_value(text.into()).unwrap();
            assert_eq!(duration.to_duration(), None, "{text}");
            assert_eq!(duration.as_str(), text);
            assert_eq!(serde_json::to_value(&duration).unwrap(), text);
            assert_eq!(format!("{duration:?}"), format!("IsoDuration({} bytes)", text.len()));
        }
    }

    #[test]
    fn a_std_duration_survives_a_round_trip() {
        for duration in [Duration::ZERO, Duration::from_millis(1500), Duration::new(3600, 1), Duration::MAX] {
            assert_eq!(IsoDuration::from(duration).to_duration(), Some(duration));
        }
        assert_eq!(IsoDuration::from(Duration::from_millis(1500)).as_str(), "PT1.5S");
    }
}
