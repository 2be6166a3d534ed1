//! What a request does to a cache: gets an entry, renders what is missing or stale, stores it; or revalidates tags.

use crate::builds::Builds;
use crate::history::History;
use crate::plan::{KeyPlan, Plan};
use crate::process::Process;
use crate::revision::{RevisionRule, Told, Way};
use crate::stats::Stats;
use crate::truth::{Asked, Demand, Rendered, Truth};
use crate::world::World;
use nextjs_dynamodb_cache::cache::key::{Component, EntryKey};
use nextjs_dynamodb_cache::cache::{
    Durations, GetRequest, Lifetime, LogSource, Lookup, Miss, Moment, Outcome, Revalidate, SetRequest,
};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A tag that no page has.
pub const UNRELATED: &str = "unrelated";

/// Beyond a budget, for tasks to take turns; the clock stands still meanwhile, but milliseconds are rounded.
const SLACK_MS: u64 = 2;

/// What all requests of a history share.
pub struct Requests {
    pub world: Rc<World>,
    pub plan: Rc<Plan>,
    pub truth: Rc<Truth>,
    pub history: Rc<History>,
    pub stats: Rc<Stats>,
    pub builds: Builds,
}

/// What one get gave.
pub struct Answer {
    pub lookup: Lookup,
    /// What was so when it began.
    pub asked: Asked,
    /// The version of the log that was read when its request began.
    refreshed: Option<u64>,
}

impl Answer {
    /// The log that the revision of a render is a version of; `None` when its get had not seen the one that there was.
    fn epoch_of(&self, revision: Option<u64>) -> Option<u64> {
        let has_seen = match &self.lookup.outcome {
            Outcome::Miss(Miss::Unavailable(_)) => false,
            _ => self.refreshed.is_none() || self.refreshed == revision,
        };
        (has_seen || self.asked.epoch == 0).then_some(self.asked.epoch)
    }
}

impl Requests {
    /// A page is asked for: served, or rendered and stored.
    pub async fn page(self: Rc<Self>, process: Rc<Process>, page: KeyPlan) {
        let way = self.plan.rule.way(&mut self.world.random());
        let soft_tags = self.some_soft_tags();
        let asked = match way {
            Way::NoGet => None,
            _ => Some(self.get(&process, &page, &soft_tags).await),
        };
        let wanted = match asked.as_ref().map(|answer| answer.lookup.calls_for_render) {
            None => true,
            Some(false) => way.renders_on_demand() && self.world.chance(self.plan.on_demand),
            Some(true) => self.world.chance(0.9),
        };
        if let Some(answer) = &asked
            && self.served_from_build(&process, &page, &soft_tags, answer).await
        {
            return;
        }
        if wanted {
            let rendered = self.render(&process, &page).await;
            self.set(&process, &page, rendered, way, asked.as_ref()).await;
        }
    }

    /// A page is rendered and stored, whether or not it was there.
    pub async fn render_anew(self: Rc<Self>, process: Rc<Process>, page: KeyPlan) {
        let answer = self.get(&process, &page, &[]).await;
        self.world.sleep_us(2_000).await; // after the millisecond in which the log was read
        let rendered = self.render(&process, &page).await;
        if !self.set(&process, &page, rendered, self.plan.rule.calm_way(), Some(&answer)).await {
            self.history.violation(format!("{} was not stored although nothing goes wrong", page.key));
        }
    }

    /// A process that has slept while the log went back to a backup, and until it had as many events again, judges by those that it
    /// remembers: what others have rendered since is rendered once more. So it is where clocks hide that the log is another.
    pub async fn mend(self: Rc<Self>, process: Rc<Process>, page: KeyPlan) {
        let answer = self.get(&process, &page, &self.plan.soft_tags).await;
        if !matches!(answer.lookup.outcome, Outcome::Fresh(_)) {
            self.stats.mended.set(self.stats.mended.get() + 1);
            self.render_anew(process, page).await;
        }
    }

