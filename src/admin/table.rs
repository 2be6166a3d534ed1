//! The cache's table: created, or completed when it is there. Running it again changes nothing.

use crate::dynamodb::{
    AttributeDefinition, Client, CreateGlobalSecondaryIndexAction, CreateTable, DescribeTable,
    DescribeTimeToLive, Error, ErrorKind, GlobalSecondaryIndex, GlobalSecondaryIndexDescription,
    GlobalSecondaryIndexUpdate, KeySchemaElement, Projection, TableDescription, UpdateTable,
    UpdateTimeToLive,
};
use crate::host::{Deadline, SharedHost};
use serde::Serialize;
use std::fmt;

/// The partition key of the table.
const KEY: &str = "key";
/// The partition key of the index.
const TAG: &str = "tag";
/// The attribute that DynamoDB deletes rows by.
const EXPIRES_AT: &str = "expiresAt";

/// One request to the control plane may take this long, milliseconds.
const REQUEST_TIMEOUT_MS: u64 = 20_000;
/// DynamoDB fills a new index from the rows that are there, which takes minutes in a large table.
const ACTIVE_TIMEOUT_MS: u64 = 30 * 60_000;
const POLL_MS: u64 = 500;
/// A line of progress while waiting comes about this often, in polls.
const POLLS_PER_LINE: u64 = 10;

/// Which table to make.
#[derive(Clone, Debug)]
pub struct TableSpec {
    /// The table.
    pub table_name: String,
    /// Its index by tag.
    pub tag_index_name: String,
}

/// What was found, and what was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableReport {
    /// The table.
    pub table_name: String,
    /// The table itself.
    pub table: Part,
    /// Its index by tag.
    pub index: Part,
    /// Its time to live.
    pub ttl: Ttl,
}

/// A part of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// It was missing.
    Created,
    /// It was there.
    Found,
}

/// The time to live of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Ttl {
    /// It was off.
    Enabled,
    /// It was on.
    Found,
    /// The endpoint (an emulator) has none.
    Unsupported,
}

/// Creates the table with its index and its TTL, or completes it, and waits until it is active.
///
/// What is there is checked before anything is changed. `progress` is called for each thing that is found, done or
/// waited for.
///
/// # Errors
///
/// [`TableError`]: the table has another shape, or DynamoDB refused.
pub async fn create_cache_table(
    client: &Client,
    spec: &TableSpec,
    host: &SharedHost,
    progress: &dyn Fn(Progress),
) -> Result<TableReport, TableError> {
    Creation { client, spec, host, progress }.run().await
}

/// A step of [`create_cache_table`], as a line for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The table is there.
    Found,
    /// The table is being created.
    Creating,
    /// The index is being added.
    AddingIndex,
    /// Something is not active yet.
    Waiting {
        /// The table, or its index.
        what: &'static str,
        /// DynamoDB's word for its state.
        status: String,
        /// Seconds since the wait began.
        seconds: u64,
    },
    /// The TTL is being turned on.
    EnablingTtl,
    /// The endpoint has no TTL.
    TtlUnsupported,
}

/// Why there is no table as the cache needs it.
#[derive(Clone, Debug)]
pub enum TableError {
    /// A table of this name has another shape; nothing was changed.
    OtherShape(String),
    /// It did not become active in time.
    NotActive(String),
    /// DynamoDB refused, or did not answer.
    Store(Error),
}

/// The table or its index, and DynamoDB's word for its state.
type WaitsFor = (&'static str, String);

struct Creation<'a> {
    client: &'a Client,
    spec: &'a TableSpec,
    host: &'a SharedHost,
    progress: &'a dyn Fn(Progress),
}

