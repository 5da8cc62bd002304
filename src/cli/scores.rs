//! `jixiao scores`.

use crate::config::DatabaseSettings;
use crate::scores::verify::{Difference, Verdict, verify};
use clap::{Args, Subcommand};
use jixiao_core::kernel::Lang;

use super::data::LangArg;
use super::{Failure, block_on, open, print};

/// Verify that the scores which lists and rankings read are those of the stored forms
#[derive(Args, Debug)]
pub struct Scores {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Score every stored form anew, on every core, and name each kept value that differs
    Verify {
        /// Language of the messages
        #[arg(long, value_enum, default_value = "zh")]
        lang: LangArg,
        #[command(flatten)]
        database: DatabaseSettings,
    },
}

/// Differences that are told one by one.
const TOLD: usize = 100;

/// Runs it.
pub fn run(command: &Scores) -> Result<(), Failure> {
    let Action::Verify { lang, database } = &command.action;
    let url = database.url()?;
    let verdict = block_on(async {
        let db = open(&url, Vec::new()).await?;
        db.prepare().await?;
        Ok(verify(&db).await?)
    })?;
    tell(&verdict, (*lang).into())
}

fn tell(Verdict { evaluations, sheets, differences }: &Verdict, lang: Lang) -> Result<(), Failure> {
    for Difference { unit, year, sheet, field, kept, computed } in differences.iter().take(TOLD) {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
        let (field, kept, computed) = (field.unwrap_or("*"), value(kept), value(computed));
        eprintln!(
            "{}",
            lang.pick(
                format!("{unit} {year} {sheet} {field}：存 {kept}，重算为 {computed}"),
                format!("{unit} {year} {sheet} {field}: kept {kept}, computed again {computed}")
            )
        );
    }
    let more = differences.len().saturating_sub(TOLD);
    if more > 0 {
        eprintln!("{}", lang.pick(format!("另有 {more} 处"), format!("and {more} more")));
    }
    if differences.is_empty() {
        print(&lang.pick(
            format!("一致：重算 {evaluations} 套自评、{sheets} 张表，与所存得分无一处不同。\n"),
            format!(
                "They agree: {evaluations} evaluations, {sheets} sheets scored anew, no kept value differs.\n"
            ),
        ));
        return Ok(());
    }
    let differing = differences.len();
    Err(Failure::Other(lang.pick(
        format!("所存得分与重算有 {differing} 处不同（共 {sheets} 张表）"),
        format!("{differing} kept values differ from scoring anew ({sheets} sheets)"),
    )))
}
