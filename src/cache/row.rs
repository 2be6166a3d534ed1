//! An entry's row in the table.

use super::committed::Committed;
use super::kind::Kind;
use super::lifetime::Lifetime;
use crate::dynamodb::{AttributeValue, Item};
use std::rc::Rc;

/// More than any value takes, of 64 MB whose tags leave 100 KB in a row. A reader asks for as many rows as the entry's row says.
const MAX_PARTS: u32 = 1_000;

/// An entry's row, not yet opened.
#[derive(Debug)]
pub struct Row {
    /// What Next calls it.
    pub kind: Kind,
    /// Its own tags, as row keys hold them.
    pub tags: Rc<[String]>,
    /// When it was rendered, Unix milliseconds.
    pub last_modified_ms: u64,
    /// The log version that its renderer had seen before it rendered.
    pub revision: u64,
    /// How long Next wants it.
    pub lifetime: Lifetime,
    /// When the row goes, Unix seconds.
    pub expires_at_s: u64,
    /// Until when its tags' sentinel rows are there, Unix seconds.
    pub tags_until_s: u64,
    /// The frame, or its first part.
    pub value: Vec<u8>,
    /// Bytes of the whole frame.
    pub stored_bytes: usize,
    /// Bytes of the encoded value, before compression.
    pub raw_bytes: usize,
    /// Where the rest of the frame is.
    pub parts: Option<Parts>,
    /// What was committed on sets of part rows, this one's included.
    pub committed: Committed,
}

/// The part rows of a frame that is over one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// How many there are beside the entry row.
    pub count: u32,
    /// Which set of part rows it uses; sets take turns, so that readers under way find theirs.
    pub slot: u32,
    /// Which write they belong to: every part row repeats it.
    pub generation: u64,
}

impl Row {
    /// Reads an item; `None` when it is not an entry row of this version's layout.
    pub fn from_item(mut item: Item) -> Option<Self> {
        let value = item.remove("value")?.into_b()?;
        let tags: Option<Vec<_>> = match item.remove("tags") {
            Some(tags) => tags.into_l()?.into_iter().map(AttributeValue::into_s).collect(),
            None => Some(Vec::new()),
        };
        let number = |name: &str| item.get(name)?.as_u64();
        let committed =
            if item.contains_key("parts") { Committed::from_item(&item) } else { Committed::default() };
        let parts = match number("parts") {
            Some(count) => Some(Parts {
                count: u32::try_from(count).ok().filter(|count| *count <= MAX_PARTS)?,
                slot: u32::try_from(number("slot")?).ok()?,
                generation: number("generation")?,
            }),
            None => None,
        };
        Some(Row {
            kind: Kind::from_name(item.get("kind")?.as_s()?),
            tags: tags?.into(),
            last_modified_ms: number("lastModified")?,
            revision: number("revision")?,
            lifetime: Lifetime::from_attribute(item.get("lifetime")?)?,
            expires_at_s: number("expiresAt")?,
            tags_until_s: number("tagsUntil").unwrap_or(0),
            stored_bytes: usize::try_from(number("storedSize")?).ok()?,
            raw_bytes: usize::try_from(number("rawSize")?).ok()?,
            value,
            parts,
            committed,
        })
    }

    /// The item to put, under the row key `key`. What is committed on part rows is told by whoever writes it.
    pub fn into_item(self, key: String) -> Item {
        let mut item = Item::from([
            ("key", AttributeValue::S(key)),
            ("kind", AttributeValue::s(self.kind.name())),
            ("lastModified", AttributeValue::n(self.last_modified_ms)),
            ("revision", AttributeValue::n(self.revision)),
            ("lifetime", self.lifetime.to_attribute()),
            ("expiresAt", AttributeValue::n(self.expires_at_s)),
            ("storedSize", AttributeValue::n(self.stored_bytes as u64)),
            ("rawSize", AttributeValue::n(self.raw_bytes as u64)),
            ("value", AttributeValue::B(self.value)),
        ]);
        if !self.tags.is_empty() {
            let tags = self.tags.iter().map(|tag| AttributeValue::s(tag)).collect();
            item.insert("tags", AttributeValue::L(tags));
            item.insert("tagsUntil", AttributeValue::n(self.tags_until_s));
        }
        if let Some(parts) = self.parts {
            item.insert("parts", AttributeValue::n(u64::from(parts.count)));
            item.insert("slot", AttributeValue::n(u64::from(parts.slot)));
            item.insert("generation", AttributeValue::n(parts.generation));
        }
        item
    }
}

#[cfg(test)]
mod tests {
    use super::super::lifetime::Revalidate;
    use super::*;

    #[test]
    fn a_row_round_trips_through_its_item() {
        let row = |tags: Vec<String>, parts| Row {
            kind: Kind::AppPage,
            tags: tags.into(),
            last_modified_ms: 1_795_452_072_580,
            revision: 7,
            lifetime: Lifetime { revalidate: Revalidate::After(60), expire_s: Some(3600) },
            expires_at_s: 1_795_455_672,
            tags_until_s: 9,
            value: vec![1, 2, 3],
            stored_bytes: 3,
            raw_bytes: 10,
            parts,
            committed: Committed::default(),
        };
        let parts = Some(Parts { count: 2, slot: 3, generation: u64::MAX });
        for (tags, parts) in [(vec!["a".to_owned(), "b".to_owned()], parts), (vec!["a".to_owned()], None)] {
            let back = Row::from_item(row(tags.clone(), parts).into_item("k".into())).expect("an entry row");
            assert_eq!(format!("{back:?}"), format!("{:?}", row(tags, parts)));
        }
    }

    #[test]
    fn a_row_with_more_parts_than_a_value_takes_is_no_entry() {
        let item = |count: u64| {
            Item::from([
                ("kind", AttributeValue::s("FETCH")),
                ("lastModified", AttributeValue::n(1)),
                ("revision", AttributeValue::n(0)),
                ("lifetime", AttributeValue::M(Item::new())),
                ("expiresAt", AttributeValue::n(9)),
                ("storedSize", AttributeValue::n(3)),
                ("rawSize", AttributeValue::n(10)),
                ("value", AttributeValue::B(vec![1])),
                ("parts", AttributeValue::n(count)),
                ("slot", AttributeValue::n(0)),
                ("generation", AttributeValue::n(7)),
            ])
        };
        assert!(Row::from_item(item(1_000)).is_some());
        for count in [1_001, u64::from(u32::MAX), u64::MAX] {
            assert!(Row::from_item(item(count)).is_none(), "{count}");
        }
    }
}
