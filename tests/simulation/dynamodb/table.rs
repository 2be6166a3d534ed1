//! The rows: every operation on one item is atomic, the index follows later, and what is expired goes at any time.

use super::expression::Placeholders;
use super::item::{Item, MAX_ITEM_BYTES, key_of, number_of, size_of};
use super::syntax::{Condition, Update};
use crate::history::History;
use crate::world::World;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What the operator of this table and its load decide.
#[derive(Clone, Debug)]
pub struct TableSettings {
    /// The index shows a write at most this much later, milliseconds.
    pub index_lag_ms: u64,
    /// An expired row goes at most this much later, milliseconds.
    pub ttl_lag_ms: u64,
    /// Items in one page of a query.
    pub page_items: usize,
    /// An update may not make the log larger than this, bytes; DynamoDB's limit, or less to see it reached.
    pub max_updated_bytes: usize,
}

/// One atomic step of an operation.
pub enum Step {
    Get { key: String, consistent: bool },
    Put { key: String, item: Item, check: Option<Check> },
    Update { key: String, update: Update, check: Option<Check>, with: Rc<Placeholders> },
    Delete { key: String, check: Option<Check> },
    Query { tag: Value, after: Option<String> },
}

/// A condition with its placeholders.
pub struct Check {
    pub condition: Condition,
    pub with: Rc<Placeholders>,
}

/// What a step gives.
pub enum Found {
    Item(Option<Rc<Item>>),
    Page { items: Vec<Value>, last: Option<Value> },
}

