//! CRC-32 as in zlib and Ethernet (ISO 3309): what `x-amz-crc32` holds, and what a frame is checked by.

use std::sync::LazyLock;

/// Sixteen bytes are taken at once, each with a table of its own ("slicing by 16"). They are made at the first use: in the
/// module they would be 16 KB that do not compress.
static TABLES: LazyLock<[[u32; 256]; 16]> = LazyLock::new(tables);

/// The CRC-32 of some bytes.
pub fn crc32(bytes: &[u8]) -> u32 {
    let [t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15] = &*TABLES;
    let (groups, rest) = bytes.as_chunks::<16>();
    let crc = groups.iter().fold(u32::MAX, |crc, group| {
        let [b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15] = *group;
        let [c0, c1, c2, c3] = crc.to_le_bytes();
        let first = at(t15, b0 ^ c0) ^ at(t14, b1 ^ c1) ^ at(t13, b2 ^ c2) ^ at(t12, b3 ^ c3);
        let second = at(t11, b4) ^ at(t10, b5) ^ at(t9, b6) ^ at(t8, b7);
        let third = at(t7, b8) ^ at(t6, b9) ^ at(t5, b10) ^ at(t4, b11);
        let fourth = at(t3, b12) ^ at(t2, b13) ^ at(t1, b14) ^ at(t0, b15);
        first ^ (second ^ third ^ fourth)
    });
    !rest.iter().fold(crc, |crc, byte| crc >> 8 ^ at(t0, crc as u8 ^ byte))
}

/// The index is a byte and the table has 256 places: `get` cannot miss.
fn at(table: &[u32; 256], index: u8) -> u32 {
    table.get(usize::from(index)).copied().unwrap_or_default()
}

fn tables() -> [[u32; 256]; 16] {
    let step =
        |crc: u32| (0..8).fold(crc, |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 });
    let mut index = 0;
    let first = [(); 256].map(|()| {
        index += 1;
        step(index - 1)
    });
    let mut tables = [first; 16];
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