impl Creation<'_> {
    async fn run(&self) -> Result<TableReport, TableError> {
        let (table, index) = match self.describe_unless_going().await? {
            None => (self.create().await?, Part::Created),
            Some(found) => {
                (self.progress)(Progress::Found);
                self.check_key(&found)?;
                self.check_index(&found)?;
                self.check_ttl().await?;
                // An index that somebody is deleting is gone by then.
                let active = self.wait_until_active().await?.unwrap_or(found);
                let has_index = self.check_index(&active)?;
                (Part::Found, if has_index { Part::Found } else { self.add_index(&active).await? })
            }
        };
        self.wait_until_active().await?;
        let ttl = self.enable_ttl().await?;
        Ok(TableReport { table_name: self.spec.table_name.clone(), table, index, ttl })
    }

    async fn create(&self) -> Result<Part, TableError> {
        (self.progress)(Progress::Creating);
        let request = CreateTable {
            attribute_definitions: definitions(),
            global_secondary_indexes: vec![GlobalSecondaryIndex {
                index_name: self.spec.tag_index_name.clone(),
                key_schema: vec![KeySchemaElement::hash(TAG)],
                projection: Projection::keys_only(),
            }],
            ..CreateTable::new(&self.spec.table_name, KEY)
        };
        match self.client.send(&request, self.deadline()).await {
            // Someone else creates it at this moment, and to the same shape.
            Err(error) if error.kind == ErrorKind::ResourceInUse => Ok(Part::Found),
            result => result.map(|_| Part::Created).map_err(TableError::Store),
        }
    }

    async fn add_index(&self, table: &TableDescription) -> Result<Part, TableError> {
        (self.progress)(Progress::AddingIndex);
        let create = CreateGlobalSecondaryIndexAction {
            index_name: self.spec.tag_index_name.clone(),
            key_schema: vec![KeySchemaElement::hash(TAG)],
            projection: Projection::keys_only(),
            // An index of a table with provisioned capacity needs its own.
            provisioned_throughput: table
                .provisioned_throughput
                .filter(|units| units.read_capacity_units > 0),
        };
        let request = UpdateTable {
            attribute_definitions: definitions(),
            global_secondary_index_updates: vec![GlobalSecondaryIndexUpdate { create }],
            ..UpdateTable::new(&self.spec.table_name)
        };
        let output = self.client.send(&request, self.deadline()).await.map_err(TableError::Store)?;
        if output.table_description.as_ref().is_some_and(|table| self.index_of(table).is_none()) {
            return Err(TableError::NotActive(
                "the endpoint accepted a new index, and did not add it".to_owned(),
            ));
        }
        Ok(Part::Created)
    }

    fn check_key(&self, table: &TableDescription) -> Result<(), TableError> {
        let is_string = table
            .attribute_definitions
            .iter()
            .any(|definition| definition.attribute_name == KEY && definition.attribute_type == "S");
        if table.key_schema == [KeySchemaElement::hash(KEY)] && is_string {
            return Ok(());
        }
        Err(self.other_shape(&format!("its key is {}, not the string {KEY:?}", shown(&table.key_schema))))
    }

    /// Whether the index is there, as it should be.
    fn check_index(&self, table: &TableDescription) -> Result<bool, TableError> {
        match self.index_of(table) {
            None => Ok(false),
            Some(index) if index.key_schema == [KeySchemaElement::hash(TAG)] => Ok(true),
            Some(index) => {
                let (name, found) = (&self.spec.tag_index_name, shown(&index.key_schema));
                Err(self.other_shape(&format!("its index {name} has the key {found}, not {TAG:?}")))
            }
        }
    }

    async fn check_ttl(&self) -> Result<(), TableError> {
        match self.ttl_attribute().await? {
            Some(Some(attribute)) if attribute != EXPIRES_AT => {
                Err(self.other_shape(&format!("its TTL is on {attribute:?}, not on {EXPIRES_AT:?}")))
            }
            _ => Ok(()),
        }
    }

    async fn enable_ttl(&self) -> Result<Ttl, TableError> {
        match self.ttl_attribute().await? {
            None => return Ok(self.no_ttl()),
            Some(Some(_)) => return Ok(Ttl::Found),
            Some(None) => (self.progress)(Progress::EnablingTtl),
        }
        let request = UpdateTimeToLive::enable(&self.spec.table_name, EXPIRES_AT);
        match self.client.send(&request, self.deadline()).await {
            // dynalite knows how to describe the TTL, and not how to set it.
            Err(error) if error.kind == ErrorKind::UnknownOperation => Ok(self.no_ttl()),
            // Someone else has enabled it at this moment.
            Err(error) if error.kind == ErrorKind::Validation => match self.ttl_attribute().await? {
                Some(Some(_)) => Ok(Ttl::Found),
                _ => Err(TableError::Store(error)),
            },
            result => result.map(|_| Ttl::Enabled).map_err(TableError::Store),
        }
    }

    fn no_ttl(&self) -> Ttl {
        (self.progress)(Progress::TtlUnsupported);
        Ttl::Unsupported
    }

    /// The attribute of the TTL where it is on; `None` where the endpoint knows no TTL at all.
    async fn ttl_attribute(&self) -> Result<Option<Option<String>>, TableError> {
        let request = DescribeTimeToLive::new(&self.spec.table_name);
        match self.client.send(&request, self.deadline()).await {
            Err(error) if error.kind == ErrorKind::UnknownOperation => Ok(None),
            Err(error) => Err(TableError::Store(error)),
            Ok(output) => {
                let ttl = output.time_to_live_description;
                let is_on = matches!(ttl.time_to_live_status.as_deref(), Some("ENABLED" | "ENABLING"));
                Ok(Some(ttl.attribute_name.filter(|_| is_on)))
            }
        }
    }

    /// The table; one that is being deleted is waited for, and is none.
    async fn describe_unless_going(&self) -> Result<Option<TableDescription>, TableError> {
        self.wait(&|table| {
            let status = &table?.table_status;
            (status == "DELETING").then(|| ("the table", status.clone()))
        })
        .await
    }

    async fn wait_until_active(&self) -> Result<Option<TableDescription>, TableError> {
        self.wait(&|table| self.what_is_not_active(table)).await
    }

    /// Describes the table until nothing is left to wait for.
    async fn wait(
        &self,
        waits_for: &dyn Fn(Option<&TableDescription>) -> Option<WaitsFor>,
    ) -> Result<Option<TableDescription>, TableError> {
        let deadline = Deadline::after(self.host.as_ref(), ACTIVE_TIMEOUT_MS);
        let mut poll = 0;
        loop {
            let table = self.describe().await?;
            let Some((what, status)) = waits_for(table.as_ref()) else { return Ok(table) };
            if deadline.remaining_ms(self.host.as_ref()) == 0 {
                return Err(TableError::NotActive(format!("{what} is still {status}")));
            }
            if poll % POLLS_PER_LINE == 1 {
                (self.progress)(Progress::Waiting { what, status, seconds: poll * POLL_MS / 1000 });
            }
            poll += 1;
            self.host.sleep(POLL_MS).await;
        }
    }

    fn what_is_not_active(&self, table: Option<&TableDescription>) -> Option<WaitsFor> {
        let Some(table) = table else { return Some(("the table", "missing".to_owned())) };
        if table.table_status != "ACTIVE" {
            return Some(("the table", table.table_status.clone()));
        }
        let status = self.index_of(table)?.index_status.clone().unwrap_or_else(|| "ACTIVE".to_owned());
        (status != "ACTIVE").then_some(("the index", status))
    }

    fn index_of<'a>(&self, table: &'a TableDescription) -> Option<&'a GlobalSecondaryIndexDescription> {
        table.global_secondary_indexes.iter().find(|index| index.index_name == self.spec.tag_index_name)
    }

    async fn describe(&self) -> Result<Option<TableDescription>, TableError> {
        let request = DescribeTable::new(&self.spec.table_name);
        match self.client.send(&request, self.deadline()).await {
            Ok(output) => match output.table {
                Some(table) => Ok(Some(table)),
                None => Err(TableError::Store(Error::unreadable("DescribeTable", "it describes no table"))),
            },
            Err(error) if error.kind == ErrorKind::ResourceNotFound => Ok(None),
            Err(error) => Err(TableError::Store(error)),
        }
    }

    fn deadline(&self) -> Deadline {
        Deadline::after(self.host.as_ref(), REQUEST_TIMEOUT_MS)
    }

    fn other_shape(&self, why: &str) -> TableError {
        TableError::OtherShape(format!(
            "there is a table {} of another shape: {why}. Nothing was changed; choose another table name",
            self.spec.table_name
        ))
    }
}

