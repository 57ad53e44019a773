//! The decision for every status, effect class and hint.

use proptest::prelude::*;

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const EFFECTS: [Effect; 4] = [Effect::Read, Effect::Idempotent, Effect::Costly, Effect::Page];

fn first() -> State {
    State { attempt: 1, remaining: HOUR }
}

fn status(status: u16, hint: Option<Duration>) -> Outcome {
    Outcome::Status { status, hint }
}

fn is_retried(effect: Effect, outcome: &Outcome) -> bool {
    match Retry::standard().decide(effect, outcome, first(), 0.5) {
        Decision::Retry { .. } => true,
        Decision::Stop { reason } => {
            assert_eq!(reason, Stop::NotRetryable, "{effect:?} {outcome:?}");
            false
        }
    }
}

/// Every status there is, without a hint and with one, by effect: read, idempotent, costly, page.
#[test]
fn every_status_is_retried_as_the_table_says() {
    let table: &[(u16, [bool; 4], [bool; 4])] = &[
        (408, [true, true, false, false], [true, true, false, false]),
        (429, [true, true, false, false], [true, true, true, false]),
        (503, [true, true, false, false], [true, true, true, false]),
        (529, [true, true, true, false], [true, true, true, false]),
    ];
    for code in 100..=999 {
        let row = table.iter().find(|(status, ..)| *status == code);
        let other = [code >= 500, code >= 500, false, false];
        let (_, without, with) = row.copied().unwrap_or((code, other, other));
        for (place, effect) in EFFECTS.into_iter().enumerate() {
            assert_eq!(is_retried(effect, &status(code, None)), without[place], "{effect:?} {code}");
            assert_eq!(is_retried(effect, &status(code, Some(SECOND))), with[place], "{effect:?} {code} with a hint");
        }
    }
}

#[test]
fn every_failure_without_a_status_is_retried_as_the_table_says() {
    let table = [
        (Outcome::ConnectFailed, [true, true, true, true]),
        (Outcome::Timeout, [true, true, false, false]),
        (Outcome::Transport, [true, true, false, false]),
        (Outcome::Undecodable, [false, false, false, false]),
        (Outcome::NotSent, [false, false, false, false]),
    ];
    for (outcome, expected) in table {
        assert_eq!(EFFECTS.map(|effect| is_retried(effect, &outcome)), expected, "{outcome:?}");
    }
}

#[test]
fn there_are_three_attempts_unless_set() {
    for (retry, attempts) in [
        (Retry::standard(), 3),
        (Retry::default(), 3),
        (Retry::none(), 1),
        (Retry::standard().max_attempts(5), 5),
        (Retry::standard().max_attempts(0), 1),
    ] {
        let made = (1..)
            .find(|attempt| {
                let state = State { attempt: *attempt, remaining: HOUR };
                retry.decide(Effect::Read, &Outcome::Timeout, state, 0.5) == Decision::Stop { reason: Stop::Attempts }
            })
            .unwrap();
        assert_eq!(made, attempts);
    }
}

#[test]
fn the_first_wait_is_half_a_second_and_five_when_overloaded() {
    let after = |retry: Retry, code| match retry.decide(Effect::Read, &status(code, None), first(), 1.0) {
        Decision::Retry { after, .. } => after,
        Decision::Stop { reason } => panic!("{reason:?}"),
    };
    assert_eq!(after(Retry::standard(), 503), SECOND / 2);
    assert_eq!(after(Retry::standard(), 529), 5 * SECOND);
    assert_eq!(after(Retry::standard().base(2 * SECOND), 503), 2 * SECOND);
    assert_eq!(after(Retry::standard().overload_base(9 * SECOND), 529), 9 * SECOND);
    assert_eq!(after(Retry::standard().cap(SECOND), 529), SECOND);
}

