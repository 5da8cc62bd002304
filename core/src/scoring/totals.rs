//! From rows to blocks, from blocks to the total, and from the total to the grade.

use rust_decimal::Decimal;

use super::indicator::{Scored, Standing};
use super::number::{add, to_points};
use super::ratios::BaseRatio;
use super::rules::not_applicable::Redistribution;
use super::rules::total;
use super::{BlockName, BlockScore, ExecutionScore, Flag, Grade, RuleSet, Scorecard, Sheet};
use crate::kernel::Points;

/// The rows of one block, summed.
struct Block {
    score: BlockScore,
    /// Whether its not-applicable rows left their weight with nobody.
    stranded: bool,
}

/// Adds to a sum that is nothing until something is there.
fn grow(sum: &mut Option<Points>, more: Option<Points>) {
    if let Some(more) = more {
        *sum = Some(sum.map_or(more, |sum| add(sum, more)));
    }
}

fn sum(points: impl Iterator<Item = Option<Points>>) -> Option<Points> {
    let mut sum = None;
    points.for_each(|more| grow(&mut sum, more));
    sum
}

fn execution_block(execution: &ExecutionScore) -> BlockScore {
    BlockScore {
        block: BlockName::EXECUTION,
        weight: execution.weight,
        self_score: execution.weight.and(execution.self_score),
        computed_score: execution.computed_score,
        reviewed_score: execution.weight.and(execution.reviewed_score).and(execution.final_score),
        final_score: execution.final_score,
    }
}

fn block(name: &BlockName, rows: &[Scored], rules: &RuleSet) -> Option<Block> {
    let rows = || {
        rows.iter()
            .filter(|row| row.score.block.as_ref().unwrap_or(&BlockName::OTHER) == name)
            .filter(|row| row.standing != Standing::Unscored)
    };
    rows().next()?;
    let kept = || rows().filter(|row| row.standing != Standing::Dropped);
    let weight = sum(rows().map(|row| row.score.weight));
    let kept_weight = sum(kept().map(|row| row.score.weight));
    let dropped = sum(rows().filter(|row| row.standing == Standing::Dropped).map(|row| row.score.weight));
    let redistribution = dropped.map(|dropped| Redistribution {
        policy: rules.not_applicable,
        dropped,
        kept: kept_weight.unwrap_or_default(),
        count: u32::try_from(kept().count()).unwrap_or(u32::MAX),
    });
    // Rounded once, on the sum: rounding each scaled row would lose or win cents.
    let scaled = |score: fn(&Scored) -> Option<Points>| match &redistribution {
        None => sum(kept().map(score)),
        Some(rest) => {
            let parts = kept().filter_map(|row| Some(rest.apply(score(row)?, row.score.weight?)));
            parts.reduce(Decimal::saturating_add).map(|total| to_points(total, rules.rounding))
        }
    };
    let final_score = scaled(|row| row.score.final_score);
    let score = BlockScore {
        block: name.clone(),
        weight,
        self_score: sum(rows().map(|row| row.score.self_score)),
        computed_score: scaled(|row| row.score.computed_score),
        reviewed_score: rows().any(|row| row.score.reviewed_score.is_some()).then_some(final_score).flatten(),
        final_score,
    };
    Some(Block { score, stranded: redistribution.is_some() && kept_weight.is_none() })
}

/// Flags weights that are not as the rule set has them. Only for blocks that the sheet uses at all.
fn weight_flags(blocks: &[BlockScore], rules: &RuleSet, flags: &mut Vec<Flag>) {
    let weight_of = |names: &[BlockName]| {
        sum(blocks.iter().filter(|block| names.contains(&block.block)).map(|block| block.weight))
            .unwrap_or_default()
    };
    for group in &rules.blocks {
        let found = weight_of(&group.of);
        // A missing weight of the execution row has a flag of its own there.
        if found != group.weight && (found > Points::ZERO || group.of != [BlockName::EXECUTION]) {
            let blocks = group.of.iter().map(|block| rules.named(block)).collect();
            flags.push(Flag::BlockWeightDiffers { blocks, expected: group.weight, found });
        }
    }
    for block in blocks {
        let named = rules.group(&block.block).is_some() || block.block == BlockName::OTHER;
        if let Some(found) = block.weight.filter(|_| !named) {
            let blocks = vec![rules.named(&block.block)];
            flags.push(Flag::BlockWeightDiffers { blocks, expected: Points::ZERO, found });
        }
    }
}

/// Puts the scorecard together.
pub(super) fn assemble(
    sheet: &Sheet,
    rules: &RuleSet,
    execution: ExecutionScore,
    execution_complete: bool,
    rows: Vec<Scored>,
    ratios: Vec<BaseRatio>,
) -> Scorecard {
    let mut flags = Vec::new();
    let mut blocks = Vec::new();
    let mut complete = execution_complete;
    for name in rules.block_order() {
        if name == BlockName::EXECUTION {
            blocks.push(execution_block(&execution));
        } else if let Some(found) = block(&name, &rows, rules) {
            if found.stranded {
                flags.push(Flag::BlockNotApplicable { block: rules.named(&name) });
                complete = false;
            }
            blocks.push(found.score);
        }
    }
    complete &= rows.iter().all(|row| row.standing != Standing::Incomplete);

    let weights = sum(blocks.iter().map(|block| block.weight)).unwrap_or_default();
    if weights != RuleSet::FULL {
        flags.push(Flag::WeightsNotFull { sum: weights });
        complete = false;
    }
    weight_flags(&blocks, rules, &mut flags);

    let cap = total::cap(&execution, rules);
    let uncapped = |score: fn(&BlockScore) -> Option<Points>| sum(blocks.iter().map(score));
    let self_total = uncapped(|block| block.self_score);
    let computed = uncapped(|block| block.computed_score);
    let summed = uncapped(|block| block.final_score);
    let capped = |total: Option<Points>| total.map(|total| cap.map_or(total, |cap| total.min(cap)));
    if let (Some(cap), Some(rate)) = (cap, execution.rate)
        && (capped(summed) != summed || capped(computed) != computed)
    {
        flags.push(Flag::TotalCapped { rate, cap });
    }
    let final_total = sheet.reviewed_total.or_else(|| capped(summed));
    let reviewed = blocks.iter().any(|block| block.reviewed_score.is_some());
    if let (Some(reported), Some(self_total)) = (sheet.reported_total, self_total)
        && reported != self_total
    {
        flags.push(Flag::ReportedTotalDiffers { reported, self_total });
    }
    Scorecard {
        self_total,
        computed_total: capped(computed),
        reviewed_total: sheet.reviewed_total.or_else(|| reviewed.then_some(final_total).flatten()),
        final_total,
        reported_total: sheet.reported_total,
        grade: final_total.filter(|_| complete).map(|total| Grade::of(total, &rules.grades)),
        complete,
        flags,
        execution,
        blocks,
        indicators: rows.into_iter().map(|row| row.score).collect(),
        ratios,
    }
}
