//! Ratios of a department's year (基础数据表 with the budget's total): what they are, how they are computed, and what
//! they are worth by the rule set's standard.
//!
//! Figures come from annex 1 and the budget, never from what an indicator row says of them.

mod figures;
mod standard;

pub use figures::{BaseData, Building, Expense, Figures, Gap};
pub use standard::{Count, Loss, RatioStandard, Side, Step};

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::words::{UnknownName, vocabulary};
use super::{RuleSet, Sheet, SheetKind};
use crate::kernel::{Lang, Points, Ratio, Text};

vocabulary! {
    /// A ratio of a department's year (财预〔2013〕53号, 部门整体支出绩效评价共性指标体系框架).
    RatioName {
        /// 在职人数 ÷ 编制数.
        StaffingControl = "staffing_control", "在职人员控制率", "staffing control";
        /// (本年预算 − 上年预算) ÷ 上年预算; annex 1 has no last budget.
        ThreePublicChange = "three_public_change", "“三公经费”变动率", "change of the three public expenses";
        /// (本年预算 − 上年决算) ÷ 上年决算.
        ThreePublicBudgetOnPriorFinal = "three_public_budget_on_prior_final",
            "“三公经费”预算较上年决算变动率", "three public expenses, budget on the prior final account";
        /// (本年决算 − 上年决算) ÷ 上年决算.
        ThreePublicFinalOnPriorFinal = "three_public_final_on_prior_final",
            "“三公经费”决算较上年决算变动率", "three public expenses, final account on the prior one";
        /// 三公经费决算 ÷ 预算.
        ThreePublicControl = "three_public_control", "“三公经费”控制率", "control of the three public expenses";
        /// 公用经费决算 ÷ 预算.
        PublicExpenditureControl = "public_expenditure_control", "公用经费控制率", "control of public expenditure";
        /// 全年执行数 ÷ 全年预算数.
        BudgetCompletion = "budget_completion", "预算完成率", "budget completion";
        /// |全年预算数 − 年初预算数| ÷ 年初预算数.
        BudgetControl = "budget_control", "预算控制率", "budget control";
        /// 政府采购决算 ÷ 预算.
        ProcurementExecution = "procurement_execution", "政府采购执行率", "procurement execution";
        /// 实际规模 ÷ 批复规模.
        BuildingSizeControl = "building_size_control", "新建楼堂馆所面积控制率", "size control of new buildings";
        /// 实际投资 ÷ 预算投资.
        BuildingInvestmentControl = "building_investment_control",
            "新建楼堂馆所投资概算控制率", "investment control of new buildings";
    }
}

/// What stands in the way of a value, or the value.
pub type Value = Result<Ratio, Gap>;

/// A ratio with its figures, its standard and what it is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseRatio {
    /// Which.
    pub ratio: RatioName,
    /// Its formula with the numbers, as far as they are there.
    pub figures: Option<Figures>,
    /// Its value to a millionth, or why there is none.
    pub value: Value,
    /// By what it is judged, if the rule set has a standard.
    pub standard: Option<RatioStandard>,
    /// 序号 of the first indicator row that it decides, if it decides one.
    pub seq: Option<i32>,
    /// The weight it is judged for: that row's, else the standard's.
    pub weight: Option<Points>,
    /// What it is worth of that weight.
    pub score: Option<Points>,
}

impl BaseRatio {
    /// Whether it decides an indicator of this name.
    pub(super) fn decides(&self, name: &str) -> bool {
        self.standard.as_ref().is_some_and(|standard| standard.names(name))
    }

    /// The same, judged for this weight.
    pub(super) fn at(&self, weight: Points, rules: &RuleSet) -> Self {
        let judge = |standard: &RatioStandard| {
            standard.judge(self.figures.as_ref(), self.value, weight, rules.rounding)
        };
        let score = self.standard.as_ref().and_then(judge);
        Self { weight: Some(weight), score, ..self.clone() }
    }

    /// The score as a share of the weight.
    #[must_use]
    pub fn share(&self) -> Option<Ratio> {
        Ratio::of(self.score?.decimal(), self.weight?.decimal())
    }
}

