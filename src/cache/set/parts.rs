//! The part rows of a large entry, and its entry row, which is written only while no other set has taken the same part rows.

use crate::cache::committed::{Committed, PART_SLOTS};
use crate::cache::key::EntryKey;
use crate::cache::reads::FoundRow;
use crate::cache::row::Parts;
use crate::cache::{Inner, key_of};
use crate::dynamodb::{AttributeValue, ByName, Error, ErrorKind, Item, UpdateItem, WriteRequest};
use crate::host::Deadline;
use std::rc::Rc;

/// Attributes that an entry may be without: they must not stay from the one before.
const OPTIONAL: [&str; 2] = ["tags", "tagsUntil"];

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

    /// Commits an entry whose parts are written: writes its row. `known` is what was committed when the part rows were
    /// chosen. If a set that overlaps has committed on the same ones since, either value may be a mixture; then the parts
    /// are written once more, elsewhere. Gives where they are, and what is committed now.
    pub(super) async fn commit(
        &self,
        row_key: &str,
        item: Item,
        key: &EntryKey,
        (mut rows, mut known): (PartRows, Committed),
        deadline: Deadline,
    ) -> Result<(Parts, Committed), Rc<Error>> {
        let mut update = UpdateItem::new(&self.config.table_name, key_of(row_key.to_owned()));
        replace(&mut update, item);
        let mut is_entry = true;
        loop {
            expect(&mut update, rows.parts, known);
            if !is_entry {
                // What it says of part rows is as little to be trusted as the rest of it, and would stand in the way for ever.
                update.condition_expression = None;
            }
            match self.client.send(&update, deadline).await {
                Err(error) if error.kind == ErrorKind::ConditionalCheckFailed => {}
                result => {
                    known.note(rows.parts);
                    return result.map(|_| (rows.parts, known)).map_err(Rc::new);
                }
            }
            let mut current = rows.parts.slot;
            known = Committed::default();
            match self.fetch_row(row_key, deadline).await? {
                FoundRow::Entry(row) => {
                    known = row.committed;
                    current = row.parts.map_or(current, |parts| parts.slot);
                }
                FoundRow::Absent => {}
                FoundRow::Unreadable => is_entry = false,
            }
            rows.parts.slot = self.next_slot(Some(current));
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

/// All that an entry's row holds takes the place of what it held, but for what is committed on other part rows.
fn replace(update: &mut UpdateItem, item: Item) {
    for (name, value) in item {
        if name != "key" {
            update.expression_attribute_values.insert(format!(":{name}"), value);
            update.expression_attribute_names.insert(format!("#{name}"), name.into_owned());
        }
    }
    let names: Vec<_> = update.expression_attribute_names.iter().map(|(_, name)| name.as_str()).collect();
    let set: Vec<_> = names.iter().map(|name| format!("#{name} = :{name}")).collect();
    let gone: Vec<_> = OPTIONAL.into_iter().filter(|name| !names.contains(name)).collect();
    let remove: Vec<_> = gone.iter().map(|name| format!("#{name}")).collect();
    let remove = if remove.is_empty() { String::new() } else { format!(" REMOVE {}", remove.join(", ")) };
    update.update_expression = Some(format!("SET #committed = :generation, {}{remove}", set.join(", ")));
    for name in gone {
        update.expression_attribute_names.insert(format!("#{name}"), name.to_owned());
    }
}

/// On these part rows nothing may be committed but what was before. A generation of this set's own is there where an answer
/// was lost, and this is a retry; none is there where the row is gone, or its value was small meanwhile.
fn expect(update: &mut UpdateItem, parts: Parts, known: Committed) {
    let Parts { slot, generation, .. } = parts;
    update.expression_attribute_names.insert("#committed", Committed::attribute(slot).to_owned());
    let values: &mut ByName<AttributeValue> = &mut update.expression_attribute_values;
    values.insert(":slot", AttributeValue::n(u64::from(slot)));
    values.insert(":generation", AttributeValue::n(generation));
    let mut condition = "attribute_not_exists(#committed) OR #committed = :generation".to_owned();
    match known.on(slot) {
        Some(before) => {
            values.insert(":before", AttributeValue::n(before));
            condition.push_str(" OR #committed = :before");
        }
        None => drop(values.remove(":before")),
    }
    update.condition_expression = Some(condition);
}
