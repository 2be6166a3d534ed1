//! DescribeTable: says what a table is and whether it can be used.

use super::{JsonError, JsonReader, Members, Operation, TableDescription};
use serde::Serialize;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html>
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeTable {
    /// The table.
    pub table_name: String,
}

impl DescribeTable {
    /// Of one table.
    pub fn new(table_name: impl Into<String>) -> Self {
        DescribeTable { table_name: table_name.into() }
    }
}

/// The answer to [`DescribeTable`].
#[derive(Clone, Debug, Default)]
pub struct DescribeTableOutput {
    /// The table.
    pub table: Option<TableDescription>,
}

impl Members for DescribeTableOutput {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "Table" => json.member(&mut self.table),
            _ => json.skip(),
        }
    }
}

impl Operation for DescribeTable {
    const NAME: &'static str = "DescribeTable";
    type Output = DescribeTableOutput;
}
