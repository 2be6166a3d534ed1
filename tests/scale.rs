//! What limits a fleet: a seeded model of many instances before DynamoDB's limits for one partition, with this package's
//! constants. `docs/scale.md` holds what it prints (`cargo test --profile simulation --test scale -- --nocapture`).

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a failed expectation of a test is a failed test"
)]

/// Strongly consistent reads of at most 4 KB that one partition answers in a second.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>
const PARTITION_READS: f64 = 3_000.0;
/// Writes of at most 1 KB, likewise.
const PARTITION_WRITES: f64 = 1_000.0;
/// `readTimeoutMs`.
const BUDGET_MS: u32 = 300;
/// The longest pause between log reads under throttling, and the first (`src/cache/reads.rs`).
const LOG_WAIT_MS: (u32, u32) = (10, 100);
/// The first backoff of a throttled request (`src/retry/`).
const BACKOFF_MS: u32 = 50;
/// Gets of one instance in a second.
const GETS: f64 = 20.0;
/// What is counted, after as long a time in which the fleet finds its rhythm.
const SECONDS: u32 = 10;
/// `sweep_timeout_ms` and `DELETES_AT_ONCE` of the core.
const SWEEP: (u32, u32) = (60_000, 8);

#[test]
fn the_document_has_what_the_model_prints() {
    let printed = [log_table(), index_table(), sweep_table()].join("\n\n");
    println!("{printed}");
    let document = include_str!("../docs/scale.md");
    for line in printed.lines() {
        assert!(document.lines().any(|known| known == line), "docs/scale.md lacks: {line}");
    }
}

#[test]
fn below_the_limit_of_its_partition_the_log_costs_no_get() {
    let fleet = run(100, 0, 7);
    assert_eq!((fleet.throttled, fleet.missed), (0, 0));
}

#[test]
fn above_it_sharing_for_a_second_takes_the_load_away() {
    let (strict, shared) = (run(1_000, 0, 7), run(1_000, 1_000, 7));
    assert!(strict.missed > 0);
    assert!(shared.missed * 1_000 < shared.gets);
    assert!(shared.reads * 5 < strict.reads);
}

fn log_table() -> String {
    let mut lines = vec![
        "| instances | gets/s | tagFreshnessMs | log reads/s | throttled/s | gets that end as a miss | wait for the log, p50 / p99 |".to_owned(),
        "|---|---|---|---|---|---|---|".to_owned(),
    ];
    for (instances, freshness_ms) in
        [(10, 0), (100, 0), (1_000, 0), (1_000, 1_000), (10_000, 0), (10_000, 1_000), (10_000, 5_000)]
    {
        let fleet = run(instances, freshness_ms, 1);
        let per_second = |count: u64| count / u64::from(SECONDS);
        lines.push(format!(
            "| {instances} | {} | {freshness_ms} | {} | {} | {:.1} % | {} / {} ms |",
            per_second(fleet.gets),
            per_second(fleet.reads),
            per_second(fleet.throttled),
            fleet.missed as f64 / fleet.gets as f64 * 100.0,
            fleet.percentile(0.5),
            fleet.percentile(0.99),
        ));
    }
    lines.join("\n")
}

/// A million new entries that share a tag: a sentinel row of each is a write to the tag's partition of the index.
fn index_table() -> String {
    let mut lines = vec![
        "| instances | new entries/s wanted | stored/s with a hot tag in the index | a million takes | with it left out |".to_owned(),
        "|---|---|---|---|---|".to_owned(),
    ];
    for instances in [10u32, 1_000, 10_000] {
        let wanted = f64::from(instances) * 2.0;
        let stored = wanted.min(PARTITION_WRITES);
        let minutes = |rate: f64| (1e6 / rate / 60.0).ceil();
        lines.push(format!(
            "| {instances} | {wanted} | {stored} | {} min | {} min |",
            minutes(stored),
            minutes(wanted)
        ));
    }
    lines.join("\n")
}

