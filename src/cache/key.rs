//! Row keys: every name that a user can choose is escaped, so that no two rows of different meaning share a key.
//!
//! An escaped name holds no `|` and no two underscores in a row, and `%` only before what an escape stands for. So a
//! prefix ends at the first `|`, a tag at the first `__`, and no entry looks like a row of the cache's own.

use crate::hex::hex;
use sha2::{Digest, Sha256};
use std::fmt;

/// DynamoDB takes 2,048 bytes in a partition key; a sentinel row names a tag, a key and a build beside the prefix.
const MAX_KEY_BYTES: usize = 1_024;
const MAX_TAG_BYTES: usize = 640;
const MAX_BUILD_BYTES: usize = 128;
const MAX_PREFIX_BYTES: usize = 160;

/// A name that a user chose, as row keys hold it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Component {
    name: String,
    /// The escaped name in full, where `name` is its hash.
    full: Option<String>,
}

impl Component {
    /// A cache key.
    pub fn key(key: &str) -> Self {
        Self::new(escape(key.encode_utf16()), MAX_KEY_BYTES, key.encode_utf16())
    }

    /// A cache key that may hold lone surrogates, as JavaScript's strings do.
    pub fn key_utf16(key: &[u16]) -> Self {
        Self::new(escape(key.iter().copied()), MAX_KEY_BYTES, key.iter().copied())
    }

    /// A tag.
    pub fn tag(tag: &str) -> Self {
        Self::new(close(escape(tag.encode_utf16())), MAX_TAG_BYTES, tag.encode_utf16())
    }

    /// A tag that may hold lone surrogates.
    pub fn tag_utf16(tag: &[u16]) -> Self {
        Self::new(close(escape(tag.iter().copied())), MAX_TAG_BYTES, tag.iter().copied())
    }

    /// A build id.
    pub fn build(build: &str) -> Self {
        Self::new(escape(build.encode_utf16()), MAX_BUILD_BYTES, build.encode_utf16())
    }

    /// The name as row keys hold it.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    fn new(escaped: String, max_bytes: usize, code_units: impl Iterator<Item = u16>) -> Self {
        if escaped.len() <= max_bytes {
            return Component { name: escaped, full: None };
        }
        Component { name: format!("%h{}", sha256_hex(code_units)), full: Some(escaped) }
    }

    fn full(&self) -> &str {
        self.full.as_deref().unwrap_or(&self.name)
    }
}

/// What every row key starts with, so that several applications can share a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prefix {
    escaped: String,
}

impl Prefix {
    /// A prefix; the empty one adds nothing to a row key.
    pub fn new(prefix: &str) -> Result<Self, PrefixTooLong> {
        if prefix.is_empty() {
            return Ok(Prefix::default());
        }
        let escaped = format!("{}|", escape(prefix.encode_utf16()));
        if escaped.len() > MAX_PREFIX_BYTES {
            Err(PrefixTooLong(escaped.len()))
        } else {
            Ok(Prefix { escaped })
        }
    }
}

/// The prefix leaves too little room in a row key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrefixTooLong(usize);

impl fmt::Display for PrefixTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the option keyPrefix takes {} bytes in a row key, the limit is {MAX_PREFIX_BYTES}: shorten it",
            self.0
        )
    }
}

/// Names one entry: a key, and the build that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryKey {
    name: String,
    echo: String,
}

impl EntryKey {
    /// An entry of one build, or of all builds.
    pub fn new(key: Component, build: Option<Component>) -> Self {
        let scoped = |name: &str, build: &Option<Component>| match build {
            Some(build) => format!("{name}%b{}", build.as_str()),
            None => name.to_owned(),
        };
        EntryKey { name: scoped(key.as_str(), &build), echo: scoped(key.full(), &build) }
    }

    /// The full key, which an entry repeats and a reader compares: row keys may be hashes.
    pub fn echo(&self) -> &[u8] {
        self.echo.as_bytes()
    }
}

