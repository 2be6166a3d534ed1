//! The circuit breaker of an endpoint: while it does not answer, a call costs no socket and no time.
//!
//! It opens after failures in a row. Then one call at a time is let through as a probe, with growing waits between;
//! an answer of any kind closes it. Throttling is an answer.

use crate::host::SharedHost;
use std::cell::{Cell, RefCell};
use std::fmt;
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
    last_failure: RefCell<Option<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed { failures: u32 },
    Open { until_ms: u64, wait_ms: u64, probing: bool, failures: u32 },
}

/// Where a breaker stands, for another one of the same endpoint to go on from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BreakerRecord {
    /// Failures in a row.
    pub failures: u32,
    /// When it is open: the next probe, on the monotonic clock, milliseconds.
    pub until_ms: u64,
    /// When it is open: how long it waits for that, milliseconds. 0 while it is closed.
    pub wait_ms: u64,
}

/// Why a call is not let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    failures: u32,
    last_failure: Option<String>,
    asked_again_in_ms: u64,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refused { failures, last_failure, asked_again_in_ms } = self;
        let why = last_failure.as_deref().unwrap_or("no answer within the time limit");
        write!(f, "the endpoint failed {failures} times in a row, last with: {why}; ")?;
        match asked_again_in_ms {
            0 => f.write_str("it is being asked again"),
            wait_ms => write!(f, "it is asked again in {wait_ms} ms"),
        }
    }
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
        let state = Cell::new(State::Closed { failures: 0 });
        Rc::new(Breaker { host, state, last_failure: RefCell::default() })
    }

    /// Lets a call through, unless the endpoint is not to be asked.
    pub fn admit(self: &Rc<Self>) -> Result<Admitted, Refused> {
        let now_ms = self.host.monotonic_ms();
        let is_probe = match self.state.get() {
            State::Closed { .. } => false,
            State::Open { until_ms, wait_ms, probing: false, failures } if now_ms >= until_ms => {
                self.state.set(State::Open { until_ms, wait_ms, probing: true, failures });
                true
            }
            State::Open { until_ms, failures, .. } => {
                let last_failure = self.last_failure.borrow().clone();
                let asked_again_in_ms = until_ms.saturating_sub(now_ms);
                return Err(Refused { failures, last_failure, asked_again_in_ms });
            }
        };
        Ok(Admitted { breaker: self.clone(), is_probe, settled: false })
    }

    /// Where it stands; a probe that is under way is left out.
    pub fn record(&self) -> BreakerRecord {
        match self.state.get() {
            State::Closed { failures } => BreakerRecord { failures, ..BreakerRecord::default() },
            State::Open { until_ms, wait_ms, failures, .. } => BreakerRecord { failures, until_ms, wait_ms },
        }
    }

    /// Goes on from where another one stood.
    pub fn resume(&self, record: BreakerRecord) {
        let BreakerRecord { failures, until_ms, wait_ms } = record;
        self.state.set(match wait_ms {
            0 => State::Closed { failures: failures.min(FAILURES_TO_OPEN - 1) },
            wait_ms => State::Open { until_ms, wait_ms: wait_ms.min(MAX_WAIT_MS), probing: false, failures },
        });
    }

    fn failed(&self, is_probe: bool) {
        let open = |wait_ms: u64, failures: u32| {
            let until_ms = self.host.monotonic_ms().saturating_add(wait_ms);
            State::Open { until_ms, wait_ms, probing: false, failures }
        };
        self.state.set(match self.state.get() {
            State::Closed { failures } if failures + 1 < FAILURES_TO_OPEN => {
                State::Closed { failures: failures + 1 }
            }
            State::Closed { failures } => open(FIRST_WAIT_MS, failures + 1),
            State::Open { wait_ms, failures, .. } if is_probe => {
                open((wait_ms * 2).min(MAX_WAIT_MS), failures.saturating_add(1))
            }
            // A call from before it opened: it says nothing new.
            unchanged => unchanged,
        });
    }
}

