//! What the doctor asks: who sends where, how the table is, and which actions are allowed.

use super::Admin;
use crate::credentials::{CallerIdentity, caller_identity, profile_settings};
use crate::dynamodb::{
    AttributeValue, BatchGetItem, DeleteItem, DescribeTable, DescribeTimeToLive, Error, ErrorKind, GetItem,
    Item, PutItem, Query, UpdateItem, WriteRequest,
};
use crate::endpoint::region_source;
use serde::Serialize;

/// As whom, and where, the cache sends. It holds no key.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Whereabouts {
    /// Where the credentials come from.
    pub credentials_from: String,
    /// When they end, Unix milliseconds.
    pub credentials_expire_at_ms: Option<u64>,
    /// The region that requests are signed for.
    pub region: String,
    /// Where it is configured.
    pub region_from: &'static str,
    /// The address.
    pub endpoint: String,
    /// Where it is configured.
    pub endpoint_from: &'static str,
}

/// The table as it is.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableFacts {
    /// `ACTIVE` and others.
    pub status: String,
    /// Its primary key, such as `"key" (HASH)`.
    pub key_schema: Vec<String>,
    /// The tag index's state; `None` where there is none.
    pub index_status: Option<String>,
    /// The tag index's key.
    pub index_key_schema: Vec<String>,
    /// `PAY_PER_REQUEST` or `PROVISIONED`.
    pub billing_mode: String,
    /// The attribute that rows expire by, where that is on.
    pub ttl_attribute: Option<String>,
    /// Rows, as of some hours ago.
    pub item_count: u64,
    /// Their size, as of some hours ago.
    pub size_bytes: u64,
}

/// What became of one harmless request.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    /// Whether the action is allowed.
    pub is_allowed: bool,
    /// AWS's code where it is not.
    pub code: Option<String>,
    /// What AWS says of it.
    pub message: Option<String>,
    /// How long the request took, milliseconds.
    pub took_ms: u64,
}

impl Admin {
    /// Who sends where.
    pub async fn whereabouts(&self) -> Result<Whereabouts, Error> {
        let (credentials, endpoint) = self.client.whereabouts(self.deadline()).await?;
        let has = |name| self.host.env(name).is_some_and(|value| !value.trim().is_empty());
        let url = ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"].into_iter().find(|name| has(name));
        let profile = profile_settings(self.host.as_ref()).await.unwrap_or_default();
        let endpoint_from = match (&self.endpoint, url) {
            (Some(_), _) => "the option endpoint",
            (None, Some(variable)) => variable,
            (None, None) if profile.endpoint_url("dynamodb").is_some() => "the profile",
            (None, None) => "the region",
        };
        Ok(Whereabouts {
            credentials_from: credentials.source.to_string(),
            credentials_expire_at_ms: credentials.expires_at_ms,
            region: endpoint.signing_region().to_owned(),
            region_from: region_source(
                self.region.as_deref(),
                &profile,
                credentials.source,
                self.host.as_ref(),
            ),
            endpoint: endpoint.uri().to_string(),
            endpoint_from,
        })
    }

    /// The account and the role, by STS.
    pub async fn identity(&self) -> Result<CallerIdentity, String> {
        let (credentials, _) =
            self.client.whereabouts(self.deadline()).await.map_err(|error| error.to_string())?;
        let identity = caller_identity(self.host.as_ref(), self.region.as_deref(), &credentials).await;
        identity.map_err(|error| error.to_string())
    }

    /// The table; `None` where there is none of this name.
    pub async fn table_facts(&self) -> Result<Option<TableFacts>, Error> {
        let output = match self.client.send(&DescribeTable::new(&self.table_name), self.deadline()).await {
            Err(error) if error.kind == ErrorKind::ResourceNotFound => return Ok(None),
            output => output?,
        };
        let Some(table) = output.table else { return Ok(None) };
        let shown = |keys: &[_]| keys.iter().map(ToString::to_string).collect::<Vec<String>>();
        let index =
            table.global_secondary_indexes.iter().find(|index| index.index_name == self.tag_index_name);
        let is_provisioned = table.provisioned_throughput.is_some_and(|units| units.is_provisioned());
        Ok(Some(TableFacts {
            key_schema: shown(&table.key_schema),
            index_status: index.map(|index| index.index_status.clone().unwrap_or_default()),
            index_key_schema: index.map(|index| shown(&index.key_schema)).unwrap_or_default(),
            billing_mode: if is_provisioned { "PROVISIONED" } else { "PAY_PER_REQUEST" }.to_owned(),
            ttl_attribute: self.ttl_attribute().await?,
            item_count: table.item_count,
            size_bytes: table.table_size_bytes,
            status: table.table_status,
        }))
    }

