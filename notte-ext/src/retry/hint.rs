//! How long the service asks to wait, read from the headers of an answer.

use std::time::{Duration, SystemTime};

use notte_api::reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

const RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
const TOO_MANY_REQUESTS: u16 = 429;

/// `Retry-After` (seconds, with a fraction or not, or an HTTP date), else `X-RateLimit-Reset` (unix time).
///
/// The second is read from a 429 only. Services send it with every answer, and there it says nothing about whether this
/// request was refused. Times are compared with the `Date` of the answer where there is one, since
/// the clocks of service and caller differ. A reset that is over is no hint.
pub(crate) fn hint(status: u16, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let now = text(headers, &DATE).find_map(|date| httpdate::parse_http_date(date).ok()).unwrap_or(now);
    let asked = text(headers, &RETRY_AFTER).find_map(|value| {
        seconds(value).or_else(|| Some(httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default()))
    });
    if asked.is_some() || status != TOO_MANY_REQUESTS {
        return asked;
    }
    let since_epoch = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let reset = text(headers, &RATE_LIMIT_RESET).find_map(seconds)?;
    reset.checked_sub(since_epoch).filter(|wait| !wait.is_zero())
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).map(str::trim)
}

/// Digits, with a fraction or not. A number beyond all durations is the longest one.
fn seconds(text: &str) -> Option<Duration> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let nanos = format!("{:0<9}", fraction.get(..9).unwrap_or(fraction)).parse().ok()?;
    Some(whole.parse().map_or(Duration::MAX, |whole| Duration::new(whole, nanos)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Sun, 06 Nov 1994 08:49:37 GMT
    const UNIX: u64 = 784_111_777;
    const SENT: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const TEN_LATER: &str = "Sun, 06 Nov 1994 08:49:47 GMT";

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(UNIX)
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn retry_after_is_read_in_all_three_forms() {
        for (value, expected) in [
            ("0", Some(Duration::ZERO)),
            ("7", Some(Duration::from_secs(7))),
            (" 7 ", Some(Duration::from_secs(7))),
            ("1.5", Some(Duration::from_millis(1500))),
            ("0.0000000019", Some(Duration::from_nanos(1))),
            ("99999999999999999999999", Some(Duration::MAX)),
            (TEN_LATER, Some(Duration::from_secs(10))),
            ("Sunday, 06-Nov-94 08:49:47 GMT", Some(Duration::from_secs(10))),
            ("Sun, 06 Nov 1994 08:49:27 GMT", Some(Duration::ZERO)),
            ("", None),
            ("-1", None),
            ("+1", None),
            ("1e3", None),
            ("inf", None),
            ("NaN", None),
            (".5", None),
            ("5.", None),
            ("soon", None),
        ] {
            assert_eq!(hint(503, &headers(&[("retry-after", value)]), now()), expected, "{value:?}");
        }
    }

    #[test]
    fn the_reset_of_a_rate_limit_comes_second() {
        let reset = (UNIX + 30).to_string();
        for (pairs, expected) in [
            (vec![("x-ratelimit-reset", reset.as_str())], Some(30)),
            (vec![("x-ratelimit-reset", reset.as_str()), ("retry-after", "2")], Some(2)),
            (vec![("x-ratelimit-reset", reset.as_str()), ("retry-after", "soon")], Some(30)),
            (vec![("retry-after", "soon"), ("retry-after", "3")], Some(3)),
            (vec![("x-ratelimit-reset", "784111777")], None),
            (vec![("x-ratelimit-reset", "30")], None),
            (vec![("x-ratelimit-reset", TEN_LATER)], None),
            (vec![], None),
        ] {
            assert_eq!(hint(429, &headers(&pairs), now()), expected.map(Duration::from_secs), "{pairs:?}");
        }
    }

    #[test]
    fn the_reset_of_a_rate_limit_says_nothing_about_other_answers() {
        let headers = headers(&[("x-ratelimit-reset", &(UNIX + 30).to_string())]);
        for status in (100..600).filter(|status| *status != 429) {
            assert_eq!(hint(status, &headers, now()), None, "{status}");
        }
    }

    #[test]
    fn a_wrong_clock_does_not_change_the_wait() {
        let reset = (UNIX + 30).to_string();
        let day = Duration::from_secs(24 * 3600);
        for clock in [now() - day, now(), now() + day, SystemTime::UNIX_EPOCH - day] {
            let by_reset = headers(&[("x-ratelimit-reset", &reset), ("date", SENT)]);
            assert_eq!(hint(429, &by_reset, clock), Some(Duration::from_secs(30)));
            let by_date = headers(&[("retry-after", TEN_LATER), ("date", SENT)]);
            assert_eq!(hint(429, &by_date, clock), Some(Duration::from_secs(10)));
        }
    }

    proptest! {
        #[test]
        fn no_header_is_too_odd_to_look_at(
            status in any::<u16>(),
            values in prop::collection::vec((0_usize..3, prop::collection::vec(any::<u8>(), 0..24)), 0..5),
        ) {
            let mut headers = HeaderMap::new();
            for (name, value) in values {
                if let Ok(value) = value.as_slice().try_into() {
                    headers.append(["retry-after", "x-ratelimit-reset", "date"][name], value);
                }
            }
            hint(status, &headers, now());
        }
    }
}
