//! The Huffman codes of a block, and what they stand for.
//! <https://www.rfc-editor.org/rfc/rfc1951#section-3.2>

use super::Bits;

/// Codes are looked up by so many bits at once; the few that are longer are read bit by bit.
const LITERAL_BITS: u32 = 10;
const DISTANCE_BITS: u32 = 8;
const LENGTH_BITS: u32 = 7;

const MAX_CODE_BITS: usize = 15;
const MAX_SYMBOLS: usize = 288;

/// What a code stands for: a value in the upper half, then how many bits add to it, and how many the code has.
#[derive(Clone, Copy)]
pub struct Symbol(u32);

impl Symbol {
    /// No code that is short enough.
    const NONE: Symbol = Symbol(0);
    const LITERAL: u32 = 1 << 13;
    const END: u32 = 1 << 14;
    const INVALID: u32 = 1 << 15;
    /// What no code stands for.
    const NOTHING: Symbol = Symbol(Symbol::INVALID);

    /// Of a literal, a length, or the end of a block.
    fn of_literals(symbol: usize) -> Self {
        match symbol {
            0..256 => Symbol((symbol as u32) << 16 | Symbol::LITERAL),
            256 => Symbol(Symbol::END),
            _ => Symbol::with_extra(&LENGTHS, symbol - 257),
        }
    }

    fn of_distances(symbol: usize) -> Self {
        Symbol::with_extra(&DISTANCES, symbol)
    }

    fn of_lengths(symbol: usize) -> Self {
        Symbol((symbol as u32) << 16)
    }

    fn with_extra(all: &[(u16, u8)], index: usize) -> Self {
        match all.get(index) {
            Some((base, extra)) => Symbol(u32::from(*base) << 16 | u32::from(*extra) << 8),
            None => Symbol::NOTHING,
        }
    }

    #[inline(always)]
    pub fn is_literal(self) -> bool {
        self.0 & Symbol::LITERAL != 0
    }

    #[inline(always)]
    pub fn is_end(self) -> bool {
        self.0 & Symbol::END != 0
    }

    #[inline(always)]
    pub fn literal(self) -> u8 {
        (self.0 >> 16) as u8
    }

    #[inline(always)]
    fn code_bits(self) -> u32 {
        self.0 & 0xF
    }

    /// A length or distance, with the bits that follow its code.
    #[inline(always)]
    pub fn value(self, bits: &mut Bits<'_>) -> Option<usize> {
        if self.0 & Symbol::INVALID != 0 {
            return None;
        }
        Some((self.0 >> 16) as usize + bits.take(self.0 >> 8 & 0xF))
    }
}

