//! XLSX, written as it comes: each part of the package goes out row by row, and nothing is looked at again.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::Sink;
use crate::tables::column::{Column, Kind};
use crate::tables::show::Shown;

/// Characters of a cell, as UTF-16 counts them; Excel takes no more, and calls a workbook that has them broken.
pub const LONGEST_CELL: usize = 32_767;
/// Rows of a sheet below its header.
pub const MOST_ROWS: u64 = 1_048_575;

/// How a cell looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As text, whatever it looks like.
    Text,
    /// A header.
    Header,
    /// The header of a column that must not be empty.
    RequiredHeader,
}

impl Style {
    /// Its place among the styles of [`STYLES`].
    const fn place(self) -> u8 {
        match self {
            Self::Text => 1,
            Self::Header => 2,
            Self::RequiredHeader => 3,
        }
    }
}

/// What a column asks for when something is typed there.
#[derive(Debug)]
pub struct Prompt {
    /// Place of the column, from 0.
    pub place: usize,
    /// What is shown beside the cell: title and text.
    pub shown: (String, String),
    /// The words to choose from; none: anything.
    pub words: Vec<&'static str>,
}

/// A workbook on its way out.
pub struct Workbook {
    zip: ZipWriter<StreamWriter<Sink>>,
    sheets: usize,
    row: u32,
}

impl std::fmt::Debug for Workbook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workbook")
            .field("sheets", &self.sheets)
            .field("row", &self.row)
            .finish_non_exhaustive()
    }
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const TYPES: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// 0 as it comes, 1 text, 2 header, 3 header of a required column.
const STYLES: &str = "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"宋体\"/></font>\
    <font><b/><sz val=\"11\"/><name val=\"宋体\"/></font></fonts>\
    <fills count=\"4\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>\
    <fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFDDEBF7\"/></patternFill></fill>\
    <fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFFCE4D6\"/></patternFill></fill></fills>\
    <borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
    <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
    <cellXfs count=\"4\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
    <xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyAlignment=\"1\">\
    <alignment vertical=\"top\" wrapText=\"1\"/></xf>\
    <xf numFmtId=\"49\" fontId=\"1\" fillId=\"2\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\" applyFill=\"1\"/>\
    <xf numFmtId=\"49\" fontId=\"1\" fillId=\"3\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\" applyFill=\"1\"/></cellXfs>\
    <cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles>";

