//! DeleteItem: deletes one item.

use super::{ByName, Done, Item, Operation, Units};
use serde::Serialize;

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
    #[serde(skip_serializing_if = "ByName::is_empty")]
    pub expression_attribute_names: ByName<String>,
    /// Stands for values in expressions, by `:placeholder`.
    #[serde(skip_serializing_if = "Item::is_empty")]
    pub expression_attribute_values: Item,
}

impl DeleteItem {
    /// An unconditional delete.
    pub fn new(table_name: impl Into<String>, key: Item) -> Self {
        DeleteItem {
            table_name: table_name.into(),
            key,
            condition_expression: None,
            expression_attribute_names: ByName::new(),
            expression_attribute_values: Item::new(),
        }
    }
}

impl Operation for DeleteItem {
    const NAME: &'static str = "DeleteItem";
    const UNITS: Option<Units> = Some(Units::Write);
    type Output = Done;
}
