//! The cells of a sheet, row by row.

use quick_xml::events::{BytesStart, Event};

use super::Texts;
use super::package::{Trouble, add_text, attribute};
use super::styles::Shown;
use crate::tables::cell::Cell;
use crate::tables::csv::{too_long, too_wide};
use crate::tables::layout::MOST_COLUMNS;
use crate::tables::read::{Fault, Source, Visit};

/// Rows of a sheet in which something stands.
const MOST_ROWS: usize = 100_000;
/// Characters of a cell; Excel has no more.
const LONGEST_CELL: usize = 32_767;

/// What the cells of a sheet refer to.
pub(super) struct Context<'a> {
    pub(super) styles: &'a [Shown],
    pub(super) texts: &'a Texts,
    pub(super) from_1904: bool,
}

/// What a cell is said to hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    Number,
    Shared,
    Text,
    Flag,
    Day,
    Failure,
}

/// Puts rows together.
pub(super) struct Reader<'a> {
    context: Context<'a>,
    source: &'a Source,
    visit: &'a mut Visit<'a>,
    /// Why reading stopped, where it is no trouble with the workbook.
    pub(super) fault: Option<Fault>,
    number: usize,
    column: usize,
    rows: usize,
    cells: Vec<Cell>,
    held: Held,
    shown: Shown,
    has_formula: bool,
    is_value: bool,
    is_reading_aid: bool,
    text: String,
}

impl<'a> Reader<'a> {
    pub(super) fn new(context: Context<'a>, source: &'a Source, visit: &'a mut Visit<'a>) -> Self {
        Self {
            context,
            source,
            visit,
            fault: None,
            number: 0,
            column: 0,
            rows: 0,
            cells: Vec::new(),
            held: Held::Number,
            shown: Shown::Number,
            has_formula: false,
            is_value: false,
            is_reading_aid: false,
            text: String::new(),
        }
    }

    pub(super) fn take(&mut self, event: &Event<'_>) -> Result<(), Trouble> {
        match event {
            Event::Start(element) => self.start(element),
            Event::End(element) => match element.local_name().as_ref() {
                "v" | "t" => {
                    self.is_value = false;
                    Ok(())
                }
                "rPh" => {
                    self.is_reading_aid = false;
                    Ok(())
                }
                "c" => self.cell(),
                "row" => self.row(),
                _ => Ok(()),
            },
            event if self.is_value => add_text(event, &mut self.text),
            _ => Ok(()),
        }
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), Trouble> {
        match element.local_name().as_ref() {
            "row" => {
                let said = attribute(element, "r")?.and_then(|number| number.parse().ok());
                self.number = said.unwrap_or(self.number + 1);
                self.column = 0;
            }
            "c" => {
                let said = attribute(element, "r")?;
                self.column = said.as_deref().and_then(column_of).unwrap_or(self.column);
                let style: Option<usize> = attribute(element, "s")?.and_then(|style| style.parse().ok());
                let shown = style.and_then(|style| self.context.styles.get(style));
                self.shown = shown.copied().unwrap_or(Shown::Number);
                self.held = match attribute(element, "t")?.as_deref() {
                    Some("s") => Held::Shared,
                    Some("str" | "inlineStr") => Held::Text,
                    Some("b") => Held::Flag,
                    Some("d") => Held::Day,
                    Some("e") => Held::Failure,
                    _ => Held::Number,
                };
                self.text.clear();
                self.has_formula = false;
            }
            "f" => self.has_formula = true,
            "rPh" => self.is_reading_aid = true,
            "v" | "t" => self.is_value = !self.is_reading_aid,
            _ => {}
        }
        Ok(())
    }

    /// Reading stops; what is wrong is no trouble with the workbook.
    fn stop(&mut self, fault: Fault) -> Trouble {
        self.fault = Some(fault);
        Trouble::TooLarge
    }

    fn cell(&mut self) -> Result<(), Trouble> {
        let place = self.column;
        self.column += 1;
        let value = match self.held {
            Held::Failure => Cell::Failed(std::mem::take(&mut self.text)),
            _ if self.text.is_empty() && self.has_formula => Cell::Failed("=…".to_owned()),
            _ if self.text.is_empty() => return Ok(()),
            Held::Number => Cell::Text(self.shown.text(&self.text, self.context.from_1904)),
            Held::Shared => {
                let text = self.text.trim().parse().ok().and_then(|place| self.context.texts.get(place));
                let text = text.ok_or(Trouble::Broken("xl/sharedStrings.xml"))?;
                if text.is_empty() {
                    return Ok(());
                }
                Cell::Text(unescaped(text))
            }
            Held::Text => Cell::Text(unescaped(&self.text)),
            Held::Flag => Cell::Text(if self.text.trim() == "1" { "true" } else { "false" }.to_owned()),
            Held::Day => Cell::Text(self.text.split('T').next().unwrap_or_default().to_owned()),
        };
        let (Cell::Text(text) | Cell::Failed(text)) = &value;
        if text.len() > LONGEST_CELL && text.chars().count() > LONGEST_CELL {
            let fault = too_long(self.source, self.number);
            return Err(self.stop(fault));
        }
        if place >= MOST_COLUMNS {
            let fault = too_wide(self.source, self.number);
            return Err(self.stop(fault));
        }
        if self.cells.len() <= place {
            self.cells.resize(place + 1, Cell::Text(String::new()));
        }
        if let Some(cell) = self.cells.get_mut(place) {
            *cell = value;
        }
        Ok(())
    }

    fn row(&mut self) -> Result<(), Trouble> {
        if self.cells.is_empty() {
            return Ok(());
        }
        self.rows += 1;
        if self.rows > MOST_ROWS {
            let fault = Fault::too_large(
                format!("一张工作表最多 {MOST_ROWS} 行，请拆分文件或改用 CSV"),
                format!("A sheet has at most {MOST_ROWS} rows; split the file, or send CSV"),
            );
            return Err(self.stop(fault));
        }
        let outcome = (self.visit)(self.number, &self.cells);
        self.cells.clear();
        outcome.map_err(|fault| self.stop(fault))
    }
}

/// The column of a cell's address, from 0.
fn column_of(address: &str) -> Option<usize> {
    let letters = address.bytes().take_while(u8::is_ascii_alphabetic).take(8);
    let column = letters
        .fold(0_usize, |column, letter| column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    column.checked_sub(1)
}

/// Workbooks write characters that XML does not take as `_x000D_`, and a `_` before such a word as `_x005F_`.
fn unescaped(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("_x") {
        whole.push_str(before);
        let code = after.split_at_checked(4).and_then(|(code, after)| Some((code, after.strip_prefix('_')?)));
        let read = code.and_then(|(code, after)| {
            Some((u32::from_str_radix(code, 16).ok().and_then(char::from_u32)?, after))
        });
        rest = if let Some((c, after)) = read {
            whole.push(c);
            after
        } else {
            whole.push_str("_x");
            after
        };
    }
    whole.push_str(rest);
    whole
}
