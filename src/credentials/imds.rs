//! EC2's instance metadata service, version 2.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html>

use super::aws::Aws;
use super::document::Document;
use super::request::{Answer, SourceRequest};
use super::{Credentials, CredentialsError, Source};
use crate::host::{Host, set_variable};
use crate::shared_config::SharedConfig;
use http::{HeaderName, Method, Uri};

const WHAT: &str = "the instance metadata service";
const TOKEN: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token");
const TOKEN_TTL_SECONDS: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds");
const ROLE: &str = "/latest/meta-data/iam/security-credentials/";
const REGION: &str = "/latest/meta-data/placement/region";

/// One attempt, milliseconds: it is next door, and where it is not there finding out costs no more than this.
const ATTEMPT_MS: u64 = 800;

/// The first one included; only of a service that has answered.
const ATTEMPTS: u32 = 4;

/// The keys of the instance's role.
pub async fn credentials(aws: Aws<'_>) -> Result<Credentials, CredentialsError> {
    let mut session = Session::open(aws.host, aws.config).await?;
    let role = session.get(ROLE).await?;
    let role = role.lines().next().unwrap_or_default().trim();
    let document = session.get(&format!("{ROLE}{role}")).await?;
    let document = Document::parse(document.as_bytes())
        .map_err(|error| CredentialsError::invalid(WHAT, format_args!("its answer was not read: {error}")))?;
    if let Some(code) = document.get("Code").filter(|code| *code != "Success") {
        return Err(CredentialsError::invalid(
            WHAT,
            format_args!("it has no keys of the role {role}: {code}"),
        ));
    }
    document.credentials(Source::InstanceMetadata).map_err(|missing| CredentialsError::missing(WHAT, missing))
}

/// The region of the instance.
pub async fn region(host: &dyn Host, config: &SharedConfig) -> Result<String, CredentialsError> {
    Session::open(host, config).await?.get(REGION).await
}

/// The service's address.
pub fn endpoint(host: &dyn Host, config: &SharedConfig) -> Result<String, CredentialsError> {
    let setting = |variable, property| {
        set_variable(host, variable)
            .map(|value| (value, variable))
            .or_else(|| Some((config.property(property)?.to_owned(), property)))
    };
    if let Some((url, source)) = setting("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint")
    {
        let url = url.trim_end_matches('/');
        let is_url = url.parse::<Uri>().is_ok_and(|uri| uri.scheme().is_some() && uri.authority().is_some());
        return if is_url {
            Ok(url.to_owned())
        } else {
            Err(CredentialsError::invalid(source, "it is no URL"))
        };
    }
    let mode = setting("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
    match mode {
        None => Ok("http://169.254.169.254".to_owned()),
        Some((mode, _)) if mode.eq_ignore_ascii_case("ipv4") => Ok("http://169.254.169.254".to_owned()),
        Some((mode, _)) if mode.eq_ignore_ascii_case("ipv6") => Ok("http://[fd00:ec2::254]".to_owned()),
        Some((mode, source)) => {
            Err(CredentialsError::invalid(source, format_args!("{mode} is neither IPv4 nor IPv6")))
        }
    }
}

/// A service that gave a token.
struct Session<'a> {
    host: &'a dyn Host,
    endpoint: String,
    token: String,
}

impl<'a> Session<'a> {
    async fn open(host: &'a dyn Host, config: &SharedConfig) -> Result<Self, CredentialsError> {
        if set_variable(host, "AWS_EC2_METADATA_DISABLED")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
        {
            return Err(CredentialsError::invalid(WHAT, "AWS_EC2_METADATA_DISABLED is set"));
        }
        let endpoint = endpoint(host, config)?;
        let mut session = Session { host, endpoint, token: String::new() };
        session.renew_token().await?;
        Ok(session)
    }

    async fn renew_token(&mut self) -> Result<(), CredentialsError> {
        let request = self.request(Method::PUT, "/latest/api/token")?;
        let mut request = request.header(TOKEN_TTL_SECONDS, "21600")?;
        request.retries_connections = false;
        let answer = request.send(self.host).await?;
        match answer.status {
            200 => self.token = text(answer),
            403 => {
                return Err(CredentialsError::invalid(
                    WHAT,
                    "it is switched off for this instance (status 403)",
                ));
            }
            status => return Err(refused("a token", status)),
        }
        Ok(())
    }

    async fn get(&mut self, path: &str) -> Result<String, CredentialsError> {
        let mut answer = self.ask(path).await?;
        if answer.status == 401 {
            // The token has expired.
            self.renew_token().await?;
            answer = self.ask(path).await?;
        }
        match answer.status {
            200 => Ok(text(answer)),
            404 if path == ROLE => Err(CredentialsError::invalid(WHAT, "the instance has no role")),
            status => Err(refused(path, status)),
        }
    }

    async fn ask(&self, path: &str) -> Result<Answer, CredentialsError> {
        let request = self.request(Method::GET, path)?.header(TOKEN, &self.token)?;
        request.send(self.host).await
    }

    fn request(&self, method: Method, path: &str) -> Result<SourceRequest, CredentialsError> {
        let uri = super::aws::uri(WHAT, &format!("{}{path}", self.endpoint))?;
        Ok(SourceRequest {
            timeout_ms: ATTEMPT_MS,
            attempts: ATTEMPTS,
            ..SourceRequest::new(WHAT, method, uri)
        })
    }
}

fn text(answer: Answer) -> String {
    String::from_utf8_lossy(&answer.body).trim().to_owned()
}

fn refused(what: &str, status: u16) -> CredentialsError {
    CredentialsError::invalid(WHAT, format_args!("it answered the request for {what} with status {status}"))
}

#[cfg(test)]
mod tests;
