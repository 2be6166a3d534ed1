//! Sets under way: the next get of the entry in this process sees what they are about to store.

use super::entry::Entry;
use super::memory::Copied;
use std::rc::Rc;

/// The entries that are being stored, each row once. They are few.
#[derive(Default)]
pub struct Pending {
    all: Vec<OnItsWay>,
}

struct OnItsWay {
    row: Box<str>,
    copied: Copied,
}

impl Pending {
    /// Shows an entry to gets until it is stored or given up: whoever adds it removes it. `seen` is the log version that was
    /// known before: it may be overwritten while its set still waits for an answer.
    ///
    /// Entries without tags are not shown: no log tells that another process has replaced one meanwhile.
    pub fn add(&mut self, row: &str, entry: &Rc<Entry>, seen: u64) {
        if entry.tags.is_empty() {
            return;
        }
        self.all.retain(|pending| *pending.row != *row);
        self.all.push(OnItsWay { row: row.into(), copied: Copied { entry: entry.clone(), seen } });
    }

    /// The entry that is being stored last.
    pub fn get(&self, row: &str) -> Option<Copied> {
        let pending = self.all.iter().find(|pending| *pending.row == *row)?;
        Some(pending.copied.clone())
    }

    /// Takes an entry out, unless a later set has taken its place.
    pub fn remove(&mut self, entry: &Rc<Entry>) {
        self.all.retain(|last| !Rc::ptr_eq(&last.copied.entry, entry));
    }

    /// Shows none of those that are under way any more.
    pub fn clear(&mut self) {
        self.all.clear();
    }
}
