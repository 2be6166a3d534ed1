//! What the revalidations of one tag mean for an entry, without the events themselves.
//!
//! Every revalidation is a step: entries whose revision is below its version are stale, and expired from its deadline
//! on (a hard one's deadline is zero). A later step with an earlier deadline makes an earlier step superfluous, so
//! the steps that matter form a staircase: versions and deadlines both rise.

use crate::dynamodb::{AttributeValue, Item};

/// More steps than this are merged, to the safe side. Only soft revalidations with ever later deadlines make steps.
const MAX_STEPS: usize = 8;

/// A revalidation this shortly before a build's output was written still counts: their clocks may differ. Too much of it
/// costs a render after a deploy.
const BUILD_CLOCK_MARGIN_MS: u64 = 60_000;

/// One revalidation of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The event's version: it concerns entries with a lower revision.
    pub version: u64,
    /// Entries are expired from this moment on, Unix milliseconds; 0 is at once, `u64::MAX` never.
    pub expires_at_ms: u64,
    /// When it happened by the revalidating host's clock, Unix milliseconds; of those that it has made superfluous, the latest.
    pub at_ms: u64,
}

/// All revalidations of a tag that still matter, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagState {
    steps: Vec<Step>,
}

/// How an entry stands towards the revalidations of its tags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// None of its tags was revalidated since its render began.
    #[default]
    Fresh,
    /// One was, softly: it may be served once more while it is rendered again.
    Stale,
    /// One was, and its time is over.
    Expired,
}

impl TagState {
    /// The state after one revalidation.
    pub fn of(step: Step) -> Self {
        TagState { steps: vec![step] }
    }

    /// Takes in one more revalidation, in any order and any number of times.
    pub fn add(&mut self, mut step: Step) {
        for other in &mut self.steps {
            let latest_ms = step.at_ms.max(other.at_ms);
            if other.covers(&step) {
                other.at_ms = latest_ms;
                return;
            }
            if step.covers(other) {
                step.at_ms = latest_ms;
            }
        }
        self.steps.retain(|other| !step.covers(other));
        let position = self.steps.partition_point(|other| other.version < step.version);
        self.steps.insert(position, step);
        while self.steps.len() > MAX_STEPS {
            let oldest = self.steps.remove(0);
            if let Some(next) = self.steps.first_mut() {
                next.expires_at_ms = next.expires_at_ms.min(oldest.expires_at_ms);
                next.at_ms = next.at_ms.max(oldest.at_ms);
            }
        }
    }

    /// Takes in a revalidation, if it is one.
    pub fn extend(&mut self, step: Option<Step>) {
        step.into_iter().for_each(|step| self.add(step));
    }

    /// Takes in everything that another state says of the same tag.
    pub fn merge(&mut self, other: &TagState) {
        other.steps.iter().for_each(|step| self.add(*step));
    }

    /// How an entry of this tag stands at `now_ms` (Unix milliseconds).
    pub fn standing(&self, revision: u64, now_ms: u64) -> Standing {
        worst(self.steps.iter().filter(|step| step.version > revision), now_ms)
    }

    /// How something that the build rendered at `built_at_ms` stands at `now_ms` (both Unix milliseconds). It knows no
    /// version, so the wall clocks of the build machine and of the revalidating host decide, with a margin.
    pub fn standing_of_built(&self, built_at_ms: u64, now_ms: u64) -> Standing {
        let since_ms = built_at_ms.saturating_sub(BUILD_CLOCK_MARGIN_MS);
        worst(self.steps.iter().filter(|step| step.at_ms > since_ms), now_ms)
    }

    /// When it expired last before `now_ms` (Unix milliseconds); 0 is never.
    pub fn expired_at_ms(&self, now_ms: u64) -> u64 {
        let expired = self.steps.iter().filter(|step| step.expires_at_ms <= now_ms);
        expired.map(|step| step.at_ms.max(step.expires_at_ms)).max().unwrap_or(0)
    }

    /// The version of the newest revalidation, zero when there was none.
    pub fn version(&self) -> u64 {
        self.steps.last().map_or(0, |step| step.version)
    }

    /// Reads the attribute `steps` of a tag state row; `None` when it holds something else.
    pub fn from_item(item: &Item) -> Option<Self> {
        let mut state = TagState::default();
        for step in item.get("steps")?.as_l()? {
            let map = step.as_m()?;
            let number = |name: &str| map.get(name)?.as_u64();
            let expires_at_ms = match map.contains_key("expire") {
                true => number("expire")?,
                false => u64::MAX,
            };
            state.add(Step { version: number("version")?, expires_at_ms, at_ms: number("at")? });
        }
        Some(state)
    }

