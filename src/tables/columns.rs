//! The columns of every collection. `tests/api/tables.rs` holds them against the schemas of the rows.

use super::collection::Collection;
use super::column::{Column, Kind, column, required};
use super::forms::{BASE_DATA, BUDGETS, PROJECT_EXPENDITURES, UNIT, YEAR};
use super::words;

const YEARS: &[Column] = &[
    YEAR,
    column(
        "rule_set",
        "评分规则集",
        "Rule set",
        Kind::Text,
        &["规则集"],
        "名称@版本，如 mof-2020@1；空白为 mof-2020@1",
    ),
    column(
        "deadline",
        "截止日期",
        "Deadline",
        Kind::Date,
        &["报送截止日期"],
        "日期，如 2024-03-31，当日 24 时截止",
    ),
    column(
        "department_review",
        "主管部门审核",
        "Department review",
        Kind::Flag,
        &["是否主管部门审核"],
        "是：先报主管部门审核，再报财政局；空白为否",
    ),
    column("note", "备注", "Note", Kind::Text, &["说明"], "备注"),
];

const UNITS: &[Column] = &[
    required(
        "code",
        "单位编码",
        "Unit code",
        Kind::Code,
        &["预算单位编码", "单位代码", "预算单位代码"],
        "预算单位编码，前面的 0 不能少，如 430611101",
    ),
    required("name", "单位名称", "Unit name", Kind::Text, &["预算单位名称", "预算单位"], "单位全称"),
    column(
        "region_code",
        "行政区划代码",
        "Region code",
        Kind::Code,
        &["行政区划", "区划代码"],
        "行政区划代码（GB/T 2260），2、4 或 6 位数字，如 430611",
    ),
    column(
        "parent_code",
        "主管部门编码",
        "Parent code",
        Kind::Code,
        &["主管部门代码", "上级单位编码"],
        "主管部门的单位编码；没有则空白",
    ),
];

const INDICATORS: &[Column] = &[
    UNIT,
    YEAR,
    column(
        "project",
        "项目编码",
        "Project code",
        Kind::Code,
        &["项目代码"],
        "项目绩效指标填项目编码；部门整体支出的指标留空",
    ),
    required("seq", "序号", "No.", Kind::Integer, &["指标序号", "编号"], "本表内的序号，从 1 起"),
    required("level1", "一级指标", "Level 1", Kind::Text, &["一级"], "如 产出指标、效益指标、满意度指标"),
    required(
        "level2",
        "二级指标",
        "Level 2",
        Kind::Plain,
        &["二级"],
        "如 数量指标、质量指标、时效指标、成本指标",
    ),
    required("name", "三级指标", "Indicator", Kind::Text, &["指标名称", "三级", "指标"], "指标名称"),
    column(
        "target",
        "年度指标值",
        "Target",
        Kind::Text,
        &["指标值", "目标值", "年度目标值"],
        "按表上填写，如 ≥60次、100%、2023年12月",
    ),
    column(
        "actual",
        "实际完成值",
        "Actual",
        Kind::Text,
        &["完成值", "实际值", "实际完成情况"],
        "按表上填写，如 70次",
    ),
    column(
        "weight",
        "分值",
        "Weight",
        Kind::Points,
        &["权重", "指标分值"],
        "只填数字；不单独计分的“其中”行留空",
    ),
    column("self_score", "得分", "Self score", Kind::Points, &["自评得分", "自评分"], "自评得分，只填数字"),
    column(
        "attainment",
        "完成档次",
        "Attainment",
        Kind::Choice(words::ATTAINMENTS),
        &["达成情况"],
        "定性指标的完成档次：达成预期、部分达成、未达成；定量指标留空",
    ),
    column(
        "deviation_reason",
        "偏差原因分析及改进措施",
        "Deviation reason",
        Kind::Text,
        &["偏差原因", "偏差原因分析", "原因分析及改进措施", "未完成原因"],
        "得分低于分值，或完成值明显偏离指标值时填写",
    ),
];

const fn section(
    path: &'static str,
    zh: &'static str,
    en: &'static str,
    also: &'static [&'static str],
) -> Column {
    column(path, zh, en, Kind::Long, also, "自评报告的这一部分，原文照录")
}

const NARRATIVES: &[Column] = &[
    UNIT,
    YEAR,
    section(
        "sections.unit_profile",
        "部门基本情况",
        "Unit profile",
        &["部门（单位）基本情况", "单位基本情况", "unit_profile"],
    ),
    section(
        "sections.general_public_budget",
        "一般公共预算支出情况",
        "General public budget",
        &["general_public_budget"],
    ),
    section(
        "sections.government_fund_budget",
        "政府性基金预算支出情况",
        "Government fund budget",
        &["government_fund_budget"],
    ),
    section(
        "sections.state_capital_budget",
        "国有资本经营预算支出情况",
        "State capital budget",
        &["state_capital_budget"],
    ),
    section(
        "sections.social_insurance_fund_budget",
        "社会保险基金预算支出情况",
        "Social insurance fund budget",
        &["social_insurance_fund_budget"],
    ),
    section("sections.performance", "部门整体支出绩效情况", "Performance", &["绩效情况"]),
    section("sections.problems", "存在的问题及原因分析", "Problems", &["存在的问题", "问题及原因分析"]),
    section("sections.improvements", "下一步改进措施", "Improvements", &["改进措施"]),
    section(
        "sections.use_and_disclosure",
        "自评结果拟应用和公开情况",
        "Use and disclosure",
        &["结果应用和公开情况", "use_and_disclosure"],
    ),
    section("sections.other", "其他需要说明的情况", "Other", &["其他需说明的情况", "其他"]),
];

/// The columns of a collection's table, in the order in which they are printed.
#[must_use]
pub const fn columns(collection: Collection) -> &'static [Column] {
    match collection {
        Collection::Years => YEARS,
        Collection::Units => UNITS,
        Collection::Budgets => BUDGETS,
        Collection::BaseData => BASE_DATA,
        Collection::ProjectExpenditures => PROJECT_EXPENDITURES,
        Collection::Indicators => INDICATORS,
        Collection::Narratives => NARRATIVES,
    }
}
