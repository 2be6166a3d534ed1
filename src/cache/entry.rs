//! An entry: one cached page, route, image or fetch, and the row that holds it.

use super::tag_state::Standing;
use crate::dynamodb::{AttributeValue, Item};
use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

/// No row outlives this, also when Next says "never": 366 days, in seconds.
pub const MAX_TTL_S: u64 = 366 * 86_400;

/// An entry as a reader gets it.
pub struct Entry {
    /// What Next calls it.
    pub kind: Kind,
    /// Its own tags, as row keys hold them.
    pub tags: Rc<[String]>,
    /// When it was rendered, Unix milliseconds by its renderer's clock.
    pub last_modified_ms: u64,
    /// The log version that its renderer had seen before it rendered.
    pub revision: u64,
    /// How long Next wants it.
    pub lifetime: Lifetime,
    /// When its row goes, Unix seconds.
    pub expires_at_s: u64,
    /// Bytes of the encoded value.
    pub raw_bytes: usize,
    /// Bytes of the frame in the table.
    pub stored_bytes: usize,
    body: RefCell<Body>,
}

/// The value: as the codec made it, or as a runtime decoded it (then the bytes are let go).
enum Body {
    Encoded(Rc<[u8]>),
    Decoded(Rc<dyn Any>),
}

impl Entry {
    /// An entry from its row and the opened frame.
    pub fn new(row: &Row, raw: Vec<u8>) -> Self {
        Entry {
            kind: row.kind,
            tags: row.tags.clone(),
            last_modified_ms: row.last_modified_ms,
            revision: row.revision,
            lifetime: row.lifetime,
            expires_at_s: row.expires_at_s,
            raw_bytes: raw.len(),
            stored_bytes: row.stored_bytes,
            body: RefCell::new(Body::Encoded(raw.into())),
        }
    }

    /// The encoded value; `None` once it was decoded.
    pub fn encoded(&self) -> Option<Rc<[u8]>> {
        match &*self.body.borrow() {
            Body::Encoded(bytes) => Some(bytes.clone()),
            Body::Decoded(_) => None,
        }
    }

    /// The value as `decode` makes it. It is decoded once, and kept instead of the bytes.
    pub fn decoded<T: Any, E>(&self, decode: impl FnOnce(&[u8]) -> Result<T, E>) -> Result<Option<Rc<T>>, E> {
        let bytes = match &*self.body.borrow() {
            Body::Decoded(value) => return Ok(value.clone().downcast().ok()),
            Body::Encoded(bytes) => bytes.clone(),
        };
        let value = Rc::new(decode(&bytes)?);
        *self.body.borrow_mut() = Body::Decoded(value.clone());
        Ok(Some(value))
    }

    /// Whether its own revalidate time has passed.
    pub fn is_due(&self, now_ms: u64) -> bool {
        self.lifetime.is_due(self.last_modified_ms, now_ms)
    }

    /// What keeping it in memory costs, about.
    pub fn memory_bytes(&self) -> usize {
        self.raw_bytes + self.tags.iter().map(|tag| tag.len() + 24).sum::<usize>() + 256
    }
}

/// How long an entry is good, in Next's words and units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lifetime {
    /// When it is to be rendered again.
    pub revalidate: Revalidate,
    /// Seconds after which it must not be served any more; `None` when Next does not say.
    pub expire_s: Option<u64>,
}

/// Next's `revalidate`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Revalidate {
    /// Next did not say.
    #[default]
    Unknown,
    /// `false`: never by time.
    Never,
    /// Seconds.
    After(u64),
}

impl Lifetime {
    /// Whether the revalidate time of something rendered at `last_modified_ms` has passed.
    pub fn is_due(&self, last_modified_ms: u64, now_ms: u64) -> bool {
        match self.revalidate {
            Revalidate::After(seconds) => {
                now_ms >= last_modified_ms.saturating_add(seconds.saturating_mul(1000))
            }
            Revalidate::Never | Revalidate::Unknown => false,
        }
    }

    /// Seconds that its row lives: `expire`, else the longer of `revalidate` and the default; never `revalidate`
    /// alone, which would delete what should be served stale.
    pub fn ttl_s(&self, default_ttl_s: u64) -> u64 {
        let ttl_s = match (self.expire_s, self.revalidate) {
            (Some(expire_s), _) => expire_s,
            (None, Revalidate::After(seconds)) => seconds.max(default_ttl_s),
            (None, _) => default_ttl_s,
        };
        ttl_s.min(MAX_TTL_S)
    }
}

/// The kinds of value that Next's cache interface knows, of all supported versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A kind that this version does not know; its value round-trips all the same.
    Other,
    /// A cached fetch, or unstable_cache.
    Fetch,
    /// A page of the App Router.
    AppPage,
    /// A route handler.
    AppRoute,
    /// A page of the Pages Router.
    Pages,
    /// A redirect of the Pages Router.
    Redirect,
    /// An optimised image.
    Image,
    /// `null`: a cached notFound.
    NotFound,
    /// Next 14's page.
    Page,
    /// Next 14's route handler.
    Route,
    /// An entry of 'use cache'.
    UseCache,
}

