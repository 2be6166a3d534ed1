//! The outside world, as the core sees it: HTTP, clocks, randomness, environment and files.
//!
//! Everything that is not a pure function of its arguments comes in through [`Host`]. The wasm implementation is
//! in `src/wasm/host.rs`; the simulated one, with seeded clocks and faults, is in `tests/simulation/`.

pub mod response_header;

use crate::credentials::Question;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// A future that stays on its thread: wasm has one, and so has the simulation.
pub type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// What the core asks of the process that it runs in.
pub trait Host {
    /// Sends one HTTP request and reads the whole response.
    ///
    /// `timeout_ms` covers everything from connecting to the last byte. Dropping the future cancels the request.
    /// Redirects are not followed. A response of any status is `Ok`. Of its headers, those of [`response_header`] are
    /// enough.
    fn fetch(
        &self,
        request: &http::Request<Vec<u8>>,
        timeout_ms: u64,
    ) -> LocalFuture<Result<http::Response<Vec<u8>>, FetchError>>;

    /// Wall clock, milliseconds since the Unix epoch. It may jump either way; never compare two hosts by it.
    fn now_ms(&self) -> u64;

    /// A clock that only goes forward, in milliseconds from an arbitrary start. Deadlines are measured on it.
    fn monotonic_ms(&self) -> u64;

    /// Resolves after `delay_ms`.
    fn sleep(&self, delay_ms: u64) -> LocalFuture<()>;

    /// 64 random bits.
    fn random(&self) -> u64;

    /// An environment variable; `None` also where the runtime has no environment.
    fn env(&self, name: &str) -> Option<String>;

    /// A file's bytes; `None` where it does not exist, and where the runtime has no files.
    fn read_file(&self, path: &str) -> LocalFuture<Option<Vec<u8>>>;

    /// Replaces a file that only its owner may read; whether that worked.
    fn write_file(&self, _path: &str, _bytes: Vec<u8>) -> LocalFuture<bool> {
        Box::pin(async { false })
    }

    /// Runs a command line in the system's shell, and gives what it printed.
    fn run_process(&self, _command: &str, _timeout_ms: u64) -> LocalFuture<Result<Vec<u8>, ProcessError>> {
        Box::pin(async { Err(ProcessError::NotHere) })
    }

    /// Asks the module that has AWS's chain of credentials, which answers in JSON (see `credentials::answers`), within
    /// `limit_ms`; `None` where the runtime has nothing that it would find. `region` is the option. `Err` is for a person.
    fn ask_chain(
        &self,
        _question: Question,
        _region: Option<&str>,
        _limit_ms: u64,
    ) -> LocalFuture<Result<Option<Vec<u8>>, String>> {
        Box::pin(async { Ok(None) })
    }

    /// Compresses to raw DEFLATE (RFC 1951) by what the host has for it; `None` where it has nothing, or nothing better.
    fn deflate(&self, _raw: &[u8]) -> Option<Vec<u8>> {
        None
    }

    /// Runs a task to its end behind the caller's back.
    fn spawn(&self, task: LocalFuture<()>);

    /// Hands one line to the user's logger.
    fn log(&self, level: LogLevel, message: &str);
}

/// An environment variable that is set and not blank, without white space around it.
pub fn set_variable(host: &dyn Host, name: &str) -> Option<String> {
    host.env(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The host as the layers share it.
pub type SharedHost = Rc<dyn Host>;

/// How loud a line of [`Host::log`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// What happened, for someone who watches.
    Debug,
    /// Something that the operator may want to know.
    Info,
    /// The cache works, but not as configured.
    Warn,
    /// Something that was promised did not happen.
    Error,
}

/// Why a request got no response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchError {
    /// `timeout_ms` passed.
    TimedOut,
    /// The connection could not be made, or broke.
    Connection(String),
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FetchError::TimedOut => f.write_str("no answer within the time limit"),
            FetchError::Connection(why) => write!(f, "connection failed: {why}"),
        }
    }
}

/// Why a process gave nothing. What it printed is not part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProcessError {
    /// The runtime has no processes.
    NotHere,
    /// It failed: how it ended.
    Failed(String),
}

impl fmt::Display for ProcessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProcessError::NotHere => f.write_str("this runtime has no processes"),
            ProcessError::Failed(how) => f.write_str(how),
        }
    }
}

/// A point on [`Host::monotonic_ms`] after which an answer is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    at_ms: u64,
}

impl Deadline {
    /// The moment `budget_ms` from now.
    pub fn after(host: &dyn Host, budget_ms: u64) -> Self {
        Deadline { at_ms: host.monotonic_ms().saturating_add(budget_ms) }
    }

    /// Milliseconds left, zero once it has passed.
    pub fn remaining_ms(self, host: &dyn Host) -> u64 {
        self.at_ms.saturating_sub(host.monotonic_ms())
    }
}
