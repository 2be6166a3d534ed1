//! The targets of fuzz/ on stable Rust: their corpus, and seeded changes of it. What a fuzzer finds is put into the corpus.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a failed expectation of a test is a failed test"
)]

#[path = "../../fuzz/src/lib.rs"]
mod targets;

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

/// Changed inputs for each file of the corpus; `FUZZ_CHANGES` says otherwise.
const CHANGES: u64 = 2_000;

/// What means something to one of the targets.
const PIECES: [&[u8]; 14] = [
    b"{",
    b"}",
    b"[",
    b"\"",
    b":",
    b"\\u",
    b"\n",
    b"[profile ",
    b"= ",
    b"\xff",
    b"\x00",
    b"\xd8\x00",
    b"9999999999",
    b"__",
];

#[test]
fn every_target_holds_for_its_corpus_and_changes_of_it() {
    let changes = std::env::var("FUZZ_CHANGES").map_or(CHANGES, |count| count.parse().expect("a number"));
    for (name, target) in targets::TARGETS {
        let corpus = corpus_of(name);
        assert!(corpus.len() >= 3, "fuzz/corpus/{name} holds {} files", corpus.len());
        let files: Vec<Vec<u8>> = corpus.iter().map(|path| fs::read(path).expect("a file")).collect();
        for (path, bytes) in corpus.iter().zip(&files) {
            check(name, target, bytes, &path.display().to_string());
            for seed in 0..changes {
                let changed = changed(bytes, &files, seed);
                check(name, target, &changed, &format!("{} changed by seed {seed}", path.display()));
            }
        }
        println!("{name}: {} files, {} inputs", files.len(), files.len() as u64 * (changes + 1));
    }
}

fn check(name: &str, target: fn(&[u8]), bytes: &[u8], origin: &str) {
    if catch_unwind(|| target(bytes)).is_err() {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        panic!("the target {name} fails for {origin}; put these bytes into fuzz/corpus/{name}: {hex}");
    }
}

fn corpus_of(name: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let entries = fs::read_dir(folder).expect("a corpus");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// Up to eight changes, by the seed alone.
fn changed(bytes: &[u8], others: &[Vec<u8>], seed: u64) -> Vec<u8> {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(8) {
        let at = random.below(bytes.len() + 1);
        match random.below(6) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 => bytes.splice(at..at, PIECES[random.below(PIECES.len())].iter().copied()).for_each(drop),
            4 => bytes.insert(at, random.below(256) as u8),
            _ => {
                let other = &others[random.below(others.len())];
                let from = random.below(other.len() + 1);
                let to = from + random.below(other.len() - from + 1);
                bytes.splice(at..at, other[from..to].iter().copied()).for_each(drop);
            }
        }
    }
    bytes
}

/// xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}
