//! Reading rows: the log and an entry in one request, shared by callers as far as strictness allows.

use super::key::EntryKey;
use super::knowledge::{Learnt, Moment, ReadStart};
use super::log::Log;
use super::row::Row;
use super::tag_state::TagState;
use super::turnstile::{Turn, Turnstile};
use super::{Inner, key_of};
use crate::dynamodb::{AttributeValue, BatchGetItem, Error, ErrorKind, GetItem, Item};
use crate::host::{Deadline, LocalFuture, LogLevel};
use crate::sharing::{Shared, join, within};
use std::rc::Rc;

/// A log read's result, as all who share it get it.
pub type LogRead = Result<Rc<Log>, Rc<Error>>;

/// An entry row's read: `None` is no such row, `Unreadable` one that this version did not write.
pub type RowRead = Result<FoundRow, Rc<Error>>;

/// What stands at an entry's row key.
#[derive(Clone)]
pub enum FoundRow {
    /// Nothing.
    Absent,
    /// An entry.
    Entry(Rc<Row>),
    /// Something else.
    Unreadable,
}

/// The wait between log reads grows to this while the table throttles them, milliseconds.
const MAX_LOG_WAIT_MS: u64 = 100;

impl Inner {
    /// The log, by a read that begins after this call (or within `tag_freshness_ms` before it).
    pub async fn read_log(self: &Rc<Self>, deadline: Deadline) -> LogRead {
        if let Some(log) = self.shared_log() {
            return Ok(log);
        }
        match self.log_turnstile.enter(self.is_throttled()) {
            Turn::Now(running) => {
                let read = self.fetch_log(deadline).await;
                drop(running);
                read
            }
            turn => self.wait_for_log(turn, deadline).await,
        }
    }

    /// The entry's row and the log, in one request where nobody else reads either.
    pub async fn read_row_and_log(self: &Rc<Self>, key: &EntryKey, deadline: Deadline) -> (RowRead, LogRead) {
        let row = self.rows.entry(key);
        let _leaving = Leaving { inner: self, row: &row };
        if let Some(log) = self.shared_log() {
            return (self.read_row(&row, deadline).await, Ok(log));
        }
        match (self.log_turnstile.enter(self.is_throttled()), self.row_turnstile(&row).enter(false)) {
            (Turn::Now(log_turn), Turn::Now(row_turn)) => {
                let both = self.fetch_row_and_log(&row, deadline).await;
                drop((log_turn, row_turn));
                both
            }
            (Turn::Now(log_turn), row_turn) => {
                let log = async {
                    let read = self.fetch_log(deadline).await;
                    drop(log_turn);
                    read
                };
                join(self.take_row_turn(&row, row_turn, deadline), log).await
            }
            (log_turn, row_turn) => {
                join(self.take_row_turn(&row, row_turn, deadline), self.wait_for_log(log_turn, deadline))
                    .await
            }
        }
    }

    /// The entry's row alone.
    pub async fn read_row(self: &Rc<Self>, row: &str, deadline: Deadline) -> RowRead {
        let _leaving = Leaving { inner: self, row };
        let turn = self.row_turnstile(row).enter(false);
        self.take_row_turn(row, turn, deadline).await
    }

    /// The state rows of tags, for judging entries below the floor of the log.
    pub async fn read_tag_states(
        &self,
        tags: &[String],
        deadline: Deadline,
    ) -> Result<Vec<(String, TagState)>, Error> {
        // A tag of the entry may be one that the request adds, too. To look for it costs its square, of tens of thousands.
        let mut states: Vec<_> = tags.iter().map(|tag| (tag.clone(), TagState::default())).collect();
        let keys = states.iter().map(|(tag, _)| key_of(self.rows.tag_state_of(tag))).collect();
        let items = self.get_items(keys, deadline).await?;
        for item in &items {
            let tag = item.get("revalidated").and_then(AttributeValue::as_s);
            let mut is_asked = false;
            if let (Some(tag), Some(state)) = (tag, TagState::from_item(item)) {
                for (_, known) in states.iter_mut().filter(|(known, _)| known == tag) {
                    *known = state.clone();
                    is_asked = true;
                }
            }
            if !is_asked {
                return Err(unreadable("a tag state row"));
            }
        }
        Ok(states)
    }

