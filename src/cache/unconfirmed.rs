//! Revalidations that the store has not confirmed: they hold in this process at once, and are tried again until they do.
//!
//! They have no version yet, so every entry of their tags counts as older.

use super::Inner;
use super::log::{Event, Mode};
use super::revalidate::MAX_TAGS_PER_APPEND;
use super::tag_state::Standing;
use crate::dynamodb::ErrorKind;
use crate::host::{Deadline, LogLevel};
use std::rc::Rc;

/// The wait before the first new attempt, milliseconds; it doubles with every one that fails.
const FIRST_WAIT_MS: u64 = 1_000;
/// The breaker makes an attempt in an outage cost nothing, so it comes often.
const MAX_WAIT_MS: u64 = 2_000;

/// More are not kept: the oldest go, and entries of their tags may be served again. It takes days of an outage.
const MAX_EVENTS: usize = 10_000;

/// Confirmed events still count for gets that had read the log before; no read takes this long. Milliseconds.
const KEPT_MS: u64 = 30_000;

/// The events that not every log holds which a get of this process may judge by, oldest first.
#[derive(Default)]
pub struct Unconfirmed {
    held: Vec<Held>,
    added: u64,
    is_retrying: bool,
}

struct Held {
    number: u64,
    event: Event,
    confirmed: Option<Confirmed>,
}

#[derive(Clone, Copy)]
struct Confirmed {
    /// The version of the log that has it.
    version: u64,
    /// When that was, milliseconds of the monotonic clock.
    at_ms: u64,
}

impl Unconfirmed {
    /// How entries of a tag stand towards those that a log of this version does not hold.
    pub fn standing(&self, tag: &str, log_version: u64, now_ms: u64) -> Standing {
        let standing = |event: &Event| match event.mode {
            Mode::Hard => Standing::Expired,
            Mode::Soft { expires_at_ms: Some(expires_at_ms) } if expires_at_ms <= now_ms => Standing::Expired,
            Mode::Soft { .. } => Standing::Stale,
            Mode::Overwritten => Standing::Fresh,
        };
        let counts = |held: &&Held| {
            held.event.tag == tag && held.confirmed.is_none_or(|confirmed| log_version < confirmed.version)
        };
        self.held.iter().filter(counts).map(|held| standing(&held.event)).max().unwrap_or_default()
    }

    fn add(&mut self, events: &[Event]) {
        for event in events {
            // Said twice, it is one event still.
            self.held.retain(|held| {
                held.confirmed.is_some() || (&held.event.tag, held.event.mode) != (&event.tag, event.mode)
            });
            self.added += 1;
            self.held.push(Held { number: self.added, event: event.clone(), confirmed: None });
        }
        let excess = self.held.len().saturating_sub(MAX_EVENTS);
        self.held.drain(..excess);
    }

    /// What is to be confirmed next: events up to a number.
    fn next(&self, count: usize) -> (u64, Vec<Event>) {
        let next = || self.held.iter().filter(|held| held.confirmed.is_none()).take(count);
        (next().map(|held| held.number).max().unwrap_or(0), next().map(|held| held.event.clone()).collect())
    }

    fn confirmed(&mut self, up_to: u64, version: u64, at_ms: u64) {
        let confirmed = |held: &&mut Held| held.number <= up_to && held.confirmed.is_none();
        let now = Some(Confirmed { version, at_ms });
        self.held.iter_mut().filter(confirmed).for_each(|held| held.confirmed = now);
    }

    /// Lets go of what was confirmed before any get began that is still under way.
    pub fn forget_confirmed(&mut self, now_ms: u64) {
        let counts = |confirmed: Confirmed| now_ms.saturating_sub(confirmed.at_ms) < KEPT_MS;
        self.held.retain(|held| held.confirmed.is_none_or(counts));
    }
}

impl Inner {
    /// Makes events hold in this process until the log has them.
    pub(super) fn hold_until_confirmed(self: &Rc<Self>, events: &[Event]) {
        let mut unconfirmed = self.unconfirmed.borrow_mut();
        unconfirmed.add(events);
        if !std::mem::replace(&mut unconfirmed.is_retrying, true) {
            let inner = self.clone();
            self.host.spawn(Box::pin(async move { inner.confirm_all().await }));
        }
    }

