//! AWS's partitions: groups of regions that share a DNS suffix.
//! <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>

/// DNS suffixes by how a region's name begins; `amazonaws.com` for all others (`aws`, `aws-us-gov`).
const DNS_SUFFIXES: [(&str, &str); 6] = [
    ("cn-", "amazonaws.com.cn"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("eusc-", "amazonaws.eu"),
];

/// DynamoDB's address in a region; the region `local` is DynamoDB Local on its default port.
pub fn dynamodb_url(region: &str) -> String {
    if region == "local" {
        return "http://localhost:8000".to_owned();
    }
    let known = DNS_SUFFIXES.iter().find(|(prefix, _)| region.starts_with(prefix));
    let suffix = known.map_or("amazonaws.com", |(_, suffix)| suffix);
    format!("https://dynamodb.{region}.{suffix}")
}
