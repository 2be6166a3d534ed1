//! HTTP in and out: what a request's head must hold, and what an answer looks like (awsJson1_0).

use super::item::Item;
use super::request::{CallKind, TABLE};
use super::table::{Found, Refused};
use crate::world::World;
use serde_json::{Value, json};
use std::rc::Rc;

/// DynamoDB takes signatures at most this old or this far ahead (AWS: "Signature Version 4", five minutes), seconds.
const MAX_SKEW_S: u64 = 300;

/// Why a request's head is refused.
pub enum BadHttp {
    /// Its clock is too far off.
    Skewed,
    Malformed(String),
}

/// Checks everything but the body, and gives the operation's name.
pub fn check_http(request: &http::Request<Vec<u8>>, now_us: u64) -> Result<String, BadHttp> {
    let malformed = |why: String| BadHttp::Malformed(why);
    let header = |name: &str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.ok_or_else(|| BadHttp::Malformed(format!("no header {name}")))
    };
    if request.method() != http::Method::POST
        || request.uri().path() != "/"
        || request.uri().query().is_some()
    {
        return Err(malformed(format!("{} {}", request.method(), request.uri())));
    }
    if header("content-type")? != "application/x-amz-json-1.0" {
        return Err(malformed("the content type".into()));
    }
    let target = header("x-amz-target")?;
    let operation =
        target.strip_prefix("DynamoDB_20120810.").ok_or_else(|| malformed(format!("target {target}")))?;
    let date = header("x-amz-date")?;
    let scope = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDSIMULATION/{}/eu-central-1/dynamodb/aws4_request, ",
        &date[..8]
    );
    let authorization = header("authorization")?;
    let signature = authorization.rsplit_once("Signature=").map_or("", |(_, signature)| signature);
    let is_hex = signature.len() == 64 && signature.bytes().all(|b| b.is_ascii_hexdigit());
    if !authorization.starts_with(&scope) || !is_hex {
        return Err(malformed(format!("authorization {authorization}")));
    }
    let signed_s = timestamp_s(date).ok_or_else(|| malformed(format!("date {date}")))?;
    let skewed = signed_s.abs_diff(now_us / 1_000_000) > MAX_SKEW_S;
    if skewed { Err(BadHttp::Skewed) } else { Ok(operation.to_owned()) }
}

/// An answer, before it is on the wire.
pub struct Answer {
    status: u16,
    body: Vec<u8>,
}

