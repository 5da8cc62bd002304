//! The figures of annex 1, and the formula of each ratio with them.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::RatioName;
use crate::kernel::{Area, Lang, Money, Ratio, Text};
use crate::scoring::Sheet;

/// 基础数据表 (annex 1), as far as ratios need it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseData {
    /// 编制数, persons.
    pub staff_quota: Option<i32>,
    /// 在职人数, persons.
    pub staff_on_duty: Option<i32>,
    /// 三公经费.
    pub three_public: Expense,
    /// 公用经费.
    pub public: Expense,
    /// 政府采购.
    pub procurement: Expense,
    /// 楼堂馆所 completed in the year.
    pub buildings: Vec<Building>,
}

/// A row of expense control, in 万元.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expense {
    /// 上年预算数, which annex 1 does not have.
    pub prior_budget: Option<Money>,
    /// 上年决算数.
    pub prior_final: Option<Money>,
    /// 本年预算数.
    pub budget: Option<Money>,
    /// 本年决算数.
    pub r#final: Option<Money>,
}

/// A building completed in the year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Building {
    /// 批复规模, ㎡.
    pub approved_area: Option<Area>,
    /// 实际规模, ㎡.
    pub actual_area: Option<Area>,
    /// 预算投资, 万元.
    pub budget_investment: Option<Money>,
    /// 实际投资, 万元.
    pub actual_investment: Option<Money>,
}

/// Why a ratio has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// A figure is missing.
    Missing {
        /// Which, in Chinese.
        zh: &'static str,
        /// Which, in English.
        en: &'static str,
    },
    /// What it divides by is not above 0.
    NothingToDivideBy {
        /// What, in Chinese.
        zh: &'static str,
        /// What, in English.
        en: &'static str,
    },
    /// No building was completed: 没有新建楼堂馆所的按满分计.
    NoBuilding,
    /// The figures are beyond all range.
    OutOfRange,
}

impl Gap {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::NothingToDivideBy { .. } => "nothing_to_divide_by",
            Self::NoBuilding => "no_building",
            Self::OutOfRange => "out_of_range",
        }
    }
}

impl Text for Gap {
    fn text(&self, lang: Lang) -> String {
        match *self {
            Self::Missing { zh, en } => {
                lang.pick(format!("{zh}为空，无法计算"), format!("no {en}, so no ratio"))
            }
            Self::NothingToDivideBy { zh, en } => {
                lang.pick(format!("{zh}为 0，无法计算"), format!("{en} is not above 0, so no ratio"))
            }
            Self::NoBuilding => lang.pick("没有新建楼堂馆所", "no new building").to_owned(),
            Self::OutOfRange => lang.pick("数字过大，无法计算", "the figures are too large").to_owned(),
        }
    }
}

/// What a formula does with its two figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Formula {
    /// part ÷ whole.
    Share,
    /// (part − whole) ÷ whole.
    Change,
    /// |part − whole| ÷ whole: a budget that shrank was not kept either.
    AbsoluteChange,
}

/// A formula with its two figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    formula: Formula,
    part: Decimal,
    whole: Decimal,
}

/// A figure, and what it is called if it is missing.
type Figure = (Option<Decimal>, (&'static str, &'static str));

