//! How a total came about: each point given or lost, from the total down to the cells, as a list of steps whose
//! paths make a tree. The losses of the steps below a step sum to its own, so those of the leaves sum to what the
//! total lacks of 100.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::indicator;
use super::number::{add, share, subtract};
use super::target::{Actual, Target};
use super::words::{UnknownName, vocabulary};
use super::{
    BlockName, BlockScore, Explanation, Flag, Formula, IndicatorRow, IndicatorScore, Rule, RuleSet,
    Scorecard, Sheet,
};
use crate::kernel::{Lang, Points, Rounding, Text, round};

vocabulary! {
    /// What a step of a derivation is.
    StepKind {
        /// The total.
        Total = "total", "总分", "total";
        /// What the weights lack of 100.
        Weights = "weights", "分值合计", "sum of the weights";
        /// A cap of the total.
        Cap = "cap", "总分上限", "cap of the total";
        /// A block, or the execution row.
        Block = "block", "分块", "block";
        /// What rows that do not apply leave to the others.
        Redistribution = "redistribution", "不适用指标分值的处理", "weight of what does not apply";
        /// An indicator.
        Indicator = "indicator", "指标", "indicator";
        /// How the target was read.
        Target = "target", "指标值的读法", "target read as";
        /// How the actual was read.
        Actual = "actual", "完成值的读法", "actual read as";
        /// What the rule gives.
        Rule = "rule", "按规则计算", "by the rule";
        /// The arithmetic before it was rounded.
        Rounding = "rounding", "取舍", "rounding";
        /// What the unit claims, where that is less or no rule decides.
        Claim = "claim", "自评", "claim";
        /// Something is missing.
        Missing = "missing", "缺项", "missing";
        /// What the bureau found.
        Review = "review", "复核", "review";
    }
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it stands: `total/output/3/rule` lies below `total/output/3`.
    pub path: String,
    /// What it is.
    pub kind: StepKind,
    /// What it is called.
    pub title: String,
    /// The rule that was asked.
    pub rule: Option<Rule>,
    /// What that rests on.
    pub clause: Option<&'static str>,
    /// The formula with its numbers, or how it was settled.
    pub formula: String,
    /// Points that are left after it; none where it has none.
    pub points: Option<Points>,
    /// Points that were lost in it; below nothing, where a review gave some. None: nothing can be lost in it.
    pub lost: Option<Points>,
}

/// 财预〔2020〕10号, on totals.
const OF_TOTALS: &str = "财预〔2020〕10号，单位自评：总分由各项指标得分汇总形成";
/// 财预〔2020〕10号, on reviews.
const OF_REVIEWS: &str = "财预〔2020〕10号，财政部门对自评结果抽查复核";

/// The steps by which a sheet came to its final total, each before those below it.
#[must_use]
pub fn derive(sheet: &Sheet, rules: &RuleSet, card: &Scorecard, lang: Lang) -> Vec<Step> {
    let mut tree = Tree { sheet, rules, card, lang, steps: Vec::new() };
    tree.total();
    tree.steps
}

struct Tree<'a> {
    sheet: &'a Sheet,
    rules: &'a RuleSet,
    card: &'a Scorecard,
    lang: Lang,
    steps: Vec<Step>,
}

/// The scores of a row, from its weight to what counts.
struct Row<'a> {
    rule: Rule,
    weight: Points,
    self_score: Option<Points>,
    computed: Option<Points>,
    reviewed: Option<Points>,
    last: Option<Points>,
    explanation: &'a Explanation,
}

fn or_zero(points: Option<Points>) -> Points {
    points.unwrap_or_default()
}

fn total_of(points: impl Iterator<Item = Points>) -> Points {
    points.fold(Points::ZERO, add)
}

