//! The columns of the three annexes, and what they share.

use super::column::{Column, Entry, Kind, column, required};
use super::words;

const fn entry(name: &'static str, zh: &'static str, en: &'static str, kind: Kind) -> Entry {
    Entry { name, zh, en, kind }
}

pub(super) const UNIT: Column = required(
    "unit",
    "单位编码",
    "Unit code",
    Kind::Code,
    &["预算单位编码", "单位代码", "预算单位代码"],
    "预算单位编码，前面的 0 不能少，如 430611101",
);
pub(super) const YEAR: Column = required(
    "year",
    "预算年度",
    "Fiscal year",
    Kind::Integer,
    &["年度", "年份", "预算年份"],
    "四位年份，如 2023",
);

const INITIAL: Column = column(
    "total.initial",
    "年初预算数",
    "Initial budget",
    Kind::Amount,
    &["年初预算", "年度资金总额年初预算数", "initial"],
    "年度资金总额的年初预算数，只填数字",
);
const ANNUAL: Column = column(
    "total.annual",
    "全年预算数",
    "Annual budget",
    Kind::Amount,
    &["全年预算", "全年预算数（A）", "预算数", "调整后预算数", "年度资金总额全年预算数", "annual"],
    "年度资金总额的全年预算数（年初预算加调整），只填数字",
);
const EXECUTED: Column = column(
    "total.executed",
    "全年执行数",
    "Executed",
    Kind::Amount,
    &["全年执行", "全年执行数（B）", "执行数", "年度资金总额全年执行数"],
    "年度资金总额的全年执行数，只填数字",
);
const EXECUTION_WEIGHT: Column = column(
    "weight",
    "预算执行率分值",
    "Execution weight",
    Kind::Points,
    &["预算执行率的分值", "执行率分值", "分值"],
    "预算执行率一行的分值，一般为 10",
);
const EXECUTION_SCORE: Column = column(
    "self_score",
    "预算执行率自评得分",
    "Execution self score",
    Kind::Points,
    &["预算执行率的自评得分", "预算执行率得分", "执行率得分", "得分"],
    "预算执行率一行的自评得分",
);
const GOAL_EXPECTED: Column = column(
    "goal_expected",
    "年度预期目标",
    "Expected goal",
    Kind::Text,
    &["预期目标", "年度总体目标预期目标"],
    "年度总体目标的预期目标",
);
const GOAL_ACTUAL: Column = column(
    "goal_actual",
    "实际完成情况",
    "Goal as achieved",
    Kind::Text,
    &["年度目标实际完成情况", "年度总体目标实际完成情况", "目标完成情况"],
    "年度总体目标的实际完成情况",
);
const FORM_REASON: Column = column(
    "deviation_reason",
    "执行率或预算调整原因",
    "Reason for execution or adjustment",
    Kind::Text,
    &["执行率或预算调整的原因", "执行率偏低或预算调整的原因", "预算调整原因"],
    "执行率偏低或年中预算调整的原因",
);
const REPORTED_TOTAL: Column = column(
    "reported_total",
    "总分",
    "Reported total",
    Kind::Points,
    &["表上填写的总分", "自评总分", "总得分", "合计得分"],
    "表上填写的自评总分",
);
const FILLED_BY: Column =
    column("signature.filled_by", "填表人", "Filled by", Kind::Text, &["填报人", "经办人"], "填表人姓名");
const FILLED_ON: Column =
    column("signature.filled_on", "填报日期", "Filled on", Kind::Date, &["填表日期"], "日期，如 2024-03-05");
const TELEPHONE: Column = column(
    "signature.telephone",
    "联系电话",
    "Telephone",
    Kind::Text,
    &["电话", "联系方式"],
    "联系电话，如 0730-8123456",
);
const HEAD: Column = column(
    "signature.head",
    "单位负责人",
    "Head of the unit",
    Kind::Text,
    &["单位负责人签字", "负责人"],
    "单位负责人姓名",
);

const fn amounts(what: Entry) -> [Entry; 4] {
    [
        what,
        entry("initial", "年初预算数", "initial", Kind::Amount),
        entry("annual", "全年预算数", "annual", Kind::Amount),
        entry("executed", "全年执行数", "executed", Kind::Amount),
    ]
}
const BUDGET_SOURCES: &[Entry] =
    &amounts(entry("source", "资金来源", "source", Kind::Choice(words::BUDGET_SOURCES)));
const NATURES: &[Entry] = &amounts(entry("nature", "支出性质", "nature", Kind::Choice(words::NATURES)));
const PROJECT_SOURCES: &[Entry] =
    &amounts(entry("source", "资金来源", "source", Kind::Choice(words::PROJECT_SOURCES)));