/// An answer with status 400 to a request that is well formed: `code` and message.
#[derive(Debug, PartialEq)]
pub struct Refused(pub &'static str, pub String);

pub struct Table {
    world: Rc<World>,
    settings: TableSettings,
    history: Rc<History>,
    rows: RefCell<BTreeMap<String, Rc<Item>>>,
    /// What a row was before its last write, for reads that are not strongly consistent.
    before: RefCell<BTreeMap<String, Option<Rc<Item>>>>,
    /// The key of each item that the index shows, and its tag.
    index: RefCell<BTreeMap<String, Value>>,
    swept: Cell<u64>,
}

impl Table {
    pub fn new(world: Rc<World>, settings: TableSettings, history: Rc<History>) -> Rc<Self> {
        Rc::new(Table {
            world,
            settings,
            history,
            rows: RefCell::default(),
            before: RefCell::default(),
            index: RefCell::default(),
            swept: Cell::new(0),
        })
    }

    /// Executes one step, at once.
    pub fn execute(self: &Rc<Self>, step: Step) -> Result<Found, Refused> {
        match step {
            Step::Get { key, consistent } => Ok(Found::Item(self.get(&key, consistent))),
            Step::Put { key, item, check } => self.put(key, item, check.as_ref()),
            Step::Update { key, update, check, with } => self.update(key, &update, check.as_ref(), &with),
            Step::Delete { key, check } => self.delete(key, check.as_ref()),
            Step::Query { tag, after } => Ok(self.query(&tag, after.as_deref())),
        }
    }

    /// A row as it is now.
    pub fn row(&self, key: &str) -> Option<Rc<Item>> {
        self.rows.borrow().get(key).cloned()
    }

    /// All rows as they are now.
    pub fn rows(&self) -> BTreeMap<String, Rc<Item>> {
        self.rows.borrow().clone()
    }

    /// From now on it holds these rows and no others.
    pub fn replace(self: &Rc<Self>, mut rows: BTreeMap<String, Rc<Item>>) {
        for (key, row) in self.rows() {
            match rows.remove(&key) {
                Some(kept) if Rc::ptr_eq(&kept, &row) => {}
                other => self.write(key, other),
            }
        }
        rows.into_iter().for_each(|(key, row)| self.write(key, Some(row)));
    }

    /// Entry rows that deletes of the cache, not TTL, removed.
    pub fn swept(&self) -> u64 {
        self.swept.get()
    }

    fn get(&self, key: &str, consistent: bool) -> Option<Rc<Item>> {
        if !consistent && self.world.chance(0.5) {
            return self.before.borrow().get(key).cloned().flatten();
        }
        self.row(key)
    }

    fn put(self: &Rc<Self>, key: String, item: Item, check: Option<&Check>) -> Result<Found, Refused> {
        self.require(&key, check)?;
        let bytes = size_of(&item).map_err(validation)?;
        if bytes > MAX_ITEM_BYTES {
            return Err(validation("Item size has exceeded the maximum allowed size"));
        }
        self.history.entry_written(&key, &item, self.world.now_us());
        self.write(key, Some(Rc::new(item)));
        Ok(Found::Item(None))
    }

    fn update(
        self: &Rc<Self>,
        key: String,
        update: &Update,
        check: Option<&Check>,
        with: &Placeholders,
    ) -> Result<Found, Refused> {
        self.require(&key, check)?;
        let new = || Rc::new(Item::from_iter([("key".to_owned(), json!({ "S": key }))]));
        let before = self.row(&key).unwrap_or_else(new);
        let after = Rc::new(with.apply(update, &before).map_err(validation)?);
        let is_entry = after.contains_key("revision");
        let most_bytes = if is_entry { MAX_ITEM_BYTES } else { self.settings.max_updated_bytes };
        if size_of(&after).map_err(validation)? > most_bytes {
            return Err(validation("Item size to update has exceeded the maximum allowed size"));
        }
        match is_entry {
            true => self.history.entry_written(&key, &after, self.world.now_us()),
            false => self.history.log_written(&before, &after, self.world.now_us()),
        }
        self.write(key, Some(after.clone()));
        Ok(Found::Item(Some(after)))
    }

    fn delete(self: &Rc<Self>, key: String, check: Option<&Check>) -> Result<Found, Refused> {
        self.require(&key, check)?;
        if let Some(row) = self.row(&key).filter(|row| row.contains_key("revision")) {
            self.history.entry_deleted(&key, &row);
            self.swept.set(self.swept.get() + 1);
        }
        self.write(key, None);
        Ok(Found::Item(None))
    }

    fn query(&self, tag: &Value, after: Option<&str>) -> Found {
        let index = self.index.borrow();
        let mut keys =
            index.iter().filter(|(key, of)| *of == tag && after.is_none_or(|after| key.as_str() > after));
        let page: Vec<_> = keys.by_ref().take(self.settings.page_items).map(|(key, _)| key.clone()).collect();
        let projected = |key: &String| json!({ "key": { "S": key }, "tag": tag });
        // DynamoDB gives a last key also where nothing follows it.
        let last = page.last().filter(|_| page.len() == self.settings.page_items).map(projected);
        Found::Page { items: page.iter().map(projected).collect(), last }
    }

    fn require(&self, key: &str, check: Option<&Check>) -> Result<(), Refused> {
        let Some(check) = check else { return Ok(()) };
        let item = self.row(key).unwrap_or_default();
        match check.with.holds(&check.condition, &item).map_err(validation)? {
            true => Ok(()),
            false => Err(Refused("ConditionalCheckFailedException", "The conditional request failed".into())),
        }
    }

    fn write(self: &Rc<Self>, key: String, item: Option<Rc<Item>>) {
        self.expire_later(&key, item.as_deref());
        let before = match item {
            Some(item) => self.rows.borrow_mut().insert(key.clone(), item),
            None => self.rows.borrow_mut().remove(&key),
        };
        self.before.borrow_mut().insert(key.clone(), before);
        let (table, lag_us) = (self.clone(), self.world.within(0..=self.settings.index_lag_ms * 1000));
        self.world.after_us(lag_us, move || table.propagate(key));
    }

    fn propagate(&self, key: String) {
        let tag = self.rows.borrow().get(&key).and_then(|row| row.get("tag")).cloned();
        match tag {
            Some(tag) => drop(self.index.borrow_mut().insert(key, tag)),
            None => drop(self.index.borrow_mut().remove(&key)),
        }
    }

    fn expire_later(self: &Rc<Self>, key: &str, item: Option<&Item>) {
        let Some(expires_at_s) = item.and_then(expiry) else { return };
        let in_us = (expires_at_s * 1_000_000).saturating_sub(self.world.now_us());
        let lag_us = self.world.within(0..=self.settings.ttl_lag_ms * 1000);
        let (table, key) = (self.clone(), key.to_owned());
        self.world.after_us(in_us + lag_us, move || {
            let now_s = table.world.now_us() / 1_000_000;
            if table.row(&key).as_deref().and_then(expiry).is_some_and(|expires_at_s| expires_at_s < now_s) {
                table.world.trace(|| format!("TTL deletes {key}"));
                table.write(key, None);
            }
        });
    }
}

fn expiry(item: &Item) -> Option<u64> {
    number_of(item.get("expiresAt")?)
}

fn validation(message: impl Into<String>) -> Refused {
    Refused("ValidationException", message.into())
}

/// The key of an item that is to be put, with everything in it that DynamoDB checks before it executes anything.
pub fn checked_key(item: &Item) -> Result<String, String> {
    size_of(item)?;
    if item.contains_key("tag") {
        key_of(item, "tag")?;
    }
    key_of(item, "key")
}
