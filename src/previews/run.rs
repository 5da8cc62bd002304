//! A bundle's forms, scored and checked on the spot.

use std::collections::BTreeMap;

use jixiao_core::kernel::{FiscalYear, Lang};
use jixiao_core::scoring::RuleSet;
use jixiao_core::workflow::Stage;

use super::wire::Preview;
use crate::evaluations::wire::UnitName;
use crate::findings::facts::findings;
use crate::findings::store::Assessment;
use crate::findings::wire::Findings;
use crate::forms::store::Reviewed;
use crate::http::Schemas;
use crate::imports::Errors;
use crate::imports::bundle::Bundle;
use crate::imports::offline;
use crate::scores::assemble::score_form;
use crate::scores::view;

/// Scores and checks every form in a bundle, or names every row that is wrong.
pub fn preview(schemas: &Schemas, bundle: Bundle, rules: &RuleSet, lang: Lang) -> Result<Preview, Errors> {
    let (forms, names) = offline::forms(schemas, bundle)?;
    let mut preview = Preview { scores: Vec::new(), findings: Vec::new() };
    for ((code, year), form) in &forms {
        let (code, year) = (code.clone(), *year);
        let unit = names.iter().find(|unit| unit.code == code).cloned();
        let unit = unit.unwrap_or_else(|| UnitName { name: code.to_string(), code: code.clone() });
        let sheets = score_form(form, &Reviewed::default(), year, rules);
        let prior = FiscalYear::try_from(year.get() - 1).ok();
        let prior = prior.and_then(|year| Some((year, forms.get(&(code.clone(), year))?)));
        let found = findings((year, form), &sheets, prior, rules);
        let form = form.clone();
        let assessment = Assessment { form, sheets, findings: found, explanations: BTreeMap::new() };
        preview.findings.push(Findings::of(&code, year, &assessment, lang).into());
        let under = (rules.reference(), Stage::Draft);
        preview.scores.push(view::of_form(&unit, year, under, assessment.sheets, lang));
    }
    Ok(preview)
}
