//! Row keys back to what they stand for.

use crate::cache::key::{LEASE, LOG, PART, Rows, SENTINEL, STATE};

/// What a row is, by its key. Names are as a user wrote them, where they are not hashes (`%h…`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowName {
    /// The revalidation log.
    Log,
    /// What compaction kept of a tag's revalidations.
    TagState(String),
    /// By it the index finds an entry of a tag.
    Sentinel {
        /// The tag.
        tag: String,
        /// The entry's row key.
        entry: String,
    },
    /// A part of a large entry.
    Part {
        /// The entry's row key.
        entry: String,
    },
    /// By it one process renders an entry.
    Lease {
        /// The entry's row key.
        entry: String,
    },
    /// An entry.
    Entry {
        /// Next's key.
        key: String,
        /// The build that it belongs to.
        build: Option<String>,
    },
}

impl RowName {
    /// Reads a row key; `None` for one under another prefix.
    pub fn parse(rows: &Rows, row: &str) -> Option<Self> {
        let name = row.strip_prefix(rows.prefix())?;
        if name.contains('|') {
            return None; // escaped names hold none: it ends another prefix
        }
        let entry = |name: &str| format!("{}{name}", rows.prefix());
        if name == LOG {
            return Some(RowName::Log);
        }
        if let Some(tag) = name.strip_prefix(STATE) {
            return Some(RowName::TagState(unescape(tag)));
        }
        if let Some((tag, key)) = name.strip_prefix(SENTINEL).and_then(|rest| rest.split_once("__")) {
            return Some(RowName::Sentinel { tag: unescape(tag), entry: entry(key) });
        }
        if let Some(rest) = name.strip_prefix(PART) {
            let (_, slot_and_key) = rest.split_once("__")?;
            let (_, key) = slot_and_key.split_once("__")?;
            return Some(RowName::Part { entry: entry(key) });
        }
        if let Some(key) = name.strip_prefix(LEASE) {
            return Some(RowName::Lease { entry: entry(key) });
        }
        let (key, build) = match name.rsplit_once("%b") {
            Some((key, build)) => (key, Some(unescape(build))),
            None => (name, None),
        };
        Some(RowName::Entry { key: unescape(key), build })
    }
}

/// Undoes what row keys do to names.
pub fn unescape(name: &str) -> String {
    let mut pieces = name.split('%');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let known = [("25", "%"), ("7C", "|"), ("5F", "_"), ("e", "")];
        match known.iter().find_map(|(code, meant)| Some((*meant, piece.strip_prefix(code)?))) {
            Some((meant, rest)) => {
                text.push_str(meant);
                text.push_str(rest);
            }
            // A hash or a lone surrogate: shown as the row has it.
            None => {
                text.push('%');
                text.push_str(piece);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::key::{Component, EntryKey, Prefix};

    #[test]
    fn every_row_is_told_by_its_key() {
        for prefix in ["", "a_b|c"] {
            let rows = Rows::new(Prefix::new(prefix).expect("short"));
            let parse = |row: &str| RowName::parse(&rows, row).expect("of this prefix");
            for key in ["/blog", "__tag__%|_", "", "a%25b", "/a__b_"] {
                for build in [None, Some("b_1%b")] {
                    let entry = EntryKey::new(Component::key(key), build.map(Component::build));
                    let (row, build) = (rows.entry(&entry), build.map(str::to_owned));
                    assert_eq!(parse(&row), RowName::Entry { key: key.to_owned(), build });
                    let tag = Component::tag("_N_T_/a__");
                    let sentinel = rows.tag_sentinel_of(tag.as_str(), &entry);
                    let found = RowName::Sentinel { tag: "_N_T_/a__".to_owned(), entry: row.clone() };
                    assert_eq!(parse(&sentinel), found);
                    assert_eq!(parse(&rows.lease_of(&row)), RowName::Lease { entry: row.clone() });
                    assert_eq!(parse(&rows.part(3, 1, &entry)), RowName::Part { entry: row });
                    assert_eq!(
                        parse(&rows.tag_state_of(tag.as_str())),
                        RowName::TagState("_N_T_/a__".to_owned())
                    );
                }
            }
            assert_eq!(parse(&rows.log()), RowName::Log);
            assert_eq!(RowName::parse(&rows, "other|/blog"), None);
        }
    }
}
