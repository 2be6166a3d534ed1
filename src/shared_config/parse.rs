//! The syntax of both files. What has an invalid name is skipped, what breaks the syntax is an error.

use super::{FileKind, Section, SectionKind};

/// A line that breaks the syntax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: &'static str,
}

/// The valid sections of a file.
pub fn parse(bytes: &[u8], kind: FileKind) -> Result<Vec<Section>, ParseError> {
    let Ok(text) = str::from_utf8(bytes) else {
        return Err(ParseError { line: 1, why: "the file is not UTF-8" });
    };
    let mut file = File { kind, sections: Vec::new(), place: Place::BeforeSections };
    for (line, text) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        file.read(text).map_err(|why| ParseError { line, why })?;
    }
    Ok(file.into_sections())
}

/// White space as the format has it: not what Unicode has.
const SPACE: [char; 2] = [' ', '\t'];
const COMMENT: [char; 2] = ['#', ';'];

/// A file that has been read up to some line.
struct File {
    kind: FileKind,
    sections: Vec<Found>,
    place: Place,
}

/// A section as it is written. `[default]` and `[profile default]` are two: where the second one is, the first is void.
struct Found {
    section: Section,
    is_valid: bool,
    has_prefix: bool,
}

#[derive(Clone, Copy)]
enum Place {
    BeforeSections,
    /// The section's index.
    In(usize),
    /// Also whether its value began empty, so that what is indented under it are properties.
    AfterProperty {
        section: usize,
        has_sub_properties: bool,
    },
}

impl File {
    fn read(&mut self, line: &str) -> Result<(), &'static str> {
        if line.trim_matches(SPACE).is_empty() || line.starts_with(COMMENT) {
            return Ok(());
        }
        if line.starts_with('[') {
            self.read_header(line)
        } else if line.starts_with(SPACE) {
            self.read_continuation(line.trim_matches(SPACE))
        } else {
            self.read_property(line)
        }
    }

    fn read_header(&mut self, line: &str) -> Result<(), &'static str> {
        let header = line.split(COMMENT).next().unwrap_or_default().trim_matches(SPACE);
        let inside = header.strip_prefix('[').and_then(|header| header.strip_suffix(']'));
        let found = self.found(inside.ok_or("Profile definition must end with ']'")?.trim_matches(SPACE));
        let same = |there: &Found| {
            there.section.kind == found.section.kind
                && there.section.name == found.section.name
                && (there.is_valid, there.has_prefix) == (found.is_valid, found.has_prefix)
        };
        let index = self.sections.iter().position(same).unwrap_or_else(|| {
            self.sections.push(found);
            self.sections.len() - 1
        });
        self.place = Place::In(index);
        Ok(())
    }

    /// The section that a header begins.
    fn found(&self, inside: &str) -> Found {
        let (prefix, name) = match inside.split_once(SPACE) {
            Some((prefix, name)) => (Some(prefix), name.trim_matches(SPACE)),
            None => (None, inside),
        };
        let kind = match (self.kind, prefix) {
            (FileKind::Config, None) if name == "default" => Some(SectionKind::Profile),
            (FileKind::Config, Some("profile")) | (FileKind::Credentials, None) => Some(SectionKind::Profile),
            (FileKind::Config, Some("sso-session")) => Some(SectionKind::SsoSession),
            (FileKind::Config, Some("services")) => Some(SectionKind::Services),
            _ => None,
        };
        let section = Section::new(kind.unwrap_or(SectionKind::Profile), name);
        Found { section, is_valid: kind.is_some() && is_identifier(name), has_prefix: prefix.is_some() }
    }

    fn read_property(&mut self, line: &str) -> Result<(), &'static str> {
        let section = match self.place {
            Place::BeforeSections => return Err("Expected a profile definition"),
            Place::In(section) | Place::AfterProperty { section, .. } => section,
        };
        let (name, value) =
            without_comment(line).split_once('=').ok_or("Expected an '=' sign defining a property")?;
        let (name, value) = (name.trim_matches(SPACE).to_ascii_lowercase(), value.trim_matches(SPACE));
        if name.is_empty() {
            return Err("Property did not have a name");
        }
        self.place = Place::AfterProperty { section, has_sub_properties: value.is_empty() };
        if let Some(found) = self.sections.get_mut(section) {
            // The one that continuations belong to is the last one.
            found.section.properties.retain(|(there, _)| *there != name);
            found.section.properties.push((name, value.to_owned()));
        }
        Ok(())
    }

    fn read_continuation(&mut self, line: &str) -> Result<(), &'static str> {
        let (section, has_sub_properties) = match self.place {
            Place::BeforeSections => return Err("Expected a profile definition"),
            Place::In(_) => return Err("Expected a property definition, found continuation"),
            Place::AfterProperty { section, has_sub_properties } => (section, has_sub_properties),
        };
        if has_sub_properties {
            let (name, _) = without_comment(line)
                .split_once('=')
                .ok_or("Expected an '=' sign defining a sub-property")?;
            if name.trim_matches(SPACE).is_empty() {
                return Err("Sub-property did not have a name");
            }
        }
        let property = self.sections.get_mut(section).and_then(|found| found.section.properties.last_mut());
        if let Some((_, value)) = property {
            value.push('\n');
            value.push_str(line);
        }
        Ok(())
    }

    fn into_sections(self) -> Vec<Section> {
        let is_default =
            |found: &Found| found.section.name == "default" && found.section.kind == SectionKind::Profile;
        let has_prefixed_default =
            self.sections.iter().any(|found| found.is_valid && found.has_prefix && is_default(found));
        let counts = |found: &Found| {
            found.is_valid && (found.has_prefix || !has_prefixed_default || !is_default(found))
        };
        let sections = self.sections.into_iter().filter(counts).map(|found| found.section);
        sections
            .map(|mut section| {
                section.properties.retain(|(name, _)| is_identifier(name));
                section
            })
            .collect()
    }
}

/// A comment in a property's line begins after white space.
fn without_comment(line: &str) -> &str {
    let begins =
        |(at, _): &(usize, &str)| line.get(..*at).is_some_and(|before| before.ends_with(char::is_whitespace));
    let comment = line.match_indices(COMMENT).find(begins);
    comment.and_then(|(at, _)| line.get(..at)).unwrap_or(line).trim_matches(SPACE)
}

fn is_identifier(name: &str) -> bool {
    name.chars().all(|character| character.is_ascii_alphanumeric() || "_-/.%@:+".contains(character))
}