/// Every ratio of a department's sheet; none of a project's.
#[must_use]
pub fn of_sheet(sheet: &Sheet, rules: &RuleSet) -> Vec<BaseRatio> {
    match sheet.kind {
        SheetKind::Project => Vec::new(),
        SheetKind::Department => RatioName::ALL.iter().map(|ratio| of(*ratio, sheet, rules)).collect(),
    }
}

fn of(ratio: RatioName, sheet: &Sheet, rules: &RuleSet) -> BaseRatio {
    let figures = Figures::of(ratio, sheet);
    let value = figures.as_ref().map_err(|gap| *gap).and_then(Figures::value);
    let standard = rules.ratios.iter().find(|standard| standard.ratio == ratio);
    let row = standard.and_then(|standard| {
        let weighs = |row: &&super::IndicatorRow| row.weight.is_some_and(|weight| weight > Points::ZERO);
        sheet.indicators.iter().filter(weighs).find(|row| standard.names(&row.name))
    });
    let weight = row.and_then(|row| row.weight).or_else(|| standard.map(|standard| standard.weight));
    let seq = row.map(|row| row.seq);
    let (figures, standard) = (figures.ok(), standard.cloned());
    let shown = BaseRatio { ratio, figures, value, standard, seq, weight, score: None };
    match weight {
        None => shown,
        Some(weight) => shown.at(weight, rules),
    }
}

impl Text for BaseRatio {
    /// The formula with its numbers, how it stands to the standard, and what that is worth.
    fn text(&self, lang: Lang) -> String {
        let head = match (&self.figures, self.value) {
            (Some(figures), Ok(value)) => format!("{} = {}", figures.text(lang), value.percent()),
            (_, Err(gap)) => gap.text(lang),
            (None, Ok(value)) => value.percent(),
        };
        let judged = self.standard.as_ref().zip(self.weight).zip(self.score);
        match judged {
            None => head,
            Some(((standard, weight), score)) => {
                let tail = standard.words(self.figures.as_ref(), self.value, weight, score, lang);
                lang.pick(format!("{head}；{tail}"), format!("{head}; {tail}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::FiscalYear;
    use crate::scoring::testing::row;
    use crate::scoring::{ExecutionRow, IndicatorRow};

    fn budget_control(names_and_weights: &[(&str, &str)]) -> BaseRatio {
        let indicators = (1..).zip(names_and_weights).map(|(seq, (name, weight))| IndicatorRow {
            seq,
            name: (*name).to_owned(),
            ..row("0", "20.5%", weight)
        });
        let money = |text: &str| text.parse().ok();
        let execution =
            ExecutionRow { initial: money("200"), annual: money("241"), ..ExecutionRow::default() };
        let sheet = Sheet {
            year: FiscalYear::try_from(2023).unwrap(),
            kind: SheetKind::Department,
            execution,
            base_data: None,
            indicators: indicators.collect(),
            reported_total: None,
            reviewed_total: None,
        };
        let ratios = of_sheet(&sheet, RuleSet::preset("hunan-department").unwrap());
        ratios.into_iter().find(|ratio| ratio.ratio == RatioName::BudgetControl).unwrap()
    }

    #[test]
    fn it_is_judged_for_the_first_row_that_has_a_weight() {
        let seen = |ratio: &BaseRatio| (ratio.seq, ratio.weight, ratio.score);
        let points = |text: &str| text.parse::<Points>().ok();
        let none = budget_control(&[("预算完成率", "5")]);
        assert_eq!(seen(&none), (None, points("5"), points("2")));
        let second = budget_control(&[("预算控制率", "-"), ("预算控制率", "0"), ("预算调整率", "8")]);
        assert_eq!(seen(&second), (Some(3), points("8"), points("3.2")));
        assert_eq!(second.share().map(|share| share.to_string()).as_deref(), Some("0.4"));
    }

    #[test]
    fn a_ratio_is_told_with_its_numbers() {
        let ratio = budget_control(&[]);
        assert_eq!(
            ratio.text(Lang::Zh),
            "|241 − 200| ÷ 200 = 20.5%；标准 ≤ 0%，相差 20.5%，30% 以内得分值的 40%，分值 5，得 2 分"
        );
        let missing =
            BaseRatio { value: Err(Gap::NoBuilding), figures: None, standard: None, score: None, ..ratio };
        assert_eq!(missing.text(Lang::En), "no new building");
        assert_eq!(missing.share(), None);
    }
}
