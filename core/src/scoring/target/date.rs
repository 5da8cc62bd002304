//! Dates as people write them. A month means its end, a year its last day, no year the fiscal year.

use chrono::{Datelike, Days, NaiveDate};

use super::sign::stands;

/// How exactly a date was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precision {
    Day,
    Month,
    Year,
}

/// A written date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DateHit {
    pub date: NaiveDate,
    pub precision: Precision,
    /// `前`: the date is a limit, not a day on which something happened.
    pub before: bool,
    /// `后`: the date is where something begins.
    pub after: bool,
    /// The year, if one was written.
    pub year: Option<i32>,
    /// Where it ends.
    pub end: usize,
}

/// What a date is read against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    pub chars: &'a [char],
    pub fiscal_year: i32,
    /// Whether `2023.12` is more likely a month than a number.
    pub expects_date: bool,
    /// Whether `12月` is more likely a duration than a month: it stands behind ≥.
    pub expects_months: bool,
}

const SEPARATORS: [char; 5] = ['-', '/', '.', '、', ' '];

pub(super) fn is_range_mark(c: char) -> bool {
    matches!(c, '-' | '~' | '至' | '到')
}

fn digit(c: char) -> Option<i32> {
    c.to_digit(10).and_then(|d| i32::try_from(d).ok())
}

fn last_day(year: i32, month: u32) -> Option<NaiveDate> {
    let next = if month == 12 {
        NaiveDate::from_ymd_opt(year + 1, 1, 1)
    } else {
        NaiveDate::from_ymd_opt(year, month + 1, 1)
    };
    next?.checked_sub_days(Days::new(1))
}

