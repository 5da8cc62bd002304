//! A unit's year: its forms, each made alone, so that a file can be written collection by collection.

use chrono::NaiveDate;
use jixiao_core::kernel::{FiscalYear, Points, ProjectCode};

use super::dice::Dice;
use super::figures::{Figures, UnitFigures};
use super::places::Place;
use super::sheet::{self, Sheet};
use super::themes::{NAMES, REASONS, THEMES, Theme};
use crate::base_data::wire::BaseDataInput;
use crate::budgets::wire::{
    BasicDetail, BudgetInput, BudgetSource, BudgetSourceAmounts, Nature, NatureAmounts, Signature,
};
use crate::indicators::wire::IndicatorInput;
use crate::narratives::wire::{NarrativeInput, Sections};
use crate::projects::wire::{ProjectExpenditureInput, ProjectSource, ProjectSourceAmounts};

/// The weight of the execution.
const EXECUTION: Points = Points::whole(10);

/// One unit's year.
#[derive(Debug)]
pub struct UnitYear {
    place: Place,
    year: FiscalYear,
    seed: u64,
    theme: Theme,
    figures: UnitFigures,
}

fn code(number: usize) -> Option<ProjectCode> {
    format!("P{:02}", number + 1).parse().ok()
}

fn small(number: i64) -> Option<i32> {
    i32::try_from(number).ok()
}

impl UnitYear {
    /// The year of a unit that has `projects` projects on average: its neighbour has as many more as it has fewer.
    #[must_use]
    pub fn new(place: Place, year: FiscalYear, seed: u64, projects: u32) -> Self {
        let projects = i64::from(projects);
        let beyond = Dice::at(seed, &[3, place.index / 2]).between(-projects, projects);
        let count = if place.index.is_multiple_of(2) { projects + beyond } else { projects - beyond };
        let mut dice = Dice::at(seed, &[4, place.index]);
        let figures = UnitFigures::of(&mut dice, usize::try_from(count).unwrap_or_default());
        let theme = THEMES.iter().copied().cycle().nth(place.sector).unwrap_or(Theme {
            projects: &[],
            counted: &[],
            served: "",
        });
        Self { place, year, seed, theme, figures }
    }

    fn dice(&self, what: u64) -> Dice {
        Dice::at(self.seed, &[5, self.place.index, what])
    }

    fn sheet(&self, number: u64, project: Option<&ProjectCode>, figures: Figures) -> Vec<IndicatorInput> {
        let Self { place, year, theme, .. } = self;
        let sheet = Sheet { unit: &place.unit.code, year: *year, project, theme, figures };
        sheet::rows(sheet, self.dice(100 + number))
    }

    fn numbered(&self) -> impl Iterator<Item = (u64, ProjectCode, Figures)> {
        let numbered = self.figures.projects.iter().enumerate();
        numbered.filter_map(|(place, figures)| Some((u64::try_from(place + 1).ok()?, code(place)?, *figures)))
    }

    /// Its indicators, the department's first.
    #[must_use]
    pub fn indicators(&self) -> Vec<IndicatorInput> {
        let mut rows = self.sheet(0, None, self.figures.total());
        for (number, code, figures) in self.numbered() {
            rows.extend(self.sheet(number, Some(&code), figures));
        }
        rows
    }

    fn reason(dice: &mut Dice, figures: &Figures) -> Option<String> {
        (figures.owe_a_reason() && dice.permille(850)).then(|| dice.pick(&REASONS).to_owned())
    }

    /// The printed total; one in a hundred was added up wrongly.
    fn printed(dice: &mut Dice, rows: &[IndicatorInput], execution: Points) -> Points {
        let sum: i64 = rows.iter().filter_map(|row| row.self_score).map(Points::scaled).sum();
        let slip = if dice.permille(10) { 10_000 } else { 0 };
        Points::from_scaled((sum + execution.scaled() - slip).max(0))
    }

    fn signature(&self, dice: &mut Dice) -> Signature {
        if dice.permille(60) {
            return Signature::default();
        }
        let (month, day) = (dice.between(1, 3), dice.between(1, 28));
        let day = NaiveDate::from_ymd_opt(
            self.year.get() + 1,
            u32::try_from(month).unwrap_or(1),
            u32::try_from(day).unwrap_or(1),
        );
        Signature {
            filled_by: Some(dice.pick(&NAMES).to_owned()),
            filled_on: day,
            telephone: Some(format!("0730-{}", dice.between(2_000_000, 8_999_999))),
            head: Some(dice.pick(&NAMES).to_owned()),
        }
    }

