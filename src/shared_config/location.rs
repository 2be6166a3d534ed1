//! Where the files lie, and which profile of them counts.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html>

use crate::host::{Host, set_variable};

/// The two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// `~/.aws/config`.
    Config,
    /// `~/.aws/credentials`.
    Credentials,
}

/// `AWS_CONFIG_FILE` or `AWS_SHARED_CREDENTIALS_FILE`, else the file in `.aws` in the home directory; `None` without one.
pub fn file_location(kind: FileKind, host: &dyn Host) -> Option<String> {
    let (variable, default) = match kind {
        FileKind::Config => ("AWS_CONFIG_FILE", "~/.aws/config"),
        FileKind::Credentials => ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    };
    match set_variable(host, variable) {
        Some(path) => expand_home(&path, host),
        None => expand_home(default, host),
    }
}

/// `AWS_PROFILE`, else `default`.
pub fn selected_profile(host: &dyn Host) -> String {
    set_variable(host, "AWS_PROFILE").unwrap_or_else(|| "default".to_owned())
}

/// The path with `~/` replaced by the home directory; `None` where there is none.
pub fn expand_home(path: &str, host: &dyn Host) -> Option<String> {
    let Some(rest) = path.strip_prefix("~/").or(path.strip_prefix("~\\")) else {
        return Some(path.to_owned());
    };
    let home = home(host)?;
    // Only Windows has such home directories, and there a path looks like this.
    let path = if home.contains('\\') {
        let rest: String = rest.chars().map(|letter| if letter == '/' { '\\' } else { letter }).collect();
        format!("{home}\\{rest}")
    } else {
        format!("{home}/{rest}")
    };
    Some(path)
}

/// The user's home directory; the variables after the first are Windows's.
fn home(host: &dyn Host) -> Option<String> {
    let drive_and_path = || Some(set_variable(host, "HOMEDRIVE")? + &set_variable(host, "HOMEPATH")?);
    let home =
        set_variable(host, "HOME").or_else(|| set_variable(host, "USERPROFILE")).or_else(drive_and_path)?;
    Some(home.trim_end_matches(['/', '\\']).to_owned())
}
