//! Scores on the wire.

use jixiao_core::kernel::{FiscalYear, Money, Points, ProjectCode, Ratio, RegionCode, UnitCode};
use jixiao_core::scoring::{BlockName, Grade};
use jixiao_core::workflow::Stage;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ratios::BaseRatioView;
use super::step_wire::ScoreStep;
use crate::evaluations::wire::{StageWord, UnitName};
use crate::http::wire::{Amount, PointsText, RatioText, RuleSetText, Timestamp, YearNumber};
use crate::list_params;
use crate::tables::FileFormat;

/// `excellent` 优, `good` 良, `fair` 中, `poor` 差.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum GradeWord {
    /// 优
    Excellent,
    /// 良
    Good,
    /// 中
    Fair,
    /// 差
    Poor,
}

/// 提示 something remarkable, with the numbers in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlagView {
    /// 代码 stable code.
    #[schema(max_length = 50, example = "over_achieved")]
    pub code: String,
    /// 说明 words in the language asked for.
    #[schema(max_length = 1000, example = "超出目标 66.7%")]
    pub text: String,
}

/// 预算执行率一行 the execution row of a sheet.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExecutionScoreView {
    /// 年初预算数 initial amount, 万元.
    #[schema(value_type = Option<Amount>, example = "1105.56")]
    pub initial: Option<Money>,
    /// 全年预算数 annual amount, 万元.
    #[schema(value_type = Option<Amount>)]
    pub annual: Option<Money>,
    /// 全年执行数 executed amount, 万元.
    #[schema(value_type = Option<Amount>)]
    pub executed: Option<Money>,
    /// 预算执行率 execution rate: executed ÷ annual.
    #[schema(value_type = Option<RatioText>)]
    pub rate: Option<Ratio>,
    /// 分值 weight, points.
    #[schema(value_type = Option<PointsText>)]
    pub weight: Option<Points>,
    /// 自评得分 self score, points.
    #[schema(value_type = Option<PointsText>)]
    pub self_score: Option<Points>,
    /// 规则计算得分 computed score, points.
    #[schema(value_type = Option<PointsText>)]
    pub computed_score: Option<Points>,
    /// 复核得分 reviewed score, points.
    #[schema(value_type = Option<PointsText>, example = json!(null))]
    pub reviewed_score: Option<Points>,
    /// 最终得分 final score, points.
    #[schema(value_type = Option<PointsText>)]
    pub final_score: Option<Points>,
    /// 提示 what is remarkable about it.
    #[schema(max_items = 50)]
    pub flags: Vec<FlagView>,
    /// 说明 why it got this score, with the numbers.
    #[schema(max_length = 2000, example = "执行率 100%，得 10 分")]
    pub explanation: String,
}

/// 分块小计 the sums of one block.
#[derive(Debug, Serialize, ToSchema)]
pub struct BlockScoreView {
    /// 分块 which block: `execution` 预算执行, `output` 产出, `benefit` 效益, `satisfaction` 满意度, `cost` 成本, `other` 其他,
    /// or one that the rule set declares as its own.
    #[schema(value_type = String, pattern = "^[a-z][a-z0-9_]{0,31}$", max_length = 32, example = "output")]
    pub block: BlockName,
    /// 分值 weight, points.
    #[schema(value_type = Option<PointsText>, example = "50")]
    pub weight: Option<Points>,
    /// 自评得分 self score, points.
    #[schema(value_type = Option<PointsText>, example = "50")]
    pub self_score: Option<Points>,
    /// 规则计算得分 computed score, points.
    #[schema(value_type = Option<PointsText>, example = "50")]
    pub computed_score: Option<Points>,
    /// 复核得分 reviewed score, points.
    #[schema(value_type = Option<PointsText>, example = json!(null))]
    pub reviewed_score: Option<Points>,
    /// 最终得分 final score, points.
    #[schema(value_type = Option<PointsText>, example = "50")]
    pub final_score: Option<Points>,
}

