//! BatchGetItem: reads up to 100 items by their keys.

use super::{Item, Operation, null_as_default};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>
///
/// One request takes at most [`BatchGetItem::MAX_KEYS`] keys and may leave some unprocessed;
/// [`Client::batch_get_item_all`](super::Client::batch_get_item_all) sends as many as it takes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchGetItem {
    /// What to read, by table.
    pub request_items: BTreeMap<String, KeysAndAttributes>,
}

/// What to read from one table.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct KeysAndAttributes {
    /// Primary keys, each one once.
    #[serde(deserialize_with = "null_as_default")]
    pub keys: Vec<Item>,
    /// Whether the reads see every write that has been answered.
    #[serde(deserialize_with = "null_as_default")]
    pub consistent_read: bool,
}

impl BatchGetItem {
    /// Keys in one request, at most.
    pub const MAX_KEYS: usize = 100;

    /// Strongly consistent reads of one table.
    pub fn consistent(table_name: impl Into<String>, keys: Vec<Item>) -> Self {
        let keys = KeysAndAttributes { keys, consistent_read: true };
        BatchGetItem { request_items: BTreeMap::from([(table_name.into(), keys)]) }
    }
}

/// The answer to [`BatchGetItem`].
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BatchGetItemOutput {
    /// The items that are there, by table, in no order.
    #[serde(deserialize_with = "null_as_default")]
    pub responses: BTreeMap<String, Vec<Item>>,
    /// What was not read, by table.
    #[serde(deserialize_with = "null_as_default")]
    pub unprocessed_keys: BTreeMap<String, KeysAndAttributes>,
}

impl Operation for BatchGetItem {
    const NAME: &'static str = "BatchGetItem";
    type Output = BatchGetItemOutput;
}
