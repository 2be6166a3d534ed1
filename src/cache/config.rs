//! What a cache is configured with, in the core's units.

use super::key::Prefix;

/// The options that the core needs; the defaults are those of the package.
#[derive(Clone, Debug)]
pub struct Config {
    /// The table.
    pub table_name: String,
    /// The GSI that a sweep queries.
    pub tag_index_name: String,
    /// Row lifetime in seconds when Next gives none.
    pub default_ttl_s: u64,
    /// What every row key starts with.
    pub prefix: Prefix,
    /// Total budget of one get, milliseconds.
    pub read_timeout_ms: u64,
    /// Total budget of one set or revalidation, milliseconds.
    pub write_timeout_ms: u64,
    /// The budget of a get until a first call has been answered, milliseconds.
    pub cold_timeout_ms: u64,
    /// Which tags get sentinel rows.
    pub tag_index: TagIndex,
    /// Bytes of entries kept in this process; 0 keeps none.
    pub memory_max_bytes: usize,
    /// How long a log read may be shared, milliseconds; 0 is strict.
    pub tag_freshness_ms: u64,
    /// How long one process may take to render a page that is due or stale while the others serve what is there, milliseconds; with 0
    /// each of them renders it.
    pub render_lease_ms: u64,
    /// Events in the log row before the older half is compacted.
    pub log_max_events: usize,
    /// Bytes of events in the log row, likewise.
    pub log_max_bytes: usize,
    /// Bytes of a value in one row; what is over goes to part rows.
    pub part_bytes: usize,
    /// How long one sweep may take, milliseconds.
    pub sweep_timeout_ms: u64,
}

/// Which tags get sentinel rows, and so which entries a sweep finds. Correctness never depends on it; cost does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagIndex {
    /// Every tag.
    All,
    /// Tags that the application chose, not Next's implicit `_N_T_` path tags.
    Explicit,
    /// None: rows go by TTL alone.
    Off,
}

impl TagIndex {
    /// Whether `tag` (as row keys hold it) gets sentinel rows.
    pub fn includes(self, tag: &str) -> bool {
        match self {
            TagIndex::All => true,
            TagIndex::Explicit => !tag.starts_with("_N_T_"),
            TagIndex::Off => false,
        }
    }
}

impl Config {
    /// The package's defaults for one table.
    pub fn new(table_name: impl Into<String>, prefix: Prefix) -> Self {
        Config {
            table_name: table_name.into(),
            tag_index_name: "tag-index".to_owned(),
            default_ttl_s: 604_800,
            prefix,
            read_timeout_ms: 300,
            write_timeout_ms: 2_000,
            cold_timeout_ms: 1_500,
            tag_index: TagIndex::All,
            memory_max_bytes: 32 << 20,
            tag_freshness_ms: 0,
            render_lease_ms: 0,
            log_max_events: 48,
            // The log row stays within one read unit (4 KB, strongly consistent).
            log_max_bytes: 3_600,
            part_bytes: 384_000,
            sweep_timeout_ms: 60_000,
        }
    }
}
