//! One thread, virtual time, and a seed that decides which of the tasks that can go on does.
//!
//! Nothing sleeps: when no task can go on, the clock jumps to the next timer. A history is a function of its seed.

use crate::random::Random;
use nextjs_dynamodb_cache::host::LocalFuture;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// Where a history starts, Unix microseconds: some day in 2026.
const EPOCH_US: u64 = 1_790_000_000_000_000;

/// Polls and timers after which a history counts as a livelock.
const MAX_STEPS: u64 = 3_000_000;

/// Whose a task is: crashing a process drops its tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The scenario itself, which never crashes.
    Scenario,
    /// A simulated process, by its number; a restarted one gets a new number.
    Process(u32),
}

/// The tasks and timers of one history.
pub struct World {
    now_us: Cell<u64>,
    random: RefCell<Random>,
    tasks: RefCell<BTreeMap<u64, Task>>,
    timers: RefCell<BTreeMap<(u64, u64), Timer>>,
    woken: Arc<Mutex<Vec<u64>>>,
    /// Until when, microseconds.
    frozen: RefCell<BTreeMap<Owner, u64>>,
    serial: Cell<u64>,
    traced: bool,
}

struct Task {
    owner: Owner,
    /// Out while it is polled.
    future: Option<LocalFuture<()>>,
    waker: Waker,
}

enum Timer {
    Wake(Waker),
    Run(Box<dyn FnOnce()>),
}

impl World {
    pub fn new(seed: u64, traced: bool) -> Rc<Self> {
        Rc::new(World {
            now_us: Cell::new(EPOCH_US),
            random: RefCell::new(Random::new(seed)),
            tasks: RefCell::default(),
            timers: RefCell::default(),
            woken: Arc::default(),
            frozen: RefCell::default(),
            serial: Cell::new(0),
            traced,
        })
    }

