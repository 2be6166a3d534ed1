//! Callers that arrive while a read is under way share the next one.
//!
//! A read that began before a caller came may miss what had happened by then, so it cannot be his. One more read,
//! begun when the running one is done, serves all who came meanwhile.

use crate::host::SharedHost;
use crate::sharing::{Shared, either};
use std::cell::RefCell;
use std::rc::Rc;

/// The shared read does not wait longer than this for the running one, which may hang. Milliseconds.
const MAX_WAIT_MS: u64 = 30;

/// One place where reads of one thing begin.
pub struct Turnstile<T> {
    running: RefCell<Option<Rc<Shared<()>>>>,
    next: RefCell<Option<Rc<Shared<T>>>>,
}

/// What a caller is to do.
pub enum Turn<T> {
    /// Read for himself, holding this until done.
    Now(Running<T>),
    /// Wait for the shared read, which someone else begins.
    Share(Rc<Shared<T>>),
    /// Begin the shared read: wait with [`Turnstile::next_turn`], then read and resolve it.
    BeginNext(Rc<Shared<T>>, Rc<Shared<()>>),
}

/// A read under way; dropping it lets the next begin.
pub struct Running<T> {
    turnstile: Rc<Turnstile<T>>,
    finished: Rc<Shared<()>>,
}

impl<T: Clone> Turnstile<T> {
    /// A turnstile with nobody in it.
    pub fn new() -> Rc<Self> {
        Rc::new(Turnstile { running: RefCell::new(None), next: RefCell::new(None) })
    }

    /// What a caller who comes now is to do. Who is to wait shares also where nobody reads: with those who come while he
    /// waits.
    pub fn enter(self: &Rc<Self>, is_to_wait: bool) -> Turn<T> {
        if let Some(next) = &*self.next.borrow() {
            return Turn::Share(next.clone());
        }
        let running = self.running.borrow().clone();
        let running = match running {
            Some(running) => running,
            None if is_to_wait => {
                let nobody = Shared::pending();
                nobody.resolve(());
                nobody
            }
            None => return Turn::Now(self.run()),
        };
        let next = Shared::pending();
        *self.next.borrow_mut() = Some(next.clone());
        Turn::BeginNext(next, running)
    }

    /// Waits until the shared read may begin. From then on, new callers wait for the one after it.
    pub async fn next_turn(
        self: &Rc<Self>,
        host: &SharedHost,
        running: Rc<Shared<()>>,
        wait_ms: u64,
    ) -> Running<T> {
        either(running.wait(), host.sleep(MAX_WAIT_MS)).await;
        if wait_ms > 0 {
            host.sleep(wait_ms).await;
        }
        self.next.borrow_mut().take();
        self.run()
    }

    /// Whether nobody reads and nobody waits.
    pub fn is_idle(&self) -> bool {
        self.running.borrow().is_none() && self.next.borrow().is_none()
    }

    fn run(self: &Rc<Self>) -> Running<T> {
        let finished = Shared::pending();
        *self.running.borrow_mut() = Some(finished.clone());
        Running { turnstile: self.clone(), finished }
    }
}

impl<T> Drop for Running<T> {
    fn drop(&mut self) {
        let mut running = self.turnstile.running.borrow_mut();
        if running.as_ref().is_some_and(|running| Rc::ptr_eq(running, &self.finished)) {
            *running = None;
        }
        drop(running);
        self.finished.resolve(());
    }
}
