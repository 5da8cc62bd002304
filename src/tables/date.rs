//! Days as people and spreadsheets write them.

use chrono::{Days, NaiveDate};

/// The day that a text names, as `2023-12-31`: `2023/12/31`, `2023.12.31`, `2023年12月31日`, `20231231`, or the number
/// of days that a spreadsheet counts. None: it names no day.
#[must_use]
pub fn read(text: &str) -> Option<String> {
    let text = super::cell::half_width(text);
    // A time behind the day is dropped: what is asked for is the day.
    let day =
        text.split_once(['T', ' ']).filter(|(_, time)| time.contains(':')).map_or(&*text, |(day, _)| day);
    let text: &str = &day.replace(' ', "");
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return match text.len() {
            5 => serial(text, false),
            8 => NaiveDate::parse_from_str(text, "%Y%m%d").ok().map(|day| day.to_string()),
            _ => None,
        };
    }
    let parts: Vec<&str> =
        text.split(['-', '/', '.', '年', '月', '日', '、']).filter(|part| !part.is_empty()).collect();
    let [year, month, day] = parts.as_slice() else { return None };
    if year.len() != 4 {
        return None;
    }
    // A day that the calendar lacks is shown as it was written.
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        .map(|day| day.to_string())
}

/// The day of this number as spreadsheets count: 1 is 1 January 1900, and there was a 29 February 1900.
#[must_use]
pub fn serial(number: &str, from_1904: bool) -> Option<String> {
    let days: u64 = number.split('.').next()?.parse().ok()?;
    let (epoch, days) = match (from_1904, days) {
        (true, _) => (NaiveDate::from_ymd_opt(1904, 1, 1)?, days),
        (false, 0..=59) => (NaiveDate::from_ymd_opt(1899, 12, 31)?, days),
        (false, _) => (NaiveDate::from_ymd_opt(1899, 12, 30)?, days),
    };
    (days < 3_000_000).then(|| epoch.checked_add_days(Days::new(days)))?.map(|day| day.to_string())
}