/// <https://www.rfc-editor.org/rfc/rfc1951#section-3.2.5>
#[rustfmt::skip]
const LENGTHS: [(u16, u8); 29] = [
    (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 1), (13, 1), (15, 1), (17, 1), (19, 2), (23, 2), (27, 2),
    (31, 2), (35, 3), (43, 3), (51, 3), (59, 3), (67, 4), (83, 4), (99, 4), (115, 4), (131, 5), (163, 5), (195, 5), (227, 5), (258, 0),
];
#[rustfmt::skip]
const DISTANCES: [(u16, u8); 30] = [
    (1, 0), (2, 0), (3, 0), (4, 0), (5, 1), (7, 1), (9, 2), (13, 2), (17, 3), (25, 3), (33, 4), (49, 4), (65, 5), (97, 5), (129, 6),
    (193, 6), (257, 7), (385, 7), (513, 8), (769, 8), (1025, 9), (1537, 9), (2049, 10), (3073, 10), (4097, 11), (6145, 11), (8193, 12),
    (12289, 12), (16385, 13), (24577, 13),
];
/// In which order the lengths of the code for lengths come.
const LENGTHS_ORDER: [u8; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The two codes of a block.
pub struct Codes {
    pub literals: Code<{ 1 << LITERAL_BITS }>,
    pub distances: Code<{ 1 << DISTANCE_BITS }>,
}

impl Codes {
    /// To be filled by one of the others.
    pub fn new() -> Self {
        Codes { literals: Code::new(), distances: Code::new() }
    }

    fn set(&mut self, literals: &[u8], distances: &[u8]) -> Option<()> {
        self.literals.set(literals, Symbol::of_literals)?;
        self.distances.set(distances, Symbol::of_distances)
    }

    /// <https://www.rfc-editor.org/rfc/rfc1951#section-3.2.6>
    pub fn set_fixed(&mut self) -> Option<()> {
        let mut literals = [8; MAX_SYMBOLS];
        literals.get_mut(144..256)?.fill(9);
        literals.get_mut(256..280)?.fill(7);
        self.set(&literals, &[5; 30])
    }

    /// <https://www.rfc-editor.org/rfc/rfc1951#section-3.2.7>
    pub fn read(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        let literals = bits.take(5) + 257;
        let distances = bits.take(5) + 1;
        let count = bits.take(4) + 4;
        let mut of_lengths = [0; LENGTHS_ORDER.len()];
        for symbol in LENGTHS_ORDER.iter().take(count) {
            bits.refill();
            *of_lengths.get_mut(usize::from(*symbol))? = bits.take(3) as u8;
        }
        let mut code: Code<{ 1 << LENGTH_BITS }> = Code::new();
        code.set(&of_lengths, Symbol::of_lengths)?;
        let mut lengths = [0; MAX_SYMBOLS + 32];
        let all = lengths.get_mut(..literals + distances)?;
        let mut at = 0;
        while at < all.len() {
            bits.refill();
            let symbol = code.next(bits).value(bits)?;
            let (length, repeated) = match symbol {
                16 => (*all.get(at.checked_sub(1)?)?, 3 + bits.take(2)),
                17 => (0, 3 + bits.take(3)),
                18 => (0, 11 + bits.take(7)),
                _ => (symbol as u8, 1),
            };
            all.get_mut(at..at + repeated)?.fill(length);
            at += repeated;
        }
        let (literals, distances) = all.split_at_checked(literals)?;
        self.set(literals, distances)
    }
}

/// A canonical Huffman code: by its next bits, and for what is longer than these by lengths.
pub struct Code<const SIZE: usize> {
    by_bits: [Symbol; SIZE],
    /// How many codes there are of each length.
    counts: [u16; MAX_CODE_BITS + 1],
    /// In the order of their codes.
    sorted: [Symbol; MAX_SYMBOLS],
}

impl<const SIZE: usize> Code<SIZE> {
    fn new() -> Self {
        Code {
            by_bits: [Symbol::NONE; SIZE],
            counts: [0; MAX_CODE_BITS + 1],
            sorted: [Symbol::NONE; MAX_SYMBOLS],
        }
    }

    /// `None` when there are more codes than their lengths allow. Codes may be left over, until one of them comes.
    fn set(&mut self, lengths: &[u8], meaning: impl Fn(usize) -> Symbol) -> Option<()> {
        self.counts = [0; MAX_CODE_BITS + 1];
        for length in lengths {
            *self.counts.get_mut(usize::from(*length))? += 1;
        }
        self.counts[0] = 0;
        let mut left = 1_i32;
        let mut first = 0;
        // Where in `sorted` the next symbol of each length belongs.
        let mut places = [0; MAX_CODE_BITS + 1];
        for (count, place) in self.counts.iter().zip(&mut places).skip(1) {
            left = 2 * left - i32::from(*count);
            if left < 0 {
                return None;
            }
            *place = first;
            first += usize::from(*count);
        }
        for (symbol, length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
            let place = places.get_mut(usize::from(*length))?;
            let Symbol(meant) = meaning(symbol);
            *self.sorted.get_mut(*place)? = Symbol(meant | u32::from(*length));
            *place += 1;
        }
        self.fill()
    }

    fn fill(&mut self) -> Option<()> {
        let mut sorted = self.sorted.iter();
        let mut canonical = 0_u32;
        let mut size = 1;
        self.by_bits[0] = Symbol::NONE;
        for (bits, count) in (1_u32..).zip(self.counts.iter().skip(1)) {
            if size == SIZE {
                break;
            }
            // What fewer bits stand for they do whatever the next one is.
            self.by_bits.copy_within(..size, size);
            size *= 2;
            canonical <<= 1;
            for symbol in sorted.by_ref().take(usize::from(*count)) {
                // Codes come with their highest bit first.
                let reversed = canonical.reverse_bits() >> (32 - bits);
                *self.by_bits.get_mut(reversed as usize)? = *symbol;
                canonical += 1;
            }
        }
        Some(())
    }

    /// Takes the next code.
    #[inline(always)]
    pub fn next(&self, bits: &mut Bits<'_>) -> Symbol {
        let mut symbol =
            self.by_bits.get(bits.held as usize & (SIZE - 1)).copied().unwrap_or(Symbol::NOTHING);
        if symbol.code_bits() == 0 {
            symbol = self.long(bits.held);
        }
        bits.skip(symbol.code_bits());
        symbol
    }

    /// A code that is longer than what is looked up at once.
    #[cold]
    #[inline(never)]
    fn long(&self, held: u64) -> Symbol {
        let (mut code, mut first, mut before) = (0, 0, 0);
        for (bit, count) in self.counts.iter().skip(1).enumerate() {
            code = code << 1 | (held >> bit & 1) as usize;
            let count = usize::from(*count);
            if code < first + count {
                return self.sorted.get(before + code - first).copied().unwrap_or(Symbol::NOTHING);
            }
            before += count;
            first = (first + count) << 1;
        }
        Symbol::NOTHING
    }
}
