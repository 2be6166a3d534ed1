//! Simulated processes: each has its own cache, host and wall clock; they share the table alone.

use crate::dynamodb::DynamoDb;
use crate::host::{SimHost, WallClock};
use crate::plan::Plan;
use crate::world::{Owner, World};
use nextjs_dynamodb_cache::cache::{Cache, Moment};
use nextjs_dynamodb_cache::credentials::Provider;
use nextjs_dynamodb_cache::dynamodb::{Client, ClientConfig, Destination};
use nextjs_dynamodb_cache::endpoint::Endpoint;
use nextjs_dynamodb_cache::host::SharedHost;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// One running process.
pub struct Process {
    pub owner: Owner,
    pub cache: Cache,
    pub clock: Rc<WallClock>,
    host: SharedHost,
    /// The table has answered a get of this process: from now on the budget of a get is the short one.
    pub answered: Cell<bool>,
}

impl Process {
    /// Now, by both clocks of this process.
    pub fn moment(&self) -> Moment {
        Moment { now_ms: self.host.now_ms(), monotonic_ms: self.host.monotonic_ms() }
    }
}

/// The places where processes run: a crash empties a place, and another process starts there cold.
pub struct Cluster {
    world: Rc<World>,
    dynamodb: Rc<DynamoDb>,
    plan: Rc<Plan>,
    places: RefCell<Vec<Rc<Process>>>,
    started: Cell<u32>,
}

impl Cluster {
    pub fn start(world: Rc<World>, dynamodb: Rc<DynamoDb>, plan: Rc<Plan>) -> Rc<Self> {
        let (places, started) = Default::default();
        let cluster = Cluster { world, dynamodb, plan, places, started };
        for _ in 0..cluster.plan.processes {
            let clock = Rc::new(WallClock::default());
            cluster.jump(&clock);
            let process = cluster.launch(clock);
            cluster.places.borrow_mut().push(process);
        }
        Rc::new(cluster)
    }

    pub fn any(&self) -> Rc<Process> {
        let mut places = self.places.borrow().clone();
        if places.iter().any(|place| !self.is_frozen(place)) {
            places.retain(|place| !self.is_frozen(place));
        }
        self.world.random().pick(&places).clone()
    }

    pub fn all(&self) -> Vec<Rc<Process>> {
        self.places.borrow().clone()
    }

    /// A process ends between any two of its steps; another starts in its place and knows nothing.
    pub fn crash_one(&self) {
        let place = self.world.within(0..=self.plan.processes as u64 - 1) as usize;
        let crashed = self.places.borrow()[place].clone();
        self.world.trace(|| format!("{:?} crashes", crashed.owner));
        self.world.crash(crashed.owner);
        let process = self.launch(crashed.clock.clone());
        self.places.borrow_mut()[place] = process;
    }

    /// A process stops between any two of its steps, and goes on after as much as minutes: once, so that no render takes the
    /// five minutes after which it is forgotten.
    pub fn freeze_one(&self) {
        let process = self.any();
        if self.world.thaws_us(process.owner) == 0 {
            let most_us = *self.world.random().pick(&[200_000, 5_000_000, 120_000_000]);
            let lasting_us = self.world.within(1..=most_us);
            self.world.trace(|| format!("{:?} freezes for {} ms", process.owner, lasting_us / 1_000));
            self.world.freeze(process.owner, lasting_us);
        }
    }

    fn is_frozen(&self, process: &Process) -> bool {
        self.world.thaws_us(process.owner) > self.world.now_us()
    }

    /// One more process, which knows nothing yet.
    pub fn launch(&self, clock: Rc<WallClock>) -> Rc<Process> {
        self.started.set(self.started.get() + 1);
        let owner = Owner::Process(self.started.get());
        let host = SimHost::new(self.dynamodb.clone(), self.world.clone(), owner, clock.clone());
        let host: SharedHost = Rc::new(host);
        let region = "eu-central-1".to_owned();
        let endpoint = Endpoint::resolve(None, &region, host.as_ref()).expect("AWS's own endpoint");
        let client = Client::new(
            host.clone(),
            ClientConfig::new(Destination::known(endpoint), Provider::environment()),
        );
        let cache = Cache::new(host.clone(), client, self.plan.config.clone());
        Rc::new(Process { owner, cache, clock, host, answered: Cell::new(false) })
    }

    /// A wall clock is set, within the skew that the plan allows.
    pub fn jump(&self, clock: &WallClock) {
        let skew_ms = self.plan.skew_ms;
        clock.jump_to(self.world.within(0..=2 * skew_ms) as i64 - skew_ms as i64);
    }
}
