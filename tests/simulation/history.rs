//! What really happened: every event in the order in which the table took it, and every promise that was broken.

use crate::dynamodb::{Item, number_of};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// The whole revalidation log, of which the row keeps only the newest part. The event at position `i` has version
/// `began + i + 1`.
#[derive(Default)]
pub struct History {
    events: RefCell<Vec<Event>>,
    /// What the log's row says of when it began; 0 while there is none.
    began: Cell<u64>,
    /// When each log began that was lost or went back, and its last version.
    lost: RefCell<Vec<(u64, u64)>>,
    /// Whether the log began by an append that had begun one before: it was sent twice, and the log deleted in between.
    is_same_again: Cell<bool>,
    /// When each render of each entry was last written, Unix microseconds.
    written: RefCell<BTreeMap<(String, u64), u64>>,
    violations: RefCell<Vec<String>>,
}

#[derive(Clone, Debug)]
pub struct Event {
    pub tag: String,
    /// Entries are expired from this moment on, Unix milliseconds of whoever looks; 0 is at once, `u64::MAX` never.
    pub expires_at_ms: u64,
    /// When the table took it, Unix microseconds.
    pub at_us: u64,
}

impl History {
    /// Something that must not happen.
    pub fn violation(&self, what: String) {
        self.violations.borrow_mut().push(what);
    }

    pub fn violations(&self) -> Vec<String> {
        self.violations.borrow().clone()
    }

    /// Events so far.
    pub fn version(&self) -> usize {
        self.events.borrow().len()
    }

    /// When the log began, and its events so far, for a backup.
    pub fn log(&self) -> (u64, Vec<Event>) {
        (self.began.get(), self.events.borrow().clone())
    }

    /// Whether a version is one of the log that there is.
    pub fn knows(&self, version: u64) -> bool {
        let began = self.began.get();
        version == 0 || (version >= began && version - began <= self.version() as u64)
    }

    /// Whether an entry of this revision was rendered by whoever had seen the log that there is, and no other.
    pub fn is_of_this_log(&self, revision: u64) -> bool {
        self.is_told_apart() && revision > self.began.get()
    }

    /// Whether no version of this log is one of a log that was lost: so it is as long as clocks are not further off than that one lived.
    pub fn is_told_apart(&self) -> bool {
        self.lost.borrow().iter().all(|(_, last)| self.began.get() > *last)
    }

    /// Whether nothing tells the log from one that was lost, not even when it began.
    pub fn is_same_again(&self) -> bool {
        self.is_same_again.get()
    }

    /// Whether the log had this event at this version.
    pub fn had(&self, version: u64, tag: &str, expires_at_ms: u64) -> bool {
        let events = self.events.borrow();
        let position = version.checked_sub(self.began.get());
        let event = position
            .and_then(|position| position.checked_sub(1))
            .and_then(|index| events.get(index as usize));
        event.is_some_and(|event| event.tag == tag && event.expires_at_ms == expires_at_ms)
    }

    /// The log is gone: now it is one that began then, with these events.
    pub fn log_lost(&self, began: u64, events: Vec<Event>) {
        let lost = self.began.replace(began);
        self.lost.borrow_mut().push((lost, lost + self.version() as u64));
        self.is_same_again.set(false);
        *self.events.borrow_mut() = events;
    }

    /// Times that the log was lost or went back: versions before and after are not of one order.
    pub fn epoch(&self) -> u64 {
        self.lost.borrow().len() as u64
    }

    /// Events that the table took up to a moment.
    pub fn version_at(&self, at_us: u64) -> usize {
        self.events.borrow().partition_point(|event| event.at_us <= at_us)
    }

    /// The events of `tags` that an entry with this revision had not seen, among the first `version`.
    pub fn unseen(&self, tags: &BTreeSet<String>, revision: u64, version: usize) -> Vec<Event> {
        let events = self.events.borrow();
        let seen = revision.saturating_sub(self.began.get());
        let since = events.iter().take(version).skip(seen as usize);
        since.filter(|event| tags.contains(&event.tag)).cloned().collect()
    }

    /// The log row was updated: its version counts all events that ever were, its floor those that it lost.
    pub fn log_written(&self, before: &Item, after: &Item, now_us: u64) {
        let (old, new) = (number(before, "version"), number(after, "version"));
        let list = after.get("events").and_then(|events| events["L"].as_array()).cloned().unwrap_or_default();
        if new > old {
            let appended = list.len().saturating_sub((new - old) as usize);
            self.events.borrow_mut().extend(list[appended..].iter().map(|event| Event::of(event, now_us)));
        }
        let floor = number(after, "floor");
        let began = self.began.replace(number(after, "began"));
        if began == 0 {
            let is_again = self.lost.borrow().iter().any(|(lost, _)| *lost == self.began.get());
            self.is_same_again.set(is_again);
        }
        if began != self.began.get() && (began, old) != (0, 0) {
            self.violation(format!("the log that began at {began} begins at {} now", self.began.get()));
        }
        if floor + list.len() as u64 != new || new != self.version() as u64 || floor < number(before, "floor")
        {
            let kept = list.len();
            self.violation(format!(
                "the log row is wrong: floor {floor}, {kept} events, version {new}, was {old}"
            ));
        }
    }

    /// An entry row was put; the simulation keeps the number of its render in `lastModified`.
    pub fn entry_written(&self, key: &str, row: &Item, now_us: u64) {
        if row.contains_key("revision") {
            self.written.borrow_mut().insert((key.to_owned(), number(row, "lastModified")), now_us);
        }
    }

    /// When the table last took a render of an entry.
    pub fn last_written_us(&self, key: &str, render: u64) -> u64 {
        self.written.borrow().get(&(key.to_owned(), render)).copied().unwrap_or(0)
    }

    /// The cache deleted an entry: only one that no get may serve fresh any more may go, as long as the log was never lost.
    pub fn entry_deleted(&self, key: &str, row: &Item) {
        let tags = row.get("tags").and_then(|tags| tags["L"].as_array()).cloned().unwrap_or_default();
        let tags: BTreeSet<_> = tags.iter().filter_map(|tag| tag["S"].as_str().map(str::to_owned)).collect();
        let revision = number(row, "revision");
        if self.epoch() == 0 && self.unseen(&tags, revision, self.version()).is_empty() {
            self.violation(format!(
                "an entry that was rendered since was deleted: {key:?}, revision {revision}"
            ));
        }
    }
}

impl Event {
    fn of(attribute: &Value, at_us: u64) -> Self {
        let map = &attribute["M"];
        let expires_at_ms = match map["soft"]["BOOL"] == Value::Bool(true) {
            true => number_of(&map["expire"]).unwrap_or(u64::MAX),
            false => 0,
        };
        Event { tag: map["tag"]["S"].as_str().unwrap_or_default().to_owned(), expires_at_ms, at_us }
    }
}

fn number(item: &Item, attribute: &str) -> u64 {
    item.get(attribute).and_then(number_of).unwrap_or(0)
}
