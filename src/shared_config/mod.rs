//! The shared config and credentials files of AWS's tools: where they lie, their syntax, and which profile counts.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>

mod location;
mod parse;

pub use location::{FileKind, expand_home, file_location, selected_profile};
pub use parse::{ParseError, parse};

use crate::host::Host;

use std::fmt;

/// What both files say, merged: where both name a property, the credentials file's is taken.
#[derive(Clone, Debug, Default)]
pub struct SharedConfig {
    sections: Vec<Section>,
    selected: String,
    files: Vec<String>,
}

/// One section: its properties by their names in lower case.
#[derive(Clone, PartialEq, Eq)]
pub struct Section {
    kind: SectionKind,
    name: String,
    properties: Vec<(String, String)>,
}

/// Kinds of sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    /// `[profile NAME]`, `[default]`, in the credentials file `[NAME]`.
    Profile,
    /// `[sso-session NAME]`.
    SsoSession,
    /// `[services NAME]`.
    Services,
}

impl SharedConfig {
    /// Reads both files. One that does not exist is empty.
    ///
    /// # Errors
    ///
    /// A file that breaks the syntax; the error names file and line.
    pub async fn load(host: &dyn Host) -> Result<Self, SharedConfigError> {
        let mut config = SharedConfig { selected: selected_profile(host), ..SharedConfig::default() };
        for kind in [FileKind::Config, FileKind::Credentials] {
            let Some(path) = file_location(kind, host) else { continue };
            let Some(bytes) = host.read_file(&path).await else { continue };
            config.merge(&bytes, kind).map_err(|error| SharedConfigError { path: path.clone(), error })?;
            config.files.push(path);
        }
        Ok(config)
    }

    /// The profile that `AWS_PROFILE` selects, else `default`.
    pub fn selected(&self) -> &str {
        &self.selected
    }

    /// The files that were read, for error messages; where none was, where they would lie.
    pub fn files(&self) -> String {
        if self.files.is_empty() {
            "~/.aws/config, ~/.aws/credentials".to_owned()
        } else {
            self.files.join(", ")
        }
    }

    /// A property of the selected profile that is not empty.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.section(SectionKind::Profile, &self.selected)?.get(name)
    }

    /// A section, if there is one.
    pub fn section(&self, kind: SectionKind, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.kind == kind && section.name == name)
    }

    /// All sections.
    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter()
    }

    /// Whether the files hold no profile at all.
    pub fn has_no_profiles(&self) -> bool {
        !self.sections.iter().any(|section| section.kind == SectionKind::Profile)
    }

    /// The URL that the selected profile has for a service (`dynamodb`, `sts`): its services section's, else its own.
    ///
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
    pub fn endpoint_url(&self, service: &str) -> Option<&str> {
        let services = self.property("services").and_then(|name| self.section(SectionKind::Services, name));
        services
            .and_then(|services| services.sub_property(service, "endpoint_url"))
            .or_else(|| self.property("endpoint_url"))
    }

    fn merge(&mut self, bytes: &[u8], kind: FileKind) -> Result<(), ParseError> {
        for section in parse(bytes, kind)? {
            let same = |there: &&mut Section| there.kind == section.kind && there.name == section.name;
            match self.sections.iter_mut().find(same) {
                Some(there) => {
                    section.properties.into_iter().for_each(|(name, value)| there.set(name, value))
                }
                None => self.sections.push(section),
            }
        }
        Ok(())
    }
}

impl Section {
    fn new(kind: SectionKind, name: &str) -> Self {
        Section { kind, name: name.to_owned(), properties: Vec::new() }
    }

    /// The name after the section's kind.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is.
    pub fn kind(&self) -> SectionKind {
        self.kind
    }

    /// All properties: names and values.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &str)> {
        self.properties.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A property that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.properties.iter().find(|(there, _)| there == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// What is indented under a property: `endpoint_url` under `dynamodb =`.
    pub fn sub_property(&self, name: &str, sub_name: &str) -> Option<&str> {
        let mut lines = self.get(name)?.lines().filter_map(|line| line.split_once('='));
        let (_, value) = lines.rfind(|(there, _)| there.trim().eq_ignore_ascii_case(sub_name))?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    fn set(&mut self, name: String, value: String) {
        match self.properties.iter_mut().find(|(there, _)| *there == name) {
            Some((_, there)) => *there = value,
            None => self.properties.push((name, value)),
        }
    }
}

/// Values may be secrets.
impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.properties.iter().map(|(name, _)| name).collect();
        write!(f, "[{:?} {}] {names:?}", self.kind, self.name)
    }
}

/// A file that breaks the syntax. It quotes nothing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedConfigError {
    path: String,
    error: ParseError,
}

impl fmt::Display for SharedConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} line {}: {}", self.path, self.error.line, self.error.why)
    }
}

impl std::error::Error for SharedConfigError {}

#[cfg(test)]
mod tests;
