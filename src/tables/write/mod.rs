//! Tables written row by row: what is written so far can be taken away at any time, so that no file is ever held whole.

pub mod workbook;

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use jixiao_core::kernel::Lang;
use serde_json::Value;
use workbook::{Style, Workbook};

use super::escape::{escape, escape_text_cell};
use super::format::FileFormat;
use super::grid::Grid;
use super::show::{Shown, pick, show};

/// By this Excel knows a CSV for UTF-8.
pub const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Where a file is put together: the writer holds one end, who sends it away the other.
#[derive(Clone, Debug, Default)]
pub struct Sink(Rc<RefCell<Vec<u8>>>);

impl Sink {
    /// What was written since the last time.
    #[must_use]
    pub fn take(&self) -> Vec<u8> {
        self.0.take()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A table on its way into a file.
#[derive(Debug)]
pub struct Writer {
    sink: Sink,
    grid: Grid,
    lang: Lang,
    file: File,
}

#[derive(Debug)]
enum File {
    Csv(Box<csv::Writer<Sink>>),
    Ndjson,
    Xlsx(Box<Workbook>),
}

impl Writer {
    /// Begins a file, with the header where the format has one.
    pub fn begin(format: FileFormat, grid: Grid, lang: Lang) -> io::Result<Self> {
        let mut sink = Sink::default();
        let file = match format {
            FileFormat::Ndjson => File::Ndjson,
            FileFormat::Csv => {
                sink.write_all(BOM)?;
                let mut csv = lines(sink.clone());
                csv.write_record(grid.columns.iter().map(|column| column.header(lang)))?;
                File::Csv(Box::new(csv))
            }
            FileFormat::Xlsx => {
                let mut book = Workbook::begin(sink.clone(), &[grid.title(lang)])?;
                book.begin_sheet(grid.columns.iter().map(workbook::width))?;
                header(&mut book, &grid, lang)?;
                File::Xlsx(Box::new(book))
            }
        };
        Ok(Self { sink, grid, lang, file })
    }

    /// Writes a row, which has what the columns name at their paths, and perhaps more.
    pub fn row(&mut self, row: &Value) -> io::Result<()> {
        match &mut self.file {
            File::Ndjson => {
                let mut line = pick(&self.grid, row);
                line.insert("collection".to_owned(), self.grid.name.into());
                writeln!(self.sink, "{}", Value::Object(line))
            }
            File::Csv(csv) => {
                for column in self.grid.columns {
                    match show(column, self.lang, row) {
                        Shown::Nothing => csv.write_field("")?,
                        Shown::Text(text) => csv.write_field(escape(&text).as_ref())?,
                        Shown::Number(number) => csv.write_field(number.to_string())?,
                    }
                }
                Ok(csv.write_record(None::<&[u8]>)?)
            }
            File::Xlsx(book) => book.row(&cells(&self.grid, self.lang, row), |_| Style::Text),
        }
    }

    /// Takes away what was written since the last time.
    pub fn take(&mut self) -> io::Result<Vec<u8>> {
        if let File::Csv(csv) = &mut self.file {
            csv.flush()?;
        }
        Ok(self.sink.take())
    }

    /// Ends the file, and gives what is left of it.
    pub fn finish(mut self) -> io::Result<Vec<u8>> {
        let rest = self.take()?;
        if let File::Xlsx(mut book) = self.file {
            book.end_sheet(&[])?;
            book.finish()?;
        }
        Ok([rest, self.sink.take()].concat())
    }
}

/// Writes the header of a table, that of columns that must not be empty in another colour.
pub fn header(book: &mut Workbook, grid: &Grid, lang: Lang) -> io::Result<()> {
    let headers: Vec<Shown> = grid.columns.iter().map(|column| Shown::Text(column.header(lang))).collect();
    let is_required = |place: usize| grid.columns.get(place).is_some_and(|column| column.required);
    book.row(&headers, |place| if is_required(place) { Style::RequiredHeader } else { Style::Header })
}

/// The cells of a row in a workbook, which knows text from formulas.
#[must_use]
pub fn cells(grid: &Grid, lang: Lang, row: &Value) -> Vec<Shown> {
    let cell = |column| match show(column, lang, row) {
        Shown::Text(text) => Shown::Text(escape_text_cell(&text).into_owned()),
        other => other,
    };
    grid.columns.iter().map(cell).collect()
}

/// A writer of CSV as spreadsheets write it.
pub fn lines<W: Write>(to: W) -> csv::Writer<W> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(to)
}
