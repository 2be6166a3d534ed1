//! How often things happened, so that a simulation in which nothing happens does not pass.

use nextjs_dynamodb_cache::cache::{Lookup, Miss, Outcome};
use std::cell::Cell;
use std::fmt;
use std::ops::AddAssign;

/// Counts of one history.
#[derive(Default)]
pub struct Stats {
    pub fresh: Cell<u64>,
    pub stale: Cell<u64>,
    /// Of these, those whose render was left to another process.
    pub left: Cell<u64>,
    pub absent: Cell<u64>,
    pub revalidated: Cell<u64>,
    pub unreadable: Cell<u64>,
    pub unavailable: Cell<u64>,
    /// Pages that were served from build output.
    pub built: Cell<u64>,
    /// Pages of others that a process rendered once more because it had slept through the loss of the log.
    pub mended: Cell<u64>,
    pub sets: Cell<u64>,
    /// Of these, those whose revision is of no log.
    pub of_no_log: Cell<u64>,
    pub revalidations: Cell<u64>,
}

impl Stats {
    pub fn count(&self, lookup: &Lookup) {
        if !lookup.calls_for_render && matches!(lookup.outcome, Outcome::Stale(..)) {
            self.left.set(self.left.get() + 1);
        }
        let counter = match &lookup.outcome {
            Outcome::Fresh(_) => &self.fresh,
            Outcome::Stale(..) => &self.stale,
            Outcome::Miss(Miss::Absent) => &self.absent,
            Outcome::Miss(Miss::Revalidated) => &self.revalidated,
            Outcome::Miss(Miss::Unreadable(_)) => &self.unreadable,
            Outcome::Miss(Miss::Unavailable(_)) => &self.unavailable,
        };
        counter.set(counter.get() + 1);
    }
}

/// Counts of many histories.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    pub fresh: u64,
    pub stale: u64,
    pub left: u64,
    pub absent: u64,
    pub revalidated: u64,
    pub unreadable: u64,
    pub unavailable: u64,
    pub built: u64,
    pub mended: u64,
    pub losses: u64,
    /// Histories that end with a log whose versions are none of those that were lost.
    pub told_apart: u64,
    pub sets: u64,
    pub of_no_log: u64,
    pub revalidations: u64,
    pub requests: u64,
    pub swept: u64,
    pub compacted: u64,
    pub log_versions: u64,
}

impl Totals {
    pub fn of(stats: &Stats) -> Self {
        Totals {
            fresh: stats.fresh.get(),
            stale: stats.stale.get(),
            left: stats.left.get(),
            absent: stats.absent.get(),
            revalidated: stats.revalidated.get(),
            unreadable: stats.unreadable.get(),
            unavailable: stats.unavailable.get(),
            built: stats.built.get(),
            mended: stats.mended.get(),
            sets: stats.sets.get(),
            of_no_log: stats.of_no_log.get(),
            revalidations: stats.revalidations.get(),
            ..Totals::default()
        }
    }

    pub fn gets(&self) -> u64 {
        self.fresh + self.stale + self.absent + self.revalidated + self.unreadable + self.unavailable
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Totals) {
        self.fresh += other.fresh;
        self.stale += other.stale;
        self.left += other.left;
        self.absent += other.absent;
        self.revalidated += other.revalidated;
        self.unreadable += other.unreadable;
        self.unavailable += other.unavailable;
        self.built += other.built;
        self.mended += other.mended;
        self.losses += other.losses;
        self.told_apart += other.told_apart;
        self.sets += other.sets;
        self.of_no_log += other.of_no_log;
        self.revalidations += other.revalidations;
        self.requests += other.requests;
        self.swept += other.swept;
        self.compacted += other.compacted;
        self.log_versions += other.log_versions;
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals { fresh, stale, left, absent, revalidated, unreadable, unavailable, .. } = self;
        writeln!(
            f,
            "{} gets: {fresh} fresh, {stale} stale ({left} left to another), misses: {absent} absent, {revalidated} revalidated,",
            self.gets()
        )?;
        writeln!(
            f,
            "{unreadable} unreadable, {unavailable} unavailable; {} served from a build; {} sets ({} of no log), {} revalidations",
            self.built, self.sets, self.of_no_log, self.revalidations
        )?;
        let Totals { log_versions, compacted, swept, requests, losses, told_apart, mended, .. } = self;
        write!(
            f,
            "{log_versions} events, {compacted} of them compacted; {losses} logs lost, told apart by {told_apart} histories, {mended} pages mended; {swept} entries swept; {requests} requests to the table"
        )
    }
}
