//! A year as a bundle: what `jixiao import` takes, and finds unchanged.

use std::io::{self, Write};

use jixiao_core::kernel::{FiscalYear, UnitCode};
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;
use serde_json::{Value, json};

use crate::db::{Keyset, Scope, SortColumn};
use crate::evaluations::Part;
use crate::evaluations::part_routes::{self, PartQuery, PartSort};
use crate::evaluations::store::Filter;
use crate::http::{ApiError, Cursors};
use crate::tables::Collection;
use crate::tables::show::pick;
use crate::units::wire::UnitInput;
use crate::years::wire::YearView;
use crate::{base_data, budgets, indicators, narratives, projects, units, years};

/// Rows that are read at once.
const STEP: u64 = 500;

/// What is written.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// 预算年度
    pub year: FiscalYear,
    /// Of this unit alone, with the departments above it; none: of all.
    pub unit: Option<UnitCode>,
}

/// Why a year was not written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no such year.
    #[error("the year {0} was not set up")]
    NoYear(FiscalYear),
    /// There is no such unit.
    #[error("there is no unit {0}")]
    NoUnit(UnitCode),
    /// The database does not answer.
    #[error("{0}")]
    Database(String),
    /// It cannot be written there.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<DbErr> for ExportError {
    fn from(why: DbErr) -> Self {
        Self::Database(why.to_string())
    }
}

impl From<ApiError> for ExportError {
    fn from(why: ApiError) -> Self {
        Self::Database(why.to_string())
    }
}

/// Writes the bundle, and tells how many rows it has. `conn` is a snapshot, so that the rows agree with one another.
pub async fn write(
    conn: &impl ConnectionTrait,
    wanted: &Wanted,
    out: &mut impl Write,
) -> Result<usize, ExportError> {
    let Wanted { year, unit } = wanted;
    let found = years::store::find(conn, *year).await?.ok_or(ExportError::NoYear(*year))?;
    let mut bundle = Bundle { out, rows: 0, is_first: true };
    write!(bundle.out, "{{\n\"meta\": {}", json!({ "exported": { "year": year, "unit": unit } }))?;
    bundle.begin(Collection::Years)?;
    bundle.row(Collection::Years, &YearView::from(found))?;
    bundle.end()?;
    bundle.begin(Collection::Units)?;
    match unit {
        Some(unit) => bundle.with_departments(conn, unit).await?,
        None => bundle.units(conn).await?,
    }
    bundle.end()?;
    bundle.pages::<budgets::entity::Model>(conn, wanted, Collection::Budgets).await?;
    bundle.pages::<base_data::entity::Model>(conn, wanted, Collection::BaseData).await?;
    bundle.pages::<projects::entity::Model>(conn, wanted, Collection::ProjectExpenditures).await?;
    bundle.pages::<indicators::entity::Model>(conn, wanted, Collection::Indicators).await?;
    bundle.pages::<narratives::entity::Model>(conn, wanted, Collection::Narratives).await?;
    bundle.out.write_all(b"\n}\n")?;
    bundle.out.flush()?;
    Ok(bundle.rows)
}

struct Bundle<'a, W> {
    out: &'a mut W,
    rows: usize,
    /// Whether the next row is the first of its collection.
    is_first: bool,
}

impl<W: Write> Bundle<'_, W> {
    fn begin(&mut self, collection: Collection) -> io::Result<()> {
        self.is_first = true;
        write!(self.out, ",\n\"{}\": [", collection.as_str())
    }

    fn end(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n]")
    }

    /// A row, a line.
    fn row(&mut self, collection: Collection, row: &impl Serialize) -> io::Result<()> {
        let row = pick(&collection.grid(), &serde_json::to_value(row)?);
        self.out.write_all(if self.is_first { b"\n" } else { b",\n" })?;
        self.is_first = false;
        self.rows += 1;
        write!(self.out, "{}", Value::Object(row))
    }

    /// A unit and all above it, the highest first.
    async fn with_departments(
        &mut self,
        conn: &impl ConnectionTrait,
        unit: &UnitCode,
    ) -> Result<(), ExportError> {
        let (mut line, mut next) = (Vec::new(), Some(unit.clone()));
        while let Some(code) = next.take() {
            let found = units::store::find(conn, &Scope::All, &code).await?;
            let found = UnitInput::from(&found.ok_or(ExportError::NoUnit(code))?);
            next.clone_from(&found.parent_code);
            line.push(found);
        }
        Ok(line.iter().rev().try_for_each(|unit| self.row(Collection::Units, unit))?)
    }

    async fn units(&mut self, conn: &impl ConnectionTrait) -> Result<(), ExportError> {
        use units::entity::Column;
        let mut after = None;
        loop {
            let columns = vec![SortColumn::of(Column::Code), SortColumn::of(Column::Id)];
            let keyset = Keyset { columns, descending: false, after, limit: STEP };
            let rows =
                units::store::list(conn, &Scope::All, &units::store::Filter::default(), keyset).await?;
            // One more than was asked for tells that it goes on.
            let page = usize::try_from(STEP).unwrap_or(usize::MAX);
            for row in rows.iter().take(page) {
                self.row(Collection::Units, &UnitInput::from(row))?;
            }
            let Some(last) =
                page.checked_sub(1).and_then(|last| rows.get(last)).filter(|_| rows.len() > page)
            else {
                return Ok(());
            };
            after = Some(vec![last.code.0.to_string().into(), last.id.into()]);
        }
    }

    async fn pages<P: Part>(
        &mut self,
        conn: &impl ConnectionTrait,
        Wanted { year, unit }: &Wanted,
        collection: Collection,
    ) -> Result<(), ExportError> {
        self.begin(collection)?;
        // Nobody sees these cursors.
        let cursors = Cursors::new(collection.as_str().as_bytes());
        let mut page = cursors.open(collection.as_str(), "", Some(STEP), None)?;
        loop {
            let query = PartQuery {
                scope: Scope::All,
                filter: Filter { unit: unit.clone(), year: Some(*year), ..Filter::default() },
                sort: PartSort::default(),
                page: &page,
                with_total: false,
            };
            let rows = part_routes::list::<P>(conn, &cursors, query, |select| select).await?;
            for item in &rows.items {
                self.row(collection, item)?;
            }
            let Some(next) = rows.next_cursor else { break };
            page = cursors.follow(&page, &next)?;
        }
        Ok(self.end()?)
    }
}
