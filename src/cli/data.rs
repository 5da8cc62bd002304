//! `jixiao import`, and the reading of bundles that it shares with `jixiao score`.

use std::path::{Path, PathBuf};

use crate::config::DatabaseSettings;
use crate::db::{Json, sha256};
use crate::http::{Principal, Schemas};
use crate::imports::bundle::Collection;
use crate::imports::files::Format;
use crate::imports::wire::{CollectionWord, ImportErrorView, ModeWord, StrategyWord};
use crate::imports::{Counts, LaterStage, Mode, Order, RowError, Strategy, bundle, run as import};
use crate::jobs::entity::{Asked, Progress, Said};
use crate::jobs::wire::JobState;
use crate::{app, imports::bundle::Bundle};
use clap::{Args, ValueEnum};
use jixiao_core::kernel::Lang;

use super::{Failure, block_on, import_job, open, print};

/// Import a bundle into the database. It writes every row or none, or with `--atomic=false` the good ones, and names
/// every error.
#[derive(Args, Debug)]
pub struct Import {
    /// The file: a bundle as JSON (`-` reads standard input), or NDJSON or CSV by the end of its name. One that is large
    /// or no JSON is imported as a job, form by form, whose progress is told
    file: PathBuf,
    /// The collection of rows that name none: of a CSV, such as `indicators`
    #[arg(long, value_parser = collection)]
    collection: Option<CollectionWord>,
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
    if let Some(format) = as_job(&command.file) {
        return run_job(command, format, lang, &schemas);
    }
    let (bytes, bundle) = read(&command.file, lang)?;
    let mode = match command.mode {
        ModeArg::Validate => Mode::Validate,
        ModeArg::Commit => Mode::Commit,
    };
    let (later, strategy) = (later(command), Strategy::from(strategy(command)));
    let report = block_on(async {
        let db = open(&url, app::write_hooks()).await?;
        db.prepare().await?;
        let caller = Principal::administrator("command-line");
        let work = db.begin(&caller).await?;
        let order = Order { strategy, is_atomic: command.atomic, later, ..Order::new(mode, sha256(&bytes)) };
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

fn later(command: &Import) -> Option<LaterStage> {
    command.stage.map(|stage| match stage {
        StageArg::Submitted => LaterStage::Submitted,
        StageArg::Approved => LaterStage::Approved,
    })
}

fn strategy(command: &Import) -> StrategyWord {
    match command.strategy {
        StrategyArg::Upsert => StrategyWord::Upsert,
        StrategyArg::Create => StrategyWord::Create,
        StrategyArg::Update => StrategyWord::Update,
        StrategyArg::Replace => StrategyWord::Replace,
    }
}

fn collection(name: &str) -> Result<CollectionWord, String> {
    let known = serde_json::from_value(serde_json::Value::String(name.to_owned()));
    known.map_err(|_| format!("one of {}", Collection::ALL.map(Collection::as_str).join(", ")))
}

/// Bytes beyond which a file is not held in memory.
const LARGE: u64 = 20 << 20;

/// How a file is written that is imported as a job.
fn as_job(file: &Path) -> Option<Format> {
    let format = Format::of_name(&file.to_string_lossy());
    let is_large = std::fs::metadata(file).is_ok_and(|about| about.len() > LARGE);
    match format {
        Some(Format::Ndjson | Format::Csv) => format,
        _ => is_large.then_some(Format::Json),
    }
}

fn run_job(command: &Import, format: Format, lang: Lang, schemas: &Schemas) -> Result<(), Failure> {
    let mode = match command.mode {
        ModeArg::Validate => ModeWord::Validate,
        ModeArg::Commit => ModeWord::Commit,
    };
    let asked = Asked {
        format,
        encoding: None,
        collection: command.collection,
        amount_unit: None,
        mode,
        strategy: strategy(command),
        atomic: command.atomic,
        later: later(command),
        most: u64::MAX,
        said: Said::default(),
    };
    let url = command.database.url()?;
    let job = block_on(async {
        let db = open(&url, app::write_hooks()).await?;
        db.prepare().await?;
        Box::pin(import_job::import(&db, schemas, &command.file, asked, lang)).await
    })?;
    let Json(Progress { counts, errors, forms, forms_done, .. }) = job.progress;
    for error in job.errors.0 {
        let ImportErrorView { collection, row, key, column, code, detail, .. } = error.view(lang);
        let column = column.map(|column| format!(" {column}")).unwrap_or_default();
        eprintln!("{}{column}: {detail} [{code}]", place(&collection, row, &key, lang));
    }
    if job.state.0 != JobState::Done {
        eprintln!(
            "{}",
            lang.pick(
                format!("未全部写入：{forms_done}/{forms} 个单位年度处理完毕。"),
                format!("Not all was written: {forms_done} of {forms} units' years were gone through.")
            )
        );
        return Err(Failure::Data);
    }
    let mode = if mode == ModeWord::Commit { Mode::Commit } else { Mode::Validate };
    print(&told(counts, mode, lang));
    if errors == 0 { Ok(()) } else { Err(Failure::Data) }
}

/// What an import came to.
fn told(counts: Counts, mode: Mode, lang: Lang) -> String {
    let Counts { total, created, updated, unchanged, failed, not_in_file, removed } = counts;
    let done = match mode {
        Mode::Validate => lang.pick("检查通过，未写入", "Checked, nothing written"),
        Mode::Commit => lang.pick("已写入", "Written"),
    };
    let mut zh = format!("{done}：共 {total} 行，新建 {created}，更新 {updated}，未变 {unchanged}");
    let mut en = format!("{done}: {total} rows, {created} created, {updated} updated, {unchanged} unchanged");
    if failed > 0 {
        zh += &format!("，有误未写入 {failed}");
        en += &format!(", {failed} wrong and not written");
    }
    zh += &format!("；文件未提及的已有数据 {not_in_file} 行");
    en += &format!("; {not_in_file} stored rows not in the file");
    if removed > 0 {
        zh += &format!("，另删除 {removed} 行");
        en += &format!(", {removed} more removed");
    }
    lang.pick(format!("{zh}。\n"), format!("{en}.\n"))
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
        let place = place(collection, *row, key, lang);
        let found = match &error.found {
            Some(found) => lang.pick(format!("，实际为 {found}"), format!("; found {found}")),
            None => String::new(),
        };
        let words = error.message.clone().in_lang(lang);
        let pointer = if error.pointer.is_empty() { String::new() } else { format!(" {}", error.pointer) };
        eprintln!("{place}{pointer}: {words}{found} [{}]", error.code);
    }
}

/// Where an error is, in words.
fn place(collection: &str, row: usize, key: &str, lang: Lang) -> String {
    match (collection.is_empty(), row) {
        (true, 0) => lang.pick("文件".to_owned(), "the file".to_owned()),
        (true, row) => lang.pick(format!("文件第 {row} 行"), format!("the file, row {row}")),
        _ => {
            lang.pick(format!("{collection} 第 {row} 行（{key}）"), format!("{collection} row {row} ({key})"))
        }
    }
}
