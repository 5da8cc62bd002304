//! What a ratio is worth: full up to a bound, and beyond it a deduction or a step.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::figures::{Figures, Gap};
use super::{RatioName, Value};
use crate::kernel::{Lang, Points, Ratio};
use crate::scoring::number::{score_of, share};
use crate::scoring::rule_set::ScoreRounding;

/// The standard of one ratio (评价标准).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatioStandard {
    /// Of which ratio.
    pub ratio: RatioName,
    /// Names of the indicator rows that it decides on a department's sheet. None: it is shown and decides nothing.
    pub rows: Vec<String>,
    /// 分值 that the standard form gives it: what it is judged for where no row has it.
    pub weight: Points,
    /// On which side of the bound all is well.
    pub side: Side,
    /// The bound: up to it, the full weight.
    pub full: Ratio,
    /// What is lost beyond it.
    pub loss: Loss,
}

/// On which side of the bound all is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// At the bound and below.
    AtMost,
    /// At the bound and above.
    AtLeast,
    /// Only at the bound.
    Exactly,
}

/// What is lost beyond the bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Loss {
    /// So many points for each such stretch, down to nothing.
    Deduction {
        /// The stretch: `0.01` is a percentage point.
        every: Ratio,
        /// Points for each.
        points: Points,
        /// What a part of a stretch costs.
        count: Count,
    },
    /// A share of the weight by how far beyond; further than the last step, nothing.
    Steps(Vec<Step>),
}

/// What a part of a stretch costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// Nothing: 每满.
    Whole,
    /// Its part.
    Proportional,
}

/// A step: up to so far beyond the bound, such a share of the weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// How far beyond the bound, included.
    pub up_to: Ratio,
    /// The share of the weight.
    pub share: Ratio,
}

const ONE: Ratio = Ratio::from_scaled(1_000_000);

impl RatioStandard {
    /// Whether an indicator of this name is judged by it: the name is one of its own, whatever quotation marks,
    /// blanks and numbering stand around it.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        // Asked of each row for each ratio, and most rule sets let none decide a row.
        if self.rows.is_empty() {
            return false;
        }
        let name = bare(name);
        self.rows.iter().any(|row| bare(row) == name)
    }

    /// What the ratio is worth. No building is worth the full weight; other gaps decide nothing.
    pub(in crate::scoring) fn judge(
        &self,
        figures: Option<&Figures>,
        value: Value,
        weight: Points,
        rounding: ScoreRounding,
    ) -> Option<Points> {
        match value {
            Err(Gap::NoBuilding) => return Some(weight),
            Err(Gap::Missing { .. } | Gap::NothingToDivideBy { .. } | Gap::OutOfRange) => return None,
            Ok(_) => {}
        }
        // The exact fraction, not the rounded value: what is rounded to the bound would escape it.
        let (beyond, whole) = self.beyond(figures?)?;
        if beyond <= Decimal::ZERO {
            return Some(weight);
        }
        let raw = match &self.loss {
            Loss::Deduction { every, points, count } => {
                let stretch = every.decimal().checked_mul(whole)?;
                let stretches = beyond.checked_div(stretch)?;
                let counted = match count {
                    Count::Whole => stretches.trunc(),
                    Count::Proportional => stretches,
                };
                let lost = counted.checked_mul(points.decimal()).unwrap_or(Decimal::MAX);
                weight.decimal().saturating_sub(lost)
            }
            Loss::Steps(steps) => {
                let kept = reached(steps, beyond, whole).map_or(Decimal::ZERO, |step| step.share.decimal());
                share(weight, kept, Decimal::ONE)?
            }
        };
        Some(score_of(raw, weight, rounding))
    }

    /// How far beyond the bound, as numerator and denominator.
    fn beyond(&self, figures: &Figures) -> Option<(Decimal, Decimal)> {
        let (part, whole) = figures.fraction()?;
        let over = part.checked_sub(self.full.decimal().checked_mul(whole)?)?;
        let beyond = match self.side {
            Side::AtMost => over,
            Side::AtLeast => Decimal::ZERO.checked_sub(over)?,
            Side::Exactly => over.abs(),
        };
        Some((beyond, whole))
    }

    /// How the ratio stands to the standard, and what that is worth, for people.
    pub(super) fn words(
        &self,
        figures: Option<&Figures>,
        value: Value,
        weight: Points,
        score: Points,
        lang: Lang,
    ) -> String {
        let side = match self.side {
            Side::AtMost => "≤",
            Side::AtLeast => "≥",
            Side::Exactly => "=",
        };
        let bound = format!("{side} {}", self.full.percent());
        let beyond = figures.and_then(|figures| self.beyond(figures));
        let Some((beyond, whole)) = beyond.filter(|(beyond, _)| *beyond > Decimal::ZERO && value.is_ok())
        else {
            return match value {
                Err(_) => lang.pick(format!("得满分 {weight}"), format!("full score {weight}")),
                Ok(_) => lang.pick(
                    format!("标准 {bound}，得满分 {weight}"),
                    format!("the standard is {bound}: full score {weight}"),
                ),
            };
        };
        let far = Ratio::of(beyond, whole).map_or_else(|| "—".to_owned(), Ratio::percent);
        let loss = match &self.loss {
            Loss::Deduction { every, points, count } => {
                let every = every.percent();
                match count {
                    Count::Whole => lang.pick(
                        format!("每满 {every} 扣 {points} 分"),
                        format!("{points} points off for each whole {every}"),
                    ),
                    Count::Proportional => lang.pick(
                        format!("每 {every} 扣 {points} 分，不足的按比例"),
                        format!("{points} points off for each {every}, parts in proportion"),
                    ),
                }
            }
            Loss::Steps(steps) => match reached(steps, beyond, whole) {
                Some(step) => lang.pick(
                    format!("{} 以内得分值的 {}", step.up_to.percent(), step.share.percent()),
                    format!("up to {} it is {} of the weight", step.up_to.percent(), step.share.percent()),
                ),
                None => lang.pick("超过最后一档不得分", "nothing beyond the last step").to_owned(),
            },
        };
        lang.pick(
            format!("标准 {bound}，相差 {far}，{loss}，分值 {weight}，得 {score} 分"),
            format!("the standard is {bound}, {far} off, {loss}: {score} of {weight}"),
        )
    }

    /// Whether it can be used.
    pub(in crate::scoring) fn is_sound(&self) -> bool {
        let bounded = self.weight > Points::ZERO && self.full >= Ratio::ZERO;
        let named = self.rows.iter().all(|row| !bare(row).is_empty());
        let loss = match &self.loss {
            Loss::Deduction { every, points, .. } => *every > Ratio::ZERO && *points > Points::ZERO,
            Loss::Steps(steps) => {
                let mut before = (Ratio::ZERO, ONE);
                !steps.is_empty()
                    && steps.iter().all(|step| {
                        let further = step.up_to > before.0;
                        let less = step.share < before.1 && step.share >= Ratio::ZERO;
                        before = (step.up_to, step.share);
                        further && less
                    })
            }
        };
        bounded && named && loss
    }
}

