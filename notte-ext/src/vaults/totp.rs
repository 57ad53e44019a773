//! One-time codes from a seed: RFC 6238 as sites use it, SHA-1, six digits, 30 s.

use std::time::{SystemTime, UNIX_EPOCH};

use notte_api::wire::Secret;
use totp_rs::Builder;

const NO_SEED: &str = "the seed of one-time codes is no Base32 text";

/// The seed as services read it: capitals, without the spaces, dashes and padding that sites show it with. It is not
/// repeated where it is none.
pub(super) fn normal(seed: &str) -> Result<Secret<String>, String> {
    let seed: String = seed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let seed = seed.trim_end_matches('=').to_ascii_uppercase();
    bytes(&seed)?;
    Ok(Secret::new(seed))
}

/// The code of a time. Seeds may be shorter than the standard has them: many sites' are.
pub(super) fn code(seed: &str, time: SystemTime) -> Result<Secret<String>, String> {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let totp = Builder::new().with_secret(bytes(normal(seed)?.expose())?).build_noncompliant();
    Ok(Secret::new(totp.generate(seconds).to_string()))
}

fn bytes(seed: &str) -> Result<totp_rs::Secret, String> {
    match totp_rs::Secret::try_from_base32(seed) {
        Ok(bytes) if !bytes.as_bytes().is_empty() => Ok(bytes),
        _ => Err(NO_SEED.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six of the eight digits it gives for SHA-1.
        let seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        for (seconds, expected) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let at = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(code(seed, at).unwrap().expose(), expected);
        }
    }

    #[test]
    fn a_seed_is_read_however_it_is_written() {
        let now = SystemTime::now();
        let expected = code("JBSWY3DPEHPK3PXP", now).unwrap();
        for seed in ["jbsw y3dp ehpk 3pxp", "JBSW-Y3DP-EHPK-3PXP", " JBSWY3DPEHPK3PXP== "] {
            assert_eq!(code(seed, now).unwrap(), expected, "{seed}");
        }
    }

    #[test]
    fn what_is_no_seed_is_refused_without_repeating_it() {
        for seed in ["", "=", "A", "123456", "hunter2!", "JBSWY3DPEHPK3PX0", "ü"] {
            let error = normal(seed).unwrap_err();
            assert_eq!(error, NO_SEED, "{seed}");
        }
    }
}
