//! What this process has learnt of the revalidation log, and what it can still rely on.

use super::log::Log;
use super::tag_state::TagState;
use std::collections::HashMap;
use std::rc::Rc;

/// Tags whose state rows a process remembers; more are forgotten at once, which costs reads and nothing else.
const MAX_KNOWN_TAGS: usize = 20_000;

/// The log as this process last saw it, and the state rows that it has read since.
#[derive(Default)]
pub struct Knowledge {
    latest: Rc<Log>,
    seen: Option<u64>,
    known: HashMap<String, TagState>,
    reads: u64,
    learnt_at: u64,
}

/// When a read of the log began, in the order of this process's reads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadStart(u64);

/// What a log read means for what the process held before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learnt {
    /// It continues what was known.
    Continued,
    /// The log is older than what was seen although it was read later: the row was deleted or restored.
    Reset,
}

impl Knowledge {
    /// The version of the newest event that this process has seen, zero before the first log read.
    pub fn version(&self) -> u64 {
        self.seen.unwrap_or(0)
    }

    /// To be called before a read of the log is sent.
    pub fn begin_read(&mut self) -> ReadStart {
        self.reads += 1;
        ReadStart(self.reads)
    }

    /// Takes in a log read.
    pub fn learn(&mut self, log: &Rc<Log>, start: ReadStart) -> Learnt {
        let seen = self.version();
        let mut learnt = Learnt::Continued;
        if log.version() < seen {
            if start.0 <= self.learnt_at {
                return Learnt::Continued; // an older read that came late
            }
            learnt = Learnt::Reset;
        }
        if learnt == Learnt::Reset || log.floor > seen {
            self.known.clear(); // events were compacted that this process never saw
        }
        for (version, event) in log.versioned() {
            if let Some(state) = self.known.get_mut(&event.tag) {
                state.extend(event.step(version));
            }
        }
        self.seen = Some(log.version());
        self.latest = log.clone();
        self.learnt_at = self.reads;
        learnt
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
    use super::super::log::{Event, Mode};
    use super::*;

    fn log(floor: u64, tags: &[&str]) -> Rc<Log> {
        let event = |tag: &&str| Event { tag: (*tag).to_owned(), at_ms: 1, mode: Mode::Hard };
        Rc::new(Log { floor, events: tags.iter().map(event).collect() })
    }

    fn learn(knowledge: &mut Knowledge, log: &Rc<Log>) -> Learnt {
        let start = knowledge.begin_read();
        knowledge.learn(log, start)
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
        assert_eq!(knowledge.learn(&log(0, &["a"]), early), Learnt::Continued);
        assert_eq!(knowledge.version(), 2);
    }

    #[test]
    fn a_log_that_went_back_is_a_reset() {
        let mut knowledge = Knowledge::default();
        learn(&mut knowledge, &log(0, &["a", "b"]));
        assert_eq!(learn(&mut knowledge, &log(0, &["a"])), Learnt::Reset);
        assert_eq!(knowledge.version(), 1);
    }
}
