//! What one history is made of, drawn from its seed: how many processes, which options, how much goes wrong.

use crate::dynamodb::{Faults, MAX_ITEM_BYTES, TABLE, TableSettings};
use crate::random::Random;
use crate::revision::RevisionRule;
use nextjs_dynamodb_cache::cache::key::Prefix;
use nextjs_dynamodb_cache::cache::{Config, Kind, TagIndex};
use std::ops::RangeInclusive;

#[derive(Debug)]
pub struct Plan {
    pub config: Config,
    pub rule: RevisionRule,
    pub processes: usize,
    pub keys: Vec<KeyPlan>,
    /// Tags that are read one by one when something is rendered.
    pub tags: Vec<String>,
    /// Next's implicit tags, which a request adds and an entry does not carry.
    pub soft_tags: Vec<String>,
    /// Tags that one entry carries beside its own, and that are revalidated together; often none.
    pub many_tags: Vec<String>,
    pub operations: usize,
    pub at_once: usize,
    /// Between two operations at most, microseconds.
    pub pause_us: u64,
    /// Between two reads of a render at most, microseconds.
    pub render_step_us: u64,
    /// Probability that an operation revalidates.
    pub revalidations: f64,
    /// Probability that a hit is rendered again all the same; only where sets can name their render.
    pub on_demand: f64,
    /// Probability that an operation is a build, whose output is served where the table has nothing.
    pub builds: f64,
    /// Probability, per operation, that the log is lost or goes back.
    pub losses: f64,
    /// Probability, per operation, that a process crashes and another takes its place.
    pub crashes: f64,
    /// Probability, per operation, that a process stops for a while, and then goes on.
    pub freezes: f64,
    /// How far wall clocks may be off, milliseconds.
    pub skew_ms: u64,
    /// Rows live this long, seconds; `None` is the default.
    pub expire_s: Option<u64>,
    pub faults: Faults,
    pub table: TableSettings,
}

#[derive(Clone, Debug)]
pub struct KeyPlan {
    pub key: String,
    pub kind: Kind,
    pub size: Size,
    pub tags: Vec<String>,
}

/// How large the values of an entry are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// They go into one row, however small a row is in this history.
    Small,
    /// They take several rows, where rows are small.
    Large,
    /// Now the one and now the other.
    Either,
}

const SIZES: [Size; 4] = [Size::Small, Size::Large, Size::Large, Size::Either];

impl Size {
    /// Words of eight random bytes in a value.
    pub fn words(self) -> RangeInclusive<u64> {
        match self {
            Size::Small => 2..=4,
            Size::Large => 20..=60,
            Size::Either => 2..=60,
        }
    }
}

/// Those of Next's kinds that are stored most, and in the most different ways by the layers above.
const KINDS: [Kind; 5] = [Kind::AppPage, Kind::Fetch, Kind::Pages, Kind::UseCache, Kind::UseCacheSegment];

impl Plan {
    pub fn draw(seed: u64) -> Self {
        // Another stream than the world's, so that a history does not depend on how many numbers this takes.
        let random = &mut Random::new(seed ^ 0x5EED_0F0F_1111_7777);
        let tags: Vec<_> = (0..random.within(2..=4)).map(|n| format!("tag{n}")).collect();
        let soft_tags = vec!["_N_T_/a/page".to_owned(), "_N_T_/b/layout".to_owned()];
        let table = draw_table(random);
        let small_log = table.max_updated_bytes < MAX_ITEM_BYTES;
        let many = if random.chance(0.03) && !small_log { random.within(30..=230) } else { 0 };
        let many_tags: Vec<_> = (0..many).map(|n| format!("many{n}")).collect();
        let keys = draw_keys(random, &tags, &many_tags);
        let rule = RevisionRule::draw(random);
        // What stands in a revision must be of the log that there is now, or of one that is known to be lost.
        let tells = matches!(rule, RevisionRule::Instance | RevisionRule::Process);
        let losses = if tells && random.chance(0.15) { 0.04 } else { 0.0 };
        let fault = *random.pick(&[0.0, 0.0, 0.02, 0.1, 0.3]);
        Plan {
            config: draw_config(random, small_log, losses > 0.0),
            rule,
            processes: random.within(1..=4) as usize,
            keys,
            tags,
            soft_tags,
            many_tags,
            operations: random.within(20..=90) as usize,
            at_once: random.within(2..=10) as usize,
            pause_us: *random.pick(&[500, 5_000, 30_000]),
            render_step_us: *random.pick(&[1, 3_000, 20_000]),
            revalidations: *random.pick(&[0.1, 0.25, 0.5]),
            on_demand: *random.pick(&[0.0, 0.1, 0.4]),
            builds: *random.pick(&[0.0, 0.0, 0.05]),
            losses,
            crashes: *random.pick(&[0.0, 0.0, 0.01, 0.05]),
            freezes: *random.pick(&[0.0, 0.0, 0.01, 0.05]),
            skew_ms: *random.pick(&[0, 240_000, 240_000, 1_200_000]),
            expire_s: if random.chance(0.1) { Some(random.within(0..=3)) } else { None },
            faults: Faults { fault, unprocessed: *random.pick(&[0.0, 0.05, 0.3]), far: 0.05 },
            table,
        }
    }
}

fn draw_keys(random: &mut Random, tags: &[String], many_tags: &[String]) -> Vec<KeyPlan> {
    let count = random.within(1..=4);
    let draw = |n: u64| {
        let mut own: Vec<_> = tags.iter().filter(|_| random.chance(0.6)).cloned().collect();
        if own.is_empty() && random.chance(0.8) {
            own.push(random.pick(tags).clone());
        }
        if n == 0 {
            own.extend(many_tags.iter().cloned());
        }
        KeyPlan {
            key: format!("/page/{n}"),
            kind: *random.pick(&KINDS),
            size: *random.pick(&SIZES),
            tags: own,
        }
    };
    (0..count).map(draw).collect()
}

fn draw_config(random: &mut Random, small_log: bool, strict: bool) -> Config {
    let log_max_events: &[usize] = if small_log { &[2, 5] } else { &[1, 2, 3, 4, 5, 8, 12, 1_000] };
    Config {
        read_timeout_ms: *random.pick(&[100, 300, 300]),
        write_timeout_ms: *random.pick(&[500, 2_000]),
        tag_index: *random.pick(&[TagIndex::All, TagIndex::All, TagIndex::Explicit, TagIndex::Off]),
        memory_max_bytes: *random.pick(&[0, 3_000, 1 << 20]),
        tag_freshness_ms: *random.pick(if strict { &[0] } else { &[0, 0, 0, 0, 50, 5_000] }),
        render_lease_ms: *random.pick(&[0, 0, 500, 20_000]),
        log_max_events: *random.pick(log_max_events),
        part_bytes: *random.pick(&[64, 150, 384_000]),
        sweep_timeout_ms: *random.pick(&[10_000, 60_000]),
        ..Config::new(TABLE, Prefix::default())
    }
}

fn draw_table(random: &mut Random) -> TableSettings {
    TableSettings {
        index_lag_ms: *random.pick(&[0, 20, 500, 5_000]),
        ttl_lag_ms: *random.pick(&[0, 5_000]),
        page_items: random.within(1..=4) as usize,
        // So small that the log row is full when a few compactions fail.
        max_updated_bytes: if random.chance(0.1) { 900 } else { MAX_ITEM_BYTES },
    }
}
