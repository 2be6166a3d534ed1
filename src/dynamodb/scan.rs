//! Scan: reads all items of a table, page by page.

use super::{ByName, Item, JsonError, JsonReader, Members, Operation};
use serde::Serialize;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html>
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Scan {
    /// The table.
    pub table_name: String,
    /// Which attributes are answered; it costs the same as all of them.
    pub projection_expression: String,
    /// Stands for attribute names in expressions, by `#placeholder`.
    pub expression_attribute_names: ByName<String>,
    /// `last_evaluated_key` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclusive_start_key: Option<Item>,
    /// Items in a page, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// The answer to [`Scan`]: one page.
#[derive(Clone, Debug, Default)]
pub struct ScanOutput {
    /// The page's items; there may be none although more pages follow.
    pub items: Vec<Item>,
    /// Where the next page begins; `None` on the last one.
    pub last_evaluated_key: Option<Item>,
}

impl Members for ScanOutput {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "Items" => json.member(&mut self.items),
            "LastEvaluatedKey" => json.member(&mut self.last_evaluated_key),
            _ => json.skip(),
        }
    }
}

impl Operation for Scan {
    const NAME: &'static str = "Scan";
    type Output = ScanOutput;
}
