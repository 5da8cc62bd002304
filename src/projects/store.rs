//! Project expenditures in the database.

use jixiao_core::kernel::{FiscalYear, ProjectCode, UnitCode};
use sea_orm::Set;

use super::entity::{ActiveModel, Column, Entity, Model};
use super::wire::{ProjectExpenditureInput, ProjectExpenditureView};
use crate::budgets::wire::Amounts;
use crate::db::{Coded, Int, Json, SortColumn};
use crate::evaluations::Part;
use crate::evaluations::part::Owner;
use crate::part_columns;

impl Part for Model {
    part_columns!();
    type Input = ProjectExpenditureInput;
    type View = ProjectExpenditureView;
    type Key = ProjectCode;
    type Siblings = ();
    const COLLECTION: &'static str = "project_expenditures";

    fn place_columns() -> Vec<SortColumn> {
        vec![SortColumn::of((Entity, Column::Code))]
    }

    fn place(&self) -> Vec<serde_json::Value> {
        vec![self.code.0.as_str().into()]
    }

    fn key(&self, (): &()) -> ProjectCode {
        self.code.0.clone()
    }

    fn owner(input: &ProjectExpenditureInput) -> (&UnitCode, FiscalYear) {
        (&input.unit, input.year)
    }

    fn key_of(input: &ProjectExpenditureInput) -> ProjectCode {
        input.code.clone()
    }

    fn key_in(row: &serde_json::Value) -> Option<ProjectCode> {
        row.get("code")?.as_str()?.parse().ok()
    }

    fn sheet(key: &ProjectCode) -> Option<&ProjectCode> {
        Some(key)
    }

    fn row(key: &Self::Key) -> String {
        key.to_string()
    }

    fn input(&self, owner: &impl Owner, (): &()) -> ProjectExpenditureInput {
        let row = self.clone();
        ProjectExpenditureInput {
            unit: owner.unit().clone(),
            year: owner.year(),
            code: row.code.0,
            name: row.name,
            supervising_department: row.supervising_department,
            implementing_unit: row.implementing_unit,
            weight: row.weight.map(|Int(points)| points),
            self_score: row.self_score.map(|Int(points)| points),
            total: Amounts {
                initial: row.initial.map(|Int(amount)| amount),
                annual: row.annual.map(|Int(amount)| amount),
                executed: row.executed.map(|Int(amount)| amount),
            },
            sources: row.sources.0,
            goal_expected: row.goal_expected,
            goal_actual: row.goal_actual,
            deviation_reason: row.deviation_reason,
            reported_total: row.reported_total.map(|Int(points)| points),
            signature: row.signature.map(|Json(signature)| signature).unwrap_or_default(),
        }
    }

    fn view(&self, project: ProjectExpenditureInput) -> ProjectExpenditureView {
        ProjectExpenditureView { project, stamp: self.stamp() }
    }

    fn columns(input: ProjectExpenditureInput, (): &()) -> ActiveModel {
        let ProjectExpenditureInput {
            unit: _,
            year: _,
            code,
            name,
            supervising_department,
            implementing_unit,
            weight,
            self_score,
            total: Amounts { initial, annual, executed },
            sources,
            goal_expected,
            goal_actual,
            deviation_reason,
            reported_total,
            signature,
        } = input;
        ActiveModel {
            code: Set(Coded(code)),
            name: Set(name),
            supervising_department: Set(supervising_department),
            implementing_unit: Set(implementing_unit),
            weight: Set(weight.map(Int)),
            self_score: Set(self_score.map(Int)),
            initial: Set(initial.map(Int)),
            annual: Set(annual.map(Int)),
            executed: Set(executed.map(Int)),
            sources: Set(Json(sources)),
            goal_expected: Set(goal_expected),
            goal_actual: Set(goal_actual),
            deviation_reason: Set(deviation_reason),
            reported_total: Set(reported_total.map(Int)),
            signature: Set(Some(Json(signature))),
            ..Default::default()
        }
    }
}
