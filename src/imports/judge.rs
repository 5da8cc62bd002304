//! The judgement of one form's rows: what each makes of what is stored, or what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use jixiao_core::kernel::{Lang, ProjectCode, Text};
use jixiao_core::workflow::Stage;

use super::ahead::Looked;
use super::bundle::{Collection, Row, RowText};
use super::errors::{Allowance, Errors};
use super::fold::{Folding, Place};
use super::reference::{merged, needs, repeated};
use super::report::Counts;
use super::run::Strategy;
use super::shape::Shapes;
use crate::evaluations::Part;
use crate::evaluations::entity::Model as Evaluation;
use crate::evaluations::store::{Key, Refusal};
use crate::evaluations::sync::Changes;
use crate::http::{FieldError, Schemas};

/// By what all rows are judged.
#[derive(Debug)]
pub struct Judge {
    /// The document's schemas.
    pub schemas: Schemas,
    /// What of them is told at a glance.
    pub shapes: Shapes,
    /// How rows are read.
    pub folding: Folding,
    /// What rows are for.
    pub strategy: Strategy,
    /// Whether one error refuses them all.
    pub is_atomic: bool,
    /// The kinds of rows that the file has.
    pub collections: BTreeSet<Collection>,
    /// Rows in which a number could not be read.
    pub unfolded: BTreeSet<Place>,
    /// How many errors are kept.
    pub allowance: Allowance,
}

/// What stands in the way of a whole form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It was handed in. A file that says what is stored changes nothing: it may come again, whatever the stage.
    Locked(Stage),
    /// The row that would make its unit is wrong.
    Unit,
    /// The row that would set up its year is wrong.
    Year,
}

/// What is wrong with a row of a form that cannot be opened.
#[must_use]
pub fn refused(row: &Row, refusal: Refusal, (unit, year): &Key) -> FieldError {
    let at = row.pointer();
    match refusal {
        Refusal::NoUnit => FieldError::new(
            format!("{at}/unit"),
            "unknown_unit",
            format!("没有编码为 {unit} 的单位，或不在您的可见范围内"),
            format!("There is no unit {unit} that you may see"),
        ),
        Refusal::NotYours => FieldError::new(
            format!("{at}/unit"),
            "not_permitted",
            format!("您不能填报单位 {unit} 的数据"),
            format!("You may not fill in for unit {unit}"),
        ),
        Refusal::NoYear => FieldError::new(
            format!("{at}/year"),
            "unknown_year",
            format!("{year} 年度尚未设立"),
            format!("The year {year} was not set up"),
        ),
        Refusal::Locked(stage) => FieldError::new(
            at,
            "locked",
            format!("单位 {unit} 的 {year} 年度自评当前为“{}”，不能修改", stage.text(Lang::Zh)),
            format!(
                "The evaluation of unit {unit} for {year} is “{}” and cannot be changed",
                stage.text(Lang::En)
            ),
        ),
    }
}

/// A sheet of a form: a project's; none: the department's.
type Sheet = Option<ProjectCode>;

/// What becomes of the parts of one kind.
#[derive(Debug)]
pub struct Judged<P: Part> {
    /// What is made and changed.
    pub changes: Changes<P>,
    /// The keys of rows that are wrong.
    pub failed: BTreeSet<P::Key>,
    /// What is stored and the file does not have.
    rest: Vec<(Sheet, P)>,
}

impl<P: Part> Judged<P> {
    /// The sheets in which something is stored that the file does not have.
    #[must_use]
    pub fn sheets_to_clear(&self) -> Vec<Sheet> {
        self.rest.iter().map(|(sheet, _)| sheet.clone()).collect()
    }
}

