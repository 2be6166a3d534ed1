//! DynamoDB at the level of HTTP: it takes the signed requests that the client builds, and answers as DynamoDB does.
//!
//! An operation takes effect at some moment between its request and its answer, each item of a batch at its own. The seed
//! decides the moments, and what goes wrong: throttling, errors, broken connections, whether the operation took effect
//! or not.

mod answer;
mod expression;
mod faults;
mod item;
mod request;
mod syntax;
mod table;

pub use faults::Faults;
pub use item::{Item, MAX_ITEM_BYTES, number_of};
pub use request::TABLE;
pub use table::{Table, TableSettings};

use crate::history::History;
use crate::world::World;
use answer::Answer;
use faults::Fault;
use nextjs_dynamodb_cache::host::{FetchError, LocalFuture};
use request::{Call, CallKind};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use table::{Found, Refused, Step};

type Response = Result<http::Response<Vec<u8>>, FetchError>;

/// The service that all simulated processes talk to.
pub struct DynamoDb {
    world: Rc<World>,
    table: Rc<Table>,
    history: Rc<History>,
    faults: RefCell<Faults>,
    requests: Cell<u64>,
}

impl DynamoDb {
    pub fn new(world: Rc<World>, table: Rc<Table>, history: Rc<History>, faults: Faults) -> Rc<Self> {
        Rc::new(DynamoDb { world, table, history, faults: RefCell::new(faults), requests: Cell::new(0) })
    }

    /// From now on nothing goes wrong any more.
    pub fn calm_down(&self) {
        *self.faults.borrow_mut() = Faults::none();
    }

    /// Requests so far.
    pub fn requests(&self) -> u64 {
        self.requests.get()
    }

    /// Takes a request. Dropping the future breaks the connection: what was sent may take effect, or not.
    pub fn fetch(self: &Rc<Self>, request: http::Request<Vec<u8>>, timeout_ms: u64) -> LocalFuture<Response> {
        self.requests.set(self.requests.get() + 1);
        let exchange = Rc::new(Exchange::new(&self.world));
        let timed_out = exchange.clone();
        self.world.after_us(timeout_ms * 1000, move || timed_out.answer(Err(FetchError::TimedOut)));
        let fault = self.faults.borrow().draw(&self.world);
        match answer::check_http(&request, self.world.now_us()) {
            Err(answer::BadHttp::Skewed) => self.respond(&exchange, Answer::signature_expired()),
            Err(answer::BadHttp::Malformed(why)) => self.reject(&exchange, &why),
            Ok(operation) => match request::parse(&operation, request.body()) {
                Err(why) => self.reject(&exchange, &format!("{operation}: {why}: {}", text(&request))),
                Ok(call) => self.serve(&exchange, call, fault),
            },
        }
        Box::pin(Fetch { exchange })
    }

    /// No request of ours may be malformed.
    fn reject(self: &Rc<Self>, exchange: &Rc<Exchange>, why: &str) {
        self.history.violation(format!("malformed request: {why}"));
        self.respond(exchange, Answer::refused(&Refused("ValidationException", why.to_owned())));
    }

    fn serve(self: &Rc<Self>, exchange: &Rc<Exchange>, call: Call, fault: Option<Fault>) {
        self.world.trace(|| {
            let keys: Vec<_> = call.steps.iter().map(Step::key).take(4).collect();
            format!(
                "      -> {:?} {keys:?} {}",
                call.kind,
                fault.map_or(String::new(), |fault| format!("{fault:?}"))
            )
        });
        if let Some(fault) = fault.filter(|fault| !fault.takes_effect()) {
            return self.break_off(exchange, fault, None);
        }
        let slow_us = match fault {
            Some(Fault::Slow) => self.world.within(1..=600_000),
            Some(Fault::Late) => self.world.within(1..=20_000_000),
            _ => 0,
        };
        let moments: Vec<_> = call.steps.iter().map(|_| slow_us / 2 + self.travel_us()).collect();
        let (kind, pending) = (call.kind, Rc::new(Pending::new(&call)));
        for ((position, step), moment_us) in call.steps.into_iter().enumerate().zip(&moments) {
            let (service, exchange, pending) = (self.clone(), exchange.clone(), pending.clone());
            self.world.after_us(*moment_us, move || service.take_step(&exchange, &pending, position, step));
        }
        let answered_us = moments.iter().max().copied().unwrap_or(0) + slow_us / 2 + self.travel_us();
        let (service, exchange) = (self.clone(), exchange.clone());
        self.world.after_us(answered_us, move || {
            let answer = pending.answer(kind, &call.requests, &service.world);
            match fault.filter(|fault| *fault != Fault::Slow) {
                Some(fault) => service.break_off(&exchange, fault, Some(answer)),
                None => exchange.answer(Ok(answer.into_response(service.world.now_us()))),
            }
        });
    }

