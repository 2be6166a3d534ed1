//! The circuit breaker of an endpoint: while it does not answer, a call costs no socket and no time.
//!
//! It opens after failures in a row. Then one call at a time is let through as a probe, with growing waits between;
//! an answer of any kind closes it. Throttling is an answer.

use crate::host::SharedHost;
use std::cell::Cell;
use std::rc::Rc;

/// Failures in a row that open it: fewer would let one bad connection do so.
const FAILURES_TO_OPEN: u32 = 5;

/// The wait before the first probe, milliseconds; it doubles with every probe that fails.
const FIRST_WAIT_MS: u64 = 250;

/// The longest wait, milliseconds: an endpoint that is back is found within two seconds.
const MAX_WAIT_MS: u64 = 1_500;

/// Whether an endpoint is asked.
pub struct Breaker {
    host: SharedHost,
    state: Cell<State>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed { failures: u32 },
    Open { until_ms: u64, wait_ms: u64, probing: bool },
}

/// A call that is let through; dropped before it was answered, it has failed.
pub struct Admitted {
    breaker: Rc<Breaker>,
    is_probe: bool,
    settled: bool,
}

impl Breaker {
    /// A closed one.
    pub fn new(host: SharedHost) -> Rc<Self> {
        Rc::new(Breaker { host, state: Cell::new(State::Closed { failures: 0 }) })
    }

    /// Lets a call through; `None` while the endpoint is not to be asked.
    pub fn admit(self: &Rc<Self>) -> Option<Admitted> {
        let is_probe = match self.state.get() {
            State::Closed { .. } => false,
            State::Open { until_ms, wait_ms, probing: false } if self.host.monotonic_ms() >= until_ms => {
                self.state.set(State::Open { until_ms, wait_ms, probing: true });
                true
            }
            State::Open { .. } => return None,
        };
        Some(Admitted { breaker: self.clone(), is_probe, settled: false })
    }

    fn failed(&self, is_probe: bool) {
        let until = |wait_ms: u64| self.host.monotonic_ms().saturating_add(wait_ms);
        self.state.set(match self.state.get() {
            State::Closed { failures } if failures + 1 < FAILURES_TO_OPEN => {
                State::Closed { failures: failures + 1 }
            }
            State::Closed { .. } => {
                State::Open { until_ms: until(FIRST_WAIT_MS), wait_ms: FIRST_WAIT_MS, probing: false }
            }
            State::Open { wait_ms, .. } if is_probe => {
                let wait_ms = (wait_ms * 2).min(MAX_WAIT_MS);
                State::Open { until_ms: until(wait_ms), wait_ms, probing: false }
            }
            // A call from before it opened: it says nothing new.
            open => open,
        });
    }
}

impl Admitted {
    /// The endpoint answered, if only to refuse.
    pub fn answered(mut self) {
        self.settled = true;
        self.breaker.state.set(State::Closed { failures: 0 });
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if !self.settled {
            self.breaker.failed(self.is_probe);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Host;
    use crate::scripted_host::ScriptedHost;

    fn breaker() -> (Rc<ScriptedHost>, Rc<Breaker>) {
        let host = ScriptedHost::new();
        (host.clone(), Breaker::new(host))
    }

    fn fail(breaker: &Rc<Breaker>, times: u32) {
        (0..times).for_each(|_| drop(breaker.admit().expect("let through")));
    }

    #[test]
    fn it_opens_after_failures_in_a_row() {
        let (_, breaker) = breaker();
        fail(&breaker, FAILURES_TO_OPEN - 1);
        breaker.admit().expect("still closed").answered();
        fail(&breaker, FAILURES_TO_OPEN);
        assert!(breaker.admit().is_none());
    }

    #[test]
    fn one_probe_at_a_time_finds_the_recovery() {
        let (host, breaker) = breaker();
        fail(&breaker, FAILURES_TO_OPEN);
        host.run(host.sleep(FIRST_WAIT_MS - 1));
        assert!(breaker.admit().is_none());
        host.run(host.sleep(1));
        let probe = breaker.admit().expect("the probe");
        assert!(breaker.admit().is_none(), "no second one beside it");
        probe.answered();
        let calls = [breaker.admit(), breaker.admit()];
        assert!(calls.iter().all(Option::is_some));
        calls.into_iter().flatten().for_each(Admitted::answered);
    }

    #[test]
    fn waits_grow_and_stay_below_two_seconds() {
        let (host, breaker) = breaker();
        fail(&breaker, FAILURES_TO_OPEN);
        for wait_ms in [250, 500, 1_000, 1_500, 1_500] {
            host.run(host.sleep(wait_ms - 1));
            assert!(breaker.admit().is_none(), "{wait_ms}");
            host.run(host.sleep(1));
            fail(&breaker, 1);
        }
    }

    #[test]
    fn calls_from_before_it_opened_do_not_lengthen_the_wait() {
        let (host, breaker) = breaker();
        let early: Vec<_> = (0..20).filter_map(|_| breaker.admit()).collect();
        drop(early);
        host.run(host.sleep(FIRST_WAIT_MS));
        assert!(breaker.admit().is_some());
    }

    #[test]
    fn an_answer_to_an_early_call_closes_it() {
        let (_, breaker) = breaker();
        let early = breaker.admit().expect("closed");
        fail(&breaker, FAILURES_TO_OPEN);
        early.answered();
        assert!(breaker.admit().is_some());
    }
}
