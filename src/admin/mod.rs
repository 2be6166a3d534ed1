//! What people do with the table: create it, look into it, find out what is missing. No running application needs it.

mod consumption;
mod doctor;
mod names;
mod rows;
pub mod table;

pub use consumption::Consumption;
pub use doctor::{Probe, TableFacts, Whereabouts};
pub use names::{RowName, unescape};
pub use rows::{Page, RowFacts, Says};

use crate::cache::key::Rows;
use crate::dynamodb::Client;
use crate::host::{Deadline, SharedHost};

/// A request may take this long, milliseconds: a person waits for it.
const REQUEST_TIMEOUT_MS: u64 = 20_000;

/// JavaScript's `Number.MAX_SAFE_INTEGER`.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// A number as JavaScript takes it. An entry that is good for `Infinity` seconds has a larger one, and so may a row that somebody
/// else has written.
pub fn shown_number(number: u64) -> u64 {
    number.min(MAX_SAFE_INTEGER)
}

/// One table, as an administrator sees it.
#[derive(Clone)]
pub struct Admin {
    host: SharedHost,
    client: Client,
    rows: Rows,
    table_name: String,
    tag_index_name: String,
    /// The option `region`.
    region: Option<String>,
    /// The option `endpoint`.
    endpoint: Option<String>,
}

impl Admin {
    /// Over a client of the table.
    pub fn new(
        host: SharedHost,
        client: Client,
        rows: Rows,
        spec: table::TableSpec,
        region: Option<String>,
        endpoint: Option<String>,
    ) -> Self {
        let table::TableSpec { table_name, tag_index_name } = spec;
        Admin { host, client, rows, table_name, tag_index_name, region, endpoint }
    }

    fn deadline(&self) -> Deadline {
        Deadline::after(self.host.as_ref(), REQUEST_TIMEOUT_MS)
    }
}