    /// The attribute `steps` of a tag state row.
    pub fn to_attribute(&self) -> AttributeValue {
        let steps = self.steps.iter().map(|step| {
            let mut map = Item::from([
                ("version", AttributeValue::n(step.version)),
                ("at", AttributeValue::n(step.at_ms)),
            ]);
            if step.expires_at_ms != u64::MAX {
                map.insert("expire", AttributeValue::n(step.expires_at_ms));
            }
            AttributeValue::M(map)
        });
        AttributeValue::L(steps.collect())
    }
}

fn worst<'a>(steps: impl Iterator<Item = &'a Step>, now_ms: u64) -> Standing {
    match steps.map(|step| step.expires_at_ms).min() {
        None => Standing::Fresh,
        Some(expires_at_ms) if expires_at_ms <= now_ms => Standing::Expired,
        Some(_) => Standing::Stale,
    }
}

impl Step {
    /// Whether this step says everything that `other` says, but when it happened: clocks may differ.
    fn covers(&self, other: &Step) -> bool {
        self.version >= other.version && self.expires_at_ms <= other.expires_at_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(steps: &[(u64, u64)]) -> TagState {
        let mut state = TagState::default();
        for (version, expires_at_ms) in steps {
            state.add(Step { version: *version, expires_at_ms: *expires_at_ms, at_ms: 1 });
        }
        state
    }

    #[test]
    fn an_entry_as_new_as_the_revalidation_is_fresh() {
        assert_eq!(state(&[(3, 0)]).standing(3, 10), Standing::Fresh);
        assert_eq!(state(&[(3, 0)]).standing(2, 10), Standing::Expired);
    }

    #[test]
    fn a_soft_revalidation_is_stale_until_its_deadline() {
        assert_eq!(state(&[(3, 50)]).standing(2, 49), Standing::Stale);
        assert_eq!(state(&[(3, 50)]).standing(2, 50), Standing::Expired);
    }

    #[test]
    fn it_expired_when_it_was_revalidated_or_when_its_deadline_passed() {
        assert_eq!(state(&[(3, 0), (4, 50), (5, u64::MAX)]).expired_at_ms(49), 1);
        assert_eq!(state(&[(3, 0), (4, 50), (5, u64::MAX)]).expired_at_ms(50), 50);
        assert_eq!(state(&[(5, u64::MAX)]).expired_at_ms(50), 0);
    }

    #[test]
    fn a_later_soft_revalidation_does_not_revive_what_a_hard_one_expired() {
        let both = state(&[(3, 0), (4, u64::MAX)]);
        assert_eq!(both.standing(2, 10), Standing::Expired);
        assert_eq!(both.standing(3, 10), Standing::Stale);
    }

    #[test]
    fn a_later_revalidation_by_a_clock_that_is_behind_does_not_revive_what_the_build_rendered() {
        let steps = [(3, 0, 500_000), (4, 0, 100_000)];
        let steps = steps.map(|(version, expires_at_ms, at_ms)| Step { version, expires_at_ms, at_ms });
        for order in [[0, 1], [1, 0]] {
            let mut state = TagState::default();
            order.into_iter().filter_map(|index| steps.get(index)).for_each(|step| state.add(*step));
            assert_eq!(state.standing_of_built(400_000, 600_000), Standing::Expired);
        }
    }

    #[test]
    fn the_order_of_adding_does_not_matter() {
        let steps = [(1, 90), (2, 40), (3, 70), (4, u64::MAX), (5, 95)];
        let mut reversed = steps;
        reversed.reverse();
        assert_eq!(state(&steps), state(&reversed));
        assert_eq!(state(&steps).steps.len(), 3);
    }

    #[test]
    fn merging_steps_errs_to_the_safe_side() {
        let steps: Vec<_> = (1..=20).map(|n| (n, 100 * n)).collect();
        let merged = state(&steps);
        assert_eq!(merged.steps.len(), MAX_STEPS);
        for revision in 0..20 {
            for now_ms in (0..2500).step_by(50) {
                let exact = steps.iter().filter(|(v, _)| *v > revision).map(|(_, e)| *e).min();
                let exact = match exact {
                    None => Standing::Fresh,
                    Some(e) if e <= now_ms => Standing::Expired,
                    Some(_) => Standing::Stale,
                };
                assert!(merged.standing(revision, now_ms) >= exact);
            }
        }
    }

    #[test]
    fn steps_round_trip_through_the_row() {
        let all = state(&[(3, 0), (4, 80), (5, u64::MAX)]);
        assert_eq!(TagState::from_item(&Item::from([("steps", all.to_attribute())])), Some(all));
    }
}
