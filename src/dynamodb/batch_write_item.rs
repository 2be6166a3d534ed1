//! BatchWriteItem: puts and deletes up to 25 items, each on its own.

use super::attribute_value::item_wire_bytes;
use super::{Item, Operation, null_as_default};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>
///
/// One request takes at most [`BatchWriteItem::MAX_REQUESTS`] writes and [`BatchWriteItem::MAX_BYTES`], and may leave some
/// unprocessed; [`Client::batch_write_item_all`](super::Client::batch_write_item_all) sends as many as it takes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchWriteItem {
    /// What to write, by table.
    pub request_items: BTreeMap<String, Vec<WriteRequest>>,
}

/// One write. It has no condition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum WriteRequest {
    /// Writes an item.
    #[serde(rename = "PutRequest")]
    Put(PutRequest),
    /// Deletes an item.
    #[serde(rename = "DeleteRequest")]
    Delete(DeleteRequest),
}

/// Writes an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutRequest {
    /// The item, its key included.
    pub item: Item,
}

/// Deletes an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteRequest {
    /// The primary key.
    pub key: Item,
}

impl BatchWriteItem {
    /// Writes in one request, at most.
    pub const MAX_REQUESTS: usize = 25;

    /// Bytes of one request, at most: 16 MB, less some room for what is around the writes.
    pub const MAX_BYTES: usize = 16_000_000 - 4_096;

    /// Writes to one table.
    pub fn new(table_name: impl Into<String>, requests: Vec<WriteRequest>) -> Self {
        BatchWriteItem { request_items: BTreeMap::from([(table_name.into(), requests)]) }
    }
}

impl WriteRequest {
    /// Writes an item.
    pub fn put(item: Item) -> Self {
        WriteRequest::Put(PutRequest { item })
    }

    /// Deletes an item by its primary key.
    pub fn delete(key: Item) -> Self {
        WriteRequest::Delete(DeleteRequest { key })
    }

    /// Bytes that it takes in a request, or a few more.
    pub(super) fn wire_bytes(&self) -> usize {
        const AROUND: usize = 32;
        let (WriteRequest::Put(PutRequest { item }) | WriteRequest::Delete(DeleteRequest { key: item })) =
            self;
        AROUND + item_wire_bytes(item)
    }
}

/// The answer to [`BatchWriteItem`].
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BatchWriteItemOutput {
    /// What was not written, by table.
    #[serde(deserialize_with = "null_as_default")]
    pub unprocessed_items: BTreeMap<String, Vec<WriteRequest>>,
}

impl Operation for BatchWriteItem {
    const NAME: &'static str = "BatchWriteItem";
    type Output = BatchWriteItemOutput;
}
