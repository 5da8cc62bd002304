//! Totals of sheets as a table.

use crate::tables::Grid;
use crate::tables::column::{Column, Kind, Word, column, required};

const fn word(wire: &'static str, zh: &'static str, en: &'static str) -> Word {
    Word { wire, zh, en, also: &[] }
}

/// 表的种类
pub const SHEETS: &[Word] =
    &[word("department", "部门整体支出", "Department"), word("project", "项目支出", "Project")];
/// 等级
pub const GRADES: &[Word] = &[
    word("excellent", "优", "Excellent"),
    word("good", "良", "Good"),
    word("fair", "中", "Fair"),
    word("poor", "差", "Poor"),
];
/// 阶段
pub const STAGES: &[Word] = &[
    word("draft", "填报中", "Draft"),
    word("department_review", "主管部门审核中", "Department review"),
    word("submitted", "已提交", "Submitted"),
    word("returned", "已退回", "Returned"),
    word("approved", "已通过", "Approved"),
    word("published", "已公开", "Published"),
];

/// A column of totals, points.
#[must_use]
pub const fn total(path: &'static str, zh: &'static str, en: &'static str) -> Column {
    column(path, zh, en, Kind::Points, &[], "")
}

/// 单位编码
pub const UNIT_CODE: Column = required("unit.code", "单位编码", "Unit code", Kind::Code, &[], "");
/// 单位名称
pub const UNIT_NAME: Column = required("unit.name", "单位名称", "Unit name", Kind::Text, &[], "");
/// 阶段
pub const STAGE: Column = required("stage", "阶段", "Stage", Kind::Choice(STAGES), &[], "");
/// 表的种类
pub const SHEET: Column = required("sheet", "表的种类", "Sheet", Kind::Choice(SHEETS), &[], "");
/// 编码 of the project, or of the unit.
pub const CODE: Column = required("code", "编码", "Code", Kind::Code, &[], "");
/// 名称 of the project, or of the unit.
pub const NAME: Column = required("name", "名称", "Name", Kind::Text, &[], "");
/// 预算执行率, 1 = 100 %.
pub const EXECUTION_RATE: Column =
    column("execution_rate", "预算执行率", "Execution rate", Kind::Text, &[], "");
/// 等级
pub const GRADE: Column = column("grade", "等级", "Grade", Kind::Choice(GRADES), &[], "");
/// 是否完整
pub const COMPLETE: Column = required("complete", "是否完整", "Complete", Kind::Flag, &[], "");

/// What [`super::wire::ScoreRow`] says, column by column.
pub const SCORES: Grid = Grid {
    name: "scores",
    zh: "得分",
    en: "Scores",
    columns: &[
        UNIT_CODE,
        UNIT_NAME,
        required("year", "预算年度", "Fiscal year", Kind::Integer, &[], ""),
        STAGE,
        required("provisional", "是否暂定", "Provisional", Kind::Flag, &[], ""),
        required("rule_set", "评分规则集", "Rule set", Kind::Text, &[], ""),
        SHEET,
        CODE,
        NAME,
        EXECUTION_RATE,
        total("self_total", "自评总分", "Self total"),
        total("computed_total", "规则计算总分", "Computed total"),
        total("reviewed_total", "复核总分", "Reviewed total"),
        total("final_total", "最终总分", "Final total"),
        total("reported_total", "表上填写的总分", "Reported total"),
        GRADE,
        COMPLETE,
        required("updated_at", "最后修改时间", "Last changed", Kind::Text, &[], ""),
    ],
};
