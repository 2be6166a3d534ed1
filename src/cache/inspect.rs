//! An entry as it lies in the table, and the rule that decides what a get makes of it now.

use super::get::{GetRequest, LogSource};
use super::key::{Component, EntryKey};
use super::log::{Event, Log, Mode};
use super::reads::FoundRow;
use super::row::{Parts, Row};
use super::{Cache, Inner, Lookup};
use crate::dynamodb::Error;
use std::rc::Rc;

/// What is to be known of an entry.
pub struct Inspection {
    /// The row's key.
    pub row_key: String,
    /// The row, if there is one that this version reads.
    pub row: Option<Rc<Row>>,
    /// Its other rows: of its parts, and by which the index finds it.
    pub belonging: Vec<String>,
    /// Whether there is a row at all.
    pub exists: bool,
    /// Events that the log has had.
    pub log_version: u64,
    /// How many of them its renderer had seen; `None` where that was another log, which is lost.
    pub revision: Option<u64>,
    /// Events of its tags that are newer than what its renderer had seen.
    pub because: Vec<Because>,
    /// What a get makes of it.
    pub lookup: Lookup,
}

/// An event that counts for an entry.
pub struct Because {
    /// Its number in the log, from 1 on.
    pub version: u64,
    /// The event.
    pub event: Event,
}

impl Cache {
    /// Looks at an entry, and at what a get with these soft tags makes of it.
    pub async fn inspect(&self, key: EntryKey, soft_tags: Vec<Component>) -> Result<Inspection, Rc<Error>> {
        let inner = &self.inner;
        let row_key = inner.rows.entry(&key);
        let deadline = inner.read_deadline();
        let log = inner.read_log(deadline).await?;
        let found = inner.read_row(&row_key, deadline).await?;
        let exists = !matches!(found, FoundRow::Absent);
        let row = if let FoundRow::Entry(row) = found { Some(row) } else { None };
        let revision =
            row.as_ref().filter(|row| log.has_had(row.revision)).map(|row| log.counted(row.revision));
        let is_tag = |row: &Row, tag: &String| {
            row.tags.contains(tag) || soft_tags.iter().any(|soft| soft.as_str() == tag)
        };
        let because = match (&row, revision) {
            (Some(row), Some(revision)) => log
                .versioned()
                .filter(|(version, event)| *version > revision && event.mode != Mode::Overwritten)
                .filter(|(_, event)| is_tag(row, &event.tag))
                .map(|event| Because::of(&log, event))
                .collect(),
            _ => Vec::new(),
        };
        let belonging = row.iter().flat_map(|row| inner.belonging(row, &key)).collect();
        let request = GetRequest { key, tags: Vec::new(), soft_tags, log: LogSource::Read };
        let lookup = self.get(&request).await;
        Ok(Inspection {
            row_key,
            row,
            belonging,
            exists,
            log_version: log.version() - log.began,
            revision: revision.map(|revision| revision - log.began),
            because,
            lookup,
        })
    }

    /// The revalidation log's events with their versions, oldest first.
    pub async fn log_events(&self) -> Result<Vec<Because>, Rc<Error>> {
        let log = self.inner.read_log(self.inner.read_deadline()).await?;
        Ok(log.versioned().map(|event| Because::of(&log, event)).collect())
    }
}

impl Because {
    fn of(log: &Log, (version, event): (u64, &Event)) -> Self {
        Because { version: version - log.began, event: event.clone() }
    }
}

impl Inner {
    fn belonging(&self, row: &Row, key: &EntryKey) -> Vec<String> {
        let sentinels = row.tags.iter().map(|tag| self.rows.tag_sentinel_of(tag, key));
        let parts =
            row.parts.into_iter().flat_map(|Parts { count, slot, .. }| (1..=count).map(move |n| (n, slot)));
        sentinels.chain(parts.map(|(n, slot)| self.rows.part(n, slot, key))).collect()
    }
}
