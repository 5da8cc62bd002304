//! What comes out: every score with its rule, its flags and its explanation.

use super::ratios::BaseRatio;
use super::{BlockName, Category, Explanation, Flag, Grade, Rule};
use crate::kernel::{Money, Points, Ratio};

/// A scored sheet. Self, computed and reviewed stand side by side; none overwrites another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scorecard {
    /// Sum of what the unit claims for the scored rows.
    pub self_total: Option<Points>,
    /// Sum of what the rules give, as far as they decide, under the rule set's cap.
    pub computed_total: Option<Points>,
    /// The bureau's total: `None` until something was reviewed; rows not reviewed count with their final
    /// score; a review of the whole stands above the sum.
    pub reviewed_total: Option<Points>,
    /// What counts: the review of the whole, else the sum of the final scores under the rule set's cap.
    pub final_total: Option<Points>,
    /// 总分 as printed on the form.
    pub reported_total: Option<Points>,
    /// Grade of the final total, if the sheet is complete.
    pub grade: Option<Grade>,
    /// Whether every scored row has a final score and the weights sum to the full total.
    pub complete: bool,
    /// What is remarkable about the sheet as a whole.
    pub flags: Vec<Flag>,
    /// The execution row.
    pub execution: ExecutionScore,
    /// Sums by block, in the order of [`RuleSet::block_order`](super::RuleSet::block_order); only blocks that the
    /// sheet has.
    pub blocks: Vec<BlockScore>,
    /// The indicators in the order of the sheet.
    pub indicators: Vec<IndicatorScore>,
    /// The ratios of a department's year; none of a project's.
    pub ratios: Vec<BaseRatio>,
}

/// The scored execution row (预算执行率).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionScore {
    /// 年初预算数.
    pub initial: Option<Money>,
    /// 全年预算数.
    pub annual: Option<Money>,
    /// 全年执行数.
    pub executed: Option<Money>,
    /// 预算执行率: executed ÷ annual.
    pub rate: Option<Ratio>,
    /// 分值.
    pub weight: Option<Points>,
    /// 自评得分.
    pub self_score: Option<Points>,
    /// What the rule gives.
    pub computed_score: Option<Points>,
    /// 复核得分.
    pub reviewed_score: Option<Points>,
    /// What counts.
    pub final_score: Option<Points>,
    /// What is remarkable.
    pub flags: Vec<Flag>,
    /// Why.
    pub explanation: Explanation,
}

/// The sums of one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockScore {
    /// Which block.
    pub block: BlockName,
    /// Sum of the weights.
    pub weight: Option<Points>,
    /// Sum of the claims.
    pub self_score: Option<Points>,
    /// Sum of what the rules give, after the not-applicable policy.
    pub computed_score: Option<Points>,
    /// `None` until a row of the block was reviewed; then rows not reviewed count with their final score.
    pub reviewed_score: Option<Points>,
    /// Sum of what counts, after the not-applicable policy.
    pub final_score: Option<Points>,
}

/// A scored indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorScore {
    /// Its place on the form.
    pub seq: i32,
    /// Its block, if level 1 names one.
    pub block: Option<BlockName>,
    /// Its category, if level 2 names one.
    pub category: Option<Category>,
    /// 分值.
    pub weight: Option<Points>,
    /// 自评得分.
    pub self_score: Option<Points>,
    /// What the rule gives; `None` where no rule decides or something is missing.
    pub computed_score: Option<Points>,
    /// 复核得分.
    pub reviewed_score: Option<Points>,
    /// What counts: reviewed, else the lower of self and computed, else self; `None` where it is missing.
    pub final_score: Option<Points>,
    /// The rule that was applied.
    pub rule: Rule,
    /// What is remarkable.
    pub flags: Vec<Flag>,
    /// Why.
    pub explanation: Explanation,
}