fn definitions() -> Vec<AttributeDefinition> {
    [KEY, TAG].map(AttributeDefinition::string).into()
}

fn shown(key_schema: &[KeySchemaElement]) -> String {
    let elements =
        key_schema.iter().map(|element| format!("{:?} ({})", element.attribute_name, element.key_type));
    elements.collect::<Vec<_>>().join(" and ")
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Progress::Found => f.write_str("the table is there"),
            Progress::Creating => f.write_str("creating the table"),
            Progress::AddingIndex => {
                f.write_str("adding the index: DynamoDB fills it from the rows that are there")
            }
            Progress::Waiting { what, status, seconds } => write!(f, "{what} is {status} ({seconds} s)"),
            Progress::EnablingTtl => write!(f, "enabling TTL on {EXPIRES_AT}"),
            Progress::TtlUnsupported => {
                f.write_str("this endpoint knows no TTL: rows stay after they expired")
            }
        }
    }
}

impl TableError {
    /// A stable code: DynamoDB's own, or `OtherShape`, `NotActive`.
    pub fn code(&self) -> &str {
        match self {
            TableError::OtherShape(_) => "OtherShape",
            TableError::NotActive(_) => "NotActive",
            TableError::Store(error) => &error.code,
        }
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TableError::OtherShape(why) | TableError::NotActive(why) => f.write_str(why),
            TableError::Store(error) => error.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests;