impl Kind {
    const NAMES: [(Kind, &'static str); 11] = [
        (Kind::Other, "OTHER"),
        (Kind::Fetch, "FETCH"),
        (Kind::AppPage, "APP_PAGE"),
        (Kind::AppRoute, "APP_ROUTE"),
        (Kind::Pages, "PAGES"),
        (Kind::Redirect, "REDIRECT"),
        (Kind::Image, "IMAGE"),
        (Kind::NotFound, "NOT_FOUND"),
        (Kind::Page, "PAGE"),
        (Kind::Route, "ROUTE"),
        (Kind::UseCache, "USE_CACHE"),
    ];

    /// The kind that Next calls `name`.
    pub fn from_name(name: &str) -> Self {
        Self::NAMES.iter().find(|(_, known)| *known == name).map_or(Kind::Other, |(kind, _)| *kind)
    }

    /// Next's name; `NOT_FOUND` and `USE_CACHE`, which Next leaves nameless, are ours.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("OTHER", |(_, name)| name)
    }

    /// The byte that stands for it in a frame.
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// An entry's row, not yet opened.
#[derive(Debug)]
pub struct Row {
    /// What Next calls it.
    pub kind: Kind,
    /// Its own tags, as row keys hold them.
    pub tags: Rc<[String]>,
    /// When it was rendered, Unix milliseconds.
    pub last_modified_ms: u64,
    /// The log version that its renderer had seen before it rendered.
    pub revision: u64,
    /// How long Next wants it.
    pub lifetime: Lifetime,
    /// When the row goes, Unix seconds.
    pub expires_at_s: u64,
    /// Until when its tags' sentinel rows are there, Unix seconds.
    pub tags_until_s: u64,
    /// The frame, or its first part.
    pub value: Vec<u8>,
    /// Bytes of the whole frame.
    pub stored_bytes: usize,
    /// Bytes of the encoded value, before compression.
    pub raw_bytes: usize,
    /// Where the rest of the frame is.
    pub parts: Option<Parts>,
}

/// The part rows of a frame that is over one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// How many there are beside the entry row.
    pub count: u32,
    /// Which set of part rows it uses; sets take turns, so that readers under way find theirs.
    pub slot: u32,
    /// Which write they belong to: every part row repeats it.
    pub generation: u64,
}

impl Row {
    /// Reads an item; `None` when it is not an entry row of this version's layout.
    pub fn from_item(mut item: Item) -> Option<Self> {
        let value = item.remove("value")?.into_b()?;
        let number = |name: &str| item.get(name)?.as_u64();
        let tags: Option<Vec<_>> = match item.get("tags") {
            Some(tags) => tags.as_l()?.iter().map(|tag| tag.as_s().map(str::to_owned)).collect(),
            None => Some(Vec::new()),
        };
        let parts = match number("parts") {
            Some(count) => Some(Parts {
                count: u32::try_from(count).ok()?,
                slot: u32::try_from(number("slot")?).ok()?,
                generation: number("generation")?,
            }),
            None => None,
        };
        Some(Row {
            kind: Kind::from_name(item.get("kind")?.as_s()?),
            tags: tags?.into(),
            last_modified_ms: number("lastModified")?,
            revision: number("revision")?,
            lifetime: Lifetime::from_attribute(item.get("lifetime")?)?,
            expires_at_s: number("expiresAt")?,
            tags_until_s: number("tagsUntil").unwrap_or(0),
            stored_bytes: usize::try_from(number("storedSize")?).ok()?,
            raw_bytes: usize::try_from(number("rawSize")?).ok()?,
            value,
            parts,
        })
    }

    /// The item to put, under the row key `key`.
    pub fn into_item(self, key: String) -> Item {
        let mut item = Item::from([
            ("key".to_owned(), AttributeValue::S(key)),
            ("kind".to_owned(), AttributeValue::s(self.kind.name())),
            ("lastModified".to_owned(), AttributeValue::n(self.last_modified_ms)),
            ("revision".to_owned(), AttributeValue::n(self.revision)),
            ("lifetime".to_owned(), self.lifetime.to_attribute()),
            ("expiresAt".to_owned(), AttributeValue::n(self.expires_at_s)),
            ("storedSize".to_owned(), AttributeValue::n(self.stored_bytes as u64)),
            ("rawSize".to_owned(), AttributeValue::n(self.raw_bytes as u64)),
            ("value".to_owned(), AttributeValue::B(self.value)),
        ]);
        if !self.tags.is_empty() {
            let tags = self.tags.iter().map(|tag| AttributeValue::s(tag)).collect();
            item.insert("tags".to_owned(), AttributeValue::L(tags));
            item.insert("tagsUntil".to_owned(), AttributeValue::n(self.tags_until_s));
        }
        if let Some(parts) = self.parts {
            item.insert("parts".to_owned(), AttributeValue::n(u64::from(parts.count)));
            item.insert("slot".to_owned(), AttributeValue::n(u64::from(parts.slot)));
            item.insert("generation".to_owned(), AttributeValue::n(parts.generation));
        }
        item
    }
}

