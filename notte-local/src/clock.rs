//! The clock: the one place that reads the time of day.

use jiff::Timestamp;

/// The time in the notation of the API.
pub(crate) fn now() -> String {
    written(Timestamp::now())
}

/// A time in the notation of the API, to the microsecond.
pub(crate) fn written(time: Timestamp) -> String {
    format!("{time:.6}")
}