    /// One get, held to what is promised.
    pub async fn get(&self, process: &Process, page: &KeyPlan, soft_tags: &[String]) -> Answer {
        let Plan { config, .. } = &*self.plan;
        let asked_tags = components(&page.tags[..page.tags.len().min(self.world.within(0..=1) as usize)]);
        let soft = components(soft_tags);
        let tags: BTreeSet<_> = asked_tags.iter().chain(&soft).map(|tag| tag.as_str().to_owned()).collect();
        let asked = self.truth.ask(&page.key, tags, process, config.tag_freshness_ms);
        let refreshed = self.refresh(process, &page.key).await;
        let log = if refreshed.is_some() { LogSource::Known } else { LogSource::Read };
        let request = GetRequest { key: entry_key(page), tags: asked_tags, soft_tags: soft, log };
        let budget_ms = if process.answered.get() { config.read_timeout_ms } else { config.cold_timeout_ms };
        let began_us = self.world.now_us();
        let lookup = process.cache.get(&request).await;
        self.within_budget("get", process, began_us, budget_ms);
        // A read that overlaps with one from before a loss cannot be told from one that came late: the process goes on by
        // the log that it had, until it reads once more.
        let went_back_unseen = refreshed.is_some() && !self.history.knows(lookup.version);
        if !went_back_unseen {
            self.truth.check(&asked, &lookup.outcome, &process.clock);
        }
        self.stats.count(&lookup);
        let unavailable = matches!(&lookup.outcome, Outcome::Miss(Miss::Unavailable(_)));
        process.answered.set(process.answered.get() || !unavailable);
        self.world.trace(|| {
            let (owner, key, version) = (process.owner, &page.key, lookup.version);
            format!("{owner:?} get {key} with {soft_tags:?}: {}, version {version}", said(&lookup.outcome))
        });
        Answer { lookup, asked, refreshed }
    }

    /// With 'use cache' a request reads the log when it begins, and its gets are judged by that: its version.
    async fn refresh(&self, process: &Process, key: &str) -> Option<u64> {
        if self.plan.rule != RevisionRule::Process {
            return None;
        }
        let began_us = self.world.now_us();
        let refreshed = process.cache.refresh().await;
        self.within_budget("refreshTags", process, began_us, self.plan.config.cold_timeout_ms);
        self.world.trace(|| format!("{:?} refresh for {key}: {refreshed:?}", process.owner));
        refreshed.ok()
    }

    /// A render that begins now, and what it reads.
    pub async fn render(&self, process: &Process, page: &KeyPlan) -> (Moment, Rendered) {
        let began = process.moment();
        (began, self.read_sources(page).await)
    }

    /// Reads the source of every tag, a step each.
    pub async fn read_sources(&self, page: &KeyPlan) -> Rendered {
        let mut universe: Vec<_> = self.plan.tags.iter().chain(&self.plan.soft_tags).cloned().collect();
        self.world.random().shuffle(&mut universe);
        let mut read = BTreeMap::new();
        for tag in universe {
            self.step().await;
            read.insert(tag.clone(), self.truth.read(&tag));
        }
        self.step().await;
        read.extend(self.plan.many_tags.iter().map(|tag| (tag.clone(), self.truth.read(tag))));
        self.step().await;
        let KeyPlan { key, kind, size, tags } = page.clone();
        Rendered { key, kind, size, tags, read, epoch: None }
    }

    /// Stores a render; whether it was stored.
    pub async fn set(
        &self,
        process: &Process,
        page: &KeyPlan,
        (began, mut rendered): (Moment, Rendered),
        way: Way,
        answer: Option<&Answer>,
    ) -> bool {
        let Told { revision, began_at, overwrites } =
            way.told(process, began, answer.map(|answer| &answer.lookup));
        rendered.epoch = match answer {
            Some(answer) => answer.epoch_of(revision),
            None => Some(self.history.epoch()),
        };
        let epoch = self.history.epoch();
        let (number, body) = self.truth.rendered(rendered);
        let request = SetRequest {
            key: entry_key(page),
            kind: page.kind,
            tags: components(&page.tags),
            body,
            lifetime: Lifetime { revalidate: Revalidate::Never, expire_s: self.plan.expire_s },
            last_modified_ms: number, // nothing here is due by time, so it may say which render this is
            revision,
            began_at,
            overwrites,
            only_if_absent: false,
        };
        let began_us = self.world.now_us();
        let stored = process.cache.set(request).await;
        self.truth.stored(number);
        self.within_budget("set", process, began_us, self.plan.config.write_timeout_ms);
        self.world.trace(|| format!("{:?} set {}: {stored:?}", process.owner, page.key));
        self.stats.sets.set(self.stats.sets.get() + 1);
        let is_of_no_log = stored.as_ref().is_ok_and(|report| report.revision == 0);
        self.stats.of_no_log.set(self.stats.of_no_log.get() + u64::from(is_of_no_log));
        if overwrites && stored.is_ok() {
            self.truth.replaced(&page.key, number, epoch);
        }
        stored.is_ok()
    }