impl Reader<'_> {
    fn at(self, place: usize) -> Option<char> {
        self.chars.get(place).copied()
    }

    fn is(self, place: usize, word: &str) -> bool {
        stands(self.chars, place, word)
    }

    /// A whole number of at most `most` digits that is not part of a longer one.
    fn number(self, from: usize, most: usize) -> Option<(i32, usize)> {
        let mut value = 0;
        let mut place = from;
        while let Some(d) = self.at(place).and_then(digit) {
            if place - from >= most {
                return None;
            }
            value = value * 10 + d;
            place += 1;
        }
        (place > from).then_some((value, place))
    }

    fn month_number(self, from: usize) -> Option<(u32, usize)> {
        let (month, end) = self.number(from, 2)?;
        let month = u32::try_from(month).ok()?;
        (1..=12).contains(&month).then_some((month, end))
    }

    /// The date that begins at `from` with a digit.
    pub(super) fn number_date(self, from: usize) -> Option<DateHit> {
        self.compact(from)
            .or_else(|| self.with_year(from))
            .or_else(|| self.months(from, self.fiscal_year, None))
            .or_else(|| self.quarter(from, self.fiscal_year, None))
    }

    /// The date that begins at `from` with a word: 年底, 上半年, 第三季度, 次年3月.
    pub(super) fn word_date(self, from: usize) -> Option<DateHit> {
        match self.at(from)? {
            '年' | '上' | '下' | '第' | '一' | '二' | '三' | '四' => self
                .part_of_year(from, self.fiscal_year, None)
                .or_else(|| self.quarter(from, self.fiscal_year, None)),
            '次' | '明' if self.at(from + 1) == Some('年') => {
                self.in_year(from + 2, self.fiscal_year + 1, None)
            }
            _ => None,
        }
    }

    /// `20231231`: only alone, and only near the fiscal year, for it is a number too.
    fn compact(self, from: usize) -> Option<DateHit> {
        let (all, end) = self.number(from, 8)?;
        let (year, month, day) = (all / 10_000, all / 100 % 100, all % 100);
        let alone = self.at(end).is_none_or(|c| matches!(c, '前' | '止' | '之' | '以' | ',' | ';' | '。'));
        if end - from != 8 || !alone || (year - self.fiscal_year).abs() > 5 {
            return None;
        }
        let date = NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)?;
        self.hit(date, Precision::Day, Some(year), end)
    }

    /// `2023…`
    fn with_year(self, from: usize) -> Option<DateHit> {
        let (year, end) = self.number(from, 4)?;
        if end - from != 4 || !(1990..=2100).contains(&year) {
            return None;
        }
        let next = self.at(end)?;
        if next == '年' {
            let after = if self.at(end + 1) == Some('度') { end + 2 } else { end + 1 };
            // A month that does not exist is no year either.
            let names_month = self.number(after, 2).is_some_and(|(_, end)| self.at(end) == Some('月'));
            return self.in_year(after, year, Some(year)).or_else(|| {
                let last = NaiveDate::from_ymd_opt(year, 12, 31).filter(|_| !names_month)?;
                self.hit(last, Precision::Year, Some(year), after)
            });
        }
        if is_range_mark(next)
            && let Some((last, years_end)) = self.number(end + 1, 4)
            && years_end - end == 5
            && self.at(years_end) == Some('年')
        {
            return self.hit(
                NaiveDate::from_ymd_opt(last, 12, 31)?,
                Precision::Year,
                Some(last),
                years_end + 1,
            );
        }
        if !SEPARATORS.contains(&next) {
            return None;
        }
        let (month, month_end) = self.month_number(end + 1)?;
        if self.at(month_end).is_some_and(|c| SEPARATORS.contains(&c))
            && let Some((day, day_end)) = self.number(month_end + 1, 2)
        {
            let date = NaiveDate::from_ymd_opt(year, month, u32::try_from(day).ok()?)?;
            let day_end = if matches!(self.at(day_end), Some('日' | '号')) { day_end + 1 } else { day_end };
            return self.hit(date, Precision::Day, Some(year), day_end);
        }
        let ends_here =
            self.at(month_end).is_none_or(|c| matches!(c, '前' | '月' | '底' | '末' | '止' | '之' | '以'));
        if !ends_here || !(self.expects_date || self.at(month_end) == Some('月')) {
            return None;
        }
        let from = if self.at(month_end) == Some('月') { month_end + 1 } else { month_end };
        self.in_month(from, year, month, Some(year))
    }

    /// What may follow a year: a month, a quarter, a half, its end.
    fn in_year(self, from: usize, year: i32, written: Option<i32>) -> Option<DateHit> {
        self.months(from, year, written)
            .or_else(|| self.part_of_year(from, year, written))
            .or_else(|| self.quarter(from, year, written))
    }

    /// `12月…`, `1-12月…`
    fn months(self, from: usize, year: i32, written: Option<i32>) -> Option<DateHit> {
        let (mut month, mut end) = self.month_number(from)?;
        if self.at(end).is_some_and(is_range_mark) {
            (month, end) = self.month_number(end + 1)?;
        }
        if self.at(end) != Some('月') {
            return None;
        }
        let hit = self.in_month(end + 1, year, month, written)?;
        let bare = hit.precision == Precision::Month && hit.end == end + 1 && written.is_none();
        (!(bare && self.expects_months)).then_some(hit)
    }

    /// What may follow a month: a day, its end, a third of it.
    fn in_month(self, from: usize, year: i32, month: u32, written: Option<i32>) -> Option<DateHit> {
        let from = if self.at(from) == Some('份') { from + 1 } else { from };
        if let Some((day, end)) = self.number(from, 2) {
            let date = NaiveDate::from_ymd_opt(year, month, u32::try_from(day).ok()?)?;
            let end = if matches!(self.at(end), Some('日' | '号')) { end + 1 } else { end };
            return self.hit(date, Precision::Day, written, end);
        }
        // 初 is taken as the first ten days, which is how 上旬 is read.
        let (date, length) = if self.is(from, "上旬") {
            (NaiveDate::from_ymd_opt(year, month, 10)?, 2)
        } else if self.is(from, "初") {
            (NaiveDate::from_ymd_opt(year, month, 10)?, 1)
        } else if self.is(from, "中旬") {
            (NaiveDate::from_ymd_opt(year, month, 20)?, 2)
        } else if self.is(from, "下旬") {
            (last_day(year, month)?, 2)
        } else if self.is(from, "底") || self.is(from, "末") {
            (last_day(year, month)?, 1)
        } else {
            (last_day(year, month)?, 0)
        };
        self.hit(date, Precision::Month, written, from + length)
    }

    /// `上半年`, `年底`, and behind a year `底`.
    fn part_of_year(self, from: usize, year: i32, written: Option<i32>) -> Option<DateHit> {
        let (month, length) = if self.is(from, "上半年") {
            (6, 3)
        } else if self.is(from, "下半年") {
            (12, 3)
        } else if ["年底", "年末", "年内", "年终"].iter().any(|word| self.is(from, word)) {
            (12, 2)
        } else if from > 0
            && (self.at(from - 1) == Some('年') || self.at(from - 1) == Some('度'))
            && matches!(self.at(from), Some('底' | '末' | '内' | '终'))
        {
            (12, 1)
        } else {
            return None;
        };
        self.hit(last_day(year, month)?, Precision::Month, written, from + length)
    }

    /// `第三季度`, `4季度末`
    fn quarter(self, from: usize, year: i32, written: Option<i32>) -> Option<DateHit> {
        let from = if self.at(from) == Some('第') { from + 1 } else { from };
        let month = match self.at(from)? {
            '一' | '1' => 3,
            '二' | '2' => 6,
            '三' | '3' => 9,
            '四' | '4' => 12,
            _ => return None,
        };
        if !self.is(from + 1, "季度") {
            return None;
        }
        let end = if matches!(self.at(from + 3), Some('末' | '底')) { from + 4 } else { from + 3 };
        self.hit(last_day(year, month)?, Precision::Month, written, end)
    }

    /// Adds what the words behind a date say.
    fn hit(self, date: NaiveDate, precision: Precision, year: Option<i32>, end: usize) -> Option<DateHit> {
        let find =
            |words: &[&str]| words.iter().find(|word| self.is(end, word)).map(|word| word.chars().count());
        let before = find(&["之前", "以前", "前"]);
        let after = find(&["之后", "以后", "后", "起"]);
        let length = before.or(after).unwrap_or(0);
        (1900..=2200).contains(&date.year()).then_some(DateHit {
            date,
            precision,
            before: before.is_some(),
            after: after.is_some(),
            year,
            end: end + length,
        })
    }
}
