//! From an entry's row to its value: parts are joined, and nothing is trusted before everything agrees.

use super::entry::{Entry, Miss, Outcome};
use super::get::GetRequest;
use super::judge::Judged;
use super::key::EntryKey;
use super::log::Log;
use super::reads::FoundRow;
use super::row::{Parts, Row};
use super::tag_state::Standing;
use super::{Inner, Stored, frame, key_of};
use crate::dynamodb::{AttributeValue, Error};
use crate::host::{Deadline, LogLevel};
use std::rc::Rc;

impl Inner {
    /// Opens what was found at an entry's row, if the log lets it be served.
    pub(super) async fn open_found(
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
            self.note_stored(row, &entry_row, (entry_row.tags.clone(), entry_row.tags_until_s));
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

    fn dismiss(&self, row: &str, entry_row: &Row, standing: Standing) -> Option<Miss> {
        if standing == Standing::Expired {
            // A sweep may have taken its sentinels: the next set writes them anew. Its parts are there as before.
            self.note_stored(row, entry_row, ([].into(), 0));
            self.memory.borrow_mut().remove(row);
            return Some(Miss::Revalidated);
        }
        (self.host.now_ms() / 1000 >= entry_row.expires_at_s).then_some(Miss::Absent)
    }

    fn note_stored(&self, row: &str, entry_row: &Row, (tags, tags_until_s): (Rc<[String]>, u64)) {
        let Row { parts, committed, .. } = *entry_row;
        let slot = parts.map(|parts| parts.slot);
        self.remember_stored(row, Stored { tags, tags_until_s, slot, committed });
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
