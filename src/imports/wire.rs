//! Imports on the wire.

use jixiao_core::checks::Severity;
use jixiao_core::kernel::{FiscalYear, UnitCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::run::Strategy;
use crate::base_data::wire::BaseDataInput;
use crate::budgets::wire::BudgetInput;
use crate::http::wire::{UnitCodeText, YearNumber};
use crate::indicators::wire::IndicatorInput;
use crate::narratives::wire::NarrativeInput;
use crate::projects::wire::ProjectExpenditureInput;
use crate::tables::{AmountUnit, Collection};
use crate::units::wire::UnitInput;
use crate::years::wire::YearInput;

/// `wan_yuan` 万元, `yuan` 元.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AmountUnitWord {
    /// 万元
    WanYuan,
    /// 元
    Yuan,
}

/// `years` 年度, `units` 单位, `budgets` 部门整体支出, `base_data` 基础数据表, `project_expenditures` 项目支出,
/// `indicators` 绩效指标, `narratives` 报告正文.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CollectionWord {
    /// 预算年度
    Years,
    /// 预算单位
    Units,
    /// 部门整体支出
    Budgets,
    /// 基础数据表
    BaseData,
    /// 项目支出
    ProjectExpenditures,
    /// 绩效指标
    Indicators,
    /// 自评报告正文
    Narratives,
}

impl From<CollectionWord> for Collection {
    fn from(word: CollectionWord) -> Self {
        match word {
            CollectionWord::Years => Self::Years,
            CollectionWord::Units => Self::Units,
            CollectionWord::Budgets => Self::Budgets,
            CollectionWord::BaseData => Self::BaseData,
            CollectionWord::ProjectExpenditures => Self::ProjectExpenditures,
            CollectionWord::Indicators => Self::Indicators,
            CollectionWord::Narratives => Self::Narratives,
        }
    }
}

impl From<AmountUnitWord> for AmountUnit {
    fn from(word: AmountUnitWord) -> Self {
        match word {
            AmountUnitWord::WanYuan => Self::WanYuan,
            AmountUnitWord::Yuan => Self::Yuan,
        }
    }
}

/// `submitted` 已提交, `approved` 已通过.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LaterStage {
    /// 已提交
    Submitted,
    /// 已通过
    Approved,
}

/// 导入包 a bundle: rows of any number of units and years.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Bundle {
    /// 说明 notes of the sender, at most 16 KiB, kept with the import's record and otherwise ignored.
    #[serde(default)]
    #[schema(value_type = Option<Object>, example = json!({"source": "county-office"}))]
    pub meta: Option<Value>,
    /// 金额单位 unit of the amounts; 万元 if it is not given.
    #[serde(default)]
    #[schema(inline)]
    pub amount_unit: Option<AmountUnitWord>,
    /// 预算年度 years; only an administrator may change them.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub years: Vec<YearInput>,
    /// 预算单位 units; only an administrator may change them.
    #[serde(default)]
    #[schema(max_items = 20000)]
    pub units: Vec<UnitInput>,
    /// 部门整体支出 department expenditures.
    #[serde(default)]
    #[schema(max_items = 20000)]
    pub budgets: Vec<BudgetInput>,
    /// 基础数据表 base data.
    #[serde(default)]
    #[schema(max_items = 20000)]
    pub base_data: Vec<BaseDataInput>,
    /// 项目支出 project expenditures.
    #[serde(default)]
    #[schema(max_items = 50000)]
    pub project_expenditures: Vec<ProjectExpenditureInput>,
    /// 绩效指标 indicators.
    #[serde(default)]
    #[schema(max_items = 100_000)]
    pub indicators: Vec<IndicatorInput>,
    /// 自评报告正文 written reports.
    #[serde(default)]
    #[schema(max_items = 20000)]
    pub narratives: Vec<NarrativeInput>,
}

/// NDJSON: a row of the bundle on each line, with its `collection`.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, max_length = 20_971_520,
    example = "{\"collection\":\"indicators\",\"unit\":\"430611101\",\"year\":2023,\"seq\":3,\"weight\":\"5\"}")]
pub struct RowLines(());

/// CSV of one collection with a header, in UTF-8, UTF-16 or GB18030; commas, semicolons or tabs.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, max_length = 20_971_520, example = "单位编码,预算年度,序号,分值（分）\n430611101,2023,3,5")]
pub struct CsvText(());

/// XLSX: a sheet for each collection, named after it.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary, max_length = 20_971_520)]
pub struct WorkbookFile(());

