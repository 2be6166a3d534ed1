//! The source of truth behind the cache, and what every get is held to.

use crate::builds::Output;
use crate::history::History;
use crate::host::WallClock;
use crate::plan::Size;
use crate::process::Process;
use crate::random::Random;
use crate::world::{Owner, World};
use nextjs_dynamodb_cache::cache::{Entry, Kind, Outcome, Standing};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The clocks of a build machine and of a revalidating host may differ by this much, milliseconds.
const MARGIN_MS: u64 = 60_000;

/// What pages are rendered from: a number for each tag, which grows with every change.
pub struct Truth {
    world: Rc<World>,
    history: Rc<History>,
    source: RefCell<BTreeMap<String, u64>>,
    renders: RefCell<Vec<Rendered>>,
    demands: RefCell<Vec<Demand>>,
    /// When the newest on-demand render of an entry that has returned was written, Unix microseconds.
    replaced_us: RefCell<BTreeMap<String, u64>>,
    /// When the set of each render was over, microseconds; until then its process may serve it already.
    storing: RefCell<BTreeMap<u64, u64>>,
}

/// One render: its number stands in the value.
#[derive(Clone)]
pub struct Rendered {
    pub key: String,
    pub kind: Kind,
    pub size: Size,
    pub tags: Vec<String>,
    /// What it read for each tag.
    pub read: BTreeMap<String, u64>,
    /// The log that its revision is a version of, by [`History::epoch`]; `None` where that cannot be told.
    pub epoch: Option<u64>,
}

/// A revalidation that has returned: who asks later must not get what was read before.
#[derive(Clone)]
pub struct Demand {
    pub tag: String,
    /// What a render must have read at least.
    pub at_least: u64,
    /// Entries are gone from this moment on, Unix milliseconds by the revalidating process's clock; before, they are stale.
    pub expires_at_ms: u64,
    /// When it was made, Unix milliseconds by the revalidating process's clock.
    pub stamped_ms: u64,
    /// The log that has it.
    pub epoch: u64,
    /// The process that made it. There it counts at once, also while the store has not confirmed it.
    pub by: Owner,
    pub confirmed: bool,
}

/// What was so when a get began.
pub struct Asked {
    key: String,
    tags: BTreeSet<String>,
    demands: Vec<Demand>,
    replaced_us: u64,
    began_us: u64,
    /// Events that the table had taken.
    version: usize,
    clock_ms: u64,
    jumps: u32,
    /// The log that there was.
    pub epoch: u64,
}

impl Truth {
    pub fn new(world: Rc<World>, history: Rc<History>) -> Rc<Self> {
        let (source, renders, demands, replaced_us, storing) = Default::default();
        Rc::new(Truth { world, history, source, renders, demands, replaced_us, storing })
    }

    /// The data behind a tag changes.
    pub fn change(&self, tag: &str) -> u64 {
        let mut source = self.source.borrow_mut();
        let version = source.entry(tag.to_owned()).or_default();
        *version += 1;
        *version
    }

    /// What a render reads for a tag now.
    pub fn read(&self, tag: &str) -> u64 {
        self.source.borrow().get(tag).copied().unwrap_or(0)
    }

    /// A revalidation has returned.
    pub fn demand(&self, demand: Demand) {
        if demand.epoch == self.history.epoch() {
            self.demands.borrow_mut().push(demand);
        }
    }

    /// The log is lost. What it told of is demanded still, as far as it is told from the next one.
    pub fn log_lost(&self) {
        self.replaced_us.borrow_mut().clear();
    }

    /// An on-demand render of a good entry was stored: copies of what it replaced must not be served any more. `epoch` is
    /// that of the log when its set began.
    pub fn replaced(&self, key: &str, render: u64, epoch: u64) {
        if epoch != self.history.epoch() {
            return;
        }
        let mut all = self.replaced_us.borrow_mut();
        let replaced_us = all.entry(key.to_owned()).or_default();
        *replaced_us = (*replaced_us).max(self.history.last_written_us(key, render));
    }

    /// A set is over, however it ended.
    pub fn stored(&self, render: u64) {
        self.storing.borrow_mut().insert(render, self.world.now_us());
    }

    /// A render is done and about to be stored: gives its number and the value.
    pub fn rendered(&self, rendered: Rendered) -> (u64, Vec<u8>) {
        let mut renders = self.renders.borrow_mut();
        let number = renders.len() as u64;
        let value = value_of(number, rendered.size);
        renders.push(rendered);
        self.storing.borrow_mut().insert(number, u64::MAX);
        (number, value)
    }

    /// A get begins in a process. `tags` are those that it asks with; what others did within the last `freshness_ms` need not
    /// count yet.
    pub fn ask(&self, key: &str, tags: BTreeSet<String>, process: &Process, freshness_ms: u64) -> Asked {
        let shared = freshness_ms > 0;
        let clock = &process.clock;
        let counts = |demand: &&Demand| demand.by == process.owner || (demand.confirmed && !shared);
        let until_us = self.world.now_us() - (freshness_ms + 1) * 1000;
        Asked {
            key: key.to_owned(),
            tags,
            demands: self.demands.borrow().iter().filter(counts).cloned().collect(),
            replaced_us: if shared { 0 } else { self.replaced_us.borrow().get(key).copied().unwrap_or(0) },
            began_us: self.world.now_us(),
            version: if shared { self.history.version_at(until_us) } else { self.history.version() },
            clock_ms: clock.now_ms(&self.world),
            jumps: clock.jumps(),
            epoch: self.history.epoch(),
        }
    }

