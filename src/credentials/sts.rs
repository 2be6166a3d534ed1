//! AWS's Security Token Service: roles in exchange for keys or tokens.
//! <https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html>

use super::aws::Aws;
use super::profile_chain::Role;
use super::request::SourceRequest;
use super::{Credentials, CredentialsError, Source};
use crate::calendar::parse_date_time;
use crate::endpoint::Service;
use crate::sigv4::{self, SigningKey};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};

const WHAT: &str = "STS";

/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
pub async fn assume_role(
    aws: Aws<'_>,
    role: &Role,
    with: &Credentials,
) -> Result<Credentials, CredentialsError> {
    call(aws, "AssumeRole", role, Proof::Signature(with)).await
}

/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
pub async fn assume_role_with_web_identity(
    aws: Aws<'_>,
    role: &Role,
    token: &str,
) -> Result<Credentials, CredentialsError> {
    call(aws, "AssumeRoleWithWebIdentity", role, Proof::Token(token)).await
}

/// Who asks.
enum Proof<'a> {
    Signature(&'a Credentials),
    Token(&'a str),
}

async fn call(
    aws: Aws<'_>,
    action: &str,
    role: &Role,
    proof: Proof<'_>,
) -> Result<Credentials, CredentialsError> {
    let endpoint = aws.endpoint(Service::Sts, &aws.region()?)?;
    let now_ms = aws.host.now_ms();
    let own_name = format!("nextjs-dynamodb-cache-{now_ms}");
    let token = if let Proof::Token(token) = proof { Some(token) } else { None };
    let form = form(&[
        ("Action", Some(action)),
        ("Version", Some("2011-06-15")),
        ("RoleArn", Some(&role.arn)),
        ("RoleSessionName", Some(role.session_name.as_deref().unwrap_or(&own_name))),
        ("ExternalId", role.external_id.as_deref()),
        ("DurationSeconds", role.duration_seconds.as_deref()),
        ("WebIdentityToken", token),
    ]);
    let mut request = http::Request::new(form.into_bytes());
    (*request.method_mut(), *request.uri_mut()) = (Method::POST, endpoint.uri().clone());
    let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(CONTENT_TYPE, form_type);
    if let Proof::Signature(with) = proof {
        let key = SigningKey::derive(with, endpoint.signing_region(), "sts", now_ms);
        let hash = sigv4::sha256_hex(request.body());
        sigv4::sign(&mut request, &key, with, &hash, now_ms).map_err(|_| {
            CredentialsError::invalid(WHAT, "no header can hold the credentials that it is asked with")
        })?;
    }
    let (parts, body) = request.into_parts();
    let headers = parts.headers.into_iter().filter_map(|(name, value)| Some((name?, value))).collect();
    let request = SourceRequest { headers, body, ..SourceRequest::new(WHAT, parts.method, parts.uri) };
    let answer = request.send(aws.host).await?;
    read(&String::from_utf8_lossy(&answer.body), answer.status, role)
}

fn read(xml: &str, status: u16, role: &Role) -> Result<Credentials, CredentialsError> {
    if status != 200 {
        let (code, message) =
            (element(xml, "Code").unwrap_or("no code"), element(xml, "Message").unwrap_or_default());
        let why = format_args!("it refused the role {}: {code}: {message} (status {status})", role.arn);
        return Err(CredentialsError::invalid(WHAT, why));
    }
    let needed = |name| element(xml, name).ok_or_else(|| CredentialsError::missing(WHAT, name));
    let arn = element(xml, "Arn").and_then(|arn| arn.split(':').nth(4));
    Ok(Credentials {
        session_token: Some(needed("SessionToken")?.into()),
        expires_at_ms: Some(
            parse_date_time(needed("Expiration")?)
                .ok_or_else(|| CredentialsError::invalid(WHAT, "its Expiration is no date"))?,
        ),
        account_id: arn.map(str::to_owned),
        source: Source::Profile,
        ..Credentials::new(needed("AccessKeyId")?, needed("SecretAccessKey")?)
    })
}

/// What stands between a tag and its end. Keys, tokens, dates and ARNs hold nothing that XML escapes.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = xml.split_once(&format!("<{name}>"))?;
    after.split_once('<').map(|(text, _)| text.trim()).filter(|text| !text.is_empty())
}

/// `application/x-www-form-urlencoded`, without what has no value.
fn form(fields: &[(&str, Option<&str>)]) -> String {
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
    fn a_refusal_tells_role_and_code() {
        let role =
            Role { arn: "arn:x".to_owned(), session_name: None, external_id: None, duration_seconds: None };
        let xml =
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
        let error = read(xml, 403, &role).expect_err("refused").to_string();
        assert_eq!(error, "STS: it refused the role arn:x: AccessDenied: no (status 403)");
        let error = read("<html>", 200, &role).expect_err("no keys").to_string();
        assert_eq!(error, "STS: SessionToken is missing");
    }
}
