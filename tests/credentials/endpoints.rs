//! botocore's cases of AWS's endpoint rules, for DynamoDB and STS.

use super::{fetched, print_row};
use nextjs_dynamodb_cache::endpoint::Service;
use nextjs_dynamodb_cache::endpoint::rules::{AccountIdEndpointMode, Parameters, Resolved, resolve};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table {
    test_cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    #[serde(default)]
    params: Given,
    expect: Expected,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Given {
    region: Option<String>,
    #[serde(rename = "UseFIPS")]
    use_fips: bool,
    use_dual_stack: bool,
    use_global_endpoint: bool,
    endpoint: Option<String>,
    account_id: Option<String>,
    account_id_endpoint_mode: Option<String>,
    /// Parameters of requests that a cache does not send.
    resource_arn: Option<Value>,
    resource_arn_list: Option<Value>,
    is_search_operation: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Expected {
    Endpoint(Value),
    /// In botocore's words.
    Error(serde::de::IgnoredAny),
}

#[test]
fn dynamodb_is_where_botocore_finds_it() {
    run(Service::DynamoDb, "dynamodb", 142);
}

#[test]
fn sts_is_where_botocore_finds_it() {
    run(Service::Sts, "sts", 69);
}

fn run(service: Service, name: &str, count: usize) {
    let json = fetched::botocore(&format!("tests/functional/endpoint-rules/{name}/endpoint-tests-1.json"));
    let table: Table = serde_json::from_str(&json).expect("the table");
    let cases: Vec<_> = table.test_cases.iter().filter(|case| case.params.is_ours()).collect();
    assert_eq!(cases.len(), count);
    let mut failed = Vec::new();
    for Case { params, expect } in cases {
        let result = resolve(service, &params.parameters());
        let passed = match (&result, expect) {
            (Err(_), Expected::Error(_)) => true,
            (Ok(resolved), Expected::Endpoint(endpoint)) => is_same(resolved, endpoint, params),
            _ => false,
        };
        print_row(passed, &format!("{name} {params}"), &format!("{result:?}"));
        failed.extend((!passed).then(|| format!("{params}: {result:?}")));
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

fn is_same(resolved: &Resolved, endpoint: &Value, params: &Given) -> bool {
    // Where the rules name no signing region, it is the region itself.
    let named = endpoint.pointer("/properties/authSchemes/0/signingRegion").and_then(Value::as_str);
    let signing_region = named.or(params.region.as_deref()).unwrap_or_default();
    endpoint["url"] == *resolved.url && resolved.signing_region == signing_region
}

impl Given {
    fn is_ours(&self) -> bool {
        self.resource_arn.is_none() && self.resource_arn_list.is_none() && self.is_search_operation.is_none()
    }

    fn parameters(&self) -> Parameters<'_> {
        Parameters {
            region: self.region.as_deref(),
            use_fips: self.use_fips,
            use_dual_stack: self.use_dual_stack,
            use_global_endpoint: self.use_global_endpoint,
            endpoint: self.endpoint.as_deref(),
            account_id: self.account_id.as_deref(),
            account_id_endpoint_mode: match self.account_id_endpoint_mode.as_deref() {
                Some("preferred") => AccountIdEndpointMode::Preferred,
                Some("required") => AccountIdEndpointMode::Required,
                None | Some("disabled") => AccountIdEndpointMode::Disabled,
                Some(other) => panic!("the mode {other}"),
            },
        }
    }
}

impl std::fmt::Display for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let Given { region, endpoint, account_id, account_id_endpoint_mode, .. } = self;
        let (region, endpoint, account) = (text(region), text(endpoint), text(account_id));
        let mode = text(account_id_endpoint_mode);
        let flags = [self.use_fips, self.use_dual_stack, self.use_global_endpoint];
        write!(f, "{region} {endpoint} {account} {mode} {flags:?}")
    }
}
