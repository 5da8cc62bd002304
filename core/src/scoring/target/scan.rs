//! Step 2, find the pieces: numbers with units, dates, signs, and the words that turn their meaning.

use super::date::{DateHit, Precision, Reader, is_range_mark};
use super::quantity::{self, Change};
use super::sign::{Place, Sign, sign_at, stands};
use super::unit::{self, Unit, UnitHit};
use super::{Context, Measure, direction};
use crate::scoring::Category;

/// Everything that was found in a cell.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub measures: Vec<Measure>,
    /// Dates, each with whether a range mark joins it to the one before.
    pub dates: Vec<(DateHit, bool)>,
    /// Words say that the number was not reached.
    pub denied: bool,
}

/// What was found last, for what comes behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    Measure,
    Date,
}

struct Scanner<'a> {
    chars: &'a [char],
    fiscal_year: i32,
    /// Whether the indicator is about time, so that `2023.12` is a month.
    expects_date: bool,
    found: Scan,
    sign: Option<Sign>,
    change: Option<Change>,
    last: Last,
    /// Where the last find ends.
    end: usize,
    /// A range mark stands directly behind the last find.
    ranged: bool,
}

const DENIALS: &[&str] = &[
    "未完成",
    "未实现",
    "未能",
    "尚未",
    "没有完成",
    "没有达到",
    "没有实现",
    "没完成",
    "没达到",
    "未按",
    "未开展",
];

pub(super) fn scan(chars: &[char], context: &Context<'_>) -> Scan {
    let mut scanner = Scanner {
        chars,
        fiscal_year: context.year.get(),
        expects_date: context.category == Some(Category::Timeliness)
            || ["时间", "日期", "时限", "期限"].iter().any(|word| context.name.contains(word)),
        found: Scan::default(),
        sign: None,
        change: None,
        last: Last::Nothing,
        end: 0,
        ranged: false,
    };
    let mut read = 0;
    for (at, c) in chars.iter().enumerate() {
        if at >= read {
            read = scanner.step(at, *c);
        }
    }
    scanner.found
}

