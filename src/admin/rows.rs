//! The table's rows, page by page, without their values; and their deletion.

use super::names::{RowName, unescape};
use super::{Admin, shown_number};
use crate::cache::{Revalidate, Row};
use crate::dynamodb::{AttributeValue, ByName, Error, Item, Scan, WriteRequest};
use serde::Serialize;

/// What is read of a row. Everything but the value, which is most of what travels.
const ATTRIBUTES: [&str; 15] = [
    "key",
    "tag",
    "kind",
    "tags",
    "lastModified",
    "revision",
    "lifetime",
    "expiresAt",
    "tagsUntil",
    "storedSize",
    "rawSize",
    "parts",
    "slot",
    "generation",
    "version",
];

/// Some rows, and where the next ones begin.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// Of this cache's prefix.
    pub rows: Vec<RowFacts>,
    /// The key to go on after; `None` when these were the last.
    pub next: Option<String>,
    /// Rows under other prefixes, which were passed over.
    pub foreign: usize,
    /// Read units that this page took; `None` where the endpoint does not say.
    pub read_units: Option<f64>,
}

/// A row.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowFacts {
    /// Its key.
    pub row: String,
    /// `entry`, `part`, `sentinel`, `tagState`, `lease` or `log`.
    pub role: &'static str,
    /// Next's key, of an entry.
    pub key: Option<String>,
    /// The build of an entry that belongs to one.
    pub build: Option<String>,
    /// The entry's row, of a part, a sentinel or a lease.
    pub entry: Option<String>,
    /// The tag, of a sentinel or a tag's state.
    pub tag: Option<String>,
    /// When it goes, Unix seconds.
    pub expires_at_s: Option<u64>,
    /// Of an entry that this version writes: what its row says.
    pub says: Option<Says>,
}

/// What an entry's row says.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Says {
    /// What Next calls it.
    pub kind: &'static str,
    /// Its own tags.
    pub tags: Vec<String>,
    /// When it was rendered, Unix milliseconds.
    pub last_modified_ms: u64,
    /// The log version that its renderer had seen.
    pub revision: u64,
    /// Seconds after which it is rendered again; `None` is never, or unknown.
    pub revalidate_s: Option<u64>,
    /// Seconds after which it must not be served; `None` is never, or unknown.
    pub expire_s: Option<u64>,
    /// Bytes of the value.
    pub raw_bytes: usize,
    /// Bytes of it in the table.
    pub stored_bytes: usize,
    /// Rows besides its own.
    pub parts: u32,
}

impl Says {
    pub(crate) fn of(row: &Row) -> Self {
        Says {
            kind: row.kind.name(),
            tags: row.tags.iter().map(|tag| unescape(tag)).collect(),
            last_modified_ms: shown_number(row.last_modified_ms),
            revision: shown_number(row.revision),
            revalidate_s: match row.lifetime.revalidate {
                Revalidate::After(seconds) => Some(shown_number(seconds)),
                Revalidate::Never | Revalidate::Unknown => None,
            },
            expire_s: row.lifetime.expire_s.map(shown_number),
            raw_bytes: row.raw_bytes,
            stored_bytes: row.stored_bytes,
            parts: row.parts.map_or(0, |parts| parts.count),
        }
    }
}

impl Admin {
    /// A page of rows, in no order; `after` is the page before's `next`. It ends after 1 MB, or `limit` rows.
    pub async fn page(&self, after: Option<String>, limit: Option<u32>) -> Result<Page, Error> {
        let placeholder = |name: &&str| format!("#{name}");
        let scan = Scan {
            table_name: self.table_name.clone(),
            projection_expression: ATTRIBUTES.iter().map(placeholder).collect::<Vec<_>>().join(","),
            expression_attribute_names: ATTRIBUTES
                .iter()
                .map(|name| (placeholder(name), (*name).to_owned()))
                .collect::<ByName<_>>(),
            exclusive_start_key: after.map(|row| Item::from([("key", AttributeValue::S(row))])),
            limit,
            return_consumed_capacity: "TOTAL",
        };
        let output = self.client.send(&scan, self.deadline()).await?;
        let found = output.items.len();
        let rows: Vec<_> = output.items.into_iter().filter_map(|item| self.facts(item)).collect();
        let last = output.last_evaluated_key;
        let next = last.and_then(|key| key.get("key").and_then(AttributeValue::as_s).map(str::to_owned));
        let read_units = output.consumed_capacity.map(|consumed| consumed.capacity_units);
        Ok(Page { foreign: found - rows.len(), rows, next, read_units })
    }

    /// Deletes rows, up to any number.
    pub async fn delete_rows(&self, rows: Vec<String>) -> Result<(), Error> {
        let delete = |row| WriteRequest::delete(Item::from([("key", AttributeValue::S(row))]));
        let requests = rows.into_iter().map(delete).collect();
        self.client.batch_write_item_all(&self.table_name, requests, self.deadline()).await
    }

    fn facts(&self, mut item: Item) -> Option<RowFacts> {
        let row = item.get("key")?.as_s()?.to_owned();
        let expires_at_s = item.get("expiresAt").and_then(AttributeValue::as_u64).map(shown_number);
        let facts = RowFacts { expires_at_s, ..RowFacts::default() };
        Some(match RowName::parse(&self.rows, &row)? {
            RowName::Log => RowFacts { row, role: "log", ..facts },
            RowName::TagState(tag) => RowFacts { row, role: "tagState", tag: Some(tag), ..facts },
            RowName::Sentinel { tag, entry } => {
                RowFacts { row, role: "sentinel", tag: Some(tag), entry: Some(entry), ..facts }
            }
            RowName::Part { entry } => RowFacts { row, role: "part", entry: Some(entry), ..facts },
            RowName::Lease { entry } => RowFacts { row, role: "lease", entry: Some(entry), ..facts },
            RowName::Entry { key, build } => {
                item.insert("value", AttributeValue::B(Vec::new()));
                let says = Row::from_item(item).map(|row| Says::of(&row));
                RowFacts { row, role: "entry", key: Some(key), build, says, ..facts }
            }
        })
    }
}
