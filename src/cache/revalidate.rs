//! revalidateTag: one append to the log. When it has returned, every get that starts later, anywhere, honours it.

use super::get::LogSource;
use super::log::{Event, Log, Mode};
use super::{Cache, Inner, distinct, key_of};
use crate::dynamodb::{AttributeValue, ByName, Error, ErrorKind, Item, UpdateItem};
use crate::host::Deadline;
use crate::sharing::within;
use std::rc::Rc;

use super::key::Component;

/// Tags in one append: a row takes 400 KB, and a request should stay small.
pub(super) const MAX_TAGS_PER_APPEND: usize = 100;

/// Next's second argument of `revalidateTag`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Durations {
    /// Seconds from now on which entries are expired; until then they are stale. `None` is never.
    pub expire_s: Option<u64>,
}

/// What a revalidation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revalidated {
    /// The log version of its newest event; zero when there was nothing to revalidate.
    pub version: u64,
}

impl Cache {
    /// Revalidates tags: immediately without durations (or with `expire` 0), else stale now and expired later.
    ///
    /// `Err` means that the store has not confirmed it within the write budget. It holds in this process from then on,
    /// and is tried again behind the caller's back until it holds everywhere; it may have happened all the same.
    pub async fn revalidate_tags(
        &self,
        tags: &[Component],
        durations: Option<Durations>,
    ) -> Result<Revalidated, Rc<Error>> {
        let inner = &self.inner;
        let tags = distinct(tags);
        if tags.is_empty() {
            return Ok(Revalidated { version: 0 });
        }
        let deadline = inner.write_deadline();
        let at_ms = inner.host.now_ms();
        let mode = mode(durations, at_ms);
        let append = inner.append(&tags, mode, at_ms, deadline);
        let appended = within(&inner.host, deadline, append).await;
        match appended.unwrap_or_else(|| Err(Rc::new(Error::deadline("UpdateItem")))) {
            Ok(log) => Ok(Revalidated { version: log.version() }),
            Err(error) => {
                inner.hold_until_confirmed(&events(&tags, mode, at_ms));
                Err(error)
            }
        }
    }
}

fn mode(durations: Option<Durations>, now_ms: u64) -> Mode {
    match durations {
        None | Some(Durations { expire_s: Some(0) }) => Mode::Hard,
        Some(Durations { expire_s }) => {
            let deadline_ms = |seconds: u64| now_ms.saturating_add(seconds.saturating_mul(1000));
            Mode::Soft { expires_at_ms: expire_s.map(deadline_ms) }
        }
    }
}

fn events(tags: &[String], mode: Mode, at_ms: u64) -> Vec<Event> {
    tags.iter().map(|tag| Event { tag: tag.clone(), at_ms, mode }).collect()
}

impl Inner {
    async fn append(
        self: &Rc<Self>,
        tags: &[String],
        mode: Mode,
        at_ms: u64,
        deadline: Deadline,
    ) -> Result<Rc<Log>, Rc<Error>> {
        let mut newest = Rc::new(Log::default());
        for chunk in tags.chunks(MAX_TAGS_PER_APPEND) {
            newest = self.append_events(&events(chunk, mode, at_ms), deadline).await?;
            if mode == Mode::Hard {
                // By the version of its own append: what is rendered after it, and before the next one, must stay.
                self.spawn_sweep(chunk.to_vec(), newest.version());
            }
        }
        Ok(newest)
    }

    /// The version before the log's first event: the revision of what was rendered when nobody had seen a log. Where there is none
    /// it begins, so that what is stored now is told from what comes after a loss of it. Zero where the store does not say.
    pub(super) async fn log_begin(self: &Rc<Self>, deadline: Deadline) -> u64 {
        match self.log_for(LogSource::Known, deadline).await {
            Ok(log) if log.began > 0 => log.began,
            Ok(_) => self.append_events(&[], deadline).await.map_or(0, |log| log.began),
            Err(_) => 0,
        }
    }

    /// Appends to the log, atomically.
    pub(super) async fn append_events(
        self: &Rc<Self>,
        events: &[Event],
        deadline: Deadline,
    ) -> Result<Rc<Log>, Rc<Error>> {
        match self.append_once(events, deadline).await {
            Err(error) if error.kind == ErrorKind::Validation => {
                // The row is full: a compaction that should have come earlier comes now. A shared log may be of before.
                self.forget_shared_log();
                let log = self.read_log(deadline).await?;
                self.compact(&log, deadline).await?;
                self.append_once(events, deadline).await
            }
            appended => appended,
        }
    }

    async fn append_once(
        self: &Rc<Self>,
        events: &[Event],
        deadline: Deadline,
    ) -> Result<Rc<Log>, Rc<Error>> {
        let start = self.knowledge.borrow_mut().begin_read();
        let began_ms = self.host.monotonic_ms();
        let update = UpdateItem {
            update_expression: Some(
                "SET #events = list_append(if_not_exists(#events, :none), :events), #began = if_not_exists(#began, :began) ADD #version :count"
                    .to_owned(),
            ),
            expression_attribute_names: names(&["began", "events", "version"]),
            expression_attribute_values: Item::from([
                (":began", AttributeValue::n(self.host.now_ms())),
                (":none", AttributeValue::L(Vec::new())),
                (":events", AttributeValue::L(events.iter().map(Event::to_attribute).collect())),
                (":count", AttributeValue::n(events.len() as u64)),
            ]),
            return_values: Some("ALL_NEW".to_owned()),
            ..UpdateItem::new(&self.config.table_name, key_of(self.rows.log()))
        };
        let output = self.client.send(&update, deadline).await.map(|output| output.attributes);
        let log = self.take_in_log(output, start, began_ms)?;
        if self.excess(&log) > 0 {
            self.spawn_compaction(log.clone());
        }
        Ok(log)
    }
}

/// Placeholders `#name` for attribute names: many of DynamoDB's reserved words are good names.
pub(super) fn names(names: &[&str]) -> ByName<String> {
    names.iter().map(|name| (format!("#{name}"), (*name).to_owned())).collect()
}
