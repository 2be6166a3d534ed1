//! How a set is told which render it answers, which decides the revision of what it stores.

use crate::process::Process;
use crate::random::Random;
use nextjs_dynamodb_cache::cache::{Lookup, Moment};

/// What holds for a whole history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevisionRule {
    /// A handler instance per request: the version that its get had seen.
    Instance,
    /// One instance for all: the cache must work it out from the renders on record.
    SharedInstance,
    /// Each request as it comes, also such as store without a get of their own.
    Mixed,
    /// 'use cache': the version that the process had seen when the render began. A request reads the log once.
    Process,
}

/// How one request does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It names the version of its own get.
    OwnGet,
    /// It has asked, and yet cannot say what it was told.
    Nameless,
    /// Nor can this one, but when it began.
    Dated,
    /// It names what its process had seen when it began, and has read the log then.
    Began,
    /// It has not asked at all (Next skips the get of a fetch in on-demand revalidation): when it began is all that it knows.
    NoGet,
}

/// What a set is told of its render.
pub struct Told {
    pub revision: Option<u64>,
    pub began_at: Option<u64>,
    pub overwrites: bool,
}

impl RevisionRule {
    pub fn draw(random: &mut Random) -> Self {
        match random.within(0..=11) {
            0..=4 => RevisionRule::Instance,
            5..=6 => RevisionRule::SharedInstance,
            7..=8 => RevisionRule::Mixed,
            _ => RevisionRule::Process,
        }
    }

    pub fn way(self, random: &mut Random) -> Way {
        match self {
            RevisionRule::Instance => Way::OwnGet,
            RevisionRule::SharedInstance => Way::Nameless,
            RevisionRule::Mixed => *random.pick(&[Way::OwnGet, Way::Dated, Way::NoGet]),
            RevisionRule::Process => Way::Began,
        }
    }

    /// How it is done in calm, where a history is held to what its requests do by themselves.
    pub fn calm_way(self) -> Way {
        match self {
            RevisionRule::Instance | RevisionRule::Mixed => Way::OwnGet,
            RevisionRule::SharedInstance => Way::Nameless,
            RevisionRule::Process => Way::Began,
        }
    }
}

impl Way {
    /// Whether a request may render what its get has called for no render of: a set that cannot name that render has none on record.
    pub fn renders_on_demand(self) -> bool {
        self != Way::Nameless
    }

    /// What the set of a render that `began` then is told; `lookup` is that of its own get.
    pub fn told(self, process: &Process, began: Moment, lookup: Option<&Lookup>) -> Told {
        let revision = match self {
            Way::OwnGet => lookup.map(|lookup| lookup.version),
            Way::Nameless | Way::Dated | Way::NoGet => None,
            Way::Began => Some(process.cache.version_at(began)),
        };
        let began_at = matches!(self, Way::Dated | Way::NoGet).then(|| process.cache.version_at(began));
        let overwrites = lookup.is_none_or(|lookup| !lookup.calls_for_render);
        Told { revision, began_at, overwrites }
    }
}
