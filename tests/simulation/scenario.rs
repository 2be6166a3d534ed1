//! One history: processes under load, with everything going wrong; then calm, and what must hold in it.

use crate::dynamodb::{DynamoDb, Table, number_of};
use crate::history::History;
use crate::plan::{KeyPlan, Plan};
use crate::process::{Cluster, Process};
use crate::requests::Requests;
use crate::stats::{Stats, Totals};
use crate::truth::Truth;
use crate::world::{Owner, World};
use nextjs_dynamodb_cache::cache::Outcome;
use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

/// Long enough that every render on record is forgotten, every sweep is over and every index row shown, microseconds.
const CALM_US: u64 = 600_000_000;

/// A tag that no page has.
const UNRELATED: &str = "unrelated";

/// What came of one seed.
pub struct Report {
    pub violations: Vec<String>,
    pub totals: Totals,
    /// A number that every draw of the history has changed.
    pub fingerprint: u64,
}

/// Runs the history of a seed.
pub fn run(seed: u64, traced: bool) -> Report {
    let plan = Rc::new(Plan::draw(seed));
    let world = World::new(seed, traced);
    world.trace(|| format!("{plan:#?}"));
    let history = Rc::new(History::default());
    let table = Table::new(world.clone(), plan.table.clone(), history.clone());
    let dynamodb = DynamoDb::new(world.clone(), table.clone(), history.clone(), plan.faults.clone());
    let stats = Rc::new(Stats::default());
    let requests = Rc::new(Requests {
        world: world.clone(),
        truth: Truth::new(world.clone(), history.clone()),
        history: history.clone(),
        stats: stats.clone(),
        plan: plan.clone(),
    });
    let cluster = Cluster::start(world.clone(), dynamodb.clone(), plan);
    let scenario =
        Scenario { requests, cluster, dynamodb: dynamodb.clone(), table: table.clone(), live: Rc::default() };
    if let Err(why) = world.run(scenario.play()) {
        history.violation(why.to_owned());
    }
    let totals = Totals {
        requests: dynamodb.requests(),
        swept: table.swept(),
        compacted: floor(&table),
        log_versions: history.version() as u64,
        ..Totals::of(&stats)
    };
    let fingerprint = world.random().next();
    Report { violations: history.violations(), totals, fingerprint }
}

struct Scenario {
    requests: Rc<Requests>,
    cluster: Rc<Cluster>,
    dynamodb: Rc<DynamoDb>,
    table: Rc<Table>,
    live: Rc<Cell<usize>>,
}

impl Scenario {
    async fn play(self) {
        for _ in 0..self.requests.plan.operations {
            let pause_us = self.world().within(1..=self.requests.plan.pause_us);
            self.world().sleep_us(pause_us).await;
            self.one_operation();
            while self.live.get() >= self.requests.plan.at_once {
                self.world().sleep_us(1_000).await;
            }
        }
        while self.live.get() > 0 {
            self.world().sleep_us(50_000).await;
        }
        self.dynamodb.calm_down();
        self.world().sleep_us(CALM_US).await;
        self.world().trace(|| "calm".to_owned());
        self.nothing_old_is_served().await;
        if self.requests.plan.expire_s.is_none() {
            self.what_is_rendered_is_served().await;
            self.of_two_overlapping_sets_one_is_served().await;
            self.what_is_below_the_floor_is_served().await;
        }
    }

    fn one_operation(&self) {
        let Plan { crashes, revalidations, keys, .. } = &*self.requests.plan;
        if self.world().chance(*crashes) {
            self.cluster.crash_one();
        }
        let process = self.cluster.any();
        if self.world().chance(0.02) {
            self.cluster.jump(&process.clock);
        }
        let requests = self.requests.clone();
        if self.world().chance(*revalidations) {
            self.start(process.owner, requests.revalidate_some(process));
        } else {
            let page = self.world().random().pick(keys).clone();
            self.start(process.owner, requests.page(process, page));
        }
    }

