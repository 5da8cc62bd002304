//! One indicator: read its cells, find the rule, ask it, and settle what counts.

use super::number::subtract;
use super::ratios::BaseRatio;
use super::rules::{
    Case, Claim, Outcome, Pair, Verdict, at_least, at_most, base_ratio, date, equal, not_applicable,
    qualitative, range,
};
use super::target::{
    self, Actual, Bound, Context, Direction, Due, Incomparable, Measure, Measured, Quantity, Sign, Target,
};
use super::{BlockName, Category, Explanation, Flag, IndicatorRow, IndicatorScore, Rule, RuleSet};
use crate::kernel::{FiscalYear, Points};

/// A scored indicator and what the sheet needs to know of it.
pub(super) struct Scored {
    pub score: IndicatorScore,
    pub standing: Standing,
}

/// How a row stands in the sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It counts, with what it has.
    Counts,
    /// It ought to count and something is missing.
    Incomplete,
    /// It does not apply and leaves its weight to others.
    Dropped,
    /// It has no weight.
    Unscored,
}

/// Scores a row; a ratio that the rule set lets decide it comes from `ratios`.
pub(super) fn score(row: &IndicatorRow, year: FiscalYear, rules: &RuleSet, ratios: &[BaseRatio]) -> Scored {
    let block = rules.classify(&row.level1);
    let category = Category::classify(&row.level2);
    let context = context(row, year, rules);
    let weight = row.weight.filter(|weight| *weight > Points::ZERO);
    let mut case = Case {
        row,
        weight: weight.unwrap_or_default(),
        rules,
        category: context.category,
        flags: Vec::new(),
    };
    if row.name.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with("其中") {
        case.flags.push(Flag::SubRow);
    }
    let outcome = if weight.is_none() {
        unweighted(&mut case)
    } else {
        if block.is_none() {
            case.flags.push(Flag::BlockUnknown);
        }
        match ratios.iter().find(|ratio| ratio.decides(&row.name)) {
            Some(ratio) => base_ratio::judge(&mut case, ratio, &context),
            None => judge(&mut case, &context),
        }
    };
    settle(case, outcome, block, category)
}

fn unweighted(case: &mut Case<'_>) -> Outcome {
    if case.flags.is_empty() {
        case.flags.push(Flag::NoWeight);
    }
    if case.row.self_score.is_some_and(|score| score > Points::ZERO) {
        case.flags.push(Flag::ScoreWithoutWeight);
    }
    Outcome { rule: Rule::NotScored, verdict: Verdict::NotScored, explanation: Explanation::NotScored }
}

/// What a row's cells are read against.
pub(super) fn context<'a>(row: &'a IndicatorRow, year: FiscalYear, rules: &RuleSet) -> Context<'a> {
    // A form with a cost block may leave level 2 without the word.
    let in_cost = || rules.classify(&row.level1) == Some(BlockName::COST);
    let category = Category::classify(&row.level2).or_else(|| in_cost().then_some(Category::Cost));
    Context { year, category, name: &row.name }
}

/// Target and actual as they are read.
pub(super) fn read(row: &IndicatorRow, context: &Context<'_>) -> (Target, Actual) {
    let target = row.target.as_deref().map_or(Target::Empty, |text| Target::parse(text, context));
    // Against a date, 2023.11 is a month whatever the category.
    let category =
        if matches!(target, Target::ByDate { .. }) { Some(Category::Timeliness) } else { context.category };
    let reading = Context { category, ..*context };
    let actual = row.actual.as_deref().map_or(Actual::Empty, |text| Actual::parse(text, &reading));
    (target, actual)
}

