//! When polls are made, under virtual time.

use std::{cell::RefCell, future::ready};

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// Polls what the list says, its last entry again and again, and notes when.
async fn run(
    schedule: Schedule,
    answers: &[fn() -> Result<Polled<u32>>],
) -> (Result<u32, (Error, Option<u32>)>, Vec<f64>) {
    let (start, times) = (Instant::now(), RefCell::new(Vec::new()));
    let result = poll("agent_status", schedule, || {
        let mut times = times.borrow_mut();
        times.push(start.elapsed().as_secs_f64());
        ready(answers[(times.len() - 1).min(answers.len() - 1)]())
    });
    let result = result.await;
    (result.map_err(Unfinished::into_parts), times.into_inner())
}

fn not_yet() -> Result<Polled<u32>> {
    Ok(Polled::NotYet(Some(7)))
}

fn done() -> Result<Polled<u32>> {
    Ok(Polled::Ready(8))
}

fn busy() -> Result<Polled<u32>> {
    Err(Error::deadline("agent_status", notte_api::Effect::Read, 1, true, None))
}

fn gone() -> Result<Polled<u32>> {
    Err(Error::new(ErrorKind::NotFound, "404").in_operation("agent_status"))
}

#[tokio::test(start_paused = true)]
async fn the_last_poll_is_made_in_time_for_the_deadline() {
    let (result, times) = run(Schedule { deadline: Some(60 * SECOND), ..Schedule::default() }, &[not_yet]).await;
    let (error, seen) = result.unwrap_err();
    let last = *times.last().unwrap();
    assert!((58.0..58.01).contains(&last), "{times:?}");
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] <= 10.01), "{times:?}");
    assert_eq!((error.kind(), seen), (ErrorKind::Deadline, Some(7)));
    assert_eq!(error.waited().unwrap().polls as usize, times.len());
}

#[tokio::test(start_paused = true)]
async fn what_is_so_at_the_last_poll_is_no_timeout() {
    let (result, times) = run(Schedule { deadline: Some(SECOND / 2), ..Schedule::default() }, &[not_yet, done]).await;
    assert_eq!((result.unwrap(), times.len()), (8, 2));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_of_nothing_is_one_poll() {
    let schedule = Schedule { deadline: Some(Duration::ZERO), ..Schedule::default() };
    assert_eq!(run(schedule.clone(), &[not_yet]).await.1, [0.0]);
    assert_eq!(run(schedule, &[done]).await.0.unwrap(), 8);
}

#[tokio::test(start_paused = true)]
async fn polls_are_counted_and_an_interval_is_kept() {
    let schedule = Schedule { max_polls: Some(3), interval: Some(2 * SECOND), ..Schedule::default() };
    let (result, times) = run(schedule, &[not_yet]).await;
    let rounded: Vec<_> = times.iter().map(|time| time.round()).collect();
    assert_eq!(rounded, [0.0, 2.0, 4.0]);
    assert_eq!(result.unwrap_err().0.to_string(), "agent_status failed: not done after 4.0 s and 3 polls");
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_may_do_better_later_is_tolerated_and_kept_at_the_end() {
    assert_eq!(run(Schedule::default(), &[not_yet, busy, busy, done]).await.0.unwrap(), 8);
    let schedule = Schedule { max_polls: Some(2), ..Schedule::default() };
    let (error, last) = run(schedule, &[not_yet, busy]).await.0.unwrap_err();
    assert_eq!((error.kind(), last), (ErrorKind::Deadline, Some(7)));
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_fails_for_good_ends_the_wait_with_its_own_error() {
    let (result, times) = run(Schedule::default(), &[not_yet, gone]).await;
    let (error, _) = result.unwrap_err();
    assert_eq!((error.kind(), error.waited().unwrap().polls, times.len()), (ErrorKind::NotFound, 2, 2));
    assert_eq!(error.to_string(), "agent_status failed: 404");
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_hangs_does_not_outlive_the_deadline() {
    let schedule = Schedule { deadline: Some(5 * SECOND), ..Schedule::default() };
    let start = Instant::now();
    let error = poll("agent_status", schedule, std::future::pending::<Result<Polled<()>>>).await.unwrap_err();
    assert!(error.into_parts().0.is_timeout() && start.elapsed() <= 5 * SECOND + Duration::from_millis(2));
}

#[tokio::test(start_paused = true)]
async fn odd_answers_are_tolerated_for_some_polls_in_a_row() {
    let odd = || Err(Error::new(ErrorKind::Decode, "odd"));
    let few: [fn() -> _; 12] = [odd, odd, odd, odd, odd, not_yet, odd, odd, odd, odd, odd, done];
    assert_eq!(run(Schedule::default(), &few).await.0.unwrap(), 8);
    let (result, times) = run(Schedule::default(), &[odd]).await;
    assert_eq!((result.unwrap_err().0.kind(), times.len()), (ErrorKind::Decode, 6));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_refused_before_it_was_sent_ends_the_wait() {
    let refused: fn() -> _ = || Err(Error::invalid("the id is empty"));
    assert_eq!(run(Schedule::default(), &[refused]).await.1, [0.0]);
}

#[tokio::test(start_paused = true)]
async fn an_interval_of_nothing_does_not_spin() {
    let schedule = Schedule { interval: Some(Duration::ZERO), deadline: Some(SECOND), ..Schedule::default() };
    assert!(run(schedule, &[not_yet]).await.1.len() <= 21);
}

proptest::proptest! {
    #[test]
    fn pauses_grow_from_one_second_to_ten_and_never_pass_the_deadline(
        polls in 1_u32..=u32::MAX, waited in 0_u32..200, deadline in 0_u32..200, dice in 0.0_f64..=1.0
    ) {
        let schedule = Schedule::default();
        let pause = schedule.next(polls, Duration::ZERO, None, dice).unwrap();
        assert!(pause >= SECOND.mul_f64(0.749) && pause <= 10 * SECOND);
        let after = schedule.next(polls.saturating_add(1), Duration::ZERO, None, dice).unwrap();
        assert!(after >= pause);
        assert_eq!(schedule.next(polls, Duration::ZERO, Some(30 * SECOND), dice), Some(30 * SECOND));

        let bounded = Schedule { deadline: Some(SECOND * deadline), ..Schedule::default() };
        match bounded.next(polls, SECOND * waited, None, dice) {
            Some(pause) => assert!(SECOND * waited + pause < SECOND * deadline && !pause.is_zero()),
            None => assert!(waited + 2 >= deadline),
        }
    }
}
