//! By the host, who has the module with the chain. It is asked only where nothing that is at hand settles the question.

use super::super::cache::RENEWAL_TIMEOUT_MS;
use super::super::document::Document;
use super::super::{Credentials, CredentialsError, Source, container, environment};
use super::Question;
use crate::endpoint::ProfileSettings;
use crate::host::{Host, set_variable};
use crate::shared_config::{FileKind, file_location};

/// What its answers are read as, for errors.
const WHAT: &str = "the chain of credentials";

static SOURCES: [Source; 5] =
    [Source::Environment, Source::Profile, Source::WebIdentity, Source::Container, Source::InstanceMetadata];

/// The keys of the default chain, whose first and fourth source are here: the environment, as on Lambda, and a container.
pub async fn credentials(host: &dyn Host, region: Option<&str>) -> Result<Credentials, CredentialsError> {
    let missing = match environment::credentials(host) {
        Ok(credentials) => return Ok(credentials),
        Err(missing) => missing,
    };
    let has_web_identity = set_variable(host, environment::WEB_IDENTITY_TOKEN_FILE).is_some();
    if !has_web_identity && !has_files(host).await {
        if let Some(credentials) = container::credentials(host).await? {
            return Ok(credentials);
        }
        environment::check_metadata_service(host)
            .map_err(|error| CredentialsError::not_found(&missing, &format!(" (asked last: {error})")))?;
    }
    match host.ask_chain(Question::Credentials, region, RENEWAL_TIMEOUT_MS).await {
        Ok(Some(answer)) => read(&answer),
        Ok(None) => {
            let last = " (this runtime has neither files nor an instance metadata service)";
            Err(CredentialsError::not_found(&missing, last))
        }
        Err(why) => Err(CredentialsError::new(&why)),
    }
}

/// What the selected profile says about region and endpoints; nothing where there are no files.
pub async fn profile_settings(host: &dyn Host) -> Result<ProfileSettings, String> {
    if !has_files(host).await {
        return Ok(ProfileSettings::default());
    }
    let answer = host.ask_chain(Question::ProfileSettings, None, 0).await?.unwrap_or_default();
    let document = Document::of(WHAT, &answer).map_err(|error| error.to_string())?;
    Ok(document.members().collect())
}

/// The region of the instance, by its metadata.
pub async fn instance_region(host: &dyn Host, limit_ms: u64) -> Result<String, CredentialsError> {
    let answer = host.ask_chain(Question::InstanceRegion, None, limit_ms).await;
    let answer = answer.map_err(|why| CredentialsError::new(&why))?.unwrap_or_default();
    Document::of(WHAT, &answer)?.needed(WHAT, "region").map(str::to_owned)
}

/// Whether any of the shared files is there.
async fn has_files(host: &dyn Host) -> bool {
    for kind in [FileKind::Config, FileKind::Credentials] {
        if let Some(path) = file_location(kind, host)
            && host.read_file(&path).await.is_some()
        {
            return true;
        }
    }
    false
}

fn read(answer: &[u8]) -> Result<Credentials, CredentialsError> {
    let document = Document::of(WHAT, answer)?;
    let source =
        document.get("Source").and_then(|name| SOURCES.into_iter().find(|there| there.name() == name));
    document.credentials(WHAT, source.unwrap_or(Source::Profile))
}
