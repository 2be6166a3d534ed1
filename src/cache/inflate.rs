//! Decompression of raw DEFLATE, for values whose length is known beforehand.
//! <https://www.rfc-editor.org/rfc/rfc1951>
//!
//! A get spends more time here than anywhere else in the core. Since the length is known there is one buffer, in which the
//! window lies, and nothing that stops and goes on. In WebAssembly that is two and a half times as fast as `miniz_oxide`, its
//! oracle in the tests, with a third of the code; and no slower than a host's zlib, to which the bytes go and come back.

mod codes;

use codes::Codes;

/// A symbol of two bits can stand for 258 bytes: a value that claims more of its bytes is not what it says.
const MAX_EXPANSION: usize = 1032;

/// Matches are copied in pieces of this size, whose last one may end behind the match.
const PIECE: usize = 16;

/// The raw bytes; `None` when these are not DEFLATE, or not of exactly `raw_bytes`.
pub fn inflate(compressed: &[u8], raw_bytes: usize) -> Option<Vec<u8>> {
    if raw_bytes / MAX_EXPANSION > compressed.len() {
        return None;
    }
    let mut bits = Bits { bytes: compressed, at: 0, held: 0, count: 0 };
    let mut raw = Raw { bytes: vec![0; raw_bytes + PIECE], len: 0, limit: raw_bytes };
    let mut codes = Codes::new();
    loop {
        bits.refill();
        let is_last = bits.take(1) == 1;
        match bits.take(2) {
            0 => stored(&mut bits, &mut raw)?,
            1 => {
                codes.set_fixed()?;
                coded(&mut bits, &mut raw, &codes)?;
            }
            2 => {
                codes.read(&mut bits)?;
                coded(&mut bits, &mut raw, &codes)?;
            }
            _ => return None,
        }
        if is_last {
            break;
        }
    }
    if raw.len != raw_bytes || bits.is_past_the_end() {
        return None;
    }
    raw.bytes.truncate(raw_bytes);
    Some(raw.bytes)
}

/// The compressed bytes, as bits from the lowest of each byte on. Behind their end come zeros.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    held: u64,
    count: u32,
}

impl Bits<'_> {
    /// At least 56 bits are held after it: what a literal and a match take together, or a match and its extra bits.
    #[inline(always)]
    fn refill(&mut self) {
        match self.bytes.get(self.at..).and_then(<[u8]>::first_chunk) {
            Some(next) => {
                // Bits above `count` are those that come next, and are written over with themselves.
                self.held |= u64::from_le_bytes(*next) << self.count;
                self.at += (63 - self.count as usize) >> 3;
                self.count |= 56;
            }
            None => {
                (self.held, self.count, self.at) =
                    refilled_at_the_end(self.bytes, self.held, self.count, self.at)
            }
        }
    }

    /// The next bits, of those that are held.
    #[inline(always)]
    fn peek(&self, count: u32) -> usize {
        self.held as usize & ((1 << count) - 1)
    }

    #[inline(always)]
    fn skip(&mut self, count: u32) {
        self.held >>= count;
        self.count = self.count.wrapping_sub(count);
    }

    #[inline(always)]
    fn take(&mut self, count: u32) -> usize {
        let taken = self.peek(count);
        self.skip(count);
        taken
    }

    /// Goes to the next whole byte, with nothing held.
    fn align(&mut self) {
        self.at = self.at.saturating_sub(self.count as usize / 8);
        (self.held, self.count) = (0, 0);
    }

    fn is_past_the_end(&self) -> bool {
        self.at.saturating_sub(self.count as usize / 8) > self.bytes.len()
    }
}

/// What `Bits::refill` comes to where fewer than eight bytes are left.
#[cold]
#[inline(never)]
fn refilled_at_the_end(bytes: &[u8], mut held: u64, mut count: u32, mut at: usize) -> (u64, u32, usize) {
    while count <= 56 {
        held |= u64::from(bytes.get(at).copied().unwrap_or_default()) << count;
        at += 1;
        count += 8;
    }
    (held, count, at)
}

/// What has been decompressed, with room for one piece behind its limit.
struct Raw {
    bytes: Vec<u8>,
    len: usize,
    limit: usize,
}

/// <https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4>
fn stored(bits: &mut Bits<'_>, raw: &mut Raw) -> Option<()> {
    bits.align();
    let (head, rest) = bits.bytes.get(bits.at..)?.split_first_chunk::<4>()?;
    let [len_low, len_high, check_low, check_high] = *head;
    let len = u16::from_le_bytes([len_low, len_high]);
    if len != !u16::from_le_bytes([check_low, check_high]) {
        return None;
    }
    let len = usize::from(len);
    let end = raw.len + len;
    if end > raw.limit {
        return None;
    }
    raw.bytes.get_mut(raw.len..end)?.copy_from_slice(rest.get(..len)?);
    raw.len = end;
    bits.at += head.len() + len;
    Some(())
}

/// A block of literals and matches, up to its end.
fn coded(from: &mut Bits<'_>, to: &mut Raw, codes: &Codes) -> Option<()> {
    // In variables of their own, which no call reaches: they stay in registers.
    let mut bits = Bits { ..*from };
    let (bytes, limit) = (to.bytes.as_mut_slice(), to.limit);
    let mut len = to.len;
    loop {
        bits.refill();
        let mut symbol = codes.literals.next(&mut bits);
        if symbol.is_literal() {
            *bytes.get_mut(len)? = symbol.literal();
            len += 1;
            symbol = codes.literals.next(&mut bits);
            if symbol.is_literal() {
                *bytes.get_mut(len)? = symbol.literal();
                len += 1;
                continue;
            }
        }
        if symbol.is_end() {
            break;
        }
        let match_len = symbol.value(&mut bits)?;
        bits.refill();
        let distance = codes.distances.next(&mut bits).value(&mut bits)?;
        let end = len + match_len;
        let mut source = len.checked_sub(distance)?;
        if end > limit {
            return None;
        }
        if distance >= PIECE {
            while len < end {
                let piece: [u8; PIECE] = *bytes.get(source..)?.first_chunk()?;
                *bytes.get_mut(len..)?.first_chunk_mut()? = piece;
                source += PIECE;
                len += PIECE;
            }
            len = end;
        } else {
            // What is repeated may not be there yet.
            while len < end {
                *bytes.get_mut(len)? = *bytes.get(source)?;
                source += 1;
                len += 1;
            }
        }
    }
    *from = bits;
    to.len = len;
    Some(())
}

#[cfg(test)]
mod tests;