/// 一个指标的得分 a scored indicator.
#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorScoreView {
    /// 序号 place in its sheet.
    #[schema(minimum = 1, maximum = 9999, example = 3)]
    pub seq: i32,
    /// 一级指标 level-1 category, as written.
    #[schema(max_length = 100, example = "产出指标")]
    pub level1: String,
    /// 二级指标 level-2 category, as written.
    #[schema(max_length = 100, example = "数量指标")]
    pub level2: String,
    /// 三级指标 name of the indicator, as written.
    #[schema(max_length = 500, example = "督促检查")]
    pub name: String,
    /// 年度指标值 target, as written.
    #[schema(max_length = 1000, example = "≥60次")]
    pub target: Option<String>,
    /// 实际完成值 actual, as written.
    #[schema(max_length = 1000, example = "70次")]
    pub actual: Option<String>,
    /// 分值 weight, points.
    #[schema(value_type = Option<PointsText>, example = "5")]
    pub weight: Option<Points>,
    /// 自评得分 self score, points.
    #[schema(value_type = Option<PointsText>, example = "5")]
    pub self_score: Option<Points>,
    /// 规则计算得分 computed score, points; null where no rule decides.
    #[schema(value_type = Option<PointsText>, example = "5")]
    pub computed_score: Option<Points>,
    /// 复核得分 reviewed score, points.
    #[schema(value_type = Option<PointsText>, example = json!(null))]
    pub reviewed_score: Option<Points>,
    /// 最终得分 final score, points.
    #[schema(value_type = Option<PointsText>, example = "5")]
    pub final_score: Option<Points>,
    /// 评分规则 rule that was applied, as a stable code.
    #[schema(max_length = 50, example = "at_least")]
    pub rule: String,
    /// 提示 what is remarkable about it.
    #[schema(max_items = 50)]
    pub flags: Vec<FlagView>,
    /// 说明 why it got this score, with the numbers.
    #[schema(max_length = 2000, example = "实际 70次 ≥ 目标 60次，得满分 5")]
    pub explanation: String,
    /// 偏差原因 deviation reason, as written.
    #[schema(max_length = 5000, example = json!(null))]
    pub deviation_reason: Option<String>,
}

/// 一张绩效表的得分 a scored sheet.
#[derive(Debug, Serialize, ToSchema)]
pub struct SheetScore {
    /// 编码 code of the project, or of the unit for its department sheet.
    #[schema(max_length = 32, pattern = "^[A-Za-z0-9-]{1,32}$", example = "430611101")]
    pub code: String,
    /// 名称 name of the project, or of the unit.
    #[schema(max_length = 300, example = "中共岳阳市君山区委办公室")]
    pub name: String,
    /// 自评总分 self total, points.
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub self_total: Option<Points>,
    /// 规则计算总分 computed total, points.
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub computed_total: Option<Points>,
    /// 复核总分 reviewed total, points; null until something was reviewed.
    #[schema(value_type = Option<PointsText>, example = json!(null))]
    pub reviewed_total: Option<Points>,
    /// 最终总分 final total, points.
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub final_total: Option<Points>,
    /// 表上填写的总分 total as printed on the form, points.
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub reported_total: Option<Points>,
    /// 等级 grade of the final total; null while incomplete.
    #[schema(value_type = Option<GradeWord>)]
    pub grade: Option<Grade>,
    /// 是否完整 whether everything that must be scored is, and the weights sum to 100.
    pub complete: bool,
    /// 提示 what is remarkable about the sheet.
    #[schema(max_items = 100)]
    pub flags: Vec<FlagView>,
    /// 预算执行率 the execution row.
    pub execution: ExecutionScoreView,
    /// 分块小计 sums by block.
    #[schema(max_items = 20)]
    pub blocks: Vec<BlockScoreView>,
    /// 指标 the indicators.
    #[schema(max_items = 5000)]
    pub indicators: Vec<IndicatorScoreView>,
    /// 基础数据比率 ratios of the base data; none on a project's sheet.
    #[schema(max_items = 50, inline)]
    pub ratios: Vec<BaseRatioView>,
    /// 推导过程 how the final total came about, each step before those below it; null unless `explain=true` asks for it.
    #[schema(max_items = 50_000)]
    pub derivation: Option<Vec<ScoreStep>>,
}

/// 一个单位某年度的得分 the scores of a unit's year, each point explained.
#[derive(Debug, Serialize, ToSchema)]
pub struct Scores {
    /// 单位 the unit.
    #[schema(inline)]
    pub unit: UnitName,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 阶段 stage.
    #[schema(value_type = StageWord, inline)]
    pub stage: Stage,
    /// 是否暂定 whether the scores can still change: true until the bureau has approved.
    pub provisional: bool,
    /// 评分规则集 rule set they were scored by.
    #[schema(value_type = RuleSetText)]
    pub rule_set: String,
    /// 部门整体支出 the department sheet; null if there is none.
    pub department: Option<SheetScore>,
    /// 项目支出 a sheet for each project.
    #[schema(max_items = 500)]
    pub projects: Vec<SheetScore>,
}

