//! Moments of the calendar, in UTC.
//!
//! Separate because a calendar has rules of its own, and none of them is about rounding.

/// A moment as `2026-09-21 13:33:20 UTC`; after the year 9999 as seconds since 1970.
pub fn moment(unix_s: u64) -> String {
    const LAST: u64 = 253_402_300_799;
    if unix_s > LAST {
        return format!("{unix_s} s after 1970");
    }
    let (year, month, day) = date((unix_s / 86_400).cast_signed());
    let (hour, minute, second) = (unix_s / 3600 % 24, unix_s / 60 % 60, unix_s % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// Year, month and day of a day since 1970 in the Gregorian calendar (Howard Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_follow_the_calendar() {
        assert_eq!(moment(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(moment(951_782_400), "2000-02-29 00:00:00 UTC");
        assert_eq!(moment(1_790_000_000), "2026-09-21 14:13:20 UTC");
        assert_eq!(moment(253_402_300_799), "9999-12-31 23:59:59 UTC");
        assert_eq!(moment(u64::MAX), "18446744073709551615 s after 1970");
    }
}