    /// Every get is checked; processes that have been there, and one that knows nothing.
    async fn nothing_old_is_served(&self) {
        for process in self.everyone() {
            for page in &self.requests.plan.keys {
                self.requests.get(&process, page, &self.requests.plan.soft_tags).await;
            }
        }
    }

    /// Without faults, what one process has rendered is a hit in every other.
    async fn what_is_rendered_is_served(&self) {
        for page in &self.requests.plan.keys {
            // One without memory: it sees what the table holds.
            let renderer = self.cluster.launch(Rc::default());
            let lookup = self.requests.get(&renderer, page, &self.requests.plan.soft_tags).await;
            if !matches!(lookup.outcome, Outcome::Fresh(_)) {
                // A render that begins in the millisecond in which the log was read has, to be safe, not seen it.
                self.world().sleep_us(2_000).await;
                let rendered = self.requests.render(&renderer, page).await;
                let stored = self.requests.set(&renderer, page, rendered, &lookup).await;
                self.must(stored, || format!("{} was not stored although nothing goes wrong", page.key));
            }
            for process in self.everyone() {
                self.must_be_fresh(&process, page, "was rendered and not revalidated since").await;
            }
        }
    }

    /// Two processes that render a page at once may choose the same part rows for it, and write them in any order.
    async fn of_two_overlapping_sets_one_is_served(&self) {
        for page in &self.requests.plan.keys {
            for _ in 0..2 {
                let process = self.cluster.launch(Rc::default());
                self.start(process.owner, self.requests.clone().render_anew(process, page.clone()));
            }
            while self.live.get() > 0 {
                self.world().sleep_us(50_000).await;
            }
            // One that has neither: it sees what the table holds.
            let reader = self.cluster.launch(Rc::default());
            self.must_be_fresh(&reader, page, "was rendered by two at once").await;
        }
    }

    /// Entries older than the log's floor need the state rows of their tags, and are still hits.
    async fn what_is_below_the_floor_is_served(&self) {
        let events = self.requests.plan.config.log_max_events + 3;
        if events > 100 {
            return;
        }
        let before = floor(&self.table);
        for _ in 0..events {
            let process = self.cluster.any();
            let confirmed = self.requests.revalidate(&process, &[UNRELATED.to_owned()], None).await;
            self.must(confirmed, || "a revalidation failed although nothing goes wrong".to_owned());
            self.world().sleep_us(500_000).await;
        }
        self.world().sleep_us(CALM_US).await;
        let after = floor(&self.table);
        self.must(after > before, || format!("the log was not compacted: floor {before}, then {after}"));
        for page in &self.requests.plan.keys {
            for process in self.everyone() {
                self.must_be_fresh(&process, page, "has no tag that was revalidated since").await;
                self.must_be_fresh(&process, page, "is known to be fresh").await;
            }
        }
    }

    async fn must_be_fresh(&self, process: &Process, page: &KeyPlan, why: &str) {
        let lookup = self.requests.get(process, page, &self.requests.plan.soft_tags).await;
        let fresh = matches!(lookup.outcome, Outcome::Fresh(_));
        self.must(fresh, || format!("{} {why}, and yet is no hit in {:?}", page.key, process.owner));
    }

    fn must(&self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.requests.history.violation(what());
        }
    }

    fn everyone(&self) -> Vec<Rc<Process>> {
        let mut everyone = self.cluster.all();
        everyone.push(self.cluster.launch(Rc::default()));
        everyone
    }

    fn start(&self, owner: Owner, request: impl Future<Output = ()> + 'static) {
        let live = Live::one_more(&self.live);
        self.world().spawn(
            owner,
            Box::pin(async move {
                request.await;
                drop(live);
            }),
        );
    }

    fn world(&self) -> &Rc<World> {
        &self.requests.world
    }
}

/// Counts a request while it lives: a crash drops it.
struct Live(Rc<Cell<usize>>);

impl Live {
    fn one_more(live: &Rc<Cell<usize>>) -> Self {
        live.set(live.get() + 1);
        Live(live.clone())
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

fn floor(table: &Table) -> u64 {
    table.row("__revalidations__").and_then(|log| log.get("floor").and_then(number_of)).unwrap_or(0)
}
