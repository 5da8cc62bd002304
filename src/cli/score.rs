//! `jixiao score`: a bundle in, score sheets out, no database.

use std::path::PathBuf;

use clap::Args;
use jixiao::app;
use jixiao::evaluations::wire::UnitName;
use jixiao::forms::store::Reviewed;
use jixiao::http::Schemas;
use jixiao::imports::offline;
use jixiao::rule_sets;
use jixiao::scores::assemble::score_form;
use jixiao::scores::view;
use jixiao::scores::wire::{FlagView, Scores, SheetScore};
use jixiao_core::kernel::{Lang, Points, Text as _};
use jixiao_core::workflow::Stage;

use super::data::{LangArg, read, tell};
use super::{Failure, print};

/// Score a bundle on the spot: every sheet in it, each point explained. No database.
#[derive(Args, Debug)]
pub struct Score {
    /// The bundle, as JSON; `-` reads standard input
    file: PathBuf,
    /// Answer as JSON, as the API does
    #[arg(long)]
    json: bool,
    /// Rule set to score by, `name@version`
    #[arg(long, default_value = rule_sets::DEFAULT)]
    rule_set: String,
    /// Language of the explanations
    #[arg(long, value_enum, default_value = "zh")]
    lang: LangArg,
}

/// Runs it.
pub fn run(command: &Score) -> Result<(), Failure> {
    let lang: Lang = command.lang.into();
    let rules = rule_sets::preset(&command.rule_set)
        .ok_or_else(|| Failure::Setting(format!("--rule-set: there is no rule set {}", command.rule_set)))?;
    let (_, bundle) = read(&command.file, lang)?;
    let schemas = Schemas::of_document(&app::openapi());
    let (forms, names) = offline::forms(&schemas, bundle).map_err(|errors| {
        tell(&errors, lang);
        Failure::Data
    })?;
    let mut all = Vec::new();
    for ((code, year), form) in forms {
        let unit = names.iter().find(|unit| unit.code == code).cloned();
        let unit = unit.unwrap_or_else(|| UnitName { name: code.to_string(), code });
        let scored = score_form(&form, &Reviewed::default(), year, rules);
        let (department, projects): (Vec<_>, Vec<_>) =
            scored.into_iter().partition(|sheet| sheet.project.is_none());
        all.push(Scores {
            year,
            stage: Stage::Draft,
            provisional: true,
            rule_set: rules.reference(),
            department: department.into_iter().next().map(|sheet| view::sheet(sheet, &unit, lang)),
            projects: projects.into_iter().map(|sheet| view::sheet(sheet, &unit, lang)).collect(),
            unit,
        });
    }
    if command.json {
        let text = serde_json::to_string_pretty(&all).map_err(|why| Failure::Other(why.to_string()))?;
        print(&format!("{text}\n"));
    } else {
        for scores in &all {
            print(&table(scores, lang));
        }
    }
    Ok(())
}

fn table(scores: &Scores, lang: Lang) -> String {
    let Scores { unit, year, rule_set, .. } = scores;
    let mut text = format!("{} {} {year} {rule_set}\n", unit.code, unit.name);
    for (kind, sheet) in scores
        .department
        .iter()
        .map(|sheet| (lang.pick("部门整体支出", "department"), sheet))
        .chain(scores.projects.iter().map(|sheet| (lang.pick("项目支出", "project"), sheet)))
    {
        text.push('\n');
        text.push_str(&sheet_table(kind, sheet, lang));
    }
    text.push('\n');
    text
}

fn sheet_table(kind: &str, sheet: &SheetScore, lang: Lang) -> String {
    let grade = sheet.grade.map_or_else(|| lang.pick("未定", "none").to_owned(), |grade| grade.text(lang));
    let total = |points: Option<Points>| points.map_or_else(|| "—".to_owned(), |points| points.to_string());
    let mut text = format!("【{kind}】{} {}\n", sheet.code, sheet.name);
    text.push_str(&lang.pick(
        format!(
            "最终 {}  自评 {}  计算 {}  表上 {}  等级 {grade}{}\n",
            total(sheet.final_total),
            total(sheet.self_total),
            total(sheet.computed_total),
            total(sheet.reported_total),
            if sheet.complete { "" } else { "  （尚不完整）" },
        ),
        format!(
            "final {}  self {}  computed {}  printed {}  grade {grade}{}\n",
            total(sheet.final_total),
            total(sheet.self_total),
            total(sheet.computed_total),
            total(sheet.reported_total),
            if sheet.complete { "" } else { "  (incomplete)" },
        ),
    ));
    // Numbers first: whatever the width of the words after them, the columns stand.
    text.push_str(lang.pick(
        "   序号    分值    自评    计算    最终  指标与说明\n",
        "    seq  weight    self   comp.   final  indicator, why\n",
    ));
    let row = |seq: &str, scores: [Option<Points>; 4], words: &str, flags: &[FlagView]| {
        let [weight, own, computed, last] = scores.map(total);
        let flags = flags.iter().fold(String::new(), |all, flag| {
            lang.pick(format!("{all} 〔{}〕", flag.text), format!("{all} [{}]", flag.text))
        });
        format!("{seq:>7} {weight:>7} {own:>7} {computed:>7} {last:>7}  {words}{flags}\n")
    };
    let execution = &sheet.execution;
    text.push_str(&row(
        "-",
        [execution.weight, execution.self_score, execution.computed_score, execution.final_score],
        &lang.pick(
            format!("预算执行率：{}", execution.explanation),
            format!("execution: {}", execution.explanation),
        ),
        &execution.flags,
    ));
    for indicator in &sheet.indicators {
        text.push_str(&row(
            &indicator.seq.to_string(),
            [indicator.weight, indicator.self_score, indicator.computed_score, indicator.final_score],
            &format!("{}{}{}", indicator.name, lang.pick("：", ": "), indicator.explanation),
            &indicator.flags,
        ));
    }
    sheet.flags.iter().fold(text, |all, flag| format!("{all}  ! {}\n", flag.text))
}