impl Lifetime {
    fn from_attribute(attribute: &AttributeValue) -> Option<Self> {
        let map = attribute.as_m()?;
        let revalidate = match map.get("revalidate") {
            None => Revalidate::Unknown,
            Some(AttributeValue::Bool(false)) => Revalidate::Never,
            Some(seconds) => Revalidate::After(seconds.as_u64()?),
        };
        let expire_s = match map.get("expire") {
            None => None,
            Some(seconds) => Some(seconds.as_u64()?),
        };
        Some(Lifetime { revalidate, expire_s })
    }

    fn to_attribute(self) -> AttributeValue {
        let mut map = Item::new();
        match self.revalidate {
            Revalidate::Unknown => {}
            Revalidate::Never => drop(map.insert("revalidate".to_owned(), AttributeValue::Bool(false))),
            Revalidate::After(seconds) => {
                drop(map.insert("revalidate".to_owned(), AttributeValue::n(seconds)))
            }
        }
        if let Some(expire_s) = self.expire_s {
            map.insert("expire".to_owned(), AttributeValue::n(expire_s));
        }
        AttributeValue::M(map)
    }
}

/// What a get found.
pub struct Lookup {
    /// The entry, or why there is none.
    pub outcome: Outcome,
    /// The log version that a render which this get calls for has seen: hand it to [`SetRequest::revision`](super::SetRequest).
    pub version: u64,
    /// Whether Next will render: it is a miss, stale, or its revalidate time has passed.
    pub calls_for_render: bool,
}

/// The answer of a get.
pub enum Outcome {
    /// To be served.
    Fresh(Rc<Entry>),
    /// To be served once more, and rendered again: these of its tags were revalidated.
    Stale(Rc<Entry>, Vec<String>),
    /// To be rendered.
    Miss(Miss),
}

/// Why a get is a miss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Miss {
    /// There is no such row, or its time is over.
    Absent,
    /// One of its tags was revalidated.
    Revalidated,
    /// The row or its parts are not what this version wrote.
    Unreadable(String),
    /// The store did not answer, or not in time.
    Unavailable(String),
}

impl Outcome {
    /// How the entry stands, `None` for a miss.
    pub fn standing(&self) -> Option<Standing> {
        match self {
            Outcome::Fresh(_) => Some(Standing::Fresh),
            Outcome::Stale(..) => Some(Standing::Stale),
            Outcome::Miss(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_lives_as_long_as_next_may_serve_it() {
        let lifetime = |revalidate, expire_s| Lifetime { revalidate, expire_s };
        assert_eq!(lifetime(Revalidate::After(60), Some(3600)).ttl_s(10), 3600);
        assert_eq!(lifetime(Revalidate::After(60), None).ttl_s(600), 600);
        assert_eq!(lifetime(Revalidate::After(900), None).ttl_s(600), 900);
        assert_eq!(lifetime(Revalidate::Never, None).ttl_s(600), 600);
        assert_eq!(lifetime(Revalidate::Never, Some(4_294_967_294)).ttl_s(600), MAX_TTL_S);
    }

    #[test]
    fn a_row_round_trips_through_its_item() {
        let row = |tags: Vec<String>, parts| Row {
            kind: Kind::AppPage,
            tags: tags.into(),
            last_modified_ms: 1_795_452_072_580,
            revision: 7,
            lifetime: Lifetime { revalidate: Revalidate::After(60), expire_s: Some(3600) },
            expires_at_s: 1_795_455_672,
            tags_until_s: 9,
            value: vec![1, 2, 3],
            stored_bytes: 3,
            raw_bytes: 10,
            parts,
        };
        let parts = Some(Parts { count: 2, slot: 3, generation: u64::MAX });
        for (tags, parts) in [(vec!["a".to_owned(), "b".to_owned()], parts), (vec!["a".to_owned()], None)] {
            let back = Row::from_item(row(tags.clone(), parts).into_item("k".into())).expect("an entry row");
            assert_eq!(format!("{back:?}"), format!("{:?}", row(tags, parts)));
        }
    }

    #[test]
    fn every_kind_has_its_own_name() {
        for (kind, name) in Kind::NAMES {
            assert_eq!((Kind::from_name(name), kind.name()), (kind, name));
        }
        assert_eq!(Kind::from_name("SOMETHING_NEW"), Kind::Other);
    }
}
