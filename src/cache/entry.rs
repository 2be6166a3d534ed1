//! An entry as a reader gets it, and the answer of a get.

use super::kind::Kind;
use super::lifetime::Lifetime;
use super::row::Row;
use super::tag_state::Standing;
use crate::dynamodb::Error;
use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

/// What a get found.
pub struct Lookup {
    /// The entry, or why there is none.
    pub outcome: Outcome,
    /// The log version that a render which this get calls for has seen: hand it to [`SetRequest::revision`](super::SetRequest).
    pub version: u64,
    /// Whether Next is to render: it is a miss, stale, or its revalidate time has passed, and no other process has the lease.
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

impl Miss {
    /// What the store answered within the time limit, if it did.
    pub(super) fn unless_answered<T>(answer: Option<Result<T, Rc<Error>>>) -> Result<T, Self> {
        match answer {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(error)) => Err(Miss::unavailable(&error)),
            None => Err(Miss::Unavailable("no answer within the time limit".to_owned())),
        }
    }

    /// The store did not answer.
    pub(super) fn unavailable(error: &Error) -> Self {
        Miss::Unavailable(error.to_string())
    }
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
    Encoded(Rc<Vec<u8>>),
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
            body: RefCell::new(Body::Encoded(Rc::new(raw))),
        }
    }

    /// The encoded value; `None` once it was decoded.
    pub fn encoded(&self) -> Option<Rc<Vec<u8>>> {
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
