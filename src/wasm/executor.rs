//! Runs the core's tasks.
//!
//! What wakes one is mostly a call from JavaScript, which may be answered before it returns: tasks that are woken in a call run at
//! its end. A queue of microtasks, as `wasm-bindgen-futures` has it, is gone through only by what is woken otherwise.

use super::slots::Slots;
use crate::host::LocalFuture;
use js_sys::Function;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = queueMicrotask)]
    fn queue_microtask(run: &Function);
}

thread_local! {
    static TASKS: RefCell<Slots<Task>> = const { RefCell::new(Slots::new()) };
    static WOKEN: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    /// Whether a call goes on, which runs those that are woken before it returns.
    static IS_RUNNING: Cell<bool> = const { Cell::new(false) };
    /// What the clocks say in this call.
    static CLOCKS: Cell<Clocks> = const { Cell::new(Clocks { now_ms: None, monotonic_ms: None }) };
    static RUN: Function = Closure::<dyn FnMut()>::new(run_woken).into_js_value().unchecked_into();
}

/// Readings of a host's clocks, Unix milliseconds and those of `performance.now()`.
#[derive(Clone, Copy, Default)]
struct Clocks {
    now_ms: Option<u64>,
    monotonic_ms: Option<u64>,
}

struct Task {
    /// Absent while it runs.
    future: Option<LocalFuture<()>>,
    waker: Waker,
}

/// Wakes the task of a number; one that has it by then and was not meant finds nothing changed.
struct Number(usize);

impl Wake for Number {
    fn wake(self: Arc<Self>) {
        wake(self.0);
    }
}

/// Runs what JavaScript calls, and then the tasks that it has woken.
pub fn call<T>(run: impl FnOnce() -> T) -> T {
    let is_within = IS_RUNNING.replace(true);
    let result = run();
    if !is_within {
        run_woken();
    }
    result
}

/// The wall clock. In a call it is read once: to ask JavaScript takes longer than most of what is done in between.
pub fn now_ms(read: impl FnOnce() -> u64) -> u64 {
    let clocks = CLOCKS.get();
    let now_ms = clocks.now_ms.unwrap_or_else(read);
    if IS_RUNNING.get() {
        CLOCKS.set(Clocks { now_ms: Some(now_ms), ..clocks });
    }
    now_ms
}

/// The clock that only goes forward, likewise.
pub fn monotonic_ms(read: impl FnOnce() -> u64) -> u64 {
    let clocks = CLOCKS.get();
    let monotonic_ms = clocks.monotonic_ms.unwrap_or_else(read);
    if IS_RUNNING.get() {
        CLOCKS.set(Clocks { monotonic_ms: Some(monotonic_ms), ..clocks });
    }
    monotonic_ms
}

/// Has a task run to its end.
pub fn spawn(future: LocalFuture<()>) {
    let task = |number| Task { future: Some(future), waker: Waker::from(Arc::new(Number(number))) };
    wake(TASKS.with_borrow_mut(|tasks| tasks.insert(task)));
}

fn wake(number: usize) {
    let is_first = WOKEN.with_borrow_mut(|woken| {
        woken.push(number);
        woken.len() == 1
    });
    if is_first && !IS_RUNNING.get() {
        RUN.with(queue_microtask);
    }
}

fn run_woken() {
    IS_RUNNING.set(true);
    loop {
        let woken = WOKEN.take();
        if woken.is_empty() {
            break;
        }
        woken.into_iter().for_each(run);
    }
    IS_RUNNING.set(false);
    CLOCKS.take();
}

fn run(number: usize) {
    let taken = TASKS.with_borrow_mut(|tasks| {
        let task = tasks.get_mut(number)?;
        Some((task.future.take()?, task.waker.clone()))
    });
    let Some((mut future, waker)) = taken else { return };
    if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
        TASKS.with_borrow_mut(|tasks| tasks.remove(number));
        return;
    }
    TASKS.with_borrow_mut(|tasks| {
        if let Some(task) = tasks.get_mut(number) {
            task.future = Some(future);
        }
    });
}
