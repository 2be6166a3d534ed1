//! One history: processes under load, with everything going wrong; then calm, and what must hold in it.

use crate::builds::Builds;
use crate::calm::floor;
use crate::dynamodb::{DynamoDb, Table};
use crate::history::History;
use crate::host::WallClock;
use crate::losses::Operator;
use crate::plan::Plan;
use crate::process::Cluster;
use crate::requests::Requests;
use crate::stats::{Stats, Totals};
use crate::truth::Truth;
use crate::world::{Owner, World};
use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

/// Long enough that every render on record is forgotten, every sweep is over and every index row shown, microseconds.
pub const CALM_US: u64 = 600_000_000;

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
    let truth = Truth::new(world.clone(), history.clone());
    let operator = Operator::new(world.clone(), table.clone(), history.clone(), truth.clone());
    let requests = Rc::new(Requests {
        world: world.clone(),
        truth,
        builds: Builds::default(),
        history: history.clone(),
        stats: stats.clone(),
        plan: plan.clone(),
    });
    let cluster = Cluster::start(world.clone(), dynamodb.clone(), plan);
    let scenario = Scenario {
        requests,
        cluster,
        operator,
        dynamodb: dynamodb.clone(),
        table: table.clone(),
        live: Rc::default(),
    };
    if let Err(why) = world.run(scenario.play()) {
        history.violation(why.to_owned());
    }
    let totals = Totals {
        requests: dynamodb.requests(),
        swept: table.swept(),
        compacted: floor(&table),
        log_versions: history.version() as u64,
        losses: history.epoch(),
        told_apart: u64::from(history.epoch() > 0 && history.is_told_apart()),
        ..Totals::of(&stats)
    };
    let fingerprint = world.random().next();
    Report { violations: history.violations(), totals, fingerprint }
}

pub struct Scenario {
    pub requests: Rc<Requests>,
    pub cluster: Rc<Cluster>,
    pub table: Rc<Table>,
    /// Requests under way.
    pub live: Rc<Cell<usize>>,
    pub dynamodb: Rc<DynamoDb>,
    operator: Operator,
}

impl Scenario {
    async fn play(self) {
        for _ in 0..self.requests.plan.operations {
            let pause_us = self.world().within(1..=self.requests.plan.pause_us);
            self.world().sleep_us(pause_us).await;
            self.one_operation();
            let mut wait_us = 1_000;
            while self.live.get() >= self.requests.plan.at_once {
                self.world().sleep_us(wait_us).await;
                wait_us = (wait_us * 2).min(50_000); // those of a process that is frozen take minutes
            }
        }
        while self.live.get() > 0 {
            self.world().sleep_us(50_000).await;
        }
        self.dynamodb.calm_down();
        self.world().sleep_us(CALM_US).await;
        self.world().trace(|| "calm".to_owned());
        self.in_calm().await;
    }

    fn one_operation(&self) {
        let Plan { crashes, freezes, revalidations, keys, builds, losses, .. } = &*self.requests.plan;
        if self.world().chance(*crashes) {
            self.cluster.crash_one();
        }
        if self.world().chance(*freezes) {
            self.cluster.freeze_one();
        }
        let process = self.cluster.any();
        if self.world().chance(0.02) {
            self.cluster.jump(&process.clock);
        }
        if self.world().chance(*losses) {
            self.operator.act();
        }
        let requests = self.requests.clone();
        if self.world().chance(*builds) {
            let clock = Rc::new(WallClock::default());
            self.cluster.jump(&clock);
            let page = self.world().random().pick(keys).clone();
            self.start(Owner::Scenario, requests.clone().build(clock, page));
        }
        if self.world().chance(*revalidations) {
            self.start(process.owner, requests.revalidate_some(process));
        } else {
            let page = self.world().random().pick(keys).clone();
            self.start(process.owner, requests.page(process, page));
        }
    }

    pub fn start(&self, owner: Owner, request: impl Future<Output = ()> + 'static) {
        let live = Live::one_more(&self.live);
        self.world().spawn(
            owner,
            Box::pin(async move {
                request.await;
                drop(live);
            }),
        );
    }

    pub fn world(&self) -> &Rc<World> {
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