impl Workbook {
    /// Begins a workbook with sheets of these names, which are then written one after the other.
    pub fn begin(sink: Sink, names: &[&str]) -> io::Result<Self> {
        let mut book = Self { zip: ZipWriter::new_stream(sink), sheets: 0, row: 0 };
        let (mut types, mut listed, mut related) = (String::new(), String::new(), String::new());
        for (number, name) in (1..).zip(names) {
            let name = escaped(name);
            let _ = write!(
                types,
                "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"{TYPES}.worksheet+xml\"/>"
            );
            let _ = write!(listed, "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>");
            let _ = write!(
                related,
                "<Relationship Id=\"rId{number}\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
            );
        }
        book.part("[Content_Types].xml", &format!(
            "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
             <Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"{TYPES}.sheet.main+xml\"/>\
             <Override PartName=\"/xl/styles.xml\" ContentType=\"{TYPES}.styles+xml\"/>{types}</Types>"
        ))?;
        book.part("_rels/.rels", &format!(
            "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ))?;
        book.part(
            "xl/workbook.xml",
            &format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>{listed}</sheets></workbook>"
            ),
        )?;
        book.part("xl/_rels/workbook.xml.rels", &format!(
            "<Relationships xmlns=\"{PACKAGE}/relationships\">{related}<Relationship Id=\"styles\" Type=\"{RELATIONS}/styles\" Target=\"styles.xml\"/></Relationships>"
        ))?;
        book.part("xl/styles.xml", &format!("<styleSheet xmlns=\"{MAIN}\">{STYLES}</styleSheet>"))?;
        Ok(book)
    }

    fn start(&mut self, name: &str) -> io::Result<()> {
        self.zip.start_file(name, SimpleFileOptions::default()).map_err(io::Error::other)?;
        self.zip.write_all(DECLARATION.as_bytes())
    }

    fn part(&mut self, name: &str, xml: &str) -> io::Result<()> {
        self.start(name)?;
        self.zip.write_all(xml.as_bytes())
    }

    /// Begins the next sheet, with columns of these widths in characters, in which what is typed is text. Its first row
    /// stays in sight.
    pub fn begin_sheet(&mut self, widths: impl IntoIterator<Item = u32>) -> io::Result<()> {
        self.sheets += 1;
        self.row = 0;
        let mut columns = String::new();
        let style = Style::Text.place();
        for (number, width) in (1..).zip(widths) {
            let _ = write!(
                columns,
                "<col min=\"{number}\" max=\"{number}\" width=\"{width}\" style=\"{style}\" customWidth=\"1\"/>"
            );
        }
        let selected = if self.sheets == 1 { " tabSelected=\"1\"" } else { "" };
        self.start(&format!("xl/worksheets/sheet{}.xml", self.sheets))?;
        write!(
            self.zip,
            "<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView{selected} workbookViewId=\"0\">\
             <pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>\
             <cols>{columns}</cols><sheetData>"
        )
    }

    /// Writes the next row.
    pub fn row(&mut self, cells: &[Shown], style: impl Fn(usize) -> Style) -> io::Result<()> {
        self.row += 1;
        let number = self.row;
        let mut xml = format!("<row r=\"{number}\">");
        for (place, cell) in cells.iter().enumerate() {
            let at = letters(place);
            let style = style(place).place();
            let _ = match cell {
                Shown::Nothing => Ok(()),
                Shown::Number(value) => write!(xml, "<c r=\"{at}{number}\"><v>{value}</v></c>"),
                // Such a text is in no workbook, and an export that has one is refused before it begins. Where the text
                // came meanwhile, what stands here is refused by the import, so that nobody puts it in its place.
                Shown::Text(text) if is_too_long(text) => {
                    write!(xml, "<c r=\"{at}{number}\" t=\"e\"><v>#N/A</v></c>")
                }
                Shown::Text(text) => write!(
                    xml,
                    "<c r=\"{at}{number}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                    escaped(text)
                ),
            };
        }
        xml.push_str("</row>");
        self.zip.write_all(xml.as_bytes())
    }

    /// Ends the sheet, with what it asks for in its columns.
    pub fn end_sheet(&mut self, prompts: &[Prompt]) -> io::Result<()> {
        let mut xml = "</sheetData>".to_owned();
        if !prompts.is_empty() {
            let _ = write!(xml, "<dataValidations count=\"{}\">", prompts.len());
            for Prompt { place, shown: (title, text), words } in prompts {
                let at = letters(*place);
                // Words beside the list are read too, so a foreign one is asked about and not refused.
                let kind = if words.is_empty() {
                    ""
                } else {
                    " type=\"list\" errorStyle=\"warning\" showErrorMessage=\"1\""
                };
                let _ = write!(
                    xml,
                    "<dataValidation{kind} allowBlank=\"1\" showInputMessage=\"1\" promptTitle=\"{}\" prompt=\"{}\" sqref=\"{at}2:{at}{}\">",
                    escaped(&shortened(title, 32)),
                    escaped(&shortened(text, 255)),
                    MOST_ROWS + 1
                );
                if !words.is_empty() {
                    let _ = write!(xml, "<formula1>\"{}\"</formula1>", escaped(&words.join(",")));
                }
                xml.push_str("</dataValidation>");
            }
            xml.push_str("</dataValidations>");
        }
        xml.push_str("</worksheet>");
        self.zip.write_all(xml.as_bytes())
    }

    /// Ends the package.
    pub fn finish(self) -> io::Result<()> {
        self.zip.finish().map(|_| ()).map_err(io::Error::other)
    }
}

/// Whether no cell takes this text.
#[must_use]
pub fn is_too_long(text: &str) -> bool {
    text.len() > LONGEST_CELL && text.encode_utf16().count() > LONGEST_CELL
}

/// How wide a column is, in characters.
#[must_use]
pub fn width(column: &Column) -> u32 {
    match column.kind {
        Kind::Text | Kind::Long | Kind::Plain => 24,
        Kind::List(_) => 40,
        _ => 16,
    }
}

fn shortened(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}

/// The letters of a column's place, from 0.
#[must_use]
pub fn letters(place: usize) -> String {
    let mut letters = Vec::new();
    let mut left = place + 1;
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'A' + u8::try_from(left % 26).unwrap_or_default()));
        left /= 26;
    }
    letters.iter().rev().collect()
}

/// Text in XML. Characters that XML does not take are written as `_x000B_`, and a `_x` of the text's own as `_x005F_x`.
fn escaped(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '&' => whole.push_str("&amp;"),
            '<' => whole.push_str("&lt;"),
            '>' => whole.push_str("&gt;"),
            '"' => whole.push_str("&quot;"),
            'x' if before == '_' => whole.push_str("x005F_x"),
            '\t' | '\n' => whole.push(c),
            '\u{0}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {
                let _ = write!(whole, "_x{:04X}_", u32::from(c));
            }
            _ => whole.push(c),
        }
        before = c;
    }
    whole
}
