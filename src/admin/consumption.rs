//! What a table has consumed, as CloudWatch has it.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html>

use super::Admin;
use crate::calendar::date_time;
use crate::credentials::{Credentials, form, query};
use crate::endpoint::Service;
use serde::Serialize;

const WHAT: &str = "CloudWatch";
const DAY_MS: u64 = 86_400_000;

/// Capacity units of the table and its tag index.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Consumption {
    /// Of reads.
    pub read_units: f64,
    /// Of writes.
    pub write_units: f64,
}

impl Admin {
    /// What was consumed in the last `days`.
    pub async fn consumption(&self, days: u32) -> Result<Consumption, String> {
        let found = self.client.whereabouts(self.deadline()).await;
        let (credentials, _) = found.map_err(|error| error.to_string())?;
        let of = |metric| self.sum_of(metric, days, &credentials);
        Ok(Consumption {
            read_units: of("ConsumedReadCapacityUnits").await?,
            write_units: of("ConsumedWriteCapacityUnits").await?,
        })
    }

    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html>
    async fn sum_of(&self, metric: &str, days: u32, credentials: &Credentials) -> Result<f64, String> {
        let now_ms = self.host.now_ms();
        let start = date_time(now_ms.saturating_sub(u64::from(days) * DAY_MS));
        let end = date_time(now_ms);
        let mut sum = 0.0;
        // An index's units are not among its table's.
        for index in [None, Some(self.tag_index_name.as_str())] {
            let form = form(&[
                ("Action", Some("GetMetricStatistics")),
                ("Version", Some("2010-08-01")),
                ("Namespace", Some("AWS/DynamoDB")),
                ("MetricName", Some(metric)),
                ("StartTime", Some(&start)),
                ("EndTime", Some(&end)),
                ("Period", Some("86400")),
                ("Statistics.member.1", Some("Sum")),
                ("Dimensions.member.1.Name", Some("TableName")),
                ("Dimensions.member.1.Value", Some(&self.table_name)),
                ("Dimensions.member.2.Name", index.map(|_| "GlobalSecondaryIndexName")),
                ("Dimensions.member.2.Value", index),
            ]);
            let (host, region) = (self.host.as_ref(), self.region.as_deref());
            let xml = query(host, region, Service::CloudWatch, WHAT, "monitoring", form, credentials).await;
            sum += sums(&xml.map_err(|error| error.to_string())?);
        }
        Ok(sum)
    }
}

/// Of all that stands between `<Sum>` and `</Sum>`.
fn sums(xml: &str) -> f64 {
    let values =
        xml.split("<Sum>").skip(1).filter_map(|rest| rest.split('<').next()?.trim().parse::<f64>().ok());
    values.filter(|value| value.is_finite()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_are_added_up() {
        let point = |sum: &str| {
            format!("<member><Timestamp>t</Timestamp><Unit>Count</Unit><Sum>{sum}</Sum></member>")
        };
        let xml = format!("<Datapoints>{}{}{}</Datapoints>", point("1.5"), point(" 1.0E3\n"), point("NaN"));
        assert!((sums(&xml) - 1_001.5).abs() < f64::EPSILON);
        assert!(sums("<Datapoints/>").abs() < f64::EPSILON);
    }
}
