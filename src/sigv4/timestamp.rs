//! Dates as SigV4 writes them, in UTC.

use crate::calendar::civil;

const SECONDS_PER_DAY: u64 = 86_400;

/// `20150830T123600Z`, of Unix milliseconds.
pub fn date_time(now_ms: u64) -> String {
    let now_s = now_ms / 1000;
    let of_day = now_s % SECONDS_PER_DAY;
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{}T{hour:02}{minute:02}{second:02}Z", date(now_s / SECONDS_PER_DAY))
}

/// `20150830`, of days since the Unix epoch.
pub fn date(day: u64) -> String {
    let (year, month, day_of_month) = civil(day);
    format!("{year:04}{month:02}{day_of_month:02}")
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
