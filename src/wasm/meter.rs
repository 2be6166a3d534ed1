//! [`Meter`] in JavaScript: the operation that a call is part of.

use crate::dynamodb::{Consumption, Meter, SharedMeter};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// What `js/operations.mjs` hands over.
    pub type JsMeter;
    #[wasm_bindgen(method)]
    fn consumed(
        this: &JsMeter,
        requests: u32,
        sent_bytes: f64,
        received_bytes: f64,
        read_units: f64,
        write_units: f64,
    );
}

/// As tasks share it.
pub fn shared(meter: JsMeter) -> SharedMeter {
    Rc::new(meter)
}

impl Meter for JsMeter {
    fn consumed(&self, consumption: Consumption) {
        let Consumption { requests, sent_bytes, received_bytes, read_units, write_units } = consumption;
        self.consumed(requests, sent_bytes as f64, received_bytes as f64, read_units, write_units);
    }
}
