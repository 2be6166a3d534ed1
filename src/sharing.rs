//! Futures that share: one read for many callers, two at a time, and a limit in time.

use crate::host::{Deadline, LocalFuture, SharedHost};
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Poll, Waker};

/// A result that many wait for.
pub struct Shared<T> {
    state: RefCell<State<T>>,
}

enum State<T> {
    Waiting(Vec<Waker>),
    Done(T),
}

impl<T: Clone> Shared<T> {
    /// A result that is still to come.
    pub fn pending() -> Rc<Self> {
        Rc::new(Shared { state: RefCell::new(State::Waiting(Vec::new())) })
    }

    /// Gives the result to everyone who waits, now or later. Only the first call counts.
    pub fn resolve(&self, value: T) {
        let mut state = self.state.borrow_mut();
        if let State::Waiting(wakers) = &mut *state {
            let wakers = std::mem::take(wakers);
            *state = State::Done(value);
            drop(state);
            wakers.into_iter().for_each(Waker::wake);
        }
    }

    /// Waits for the result.
    pub async fn wait(&self) -> T {
        poll_fn(|cx| match &mut *self.state.borrow_mut() {
            State::Done(value) => Poll::Ready(value.clone()),
            State::Waiting(wakers) => {
                if !wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
                    wakers.push(cx.waker().clone());
                }
                Poll::Pending
            }
        })
        .await
    }
}

/// Runs two futures at once and gives both results.
pub async fn join<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut got_a, mut got_b) = (None, None);
    poll_fn(|cx| {
        if got_a.is_none()
            && let Poll::Ready(value) = a.as_mut().poll(cx)
        {
            got_a = Some(value);
        }
        if got_b.is_none()
            && let Poll::Ready(value) = b.as_mut().poll(cx)
        {
            got_b = Some(value);
        }
        match (got_a.take(), got_b.take()) {
            (Some(value_a), Some(value_b)) => Poll::Ready((value_a, value_b)),
            (value_a, value_b) => {
                (got_a, got_b) = (value_a, value_b);
                Poll::Pending
            }
        }
    })
    .await
}

/// Runs futures at once and gives their results in the order in which they were done.
pub async fn join_all<T>(mut futures: Vec<LocalFuture<T>>) -> Vec<T> {
    let mut results = Vec::with_capacity(futures.len());
    poll_fn(|cx| {
        futures.retain_mut(|future| match future.as_mut().poll(cx) {
            Poll::Ready(result) => {
                results.push(result);
                false
            }
            Poll::Pending => true,
        });
        if futures.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    results
}

/// The future's result, or `None` once the deadline has passed; the future is then dropped, which cancels its requests.
pub async fn within<T>(host: &SharedHost, deadline: Deadline, future: impl Future<Output = T>) -> Option<T> {
    // Boxed, so that the code is there once for each kind of result and not for each future.
    let mut future: Pin<Box<dyn Future<Output = T> + '_>> = Box::pin(future);
    // What is answered from memory needs no timer, which costs more than the answer.
    let at_once = poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => Poll::Ready(None),
    });
    if let Some(value) = at_once.await {
        return Some(value);
    }
    either(future, host.sleep(deadline.remaining_ms(host.as_ref()))).await
}

/// The first future's result, unless the second one is done before.
pub async fn either<T>(future: impl Future<Output = T>, until: impl Future<Output = ()>) -> Option<T> {
    let (mut future, mut until) = (pin!(future), pin!(until));
    poll_fn(|cx| {
        if let Poll::Ready(value) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(value));
        }
        until.as_mut().poll(cx).map(|()| None)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted_host::ScriptedHost;
    use std::task::Context;

    fn poll_once<T>(future: impl Future<Output = T>) -> Poll<T> {
        pin!(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn all_who_wait_get_the_one_result() {
        let shared = Shared::pending();
        assert_eq!(poll_once(shared.wait()), Poll::Pending);
        shared.resolve(7);
        shared.resolve(8);
        assert_eq!(poll_once(join(shared.wait(), shared.wait())), Poll::Ready((7, 7)));
    }

    #[test]
    fn what_is_ready_at_once_sets_no_timer() {
        let host = ScriptedHost::new();
        let shared: SharedHost = host.clone();
        let deadline = Deadline::after(host.as_ref(), 300);
        assert_eq!(host.run(within(&shared, deadline, async { 1 })), Some(1));
        assert_eq!(host.timers_set(), 0);
        assert_eq!(host.run(within(&shared, deadline, std::future::pending::<u8>())), None);
        assert_eq!((host.timers_set(), host.elapsed_ms()), (1, 300));
    }

    #[test]
    fn a_future_that_is_ready_wins_over_the_time_limit() {
        assert_eq!(poll_once(either(async { 1 }, async {})), Poll::Ready(Some(1)));
        assert_eq!(poll_once(either(std::future::pending::<u8>(), async {})), Poll::Ready(None));
    }
}
