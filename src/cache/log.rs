//! The revalidation log: one row that every revalidation appends to. Its version is the only order there is.
//!
//! The event at position `i` has version `floor + i + 1`; events up to `floor` were compacted into tag state rows. Versions count
//! from the moment at which the log began, so that those of a log that was lost are none of the one that came after it.

use super::tag_state::{Step, TagState};
use crate::dynamodb::{AttributeValue, Item};

/// One read of the log row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// The version before its first event: when its row was made, Unix milliseconds by its host's clock. Zero where there is none.
    pub began: u64,
    /// The version of the newest event that is no longer in `events`.
    pub floor: u64,
    /// The events after `floor`, oldest first.
    pub events: Vec<Event>,
}

/// One tag's revalidation, or one entry's overwriting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The tag, as a row key holds it; of an overwriting, the entry's row.
    pub tag: String,
    /// When it happened by its host's clock, Unix milliseconds. It orders nothing.
    pub at_ms: u64,
    /// What it does.
    pub mode: Mode,
}

/// What an event does to the entries of its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `revalidateTag(tag)`, `updateTag`, `revalidatePath`: expired at once.
    Hard,
    /// `revalidateTag(tag, {expire})`: stale from now on, expired from this moment (Unix milliseconds) on; `None` is never.
    Soft {
        /// The deadline, Unix milliseconds.
        expires_at_ms: Option<u64>,
    },
    /// `res.revalidate(path)` and the like: the entry was replaced although it was good, so copies of it in memory go.
    Overwritten,
}

impl Log {
    /// The version of the newest event, zero before the first.
    pub fn version(&self) -> u64 {
        self.floor + self.events.len() as u64
    }

    /// Whether a version is one that this log has had. Zero is: who has seen no log has seen none of its events.
    pub fn has_had(&self, version: u64) -> bool {
        version == 0 || (self.began..=self.version()).contains(&version)
    }

    /// Where a version stands among this log's own.
    pub fn counted(&self, version: u64) -> u64 {
        if version == 0 { self.began } else { version }
    }

    /// Whether events have been moved to state rows.
    pub fn is_compacted(&self) -> bool {
        self.floor > self.began
    }

    /// The events with their versions, oldest first.
    pub fn versioned(&self) -> impl DoubleEndedIterator<Item = (u64, &Event)> {
        self.events.iter().enumerate().map(|(i, event)| (self.floor + i as u64 + 1, event))
    }

    /// How many of the oldest events are to be moved: none within the limits, else so many that half of each is left.
    pub fn excess(&self, max_events: usize, max_bytes: usize) -> usize {
        let bytes: usize = self.events.iter().map(Event::bytes).sum();
        if self.events.len() <= max_events && bytes <= max_bytes {
            return 0;
        }
        let mut left = 0;
        let is_left = |event: &&Event| {
            left += event.bytes();
            left <= max_bytes / 2
        };
        let left_events = self.events.iter().rev().take(max_events / 2).take_while(is_left).count();
        self.events.len() - left_events
    }

    /// Reads the row; a missing row is the empty log.
    pub fn from_item(item: Option<&Item>) -> Result<Self, UnreadableLog> {
        let Some(item) = item else { return Ok(Log::default()) };
        let number = |name| item.get(name).map_or(Some(0), AttributeValue::as_u64);
        let (Some(began), Some(moved), Some(count)) = (number("began"), number("floor"), number("version"))
        else {
            return Err(UnreadableLog);
        };
        let events = match item.get("events") {
            Some(list) => {
                list.as_l().ok_or(UnreadableLog)?.iter().map(Event::from_attribute).collect::<Option<_>>()
            }
            None => Some(Vec::new()),
        };
        let events: Vec<_> = events.ok_or(UnreadableLog)?;
        let (Some(floor), Some(_)) = (began.checked_add(moved), began.checked_add(count)) else {
            return Err(UnreadableLog);
        };
        if moved.checked_add(events.len() as u64) == Some(count) {
            Ok(Log { began, floor, events })
        } else {
            Err(UnreadableLog)
        }
    }

    /// What the events in the log say of one tag.
    pub fn state_of(&self, tag: &str) -> TagState {
        let mut state = TagState::default();
        for (version, event) in self.versioned().filter(|(_, event)| event.tag == tag) {
            state.extend(event.step(version));
        }
        state
    }

    /// Whether a copy of an entry's row that was read when the log had the version `seen` may have been overwritten.
    pub fn may_have_overwritten(&self, row: &str, seen: u64) -> bool {
        let seen = self.counted(seen);
        let overwrites = |event: &Event| event.mode == Mode::Overwritten && event.tag == row;
        self.floor > seen || self.versioned().any(|(version, event)| version > seen && overwrites(event))
    }
}

/// The log row does not hold what this version of the package writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadableLog;

impl Event {
    /// What it takes in the row, about, by DynamoDB's rules for the size of items.
    fn bytes(&self) -> usize {
        self.tag.len() + 32
    }