    /// Runs until `main` is done, and gives its result; `Err` says why it never will be.
    pub fn run<T: 'static>(
        self: &Rc<Self>,
        main: impl Future<Output = T> + 'static,
    ) -> Result<T, &'static str> {
        let result = Rc::new(RefCell::new(None));
        let slot = result.clone();
        self.spawn(Owner::Scenario, Box::pin(async move { *slot.borrow_mut() = Some(main.await) }));
        for _ in 0..MAX_STEPS {
            let progressed = self.poll_one() || self.fire_timer();
            if let Some(result) = result.borrow_mut().take() {
                self.end();
                return Ok(result);
            }
            if !progressed {
                return Err("deadlock: no task can go on and no timer is set");
            }
        }
        Err("livelock: too many steps")
    }

    pub fn spawn(&self, owner: Owner, future: LocalFuture<()>) {
        let id = self.next_serial();
        let waker = Waker::from(Arc::new(TaskWaker { id, woken: self.woken.clone() }));
        waker.wake_by_ref();
        self.tasks.borrow_mut().insert(id, Task { owner, future: Some(future), waker });
    }

    /// Drops all tasks of an owner, between two of their steps.
    pub fn crash(&self, owner: Owner) {
        let mut tasks = self.tasks.borrow_mut();
        let dead: Vec<_> = tasks.iter().filter(|(_, task)| task.owner == owner).map(|(id, _)| *id).collect();
        let dropped: Vec<_> = dead.iter().filter_map(|id| tasks.remove(id)).collect();
        drop(tasks); // dropping a task's future may wake others
        drop(dropped);
    }

    /// No task of an owner goes on for so long, as on Lambda between two invocations, or while a machine moves.
    pub fn freeze(&self, owner: Owner, lasting_us: u64) {
        self.frozen.borrow_mut().insert(owner, self.now_us() + lasting_us);
    }

    /// When an owner that was frozen goes on, or went on, microseconds; 0 is never frozen.
    pub fn thaws_us(&self, owner: Owner) -> u64 {
        self.frozen.borrow().get(&owner).copied().unwrap_or(0)
    }

    /// Resolves at `delay_us` from now.
    pub fn sleep_us(self: &Rc<Self>, delay_us: u64) -> Sleep {
        Sleep { world: self.clone(), at_us: self.now_us() + delay_us, timer: None }
    }

    /// Runs something that is no task, `delay_us` from now.
    pub fn after_us(&self, delay_us: u64, run: impl FnOnce() + 'static) {
        let key = (self.now_us() + delay_us, self.next_serial());
        self.timers.borrow_mut().insert(key, Timer::Run(Box::new(run)));
    }

    /// The true time, Unix microseconds.
    pub fn now_us(&self) -> u64 {
        self.now_us.get()
    }

    /// A number in the range, both ends included.
    pub fn within(&self, range: std::ops::RangeInclusive<u64>) -> u64 {
        self.random.borrow_mut().within(range)
    }

    pub fn chance(&self, probability: f64) -> bool {
        self.random.borrow_mut().chance(probability)
    }

    pub fn random(&self) -> std::cell::RefMut<'_, Random> {
        self.random.borrow_mut()
    }

    /// Prints a line of the history when one seed is replayed.
    pub fn trace(&self, line: impl FnOnce() -> String) {
        if self.traced {
            let ms = (self.now_us() - EPOCH_US) as f64 / 1000.0;
            println!("{ms:>12.3} ms  {}", line());
        }
    }

    fn poll_one(self: &Rc<Self>) -> bool {
        let id = {
            let mut woken = self.woken.lock().expect("one thread");
            if woken.is_empty() {
                return false;
            }
            let position = self.within(0..=woken.len() as u64 - 1) as usize;
            woken.swap_remove(position)
        };
        if self.waits_frozen(id) {
            return true;
        }
        let polled =
            self.tasks.borrow_mut().get_mut(&id).map(|task| (task.future.take(), task.waker.clone()));
        let Some((Some(mut future), waker)) = polled else { return true };
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(()) => drop(self.tasks.borrow_mut().remove(&id)),
            Poll::Pending => {
                if let Some(task) = self.tasks.borrow_mut().get_mut(&id) {
                    task.future = Some(future);
                }
            }
        }
        true
    }

    /// Has a task whose owner is frozen woken when that is over.
    fn waits_frozen(&self, id: u64) -> bool {
        let tasks = self.tasks.borrow();
        let Some(task) = tasks.get(&id) else { return false };
        let thaws_us = self.thaws_us(task.owner);
        if thaws_us <= self.now_us() {
            return false;
        }
        self.timers.borrow_mut().insert((thaws_us, self.next_serial()), Timer::Wake(task.waker.clone()));
        true
    }

    fn fire_timer(&self) -> bool {
        let Some(((at_us, _), timer)) = self.timers.borrow_mut().pop_first() else { return false };
        self.now_us.set(self.now_us().max(at_us));
        match timer {
            Timer::Wake(waker) => waker.wake(),
            Timer::Run(run) => run(),
        }
        true
    }

    /// Breaks the cycles between tasks and what they hold.
    fn end(&self) {
        let (tasks, timers) = (self.tasks.take(), self.timers.take());
        drop((tasks, timers));
        self.timers.take();
    }

    fn next_serial(&self) -> u64 {
        self.serial.set(self.serial.get() + 1);
        self.serial.get()
    }
}

struct TaskWaker {
    id: u64,
    woken: Arc<Mutex<Vec<u64>>>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        let mut woken = self.woken.lock().expect("one thread");
        if !woken.contains(&self.id) {
            woken.push(self.id);
        }
    }
}

/// A wait in virtual time.
pub struct Sleep {
    world: Rc<World>,
    at_us: u64,
    timer: Option<(u64, u64)>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.world.now_us() >= self.at_us {
            return Poll::Ready(());
        }
        let key = self.timer.unwrap_or_else(|| (self.at_us, self.world.next_serial()));
        self.world.timers.borrow_mut().insert(key, Timer::Wake(cx.waker().clone()));
        self.timer = Some(key);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.timer {
            self.world.timers.borrow_mut().remove(&key);
        }
    }
}

#[test]
fn the_clock_jumps_and_a_crash_drops_what_waits() {
    let world = World::new(1, false);
    let crashed = Rc::new(Cell::new(true));
    let (clock, flag) = (world.clone(), crashed.clone());
    let late = world.sleep_us(2_000_000);
    world.spawn(
        Owner::Process(1),
        Box::pin(async move {
            late.await;
            flag.set(false);
        }),
    );
    let took_us = world.run(async move {
        let start_us = clock.now_us();
        clock.sleep_us(1_000_000).await;
        clock.crash(Owner::Process(1));
        clock.sleep_us(9_000_000).await;
        clock.now_us() - start_us
    });
    assert_eq!((took_us, crashed.get()), (Ok(10_000_000), true));
}

#[test]
fn what_waits_for_nothing_is_a_deadlock() {
    let world = World::new(1, false);
    assert!(world.run(std::future::pending::<()>()).is_err());
}
