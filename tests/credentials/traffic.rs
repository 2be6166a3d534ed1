//! `http-traffic.json`: connections in the order in which they are made, as events.

use serde::Deserialize;
use std::collections::{BTreeMap, VecDeque};

/// One request and its answer.
#[derive(Debug, Default)]
pub struct Connection {
    pub method: String,
    pub uri: String,
    pub headers: BTreeMap<String, Vec<String>>,
    /// `Err` where the connection fails.
    pub status: Option<Result<u16, String>>,
    pub body: Vec<u8>,
}

/// Reads a recording.
pub fn connections(json: &str) -> VecDeque<Connection> {
    let traffic: Traffic = serde_json::from_str(json).expect("http-traffic.json");
    let mut connections: BTreeMap<u64, Connection> = BTreeMap::new();
    for Event { connection_id, action } in traffic.events {
        let connection = connections.entry(connection_id).or_default();
        match action {
            Action::Request { request } => {
                let Request { method, uri, headers } = request;
                (connection.method, connection.uri, connection.headers) = (method, uri, headers);
            }
            Action::Response { response: Response::Ok { status } } => connection.status = Some(Ok(status)),
            Action::Response { response: Response::Err(why) } => {
                connection.status = Some(Err(why.to_string()))
            }
            Action::Data { data, direction: Direction::Response } => match data {
                Data::Utf8(text) => connection.body.extend_from_slice(text.as_bytes()),
                Data::Base64(text) => panic!("a body in base64: {text}"),
            },
            Action::Data { .. } | Action::Eof(_) => {}
        }
    }
    connections.into_values().collect()
}

#[derive(Deserialize)]
struct Traffic {
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    connection_id: u64,
    action: Action,
}

#[derive(Deserialize)]
enum Action {
    Request { request: Request },
    Response { response: Response },
    Data { data: Data, direction: Direction },
    Eof(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct Request {
    method: String,
    uri: String,
    headers: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
enum Response {
    Ok { status: u16 },
    Err(serde_json::Value),
}

#[derive(Deserialize)]
enum Data {
    Utf8(String),
    Base64(String),
}

#[derive(Deserialize, PartialEq)]
enum Direction {
    Request,
    Response,
}
