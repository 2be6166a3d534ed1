//! UpdateTable: changes a table; here, adds an index to it.

use super::{
    AttributeDefinition, JsonError, JsonReader, KeySchemaElement, Members, Operation, Projection,
    ProvisionedThroughput, TableDescription,
};
use serde::Serialize;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html>
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateTable {
    /// The table.
    pub table_name: String,
    /// Types of the attributes in keys, of the new index too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attribute_definitions: Vec<AttributeDefinition>,
    /// Changes of indexes; DynamoDB takes one that creates at a time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub global_secondary_index_updates: Vec<GlobalSecondaryIndexUpdate>,
}

/// One change of an index.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GlobalSecondaryIndexUpdate {
    /// Creates one.
    pub create: CreateGlobalSecondaryIndexAction,
}

/// An index that is created on a table that is there. An on-demand table's takes no capacity.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateGlobalSecondaryIndexAction {
    /// The index.
    pub index_name: String,
    /// Its key.
    pub key_schema: Vec<KeySchemaElement>,
    /// The attributes in it.
    pub projection: Projection,
    /// Needed where the table is provisioned, refused where it is on-demand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioned_throughput: Option<ProvisionedThroughput>,
}

impl UpdateTable {
    /// An update that changes nothing yet.
    pub fn new(table_name: impl Into<String>) -> Self {
        UpdateTable {
            table_name: table_name.into(),
            attribute_definitions: Vec::new(),
            global_secondary_index_updates: Vec::new(),
        }
    }
}

/// The answer to [`UpdateTable`].
#[derive(Clone, Debug, Default)]
pub struct UpdateTableOutput {
    /// The table while it changes.
    pub table_description: Option<TableDescription>,
}

impl Members for UpdateTableOutput {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "TableDescription" => json.member(&mut self.table_description),
            _ => json.skip(),
        }
    }
}

impl Operation for UpdateTable {
    const NAME: &'static str = "UpdateTable";
    type Output = UpdateTableOutput;
}
