//! 财预〔2020〕10号, 单位自评, 定性指标: 达成、部分达成并具有一定效果、未达成且效果较差三档, 分别在 100-80%（含）、80-60%（含）、60-0% 内合理确定分值.
//!
//! The unit chooses the score, so the computed score is the self score, held within 0..weight. The tier is what
//! somebody said; only an actual that repeats the target, or says 达成 or 完成, is taken as achieved. A claim
//! outside its tier's band is flagged; the bounds of the bands are the rule set's.

use super::{Case, Outcome, Verdict};
use crate::kernel::Points;
use crate::scoring::number::{score_of, share};
use crate::scoring::rule_set::ScoreRounding;
use crate::scoring::{Attainment, Explanation, Flag, Rule, target};

/// Words beside 完成 or 达成 that take it back.
const DOUBTS: [&str; 12] =
    ["未", "没", "不", "基本", "部分", "尚", "正在", "逐步", "大致", "多数", "进行中", "即将"];

pub(in crate::scoring) fn judge(case: &mut Case<'_>) -> Outcome {
    let Some(claimed) = case.row.self_score else {
        return case.missing(Rule::Qualitative, Flag::SelfScoreMissing);
    };
    let weight = case.weight;
    let score = claimed.clamp(Points::ZERO, weight.max(Points::ZERO));
    let attainment = case.row.attainment.or_else(|| {
        let inferred = says_achieved(case).then_some(Attainment::Achieved);
        case.flags.extend(inferred.map(|_| Flag::AttainmentInferred));
        inferred
    });
    let tier = attainment.map(|attainment| {
        let (from, to) = band(case, attainment);
        if !within(case, attainment, claimed) {
            case.flags.push(Flag::OutsideTier { attainment, from, to });
        }
        (attainment, from, to)
    });
    Outcome {
        rule: Rule::Qualitative,
        verdict: Verdict::Decided(score),
        explanation: Explanation::Qualitative { score, weight, tier },
    }
}

fn says_achieved(case: &Case<'_>) -> bool {
    let Some(actual) = case.row.actual.as_deref() else { return false };
    let doubted = DOUBTS.iter().any(|word| actual.contains(word));
    case.row.target.as_deref().is_some_and(|target| target::same(target, actual))
        || (!doubted && (actual.contains("完成") || actual.contains("达成")))
}

/// The band of a tier in points, for people; its upper bound belongs to the tier above, if there is one.
fn band(case: &Case<'_>, attainment: Attainment) -> (Points, Points) {
    let tiers = &case.rules.tiers;
    let exact = ScoreRounding { decimals: Points::SCALE, ..case.rules.rounding };
    let at = |bound: rust_decimal::Decimal| {
        share(case.weight, bound, rust_decimal::Decimal::ONE)
            .map_or(case.weight, |raw| score_of(raw, case.weight, exact))
    };
    let (achieved, partly) = (at(tiers.achieved_from.decimal()), at(tiers.partly_from.decimal()));
    match attainment {
        Attainment::Achieved => (achieved, case.weight),
        Attainment::Partly => (partly, achieved),
        Attainment::Not => (Points::ZERO, partly),
    }
}

/// Whether a score lies in its tier; a bound belongs to the better tier.
fn within(case: &Case<'_>, attainment: Attainment, score: Points) -> bool {
    let (from, to) = band(case, attainment);
    match attainment {
        Attainment::Achieved => from <= score && score <= to,
        Attainment::Partly | Attainment::Not => from <= score && score < to,
    }
}

#[cfg(test)]
mod tests {
    use crate::scoring::testing::{flags, row};
    use crate::scoring::{Attainment, IndicatorRow};

    #[test]
    fn worked_examples() {
        let claim = |score: &str, attainment| IndicatorRow {
            self_score: Some(score.parse().unwrap()),
            attainment,
            deviation_reason: Some("任务推进较慢".to_owned()),
            ..row("效果明显", "有一定效果", "10")
        };
        assert_eq!(flags(&claim("8", Some(Attainment::Achieved))), Vec::<&str>::new());
        assert_eq!(flags(&claim("7.99", Some(Attainment::Achieved))), ["outside_tier"]);
        assert_eq!(flags(&claim("8", Some(Attainment::Partly))), ["outside_tier"]);
        assert_eq!(flags(&claim("6", Some(Attainment::Partly))), Vec::<&str>::new());
        assert_eq!(flags(&claim("6", Some(Attainment::Not))), ["outside_tier"]);
        assert_eq!(flags(&claim("2", None)), Vec::<&str>::new());
    }
}
