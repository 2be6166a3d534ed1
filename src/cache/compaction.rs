//! Compaction: the oldest events move from the log row to tag state rows, and the floor rises.
//!
//! State rows are written before the log is trimmed, each only over what was merged into it, so at every moment an event
//! is in the log, in its tag's state row, or in both.

use super::log::Log;
use super::revalidate::names;
use super::tag_state::TagState;
use super::{Inner, key_of};
use crate::dynamodb::{AttributeValue, Error, ErrorKind, GetItem, Item, PutItem, UpdateItem};
use crate::host::{Deadline, LocalFuture, LogLevel};
use crate::sharing::join_all;
use std::rc::Rc;

/// A state row must outlive every entry that it may concern (366 days), seconds.
const STATE_TTL_S: u64 = 400 * 86_400;

/// Events that one trim removes: an update expression has at most 300 operators and 4 KB.
const MAX_TRIMMED: usize = 200;

/// State rows that are written at once: a compaction must not take the table's capacity from readers.
const WRITES_AT_ONCE: usize = 8;

impl Inner {
    /// Compacts behind the caller's back, one at a time in this process, until the log is short enough.
    pub(super) fn spawn_compaction(self: &Rc<Self>, log: Rc<Log>) {
        if self.compacting.replace(true) {
            return;
        }
        let inner = self.clone();
        self.host.spawn(Box::pin(async move {
            let deadline = Deadline::after(inner.host.as_ref(), inner.config.sweep_timeout_ms);
            if let Err(error) = inner.compact_fully(log, deadline).await {
                let line = format!("compaction of the revalidation log is left to a later one: {error}");
                inner.host.log(LogLevel::Debug, &line);
            }
            inner.compacting.set(false);
        }));
    }

    async fn compact_fully(self: &Rc<Self>, mut log: Rc<Log>, deadline: Deadline) -> Result<(), Rc<Error>> {
        while self.excess(&log) > 0 {
            log = self.compact(&log, deadline).await?;
        }
        Ok(())
    }

    /// How many events of a log are to be moved.
    pub(super) fn excess(&self, log: &Log) -> usize {
        log.excess(self.config.log_max_events, self.config.log_max_bytes)
    }

    /// Moves the older half of the log's events to tag state rows; gives the log as it is then.
    pub(super) async fn compact(
        self: &Rc<Self>,
        log: &Log,
        deadline: Deadline,
    ) -> Result<Rc<Log>, Rc<Error>> {
        let count = self.excess(log).min(MAX_TRIMMED);
        if count == 0 {
            return Ok(Rc::new(log.clone()));
        }
        let mut states: Vec<(&str, TagState)> = Vec::new();
        for (version, event) in log.versioned().take(count) {
            // What was overwritten concerns copies in memory alone, and those do not outlive a rise of the floor.
            let Some(step) = event.step(version) else { continue };
            match states.iter_mut().find(|(tag, _)| *tag == event.tag) {
                Some((_, state)) => state.add(step),
                None => states.push((&event.tag, TagState::of(step))),
            }
        }
        for some in states.chunks(WRITES_AT_ONCE) {
            let writes = some.iter().map(|(tag, state)| {
                let (inner, tag, state) = (self.clone(), (*tag).to_owned(), state.clone());
                let write = async move { inner.write_state(&tag, state, deadline).await };
                Box::pin(write) as LocalFuture<Result<(), Error>>
            });
            join_all(writes.collect()).await.into_iter().collect::<Result<(), Error>>().map_err(Rc::new)?;
        }
        self.trim(log, count, deadline).await
    }

