//! Credentials from the host of a container: ECS and Fargate, EKS Pod Identity, Lambda SnapStart.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>

use super::document::Document;
use super::request::{Answer, Pending, SourceRequest};
use super::{Credentials, CredentialsError, Source};
use crate::host::{Host, set_variable};
use http::header::{ACCEPT, AUTHORIZATION};
use http::{Method, Uri};

const RELATIVE_URI: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

/// Where relative URIs lead.
const ECS: &str = "169.254.170.2";

/// Hosts that `http` may have, besides 127.0.0.0/8: this machine, ECS's agent, EKS's. They do not leave the machine.
static ALLOWED: [&str; 5] = ["localhost", "[::1]", ECS, "169.254.170.23", "[fd00:ec2::23]"];

/// One attempt, milliseconds: the endpoint is on the same machine.
const ATTEMPT_MS: u64 = 1_000;

/// The container's credentials; `None` outside of one.
pub fn credentials(host: &dyn Host) -> Pending<'_, Option<Credentials>> {
    Box::pin(async move {
        let Some((variable, uri)) = endpoint(host)? else { return Ok(None) };
        let mut request = SourceRequest::new(variable, Method::GET, uri);
        request.timeout_ms = ATTEMPT_MS;
        request.header(ACCEPT, "application/json")?;
        if let Some(token) = token(host).await? {
            request.header(AUTHORIZATION, &token)?;
        }
        read(variable, &request.send(host).await?).map(Some)
    })
}

fn read(variable: &'static str, answer: &Answer) -> Result<Credentials, CredentialsError> {
    if answer.status != 200 {
        return Err(CredentialsError::of(
            variable,
            &format_args!("it answered with status {}", answer.status),
        ));
    }
    Document::of(variable, &answer.body)?.credentials(variable, Source::Container)
}

/// The address, and the variable that it comes from.
pub fn endpoint(host: &dyn Host) -> Result<Option<(&'static str, Uri)>, CredentialsError> {
    let (variable, text) = match (set_variable(host, RELATIVE_URI), set_variable(host, FULL_URI)) {
        (Some(path), _) if !path.starts_with('/') => {
            return Err(CredentialsError::of(RELATIVE_URI, &"it does not begin with /"));
        }
        (Some(path), _) => (RELATIVE_URI, format!("http://{ECS}{path}")),
        (None, Some(uri)) => (FULL_URI, uri),
        (None, None) => return Ok(None),
    };
    let uri: Uri = text.parse().map_err(|_| CredentialsError::of(variable, &"it is no URL"))?;
    check(&uri).map_err(|why| CredentialsError::of(variable, &why))?;
    Ok(Some((variable, uri)))
}

/// Names are not looked up: `localhost` is the only one that `http` may have, so no answer of a DNS server counts.
fn check(uri: &Uri) -> Result<(), &'static str> {
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err("it has no host");
    };
    if authority.as_str().contains('@') {
        return Err("it holds a user name");
    }
    match scheme {
        "https" => Ok(()),
        "http" if is_allowed(authority.host()) => Ok(()),
        "http" => {
            Err("http:// is for localhost, 127.0.0.0/8, [::1] and the addresses of ECS and EKS: use https://")
        }
        _ => Err("it is neither http:// nor https://"),
    }
}

fn is_allowed(host: &str) -> bool {
    let is_loopback = host.strip_prefix("127.").is_some_and(|rest| {
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        rest.split('.').count() == 3 && rest.split('.').all(is_number)
    });
    is_loopback || ALLOWED.iter().any(|allowed| host.eq_ignore_ascii_case(allowed))
}

/// The file goes before the variable, and is read each time: EKS replaces it.
async fn token(host: &dyn Host) -> Result<Option<String>, CredentialsError> {
    let (variable, token) = match set_variable(host, TOKEN_FILE) {
        Some(path) => {
            let bytes = host.read_file(&path).await;
            let token = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            (TOKEN_FILE, token.ok_or_else(|| CredentialsError::unreadable_file(TOKEN_FILE, &path))?)
        }
        None => match host.env(TOKEN).filter(|token| !token.is_empty()) {
            Some(token) => (TOKEN, token),
            None => return Ok(None),
        },
    };
    if token.contains(['\r', '\n']) {
        return Err(CredentialsError::of(variable, &"it holds a line break, which no header can hold"));
    }
    Ok(Some(token))
}

#[cfg(test)]
mod tests;
