//! AWS's endpoint rules for the services that we ask: which address follows from region and settings.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html>

use super::partition::Partition;
use super::region::is_host_label;

/// A service of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// DynamoDB.
    DynamoDb,
    /// Security Token Service: roles.
    Sts,
    /// IAM Identity Center: keys for a token.
    Sso,
    /// IAM Identity Center: tokens.
    SsoOidc,
    /// What a table has consumed.
    #[cfg(feature = "admin")]
    CloudWatch,
}

impl Service {
    /// Its name in a profile's services section.
    pub fn name(self) -> &'static str {
        match self {
            Service::DynamoDb => "dynamodb",
            Service::Sts => "sts",
            Service::Sso => "sso",
            Service::SsoOidc => "sso_oidc",
            #[cfg(feature = "admin")]
            Service::CloudWatch => "cloudwatch",
        }
    }

    /// The variable with its URL.
    pub fn variable(self) -> &'static str {
        match self {
            Service::DynamoDb => "AWS_ENDPOINT_URL_DYNAMODB",
            Service::Sts => "AWS_ENDPOINT_URL_STS",
            Service::Sso => "AWS_ENDPOINT_URL_SSO",
            Service::SsoOidc => "AWS_ENDPOINT_URL_SSO_OIDC",
            #[cfg(feature = "admin")]
            Service::CloudWatch => "AWS_ENDPOINT_URL_CLOUDWATCH",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Service::DynamoDb => "dynamodb",
            Service::Sts => "sts",
            Service::Sso => "portal.sso",
            Service::SsoOidc => "oidc",
            #[cfg(feature = "admin")]
            Service::CloudWatch => "monitoring",
        }
    }
}

/// Whether DynamoDB is asked at an address of the account's own.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-account-endpoints.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountIdEndpointMode {
    /// Never. AWS's SDKs prefer it; a cache gains nothing, and would open more connections.
    #[default]
    Disabled,
    /// Where the account is known and the partition has them.
    Preferred,
    /// Always.
    Required,
}

/// What the rules decide by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parameters<'a> {
    /// The region, where one is known.
    pub region: Option<&'a str>,
    /// Cryptography that is validated by FIPS 140.
    pub use_fips: bool,
    /// IPv6 too.
    pub use_dual_stack: bool,
    /// STS's one endpoint for all old regions, as before 2022.
    pub use_global_endpoint: bool,
    /// A URL that somebody configured.
    pub endpoint: Option<&'a str>,
    /// The account of the credentials.
    pub account_id: Option<&'a str>,
    /// Whether it is part of the address.
    pub account_id_endpoint_mode: AccountIdEndpointMode,
}

/// An address, and the region that its requests are signed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Without a path.
    pub url: String,
    /// Mostly the region itself.
    pub signing_region: String,
}

/// Regions whose STS answered at `sts.amazonaws.com` only.
static GLOBAL_STS: [&str; 16] = [
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "aws-global",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// Applies the rules. `Err` says which settings exclude each other.
pub fn resolve(service: Service, parameters: &Parameters<'_>) -> Result<Resolved, &'static str> {
    let Parameters { use_fips, use_dual_stack, .. } = *parameters;
    if let Some(url) = parameters.endpoint {
        return custom(service, parameters, url);
    }
    let Some(region) = parameters.region else { return Err("no region is configured") };
    let at =
        |url: String, signing_region: &str| Ok(Resolved { url, signing_region: signing_region.to_owned() });
    if service == Service::DynamoDb && region == "local" {
        return match (use_fips, use_dual_stack) {
            (true, _) => Err("FIPS and the region local exclude each other"),
            (_, true) => Err("dual stack and the region local exclude each other"),
            _ => at("http://localhost:8000".to_owned(), "us-east-1"),
        };
    }
    let is_plain = !use_fips && !use_dual_stack;
    let is_global = region == "aws-global" || parameters.use_global_endpoint && GLOBAL_STS.contains(&region);
    if service == Service::Sts && is_plain && is_global {
        return at("https://sts.amazonaws.com".to_owned(), "us-east-1");
    }
    let partition = Partition::of(region);
    let suffix = if use_dual_stack { partition.dual_stack_dns_suffix } else { partition.dns_suffix };
    if service == Service::DynamoDb
        && let Some(account_id) = account_of_endpoint(parameters, region)?
    {
        return at(format!("https://{account_id}.ddb.{region}.{suffix}"), region);
    }
    // GovCloud's endpoints are FIPS's under their usual names.
    let is_fips_name = use_fips && (use_dual_stack || !partition.is_us_gov());
    let fips = if is_fips_name { "-fips" } else { "" };
    at(format!("https://{}{fips}.{region}.{suffix}", service.label()), region)
}

fn custom(service: Service, parameters: &Parameters<'_>, url: &str) -> Result<Resolved, &'static str> {
    if parameters.use_fips {
        return Err("FIPS and an endpoint of one's own exclude each other");
    }
    if parameters.use_dual_stack {
        return Err("dual stack and an endpoint of one's own exclude each other");
    }
    let region = parameters.region.unwrap_or_default();
    let dual_stack = format!("https://dynamodb.{region}.{}", Partition::of(region).dual_stack_dns_suffix);
    if service == Service::DynamoDb && url.trim_end_matches('/') == dual_stack {
        return Err(
            "AWS's dual-stack endpoint is used by switching dual stack on: AWS_USE_DUALSTACK_ENDPOINT=true",
        );
    }
    Ok(Resolved { url: url.to_owned(), signing_region: region.to_owned() })
}

/// Regions outside of the partition `aws` where accounts have endpoints of their own.
static ACCOUNT_ENDPOINTS: [&str; 4] = ["cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1"];

/// The account that becomes part of the address, if any does.
fn account_of_endpoint<'a>(
    parameters: &Parameters<'a>,
    region: &str,
) -> Result<Option<&'a str>, &'static str> {
    let is_required = match parameters.account_id_endpoint_mode {
        AccountIdEndpointMode::Disabled => return Ok(None),
        AccountIdEndpointMode::Preferred => false,
        AccountIdEndpointMode::Required => true,
    };
    let is_there = Partition::of(region).is_aws() || ACCOUNT_ENDPOINTS.contains(&region);
    match parameters.account_id {
        _ if parameters.use_fips && is_required => {
            Err("FIPS has no account endpoints, and they are required")
        }
        _ if !is_there && is_required => Err("the region has no account endpoints, and they are required"),
        None if is_required => {
            Err("account endpoints are required, and the credentials do not tell the account")
        }
        _ if parameters.use_fips || !is_there => Ok(None),
        Some(account_id) if !is_host_label(account_id) => Err("the account id is no account id"),
        account_id => Ok(account_id),
    }
}
