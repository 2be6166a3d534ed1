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
    /// `TOTAL`: the answer says how many units it took.
    pub return_consumed_capacity: &'static str,
}

/// The answer to [`Scan`]: one page.
#[derive(Clone, Debug, Default)]
pub struct ScanOutput {
    /// The page's items; there may be none although more pages follow.
    pub items: Vec<Item>,
    /// Where the next page begins; `None` on the last one.
    pub last_evaluated_key: Option<Item>,
    /// What it took, where the endpoint says so.
    pub consumed_capacity: Option<ScannedCapacity>,
}

/// Read units of a [`Scan`]: halves, since it is eventually consistent.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScannedCapacity {
    /// Read units.
    pub capacity_units: f64,
}

impl Members for ScannedCapacity {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "CapacityUnits" => {
                json.number().map(|text| self.capacity_units = text.parse().unwrap_or_default())
            }
            _ => json.skip(),
        }
    }
}

impl Members for ScanOutput {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "Items" => json.member(&mut self.items),
            "LastEvaluatedKey" => json.member(&mut self.last_evaluated_key),
            "ConsumedCapacity" => json.member(&mut self.consumed_capacity),
            _ => json.skip(),
        }
    }
}

impl Operation for Scan {
    const NAME: &'static str = "Scan";
    type Output = ScanOutput;
}
