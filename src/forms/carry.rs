//! Carry-forward: the form of a year before as the beginning of this year's. What is asked for comes along; what was
//! done, spent, claimed and explained does not.

use actix_web::{post, web};
use jixiao_core::kernel::{FiscalYear, UnitCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::store;
use super::wire::UnitForm;
use crate::budgets::wire::{Amounts, BasicDetail, BudgetInput, Signature};
use crate::db::Db;
use crate::evaluations::store as evaluations;
use crate::http::permission::WriteForms;
use crate::http::wire::{UnitCodeText, YearNumber};
use crate::http::{ApiError, Caller, Created, ErrorCode, FieldError, Once, Repeatable, etag};
use crate::indicators::wire::IndicatorInput;
use crate::projects::wire::ProjectExpenditureInput;

/// The address of a unit's year, and the year that it begins from.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CarryPath {
    /// 单位编码 code of the unit.
    #[param(inline, value_type = UnitCodeText, example = "430611101")]
    pub unit: UnitCode,
    /// 预算年度 fiscal year.
    #[param(inline, value_type = YearNumber, example = 2024)]
    pub year: FiscalYear,
    /// 以往年度 the year to begin from, before that one.
    #[param(inline, value_type = YearNumber, example = 2023)]
    pub prior: FiscalYear,
}

/// 带入结果 what was brought along; the form itself is at `Location`.
#[derive(Debug, Serialize, ToSchema)]
pub struct CarriedForm {
    /// 单位编码 code of the unit.
    #[schema(value_type = UnitCodeText)]
    pub unit: UnitCode,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber, example = 2024)]
    pub year: FiscalYear,
    /// 以往年度 the year it began from.
    #[schema(value_type = YearNumber)]
    pub prior: FiscalYear,
    /// 部门整体目标 department sheets with their expected goals.
    #[schema(minimum = 0, example = 1)]
    pub goals: usize,
    /// 项目 projects with theirs.
    #[schema(minimum = 0, example = 1)]
    pub projects: usize,
    /// 指标 indicators.
    #[schema(minimum = 0, example = 23)]
    pub indicators: usize,
}

/// Begin a form from a prior year
///
/// 以往年的自评表为底稿：带入指标（一级、二级、名称、目标值、分值）、预期目标、项目编码和名称；不带实际值、得分、金额、原因、
/// 报告和签章。本年度已有任何内容的不覆盖（409）。照搬的文字会在审核中提示。
#[utoipa::path(
    tag = "forms",
    operation_id = "carryForm",
    params(CarryPath),
    security(("oauth2" = ["forms:write"]))
)]
#[post("/evaluations/{unit}/{year}/copy-from/{prior}")]
pub async fn post(
    caller: Caller<WriteForms>,
    path: web::Path<CarryPath>,
    once: Once,
    db: web::Data<Db>,
) -> Result<Repeatable<Created<CarriedForm>>, ApiError> {
    let CarryPath { unit, year, prior } = path.into_inner();
    let mut work = db.begin(caller.principal()).await?;
    if let Some(reply) = once.replay(&work).await? {
        return Ok(reply);
    }
    let evaluation = evaluations::open(&mut work, caller.principal(), &unit, year).await??;
    if prior >= year {
        return Err(ApiError::invalid(vec![FieldError::new(
            "/prior",
            "not_before",
            format!("只能从 {year} 年以前的年度带入"),
            format!("Only a year before {year} can be carried forward"),
        )]));
    }
    let (current, _, _) = store::load(work.conn(), &evaluation).await?;
    if current != UnitForm::default() {
        return Err(ApiError::new(ErrorCode::AlreadyExists).detail(
            format!("{year} 年度的自评表已有内容，不会被覆盖；要从 {prior} 年带入，请先删除整套自评表"),
            format!("The form of {year} has rows and is not overwritten; to begin from {prior}, remove the form first"),
        ));
    }
    let before = evaluations::find(work.conn(), &caller.reading(), &unit, prior).await?;
    let before = before.ok_or_else(ApiError::no_form)?;
    let (form, _, _) = store::load(work.conn(), &before).await?;
    let form = carried(form, year);
    let body = CarriedForm {
        unit: unit.clone(),
        year,
        prior,
        goals: form.budgets.len(),
        projects: form.project_expenditures.len(),
        indicators: form.indicators.len(),
    };
    store::replace(&mut work, &evaluation, form).await?;
    work.touch_evaluation(evaluation.id);
    let location = format!("/api/v1/forms/{unit}/{year}");
    let etag = etag(evaluation.id, evaluation.version + 1);
    once.commit(work, Created { body, etag, location }).await
}

/// What is asked for in a form, for another year.
fn carried(form: UnitForm, year: FiscalYear) -> UnitForm {
    let UnitForm { budgets, base_data: _, project_expenditures, indicators, narratives: _ } = form;
    UnitForm {
        budgets: budgets.into_iter().map(|budget| carried_budget(budget, year)).collect(),
        project_expenditures: project_expenditures
            .into_iter()
            .map(|project| carried_project(project, year))
            .collect(),
        indicators: indicators.into_iter().map(|row| carried_indicator(row, year)).collect(),
        ..UnitForm::default()
    }
}

fn carried_budget(budget: BudgetInput, year: FiscalYear) -> BudgetInput {
    BudgetInput {
        year,
        self_score: None,
        total: Amounts::default(),
        sources: Vec::new(),
        natures: Vec::new(),
        basic_detail: BasicDetail::default(),
        goal_actual: None,
        deviation_reason: None,
        reported_total: None,
        signature: Signature::default(),
        ..budget
    }
}

fn carried_project(project: ProjectExpenditureInput, year: FiscalYear) -> ProjectExpenditureInput {
    ProjectExpenditureInput {
        year,
        self_score: None,
        total: Amounts::default(),
        sources: Vec::new(),
        goal_actual: None,
        deviation_reason: None,
        reported_total: None,
        signature: Signature::default(),
        ..project
    }
}

fn carried_indicator(row: IndicatorInput, year: FiscalYear) -> IndicatorInput {
    IndicatorInput { year, actual: None, self_score: None, attainment: None, deviation_reason: None, ..row }
}
