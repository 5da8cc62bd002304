//! A bundle without a database: the forms in it, for scoring on the spot.

use std::collections::{BTreeMap, BTreeSet};

use jixiao_core::kernel::{FiscalYear, UnitCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use super::bundle::{Bundle, Collection, Row};
use super::errors::Errors;
use super::fold::Folding;
use crate::evaluations::Part;
use crate::evaluations::wire::UnitName;
use crate::forms::wire::UnitForm;
use crate::http::{FieldError, Schemas};
use crate::units::wire::UnitInput;
use crate::years::wire::YearInput;
use crate::{base_data, budgets, indicators, narratives, projects};

/// The forms of a bundle: unit and year, and what they claim.
pub type Forms = BTreeMap<(UnitCode, FiscalYear), UnitForm>;

struct Reader<'a> {
    schemas: &'a Schemas,
    forms: Forms,
    names: BTreeMap<UnitCode, String>,
    /// Keys that were read, for the repeated to be told.
    seen: BTreeSet<(Collection, UnitCode, FiscalYear, String)>,
    errors: Errors,
}

/// Reads the forms, and the names that the bundle gives to units, or every error.
pub fn forms(schemas: &Schemas, bundle: Bundle) -> Result<(Forms, Vec<UnitName>), Errors> {
    let Bundle { amount_unit, meta: _, mut rows, looked, unread } = bundle;
    rows.extend(looked.into_iter().map(|part| part.row));
    let mut reader = Reader {
        schemas,
        forms: Forms::new(),
        names: BTreeMap::new(),
        seen: BTreeSet::new(),
        errors: unread.into(),
    };
    let mut folding = Folding::of(schemas, amount_unit);
    folding.to_wan_yuan(&mut rows, |row, errors| {
        reader.errors.extend(errors.into_iter().map(|error| row.error(error)));
    });
    for row in &rows {
        reader.take(&folding.read(row));
    }
    for row in rows.iter().filter(|row| row.collection == Collection::Indicators) {
        reader.need_project(&folding.read(row));
    }
    let Reader { forms, names, errors, .. } = reader;
    if errors.is_empty() {
        Ok((forms, names.into_iter().map(|(code, name)| UnitName { code, name }).collect()))
    } else {
        Err(errors)
    }
}

impl Reader<'_> {
    fn take(&mut self, row: &Row) {
        match row.collection {
            Collection::Years => drop(self.typed::<YearInput>(row)),
            Collection::Units => {
                if let Some(unit) = self.typed::<UnitInput>(row) {
                    self.names.insert(unit.code, unit.name);
                }
            }
            Collection::Budgets => self.part::<budgets::entity::Model>(row, |form| &mut form.budgets),
            Collection::BaseData => self.part::<base_data::entity::Model>(row, |form| &mut form.base_data),
            Collection::ProjectExpenditures => {
                self.part::<projects::entity::Model>(row, |form| &mut form.project_expenditures);
            }
            Collection::Indicators => {
                self.part::<indicators::entity::Model>(row, |form| &mut form.indicators);
            }
            Collection::Narratives => {
                self.part::<narratives::entity::Model>(row, |form| &mut form.narratives);
            }
        }
    }

    fn part<P: Part>(&mut self, row: &Row, rows: fn(&mut UnitForm) -> &mut Vec<P::Input>) {
        if let Some(input) = self.typed::<P::Input>(row) {
            let (unit, year) = P::owner(&input);
            let key = (row.collection, unit.clone(), year, P::row(&P::key_of(&input)));
            if !self.seen.insert(key) {
                let (zh, en) = ("与前面某行的主键重复", "Repeats the key of a row before");
                self.errors.push(row.error(FieldError::new(row.pointer(), "repeated_key", zh, en)));
            }
            rows(self.forms.entry((unit.clone(), year)).or_default()).push(input);
        }
    }

    /// An indicator of a project that the bundle does not have would be passed over in silence.
    fn need_project(&mut self, row: &Row) {
        let text = |name| row.value.get(name).and_then(Value::as_str);
        let Some(project) = text("project") else { return };
        let unit = text("unit").and_then(|code| code.parse::<UnitCode>().ok());
        let year = row.value.get("year").and_then(Value::as_i64).and_then(|year| i32::try_from(year).ok());
        let year = year.and_then(|year| FiscalYear::try_from(year).ok());
        let Some(key) = unit.zip(year) else { return };
        let form = self.forms.get(&key);
        if !form.is_some_and(|form| form.project_expenditures.iter().any(|one| one.code.as_str() == project))
        {
            self.errors.push(row.error(FieldError::new(
                format!("{}/project", row.pointer()),
                "unknown_project",
                format!("文件中没有项目 {project} 的项目支出"),
                format!("The file has no project expenditure {project}"),
            )));
        }
    }

    fn typed<T: DeserializeOwned + ToSchema>(&mut self, row: &Row) -> Option<T> {
        // Nothing is stored that a null could clear: a row is taken as it stands.
        let at = row.pointer();
        let fail = |why: String| vec![FieldError::new(at.clone(), "invalid", why.clone(), why)];
        let errors = self.schemas.check(&T::name(), &row.value, &at).unwrap_or_else(fail);
        if errors.is_empty() {
            match serde_json::from_value(row.value.clone()) {
                Ok(typed) => return Some(typed),
                Err(why) => {
                    self.errors.extend(fail(why.to_string()).into_iter().map(|error| row.error(error)));
                }
            }
        }
        self.errors.extend(errors.into_iter().map(|error| row.error(error)));
        None
    }
}
