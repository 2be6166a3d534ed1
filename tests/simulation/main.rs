//! A deterministic simulation of the cache: several processes over one table, and everything that can go wrong.
//!
//! The code under test is the code that ships, from `Cache` down to the signed HTTP requests. Behind `Host` are virtual
//! time, skewed clocks and a simulated DynamoDB, all drawn from one seed; a seed that fails is a failure forever.
//!
//! - `cargo test --profile simulation --test simulation` runs 10,000 seeds, `SIM_SEEDS=n` as many as you like;
//! - `SIM_SEED=n cargo test --profile simulation --test simulation -- --nocapture` replays one with a trace.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation of a test is a failed test"
)]

mod builds;
mod calm;
mod dynamodb;
mod history;
mod host;
mod losses;
mod overlaps;
mod plan;
mod process;
mod random;
mod requests;
mod revision;
mod scenario;
mod stats;
mod truth;
mod world;

use stats::Totals;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Histories in a test run.
const SEEDS: u64 = 10_000;

/// Failures after which the rest is not run.
const ENOUGH_FAILURES: usize = 5;

#[test]
fn no_history_breaks_a_promise() {
    if let Some(seed) = number("SIM_SEED") {
        let report = scenario::run(seed, true);
        assert!(report.violations.is_empty(), "seed {seed}: {:#?}", report.violations);
        return;
    }
    let seeds = number("SIM_SEEDS").unwrap_or(SEEDS);
    let (totals, failures) = run_all(seeds);
    println!("{seeds} seeds\n{totals}");
    let list: Vec<_> = failures.iter().map(|(seed, why)| format!("  SIM_SEED={seed}  {why}")).collect();
    assert!(
        failures.is_empty(),
        "{} seeds fail; replay one with a trace:\n{}",
        failures.len(),
        list.join("\n")
    );
    assert!(totals.fresh * 4 > totals.gets(), "hardly anything is served: {totals}");
    assert!(
        totals.stale > seeds && totals.revalidated > seeds && totals.unavailable > seeds / 10,
        "{totals}"
    );
    assert!(totals.left > seeds / 10, "hardly any render is left to another process: {totals}");
    assert!(totals.built > seeds / 10 && totals.losses > seeds / 10, "{totals}");
    assert!(totals.told_apart > seeds / 50, "hardly any log is told from one that was lost: {totals}");
    assert!(totals.of_no_log * 1_000 <= totals.sets, "what is stored is of no log too often: {totals}");
    assert!(totals.mended * 1_000 <= seeds, "what others rendered is rendered once more too often: {totals}");
    assert!(
        totals.swept > seeds && totals.compacted > seeds,
        "hardly anything is swept or compacted: {totals}"
    );
}

#[test]
fn a_seed_is_one_history() {
    let run = |seed| scenario::run(seed, false).fingerprint;
    for seed in 0..50 {
        assert_eq!(run(seed), run(seed), "seed {seed}");
    }
}

/// Runs the seeds from 0 on, on two threads.
fn run_all(seeds: u64) -> (Totals, Vec<(u64, String)>) {
    let next = AtomicU64::new(0);
    let results = Mutex::new((Totals::default(), Vec::new()));
    let work = || loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= seeds || results.lock().unwrap().1.len() >= ENOUGH_FAILURES {
            return;
        }
        let result = catch_unwind(AssertUnwindSafe(|| scenario::run(seed, false)));
        let mut results = results.lock().unwrap();
        match result {
            Ok(report) => {
                results.0 += report.totals;
                results.1.extend(report.violations.first().map(|why| (seed, why.clone())));
            }
            Err(_) => results.1.push((seed, "a panic: see above".to_owned())),
        }
    };
    std::thread::scope(|scope| [(); 2].map(|()| scope.spawn(work)).map(|thread| thread.join().unwrap()));
    results.into_inner().unwrap()
}

#[allow(clippy::disallowed_methods, reason = "the test reads its own settings, which the core cannot see")]
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
