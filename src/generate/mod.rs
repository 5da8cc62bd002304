//! Data as a county or a province has them: for measuring, for trying out, for teaching. The same seed gives the same
//! bytes. Every unit's form follows from the seed and the unit's number alone, so a file of any size is written
//! collection by collection without holding more than one unit.

mod broken;
mod dice;
mod figures;
mod form;
mod places;
mod sheet;
mod themes;
mod values;

use std::io::{self, Write};

use jixiao_core::kernel::{FiscalYear, RegionCode};
use serde::Serialize;
use serde_json::{Value, json};

use broken::{Breakable, break_row};
use dice::Dice;
use form::UnitYear;
use places::Region;

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Order {
    /// How many units.
    pub units: u32,
    /// Projects of each unit on average.
    pub projects: u32,
    /// What chance begins with.
    pub seed: u64,
    /// 预算年度.
    pub year: FiscalYear,
    /// 行政区划: a county's, or that of a prefecture or province with several.
    pub region: RegionCode,
    /// How many rows of a hundred are wrong.
    pub errors: u8,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Units.
    pub units: usize,
    /// Sheets.
    pub sheets: usize,
    /// Indicators.
    pub indicators: usize,
    /// All rows.
    pub rows: usize,
    /// Rows that are wrong.
    pub wrong: usize,
}

const BUDGET: Breakable =
    Breakable { decimals: &["weight", "self_score", "reported_total"], required: "year", has_project: false };
const INDICATOR: Breakable =
    Breakable { decimals: &["weight", "self_score"], required: "name", has_project: true };

/// Writes a bundle for `jixiao import`.
pub fn write(order: &Order, out: &mut impl Write) -> io::Result<Made> {
    let mut bundle =
        Writer { order, out, made: Made::default(), dice: Dice::at(order.seed, &[6]), is_first: true };
    let meta = json!({
        "generated": {
            "units": order.units, "projects": order.projects, "seed": order.seed.to_string(), "errors": order.errors
        }
    });
    write!(bundle.out, "{{\n\"meta\": {meta}")?;
    let region = Region::new(order.region.clone(), order.units.into(), order.seed);
    let places = || (0..u64::from(order.units)).filter_map(|index| region.place(index));
    let forms = || places().map(|place| UnitYear::new(place, order.year, order.seed, order.projects));
    bundle.collection("years", |bundle| bundle.row(&json!({ "year": order.year }), None))?;
    bundle.collection("units", |bundle| {
        places().try_for_each(|place| {
            bundle.made.units += 1;
            bundle.row(&place.unit, None)
        })
    })?;
    bundle.collection("budgets", |bundle| {
        forms().try_for_each(|form| {
            bundle.made.sheets += 1;
            bundle.row(&form.budget(), Some(BUDGET))
        })
    })?;
    bundle
        .collection("base_data", |bundle| forms().try_for_each(|form| bundle.row(&form.base_data(), None)))?;
    bundle.collection("project_expenditures", |bundle| {
        forms().flat_map(|form| form.projects()).try_for_each(|project| {
            bundle.made.sheets += 1;
            bundle.row(&project, None)
        })
    })?;
    bundle.collection("indicators", |bundle| {
        forms().flat_map(|form| form.indicators()).try_for_each(|indicator| {
            bundle.made.indicators += 1;
            bundle.row(&indicator, Some(INDICATOR))
        })
    })?;
    bundle.collection("narratives", |bundle| {
        forms().try_for_each(|form| bundle.row(&form.narrative(), None))
    })?;
    bundle.out.write_all(b"\n}\n")?;
    bundle.out.flush()?;
    Ok(bundle.made)
}

struct Writer<'a, W> {
    order: &'a Order,
    out: &'a mut W,
    made: Made,
    /// Chance, for what goes wrong.
    dice: Dice,
    /// Whether the next row is the first of its collection.
    is_first: bool,
}

impl<W: Write> Writer<'_, W> {
    fn collection(&mut self, name: &str, fill: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        write!(self.out, ",\n\"{name}\": [")?;
        self.is_first = true;
        fill(self)?;
        self.out.write_all(b"\n]")
    }

    /// One row, a line; wrong in one way, if it can be and chance will have it.
    fn row(&mut self, row: &impl Serialize, breakable: Option<Breakable>) -> io::Result<()> {
        self.out.write_all(if self.is_first { b"\n" } else { b",\n" })?;
        self.is_first = false;
        self.made.rows += 1;
        let wrong = i64::from(self.order.errors) * 10;
        let Some(of) = breakable.filter(|_| self.dice.permille(wrong)) else {
            return Ok(serde_json::to_writer(&mut *self.out, row)?);
        };
        self.made.wrong += 1;
        let mut value = serde_json::to_value(row)?;
        if let Value::Object(members) = &mut value {
            break_row(members, of, &mut self.dice);
        }
        Ok(serde_json::to_writer(&mut *self.out, &value)?)
    }
}
