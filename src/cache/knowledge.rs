//! What this process has learnt of the revalidation log, and what it can still rely on.

use super::key::Component;
use super::log::{Event, Log};
use super::tag_state::TagState;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

/// Tags whose state rows a process remembers; more are forgotten at once, which costs reads and nothing else.
const MAX_KNOWN_TAGS: usize = 20_000;

/// Logs begin later than in the first millisecond of 1970.
const OF_A_LOST_LOG: u64 = 1;

/// Versions of which a process remembers when it learnt them.
const MAX_MOMENTS: usize = 256;

/// The log as this process last saw it, and the state rows that it has read since.
#[derive(Default)]
pub struct Knowledge {
    latest: Rc<Log>,
    seen: Option<u64>,
    /// When each of the latest versions was learnt, oldest first.
    moments: VecDeque<(Moment, u64)>,
    known: HashMap<String, TagState>,
    reads: u64,
    learnt_at: u64,
    /// Reads that had begun when a reset was seen: what is still to come of them may be of the log before.
    reset_at: u64,
    resets: u64,
}

/// A moment by both clocks of this process: callers stamp by either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Unix milliseconds.
    pub now_ms: u64,
    /// Milliseconds of [`Host::monotonic_ms`](crate::host::Host::monotonic_ms).
    pub monotonic_ms: u64,
}

/// When a read of the log began, in the order of this process's reads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadStart(u64);

/// What a log read means for what the process held before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learnt {
    /// It continues what was known.
    Continued,
    /// The log is another, or older than what was seen although it was read later: the row was deleted or restored.
    Reset,
}

impl Knowledge {
    /// The version of the newest event that this process has seen, zero before the first log read.
    pub fn version(&self) -> u64 {
        self.seen.unwrap_or(0)
    }

    /// How often the log was seen to have gone back: a version from before a reset is none of the log after it.
    pub fn resets(&self) -> u64 {
        self.resets
    }

    /// To be called before a read of the log is sent.
    pub fn begin_read(&mut self) -> ReadStart {
        self.reads += 1;
        ReadStart(self.reads)
    }

    /// The version that this process had seen at a moment: by the clock that says the older one. Once a log was lost, a moment that
    /// may have been before is of a version that no log has: what was revalidated between the two is not known.
    pub fn version_at(&self, at: Moment) -> u64 {
        let unknown = if self.resets > 0 { OF_A_LOST_LOG } else { 0 };
        let known = |is_before: &dyn Fn(&Moment) -> bool| {
            let found = self.moments.iter().rev().find(|(moment, _)| is_before(moment));
            found.map_or(unknown, |(_, version)| *version)
        };
        known(&|moment| moment.now_ms < at.now_ms).min(known(&|moment| moment.monotonic_ms < at.monotonic_ms))
    }

    /// Takes in a log read.
    pub fn learn(&mut self, log: &Rc<Log>, start: ReadStart, now: Moment) -> Learnt {
        let seen = self.version();
        let mut learnt = Learnt::Continued;
        if start.0 <= self.reset_at {
            return Learnt::Continued;
        }
        if seen > 0 && (log.began != self.latest.began || log.version() < seen) {
            if start.0 <= self.learnt_at {
                return Learnt::Continued; // an older read that came late
            }
            learnt = Learnt::Reset;
            self.reset_at = self.reads;
            self.resets += 1;
            self.moments.clear(); // a version of the log before is none of this one
        }
        if learnt == Learnt::Reset || log.floor > seen {
            self.known.clear(); // events were compacted that this process never saw
        }
        for (version, event) in log.versioned() {
            if let Some(state) = self.known.get_mut(&event.tag) {
                state.extend(event.step(version));
            }
        }
        if self.moments.back().is_none_or(|(_, version)| *version != log.version()) {
            if self.moments.len() == MAX_MOMENTS {
                self.moments.pop_front();
            }
            self.moments.push_back((now, log.version()));
        }
        self.seen = Some(log.version());
        self.latest = log.clone();
        self.learnt_at = self.reads;
        learnt
    }