/// What was seen of a form so far.
#[derive(Debug)]
pub struct Seen<'a> {
    judge: &'a Judge,
    form: &'a Key,
    evaluation: Option<&'a Evaluation>,
    obstacle: Option<Obstacle>,
    /// Projects that are missing for an error in their row.
    pub missing_projects: BTreeSet<ProjectCode>,
    touched: BTreeSet<Sheet>,
    /// Sheets of which a row is wrong; they lose nothing.
    faulty: BTreeSet<Sheet>,
    /// Whether a row is wrong of which nobody can tell the sheet, or nothing may go.
    is_faulty: bool,
    /// Rows of a locked form that say what is stored.
    confirming: Vec<RowText>,
    /// What became of the rows.
    pub counts: Counts,
    /// What is wrong with them.
    pub errors: Errors,
}

impl<'a> Seen<'a> {
    /// Of this form nothing yet.
    #[must_use]
    pub fn new(
        judge: &'a Judge,
        form: &'a Key,
        evaluation: Option<&'a Evaluation>,
        obstacle: Option<Obstacle>,
    ) -> Self {
        Self {
            judge,
            form,
            evaluation,
            obstacle,
            missing_projects: BTreeSet::new(),
            touched: BTreeSet::new(),
            faulty: BTreeSet::new(),
            is_faulty: false,
            confirming: Vec::new(),
            counts: Counts::default(),
            errors: Errors::sharing(&judge.allowance),
        }
    }

    /// Judges the rows of one kind.
    pub fn judge<P: Part>(&mut self, rows: Vec<Looked>, stored: Vec<P>, siblings: &P::Siblings) -> Judged<P> {
        let mut stored: BTreeMap<P::Key, P> =
            stored.into_iter().map(|row| (row.key(siblings), row)).collect();
        let (mut changes, mut failed) = (Changes::default(), BTreeSet::new());
        let (mut mentioned, mut well) = (BTreeSet::new(), BTreeSet::new());
        let is_new = stored.is_empty();
        for mut part in rows {
            if is_new && let Some(input) = self.at_a_glance::<P>(&mut part, siblings, &well) {
                let key = P::key_of(&input);
                self.touched.insert(P::sheet(&key).cloned());
                self.counts.created += 1;
                changes.fresh.push(input);
                well.insert(key);
                continue;
            }
            let text = part.row;
            let mut row = self.judge.folding.read(&text);
            let key = P::key_in(&row.value);
            if let Some(key) = &key {
                self.touched.insert(P::sheet(key).cloned());
            }
            let current = key.as_ref().and_then(|key| stored.get(key)).zip(self.evaluation);
            let current = current.map(|(row, evaluation)| row.input(evaluation, siblings));
            match self.row::<P>(&mut row, current.as_ref(), siblings, &well) {
                Err(errors) => {
                    self.errors.extend(errors.into_iter().map(|error| row.error(error)));
                    match &key {
                        Some(key) => self.faulty.insert(P::sheet(key).cloned()),
                        None => std::mem::replace(&mut self.is_faulty, true),
                    };
                    mentioned.extend(key.clone());
                    failed.extend(key);
                }
                Ok(input) => {
                    let key = P::key_of(&input);
                    well.insert(key.clone());
                    mentioned.insert(key.clone());
                    if current.is_none() {
                        self.counts.created += 1;
                        changes.fresh.push(input);
                    } else if current.as_ref() == Some(&input) {
                        self.counts.unchanged += 1;
                        if self.obstacle.is_some() {
                            self.confirming.push(text);
                        }
                    } else if let Some(row) = stored.remove(&key) {
                        self.counts.updated += 1;
                        changes.changed.push((row, input));
                    }
                }
            }
        }
        stored.retain(|key, _| !mentioned.contains(key));
        if !self.judge.collections.iter().any(|one| one.as_str() == P::COLLECTION) {
            stored.clear(); // the file says nothing of this kind of rows
        }
        let rest = stored.into_iter().map(|(key, row)| (P::sheet(&key).cloned(), row)).collect();
        Judged { changes, failed, rest }
    }

