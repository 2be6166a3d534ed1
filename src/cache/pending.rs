//! Sets under way: the next get of the entry in this process sees what they are about to store.

use super::entry::Entry;
use std::collections::HashMap;
use std::rc::{Rc, Weak};

/// The entries that are being stored, by row.
#[derive(Default)]
pub struct Pending {
    by_row: HashMap<String, Weak<Entry>>,
}

impl Pending {
    /// Shows an entry to gets until it is stored or given up: until its set lets go of it.
    pub fn add(&mut self, row: &str, entry: &Rc<Entry>) {
        self.by_row.retain(|_, entry| entry.strong_count() > 0);
        self.by_row.insert(row.to_owned(), Rc::downgrade(entry));
    }

    /// The entry that is being stored last.
    pub fn get(&self, row: &str) -> Option<Rc<Entry>> {
        self.by_row.get(row)?.upgrade()
    }

    /// Takes an entry out, unless a later set has taken its place.
    pub fn remove(&mut self, row: &str, entry: &Rc<Entry>) {
        if self.by_row.get(row).is_some_and(|last| last.as_ptr() == Rc::as_ptr(entry)) {
            self.by_row.remove(row);
        }
    }
}
