//! What scoring has flagged, judged: how severe it is and which cell it is about.

use super::{CheckedSheet, Finding, Place, Severity, Table};
use crate::kernel::{Lang, ProjectCode, Text};
use crate::scoring::{Flag, NamedBlock};

/// Which part of a sheet a flag stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Sheet,
    Execution,
    Indicator,
}

pub(super) fn of_sheet(sheet: CheckedSheet<'_>) -> Vec<Finding> {
    let CheckedSheet { project, card } = sheet;
    let (table, row) = match project {
        None => (Table::Budgets, String::new()),
        Some(code) => (Table::ProjectExpenditures, code.to_string()),
    };
    let mut findings = Vec::new();
    for (part, flags) in [(Part::Sheet, &card.flags), (Part::Execution, &card.execution.flags)] {
        findings.extend(flags.iter().filter_map(|flag| finding(flag, part, table, &row)));
    }
    for indicator in &card.indicators {
        let row = format!("{}.{}", project.map_or("", ProjectCode::as_str), indicator.seq);
        let of_row = |flag| finding(flag, Part::Indicator, Table::Indicators, &row);
        findings.extend(indicator.flags.iter().filter_map(of_row));
    }
    findings
}

fn finding(flag: &Flag, part: Part, table: Table, row: &str) -> Option<Finding> {
    let (severity, field) = judged(flag, part)?;
    // A sheet may have several of these, each about other blocks.
    let field = match flag {
        Flag::BlockWeightDiffers { blocks, .. } => {
            let names: Vec<&str> = blocks.iter().map(NamedBlock::as_str).collect();
            format!("{field}.{}", names.join("+"))
        }
        _ => field.to_owned(),
    };
    let (expected, found) = numbers(flag);
    Some(Finding {
        check: flag.code(),
        severity,
        place: Place::new(table, row, field),
        expected,
        found,
        zh: flag.text(Lang::Zh),
        en: flag.text(Lang::En),
    })
}

/// How severe a flag is, and the field it is about; nothing for what is only a remark on how a row was read.
fn judged(flag: &Flag, part: Part) -> Option<(Severity, &'static str)> {
    use Severity::{Block, Explain, Note};
    let found = match flag {
        // The form contradicts itself.
        Flag::WeightsNotFull { .. } | Flag::ExecutionWeightMissing | Flag::BlockNotApplicable { .. } => {
            (Block, "weight")
        }
        Flag::ReportedTotalDiffers { .. } => (Block, "reported_total"),
        Flag::SelfScoreOutOfRange { .. }
        | Flag::ScoreWithoutWeight
        | Flag::NotApplicableScored
        | Flag::LateFullScore
        | Flag::SelfScoreMissing => (Block, "self_score"),
        // Weight × rate leaves nothing to judge; a rule's number for an indicator may be argued with.
        Flag::Overclaim { .. } | Flag::Underclaim { .. } if part == Part::Execution => (Block, "self_score"),
        // It cannot be scored.
        Flag::TargetMissing | Flag::NotApplicableForbidden => (Block, "target"),
        Flag::ActualMissing => (Block, "actual"),
        Flag::AnnualMissing | Flag::AnnualZero => (Block, "total.annual"),
        Flag::ExecutedMissing => (Block, "total.executed"),
        // A reason is owed.
        Flag::ReasonMissing { .. } => (Block, "deviation_reason"),
        // It may be true, and must be explained.
        Flag::Overclaim { .. } | Flag::OutsideTier { .. } => (Explain, "self_score"),
        Flag::OverAchievementUnexplained | Flag::RatioDiffers { .. } => (Explain, "actual"),
        Flag::BudgetChanged { .. } => (Explain, "total.annual"),
        Flag::LowExecution { .. } | Flag::OverExecuted { .. } => (Explain, "total.executed"),
        Flag::BlockWeightDiffers { .. } => (Explain, "weight"),
        // Worth a look.
        Flag::OverAchieved { .. }
        | Flag::ActualCopiesCondition
        | Flag::SignedActual
        | Flag::WordsForNumber
        | Flag::NumberForDate
        | Flag::DateForNumber
        | Flag::SeveralActuals
        | Flag::UnitsIncomparable { .. }
        | Flag::PercentAmbiguous { .. }
        | Flag::OppositeChange
        | Flag::UnclearActual
        | Flag::Late { .. }
        | Flag::RatioNotComputable { .. } => (Note, "actual"),
        Flag::OtherYear { .. } | Flag::NegativeTarget | Flag::SeveralTargets => (Note, "target"),
        Flag::BlockUnknown => (Note, "level1"),
        Flag::TotalCapped { .. } => (Note, "total.executed"),
        Flag::Underclaim { .. } => (Note, "self_score"),
        // How a row was read, and what the bureau found: nothing for the unit to mend.
        Flag::EqualsStrictBound
        | Flag::DirectionAssumed { .. }
        | Flag::SubRow
        | Flag::NoWeight
        | Flag::NotApplicable
        | Flag::AttainmentInferred
        | Flag::ReviewedScoreOutOfRange { .. } => return None,
    };
    Some(found)
}

/// What a flag says was expected, and found.
fn numbers(flag: &Flag) -> (Option<String>, Option<String>) {
    let both =
        |expected: &dyn ToString, found: &dyn ToString| (Some(expected.to_string()), Some(found.to_string()));
    match flag {
        Flag::WeightsNotFull { sum } => both(&100, sum),
        Flag::ReportedTotalDiffers { reported, self_total } => both(self_total, reported),
        Flag::SelfScoreOutOfRange { score, weight } => (Some(format!("0–{weight}")), Some(score.to_string())),
        Flag::Overclaim { self_score, computed } | Flag::Underclaim { self_score, computed } => {
            both(computed, self_score)
        }
        Flag::RatioDiffers { written, computed } => both(&computed.percent(), written),
        Flag::BudgetChanged { initial, annual } => both(initial, annual),
        Flag::BlockWeightDiffers { expected, found, .. } => both(expected, found),
        Flag::OutsideTier { from, to, .. } => (Some(format!("{from}–{to}")), None),
        Flag::LowExecution { rate } | Flag::OverExecuted { rate } => (None, Some(rate.percent())),
        _ => (None, None),
    }
}
