//! The protocol as a table: what the action was answered, what the polls were, what becomes of it.

use serde_json::{Value, json};

use super::*;

#[allow(clippy::needless_pass_by_value, reason = "rows of tables are values")]
fn result(captcha: Value, executed: Value) -> ExecutionResult {
    serde_json::from_value(json!({
        "action": {"type": "click", "id": "B1"}, "success": true, "message": "clicked", "started_at": "2025-01-02",
        "ended_at": "2025-01-02", "captcha": captcha, "action_executed": executed,
    }))
    .unwrap()
}

fn captcha(state: &str) -> Value {
    json!({"captcha_id": "c-1", "page_id": "p-1", "generation": 4, "state": state, "retry_after_ms": 300})
}

fn cancelled_by_navigation() -> Value {
    let mut captcha = captcha("cancelled");
    captcha["cancel_reason"] = json!("navigation");
    captcha
}

/// The code of a result that failed, `ok` of one that did not.
fn ending(next: Next) -> String {
    match next {
        Next::Return(result) if result.success && result.code.is_none() => "ok".into(),
        Next::Return(result) => format!("{} {}", result.success, result.code.unwrap_or_default()),
        Next::Resend { target: Some(Target { page_id, generation }) } => format!("resend to {page_id} {generation}"),
        Next::Resend { target: None } => "resend".into(),
        Next::Poll { .. } => "poll".into(),
    }
}

const NONE: Duration = Duration::ZERO;

#[test]
fn what_becomes_of_an_action() {
    for (executed, is_wait, answer, expected) in [
        (json!(true), false, captcha("solved"), "ok"),
        (json!(false), false, captcha("solved"), "resend to p-1 4"),
        (json!(null), false, captcha("solved"), "false captcha_execution_unknown"),
        (json!(true), false, captcha("failed"), "false captcha_failed"),
        (json!(false), false, captcha("failed"), "false captcha_failed"),
        (json!(true), false, captcha("cancelled"), "false captcha_cancelled"),
        (json!(true), false, cancelled_by_navigation(), "ok"),
        (json!(false), false, cancelled_by_navigation(), "false captcha_cancelled"),
        (json!(null), false, cancelled_by_navigation(), "false captcha_cancelled"),
        (json!(false), true, cancelled_by_navigation(), "resend"),
        (json!(false), false, captcha("teleported"), "false captcha_protocol_error"),
        (json!(false), false, json!(null), "false captcha_protocol_error"),
        (json!(true), false, captcha("solving"), "poll"),
    ] {
        let mut machine = Captcha::new(BUDGET, is_wait);
        let first = machine.executed(result(captcha("solving"), executed.clone()), NONE);
        let poll = Next::Poll {
            captcha_id: "c-1".into(),
            after: Duration::from_millis(300),
            left: BUDGET - Duration::from_millis(300),
        };
        assert_eq!(first, poll);
        let next = machine.polled("c-1", Some(result(answer.clone(), json!(null))), NONE);
        assert_eq!(ending(next), expected, "{executed} {is_wait} {answer}");
    }
}

#[test]
fn without_a_captcha_under_way_the_answer_is_the_result() {
    for (captcha, executed, expected) in [
        (json!(null), json!(null), "ok"),
        (captcha("solved"), json!(null), "ok"),
        (captcha("solved"), json!(true), "ok"),
        (captcha("solved"), json!(false), "resend to p-1 4"),
        (captcha("failed"), json!(true), "ok"),
        (captcha("failed"), json!(false), "false captcha_failed"),
    ] {
        let next = Captcha::new(BUDGET, false).executed(result(captcha.clone(), executed.clone()), NONE);
        assert_eq!(ending(next), expected, "{captcha} {executed}");
    }
}

#[test]
fn an_action_is_sent_again_once_at_most() {
    let mut machine = Captcha::new(BUDGET, false);
    let not_executed = || result(captcha("solved"), json!(false));
    assert_eq!(ending(machine.executed(not_executed(), NONE)), "resend to p-1 4");
    assert_eq!(ending(machine.executed(not_executed(), NONE)), "false captcha_protocol_error");
}

#[test]
fn another_captcha_than_the_one_asked_about_is_no_answer() {
    let mut machine = Captcha::new(BUDGET, false);
    machine.executed(result(captcha("solving"), json!(true)), NONE);
    let next = machine.polled("c-2", Some(result(captcha("solved"), json!(null))), NONE);
    assert_eq!(ending(next), "false captcha_protocol_error");
}

#[test]
fn pauses_keep_their_bounds_and_the_budget() {
    for (retry_after, waited, expected) in [
        (json!(null), 0, Some(1000)),
        (json!(1), 0, Some(100)),
        (json!(60_000), 0, Some(1000)),
        (json!(-5), 0, Some(1000)),
        (json!(300), 179_699, Some(300)),
        (json!(300), 179_700, None),
        (json!(300), 500_000, None),
    ] {
        let mut solving = captcha("solving");
        solving["retry_after_ms"] = retry_after.clone();
        let waited = Duration::from_millis(waited);
        let mut machine = Captcha::new(BUDGET, false);
        match (machine.executed(result(solving, json!(true)), waited), expected) {
            (Next::Poll { after, left, .. }, Some(millis)) => {
                assert_eq!(after, Duration::from_millis(millis), "{retry_after}");
                assert_eq!(left, BUDGET - waited - after);
            }
            (next, None) => assert_eq!(ending(next), "false captcha_timeout", "{waited:?}"),
            (next, _) => panic!("{next:?} after {retry_after}"),
        }
    }
}

#[test]
fn a_poll_without_an_answer_is_made_again_until_the_budget_is_used_up() {
    let mut machine = Captcha::new(BUDGET, false);
    machine.executed(result(captcha("solving"), json!(true)), NONE);
    assert_eq!(ending(machine.polled("c-1", None, NONE)), "poll");
    assert_eq!(ending(machine.polled("c-1", None, BUDGET)), "false captcha_timeout");
}
