//! Renders under way in this process: which log version each of them had seen when it began.
//!
//! Next hands `set` no token that would tell. A get that calls for a render leaves its version here, and the set that
//! answers takes one back: its own where it can name it, else the oldest, while the newest is forgotten. A set that names
//! a render which no get called for takes none: the others still need theirs. Too old a revision costs one extra render;
//! too new a one would serve stale data.

use std::collections::HashMap;

/// A render that no set has answered is forgotten after this, milliseconds.
const FORGOTTEN_AFTER_MS: u64 = 300_000;

/// Renders of one row that are told apart. What the build holds is served though the table has nothing, and calls for none; of
/// more than these the newest count as older ones: to forget one would leave its set without any.
const MAX_RENDERS: usize = 32;

/// Rows on record before the forgotten ones are looked for.
const SWEEP_ABOVE: usize = 1_000;

/// All rows are looked at for that, and each page of a large build may be on record: so not more often, milliseconds.
const SWEEP_EVERY_MS: u64 = 10_000;

/// The renders that gets of this process called for.
#[derive(Default)]
pub struct Renders {
    by_row: HashMap<String, Vec<Render>>,
    swept_at_ms: u64,
}

struct Render {
    version: u64,
    at_ms: u64,
    /// How many it stands for.
    count: u32,
}

impl Renders {
    /// A get of `row` that had seen `version` calls for a render; `now_ms` is monotonic.
    pub fn called_for(&mut self, row: &str, version: u64, now_ms: u64) {
        if self.by_row.len() > SWEEP_ABOVE && now_ms.saturating_sub(self.swept_at_ms) >= SWEEP_EVERY_MS {
            self.by_row.retain(|_, renders| {
                forget(renders, now_ms);
                !renders.is_empty()
            });
            self.swept_at_ms = now_ms;
        }
        let renders = self.by_row.entry(row.to_owned()).or_default();
        forget(renders, now_ms);
        let position = renders.partition_point(|render| render.version <= version);
        renders.insert(position, Render { version, at_ms: now_ms, count: 1 });
        if renders.len() > MAX_RENDERS
            && let Some(newest) = renders.pop()
            && let Some(last) = renders.last_mut()
        {
            last.count = last.count.saturating_add(newest.count);
            last.at_ms = last.at_ms.max(newest.at_ms);
        }
    }

    /// A set of `row` answers one of them: gives the revision of what it stores, `None` when no render is on record.
    /// `own` is the version of its render where it can name it, and `called_for` whether a get called for that one.
    pub fn answered(&mut self, row: &str, own: Option<u64>, called_for: bool, now_ms: u64) -> Option<u64> {
        if own.is_some() && !called_for {
            return own;
        }
        let Some(renders) = self.by_row.get_mut(row) else { return own };
        forget(renders, now_ms);
        let revision = own.or(renders.first().map(|render| render.version));
        let taken = own.and_then(|own| renders.iter().position(|render| render.version == own));
        let position = taken.unwrap_or(renders.len().saturating_sub(1));
        if let Some(render) = renders.get_mut(position) {
            render.count -= 1;
            if render.count == 0 {
                renders.remove(position);
            }
        }
        if renders.is_empty() {
            self.by_row.remove(row);
        }
        revision
    }
}

fn forget(renders: &mut Vec<Render>, now_ms: u64) {
    renders.retain(|render| now_ms.saturating_sub(render.at_ms) < FORGOTTEN_AFTER_MS);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_takes_the_oldest_and_forgets_the_newest() {
        let mut renders = Renders::default();
        for version in [5, 3, 9] {
            renders.called_for("k", version, 0);
        }
        assert_eq!([(); 4].map(|()| renders.answered("k", None, true, 0)), [Some(3), Some(3), Some(3), None]);
    }

    #[test]
    fn a_set_that_knows_its_render_takes_that_one() {
        let mut renders = Renders::default();
        renders.called_for("k", 3, 0);
        renders.called_for("k", 5, 0);
        assert_eq!(renders.answered("k", Some(3), true, 0), Some(3));
        assert_eq!(renders.answered("k", None, true, 0), Some(5));
        assert_eq!(renders.answered("k", Some(4), true, 0), Some(4));
    }

    #[test]
    fn a_set_that_no_get_called_for_leaves_the_renders_of_others() {
        let mut renders = Renders::default();
        renders.called_for("k", 3, 0);
        assert_eq!([7, 3].map(|own| renders.answered("k", Some(own), false, 0)), [Some(7), Some(3)]);
        assert_eq!(renders.answered("k", None, true, 0), Some(3));
    }

    #[test]
    fn the_oldest_of_many_are_kept() {
        let mut renders = Renders::default();
        (0..10_000).for_each(|version| renders.called_for("k", 10_000 - version, 0));
        assert_eq!(renders.by_row.get("k").map(Vec::len), Some(MAX_RENDERS));
        assert_eq!(renders.answered("k", None, true, 0), Some(1));
    }

    #[test]
    fn renders_that_are_not_told_apart_are_still_counted() {
        let mut renders = Renders::default();
        (0..40).for_each(|version| renders.called_for("k", version, 0));
        assert!((0..40).all(|_| renders.answered("k", None, true, 0) == Some(0)));
        assert_eq!(renders.answered("k", None, true, 0), None);
    }

    #[test]
    fn the_forgotten_of_many_rows_are_looked_for_now_and_then() {
        let mut renders = Renders::default();
        let mut sweeps = 0;
        for number in 0..100_000 {
            let swept_at_ms = renders.swept_at_ms;
            renders.called_for(&format!("/page/{number}"), 3, number);
            sweeps += u32::from(renders.swept_at_ms != swept_at_ms);
        }
        assert_eq!((renders.by_row.len(), sweeps), (100_000, 9));
        renders.called_for("/last", 3, 100_000 + FORGOTTEN_AFTER_MS);
        assert_eq!(renders.by_row.len(), 1);
    }

    #[test]
    fn a_render_that_never_ended_is_forgotten_after_five_minutes() {
        let mut renders = Renders::default();
        renders.called_for("k", 3, 0);
        assert_eq!(renders.answered("k", None, true, FORGOTTEN_AFTER_MS), None);
    }
}
