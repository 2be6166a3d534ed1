//! DeleteItem: deletes one item.

use super::{Item, Operation};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html>
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteItem {
    /// The table.
    pub table_name: String,
    /// The primary key.
    pub key: Item,
    /// What must hold of the item that is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition_expression: Option<String>,
    /// Stands for attribute names in expressions, by `#placeholder`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub expression_attribute_names: BTreeMap<String, String>,
    /// Stands for values in expressions, by `:placeholder`.
    #[serde(skip_serializing_if = "Item::is_empty")]
    pub expression_attribute_values: Item,
    /// Which attributes the answer holds: `NONE` or `ALL_OLD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_values: Option<String>,
}

impl DeleteItem {
    /// An unconditional delete.
    pub fn new(table_name: impl Into<String>, key: Item) -> Self {
        DeleteItem {
            table_name: table_name.into(),
            key,
            condition_expression: None,
            expression_attribute_names: BTreeMap::new(),
            expression_attribute_values: Item::new(),
            return_values: None,
        }
    }
}

/// The answer to [`DeleteItem`].
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteItemOutput {
    /// With `ALL_OLD`, the item that was there.
    pub attributes: Option<Item>,
}

impl Operation for DeleteItem {
    const NAME: &'static str = "DeleteItem";
    type Output = DeleteItemOutput;
}
