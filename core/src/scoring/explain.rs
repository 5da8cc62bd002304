//! Why each point was given or lost, in words a clerk understands at eleven at night.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::ratios::BaseRatio;
use super::{Attainment, Flag};
use crate::kernel::{Lang, Money, Points, Ratio, Text};

/// How an actual stands to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// ≥
    AtLeast,
    /// ≤
    AtMost,
    /// =
    Equal,
    /// Inside a range.
    Within,
    /// <
    Below,
    /// >
    Above,
}

impl Relation {
    const fn sign(self) -> &'static str {
        match self {
            Self::AtLeast => "≥",
            Self::AtMost => "≤",
            Self::Equal => "=",
            Self::Within => "∈",
            Self::Below => "<",
            Self::Above => ">",
        }
    }
}

/// The arithmetic by which points were lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formula {
    /// weight × part ÷ whole.
    Ratio {
        /// The smaller value.
        part: Decimal,
        /// The greater value.
        whole: Decimal,
    },
    /// weight × (1 − (actual − target) ÷ target).
    Linear {
        /// The target.
        target: Decimal,
        /// The actual.
        actual: Decimal,
    },
    /// A target of nothing was missed.
    Nothing,
}

/// Why a row has its computed score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explanation {
    /// The execution rate, scored.
    Execution {
        /// 全年执行数.
        executed: Money,
        /// 全年预算数.
        annual: Money,
        /// Their ratio.
        rate: Ratio,
        /// 分值.
        weight: Points,
        /// What it gives.
        score: Points,
    },
    /// The target was met.
    Met {
        /// The actual as written.
        actual: String,
        /// How it stands to the target.
        relation: Relation,
        /// The target's value as written.
        target: String,
        /// The full score.
        weight: Points,
    },
    /// The target was met, but so far that points are deducted.
    Deducted {
        /// The actual as written.
        actual: String,
        /// The target's value as written.
        target: String,
        /// Actual ÷ target.
        rate: Ratio,
        /// 分值.
        weight: Points,
        /// What is left.
        score: Points,
    },
    /// The target was missed.
    Missed {
        /// The actual as written.
        actual: String,
        /// How it stands to the target.
        relation: Relation,
        /// The target's value as written.
        target: String,
        /// 分值.
        weight: Points,
        /// The arithmetic.
        formula: Formula,
        /// What it gives.
        score: Points,
    },
    /// The actual repeats the condition.
    Copied {
        /// The condition as written.
        condition: String,
        /// The full score.
        weight: Points,
    },
    /// On or before the date.
    OnTime {
        /// When.
        actual: NaiveDate,
        /// By when.
        due: NaiveDate,
        /// The full score.
        weight: Points,
    },
    /// After the date.
    Late {
        /// When.
        actual: NaiveDate,
        /// By when.
        due: NaiveDate,
        /// Days between.
        days: i64,
        /// Deduction for each day and what is left, where the rule set deducts.
        deduction: Option<(Points, Points)>,
    },
    /// The unit chose the score within its tier.
    Qualitative {
        /// The score taken.
        score: Points,
        /// 分值.
        weight: Points,
        /// The tier and its band, if known.
        tier: Option<(Attainment, Points, Points)>,
    },
    /// A ratio of the base data, by its standard.
    BaseRatio(Box<BaseRatio>),
    /// No rule decides, because of this.
    Undecided(Flag),
    /// Something is missing, so nothing can be scored.
    Missing(Flag),
    /// The indicator does not apply and was left out.
    NotApplicable,
    /// The row has no weight.
    NotScored,
}

fn plain(value: Decimal) -> Decimal {
    crate::kernel::round(value, 6, crate::kernel::Rounding::HalfUp).normalize()
}

impl Text for Formula {
    fn text(&self, _: Lang) -> String {
        match *self {
            Self::Ratio { part, whole } => format!("{} ÷ {}", plain(part), plain(whole)),
            Self::Linear { target, actual } => {
                let (target, actual) = (plain(target), plain(actual));
                format!("(1 − ({actual} − {target}) ÷ {target})")
            }
            Self::Nothing => "0".to_owned(),
        }
    }
}

impl Text for Explanation {
    fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => zh(self),
            Lang::En => en(self),
        }
    }
}

