//! What requests consume, and who is told of it: the meter of the task that sends them.

use super::{Client, FromJson, JsonError, JsonReader, Members};
use crate::host::LocalFuture;
use std::future::poll_fn;
use std::rc::Rc;

/// What requests have consumed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Consumption {
    /// Requests that were sent, attempts that failed included.
    pub requests: u32,
    /// Bytes of their bodies.
    pub sent_bytes: usize,
    /// Bytes of the bodies that were answered.
    pub received_bytes: usize,
    /// Read units, where DynamoDB was asked and has said so.
    pub read_units: f64,
    /// Write units, likewise. A write whose condition did not hold consumes some, and DynamoDB does not say how many.
    pub write_units: f64,
}

/// Who is told, bit by bit: that a request is sent, how long its answer was, what units that took.
pub trait Meter {
    /// Adds what was consumed.
    fn consumed(&self, consumption: Consumption);
}

/// A meter as tasks share it.
pub type SharedMeter = Rc<dyn Meter>;

/// Which units an operation consumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Units {
    /// Read units.
    Read,
    /// Write units.
    Write,
}

impl Client {
    /// Has `meter` told of every request that `task` sends; not of those that others send while it waits, nor of those of
    /// tasks that it begins and nobody has metered.
    pub fn metered<T: 'static>(
        &self,
        meter: Option<SharedMeter>,
        mut task: LocalFuture<T>,
    ) -> LocalFuture<T> {
        let client = self.clone();
        // A task's code runs while it is polled, and at no other time.
        Box::pin(poll_fn(move |cx| {
            let before = client.replace_meter(meter.clone());
            let polled = task.as_mut().poll(cx);
            client.replace_meter(before);
            polled
        }))
    }
}

/// An output, and the `ConsumedCapacity` beside its members.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html>
pub(super) struct Measured<'a> {
    pub(super) output: &'a mut dyn Members,
    pub(super) capacity: ConsumedCapacity,
}

impl Members for Measured<'_> {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "ConsumedCapacity" => json.member(&mut self.capacity),
            _ => self.output.read_member(name, json),
        }
    }
}

/// Units of one table, or a list of them: a batch has one for each table.
#[derive(Default)]
pub(super) struct ConsumedCapacity {
    pub(super) units: f64,
}

#[derive(Default)]
struct Capacity {
    units: f64,
}

impl FromJson for ConsumedCapacity {
    fn from_json(json: &mut JsonReader<'_>) -> Result<Self, JsonError> {
        let mut capacity = Capacity::default();
        if json.is_object() {
            json.members(&mut capacity)?;
        } else {
            json.array(&mut |json| json.members(&mut capacity))?;
        }
        Ok(ConsumedCapacity { units: capacity.units })
    }
}

impl Members for Capacity {
    fn read_member(&mut self, name: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        match name {
            "CapacityUnits" => json.number().map(|text| self.units += decimal(text).unwrap_or_default()),
            _ => json.skip(),
        }
    }
}

/// A plain decimal, as units are. Rust's own parser of floating-point numbers would take 20 KB of the module.
fn decimal(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: u64 = format!("{whole}{fraction}").parse().ok()?;
    Some(fraction.bytes().fold(digits as f64, |value, _| value / 10.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_plain_decimals() {
        let cases = [("0", 0.0), ("2", 2.0), ("2.0", 2.0), ("0.5", 0.5), ("128.5", 128.5), ("1.25", 1.25)];
        for (text, units) in cases {
            assert_eq!(decimal(text), Some(units), "{text}");
        }
        assert_eq!(["", "1e3", "-1", "99999999999999999999"].map(decimal), [None; 4]);
    }
}