/// One sweep: eight deletes at a time, then a batch that takes their sentinels, until its time is over.
fn sweep_table() -> String {
    let mut random = Random(3);
    let mut lines = vec![
        "| entries of the tag | swept | in | left to their TTL |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ];
    for entries in [1_000u32, 10_000, 1_000_000] {
        let (mut now_ms, mut swept) = (0, 0);
        while swept < entries && now_ms < SWEEP.0 {
            let slowest = (0..SWEEP.1).map(|_| random.latency_ms()).max().expect("eight of them");
            now_ms += slowest + random.latency_ms();
            swept += SWEEP.1.min(entries - swept);
        }
        let seconds = f64::from(now_ms) / 1_000.0;
        lines.push(format!("| {entries} | {swept} | {seconds:.0} s | {} |", entries - swept));
    }
    lines.join("\n")
}

struct Fleet {
    gets: u64,
    reads: u64,
    throttled: u64,
    missed: u64,
    /// How many gets waited so many milliseconds.
    waits: Vec<u64>,
}

impl Default for Fleet {
    fn default() -> Self {
        Fleet { gets: 0, reads: 0, throttled: 0, missed: 0, waits: vec![0; BUDGET_MS as usize + 1] }
    }
}

impl Fleet {
    fn percentile(&self, share: f64) -> usize {
        let wanted = (self.waits.iter().sum::<u64>() as f64 * share) as u64;
        let mut seen = 0;
        let enough = |count: &u64| {
            seen += count;
            seen > wanted
        };
        self.waits.iter().position(enough).unwrap_or(0)
    }
}

#[derive(Default)]
struct Instance {
    /// When the gets came that the read under way answers.
    current: Vec<u32>,
    /// Those that came since it began: they share the next one.
    next: Vec<u32>,
    /// When something happens: the read is answered, or a pause is over.
    at_ms: u32,
    is_answered: bool,
    attempt: u32,
    wait_ms: u32,
    fresh_until_ms: u32,
}

/// A fleet, a millisecond at a time.
fn run(instances: usize, freshness_ms: u32, seed: u64) -> Fleet {
    let mut random = Random(seed);
    let mut fleet = Fleet::default();
    let mut all: Vec<Instance> = (0..instances).map(|_| Instance::default()).collect();
    let mut tokens = PARTITION_READS;
    for now_ms in 1..=SECONDS * 2_000 {
        if now_ms == SECONDS * 1_000 {
            fleet = Fleet::default();
        }
        tokens = (tokens + PARTITION_READS / 1_000.0).min(PARTITION_READS / 10.0);
        // Another instance is first each time.
        let first = random.below(instances as u64) as usize;
        let (before, after) = all.split_at_mut(first);
        for instance in after.iter_mut().chain(before) {
            if random.chance(GETS / 1_000.0) {
                fleet.gets += 1;
                instance.ask(now_ms, &mut fleet);
            }
            instance.step(now_ms, freshness_ms, &mut tokens, &mut random, &mut fleet);
        }
    }
    fleet
}

impl Instance {
    fn ask(&mut self, now_ms: u32, fleet: &mut Fleet) {
        if now_ms < self.fresh_until_ms {
            fleet.waits[0] += 1;
        } else {
            self.next.push(now_ms);
        }
    }

    fn step(
        &mut self,
        now_ms: u32,
        freshness_ms: u32,
        tokens: &mut f64,
        random: &mut Random,
        fleet: &mut Fleet,
    ) {
        if now_ms < self.at_ms {
            return;
        }
        if self.is_answered {
            self.is_answered = false;
            for asked_ms in self.current.drain(..) {
                let waited_ms = now_ms - asked_ms;
                match fleet.waits.get_mut(waited_ms as usize) {
                    Some(count) => *count += 1,
                    None => fleet.missed += 1,
                }
            }
            self.fresh_until_ms = now_ms + freshness_ms;
            self.attempt = 0;
            // Those who wait begin after a pause, if throttling has made one.
            self.at_ms = now_ms + self.wait_ms;
            return;
        }
        self.give_up(now_ms, fleet);
        if self.current.is_empty() {
            self.current = std::mem::take(&mut self.next);
        }
        if !self.current.is_empty() {
            self.read(now_ms, tokens, random, fleet);
        }
    }

    fn read(&mut self, now_ms: u32, tokens: &mut f64, random: &mut Random, fleet: &mut Fleet) {
        fleet.reads += 1;
        if *tokens >= 1.0 {
            *tokens -= 1.0;
            self.wait_ms /= 2;
            self.is_answered = true;
            self.at_ms = now_ms + random.latency_ms();
        } else {
            fleet.throttled += 1;
            self.wait_ms = (self.wait_ms * 2).clamp(LOG_WAIT_MS.0, LOG_WAIT_MS.1);
            let backoff_ms = random.below(u64::from(BACKOFF_MS << self.attempt.min(4))) as u32;
            self.attempt += 1;
            self.at_ms = now_ms + random.latency_ms() + backoff_ms;
        }
    }

    /// Gets whose budget is over are misses: their pages are rendered.
    fn give_up(&mut self, now_ms: u32, fleet: &mut Fleet) {
        for gets in [&mut self.current, &mut self.next] {
            let before = gets.len();
            gets.retain(|asked_ms| now_ms - asked_ms <= BUDGET_MS);
            fleet.missed += (before - gets.len()) as u64;
        }
        if self.current.is_empty() {
            self.attempt = 0;
        }
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn chance(&mut self, probability: f64) -> bool {
        ((self.next() >> 11) as f64) < probability * (1u64 << 53) as f64
    }

    /// What DynamoDB takes for one row.
    fn latency_ms(&mut self) -> u32 {
        3 + self.below(6) as u32
    }
}