fn zh(explanation: &Explanation) -> String {
    let lang = Lang::Zh;
    match explanation {
        Explanation::Execution { executed, annual, rate, weight, score } => format!(
            "执行 {executed} 万元 ÷ 全年预算 {annual} 万元 = {}，分值 {weight}，得 {score} 分",
            rate.percent()
        ),
        Explanation::Met { actual, relation, target, weight } => {
            format!("实际 {actual} {} 目标 {target}，得满分 {weight}", relation.sign())
        }
        Explanation::Deducted { actual, target, rate, weight, score } => format!(
            "实际 {actual} ≥ 目标 {target}，但为目标的 {}，目标明显偏低，按规则由 {weight} 分调减为 {score} 分",
            rate.percent()
        ),
        Explanation::Missed { actual, relation, target, formula: Formula::Nothing, .. } => {
            format!("实际 {actual} {} 目标 {target}，不得分", relation.sign())
        }
        Explanation::Missed { actual, relation, target, weight, formula, score } => format!(
            "实际 {actual} {} 目标 {target}，得分 = {weight} × {} = {score}",
            relation.sign(),
            formula.text(lang)
        ),
        Explanation::Copied { condition, weight } => {
            format!("实际完成值照抄目标条件“{condition}”，不是实测值，暂按达标得满分 {weight}")
        }
        Explanation::OnTime { actual, due, weight } => {
            format!("{actual} 完成，不晚于 {due}，得满分 {weight}")
        }
        Explanation::Late { actual, due, days, deduction: Some((points, score)) } => {
            format!("{actual} 完成，比 {due} 晚 {days} 天，每天扣 {points} 分，得 {score} 分")
        }
        Explanation::Late { actual, due, days, deduction: None } => format!(
            "{actual} 完成，比 {due} 晚 {days} 天；没有规则规定扣多少，采用自评得分，须低于分值并说明原因"
        ),
        Explanation::Qualitative { score, weight, tier: Some((attainment, from, to)) } => format!(
            "定性指标，“{}”档 {from} 至 {to} 分，采用自评得分 {score}（分值 {weight}）",
            attainment.text(lang)
        ),
        Explanation::Qualitative { score, weight, tier: None } => {
            format!("定性指标，未选档次，采用自评得分 {score}（分值 {weight}）")
        }
        Explanation::BaseRatio(ratio) if ratio.score.is_none() => {
            format!("{}；没有规则可以判定，采用自评得分，以复核为准", ratio.text(lang))
        }
        Explanation::BaseRatio(ratio) => ratio.text(lang),
        Explanation::Undecided(why) => {
            format!("{}；没有规则可以判定，采用自评得分，以复核为准", why.text(lang))
        }
        Explanation::Missing(what) => format!("{}，无法计分", what.text(lang)),
        Explanation::NotApplicable => "指标不适用，不参与计分".to_owned(),
        Explanation::NotScored => "没有分值，不计分".to_owned(),
    }
}

fn en(explanation: &Explanation) -> String {
    let lang = Lang::En;
    match explanation {
        Explanation::Execution { executed, annual, rate, weight, score } => format!(
            "executed {executed} ÷ annual {annual} 万元 = {}, weight {weight}: {score} points",
            rate.percent()
        ),
        Explanation::Met { actual, relation, target, weight } => {
            format!("actual {actual} {} target {target}: full score {weight}", relation.sign())
        }
        Explanation::Deducted { actual, target, rate, weight, score } => format!(
            "actual {actual} ≥ target {target}, but {} of it, so the target was too low: {weight} reduced to {score}",
            rate.percent()
        ),
        Explanation::Missed { actual, relation, target, formula: Formula::Nothing, .. } => {
            format!("actual {actual} {} target {target}: no points", relation.sign())
        }
        Explanation::Missed { actual, relation, target, weight, formula, score } => format!(
            "actual {actual} {} target {target}: {weight} × {} = {score}",
            relation.sign(),
            formula.text(lang)
        ),
        Explanation::Copied { condition, weight } => format!(
            "the actual copies the condition “{condition}” and is no measurement; taken as met: full score {weight}"
        ),
        Explanation::OnTime { actual, due, weight } => {
            format!("done {actual}, not after {due}: full score {weight}")
        }
        Explanation::Late { actual, due, days, deduction: Some((points, score)) } => {
            format!("done {actual}, {days} days after {due}, {points} points off for each: {score} points")
        }
        Explanation::Late { actual, due, days, deduction: None } => format!(
            "done {actual}, {days} days after {due}; no rule says what that costs, so the self score counts: it must be below the weight and carry a reason"
        ),
        Explanation::Qualitative { score, weight, tier: Some((attainment, from, to)) } => format!(
            "qualitative, {} is {from} to {to} points: the self score {score} of {weight} counts",
            attainment.text(lang)
        ),
        Explanation::Qualitative { score, weight, tier: None } => {
            format!("qualitative, no tier chosen: the self score {score} of {weight} counts")
        }
        Explanation::BaseRatio(ratio) if ratio.score.is_none() => {
            format!("{}; no rule decides, so the self score counts until it is reviewed", ratio.text(lang))
        }
        Explanation::BaseRatio(ratio) => ratio.text(lang),
        Explanation::Undecided(why) => {
            format!("{}; no rule decides, so the self score counts until it is reviewed", why.text(lang))
        }
        Explanation::Missing(what) => format!("{}, so it cannot be scored", what.text(lang)),
        Explanation::NotApplicable => "not applicable, left out of the score".to_owned(),
        Explanation::NotScored => "no weight, not scored".to_owned(),
    }
}
