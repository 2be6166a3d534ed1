//! Why JSON was not read.

use std::fmt;

/// Why a body was not read. It quotes nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    pub(super) kind: Malformed,
    pub(super) at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    NotJson,
    EndsEarly,
    OtherShape,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            Malformed::NotJson => "it is not JSON",
            Malformed::EndsEarly => "it ends early",
            Malformed::OtherShape => "it has another shape",
        };
        write!(f, "{what} (at byte {})", self.at)
    }
}