/// The first step that holds so far beyond the bound.
fn reached(steps: &[Step], beyond: Decimal, whole: Decimal) -> Option<&Step> {
    steps.iter().find(|step| step.up_to.decimal().checked_mul(whole).is_some_and(|bound| beyond <= bound))
}

/// A name without what people put around it: blanks, quotation marks, a leading `指标1：`, a closing remark in
/// parentheses.
pub(in crate::scoring) fn bare(name: &str) -> String {
    let name = name.trim();
    let name = name.split(['（', '(']).find(|part| !part.trim().is_empty()).unwrap_or(name);
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let rest = plain.strip_prefix("指标").unwrap_or(&plain).trim_start_matches(|c: char| c.is_numeric());
    rest.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{FiscalYear, Text};
    use crate::scoring::ratios::{BaseData, of_sheet};
    use crate::scoring::{ExecutionRow, RuleSet, Sheet, SheetKind};

    /// 编制 of 1,000 and so many on duty, by a standard: score of 5, and the words in both languages.
    fn staffing(on_duty: i32, change: impl Fn(&mut RatioStandard)) -> (String, String, String) {
        let mut rules = RuleSet::preset("mof-2020").unwrap().clone();
        change(&mut rules.ratios[0]);
        let base_data =
            BaseData { staff_quota: Some(1000), staff_on_duty: Some(on_duty), ..BaseData::default() };
        let sheet = Sheet {
            year: FiscalYear::try_from(2023).unwrap(),
            kind: SheetKind::Department,
            execution: ExecutionRow::default(),
            base_data: Some(base_data),
            indicators: Vec::new(),
            reported_total: None,
            reviewed_total: None,
        };
        let ratio = of_sheet(&sheet, &rules).remove(0);
        (ratio.score.unwrap().to_string(), ratio.text(Lang::Zh), ratio.text(Lang::En))
    }

    fn score(on_duty: i32, change: impl Fn(&mut RatioStandard)) -> String {
        staffing(on_duty, change).0
    }

    #[test]
    fn a_deduction_counts_whole_stretches_or_their_parts() {
        let whole = |_: &mut RatioStandard| {};
        let part = |standard: &mut RatioStandard| {
            let (every, points) = ("0.01".parse().unwrap(), "0.5".parse().unwrap());
            standard.loss = Loss::Deduction { every, points, count: Count::Proportional };
        };
        for (on_duty, by_whole, by_part) in [
            (1000, "5", "5"),
            (1009, "5", "4.55"),
            (1010, "4.5", "4.5"),
            (1019, "4.5", "4.05"),
            (1099, "0.5", "0.05"),
            (1100, "0", "0"),
            (1900, "0", "0"),
        ] {
            assert_eq!(score(on_duty, whole), by_whole, "{on_duty}");
            assert_eq!(score(on_duty, part), by_part, "{on_duty}");
        }
    }

    #[test]
    fn the_side_says_which_way_is_well() {
        let side = |side| move |standard: &mut RatioStandard| standard.side = side;
        for (on_duty, at_most, at_least, exactly) in
            [(980, "5", "4", "4"), (1000, "5", "5", "5"), (1020, "4", "5", "4")]
        {
            assert_eq!(score(on_duty, side(Side::AtMost)), at_most);
            assert_eq!(score(on_duty, side(Side::AtLeast)), at_least);
            assert_eq!(score(on_duty, side(Side::Exactly)), exactly);
        }
    }

    #[test]
    fn a_step_holds_up_to_its_bound() {
        let steps = |standard: &mut RatioStandard| {
            let step = |up_to: &str, share: &str| Step {
                up_to: up_to.parse().unwrap(),
                share: share.parse().unwrap(),
            };
            standard.loss = Loss::Steps(vec![step("0.1", "0.8"), step("0.2", "0.5")]);
        };
        for (on_duty, expected) in
            [(1000, "5"), (1001, "4"), (1100, "4"), (1101, "2.5"), (1200, "2.5"), (1201, "0")]
        {
            assert_eq!(score(on_duty, steps), expected, "{on_duty}");
        }
        assert_eq!(
            staffing(1150, steps).2,
            "1150 ÷ 1000 = 115%; the standard is ≤ 100%, 15% off, up to 20% it is 50% of the weight: 2.5 of 5"
        );
        assert_eq!(
            staffing(1201, steps).1,
            "1201 ÷ 1000 = 120.1%；标准 ≤ 100%，相差 20.1%，超过最后一档不得分，分值 5，得 0 分"
        );
    }

    #[test]
    fn the_words_say_what_was_done() {
        let part = |standard: &mut RatioStandard| {
            let (every, points) = ("0.05".parse().unwrap(), "2".parse().unwrap());
            standard.loss = Loss::Deduction { every, points, count: Count::Proportional };
        };
        assert_eq!(
            staffing(1025, part).1,
            "1025 ÷ 1000 = 102.5%；标准 ≤ 100%，相差 2.5%，每 5% 扣 2 分，不足的按比例，分值 5，得 4 分"
        );
        assert_eq!(
            staffing(1025, |_| {}).2,
            "1025 ÷ 1000 = 102.5%; the standard is ≤ 100%, 2.5% off, 0.5 points off for each whole 1%: 4 of 5"
        );
        let at_least = |standard: &mut RatioStandard| standard.side = Side::AtLeast;
        assert_eq!(staffing(1000, at_least).1, "1000 ÷ 1000 = 100%；标准 ≥ 100%，得满分 5");
    }

    #[test]
    fn a_row_is_known_by_its_name_whatever_stands_around_it() {
        let rules = RuleSet::preset("hunan-department").unwrap();
        let standard = |ratio| rules.ratios.iter().find(|standard| standard.ratio == ratio).unwrap();
        let change = standard(RatioName::ThreePublicFinalOnPriorFinal);
        for name in [
            "三公经费变动率",
            "“三公经费”变动率",
            "\"三公经费\" 变动率（%）",
            "指标2：三公经费变动率",
            "（2）三公经费变动率",
            "★三公经费变动率",
        ] {
            assert!(change.names(name), "{name}");
        }
        for name in ["三公经费控制率", "三公经费变动率说明", "成本三公经费变动率", "", "（）", "12"]
        {
            assert!(!change.names(name), "{name}");
        }
        assert!(!standard(RatioName::ThreePublicChange).names(""));
    }
}
