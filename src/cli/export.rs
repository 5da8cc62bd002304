//! `jixiao export`.

use std::fs::{self, File};
use std::io::{BufWriter, stdout};
use std::path::{Path, PathBuf};

use crate::config::DatabaseSettings;
use crate::db::Db;
use crate::forms::export::{ExportError, Wanted, write};
use clap::Args;
use jixiao_core::kernel::{FiscalYear, UnitCode};

use super::generate::year;
use super::{Failure, block_on, open};

/// Write a whole year as a bundle: the year, the units, and all that they filled in. Importing it changes nothing.
#[derive(Args, Debug)]
pub struct Export {
    /// Fiscal year
    #[arg(long, value_parser = year)]
    year: FiscalYear,
    /// Only this unit, and the departments above it
    #[arg(long)]
    unit: Option<UnitCode>,
    /// Where to; standard output if it is not given
    #[arg(long, short)]
    output: Option<PathBuf>,
    #[command(flatten)]
    database: DatabaseSettings,
}

/// Writes it, and tells how many rows it has.
pub fn run(command: &Export) -> Result<(), Failure> {
    let url = command.database.url()?;
    let wanted = Wanted { year: command.year, unit: command.unit.clone() };
    let rows = block_on(async {
        let db = open(&url, Vec::new()).await?;
        db.prepare().await?;
        if let Some(file) = &command.output {
            to_file(&db, &wanted, file).await
        } else {
            let snapshot = db.snapshot().await?;
            write(&snapshot, &wanted, &mut BufWriter::new(stdout())).await.map_err(|why| failed(&why, None))
        }
    })?;
    eprintln!("{rows} 行。 / {rows} rows.");
    Ok(())
}

/// Under another name until it is whole: what stood there stays if anything goes wrong.
async fn to_file(db: &Db, wanted: &Wanted, file: &Path) -> Result<usize, Failure> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let begun = file.with_file_name(name);
    let written = async {
        let snapshot = db.snapshot().await?;
        let mut out = BufWriter::new(File::create(&begun)?);
        let rows = write(&snapshot, wanted, &mut out).await?;
        out.get_ref().sync_all()?;
        fs::rename(&begun, file)?;
        Ok(rows)
    };
    written.await.map_err(|why| {
        let _ = fs::remove_file(&begun);
        failed(&why, Some(file))
    })
}

fn failed(why: &ExportError, file: Option<&Path>) -> Failure {
    match (why, file) {
        (ExportError::NoYear(_) | ExportError::NoUnit(_), _) => {
            eprintln!("{why}");
            Failure::Data
        }
        (ExportError::Io(_), Some(file)) => Failure::Other(format!("{}: {why}", file.display())),
        _ => Failure::Other(why.to_string()),
    }
}
