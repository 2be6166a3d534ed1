//! Query: reads the items of one partition, of a table or an index, page by page.

use super::{ByName, Item, JsonError, JsonReader, Members, Operation, Units};
use serde::Serialize;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html>
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Query {
    /// The table.
    pub table_name: String,
    /// The index; the table itself without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index_name: Option<String>,
    /// Which partition, and which part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_condition_expression: Option<String>,
    /// Stands for attribute names in expressions, by `#placeholder`.
    #[serde(skip_serializing_if = "ByName::is_empty")]
    pub expression_attribute_names: ByName<String>,
    /// Stands for values in expressions, by `:placeholder`.
    #[serde(skip_serializing_if = "Item::is_empty")]
    pub expression_attribute_values: Item,
    /// `last_evaluated_key` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclusive_start_key: Option<Item>,
    /// Items in a page, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Whether the read sees every write that has been answered; not on a global index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consistent_read: Option<bool>,
}

impl Query {
    /// A query that does not say yet what for.
    pub fn new(table_name: impl Into<String>) -> Self {
        Query {
            table_name: table_name.into(),
            index_name: None,
            key_condition_expression: None,
            expression_attribute_names: ByName::new(),
            expression_attribute_values: Item::new(),
            exclusive_start_key: None,
            limit: None,
            consistent_read: None,
        }
    }
}

/// The answer to [`Query`]: one page.
#[derive(Clone, Debug, Default)]
pub struct QueryOutput {
    /// The page's items; there may be none although more pages follow.
    pub items: Vec<Item>,
    /// Where the next page begins; `None` on the last one.
    pub last_evaluated_key: Option<Item>,
}

impl Members for QueryOutput {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "Items" => json.member(&mut self.items),
            "LastEvaluatedKey" => json.member(&mut self.last_evaluated_key),
            _ => json.skip(),
        }
    }
}

impl Operation for Query {
    const NAME: &'static str = "Query";
    const UNITS: Option<Units> = Some(Units::Read);
    type Output = QueryOutput;
}
