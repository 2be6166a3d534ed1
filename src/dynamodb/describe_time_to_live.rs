//! DescribeTimeToLive: says whether a table's items end, and by which attribute.

use super::Operation;
use serde::{Deserialize, Serialize};

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
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeTimeToLiveOutput {
    /// The setting.
    pub time_to_live_description: TimeToLiveDescription,
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TimeToLiveDescription.html>
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TimeToLiveDescription {
    /// `ENABLING`, `ENABLED`, `DISABLING`, `DISABLED`.
    pub time_to_live_status: Option<String>,
    /// The attribute.
    pub attribute_name: Option<String>,
}

impl Operation for DescribeTimeToLive {
    const NAME: &'static str = "DescribeTimeToLive";
    type Output = DescribeTimeToLiveOutput;
}
