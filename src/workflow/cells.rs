//! A form as cells: what an opinion can be about, and what differs between two rounds.

use std::collections::{BTreeMap, BTreeSet};

use jixiao_core::checks::{Place, Table};
use jixiao_core::kernel::differences;
use serde_json::Value;

use crate::evaluations::Part;
use crate::forms::wire::UnitForm;
use crate::{base_data, budgets, indicators, narratives, projects};

/// The rows of a form, by table and row.
#[derive(Debug, Default)]
pub struct Cells(BTreeMap<(Table, String), Value>);

/// A cell that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellChange {
    /// Where.
    pub place: Place,
    /// What it was.
    pub before: Option<Value>,
    /// What it is.
    pub after: Option<Value>,
}

impl Cells {
    /// Of this form.
    #[must_use]
    pub fn of(form: &UnitForm) -> Self {
        let mut cells = Self::default();
        cells.take::<budgets::entity::Model>(Table::Budgets, &form.budgets);
        cells.take::<base_data::entity::Model>(Table::BaseData, &form.base_data);
        cells.take::<projects::entity::Model>(Table::ProjectExpenditures, &form.project_expenditures);
        cells.take::<indicators::entity::Model>(Table::Indicators, &form.indicators);
        cells.take::<narratives::entity::Model>(Table::Narratives, &form.narratives);
        cells
    }

    fn take<P: Part>(&mut self, table: Table, rows: &[P::Input]) {
        for input in rows {
            // Our own inputs always serialise.
            let value = serde_json::to_value(input).unwrap_or_default();
            self.0.insert((table, P::row(&P::key_of(input))), value);
        }
    }

    /// Whether the form has this cell.
    #[must_use]
    pub fn has(&self, place: &Place) -> bool {
        let Some(row) = self.0.get(&(place.table, place.row.clone())) else { return false };
        let pointer = format!("/{}", place.field.replace('.', "/"));
        place.field.is_empty() || row.pointer(&pointer).is_some()
    }

    /// What differs between this form and a later one.
    #[must_use]
    pub fn changes(&self, later: &Self) -> Vec<CellChange> {
        let rows: BTreeSet<&(Table, String)> = self.0.keys().chain(later.0.keys()).collect();
        let nothing = Value::Null;
        let of_row = |key: &(Table, String)| {
            let (before, after) = (self.0.get(key).unwrap_or(&nothing), later.0.get(key).unwrap_or(&nothing));
            let (table, row) = key.clone();
            differences(before, after).into_iter().map(move |one| CellChange {
                place: Place::new(table, row.clone(), one.path),
                before: one.before,
                after: one.after,
            })
        };
        rows.into_iter().flat_map(of_row).collect()
    }
}
