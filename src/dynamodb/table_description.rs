//! What operations on tables share.

use super::{JsonError, JsonReader, Members};
use serde::Serialize;
use std::fmt;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html>
#[derive(Clone, Debug, Default)]
pub struct TableDescription {
    /// The table.
    pub table_name: String,
    /// `CREATING`, `ACTIVE`, `UPDATING`, `DELETING` and more.
    pub table_status: String,
    /// The primary key.
    pub key_schema: Vec<KeySchemaElement>,
    /// Types of the attributes in keys.
    pub attribute_definitions: Vec<AttributeDefinition>,
    /// The indexes.
    pub global_secondary_indexes: Vec<GlobalSecondaryIndexDescription>,
    /// Its capacity.
    pub provisioned_throughput: Option<ProvisionedThroughput>,
    /// Its items, as of some hours ago.
    pub item_count: u64,
    /// Their size, as of some hours ago.
    pub table_size_bytes: u64,
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GlobalSecondaryIndexDescription.html>
#[derive(Clone, Debug, Default)]
pub struct GlobalSecondaryIndexDescription {
    /// The index.
    pub index_name: String,
    /// `CREATING`, `ACTIVE`, `UPDATING`, `DELETING`.
    pub index_status: Option<String>,
    /// Its key.
    pub key_schema: Vec<KeySchemaElement>,
}

/// One attribute of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct KeySchemaElement {
    /// The attribute.
    pub attribute_name: String,
    /// `HASH` (the partition key) or `RANGE` (the sort key).
    pub key_type: String,
}

impl KeySchemaElement {
    /// A partition key.
    pub fn hash(attribute_name: impl Into<String>) -> Self {
        KeySchemaElement { attribute_name: attribute_name.into(), key_type: "HASH".to_owned() }
    }
}

impl fmt::Display for KeySchemaElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ({})", self.attribute_name, self.key_type)
    }
}

/// The type of an attribute in a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttributeDefinition {
    /// The attribute.
    pub attribute_name: String,
    /// `S`, `N` or `B`.
    pub attribute_type: String,
}

impl AttributeDefinition {
    /// A string attribute.
    pub fn string(attribute_name: impl Into<String>) -> Self {
        AttributeDefinition { attribute_name: attribute_name.into(), attribute_type: "S".to_owned() }
    }
}

/// Which attributes an index holds besides keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Projection {
    /// `KEYS_ONLY`, `INCLUDE` or `ALL`.
    pub projection_type: String,
}

impl Projection {
    /// Keys and nothing else.
    pub fn keys_only() -> Self {
        Projection { projection_type: "KEYS_ONLY".to_owned() }
    }
}

/// Capacity of a provisioned table or index; zero of both on an on-demand one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ProvisionedThroughput {
    /// Strongly consistent reads of 4 KB a second.
    pub read_capacity_units: u64,
    /// Writes of 1 KB a second.
    pub write_capacity_units: u64,
}

impl ProvisionedThroughput {
    /// Whether there is any.
    pub fn is_provisioned(&self) -> bool {
        self.read_capacity_units > 0 && self.write_capacity_units > 0
    }
}

impl Members for TableDescription {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "TableName" => json.member(&mut self.table_name),
            "TableStatus" => json.member(&mut self.table_status),
            "KeySchema" => json.member(&mut self.key_schema),
            "AttributeDefinitions" => json.member(&mut self.attribute_definitions),
            "GlobalSecondaryIndexes" => json.member(&mut self.global_secondary_indexes),
            "ProvisionedThroughput" => json.member(&mut self.provisioned_throughput),
            "ItemCount" => json.member(&mut self.item_count),
            "TableSizeBytes" => json.member(&mut self.table_size_bytes),
            _ => json.skip(),
        }
    }
}

impl Members for GlobalSecondaryIndexDescription {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "IndexName" => json.member(&mut self.index_name),
            "IndexStatus" => json.member(&mut self.index_status),
            "KeySchema" => json.member(&mut self.key_schema),
            _ => json.skip(),
        }
    }
}

impl Members for KeySchemaElement {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "AttributeName" => json.member(&mut self.attribute_name),
            "KeyType" => json.member(&mut self.key_type),
            _ => json.skip(),
        }
    }
}

impl Members for AttributeDefinition {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "AttributeName" => json.member(&mut self.attribute_name),
            "AttributeType" => json.member(&mut self.attribute_type),
            _ => json.skip(),
        }
    }
}

impl Members for ProvisionedThroughput {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "ReadCapacityUnits" => json.member(&mut self.read_capacity_units),
            "WriteCapacityUnits" => json.member(&mut self.write_capacity_units),
            _ => json.skip(),
        }
    }
}
