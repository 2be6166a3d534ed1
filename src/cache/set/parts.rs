//! The part rows of a large entry, and its entry row, which is put only while no other set has taken the same part rows.

use crate::cache::Inner;
use crate::cache::key::EntryKey;
use crate::cache::revalidate::names;
use crate::cache::row::Parts;
use crate::dynamodb::{AttributeValue, Error, ErrorKind, Item, PutItem, WriteRequest};
use crate::host::Deadline;

/// Sets of part rows that take turns, so that a reader under way still finds the ones its entry row names, and storage
/// stays bounded without a delete (a delete costs as many write units as the write did).
const PART_SLOTS: u32 = 8;

/// What an entry row must not name: part rows that this set has overwritten. The set whose it is may as well have
/// overwritten some of this one. It may name this set's own generation: then an answer was lost, and this is a retry.
const NOT_TAKEN: &str = "attribute_not_exists(#slot) OR #slot <> :slot OR #generation = :generation";

/// The parts of one value, beside the first, which is in its entry row.
pub(super) struct PartRows {
    /// Where they go.
    pub(super) parts: Parts,
    /// A piece of the frame for each.
    pub(super) rest: Vec<Vec<u8>>,
    /// When they go, Unix seconds.
    pub(super) expires_at_s: u64,
}

impl Inner {
    /// Writes the parts.
    pub(super) async fn put_parts(
        &self,
        key: &EntryKey,
        PartRows { parts, rest, expires_at_s }: &PartRows,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let rows = (1..).zip(rest).map(|(n, value)| {
            WriteRequest::put(Item::from([
                ("key", AttributeValue::S(self.rows.part(n, parts.slot, key))),
                ("value", AttributeValue::B(value.clone())),
                ("part", AttributeValue::n(u64::from(n))),
                ("generation", AttributeValue::n(parts.generation)),
                ("expiresAt", AttributeValue::n(*expires_at_s)),
            ]))
        });
        self.write(rows.collect(), deadline).await
    }

    /// Commits an entry whose parts are written: puts its row. If a set that overlaps has committed on the same part
    /// rows, either value may be a mixture; then the parts are written once more, elsewhere. Gives the slot.
    pub(super) async fn put_entry(
        &self,
        key: &EntryKey,
        mut put: PutItem,
        parts: Option<PartRows>,
        deadline: Deadline,
    ) -> Result<Option<u32>, Error> {
        let Some(mut rows) = parts else {
            return self.client.send(&put, deadline).await.map(|_| None);
        };
        let is_own_condition = put.condition_expression.is_none();
        loop {
            let Parts { slot, generation, .. } = rows.parts;
            let place =
                [("slot", AttributeValue::n(u64::from(slot))), ("generation", AttributeValue::n(generation))];
            for (name, value) in place {
                put.item.insert(name, value.clone());
                if is_own_condition {
                    put.expression_attribute_values.insert(format!(":{name}"), value);
                }
            }
            if is_own_condition {
                put.condition_expression = Some(NOT_TAKEN.to_owned());
                put.expression_attribute_names = names(&["slot", "generation"]);
            }
            match self.client.send(&put, deadline).await {
                Err(error) if is_own_condition && error.kind == ErrorKind::ConditionalCheckFailed => {}
                result => return result.map(|_| Some(slot)),
            }
            rows.parts.slot = self.next_slot(Some(slot));
            rows.parts.generation = self.host.random();
            self.put_parts(key, &rows, deadline).await?;
        }
    }

    /// Any other slot than the one before: two processes that render the same entry at once should not take the same.
    pub(super) fn next_slot(&self, previous: Option<u32>) -> u32 {
        let random = |below: u32| u32::try_from(self.host.random() % u64::from(below)).unwrap_or(0);
        match previous {
            Some(slot) => (slot + 1 + random(PART_SLOTS - 1)) % PART_SLOTS,
            None => random(PART_SLOTS),
        }
    }
}
