//! Exponential backoff with full jitter.

use std::time::Duration;

/// A random part of `min(cap, base * 2^(attempt - 1))`, where `attempt` is the one that failed. `random` is in `0..1`.
pub(super) fn backoff(base: Duration, cap: Duration, attempt: u32, random: f64) -> Duration {
    let doublings = attempt.saturating_sub(1);
    let ceiling = base.saturating_mul(2_u32.checked_pow(doublings).unwrap_or(u32::MAX)).min(cap);
    let random = if random.is_nan() { 0.0 } else { random.clamp(0.0, 1.0) };
    Duration::try_from_secs_f64(ceiling.as_secs_f64() * random).unwrap_or(ceiling).min(ceiling)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: Duration = Duration::from_millis(500);
    const CAP: Duration = Duration::from_secs(20);

    #[test]
    fn the_longest_wait_doubles_up_to_the_cap() {
        let longest: Vec<_> = (1..=8).map(|attempt| backoff(BASE, CAP, attempt, 1.0).as_millis()).collect();
        assert_eq!(longest, [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
    }

    #[test]
    fn the_jitter_is_full() {
        for (random, millis) in [(0.0, 0), (0.25, 500), (0.5, 1000), (0.75, 1500), (1.0, 2000)] {
            assert_eq!(backoff(BASE, CAP, 3, random), Duration::from_millis(millis));
        }
    }

    fn any_duration() -> impl Strategy<Value = Duration> {
        prop_oneof![
            (0_u64..100_000).prop_map(Duration::from_millis),
            any::<(u64, u32)>().prop_map(|(seconds, nanos)| Duration::new(seconds, nanos % 1_000_000_000)),
            Just(Duration::MAX),
            Just(Duration::ZERO),
        ]
    }

    proptest! {
        #[test]
        fn no_wait_is_longer_than_the_cap_or_the_step(
            base in any_duration(), cap in any_duration(), attempt in any::<u32>(), random in any::<f64>(),
        ) {
            let wait = backoff(base, cap, attempt, random);
            prop_assert!(wait <= cap);
            prop_assert!(wait <= base.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1))));
        }

        #[test]
        fn waits_never_shrink_with_the_attempt_or_the_draw(
            base in any_duration(), cap in any_duration(), attempt in 1_u32..40, low in 0.0_f64..1.0, high in 0.0_f64..1.0,
        ) {
            let (low, high) = (low.min(high), low.max(high));
            prop_assert!(backoff(base, cap, attempt, high) <= backoff(base, cap, attempt + 1, high));
            prop_assert!(backoff(base, cap, attempt, low) <= backoff(base, cap, attempt, high));
        }
    }
}
