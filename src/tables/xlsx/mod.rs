//! XLSX: a sheet for each collection. A workbook is a package that can hold anything, so each part is read within
//! limits and none is held; formulas, macros and links are never followed.

mod package;
mod sheet;
mod styles;

use package::{Package, Trouble, add_text, attribute};
use quick_xml::events::Event;
use styles::Shown;

use super::cell::AmountUnit;
use super::collection::Collection;
use super::csv::Table;
use super::nearest::nearest;
use super::read::{Fault, Flaw, Read, Room, Source, Visit};
use crate::http::FieldError;

/// Sheets that are for people.
const FOR_PEOPLE: [&str; 4] = ["说明", "填写说明", "Notes", "Instructions"];
/// Sheets of a workbook.
const MOST_SHEETS: usize = 100;
/// Texts of a workbook.
const MOST_TEXTS: usize = 1_000_000;
/// Bytes of all texts of a workbook.
const MOST_TEXT: usize = 64 << 20;

/// A sheet as the workbook lists it.
#[derive(Clone, Debug)]
pub struct SheetName {
    /// Its name.
    pub name: String,
    relation: String,
    is_hidden: bool,
}

/// A workbook, opened.
pub struct Workbook<'a> {
    package: Package<'a>,
    /// Its sheets in their order.
    pub sheets: Vec<SheetName>,
    targets: Vec<(String, String)>,
    from_1904: bool,
    styles: Vec<Shown>,
    texts: Texts,
}

impl std::fmt::Debug for Workbook<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workbook").field("sheets", &self.sheets).finish_non_exhaustive()
    }
}

/// The texts that cells share, one behind the other.
#[derive(Debug, Default)]
struct Texts {
    all: String,
    ends: Vec<usize>,
}

impl Texts {
    fn get(&self, place: usize) -> Option<&str> {
        let start = if place == 0 { 0 } else { *self.ends.get(place - 1)? };
        self.all.get(start..*self.ends.get(place)?)
    }
}

impl<'a> Workbook<'a> {
    /// Opens a workbook.
    pub fn open(bytes: &'a [u8], source: &Source) -> Result<Self, Fault> {
        Self::opened(bytes).map_err(|trouble| fault(&trouble, source))
    }

    fn opened(bytes: &'a [u8]) -> Result<Self, Trouble> {
        let mut package = Package::open(bytes)?;
        let (mut sheets, mut from_1904) = (Vec::new(), false);
        let is_there = package.each("xl/workbook.xml", |event, _| {
            let Event::Start(element) = event else { return Ok(()) };
            match element.local_name().as_ref() {
                "sheet" => {
                    let state = attribute(element, "state")?;
                    if sheets.len() >= MOST_SHEETS {
                        return Err(Trouble::TooLarge);
                    }
                    sheets.push(SheetName {
                        name: attribute(element, "name")?.unwrap_or_default(),
                        relation: attribute(element, "id")?.unwrap_or_default(),
                        is_hidden: matches!(state.as_deref(), Some("hidden" | "veryHidden")),
                    });
                }
                "workbookPr" => {
                    let said = attribute(element, "date1904")?;
                    from_1904 = matches!(said.as_deref(), Some("1" | "true"));
                }
                _ => {}
            }
            Ok(())
        })?;
        if !is_there {
            return Err(Trouble::Broken("xl/workbook.xml"));
        }
        let mut targets = Vec::new();
        package.each("xl/_rels/workbook.xml.rels", |event, _| {
            if let Event::Start(element) = event
                && element.local_name().as_ref() == "Relationship"
                && let (Some(id), Some(target)) = (attribute(element, "Id")?, attribute(element, "Target")?)
                && targets.len() < 2 * MOST_SHEETS
            {
                let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
                targets.push((id, path));
            }
            Ok(())
        })?;
        let styles = styles::read(&mut package)?;
        let texts = texts(&mut package)?;
        Ok(Self { package, sheets, targets, from_1904, styles, texts })
    }

    /// Calls `visit` with each row of a sheet in which something stands: its number, and its cells.
    pub fn rows(&mut self, sheet: &SheetName, source: &Source, visit: &mut Visit<'_>) -> Result<(), Fault> {
        let target = self.targets.iter().find(|(id, _)| *id == sheet.relation).map(|(_, path)| path.clone());
        let target = target.ok_or_else(|| fault(&Trouble::Broken("xl/_rels/workbook.xml.rels"), source))?;
        let context = sheet::Context { styles: &self.styles, texts: &self.texts, from_1904: self.from_1904 };
        let mut reader = sheet::Reader::new(context, source, visit);
        let outcome = self.package.each(&target, |event, _| reader.take(event));
        if let Some(fault) = reader.fault.take() {
            return Err(fault);
        }
        match outcome {
            Ok(true) => Ok(()),
            Ok(false) => Err(fault(&Trouble::Broken("xl/worksheets"), source)),
            Err(trouble) => Err(fault(&trouble, source)),
        }
    }
}

