//! What is checked: the plain facts of a form, its scored sheets, and the facts of the year before.

use chrono::NaiveDate;

use super::{Place, Table};
use crate::kernel::{FiscalYear, Lang, Money, Points, ProjectCode, Text};
use crate::scoring::Scorecard;
use crate::scoring::rule_set::CheckRules;

/// Everything that is checked of one form.
#[derive(Clone, Debug)]
pub struct Dossier<'a> {
    /// What the form says.
    pub now: Facts<'a>,
    /// Its sheets, scored.
    pub sheets: Vec<CheckedSheet<'a>>,
    /// What the unit's form of the year before says, when it is stored.
    pub prior: Option<Facts<'a>>,
    /// Severities and thresholds.
    pub rules: &'a CheckRules,
}

/// A scored sheet, and how its rows are named.
#[derive(Clone, Copy, Debug)]
pub struct CheckedSheet<'a> {
    /// The project; none: the department.
    pub project: Option<&'a ProjectCode>,
    /// What it came to.
    pub card: &'a Scorecard,
}

/// A form as people filled it.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// 预算年度.
    pub year: FiscalYear,
    /// 部门整体支出 (annex 2).
    pub department: Option<Department<'a>>,
    /// 基础数据表 (annex 1).
    pub base_data: Option<BaseData<'a>>,
    /// 项目支出 (annex 3).
    pub projects: Vec<Project<'a>>,
    /// 绩效指标 of all sheets, each sheet's in the order of its rows.
    pub indicators: Vec<Indicator<'a>>,
    /// 自评报告正文: the name of each section and what it says.
    pub sections: Vec<(&'static str, &'a str)>,
}

/// What the two kinds of sheets have in common.
#[derive(Clone, Debug, Default)]
pub struct SheetFacts<'a> {
    /// 年度资金总额.
    pub total: Amounts,
    /// 其中, by fund source.
    pub sources: Vec<Source>,
    /// 年度预期目标.
    pub goal_expected: Option<&'a str>,
    /// 年度目标实际完成情况.
    pub goal_actual: Option<&'a str>,
    /// 执行率或预算调整的原因.
    pub reason: Option<&'a str>,
    /// 表上填写的总分.
    pub reported_total: Option<Points>,
    /// 签章.
    pub signature: Signature<'a>,
}

/// The department's sheet.
#[derive(Clone, Debug, Default)]
pub struct Department<'a> {
    /// What it shares with a project's.
    pub sheet: SheetFacts<'a>,
    /// 基本支出.
    pub basic: Option<Amounts>,
    /// 项目支出.
    pub project: Option<Amounts>,
    /// 人员经费, 万元.
    pub personnel: Option<Money>,
    /// 公用经费, 万元: the text of the report repeats it.
    pub public: Option<Money>,
}

/// A project's sheet.
#[derive(Clone, Debug)]
pub struct Project<'a> {
    /// 项目编码.
    pub code: &'a ProjectCode,
    /// 项目名称.
    pub name: &'a str,
    /// What it shares with the department's.
    pub sheet: SheetFacts<'a>,
}

/// A column of a table of amounts: its name, and how to read it.
pub(super) type Column<R> = (&'static str, fn(&R) -> Option<Money>);

/// Amounts of one row, 万元.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// 年初预算数.
    pub initial: Option<Money>,
    /// 全年预算数.
    pub annual: Option<Money>,
    /// 全年执行数.
    pub executed: Option<Money>,
}

impl Amounts {
    /// The columns: their names, and how to read them.
    pub(super) const COLUMNS: [Column<Self>; 3] = [
        ("initial", |amounts| amounts.initial),
        ("annual", |amounts| amounts.annual),
        ("executed", |amounts| amounts.executed),
    ];
}

/// A row by fund source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Whether it is 一般公共预算, or of a project 财政拨款.
    pub general_public: bool,
    /// Its amounts.
    pub amounts: Amounts,
}