impl Answer {
    /// The answer of a call whose steps gave `found`; `None` is unprocessed.
    pub fn of(
        kind: CallKind,
        found: Vec<Option<Result<Found, Refused>>>,
        requests: &[Value],
        world: &World,
    ) -> Self {
        let mut items = Vec::new();
        let mut unprocessed = Vec::new();
        for (position, result) in found.into_iter().enumerate() {
            match result {
                Some(Err(refused)) => return Answer::refused(&refused),
                Some(Ok(Found::Page { items, last })) => {
                    let mut page =
                        json!({ "Count": items.len(), "ScannedCount": items.len(), "Items": items });
                    if let Some(last) = last {
                        page["LastEvaluatedKey"] = last;
                    }
                    return Answer::ok(&page);
                }
                Some(Ok(Found::Item(item))) => items.extend(item),
                None => unprocessed.extend(requests.get(position).cloned()),
            }
        }
        let left = |left: Value| if unprocessed.is_empty() { json!({}) } else { json!({ TABLE: left }) };
        let item = items.last().map(spelled).unwrap_or_default();
        let body = match kind {
            CallKind::BatchGetItem { consistent } => {
                world.random().shuffle(&mut items);
                let found = items.iter().map(spelled).collect::<Vec<_>>().join(",");
                let left = left(json!({ "Keys": unprocessed, "ConsistentRead": consistent }));
                format!(r#"{{"Responses":{{"{TABLE}":[{found}]}},"UnprocessedKeys":{left}}}"#)
            }
            CallKind::BatchWriteItem => json!({ "UnprocessedItems": left(json!(unprocessed)) }).to_string(),
            CallKind::GetItem if !items.is_empty() => format!(r#"{{"Item":{item}}}"#),
            CallKind::UpdateItem { all_new: true } => format!(r#"{{"Attributes":{item}}}"#),
            _ => "{}".to_owned(),
        };
        Answer { status: 200, body: body.into_bytes() }
    }

    pub fn refused(refused: &Refused) -> Self {
        Answer::error(400, &format!("com.amazonaws.dynamodb.v20120810#{}", refused.0), &refused.1)
    }

    pub fn signature_expired() -> Self {
        Answer::error(400, "com.amazon.coral.service#InvalidSignatureException", "Signature expired")
    }

    pub fn throttled(world: &World) -> Self {
        match world.chance(0.5) {
            true => Answer::error(
                400,
                "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
                "slow down",
            ),
            false => Answer::error(400, "com.amazon.coral.availability#ThrottlingException", "Rate exceeded"),
        }
    }

    pub fn internal_error() -> Self {
        Answer::error(500, "com.amazonaws.dynamodb.v20120810#InternalServerError", "Internal server error")
    }

    pub fn into_response(self, now_us: u64) -> http::Response<Vec<u8>> {
        let checksum = crc32(&self.body);
        self.with_checksum(checksum, now_us)
    }

    /// Cut short, or with a byte changed.
    pub fn corrupted(mut self, world: &World, now_us: u64) -> http::Response<Vec<u8>> {
        let checksum = crc32(&self.body);
        let position = world.within(0..=self.body.len() as u64 - 1) as usize;
        match world.chance(0.5) {
            true => self.body.truncate(position),
            false => self.body[position] ^= 1 << world.within(0..=6),
        }
        self.with_checksum(checksum, now_us)
    }

    fn with_checksum(self, checksum: u32, now_us: u64) -> http::Response<Vec<u8>> {
        http::Response::builder()
            .status(self.status)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amzn-requestid", "SIMULATED")
            .header("x-amz-crc32", checksum.to_string())
            .header("date", http_date(now_us / 1_000_000))
            .body(self.body)
            .expect("the parts are valid")
    }

    fn ok(body: &Value) -> Self {
        Answer { status: 200, body: body.to_string().into_bytes() }
    }

    fn error(status: u16, code: &str, message: &str) -> Self {
        Answer { status, body: json!({ "__type": code, "message": message }).to_string().into_bytes() }
    }
}

/// Rows are large and many read them: they are spelled from where they lie.
fn spelled(item: &Rc<Item>) -> String {
    serde_json::to_string(&**item).expect("it was JSON")
}

/// Unix seconds of `YYYYMMDDTHHMMSSZ`.
fn timestamp_s(date: &str) -> Option<u64> {
    let number = |from: usize, to: usize| date.get(from..to)?.parse::<u64>().ok();
    let days = days_from_civil(number(0, 4)?, number(4, 6)?, number(6, 8)?);
    (date.len() == 16)
        .then_some(days * 86_400 + number(9, 11)? * 3600 + number(11, 13)? * 60 + number(13, 15)?)
}

/// RFC 9110, section 5.6.7: IMF-fixdate.
fn http_date(now_s: u64) -> String {
    let days = now_s / 86_400;
    let year = (1970..).find(|year| days_from_civil(year + 1, 1, 1) > days).unwrap_or(1970);
    let month = (1..=12).rev().find(|month| days_from_civil(year, *month, 1) <= days).unwrap_or(1);
    let day = days - days_from_civil(year, month, 1) + 1;
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][(days % 7) as usize];
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (hour, minute, second) = (now_s / 3600 % 24, now_s / 60 % 60, now_s % 60);
    let month = months[month as usize - 1];
    format!("{weekday}, {day:02} {month} {year} {hour:02}:{minute:02}:{second:02} GMT")
}

/// Days since 1970-01-01, for years from 1970 on.
fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let shifted = if month <= 2 { year - 1 } else { year }; // years from March on: the leap day is the last
    let leap_days = shifted / 4 - shifted / 100 + shifted / 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    shifted * 365 + leap_days + day_of_year - 719_468
}

/// The checksum of `x-amz-crc32`: reflected, polynomial 0xEDB88320.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| CRC_TABLE[((crc ^ u32::from(*byte)) & 0xFF) as usize] ^ (crc >> 8))
}

const CRC_TABLE: [u32; 256] = {
    let mut table = [0u32; 256];
    let mut i = 0;
    while i < 256 {
        let mut crc = i as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
};

#[test]
fn dates_are_those_of_the_calendar() {
    assert_eq!(days_from_civil(1970, 1, 1), 0);
    assert_eq!(timestamp_s("20150830T123600Z"), Some(1_440_938_160));
    assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

#[test]
fn the_checksum_is_crc32() {
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
}
