//! Narratives in the database.

use jixiao_core::kernel::{FiscalYear, UnitCode};
use sea_orm::Set;

use super::entity::{ActiveModel, Column, Entity, Model};
use super::wire::{NarrativeInput, NarrativeView};
use crate::db::Json;
use crate::evaluations::Part;
use crate::evaluations::part::Owner;
use crate::part_columns;

impl Part for Model {
    part_columns!();
    type Input = NarrativeInput;
    type View = NarrativeView;
    type Key = ();
    type Siblings = ();
    const COLLECTION: &'static str = "narratives";

    fn key(&self, (): &()) {}

    fn owner(input: &NarrativeInput) -> (&UnitCode, FiscalYear) {
        (&input.unit, input.year)
    }

    fn key_of(_: &NarrativeInput) {}

    fn key_in(_: &serde_json::Value) -> Option<()> {
        Some(())
    }

    fn input(&self, owner: &impl Owner, (): &()) -> NarrativeInput {
        NarrativeInput { unit: owner.unit().clone(), year: owner.year(), sections: self.sections.0.clone() }
    }

    fn view(&self, narrative: NarrativeInput) -> NarrativeView {
        NarrativeView { narrative, stamp: self.stamp() }
    }

    fn columns(input: NarrativeInput, (): &()) -> ActiveModel {
        let NarrativeInput { unit: _, year: _, sections } = input;
        ActiveModel { sections: Set(Json(sections)), ..Default::default() }
    }
}
