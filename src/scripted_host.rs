//! A host for unit tests: a clock that jumps to the next timer, and answers given in advance.

use crate::host::{FetchError, Host, LocalFuture, LogLevel};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Both clocks start here: the date of AWS's signature vectors, Unix milliseconds.
pub const START_MS: u64 = 1_440_938_160_000;

/// A host whose answers are scripted and whose requests are kept.
#[derive(Default)]
pub struct ScriptedHost {
    state: Rc<State>,
}

#[derive(Default)]
struct State {
    elapsed_ms: Cell<u64>,
    wall_offset_ms: Cell<i64>,
    timers: RefCell<Vec<u64>>,
    timers_set: Cell<usize>,
    random: Cell<u64>,
    environment: RefCell<BTreeMap<String, String>>,
    files: RefCell<BTreeMap<String, Vec<u8>>>,
    answers: RefCell<VecDeque<Answer>>,
    requests: RefCell<Vec<Sent>>,
    tasks: RefCell<Vec<LocalFuture<()>>>,
}

/// What one fetch gets.
pub struct Answer {
    /// How long it takes.
    pub after_ms: u64,
    /// What it is.
    pub result: Result<http::Response<Vec<u8>>, FetchError>,
}

/// One fetch.
pub struct Sent {
    /// Milliseconds since the start.
    pub at_ms: u64,
    /// The time limit that it came with.
    pub timeout_ms: u64,
    /// The request.
    pub request: http::Request<Vec<u8>>,
}

impl ScriptedHost {
    /// A host without environment and answers; `random` gives all bits set.
    pub fn new() -> Rc<Self> {
        let host = ScriptedHost::default();
        host.state.random.set(u64::MAX);
        Rc::new(host)
    }

    pub fn set_env(&self, name: &str, value: &str) {
        self.state.environment.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    pub fn set_random(&self, random: u64) {
        self.state.random.set(random);
    }

    pub fn set_file(&self, path: &str, bytes: &[u8]) {
        self.state.files.borrow_mut().insert(path.to_owned(), bytes.to_vec());
    }

    pub fn file(&self, path: &str) -> Option<Vec<u8>> {
        self.state.files.borrow().get(path).cloned()
    }

    pub fn set_wall_offset_ms(&self, offset_ms: i64) {
        self.state.wall_offset_ms.set(offset_ms);
    }

    pub fn answer(&self, result: Result<http::Response<Vec<u8>>, FetchError>) {
        self.answer_after(0, result);
    }

    pub fn answer_after(&self, after_ms: u64, result: Result<http::Response<Vec<u8>>, FetchError>) {
        self.state.answers.borrow_mut().push_back(Answer { after_ms, result });
    }

    /// How many waits have begun, ever.
    pub fn timers_set(&self) -> usize {
        self.state.timers_set.get()
    }

    pub fn elapsed_ms(&self) -> u64 {
        self.state.elapsed_ms.get()
    }

    pub fn unanswered(&self) -> usize {
        self.state.answers.borrow().len()
    }

    /// Takes the requests sent so far.
    pub fn take_requests(&self) -> Vec<Sent> {
        self.state.requests.take()
    }

    /// Runs a future to its end; the clock jumps to the next timer whenever nothing else is left to do.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(woken.clone());
        loop {
            if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return value;
            }
            let tasks_before = self.poll_tasks(&waker);
            let has_new_task = self.state.tasks.borrow().len() > tasks_before;
            if !woken.0.swap(false, Ordering::Relaxed) && !has_new_task {
                let next_ms = self.state.timers.borrow().iter().copied().min();
                self.state.elapsed_ms.set(next_ms.expect("the future waits for something that never comes"));
            }
        }
    }

    /// Polls each task once; how many of them are left.
    fn poll_tasks(&self, waker: &Waker) -> usize {
        let mut tasks = self.state.tasks.take();
        tasks.retain_mut(|task| task.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
        let left = tasks.len();
        self.state.tasks.borrow_mut().append(&mut tasks);
        left
    }
}

/// Set when something that is waited for has come.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Host for ScriptedHost {
    fn fetch(
        &self,
        request: &http::Request<Vec<u8>>,
        timeout_ms: u64,
    ) -> LocalFuture<Result<http::Response<Vec<u8>>, FetchError>> {
        self.state.requests.borrow_mut().push(Sent {
            at_ms: self.elapsed_ms(),
            timeout_ms,
            request: request.clone(),
        });
        let answer =
            self.state.answers.borrow_mut().pop_front().expect("a request that no answer was scripted for");
        let sleep = self.sleep(answer.after_ms.min(timeout_ms));
        Box::pin(async move {
            sleep.await;
            if answer.after_ms < timeout_ms { answer.result } else { Err(FetchError::TimedOut) }
        })
    }

    fn now_ms(&self) -> u64 {
        (START_MS + self.elapsed_ms()).saturating_add_signed(self.state.wall_offset_ms.get())
    }

    fn monotonic_ms(&self) -> u64 {
        self.elapsed_ms()
    }

    fn sleep(&self, delay_ms: u64) -> LocalFuture<()> {
        self.state.timers_set.set(self.state.timers_set.get() + 1);
        let timer = Timer::set(self.state.clone(), self.elapsed_ms() + delay_ms);
        Box::pin(async move {
            poll_fn(|_| if timer.is_over() { Poll::Ready(()) } else { Poll::Pending }).await;
        })
    }

    fn random(&self) -> u64 {
        self.state.random.get()
    }

    fn env(&self, name: &str) -> Option<String> {
        self.state.environment.borrow().get(name).cloned()
    }

    fn read_file(&self, path: &str) -> LocalFuture<Option<Vec<u8>>> {
        let file = self.file(path);
        Box::pin(async { file })
    }

    fn write_file(&self, path: &str, bytes: Vec<u8>) -> LocalFuture<bool> {
        self.set_file(path, &bytes);
        Box::pin(async { true })
    }

    fn spawn(&self, task: LocalFuture<()>) {
        self.state.tasks.borrow_mut().push(task);
    }

    fn log(&self, _: LogLevel, _: &str) {}
}

/// A timer that counts until it is dropped.
struct Timer {
    state: Rc<State>,
    at_ms: u64,
}

impl Timer {
    fn set(state: Rc<State>, at_ms: u64) -> Self {
        state.timers.borrow_mut().push(at_ms);
        Timer { state, at_ms }
    }

    fn is_over(&self) -> bool {
        self.state.elapsed_ms.get() >= self.at_ms
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let mut timers = self.state.timers.borrow_mut();
        if let Some(index) = timers.iter().position(|at_ms| *at_ms == self.at_ms) {
            timers.swap_remove(index);
        }
    }
}
