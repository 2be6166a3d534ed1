//! The host of one simulated process: virtual time by its own clock, and the simulated DynamoDB behind its `fetch`.

use crate::dynamodb::DynamoDb;
use crate::world::{Owner, World};
use nextjs_dynamodb_cache::host::{FetchError, Host, LocalFuture, LogLevel};
use std::cell::Cell;
use std::rc::Rc;

/// A machine's wall clock, which is minutes off and jumps.
#[derive(Default)]
pub struct WallClock {
    /// How far it is ahead of the true time, milliseconds.
    ahead_ms: Cell<i64>,
    jumps: Cell<u32>,
}

impl WallClock {
    pub fn jump_to(&self, ahead_ms: i64) {
        self.ahead_ms.set(ahead_ms);
        self.jumps.set(self.jumps.get() + 1);
    }

    /// Times that it jumped: two readings tell nothing of each other when this differs.
    pub fn jumps(&self) -> u32 {
        self.jumps.get()
    }

    pub fn now_ms(&self, world: &World) -> u64 {
        (world.now_us() / 1000).saturating_add_signed(self.ahead_ms.get())
    }
}

pub struct SimHost {
    world: Rc<World>,
    dynamodb: Rc<DynamoDb>,
    owner: Owner,
    clock: Rc<WallClock>,
    started_us: u64,
}

impl SimHost {
    pub fn new(dynamodb: Rc<DynamoDb>, world: Rc<World>, owner: Owner, clock: Rc<WallClock>) -> Self {
        let started_us = world.now_us();
        SimHost { world, dynamodb, owner, clock, started_us }
    }
}

impl Host for SimHost {
    fn fetch(
        &self,
        request: &http::Request<Vec<u8>>,
        timeout_ms: u64,
    ) -> LocalFuture<Result<http::Response<Vec<u8>>, FetchError>> {
        self.dynamodb.fetch(request.clone(), timeout_ms)
    }

    fn now_ms(&self) -> u64 {
        self.clock.now_ms(&self.world)
    }

    fn monotonic_ms(&self) -> u64 {
        (self.world.now_us() - self.started_us) / 1000
    }

    fn sleep(&self, delay_ms: u64) -> LocalFuture<()> {
        Box::pin(self.world.sleep_us(delay_ms * 1000))
    }

    fn random(&self) -> u64 {
        self.world.random().next()
    }

    fn env(&self, name: &str) -> Option<String> {
        let value = match name {
            "AWS_ACCESS_KEY_ID" => "AKIDSIMULATION",
            "AWS_SECRET_ACCESS_KEY" => "simulated",
            _ => return None,
        };
        Some(value.to_owned())
    }

    fn read_file(&self, _path: &str) -> LocalFuture<Option<Vec<u8>>> {
        Box::pin(std::future::ready(None))
    }

    fn spawn(&self, task: LocalFuture<()>) {
        self.world.spawn(self.owner, task);
    }

    fn log(&self, level: LogLevel, message: &str) {
        self.world.trace(|| format!("{:?} {level:?}: {message}", self.owner));
    }
}
