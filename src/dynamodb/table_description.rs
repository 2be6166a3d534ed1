//! What operations on tables share.

use super::null_as_default;
use serde::{Deserialize, Serialize};
use std::fmt;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html>
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TableDescription {
    /// The table.
    pub table_name: String,
    /// `CREATING`, `ACTIVE`, `UPDATING`, `DELETING` and more.
    pub table_status: String,
    /// The primary key.
    #[serde(deserialize_with = "null_as_default")]
    pub key_schema: Vec<KeySchemaElement>,
    /// Types of the attributes in keys.
    #[serde(deserialize_with = "null_as_default")]
    pub attribute_definitions: Vec<AttributeDefinition>,
    /// The indexes.
    #[serde(deserialize_with = "null_as_default")]
    pub global_secondary_indexes: Vec<GlobalSecondaryIndexDescription>,
    /// Its capacity.
    pub provisioned_throughput: Option<ProvisionedThroughput>,
    /// The table's ARN.
    pub table_arn: Option<String>,
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GlobalSecondaryIndexDescription.html>
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GlobalSecondaryIndexDescription {
    /// The index.
    pub index_name: String,
    /// `CREATING`, `ACTIVE`, `UPDATING`, `DELETING`.
    pub index_status: Option<String>,
    /// Its key.
    #[serde(deserialize_with = "null_as_default")]
    pub key_schema: Vec<KeySchemaElement>,
    /// The attributes in it.
    pub projection: Option<Projection>,
}

/// One attribute of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
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