fn judge(case: &mut Case<'_>, context: &Context<'_>) -> Outcome {
    let (target, actual) = read(case.row, context);
    if target == Target::NotApplicable {
        return not_applicable::judge(case);
    }
    notice_target(case, &target, context);
    let measured = match (&target, actual) {
        (Target::Empty, Actual::Empty) => {
            case.flags.push(Flag::TargetMissing);
            return case.missing(Rule::Undecided, Flag::ActualMissing);
        }
        (Target::Empty, Actual::Words | Actual::Measured(_)) => return case.undecided(Flag::TargetMissing),
        (_, Actual::Empty) => return case.missing(rule_of(&target), Flag::ActualMissing),
        (Target::Qualitative { .. }, Actual::Words | Actual::Measured(_)) => return qualitative::judge(case),
        (_, Actual::Words) => {
            case.flags.push(Flag::WordsForNumber);
            return qualitative::judge(case);
        }
        (_, Actual::Measured(measured)) => measured,
    };
    // 未按时完成 beside a date says no more than the date.
    let dated = matches!(target, Target::ByDate { .. }) && measured.date.is_some();
    if measured.denied && !dated {
        return case.undecided(Flag::UnclearActual);
    }
    match &target {
        Target::AtLeast(bound) | Target::Equal(bound) => {
            against_bound(case, Direction::AtLeast, bound, &measured, context.name)
        }
        Target::AtMost(bound) => against_bound(case, Direction::AtMost, bound, &measured, context.name),
        Target::Range { low, high } => against_range(case, low, high, &measured, context.name),
        Target::ByDate { due, amount } => against_date(case, *due, amount.as_ref(), &measured, context.name),
        Target::Qualitative { .. } | Target::NotApplicable | Target::Empty => qualitative::judge(case),
    }
}

/// The rule that would have been asked.
const fn rule_of(target: &Target) -> Rule {
    match target {
        Target::AtLeast(_) => Rule::AtLeast,
        Target::AtMost(_) => Rule::AtMost,
        Target::Equal(_) => Rule::Equal,
        Target::Range { .. } => Rule::Range,
        Target::ByDate { .. } => Rule::Date,
        Target::Qualitative { .. } => Rule::Qualitative,
        Target::NotApplicable => Rule::NotApplicable,
        Target::Empty => Rule::Undecided,
    }
}

/// Flags what is remarkable about a target whatever the actual.
fn notice_target(case: &mut Case<'_>, target: &Target, context: &Context<'_>) {
    match target {
        Target::AtLeast(bound) if bound.is_assumed() => {
            case.flags.push(Flag::DirectionAssumed { direction: Direction::AtLeast });
        }
        Target::AtMost(bound) if bound.is_assumed() => {
            case.flags.push(Flag::DirectionAssumed { direction: Direction::AtMost });
        }
        Target::ByDate { due, .. } => {
            case.flags.extend(
                due.year.filter(|year| *year != context.year.get()).map(|year| Flag::OtherYear { year }),
            );
        }
        Target::Qualitative { several: true } => case.flags.push(Flag::SeveralTargets),
        Target::AtLeast(_)
        | Target::AtMost(_)
        | Target::Equal(_)
        | Target::Range { .. }
        | Target::Qualitative { several: false }
        | Target::NotApplicable
        | Target::Empty => {}
    }
}

/// The one number of an actual that answers the target: the only one, or the only one in the target's unit.
fn answer<'a>(measured: &'a Measured, target: &Quantity) -> Result<&'a Measure, Flag> {
    let mut fitting =
        measured.measures.iter().filter(|m| !m.quantity.is_bare() && m.quantity.unit == target.unit);
    match (measured.measures.as_slice(), fitting.next(), fitting.next()) {
        ([], ..) => Err(Flag::DateForNumber),
        ([only], ..) => Ok(only),
        (_, Some(fits), None) if !fits.ranged => Ok(fits),
        _ => Err(Flag::SeveralActuals),
    }
}

