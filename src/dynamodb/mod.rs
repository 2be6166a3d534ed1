//! DynamoDB's low-level API: operations as AWS names them (a file each), and a client that sends them.
//!
//! Building a request is a function of the operation, the credentials and the time; reading a response is one of its
//! bytes. [`Client`] is what happens in between. This layer knows tables and items, and not what they are for.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/>

mod attribute_value;
mod batch_get_item;
mod batch_write_item;
mod by_name;
mod client;
mod consumption;
mod create_table;
mod delete_item;
mod describe_table;
mod describe_time_to_live;
mod destination;
mod error;
mod error_code;
mod get_item;
mod put_item;
mod query;
mod request;
mod response;
#[cfg(feature = "admin")]
mod scan;
mod signer;
mod table_description;
mod unprocessed;
mod update_item;
mod update_table;
mod update_time_to_live;

pub use crate::json::{FromJson, JsonError, JsonReader, Members};
pub use attribute_value::{AttributeValue, Item};
pub use batch_get_item::{BatchGetItem, BatchGetItemOutput, KeysAndAttributes};
pub use batch_write_item::{BatchWriteItem, BatchWriteItemOutput, DeleteRequest, PutRequest, WriteRequest};
pub use by_name::ByName;
pub use client::{Client, ClientConfig};
pub use consumption::{Consumption, Meter, SharedMeter, Units};
pub use create_table::{BillingMode, CreateTable, GlobalSecondaryIndex};
pub use delete_item::DeleteItem;
pub use describe_table::{DescribeTable, DescribeTableOutput};
pub use describe_time_to_live::{DescribeTimeToLive, DescribeTimeToLiveOutput, TimeToLiveDescription};
pub use destination::Destination;
pub use error::{Error, ErrorDetails, ErrorKind};
pub use get_item::{GetItem, GetItemOutput};
pub use put_item::PutItem;
pub use query::{Query, QueryOutput};
pub use response::read_response;
#[cfg(feature = "admin")]
pub use scan::{Scan, ScanOutput, ScannedCapacity};
pub use table_description::{
    AttributeDefinition, GlobalSecondaryIndexDescription, KeySchemaElement, Projection,
    ProvisionedThroughput, TableDescription,
};
pub use update_item::{UpdateItem, UpdateItemOutput};
pub use update_table::{
    CreateGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate, UpdateTable, UpdateTableOutput,
};
pub use update_time_to_live::{TimeToLiveSpecification, UpdateTimeToLive};

use crate::{base64, json};
use serde::Serialize;

/// One action of DynamoDB's API: its fields serialise as the request's parameters.
pub trait Operation: Serialize {
    /// The action's name, `GetItem`. It is also the IAM action's, after `dynamodb:`.
    const NAME: &'static str;
    /// Which units it consumes; `None` where it takes no `ReturnConsumedCapacity`, or asks for it by itself.
    const UNITS: Option<Units> = None;
    /// What it answers.
    type Output: Members + Default;
}

/// The output of an operation that says nothing but that it was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done;

impl Members for Done {
    fn read_member(&mut self, _: &str, json: &mut JsonReader<'_>) -> Result<(), JsonError> {
        json.skip()
    }
}
