//! What is remarkable about a row or a sheet. A flag takes no points: rules do.

use rust_decimal::Decimal;

use super::ratios::Gap;
use super::{Attainment, NamedBlock};
use crate::kernel::{Lang, Money, Points, Ratio, Text};
use crate::scoring::target::Direction;

/// A kind of flag, for documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlagCode {
    /// The stable code.
    pub code: &'static str,
    /// What it means, in Chinese.
    pub zh: &'static str,
    /// What it means, in English.
    pub en: &'static str,
}

/// Variant, code and description stand in one line, so that no flag can be undocumented.
macro_rules! flags {
    ($( $(#[$meta:meta])* $variant:ident $({ $($(#[$fmeta:meta])* $field:ident: $type:ty,)+ })?
        = $code:literal, $zh:literal, $en:literal; )+) => {
        /// Something remarkable about a row or a sheet, with its numbers.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Flag { $( $(#[$meta])* $variant $({ $($(#[$fmeta])* $field: $type,)+ })?, )+ }

        impl Flag {
            /// Every code with its meaning.
            pub const ALL_CODES: &'static [FlagCode] =
                &[$( FlagCode { code: $code, zh: $zh, en: $en }, )+];

            const fn kind(&self) -> FlagCode {
                match self {
                    $( Self::$variant { .. } => FlagCode { code: $code, zh: $zh, en: $en }, )+
                }
            }
        }
    };
}

flags! {
    /// Far above the target.
    OverAchieved {
        /// By which share above: `0.666667` is 66.67 %.
        above: Ratio,
    } = "over_achieved", "实际远高于目标", "far above the target";
    /// Far above the target without a reason.
    OverAchievementUnexplained
        = "over_achievement_unexplained", "超额完成未说明原因", "far above the target without a reason";
    /// The actual repeats the target's condition.
    ActualCopiesCondition
        = "actual_copies_condition", "实际完成值照抄目标条件，不是实测值，按达标处理",
          "the actual copies the condition and is no measurement; accepted as met";
    /// The actual carries a sign or an approximation.
    SignedActual
        = "signed_actual", "实际完成值带有比较符号或约数，按其数值计分",
          "the actual carries a sign or an approximation; judged by its number";
    /// `>` or `<` where both values are equal.
    EqualsStrictBound
        = "equals_strict_bound", "目标为严格大于或小于，实际恰好相等，按达标处理",
          "the target says strictly above or below and the actual is equal; accepted as met";
    /// Words where a number or date was expected.
    WordsForNumber
        = "words_for_number", "目标是数值或日期，实际却是文字，按定性指标计分",
          "words where the target is a number or date; scored as qualitative";
    /// A number where a date was expected.
    NumberForDate = "number_for_date", "目标是日期，实际却是数值", "a number where the target is a date";
    /// A date where a number was expected.
    DateForNumber = "date_for_number", "目标是数值，实际却是日期", "a date where the target is a number";
    /// A target of several numbers.
    SeveralTargets
        = "several_targets", "目标含有多个数值，按定性指标计分", "the target has several numbers; scored as qualitative";
    /// An actual of several numbers.
    SeveralActuals
        = "several_actuals", "实际完成值含有多个数值，无法确定取哪一个",
          "the actual has several numbers and none is plainly the one";
    /// Units that cannot be compared.
    UnitsIncomparable {
        /// The target as written.
        target: String,
        /// The actual as written.
        actual: String,
    } = "units_incomparable", "实际与目标的计量单位不可比", "the units of actual and target cannot be compared";
    /// A bare number that may be a share or a percentage.
    PercentAmbiguous {
        /// The number.
        actual: Decimal,
    } = "percent_ambiguous", "百分比目标的实际值没有百分号，且可能是小数", "a bare number against a percentage may be a share";
    /// A rise where a fall was aimed at, or the other way round.
    OppositeChange
        = "opposite_change", "目标与实际的变化方向相反（增长与下降）", "target and actual change in opposite directions";
    /// A negative target.
    NegativeTarget = "negative_target", "目标为负数，没有规则可以判定", "the target is negative; no rule decides";
    /// The actual's wording says that the number was not reached.
    UnclearActual
        = "unclear_actual", "实际完成值的文字表示未达到该数值", "the actual's wording says that its number was not reached";
    /// The target has no sign; a direction was assumed.
    DirectionAssumed {
        /// The direction taken.
        direction: Direction,
    } = "direction_assumed", "目标没有比较符号，按惯例推定方向", "the target has no sign; a direction was assumed";
    /// After the date.
    Late {
        /// Days after it.
        days: i64,
    } = "late", "晚于目标日期", "after the target date";
    /// After the date with the full score claimed.
    LateFullScore = "late_full_score", "逾期完成却自评满分", "late, and yet the full score is claimed";
    /// A target date outside the fiscal year.
    OtherYear {
        /// The year written.
        year: i32,
    } = "other_year", "目标日期不在预算年度内", "the target date is not in the fiscal year";
    /// A part of another row.
    SubRow = "sub_row", "“其中”分项", "a sub-row (其中)";
    /// No weight, no score.
    NoWeight = "no_weight", "没有分值，不计分", "no weight, not scored";
    /// A claim without a weight.
    ScoreWithoutWeight = "score_without_weight", "没有分值却填了得分，不计入总分", "a score without a weight; not counted";
    /// Not applicable.
    NotApplicable = "not_applicable", "指标不适用", "not applicable";
    /// Not applicable, which the rule set forbids.
    NotApplicableForbidden
        = "not_applicable_forbidden", "评分规则不允许指标不适用", "the rule set does not allow a target that does not apply";
    /// A claim for something that does not apply.
    NotApplicableScored
        = "not_applicable_scored", "指标不适用却填了得分，不计入", "a score for what does not apply; not counted";
    /// No target.
    TargetMissing = "target_missing", "年度指标值为空", "the target is empty";
    /// No actual.
    ActualMissing = "actual_missing", "实际完成值为空", "the actual is empty";
    /// No claim.
    SelfScoreMissing = "self_score_missing", "自评得分为空", "the self score is empty";
    /// A claim outside 0..weight.
    SelfScoreOutOfRange {
        /// The claim.
        score: Points,
        /// The weight.
        weight: Points,
    } = "self_score_out_of_range", "自评得分不在 0 与分值之间", "the self score is not within 0..weight";
    /// A reviewed score outside 0..weight.
    ReviewedScoreOutOfRange {
        /// The score.
        score: Points,
        /// The weight.
        weight: Points,
    } = "reviewed_score_out_of_range", "复核得分不在 0 与分值之间", "the reviewed score is not within 0..weight";
    /// The claim is above what the rule gives, beyond the tolerance.
    Overclaim {
        /// The claim.
        self_score: Points,
        /// What the rule gives.
        computed: Points,
    } = "overclaim", "自评得分高于规则计算得分", "the self score is above the computed score";
    /// The claim is below what the rule gives, beyond the tolerance.
    Underclaim {
        /// The claim.
        self_score: Points,
        /// What the rule gives.
        computed: Points,
    } = "underclaim", "自评得分低于规则计算得分", "the self score is below the computed score";
    /// Points lost without a reason.
    ReasonMissing {
        /// How many.
        lost: Points,
    } = "reason_missing", "扣分未说明偏差原因", "points lost without a deviation reason";
    /// Attainment was read off the actual.
    AttainmentInferred = "attainment_inferred", "由实际完成值推定为“达成”", "taken as achieved from the wording of the actual";
    /// The claim does not lie in its tier.
    OutsideTier {
        /// The tier.
        attainment: Attainment,
        /// Its lower bound in points.
        from: Points,
        /// Its upper bound in points.
        to: Points,
    } = "outside_tier", "自评得分不在所选档次的分值区间内", "the self score lies outside the band of its tier";
    /// What the row says a ratio is, is not what the figures give.
    RatioDiffers {
        /// As written.
        written: String,
        /// What the figures give.
        computed: Ratio,
    } = "ratio_differs", "实际完成值与基础数据算出的比率不一致，按算出的计分",
        "the actual is not the ratio that the base data give; the latter counts";
    /// The figures give no ratio.
    RatioNotComputable {
        /// Why.
        gap: Gap,
    } = "ratio_not_computable", "基础数据不足以计算比率", "the base data give no ratio";
    /// Level 1 names no known block.
    BlockUnknown = "block_unknown", "一级指标无法归类", "level 1 names no known block";
    /// No weight where the rule set expects one.
    ExecutionWeightMissing
        = "execution_weight_missing", "预算执行率没有分值，不计分", "the execution row has no weight and is not scored";
    /// No annual amount.
    AnnualMissing = "annual_missing", "全年预算数为空，无法计算执行率", "no annual amount, so no execution rate";
    /// An annual amount of nothing.
    AnnualZero = "annual_zero", "全年预算数为 0 或负数，无法计算执行率", "the annual amount is not above 0, so no execution rate";
    /// No executed amount.
    ExecutedMissing = "executed_missing", "全年执行数为空，无法计算执行率", "no executed amount, so no execution rate";
    /// More executed than budgeted.
    OverExecuted {
        /// The rate.
        rate: Ratio,
    } = "over_executed", "执行数大于全年预算数", "more was executed than budgeted";
    /// A rate that needs a reason.
    LowExecution {
        /// The rate.
        rate: Ratio,
    } = "low_execution", "预算执行率偏低，须说明原因", "the execution rate is low and needs a reason";
    /// The budget was changed in the year.
    BudgetChanged {
        /// 年初预算数.
        initial: Money,
        /// 全年预算数.
        annual: Money,
    } = "budget_changed", "全年预算数与年初预算数不一致，须说明原因", "the annual amount differs from the initial one and needs a reason";
    /// The weights do not sum to 100.
    WeightsNotFull {
        /// What they sum to.
        sum: Points,
    } = "weights_not_full", "分值合计不等于 100", "the weights do not sum to 100";
    /// A block weighs otherwise than the rule set says.
    BlockWeightDiffers {
        /// The block, or those that share the weight.
        blocks: Vec<NamedBlock>,
        /// By the rule set.
        expected: Points,
        /// On the sheet.
        found: Points,
    } = "block_weight_differs", "一级指标权重与评分规则不一致", "a block weighs otherwise than the rule set says";
    /// The printed total is not the sum.
    ReportedTotalDiffers {
        /// As printed.
        reported: Points,
        /// The sum of the claims.
        self_total: Points,
    } = "reported_total_differs", "表中总分与自评得分合计不一致", "the printed total is not the sum of the self scores";
    /// Low execution caps the total.
    TotalCapped {
        /// The rate.
        rate: Ratio,
        /// The cap.
        cap: Points,
    } = "total_capped", "预算执行率偏低，总分封顶", "low execution caps the total";
    /// Nothing in a block applies, so its weight has nowhere to go.
    BlockNotApplicable {
        /// The block.
        block: NamedBlock,
    } = "block_not_applicable", "该部分指标全部不适用，分值无法分配", "nothing in a block applies, so its weight has nowhere to go";
}

impl Flag {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.kind().code
    }
}

