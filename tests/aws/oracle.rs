//! What we sign, signed once more by the `aws-sigv4` crate's `http_request`.

use super::sign;
use aws_credential_types::Credentials as OracleCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign as oracle_sign};
use aws_sigv4::sign::v4::SigningParams;
use nextjs_dynamodb_cache::credentials::Credentials;
use proptest::prelude::*;
use std::time::{Duration, SystemTime};

/// From 1970 to the year 2200, Unix milliseconds.
const TIMES_MS: std::ops::Range<u64> = 0..7_258_118_400_000;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_crates_own_signer_gives_the_same_authorization(
        body in any::<String>(),
        keys in ("[A-Z0-9]{16,20}", "[A-Za-z0-9/+]{1,80}", proptest::option::of("[A-Za-z0-9/+=]{1,400}")),
        (service, content_type) in prop_oneof![
            Just(("dynamodb", "application/x-amz-json-1.0")),
            Just(("sts", "application/x-www-form-urlencoded")),
        ],
        region in "[a-z]{2}-[a-z]{4,9}-[1-9]",
        authority in "[a-z][a-z0-9.]{0,20}[a-z](:[1-9][0-9]{3})?",
        headers in proptest::collection::btree_map("x-[a-z]{1,8}", "[!-~]{1,9}( {1,3}[!-~]{1,9}){0,2}", 0..4),
        now_ms in TIMES_MS,
    ) {
        let (access_key_id, secret_access_key, session_token) = keys;
        let session_token = session_token.map(Into::into);
        let credentials = Credentials { session_token, ..Credentials::new(access_key_id, secret_access_key) };
        let mut request = http::Request::post(format!("https://{authority}/"))
            .header("content-type", content_type)
            .header("x-amz-target", "DynamoDB_20120810.GetItem");
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        let mut request = request.body(body.into_bytes()).expect("a request");
        let unsigned = request.clone();

        let ours = sign(&mut request, &credentials, &region, service, now_ms);
        let theirs = |header| signed_by_the_crate(&unsigned, &credentials, &region, service, now_ms, header);
        prop_assert_eq!(&ours, &theirs("authorization"));
        let date = request.headers()["x-amz-date"].to_str().expect("ASCII");
        prop_assert_eq!(date, theirs("x-amz-date"));
    }
}

fn signed_by_the_crate(
    request: &http::Request<Vec<u8>>,
    credentials: &Credentials,
    region: &str,
    service: &str,
    now_ms: u64,
    header: &str,
) -> String {
    let Credentials { access_key_id, secret_access_key, session_token, .. } = credentials;
    let session_token = session_token.as_deref().map(str::to_owned);
    let identity =
        OracleCredentials::new(access_key_id, &**secret_access_key, session_token, None, "test").into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(SystemTime::UNIX_EPOCH + Duration::from_millis(now_ms))
        .settings(SigningSettings::default())
        .build()
        .expect("parameters")
        .into();
    let headers =
        request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().expect("ASCII")));
    let signable =
        SignableRequest::new("POST", request.uri().to_string(), headers, SignableBody::Bytes(request.body()));
    let (instructions, _) = oracle_sign(signable.expect("signable"), &params).expect("signed").into_parts();
    let value = instructions.headers().find(|(name, _)| *name == header).map(|(_, value)| value.to_owned());
    value.expect("the header")
}
