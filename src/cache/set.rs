//! set: parts first, then the entry row, which is the commit point (`set/parts.rs`).

mod parts;

use super::committed::Committed;
use super::entry::Entry;
use super::key::{Component, EntryKey};
use super::kind::Kind;
use super::lifetime::{Lifetime, MAX_TTL_S, Revalidate};
use super::log::{Event, Mode};
use super::memory::Copied;
use super::revalidate::names;
use super::row::{Parts, Row};
use super::{Cache, Inner, Stored, distinct, frame};
use crate::dynamodb::{AttributeValue, Error, Item, PutItem, WriteRequest};
use crate::host::{Deadline, LogLevel};
use crate::sharing::{join, within};
use parts::PartRows;
use std::fmt;
use std::rc::Rc;

/// Bytes of tags that an entry row may hold beside its value.
const MAX_TAG_BYTES: usize = 300_000;

/// What DynamoDB takes in one item, less names, numbers and key.
const MAX_ITEM_BYTES: usize = 404_000;

/// What Next hands over.
pub struct SetRequest {
    /// The entry.
    pub key: EntryKey,
    /// What Next calls it.
    pub kind: Kind,
    /// Its tags.
    pub tags: Vec<Component>,
    /// The value, as the codec encodes it.
    pub body: Vec<u8>,
    /// How long Next wants it.
    pub lifetime: Lifetime,
    /// When it was rendered, Unix milliseconds.
    pub last_modified_ms: u64,
    /// The log version that its renderer had seen, from the [`Lookup`](super::Lookup) that called for it; `None` where
    /// that cannot be told.
    pub revision: Option<u64>,
    /// Where that cannot be told: the version that the process had seen when the request began, before which its render did
    /// not. It counts, unless the render on record that may be the one has seen an older one.
    pub began_at: Option<u64>,
    /// Whether it replaces an entry that was good (on-demand revalidation): copies in other processes' memory must go.
    pub overwrites: bool,
    /// Whether an entry that is there already is left alone: then it ends with `ConditionalCheckFailedException`.
    pub only_if_absent: bool,
}

impl SetRequest {
    /// Whether nothing but this entry says that the build's output for its key is out of date: neither a tag nor a time does so
    /// of a page of the Pages Router that `res.revalidate` rendered. Were its row gone, the build's page would be back.
    fn stands_for_build_output(&self) -> bool {
        let is_page = matches!(self.kind, Kind::Pages | Kind::Page | Kind::Redirect | Kind::NotFound);
        let is_for_ever = Lifetime { revalidate: Revalidate::Never, expire_s: None };
        is_page && self.tags.is_empty() && self.lifetime == is_for_ever
    }
}

/// What a set stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetReport {
    /// The revision that the entry got.
    pub revision: u64,
    /// Bytes of the encoded value.
    pub raw_bytes: usize,
    /// Bytes of the frame in the table.
    pub stored_bytes: usize,
}

/// Why a set stored nothing.
#[derive(Clone, Debug)]
pub enum SetError {
    /// The tags alone fill the row.
    TooManyTags(usize),
    /// The value is over what a frame may hold.
    TooLarge(usize),
    /// The store refused, or did not answer.
    Store(Rc<Error>),
    /// The budget was over.
    TimedOut,
}

impl SetError {
    /// What DynamoDB calls it, where it was DynamoDB.
    pub fn code(&self) -> Option<&str> {
        match self {
            SetError::Store(error) => Some(&error.code),
            _ => None,
        }
    }
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetError::TooManyTags(bytes) => {
                write!(
                    f,
                    "its tags take {bytes} bytes, the limit is {MAX_TAG_BYTES}: give it fewer or shorter tags"
                )
            }
            SetError::TooLarge(bytes) => {
                write!(f, "its value takes {bytes} bytes, the limit is {}", super::compression::MAX_RAW_BYTES)
            }
            SetError::Store(error) => error.fmt(f),
            SetError::TimedOut => f.write_str("the write did not end within its time limit (writeTimeoutMs)"),
        }
    }
}

impl Cache {
    /// Stores an entry, within the write budget.
    pub async fn set(&self, request: SetRequest) -> Result<SetReport, SetError> {
        let inner = &self.inner;
        let deadline = inner.write_deadline();
        let stored = within(&inner.host, deadline, inner.store(request, deadline)).await;
        stored.unwrap_or(Err(SetError::TimedOut))
    }
}

impl Inner {
    /// The log version that the renderer of what is to be stored had seen; `None` where nothing tells.
    fn rendered_at(&self, row_key: &str, request: &SetRequest) -> Option<u64> {
        let now_ms = self.host.monotonic_ms();
        let own = request.revision;
        let answered = self.renders.borrow_mut().answered(row_key, own, !request.overwrites, now_ms);
        match request.began_at {
            Some(began_at) if own.is_none() => {
                Some(answered.map_or(began_at, |version| version.min(began_at)))
            }
            _ => answered,
        }
    }

