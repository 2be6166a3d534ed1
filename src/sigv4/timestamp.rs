//! Dates as SigV4 writes them, in UTC.

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

/// Year, month and day of month. Years are counted from March, so that the leap day ends one, and in eras of 400 years,
/// which all have 146,097 days.
fn civil(days_since_1970: u64) -> (u64, u64, u64) {
    const DAYS_PER_ERA: u64 = 146_097;
    const FROM_MARCH_0000_TO_1970: u64 = 719_468;
    let days = days_since_1970 + FROM_MARCH_0000_TO_1970;
    let (era, day_of_era) = (days / DAYS_PER_ERA, days % DAYS_PER_ERA);
    let leap_days = day_of_era / 1_460 + day_of_era / 146_096 - day_of_era / 36_524;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // 153 days are five months from March on: 31, 30, 31, 30, 31.
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day_of_month)
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

    #[test]
    fn every_day_of_five_centuries_follows_the_one_before() {
        let is_leap =
            |year: u64| [4, 100, 400].iter().filter(|by| year.is_multiple_of(**by)).count() % 2 == 1;
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for days in 0..183_000 {
            assert_eq!(civil(days), (year, month, day));
            let length = match month {
                2 => 28 + u64::from(is_leap(year)),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            (year, month, day) = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                _ if day == length => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
    }
}
