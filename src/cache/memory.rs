//! Entries that stay in this process, bounded by bytes, least recently used first out.
//!
//! They are served only after a log read that began after the get did has found them fresh; DynamoDB stays the
//! authority. Entries without tags (of the Pages Router) are not kept: they are revalidated by overwriting alone, and a
//! log that told of each would be written more often than they are read.

use super::entry::Entry;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

/// Uses that are out of date are looked for when there are so many more than twice the entries.
const SLACK: usize = 64;

/// The entries kept in this process.
pub struct Memory {
    max_bytes: usize,
    bytes: usize,
    clock: u64,
    by_row: HashMap<Rc<str>, Kept>,
    /// Every use, oldest first; all but a row's last one are out of date.
    uses: VecDeque<(u64, Rc<str>)>,
}

struct Kept {
    copy: Copied,
    used_at: u64,
}

/// A copy of an entry.
#[derive(Clone)]
pub struct Copied {
    /// The entry.
    pub entry: Rc<Entry>,
    /// The log version that was known before its row was read or written: what overwrote it since is in the log.
    pub seen: u64,
}

impl Memory {
    /// A memory of at most `max_bytes`; 0 keeps nothing.
    pub fn new(max_bytes: usize) -> Self {
        Memory { max_bytes, bytes: 0, clock: 0, by_row: HashMap::new(), uses: VecDeque::new() }
    }

    /// The entry of a row, which counts as used.
    pub fn get(&mut self, row: &str) -> Option<Copied> {
        let (name, _) = self.by_row.get_key_value(row)?;
        let name = name.clone();
        let used_at = self.note_use(&name);
        let kept = self.by_row.get_mut(row)?;
        kept.used_at = used_at;
        Some(kept.copy.clone())
    }

    /// Keeps a copy of an entry, in place of what the row had.
    pub fn insert(&mut self, row: &str, copy: Copied) {
        self.remove(row);
        let bytes = copy.entry.memory_bytes();
        if copy.entry.tags.is_empty() || bytes > self.max_bytes {
            return;
        }
        let name: Rc<str> = row.into();
        let used_at = self.note_use(&name);
        self.bytes += bytes;
        self.by_row.insert(name, Kept { copy, used_at });
        while self.bytes > self.max_bytes {
            let Some((used_at, oldest)) = self.uses.pop_front() else { break };
            if self.by_row.get(&oldest).is_some_and(|kept| kept.used_at == used_at) {
                self.remove(&oldest);
            }
        }
    }

    /// Notes that a log of this version says of no overwriting of a row since this copy of it was made.
    pub fn confirm(&mut self, row: &str, copy: &Copied, version: u64) {
        let kept = self.by_row.get_mut(row);
        // While the log was read, another copy may have taken its place.
        if let Some(kept) = kept.filter(|kept| Rc::ptr_eq(&kept.copy.entry, &copy.entry)) {
            kept.copy.seen = kept.copy.seen.max(version);
        }
    }

    /// Lets an entry go.
    pub fn remove(&mut self, row: &str) {
        if let Some(kept) = self.by_row.remove(row) {
            self.bytes -= kept.copy.entry.memory_bytes();
        }
    }

    fn note_use(&mut self, row: &Rc<str>) -> u64 {
        if self.uses.len() > 2 * self.by_row.len() + SLACK {
            let by_row = &self.by_row;
            self.uses.retain(|(used_at, row)| by_row.get(row).is_some_and(|kept| kept.used_at == *used_at));
        }
        self.clock += 1;
        self.uses.push_back((self.clock, row.clone()));
        self.clock
    }

    /// Lets all entries go.
    pub fn clear(&mut self) {
        *self = Memory::new(self.max_bytes);
    }

    /// Bytes and entries that are kept.
    pub fn size(&self) -> (usize, usize) {
        (self.bytes, self.by_row.len())
    }
}

#[cfg(test)]
mod tests {
    use super::super::committed::Committed;
    use super::super::kind::Kind;
    use super::super::lifetime::Lifetime;
    use super::super::row::Row;
    use super::*;

    fn copy(tags: &[&str], bytes: usize) -> Copied {
        let row = Row {
            kind: Kind::Fetch,
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            last_modified_ms: 0,
            revision: 0,
            lifetime: Lifetime::default(),
            expires_at_s: 0,
            tags_until_s: 0,
            value: Vec::new(),
            stored_bytes: 0,
            raw_bytes: bytes,
            parts: None,
            committed: Committed::default(),
        };
        Copied { entry: Rc::new(Entry::new(&row, vec![0; bytes])), seen: 0 }
    }

    #[test]
    fn the_least_recently_used_entry_goes_first() {
        let mut memory = Memory::new(2 * copy(&["t"], 1000).entry.memory_bytes());
        memory.insert("a", copy(&["t"], 1000));
        memory.insert("b", copy(&["t"], 1000));
        assert!(memory.get("a").is_some());
        memory.insert("c", copy(&["t"], 1000));
        assert!(memory.get("b").is_none());
        assert!(memory.get("a").is_some() && memory.get("c").is_some());
    }

    #[test]
    fn what_the_log_says_of_one_copy_does_not_hold_for_the_next() {
        let mut memory = Memory::new(1 << 20);
        let first = copy(&["t"], 10);
        memory.insert("a", first.clone());
        memory.confirm("a", &first, 7);
        assert_eq!(memory.get("a").map(|copy| copy.seen), Some(7));
        memory.insert("a", copy(&["t"], 10));
        memory.confirm("a", &first, 9);
        assert_eq!(memory.get("a").map(|copy| copy.seen), Some(0));
    }

    #[test]
    fn uses_do_not_pile_up() {
        let mut memory = Memory::new(1 << 20);
        memory.insert("a", copy(&["t"], 10));
        (0..10_000).for_each(|_| drop(memory.get("a")));
        assert!(memory.uses.len() <= 2 + SLACK + 1);
    }

    #[test]
    fn bytes_are_counted_down_to_zero() {
        let mut memory = Memory::new(1 << 20);
        for row in ["a", "b", "a", "c"] {
            memory.insert(row, copy(&["t"], 500));
        }
        assert_eq!(memory.size().1, 3);
        ["a", "b", "c"].iter().for_each(|row| memory.remove(row));
        assert_eq!(memory.size(), (0, 0));
    }

    #[test]
    fn entries_without_tags_and_entries_over_the_limit_are_not_kept() {
        let mut memory = Memory::new(1 << 10);
        memory.insert("a", copy(&[], 10));
        memory.insert("b", copy(&["t"], 4 << 10));
        assert_eq!(memory.size(), (0, 0));
    }
}
