//! Simulations on the wire.

use jixiao_core::kernel::{FiscalYear, Points, RegionCode, UnitCode};
use jixiao_core::scoring::Grade;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::wire::{PointsText, RegionCodeText, RuleSetText, UnitCodeText, YearNumber};
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
#[derive(Debug, Serialize, ToSchema)]
pub struct SimulatedBand {
    /// 起点（含） where the band begins, points; it ends where the next begins.
    #[schema(value_type = PointsText, example = "90")]
    pub from: Points,
    /// 现表数 sheets in it now.
    #[schema(minimum = 0, example = 12)]
    pub before: u64,
    /// 模拟表数 sheets in it then.
    #[schema(minimum = 0, example = 9)]
    pub after: u64,
}

/// 等级分布 sheets of a grade; null: without one, being incomplete.
#[derive(Debug, Serialize, ToSchema)]
pub struct SimulatedGrade {
    /// 等级 grade.
    #[schema(value_type = Option<GradeWord>, inline, example = "excellent")]
    pub grade: Option<Grade>,
    /// 现表数 sheets that have it now.
    #[schema(minimum = 0, example = 61)]
    pub before: u64,
    /// 模拟表数 sheets that would have it.
    #[schema(minimum = 0, example = 58)]
    pub after: u64,
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
    /// 单位编码 code of the unit.
    #[schema(value_type = UnitCodeText)]
    pub unit_code: UnitCode,
    /// 单位名称 its name.
    #[schema(max_length = 200, example = "中共岳阳市君山区委办公室")]
    pub unit_name: String,
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
    /// 现平均分 mean of the final totals now, points; null where there is none.
    #[schema(value_type = Option<PointsText>, example = "93.12")]
    pub mean_before: Option<Points>,
    /// 模拟平均分 mean of the final totals then, points.
    #[schema(value_type = Option<PointsText>, example = "92.4")]
    pub mean_after: Option<Points>,
    /// 分数段 bands of final totals, from the lowest.
    #[schema(max_items = 20)]
    pub bands: Vec<SimulatedBand>,
    /// 等级分布 how many sheets have which grade.
    #[schema(max_items = 5)]
    pub grades: Vec<SimulatedGrade>,
    /// 等级变化 which grades would change.
    #[schema(max_items = 20)]
    pub grade_changes: Vec<GradeChange>,
    /// 影响最大的表 the twenty sheets that would win or lose most.
    #[schema(max_items = 20)]
    pub most_affected: Vec<AffectedSheet>,
}