impl Text for Flag {
    fn text(&self, lang: Lang) -> String {
        let kind = self.kind();
        let said = lang.pick(kind.zh, kind.en);
        let zh = lang == Lang::Zh;
        let colon = lang.pick("：", ": ");
        match self {
            Self::OverAchieved { above } if zh => format!("超出目标 {}", above.percent()),
            Self::OverAchieved { above } => format!("{} above target", above.percent()),
            Self::UnitsIncomparable { target, actual } => lang.pick(
                format!("{said}：目标“{target}”，实际“{actual}”"),
                format!("{said}: target “{target}”, actual “{actual}”"),
            ),
            Self::PercentAmbiguous { actual } if zh => format!("{said}：{actual}，不作猜测"),
            Self::PercentAmbiguous { actual } => format!("{said}: {actual} is not guessed at"),
            Self::DirectionAssumed { direction } if zh => {
                format!("目标没有比较符号，按“{}”处理", direction.sign())
            }
            Self::DirectionAssumed { direction } => {
                format!("the target has no sign; taken as {}", direction.sign())
            }
            Self::Late { days } => lang.pick(format!("逾期 {days} 天"), format!("{days} days late")),
            Self::OtherYear { year } => format!("{said}{colon}{year}{}", lang.pick(" 年", "")),
            Self::SelfScoreOutOfRange { score, weight } | Self::ReviewedScoreOutOfRange { score, weight } => {
                lang.pick(
                    format!("{said}：得分 {score}，分值 {weight}"),
                    format!("{said}: {score} of {weight}"),
                )
            }
            Self::Overclaim { self_score, computed } | Self::Underclaim { self_score, computed } => lang
                .pick(
                    format!("{said}：自评 {self_score}，计算 {computed}"),
                    format!("{said}: self {self_score}, computed {computed}"),
                ),
            Self::ReasonMissing { lost } if zh => format!("扣 {lost} 分未说明偏差原因"),
            Self::ReasonMissing { lost } => format!("{lost} points lost without a deviation reason"),
            Self::OutsideTier { attainment, from, to } => lang.pick(
                format!("{said}：“{}”应为 {from} 至 {to} 分", attainment.text(lang)),
                format!("{said}: {} is {from} to {to} points", attainment.text(lang)),
            ),
            Self::RatioDiffers { written, computed } => lang.pick(
                format!("{said}：填写 {written}，算出 {}", computed.percent()),
                format!("{said}: {written} against {}", computed.percent()),
            ),
            Self::RatioNotComputable { gap } => format!("{said}{colon}{}", gap.text(lang)),
            Self::OverExecuted { rate } | Self::LowExecution { rate } => {
                format!("{said}{colon}{}", rate.percent())
            }
            Self::BudgetChanged { initial, annual } => lang.pick(
                format!("年初预算 {initial} 万元，全年预算 {annual} 万元，须说明原因"),
                format!("the budget changed from {initial} to {annual} 万元 and needs a reason"),
            ),
            Self::WeightsNotFull { sum } if zh => format!("分值合计 {sum}，应为 100"),
            Self::WeightsNotFull { sum } => format!("the weights sum to {sum}, not 100"),
            Self::BlockWeightDiffers { blocks, expected, found } => {
                let names: Vec<String> = blocks.iter().map(|block| block.title.text(lang)).collect();
                lang.pick(
                    format!("{}分值 {found}，评分规则为 {expected}", names.join("、")),
                    format!("{} weighs {found}, the rule set says {expected}", names.join(" and ")),
                )
            }
            Self::ReportedTotalDiffers { reported, self_total } => lang.pick(
                format!("表中总分 {reported}，自评得分合计 {self_total}"),
                format!("the printed total is {reported}, the self scores sum to {self_total}"),
            ),
            Self::TotalCapped { rate, cap } => lang.pick(
                format!("预算执行率 {}，总分最高 {cap} 分", rate.percent()),
                format!("execution of {} caps the total at {cap}", rate.percent()),
            ),
            Self::BlockNotApplicable { block } => {
                format!("{}{colon}{said}", block.title.text(lang))
            }
            Self::OverAchievementUnexplained
            | Self::ActualCopiesCondition
            | Self::SignedActual
            | Self::EqualsStrictBound
            | Self::WordsForNumber
            | Self::NumberForDate
            | Self::DateForNumber
            | Self::SeveralTargets
            | Self::SeveralActuals
            | Self::OppositeChange
            | Self::NegativeTarget
            | Self::UnclearActual
            | Self::LateFullScore
            | Self::SubRow
            | Self::NoWeight
            | Self::ScoreWithoutWeight
            | Self::NotApplicable
            | Self::NotApplicableForbidden
            | Self::NotApplicableScored
            | Self::TargetMissing
            | Self::ActualMissing
            | Self::SelfScoreMissing
            | Self::AttainmentInferred
            | Self::BlockUnknown
            | Self::ExecutionWeightMissing
            | Self::AnnualMissing
            | Self::AnnualZero
            | Self::ExecutedMissing => said.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_says_its_numbers_in_both_languages() {
        for (flag, zh, en) in [
            (
                Flag::PercentAmbiguous { actual: Decimal::new(98, 2) },
                "百分比目标的实际值没有百分号，且可能是小数：0.98，不作猜测",
                "a bare number against a percentage may be a share: 0.98 is not guessed at",
            ),
            (
                Flag::DirectionAssumed { direction: Direction::AtMost },
                "目标没有比较符号，按“≤”处理",
                "the target has no sign; taken as ≤",
            ),
            (
                Flag::WeightsNotFull { sum: Points::whole(90) },
                "分值合计 90，应为 100",
                "the weights sum to 90, not 100",
            ),
        ] {
            assert_eq!([flag.text(Lang::Zh), flag.text(Lang::En)], [zh, en]);
        }
    }
}
