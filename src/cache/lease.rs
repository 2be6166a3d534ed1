//! One render in the fleet of what is due or stale: who is told to render it takes a lease, and the others serve what is there.
//!
//! The lease is a row of its own, and names the version of the entry that is rendered anew: the next version ends it. An instance that was
//! refused asks once more when a lease may last no longer, by its own clock, and after a second refusal renders all the same: neither
//! clocks that disagree nor renders that never end keep an entry old. Whoever has the lease is told to render at each get: Next renders
//! once for all requests of a process, and for a prefetch, which nothing tells from others, it renders nothing.
//!
//! Pages, routes and images alone have leases. What renders read themselves (fetches, 'use cache') must not look fresher than it is:
//! a page that is stored as new would hold it.

use super::Inner;
use super::entry::Entry;
use super::kind::Kind;
use super::revalidate::names;
use crate::dynamodb::{AttributeValue, ErrorKind, Item, PutItem};
use crate::host::Deadline;
use crate::sharing::within;
use std::collections::HashMap;
use std::rc::Rc;

/// Rows whose leases a process knows; forgetting costs a request each.
const MAX_KNOWN: usize = 1_000;

/// Refusals after which a process renders without a lease.
const MAX_REFUSALS: u8 = 2;

/// Seconds that a lease's row stays behind it.
const KEPT_S: u64 = 60;

/// The leases that this process has or was refused, by the entry's row.
#[derive(Default)]
pub struct Leases {
    by_row: HashMap<String, Known>,
}

struct Known {
    version: Version,
    /// On the monotonic clock, milliseconds.
    until_ms: u64,
    refusals: u8,
    is_ours: bool,
}

/// The revision of an entry, and when it was rendered.
type Version = (u64, u64);

/// What a process that is to render does about it.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    /// It asks for a lease.
    Ask,
    /// It leaves it to whoever has one.
    Leave,
    /// It has one, or has waited for others long enough.
    Render,
}

impl Leases {
    fn turn(&mut self, row: &str, version: Version, lease_ms: u64, now_ms: u64) -> Turn {
        let until_ms = now_ms + lease_ms;
        match self.by_row.get_mut(row).filter(|known| known.version == version) {
            Some(known) if now_ms <= known.until_ms && !known.is_ours => Turn::Leave,
            Some(known) if now_ms <= known.until_ms || known.refusals >= MAX_REFUSALS => Turn::Render,
            Some(known) => {
                known.until_ms = until_ms;
                known.is_ours = false;
                Turn::Ask
            }
            None => {
                if self.by_row.len() >= MAX_KNOWN {
                    self.by_row.clear();
                }
                self.by_row.insert(row.to_owned(), Known { version, until_ms, refusals: 0, is_ours: false });
                Turn::Ask
            }
        }
    }

    fn answered(&mut self, row: &str, version: Version, is_refused: bool) {
        if let Some(known) = self.by_row.get_mut(row).filter(|known| known.version == version) {
            known.is_ours = !is_refused;
            known.refusals = known.refusals.saturating_add(u8::from(is_refused));
        }
    }
}

impl Inner {
    /// Whether the render of an entry that is due or stale is another's; if not, the caller renders it.
    pub(super) async fn is_rendered_elsewhere(
        self: &Rc<Self>,
        row: &str,
        entry: &Entry,
        deadline: Deadline,
    ) -> bool {
        let lease_ms = self.config.render_lease_ms;
        if lease_ms == 0
            || matches!(entry.kind, Kind::Fetch | Kind::UseCache | Kind::UseCacheSegment | Kind::Other)
        {
            return false;
        }
        let version = (entry.revision, entry.last_modified_ms);
        match self.leases.borrow_mut().turn(row, version, lease_ms, self.host.monotonic_ms()) {
            Turn::Leave => return true,
            Turn::Render => return false,
            Turn::Ask => {}
        }
        let put = self.lease(row, version);
        // Where the table does not say, it is rendered as it would be without leases.
        let is_refused = matches!(
            within(&self.host, deadline, self.client.send(&put, deadline)).await,
            Some(Err(error)) if error.kind == ErrorKind::ConditionalCheckFailed
        );
        self.leases.borrow_mut().answered(row, version, is_refused);
        is_refused
    }

    /// The write by which one process has the lease: of another version, or one that is over, it may take the place.
    fn lease(&self, row: &str, (revision, rendered_ms): Version) -> PutItem {
        let now_ms = self.host.now_ms();
        let until_ms = now_ms + self.config.render_lease_ms;
        let entry = AttributeValue::S(format!("{revision} {rendered_ms}"));
        // Tells a lease of another's from this one, when its answer was lost and it is sent once more.
        let holder = AttributeValue::S(self.host.random().to_string());
        let item = Item::from([
            ("key", AttributeValue::S(self.rows.lease_of(row))),
            ("entry", entry.clone()),
            ("holder", holder.clone()),
            ("until", AttributeValue::n(until_ms)),
            ("expiresAt", AttributeValue::n(until_ms / 1000 + KEPT_S)),
        ]);
        let mut put = PutItem::new(&self.config.table_name, item);
        put.condition_expression = Some(
            "attribute_not_exists(#key) OR #entry <> :entry OR #until < :now OR #holder = :holder".to_owned(),
        );
        put.expression_attribute_names = names(&["key", "entry", "until", "holder"]);
        put.expression_attribute_values =
            Item::from([(":entry", entry), (":now", AttributeValue::n(now_ms)), (":holder", holder)]);
        put
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_asks_waits_and_after_two_refusals_renders() {
        let mut leases = Leases::default();
        let mut turn = |version, now_ms| leases.turn("row", version, 100, now_ms);
        assert_eq!(turn((1, 7), 1_000), Turn::Ask);
        assert_eq!(turn((1, 7), 1_100), Turn::Leave, "it is not answered yet");
        assert_eq!(turn((1, 7), 1_101), Turn::Ask, "what it asked for is over");
        assert_eq!(turn((2, 7), 1_102), Turn::Ask, "another version");
        leases.answered("row", (1, 7), true);
        leases.answered("row", (2, 7), true);
        assert_eq!(leases.turn("row", (2, 7), 100, 1_150), Turn::Leave);
        assert_eq!(leases.turn("row", (2, 7), 100, 1_203), Turn::Ask);
        leases.answered("row", (2, 7), true);
        assert_eq!(leases.turn("row", (2, 7), 100, 1_303), Turn::Leave);
        assert_eq!(leases.turn("row", (2, 7), 100, 1_304), Turn::Render);
        assert_eq!(leases.turn("row", (2, 7), 100, 9_999), Turn::Render, "until there is another version");
    }

    #[test]
    fn a_process_that_has_the_lease_renders_until_it_is_over() {
        let mut leases = Leases::default();
        assert_eq!(leases.turn("row", (1, 7), 100, 1_000), Turn::Ask);
        leases.answered("row", (1, 7), false);
        assert_eq!(leases.turn("row", (1, 7), 100, 1_100), Turn::Render);
        assert_eq!(leases.turn("row", (1, 7), 100, 1_101), Turn::Ask);
        leases.answered("row", (1, 7), true);
        assert_eq!(leases.turn("row", (1, 7), 100, 1_102), Turn::Leave);
    }
}
