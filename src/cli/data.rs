//! `jixiao import`, and the reading of bundles that it shares with `jixiao score`.

use std::path::{Path, PathBuf};

use crate::app;
use crate::config::DatabaseSettings;
use crate::db::{Json, sha256};
use crate::http::{ApiError, Principal, Schemas};
use crate::imports::bundle::Bundle;
use crate::imports::files::{self, File, Format, Reading, Refused};
use crate::imports::wire::{AmountUnitWord, CollectionWord, ImportErrorView, ModeWord, StrategyWord};
use crate::imports::{
    Counts, Errors, LaterStage, Mode, Order, RowError, Strategy, error_file, run as import,
};
use crate::jobs::entity::{Asked, Progress, Said};
use crate::jobs::wire::JobState;
use crate::tables::read::Room;
use crate::tables::{AmountUnit, Collection};
use clap::{Args, ValueEnum};
use jixiao_core::kernel::Lang;

use super::{Failure, block_on, import_job, open, print};

/// Import files into the database: JSON, NDJSON, CSV or XLSX. It writes every row or none, or with `--atomic=false` the
/// good ones, and names every error.
#[derive(Args, Debug)]
pub struct Import {
    /// The files, told by the ends of their names; `-` reads standard input. One beyond 20 MiB, alone and no workbook, is
    /// imported as a job, form by form, whose progress is told
    #[arg(required = true)]
    files: Vec<PathBuf>,
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
    /// Collection of rows that name none: CSV, NDJSON, a workbook with one sheet
    #[arg(long, value_parser = collection)]
    collection: Option<CollectionWord>,
    /// Unit of the amounts where the files do not say it; 万元 if it is not given
    #[arg(long, value_enum)]
    amount_unit: Option<AmountUnitArg>,
    /// Where to write what is wrong: the tables that were read, with a column of errors, as CSV
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
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

#[derive(Clone, Copy, Debug, ValueEnum)]
enum AmountUnitArg {
    /// 万元
    #[value(name = "wan_yuan")]
    WanYuan,
    /// 元
    Yuan,
}

impl From<AmountUnitArg> for AmountUnitWord {
    fn from(unit: AmountUnitArg) -> Self {
        match unit {
            AmountUnitArg::WanYuan => Self::WanYuan,
            AmountUnitArg::Yuan => Self::Yuan,
        }
    }
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
    if let [only] = command.files.as_slice()
        && let Some(format) = as_job(only)
    {
        return run_job(command, only, format, lang, &app::schemas());
    }
    // Beside the file, which takes as long to read.
    let document = std::thread::spawn(app::schemas);
    let reading = Reading {
        collection: command.collection.map(Collection::from),
        unit: command.amount_unit.map(|unit| AmountUnit::from(AmountUnitWord::from(unit))),
        room: Room::ENDLESS,
    };
    let files = open_all(&command.files)?;
    let keep = |errors: &Errors| keep(command.errors.as_deref(), &files, errors, lang);
    let bundle = match files::read(&files, reading) {
        Ok(bundle) => bundle,
        Err(Refused::Wrong(errors)) => {
            let errors = errors.into();
            tell(&errors, lang);
            keep(&errors)?;
            return Err(Failure::Data);
        }
        Err(Refused::Whole(error)) => return Err(refused(&command.files, *error, lang)),
    };
    let mode = match command.mode {
        ModeArg::Validate => Mode::Validate,
        ModeArg::Commit => Mode::Commit,
    };
    let (later, strategy) = (later(command), Strategy::from(strategy(command)));
    let report = block_on(async {
        let db = open(&url, app::write_hooks()).await?;
        db.prepare().await?;
        let schemas = document.join().map_err(|_| Failure::Other("no document could be made".to_owned()))?;
        let caller = Principal::administrator("command-line");
        let work = db.begin(&caller).await?;
        let sha256 = match files.as_slice() {
            [only] => sha256(&only.bytes),
            several => files::digest(several),
        };
        let order = Order { strategy, is_atomic: command.atomic, later, ..Order::new(mode, sha256) };
        let (work, report) = import(work, &schemas, &caller, bundle, order).await?;
        if report.is_accepted() && mode == Mode::Commit {
            work.commit().await?;
        }
        Ok(report)
    })?;
    if !report.errors.is_empty() {
        tell(&report.errors, lang);
        keep(&report.errors)?;
    }
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

/// How a file is written that is imported as a job: one that is large, and no workbook, which cannot be read piece by
/// piece.
fn as_job(file: &Path) -> Option<Format> {
    let is_large = std::fs::metadata(file).is_ok_and(|about| about.len() > LARGE);
    let format = Format::of_name(&file.to_string_lossy()).unwrap_or(Format::Json);
    (is_large && format != Format::Xlsx).then_some(format)
}

fn run_job(
    command: &Import,
    file: &Path,
    format: Format,
    lang: Lang,
    schemas: &Schemas,
) -> Result<(), Failure> {
    let mode = match command.mode {
        ModeArg::Validate => ModeWord::Validate,
        ModeArg::Commit => ModeWord::Commit,
    };
    let asked = Asked {
        format,
        encoding: None,
        collection: command.collection,
        amount_unit: command.amount_unit.map(AmountUnitWord::from),
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
        Box::pin(import_job::import(&db, schemas, file, asked, lang)).await
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
    let mut said = vec![
        lang.pick(format!("共 {total} 行"), format!("{total} rows")),
        lang.pick(format!("新建 {created}"), format!("{created} created")),
        lang.pick(format!("更新 {updated}"), format!("{updated} updated")),
        lang.pick(format!("未变 {unchanged}"), format!("{unchanged} unchanged")),
    ];
    if failed > 0 {
        said.push(lang.pick(format!("有误未写入 {failed}"), format!("{failed} wrong and not written")));
    }
    if removed > 0 {
        said.push(lang.pick(format!("另删除 {removed}"), format!("{removed} more removed")));
    }
    said.push(lang.pick(
        format!("文件未提及的已有数据 {not_in_file} 行"),
        format!("{not_in_file} stored rows not in the file"),
    ));
    lang.pick(format!("{done}：{}。\n", said.join("，")), format!("{done}: {}.\n", said.join(", ")))
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

/// Reads each file as it is.
fn open_all(paths: &[PathBuf]) -> Result<Vec<File<Vec<u8>>>, Failure> {
    let one = |path: &PathBuf| {
        let bytes = bytes(path)?;
        let name = (path.as_os_str() != "-").then(|| path.file_name().unwrap_or_default().to_string_lossy());
        let format = name.as_deref().and_then(Format::of_name);
        let format = format.unwrap_or_else(|| Format::of_content(&bytes));
        Ok(File { name: name.map(std::borrow::Cow::into_owned), format, bytes })
    };
    paths.iter().map(one).collect()
}

/// Writes the file of errors, if one was asked for.
fn keep(to: Option<&Path>, files: &[File<Vec<u8>>], errors: &Errors, lang: Lang) -> Result<(), Failure> {
    let Some(path) = to else { return Ok(()) };
    let written = error_file::write(files, errors, lang).and_then(|bytes| std::fs::write(path, bytes));
    written.map_err(|why| Failure::Other(format!("{}: {why}", path.display())))
}

/// A file that cannot be read at all.
fn refused(paths: &[PathBuf], error: ApiError, lang: Lang) -> Failure {
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let told = error.detail.map_or_else(|| error.code.title(lang).to_owned(), |detail| detail.in_lang(lang));
    eprintln!("{}: {told}", names.join(", "));
    Failure::Data
}

/// Reads a file or standard input as a bundle, or tells why it is none.
pub fn read(file: &Path, lang: Lang) -> Result<Bundle, Failure> {
    let paths = [file.to_owned()];
    let reading = Reading { collection: None, unit: None, room: Room::ENDLESS };
    files::read(&open_all(&paths)?, reading).map_err(|refusal| match refusal {
        Refused::Whole(error) => refused(&paths, *error, lang),
        Refused::Wrong(errors) => {
            tell(&errors.into(), lang);
            Failure::Data
        }
    })
}

/// Tells every error that was kept on a line of its own: where, what is wrong, what was found; and how many there are
/// beside.
pub fn tell(errors: &Errors, lang: Lang) {
    for RowError { collection, row, key, error, source, column, nearest } in errors.kept() {
        let names = [&source.file, &source.sheet, column].into_iter().flatten().map(String::as_str);
        let names = names.collect::<Vec<_>>().join(" ");
        let place = place(collection, *row, key, lang);
        let found = match &error.found {
            Some(found) => lang.pick(format!("，实际为 {found}"), format!("; found {found}")),
            None => String::new(),
        };
        let near =
            nearest.as_ref().map(|near| lang.pick(format!("，是否为 {near}"), format!("; meant {near}")));
        let near = near.unwrap_or_default();
        let words = error.message.clone().in_lang(lang);
        let at = if source.is_table() { &names } else { &error.pointer };
        let at = if at.is_empty() { String::new() } else { format!(" {at}") };
        eprintln!("{place}{at}: {words}{found}{near} [{}]", error.code);
    }
    if let more @ 1.. = errors.more() {
        eprintln!(
            "{}",
            lang.pick(format!("另有 {more} 处错误未列出。"), format!("{more} more errors are not shown."))
        );
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