    /// Reads any rows, strongly consistent, looping until none is left unprocessed.
    pub async fn get_items(&self, keys: Vec<Item>, deadline: Deadline) -> Result<Vec<Item>, Error> {
        let request = BatchGetItem::consistent(&self.config.table_name, keys);
        let mut output = self.client.batch_get_item_all(request, deadline).await?;
        self.warm.set(true);
        Ok(output.responses.remove(&self.config.table_name).unwrap_or_default())
    }

    /// Has the next read of the log share none that began before.
    pub fn forget_shared_log(&self) {
        self.log_read_at_ms.set(None);
    }

    fn shared_log(&self) -> Option<Rc<Log>> {
        let freshness_ms = self.config.tag_freshness_ms;
        let began_ms = self.log_read_at_ms.get().filter(|_| freshness_ms > 0)?;
        let is_fresh = self.host.monotonic_ms() < began_ms.saturating_add(freshness_ms);
        // The newest one: a revalidation that returned after that read began may have been told of by another.
        is_fresh.then(|| self.knowledge.borrow().latest_since(0))?
    }

    async fn wait_for_log(self: &Rc<Self>, turn: Turn<LogRead>, deadline: Deadline) -> LogRead {
        let shared = match turn {
            Turn::Share(shared) => shared,
            Turn::BeginNext(shared, running) => {
                let (inner, result) = (self.clone(), shared.clone());
                self.spawn_metered(Box::pin(async move {
                    let wait_ms = inner.log_wait_ms.get();
                    let turn = inner.log_turnstile.next_turn(&inner.host, running, wait_ms).await;
                    let read = inner.fetch_log(inner.read_deadline()).await;
                    drop(turn);
                    result.resolve(read);
                }));
                shared
            }
            Turn::Now(running) => {
                let read = self.fetch_log(deadline).await;
                drop(running);
                return read;
            }
        };
        self.shared_by(shared, deadline).await
    }

    async fn take_row_turn(self: &Rc<Self>, row: &str, turn: Turn<RowRead>, deadline: Deadline) -> RowRead {
        let shared: Rc<Shared<RowRead>> = match turn {
            Turn::Now(running) => {
                let read = self.fetch_row(row, deadline).await;
                drop(running);
                return read;
            }
            Turn::Share(shared) => shared,
            Turn::BeginNext(shared, running) => {
                let (inner, result, row) = (self.clone(), shared.clone(), row.to_owned());
                let turnstile = self.row_turnstile(&row);
                self.spawn_metered(Box::pin(async move {
                    let turn = turnstile.next_turn(&inner.host, running, 0).await;
                    let read = inner.fetch_row(&row, inner.read_deadline()).await;
                    drop(turn);
                    inner.leave_row(&row);
                    result.resolve(read);
                }));
                shared
            }
        };
        self.shared_by(shared, deadline).await
    }

    /// Another's read, which may go on for longer than this caller waits.
    async fn shared_by<T: Clone>(
        &self,
        shared: Rc<Shared<Result<T, Rc<Error>>>>,
        deadline: Deadline,
    ) -> Result<T, Rc<Error>> {
        let read = within(&self.host, deadline, shared.wait()).await;
        read.unwrap_or_else(|| Err(Rc::new(Error::deadline("BatchGetItem"))))
    }

    /// A read that is shared counts to the operation that began it.
    fn spawn_metered(&self, read: LocalFuture<()>) {
        self.host.spawn(self.client.metered(self.client.meter(), read));
    }

    fn row_turnstile(&self, row: &str) -> Rc<Turnstile<RowRead>> {
        self.row_turnstiles.borrow_mut().entry(row.to_owned()).or_insert_with(Turnstile::new).clone()
    }

    fn leave_row(&self, row: &str) {
        let mut turnstiles = self.row_turnstiles.borrow_mut();
        if turnstiles.get(row).is_some_and(|turnstile| turnstile.is_idle()) {
            turnstiles.remove(row);
        }
    }

