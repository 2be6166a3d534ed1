//! CreateTable: creates a table; it is there once DescribeTable calls it `ACTIVE`.

use super::{AttributeDefinition, Done, KeySchemaElement, Operation, Projection};
use serde::Serialize;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html>
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateTable {
    /// The table.
    pub table_name: String,
    /// Types of the attributes in keys.
    pub attribute_definitions: Vec<AttributeDefinition>,
    /// The primary key.
    pub key_schema: Vec<KeySchemaElement>,
    /// How it is paid for.
    pub billing_mode: BillingMode,
    /// Its indexes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub global_secondary_indexes: Vec<GlobalSecondaryIndex>,
}

/// How a table is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum BillingMode {
    /// On-demand.
    #[serde(rename = "PAY_PER_REQUEST")]
    PayPerRequest,
}

/// An index of a table that is created.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GlobalSecondaryIndex {
    /// The index.
    pub index_name: String,
    /// Its key.
    pub key_schema: Vec<KeySchemaElement>,
    /// The attributes in it.
    pub projection: Projection,
}

impl CreateTable {
    /// An on-demand table with a string partition key.
    pub fn new(table_name: impl Into<String>, partition_key: &str) -> Self {
        CreateTable {
            table_name: table_name.into(),
            attribute_definitions: vec![AttributeDefinition::string(partition_key)],
            key_schema: vec![KeySchemaElement::hash(partition_key)],
            billing_mode: BillingMode::PayPerRequest,
            global_secondary_indexes: Vec::new(),
        }
    }
}

impl Operation for CreateTable {
    const NAME: &'static str = "CreateTable";
    type Output = Done;
}
