//! Scored sheets in the words of the language asked for.

use jixiao_core::kernel::FiscalYear;
use jixiao_core::kernel::{Lang, Text};
use jixiao_core::scoring::{BlockScore, ExecutionScore, Flag, IndicatorScore, RuleSet, derive};
use jixiao_core::workflow::Stage;

use super::assemble::ScoredSheet;
use super::ratios::BaseRatioView;
use super::step_wire::ScoreStep;
use super::wire::{BlockScoreView, ExecutionScoreView, FlagView, IndicatorScoreView, Scores, SheetScore};
use crate::evaluations::entity::Model as Evaluation;
use crate::evaluations::wire::UnitName;
use crate::indicators::wire::IndicatorInput;

/// The scores of a unit's year at a stage, for the wire.
#[must_use]
pub fn scores(
    evaluation: &Evaluation,
    stage: Stage,
    unit: &UnitName,
    sheets: Vec<ScoredSheet>,
    lang: Lang,
) -> Scores {
    let under = (evaluation.rule_set.clone(), stage);
    of_form(unit, evaluation.year.0, under, sheets, lang)
}

/// The scores of a form under a rule set, for the wire.
#[must_use]
pub fn of_form(
    unit: &UnitName,
    year: FiscalYear,
    (rule_set, stage): (String, Stage),
    sheets: Vec<ScoredSheet>,
    lang: Lang,
) -> Scores {
    let (department, projects): (Vec<_>, Vec<_>) =
        sheets.into_iter().partition(|sheet| sheet.project.is_none());
    Scores {
        year,
        stage,
        provisional: !stage.is_settled(),
        rule_set,
        department: department.into_iter().next().map(|one| sheet(one, unit, lang)),
        projects: projects.into_iter().map(|one| sheet(one, unit, lang)).collect(),
        unit: unit.clone(),
    }
}

/// How a sheet came to its total, for the wire.
#[must_use]
pub fn derivation(scored: &ScoredSheet, rules: &RuleSet, lang: Lang) -> Vec<ScoreStep> {
    derive(&scored.sheet, rules, &scored.card, lang).into_iter().map(ScoreStep::from).collect()
}

/// A scored sheet for the wire. The department sheet carries the unit's code and name.
#[must_use]
pub fn sheet(scored: ScoredSheet, unit: &UnitName, lang: Lang) -> SheetScore {
    let ScoredSheet { project, name, card, rows, sheet: _ } = scored;
    SheetScore {
        code: project.map_or_else(|| unit.code.to_string(), |code| code.to_string()),
        name: name.unwrap_or_else(|| unit.name.clone()),
        self_total: card.self_total,
        computed_total: card.computed_total,
        reviewed_total: card.reviewed_total,
        final_total: card.final_total,
        reported_total: card.reported_total,
        grade: card.grade,
        complete: card.complete,
        derivation: None,
        flags: flags(&card.flags, lang),
        execution: execution(&card.execution, lang),
        blocks: card.blocks.iter().map(block).collect(),
        indicators: card
            .indicators
            .iter()
            .zip(rows)
            .map(|(score, row)| indicator(score, row, lang))
            .collect(),
        ratios: card.ratios.iter().map(|ratio| BaseRatioView::of(ratio, lang)).collect(),
    }
}

fn flags(flags: &[Flag], lang: Lang) -> Vec<FlagView> {
    flags.iter().map(|flag| FlagView { code: flag.code().to_owned(), text: flag.text(lang) }).collect()
}

fn execution(score: &ExecutionScore, lang: Lang) -> ExecutionScoreView {
    ExecutionScoreView {
        initial: score.initial,
        annual: score.annual,
        executed: score.executed,
        rate: score.rate,
        weight: score.weight,
        self_score: score.self_score,
        computed_score: score.computed_score,
        reviewed_score: score.reviewed_score,
        final_score: score.final_score,
        flags: flags(&score.flags, lang),
        explanation: score.explanation.text(lang),
    }
}

fn block(score: &BlockScore) -> BlockScoreView {
    let BlockScore { block, weight, self_score, computed_score, reviewed_score, final_score } = score.clone();
    BlockScoreView { block, weight, self_score, computed_score, reviewed_score, final_score }
}

fn indicator(score: &IndicatorScore, row: IndicatorInput, lang: Lang) -> IndicatorScoreView {
    IndicatorScoreView {
        seq: score.seq,
        level1: row.level1,
        level2: row.level2,
        name: row.name,
        target: row.target,
        actual: row.actual,
        weight: score.weight,
        self_score: score.self_score,
        computed_score: score.computed_score,
        reviewed_score: score.reviewed_score,
        final_score: score.final_score,
        rule: score.rule.code().to_owned(),
        flags: flags(&score.flags, lang),
        explanation: score.explanation.text(lang),
        deviation_reason: row.deviation_reason,
    }
}
