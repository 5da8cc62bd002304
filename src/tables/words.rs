//! The words of closed lists, as people write them.

use super::column::Word;

const fn word(wire: &'static str, zh: &'static str, en: &'static str, also: &'static [&'static str]) -> Word {
    Word { wire, zh, en, also }
}

/// 按收入性质
pub const BUDGET_SOURCES: &[Word] = &[
    word("general_public", "一般公共预算", "General public budget", &["一般公共预算拨款", "公共预算"]),
    word(
        "government_fund",
        "政府性基金",
        "Government fund",
        &["政府性基金预算", "政府性基金预算拨款", "政府性基金拨款"],
    ),
    word("state_capital", "国有资本经营预算", "State capital", &["国有资本经营", "国有资本经营预算拨款"]),
    word("social_insurance_fund", "社会保险基金", "Social insurance fund", &["社会保险基金预算", "社保基金"]),
    word(
        "non_tax_revenue",
        "财政专户管理的非税收入",
        "Non-tax revenue in fiscal accounts",
        &["非税收入", "财政专户管理资金", "纳入专户管理的非税收入拨款", "纳入专户的非税收入"],
    ),
    word("other", "其他资金", "Other", &["其他", "其它资金", "其它"]),
];

/// 按支出性质
pub const NATURES: &[Word] = &[
    word("basic", "基本支出", "Basic", &["其中：基本支出"]),
    word("project", "项目支出", "Project", &["项目经费"]),
];

/// 项目资金来源
pub const PROJECT_SOURCES: &[Word] = &[
    word(
        "current_year_appropriation",
        "当年财政拨款",
        "Current-year appropriation",
        &["其中：当年财政拨款", "财政拨款", "本年财政拨款"],
    ),
    word("carry_over", "上年结转资金", "Carry-over", &["上年结转", "结转资金", "上年结转结余资金"]),
    word("other", "其他资金", "Other", &["其他", "其它资金", "其它"]),
];

/// 经费项目
pub const EXPENSE_ITEMS: &[Word] = &[
    word("three_public", "三公经费", "Three public expenses", &["“三公”经费", "三公"]),
    word(
        "official_vehicles",
        "公务用车购置和维护经费",
        "Official vehicles",
        &["公务用车购置和维护", "公务用车购置及运行维护费", "公务用车"],
    ),
    word(
        "vehicle_purchase",
        "公车购置",
        "Vehicle purchase",
        &["其中：公车购置", "公务用车购置", "公务用车购置费"],
    ),
    word(
        "vehicle_operation",
        "公车运行维护",
        "Vehicle operation",
        &["公务用车运行维护", "公务用车运行维护费", "公车运行"],
    ),
    word(
        "overseas_travel",
        "出国经费",
        "Overseas travel",
        &["因公出国", "因公出国（境）费", "出国（境）经费"],
    ),
    word("official_reception", "公务接待", "Official reception", &["公务接待费", "接待费"]),
    word("project", "项目支出", "Project", &["项目经费"]),
    word("business_operations", "业务工作经费", "Business operations", &["业务工作专项"]),
    word("operation_and_maintenance", "运行维护经费", "Operation and maintenance", &["运行维护专项"]),
    word("special_fund", "专项资金", "Special fund", &["专项"]),
    word("public", "公用经费", "Public", &["日常公用经费"]),
    word("office", "办公经费", "Office", &["其中：办公经费", "办公费"]),
    word(
        "utilities_and_travel",
        "水电差旅费",
        "Utilities and travel",
        &["水费、电费、差旅费", "水费电费差旅费"],
    ),
    word("meetings_and_training", "会议培训费", "Meetings and training", &["会议费、培训费", "会议费培训费"]),
    word("government_procurement", "政府采购", "Government procurement", &["政府采购金额"]),
    word(
        "basic_budget_adjustment",
        "基本支出预算调整",
        "Basic budget adjustment",
        &["部门基本支出预算调整", "部门整体支出预算调整"],
    ),
];

/// 完成档次
pub const ATTAINMENTS: &[Word] = &[
    word("achieved", "达成预期", "Achieved", &["达成", "达成预期指标", "完成", "全部达成"]),
    word(
        "partly",
        "部分达成",
        "Partly achieved",
        &["部分达成预期", "部分达成预期指标并具有一定效果", "部分完成", "partly"],
    ),
    word("not", "未达成", "Not achieved", &["未达成预期", "未达成预期指标且效果较差", "未完成", "not"]),
];

/// 是否
pub const FLAGS: &[Word] = &[
    word("true", "是", "Yes", &["y", "1", "√", "有", "t"]),
    word("false", "否", "No", &["n", "0", "×", "无", "f"]),
];
