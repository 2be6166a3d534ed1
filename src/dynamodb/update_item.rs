//! UpdateItem: changes attributes of one item, atomically, or creates it.

use super::{ByName, Item, JsonError, JsonReader, Members, Operation, Units};
use serde::Serialize;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html>
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateItem {
    /// The table.
    pub table_name: String,
    /// The primary key.
    pub key: Item,
    /// What to change: `SET`, `REMOVE`, `ADD`, `DELETE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_expression: Option<String>,
    /// What must hold of the item that is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition_expression: Option<String>,
    /// Stands for attribute names in expressions, by `#placeholder`.
    #[serde(skip_serializing_if = "ByName::is_empty")]
    pub expression_attribute_names: ByName<String>,
    /// Stands for values in expressions, by `:placeholder`.
    #[serde(skip_serializing_if = "Item::is_empty")]
    pub expression_attribute_values: Item,
    /// Which attributes the answer holds: `NONE`, `ALL_OLD`, and for updates `ALL_NEW`, `UPDATED_OLD`, `UPDATED_NEW`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_values: Option<String>,
}

impl UpdateItem {
    /// An update that changes nothing yet.
    pub fn new(table_name: impl Into<String>, key: Item) -> Self {
        UpdateItem {
            table_name: table_name.into(),
            key,
            update_expression: None,
            condition_expression: None,
            expression_attribute_names: ByName::new(),
            expression_attribute_values: Item::new(),
            return_values: None,
        }
    }
}

/// The answer to [`UpdateItem`].
#[derive(Clone, Debug, Default)]
pub struct UpdateItemOutput {
    /// The attributes that `return_values` asked for.
    pub attributes: Option<Item>,
}

impl Members for UpdateItemOutput {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "Attributes" => json.member(&mut self.attributes),
            _ => json.skip(),
        }
    }
}

impl Operation for UpdateItem {
    const NAME: &'static str = "UpdateItem";
    const UNITS: Option<Units> = Some(Units::Write);
    type Output = UpdateItemOutput;
}