    async fn store(self: &Rc<Self>, request: SetRequest, deadline: Deadline) -> Result<SetReport, SetError> {
        let row_key = self.rows.entry(&request.key);
        let rendered = self.rendered_at(&row_key, &request);
        let revision = match rendered {
            Some(revision) => revision,
            None => self.read_log(deadline).await.map_err(SetError::Store)?.version(),
        };
        let revision = if revision == 0 { self.log_begin(deadline).await } else { revision };
        let plan = self.plan(&row_key, &request, revision)?;
        let resets = self.knowledge.borrow().resets();
        let seen = self.knowledge.borrow().version();
        let report =
            SetReport { revision, raw_bytes: plan.row.raw_bytes, stored_bytes: plan.row.stored_bytes };
        let entry = Rc::new(Entry::new(&plan.row, request.body));
        let overwriting =
            (request.overwrites && !entry.tags.is_empty()).then(|| Overwriting::of(self, &row_key));
        let shown = Shown::to_gets(self, &row_key, &entry, seen);
        let put = self.put(&row_key, plan, &request.key, deadline).await;
        drop(shown);
        put.map_err(SetError::Store)?;
        self.memory.borrow_mut().remove(&row_key);
        if let Some(overwriting) = overwriting {
            self.append_events(&overwriting.events, deadline).await.map_err(SetError::Store)?;
            overwriting.end();
        } else if !entry.is_due(self.host.now_ms()) && self.knowledge.borrow().resets() == resets {
            self.memory.borrow_mut().insert(&row_key, Copied { entry, seen });
        }
        Ok(report)
    }

    /// Works out the rows of an entry.
    fn plan(&self, row_key: &str, request: &SetRequest, revision: u64) -> Result<Plan, SetError> {
        let tags = distinct(&request.tags);
        let tag_bytes: usize = tags.iter().map(|tag| tag.len() + 4).sum();
        if tag_bytes > MAX_TAG_BYTES {
            return Err(SetError::TooManyTags(tag_bytes));
        }
        let native = |raw: &[u8]| self.host.deflate(raw);
        let sealed = frame::seal_with(&native, request.key.echo(), request.kind.code(), &request.body)
            .map_err(|_| SetError::TooLarge(request.body.len()))?;
        let previous = self.stored.borrow().get(row_key).cloned();
        let ttl_s = match request.stands_for_build_output() {
            true => MAX_TTL_S,
            false => request.lifetime.ttl_s(self.config.default_ttl_s),
        };
        let now_s = self.host.now_ms() / 1000;
        let expires_at_s = now_s + ttl_s;
        let sentinels =
            sentinels(&tags, previous.as_deref(), expires_at_s, |tag| self.config.tag_index.includes(tag));
        let tags_until_s = match &sentinels {
            Sentinels::All(_) => now_s + 2 * ttl_s,
            Sentinels::New(_, until_s) => *until_s,
        };
        let stored_bytes = sealed.bytes.len();
        let room = self.config.part_bytes.min(MAX_ITEM_BYTES.saturating_sub(tag_bytes)).max(1);
        let mut chunks = sealed.bytes.chunks(room).map(<[u8]>::to_vec);
        let value = chunks.next().unwrap_or_default();
        let rest: Vec<_> = chunks.collect();
        let parts = u32::try_from(rest.len()).ok().filter(|count| *count > 0).map(|count| Parts {
            count,
            slot: self.next_slot(previous.as_ref().and_then(|stored| stored.slot)),
            generation: self.host.random(),
        });
        let row = Row {
            kind: request.kind,
            tags: tags.into(),
            last_modified_ms: request.last_modified_ms,
            revision,
            lifetime: request.lifetime,
            expires_at_s,
            tags_until_s,
            value,
            stored_bytes,
            raw_bytes: request.body.len(),
            parts,
            committed: previous.map(|stored| stored.committed).unwrap_or_default(),
        };
        Ok(Plan { row, rest, sentinels: sentinels.into_tags(), only_if_absent: request.only_if_absent })
    }