#[test]
fn a_hint_past_a_minute_or_the_deadline_ends_the_call_at_once() {
    let decide = |hint, remaining| {
        let state = State { attempt: 1, remaining };
        Retry::standard().decide(Effect::Read, &status(429, Some(hint)), state, 0.0)
    };
    let too_far = Decision::Stop { reason: Stop::HintTooFar };
    assert_eq!(decide(MINUTE, HOUR), Decision::Retry { after: MINUTE, reason: "rate limited" });
    assert_eq!(decide(MINUTE + Duration::from_nanos(1), HOUR), too_far);
    assert_eq!(decide(Duration::MAX, Duration::MAX), too_far);
    assert_eq!(decide(10 * SECOND, 10 * SECOND), too_far);
    assert_eq!(decide(10 * SECOND, 11 * SECOND), Decision::Retry { after: 10 * SECOND, reason: "rate limited" });
}

#[test]
fn a_hint_does_not_make_an_answer_retryable() {
    for code in [200, 400, 401, 403, 404, 409, 422] {
        for effect in EFFECTS {
            assert!(!is_retried(effect, &status(code, Some(SECOND))), "{effect:?} {code}");
        }
    }
}

#[test]
fn a_wait_past_the_deadline_is_not_begun() {
    let state = State { attempt: 1, remaining: SECOND / 4 };
    let decide = |random| Retry::standard().decide(Effect::Read, &Outcome::Timeout, state, random);
    assert_eq!(decide(0.9), Decision::Stop { reason: Stop::Deadline });
    assert_eq!(decide(0.1), Decision::Retry { after: SECOND / 20, reason: "timeout" });
}

#[test]
fn gone_on_a_later_attempt_of_an_idempotent_call_is_done() {
    for code in [404, 409, 410] {
        for effect in EFFECTS {
            for attempt in 1..=3 {
                let state = State { attempt, remaining: HOUR };
                let done = effect == Effect::Idempotent && attempt > 1;
                let reason = if done { Stop::AlreadyDone } else { Stop::NotRetryable };
                let decision = Retry::standard().decide(effect, &status(code, None), state, 0.5);
                assert_eq!(decision, Decision::Stop { reason }, "{effect:?} {code} attempt {attempt}");
            }
        }
    }
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let hint = prop::option::of((0_u64..100_000).prop_map(Duration::from_millis));
    let code = prop_oneof![prop::sample::select(vec![408_u16, 429, 500, 502, 503, 504, 529]), 100_u16..600];
    prop_oneof![
        (code, hint).prop_map(|(code, hint)| status(code, hint)),
        Just(Outcome::ConnectFailed),
        Just(Outcome::Timeout),
        Just(Outcome::Transport),
        Just(Outcome::Undecodable),
        Just(Outcome::NotSent),
    ]
}

proptest! {
    #[test]
    fn a_retry_keeps_to_the_attempts_the_deadline_and_the_hint(
        effect in prop::sample::select(EFFECTS.to_vec()),
        outcome in any_outcome(),
        attempt in 1_u32..6,
        remaining in (0_u64..120_000).prop_map(Duration::from_millis),
        random in 0.0_f64..1.0,
    ) {
        let state = State { attempt, remaining };
        if let Decision::Retry { after, .. } = Retry::standard().decide(effect, &outcome, state, random) {
            prop_assert!(attempt < 3);
            prop_assert!(after < remaining);
            let hint = if let Outcome::Status { hint, .. } = outcome { hint } else { None };
            prop_assert!(after >= hint.unwrap_or_default());
            prop_assert!(after <= hint.unwrap_or_default() + 20 * SECOND);
        }
    }

    #[test]
    fn what_may_have_been_done_is_never_done_again(
        effect in prop::sample::select(vec![Effect::Costly, Effect::Page]),
        code in prop_oneof![Just(500_u16), Just(502), Just(503), Just(504), Just(408), 100_u16..429],
        failure in prop::sample::select(vec![Outcome::Timeout, Outcome::Transport, Outcome::Undecodable]),
    ) {
        for outcome in [status(code, None), failure] {
            prop_assert!(!is_retried(effect, &outcome));
        }
    }
}