/// 多个文件 several files of any of the formats, told by their names.
#[derive(Debug, ToSchema)]
pub struct ImportForm {
    /// 文件 the files.
    #[schema(value_type = Vec<String>, format = Binary, max_items = 50)]
    pub files: Vec<String>,
}

/// `validate` 只检查不写入, `commit` 写入.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModeWord {
    /// 只检查
    Validate,
    /// 写入
    Commit,
}

/// `upsert` 新建或更新, `create` 只新建, `update` 只更新, `replace` 使所涉各表与文件一致.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StrategyWord {
    /// 新建或更新，不删除
    #[default]
    Upsert,
    /// 只新建：已有的行为错误
    Create,
    /// 只更新：没有的行为错误
    Update,
    /// 使所涉各表与文件一致：文件未提及的行删除
    Replace,
}

impl From<StrategyWord> for Strategy {
    fn from(word: StrategyWord) -> Self {
        match word {
            StrategyWord::Upsert => Self::Upsert,
            StrategyWord::Create => Self::Create,
            StrategyWord::Update => Self::Update,
            StrategyWord::Replace => Self::Replace,
        }
    }
}

fn yes() -> bool {
    true
}

/// How to import.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportParams {
    /// 导入方式 `validate` does everything that `commit` does, and writes nothing.
    #[param(inline, example = "validate")]
    pub mode: ModeWord,
    /// 写入策略 what rows are for; `upsert` if it is not given, which removes nothing. `create`: a row that is there already is an
    /// error; `update`: one that is not. `replace`: each sheet that the file touches (unit, year, project or none) becomes equal to
    /// the file in the kinds of rows that the file has: fields that a row leaves out are emptied, rows that the file does not have
    /// go, projects excepted. A sheet with a row that is wrong loses nothing.
    #[param(inline, example = "upsert")]
    #[serde(default)]
    pub strategy: StrategyWord,
    /// 全部或不写 all rows or none, if it is not given; `false` writes the good rows, and what needs a wrong one fails with it.
    #[param(required = false, example = true)]
    #[serde(default = "yes")]
    pub atomic: bool,
    /// 导入阶段 imports historical evaluations at this later stage; administrators only. What the checks find is kept, not enforced.
    /// With `atomic=false`, one of which a row is wrong stays a draft.
    #[param(inline)]
    pub stage: Option<LaterStage>,
    /// 数据类别 collection of rows that name none: CSV, NDJSON, a workbook with one sheet.
    #[param(inline, example = "indicators")]
    pub collection: Option<CollectionWord>,
    /// 金额单位 unit of the amounts where the file does not say it; 万元 if it is not given.
    #[param(inline)]
    pub amount_unit: Option<AmountUnitWord>,
}

/// 各行结果 what became of the rows.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportCounts {
    /// 总行数 rows in the file.
    #[schema(example = 28)]
    pub total: usize,
    /// 新建 rows that were made.
    #[schema(example = 28)]
    pub created: usize,
    /// 更新 rows that were changed.
    #[schema(example = 0)]
    pub updated: usize,
    /// 未变 rows that said the same already.
    #[schema(example = 0)]
    pub unchanged: usize,
    /// 有误 rows with an error.
    #[schema(example = 0)]
    pub failed: usize,
    /// 文件未提及 stored rows of the touched sheets that the file did not have and that stay.
    #[schema(example = 0)]
    pub not_in_file: usize,
    /// 删除 stored rows of the touched sheets that the file did not have and that went, by `strategy=replace`.
    #[schema(example = 0)]
    pub removed: usize,
}

/// 导入结果 an import that went well, or with `atomic=false` in part.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportReport {
    /// 导入编号 id of the import's record; null when nothing was written.
    #[schema(pattern = "^[1-9][0-9]{0,18}$", max_length = 19, example = "1")]
    pub import_id: Option<String>,
    /// 导入方式 whether it was written.
    #[schema(inline)]
    pub mode: ModeWord,
    /// 写入策略 what rows were for.
    #[schema(inline)]
    pub strategy: StrategyWord,
    /// 各行结果 what became of the rows.
    pub counts: ImportCounts,
    /// 错误总数 how many errors there are in all.
    #[schema(example = 0)]
    pub errors_total: usize,
    /// 逐行错误 every error of rows that were not taken, at most 1,000; empty unless the answer is 207. `Accept: text/csv`
    /// answers a 207 with the file that was sent, with a column of errors.
    #[schema(max_items = 1000)]
    pub errors: Vec<ImportErrorView>,
    /// 勾稽审核 `mode=validate`: what the checks find in each form as it would be; it stands in the way of submitting, not of importing.
    #[schema(max_items = 1000)]
    pub forms: Vec<ImportedForm>,
}