impl Admitted {
    /// The endpoint answered, if only to refuse.
    pub fn answered(mut self) {
        self.settled = true;
        self.breaker.state.set(State::Closed { failures: 0 });
    }

    /// It did not, or with what is no answer of DynamoDB's.
    pub fn failed(self, why: impl Into<String>) {
        let breaker = self.breaker.clone();
        drop(self);
        breaker.last_failure.replace(Some(why.into()));
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if !self.settled {
            self.breaker.last_failure.replace(None);
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
        assert!(breaker.admit().is_err());
    }

    #[test]
    fn one_probe_at_a_time_finds_the_recovery() {
        let (host, breaker) = breaker();
        fail(&breaker, FAILURES_TO_OPEN);
        host.run(host.sleep(FIRST_WAIT_MS - 1));
        assert!(breaker.admit().is_err());
        host.run(host.sleep(1));
        let probe = breaker.admit().expect("the probe");
        assert!(breaker.admit().is_err(), "no second one beside it");
        probe.answered();
        let calls = [breaker.admit(), breaker.admit()];
        assert!(calls.iter().all(Result::is_ok));
        calls.into_iter().flatten().for_each(Admitted::answered);
    }

    #[test]
    fn waits_grow_and_stay_below_two_seconds() {
        let (host, breaker) = breaker();
        fail(&breaker, FAILURES_TO_OPEN);
        for wait_ms in [250, 500, 1_000, 1_500, 1_500] {
            host.run(host.sleep(wait_ms - 1));
            assert!(breaker.admit().is_err(), "{wait_ms}");
            host.run(host.sleep(1));
            fail(&breaker, 1);
        }
    }

    #[test]
    fn calls_from_before_it_opened_do_not_lengthen_the_wait() {
        let (host, breaker) = breaker();
        let early: Vec<_> = (0..20).filter_map(|_| breaker.admit().ok()).collect();
        drop(early);
        host.run(host.sleep(FIRST_WAIT_MS));
        assert!(breaker.admit().is_ok());
    }

    #[test]
    fn an_answer_to_an_early_call_closes_it() {
        let (_, breaker) = breaker();
        let early = breaker.admit().expect("closed");
        fail(&breaker, FAILURES_TO_OPEN);
        early.answered();
        assert!(breaker.admit().is_ok());
    }

    #[test]
    fn another_goes_on_from_where_one_stood() {
        let (host, first) = breaker();
        let next = |first: &Breaker| {
            let second = Breaker::new(host.clone());
            second.resume(first.record());
            assert_eq!(second.record(), first.record());
            second
        };
        fail(&first, FAILURES_TO_OPEN - 1);
        let second = next(&first);
        fail(&second, 1);
        let third = next(&second);
        assert!(third.admit().is_err(), "the fifth failure in a row was another's");
        host.run(host.sleep(FIRST_WAIT_MS));
        fail(&third, 1);
        host.run(host.sleep(FIRST_WAIT_MS));
        let fourth = next(&third);
        assert!(fourth.admit().is_err(), "the wait has doubled");
        host.run(host.sleep(FIRST_WAIT_MS));
        fourth.admit().expect("the probe").answered();
        assert_eq!(fourth.record(), BreakerRecord::default());
    }

    #[test]
    fn a_refusal_says_how_often_why_and_until_when() {
        let (host, breaker) = breaker();
        fail(&breaker, FAILURES_TO_OPEN - 1);
        breaker.admit().expect("still closed").failed("connection refused");
        host.run(host.sleep(50));
        let refused = |breaker: &Rc<Breaker>| breaker.admit().err().expect("open").to_string();
        assert_eq!(
            refused(&breaker),
            "the endpoint failed 5 times in a row, last with: connection refused; it is asked again in 200 ms"
        );
        host.run(host.sleep(200));
        let probe = breaker.admit().expect("the probe");
        assert!(refused(&breaker).ends_with("; it is being asked again"));
        probe.failed("reset");
        assert!(refused(&breaker).starts_with("the endpoint failed 6 times in a row, last with: reset;"));
    }
}