impl Figures {
    /// The figures of a ratio, or the one that is missing.
    pub(super) fn of(ratio: RatioName, sheet: &Sheet) -> Result<Self, Gap> {
        use RatioName as R;
        let base = sheet.base_data.as_ref();
        let money = |amount: Option<Money>| amount.map(Money::decimal);
        let of = |pick: fn(&BaseData) -> Option<Money>| money(base.and_then(pick));
        let persons = |pick: fn(&BaseData) -> Option<i32>| base.and_then(pick).map(Decimal::from);
        let execution = &sheet.execution;
        let (formula, part, whole): (Formula, Figure, Figure) = match ratio {
            R::StaffingControl => (
                Formula::Share,
                (persons(|b| b.staff_on_duty), ("在职人数", "staff on duty")),
                (persons(|b| b.staff_quota), ("编制数", "staff quota")),
            ),
            R::ThreePublicChange => (
                Formula::Change,
                (of(|b| b.three_public.budget), ("“三公经费”预算数", "budget of the three public expenses")),
                (
                    of(|b| b.three_public.prior_budget),
                    ("上年“三公经费”预算数", "prior budget of the three public expenses"),
                ),
            ),
            R::ThreePublicBudgetOnPriorFinal => (
                Formula::Change,
                (of(|b| b.three_public.budget), ("“三公经费”预算数", "budget of the three public expenses")),
                (of(|b| b.three_public.prior_final), PRIOR_FINAL),
            ),
            R::ThreePublicFinalOnPriorFinal => (
                Formula::Change,
                (
                    of(|b| b.three_public.r#final),
                    ("“三公经费”决算数", "final account of the three public expenses"),
                ),
                (of(|b| b.three_public.prior_final), PRIOR_FINAL),
            ),
            R::ThreePublicControl => (
                Formula::Share,
                (
                    of(|b| b.three_public.r#final),
                    ("“三公经费”决算数", "final account of the three public expenses"),
                ),
                (of(|b| b.three_public.budget), ("“三公经费”预算数", "budget of the three public expenses")),
            ),
            R::PublicExpenditureControl => (
                Formula::Share,
                (of(|b| b.public.r#final), ("公用经费决算数", "final account of public expenditure")),
                (of(|b| b.public.budget), ("公用经费预算数", "budget of public expenditure")),
            ),
            R::BudgetCompletion => (
                Formula::Share,
                (money(execution.executed), ("全年执行数", "executed amount")),
                (money(execution.annual), ANNUAL),
            ),
            R::BudgetControl => (
                Formula::AbsoluteChange,
                (money(execution.annual), ANNUAL),
                (money(execution.initial), ("年初预算数", "initial amount")),
            ),
            R::ProcurementExecution => (
                Formula::Share,
                (of(|b| b.procurement.r#final), ("政府采购决算数", "final account of procurement")),
                (of(|b| b.procurement.budget), ("政府采购预算数", "budget of procurement")),
            ),
            R::BuildingSizeControl => {
                let area = |pick: fn(&Building) -> Option<Area>| {
                    over_buildings(base, |building| pick(building).map(Area::decimal))
                };
                (
                    Formula::Share,
                    (area(|b| b.actual_area)?, ("实际规模", "actual size")),
                    (area(|b| b.approved_area)?, ("批复规模", "approved size")),
                )
            }
            R::BuildingInvestmentControl => {
                let invested = |pick: fn(&Building) -> Option<Money>| {
                    over_buildings(base, |building| pick(building).map(Money::decimal))
                };
                (
                    Formula::Share,
                    (invested(|b| b.actual_investment)?, ("实际投资", "actual investment")),
                    (invested(|b| b.budget_investment)?, ("预算投资", "budgeted investment")),
                )
            }
        };
        let there = |(figure, (zh, en)): Figure| figure.ok_or(Gap::Missing { zh, en });
        let (called_zh, called_en) = whole.1;
        let (part, whole) = (there(part)?, there(whole)?);
        if whole <= Decimal::ZERO {
            return Err(Gap::NothingToDivideBy { zh: called_zh, en: called_en });
        }
        Ok(Self { formula, part, whole })
    }

    /// What is divided by what: the numerator and the denominator, exact.
    pub(super) fn fraction(&self) -> Option<(Decimal, Decimal)> {
        let numerator = match self.formula {
            Formula::Share => Some(self.part),
            Formula::Change => self.part.checked_sub(self.whole),
            Formula::AbsoluteChange => self.part.checked_sub(self.whole).map(|change| change.abs()),
        };
        Some((numerator?, self.whole))
    }

    /// The ratio to a millionth.
    pub(super) fn value(&self) -> Result<Ratio, Gap> {
        self.fraction().and_then(|(part, whole)| Ratio::of(part, whole)).ok_or(Gap::OutOfRange)
    }
}

const ANNUAL: (&str, &str) = ("全年预算数", "annual amount");
const PRIOR_FINAL: (&str, &str) =
    ("上年“三公经费”决算数", "prior final account of the three public expenses");

/// A figure summed over the buildings; nothing if one lacks it.
fn over_buildings(
    base: Option<&BaseData>,
    pick: impl Fn(&Building) -> Option<Decimal>,
) -> Result<Option<Decimal>, Gap> {
    let Some(base) = base else { return Ok(None) };
    if base.buildings.is_empty() {
        return Err(Gap::NoBuilding);
    }
    let parts = base.buildings.iter().map(pick).collect::<Option<Vec<Decimal>>>();
    Ok(parts.and_then(|parts| parts.into_iter().try_fold(Decimal::ZERO, Decimal::checked_add)))
}

impl Text for Figures {
    fn text(&self, _: Lang) -> String {
        let (part, whole) = (self.part.normalize(), self.whole.normalize());
        match self.formula {
            Formula::Share => format!("{part} ÷ {whole}"),
            Formula::Change => format!("({part} − {whole}) ÷ {whole}"),
            Formula::AbsoluteChange => format!("|{part} − {whole}| ÷ {whole}"),
        }
    }
}