    /// The event as one element of the row's `events` list.
    pub fn to_attribute(&self) -> AttributeValue {
        let mut map = Item::new();
        map.insert("tag", AttributeValue::S(self.tag.clone()));
        map.insert("at", AttributeValue::n(self.at_ms));
        match self.mode {
            Mode::Hard => {}
            Mode::Overwritten => drop(map.insert("overwritten", AttributeValue::Bool(true))),
            Mode::Soft { expires_at_ms } => {
                map.insert("soft", AttributeValue::Bool(true));
                if let Some(expires_at_ms) = expires_at_ms {
                    map.insert("expire", AttributeValue::n(expires_at_ms));
                }
            }
        }
        AttributeValue::M(map)
    }

    fn from_attribute(attribute: &AttributeValue) -> Option<Self> {
        let map = attribute.as_m()?;
        let is = |name: &str| map.get(name).and_then(AttributeValue::as_bool) == Some(true);
        let mode = match map.get("expire") {
            _ if is("overwritten") => Mode::Overwritten,
            _ if !is("soft") => Mode::Hard,
            None => Mode::Soft { expires_at_ms: None },
            Some(expire) => Mode::Soft { expires_at_ms: Some(expire.as_u64()?) },
        };
        Some(Event { tag: map.get("tag")?.as_s()?.to_owned(), at_ms: map.get("at")?.as_u64()?, mode })
    }

    /// The event as a step of its tag's state; `None` when it is no revalidation.
    pub fn step(&self, version: u64) -> Option<Step> {
        let expires_at_ms = match self.mode {
            Mode::Hard => 0,
            Mode::Soft { expires_at_ms } => expires_at_ms.unwrap_or(u64::MAX),
            Mode::Overwritten => return None,
        };
        Some(Step { version, expires_at_ms, at_ms: self.at_ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGAN: u64 = 1_000;

    fn hard(tag: &str) -> Event {
        Event { tag: tag.into(), at_ms: 5, mode: Mode::Hard }
    }

    fn row(floor: u64, version: u64, events: &[Event]) -> Item {
        Item::from([
            ("began", AttributeValue::n(BEGAN)),
            ("floor", AttributeValue::n(floor)),
            ("version", AttributeValue::n(version)),
            ("events", AttributeValue::L(events.iter().map(Event::to_attribute).collect())),
        ])
    }

    #[test]
    fn a_missing_row_is_the_empty_log() {
        assert_eq!(Log::from_item(None), Ok(Log::default()));
    }

    #[test]
    fn events_round_trip_through_the_row() {
        let events = vec![
            hard("a"),
            Event { tag: "b".into(), at_ms: 9, mode: Mode::Soft { expires_at_ms: None } },
            Event { tag: "c".into(), at_ms: 9, mode: Mode::Soft { expires_at_ms: Some(77) } },
            Event { tag: "/row".into(), at_ms: 9, mode: Mode::Overwritten },
        ];
        let log = Log::from_item(Some(&row(4, 8, &events))).expect("readable");
        assert_eq!(log, Log { began: BEGAN, floor: BEGAN + 4, events });
        assert_eq!(log.versioned().map(|(version, _)| version - BEGAN).collect::<Vec<_>>(), [5, 6, 7, 8]);
    }

    #[test]
    fn a_copy_is_good_until_its_row_is_overwritten() {
        let overwritten = Event { tag: "/row".into(), at_ms: 9, mode: Mode::Overwritten };
        let log = |floor| Log { began: 4, floor, events: vec![hard("/row"), overwritten.clone()] };
        let may_have = |log: Log| [0, 3, 4, 5, 6].map(|seen| log.may_have_overwritten("/row", seen));
        assert_eq!(may_have(log(4)), [true, true, true, true, false]);
        let before = |seen| log(4).may_have_overwritten("/other", seen);
        assert_eq!([0, 3, 4].map(before), [false, true, false]); // in a log before, anything may have been
        let log = log(4);
        assert!(!log.may_have_overwritten("/other", 4));
        assert_eq!(log.state_of("/row").version(), 5);
    }

    #[test]
    fn a_log_over_either_limit_is_cut_to_half_of_both() {
        let log = |tags: usize, length: usize| Log {
            events: vec![hard(&"x".repeat(length)); tags],
            ..Log::default()
        };
        assert_eq!([4, 5, 9].map(|tags| log(tags, 1).excess(4, 1_000)), [0, 3, 7]);
        assert_eq!(log(4, 68).excess(100, 399), 3);
        assert_eq!(log(1, 5_000).excess(100, 4_000), 1);
    }

    #[test]
    fn a_row_whose_numbers_disagree_is_refused() {
        for (floor, version) in [(4, 9), (u64::MAX - 1, u64::MAX), (u64::MAX, 0)] {
            assert_eq!(Log::from_item(Some(&row(floor, version, &[hard("a")]))), Err(UnreadableLog));
        }
    }

    #[test]
    fn versions_of_another_log_are_none_of_this_one() {
        let log = Log { began: 100, floor: 102, events: vec![hard("a")] };
        assert_eq!(
            [0, 1, 99, 100, 103, 104].map(|version| log.has_had(version)),
            [true, false, false, true, true, false]
        );
        assert_eq!([0, 100, 103].map(|version| log.counted(version)), [100, 100, 103]);
        assert!(Log::default().has_had(0) && !Log::default().has_had(1));
    }
}
