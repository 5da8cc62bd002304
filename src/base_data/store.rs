//! Base data in the database.

use jixiao_core::kernel::{FiscalYear, UnitCode};
use sea_orm::Set;

use super::entity::{ActiveModel, Column, Entity, Model};
use super::wire::{BaseDataInput, BaseDataView};
use crate::db::Json;
use crate::evaluations::Part;
use crate::evaluations::part::Owner;
use crate::part_columns;

impl Part for Model {
    part_columns!();
    type Input = BaseDataInput;
    type View = BaseDataView;
    type Key = ();
    type Siblings = ();
    const COLLECTION: &'static str = "base_data";

    fn key(&self, (): &()) {}

    fn owner(input: &BaseDataInput) -> (&UnitCode, FiscalYear) {
        (&input.unit, input.year)
    }

    fn key_of(_: &BaseDataInput) {}

    fn key_in(_: &serde_json::Value) -> Option<()> {
        Some(())
    }

    fn input(&self, owner: &impl Owner, (): &()) -> BaseDataInput {
        let row = self.clone();
        BaseDataInput {
            unit: owner.unit().clone(),
            year: owner.year(),
            staff_quota: row.staff_quota,
            staff_on_duty: row.staff_on_duty,
            staff_retired: row.staff_retired,
            expenses: row.expenses.0,
            buildings: row.buildings.0,
            thrift_measures: row.thrift_measures,
            signature: row.signature.map(|Json(signature)| signature).unwrap_or_default(),
        }
    }

    fn view(&self, base_data: BaseDataInput) -> BaseDataView {
        BaseDataView { base_data, stamp: self.stamp() }
    }

    fn columns(input: BaseDataInput, (): &()) -> ActiveModel {
        let BaseDataInput {
            unit: _,
            year: _,
            staff_quota,
            staff_on_duty,
            staff_retired,
            expenses,
            buildings,
            thrift_measures,
            signature,
        } = input;
        ActiveModel {
            staff_quota: Set(staff_quota),
            staff_on_duty: Set(staff_on_duty),
            staff_retired: Set(staff_retired),
            expenses: Set(Json(expenses)),
            buildings: Set(Json(buildings)),
            thrift_measures: Set(thrift_measures),
            signature: Set(Some(Json(signature))),
            ..Default::default()
        }
    }
}
