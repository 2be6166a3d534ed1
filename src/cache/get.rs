//! get: one request, judged by the log.

use super::entry::{Entry, Lookup, Miss, Outcome, Parts, Row};
use super::key::{Component, EntryKey};
use super::log::Log;
use super::memory::Copied;
use super::reads::{FoundRow, LogRead};
use super::tag_state::{Standing, TagState};
use super::{Cache, Inner, Stored, frame, key_of};
use crate::dynamodb::{AttributeValue, Error};
use crate::host::{Deadline, LogLevel};
use crate::sharing::within;
use std::cell::Cell;
use std::rc::Rc;

/// What Next asks for.
pub struct GetRequest {
    /// The entry.
    pub key: EntryKey,
    /// `ctx.tags`: tags that the caller knows the entry has.
    pub tags: Vec<Component>,
    /// `ctx.softTags`: tags that count for this call only, because of the page that asks.
    pub soft_tags: Vec<Component>,
    /// Which revalidations count.
    pub log: LogSource,
}

/// Which log an entry is judged by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogSource {
    /// One that is read for this get: every revalidation counts that had returned before.
    #[default]
    Read,
    /// The one that this process learnt last: the caller has called [`Cache::refresh`] for a whole request.
    Known,
}

/// How something with tags stands.
pub struct Judged {
    /// The worst standing towards any of its tags.
    pub standing: Standing,
    /// The tags that were revalidated since, as row keys hold them.
    pub revalidated: Vec<String>,
}

impl Cache {
    /// Looks an entry up. It never fails: whatever goes wrong, within its budget, is a miss.
    pub async fn get(&self, request: &GetRequest) -> Lookup {
        let inner = &self.inner;
        let seen = inner.knowledge.borrow().version();
        let deadline = inner.read_deadline();
        let row = inner.rows.entry(&request.key);
        let (outcome, version) = match within(&inner.host, deadline, inner.look_up(request, &row, deadline))
            .await
        {
            Some(Ok((outcome, log))) => (outcome, log.version()),
            Some(Err(error)) => (Outcome::Miss(Miss::Unavailable(error.to_string())), seen),
            None => (Outcome::Miss(Miss::Unavailable("no answer within the time limit".to_owned())), seen),
        };
        let calls_for_render = inner.calls_for_render(&outcome);
        if calls_for_render {
            inner.renders.borrow_mut().called_for(&row, version, inner.host.monotonic_ms());
        }
        Lookup { outcome, version, calls_for_render }
    }
}

impl Cache {
    /// Reads the log, so that gets that follow may be judged by it without reading it again.
    pub async fn refresh(&self) -> Result<u64, Miss> {
        let inner = &self.inner;
        let deadline = inner.read_deadline();
        match within(&inner.host, deadline, inner.read_log(deadline)).await {
            Some(Ok(log)) => Ok(log.version()),
            Some(Err(error)) => Err(Miss::Unavailable(error.to_string())),
            None => Err(Miss::Unavailable("no answer within the time limit".to_owned())),
        }
    }

    /// When any of the tags expired last, Unix milliseconds by the clock of the host that revalidated it; 0 is never.
    pub async fn expiration(&self, tags: &[Component]) -> Result<u64, Miss> {
        let inner = &self.inner;
        let deadline = inner.read_deadline();
        match within(&inner.host, deadline, inner.expiration_of(tags, deadline)).await {
            Some(Ok(expired_at_ms)) => Ok(expired_at_ms),
            Some(Err(error)) => Err(Miss::Unavailable(error.to_string())),
            None => Err(Miss::Unavailable("no answer within the time limit".to_owned())),
        }
    }

    /// Judges something that the build prerendered: it has no revision, so the events' wall time counts.
    ///
    /// `version` is what the [`Lookup`] that found nothing in the table gave; no newer log read is made.
    pub async fn judge_built(
        &self,
        tags: &[Component],
        built_at_ms: u64,
        version: u64,
    ) -> Result<Judged, Miss> {
        let inner = &self.inner;
        let deadline = inner.read_deadline();
        match within(&inner.host, deadline, inner.judge_by_time(tags, built_at_ms, version, deadline)).await {
            Some(Ok(judged)) => Ok(judged),
            Some(Err(error)) => Err(Miss::Unavailable(error.to_string())),
            None => Err(Miss::Unavailable("no answer within the time limit".to_owned())),
        }
    }
}

impl Inner {
    async fn expiration_of(
        self: &Rc<Self>,
        tags: &[Component],
        deadline: Deadline,
    ) -> Result<u64, Rc<Error>> {
        let log = self.log_for(LogSource::Known, deadline).await?;
        let now_ms = self.host.now_ms();
        let expired_at_ms = Cell::new(0);
        let standing = |state: &TagState| {
            expired_at_ms.set(expired_at_ms.get().max(state.expired_at_ms(now_ms)));
            Standing::Fresh
        };
        self.weigh(tags.iter().map(Component::as_str), &log, log.floor > 0, &standing, deadline).await?;
        Ok(expired_at_ms.get())
    }