/// `department` 部门整体支出, `project` 项目支出.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Ord, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SheetWord {
    /// 部门整体支出
    Department,
    /// 项目支出
    Project,
}

/// 一张表的总分 the totals of one sheet.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScoreRow {
    /// 单位 the unit.
    #[schema(inline)]
    pub unit: UnitName,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 阶段 stage.
    #[schema(value_type = StageWord, inline)]
    pub stage: Stage,
    /// 是否暂定 whether the scores can still change: true until the bureau has approved.
    pub provisional: bool,
    /// 评分规则集 rule set they were scored by.
    #[schema(value_type = RuleSetText)]
    pub rule_set: String,
    /// 表的种类 department sheet or project sheet.
    #[schema(inline)]
    pub sheet: SheetWord,
    /// 编码 code of the project, or of the unit for its department sheet.
    #[schema(max_length = 32, pattern = "^[A-Za-z0-9-]{1,32}$", example = "430611101")]
    pub code: String,
    /// 名称 name of the project, or of the unit.
    #[schema(max_length = 300, example = "中共岳阳市君山区委办公室")]
    pub name: String,
    /// 预算执行率 execution rate.
    #[schema(value_type = Option<RatioText>)]
    pub execution_rate: Option<Ratio>,
    /// 自评总分 self total, points.
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub self_total: Option<Points>,
    /// 规则计算总分 computed total, points.
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub computed_total: Option<Points>,
    /// 复核总分 reviewed total, points; null until something was reviewed.
    #[schema(value_type = Option<PointsText>, example = json!(null))]
    pub reviewed_total: Option<Points>,
    /// 最终总分 final total, points.
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub final_total: Option<Points>,
    /// 表上填写的总分 total as printed on the form, points.
    #[schema(value_type = Option<PointsText>, example = "99")]
    pub reported_total: Option<Points>,
    /// 等级 grade of the final total; null while incomplete.
    #[schema(value_type = Option<GradeWord>)]
    pub grade: Option<Grade>,
    /// 是否完整 whether everything that must be scored is.
    pub complete: bool,
    /// 最后修改时间 when the form was last changed, UTC.
    pub updated_at: Timestamp,
}

/// 一页总分 a page of sheet totals.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScoreList {
    /// 总分 the sheets of this page.
    #[schema(max_items = 500)]
    pub items: Vec<ScoreRow>,
    /// 下一页游标 cursor of the next page; null on the last.
    #[schema(max_length = 1000)]
    pub next_cursor: Option<String>,
    /// 总数 all sheets that match, if it was asked for.
    #[schema(minimum = 0)]
    pub total: Option<u64>,
}

/// Order of sheet totals.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub enum ScoreSort {
    /// By unit, year, and project.
    #[default]
    #[serde(rename = "unit")]
    Unit,
    /// By unit, year, and project, downwards.
    #[serde(rename = "-unit")]
    UnitDown,
    /// By final total, lowest first.
    #[serde(rename = "final_total")]
    FinalTotal,
    /// By final total, highest first.
    #[serde(rename = "-final_total")]
    FinalTotalDown,
}

list_params! {
    /// Filters of sheet totals.
    ScoreParams, sort: ScoreSort,
    /// 单位编码 unit.
    #[param(value_type = Option<String>, pattern = r"^[A-Za-z0-9-]{1,32}$", max_length = 32, example = "430611101")]
    unit: Option<UnitCode>,
    /// 预算年度 fiscal year.
    #[param(value_type = Option<i32>, minimum = 1990, maximum = 2100, example = 2023)]
    year: Option<FiscalYear>,
    /// 行政区划 region: its own units and those of the regions in it.
    #[param(value_type = Option<String>, pattern = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})$", max_length = 6, example = "430611")]
    region_code: Option<RegionCode>,
    /// 阶段 stage.
    #[param(value_type = Option<StageWord>, inline)]
    stage: Option<Stage>,
    /// 表的种类 department sheets or project sheets.
    #[param(inline)]
    sheet: Option<SheetWord>,
    /// 项目编码 project.
    #[param(value_type = Option<String>, pattern = r"^[A-Za-z0-9-]{1,32}$", max_length = 32, example = "P01")]
    project: Option<ProjectCode>,
    /// 等级 grade.
    #[param(value_type = Option<GradeWord>, inline)]
    grade: Option<Grade>,
    /// 导出格式 the whole list as a file, instead of a page of JSON; `Accept` does the same. Without `limit` it has every row.
    #[param(inline)]
    format: Option<FileFormat>,
}
