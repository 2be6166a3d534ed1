//! When a failed request is sent again: AWS's standard retry behaviour 2.1, with DynamoDB's numbers.
//!
//! Pure decisions; who calls them sleeps and sends. What AWS's SDKs do is the ceiling: here everything ends at the
//! caller's deadline. <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>

mod breaker;
mod clock_skew;
mod quota;

pub use breaker::{Admitted, Breaker, BreakerRecord, Refused};
pub use clock_skew::ClockSkew;
pub use quota::Quota;

/// Attempts at one request, the first one included.
pub const MAX_ATTEMPTS: u32 = 4;

/// What an attempt needs at the least, milliseconds: none begins with less time left.
pub const MIN_ATTEMPT_MS: u64 = 5;

const MAX_BACKOFF_MS: u64 = 20_000;

/// The server's `x-amz-retry-after` adds at most this much to our own back-off, milliseconds.
const MAX_RETRY_AFTER_MS: u64 = 5_000;

/// Why an attempt failed, as far as retrying goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The table's or the account's capacity is used up.
    Throttling,
    /// The service or the connection broke.
    Transient,
}

impl Failure {
    fn base_ms(self) -> u64 {
        match self {
            Failure::Throttling => 1_000,
            Failure::Transient => 25,
        }
    }

    fn cost(self) -> u32 {
        match self {
            Failure::Throttling => 5,
            Failure::Transient => 14,
        }
    }
}

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Send again after this delay, milliseconds.
    Retry {
        /// The delay.
        after_ms: u64,
    },
    /// Hand the error to the caller.
    GiveUp,
}

/// The attempts at one request.
#[derive(Debug)]
pub struct Attempts<'a> {
    quota: &'a Quota,
    failed: u32,
    held: u32,
}

impl<'a> Attempts<'a> {
    /// Before the first attempt.
    pub fn new(quota: &'a Quota) -> Self {
        Attempts { quota, failed: 0, held: 0 }
    }

    /// How long the next attempt may take, milliseconds: the first one two thirds of what is left, so that a connection
    /// that has gone silent leaves time for another.
    pub fn timeout_ms(&self, remaining_ms: u64) -> u64 {
        if self.failed == 0 { remaining_ms - remaining_ms / 3 } else { remaining_ms }
    }

    /// Decides after a failed attempt. `random` is 64 random bits; `retry_after_ms` is the server's wish.
    pub fn failed(
        &mut self,
        failure: Failure,
        retry_after_ms: Option<u64>,
        random: u64,
        remaining_ms: u64,
    ) -> Decision {
        let own_ms = backoff_ms(failure, self.failed, random);
        self.failed += 1;
        let after_ms =
            retry_after_ms.map_or(own_ms, |wish_ms| wish_ms.clamp(own_ms, own_ms + MAX_RETRY_AFTER_MS));
        if self.failed >= MAX_ATTEMPTS || after_ms.saturating_add(MIN_ATTEMPT_MS) > remaining_ms {
            return Decision::GiveUp;
        }
        if !self.quota.take(failure.cost()) {
            return Decision::GiveUp;
        }
        self.held = failure.cost();
        Decision::Retry { after_ms }
    }

    /// The request has been answered: what its last retry took from the quota comes back, or 1 after a first attempt.
    pub fn succeeded(self) {
        self.quota.give_back(self.held.max(1));
    }
}

/// `random * min(base * 2^retries, 20 s)`, milliseconds, where `random` is 64 random bits taken as a fraction below 1.
pub fn backoff_ms(failure: Failure, retries: u32, random: u64) -> u64 {
    let limit_ms = failure.base_ms().saturating_mul(1 << retries.min(20)).min(MAX_BACKOFF_MS);
    let scaled = u128::from(random) * u128::from(limit_ms + 1);
    // The upper half of a 64 by 64 bit product is below `limit_ms + 1`.
    u64::try_from(scaled >> 64).unwrap_or(limit_ms)
}

#[cfg(test)]
mod tests;