    /// Tries an action of the handler's on a row that nobody has: what changes anything is conditional on its being there.
    pub async fn probe(&self, action: &str) -> Option<Probe> {
        let began_ms = self.host.monotonic_ms();
        let result = self.try_action(action).await?;
        let took_ms = self.host.monotonic_ms() - began_ms;
        Some(match result {
            Ok(()) => Probe { is_allowed: true, code: None, message: None, took_ms },
            // It was allowed, and then not done.
            Err(error) if error.kind == ErrorKind::ConditionalCheckFailed => {
                Probe { is_allowed: true, code: None, message: None, took_ms }
            }
            Err(error) => Probe {
                is_allowed: false,
                code: Some(error.code.clone()),
                message: Some(error.message.clone()),
                took_ms,
            },
        })
    }

    /// How far AWS's clock is ahead of this machine's, milliseconds, where that had to be corrected.
    pub fn clock_skew_ms(&self) -> i64 {
        self.client.clock_skew_ms()
    }

    async fn try_action(&self, action: &str) -> Option<Result<(), Error>> {
        let table = self.table_name.as_str();
        // Row keys hold no space in front: no cache has it.
        let key = || Item::from([("key", AttributeValue::s(" doctor"))]);
        let is_there = || Some("attribute_exists(expiresAt)".to_owned());
        let (client, deadline) = (&self.client, self.deadline());
        Some(match action {
            "GetItem" => client.send(&GetItem::consistent(table, key()), deadline).await.map(drop),
            "BatchGetItem" => {
                let request = BatchGetItem::consistent(table, vec![key()]);
                client.send(&request, deadline).await.map(drop)
            }
            "PutItem" => {
                let request = PutItem { condition_expression: is_there(), ..PutItem::new(table, key()) };
                client.send(&request, deadline).await.map(drop)
            }
            "UpdateItem" => {
                let request = UpdateItem {
                    update_expression: Some("SET expiresAt = :now".to_owned()),
                    condition_expression: is_there(),
                    expression_attribute_values: Item::from([(":now", AttributeValue::n(0))]),
                    ..UpdateItem::new(table, key())
                };
                client.send(&request, deadline).await.map(drop)
            }
            "DeleteItem" => {
                let request =
                    DeleteItem { condition_expression: is_there(), ..DeleteItem::new(table, key()) };
                client.send(&request, deadline).await.map(drop)
            }
            "BatchWriteItem" => {
                client.batch_write_item_all(table, vec![WriteRequest::delete(key())], deadline).await
            }
            "Query" => {
                let request = Query {
                    index_name: Some(self.tag_index_name.clone()),
                    key_condition_expression: Some("tag = :tag".to_owned()),
                    expression_attribute_values: Item::from([(":tag", AttributeValue::s(" doctor"))]),
                    limit: Some(1),
                    ..Query::new(table)
                };
                client.send(&request, deadline).await.map(drop)
            }
            _ => return None,
        })
    }

    async fn ttl_attribute(&self) -> Result<Option<String>, Error> {
        match self.client.send(&DescribeTimeToLive::new(&self.table_name), self.deadline()).await {
            Err(error) if error.kind == ErrorKind::UnknownOperation => Ok(None),
            Err(error) => Err(error),
            Ok(output) => {
                let ttl = output.time_to_live_description;
                let is_on = matches!(ttl.time_to_live_status.as_deref(), Some("ENABLED" | "ENABLING"));
                Ok(ttl.attribute_name.filter(|_| is_on))
            }
        }
    }
}
