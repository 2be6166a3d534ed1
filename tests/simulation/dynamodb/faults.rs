//! What goes wrong, and how often.

use crate::world::World;

/// How often what goes wrong: probabilities.
#[derive(Clone, Debug)]
pub struct Faults {
    /// Of a request.
    pub fault: f64,
    /// Of one item in a batch being left unprocessed.
    pub unprocessed: f64,
    /// Of one way through the network taking long.
    pub far: f64,
}

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Refused: too many requests.
    Throttled,
    /// Status 500 without effect.
    Failed,
    /// Status 500, and yet it took effect.
    FailedAfterEffect,
    /// The connection breaks before anything happens.
    Broken,
    /// It takes effect, then the connection breaks.
    BrokenAfterEffect,
    /// It takes effect, and the answer arrives damaged.
    Corrupted,
    /// Nothing happens, and no answer comes.
    Hung,
    /// It takes effect, and no answer comes.
    HungAfterEffect,
    /// It takes effect long after its caller gave up.
    Late,
    /// The answer comes late.
    Slow,
}

impl Faults {
    pub fn none() -> Self {
        Faults { fault: 0.0, unprocessed: 0.0, far: 0.0 }
    }

    /// What happens to the next request.
    pub fn draw(&self, world: &World) -> Option<Fault> {
        const ALL: [Fault; 10] = [
            Fault::Throttled,
            Fault::Failed,
            Fault::FailedAfterEffect,
            Fault::Broken,
            Fault::BrokenAfterEffect,
            Fault::Corrupted,
            Fault::Hung,
            Fault::HungAfterEffect,
            Fault::Late,
            Fault::Slow,
        ];
        world.chance(self.fault).then(|| *world.random().pick(&ALL))
    }
}

impl Fault {
    pub fn takes_effect(self) -> bool {
        use Fault::{BrokenAfterEffect, Corrupted, FailedAfterEffect, HungAfterEffect, Late, Slow};
        matches!(self, FailedAfterEffect | BrokenAfterEffect | Corrupted | HungAfterEffect | Late | Slow)
    }
}
