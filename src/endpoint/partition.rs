//! AWS's partitions: groups of regions that share their DNS suffixes.
//! <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>

/// What the rules ask of a partition.
pub struct Partition {
    /// How its regions' names begin.
    prefix: &'static str,
    /// Of its endpoints.
    pub dns_suffix: &'static str,
    /// Of those that have IPv6 too.
    pub dual_stack_dns_suffix: &'static str,
}

const fn partition(
    prefix: &'static str,
    dns_suffix: &'static str,
    dual_stack_dns_suffix: &'static str,
) -> Partition {
    Partition { prefix, dns_suffix, dual_stack_dns_suffix }
}

/// `aws`, to which every region belongs that no other partition has.
static AWS: Partition = partition("", "amazonaws.com", "api.aws");

static OTHERS: [Partition; 7] = [
    partition("us-gov-", "amazonaws.com", "api.aws"),
    partition("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    partition("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
    partition("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
    partition("eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    partition("us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    partition("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
];

impl Partition {
    /// The partition of a region.
    pub fn of(region: &str) -> &'static Partition {
        OTHERS.iter().find(|partition| region.starts_with(partition.prefix)).unwrap_or(&AWS)
    }

    /// Whether it is `aws`.
    pub fn is_aws(&self) -> bool {
        self.prefix.is_empty()
    }

    /// Whether it is `aws-us-gov`, whose endpoints are FIPS's own.
    pub fn is_us_gov(&self) -> bool {
        self.prefix == "us-gov-"
    }
}
