//! What must hold when nothing goes wrong any more.

use crate::dynamodb::{Item, MAX_ITEM_BYTES, Table, number_of};
use crate::losses::LOG;
use crate::plan::{KeyPlan, Plan};
use crate::process::Process;
use crate::requests::{UNRELATED, components};
use crate::scenario::{CALM_US, Scenario};
use nextjs_dynamodb_cache::cache::{Durations, Kind, Lookup, Outcome};
use serde_json::Value;
use std::rc::Rc;

impl Scenario {
    pub async fn in_calm(&self) {
        self.nothing_old_is_served().await;
        if self.requests.plan.expire_s.is_none() {
            self.what_is_rendered_is_served().await;
        }
        // State rows that a lost log has left count too much and not too little: they cost renders.
        if self.requests.plan.expire_s.is_none() && !self.states_are_left_over() {
            self.of_overlapping_sets_one_is_served().await;
            self.a_set_that_is_cut_short_leaves_what_was_there().await;
            self.a_row_that_cannot_be_read_is_replaced().await;
            self.what_is_below_the_floor_is_served().await;
            self.one_process_renders_what_is_stale().await;
        }
        self.compactions_that_meet_end_soon().await;
        self.a_full_log_is_compacted_first().await;
        self.what_does_not_fit_at_once_is_confirmed_in_pieces().await;
        self.part_rows_are_bounded();
    }

    /// Whether a tag's state row tells of events that a lost log had, and this one has not, by versions that may be its own.
    fn states_are_left_over(&self) -> bool {
        let history = &self.requests.history;
        let is_known = |tag: &str, step: &Value| {
            let number = |name: &str| step["M"].get(name).and_then(number_of);
            history.had(number("version").unwrap_or(0), tag, number("expire").unwrap_or(u64::MAX))
        };
        let is_left = |row: &Item| match (row.get("revalidated"), row.get("steps")) {
            (Some(tag), Some(steps)) => {
                let (tag, steps) = (tag["S"].as_str().unwrap_or_default(), steps["L"].as_array());
                steps.into_iter().flatten().any(|step| !is_known(tag, step))
            }
            _ => false,
        };
        !history.is_told_apart() && self.table.rows().values().any(|row| is_left(row))
    }

    /// Every get is checked; processes that have been there, and one that knows nothing.
    async fn nothing_old_is_served(&self) {
        for process in self.everyone() {
            for page in &self.requests.plan.keys {
                self.requests.get(&process, page, &self.requests.plan.soft_tags).await;
            }
        }
    }

    /// Without faults, what one process has rendered is a hit in every other.
    async fn what_is_rendered_is_served(&self) {
        let way = self.requests.plan.rule.calm_way();
        for page in &self.requests.plan.keys {
            // One without memory: it sees what the table holds.
            let renderer = self.cluster.launch(Rc::default());
            let answer = self.requests.get(&renderer, page, &self.requests.plan.soft_tags).await;
            if !matches!(answer.lookup.outcome, Outcome::Fresh(_)) {
                // A render that begins in the millisecond in which the log was read has, to be safe, not seen it.
                self.world().sleep_us(2_000).await;
                let rendered = self.requests.render(&renderer, page).await;
                let stored = self.requests.set(&renderer, page, rendered, way, Some(&answer)).await;
                self.must(stored, || format!("{} was not stored although nothing goes wrong", page.key));
            }
            for process in self.everyone() {
                if !self.requests.history.is_told_apart() {
                    self.requests.clone().mend(process.clone(), page.clone()).await;
                }
                self.must_be_fresh(&process, page, "was rendered and not revalidated since").await;
            }
        }
    }

    /// Entries older than the log's floor need the state rows of their tags, and are still hits.
    async fn what_is_below_the_floor_is_served(&self) {
        let events = self.requests.plan.config.log_max_events + 3;
        if events > 100 {
            return;
        }
        let before = floor(&self.table);
        for _ in 0..events {
            let process = self.cluster.any();
            let confirmed = self.requests.revalidate(&process, &[UNRELATED.to_owned()], None).await;
            self.must(confirmed, || "a revalidation failed although nothing goes wrong".to_owned());
            self.world().sleep_us(500_000).await;
        }
        self.world().sleep_us(CALM_US).await;
        let after = floor(&self.table);
        self.must(after > before, || format!("the log was not compacted: floor {before}, then {after}"));
        for page in &self.requests.plan.keys {
            for process in self.everyone() {
                self.must_be_fresh(&process, page, "has no tag that was revalidated since").await;
                self.must_be_fresh(&process, page, "is known to be fresh").await;
            }
        }
    }