    /// Whether one of the tags, or any with the prefix, was revalidated between two versions, as far as this process has seen:
    /// after `since`, and not after `until`. What was compacted since may have been any tag's.
    pub fn revalidated(&self, tags: &[Component], prefix: &str, since: u64, until: u64) -> bool {
        let mut between =
            self.latest.versioned().filter(|(version, _)| *version > since && *version <= until);
        let since = self.latest.counted(since);
        let concerns =
            |event: &Event| event.tag.starts_with(prefix) || tags.iter().any(|tag| tag.as_str() == event.tag);
        since < until && (since < self.latest.floor || between.any(|(_, event)| concerns(event)))
    }

    /// The last log that this process learnt, if it knows at least `version`.
    pub fn latest_since(&self, version: u64) -> Option<Rc<Log>> {
        (self.seen? >= version).then(|| self.latest.clone())
    }

    /// Adds what the state row of a tag says; `false` when it must be read to know.
    pub fn complete(&self, tag: &str, state: &mut TagState) -> bool {
        match self.known.get(tag) {
            Some(known) => {
                state.merge(known);
                true
            }
            None => false,
        }
    }

    /// Keeps a tag's state row that was read after a log read with this floor, unless events were compacted since.
    pub fn remember(&mut self, tag: &str, state: &TagState, floor: u64) {
        if self.latest.floor != floor {
            return;
        }
        if self.known.len() >= MAX_KNOWN_TAGS {
            self.known.clear();
        }
        // The events that are still in the log belong to it too: they may be compacted before the next read.
        let mut state = state.clone();
        state.merge(&self.latest.state_of(tag));
        self.known.insert(tag.to_owned(), state);
    }
}

#[cfg(test)]
mod tests {
    use super::super::log::Mode;
    use super::*;

    fn log(floor: u64, tags: &[&str]) -> Rc<Log> {
        log_of(0, floor, tags)
    }

    fn log_of(began: u64, floor: u64, tags: &[&str]) -> Rc<Log> {
        let event = |tag: &&str| Event { tag: (*tag).to_owned(), at_ms: 1, mode: Mode::Hard };
        Rc::new(Log { began, floor, events: tags.iter().map(event).collect() })
    }

    fn learn(knowledge: &mut Knowledge, log: &Rc<Log>) -> Learnt {
        learn_at(knowledge, log, 0)
    }

    fn learn_at(knowledge: &mut Knowledge, log: &Rc<Log>, at_ms: u64) -> Learnt {
        let start = knowledge.begin_read();
        knowledge.learn(log, start, Moment { now_ms: 1_000 + at_ms, monotonic_ms: at_ms })
    }

    /// The version of the newest revalidation of a tag, `None` when its state row must be read.
    fn newest(knowledge: &Knowledge, tag: &str, log: &Log) -> Option<u64> {
        let mut state = log.state_of(tag);
        knowledge.complete(tag, &mut state).then(|| state.version())
    }

    #[test]
    fn what_is_remembered_keeps_events_that_are_compacted_later() {
        let mut knowledge = Knowledge::default();
        let first = log(3, &["x", "a"]);
        learn(&mut knowledge, &first);
        knowledge.remember("a", &TagState::default(), 3);
        let second = log(5, &["x"]); // version 5, the event of "a", is in its state row now
        learn(&mut knowledge, &second);
        assert_eq!(newest(&knowledge, "a", &second), Some(5));
    }

    #[test]
    fn a_process_that_missed_events_forgets() {
        let mut knowledge = Knowledge::default();
        learn(&mut knowledge, &log(3, &["x"]));
        knowledge.remember("a", &TagState::default(), 3);
        let later = log(9, &["x"]);
        learn(&mut knowledge, &later);
        assert_eq!(newest(&knowledge, "a", &later), None);
    }

    #[test]
    fn a_read_that_came_late_teaches_nothing() {
        let mut knowledge = Knowledge::default();
        let early = knowledge.begin_read();
        learn(&mut knowledge, &log(0, &["a", "b"]));
        let now = Moment { now_ms: 0, monotonic_ms: 0 };
        assert_eq!(knowledge.learn(&log(0, &["a"]), early, now), Learnt::Continued);
        assert_eq!(knowledge.version(), 2);
    }