/// 一套自评表的审核 what the checks find in a form.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedForm {
    /// 单位编码 unit.
    #[schema(value_type = UnitCodeText)]
    pub unit: UnitCode,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 必须修改 how many findings must be mended.
    #[schema(example = 3)]
    pub block: usize,
    /// 须说明 how many must be explained.
    #[schema(example = 5)]
    pub explain: usize,
    /// 提示 how many are only shown.
    #[schema(example = 12)]
    pub note: usize,
    /// 前 20 项须处理的问题 the first twenty that must be mended or explained, in words.
    #[schema(max_items = 20)]
    pub findings: Vec<ImportFinding>,
}

/// 一项问题 a finding of the file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportFinding {
    /// 标识 check and place, as findings have it.
    #[schema(max_length = 300, example = "budget_changed:budgets::total.annual")]
    pub id: String,
    /// 级别 `block` must be mended, `explain` explained.
    #[schema(value_type = String, max_length = 10, example = "explain")]
    pub severity: Severity,
    /// 说明 what is wrong.
    #[schema(max_length = 2000, example = "年初预算 1105.56 万元，全年预算 1013.19 万元，须说明原因")]
    pub text: String,
    /// 处理建议 what to do about it.
    #[schema(max_length = 500, example = "说明追加或追减的原因和文号")]
    pub hint: String,
}

/// 一行错误 an error of one row.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportErrorView {
    /// 文件 name of the file; null where there is one without a name.
    #[schema(max_length = 200, example = "指标.xlsx")]
    pub file: Option<String>,
    /// 工作表 sheet of the workbook.
    #[schema(max_length = 200, example = "绩效指标")]
    pub sheet: Option<String>,
    /// 数据类别 collection of the row; empty for the bundle itself.
    #[schema(max_length = 50, example = "indicators")]
    pub collection: String,
    /// 行号 number of the row as the file shows it: the header of a table is row 1, an NDJSON line counts as such, a bundle's
    /// rows from 1 in their collection; 0: the file as a whole.
    #[schema(example = 3)]
    pub row: usize,
    /// 主键 key of the row, as far as it can be told.
    #[schema(max_length = 200, example = "430611101/2023/3")]
    pub key: String,
    /// 位置 JSON pointer into the bundle.
    #[schema(max_length = 500, example = "/indicators/2/weight")]
    pub pointer: String,
    /// 列 header of the column, as the file has it.
    #[schema(max_length = 200, example = "分值（分）")]
    pub column: Option<String>,
    /// 代码 stable code of what is wrong.
    #[schema(max_length = 50, example = "wrong_form")]
    pub code: String,
    /// 说明 what is wrong and what to do.
    #[schema(max_length = 2000, example = "分值最多 4 位小数")]
    pub detail: String,
    /// 实际值 what was found there, shortened.
    #[schema(value_type = Value)]
    pub found: Option<Value>,
    /// 可能应为 the nearest valid one: a word, a column, a unit, a collection.
    #[schema(max_length = 200, example = json!(null))]
    pub nearest: Option<String>,
}

/// 导入被拒 an import of which nothing was written: a problem document that names every bad row.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportProblem {
    /// 错误类型的说明页 address of a page about this kind of error.
    #[schema(example = "/problems/import_rejected", max_length = 100)]
    pub r#type: String,
    /// 错误名称 what this kind of error is called.
    #[schema(example = "导入未写入任何数据，请按各项提示修改", max_length = 200)]
    pub title: String,
    /// HTTP 状态码 the status of the answer.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    pub status: u16,
    /// 错误代码 stable code of this kind of error.
    #[schema(example = "import_rejected", max_length = 50)]
    pub code: String,
    /// 本次情况说明 this case in particular.
    #[schema(example = "28 行中有 1 行有误", max_length = 2000)]
    pub detail: String,
    /// 请求地址 path of the request.
    #[schema(example = "/api/v1/imports", max_length = 8192)]
    pub instance: String,
    /// 请求编号 id of the request.
    #[schema(example = "0199d3a2-6f00-7c4e-9a51-3b8d2c0e4f10", max_length = 64)]
    pub request_id: String,
    /// 错误总数 how many errors there are in all.
    #[schema(example = 1)]
    pub errors_total: usize,
    /// 逐行错误 the first 1,000 errors. `Accept: text/csv` answers with the first 50,000: the file that was sent, with a
    /// column of errors.
    #[schema(max_items = 1000)]
    pub errors: Vec<ImportErrorView>,
    /// 各行结果 what became of the rows.
    pub counts: ImportCounts,
}
