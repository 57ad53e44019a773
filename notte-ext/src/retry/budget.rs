//! The retries that one client may make in all: a token bucket that always refills.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{Decision, Stop};

/// A token bucket; a token is one retry. It bounds what a client adds to the load of a service in trouble.
///
/// It is kept as the time at which the bucket is full again: refilling takes no timer and loses no fraction.
#[derive(Debug)]
pub(crate) struct Budget {
    capacity: u32,
    every: Duration,
    full_at: Mutex<Option<Instant>>,
}

impl Budget {
    /// Holds `capacity` retries at first and at most, and gains one `every` so long.
    pub(crate) fn new(capacity: u32, every: Duration) -> Self {
        Self { capacity, every, full_at: Mutex::new(None) }
    }

    /// 50 retries at once, and one a second.
    pub(crate) fn standard() -> Self {
        Self::new(50, Duration::from_secs(1))
    }

    /// Takes one retry, if there is one.
    pub(crate) fn try_spend(&self, now: Instant) -> bool {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let from = full_at.map_or(now, |full_at| full_at.max(now));
        let Some(next) = from.checked_add(self.every) else { return false };
        if next.duration_since(now) > self.every.saturating_mul(self.capacity) {
            return false;
        }
        // A bucket of no size holds nothing, even one that refills in no time.
        if self.capacity == 0 {
            return false;
        }
        *full_at = Some(next);
        true
    }

    /// How many retries there are.
    pub(crate) fn left(&self, now: Instant) -> u32 {
        let full_at = *self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = full_at.map_or(Duration::ZERO, |full_at| full_at.saturating_duration_since(now));
        if missing.is_zero() {
            return self.capacity;
        }
        let spent = missing.as_nanos().div_ceil(self.every.as_nanos().max(1));
        self.capacity.saturating_sub(u32::try_from(spent).unwrap_or(u32::MAX))
    }

    /// Pays for the retry that was decided on; one that cannot be paid for is not made.
    pub(crate) fn admit(&self, decision: Decision, now: Instant) -> Decision {
        match decision {
            Decision::Retry { .. } if !self.try_spend(now) => Decision::Stop { reason: Stop::Budget },
            decision => decision,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn spend_all(budget: &Budget, now: Instant) -> u32 {
        (0..10_000).take_while(|_| budget.try_spend(now)).count().try_into().unwrap()
    }

    #[test]
    fn an_empty_budget_recovers_to_the_full_and_no_further() {
        let (budget, start) = (Budget::new(3, SECOND), Instant::now());
        assert_eq!(spend_all(&budget, start), 3);
        assert_eq!(budget.left(start), 0);
        for (millis, left) in [(999, 0), (1000, 1), (1999, 1), (2000, 2), (3000, 3), (3_600_000, 3)] {
            assert_eq!(budget.left(start + Duration::from_millis(millis)), left, "{millis} ms");
        }
        assert_eq!(spend_all(&budget, start + 3600 * SECOND), 3);
        assert_eq!(spend_all(&budget, start + 3601 * SECOND), 1);
    }

    #[test]
    fn a_refused_retry_costs_nothing() {
        let (budget, start) = (Budget::new(1, SECOND), Instant::now());
        assert!(budget.try_spend(start));
        for _ in 0..100 {
            assert!(!budget.try_spend(start));
        }
        assert!(budget.try_spend(start + SECOND));
    }

    #[test]
    fn only_a_retry_is_paid_for() {
        let (budget, now) = (Budget::new(1, SECOND), Instant::now());
        let retry = Decision::Retry { after: SECOND, reason: "test" };
        let stop = Decision::Stop { reason: Stop::NotRetryable };
        assert_eq!(budget.admit(stop, now), stop);
        assert_eq!(budget.left(now), 1);
        assert_eq!(budget.admit(retry, now), retry);
        assert_eq!(budget.admit(retry, now), Decision::Stop { reason: Stop::Budget });
        assert_eq!(budget.admit(stop, now), stop);
    }

    #[test]
    fn threads_share_one_budget() {
        let (budget, now) = (Budget::new(100, SECOND), Instant::now());
        let spent: u32 = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| spend_all(&budget, now))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(spent, 100);
    }

    #[test]
    fn sizes_out_of_the_ordinary_hold_too() {
        let now = Instant::now();
        for every in [Duration::ZERO, Duration::from_nanos(1), Duration::MAX] {
            assert_eq!(spend_all(&Budget::new(0, every), now), 0);
            assert_eq!(Budget::new(0, every).left(now), 0);
            assert_eq!(Budget::new(u32::MAX, every).left(now), u32::MAX);
            assert_eq!(Budget::new(1, every).try_spend(now), every != Duration::MAX);
        }
    }

    proptest! {
        #[test]
        fn no_stretch_of_time_sees_more_than_its_share(
            capacity in 0_u32..20, every in 1_u64..2000, steps in prop::collection::vec((0_u64..3000, 0_u8..8), 0..60),
        ) {
            let budget = Budget::new(capacity, Duration::from_millis(every));
            let start = Instant::now();
            let (mut elapsed, mut spent) = (0, 0_u64);
            for (pause, tries) in steps {
                elapsed += pause;
                let now = start + Duration::from_millis(elapsed);
                for _ in 0..tries {
                    let left = budget.left(now);
                    prop_assert_eq!(budget.try_spend(now), left > 0);
                    prop_assert_eq!(budget.left(now), left.saturating_sub(1));
                    spent += u64::from(left > 0);
                }
                prop_assert!(budget.left(now) <= capacity);
                prop_assert!(spent <= u64::from(capacity) + elapsed / every);
            }
            prop_assert_eq!(budget.left(start + Duration::from_millis(elapsed + every * 20)), capacity);
        }
    }
}
