use super::*;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::deflate::core::{
    CompressionStrategy, CompressorOxide, TDEFLFlush, TDEFLStatus, compress_to_output,
    create_comp_flags_from_zip_params,
};
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use proptest::prelude::*;

/// What `miniz_oxide` says: the bytes, if there are exactly so many.
fn oracle(compressed: &[u8], raw_bytes: usize) -> Option<Vec<u8>> {
    decompress_to_vec_with_limit(compressed, raw_bytes).ok().filter(|raw| raw.len() == raw_bytes)
}

/// Compressed as zlib's strategies have it: by fixed codes, without matches, by runs alone.
fn compressed_by(strategy: CompressionStrategy, raw: &[u8]) -> Vec<u8> {
    let flags = create_comp_flags_from_zip_params(6, -15, strategy as i32);
    let mut compressed = Vec::new();
    let (status, _) =
        compress_to_output(&mut CompressorOxide::new(flags), raw, TDEFLFlush::Finish, |piece| {
            compressed.extend_from_slice(piece);
            true
        });
    assert_eq!(status, TDEFLStatus::Done);
    compressed
}

/// Bytes of which each is half as frequent as the one before: the rarest have the longest codes that there are.
fn skewed() -> Vec<u8> {
    (0..70_000_u32).map(|index| (index.reverse_bits() | 1 << 20).leading_zeros() as u8).collect()
}

#[test]
fn the_longest_codes_are_read() {
    for raw in [skewed(), skewed().into_iter().map(|byte| byte.wrapping_mul(97)).collect()] {
        let compressed = compressed_by(CompressionStrategy::HuffmanOnly, &raw);
        assert_eq!(inflate(&compressed, raw.len()), Some(raw));
    }
}

#[test]
fn blocks_of_every_kind_follow_each_other() {
    let stored = |text: &[u8]| {
        let len = text.len() as u16;
        [len.to_le_bytes().as_slice(), (!len).to_le_bytes().as_slice(), text].concat()
    };
    // A stored block of "abc"; the end of one by fixed codes, and in the same byte the beginning of the last one, stored, of "d".
    let bytes = [vec![0], stored(b"abc"), vec![0b010, 0b100], stored(b"d")].concat();
    assert_eq!(inflate(&bytes, 4), Some(b"abcd".to_vec()));
    assert_eq!(inflate(&bytes, 4), oracle(&bytes, 4));
    let wrong = [[0, 3, 0, 0xFC, 0xFE].as_slice(), b"abc"].concat();
    assert_eq!(inflate(&wrong, 3), None, "a length that its check denies");
}

#[test]
fn what_no_code_stands_for_is_refused() {
    // By fixed codes: "a", then a match from before the beginning.
    let before = compress_to_vec(b"aaaaaaaaaaaa", 6);
    assert_eq!(inflate(&before, 12), Some(vec![b'a'; 12]));
    let cases: [&[u8]; 5] = [
        &[],
        &[0b111],                    // a block of no kind
        &[0b011, 0b1100_0000, 0b11], // length symbol 286 or 287
        &[0b101, 0xFF, 0xFF],        // dynamic codes that are not there
        &[0x4B, 0x04, 0x52, 0x00],   // a distance that reaches before the beginning
    ];
    for bytes in cases {
        assert_eq!(inflate(bytes, 3), None, "{bytes:?}");
    }
}

#[test]
fn a_length_beyond_what_deflate_can_give_takes_no_memory() {
    assert_eq!(inflate(&[3, 0], 64 << 20), None);
    let zeros = compress_to_vec(&[0; 1 << 20], 9);
    assert_eq!(inflate(&zeros, 1 << 20).map(|raw| raw.len()), Some(1 << 20));
}

/// Text that repeats itself from near and from far.
fn texts() -> impl Strategy<Value = Vec<u8>> {
    let words = proptest::collection::vec("[a-f<>/ ]{1,12}", 1..20);
    let order = proptest::collection::vec((any::<prop::sample::Index>(), 1_usize..40), 0..400);
    (words, order).prop_map(|(words, order)| {
        order.into_iter().flat_map(|(word, times)| word.get(&words).repeat(times).into_bytes()).collect()
    })
}

proptest! {
    #[test]
    fn what_is_compressed_comes_back(raw in texts(), level in 0_u8..=10) {
        let compressed = compress_to_vec(&raw, level);
        prop_assert_eq!(inflate(&compressed, raw.len()), Some(raw));
    }

    #[test]
    fn so_does_what_other_strategies_give(raw in texts(), strategy in 0_usize..5) {
        let strategies = [
            CompressionStrategy::Default,
            CompressionStrategy::Filtered,
            CompressionStrategy::HuffmanOnly,
            CompressionStrategy::RLE,
            CompressionStrategy::Fixed,
        ];
        let compressed = compressed_by(strategies[strategy], &raw);
        prop_assert_eq!(inflate(&compressed, raw.len()), Some(raw));
    }

    #[test]
    fn noise_comes_back(raw in proptest::collection::vec(any::<u8>(), 0..70_000), level in 0_u8..=10) {
        let compressed = compress_to_vec(&raw, level);
        prop_assert_eq!(inflate(&compressed, raw.len()), Some(raw));
    }

    #[test]
    fn what_is_cut_off_is_refused(raw in texts(), cut in any::<prop::sample::Index>()) {
        prop_assume!(!raw.is_empty());
        let compressed = compress_to_vec(&raw, 6);
        let kept = &compressed[..cut.index(compressed.len())];
        prop_assert_eq!(inflate(kept, raw.len()), None);
    }

    #[test]
    fn another_length_is_refused(raw in texts(), other in 0_usize..10_000) {
        prop_assume!(raw.len() != other);
        prop_assert_eq!(inflate(&compress_to_vec(&raw, 6), other), None);
    }

    /// Where a bit is turned, either both give the same bytes, or neither gives any. What the oracle takes of incomplete codes is
    /// its own affair.
    #[test]
    fn damage_is_read_as_the_oracle_reads_it(raw in texts(), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let mut damaged = compress_to_vec(&raw, 6);
        let index = at.index(damaged.len());
        damaged[index] ^= 1 << bit;
        if let Some(read) = oracle(&damaged, raw.len()) {
            prop_assert_eq!(inflate(&damaged, raw.len()), Some(read));
        }
    }

    #[test]
    fn anything_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300), raw_bytes in 0_usize..5_000) {
        if let Some(read) = oracle(&bytes, raw_bytes) {
            prop_assert_eq!(inflate(&bytes, raw_bytes), Some(read));
        }
    }
}
