//! Sets under way: the next get of the entry in this process sees what they are about to store.

use super::entry::Entry;
use super::memory::Copied;
use std::rc::{Rc, Weak};

/// The entries that are being stored, each row once. They are few.
#[derive(Default)]
pub struct Pending {
    all: Vec<OnItsWay>,
}

struct OnItsWay {
    row: Box<str>,
    entry: Weak<Entry>,
    seen: u64,
}

impl Pending {
    /// Shows an entry to gets until it is stored or given up: until its set lets go of it. `seen` is the log version that was
    /// known before: it may be overwritten while its set still waits for an answer.
    ///
    /// Entries without tags are not shown: no log tells that another process has replaced one meanwhile.
    pub fn add(&mut self, row: &str, entry: &Rc<Entry>, seen: u64) {
        if entry.tags.is_empty() {
            return;
        }
        self.all.retain(|pending| *pending.row != *row && pending.entry.strong_count() > 0);
        self.all.push(OnItsWay { row: row.into(), entry: Rc::downgrade(entry), seen });
    }

    /// The entry that is being stored last.
    pub fn get(&self, row: &str) -> Option<Copied> {
        let pending = self.all.iter().find(|pending| *pending.row == *row)?;
        Some(Copied { entry: pending.entry.upgrade()?, seen: pending.seen })
    }

    /// Takes an entry out, unless a later set has taken its place.
    pub fn remove(&mut self, entry: &Rc<Entry>) {
        self.all.retain(|last| last.entry.as_ptr() != Rc::as_ptr(entry));
    }

    /// Shows none of those that are under way any more.
    pub fn clear(&mut self) {
        self.all.clear();
    }
}
