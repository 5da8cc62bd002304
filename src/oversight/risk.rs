//! Which sheets to look at again. Each signal weighs what the table says; a sheet's risk is the sum of those found.

use jixiao_core::kernel::{Points, Ratio};

use super::store::Row;
use crate::db::{Int, sha256};
use crate::evaluations::figures::Figures;

/// A score that is high, points.
const HIGH: Points = Points::whole(90);
/// An execution rate that is low.
const LOW: Ratio = Ratio::from_scaled(800_000);
/// Points by which a score jumps from one year to the next.
const JUMP: Points = Points::whole(10);
/// Points claimed above the rules that are worth a look.
const OVERCLAIM: Points = Points::whole(1);
/// Indicators from which on it is no accident that all actuals repeat their targets.
const SEVERAL: u32 = 3;
/// Remarks that are many for one sheet.
const MANY: u32 = 8;

/// What is known of a sheet.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Its totals.
    pub row: &'a Row,
    /// What was counted of it.
    pub figures: &'a Figures,
    /// Last year's final total of the same sheet, points.
    pub last_year: Option<Points>,
}

/// What a signal says where it is found, in Chinese and English.
type Said = Option<(String, String)>;

/// Something that makes a sheet worth a look.
#[derive(Clone, Copy, Debug)]
pub struct Signal {
    /// Its stable code.
    pub code: &'static str,
    /// What it adds to the risk.
    pub weight: u32,
    finds: fn(&Facts<'_>) -> Said,
}

/// THE table of signals.
pub const SIGNALS: [Signal; 7] = [
    Signal { code: "actuals_repeat_targets", weight: 30, finds: repeats },
    Signal { code: "high_score_at_low_execution", weight: 25, finds: low_execution },
    Signal { code: "overclaim", weight: 25, finds: overclaim },
    Signal { code: "jump", weight: 20, finds: jump },
    Signal { code: "all_points_claimed", weight: 15, finds: claims_all },
    Signal { code: "deductions_unexplained", weight: 10, finds: unexplained },
    Signal { code: "many_remarks", weight: 10, finds: remarks },
];

/// The signals that are found, with what each says.
#[must_use]
pub fn signals(facts: &Facts<'_>) -> Vec<(Signal, (String, String))> {
    SIGNALS.into_iter().filter_map(|signal| Some((signal, (signal.finds)(facts)?))).collect()
}

fn repeats(facts: &Facts<'_>) -> Said {
    let Figures { compared, repeated, .. } = facts.figures;
    (*compared >= SEVERAL && compared == repeated).then(|| {
        (
            format!("{compared} 个指标的实际完成值与年度指标值全部相同"),
            format!("all {compared} actuals are their targets again, word for word"),
        )
    })
}

fn low_execution(facts: &Facts<'_>) -> Said {
    let Int(rate) = facts.row.execution_rate?;
    let Int(total) = facts.row.final_total?;
    (rate < LOW && total >= HIGH).then(|| {
        let percent = rate.percent();
        (
            format!("预算执行率 {percent}，得分却为 {total}"),
            format!("executed {percent} of the budget, and yet scored {total}"),
        )
    })
}

fn overclaim(facts: &Facts<'_>) -> Said {
    let more = facts.figures.overclaimed;
    (more >= OVERCLAIM).then(|| {
        (
            format!("自评得分比规则计算得分合计高 {more} 分"),
            format!("claims {more} points more than the rules give"),
        )
    })
}

fn jump(facts: &Facts<'_>) -> Said {
    let (Int(now), before) = (facts.row.final_total?, facts.last_year?);
    let apart = Points::from_scaled(now.scaled().abs_diff(before.scaled()).try_into().ok()?);
    (apart >= JUMP).then(|| {
        (
            format!("得分由上年的 {before} 变为 {now}"),
            format!("the score went from {before} last year to {now}"),
        )
    })
}

fn claims_all(facts: &Facts<'_>) -> Said {
    let Int(total) = facts.row.self_total?;
    (total == Points::whole(100)).then(|| ("自评满分".to_owned(), "claims every point".to_owned()))
}

fn unexplained(facts: &Facts<'_>) -> Said {
    let count = facts.figures.unexplained;
    (count > 0).then(|| (format!("{count} 处扣分未说明原因"), format!("{count} deductions without a reason")))
}

fn remarks(facts: &Facts<'_>) -> Said {
    let count = facts.figures.remarks;
    (count >= MANY).then(|| (format!("有 {count} 处提示"), format!("{count} remarks")))
}

/// Whether chance picks a sheet: the first 32 bits of the SHA-256 of `year/region/unit/project`, `-` for what is not
/// there, lie in the first `share` per cent. So everyone can say beforehand and afterwards what is picked, and a larger
/// share picks the same and more.
#[must_use]
pub fn is_picked(year: i32, row: &Row, share: u64) -> bool {
    let region = row.region_code.as_ref().map_or("-", |region| region.0.as_str());
    let sheet = format!("{year}/{region}/{}/{}", row.unit_code.0, row.project().unwrap_or("-"));
    let hash = sha256(sheet.as_bytes());
    let drawn = hash.get(..8).and_then(|digits| u64::from_str_radix(digits, 16).ok());
    drawn.is_some_and(|drawn| drawn * 100 < share << 32)
}
