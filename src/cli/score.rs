//! `jixiao score`: a bundle in, score sheets out, no database.

use std::path::{Path, PathBuf};

use crate::previews::run::preview;
use crate::previews::wire::Preview;
use crate::proofs::{self, Difference, Verdict};
use crate::scores::wire::{FlagView, Scores, SheetScore};
use crate::{app, rule_sets};
use clap::Args;
use jixiao_core::kernel::{Lang, Points, Text as _};

use super::data::{LangArg, bytes, read, tell};
use super::{Failure, print};

/// Score a bundle on the spot: every sheet in it, each point explained. No database.
#[derive(Args, Debug)]
pub struct Score {
    /// The bundle, as JSON; `-` reads standard input
    #[arg(required_unless_present = "verify")]
    file: Option<PathBuf>,
    /// Verify a proof from `GET /scores/{unit}/{year}/proof` instead: compute everything in it again
    #[arg(long, value_name = "PROOF", conflicts_with_all = ["file", "json", "rule_set"])]
    verify: Option<PathBuf>,
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
    if let Some(proof) = &command.verify {
        return verify(proof, lang);
    }
    let Some(file) = &command.file else { return Ok(()) };
    let rules = rule_sets::preset(&command.rule_set)
        .ok_or_else(|| Failure::Setting(format!("--rule-set: there is no rule set {}", command.rule_set)))?;
    let bundle = read(file, lang)?;
    let schemas = app::schemas();
    let Preview { scores, .. } = preview(&schemas, bundle, rules, lang).map_err(|errors| {
        tell(&errors, lang);
        Failure::Data
    })?;
    if command.json {
        let text = serde_json::to_string_pretty(&scores).map_err(|why| Failure::Other(why.to_string()))?;
        print(&format!("{text}\n"));
    } else {
        for scores in &scores {
            print(&table(scores, lang));
        }
    }
    Ok(())
}

/// Differences that are told one by one.
const TOLD: usize = 20;

/// Computes a proof again, and tells what differs.
fn verify(file: &Path, lang: Lang) -> Result<(), Failure> {
    let bytes = bytes(file)?;
    let Verdict { proof, compared, differences } = proofs::verify(&bytes).map_err(|why| {
        eprintln!("{}: {}", file.display(), why.text(lang));
        Failure::Data
    })?;
    let (unit, name, year, sheets) = (&proof.unit, &proof.unit_name, proof.year, proof.sheets.len());
    let (rules, agree) = (proof.rule_set.reference(), compared - differences.len());
    print(&lang.pick(
        format!(
            "{unit} {name} {year}，规则集 {rules}：重算 {sheets} 张表，{compared} 个值中 {agree} 个一致。\nSHA-256 {}\n",
            proof.sha256
        ),
        format!(
            "{unit} {name} {year}, rule set {rules}: {sheets} sheets computed again, {agree} of {compared} values agree.\nSHA-256 {}\n",
            proof.sha256
        ),
    ));
    if differences.is_empty() {
        return Ok(());
    }
    for Difference { place, said, found } in differences.iter().take(TOLD) {
        eprintln!(
            "{}",
            lang.pick(
                format!("{place}：证明写 {said}，重算为 {found}"),
                format!("{place}: the proof says {said}, computed again it is {found}")
            )
        );
    }
    let more = differences.len().saturating_sub(TOLD);
    if more > 0 {
        eprintln!("{}", lang.pick(format!("另有 {more} 处"), format!("and {more} more")));
    }
    Err(Failure::Other(
        lang.pick("证明不成立，内容被改动过。", "The proof does not hold: it was altered.").to_owned(),
    ))
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
