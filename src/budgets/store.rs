//! Budgets in the database.

use jixiao_core::kernel::{FiscalYear, UnitCode};
use sea_orm::Set;

use super::entity::{ActiveModel, Column, Entity, Model};
use super::wire::{Amounts, BasicDetail, BudgetInput, BudgetView};
use crate::db::{Int, Json};
use crate::evaluations::Part;
use crate::evaluations::part::Owner;
use crate::part_columns;

impl Part for Model {
    part_columns!();
    type Input = BudgetInput;
    type View = BudgetView;
    type Key = ();
    type Siblings = ();
    const COLLECTION: &'static str = "budgets";

    fn key(&self, (): &()) {}

    fn owner(input: &BudgetInput) -> (&UnitCode, FiscalYear) {
        (&input.unit, input.year)
    }

    fn key_of(_: &BudgetInput) {}

    fn key_in(_: &serde_json::Value) -> Option<()> {
        Some(())
    }

    fn input(&self, owner: &impl Owner, (): &()) -> BudgetInput {
        let row = self.clone();
        BudgetInput {
            unit: owner.unit().clone(),
            year: owner.year(),
            weight: row.weight.map(|Int(points)| points),
            self_score: row.self_score.map(|Int(points)| points),
            total: Amounts {
                initial: row.initial.map(|Int(amount)| amount),
                annual: row.annual.map(|Int(amount)| amount),
                executed: row.executed.map(|Int(amount)| amount),
            },
            sources: row.sources.0,
            natures: row.natures.0,
            basic_detail: BasicDetail {
                personnel: row.personnel.map(|Int(amount)| amount),
                public: row.public.map(|Int(amount)| amount),
            },
            goal_expected: row.goal_expected,
            goal_actual: row.goal_actual,
            deviation_reason: row.deviation_reason,
            reported_total: row.reported_total.map(|Int(points)| points),
            signature: row.signature.map(|Json(signature)| signature).unwrap_or_default(),
        }
    }

    fn view(&self, budget: BudgetInput) -> BudgetView {
        BudgetView { budget, stamp: self.stamp() }
    }

    fn columns(input: BudgetInput, (): &()) -> ActiveModel {
        let BudgetInput {
            unit: _,
            year: _,
            weight,
            self_score,
            total: Amounts { initial, annual, executed },
            sources,
            natures,
            basic_detail: BasicDetail { personnel, public },
            goal_expected,
            goal_actual,
            deviation_reason,
            reported_total,
            signature,
        } = input;
        ActiveModel {
            weight: Set(weight.map(Int)),
            self_score: Set(self_score.map(Int)),
            initial: Set(initial.map(Int)),
            annual: Set(annual.map(Int)),
            executed: Set(executed.map(Int)),
            sources: Set(Json(sources)),
            natures: Set(Json(natures)),
            personnel: Set(personnel.map(Int)),
            public: Set(public.map(Int)),
            goal_expected: Set(goal_expected),
            goal_actual: Set(goal_actual),
            deviation_reason: Set(deviation_reason),
            reported_total: Set(reported_total.map(Int)),
            signature: Set(Some(Json(signature))),
            ..Default::default()
        }
    }
}
