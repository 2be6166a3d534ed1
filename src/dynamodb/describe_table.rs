//! DescribeTable: says what a table is and whether it can be used.

use super::{Operation, TableDescription};
use serde::{Deserialize, Serialize};

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
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeTableOutput {
    /// The table.
    pub table: TableDescription,
}

impl Operation for DescribeTable {
    const NAME: &'static str = "DescribeTable";
    type Output = DescribeTableOutput;
}