    fn take_step(&self, exchange: &Exchange, pending: &Pending, position: usize, step: Step) {
        let unprocessed = pending.is_batch && self.world.chance(self.faults.borrow().unprocessed);
        if !exchange.cancelled.get() && !unprocessed {
            let key = step.key().to_owned();
            let result = self.table.execute(step);
            self.world.trace(|| {
                format!("         effect on {key:?} {}", if result.is_ok() { "" } else { "refused" })
            });
            pending.found.borrow_mut()[position] = Some(result);
        }
    }

    fn respond(self: &Rc<Self>, exchange: &Rc<Exchange>, answer: Answer) {
        let (service, exchange) = (self.clone(), exchange.clone());
        self.world.after_us(self.travel_us() + self.travel_us(), move || {
            exchange.answer(Ok(answer.into_response(service.world.now_us())));
        });
    }

    fn break_off(self: &Rc<Self>, exchange: &Rc<Exchange>, fault: Fault, answer: Option<Answer>) {
        match fault {
            Fault::Throttled => self.respond(exchange, Answer::throttled(&self.world)),
            Fault::Failed | Fault::FailedAfterEffect => self.respond(exchange, Answer::internal_error()),
            Fault::Broken | Fault::BrokenAfterEffect => {
                let exchange = exchange.clone();
                let broken = Err(FetchError::Connection("connection reset".into()));
                self.world.after_us(self.travel_us(), move || exchange.answer(broken));
            }
            Fault::Corrupted => {
                let response = answer.map(|answer| answer.corrupted(&self.world, self.world.now_us()));
                if let Some(response) = response {
                    exchange.answer(Ok(response));
                }
            }
            Fault::Hung | Fault::HungAfterEffect | Fault::Late | Fault::Slow => {}
        }
    }

    /// One way through the network: mostly a few milliseconds.
    fn travel_us(&self) -> u64 {
        let far = self.world.chance(self.faults.borrow().far);
        self.world.within(if far { 1..=60_000 } else { 1..=6_000 })
    }
}

/// What the steps of a call have given so far; `None` is unprocessed.
struct Pending {
    found: RefCell<Vec<Option<Result<Found, Refused>>>>,
    is_batch: bool,
}

impl Pending {
    fn new(call: &Call) -> Self {
        let found = call.steps.iter().map(|_| None).collect();
        let is_batch = matches!(call.kind, CallKind::BatchGetItem { .. } | CallKind::BatchWriteItem);
        Pending { found: RefCell::new(found), is_batch }
    }

    fn answer(&self, kind: CallKind, requests: &[serde_json::Value], world: &World) -> Answer {
        Answer::of(kind, self.found.take(), requests, world)
    }
}

/// One request under way.
struct Exchange {
    world: Rc<World>,
    response: RefCell<Option<Response>>,
    waker: RefCell<Option<Waker>>,
    answered: Cell<bool>,
    cancelled: Cell<bool>,
}

impl Exchange {
    fn new(world: &Rc<World>) -> Self {
        Exchange {
            world: world.clone(),
            response: RefCell::default(),
            waker: RefCell::default(),
            answered: Cell::new(false),
            cancelled: Cell::new(false),
        }
    }

    /// The first answer counts.
    fn answer(&self, response: Response) {
        if self.answered.replace(true) {
            return;
        }
        *self.response.borrow_mut() = Some(response);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

struct Fetch {
    exchange: Rc<Exchange>,
}

impl Future for Fetch {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response> {
        if let Some(response) = self.exchange.response.take() {
            return Poll::Ready(response);
        }
        *self.exchange.waker.borrow_mut() = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.exchange.cancelled.set(self.exchange.world.chance(0.5));
    }
}

fn text(request: &http::Request<Vec<u8>>) -> String {
    String::from_utf8_lossy(request.body()).chars().take(600).collect()
}
