//! What a request does to a cache: gets an entry, renders what is missing or stale, stores it; or revalidates tags.

use crate::history::History;
use crate::plan::{KeyPlan, Plan, RevisionRule};
use crate::process::Process;
use crate::stats::Stats;
use crate::truth::{Demand, Rendered, Truth};
use crate::world::World;
use nextjs_dynamodb_cache::cache::key::{Component, EntryKey};
use nextjs_dynamodb_cache::cache::{
    Durations, GetRequest, Kind, Lifetime, LogSource, Lookup, Moment, Outcome, Revalidate, SetRequest,
};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Beyond a budget, for tasks to take turns; the clock stands still meanwhile, but milliseconds are rounded.
const SLACK_MS: u64 = 2;

/// What all requests of a history share.
pub struct Requests {
    pub world: Rc<World>,
    pub plan: Rc<Plan>,
    pub truth: Rc<Truth>,
    pub history: Rc<History>,
    pub stats: Rc<Stats>,
}

impl Requests {
    /// A page is asked for: served, or rendered and stored.
    pub async fn page(self: Rc<Self>, process: Rc<Process>, page: KeyPlan) {
        let lookup = self.get(&process, &page, &self.some_soft_tags()).await;
        let wanted = match lookup.outcome {
            Outcome::Fresh(_) => self.world.chance(self.plan.on_demand),
            Outcome::Stale(..) | Outcome::Miss(_) => self.world.chance(0.9),
        };
        if wanted {
            let rendered = self.render(&process, &page).await;
            self.set(&process, &page, rendered, &lookup).await;
        }
    }

    /// A page is rendered and stored, whether or not it was there.
    pub async fn render_anew(self: Rc<Self>, process: Rc<Process>, page: KeyPlan) {
        let lookup = self.get(&process, &page, &[]).await;
        self.world.sleep_us(2_000).await; // after the millisecond in which the log was read
        let rendered = self.render(&process, &page).await;
        if !self.set(&process, &page, rendered, &lookup).await {
            self.history.violation(format!("{} was not stored although nothing goes wrong", page.key));
        }
    }

    /// One get, held to what is promised.
    pub async fn get(&self, process: &Process, page: &KeyPlan, soft_tags: &[String]) -> Lookup {
        let Plan { config, .. } = &*self.plan;
        let asked_tags = components(&page.tags[..page.tags.len().min(self.world.within(0..=1) as usize)]);
        let soft = components(soft_tags);
        let tags: BTreeSet<_> = asked_tags.iter().chain(&soft).map(|tag| tag.as_str().to_owned()).collect();
        let asked = self.truth.ask(&page.key, tags, &process.clock, config.tag_freshness_ms);
        let log = self.log_source(process, &page.key).await;
        let request = GetRequest { key: entry_key(page), tags: asked_tags, soft_tags: soft, log };
        let budget_ms = if process.answered.get() { config.read_timeout_ms } else { config.cold_timeout_ms };
        let began_us = self.world.now_us();
        let lookup = process.cache.get(&request).await;
        self.within_budget("get", began_us, budget_ms);
        self.truth.check(&asked, &lookup.outcome, &process.clock);
        self.stats.count(&lookup.outcome);
        let unavailable =
            matches!(&lookup.outcome, Outcome::Miss(miss) if format!("{miss:?}").starts_with("Unavailable"));
        process.answered.set(process.answered.get() || !unavailable);
        self.world.trace(|| {
            let (owner, key, version) = (process.owner, &page.key, lookup.version);
            format!("{owner:?} get {key} with {soft_tags:?}: {}, version {version}", said(&lookup.outcome))
        });
        lookup
    }

    /// With 'use cache' a request reads the log when it begins, and its gets are judged by that.
    async fn log_source(&self, process: &Process, key: &str) -> LogSource {
        if self.plan.rule != RevisionRule::Process {
            return LogSource::Read;
        }
        let began_us = self.world.now_us();
        let refreshed = process.cache.refresh().await;
        self.within_budget("refreshTags", began_us, self.plan.config.cold_timeout_ms);
        self.world.trace(|| format!("{:?} refresh for {key}: {refreshed:?}", process.owner));
        if refreshed.is_ok() { LogSource::Known } else { LogSource::Read }
    }

    /// Reads the source of every tag, a step each.
    pub async fn render(&self, process: &Process, page: &KeyPlan) -> (Moment, Rendered) {
        let began = process.moment();
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
        (began, Rendered { key: page.key.clone(), tags: page.tags.clone(), read })
    }

    /// Stores a render; whether it was stored.
    pub async fn set(
        &self,
        process: &Process,
        page: &KeyPlan,
        (began, rendered): (Moment, Rendered),
        answers: &Lookup,
    ) -> bool {
        let revision = match self.plan.rule {
            RevisionRule::Instance => Some(answers.version),
            RevisionRule::SharedInstance => None,
            RevisionRule::Process => Some(process.cache.version_at(began)),
        };
        let overwrites = matches!(answers.outcome, Outcome::Fresh(_));
        let (number, body) = self.truth.rendered(rendered);
        let request = SetRequest {
            key: entry_key(page),
            kind: Kind::AppPage,
            tags: components(&page.tags),
            body,
            lifetime: Lifetime { revalidate: Revalidate::Never, expire_s: self.plan.expire_s },
            last_modified_ms: number, // nothing here is due by time, so it may say which render this is
            revision,
            overwrites,
            only_if_absent: false,
        };
        let began_us = self.world.now_us();
        let stored = process.cache.set(request).await;
        self.truth.stored(number);
        self.within_budget("set", began_us, self.plan.config.write_timeout_ms);
        self.world.trace(|| format!("{:?} set {}: {stored:?}", process.owner, page.key));
        self.stats.sets.set(self.stats.sets.get() + 1);
        if overwrites && stored.is_ok() {
            self.truth.replaced(&page.key, number);
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

    /// Whether the table confirmed it.
    pub async fn revalidate(&self, process: &Process, tags: &[String], durations: Option<Durations>) -> bool {
        let changed: Vec<_> = tags.iter().map(|tag| (tag.clone(), self.truth.change(tag))).collect();
        self.step().await;
        let now_ms = process.clock.now_ms(&self.world);
        let expires_at_ms = match durations {
            None | Some(Durations { expire_s: Some(0) }) => 0,
            Some(Durations { expire_s }) => expire_s.map_or(u64::MAX, |seconds| now_ms + seconds * 1000),
        };
        let began_us = self.world.now_us();
        let result = process.cache.revalidate_tags(&components(tags), durations).await;
        self.within_budget("revalidateTag", began_us, self.plan.config.write_timeout_ms);
        self.world.trace(|| format!("{:?} revalidate {tags:?} {durations:?}: {result:?}", process.owner));
        self.stats.revalidations.set(self.stats.revalidations.get() + 1);
        if result.is_ok() {
            for (tag, at_least) in changed {
                self.truth.demand(Demand { tag, at_least, expires_at_ms });
            }
        }
        result.is_ok()
    }

    fn some_soft_tags(&self) -> Vec<String> {
        let soft_tags = &self.plan.soft_tags;
        soft_tags.iter().filter(|_| self.world.chance(0.3)).cloned().collect()
    }

    async fn step(&self) {
        self.world.sleep_us(self.world.within(1..=self.plan.render_step_us)).await;
    }

    fn within_budget(&self, what: &str, began_us: u64, budget_ms: u64) {
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

fn components(tags: &[String]) -> Vec<Component> {
    tags.iter().map(|tag| Component::tag(tag)).collect()
}
