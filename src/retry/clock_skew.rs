//! How far this machine's clock is from AWS's: SigV4 refuses what was signed more than minutes away from the server's.

use crate::host::response_header::{AGE, DATE};

use crate::calendar::days_since_1970;

/// Below this difference a clock is not to blame for a refused signature, milliseconds.
const MIN_BLAMED_MS: u64 = 4 * 60_000;

/// An answer that took longer says too little about the time, milliseconds.
const MAX_ROUND_TRIP_MS: u64 = 15 * 60_000;

/// What to add to the host's clock to have AWS's, milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockSkew {
    ms: i64,
}

impl ClockSkew {
    /// Measures it by an answer's `date` header: against the middle of the time between sending and answer, on the
    /// host's clock. `None` where the answer does not tell: no date, a cached answer (`age`), too slow a one.
    pub fn measure(headers: &http::HeaderMap, sent_at_ms: u64, answered_at_ms: u64) -> Option<Self> {
        let round_trip_ms = answered_at_ms.checked_sub(sent_at_ms)?;
        if round_trip_ms > MAX_ROUND_TRIP_MS || headers.contains_key(AGE) {
            return None;
        }
        let server_ms = http_date_ms(headers.get(DATE)?.to_str().ok()?)?;
        let middle_ms = sent_at_ms + round_trip_ms / 2;
        Some(ClockSkew { ms: i64::try_from(server_ms).ok()?.checked_sub(i64::try_from(middle_ms).ok()?)? })
    }

    /// AWS's time when the host's clock shows `now_ms`, Unix milliseconds.
    pub fn apply(self, now_ms: u64) -> u64 {
        now_ms.saturating_add_signed(self.ms)
    }

    /// Whether a refusal with `code` is the clock's fault, when requests were signed with `self` and it measures `measured`.
    pub fn explains(self, code: &str, measured: ClockSkew) -> bool {
        match code {
            "RequestTimeTooSkewed" => true,
            "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "AuthFailure"
            | "AccessDenied"
            | "AccessDeniedException" => measured.ms.abs_diff(self.ms) > MIN_BLAMED_MS,
            _ => false,
        }
    }
}

/// Unix milliseconds of an HTTP date in the form that servers send, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
fn http_date_ms(date: &str) -> Option<u64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = date.split(' ').skip(1);
    let day: u64 = words.next()?.parse().ok()?;
    let month_name = words.next()?;
    let month = (1..).zip(MONTHS).find(|(_, name)| *name == month_name)?.0;
    let year: u64 = words.next()?.parse().ok()?;
    let mut time = words.next()?.splitn(3, ':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    let is_gmt = words.next()? == "GMT" && words.next().is_none();
    let in_range =
        (1970..=9999).contains(&year) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    if !is_gmt || !in_range {
        return None;
    }
    Some((days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderName, HeaderValue};

    const NOON_MS: u64 = 784_123_200_000;
    const NOON: &str = "Sun, 06 Nov 1994 12:00:00 GMT";

    fn headers(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = headers.iter();
        pairs.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    fn skew(ms: i64) -> ClockSkew {
        ClockSkew { ms }
    }

    #[test]
    fn http_dates_are_read_to_the_second() {
        let cases = [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777_000),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799_000),
            ("Sun, 30 Aug 2015 12:36:00 GMT", 1_440_938_160_000),
            ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400_000),
        ];
        for (date, ms) in cases {
            assert_eq!(http_date_ms(date), Some(ms), "{date}");
        }
    }

    #[test]
    fn what_is_no_http_date_tells_nothing() {
        let cases = [
            "",
            "now",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 25:49:37 GMT",
            "Sun, 99 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
            "Sun, 06 Nov 0001 08:49:37 GMT",
        ];
        for date in cases {
            assert_eq!(http_date_ms(date), None, "{date}");
        }
    }

    #[test]
    fn the_skew_is_measured_against_the_middle_of_the_round_trip() {
        let date = headers(&[("date", NOON)]);
        assert_eq!(ClockSkew::measure(&date, NOON_MS - 600_000, NOON_MS - 598_000), Some(skew(599_000)));
        assert_eq!(ClockSkew::measure(&date, NOON_MS + 600_000, NOON_MS + 600_000), Some(skew(-600_000)));
    }

    #[test]
    fn an_answer_that_is_cached_or_slow_or_undated_tells_nothing() {
        assert_eq!(ClockSkew::measure(&headers(&[]), NOON_MS, NOON_MS), None);
        assert_eq!(ClockSkew::measure(&headers(&[("date", NOON), ("age", "0")]), NOON_MS, NOON_MS), None);
        let date = headers(&[("date", NOON)]);
        assert_eq!(ClockSkew::measure(&date, NOON_MS, NOON_MS + MAX_ROUND_TRIP_MS + 1), None);
        assert_eq!(ClockSkew::measure(&date, NOON_MS, NOON_MS - 1), None, "the clock went back meanwhile");
    }

    #[test]
    fn the_skew_is_applied_both_ways_and_never_below_zero() {
        assert_eq!(skew(5).apply(10), 15);
        assert_eq!(skew(-5).apply(10), 5);
        assert_eq!(skew(-50).apply(10), 0);
    }

    #[test]
    fn a_definite_code_is_the_clocks_fault_whatever_is_measured() {
        assert!(skew(0).explains("RequestTimeTooSkewed", skew(0)));
    }

    #[test]
    fn a_possible_code_is_the_clocks_fault_from_4_minutes_on() {
        for code in ["InvalidSignatureException", "SignatureDoesNotMatch", "AuthFailure", "AccessDenied"] {
            assert!(!skew(0).explains(code, skew(240_000)), "{code}");
            assert!(skew(0).explains(code, skew(240_001)), "{code}");
            assert!(skew(0).explains(code, skew(-240_001)), "{code}");
            assert!(!skew(600_000).explains(code, skew(600_000)), "{code}: it is corrected already");
        }
        assert!(!skew(0).explains("ValidationException", skew(900_000)));
    }
}
