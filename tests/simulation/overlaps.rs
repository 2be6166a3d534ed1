//! Entries in one row and in several, in calm: sets that overlap, that are cut short, and what they leave behind.

use crate::dynamodb::number_of;
use crate::plan::Size;
use crate::scenario::Scenario;
use serde_json::json;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Between two items of a set, or anywhere else in it, microseconds.
const WHILE_IT_STORES_US: u64 = 40_000;

/// Sets of part rows of an entry that there may be at once.
const MAX_SLOTS: usize = 8;

impl Scenario {
    /// Processes that render a page at once, or one that does so several times, may choose the same part rows for it, and
    /// write them in any order.
    pub async fn of_overlapping_sets_one_is_served(&self) {
        let page = self.world().random().pick(&self.requests.plan.keys).clone();
        let mut process = self.cluster.launch(Rc::default());
        // A small value that comes between two large ones takes the traces of the first along.
        let most = if page.size == Size::Either { 2 } else { 4 };
        for _ in 0..self.world().within(2..=most) {
            self.start(process.owner, self.requests.clone().render_anew(process.clone(), page.clone()));
            if self.world().chance(0.7) {
                process = self.cluster.launch(Rc::default());
            }
        }
        while self.live.get() > 0 {
            self.world().sleep_us(50_000).await;
        }
        // One that has none of it: it sees what the table holds.
        let reader = self.cluster.launch(Rc::default());
        self.must_be_fresh(&reader, &page, "was rendered several times at once").await;
    }

    /// A process crashes between any two items of a set, and what readers have had they have still.
    pub async fn a_set_that_is_cut_short_leaves_what_was_there(&self) {
        let page = self.world().random().pick(&self.requests.plan.keys).clone();
        let crashing = self.cluster.launch(Rc::default());
        let answer = self.requests.get(&crashing, &page, &[]).await;
        self.world().sleep_us(2_000).await; // after the millisecond in which the log was read
        let (began, rendered) = self.requests.render(&crashing, &page).await;
        let (requests, process, way) =
            (self.requests.clone(), crashing.clone(), self.requests.plan.rule.calm_way());
        let (of, lasting_us) = (page.clone(), self.world().within(0..=WHILE_IT_STORES_US));
        self.start(crashing.owner, async move {
            requests.set(&process, &of, (began, rendered), way, Some(&answer)).await;
        });
        self.world().sleep_us(lasting_us).await;
        self.world().crash(crashing.owner);
        self.world().sleep_us(WHILE_IT_STORES_US).await; // what was sent may take effect still
        let reader = self.cluster.launch(Rc::default());
        self.must_be_fresh(&reader, &page, "was good before a set of it was cut short").await;
    }

    /// All sets of its part rows have had their turn when something else writes into an entry's row.
    pub async fn a_row_that_cannot_be_read_is_replaced(&self) {
        let page = self.world().random().pick(&self.requests.plan.keys).clone();
        let mut rows = self.table.rows();
        let Some(row) = rows.get(&page.key) else { return };
        let mut damaged = (**row).clone();
        damaged.insert("lifetime".to_owned(), json!({ "S": "?" }));
        damaged.extend((0..MAX_SLOTS).map(|slot| (format!("committed{slot}"), json!({ "N": "1" }))));
        rows.insert(page.key.clone(), Rc::new(damaged));
        self.table.replace(rows);
        let process = self.cluster.launch(Rc::default());
        self.requests.clone().render_anew(process.clone(), page.clone()).await;
        self.must_be_fresh(&process, &page, "was rendered over a row that cannot be read").await;
    }

    /// Whatever was written, crashed and overlapped: an entry has so many sets of part rows and no more, and all of them go.
    pub fn part_rows_are_bounded(&self) {
        let mut slots = BTreeMap::new();
        for (key, row) in self.table.rows().iter().filter(|(_, row)| row.contains_key("part")) {
            let Some((part, (_, name))) = key
                .strip_prefix("__part__")
                .and_then(|rest| rest.split_once("__"))
                .and_then(|(part, rest)| Some((part.to_owned(), rest.split_once("__")?)))
            else {
                self.must(false, || format!("{key} is no key of a part"));
                continue;
            };
            self.must(row.get("expiresAt").is_some_and(|at| number_of(at).is_some()), || {
                format!("{key} never goes")
            });
            *slots.entry((name.to_owned(), part)).or_insert(0) += 1;
        }
        let most = slots.values().max().copied().unwrap_or(0);
        self.must(most <= MAX_SLOTS, || format!("an entry has {most} sets of part rows"));
    }
}