/// The actual's value in the target's base, or why there is none.
fn value_of(target: &Quantity, actual: &Quantity, name: &str) -> Result<rust_decimal::Decimal, Flag> {
    if target.value().is_sign_negative() && !target.value().is_zero() {
        return Err(Flag::NegativeTarget);
    }
    if !target::changes_agree(target, actual, name) {
        return Err(Flag::OppositeChange);
    }
    target::comparable_value(target, actual, name).map_err(|why| match why {
        Incomparable::Share => Flag::PercentAmbiguous { actual: actual.number },
        Incomparable::Units => {
            Flag::UnitsIncomparable { target: target.text.clone(), actual: actual.text.clone() }
        }
    })
}

fn against_bound(
    case: &mut Case<'_>,
    direction: Direction,
    bound: &Bound,
    measured: &Measured,
    name: &str,
) -> Outcome {
    let target = &bound.quantity;
    let answered = answer(measured, target).and_then(|m| Ok((m, value_of(target, &m.quantity, name)?)));
    let (measure, value) = match answered {
        Ok(found) => found,
        Err(why) => return case.undecided(why),
    };
    let actual = &measure.quantity;
    if let Some(sign) = measure.sign {
        if bound.sign == Some(sign) && value == target.value() && sign != Sign::About {
            return copied(case, bound_rule(direction, bound));
        }
        // 不足95% is short of 95 %, whatever its number; and so is more than an upper bound.
        let contradicts = match direction {
            Direction::AtLeast => sign == Sign::Below && value <= target.value(),
            Direction::AtMost => sign == Sign::Above && value >= target.value(),
        };
        if contradicts {
            return case.undecided(Flag::UnclearActual);
        }
        case.flags.push(Flag::SignedActual);
    }
    if value == target.value() && matches!(bound.sign, Some(Sign::Above | Sign::Below)) {
        case.flags.push(Flag::EqualsStrictBound);
    }
    let pair = Pair { target, actual, value };
    match (direction, bound.sign) {
        (_, Some(Sign::Equal)) => equal::judge(case, &pair),
        (Direction::AtLeast, _) => at_least::judge(case, &pair),
        (Direction::AtMost, _) => at_most::judge(case, Rule::AtMost, &pair),
    }
}

const fn bound_rule(direction: Direction, bound: &Bound) -> Rule {
    match (bound.sign, direction) {
        (Some(Sign::Equal), _) => Rule::Equal,
        (_, Direction::AtLeast) => Rule::AtLeast,
        (_, Direction::AtMost) => Rule::AtMost,
    }
}

/// The actual repeats the condition: no measurement, accepted as met.
fn copied(case: &mut Case<'_>, rule: Rule) -> Outcome {
    case.flags.push(Flag::ActualCopiesCondition);
    let condition = case.row.actual.as_deref().unwrap_or_default().trim().to_owned();
    Outcome {
        rule,
        verdict: Verdict::Decided(case.points(case.weight.decimal())),
        explanation: Explanation::Copied { condition, weight: case.weight },
    }
}

fn against_range(
    case: &mut Case<'_>,
    low: &Quantity,
    high: &Quantity,
    measured: &Measured,
    name: &str,
) -> Outcome {
    if let [first, second] = measured.measures.as_slice()
        && (second.ranged || (first.sign.is_some() && second.sign.is_some()))
        && second.quantity.value() == high.value()
        && [low.value(), low.number].contains(&first.quantity.value())
    {
        return copied(case, Rule::Range);
    }
    let answered = answer(measured, high).and_then(|m| Ok((m, value_of(low, &m.quantity, name)?)));
    match answered {
        Ok((measure, value)) => {
            case.flags.extend(measure.sign.map(|_| Flag::SignedActual));
            range::judge(case, low, high, &measure.quantity, value)
        }
        Err(why) => case.undecided(why),
    }
}

