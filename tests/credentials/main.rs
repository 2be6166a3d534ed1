//! Credentials, shared files and endpoints against AWS's own cases: folders that record what a source asks and is
//! answered, and the tables of AWS's SDKs.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod cases;
mod endpoints;
mod fetched;
mod recorded_host;
mod shared_config;
mod tables;
mod traffic;

use std::io::Write;
use std::path::Path;

/// A row per case, also where the test harness keeps what tests print.
fn print_row(passed: bool, name: &str, result: &str) {
    let verdict = if passed { "ok    " } else { "FAILED" };
    let row = writeln!(std::io::stderr(), "{verdict} {name}: {result}");
    row.expect("stderr is open");
}

fn read(path: &Path) -> String {
    let text = std::fs::File::open(path).and_then(std::io::read_to_string);
    text.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
