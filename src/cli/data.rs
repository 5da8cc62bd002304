//! `jixiao import`, and the reading of bundles that it shares with `jixiao score`.

use std::path::{Path, PathBuf};

use crate::config::DatabaseSettings;
use crate::db::sha256;
use crate::http::{Principal, Schemas};
use crate::imports::{Counts, LaterStage, Mode, Order, RowError, Strategy, bundle, run as import};
use crate::{app, imports::bundle::Bundle};
use clap::{Args, ValueEnum};
use jixiao_core::kernel::Lang;

use super::{Failure, block_on, open, print};

/// Import a bundle into the database. It writes every row or none, or with `--atomic=false` the good ones, and names
/// every error.
#[derive(Args, Debug)]
pub struct Import {
    /// The bundle, as JSON; `-` reads standard input
    file: PathBuf,
    /// Check only, or write
    #[arg(long, value_enum)]
    mode: ModeArg,
    /// What rows are for
    #[arg(long, value_enum, default_value = "upsert")]
    strategy: StrategyArg,
    /// All rows or none; `--atomic=false` writes the good rows
    #[arg(long, action = clap::ArgAction::Set, default_value_t = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    atomic: bool,
    /// Import historical evaluations at this later stage: what the checks find is kept, not enforced
    #[arg(long, value_enum)]
    stage: Option<StageArg>,
    /// Language of the messages
    #[arg(long, value_enum, default_value = "zh")]
    lang: LangArg,
    #[command(flatten)]
    database: DatabaseSettings,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ModeArg {
    /// Do everything that commit does, and write nothing
    Validate,
    /// Write, if nothing is wrong
    Commit,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StrategyArg {
    /// Make what is not there, change what is, remove nothing
    Upsert,
    /// Make; what is there already is an error
    Create,
    /// Change; what is not there is an error
    Update,
    /// Make each sheet that the file touches equal to the file
    Replace,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StageArg {
    /// 已提交: waiting for the bureau
    Submitted,
    /// 已通过: approved, scores are final
    Approved,
}

/// A language, on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LangArg {
    /// 中文
    Zh,
    /// English
    En,
}

impl From<LangArg> for Lang {
    fn from(lang: LangArg) -> Self {
        match lang {
            LangArg::Zh => Self::Zh,
            LangArg::En => Self::En,
        }
    }
}

/// Imports with an administrator's rights: who may open the database may do what stands in it.
pub fn run(command: &Import) -> Result<(), Failure> {
    let lang = command.lang.into();
    let url = command.database.url()?;
    let schemas = Schemas::of_document(&app::openapi());
    let (bytes, bundle) = read(&command.file, lang)?;
    let mode = match command.mode {
        ModeArg::Validate => Mode::Validate,
        ModeArg::Commit => Mode::Commit,
    };
    let later = command.stage.map(|stage| match stage {
        StageArg::Submitted => LaterStage::Submitted,
        StageArg::Approved => LaterStage::Approved,
    });
    let strategy = match command.strategy {
        StrategyArg::Upsert => Strategy::Upsert,
        StrategyArg::Create => Strategy::Create,
        StrategyArg::Update => Strategy::Update,
        StrategyArg::Replace => Strategy::Replace,
    };
    let report = block_on(async {
        let db = open(&url, app::write_hooks()).await?;
        db.prepare().await?;
        let caller = Principal::administrator("command-line");
        let work = db.begin(&caller).await?;
        let order = Order { mode, strategy, is_atomic: command.atomic, later, sha256: sha256(&bytes) };
        let (work, report) = import(work, &schemas, &caller, bundle, order).await?;
        if report.is_accepted() && mode == Mode::Commit {
            work.commit().await?;
        }
        Ok(report)
    })?;
    tell(&report.errors, lang);
    if !report.is_accepted() {
        eprintln!("{}", lang.pick("未写入任何数据。", "Nothing was written."));
        return Err(Failure::Data);
    }
    print(&told(report.counts, mode, lang));
    if report.errors.is_empty() { Ok(()) } else { Err(Failure::Data) }
}

/// What an import came to.
fn told(counts: Counts, mode: Mode, lang: Lang) -> String {
    let Counts { total, created, updated, unchanged, failed, not_in_file, removed } = counts;
    let done = match mode {
        Mode::Validate => lang.pick("检查通过，未写入", "Checked, nothing written"),
        Mode::Commit => lang.pick("已写入", "Written"),
    };
    let mut zh = vec![format!("{done}：共 {total} 行，新建 {created}，更新 {updated}，未变 {unchanged}")];
    let mut en =
        vec![format!("{done}: {total} rows, {created} created, {updated} updated, {unchanged} unchanged")];
    if failed > 0 {
        zh.push(format!("，有误未写入 {failed}"));
        en.push(format!(", {failed} wrong and not written"));
    }
    zh.push(format!("；文件未提及的已有数据 {not_in_file} 行"));
    en.push(format!("; {not_in_file} stored rows not in the file"));
    if removed > 0 {
        zh.push(format!("，另删除 {removed} 行"));
        en.push(format!(", {removed} more removed"));
    }
    lang.pick(format!("{}。\n", zh.concat()), format!("{}.\n", en.concat()))
}

/// Reads a file, or standard input for `-`.
pub fn bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let outcome = if file.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(file).map(|read| bytes = read)
    };
    outcome.map_err(|why| Failure::Other(format!("{}: {why}", file.display())))?;
    Ok(bytes)
}

/// Reads a file or standard input as a bundle.
pub fn read(file: &Path, lang: Lang) -> Result<(Vec<u8>, Bundle), Failure> {
    let bytes = bytes(file)?;
    let value = serde_json::from_slice(&bytes).map_err(|why| {
        let (line, column) = (why.line(), why.column());
        let told = lang.pick(
            format!("第 {line} 行第 {column} 列起不是合法的 JSON"),
            format!("not valid JSON from line {line}, column {column}"),
        );
        eprintln!("{}: {told}", file.display());
        Failure::Data
    })?;
    match bundle::read(value) {
        Ok(bundle) => Ok((bytes, bundle)),
        Err(errors) => {
            tell(&errors, lang);
            Err(Failure::Data)
        }
    }
}

/// Tells every error on a line of its own: where, what is wrong, what was found.
pub fn tell(errors: &[RowError], lang: Lang) {
    for RowError { collection, row, key, error, .. } in errors {
        let place = if collection.is_empty() {
            lang.pick("文件".to_owned(), "the file".to_owned())
        } else {
            lang.pick(format!("{collection} 第 {row} 行（{key}）"), format!("{collection} row {row} ({key})"))
        };
        let found = match &error.found {
            Some(found) => lang.pick(format!("，实际为 {found}"), format!("; found {found}")),
            None => String::new(),
        };
        let words = error.message.clone().in_lang(lang);
        let pointer = if error.pointer.is_empty() { String::new() } else { format!(" {}", error.pointer) };
        eprintln!("{place}{pointer}: {words}{found} [{}]", error.code);
    }
}
