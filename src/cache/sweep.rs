//! The sweep after an immediate revalidation: storage hygiene, bounded in time and safe to lose.
//!
//! It deletes entries that the index shows for a tag, but never what was rendered since: an entry row goes only while
//! its revision is below the event, and sentinels go only with their entry. A large entry's part rows go by TTL: they
//! are named by the entry row alone, and TTL deletes are free.

use super::revalidate::names;
use super::{Inner, key_of};
use crate::dynamodb::{AttributeValue, DeleteItem, Error, ErrorKind, Item, Query, WriteRequest};
use crate::host::{Deadline, LocalFuture, LogLevel};
use crate::sharing::join_all;
use std::rc::Rc;

/// Deletes under way at once: a sweep must not take the table's capacity from readers.
const DELETES_AT_ONCE: usize = 8;

impl Inner {
    /// Sweeps the entries of `tags` that were rendered before log version `version`, behind the caller's back.
    pub(super) fn spawn_sweep(self: &Rc<Self>, tags: Vec<String>, version: u64) {
        let indexed: Vec<_> = tags.into_iter().filter(|tag| self.config.tag_index.includes(tag)).collect();
        if indexed.is_empty() {
            return;
        }
        let inner = self.clone();
        self.host.spawn(Box::pin(async move {
            let deadline = Deadline::after(inner.host.as_ref(), inner.config.sweep_timeout_ms);
            for tag in indexed {
                if inner.is_swept_already(&tag, version) {
                    continue;
                }
                let swept = inner.sweep_to_newest(&tag, version, deadline).await;
                inner.sweeping.borrow_mut().retain(|(swept, _)| *swept != tag);
                if let Err(error) = swept {
                    let line = format!("rows of revalidated entries stay until their TTL: {error}");
                    inner.complain_once("sweep", LogLevel::Warn, &line);
                    return;
                }
            }
        }));
    }

    /// Whether a sweep of a tag is under way, which then goes on to this version: two would delete the same rows.
    fn is_swept_already(&self, tag: &str, version: u64) -> bool {
        let mut sweeping = self.sweeping.borrow_mut();
        let newest = sweeping.iter_mut().find(|(swept, _)| swept == tag).map(|(_, newest)| newest);
        match newest {
            Some(newest) => *newest = version.max(*newest),
            None => {
                sweeping.push((tag.to_owned(), version));
                return false;
            }
        }
        true
    }

    /// Sweeps a tag, and again while it was revalidated meanwhile.
    async fn sweep_to_newest(
        self: &Rc<Self>,
        tag: &str,
        mut version: u64,
        deadline: Deadline,
    ) -> Result<(), Error> {
        loop {
            self.sweep(tag, version, deadline).await?;
            let is_newer = |(swept, newest): &&(String, u64)| swept == tag && *newest > version;
            let Some(newer) = self.sweeping.borrow().iter().find(is_newer).map(|(_, newest)| *newest) else {
                return Ok(());
            };
            version = newer;
        }
    }

    async fn sweep(self: &Rc<Self>, tag: &str, version: u64, deadline: Deadline) -> Result<(), Error> {
        let mut query = Query {
            index_name: Some(self.config.tag_index_name.clone()),
            key_condition_expression: Some("#tag = :tag".to_owned()),
            expression_attribute_names: names(&["tag"]),
            expression_attribute_values: Item::from([(
                ":tag",
                AttributeValue::S(self.rows.index_tag_of(tag)),
            )]),
            ..Query::new(&self.config.table_name)
        };
        loop {
            let page = self.client.send(&query, deadline).await?;
            let sentinels: Vec<_> = page.items.iter().filter_map(|item| item.get("key")?.as_s()).collect();
            for some in sentinels.chunks(DELETES_AT_ONCE) {
                self.sweep_rows(tag, some, version, deadline).await?;
            }
            match page.last_evaluated_key {
                Some(last) if query.exclusive_start_key.as_ref() == Some(&last) => {
                    return Err(Error::unreadable("Query", "a page says that it goes on where it began"));
                }
                Some(last) => query.exclusive_start_key = Some(last),
                None => return Ok(()),
            }
        }
    }

    async fn sweep_rows(
        self: &Rc<Self>,
        tag: &str,
        sentinels: &[&str],
        version: u64,
        deadline: Deadline,
    ) -> Result<(), Error> {
        let deletes = sentinels.iter().map(|sentinel| {
            let (inner, tag, sentinel) = (self.clone(), tag.to_owned(), (*sentinel).to_owned());
            let delete = async move {
                let is_gone = inner.sweep_entry(&tag, &sentinel, version, deadline).await?;
                Ok(is_gone.then(|| WriteRequest::delete(key_of(sentinel))))
            };
            Box::pin(delete) as LocalFuture<Result<Option<WriteRequest>, Error>>
        });
        let swept: Result<Vec<_>, Error> = join_all(deletes.collect()).await.into_iter().collect();
        self.write(swept?.into_iter().flatten().collect(), deadline).await
    }

    /// Deletes the entry of a sentinel unless it was rendered since, or no longer has the tag; `true` when it is gone.
    async fn sweep_entry(
        &self,
        tag: &str,
        sentinel: &str,
        version: u64,
        deadline: Deadline,
    ) -> Result<bool, Error> {
        let Some(row) = self.rows.entry_of_sentinel(sentinel) else { return Ok(false) };
        let delete = DeleteItem {
            condition_expression: Some(
                "attribute_not_exists(#key) OR (#revision < :version AND contains(#tags, :tag))".to_owned(),
            ),
            expression_attribute_names: names(&["key", "revision", "tags"]),
            expression_attribute_values: Item::from([
                (":version", AttributeValue::n(version)),
                (":tag", AttributeValue::s(tag)),
            ]),
            ..DeleteItem::new(&self.config.table_name, key_of(row))
        };
        match self.client.send(&delete, deadline).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind == ErrorKind::ConditionalCheckFailed => Ok(false),
            Err(error) => Err(error),
        }
    }
}
