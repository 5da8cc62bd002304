//! Simulations on the wire.

use jixiao_core::kernel::{FiscalYear, Points, RegionCode};
use jixiao_core::scoring::Grade;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::evaluations::wire::UnitName;
use crate::http::wire::{PointsText, RegionCodeText, RuleSetText, YearNumber};
use crate::scores::wire::{GradeWord, SheetWord};

/// What is simulated.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SimulationParams {
    /// 预算年度 fiscal year.
    #[param(value_type = i32, minimum = 1990, maximum = 2100, example = 2023)]
    pub year: FiscalYear,
    /// 行政区划 region: its own units and those of the regions in it.
    #[param(value_type = Option<String>, pattern = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})$", max_length = 6, example = "430611")]
    pub region_code: Option<RegionCode>,
}

/// 分数段 sheets whose final total lies in a band.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TotalBand {
    /// 起点（含） where the band begins, points; it ends where the next begins.
    #[schema(value_type = PointsText, example = "90")]
    pub from: Points,
    /// 表数 sheets in it.
    #[schema(minimum = 0, example = 12)]
    pub sheets: u64,
}

/// 得分分布 how final totals are distributed.
#[derive(Debug, Serialize, ToSchema)]
pub struct TotalDistribution {
    /// 优 excellent.
    #[schema(minimum = 0, example = 61)]
    pub excellent: u64,
    /// 良 good.
    #[schema(minimum = 0, example = 20)]
    pub good: u64,
    /// 中 fair.
    #[schema(minimum = 0, example = 7)]
    pub fair: u64,
    /// 差 poor.
    #[schema(minimum = 0, example = 1)]
    pub poor: u64,
    /// 未定等级 sheets without a grade: incomplete.
    #[schema(minimum = 0, example = 2)]
    pub ungraded: u64,
    /// 平均分 mean of the final totals, points; null where there is none.
    #[schema(value_type = Option<PointsText>, example = "93.12")]
    pub mean: Option<Points>,
    /// 分数段 bands of final totals, from the lowest.
    #[schema(max_items = 20)]
    pub bands: Vec<TotalBand>,
}

/// 等级变化 sheets whose grade would change; null: without a grade.
#[derive(Debug, Serialize, ToSchema)]
pub struct GradeChange {
    /// 现等级 the grade now.
    #[schema(value_type = Option<GradeWord>, inline, example = "excellent")]
    pub from: Option<Grade>,
    /// 模拟等级 the grade then.
    #[schema(value_type = Option<GradeWord>, inline, example = "good")]
    pub to: Option<Grade>,
    /// 表数 sheets.
    #[schema(minimum = 1, example = 3)]
    pub sheets: u64,
}

/// 受影响的表 a sheet and what would become of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AffectedSheet {
    /// 单位 the unit.
    pub unit: UnitName,
    /// 表的种类 department sheet or project sheet.
    #[schema(inline)]
    pub sheet: SheetWord,
    /// 编码 code of the project, or of the unit for its department sheet.
    #[schema(max_length = 32, pattern = "^[A-Za-z0-9-]{1,32}$", example = "P01")]
    pub code: String,
    /// 名称 name of the project, or of the unit.
    #[schema(max_length = 300, example = "信息工作专项经费")]
    pub name: String,
    /// 现最终总分 final total now, points.
    #[schema(value_type = PointsText, example = "98")]
    pub before: Points,
    /// 模拟最终总分 final total then, points.
    #[schema(value_type = PointsText, example = "94.5")]
    pub after: Points,
    /// 差 difference, points: what it would win, or lose (negative).
    #[schema(max_length = 24, pattern = r"^-?[0-9]+(\.[0-9]+)?$", example = "-3.5")]
    pub difference: String,
}

/// 模拟结果 what a rule set would make of a year.
#[derive(Debug, Serialize, ToSchema)]
pub struct Simulation {
    /// 模拟的规则集 the rule set that was tried out.
    #[schema(value_type = RuleSetText)]
    pub rule_set: String,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 行政区划 region; null: all that the caller sees.
    #[schema(value_type = Option<RegionCodeText>)]
    pub region_code: Option<RegionCode>,
    /// 自评数 evaluations that were scored.
    #[schema(minimum = 0, example = 80)]
    pub evaluations: u64,
    /// 表数 sheets that were scored.
    #[schema(minimum = 0, example = 900)]
    pub sheets: u64,
    /// 总分有变的表数 sheets whose final total would change.
    #[schema(minimum = 0, example = 112)]
    pub changed: u64,
    /// 现分布 as it is.
    pub before: TotalDistribution,
    /// 模拟分布 as it would be.
    pub after: TotalDistribution,
    /// 等级变化 which grades would change.
    #[schema(max_items = 20)]
    pub grade_changes: Vec<GradeChange>,
    /// 影响最大的表 the twenty sheets that would win or lose most.
    #[schema(max_items = 20)]
    pub most_affected: Vec<AffectedSheet>,
}