    async fn confirm_all(self: &Rc<Self>) {
        let mut wait_ms = FIRST_WAIT_MS;
        let mut at_once = MAX_TAGS_PER_APPEND;
        loop {
            self.host.sleep(wait_ms).await;
            let (up_to, events) = self.unconfirmed.borrow().next(at_once);
            if events.is_empty() {
                self.unconfirmed.borrow_mut().is_retrying = false;
                return;
            }
            let deadline = Deadline::after(self.host.as_ref(), self.config.write_timeout_ms);
            match self.append_events(&events, deadline).await {
                Ok(log) => {
                    self.unconfirmed.borrow_mut().confirmed(up_to, log.version(), self.host.monotonic_ms());
                    let hard = events.iter().filter(|event| event.mode == Mode::Hard);
                    self.spawn_sweep(hard.map(|event| event.tag.clone()).collect(), log.version());
                    let line = format!(
                        "{} revalidations that the store had not confirmed are confirmed now",
                        events.len()
                    );
                    self.host.log(LogLevel::Info, &line);
                    wait_ms = 0;
                }
                Err(error) => {
                    wait_ms = (wait_ms * 2).clamp(FIRST_WAIT_MS, MAX_WAIT_MS);
                    if error.kind == ErrorKind::Validation {
                        // The row has no room for so many, even after its compaction.
                        at_once = (events.len() / 2).max(1);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(tag: &str, mode: Mode) -> Event {
        Event { tag: tag.to_owned(), at_ms: 1, mode }
    }

    #[test]
    fn the_strictest_of_a_tag_counts() {
        let mut unconfirmed = Unconfirmed::default();
        let soft = Mode::Soft { expires_at_ms: Some(50) };
        unconfirmed.add(&[event("a", soft), event("b", soft), event("b", Mode::Hard)]);
        assert_eq!(unconfirmed.standing("a", 9, 49), Standing::Stale);
        assert_eq!(unconfirmed.standing("a", 9, 50), Standing::Expired);
        assert_eq!(unconfirmed.standing("b", 9, 0), Standing::Expired);
        assert_eq!(unconfirmed.standing("c", 9, 0), Standing::Fresh);
    }

    #[test]
    fn what_is_added_during_a_confirmation_stays() {
        let mut unconfirmed = Unconfirmed::default();
        unconfirmed.add(&[event("a", Mode::Hard), event("b", Mode::Hard)]);
        let (up_to, events) = unconfirmed.next(10);
        assert_eq!(events.len(), 2);
        unconfirmed.add(&[event("a", Mode::Hard)]);
        unconfirmed.confirmed(up_to, 5, 100);
        assert_eq!(unconfirmed.standing("a", 5, 0), Standing::Expired);
        assert_eq!(unconfirmed.standing("b", 5, 0), Standing::Fresh);
        assert_eq!(unconfirmed.next(10).1.len(), 1);
    }

    #[test]
    fn a_get_that_read_the_log_before_the_confirmation_honours_it() {
        let mut unconfirmed = Unconfirmed::default();
        unconfirmed.add(&[event("a", Mode::Hard)]);
        let (up_to, _) = unconfirmed.next(10);
        unconfirmed.confirmed(up_to, 5, 100);
        assert_eq!(unconfirmed.standing("a", 4, 0), Standing::Expired);
        unconfirmed.forget_confirmed(100 + KEPT_MS - 1);
        assert_eq!(unconfirmed.standing("a", 4, 0), Standing::Expired);
        unconfirmed.forget_confirmed(100 + KEPT_MS);
        assert_eq!(unconfirmed.standing("a", 4, 0), Standing::Fresh);
    }

    #[test]
    fn saying_it_again_takes_no_room() {
        let mut unconfirmed = Unconfirmed::default();
        (0..100).for_each(|_| unconfirmed.add(&[event("a", Mode::Hard)]));
        assert_eq!(unconfirmed.held.len(), 1);
    }
}