const EXPENSES: &[Entry] = &[
    entry("item", "经费项目", "item", Kind::Choice(words::EXPENSE_ITEMS)),
    entry("name", "名称", "name", Kind::Text),
    entry("prior_final", "上年决算数", "prior_final", Kind::Amount),
    entry("budget", "本年预算数", "budget", Kind::Amount),
    entry("final", "本年决算数", "final", Kind::Amount),
];
const BUILDINGS: &[Entry] = &[
    entry("name", "项目名称", "name", Kind::Text),
    entry("approved_area", "批复规模", "approved_area", Kind::Area),
    entry("actual_area", "实际规模", "actual_area", Kind::Area),
    entry("budget_investment", "预算投资", "budget_investment", Kind::Amount),
    entry("actual_investment", "实际投资", "actual_investment", Kind::Amount),
];

/// 部门整体支出
pub(super) const BUDGETS: &[Column] = &[
    UNIT,
    YEAR,
    INITIAL,
    ANNUAL,
    EXECUTED,
    EXECUTION_WEIGHT,
    EXECUTION_SCORE,
    column(
        "sources",
        "按收入性质分",
        "By fund source",
        Kind::List(BUDGET_SOURCES),
        &["按收入性质", "收入性质"],
        "每行一项，用竖线分隔：资金来源|年初预算数|全年预算数|全年执行数（万元），如 一般公共预算|1105.56|1013.19|1013.19",
    ),
    column(
        "natures",
        "按支出性质分",
        "By nature",
        Kind::List(NATURES),
        &["按支出性质", "支出性质"],
        "每行一项，用竖线分隔：支出性质|年初预算数|全年预算数|全年执行数（万元），如 基本支出||861.24|861.24",
    ),
    column(
        "basic_detail.personnel",
        "人员经费",
        "Personnel",
        Kind::Amount,
        &["其中：人员经费"],
        "基本支出中的人员经费，只填数字",
    ),
    column(
        "basic_detail.public",
        "公用经费",
        "Public",
        Kind::Amount,
        &["其中：公用经费", "日常公用经费"],
        "基本支出中的公用经费，只填数字",
    ),
    GOAL_EXPECTED,
    GOAL_ACTUAL,
    FORM_REASON,
    REPORTED_TOTAL,
    FILLED_BY,
    FILLED_ON,
    TELEPHONE,
    HEAD,
];

/// 基础数据表
pub(super) const BASE_DATA: &[Column] = &[
    UNIT,
    YEAR,
    column("staff_quota", "编制数", "Staff quota", Kind::Integer, &["编制人数"], "财政供养人员编制数（人）"),
    column(
        "staff_on_duty",
        "在职人数",
        "Staff on duty",
        Kind::Integer,
        &["在职人员数", "实际在职人数"],
        "年末在职人数（人）",
    ),
    column(
        "staff_retired",
        "离退休人数",
        "Retired staff",
        Kind::Integer,
        &["离退休人员数", "退休人数"],
        "离退休人数（人）",
    ),
    column(
        "expenses",
        "经费控制情况",
        "Expenses",
        Kind::List(EXPENSES),
        &["经费控制"],
        "每行一项，用竖线分隔：经费项目|名称|上年决算数|本年预算数|本年决算数（万元），如 三公经费||5.42|5.32|2.14",
    ),
    column(
        "buildings",
        "楼堂馆所控制情况",
        "Buildings",
        Kind::List(BUILDINGS),
        &["楼堂馆所"],
        "每行一项，用竖线分隔：项目名称|批复规模（㎡）|实际规模（㎡）|预算投资（万元）|实际投资（万元）；没有则空白",
    ),
    column(
        "thrift_measures",
        "厉行节约保障措施",
        "Thrift measures",
        Kind::Text,
        &["厉行节约措施"],
        "厉行节约保障措施",
    ),
    FILLED_BY,
    FILLED_ON,
    TELEPHONE,
    HEAD,
];

/// 项目支出
pub(super) const PROJECT_EXPENDITURES: &[Column] = &[
    UNIT,
    YEAR,
    required(
        "code",
        "项目编码",
        "Project code",
        Kind::Code,
        &["项目代码"],
        "项目编码，字母、数字或连字符，如 P01",
    ),
    required("name", "项目名称", "Project name", Kind::Text, &["项目支出名称"], "项目支出名称"),
    column(
        "supervising_department",
        "主管部门",
        "Supervising department",
        Kind::Text,
        &["主管部门名称"],
        "主管部门名称，按表上填写",
    ),
    column(
        "implementing_unit",
        "实施单位",
        "Implementing unit",
        Kind::Text,
        &["项目实施单位", "项目单位"],
        "实施单位名称，按表上填写",
    ),
    INITIAL,
    ANNUAL,
    EXECUTED,
    EXECUTION_WEIGHT,
    EXECUTION_SCORE,
    column(
        "sources",
        "按资金来源分",
        "By fund source",
        Kind::List(PROJECT_SOURCES),
        &["按资金来源", "资金来源"],
        "每行一项，用竖线分隔：资金来源|年初预算数|全年预算数|全年执行数（万元），如 当年财政拨款|373|373|373",
    ),
    GOAL_EXPECTED,
    GOAL_ACTUAL,
    FORM_REASON,
    REPORTED_TOTAL,
    FILLED_BY,
    FILLED_ON,
    TELEPHONE,
    HEAD,
];
