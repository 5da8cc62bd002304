//! The indicators of one sheet: blocks of 50, 30 and 10 points beside the execution's 10.

use jixiao_core::kernel::{FiscalYear, Points, ProjectCode, UnitCode};
use jixiao_core::scoring::Attainment;

use super::dice::Dice;
use super::figures::{Figures, share};
use super::themes::{BENEFITS, COSTS, FAULTS, QUALITY, REASONS, SURPLUS, TIMELY, Theme, WORDS};
use super::values::{self, Written};
use crate::indicators::wire::IndicatorInput;

/// Whose sheet it is.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    /// 单位编码.
    pub unit: &'a UnitCode,
    /// 预算年度.
    pub year: FiscalYear,
    /// The project; none: the department.
    pub project: Option<&'a ProjectCode>,
    /// Its words.
    pub theme: &'a Theme,
    /// Its amounts.
    pub figures: Figures,
}

struct Table<'a> {
    sheet: Sheet<'a>,
    dice: Dice,
    /// How many of a thousand targets were missed.
    missed: i64,
    rows: Vec<IndicatorInput>,
}

/// Its rows.
#[must_use]
pub fn rows(sheet: Sheet<'_>, mut dice: Dice) -> Vec<IndicatorInput> {
    let size = usize::try_from(dice.between(9, 16)).unwrap_or(12);
    let satisfied = if dice.permille(200) { 2 } else { 1 };
    let benefits = usize::try_from(dice.between(2, 4)).unwrap_or(3);
    let outputs = size - satisfied - benefits;
    // One sheet in ten went badly.
    let missed = if dice.permille(100) { 450 } else { 100 };
    let mut table = Table { sheet, dice, missed, rows: Vec::new() };
    table.outputs(outputs);
    table.benefits(benefits);
    table.satisfaction(satisfied);
    table.rows
}

impl Table<'_> {
    fn outputs(&mut self, count: usize) {
        let weights = self.dice.shares(50, count);
        let qualities = usize::from(count > 5) + 1;
        let counted = count - qualities - 2;
        let mut weights = weights.into_iter();
        let (theme, year, figures) = (self.sheet.theme, self.sheet.year, self.sheet.figures);
        let things: Vec<_> = self.dice.some(theme.counted, counted).copied().collect();
        for thing @ (name, ..) in things {
            let written = values::count(&mut self.dice, self.missed, thing);
            let target = written.target.clone();
            self.row("产出指标", "数量指标", name, weights.next(), written);
            if self.dice.permille(15) {
                self.sub_row(name, target);
            }
        }
        let names: Vec<_> = self.dice.some(&QUALITY, qualities).copied().collect();
        for name in names {
            let written = values::rate(&mut self.dice, self.missed);
            self.row("产出指标", "质量指标", name, weights.next(), written);
        }
        let written = values::date(&mut self.dice, year);
        let name = self.dice.pick(&TIMELY);
        self.row("产出指标", "时效指标", name, weights.next(), written);
        let written = values::cost(&mut self.dice, figures.annual, figures.executed);
        let name = self.dice.pick(&COSTS);
        self.row("产出指标", "成本指标", name, weights.next(), written);
    }

    fn benefits(&mut self, count: usize) {
        let weights = self.dice.shares(30, count);
        let kinds: Vec<_> = self.dice.some(&BENEFITS, count).copied().collect();
        for ((level2, names), weight) in kinds.into_iter().zip(weights) {
            if level2 == "社会效益指标" && self.dice.permille(150) {
                let name = self.dice.pick(&FAULTS);
                let written = values::fault(&mut self.dice);
                self.row("效益指标", level2, name, Some(weight), written);
            } else {
                let name = self.dice.pick(names);
                self.words(level2, name, weight);
            }
        }
    }

    fn satisfaction(&mut self, count: usize) {
        let weights = self.dice.shares(10, count);
        let served = [self.sheet.theme.served, "社会公众"];
        for (who, weight) in served.into_iter().zip(weights) {
            let written = values::rate(&mut self.dice, self.missed);
            let name = format!("{who}满意度");
            self.row("满意度指标", "服务对象满意度指标", &name, Some(weight), written);
        }
    }

    /// A row that a rule decides, and what the unit claims for it.
    fn row(&mut self, level1: &str, level2: &str, name: &str, weight: Option<Points>, written: Written) {
        let Written { target, actual, earned, exceeded } = written;
        let weight = weight.unwrap_or_default();
        let fair = share(weight, earned);
        let dice = &mut self.dice;
        let self_score = if fair < weight && dice.permille(120) {
            weight // overclaims
        } else if dice.permille(60) {
            // is modest
            Points::from_scaled((fair.scaled() - dice.between(1, 4) * 5_000).max(0))
        } else {
            fair
        };
        let reason = if self_score < weight && dice.permille(930) {
            Some(dice.pick(&REASONS))
        } else if exceeded && dice.permille(700) {
            Some(dice.pick(&SURPLUS))
        } else {
            None
        };
        let reason = reason.map(str::to_owned);
        let mut row = self.blank(level1, level2, name);
        (row.target, row.actual, row.weight) = (Some(target), actual, Some(weight));
        (row.self_score, row.deviation_reason) = (Some(self_score), reason);
        self.rows.push(row);
    }

    /// A row in words: the unit chooses the score.
    fn words(&mut self, level2: &str, name: &str, weight: Points) {
        let dice = &mut self.dice;
        let (target, actual) = dice.pick(&WORDS);
        let lost = if dice.permille(300) { share(weight, (dice.between(2, 18), 100)) } else { Points::ZERO };
        let self_score = Points::from_scaled(weight.scaled() - lost.scaled());
        let attainment = dice.permille(400).then_some(Attainment::Achieved);
        let reason = (lost > Points::ZERO && dice.permille(930)).then(|| dice.pick(&REASONS).to_owned());
        let mut row = self.blank("效益指标", level2, name);
        (row.target, row.actual) = (Some(target.to_owned()), Some(actual.to_owned()));
        (row.weight, row.self_score) = (Some(weight), Some(self_score));
        (row.attainment, row.deviation_reason) = (attainment, reason);
        self.rows.push(row);
    }

    /// A row without a weight below another.
    fn sub_row(&mut self, name: &str, target: String) {
        let mut row = self.blank("产出指标", "数量指标", &format!("其中：重点{name}"));
        (row.actual, row.target) = (Some(target.clone()), Some(target));
        self.rows.push(row);
    }

    fn blank(&self, level1: &str, level2: &str, name: &str) -> IndicatorInput {
        IndicatorInput {
            unit: self.sheet.unit.clone(),
            year: self.sheet.year,
            project: self.sheet.project.cloned(),
            seq: i32::try_from(self.rows.len() + 1).unwrap_or(i32::MAX),
            level1: level1.to_owned(),
            level2: level2.to_owned(),
            name: name.to_owned(),
            target: None,
            actual: None,
            weight: None,
            self_score: None,
            attainment: None,
            deviation_reason: None,
        }
    }
}
