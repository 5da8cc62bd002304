//! What a column is, and by which names it is known.

use jixiao_core::kernel::Lang;

/// A word of a closed list, as it is stored and as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// On the wire.
    pub wire: &'static str,
    /// 中文
    pub zh: &'static str,
    /// English
    pub en: &'static str,
    /// What else is read as it.
    pub also: &'static [&'static str],
}

/// One value of an entry of a list that stands in one cell.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name on the wire.
    pub name: &'static str,
    /// 中文
    pub zh: &'static str,
    /// English
    pub en: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Text as people wrote it; an empty cell says that there is none.
    Text,
    /// Such text, of any length: some of it is in no cell of a workbook.
    Long,
    /// Text that is never absent: an empty cell is the empty text.
    Plain,
    /// A code of letters, digits and hyphens; leading zeros count.
    Code,
    /// 金额 amount, 万元
    Amount,
    /// 分值 points
    Points,
    /// 面积 area, ㎡
    Area,
    /// A whole number.
    Integer,
    /// A day.
    Date,
    /// 是 or 否
    Flag,
    /// One of these words.
    Choice(&'static [Word]),
    /// A list in one cell: an entry a line, its values in this order with `|` between them.
    List(&'static [Entry]),
}

impl Kind {
    /// The unit that its header names, in brackets.
    #[must_use]
    pub const fn unit(self, lang: Lang) -> Option<&'static str> {
        match (self, lang) {
            (Self::Amount, Lang::Zh) => Some("万元"),
            (Self::Amount, Lang::En) => Some("10k yuan"),
            (Self::Points, Lang::Zh) => Some("分"),
            (Self::Points, Lang::En) => Some("points"),
            (Self::Area, _) => Some("㎡"),
            _ => None,
        }
    }

    /// Whether it may be more than a cell of a workbook takes.
    #[must_use]
    pub fn may_be_long(self) -> bool {
        match self {
            Self::Long => true,
            Self::List(entries) => entries.iter().any(|entry| matches!(entry.kind, Self::Text)),
            _ => false,
        }
    }

    /// Whether numbers are written as text, so that no spreadsheet touches their digits.
    #[must_use]
    pub const fn is_decimal(self) -> bool {
        matches!(self, Self::Amount | Self::Points | Self::Area)
    }
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Where its value stands in the row: names on the wire with dots between them, such as `total.annual`.
    pub path: &'static str,
    /// 中文表头, as the official form has it, without the unit.
    pub zh: &'static str,
    /// English header, without the unit.
    pub en: &'static str,
    /// Whether a row must have it.
    pub required: bool,
    /// What its cells hold.
    pub kind: Kind,
    /// What else it is called.
    pub also: &'static [&'static str],
    /// 填写说明 what to write there, for people.
    pub note: &'static str,
}

impl Column {
    /// Its header: the name, and the unit in brackets where it has one.
    #[must_use]
    pub fn header(&self, lang: Lang) -> String {
        let name = lang.pick(self.zh, self.en);
        match (self.kind.unit(lang), lang) {
            (Some(unit), Lang::Zh) => format!("{name}（{unit}）"),
            (Some(unit), Lang::En) => format!("{name} ({unit})"),
            (None, _) => name.to_owned(),
        }
    }

    /// Every name that it is known by.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.path, self.zh, self.en].into_iter().chain(self.also.iter().copied())
    }
}

/// A column that may be empty.
#[must_use]
pub const fn column(
    path: &'static str,
    zh: &'static str,
    en: &'static str,
    kind: Kind,
    also: &'static [&'static str],
    note: &'static str,
) -> Column {
    Column { path, zh, en, required: false, kind, also, note }
}

/// A column that every row has.
#[must_use]
pub const fn required(
    path: &'static str,
    zh: &'static str,
    en: &'static str,
    kind: Kind,
    also: &'static [&'static str],
    note: &'static str,
) -> Column {
    Column { path, zh, en, required: true, kind, also, note }
}

/// A name as it is compared: without spaces and marks between words, full-width as half-width, in small letters.
#[must_use]
pub fn plain(name: &str) -> String {
    let fold = |c: char| match c {
        '！'..='～' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
        '﹒' | '·' => '.',
        other => other,
    };
    name.chars()
        .map(fold)
        .filter(|c| !c.is_whitespace() && !c.is_control() && !"_-—.*:、/\u{feff}".contains(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// A header without the brackets at its end, and what they said.
#[must_use]
pub fn without_unit(header: &str) -> (&str, Option<&str>) {
    let header = header.trim();
    let Some(inner) = header.strip_suffix(['）', ')']) else { return (header, None) };
    match inner.rsplit_once(['（', '(']) {
        Some((name, unit)) => (name.trim_end(), Some(unit.trim())),
        None => (header, None),
    }
}
