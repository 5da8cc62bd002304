//! Forms for the tests of this floor.

use std::sync::LazyLock;

use chrono::NaiveDate;

use super::dossier::{
    Amounts, BaseData, CheckedSheet, Department, Dossier, Expense, Facts, Indicator, Item, Project,
    SheetFacts, Signature, Source,
};
use super::{Finding, check};
use crate::kernel::{FiscalYear, Money, Points, ProjectCode};
use crate::scoring::rule_set::CheckRules;
use crate::scoring::{ExecutionRow, IndicatorRow, RuleSet, Scorecard, Sheet, SheetKind, score};

type Row3 = [Option<Money>; 3];

/// A form of 2023 with as much in it as a test needs. Without a total or a nature there is no department sheet.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub total: Option<Row3>,
    pub sources: Vec<Row3>,
    pub other_sources: Vec<Row3>,
    pub basic: Option<Row3>,
    pub project: Option<Row3>,
    pub personnel: Option<Money>,
    pub public: Option<Money>,
    pub goals: [Option<String>; 2],
    pub reason: Option<String>,
    pub reported_total: Option<Points>,
    pub signed: bool,
    pub staff: [Option<i32>; 3],
    pub expenses: Vec<(Item, Row3)>,
    pub projects: Vec<(&'static str, Row3)>,
    pub project_name: String,
    pub indicators: Vec<IndicatorRow>,
    pub sections: Vec<(&'static str, String)>,
    pub rules: CheckRules,
}

impl Form {
    pub fn new() -> Self {
        Self {
            total: None,
            sources: vec![],
            other_sources: vec![],
            basic: None,
            project: None,
            personnel: None,
            public: None,
            goals: [None, None],
            reason: None,
            reported_total: None,
            signed: false,
            staff: [None; 3],
            expenses: vec![],
            projects: vec![],
            project_name: "专项".to_owned(),
            indicators: vec![],
            sections: vec![],
            rules: rules().checks.clone(),
        }
    }
}

fn rules() -> &'static RuleSet {
    &RuleSet::presets()[0]
}

/// An amount; nothing for an empty text.
pub(super) fn money(text: &str) -> Option<Money> {
    text.parse().ok()
}

/// A department indicator.
pub(super) fn row(
    seq: i32,
    name: &str,
    target: &str,
    actual: &str,
    weight: &str,
    score: &str,
) -> IndicatorRow {
    IndicatorRow {
        seq,
        level1: "产出指标".to_owned(),
        level2: "数量指标".to_owned(),
        name: name.to_owned(),
        target: Some(target.to_owned()),
        actual: Some(actual.to_owned()),
        weight: weight.parse().ok(),
        self_score: score.parse().ok(),
        reviewed_score: None,
        attainment: None,
        deviation_reason: None,
    }
}

fn amounts([initial, annual, executed]: Row3) -> Amounts {
    Amounts { initial, annual, executed }
}

impl Form {
    pub fn total(&mut self, amounts: [&str; 3]) {
        self.total = Some(amounts.map(money));
    }

    /// 上年决算数, 本年预算数, 本年决算数.
    pub fn expense(&mut self, item: Item, amounts: [&str; 3]) {
        self.expenses.push((item, amounts.map(money)));
    }

    fn has_department(&self) -> bool {
        self.total.is_some()
            || self.basic.is_some()
            || self.project.is_some()
            || self.public.is_some()
            || self.reported_total.is_some()
            || !self.indicators.is_empty()
    }

