//! A ranking as a table.

use crate::scores::table::{
    CODE, COMPLETE, EXECUTION_RATE, GRADE, NAME, SHEET, STAGE, UNIT_CODE, UNIT_NAME, total,
};
use crate::tables::Grid;
use crate::tables::column::{Kind, column};

/// What [`super::ranking_wire::RankedSheet`] says, column by column.
pub const RANKING: Grid = Grid {
    name: "rankings",
    zh: "排名",
    en: "Rankings",
    columns: &[
        column("rank", "名次", "Rank", Kind::Integer, &[], ""),
        UNIT_CODE,
        UNIT_NAME,
        STAGE,
        SHEET,
        CODE,
        NAME,
        total("self_total", "自评总分", "Self total"),
        total("reviewed_total", "复核总分", "Reviewed total"),
        total("final_total", "最终总分", "Final total"),
        EXECUTION_RATE,
        GRADE,
        COMPLETE,
    ],
};