/// A date with an amount is judged by whichever the actual gives; by both, if it gives both.
fn against_date(
    case: &mut Case<'_>,
    due: Due,
    amount: Option<&(Direction, Bound)>,
    measured: &Measured,
    name: &str,
) -> Outcome {
    if let Some(date) = measured.date {
        if date == due.date && measured.before && repeats(case) {
            return copied(case, Rule::Date);
        }
        if measured.before {
            case.flags.push(Flag::SignedActual);
        }
        if amount.is_none() || measured.measures.is_empty() || date > due.date {
            return date::judge(case, due.date, date);
        }
    }
    match amount {
        Some((direction, bound)) => {
            if bound.is_assumed() {
                case.flags.push(Flag::DirectionAssumed { direction: *direction });
            }
            against_bound(case, *direction, bound, measured, name)
        }
        None if measured.measures.is_empty() => case.undecided(Flag::SeveralActuals),
        None => case.undecided(Flag::NumberForDate),
    }
}

/// Whether the actual is the target again.
fn repeats(case: &Case<'_>) -> bool {
    match (case.row.target.as_deref(), case.row.actual.as_deref()) {
        (Some(target), Some(actual)) => target::same(target, actual),
        (None, _) | (_, None) => false,
    }
}

/// What counts: reviewed; else the lower of self and computed where a rule decides; else self.
fn settle(
    mut case: Case<'_>,
    outcome: Outcome,
    block: Option<BlockName>,
    category: Option<Category>,
) -> Scored {
    let Outcome { rule, verdict, explanation } = outcome;
    let row = case.row;
    let weight = row.weight.filter(|weight| *weight > Points::ZERO);
    let computed_score = match verdict {
        Verdict::Decided(points) => Some(points),
        Verdict::Undecided | Verdict::Missing | Verdict::Dropped | Verdict::NotScored => None,
    };
    let claimed = match verdict {
        Verdict::Decided(points) => row.self_score.map(|score| score.min(points)),
        Verdict::Undecided => row.self_score,
        Verdict::Missing | Verdict::Dropped | Verdict::NotScored => None,
    };
    let final_score = weight.and_then(|weight| {
        let counts = row.reviewed_score.or(claimed)?;
        Some(counts.clamp(Points::ZERO, weight))
    });
    if let Some(weight) = weight {
        notice_scores(&mut case, weight, rule, computed_score, &verdict);
    }
    let standing = match verdict {
        Verdict::NotScored => Standing::Unscored,
        Verdict::Dropped if row.reviewed_score.is_none() => Standing::Dropped,
        Verdict::Decided(_) | Verdict::Undecided | Verdict::Missing | Verdict::Dropped => {
            let target_missing = case.flags.contains(&Flag::TargetMissing) && row.reviewed_score.is_none();
            if final_score.is_none() || target_missing { Standing::Incomplete } else { Standing::Counts }
        }
    };
    let score = IndicatorScore {
        seq: row.seq,
        block,
        category,
        weight: row.weight,
        self_score: row.self_score,
        computed_score,
        reviewed_score: row.reviewed_score,
        final_score,
        rule,
        flags: case.flags,
        explanation,
    };
    Scored { score, standing }
}

/// Flags what is remarkable about the scores of a weighted row.
fn notice_scores(
    case: &mut Case<'_>,
    weight: Points,
    rule: Rule,
    computed: Option<Points>,
    verdict: &Verdict,
) {
    // The computed score of a qualitative row is the claim, so it says nothing about it.
    let computed = computed.filter(|_| rule != Rule::Qualitative);
    let self_score = case.row.self_score;
    let claim = Claim { weight, self_score, computed, reviewed: case.row.reviewed_score };
    claim.notice(case.rules.tolerance, &mut case.flags);
    match verdict {
        Verdict::Decided(_) | Verdict::Undecided | Verdict::Missing => {}
        Verdict::Dropped | Verdict::NotScored => return,
    }
    match self_score {
        None if case.flags.contains(&Flag::SelfScoreMissing) => {}
        None => case.flags.push(Flag::SelfScoreMissing),
        Some(score) if score < weight && !case.has_reason() => {
            case.flags.push(Flag::ReasonMissing { lost: subtract(weight, score) });
        }
        Some(_) => {}
    }
}