    fn facts<'a>(&'a self, codes: &'a [ProjectCode]) -> Facts<'a> {
        let source = |general_public| move |row: &Row3| Source { general_public, amounts: amounts(*row) };
        let signature = if self.signed {
            Signature {
                filled_by: Some("王芳"),
                filled_on: NaiveDate::from_ymd_opt(2024, 3, 5),
                telephone: Some("1"),
                head: Some("李明"),
            }
        } else {
            Signature::default()
        };
        let sheet = |total| SheetFacts { total, signature, ..SheetFacts::default() };
        let [goal_expected, goal_actual] = &self.goals;
        let department = Department {
            sheet: SheetFacts {
                sources: self
                    .sources
                    .iter()
                    .map(source(true))
                    .chain(self.other_sources.iter().map(source(false)))
                    .collect(),
                goal_expected: goal_expected.as_deref(),
                goal_actual: goal_actual.as_deref(),
                reason: self.reason.as_deref(),
                reported_total: self.reported_total,
                ..sheet(self.total.map(amounts).unwrap_or_default())
            },
            basic: self.basic.map(amounts),
            project: self.project.map(amounts),
            personnel: self.personnel,
            public: self.public,
        };
        let [staff_quota, staff_on_duty, staff_retired] = self.staff;
        let expenses = self.expenses.iter().map(|(item, [prior_final, budget, last])| Expense {
            item: *item,
            name: None,
            prior_final: *prior_final,
            budget: *budget,
            r#final: *last,
        });
        let has_base_data = !self.expenses.is_empty() || self.staff.iter().any(Option::is_some);
        let base_data =
            BaseData { staff_quota, staff_on_duty, staff_retired, expenses: expenses.collect(), signature };
        let projects = self.projects.iter().zip(codes);
        Facts {
            year: FiscalYear::try_from(2023).unwrap(),
            department: self.has_department().then_some(department),
            base_data: has_base_data.then_some(base_data),
            projects: projects
                .map(|((_, total), code)| Project {
                    code,
                    name: &self.project_name,
                    sheet: sheet(amounts(*total)),
                })
                .collect(),
            indicators: self
                .indicators
                .iter()
                .map(|row| Indicator {
                    project: None,
                    seq: row.seq,
                    level1: &row.level1,
                    level2: &row.level2,
                    name: &row.name,
                    target: row.target.as_deref(),
                    actual: row.actual.as_deref(),
                    weight: row.weight,
                    self_score: row.self_score,
                })
                .collect(),
            sections: self.sections.iter().map(|(name, text)| (*name, text.as_str())).collect(),
        }
    }

    fn codes(&self) -> Vec<ProjectCode> {
        self.projects.iter().map(|(code, _)| code.parse().unwrap()).collect()
    }

    fn card(&self) -> Scorecard {
        let [initial, annual, executed] = self.total.unwrap_or_default();
        let sheet = Sheet {
            year: FiscalYear::try_from(2023).unwrap(),
            kind: SheetKind::Department,
            execution: ExecutionRow { initial, annual, executed, ..ExecutionRow::default() },
            indicators: self.indicators.clone(),
            reported_total: self.reported_total,
            reviewed_total: None,
            base_data: None,
        };
        score(&sheet, rules())
    }
}

/// Everything that is found in a form; `prior` is the form of the year before.
fn all(form: &Form, prior: Option<&Form>) -> Vec<Finding> {
    static NOBODY: LazyLock<Form> = LazyLock::new(Form::new);
    let (codes, before) = (form.codes(), prior.unwrap_or(&NOBODY));
    let (card, codes_before) = (form.card(), before.codes());
    let sheets =
        if form.has_department() { vec![CheckedSheet { project: None, card: &card }] } else { vec![] };
    check(&Dossier {
        now: form.facts(&codes),
        sheets,
        prior: prior.map(|before| before.facts(&codes_before)),
        rules: &form.rules,
    })
}

pub(super) fn findings(form: &Form) -> Vec<Finding> {
    all(form, None)
}

/// What one check finds: each place with what was expected and found.
fn of_check(findings: Vec<Finding>, id: &str) -> Vec<String> {
    let ids: Vec<String> = findings.iter().map(Finding::id).collect();
    for (index, id) in ids.iter().enumerate() {
        assert!(!ids[..index].contains(id), "{id} stands for two findings");
    }
    findings
        .into_iter()
        .filter(|finding| finding.check.id == id)
        .map(|Finding { place, expected, found, .. }| {
            [Some(place.to_string()), expected, found].into_iter().flatten().collect::<Vec<_>>().join(" ")
        })
        .collect()
}

pub(super) fn found(form: &Form, id: &str) -> Vec<String> {
    of_check(findings(form), id)
}

pub(super) fn found_after(form: &Form, prior: &Form, id: &str) -> Vec<String> {
    of_check(all(form, Some(prior)), id)
}
