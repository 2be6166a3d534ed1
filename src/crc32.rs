//! CRC-32 as in zlib and Ethernet (ISO 3309): what `x-amz-crc32` holds, and what a frame is checked by.

use std::sync::LazyLock;

/// Eight bytes are taken at once, each with a table of its own ("slicing by 8"). They are made at the first use: in the
/// module they would be 8 KB that do not compress.
static TABLES: LazyLock<[[u32; 256]; 8]> = LazyLock::new(tables);

/// The CRC-32 of some bytes.
pub fn crc32(bytes: &[u8]) -> u32 {
    let [t0, t1, t2, t3, t4, t5, t6, t7] = &*TABLES;
    let (groups, rest) = bytes.as_chunks::<8>();
    let crc = groups.iter().fold(u32::MAX, |crc, &[b0, b1, b2, b3, b4, b5, b6, b7]| {
        let [c0, c1, c2, c3] = crc.to_le_bytes();
        at(t7, b0 ^ c0)
            ^ at(t6, b1 ^ c1)
            ^ at(t5, b2 ^ c2)
            ^ at(t4, b3 ^ c3)
            ^ at(t3, b4)
            ^ at(t2, b5)
            ^ at(t1, b6)
            ^ at(t0, b7)
    });
    !rest.iter().fold(crc, |crc, byte| crc >> 8 ^ at(t0, crc as u8 ^ byte))
}

/// The index is a byte and the table has 256 places: `get` cannot miss.
fn at(table: &[u32; 256], index: u8) -> u32 {
    table.get(usize::from(index)).copied().unwrap_or_default()
}

fn tables() -> [[u32; 256]; 8] {
    let step =
        |crc: u32| (0..8).fold(crc, |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 });
    let mut index = 0;
    let first = [(); 256].map(|()| {
        index += 1;
        step(index - 1)
    });
    let mut tables = [first; 8];
    let mut last = first;
    for table in tables.iter_mut().skip(1) {
        last = last.map(|crc| crc >> 8 ^ at(&first, crc as u8));
        *table = last;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn it_is_the_same_byte_by_byte() {
        let bytes: Vec<u8> = (0..100u8).map(|n| n.wrapping_mul(167)).collect();
        for len in 0..bytes.len() {
            let slow = bytes.iter().take(len).fold(u32::MAX, |crc, byte| {
                (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                    if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 }
                })
            });
            assert_eq!(crc32(bytes.get(..len).expect("in range")), !slow, "{len}");
        }
    }
}