impl Tree<'_> {
    fn step(&mut self, path: String, kind: StepKind, formula: String) -> &mut Step {
        let title = kind.text(self.lang);
        let step = Step { path, kind, title, rule: None, clause: None, formula, points: None, lost: None };
        let place = self.steps.len();
        self.steps.push(step);
        #[expect(clippy::indexing_slicing, reason = "it was pushed just now")]
        &mut self.steps[place]
    }

    fn total(&mut self) {
        let (card, lang) = (self.card, self.lang);
        let last = or_zero(card.final_total);
        let summed = total_of(card.blocks.iter().map(|block| or_zero(block.final_score)));
        let weights = total_of(card.blocks.iter().map(|block| or_zero(block.weight)));
        let parts: Vec<String> =
            card.blocks.iter().map(|block| or_zero(block.final_score).to_string()).collect();
        let formula = format!("{} = {summed}", parts.join(" + "));
        let total = self.step("total".to_owned(), StepKind::Total, formula);
        total.clause = Some(OF_TOTALS);
        (total.points, total.lost) = (card.final_total, Some(subtract(RuleSet::FULL, last)));
        for block in &card.blocks {
            self.block(block);
        }
        if weights != RuleSet::FULL {
            let formula = lang.pick(
                format!("各项分值合计 {weights}，应为 100"),
                format!("the weights sum to {weights}, not to 100"),
            );
            let step = self.step("total/weights".to_owned(), StepKind::Weights, formula);
            step.lost = Some(subtract(RuleSet::FULL, weights));
        }
        let caps = card.flags.iter().find_map(|flag| match flag {
            Flag::TotalCapped { cap, .. } => Some((*cap, flag.text(lang))),
            _ => None,
        });
        let mut standing = summed;
        if let Some((cap, formula)) = caps.filter(|(cap, _)| *cap < summed) {
            let step = self.step("total/cap".to_owned(), StepKind::Cap, formula);
            (step.points, step.lost) = (Some(cap), Some(subtract(summed, cap)));
            standing = cap;
        }
        if let Some(reviewed) = self.sheet.reviewed_total {
            let formula = lang.pick(
                format!("复核总分 {reviewed}，以复核为准"),
                format!("the review of the whole gives {reviewed}, which counts"),
            );
            let step = self.step("total/review".to_owned(), StepKind::Review, formula);
            step.clause = Some(OF_REVIEWS);
            (step.points, step.lost) = (Some(reviewed), Some(subtract(standing, reviewed)));
        }
    }

    fn block(&mut self, block: &BlockScore) {
        let (card, sheet, lang) = (self.card, self.sheet, self.lang);
        let path = format!("total/{}", block.block);
        let is_execution = block.block == BlockName::EXECUTION;
        let weighs = |score: &IndicatorScore| score.weight.is_some_and(|weight| weight > Points::ZERO);
        let rows: Vec<(&IndicatorScore, &IndicatorRow)> = card
            .indicators
            .iter()
            .zip(&sheet.indicators)
            .filter(|(score, _)| !is_execution && weighs(score))
            .filter(|(score, _)| score.block.as_ref().unwrap_or(&BlockName::OTHER) == &block.block)
            .collect();
        let scores = || rows.iter().map(|(score, _)| *score);
        let kept = total_of(scores().filter(|row| !is_dropped(row)).map(|row| or_zero(row.final_score)));
        let parts: Vec<String> = scores().filter_map(|row| Some(row.final_score?.to_string())).collect();
        let formula = if is_execution {
            card.execution.explanation.text(lang)
        } else {
            format!("{} = {kept}", parts.join(" + "))
        };
        let title = self.rules.named(&block.block).title;
        let step = self.step(path.clone(), StepKind::Block, formula);
        step.title = lang.pick(title.zh, title.en);
        step.points = block.final_score;
        step.lost = Some(subtract(or_zero(block.weight), or_zero(block.final_score)));
        if let Some(weight) = card.execution.weight.filter(|_| is_execution) {
            let score = &card.execution;
            self.settle(
                &path,
                &Row {
                    rule: Rule::Execution,
                    weight,
                    self_score: score.self_score,
                    computed: score.computed_score,
                    reviewed: score.reviewed_score,
                    last: score.final_score,
                    explanation: &score.explanation,
                },
            );
        }
        for (score, row) in &rows {
            self.indicator(&format!("{path}/{}", score.seq), score, row);
        }
        let dropped = total_of(scores().filter(|row| is_dropped(row)).map(|row| or_zero(row.weight)));
        if dropped > Points::ZERO {
            let gained = subtract(or_zero(block.final_score), kept);
            let formula = lang.pick(
                format!("不适用指标的分值 {dropped} 由同块其他指标承担，其得分相应增加 {gained}"),
                format!("{dropped} points of what does not apply go to the others, which gain {gained}"),
            );
            let step = self.step(format!("{path}/redistribution"), StepKind::Redistribution, formula);
            step.clause = Some(Rule::NotApplicable.clause());
            (step.points, step.lost) = (Some(gained), Some(subtract(dropped, gained)));
        }
    }

    fn indicator(&mut self, path: &str, score: &IndicatorScore, row: &IndicatorRow) {
        let weight = or_zero(score.weight);
        let formula = score.explanation.text(self.lang);
        let dropped = is_dropped(score);
        let step = self.step(path.to_owned(), StepKind::Indicator, formula);
        step.title.clone_from(&row.name);
        (step.rule, step.clause) = (Some(score.rule), Some(score.rule.clause()));
        step.points = score.final_score;
        step.lost = Some(if dropped { Points::ZERO } else { subtract(weight, or_zero(score.final_score)) });
        if score.rule != Rule::BaseRatio {
            let (target, actual) =
                indicator::read(row, &indicator::context(row, self.sheet.year, self.rules));
            let quoted = |cell: &Option<String>| cell.as_deref().unwrap_or_default().trim().to_owned();
            let read = format!("“{}” → {}", quoted(&row.target), target_words(&target, self.lang));
            self.step(format!("{path}/target"), StepKind::Target, read);
            let read = format!("“{}” → {}", quoted(&row.actual), actual_words(&actual, self.lang));
            self.step(format!("{path}/actual"), StepKind::Actual, read);
        }
        if !dropped {
            self.settle(
                path,
                &Row {
                    rule: score.rule,
                    weight,
                    self_score: score.self_score,
                    computed: score.computed_score,
                    reviewed: score.reviewed_score,
                    last: score.final_score,
                    explanation: &score.explanation,
                },
            );
        }
    }

    /// From the weight by rule and claim to what counts, in the order in which `indicator.rs` settles it.
    fn settle(&mut self, path: &str, row: &Row<'_>) {
        let lang = self.lang;
        let mut standing = row.weight;
        if let Some(computed) = row.computed {
            let step = self.step(format!("{path}/rule"), StepKind::Rule, row.explanation.text(lang));
            (step.rule, step.clause) = (Some(row.rule), Some(row.rule.clause()));
            (step.points, step.lost) = (Some(computed), Some(subtract(standing, computed)));
            standing = computed;
            if let Some(formula) = self.rounding(row, computed) {
                self.step(format!("{path}/rounding"), StepKind::Rounding, formula);
            }
        }
        let lacks = matches!(row.explanation, Explanation::Missing(_));
        match row.self_score.filter(|_| !lacks && row.rule != Rule::NotApplicable) {
            Some(claim) => {
                let counts = row.computed.map_or(claim, |computed| claim.min(computed));
                let counts = counts.clamp(Points::ZERO, row.weight);
                let formula = match row.computed {
                    Some(computed) => lang.pick(
                        format!("自评 {claim}，规则计算 {computed}，取较低者 {counts}"),
                        format!("claimed {claim}, computed {computed}: the lower, {counts}"),
                    ),
                    None => lang.pick(
                        format!("没有规则可以判定，采用自评 {counts}"),
                        format!("no rule decides: the claim, {counts}"),
                    ),
                };
                let step = self.step(format!("{path}/claim"), StepKind::Claim, formula);
                (step.points, step.lost) = (Some(counts), Some(subtract(standing, counts)));
                standing = counts;
            }
            None if row.last.is_none() => {
                let formula = match row.explanation {
                    Explanation::Missing(_) => row.explanation.text(lang),
                    _ => Flag::SelfScoreMissing.text(lang),
                };
                let step = self.step(format!("{path}/missing"), StepKind::Missing, formula);
                step.lost = Some(standing);
            }
            None => {}
        }
        if let (Some(reviewed), Some(last)) = (row.reviewed, row.last) {
            let formula = lang
                .pick(format!("复核 {reviewed}，以复核为准"), format!("reviewed {reviewed}, which counts"));
            let step = self.step(format!("{path}/review"), StepKind::Review, formula);
            step.clause = Some(OF_REVIEWS);
            (step.points, step.lost) = (Some(last), Some(subtract(standing, last)));
        }
    }

    /// The arithmetic before rounding, where it had more digits than a score.
    fn rounding(&self, row: &Row<'_>, computed: Points) -> Option<String> {
        let raw = match row.explanation {
            Explanation::Execution { executed, annual, .. } => {
                share(row.weight, executed.decimal(), annual.decimal())?
            }
            Explanation::Missed { formula: Formula::Ratio { part, whole }, .. } => {
                share(row.weight, *part, *whole)?
            }
            Explanation::Missed { formula: Formula::Linear { target, actual }, .. } => {
                share(row.weight, target.checked_add(*target)?.checked_sub(*actual)?, *target)?
            }
            _ => return None,
        };
        // What lies beyond the weight is cut off and not rounded.
        if raw.min(row.weight.decimal()) == computed.decimal() {
            return None;
        }
        let raw = round(raw, 8, Rounding::Truncate).normalize();
        let decimals = self.rules.rounding.decimals;
        let (zh, en) = match self.rules.rounding.mode {
            Rounding::HalfUp => ("四舍五入", "half up"),
            Rounding::Truncate => ("截尾", "cut off"),
        };
        Some(self.lang.pick(
            format!("{raw} → {computed}（{zh}，{decimals} 位小数）"),
            format!("{raw} → {computed} ({en}, {decimals} decimals)"),
        ))
    }
}

