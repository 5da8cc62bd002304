//! What oversight counts of a sheet, kept beside its totals.

use jixiao_core::kernel::Points;
use jixiao_core::scoring::BlockName;
use serde::{Deserialize, Serialize};

/// What can be counted of a scored sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Its blocks.
    pub blocks: Vec<BlockFigures>,
    /// Indicators with a weight that have a target and an actual.
    pub compared: u32,
    /// Those of them whose actual is the target again, word for word.
    pub repeated: u32,
    /// Deductions, the execution row's included, for which no reason was given.
    pub unexplained: u32,
    /// By how much rows claim more than the rules give, beyond the tolerance, points.
    pub overclaimed: Points,
    /// Everything remarkable about the sheet and its rows.
    pub remarks: u32,
}

/// One block of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockFigures {
    /// Which one.
    pub block: BlockName,
    /// 分值, points.
    pub weight: Points,
    /// What the unit claims, points.
    pub self_score: Option<Points>,
    /// What counts, points; none while it is not complete.
    pub final_score: Option<Points>,
}
