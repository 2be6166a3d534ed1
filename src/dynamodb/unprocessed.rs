//! Batches: as many requests as they take, until nothing is left unprocessed.

use super::{
    BatchGetItem, BatchGetItemOutput, BatchWriteItem, ByName, Client, Error, KeysAndAttributes, Operation,
    WriteRequest,
};
use crate::host::Deadline;
use crate::retry::{Failure, MIN_ATTEMPT_MS, backoff_ms};

impl Client {
    /// Reads any number of keys until none is left unprocessed; one that is given twice is asked for once in a request.
    ///
    /// # Errors
    ///
    /// As [`Client::send`], or `UnprocessedKeys` when the time is over before all are read. Nothing is dropped in silence.
    pub async fn batch_get_item_all(
        &self,
        request: BatchGetItem,
        deadline: Deadline,
    ) -> Result<BatchGetItemOutput, Error> {
        let mut output = BatchGetItemOutput::default();
        for (table, wanted) in request.request_items {
            let consistent_read = wanted.consistent_read;
            let mut pending = wanted.keys;
            let mut pause = Pause::default();
            let mut found = Vec::new();
            while !pending.is_empty() {
                let keys = take_distinct(&mut pending, BatchGetItem::MAX_KEYS);
                let asked = keys.len();
                let keys = KeysAndAttributes { keys, consistent_read };
                let batch = BatchGetItem { request_items: ByName::from([(table.clone(), keys)]) };
                let mut answer = self.send(&batch, deadline).await?;
                found.extend(answer.responses.remove(&table).unwrap_or_default());
                let left = answer.unprocessed_keys.remove(&table).unwrap_or_default().keys;
                let unread = left.len();
                pending.extend(left);
                if pause.after(self, asked, unread, deadline).await.is_err() {
                    return Err(Error::unprocessed(BatchGetItem::NAME, "UnprocessedKeys", pending.len()));
                }
            }
            output.responses.insert(table, found);
        }
        Ok(output)
    }

    /// Writes any number of items, until none is left unprocessed. The same write given twice is sent once in a request; two
    /// different writes of one key are refused by DynamoDB.
    ///
    /// # Errors
    ///
    /// As [`Client::send`], or `UnprocessedItems` when the time is over before all are written; some are then.
    pub async fn batch_write_item_all(
        &self,
        table_name: &str,
        mut pending: Vec<WriteRequest>,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let mut pause = Pause::default();
        while !pending.is_empty() {
            let count = batch_len(&pending);
            let requests = take_distinct(&mut pending, count);
            let asked = requests.len();
            let batch = BatchWriteItem::new(table_name, requests);
            let mut answer = self.send(&batch, deadline).await?;
            let left = answer.unprocessed_items.remove(table_name).unwrap_or_default();
            let unwritten = left.len();
            pending.extend(left);
            if pause.after(self, asked, unwritten, deadline).await.is_err() {
                return Err(Error::unprocessed(BatchWriteItem::NAME, "UnprocessedItems", pending.len()));
            }
        }
        Ok(())
    }
}

/// The wait after an answer that leaves something: it grows while nothing gets through.
#[derive(Default)]
struct Pause {
    rounds: u32,
}

struct TimeIsOver;

impl Pause {
    async fn after(
        &mut self,
        client: &Client,
        asked: usize,
        left: usize,
        deadline: Deadline,
    ) -> Result<(), TimeIsOver> {
        if left == 0 {
            self.rounds = 0;
            return Ok(());
        }
        if left < asked {
            self.rounds = 0;
        }
        let host = client.host();
        let delay_ms = backoff_ms(Failure::Transient, self.rounds, host.random());
        self.rounds += 1;
        if delay_ms.saturating_add(MIN_ATTEMPT_MS) > deadline.remaining_ms(host.as_ref()) {
            return Err(TimeIsOver);
        }
        host.sleep(delay_ms).await;
        Ok(())
    }
}

/// How many of the pending writes fit into one request. One always does: an item has at most 400 KB.
fn batch_len(pending: &[WriteRequest]) -> usize {
    let mut bytes = 0;
    let fits = |request: &&WriteRequest| {
        bytes += request.wire_bytes();
        bytes <= BatchWriteItem::MAX_BYTES
    };
    pending.iter().take(BatchWriteItem::MAX_REQUESTS).take_while(fits).count().max(1)
}

/// Takes the first `count` off the front, each once: DynamoDB refuses a batch that names a key twice. They are few, so that
/// comparing them takes less than a table of them would.
fn take_distinct<T: PartialEq>(all: &mut Vec<T>, count: usize) -> Vec<T> {
    let rest = all.split_off(count.min(all.len()));
    let mut distinct = Vec::new();
    for one in std::mem::replace(all, rest) {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    distinct
}
