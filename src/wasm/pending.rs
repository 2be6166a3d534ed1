//! What the host is asked for and gives later: an exchange of HTTP, a pause.
//!
//! It calls back by a number. A promise for each would be several objects and closures and as many turns of the queue of
//! microtasks; and a response can be taken over in the call that brings it, while it lies where it was received.

use super::executor;
use super::host::{fetch_error, response};
use super::slots::Slots;
use crate::host::FetchError;
use js_sys::Function;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Something under way that can be called off; it calls back no more then.
    pub type JsPending;
    #[wasm_bindgen(method)]
    fn cancel(this: &JsPending);
}

/// A response, or nothing after a pause.
pub type Answer = Result<Option<http::Response<Vec<u8>>>, FetchError>;

enum State {
    Waiting(Option<Waker>),
    Answered(Option<Answer>),
}

type Slot = Rc<RefCell<State>>;

thread_local! {
    static ASKED: RefCell<Slots<Slot>> = const { RefCell::new(Slots::new()) };
    /// What the host calls with a number, a response or what went wrong, and which of them it is.
    static SETTLE: Function = Closure::<dyn FnMut(usize, JsValue, bool)>::new(|number, given, failed| {
        executor::call(|| settle(number, given, failed));
    }).into_js_value().unchecked_into();
}

fn settle(number: usize, given: JsValue, failed: bool) {
    let slot = ASKED.with_borrow_mut(|asked| asked.get_mut(number).cloned());
    let Some(slot) = slot else { return };
    let answer = if failed {
        Err(fetch_error(&given))
    } else if given.is_undefined() {
        Ok(None)
    } else {
        response(given.unchecked_ref()).map(Some)
    };
    if let State::Waiting(Some(waker)) = slot.replace(State::Answered(Some(answer))) {
        waker.wake();
    }
}

/// What the host was asked for. Dropped before it is there, it is called off.
pub struct Pending {
    number: usize,
    slot: Slot,
    js: JsPending,
}

impl Pending {
    /// Asks the host, who is given what to call and with which number.
    pub fn ask(ask: impl FnOnce(&Function, usize) -> JsPending) -> Self {
        let slot = Rc::new(RefCell::new(State::Waiting(None)));
        let number = ASKED.with_borrow_mut(|asked| asked.insert(|_| slot.clone()));
        let js = SETTLE.with(|settle| ask(settle, number));
        Pending { number, slot, js }
    }
}

impl Future for Pending {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answer> {
        match &mut *self.slot.borrow_mut() {
            State::Answered(answer) => answer.take().map_or(Poll::Pending, Poll::Ready),
            State::Waiting(waker) => {
                *waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        ASKED.with_borrow_mut(|asked| asked.remove(self.number));
        if matches!(&*self.slot.borrow(), State::Waiting(_)) {
            self.js.cancel();
        }
    }
}
