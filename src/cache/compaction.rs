//! Compaction: the oldest events move from the log row to tag state rows, and the floor rises.
//!
//! State rows are written before the log is trimmed, each only over a lower version, so at every moment an event is
//! in the log, in its tag's state row, or in both.

use super::log::Log;
use super::revalidate::names;
use super::tag_state::TagState;
use super::{Inner, key_of};
use crate::dynamodb::{AttributeValue, Error, ErrorKind, GetItem, Item, PutItem, UpdateItem};
use crate::host::{Deadline, LogLevel};
use std::rc::Rc;

/// A state row must outlive every entry that it may concern (366 days), seconds.
const STATE_TTL_S: u64 = 400 * 86_400;

/// Events that one trim removes: an update expression has at most 300 operators and 4 KB.
const MAX_TRIMMED: usize = 200;

impl Inner {
    /// Compacts behind the caller's back, one at a time in this process.
    pub(super) fn spawn_compaction(self: &Rc<Self>, log: Rc<Log>) {
        if self.compacting.replace(true) {
            return;
        }
        let inner = self.clone();
        self.host.spawn(Box::pin(async move {
            let deadline = Deadline::after(inner.host.as_ref(), inner.config.sweep_timeout_ms);
            if let Err(error) = inner.compact(&log, deadline).await {
                inner.host.log(
                    LogLevel::Debug,
                    &format!("compaction of the revalidation log is left to a later one: {error}"),
                );
            }
            inner.compacting.set(false);
        }));
    }

    /// Moves the older half of the log's events to tag state rows.
    pub(super) async fn compact(&self, log: &Log, deadline: Deadline) -> Result<(), Error> {
        let keep = self.config.log_max_events / 2;
        let count = log.events.len().saturating_sub(keep).min(MAX_TRIMMED);
        if count == 0 {
            return Ok(());
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
        for (tag, state) in states {
            self.write_state(tag, state, deadline).await?;
        }
        self.trim(log.floor, count, deadline).await
    }

    async fn write_state(&self, tag: &str, mut state: TagState, deadline: Deadline) -> Result<(), Error> {
        let row = self.rows.tag_state_of(tag);
        let read = GetItem::consistent(&self.config.table_name, key_of(row.clone()));
        let version = state.version();
        if let Some(before) =
            self.client.send(&read, deadline).await?.item.as_ref().and_then(TagState::from_item)
        {
            state.merge(&before);
        }
        let expires_at_s = self.host.now_ms() / 1000 + STATE_TTL_S;
        let item = Item::from([
            ("key".to_owned(), AttributeValue::S(row)),
            ("revalidated".to_owned(), AttributeValue::s(tag)),
            ("version".to_owned(), AttributeValue::n(version)),
            ("steps".to_owned(), state.to_attribute()),
            ("expiresAt".to_owned(), AttributeValue::n(expires_at_s)),
        ]);
        let put = PutItem {
            condition_expression: Some("attribute_not_exists(#version) OR #version < :version".to_owned()),
            expression_attribute_names: names(&["version"]),
            expression_attribute_values: Item::from([(":version".to_owned(), AttributeValue::n(version))]),
            ..PutItem::new(&self.config.table_name, item)
        };
        match self.client.send(&put, deadline).await {
            // Someone else has compacted at least as far.
            Err(error) if error.kind == ErrorKind::ConditionalCheckFailed => Ok(()),
            result => result.map(drop),
        }
    }

    async fn trim(&self, floor: u64, count: usize, deadline: Deadline) -> Result<(), Error> {
        let removed: Vec<_> = (0..count).map(|index| format!("#events[{index}]")).collect();
        let unmoved = match floor {
            0 => "(attribute_not_exists(#floor) OR #floor = :floor)",
            _ => "#floor = :floor",
        };
        let update = UpdateItem {
            update_expression: Some(format!("SET #floor = :raised REMOVE {}", removed.join(", "))),
            condition_expression: Some(unmoved.to_owned()),
            expression_attribute_names: names(&["events", "floor"]),
            expression_attribute_values: Item::from([
                (":floor".to_owned(), AttributeValue::n(floor)),
                (":raised".to_owned(), AttributeValue::n(floor + count as u64)),
            ]),
            ..UpdateItem::new(&self.config.table_name, key_of(self.rows.log()))
        };
        match self.client.send(&update, deadline).await {
            Err(error) if error.kind == ErrorKind::ConditionalCheckFailed => Ok(()),
            result => result.map(drop),
        }
    }
}
