//! AWS's Security Token Service: roles in exchange for keys or tokens.
//! <https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html>

use super::aws::Aws;
use super::profile_chain::Role;
use super::query::{element, form, signed};
use super::request::{Pending, SourceRequest};
use super::{Credentials, CredentialsError};
use crate::calendar::parse_date_time;
use crate::endpoint::Service;
use crate::retry::ClockSkew;

const WHAT: &str = "STS";

/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
pub fn assume_role<'a>(aws: Aws<'a>, role: &'a Role, with: Credentials) -> Pending<'a, Credentials> {
    call(aws, "AssumeRole", role, Proof::Signature(with))
}

/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
pub fn assume_role_with_web_identity<'a>(
    aws: Aws<'a>,
    role: &'a Role,
    token: String,
) -> Pending<'a, Credentials> {
    call(aws, "AssumeRoleWithWebIdentity", role, Proof::Token(token))
}

/// Who asks.
enum Proof {
    Signature(Credentials),
    Token(String),
}

/// Asks STS, and once more by its own clock where it refuses because of this machine's.
fn call<'a>(aws: Aws<'a>, action: &'a str, role: &'a Role, proof: Proof) -> Pending<'a, Credentials> {
    Box::pin(async move {
        let answer = request(aws, action, role, &proof, ClockSkew::default())?.send(aws.host).await?;
        let refusal = element(answer.text(), "Code").filter(|_| answer.status != 200);
        let corrected = match (refusal, answer.skew) {
            (Some(code), Some(measured)) if ClockSkew::default().explains(code, measured) => measured,
            _ => return read(answer.text(), answer.status, role),
        };
        let answer = request(aws, action, role, &proof, corrected)?.send(aws.host).await?;
        read(answer.text(), answer.status, role)
    })
}

fn request(
    aws: Aws<'_>,
    action: &str,
    role: &Role,
    proof: &Proof,
    skew: ClockSkew,
) -> Result<SourceRequest, CredentialsError> {
    let endpoint = aws.endpoint(Service::Sts, &aws.region()?)?;
    let now_ms = skew.apply(aws.host.now_ms());
    let own_name = format!("nextjs-dynamodb-cache-{now_ms}");
    let form = form(&[
        ("Action", Some(action)),
        ("Version", Some("2011-06-15")),
        ("RoleArn", Some(&role.arn)),
        ("RoleSessionName", Some(role.session_name.as_deref().unwrap_or(&own_name))),
        ("ExternalId", role.external_id.as_deref()),
        ("DurationSeconds", role.duration_seconds.as_deref()),
        ("WebIdentityToken", if let Proof::Token(token) = proof { Some(token) } else { None }),
    ]);
    let signer = if let Proof::Signature(with) = proof { Some(with) } else { None };
    signed(WHAT, "sts", &endpoint, form, signer, now_ms)
}

fn read(xml: &str, status: u16, role: &Role) -> Result<Credentials, CredentialsError> {
    if status != 200 {
        let (code, message) =
            (element(xml, "Code").unwrap_or("no code"), element(xml, "Message").unwrap_or_default());
        let why = format_args!("it refused the role {}: {code}: {message} (status {status})", role.arn);
        return Err(CredentialsError::of(WHAT, &why));
    }
    let needed = |name| element(xml, name).ok_or_else(|| CredentialsError::missing(WHAT, name));
    let mut credentials = Credentials::new(needed("AccessKeyId")?, needed("SecretAccessKey")?);
    credentials.session_token = Some(needed("SessionToken")?.into());
    credentials.expires_at_ms = parse_date_time(needed("Expiration")?);
    credentials.account_id = element(xml, "Arn").and_then(|arn| arn.split(':').nth(4)).map(str::to_owned);
    Ok(credentials)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted_host::ScriptedHost;
    use crate::shared_config::SharedConfig;

    #[test]
    fn a_clock_that_sts_refuses_is_corrected_once() {
        let role = Role {
            arn: "arn:aws:iam::1:role/x".to_owned(),
            session_name: Some("me".to_owned()),
            external_id: None,
            duration_seconds: None,
        };
        for (code, requests) in
            [("SignatureDoesNotMatch", 2), ("RequestTimeTooSkewed", 2), ("AccessDenied", 2), ("Other", 1)]
        {
            let host = ScriptedHost::new();
            let config = SharedConfig::default();
            let aws = Aws { host: host.as_ref(), config: &config, region: Some("eu-central-1") };
            let refusal = format!("<Error><Code>{code}</Code><Message>no</Message></Error>");
            for _ in 0..2 {
                let date = "Sun, 06 Nov 2050 12:00:00 GMT";
                let response = http::Response::builder().status(403).header("date", date);
                host.answer(Ok(response.body(refusal.clone().into_bytes()).expect("a response")));
            }
            let error = host.run(assume_role(aws, &role, Credentials::new("A", "S"))).expect_err("refused");
            assert!(error.to_string().contains(code), "{error}");
            let sent = host.take_requests();
            assert_eq!(sent.len(), requests, "{code}");
            let date_of = |request: &http::Request<Vec<u8>>| {
                request.headers()["x-amz-date"].to_str().expect("ASCII")[..4].to_owned()
            };
            assert_eq!(
                sent.last().map(|sent| date_of(&sent.request) == "2050"),
                Some(requests == 2),
                "{code}"
            );
        }
    }

    #[test]
    fn a_refusal_tells_role_and_code() {
        let role =
            Role { arn: "arn:x".to_owned(), session_name: None, external_id: None, duration_seconds: None };
        let xml =
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
        let error = read(xml, 403, &role).expect_err("refused").to_string();
        assert_eq!(error, "STS: it refused the role arn:x: AccessDenied: no (status 403)");
        let error = read("<html>", 200, &role).expect_err("no keys").to_string();
        assert_eq!(error, "STS: AccessKeyId is missing");
    }
}