    #[test]
    fn a_render_has_seen_what_was_learnt_before_it_began() {
        let mut knowledge = Knowledge::default();
        learn_at(&mut knowledge, &log(0, &["a"]), 10);
        learn_at(&mut knowledge, &log(0, &["a"]), 20);
        learn_at(&mut knowledge, &log(0, &["a", "b"]), 30);
        let version_at =
            |monotonic_ms| knowledge.version_at(Moment { now_ms: 1_000 + monotonic_ms, monotonic_ms });
        assert_eq!([5, 10, 11, 30, 31].map(version_at), [0, 0, 1, 1, 2]);
        assert_eq!(knowledge.version_at(Moment { now_ms: 5_000, monotonic_ms: 15 }), 1);
    }

    #[test]
    fn what_was_revalidated_between_two_versions_is_told_by_tags() {
        let mut knowledge = Knowledge::default();
        let revalidated = |knowledge: &Knowledge, tag: &str, since, until| {
            knowledge.revalidated(&[Component::tag("z"), Component::tag(tag)], "_p", since, until)
        };
        assert!(!revalidated(&knowledge, "a", 0, 0));
        learn(&mut knowledge, &log(3, &["a", "b", "_path"]));
        for (tag, since, until, expected) in [
            ("a", 3, 4, true),
            ("a", 3, 9, true),
            ("a", 4, 5, false),
            ("b", 3, 4, false),
            ("b", 4, 5, true),
            ("c", 3, 5, false),
            ("c", 3, 6, true), // the prefix
            ("c", 2, 5, true), // what was compacted
            ("c", 2, 2, false),
            ("a", 9, 3, false),
        ] {
            assert_eq!(revalidated(&knowledge, tag, since, until), expected, "{tag} {since} {until}");
        }
        let mut knowledge = Knowledge::default();
        learn(&mut knowledge, &log_of(3, 3, &["a"])); // it begins when somebody has seen none
        assert_eq!(["a", "b"].map(|tag| revalidated(&knowledge, tag, 0, 4)), [true, false]);
    }

    #[test]
    fn a_render_from_before_what_is_remembered_has_seen_nothing() {
        let mut knowledge = Knowledge::default();
        for version in 0..600 {
            learn_at(&mut knowledge, &log(version, &[]), version);
        }
        assert_eq!(knowledge.version_at(Moment { now_ms: 1_100, monotonic_ms: 100 }), 0);
    }

    #[test]
    fn a_log_that_went_back_is_a_reset() {
        let mut knowledge = Knowledge::default();
        learn_at(&mut knowledge, &log(0, &["a", "b"]), 10);
        let late = knowledge.begin_read();
        assert_eq!(learn_at(&mut knowledge, &log(0, &["a"]), 20), Learnt::Reset);
        assert_eq!((knowledge.version(), knowledge.resets()), (1, 1));
        let now = Moment { now_ms: 1_030, monotonic_ms: 30 };
        assert_eq!(knowledge.learn(&log(0, &["a", "b"]), late, now), Learnt::Continued);
        assert_eq!(knowledge.version(), 1);
    }

    #[test]
    fn a_render_that_began_before_a_log_was_lost_has_seen_none_of_the_next() {
        let mut knowledge = Knowledge::default();
        learn_at(&mut knowledge, &log_of(100, 100, &["a", "b"]), 10);
        let next = log_of(700, 700, &["a"]);
        learn_at(&mut knowledge, &next, 20);
        let seen = |monotonic_ms| knowledge.version_at(Moment { now_ms: 1_000 + monotonic_ms, monotonic_ms });
        assert_eq!([15, 25].map(|at| next.has_had(seen(at))), [false, true]);
        assert_eq!(seen(25), 701);
    }

    #[test]
    fn another_log_is_a_reset_whatever_its_version() {
        let mut knowledge = Knowledge::default();
        assert_eq!(learn(&mut knowledge, &log(0, &[])), Learnt::Continued);
        assert_eq!(learn(&mut knowledge, &log_of(100, 100, &["a"])), Learnt::Continued);
        for began in [98, 700] {
            assert_eq!(learn(&mut knowledge, &log_of(began, began + 3, &["a"])), Learnt::Reset);
        }
        assert_eq!(learn(&mut knowledge, &log_of(700, 705, &["a"])), Learnt::Continued);
    }
}
