//! Points in time as AWS writes them, without a calendar library.

/// Unix milliseconds of `2009-02-13T23:31:30Z` (RFC 3339, and ISO 8601 with `UTC` for `Z`, as old tools wrote it).
///
/// Fractions of a second are left out.
pub fn parse_date_time(text: &str) -> Option<u64> {
    let (date, rest) = text.trim().split_once(['T', 't', ' '])?;
    let (time, zone) = rest.split_at_checked(8)?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    let in_range = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    let offset_s =
        offset_s(zone.trim_start_matches('.').trim_start_matches(|digit: char| digit.is_ascii_digit()))?;
    let local_s = days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    local_s.checked_add_signed(-offset_s).filter(|_| in_range)?.checked_mul(1000)
}

/// Days from the Unix epoch to a date. Years are counted from March, so that the leap day ends one; 153 days are five
/// months from March on.
pub fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year.saturating_sub(1) } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day.saturating_sub(1);
    let leap_days = year / 4 - year / 100 + year / 400;
    (year * 365 + leap_days + day_of_year).saturating_sub(719_468)
}

/// `2009-02-13T23:31:30Z`, of Unix milliseconds.
#[cfg(any(feature = "admin", feature = "chain"))]
pub fn date_time(now_ms: u64) -> String {
    let now_s = now_ms / 1000;
    let (year, month, day) = civil(now_s / 86_400);
    let (hour, minute, second) = (now_s / 3600 % 24, now_s / 60 % 60, now_s % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of month. Years are counted from March, so that the leap day ends one, and in eras of 400 years,
/// which all have 146,097 days.
pub fn civil(days_since_1970: u64) -> (u64, u64, u64) {
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

/// Three numbers of two digits (a year has four) between separators.
fn numbers(text: &str, separator: char) -> Option<[u64; 3]> {
    let mut parts = text.splitn(3, separator).map(|part| {
        let is_number = matches!(part.len(), 2 | 4) && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { part.parse().ok() } else { None }
    });
    Some([parts.next()??, parts.next()??, parts.next()??])
}

/// `Z`, `+01:00`, `-0530`: seconds east of Greenwich.
fn offset_s(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z" | "UTC") {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let digits: String = zone.strip_prefix(['+', '-'])?.chars().filter(|digit| *digit != ':').collect();
    let minutes: i64 = digits.parse().ok().filter(|_| digits.len() == 4)?;
    Some(sign * (minutes / 100 * 3600 + minutes % 100 * 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn date_times_are_read_to_the_second() {
        let cases = [
            ("1970-01-01T00:00:00Z", 0),
            ("2009-02-13T23:31:30Z", 1_234_567_890_000),
            ("2022-05-02T18:36:00+00:00", 1_651_516_560_000),
            ("2022-05-02T20:36:00+02:00", 1_651_516_560_000),
            ("2022-05-02T13:06:00-0530", 1_651_516_560_000),
            ("2020-02-29T12:00:00.123456Z", 1_582_977_600_000),
            ("2020-02-29T12:00:00UTC", 1_582_977_600_000),
            ("2199-11-14T04:05:45Z", 7_253_985_945_000),
        ];
        for (text, ms) in cases {
            assert_eq!(parse_date_time(text), Some(ms), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_time_is_none() {
        for text in [
            "",
            "2020",
            "2020-13-01T00:00:00Z",
            "2020-01-01T24:00:00Z",
            "2020-01-01T00:00:00",
            "2020-1-1T0:0:0Z",
        ] {
            assert_eq!(parse_date_time(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for now_ms in [0, 951_868_799_000, 1_234_567_890_000, 7_253_985_945_000] {
            assert_eq!(parse_date_time(&date_time(now_ms)), Some(now_ms));
        }
    }

    #[test]
    fn every_day_of_five_centuries_follows_the_one_before() {
        let is_leap =
            |year: u64| [4, 100, 400].iter().filter(|by| year.is_multiple_of(**by)).count() % 2 == 1;
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for days in 0..183_000 {
            assert_eq!(civil(days), (year, month, day));
            assert_eq!(days_since_1970(year, month, day), days);
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

    proptest! {
        #[test]
        fn every_second_is_read_as_it_is_written(now_s in 0_u64..253_402_300_800) {
            prop_assert_eq!(parse_date_time(&date_time(now_s * 1000)), Some(now_s * 1000));
        }

        #[test]
        fn any_text_is_a_whole_second_or_nothing(text in "[0-9T:Z+. -]{0,26}") {
            prop_assert!(parse_date_time(&text).is_none_or(|ms| ms % 1000 == 0));
        }
    }
}