    /// The log that a get is judged by.
    async fn log_for(self: &Rc<Self>, source: LogSource, deadline: Deadline) -> LogRead {
        let known = match source {
            LogSource::Read => None,
            LogSource::Known => self.knowledge.borrow().latest_since(0),
        };
        match known {
            Some(log) => Ok(log),
            None => self.read_log(deadline).await,
        }
    }

    async fn judge_by_time(
        self: &Rc<Self>,
        tags: &[Component],
        built_at_ms: u64,
        version: u64,
        deadline: Deadline,
    ) -> Result<Judged, Rc<Error>> {
        let latest = self.knowledge.borrow().latest_since(version);
        let log = match latest {
            Some(log) => log,
            None => self.read_log(deadline).await?,
        };
        let now_ms = self.host.now_ms();
        let standing = |state: &TagState| state.standing_of_built(built_at_ms, now_ms);
        self.weigh(tags.iter().map(Component::as_str), &log, log.floor > 0, &standing, deadline).await
    }

    fn calls_for_render(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Fresh(entry) => entry.is_due(self.host.now_ms()),
            Outcome::Stale(..) | Outcome::Miss(_) => true,
        }
    }

    async fn look_up(
        self: &Rc<Self>,
        request: &GetRequest,
        row: &str,
        deadline: Deadline,
    ) -> Result<(Outcome, Rc<Log>), Rc<Error>> {
        let kept = self.kept(row);
        let mut seen = self.knowledge.borrow().version();
        let (found, log) = match &kept {
            Some(copy) => {
                let log = self.log_for(request.log, deadline).await?;
                if !log.may_have_overwritten(row, copy.seen) {
                    let entry = &copy.entry;
                    let judged = self.judge(request, &entry.tags, entry.revision, &log, deadline).await?;
                    if judged.standing == Standing::Fresh {
                        return Ok((Outcome::Fresh(entry.clone()), log));
                    }
                }
                // Another instance may have rendered it again.
                seen = log.version();
                (self.read_row(row, deadline).await?, log)
            }
            None if request.log == LogSource::Known => {
                let log = self.log_for(request.log, deadline).await?;
                (self.read_row(row, deadline).await?, log)
            }
            None => {
                let (found, log) = self.read_row_and_log(&request.key, deadline).await;
                (found?, log?)
            }
        };
        let outcome = self.open_found(request, row, found, &log, deadline).await?;
        if let Outcome::Fresh(entry) = &outcome
            && !entry.is_due(self.host.now_ms())
        {
            self.memory.borrow_mut().insert(row, Copied { entry: entry.clone(), seen });
        }
        Ok((outcome, log))
    }

    /// An entry in memory that may be served if the log agrees.
    fn kept(&self, row: &str) -> Option<Copied> {
        let mut memory = self.memory.borrow_mut();
        let copy = memory.get(row)?;
        let now_ms = self.host.now_ms();
        if copy.entry.is_due(now_ms) || now_ms / 1000 >= copy.entry.expires_at_s {
            memory.remove(row);
            return None;
        }
        Some(copy)
    }

    async fn open_found(
        self: &Rc<Self>,
        request: &GetRequest,
        row: &str,
        mut found: FoundRow,
        log: &Log,
        deadline: Deadline,
    ) -> Result<Outcome, Rc<Error>> {
        let mut attempts_left = 2;
        loop {
            let entry_row = match found {
                FoundRow::Absent => {
                    self.forget_stored(row);
                    return Ok(Outcome::Miss(Miss::Absent));
                }
                FoundRow::Unreadable => {
                    self.forget_stored(row);
                    return Ok(self.refuse(row, "the row is not an entry that this version writes"));
                }
                FoundRow::Entry(entry_row) => entry_row,
            };
            let judged = self.judge(request, &entry_row.tags, entry_row.revision, log, deadline).await?;
            if let Some(miss) = self.dismiss(row, &entry_row, judged.standing) {
                return Ok(Outcome::Miss(miss));
            }
            self.note_stored(row, &entry_row);
            match self.read_value(&request.key, &entry_row, deadline).await? {
                Value::Whole(bytes) => return Ok(self.open(request, row, &entry_row, &bytes, judged)),
                Value::PartGone => attempts_left -= 1,
            }
            if attempts_left == 0 {
                return Ok(self.refuse(row, "a part of the value is gone"));
            }
            found = self.read_row(row, deadline).await?;
        }
    }

    /// How an entry with these tags, and those that the request adds, stands towards the log.
    async fn judge(
        &self,
        request: &GetRequest,
        tags: &[String],
        revision: u64,
        log: &Log,
        deadline: Deadline,
    ) -> Result<Judged, Rc<Error>> {
        if revision > log.version() {
            // Rendered after events that the log does not know: it was reset, and what it said is lost.
            return Ok(Judged { standing: Standing::Expired, revalidated: Vec::new() });
        }
        let asked = request.tags.iter().chain(&request.soft_tags).map(Component::as_str);
        let all = tags.iter().map(String::as_str).chain(asked);
        let now_ms = self.host.now_ms();
        let standing = |state: &TagState| state.standing(revision, now_ms);
        self.weigh(all, log, revision < log.floor, &standing, deadline).await
    }

    /// The worst standing of any of the tags; reads state rows where they count and this process does not know them.
    async fn weigh<'a>(
        &self,
        tags: impl Iterator<Item = &'a str>,
        log: &Log,
        below_floor: bool,
        standing: &dyn Fn(&TagState) -> Standing,
        deadline: Deadline,
    ) -> Result<Judged, Rc<Error>> {
        let mut judged = Judged { standing: Standing::Fresh, revalidated: Vec::new() };
        let mut unknown = Vec::new();
        for tag in tags {
            let mut state = log.state_of(tag);
            if below_floor && !self.knowledge.borrow().complete(tag, &mut state) {
                unknown.push(tag.to_owned());
            }
            judged.add(tag, standing(&state));
        }
        if judged.standing == Standing::Expired || unknown.is_empty() {
            return Ok(judged);
        }
        for (tag, mut state) in self.read_tag_states(&unknown, deadline).await.map_err(Rc::new)? {
            self.knowledge.borrow_mut().remember(&tag, &state, log.floor);
            state.merge(&log.state_of(&tag));
            judged.add(&tag, standing(&state));
        }
        Ok(judged)
    }

    fn dismiss(&self, row: &str, entry_row: &Row, standing: Standing) -> Option<Miss> {
        if standing == Standing::Expired {
            // A sweep may have taken its sentinels: the next set writes them anew.
            self.forget_stored(row);
            self.memory.borrow_mut().remove(row);
            return Some(Miss::Revalidated);
        }
        (self.host.now_ms() / 1000 >= entry_row.expires_at_s).then_some(Miss::Absent)
    }

    fn note_stored(&self, row: &str, entry_row: &Row) {
        let slot = entry_row.parts.map(|parts| parts.slot);
        let tags = entry_row.tags.clone();
        self.remember_stored(row, Stored { tags, tags_until_s: entry_row.tags_until_s, slot });
    }

    async fn read_value(
        &self,
        key: &EntryKey,
        row: &Rc<Row>,
        deadline: Deadline,
    ) -> Result<Value, Rc<Error>> {
        let Some(parts) = row.parts else { return Ok(Value::Whole(row.clone())) };
        let keys = (1..=parts.count).map(|n| key_of(self.rows.part(n, parts.slot, key))).collect();
        let items = self.get_items(keys, deadline).await.map_err(Rc::new)?;
        let mut values: Vec<Option<Vec<u8>>> = (0..parts.count).map(|_| None).collect();
        for mut item in items {
            let number = |name: &str| item.get(name).and_then(AttributeValue::as_u64);
            let belongs = number("generation") == Some(parts.generation);
            let index = number("part").and_then(|n| usize::try_from(n).ok()?.checked_sub(1));
            let value = item.remove("value").and_then(AttributeValue::into_b).filter(|_| belongs);
            if let Some(slot) = index.and_then(|index| values.get_mut(index)) {
                *slot = value;
            }
        }
        Ok(Parts::join(row, values).map_or(Value::PartGone, |joined| Value::Whole(Rc::new(joined))))
    }

    fn open(&self, request: &GetRequest, row: &str, entry_row: &Row, whole: &Row, judged: Judged) -> Outcome {
        let raw = match frame::open(&whole.value, request.key.echo(), entry_row.kind.code()) {
            Ok(raw) if raw.len() == entry_row.raw_bytes => raw,
            Ok(_) => return self.refuse(row, "its length is not what the row says"),
            Err(error) => return self.refuse(row, &error.to_string()),
        };
        let entry = Rc::new(Entry::new(entry_row, raw));
        match judged.standing {
            Standing::Stale => Outcome::Stale(entry, judged.revalidated),
            _ => Outcome::Fresh(entry),
        }
    }

    fn refuse(&self, row: &str, why: &str) -> Outcome {
        let line = format!(
            "entry {row:?} is not trusted and counts as a miss: {why}; it is rendered and stored again"
        );
        self.complain_once(row, LogLevel::Warn, &line);
        Outcome::Miss(Miss::Unreadable(why.to_owned()))
    }
}

/// A value that lies in one row or in several.
enum Value {
    Whole(Rc<Row>),
    PartGone,
}

impl Judged {
    fn add(&mut self, tag: &str, standing: Standing) {
        if standing != Standing::Fresh && !self.revalidated.iter().any(|known| known == tag) {
            self.revalidated.push(tag.to_owned());
        }
        self.standing = self.standing.max(standing);
    }
}

impl Parts {
    /// The row with its whole frame; `None` when a part is missing or belongs to another write.
    fn join(row: &Row, values: Vec<Option<Vec<u8>>>) -> Option<Row> {
        let mut value = Vec::with_capacity(row.stored_bytes.min(64 << 20));
        value.extend_from_slice(&row.value);
        for part in values {
            value.extend_from_slice(&part?);
        }
        Some(Row { value, tags: row.tags.clone(), parts: None, ..*row })
    }
}