impl Scanner<'_> {
    fn at(&self, place: usize) -> Option<char> {
        self.chars.get(place).copied()
    }

    /// The character before `place`, unless it belongs to the last find.
    fn loose_before(&self, place: usize) -> Option<char> {
        let before = place.checked_sub(1)?;
        if before < self.end { None } else { self.at(before) }
    }

    /// Reads what begins with `c` at `at`, and tells where that ends if it is longer.
    fn step(&mut self, at: usize, c: char) -> usize {
        if c.is_ascii_digit() || c == '.' && self.is_decimal_point(at) {
            return self.digit(at);
        }
        // 15个工作日内办结, but not 内控制度.
        if c == '内' && self.last == Last::Measure && at == self.end {
            self.sign_behind(Sign::AtMost);
            return at;
        }
        if let Some((sign, place, length)) = sign_at(self.chars, at) {
            match place {
                Place::Before => self.sign = Some(sign),
                Place::After => self.sign_behind(sign),
            }
            return at + length;
        }
        if let Some(hit) = self.reader().word_date(at) {
            return self.date(hit);
        }
        if let Some((change, length)) = direction::change_at(self.chars, at) {
            self.change = Some(change);
            return at + length;
        }
        if stands(self.chars, at, "百分之") {
            return self.percent_in_words(at);
        }
        if is_range_mark(c) && self.last != Last::Nothing && at == self.end {
            self.ranged = true;
        } else if matches!(c, ',' | ';' | '。') {
            // A sign does not reach into the next clause.
            self.sign = None;
        } else if DENIALS.iter().any(|word| stands(self.chars, at, word)) {
            self.found.denied = true;
        }
        at
    }

    fn reader(&self) -> Reader<'_> {
        Reader {
            chars: self.chars,
            fiscal_year: self.fiscal_year,
            expects_date: self.expects_date,
            expects_months: matches!(self.sign, Some(Sign::AtLeast | Sign::Above)),
        }
    }

    /// `.5%` is 0.5 %. Behind a word a point may end a sentence or a label: `培训.5次`.
    fn is_decimal_point(&self, at: usize) -> bool {
        let begins = at.checked_sub(1).and_then(|before| self.at(before)).is_none_or(|before| {
            let is_awaited = (self.sign.is_some() || self.ranged) && !before.is_ascii_alphanumeric();
            is_awaited || ",;:(-~+¥".contains(before)
        });
        begins && quantity::is_digit(self.chars, at + 1)
    }

    fn digit(&mut self, at: usize) -> usize {
        let run = self.chars.iter().skip(at).take_while(|c| c.is_ascii_digit()).count();
        match self.loose_before(at) {
            // A rank or an identifier is no measure: 第1名, 前3名, PM2.5.
            Some('第' | '前') => return at + run,
            Some(c) if c.is_ascii_alphabetic() => {
                let code = |c: &char| c.is_ascii_alphanumeric() || *c == '.';
                return at + self.chars.iter().skip(at).take_while(|c| code(c)).count();
            }
            _ => {}
        }
        if let Some(hit) = self.reader().number_date(at) {
            return self.date(hit);
        }
        let Some((number, end)) = quantity::digits_at(self.chars, at) else { return at + run };
        let joins = self.ranged && at == self.end + 1;
        let negative = self.loose_before(at) == Some('-') && !joins;
        self.quantity(at, end, if negative { -number } else { number })
    }

    fn percent_in_words(&mut self, at: usize) -> usize {
        let from = at + 3;
        let Some((number, end)) =
            quantity::digits_at(self.chars, from).or_else(|| quantity::chinese_numeral_at(self.chars, from))
        else {
            return from;
        };
        let hit = UnitHit { unit: Unit::Base(unit::PERCENT), factor: rust_decimal::Decimal::ONE, end };
        self.measured(at, number, hit, None, None);
        end
    }

    fn quantity(&mut self, start: usize, digits_end: usize, number: rust_decimal::Decimal) -> usize {
        let about = matches!(self.at(digits_end), Some('余' | '多'));
        let from = if about { digits_end + 1 } else { digits_end };
        let Some(mut hit) = unit::unit_at(self.chars, from, |place| self.ends_unit(place)) else {
            return digits_end;
        };
        if hit.unit == Unit::Bare && self.loose_before(start) == Some('¥') {
            hit.unit = Unit::Base(unit::MONEY);
        }
        let (per, end) = self.per(hit.end);
        // 5万余人: the words of approximation may stand behind the multiplier.
        let about = about || matches!(hit.unit.name().chars().next(), Some('余' | '多'));
        let start = if number.is_sign_negative() { start - 1 } else { start };
        self.measured(start, number, UnitHit { end, ..hit }, per, about.then_some(Sign::About));
        end
    }

    /// 元/生.年: what the unit is counted for, without its separators.
    fn per(&self, from: usize) -> (Option<Box<str>>, usize) {
        if !matches!(self.at(from), Some('/' | '每')) {
            return (None, from);
        }
        let length = (from..self.chars.len()).take_while(|place| !self.ends_unit(*place)).count();
        let written = self.chars.iter().skip(from).take(length);
        let per: String = written.filter(|c| !matches!(c, '/' | '.' | '·' | '、' | '每')).collect();
        ((!per.is_empty()).then(|| per.into()), from + length)
    }

    /// Whether a unit that is running text must end before `place`.
    fn ends_unit(&self, place: usize) -> bool {
        let Some(c) = self.at(place) else { return true };
        let next_is_word = || self.at(place + 1).is_some_and(|c| !c.is_ascii_digit());
        match c {
            ',' | ';' | ':' | '。' | '!' | '(' | ')' | '[' | ']' | '~' | '-' | ' ' | '"' | '“' | '”'
            | '+' | '*' => true,
            '、' | '.' | '/' => !next_is_word(),
            '至' | '到' => self.at(place + 1).is_some_and(|c| c.is_ascii_digit()),
            c if c.is_ascii_digit() => !self.at(place - 1).is_some_and(|before| before.is_ascii_alphabetic()),
            _ => sign_at(self.chars, place).is_some(),
        }
    }

    fn measured(
        &mut self,
        start: usize,
        number: rust_decimal::Decimal,
        hit: UnitHit,
        per: Option<Box<str>>,
        about: Option<Sign>,
    ) {
        let end = hit.end;
        let text: String = self.chars.iter().skip(start).take(end - start).collect();
        let Some(quantity) = quantity::assemble(number, hit, per, self.change.take(), text) else { return };
        let ranged = self.ranged && self.last == Last::Measure;
        self.found.measures.push(Measure { sign: self.sign.take().or(about), quantity, ranged });
        self.found_until(end, Last::Measure);
    }

    fn date(&mut self, hit: DateHit) -> usize {
        let ranged = self.ranged && self.last == Last::Date;
        self.found.dates.push((hit, ranged));
        self.sign = None;
        self.found_until(hit.end, Last::Date);
        hit.end
    }

    fn found_until(&mut self, end: usize, last: Last) {
        self.end = end;
        self.last = last;
        self.ranged = false;
    }

    /// 以上 belongs to the number before it.
    fn sign_behind(&mut self, sign: Sign) {
        if self.last != Last::Measure {
            return;
        }
        if let Some(measure) = self.found.measures.last_mut()
            && matches!(measure.sign, None | Some(Sign::About))
        {
            measure.sign = Some(sign);
        }
    }
}

impl Scan {
    /// Forgets dates that only name the year: beside a number they say no deadline.
    pub fn without_bare_years(mut self) -> Self {
        if !self.measures.is_empty() {
            self.dates.retain(|(hit, _)| hit.precision != Precision::Year && !hit.after);
        }
        self
    }
}
