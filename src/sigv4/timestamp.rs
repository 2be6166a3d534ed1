//! Dates as SigV4 writes them, in UTC.

use crate::calendar::civil;

const SECONDS_PER_DAY: u64 = 86_400;

/// `20150830T123600Z`, of Unix milliseconds.
pub fn date_time(now_ms: u64) -> String {
    let now_s = now_ms / 1000;
    let of_day = now_s % SECONDS_PER_DAY;
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    let day = date(now_s / SECONDS_PER_DAY);
    text(&[day.as_bytes(), b"T", &digits::<2>(hour), &digits::<2>(minute), &digits::<2>(second), b"Z"])
}

/// `20150830`, of days since the Unix epoch.
pub fn date(day: u64) -> String {
    let (year, month, day_of_month) = civil(day);
    text(&[&digits::<4>(year), &digits::<2>(month), &digits::<2>(day_of_month)])
}

/// A number's last digits. Every request has such a date: to format one takes ten times as long.
fn digits<const N: usize>(mut number: u64) -> [u8; N] {
    let mut digits = [b'0'; N];
    for digit in digits.iter_mut().rev() {
        *digit += (number % 10) as u8;
        number /= 10;
    }
    digits
}

/// Parts that are ASCII, joined.
fn text(parts: &[&[u8]]) -> String {
    String::from_utf8(parts.concat()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_the_published_vectors() {
        assert_eq!(date_time(1_440_938_160_000), "20150830T123600Z");
    }

    #[test]
    fn leap_days_and_ends_of_years_and_centuries() {
        let cases = [
            (0, "19700101T000000Z"),
            (951_782_400_000, "20000229T000000Z"),
            (951_868_800_000, "20000301T000000Z"),
            (1_709_164_800_000, "20240229T000000Z"),
            (1_735_689_599_999, "20241231T235959Z"),
            (4_107_542_400_000, "21000301T000000Z"),
            (4_107_456_000_000, "21000228T000000Z"),
        ];
        for (ms, text) in cases {
            assert_eq!(date_time(ms), text);
        }
    }
}