    async fn put(
        &self,
        row_key: &str,
        plan: Plan,
        key: &EntryKey,
        deadline: Deadline,
    ) -> Result<(), Rc<Error>> {
        let Plan { row, rest, sentinels, only_if_absent } = plan;
        let (tags, tags_until_s, committed) = (row.tags.clone(), row.tags_until_s, row.committed);
        let sentinel_rows = sentinels.iter().map(|tag| self.sentinel(tag, key, tags_until_s)).collect();
        let parts = row.parts.map(|parts| PartRows { parts, rest, expires_at_s: row.expires_at_s });
        let item = row.into_item(row_key.to_owned());
        if let Some(rows) = &parts {
            self.put_parts(key, rows, deadline).await?;
        }
        let put_entry = async {
            match parts {
                Some(rows) if !only_if_absent => {
                    let (parts, committed) =
                        self.commit(row_key, item, key, (rows, committed), deadline).await?;
                    Ok::<_, Rc<Error>>((Some(parts.slot), committed))
                }
                parts => {
                    self.put_entry(item, only_if_absent, deadline).await?;
                    Ok((parts.map(|rows| rows.parts.slot), Committed::default()))
                }
            }
        };
        let (entry, index) = join(put_entry, self.write(sentinel_rows, deadline)).await;
        let (slot, committed) = entry?;
        let stored = Stored { tags, tags_until_s, slot, committed };
        self.warm.set(true);
        match index {
            Ok(()) => self.remember_stored(row_key, stored),
            Err(error) => {
                // The entry is stored and correct; a sweep may not find it, and then its TTL removes it.
                self.forget_stored(row_key);
                self.host.log(
                    LogLevel::Debug,
                    &format!("tag index rows of {row_key:?} were not written: {error}"),
                );
            }
        }
        Ok(())
    }

    /// Puts an entry's row as it is.
    async fn put_entry(&self, item: Item, only_if_absent: bool, deadline: Deadline) -> Result<(), Error> {
        let mut put = PutItem::new(&self.config.table_name, item);
        if only_if_absent {
            put.condition_expression = Some("attribute_not_exists(#key)".to_owned());
            put.expression_attribute_names = names(&["key"]);
        }
        self.client.send(&put, deadline).await.map(drop)
    }

    fn sentinel(&self, tag: &str, key: &EntryKey, expires_at_s: u64) -> WriteRequest {
        WriteRequest::put(Item::from([
            ("key", AttributeValue::S(self.rows.tag_sentinel_of(tag, key))),
            ("tag", AttributeValue::S(self.rows.index_tag_of(tag))),
            ("expiresAt", AttributeValue::n(expires_at_s)),
        ]))
    }

    /// Writes rows in batches until none is left unprocessed.
    pub(super) async fn write(&self, requests: Vec<WriteRequest>, deadline: Deadline) -> Result<(), Error> {
        if requests.is_empty() {
            return Ok(());
        }
        self.client.batch_write_item_all(&self.config.table_name, requests, deadline).await
    }
}

/// A good entry is being replaced. Unless the log has said so when this is dropped, also because the time was over, it is told
/// behind the caller's back: other processes would go on with their copies. A write that failed may have happened all the same.
struct Overwriting {
    inner: Rc<Inner>,
    events: Vec<Event>,
}

impl Overwriting {
    fn of(inner: &Rc<Inner>, row_key: &str) -> Self {
        let event = Event { tag: row_key.to_owned(), at_ms: inner.host.now_ms(), mode: Mode::Overwritten };
        Overwriting { inner: inner.clone(), events: vec![event] }
    }

    fn end(mut self) {
        self.events.clear();
    }
}

impl Drop for Overwriting {
    fn drop(&mut self) {
        if let Some(event) = self.events.first() {
            self.inner.memory.borrow_mut().remove(&event.tag);
            self.inner.hold_until_confirmed(&self.events);
        }
    }
}

/// An entry on its way, which gets of this process see until this is dropped: also with a set whose time is over.
struct Shown {
    inner: Rc<Inner>,
    entry: Rc<Entry>,
}

impl Shown {
    fn to_gets(inner: &Rc<Inner>, row_key: &str, entry: &Rc<Entry>, seen: u64) -> Self {
        inner.pending.borrow_mut().add(row_key, entry, seen);
        Shown { inner: inner.clone(), entry: entry.clone() }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.inner.pending.borrow_mut().remove(&self.entry);
    }
}

/// The rows of one set.
struct Plan {
    row: Row,
    rest: Vec<Vec<u8>>,
    sentinels: Vec<String>,
    only_if_absent: bool,
}

/// The sentinel rows that a set writes.
enum Sentinels {
    /// Of all tags: none is known to be there, or they would go before the entry does.
    All(Vec<String>),
    /// Of the tags that the version before did not have, and until when the others are there.
    New(Vec<String>, u64),
}

impl Sentinels {
    fn into_tags(self) -> Vec<String> {
        match self {
            Sentinels::All(tags) | Sentinels::New(tags, _) => tags,
        }
    }
}

fn sentinels(
    tags: &[String],
    previous: Option<&Stored>,
    expires_at_s: u64,
    included: impl Fn(&str) -> bool,
) -> Sentinels {
    let wanted = tags.iter().filter(|tag| included(tag));
    match previous.filter(|stored| stored.tags_until_s >= expires_at_s) {
        None => Sentinels::All(wanted.cloned().collect()),
        Some(stored) => {
            let new = wanted.filter(|tag| !stored.tags.contains(tag)).cloned().collect();
            Sentinels::New(new, stored.tags_until_s)
        }
    }
}