    /// The get's answer is held to everything that was so when it began.
    pub fn check(&self, asked: &Asked, outcome: &Outcome, clock: &WallClock) {
        let (entry, fresh) = match outcome {
            Outcome::Fresh(entry) => (entry, true),
            Outcome::Stale(entry, _) => (entry, false),
            Outcome::Miss(_) => return,
        };
        let Some(rendered) = self.whole(&asked.key, entry) else { return };
        if asked.epoch != self.history.epoch() || self.history.is_same_again() {
            return; // which of the two logs it was judged by cannot be told
        }
        let served = if fresh { "fresh" } else { "stale" };
        if !self.history.knows(entry.revision) {
            self.broken(asked, entry, served, "although the log that it was rendered after is lost");
        }
        if rendered.epoch != Some(asked.epoch) && !self.history.is_of_this_log(entry.revision) {
            return; // an entry from before: more is not promised of it
        }
        let passed = |expires_at_ms: u64| asked.passed(expires_at_ms, clock);
        let tags: BTreeSet<_> = asked.tags.iter().chain(&rendered.tags).cloned().collect();
        for event in self.history.unseen(&tags, entry.revision, asked.version) {
            if fresh || passed(event.expires_at_ms) {
                self.broken(asked, entry, served, &format!("in spite of an event in the log: {event:?}"));
            }
        }
        let (render, written_us) =
            (entry.last_modified_ms, self.history.last_written_us(&asked.key, entry.last_modified_ms));
        let storing_until_us = self.storing.borrow().get(&render).copied().unwrap_or(0);
        let on_its_way = written_us == 0 && storing_until_us >= asked.began_us;
        if written_us < asked.replaced_us && !on_its_way {
            self.broken(asked, entry, served, "although it was replaced on demand");
        }
        let is_told_apart = self.history.is_told_apart();
        let counts =
            |demand: &&Demand| tags.contains(&demand.tag) && (is_told_apart || demand.epoch == asked.epoch);
        for demand in asked.demands.iter().filter(counts) {
            let read = rendered.read.get(&demand.tag).copied().unwrap_or(0);
            if read < demand.at_least && (fresh || passed(demand.expires_at_ms)) {
                let Demand { tag, at_least, .. } = demand;
                self.broken(
                    asked,
                    entry,
                    served,
                    &format!("rendered from {tag} {read}, {at_least} was revalidated"),
                );
            }
        }
    }

    /// Build output is held to the revalidations that were made after it was written, or less than a minute before.
    pub fn check_built(&self, asked: &Asked, output: &Output, standing: Standing, clock: &WallClock) {
        if asked.epoch != self.history.epoch() {
            return;
        }
        let Output { rendered, built_at_ms } = output;
        let concerns = |demand: &&Demand| {
            let read = rendered.read.get(&demand.tag).copied().unwrap_or(0);
            (asked.tags.contains(&demand.tag) || rendered.tags.contains(&demand.tag))
                && demand.epoch == asked.epoch
                && read < demand.at_least
                && demand.stamped_ms + MARGIN_MS > *built_at_ms
        };
        for demand in asked.demands.iter().filter(concerns) {
            let least =
                if asked.passed(demand.expires_at_ms, clock) { Standing::Expired } else { Standing::Stale };
            if standing < least {
                let Demand { tag, stamped_ms, .. } = demand;
                self.history.violation(format!(
                    "what was built for {} at {built_at_ms} was {standing:?}, {tag} was revalidated at {stamped_ms}",
                    asked.key
                ));
            }
        }
    }

    /// The render that the value holds, if it is whole.
    fn whole(&self, key: &str, entry: &Entry) -> Option<Rendered> {
        let value = entry.encoded().unwrap_or_default();
        let number = value.first_chunk().map(|bytes| u64::from_le_bytes(*bytes)).unwrap_or(u64::MAX);
        let rendered = self.renders.borrow().get(number as usize).cloned();
        let whole = rendered.filter(|rendered| {
            rendered.key == key
                && entry.last_modified_ms == number
                && *value == *value_of(number, rendered.size)
        });
        match whole {
            Some(rendered) if entry.tags.iter().eq(&rendered.tags) && entry.kind == rendered.kind => {
                Some(rendered)
            }
            _ => {
                self.history
                    .violation(format!("{key} holds a value that no render made: {} bytes", value.len()));
                None
            }
        }
    }

    fn broken(&self, asked: &Asked, entry: &Entry, served: &str, why: &str) {
        let Asked { key, version, .. } = asked;
        let revision = entry.revision;
        self.history
            .violation(format!("{key} was {served} at revision {revision}, log version {version}: {why}"));
    }
}

impl Asked {
    /// A deadline counts by the reader's clock: what it said when the get began is the least it can have said since.
    fn passed(&self, expires_at_ms: u64, clock: &WallClock) -> bool {
        expires_at_ms == 0 || (clock.jumps() == self.jumps && expires_at_ms <= self.clock_ms)
    }
}

/// A render's number, and bytes that it alone decides, so that a mixture of two values shows.
fn value_of(number: u64, size: Size) -> Vec<u8> {
    let mut random = Random::new(number.wrapping_mul(0xA076_1D64_78BD_642F));
    let words = random.within(size.words());
    let bytes = (0..words).flat_map(|_| random.next().to_le_bytes());
    number.to_le_bytes().into_iter().chain(bytes).collect()
}