/// The row keys of one cache.
///
/// ```
/// use nextjs_dynamodb_cache::cache::key::{Component, EntryKey, Prefix, Rows};
///
/// let rows = Rows::new(Prefix::new("shop").expect("short enough"));
/// let page = EntryKey::new(Component::key("/blog"), Some(Component::build("b1")));
/// let tag = Component::tag("posts");
/// assert_eq!(rows.entry(&page), "shop|/blog%bb1");
/// assert_eq!(rows.tag_sentinel_of(tag.as_str(), &page), "shop|__tag__posts__/blog%bb1");
/// ```
#[derive(Clone, Debug)]
pub struct Rows {
    prefix: Prefix,
}

/// The revalidation log.
pub(crate) const LOG: &str = "__revalidations__";
/// Before the tag and the key of a sentinel row.
pub(crate) const SENTINEL: &str = "__tag__";
/// Before the tag of a state row.
pub(crate) const STATE: &str = "__revalidated__";
/// Before the number, slot and key of a part.
pub(crate) const PART: &str = "__part__";
/// Before the key of what is being rendered.
pub(crate) const LEASE: &str = "__lease__";

impl Rows {
    /// The rows under one prefix.
    pub fn new(prefix: Prefix) -> Self {
        Rows { prefix }
    }

    /// What each of them starts with.
    #[cfg(feature = "admin")]
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix.escaped
    }

    /// An entry.
    pub fn entry(&self, key: &EntryKey) -> String {
        format!("{}{}", self.prefix.escaped, key.name)
    }

    /// The `n`th part of a large entry, in one of the sets of part rows that take turns.
    pub fn part(&self, n: u32, slot: u32, key: &EntryKey) -> String {
        format!("{}{PART}{n}__{slot}__{}", self.prefix.escaped, key.name)
    }

    /// The lease by which one process renders the entry of a row.
    pub fn lease_of(&self, row: &str) -> String {
        let name = row.strip_prefix(&self.prefix.escaped).unwrap_or(row);
        format!("{}{LEASE}{name}", self.prefix.escaped)
    }

    /// The revalidation log.
    pub fn log(&self) -> String {
        format!("{}{LOG}", self.prefix.escaped)
    }

    /// The state of a tag (as [`Component::as_str`] gives it).
    pub fn tag_state_of(&self, tag: &str) -> String {
        format!("{}{STATE}{tag}", self.prefix.escaped)
    }

    /// The row by which the index finds an entry of a tag.
    pub fn tag_sentinel_of(&self, tag: &str, key: &EntryKey) -> String {
        format!("{}{SENTINEL}{tag}__{}", self.prefix.escaped, key.name)
    }

    /// A tag as the index's key.
    pub fn index_tag_of(&self, tag: &str) -> String {
        format!("{}{tag}", self.prefix.escaped)
    }

    /// The entry row that a sentinel row stands for; `None` when it is no sentinel row under this prefix.
    pub fn entry_of_sentinel(&self, sentinel: &str) -> Option<String> {
        let tag_and_key = sentinel.strip_prefix(&self.prefix.escaped)?.strip_prefix(SENTINEL)?;
        let end_of_tag = tag_and_key.as_bytes().windows(2).position(|pair| pair == b"__")?;
        let key = tag_and_key.get(end_of_tag + 2..)?;
        Some(format!("{}{key}", self.prefix.escaped))
    }
}

/// Escapes what would give a name another meaning in a row key.
fn escape(code_units: impl Iterator<Item = u16>) -> String {
    let mut escaped = String::new();
    for character in char::decode_utf16(code_units) {
        match character {
            Ok('%') => escaped.push_str("%25"),
            Ok('|') => escaped.push_str("%7C"),
            Ok('_') if escaped.ends_with('_') => escaped.push_str("%5F"),
            Ok(character) => escaped.push(character),
            Err(lone) => escaped.push_str(&format!("%u{:04X}", lone.unpaired_surrogate())),
        }
    }
    if escaped.is_empty() {
        escaped.push_str("%e"); // DynamoDB refuses an empty key
    }
    escaped
}

