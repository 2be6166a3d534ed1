//! UpdateTimeToLive: names the attribute that says when an item ends.

use super::{Done, Operation};
use serde::Serialize;

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html>
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateTimeToLive {
    /// The table.
    pub table_name: String,
    /// What is to be.
    pub time_to_live_specification: TimeToLiveSpecification,
}

/// Which attribute holds the end of an item, Unix seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TimeToLiveSpecification {
    /// The attribute.
    pub attribute_name: String,
    /// Whether items end.
    pub enabled: bool,
}

impl UpdateTimeToLive {
    /// Turns it on.
    pub fn enable(table_name: impl Into<String>, attribute_name: impl Into<String>) -> Self {
        let time_to_live_specification =
            TimeToLiveSpecification { attribute_name: attribute_name.into(), enabled: true };
        UpdateTimeToLive { table_name: table_name.into(), time_to_live_specification }
    }
}

impl Operation for UpdateTimeToLive {
    const NAME: &'static str = "UpdateTimeToLive";
    type Output = Done;
}