    async fn fetch_log(&self, deadline: Deadline) -> LogRead {
        let (start, began_ms) = self.begin_log_read();
        let request = GetItem::consistent(&self.config.table_name, key_of(self.rows.log()));
        let output = self.client.send(&request, deadline).await.map(|output| output.item);
        self.take_in_log(output, start, began_ms)
    }

    /// The entry's row, by a read that nobody shares.
    pub async fn fetch_row(&self, row: &str, deadline: Deadline) -> RowRead {
        let request = GetItem::consistent(&self.config.table_name, key_of(row.to_owned()));
        let output = self.client.send(&request, deadline).await.map_err(Rc::new)?;
        self.warm.set(true);
        Ok(FoundRow::from_item(output.item))
    }

    async fn fetch_row_and_log(&self, row: &str, deadline: Deadline) -> (RowRead, LogRead) {
        let (start, began_ms) = self.begin_log_read();
        let log_row = self.rows.log();
        let keys = vec![key_of(row.to_owned()), key_of(log_row.clone())];
        match self.get_items(keys, deadline).await {
            Err(error) => {
                let error = Rc::new(error);
                self.note_throttling(&error);
                (Err(error.clone()), Err(error))
            }
            Ok(items) => {
                let is_log = |item: &Item| item.get("key").and_then(AttributeValue::as_s) == Some(&log_row);
                let (mut logs, mut entries): (Vec<_>, Vec<_>) = items.into_iter().partition(is_log);
                let log = self.take_in_log(Ok(logs.pop()), start, began_ms);
                (Ok(FoundRow::from_item(entries.pop())), log)
            }
        }
    }

    fn begin_log_read(&self) -> (ReadStart, u64) {
        (self.knowledge.borrow_mut().begin_read(), self.host.monotonic_ms())
    }

    /// Learns from a log read; also what a revalidation gets back.
    pub fn take_in_log(
        &self,
        item: Result<Option<Item>, Error>,
        start: ReadStart,
        began_ms: u64,
    ) -> Result<Rc<Log>, Rc<Error>> {
        let item = item.map_err(|error| {
            self.note_throttling(&error);
            Rc::new(error)
        })?;
        self.log_wait_ms.set(self.log_wait_ms.get() / 2);
        self.warm.set(true);
        let log = Log::from_item(item.as_ref()).map_err(|_| Rc::new(unreadable("the revalidation log")))?;
        let log = Rc::new(log);
        let now = Moment { now_ms: self.host.now_ms(), monotonic_ms: self.host.monotonic_ms() };
        if self.knowledge.borrow_mut().learn(&log, start, now) == Learnt::Reset {
            self.memory.borrow_mut().clear();
            self.pending.borrow_mut().clear();
            self.host.log(LogLevel::Warn, "the revalidation log went back: its row was deleted or restored from a backup; entries of the log before are rendered again");
        }
        self.log_read_at_ms.set(self.log_read_at_ms.get().max(Some(began_ms)));
        Ok(log)
    }

    fn is_throttled(&self) -> bool {
        self.log_wait_ms.get() > 0
    }

    /// While the table throttles reads of the log, more callers share each of them.
    fn note_throttling(&self, error: &Error) {
        if error.kind == ErrorKind::Throttling {
            self.log_wait_ms.set((self.log_wait_ms.get() * 2).clamp(10, MAX_LOG_WAIT_MS));
        }
    }
}

/// A reader of a row, who may also be gone before it is read.
struct Leaving<'a> {
    inner: &'a Inner,
    row: &'a str,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.inner.leave_row(self.row);
    }
}

impl FoundRow {
    fn from_item(item: Option<Item>) -> Self {
        match item {
            None => FoundRow::Absent,
            Some(item) => {
                Row::from_item(item).map_or(FoundRow::Unreadable, |row| FoundRow::Entry(Rc::new(row)))
            }
        }
    }
}

fn unreadable(what: &str) -> Error {
    Error::unreadable("BatchGetItem", format!("{what} does not hold what this version writes"))
}

#[cfg(test)]
mod tests;
