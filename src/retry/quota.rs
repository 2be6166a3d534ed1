//! The retry quota: a bucket that all requests of a client share, so that retries do not multiply an outage.

use std::cell::Cell;

const CAPACITY: u32 = 500;

/// Tokens for retries. A retry takes some, an answer brings them back.
#[derive(Debug)]
pub struct Quota {
    available: Cell<u32>,
}

impl Quota {
    /// A full bucket.
    pub fn new() -> Self {
        Quota { available: Cell::new(CAPACITY) }
    }

    /// Tokens left.
    pub fn available(&self) -> u32 {
        self.available.get()
    }

    /// Takes tokens; `false`, and none, when there are too few.
    pub(super) fn take(&self, cost: u32) -> bool {
        let left = self.available.get().checked_sub(cost);
        left.inspect(|left| self.available.set(*left)).is_some()
    }

    pub(super) fn give_back(&self, tokens: u32) {
        self.available.set((self.available.get() + tokens).min(CAPACITY));
    }
}

impl Default for Quota {
    fn default() -> Self {
        Quota::new()
    }
}