/// 签章.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signature<'a> {
    /// 填表人.
    pub filled_by: Option<&'a str>,
    /// 填报日期.
    pub filled_on: Option<NaiveDate>,
    /// 联系电话.
    pub telephone: Option<&'a str>,
    /// 单位负责人.
    pub head: Option<&'a str>,
}

/// Base data.
#[derive(Clone, Debug, Default)]
pub struct BaseData<'a> {
    /// 编制数.
    pub staff_quota: Option<i32>,
    /// 在职人数.
    pub staff_on_duty: Option<i32>,
    /// 离退休人数.
    pub staff_retired: Option<i32>,
    /// 经费控制情况.
    pub expenses: Vec<Expense<'a>>,
    /// 签章.
    pub signature: Signature<'a>,
}

impl BaseData<'_> {
    /// The first row of this expense.
    #[must_use]
    pub fn expense(&self, item: Item) -> Option<&Expense<'_>> {
        self.expenses.iter().find(|expense| expense.item == item)
    }
}

/// A column of expense control: its name, and how to read it.
pub(super) type ExpenseColumn = (&'static str, fn(&Expense<'_>) -> Option<Money>);

/// A row of expense control, 万元.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expense<'a> {
    /// Which expense.
    pub item: Item,
    /// Its name, where a form has several of one kind.
    pub name: Option<&'a str>,
    /// 上年决算数.
    pub prior_final: Option<Money>,
    /// 本年预算数.
    pub budget: Option<Money>,
    /// 本年决算数.
    pub r#final: Option<Money>,
}

impl Expense<'_> {
    /// The columns: their names, and how to read them.
    pub(super) const COLUMNS: [ExpenseColumn; 3] = [
        ("prior_final", |expense| expense.prior_final),
        ("budget", |expense| expense.budget),
        ("final", |expense| expense.r#final),
    ];
}

/// Items have one word for places and one name in each language, stated once here.
macro_rules! items {
    ($($(#[$meta:meta])* $variant:ident = $word:literal, $zh:literal, $en:literal;)+) => {
        /// An expense of annex 1.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Item { $($(#[$meta])* $variant,)+ }

        impl Item {
            /// Its stable word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl Text for Item {
            fn text(&self, lang: Lang) -> String {
                match self { $(Self::$variant => lang.pick($zh, $en),)+ }.to_owned()
            }
        }
    };
}

items! {
    /// 三公经费.
    ThreePublic = "three_public", "三公经费", "the three public expenses";
    /// 公务用车购置和维护经费.
    OfficialVehicles = "official_vehicles", "公务用车购置和维护经费", "official vehicles";
    /// 公车购置.
    VehiclePurchase = "vehicle_purchase", "公车购置", "vehicle purchase";
    /// 公车运行维护.
    VehicleOperation = "vehicle_operation", "公车运行维护", "vehicle operation";
    /// 出国经费.
    OverseasTravel = "overseas_travel", "出国经费", "overseas travel";
    /// 公务接待.
    OfficialReception = "official_reception", "公务接待", "official reception";
    /// 项目支出.
    Project = "project", "项目支出", "project expenditure";
    /// 业务工作经费.
    BusinessOperations = "business_operations", "业务工作经费", "business operations";
    /// 运行维护经费.
    OperationAndMaintenance = "operation_and_maintenance", "运行维护经费", "operation and maintenance";
    /// 专项资金.
    SpecialFund = "special_fund", "专项资金", "special funds";
    /// 公用经费.
    Public = "public", "公用经费", "public expenditure";
    /// 办公经费.
    Office = "office", "办公经费", "office";
    /// 水费、电费、差旅费.
    UtilitiesAndTravel = "utilities_and_travel", "水费、电费、差旅费", "utilities and travel";
    /// 会议费、培训费.
    MeetingsAndTraining = "meetings_and_training", "会议费、培训费", "meetings and training";
    /// 政府采购金额.
    GovernmentProcurement = "government_procurement", "政府采购金额", "government procurement";
    /// 部门基本支出预算调整.
    BasicBudgetAdjustment = "basic_budget_adjustment", "部门基本支出预算调整", "adjustment of the basic budget";
}

/// An indicator as written.
#[derive(Clone, Debug)]
pub struct Indicator<'a> {
    /// The project; none: the department.
    pub project: Option<&'a ProjectCode>,
    /// Its place on the sheet.
    pub seq: i32,
    /// 一级指标.
    pub level1: &'a str,
    /// 二级指标.
    pub level2: &'a str,
    /// 三级指标.
    pub name: &'a str,
    /// 年度指标值.
    pub target: Option<&'a str>,
    /// 实际完成值.
    pub actual: Option<&'a str>,
    /// 分值.
    pub weight: Option<Points>,
    /// 自评得分.
    pub self_score: Option<Points>,
}

impl Indicator<'_> {
    /// This field of it.
    pub(super) fn place(&self, field: &str) -> Place {
        let project = self.project.map_or("", ProjectCode::as_str);
        Place::new(Table::Indicators, format!("{project}.{}", self.seq), field)
    }
}