fn texts(package: &mut Package<'_>) -> Result<Texts, Trouble> {
    let mut texts = Texts::default();
    let (mut is_text, mut is_reading_aid) = (false, false);
    package.each("xl/sharedStrings.xml", |event, _| {
        match event {
            Event::Start(element) => match element.local_name().as_ref() {
                "t" => is_text = !is_reading_aid,
                "rPh" => is_reading_aid = true,
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                "t" => is_text = false,
                "rPh" => is_reading_aid = false,
                "si" => texts.ends.push(texts.all.len()),
                _ => {}
            },
            event if is_text => add_text(event, &mut texts.all)?,
            _ => {}
        }
        if texts.ends.len() > MOST_TEXTS || texts.all.len() > MOST_TEXT {
            return Err(Trouble::TooLarge);
        }
        Ok(())
    })?;
    Ok(texts)
}

fn fault(trouble: &Trouble, source: &Source) -> Fault {
    match trouble {
        Trouble::TooLarge => Fault::too_large(
            "工作簿解压后过大：总计最多 100 MiB、单个部分 64 MiB、原文件的 200 倍",
            "The workbook is too large when unpacked: at most 100 MiB in all, 64 MiB a part, 200 times the file",
        ),
        Trouble::Broken(what) => Fault::of_file(
            source,
            FieldError::new(
                "",
                "malformed_xlsx",
                format!("不是有效的 XLSX 工作簿（{what}），请用 Excel 或 WPS 另存为 .xlsx"),
                format!("Not a valid XLSX workbook ({what}); save it as .xlsx"),
            ),
        ),
    }
}

/// Reads the sheets that are named after collections. With `collection`, a workbook of one sheet is of it, whatever
/// its name.
pub fn read(
    bytes: &[u8],
    collection: Option<Collection>,
    unit: AmountUnit,
    source: &Source,
    room: &mut Room,
) -> Result<Vec<Read>, Vec<Fault>> {
    let mut workbook = Workbook::open(bytes, source).map_err(|fault| vec![fault])?;
    let (mut read, mut faults) = (Vec::new(), Vec::new());
    let shown: Vec<SheetName> = workbook.sheets.iter().filter(|sheet| !sheet.is_hidden).cloned().collect();
    let is_named = shown.iter().any(|sheet| Collection::named(&sheet.name).is_some());
    for (place, sheet) in shown.iter().enumerate() {
        let of = Source { sheet: Some(sheet.name.clone()), ..source.clone() };
        let kind = match (Collection::named(&sheet.name), collection) {
            (Some(named), _) => named,
            (None, Some(given)) if place == 0 && !is_named => given,
            _ if FOR_PEOPLE.contains(&sheet.name.trim()) => continue,
            _ => {
                let mut is_blank = true;
                let outcome = workbook.rows(sheet, &of, &mut |_, _| {
                    is_blank = false;
                    Ok(())
                });
                match outcome {
                    Err(fault) => faults.push(fault),
                    Ok(()) if is_blank => {}
                    Ok(()) => faults.push(unknown_sheet(sheet, of)),
                }
                continue;
            }
        };
        let mut table = Table::new(kind, unit, of.clone(), room);
        let outcome = workbook.rows(sheet, &of, &mut |number, cells| table.row(number, cells));
        match outcome.and_then(|()| table.finish()) {
            Ok(sheet) => read.push(sheet),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}

fn unknown_sheet(sheet: &SheetName, source: Source) -> Fault {
    use jixiao_core::kernel::Lang;
    let names = Collection::ALL.map(|one| one.title(Lang::Zh));
    let options = names.into_iter().chain(Collection::ALL.map(Collection::as_str));
    let error = FieldError::new(
        "",
        "unknown_sheet",
        format!("工作表名称应为：{}；只有一张表时可用 collection 参数指明", names.join("、")),
        format!(
            "A sheet is named after its collection: {}; with one sheet, the parameter collection tells",
            Collection::ALL.map(Collection::as_str).join(", ")
        ),
    );
    let flaw = Flaw {
        nearest: nearest(&sheet.name, options).map(str::to_owned),
        ..Flaw::new(0, error.found(serde_json::Value::String(sheet.name.clone())))
    };
    Fault::Wrong { source: std::sync::Arc::new(source), flaws: vec![flaw] }
}
