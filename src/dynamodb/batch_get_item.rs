//! BatchGetItem: reads up to 100 items by their keys.

use super::{ByName, Item, JsonError, JsonReader, Members, Operation, Units};
use serde::Serialize;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>
///
/// One request takes at most [`BatchGetItem::MAX_KEYS`] keys and may leave some unprocessed;
/// [`Client::batch_get_item_all`](super::Client::batch_get_item_all) sends as many as it takes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchGetItem {
    /// What to read, by table.
    pub request_items: ByName<KeysAndAttributes>,
}

/// What to read from one table.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeysAndAttributes {
    /// Primary keys, each one once.
    pub keys: Vec<Item>,
    /// Whether the reads see every write that has been answered.
    pub consistent_read: bool,
}

impl BatchGetItem {
    /// Keys in one request, at most.
    pub const MAX_KEYS: usize = 100;

    /// Strongly consistent reads of one table.
    pub fn consistent(table_name: impl Into<String>, keys: Vec<Item>) -> Self {
        let keys = KeysAndAttributes { keys, consistent_read: true };
        BatchGetItem { request_items: ByName::from([(table_name.into(), keys)]) }
    }
}

/// The answer to [`BatchGetItem`].
#[derive(Clone, Debug, Default)]
pub struct BatchGetItemOutput {
    /// The items that are there, by table, in no order.
    pub responses: ByName<Vec<Item>>,
    /// What was not read, by table.
    pub unprocessed_keys: ByName<KeysAndAttributes>,
}

impl Members for KeysAndAttributes {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "Keys" => json.member(&mut self.keys),
            "ConsistentRead" => json.member(&mut self.consistent_read),
            _ => json.skip(),
        }
    }
}

impl Members for BatchGetItemOutput {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "Responses" => json.member(&mut self.responses),
            "UnprocessedKeys" => json.member(&mut self.unprocessed_keys),
            _ => json.skip(),
        }
    }
}

impl Operation for BatchGetItem {
    const NAME: &'static str = "BatchGetItem";
    const UNITS: Option<Units> = Some(Units::Read);
    type Output = BatchGetItemOutput;
}