    /// Adds to a tag's state row, over what was read of it alone.
    async fn write_state(&self, tag: &str, state: TagState, deadline: Deadline) -> Result<(), Error> {
        let row = self.rows.tag_state_of(tag);
        loop {
            let read = GetItem::consistent(&self.config.table_name, key_of(row.clone()));
            let before = self.client.send(&read, deadline).await?.item;
            let known = before.as_ref().and_then(TagState::from_item);
            let version = before.and_then(|mut item| item.remove("version"));
            let mut merged = state.clone();
            known.iter().for_each(|known| merged.merge(known));
            if known.as_ref() == Some(&merged) {
                return Ok(()); // someone else has compacted at least as far
            }
            // One that a lost log has left may have a higher version than the log has by now.
            let known_version = version.as_ref().and_then(AttributeValue::as_u64);
            let raised = state.version().max(known_version.map_or(0, |version| version.saturating_add(1)));
            let expires_at_s = self.host.now_ms() / 1000 + STATE_TTL_S;
            let item = Item::from([
                ("key", AttributeValue::S(row.clone())),
                ("revalidated", AttributeValue::s(tag)),
                ("version", AttributeValue::n(raised)),
                ("steps", merged.to_attribute()),
                ("expiresAt", AttributeValue::n(expires_at_s)),
            ]);
            let mut put = PutItem::new(&self.config.table_name, item);
            put.expression_attribute_names = names(&["version"]);
            put.condition_expression = Some(match version {
                None => "attribute_not_exists(#version)".to_owned(),
                // As it was read: what is no number is replaced, too, or no compaction would ever get past it.
                Some(version) => {
                    put.expression_attribute_values = Item::from([(":version", version)]);
                    "#version = :version".to_owned()
                }
            });
            match self.client.send(&put, deadline).await {
                // Someone else was faster, perhaps this call before its answer was lost.
                Err(error) if error.kind == ErrorKind::ConditionalCheckFailed => {}
                result => return result.map(drop),
            }
        }
    }

    /// Takes the oldest events off the log, unless someone else has meanwhile, or the log is another one by now; gives the
    /// log as it is then.
    async fn trim(
        self: &Rc<Self>,
        log: &Log,
        count: usize,
        deadline: Deadline,
    ) -> Result<Rc<Log>, Rc<Error>> {
        let floor = log.floor - log.began;
        let Some((last, newest)) = count.checked_sub(1).and_then(|last| Some((last, log.events.get(last)?)))
        else {
            return Ok(Rc::new(log.clone()));
        };
        let start = self.knowledge.borrow_mut().begin_read();
        let began_ms = self.host.monotonic_ms();
        // From the last to the first: dynalite takes them one after the other, and each moves those behind it.
        let removed: Vec<_> = (0..count).rev().map(|index| format!("#events[{index}]")).collect();
        let unmoved = match floor {
            0 => "(attribute_not_exists(#floor) OR #floor = :floor)",
            _ => "#floor = :floor",
        };
        // A row that was deleted and has begun anew may have the same floor: its events are in no state row yet.
        let same = format!("#events[{last}].#tag = :tag AND #events[{last}].#at = :at");
        let update = UpdateItem {
            update_expression: Some(format!("SET #floor = :raised REMOVE {}", removed.join(", "))),
            condition_expression: Some(format!("{unmoved} AND {same}")),
            expression_attribute_names: names(&["events", "floor", "tag", "at"]),
            expression_attribute_values: Item::from([
                (":floor", AttributeValue::n(floor)),
                (":raised", AttributeValue::n(floor + count as u64)),
                (":tag", AttributeValue::s(&newest.tag)),
                (":at", AttributeValue::n(newest.at_ms)),
            ]),
            return_values: Some("ALL_NEW".to_owned()),
            ..UpdateItem::new(&self.config.table_name, key_of(self.rows.log()))
        };
        match self.client.send(&update, deadline).await {
            Err(error) if error.kind == ErrorKind::ConditionalCheckFailed => {
                // The shared one still has these events: they would be moved again, for as long as it is shared.
                self.forget_shared_log();
                self.read_log(deadline).await
            }
            result => self.take_in_log(result.map(|output| output.attributes), start, began_ms),
        }
    }
}
