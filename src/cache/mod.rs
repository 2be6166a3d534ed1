//! The cache itself: entries, tags and the layout of the table. The only layer that knows Next.js's words.
//!
//! A revalidation is an event in a log, and order is the log's version, never a clock. Every entry carries the version
//! that its renderer had seen before it rendered; any later event for one of its tags makes it stale or expired. So
//! what was rendered before a revalidation is never served after it, whenever it was stored.

pub mod codec;
mod committed;
mod compaction;
pub mod compression;
mod config;
mod entry;
pub mod frame;
mod get;
mod inflate;
#[cfg(feature = "admin")]
mod inspect;
mod judge;
pub mod key;
mod kind;
mod knowledge;
mod lease;
mod lifetime;
mod log;
mod memory;
mod open;
mod pending;
mod reads;
mod renders;
mod revalidate;
mod row;
mod set;
mod sweep;
mod tag_state;
mod turnstile;
mod unconfirmed;

pub use config::{Config, TagIndex};
pub use entry::{Entry, Lookup, Miss, Outcome};
pub use get::{GetRequest, LogSource};
#[cfg(feature = "admin")]
pub use inspect::{Because, Inspection};
pub use judge::Judged;
pub use kind::Kind;
pub use knowledge::Moment;
pub use lifetime::{Lifetime, Revalidate};
#[cfg(feature = "admin")]
pub use log::{Event, Mode};
pub use revalidate::{Durations, Revalidated};
#[cfg(feature = "admin")]
pub use row::Row;
pub use set::{SetError, SetReport, SetRequest};
pub use tag_state::Standing;

use crate::dynamodb::{AttributeValue, Client, Item};
use crate::host::{Deadline, LogLevel, SharedHost};
use committed::Committed;
use key::{Component, Rows};
use knowledge::Knowledge;
use lease::Leases;
use memory::Memory;
use pending::Pending;
use reads::{LogRead, RowRead};
use renders::Renders;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use turnstile::Turnstile;
use unconfirmed::Unconfirmed;

/// One cache in one table, as one process sees it. Clones share everything.
#[derive(Clone)]
pub struct Cache {
    inner: Rc<Inner>,
}

struct Inner {
    host: SharedHost,
    client: Client,
    config: Config,
    rows: Rows,
    knowledge: RefCell<Knowledge>,
    renders: RefCell<Renders>,
    leases: RefCell<Leases>,
    memory: RefCell<Memory>,
    pending: RefCell<Pending>,
    stored: RefCell<HashMap<String, Rc<Stored>>>,
    log_turnstile: Rc<Turnstile<LogRead>>,
    row_turnstiles: RefCell<HashMap<String, Rc<Turnstile<RowRead>>>>,
    /// When the last read of the log began, on the monotonic clock, milliseconds.
    log_read_at_ms: Cell<Option<u64>>,
    log_wait_ms: Cell<u64>,
    warm: Cell<bool>,
    compacting: Cell<bool>,
    /// The tags whose entries are being swept, and up to which version of the log.
    sweeping: RefCell<Vec<(String, u64)>>,
    unconfirmed: RefCell<Unconfirmed>,
    complained: RefCell<Vec<String>>,
}

/// What the table holds for a row, as far as this process has seen: what the next set of it can build on.
struct Stored {
    tags: Rc<[String]>,
    tags_until_s: u64,
    slot: Option<u32>,
    committed: Committed,
}

/// Rows whose [`Stored`] a process remembers; forgetting costs sentinel writes and nothing else.
const MAX_STORED: usize = 20_000;

/// Topics that were complained about once; forgetting repeats a line and does nothing else.
const MAX_COMPLAINED: usize = 1_000;

impl Cache {
    /// A cache over a client. Nothing is read or sent before the first call.
    pub fn new(host: SharedHost, client: Client, config: Config) -> Self {
        let inner = Inner {
            rows: Rows::new(config.prefix.clone()),
            memory: RefCell::new(Memory::new(config.memory_max_bytes)),
            host,
            client,
            config,
            pending: RefCell::default(),
            knowledge: RefCell::default(),
            renders: RefCell::default(),
            leases: RefCell::default(),
            stored: RefCell::default(),
            log_turnstile: Turnstile::new(),
            row_turnstiles: RefCell::default(),
            log_read_at_ms: Cell::default(),
            log_wait_ms: Cell::new(0),
            warm: Cell::new(false),
            compacting: Cell::new(false),
            sweeping: RefCell::default(),
            unconfirmed: RefCell::default(),
            complained: RefCell::default(),
        };
        Cache { inner: Rc::new(inner) }
    }

    /// The log version that this process had seen at a moment: the revision of what was rendered from then on.
    pub fn version_at(&self, at: Moment) -> u64 {
        self.inner.knowledge.borrow().version_at(at)
    }

    /// Whether one of the tags, or any with the prefix, was revalidated after the version `since` and not after `until`, as far as
    /// this process has seen.
    pub fn revalidated(&self, tags: &[Component], prefix: &str, since: u64, until: u64) -> bool {
        self.inner.knowledge.borrow().revalidated(tags, prefix, since, until)
    }

    /// Bytes and entries that this process keeps in memory.
    pub fn memory_size(&self) -> (usize, usize) {
        self.inner.memory.borrow().size()
    }
}

impl Inner {
    fn read_deadline(&self) -> Deadline {
        let config = &self.config;
        let cold_ms = config.cold_timeout_ms.max(config.read_timeout_ms);
        Deadline::after(self.host.as_ref(), if self.warm.get() { config.read_timeout_ms } else { cold_ms })
    }

    fn write_deadline(&self) -> Deadline {
        Deadline::after(self.host.as_ref(), self.config.write_timeout_ms)
    }

    fn remember_stored(&self, row: &str, stored: Stored) {
        let mut all = self.stored.borrow_mut();
        if all.len() >= MAX_STORED {
            all.clear();
        }
        all.insert(row.to_owned(), Rc::new(stored));
    }

    fn forget_stored(&self, row: &str) {
        self.stored.borrow_mut().remove(row);
    }

    /// Logs a line once per `topic` in this process.
    fn complain_once(&self, topic: &str, level: LogLevel, line: &str) {
        let mut complained = self.complained.borrow_mut();
        if complained.iter().any(|known| known == topic) {
            return;
        }
        if complained.len() >= MAX_COMPLAINED {
            complained.clear();
        }
        complained.push(topic.to_owned());
        self.host.log(level, line);
    }
}

/// The tags as row keys hold them, each once, in order.
fn distinct(tags: &[Component]) -> Vec<String> {
    let mut seen = HashSet::new();
    tags.iter().map(Component::as_str).filter(|tag| seen.insert(*tag)).map(str::to_owned).collect()
}

/// The primary key of a row.
fn key_of(row: String) -> Item {
    Item::from([("key", AttributeValue::S(row))])
}