/// A sheet of a form, of either kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct SheetOf<'d, 'a> {
    pub project: Option<&'a ProjectCode>,
    /// 项目名称; none: the department.
    pub name: Option<&'a str>,
    pub facts: &'d SheetFacts<'a>,
}

impl SheetOf<'_, '_> {
    /// This field of it.
    pub fn place(&self, field: &str) -> Place {
        sheet_place(self.project, field)
    }

    /// What a message about it begins with.
    pub fn prefix(&self, lang: Lang) -> String {
        let Some(name) = self.name else { return String::new() };
        lang.pick(format!("项目“{}”：", short(name)), format!("project “{}”: ", short(name)))
    }
}

/// A field of a sheet's own table.
pub(super) fn sheet_place(project: Option<&ProjectCode>, field: &str) -> Place {
    match project {
        None => Place::new(Table::Budgets, "", field),
        Some(code) => Place::new(Table::ProjectExpenditures, code.as_str(), field),
    }
}

/// A name as a message quotes it.
pub(super) fn short(name: &str) -> String {
    const LONGEST: usize = 24;
    let name = name.trim();
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    name.chars().take(LONGEST).chain(['…']).collect()
}

impl<'a> Facts<'a> {
    /// The sheets that were filled: the department's, then each project's.
    pub(super) fn sheets(&self) -> impl Iterator<Item = SheetOf<'_, 'a>> {
        let department = self.department.iter();
        let department = department.map(|one| SheetOf { project: None, name: None, facts: &one.sheet });
        let projects = self.projects.iter();
        department.chain(projects.map(|one| SheetOf {
            project: Some(one.code),
            name: Some(one.name),
            facts: &one.sheet,
        }))
    }

    /// The indicators of one sheet.
    pub(super) fn indicators_of(
        &self,
        project: Option<&ProjectCode>,
    ) -> impl Iterator<Item = &Indicator<'a>> {
        self.indicators.iter().filter(move |row| row.project == project)
    }

    /// The amount of a column of all projects together, if any filled it.
    pub(super) fn projects_sum(&self, column: fn(&Amounts) -> Option<Money>) -> Option<Money> {
        sum(self.projects.iter().filter_map(|project| column(&project.sheet.total)))
    }
}

/// The sum, if there is anything to sum.
pub(super) fn sum(amounts: impl Iterator<Item = Money>) -> Option<Money> {
    let add = |one: Money, other: Money| Money::from_scaled(one.scaled().saturating_add(other.scaled()));
    amounts.reduce(add)
}

/// What stands in a cell, if it is not blank.
pub(super) fn filled(cell: Option<&str>) -> Option<&str> {
    cell.map(str::trim).filter(|text| !text.is_empty())
}
