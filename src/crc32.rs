//! CRC-32 as in zlib and Ethernet (ISO 3309): what `x-amz-crc32` holds, and what a frame is checked by.

const TABLE: [u32; 256] = table();

/// The CRC-32 of some bytes.
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| step(crc, *byte))
}

fn step(crc: u32, byte: u8) -> u32 {
    // The index is a byte and the table has 256 places: `get` cannot miss.
    crc >> 8 ^ TABLE.get(usize::from(crc as u8 ^ byte)).copied().unwrap_or_default()
}

#[allow(
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where an index out of bounds is a build error"
)]
const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < table.len() {
        let mut crc = index as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }
}
