//! GetItem: reads one item by its key.

use super::{Item, JsonError, JsonReader, Members, Operation, Units};
use serde::Serialize;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html>
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetItem {
    /// The table.
    pub table_name: String,
    /// The primary key.
    pub key: Item,
    /// Whether the read sees every write that has been answered.
    pub consistent_read: bool,
}

impl GetItem {
    /// A strongly consistent read.
    pub fn consistent(table_name: impl Into<String>, key: Item) -> Self {
        GetItem { table_name: table_name.into(), key, consistent_read: true }
    }
}

/// The answer to [`GetItem`].
#[derive(Clone, Debug, Default)]
pub struct GetItemOutput {
    /// The item, if there is one.
    pub item: Option<Item>,
}

impl Members for GetItemOutput {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "Item" => json.member(&mut self.item),
            _ => json.skip(),
        }
    }
}

impl Operation for GetItem {
    const NAME: &'static str = "GetItem";
    const UNITS: Option<Units> = Some(Units::Read);
    type Output = GetItemOutput;
}
