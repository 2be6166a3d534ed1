//! DescribeTimeToLive: says whether a table's items end, and by which attribute.

use super::{JsonError, JsonReader, Members, Operation};
use serde::Serialize;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html>
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeTimeToLive {
    /// The table.
    pub table_name: String,
}

impl DescribeTimeToLive {
    /// Of one table.
    pub fn new(table_name: impl Into<String>) -> Self {
        DescribeTimeToLive { table_name: table_name.into() }
    }
}

/// The answer to [`DescribeTimeToLive`].
#[derive(Clone, Debug, Default)]
pub struct DescribeTimeToLiveOutput {
    /// The setting.
    pub time_to_live_description: TimeToLiveDescription,
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TimeToLiveDescription.html>
#[derive(Clone, Debug, Default)]
pub struct TimeToLiveDescription {
    /// `ENABLING`, `ENABLED`, `DISABLING`, `DISABLED`.
    pub time_to_live_status: Option<String>,
    /// The attribute.
    pub attribute_name: Option<String>,
}

impl Members for DescribeTimeToLiveOutput {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "TimeToLiveDescription" => json.member(&mut self.time_to_live_description),
            _ => json.skip(),
        }
    }
}

impl Members for TimeToLiveDescription {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "TimeToLiveStatus" => json.member(&mut self.time_to_live_status),
            "AttributeName" => json.member(&mut self.attribute_name),
            _ => json.skip(),
        }
    }
}

impl Operation for DescribeTimeToLive {
    const NAME: &'static str = "DescribeTimeToLive";
    type Output = DescribeTimeToLiveOutput;
}
