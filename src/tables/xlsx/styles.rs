//! What a style makes of a number: the digits of a cell are a percentage, a day, or a number, by how they are shown.

use quick_xml::events::Event;

use super::package::{Package, Trouble, attribute};
use crate::tables::date;

/// Styles of a workbook; Excel has no more.
const MOST_STYLES: usize = 65_536;

/// How a number is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// As a number.
    Number,
    /// `0.98` is 98%.
    Percent,
    /// As a day.
    Day,
    /// As a month: `2023年12月`.
    Month,
    /// With zeros in front, so many digits.
    Zeros(usize),
}

/// Reads how each style of the workbook shows numbers.
pub(super) fn read(package: &mut Package<'_>) -> Result<Vec<Shown>, Trouble> {
    let mut codes: Vec<(u32, Shown)> = Vec::new();
    let mut styles = Vec::new();
    let mut is_cell_style = false;
    package.each("xl/styles.xml", |event, _| {
        match event {
            Event::Start(element) => match element.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(element, "numFmtId")?.and_then(|id| id.parse().ok());
                    if let (Some(id), Some(code)) = (id, attribute(element, "formatCode")?) {
                        codes.push((id, of_code(&code)));
                    }
                }
                "cellXfs" => is_cell_style = true,
                "xf" if is_cell_style => {
                    let id = attribute(element, "numFmtId")?.and_then(|id| id.parse().ok()).unwrap_or(0);
                    let own = codes.iter().find(|(known, _)| *known == id).map(|(_, shown)| *shown);
                    styles.push(own.unwrap_or_else(|| of_built_in(id)));
                }
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => is_cell_style = false,
            _ => {}
        }
        if codes.len() > MOST_STYLES.min(4096) || styles.len() > MOST_STYLES {
            return Err(Trouble::TooLarge);
        }
        Ok(())
    })?;
    Ok(styles)
}

const fn of_built_in(id: u32) -> Shown {
    match id {
        9 | 10 => Shown::Percent,
        27 | 50 | 52 | 55 | 57 => Shown::Month,
        14..=17 | 22 | 28..=31 | 36 | 51 | 53 | 54 | 58 => Shown::Day,
        _ => Shown::Number,
    }
}

fn of_code(code: &str) -> Shown {
    let (mut bare, mut chars) = (String::new(), code.chars());
    while let Some(c) = chars.next() {
        match c {
            ';' => break,
            '"' => drop(chars.by_ref().find(|c| *c == '"')),
            '[' => drop(chars.by_ref().find(|c| *c == ']')),
            '\\' | '_' | '*' => drop(chars.next()),
            c => bare.push(c.to_ascii_lowercase()),
        }
    }
    let has = |c: char| bare.contains(c);
    if has('%') {
        Shown::Percent
    } else if bare.contains("general") {
        Shown::Number
    } else if has('d') {
        Shown::Day
    } else if has('y') {
        Shown::Month
    } else if bare.len() > 1 && bare.bytes().all(|byte| byte == b'0') {
        Shown::Zeros(bare.len())
    } else {
        Shown::Number
    }
}

impl Shown {
    /// The digits of a cell as people see them, exact: a number is never shown rounder than it is.
    pub(super) fn text(self, raw: &str, from_1904: bool) -> String {
        let Some(number) = plain(raw) else { return raw.to_owned() };
        let day = || date::serial(&number, from_1904);
        match self {
            Self::Number => number,
            Self::Percent => format!("{}%", shifted(&number)),
            Self::Day => day().unwrap_or(number),
            Self::Month => {
                match day().as_deref().map(|day| day.splitn(3, '-').collect::<Vec<_>>()).as_deref() {
                    Some([year, month, _]) => format!("{year}年{}月", month.trim_start_matches('0')),
                    _ => number,
                }
            }
            Self::Zeros(digits) => format!("{number:0>digits$}"),
        }
    }
}

/// A number as a workbook stores it, with the 15 digits that a spreadsheet shows and no exponent. What was computed
/// in binary (`1013.1899999999999`) is the number that people see.
fn plain(raw: &str) -> Option<String> {
    let raw = raw.trim();
    let is_short = raw.len() <= 15 && raw.bytes().all(|byte| byte.is_ascii_digit());
    if is_short {
        return Some(raw.to_owned());
    }
    let value: f64 = raw.parse().ok()?;
    if !value.is_finite() {
        return None;
    }
    let written = format!("{value:.14e}");
    let (mantissa, exponent) = written.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    if !(-30..=30).contains(&exponent) {
        return None;
    }
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits = mantissa.replace('.', "");
    let number = placed(&digits, exponent + 1);
    Some(if number == "0" { number } else { format!("{sign}{number}") })
}

/// Digits with the point after so many of them, without zeros that say nothing.
fn placed(digits: &str, point: i32) -> String {
    let before = usize::try_from(point).unwrap_or(0);
    let zeros = usize::try_from(-point).unwrap_or(0);
    let digits = format!("{}{digits}", "0".repeat(zeros));
    let padded = format!("{digits:0<before$}");
    let (whole, fraction) = padded.split_at_checked(before).unwrap_or((&padded, ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// A hundred times a plain number.
fn shifted(number: &str) -> String {
    let (sign, number) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let point = i32::try_from(whole.len()).unwrap_or(0) + 2;
    format!("{sign}{}", placed(&format!("{whole}{fraction}"), point))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_the_ones_that_people_see() {
        for (raw, seen) in [
            ("1013.1899999999999", "1013.19"),
            ("1.1000000000000001", "1.1"),
            ("0.30000000000000004", "0.3"),
            ("430611101", "430611101"),
            ("-12.5", "-12.5"),
            ("1E-3", "0.001"),
            ("1.5E+5", "150000"),
            ("0", "0"),
            ("-0.0", "0"),
            ("123456789012345", "123456789012345"),
        ] {
            assert_eq!(plain(raw).as_deref(), Some(seen), "{raw}");
        }
        assert_eq!(plain("1E400"), None);
        assert_eq!(plain("NaN"), None);
    }

    #[test]
    fn a_number_is_read_as_it_is_shown() {
        let shown = |code: &str, raw: &str| of_code(code).text(raw, false);
        assert_eq!(shown("0%", "0.98"), "98%");
        assert_eq!(shown("0.00%", "0.98499999999999999"), "98.5%");
        assert_eq!(shown("0%", "1"), "100%");
        assert_eq!(shown("0%", "-0.005"), "-0.5%");
        assert_eq!(shown("yyyy\\-mm\\-dd", "45291"), "2023-12-31");
        assert_eq!(shown("yyyy\"年\"m\"月\"", "45261"), "2023年12月");
        assert_eq!(shown("yyyy\"年\"m\"月\"d\"日\";@", "45291.75"), "2023-12-31");
        assert_eq!(shown("#,##0.00", "1234.5"), "1234.5");
        assert_eq!(shown("000000", "1234"), "001234");
        assert_eq!(shown("\"d\"0", "5"), "5");
        assert_eq!(of_built_in(9).text("0.5", false), "50%");
        assert_eq!(of_built_in(14).text("43830", true), "2024-01-01");
    }
}
