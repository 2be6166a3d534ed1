//! AWS's Security Token Service: roles in exchange for keys or tokens.
//! <https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html>

use super::aws::Aws;
use super::profile_chain::Role;
use super::request::{Pending, SourceRequest};
use super::{Credentials, CredentialsError};
use crate::calendar::parse_date_time;
use crate::endpoint::{Endpoint, Service};
use crate::retry::ClockSkew;
use crate::sigv4::{self, SigningKey};
use http::Method;
use http::header::CONTENT_TYPE;

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

/// As whom a request is signed.
#[cfg(feature = "admin")]
#[derive(Clone, Debug, serde::Serialize)]
pub struct CallerIdentity {
    /// The account.
    pub account: String,
    /// The user or the role's session.
    pub arn: String,
}

/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
#[cfg(feature = "admin")]
pub async fn caller_identity(
    host: &dyn crate::host::Host,
    region: Option<&str>,
    of: &Credentials,
) -> Result<CallerIdentity, CredentialsError> {
    let form = form(&[("Action", Some("GetCallerIdentity")), ("Version", Some("2011-06-15"))]);
    let xml = query(host, region, Service::Sts, WHAT, "sts", form, of).await?;
    let needed =
        |name| element(&xml, name).map(str::to_owned).ok_or_else(|| CredentialsError::missing(WHAT, name));
    Ok(CallerIdentity { account: needed("Account")?, arn: needed("Arn")? })
}

/// A signed call of a service with AWS's query protocol; gives the XML that it answers.
/// <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>
#[cfg(feature = "admin")]
pub async fn query(
    host: &dyn crate::host::Host,
    region: Option<&str>,
    service: Service,
    what: &'static str,
    signing_name: &'static str,
    form: String,
    of: &Credentials,
) -> Result<String, CredentialsError> {
    let config = crate::shared_config::SharedConfig::load(host)
        .await
        .map_err(|error| CredentialsError::new(&error))?;
    let aws = Aws { host, config: &config, region };
    let endpoint = aws.endpoint(service, &aws.region()?)?;
    let request = signed(what, signing_name, &endpoint, form, Some(of), host.now_ms())?;
    let answer = request.send(host).await?;
    if answer.status != 200 {
        let code = element(answer.text(), "Code").unwrap_or("no code");
        return Err(CredentialsError::of(what, &format_args!("{code} (status {})", answer.status)));
    }
    Ok(answer.text().to_owned())
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

fn signed(
    what: &'static str,
    signing_name: &'static str,
    endpoint: &Endpoint,
    form: String,
    signer: Option<&Credentials>,
    now_ms: u64,
) -> Result<SourceRequest, CredentialsError> {
    let mut call = SourceRequest::new(what, Method::POST, endpoint.uri().clone());
    *call.request.body_mut() = form.into_bytes();
    call.header(CONTENT_TYPE, "application/x-www-form-urlencoded")?;
    if let Some(with) = signer {
        let key = SigningKey::derive(with, endpoint.signing_region(), signing_name, now_ms);
        let hash = sigv4::sha256_hex(call.request.body());
        if sigv4::sign(&mut call.request, &key, with, &hash, now_ms).is_err() {
            return Err(CredentialsError::of(
                what,
                &"no header can hold the credentials that it is asked with",
            ));
        }
    }
    Ok(call)
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

/// What stands between a tag and the next. Keys, tokens, dates and ARNs hold nothing that XML escapes.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let text = xml.split('<').find_map(|tag| tag.strip_prefix(name)?.strip_prefix('>'))?;
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// `application/x-www-form-urlencoded`, without what has no value.
pub fn form(fields: &[(&str, Option<&str>)]) -> String {
    let mut form = String::new();
    for (name, value) in fields {
        let Some(value) = value else { continue };
        if !form.is_empty() {
            form.push('&');
        }
        form.push_str(name);
        form.push('=');
        form.push_str(&encoded(value));
    }
    form
}

/// Percent-encoded but for RFC 3986's unreserved characters.
pub fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted_host::ScriptedHost;
    use crate::shared_config::SharedConfig;

    #[test]
    fn a_form_is_percent_encoded_without_what_is_not_given() {
        let form = form(&[
            ("RoleArn", Some("arn:aws:iam::1:role/a b")),
            ("ExternalId", None),
            ("Token", Some("é+=")),
        ]);
        assert_eq!(form, "RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%20b&Token=%C3%A9%2B%3D");
    }

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