/// A tag is followed by `__`: its last character must not be one of them.
fn close(mut escaped: String) -> String {
    if escaped.ends_with('_') {
        escaped.pop();
        escaped.push_str("%5F");
    }
    escaped
}

fn sha256_hex(code_units: impl Iterator<Item = u16>) -> String {
    let mut hash = Sha256::new();
    code_units.for_each(|unit| hash.update(unit.to_le_bytes()));
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(prefix: &str) -> Rows {
        Rows::new(Prefix::new(prefix).expect("short enough"))
    }

    fn entry(key: &str) -> EntryKey {
        EntryKey::new(Component::key(key), None)
    }

    #[test]
    fn ordinary_names_stand_as_they_are() {
        let key = EntryKey::new(Component::key("/blog/[slug]/é"), Some(Component::build("b-1")));
        assert_eq!(rows("app").entry(&key), "app|/blog/[slug]/é%bb-1");
        let sentinel = rows("").tag_sentinel_of(Component::tag("_N_T_/layout").as_str(), &entry("/a"));
        assert_eq!(sentinel, "__tag___N_T_/layout__/a");
    }

    #[test]
    fn an_entry_never_takes_the_place_of_another_row() {
        let rows = rows("");
        for own in
            [rows.log(), rows.tag_state_of("t"), rows.part(1, 0, &entry("k")), "a|b".into(), "%h".into()]
        {
            assert_ne!(rows.entry(&entry(&own)), own);
        }
    }

    #[test]
    fn a_prefix_and_a_key_do_not_run_together() {
        assert_ne!(rows("a").entry(&entry("b|c")), rows("a|b").entry(&entry("c")));
        assert_ne!(rows("a").entry(&entry("__tag__x")), rows("a__tag__").entry(&entry("x")));
    }

    #[test]
    fn a_sentinel_names_its_entry() {
        let rows = rows("p_");
        for (tag, key) in [("a", "_k"), ("a_", "k"), ("a__b", "__k__"), ("", ""), ("_", "_")] {
            let sentinel = rows.tag_sentinel_of(Component::tag(tag).as_str(), &entry(key));
            assert_eq!(rows.entry_of_sentinel(&sentinel), Some(rows.entry(&entry(key))), "{tag:?} {key:?}");
        }
        assert_eq!(rows.entry_of_sentinel("__tag__a__k"), None);
    }

    #[test]
    fn lone_surrogates_stay_apart() {
        let names = [0xD800, 0xD801, 0xDC00].map(|unit| Component::key_utf16(&[unit]));
        assert!(names[0] != names[1] && names[1] != names[2]);
        let long = |unit| Component::key_utf16(&vec![unit; 2_000]);
        assert_ne!(long(0xD800).as_str(), long(0xD801).as_str());
        assert_ne!(Component::key_utf16(&[0xD800]), Component::key("%uD800"));
    }

    #[test]
    fn long_names_are_hashed_and_echoed_in_full() {
        let long = "x".repeat(5_000);
        let key = EntryKey::new(Component::key(&long), Some(Component::build(&long)));
        let sentinel = rows(&"p".repeat(100)).tag_sentinel_of(Component::tag(&long).as_str(), &key);
        assert!(sentinel.len() < 400);
        assert!(key.echo().starts_with(long.as_bytes()));
        let longest =
            EntryKey::new(Component::key(&"k".repeat(1_024)), Some(Component::build(&"b".repeat(128))));
        let tag = Component::tag(&"t".repeat(640));
        assert!(rows(&"p".repeat(159)).tag_sentinel_of(tag.as_str(), &longest).len() <= 2_048);
        assert!(Prefix::new(&"p".repeat(160)).is_err());
    }
}