    /// What a row comes to that nothing is wrong with, where nothing is stored that it could be laid over; none: it is to
    /// be looked at more closely.
    fn at_a_glance<P: Part>(
        &self,
        part: &mut Looked,
        siblings: &P::Siblings,
        well: &BTreeSet<P::Key>,
    ) -> Option<P::Input> {
        let Judge { shapes, strategy, unfolded, .. } = self.judge;
        if self.obstacle.is_some() || *strategy == Strategy::Update || !unfolded.is_empty() {
            return None;
        }
        let input = part.input::<P>(shapes)?;
        let key = P::key_of(&input);
        let is_missing = P::sheet(&key).is_some_and(|project| self.missing_projects.contains(project));
        (!is_missing && !well.contains(&key) && P::check(&input, siblings).is_empty()).then_some(input)
    }

    /// What a row comes to, or what is wrong with it; nothing, where another error says enough.
    fn row<P: Part>(
        &self,
        row: &mut Row,
        current: Option<&P::Input>,
        siblings: &P::Siblings,
        well: &BTreeSet<P::Key>,
    ) -> Result<P::Input, Vec<FieldError>> {
        let Judge { schemas, strategy, is_atomic, unfolded, .. } = self.judge;
        // What is to become equal to the file is not laid over what is stored.
        let base = current.filter(|_| *strategy != Strategy::Replace);
        let input: P::Input = merged(schemas, row, base)?;
        let mut errors = Vec::new();
        let key = P::key_of(&input);
        if well.contains(&key) {
            errors.push(repeated(row));
        }
        let project = P::sheet(&key);
        let missing = project.filter(|project| self.missing_projects.contains(project));
        if missing.is_none() {
            let at = row.pointer();
            errors.extend(
                P::check(&input, siblings)
                    .into_iter()
                    .map(|error| FieldError { pointer: format!("{at}{}", error.pointer), ..error }),
            );
        }
        errors.extend(strategy.forbids(row, current.is_some()));
        if !errors.is_empty() || unfolded.contains(&(row.collection, row.index)) {
            return Err(errors);
        }
        let (unit, year) = self.form;
        let needs = |field, zh, en, key: &str| {
            Err(if *is_atomic { Vec::new() } else { vec![needs(row, field, zh, en, key)] })
        };
        match (self.obstacle, missing) {
            (Some(Obstacle::Locked(stage)), _) if current != Some(&input) => {
                Err(vec![refused(row, Refusal::Locked(stage), self.form)])
            }
            (Some(Obstacle::Unit), _) => needs("unit", "单位", "unit", unit.as_str()),
            (Some(Obstacle::Year), _) => needs("year", "年度", "year", &year.to_string()),
            (_, Some(project)) => needs("project", "项目", "project", project.as_str()),
            _ => Ok(input),
        }
    }

    /// Whether something of a sheet goes, if the file does not have it.
    fn clears(&self, sheet: &Sheet) -> bool {
        self.judge.strategy == Strategy::Replace
            && self.touched.contains(sheet)
            && !self.is_faulty
            && !self.faulty.contains(sheet)
    }

    /// All rows were seen; in these sheets something is stored that the file does not have. From a form that was handed
    /// in nothing goes: then its rows do not say what is stored.
    pub fn settle(&mut self, sheets: &[Sheet]) {
        let Some(Obstacle::Locked(stage)) = self.obstacle else { return };
        if sheets.iter().any(|sheet| self.clears(sheet)) {
            let locked = |text: &RowText| {
                let row = self.judge.folding.read(text);
                row.error(refused(&row, Refusal::Locked(stage), self.form))
            };
            self.errors.extend(self.confirming.iter().map(locked));
            self.counts.unchanged = 0;
            self.is_faulty = true;
        }
    }

    /// What becomes of the parts of one kind, what the file does not have included.
    pub fn finish<P: Part>(&mut self, judged: Judged<P>) -> Changes<P> {
        let Judged { mut changes, failed: _, rest } = judged;
        // A project stays with its indicators, which are what touched its sheet.
        let is_project = P::COLLECTION == Collection::ProjectExpenditures.as_str();
        for (sheet, row) in rest {
            if !self.touched.contains(&sheet) {
                continue;
            }
            if self.clears(&sheet) && !is_project {
                self.counts.removed += 1;
                changes.gone.push(row);
            } else {
                self.counts.not_in_file += 1;
            }
        }
        changes
    }
}
