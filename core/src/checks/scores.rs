//! Checks of scores that block: weights, claims, reasons, empty cells. Scoring has flagged what they find
//! (`flags.rs`); here is what it means and what to do about it.

use super::Severity::{self, Block};
use super::registry::{Check, FORM, METHOD, WEIGHTS, WITHIN, Words, words};

/// A check that stands on a flag of the same name, and finds nothing beyond it.
pub(super) const fn flag(
    id: &'static str,
    severity: Severity,
    clause: Words,
    title: Words,
    compares: Words,
    hint: Words,
) -> Check {
    Check { id, severity, clause, title, compares, hint, look: |_| Vec::new() }
}

/// The form contradicts itself or cannot be scored.
pub(super) const CHECKS: &[Check] = &[
    flag(
        "weights_not_full",
        Block,
        WEIGHTS,
        words("分值合计", "sum of the weights"),
        words(
            "预算执行率和全部指标的分值合计是否为 100",
            "the weights of execution and indicators against 100",
        ),
        words("调整各指标分值，使一张表合计为 100", "change the weights so that those of a sheet sum to 100"),
    ),
    flag(
        "execution_weight_missing",
        Block,
        WEIGHTS,
        words("预算执行率分值", "weight of the execution"),
        words(
            "评分规则要求预算执行率计分，表中是否填了分值",
            "whether the execution row, which the rule set scores, has a weight",
        ),
        words(
            "填写预算执行率的分值（一般为 10）和得分",
            "give the execution row its weight (mostly 10) and its score",
        ),
    ),
    flag(
        "block_not_applicable",
        Block,
        WEIGHTS,
        words("整块不适用", "a block without indicators that apply"),
        words(
            "一级指标下是否还有适用的指标承担分值",
            "whether anything in a block applies and can carry its weight",
        ),
        words(
            "至少保留一项适用的指标，或把分值调到其他部分",
            "keep an indicator that applies, or move the weight to other blocks",
        ),
    ),
    flag(
        "reported_total_differs",
        Block,
        WITHIN,
        words("总分", "printed total"),
        words("表上填写的总分与各项自评得分之和", "the printed total against the sum of the self scores"),
        words("改正总分，或改正写错的得分", "correct the total, or the score that is wrong"),
    ),
    flag(
        "self_score_out_of_range",
        Block,
        METHOD,
        words("得分范围", "range of a score"),
        words("自评得分是否在 0 与分值之间", "a self score against 0 and its weight"),
        words("得分改为不低于 0、不高于分值", "give a score between 0 and the weight"),
    ),
    flag(
        "score_without_weight",
        Block,
        METHOD,
        words("无分值的得分", "a score without a weight"),
        words("没有分值的行是否填了得分", "scores of rows that have no weight"),
        words("补上分值，或删去这个得分", "give the row a weight, or take the score out"),
    ),
    flag(
        "not_applicable_scored",
        Block,
        METHOD,
        words("不适用却有得分", "a score for what does not apply"),
        words("目标为“/”的指标是否填了得分", "scores of indicators whose target is /"),
        words("填写年度指标值，或删去这个得分", "give the indicator a target, or take the score out"),
    ),
    flag(
        "not_applicable_forbidden",
        Block,
        METHOD,
        words("不适用的指标", "an indicator that does not apply"),
        words("评分规则是否允许目标为“/”", "targets of / where the rule set does not allow them"),
        words("填写年度指标值，或删去这项指标", "give the indicator a target, or remove it"),
    ),
    flag(
        "late_full_score",
        Block,
        METHOD,
        words("逾期却满分", "late with the full score"),
        words("完成日期晚于目标日期时的自评得分", "the self score of what was done after its date"),
        words(
            "扣减得分并填写偏差原因，或改正写错的日期",
            "lower the score and give the reason, or correct the date",
        ),
    ),
    flag(
        "self_score_missing",
        Block,
        FORM,
        words("自评得分", "self score"),
        words("有分值的行是否填了自评得分", "whether every row with a weight has a self score"),
        words("填写自评得分", "fill in the self score"),
    ),
    flag(
        "execution_score",
        Block,
        METHOD,
        words("预算执行率得分", "score of the execution"),
        words(
            "预算执行率的自评得分与“分值 × 执行数 ÷ 全年预算数”",
            "the execution's self score against weight × executed ÷ annual",
        ),
        words(
            "得分按“分值 × 执行率”计算，最高为分值；或改正金额",
            "score it as weight × rate, at most the weight, or correct the amounts",
        ),
    ),
    flag(
        "target_missing",
        Block,
        FORM,
        words("年度指标值", "target"),
        words("有分值的指标是否填了年度指标值", "whether every indicator with a weight has a target"),
        words("按批复的绩效目标填写年度指标值", "fill in the target as it was approved"),
    ),
    flag(
        "actual_missing",
        Block,
        FORM,
        words("实际完成值", "actual"),
        words("有分值的指标是否填了实际完成值", "whether every indicator with a weight has an actual"),
        words("填写实际完成值", "fill in the actual"),
    ),
    flag(
        "annual_missing",
        Block,
        FORM,
        words("全年预算数", "annual amount"),
        words("是否填了全年预算数", "whether the annual amount was filled in"),
        words("填写全年预算数（年初预算加年中调整）", "fill in the annual amount: initial plus adjustments"),
    ),
    flag(
        "annual_zero",
        Block,
        METHOD,
        words("全年预算数为 0", "annual amount of nothing"),
        words("全年预算数是否大于 0", "the annual amount against 0"),
        words(
            "填写全年预算数；当年没有预算的项目不应单独自评",
            "fill in the annual amount; a project without a budget has no form of its own",
        ),
    ),
    flag(
        "executed_missing",
        Block,
        FORM,
        words("全年执行数", "executed amount"),
        words("是否填了全年执行数", "whether the executed amount was filled in"),
        words("填写全年执行数；没有支出的填 0", "fill in the executed amount; 0 where nothing was spent"),
    ),
    flag(
        "reason_missing",
        Block,
        METHOD,
        words("偏差原因", "deviation reason"),
        words(
            "自评得分低于分值的指标是否填了偏差原因",
            "whether every score below its weight has a deviation reason",
        ),
        words("在“偏差原因分析及改进措施”一栏填写原因", "give the reason in the column for it"),
    ),
];
