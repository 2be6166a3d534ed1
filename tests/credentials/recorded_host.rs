//! A host of recorded connections, a given environment and a folder as its root.

use super::traffic::Connection;
use nextjs_dynamodb_cache::host::{FetchError, Host, LocalFuture, LogLevel, ProcessError};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::future::Future;
use std::io::Read;
use std::path::PathBuf;
use std::pin::pin;
use std::process::Command;
use std::task::{Context, Poll, Waker};

/// Headers that an answer depends on.
const COMPARED: [&str; 3] = ["content-type", "x-aws-ec2-metadata-token", "x-amz-sso_bearer_token"];

#[derive(Default)]
pub struct RecordedHost {
    pub environment: BTreeMap<String, String>,
    pub files: BTreeMap<String, String>,
    pub root: Option<PathBuf>,
    pub connections: RefCell<VecDeque<Connection>>,
    pub log: RefCell<Vec<String>>,
    pub differences: RefCell<Vec<String>>,
    pub elapsed_ms: Cell<u64>,
}

impl RecordedHost {
    /// Runs a future to its end: nothing here has to be waited for.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("it waits for something that never comes"),
        }
    }

    fn compare(&self, recorded: &Connection, request: &http::Request<Vec<u8>>) {
        let different = |what: &str, recorded: String, sent: String| {
            if recorded != sent {
                let difference = format!("{what}: recorded {recorded:?}, sent {sent:?}");
                self.differences.borrow_mut().push(difference);
            }
        };
        different("method", recorded.method.clone(), request.method().to_string());
        different("URI", normal(&recorded.uri.parse().expect("a URI")), normal(request.uri()));
        for name in COMPARED {
            let Some(values) = recorded.headers.get(name) else { continue };
            let sent = request.headers().get(name).map(|value| value.to_str().expect("ASCII").to_owned());
            different(name, values.join(","), sent.unwrap_or_default());
        }
    }
}

/// With its query's parameters in order: recordings differ in that.
fn normal(uri: &http::Uri) -> String {
    let text = uri.to_string();
    let (path, query) = text.split_once('?').unwrap_or((&text, ""));
    let mut parameters: Vec<_> = query.split('&').collect();
    parameters.sort_unstable();
    format!("{path}?{}", parameters.join("&"))
}

impl Host for RecordedHost {
    fn fetch(
        &self,
        request: &http::Request<Vec<u8>>,
        _timeout_ms: u64,
    ) -> LocalFuture<Result<http::Response<Vec<u8>>, FetchError>> {
        let Some(recorded) = self.connections.borrow_mut().pop_front() else {
            let difference = format!("{} {} is not recorded", request.method(), request.uri());
            self.differences.borrow_mut().push(difference);
            return Box::pin(async { Err(FetchError::Connection("not recorded".to_owned())) });
        };
        self.compare(&recorded, request);
        let response = match recorded.status {
            Some(Ok(status)) => {
                Ok(http::Response::builder().status(status).body(recorded.body).expect("a response"))
            }
            Some(Err(why)) => Err(FetchError::Connection(why)),
            None => Err(FetchError::TimedOut),
        };
        Box::pin(async { response })
    }

    /// AWS's runner stands still at the epoch: what recordings call expired lies in the future.
    fn now_ms(&self) -> u64 {
        self.elapsed_ms.get()
    }

    fn monotonic_ms(&self) -> u64 {
        self.elapsed_ms.get()
    }

    fn sleep(&self, delay_ms: u64) -> LocalFuture<()> {
        self.elapsed_ms.set(self.elapsed_ms.get() + delay_ms);
        Box::pin(async {})
    }

    fn random(&self) -> u64 {
        u64::MAX
    }

    fn env(&self, name: &str) -> Option<String> {
        self.environment.get(name).cloned()
    }

    fn read_file(&self, path: &str) -> LocalFuture<Option<Vec<u8>>> {
        let given = self.files.get(path).map(|text| text.clone().into_bytes());
        let in_root = || {
            let mut bytes = Vec::new();
            let path = self.root.as_ref()?.join(path.trim_start_matches('/'));
            File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)).ok()?;
            Some(bytes)
        };
        let bytes = given.or_else(in_root);
        Box::pin(async { bytes })
    }

    fn run_process(&self, command: &str, _timeout_ms: u64) -> LocalFuture<Result<Vec<u8>, ProcessError>> {
        let output = Command::new("sh").args(["-c", command]).output().expect("sh");
        let result = if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(ProcessError::Failed(output.status.to_string()))
        };
        Box::pin(async { result })
    }

    fn spawn(&self, _task: LocalFuture<()>) {
        panic!("a source of credentials leaves nothing behind");
    }

    fn log(&self, _level: LogLevel, message: &str) {
        self.log.borrow_mut().push(message.to_owned());
    }
}