    /// The data behind some tags changes, and they are revalidated.
    pub async fn revalidate_some(self: Rc<Self>, process: Rc<Process>) {
        let mut tags: Vec<_> = self.plan.tags.iter().chain(&self.plan.soft_tags).cloned().collect();
        self.world.random().shuffle(&mut tags);
        tags.truncate(self.world.within(1..=2) as usize);
        if self.world.chance(0.3) {
            tags.extend(self.plan.many_tags.iter().cloned());
        }
        let expire_s = [None, Some(0), Some(1), Some(3), Some(600)];
        let soft = Durations { expire_s: *self.world.random().pick(&expire_s) };
        let durations = self.world.chance(0.4).then_some(soft);
        self.revalidate(&process, &tags, durations).await;
    }

    /// A tag is revalidated that no page has.
    pub async fn revalidate_unrelated(self: Rc<Self>, process: Rc<Process>) {
        self.revalidate(&process, &[UNRELATED.to_owned()], None).await;
    }

    /// Whether the table confirmed it.
    pub async fn revalidate(&self, process: &Process, tags: &[String], durations: Option<Durations>) -> bool {
        let changed: Vec<_> = tags.iter().map(|tag| (tag.clone(), self.truth.change(tag))).collect();
        self.step().await;
        let (now_ms, epoch) = (process.clock.now_ms(&self.world), self.history.epoch());
        let expires_at_ms = match durations {
            None | Some(Durations { expire_s: Some(0) }) => 0,
            Some(Durations { expire_s }) => expire_s.map_or(u64::MAX, |seconds| now_ms + seconds * 1000),
        };
        let began_us = self.world.now_us();
        let result = process.cache.revalidate_tags(&components(tags), durations).await;
        self.within_budget("revalidateTag", process, began_us, self.plan.config.write_timeout_ms);
        self.world.trace(|| format!("{:?} revalidate {tags:?} {durations:?}: {result:?}", process.owner));
        self.stats.revalidations.set(self.stats.revalidations.get() + 1);
        let (by, confirmed) = (process.owner, result.is_ok());
        for (tag, at_least) in changed {
            let stamped_ms = now_ms;
            self.truth.demand(Demand { tag, at_least, expires_at_ms, stamped_ms, epoch, by, confirmed });
        }
        confirmed
    }

    fn some_soft_tags(&self) -> Vec<String> {
        let soft_tags = &self.plan.soft_tags;
        soft_tags.iter().filter(|_| self.world.chance(0.3)).cloned().collect()
    }

    async fn step(&self) {
        self.world.sleep_us(self.world.within(1..=self.plan.render_step_us)).await;
    }

    pub fn within_budget(&self, what: &str, process: &Process, began_us: u64, budget_ms: u64) {
        if self.world.thaws_us(process.owner) > began_us {
            return; // it was frozen meanwhile
        }
        let took_ms = (self.world.now_us() - began_us) / 1000;
        if took_ms > budget_ms + SLACK_MS {
            self.history.violation(format!("a {what} took {took_ms} ms, its budget is {budget_ms} ms"));
        }
    }
}

fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Fresh(entry) => format!("fresh, revision {}", entry.revision),
        Outcome::Stale(entry, tags) => format!("stale by {tags:?}, revision {}", entry.revision),
        Outcome::Miss(miss) => format!("{miss:?}"),
    }
}

fn entry_key(page: &KeyPlan) -> EntryKey {
    EntryKey::new(Component::key(&page.key), None)
}

pub fn components(tags: &[String]) -> Vec<Component> {
    tags.iter().map(|tag| Component::tag(tag)).collect()
}
