//! What can be told of a row before anybody knows what is stored: the form it belongs to and, where all is well with it,
//! what it says. That needs no database, so a job does it for its next rows while these are written.

use std::any::Any;
use std::borrow::Cow;

use serde::Deserialize;

use super::bundle::{Collection, RowText};
use super::shape::Shapes;
use crate::evaluations::Part;
use crate::evaluations::store::Key;
use crate::{base_data, budgets, indicators, narratives, projects};

/// A row that was looked at.
#[derive(Debug)]
pub struct Looked {
    /// The row.
    pub row: RowText,
    /// The unit and year that it names.
    pub form: Option<Key>,
    input: Option<Box<dyn Any + Send>>,
}

impl From<RowText> for Looked {
    fn from(row: RowText) -> Self {
        Self { form: form(&row), row, input: None }
    }
}

impl Looked {
    /// A row, read if all is surely well with it.
    #[must_use]
    pub fn closely(row: RowText, shapes: &Shapes) -> Self {
        let read = match row.collection {
            Collection::Budgets => read::<budgets::entity::Model>(&row, shapes),
            Collection::BaseData => read::<base_data::entity::Model>(&row, shapes),
            Collection::ProjectExpenditures => read::<projects::entity::Model>(&row, shapes),
            Collection::Indicators => read::<indicators::entity::Model>(&row, shapes),
            Collection::Narratives => read::<narratives::entity::Model>(&row, shapes),
            Collection::Years | Collection::Units => None,
        };
        match read {
            Some((form, input)) => Self { row, form: Some(form), input: Some(input) },
            None => row.into(),
        }
    }

    /// What it says, if all is surely well with it.
    pub fn input<P: Part>(&mut self, shapes: &Shapes) -> Option<P::Input> {
        match self.input.take() {
            Some(input) => input.downcast().ok().map(|input| *input),
            None => shapes.read(&self.row),
        }
    }
}

fn read<P: Part>(row: &RowText, shapes: &Shapes) -> Option<(Key, Box<dyn Any + Send>)> {
    let input: P::Input = shapes.read(row)?;
    let (unit, year) = P::owner(&input);
    Some(((unit.clone(), year), Box::new(input)))
}

/// The unit and year that a row names.
fn form(row: &RowText) -> Option<Key> {
    #[derive(Deserialize)]
    struct Owner<'a> {
        #[serde(borrow)]
        unit: Cow<'a, str>,
        year: i32,
    }
    if let Ok(Owner { unit, year }) = serde_json::from_str(&row.text) {
        return Some((unit.parse().ok()?, year.try_into().ok()?));
    }
    // A name that stands twice counts as it was said last.
    let value = row.read().value;
    let year = i32::try_from(value.get("year")?.as_i64()?).ok()?;
    Some((value.get("unit")?.as_str()?.parse().ok()?, year.try_into().ok()?))
}
