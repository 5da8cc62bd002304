//! `jixiao generate`.

use std::fs::File;
use std::io::{BufWriter, stdout};
use std::path::PathBuf;

use crate::generate::{Made, Order, write};
use clap::Args;
use jixiao_core::kernel::{FiscalYear, RegionCode};

use super::Failure;

/// Write made-up data of a county as a bundle for `jixiao import`; the same seed gives the same bytes.
///
/// A province: --units 12000 --region 43. To measure settled scores: import it with --stage approved.
#[derive(Args, Debug)]
pub struct Generate {
    /// How many units
    #[arg(long, default_value_t = 80, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    units: u32,
    /// Projects of each unit, on average
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=200))]
    projects: u32,
    /// What chance begins with
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Fiscal year
    #[arg(long, default_value = "2023", value_parser = year)]
    year: FiscalYear,
    /// Region (GB/T 2260): a county's six digits, or a prefecture's or province's with many counties
    #[arg(long, default_value = "430611")]
    region: RegionCode,
    /// Share of indicators and budgets that no import takes, per cent
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    errors: u8,
    /// Where to; standard output if it is not given
    #[arg(long)]
    output: Option<PathBuf>,
}

/// Reads a year.
pub(super) fn year(text: &str) -> Result<FiscalYear, String> {
    let number: i32 = text.parse().map_err(|_| "not a year".to_owned())?;
    number.try_into().map_err(|why: jixiao_core::kernel::YearError| why.to_string())
}

/// Writes it, and tells what there is in it.
pub fn run(command: &Generate) -> Result<(), Failure> {
    let Generate { units, projects, seed, year, errors, .. } = *command;
    let order = Order { units, projects, seed, year, region: command.region.clone(), errors };
    let written = match &command.output {
        Some(file) => File::create(file).and_then(|file| write(&order, &mut BufWriter::new(file))),
        None => write(&order, &mut BufWriter::new(stdout().lock())),
    };
    let Made { units, sheets, indicators, rows, wrong } = match written {
        Ok(made) => made,
        Err(why) if why.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
        Err(why) => {
            let place =
                command.output.as_ref().map_or_else(String::new, |file| format!("{}: ", file.display()));
            return Err(Failure::Other(format!("{place}{why}")));
        }
    };
    eprintln!(
        "{units} 个单位，{sheets} 张表，{indicators} 个指标，共 {rows} 行，其中 {wrong} 行有误。 / {units} units, {sheets} sheets, {indicators} indicators, {rows} rows, {wrong} of them wrong."
    );
    Ok(())
}
