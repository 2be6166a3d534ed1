//! What one history is made of, drawn from its seed: how many processes, which options, how much goes wrong.

use crate::dynamodb::{Faults, MAX_ITEM_BYTES, TABLE, TableSettings};
use crate::random::Random;
use nextjs_dynamodb_cache::cache::key::Prefix;
use nextjs_dynamodb_cache::cache::{Config, TagIndex};

/// How a set is told which render it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevisionRule {
    /// A handler instance per request: the version that its get had seen.
    Instance,
    /// One instance for all: the cache must work it out from the renders on record.
    SharedInstance,
    /// 'use cache': the version that the process had seen when the render began. A request reads the log once.
    Process,
}

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
    /// Probability, per operation, that a process crashes and another takes its place.
    pub crashes: f64,
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
    pub tags: Vec<String>,
}

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
        let rule = match random.within(0..=9) {
            0..=4 => RevisionRule::Instance,
            5..=7 => RevisionRule::SharedInstance,
            _ => RevisionRule::Process,
        };
        let nameless = rule == RevisionRule::SharedInstance;
        let on_demand = if nameless { 0.0 } else { *random.pick(&[0.0, 0.1, 0.4]) };
        let fault = *random.pick(&[0.0, 0.0, 0.02, 0.1, 0.3]);
        Plan {
            config: draw_config(random, small_log),
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
            on_demand,
            crashes: *random.pick(&[0.0, 0.0, 0.01, 0.05]),
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
        KeyPlan { key: format!("/page/{n}"), tags: own }
    };
    (0..count).map(draw).collect()
}

fn draw_config(random: &mut Random, small_log: bool) -> Config {
    let log_max_events: &[usize] = if small_log { &[2, 5] } else { &[1, 2, 3, 4, 5, 8, 12, 1_000] };
    Config {
        read_timeout_ms: *random.pick(&[100, 300, 300]),
        write_timeout_ms: *random.pick(&[500, 2_000]),
        tag_index: *random.pick(&[TagIndex::All, TagIndex::All, TagIndex::Explicit, TagIndex::Off]),
        memory_max_bytes: *random.pick(&[0, 3_000, 1 << 20]),
        tag_freshness_ms: *random.pick(&[0, 0, 0, 0, 50]),
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
