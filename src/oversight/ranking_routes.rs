//! `/rankings`.

use actix_web::{get, web};
use jixiao_core::kernel::Points;
use serde_json::{Value, json};

use super::ranking_store::{self as store, Key, Row, UNRANKED, Wanted};
use super::ranking_table::RANKING;
use super::ranking_wire::{RankBy, RankedSheet, Ranking, RankingParams};
use crate::db::{Db, Int, Keyset};
use crate::evaluations::wire::UnitName;
use crate::http::permission::ReadScores;
use crate::http::{ApiError, Caller, Cursors, Page, Params, Rows};
use crate::scores::read::sees_settled_only;
use crate::scores::wire::SheetWord;
use crate::tables::{Asked, Exportable, Lists};

/// Rank the sheets of a year
///
/// 排名：一个年度的绩效表按最终总分、自评总分、预算执行率或复核差距排列。并列者名次相同、其后名次连续，
/// 按单位和项目编码先后列出；不完整的表列在最后，没有名次。筛选之内各自排名；只读账号只能看到已通过的。可按 format 或
/// Accept 导出为文件。
#[utoipa::path(
    tag = "scores",
    operation_id = "rankSheets",
    params(RankingParams),
    security(("oauth2" = ["scores:read"]))
)]
#[get("/rankings")]
pub async fn rank(
    caller: Caller<ReadScores>,
    Params(params): Params<RankingParams>,
    lists: Lists,
    (db, cursors): (web::Data<Db>, web::Data<Cursors>),
) -> Result<Exportable<Ranking>, ApiError> {
    let RankingParams { year, by, region, parent, sheet, limit, cursor, with_total, format } = params;
    let key = key(by.unwrap_or_default());
    let settled_only = sees_settled_only(&caller);
    let wanted = Wanted { year, key, region, parent, sheet, settled_only };
    let scope = caller.reading();
    let read = async move |page: &Page, with_total: bool| {
        let columns = store::order(key);
        // What the page before knew of ranks stands behind the columns of the order.
        let after = page.after().map(|mut after| {
            after.truncate(columns.len());
            after
        });
        let keyset = Keyset { columns, descending: false, after, limit: page.limit };
        let rows = store::list(db.reader(), &scope, &wanted, keyset).await?;
        let mut ranks = Ranks::after(page);
        let mut ranked: Vec<(Option<u64>, Row)> =
            rows.into_iter().map(|row| (ranks.of(row.rank_key), row)).collect();
        let next_cursor = cursors.close(page, &mut ranked, |(rank, row)| {
            vec![json!(row.rank_key), json!(row.unit_code.0), json!(row.sheet_key), json!(rank)]
        });
        let total = if with_total { Some(store::count(db.reader(), &scope, &wanted).await?) } else { None };
        let items = ranked.into_iter().map(|(rank, row)| RankedSheet { rank, ..row.into() }).collect();
        Ok(Rows { items, next_cursor, total })
    };
    let asked = Asked { format, limit, cursor, with_total };
    let list = |Rows { items, next_cursor, total }| Ranking { items, next_cursor, total };
    lists.answer(asked, RANKING, read, list).await
}

fn key(by: RankBy) -> Key {
    match by {
        RankBy::Final => Key::Final,
        RankBy::SelfTotal => Key::SelfTotal,
        RankBy::Execution => Key::Execution,
        RankBy::Gap => Key::Gap,
    }
}

/// Hands out ranks down a list. The cursor carries the last one, so that no page counts what came before it, and the
/// pages of one walk agree, whatever is written meanwhile.
#[derive(Debug)]
struct Ranks {
    rank: u64,
    key: Option<i64>,
}

impl Ranks {
    fn after(page: &Page) -> Self {
        let position = page.position().unwrap_or_default();
        let key = position.first().and_then(Value::as_i64);
        Self { key, rank: position.last().and_then(Value::as_u64).unwrap_or(0) }
    }

    /// The rank of the next one; none where there is nothing to rank.
    fn of(&mut self, key: i64) -> Option<u64> {
        if key == UNRANKED {
            return None;
        }
        if self.key.replace(key) != Some(key) {
            self.rank += 1;
        }
        Some(self.rank)
    }
}

impl From<Row> for RankedSheet {
    fn from(row: Row) -> Self {
        let points = |total: Option<Int<Points>>| total.map(|Int(points)| points);
        let is_department = row.project_id.is_none();
        Self {
            rank: None,
            stage: row.stage.0,
            sheet: if is_department { SheetWord::Department } else { SheetWord::Project },
            code: row.code,
            // The unit's name of today: it may have been changed since the summary was written.
            name: if is_department { row.unit_name.clone() } else { row.name },
            self_total: points(row.self_total),
            reviewed_total: points(row.reviewed_total),
            final_total: points(row.final_total),
            execution_rate: row.execution_rate.map(|Int(rate)| rate),
            grade: row.grade.map(|grade| grade.0),
            complete: row.complete,
            unit: UnitName { code: row.unit_code.0, name: row.unit_name },
        }
    }
}