/// Whether it left its weight to others.
fn is_dropped(score: &IndicatorScore) -> bool {
    matches!(score.explanation, Explanation::NotApplicable) && score.final_score.is_none()
}

fn target_words(target: &Target, lang: Lang) -> String {
    let assumed = |is_assumed: bool| {
        if is_assumed { lang.pick("（未写符号）", " (no sign written)") } else { "" }
    };
    match target {
        Target::AtLeast(bound) => format!("≥ {}{}", bound.quantity, assumed(bound.is_assumed())),
        Target::AtMost(bound) => format!("≤ {}{}", bound.quantity, assumed(bound.is_assumed())),
        Target::Equal(bound) => format!("= {}", bound.quantity),
        Target::Range { low, high } => format!("{low} – {high}"),
        Target::ByDate { due, amount } => {
            let by = lang.pick(format!("不晚于 {}", due.date), format!("by {}", due.date));
            match amount {
                None => by,
                Some((direction, bound)) => format!("{by}, {} {}", direction.sign(), bound.quantity),
            }
        }
        Target::Qualitative { .. } => lang.pick("文字，按定性指标", "words: qualitative").to_owned(),
        Target::NotApplicable => lang.pick("不适用", "not applicable").to_owned(),
        Target::Empty => lang.pick("空", "empty").to_owned(),
    }
}

fn actual_words(actual: &Actual, lang: Lang) -> String {
    match actual {
        Actual::Measured(_) => actual.to_string(),
        Actual::Words => lang.pick("文字", "words").to_owned(),
        Actual::Empty => lang.pick("空", "empty").to_owned(),
    }
}