    /// 部门整体支出.
    #[must_use]
    pub fn budget(&self) -> BudgetInput {
        let mut dice = self.dice(0);
        let total = self.figures.total();
        let nature = |nature, figures: Figures| {
            let Figures { initial, annual, executed } = figures;
            NatureAmounts { nature, initial: Some(initial), annual: Some(annual), executed: Some(executed) }
        };
        let (rest, general) =
            if dice.permille(200) { total.split(dice.between(20, 300)) } else { (Figures::default(), total) };
        let mut sources = vec![(BudgetSource::GeneralPublic, general)];
        if rest.annual.scaled() > 0 {
            sources.push((dice.pick_source(), rest));
        }
        let self_score = total.points(EXECUTION);
        let rows = self.sheet(0, None, total);
        let name = &self.place.unit.name;
        BudgetInput {
            unit: self.place.unit.code.clone(),
            year: self.year,
            weight: Some(EXECUTION),
            self_score: Some(self_score),
            total: total.amounts(),
            sources: sources
                .into_iter()
                .map(|(source, Figures { initial, annual, executed })| BudgetSourceAmounts {
                    source,
                    initial: Some(initial),
                    annual: Some(annual),
                    executed: Some(executed),
                })
                .collect(),
            natures: vec![
                nature(Nature::Basic, self.figures.basic),
                nature(Nature::Project, self.figures.project()),
            ],
            basic_detail: BasicDetail {
                personnel: Some(self.figures.personnel),
                public: Some(self.figures.public),
            },
            goal_expected: Some(format!("保障{name}正常运转，完成年度各项重点工作，提高财政资金使用效益。")),
            goal_actual: Some("年度各项重点工作基本完成，资金使用规范。".to_owned()),
            deviation_reason: Self::reason(&mut dice, &total),
            reported_total: Some(Self::printed(&mut dice, &rows, self_score)),
            signature: self.signature(&mut dice),
        }
    }

    /// 基础数据表.
    #[must_use]
    pub fn base_data(&self) -> BaseDataInput {
        let mut dice = self.dice(1);
        let quota = self.figures.quota;
        let on_duty = if dice.permille(80) { quota + dice.between(1, 5) } else { quota - dice.between(0, 6) };
        BaseDataInput {
            unit: self.place.unit.code.clone(),
            year: self.year,
            staff_quota: small(quota),
            staff_on_duty: small(on_duty),
            staff_retired: small(dice.between(0, quota)),
            expenses: self.figures.expenses.clone(),
            buildings: Vec::new(),
            thrift_measures: Some("严格执行公务接待和用车管理制度，压减会议和印刷费用。".to_owned()),
            signature: self.signature(&mut dice),
        }
    }

    /// 项目支出.
    #[must_use]
    pub fn projects(&self) -> Vec<ProjectExpenditureInput> {
        let mut dice = self.dice(2);
        let names = self.theme.projects;
        let skipped = usize::try_from(dice.between(0, 11)).unwrap_or_default();
        let mut made = Vec::new();
        for (number, code, figures) in self.numbered() {
            let place = skipped + made.len();
            let phase = made.len() / names.len().max(1);
            let name = names.iter().cycle().nth(place % names.len().max(1)).copied().unwrap_or_default();
            let name = if phase == 0 { name.to_owned() } else { format!("{name}（{}期）", phase + 1) };
            made.push(self.project(&mut dice, number, (code, name), figures));
        }
        made
    }

    fn project(
        &self,
        dice: &mut Dice,
        number: u64,
        (code, name): (ProjectCode, String),
        figures: Figures,
    ) -> ProjectExpenditureInput {
        let (carried, current) = if dice.permille(200) {
            figures.split(dice.between(50, 400))
        } else {
            (Figures::default(), figures)
        };
        let mut sources = vec![(ProjectSource::CurrentYearAppropriation, current)];
        if carried.annual.scaled() > 0 {
            sources.push((ProjectSource::CarryOver, carried));
        }
        let self_score = figures.points(EXECUTION);
        let rows = self.sheet(number, Some(&code), figures);
        ProjectExpenditureInput {
            unit: self.place.unit.code.clone(),
            year: self.year,
            code,
            goal_expected: Some(format!("按计划实施{name}，年内完成全部任务。")),
            goal_actual: Some(format!("{name}已按计划实施。")),
            name,
            supervising_department: Some(self.place.unit.name.clone()),
            implementing_unit: Some(self.place.unit.name.clone()),
            weight: Some(EXECUTION),
            self_score: Some(self_score),
            total: figures.amounts(),
            sources: sources
                .into_iter()
                .map(|(source, Figures { initial, annual, executed })| ProjectSourceAmounts {
                    source,
                    initial: Some(initial),
                    annual: Some(annual),
                    executed: Some(executed),
                })
                .collect(),
            deviation_reason: Self::reason(dice, &figures),
            reported_total: Some(Self::printed(dice, &rows, self_score)),
            signature: self.signature(dice),
        }
    }

    /// 自评报告正文, short.
    #[must_use]
    pub fn narrative(&self) -> NarrativeInput {
        let Self { place, year, figures, .. } = self;
        let total = figures.total();
        let text = format!(
            "{year}年全年预算资金{}万元，支出{}万元。其中：基本支出{}万元（人员经费{}万元、公用经费{}万元），项目支出{}万元。",
            total.annual,
            total.executed,
            figures.basic.executed,
            figures.personnel,
            figures.public,
            figures.project().executed
        );
        NarrativeInput {
            unit: place.unit.code.clone(),
            year: *year,
            sections: Sections {
                unit_profile: Some(format!("{}核定编制{}人。", place.unit.name, figures.quota)),
                general_public_budget: Some(text),
                performance: Some("年度绩效目标完成情况良好。".to_owned()),
                problems: Some("部分指标设置不够细化，绩效管理意识有待加强。".to_owned()),
                improvements: Some("细化预算编制，加强绩效监控。".to_owned()),
                ..Sections::default()
            },
        }
    }
}

impl Dice {
    /// A fund source other than the general public budget.
    fn pick_source(&mut self) -> BudgetSource {
        if self.permille(600) { BudgetSource::GovernmentFund } else { BudgetSource::Other }
    }
}
