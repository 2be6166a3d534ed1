use super::*;

/// All bits set: the longest delay that a back-off may have.
const LONGEST: u64 = u64::MAX;
const FOREVER_MS: u64 = u64::MAX;

fn after(decision: Decision) -> u64 {
    match decision {
        Decision::Retry { after_ms } => after_ms,
        Decision::GiveUp => panic!("gave up"),
    }
}

#[test]
fn the_delay_doubles_from_25_ms_up_to_20_s() {
    let delays: Vec<_> = (0..11).map(|retries| backoff_ms(Failure::Transient, retries, LONGEST)).collect();
    assert_eq!(delays, [25, 50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 20_000]);
    assert_eq!(backoff_ms(Failure::Transient, u32::MAX, LONGEST), 20_000);
}

#[test]
fn a_throttled_request_waits_from_1_s_on() {
    let delays: Vec<_> = (0..6).map(|retries| backoff_ms(Failure::Throttling, retries, LONGEST)).collect();
    assert_eq!(delays, [1_000, 2_000, 4_000, 8_000, 16_000, 20_000]);
}

#[test]
fn the_delay_is_spread_evenly_from_zero() {
    assert_eq!(backoff_ms(Failure::Throttling, 0, 0), 0);
    assert_eq!(backoff_ms(Failure::Throttling, 0, 1 << 63), 500);
    assert_eq!(backoff_ms(Failure::Throttling, 0, 1 << 62), 250);
}

#[test]
fn the_fourth_attempt_is_the_last_and_each_retry_costs_14() {
    let quota = Quota::new();
    let mut attempts = Attempts::new(&quota);
    let mut fail = || attempts.failed(Failure::Transient, None, LONGEST, FOREVER_MS);
    let seen: Vec<_> = (0..3).map(|_| (after(fail()), quota.available())).collect();
    assert_eq!(seen, [(25, 486), (50, 472), (100, 458)]);
    assert_eq!(fail(), Decision::GiveUp);
    assert_eq!(quota.available(), 458);
}

#[test]
fn an_answer_brings_back_what_the_last_retry_took() {
    let quota = Quota::new();
    let mut attempts = Attempts::new(&quota);
    after(attempts.failed(Failure::Throttling, None, LONGEST, FOREVER_MS));
    assert_eq!(quota.available(), 495);
    attempts.succeeded();
    assert_eq!(quota.available(), 500);

    let mut attempts = Attempts::new(&quota);
    after(attempts.failed(Failure::Transient, None, LONGEST, FOREVER_MS));
    after(attempts.failed(Failure::Transient, None, LONGEST, FOREVER_MS));
    attempts.succeeded();
    assert_eq!(quota.available(), 486);
}

#[test]
fn a_first_attempt_that_is_answered_brings_back_one_up_to_the_capacity() {
    let quota = Quota::new();
    Attempts::new(&quota).succeeded();
    assert_eq!(quota.available(), 500);
    after(Attempts::new(&quota).failed(Failure::Transient, None, LONGEST, FOREVER_MS));
    Attempts::new(&quota).succeeded();
    assert_eq!(quota.available(), 487);
}

#[test]
fn an_empty_quota_ends_retrying_and_takes_nothing_more() {
    let quota = Quota::new();
    let retried = (0..100)
        .take_while(|_| {
            Attempts::new(&quota).failed(Failure::Transient, None, 0, FOREVER_MS) != Decision::GiveUp
        })
        .count();
    assert_eq!((retried, quota.available()), (35, 10));
    after(Attempts::new(&quota).failed(Failure::Throttling, None, 0, FOREVER_MS));
    after(Attempts::new(&quota).failed(Failure::Throttling, None, 0, FOREVER_MS));
    assert_eq!(Attempts::new(&quota).failed(Failure::Throttling, None, 0, FOREVER_MS), Decision::GiveUp);
}

#[test]
fn the_servers_wish_counts_between_our_delay_and_5_s_more() {
    let quota = Quota::new();
    let delay =
        |wish_ms| after(Attempts::new(&quota).failed(Failure::Transient, Some(wish_ms), LONGEST, FOREVER_MS));
    assert_eq!(delay(0), 25);
    assert_eq!(delay(1_500), 1_500);
    assert_eq!(delay(60_000), 5_025);
}

#[test]
fn no_attempt_begins_that_cannot_end_before_the_deadline() {
    let quota = Quota::new();
    let decide = |remaining_ms| Attempts::new(&quota).failed(Failure::Transient, None, LONGEST, remaining_ms);
    assert_eq!(decide(25 + MIN_ATTEMPT_MS - 1), Decision::GiveUp);
    assert_eq!(quota.available(), 500);
    assert_eq!(after(decide(25 + MIN_ATTEMPT_MS)), 25);
}

#[test]
fn the_first_attempt_leaves_a_third_of_the_time_for_another() {
    let quota = Quota::new();
    let mut attempts = Attempts::new(&quota);
    assert_eq!([0, 1, 300].map(|remaining_ms| attempts.timeout_ms(remaining_ms)), [0, 1, 200]);
    after(attempts.failed(Failure::Transient, None, LONGEST, FOREVER_MS));
    assert_eq!(attempts.timeout_ms(100), 100);
}
