//! BatchWriteItem: puts and deletes up to 25 items, each on its own.

use super::attribute_value::item_wire_bytes;
use super::{ByName, FromJson, Item, JsonError, JsonReader, Members, Operation, Units};
use serde::Serialize;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>
///
/// One request takes at most [`BatchWriteItem::MAX_REQUESTS`] writes and [`BatchWriteItem::MAX_BYTES`], and may leave some
/// unprocessed; [`Client::batch_write_item_all`](super::Client::batch_write_item_all) sends as many as it takes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchWriteItem {
    /// What to write, by table.
    pub request_items: ByName<Vec<WriteRequest>>,
}

/// One write. It has no condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum WriteRequest {
    /// Writes an item.
    #[serde(rename = "PutRequest")]
    Put(PutRequest),
    /// Deletes an item.
    #[serde(rename = "DeleteRequest")]
    Delete(DeleteRequest),
}

/// Writes an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutRequest {
    /// The item, its key included.
    pub item: Item,
}

/// Deletes an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
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
        BatchWriteItem { request_items: ByName::from([(table_name.into(), requests)]) }
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
#[derive(Clone, Debug, Default)]
pub struct BatchWriteItemOutput {
    /// What was not written, by table.
    pub unprocessed_items: ByName<Vec<WriteRequest>>,
}

impl FromJson for WriteRequest {
    fn from_json(json: &mut JsonReader<'_>) -> Result<Self, JsonError> {
        json.variant(&mut |json, name| match name {
            "PutRequest" => PutRequest::from_json(json).map(WriteRequest::Put),
            "DeleteRequest" => DeleteRequest::from_json(json).map(WriteRequest::Delete),
            _ => Err(json.other_shape()),
        })
    }
}

impl Members for PutRequest {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "Item" => json.member(&mut self.item),
            _ => json.skip(),
        }
    }
}

impl Members for DeleteRequest {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "Key" => json.member(&mut self.key),
            _ => json.skip(),
        }
    }
}

impl Members for BatchWriteItemOutput {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "UnprocessedItems" => json.member(&mut self.unprocessed_items),
            _ => json.skip(),
        }
    }
}

impl Operation for BatchWriteItem {
    const NAME: &'static str = "BatchWriteItem";
    const UNITS: Option<Units> = Some(Units::Write);
    type Output = BatchWriteItemOutput;
}
