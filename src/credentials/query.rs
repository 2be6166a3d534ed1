//! AWS's query protocol, which STS and CloudWatch have: a form there, XML back.
//! <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>

use super::request::SourceRequest;
use super::{Credentials, CredentialsError};
use crate::endpoint::{
    DEFAULT_REGION, Endpoint, ProfileSettings, Service, configured_region, profile_region,
};
use crate::host::Host;
use crate::sigv4::{self, SigningKey};
use http::Method;
use http::header::CONTENT_TYPE;

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
    host: &dyn Host,
    region: Option<&str>,
    of: &Credentials,
) -> Result<CallerIdentity, CredentialsError> {
    let form = form(&[("Action", Some("GetCallerIdentity")), ("Version", Some("2011-06-15"))]);
    let xml = query(host, region, Service::Sts, "STS", "sts", form, of).await?;
    let needed =
        |name| element(&xml, name).map(str::to_owned).ok_or_else(|| CredentialsError::missing("STS", name));
    Ok(CallerIdentity { account: needed("Account")?, arn: needed("Arn")? })
}

/// A signed call; gives the XML that it answers.
#[cfg(feature = "admin")]
pub async fn query(
    host: &dyn Host,
    region: Option<&str>,
    service: Service,
    what: &'static str,
    signing_name: &'static str,
    form: String,
    of: &Credentials,
) -> Result<String, CredentialsError> {
    let profile = super::profile_settings(host).await.map_err(|error| CredentialsError::new(&error))?;
    let endpoint = endpoint(service, &self::region(region, &profile, host)?, &profile, host)?;
    let request = signed(what, signing_name, &endpoint, form, Some(of), host.now_ms())?;
    let answer = request.send(host).await?;
    if answer.status != 200 {
        let code = element(answer.text(), "Code").unwrap_or("no code");
        return Err(CredentialsError::of(what, &format_args!("{code} (status {})", answer.status)));
    }
    Ok(answer.text().to_owned())
}

/// The region that is asked: `option`, else the environment's, the profile's or the default.
pub fn region(
    option: Option<&str>,
    profile: &ProfileSettings,
    host: &dyn Host,
) -> Result<String, CredentialsError> {
    let invalid = |error| CredentialsError::of("STS", &error);
    if let Some(region) = configured_region(option, host).map_err(invalid)? {
        return Ok(region);
    }
    Ok(profile_region(profile).map_err(invalid)?.unwrap_or_else(|| DEFAULT_REGION.to_owned()))
}

/// Where a service is.
pub fn endpoint(
    service: Service,
    region: &str,
    profile: &ProfileSettings,
    host: &dyn Host,
) -> Result<Endpoint, CredentialsError> {
    let endpoint = Endpoint::of_service(service, region, profile, host);
    endpoint.map_err(|error| CredentialsError::of(service.name(), &error))
}

/// A form for a service, signed where there is a `signer`.
pub fn signed(
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

/// What stands between a tag and the next. Keys, tokens, dates and ARNs hold nothing that XML escapes.
pub fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
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

    #[test]
    fn a_form_is_percent_encoded_without_what_is_not_given() {
        let form = form(&[
            ("RoleArn", Some("arn:aws:iam::1:role/a b")),
            ("ExternalId", None),
            ("Token", Some("é+=")),
        ]);
        assert_eq!(form, "RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%20b&Token=%C3%A9%2B%3D");
    }
}
