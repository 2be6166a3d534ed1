//! How entries stand towards the revalidations of their tags.

use super::entry::Miss;
use super::get::{GetRequest, LogSource};
use super::key::Component;
use super::log::Log;
use super::tag_state::{Standing, TagState};
use super::{Cache, Inner};
use crate::dynamodb::Error;
use crate::host::Deadline;
use crate::sharing::within;
use std::cell::Cell;
use std::rc::Rc;

/// How something with tags stands.
pub struct Judged {
    /// The worst standing towards any of its tags.
    pub standing: Standing,
    /// The tags that were revalidated since, as row keys hold them.
    pub revalidated: Vec<String>,
}

impl Cache {
    /// When any of the tags expired last, Unix milliseconds by the clock of the host that revalidated it; 0 is never.
    pub async fn expiration(&self, tags: &[Component]) -> Result<u64, Miss> {
        let inner = &self.inner;
        let deadline = inner.read_deadline();
        Miss::unless_answered(within(&inner.host, deadline, inner.expiration_of(tags, deadline)).await)
    }

    /// Judges something that the build prerendered: it has no revision, so the events' wall time counts.
    ///
    /// `version` is what the [`Lookup`] that found nothing in the table gave; no newer log read is made.
    pub async fn judge_built(
        &self,
        tags: &[Component],
        built_at_ms: u64,
        version: u64,
    ) -> Result<Judged, Miss> {
        let inner = &self.inner;
        let deadline = inner.read_deadline();
        let judging = inner.judge_by_time(tags, built_at_ms, version, deadline);
        Miss::unless_answered(within(&inner.host, deadline, judging).await)
    }
}

impl Inner {
    /// How an entry with these tags, and those that the request adds, stands towards the log.
    pub(super) async fn judge(
        &self,
        request: &GetRequest,
        tags: &[String],
        revision: u64,
        log: &Log,
        deadline: Deadline,
    ) -> Result<Judged, Rc<Error>> {
        if !log.has_had(revision) {
            // Rendered when there was another log, and what that one said since is lost.
            return Ok(Judged { standing: Standing::Expired, revalidated: Vec::new() });
        }
        let asked = request.tags.iter().chain(&request.soft_tags).map(Component::as_str);
        let all = tags.iter().map(String::as_str).chain(asked);
        let revision = log.counted(revision);
        let now_ms = self.host.now_ms();
        let standing = |state: &TagState| state.standing(revision, now_ms);
        self.weigh(all, log, revision < log.floor, &standing, deadline).await
    }

    /// The worst standing of any of the tags; reads state rows where they count and this process does not know them.
    async fn weigh<'a>(
        &self,
        tags: impl Iterator<Item = &'a str>,
        log: &Log,
        below_floor: bool,
        standing: &dyn Fn(&TagState) -> Standing,
        deadline: Deadline,
    ) -> Result<Judged, Rc<Error>> {
        let mut judged = Judged { standing: Standing::Fresh, revalidated: Vec::new() };
        let mut unknown = Vec::new();
        let now_ms = self.host.now_ms();
        self.unconfirmed.borrow_mut().forget_confirmed(self.host.monotonic_ms());
        for tag in tags {
            let mut state = log.state_of(tag);
            if below_floor && !self.knowledge.borrow().complete(tag, &mut state) {
                unknown.push(tag.to_owned());
            }
            let held = self.unconfirmed.borrow().standing(tag, log.version(), now_ms);
            judged.add(tag, standing(&state).max(held));
        }
        if judged.standing == Standing::Expired || unknown.is_empty() {
            return Ok(judged);
        }
        for (tag, mut state) in self.read_tag_states(&unknown, deadline).await.map_err(Rc::new)? {
            self.knowledge.borrow_mut().remember(&tag, &state, log.floor);
            state.merge(&log.state_of(&tag));
            judged.add(&tag, standing(&state));
        }
        Ok(judged)
    }

    async fn judge_by_time(
        self: &Rc<Self>,
        tags: &[Component],
        built_at_ms: u64,
        version: u64,
        deadline: Deadline,
    ) -> Result<Judged, Rc<Error>> {
        let latest = self.knowledge.borrow().latest_since(version);
        let log = match latest {
            Some(log) => log,
            None => self.read_log(deadline).await?,
        };
        let now_ms = self.host.now_ms();
        let standing = |state: &TagState| state.standing_of_built(built_at_ms, now_ms);
        self.weigh(tags.iter().map(Component::as_str), &log, log.is_compacted(), &standing, deadline).await
    }

    async fn expiration_of(
        self: &Rc<Self>,
        tags: &[Component],
        deadline: Deadline,
    ) -> Result<u64, Rc<Error>> {
        let log = self.log_for(LogSource::Known, deadline).await?;
        let now_ms = self.host.now_ms();
        let expired_at_ms = Cell::new(0);
        let standing = |state: &TagState| {
            expired_at_ms.set(expired_at_ms.get().max(state.expired_at_ms(now_ms)));
            Standing::Fresh
        };
        let names = tags.iter().map(Component::as_str);
        let held = self.weigh(names, &log, log.is_compacted(), &standing, deadline).await?;
        // What the store has not confirmed is in no state.
        Ok(if held.standing == Standing::Expired { now_ms } else { expired_at_ms.get() })
    }
}

impl Judged {
    fn add(&mut self, tag: &str, standing: Standing) {
        if standing != Standing::Fresh && !self.revalidated.iter().any(|known| known == tag) {
            self.revalidated.push(tag.to_owned());
        }
        self.standing = self.standing.max(standing);
    }
}
