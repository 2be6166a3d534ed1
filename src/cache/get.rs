//! get: one request, judged by the log.

use super::entry::{Entry, Lookup, Miss, Outcome};
use super::key::{Component, EntryKey};
use super::log::Log;
use super::memory::Copied;
use super::reads::{FoundRow, LogRead};
use super::tag_state::Standing;
use super::{Cache, Inner};
use crate::dynamodb::Error;
use crate::host::Deadline;
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

/// Whether what a get found is to be rendered.
enum Rendering<'a> {
    No,
    /// Before it is served.
    Now,
    /// Behind this one, which is served.
    Behind(&'a Entry),
}

impl Cache {
    /// Looks an entry up. It never fails: whatever goes wrong, within its budget, is a miss.
    pub async fn get(&self, request: &GetRequest) -> Lookup {
        let inner = &self.inner;
        let seen = inner.knowledge.borrow().version();
        let deadline = inner.read_deadline();
        let row = inner.rows.entry(&request.key);
        // A get nearly always is one request, which has the deadline by itself; to set a timer beside it would be for nothing.
        let (outcome, version) = match inner.look_up(request, &row, deadline).await {
            Ok((outcome, log)) => (outcome, log.version()),
            Err(error) => (Outcome::Miss(Miss::unavailable(&error)), seen),
        };
        let calls_for_render = match inner.to_be_rendered(&outcome) {
            Rendering::No => false,
            Rendering::Now => true,
            Rendering::Behind(entry) => !inner.is_rendered_elsewhere(&row, entry, deadline).await,
        };
        if calls_for_render {
            inner.renders.borrow_mut().called_for(&row, version, inner.host.monotonic_ms());
        }
        Lookup { outcome, version, calls_for_render }
    }

    /// Reads the log, so that gets that follow may be judged by it without reading it again.
    pub async fn refresh(&self) -> Result<u64, Miss> {
        let inner = &self.inner;
        let read = inner.read_log(inner.read_deadline()).await;
        read.map(|log| log.version()).map_err(|error| Miss::unavailable(&error))
    }
}

impl Inner {
    /// The log that a get is judged by.
    pub(super) async fn log_for(self: &Rc<Self>, source: LogSource, deadline: Deadline) -> LogRead {
        let known = match source {
            LogSource::Read => None,
            LogSource::Known => self.knowledge.borrow().latest_since(0),
        };
        match known {
            Some(log) => Ok(log),
            None => self.read_log(deadline).await,
        }
    }

    fn to_be_rendered<'a>(&self, outcome: &'a Outcome) -> Rendering<'a> {
        match outcome {
            Outcome::Fresh(entry) if !entry.is_due(self.host.now_ms()) => Rendering::No,
            Outcome::Fresh(entry) | Outcome::Stale(entry, _) => Rendering::Behind(entry),
            Outcome::Miss(_) => Rendering::Now,
        }
    }

    async fn look_up(
        self: &Rc<Self>,
        request: &GetRequest,
        row: &str,
        deadline: Deadline,
    ) -> Result<(Outcome, Rc<Log>), Rc<Error>> {
        if let Some(found) = self.look_up_pending(request, row, deadline).await? {
            return Ok(found);
        }
        let kept = self.kept(row);
        let resets = self.knowledge.borrow().resets();
        let mut seen = self.knowledge.borrow().version();
        let (found, log) = match &kept {
            Some(copy) => {
                let log = self.log_for(request.log, deadline).await?;
                if !log.may_have_overwritten(row, copy.seen) {
                    self.memory.borrow_mut().confirm(row, copy, log.version());
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
        let log = match &found {
            // The log may be shared, or was read just before the row was: its renderer had seen a newer one.
            FoundRow::Entry(row) if row.revision > log.version() => {
                self.forget_shared_log();
                self.read_log(deadline).await?
            }
            _ => log,
        };
        let outcome = self.open_found(request, row, found, &log, deadline).await?;
        if let Outcome::Fresh(entry) = &outcome
            && !entry.is_due(self.host.now_ms())
            && self.knowledge.borrow().resets() == resets
        {
            self.memory.borrow_mut().insert(row, Copied { entry: entry.clone(), seen });
        }
        Ok((outcome, log))
    }

    /// An entry that a set of this process is storing at this moment, if the log agrees.
    async fn look_up_pending(
        self: &Rc<Self>,
        request: &GetRequest,
        row: &str,
        deadline: Deadline,
    ) -> Result<Option<(Outcome, Rc<Log>)>, Rc<Error>> {
        let Some(Copied { entry, seen }) = self.pending.borrow().get(row) else { return Ok(None) };
        let log = self.log_for(request.log, deadline).await?;
        if log.may_have_overwritten(row, seen) {
            return Ok(None);
        }
        let judged = self.judge(request, &entry.tags, entry.revision, &log, deadline).await?;
        let is_good = judged.standing == Standing::Fresh && !entry.is_due(self.host.now_ms());
        Ok(is_good.then(|| (Outcome::Fresh(entry), log)))
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
}