    /// With leases, one process at a time is told to render a page that is stale; the others serve it.
    async fn one_process_renders_what_is_stale(&self) {
        let Plan { config, keys, .. } = &*self.requests.plan;
        let has_lease =
            |page: &&KeyPlan| matches!(page.kind, Kind::AppPage | Kind::Pages) && !page.tags.is_empty();
        if config.render_lease_ms == 0 || config.tag_freshness_ms > 0 {
            return;
        }
        for page in keys.iter().filter(has_lease) {
            // Their clocks agree, and they know of no lease yet.
            let clock = Rc::default();
            let processes = [(); 3].map(|()| self.cluster.launch(Rc::clone(&clock)));
            let [renderer, ..] = &processes;
            self.requests.clone().render_anew(renderer.clone(), page.clone()).await;
            let stale = Some(Durations { expire_s: None });
            let confirmed = self.requests.revalidate(renderer, &page.tags[..1], stale).await;
            self.must(confirmed, || "a revalidation failed although nothing goes wrong".to_owned());
            for round in ["at first", "when the first lease is over"] {
                let mut called_for = 0;
                for process in &processes {
                    let Lookup { outcome, calls_for_render, .. } =
                        self.requests.get(process, page, &[]).await.lookup;
                    self.must(matches!(outcome, Outcome::Stale(..)), || format!("{} is not stale", page.key));
                    called_for += u32::from(calls_for_render);
                }
                self.must(called_for == 1, || {
                    format!("{called_for} processes were told to render {} {round}", page.key)
                });
                self.world().sleep_us(config.render_lease_ms * 1_000 + 2_000).await;
            }
            self.requests.clone().render_anew(renderer.clone(), page.clone()).await;
            for process in &processes {
                self.must_be_fresh(process, page, "was rendered by the one that had the lease").await;
            }
        }
    }

    /// Two processes that compact the same events: one of them finds that the other has been faster, and is done.
    async fn compactions_that_meet_end_soon(&self) {
        let limit = self.requests.plan.config.log_max_events;
        if limit > 100 {
            return;
        }
        let processes = [(); 2].map(|()| self.cluster.launch(Rc::default()));
        let before = self.dynamodb.requests();
        // The last compaction may have failed while things went wrong.
        let left = self.requests.history.version() as u64 - floor(&self.table);
        for _ in 0..=limit {
            for process in &processes {
                self.start(process.owner, self.requests.clone().revalidate_unrelated(process.clone()));
            }
            self.world().sleep_us(1_000).await;
        }
        self.world().sleep_us(CALM_US).await;
        let requests = self.dynamodb.requests() - before;
        // For each an append, and hardly more than one compaction of one tag: a read, a write and a trim, and what is to be
        // done again where another was faster.
        let most = (left + 2 * (limit as u64 + 1)) * 16;
        self.must(requests <= most, || format!("{requests} requests for compactions that met, not {most}"));
    }

    /// Nobody has lived long enough to compact the log, and whoever finds it full has read it when it was short.
    async fn a_full_log_is_compacted_first(&self) {
        let plan = &self.requests.plan;
        if plan.table.max_updated_bytes == MAX_ITEM_BYTES {
            return;
        }
        let processes: Vec<_> = (0..30).map(|_| self.cluster.launch(Rc::default())).collect();
        for process in &processes {
            self.must(process.cache.refresh().await.is_ok(), || "the log was not read".to_owned());
        }
        for process in &processes {
            let confirmed = self.requests.revalidate(process, &[UNRELATED.to_owned()], None).await;
            self.world().crash(process.owner);
            self.must(confirmed, || "a revalidation failed because the log was full".to_owned());
        }
    }

    /// A revalidation of more tags than the log has room for is refused, and is confirmed later all the same.
    async fn what_does_not_fit_at_once_is_confirmed_in_pieces(&self) {
        let most_bytes = self.requests.plan.table.max_updated_bytes;
        if most_bytes == MAX_ITEM_BYTES {
            return;
        }
        let process = self.cluster.launch(Rc::default());
        let tags: Vec<_> = (0..most_bytes / 20).map(|index| format!("{UNRELATED}{index}")).collect();
        let before = self.requests.history.version();
        let refused = process.cache.revalidate_tags(&components(&tags), None).await.is_err();
        self.must(refused, || format!("{} tags fit into a log of {most_bytes} bytes", tags.len()));
        self.world().sleep_us(CALM_US).await;
        let confirmed = self.requests.history.version() - before;
        self.must(confirmed == tags.len(), || format!("{confirmed} of {} were confirmed", tags.len()));
    }

    pub async fn must_be_fresh(&self, process: &Process, page: &KeyPlan, why: &str) {
        let answer = self.requests.get(process, page, &self.requests.plan.soft_tags).await;
        let fresh = matches!(answer.lookup.outcome, Outcome::Fresh(_));
        self.must(fresh, || format!("{} {why}, and yet is no hit in {:?}", page.key, process.owner));
    }

    pub fn must(&self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.requests.history.violation(what());
        }
    }

    fn everyone(&self) -> Vec<Rc<Process>> {
        let mut everyone = self.cluster.all();
        everyone.push(self.cluster.launch(Rc::default()));
        everyone
    }
}

/// Events that are in state rows alone.
pub fn floor(table: &Table) -> u64 {
    table.row(LOG).and_then(|log| log.get("floor").and_then(number_of)).unwrap_or(0)
}
