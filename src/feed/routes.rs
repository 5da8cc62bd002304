//! `/scores/changes`.

use std::time::{Duration, Instant};

use actix_web::{HttpRequest, get, web};
use jixiao_core::workflow::Stage;

use super::entity::Model;
use super::lookout::Lookout;
use super::store::{self, Filter};
use super::wire::{Became, ChangeParams, LONGEST_WAIT, ScoreChange, ScoreChanges};
use crate::db::{Coded, Db, Int};
use crate::evaluations::wire::UnitName;
use crate::http::overload::arriving;
use crate::http::paging::DEFAULT_LIMIT;
use crate::http::permission::ReadScores;
use crate::http::wire::Timestamp;
use crate::http::{ApiError, Caller, Cursors, Draining, FieldError, Params, Shown};

/// Follow changes of scores
///
/// 得分变动：财政系统按顺序拉取已通过、已公开的得分，每张表一条（部门一张、每个项目一张）；重新开放的自评给出一条
/// `withdrawn`，原得分作废。把 `next_cursor` 存下来，下次作为 `since` 传入，不漏、不重；`wait` 让请求等到有新变动为止。
#[utoipa::path(
    tag = "scores",
    operation_id = "listScoreChanges",
    params(ChangeParams),
    security(("oauth2" = ["scores:read"]))
)]
#[get("/scores/changes")]
pub async fn changes(
    caller: Caller<ReadScores>,
    Params(params): Params<ChangeParams>,
    request: HttpRequest,
    db: web::Data<Db>,
    cursors: web::Data<Cursors>,
    (lookout, draining): (web::Data<Lookout>, web::Data<Draining>),
) -> Result<Shown<ScoreChanges>, ApiError> {
    let resumed = cursors.resume(request.path(), request.query_string(), params.since.as_deref())?;
    let limit = params.limit.unwrap_or(DEFAULT_LIMIT);
    let ends = Instant::now() + Duration::from_secs(params.wait.unwrap_or(0).min(LONGEST_WAIT));
    let filter = Filter {
        year: params.year,
        unit: params.unit,
        region: params.region_code,
        project: params.project,
        name_contains: params.name_contains,
    };
    let scope = caller.reading();
    let mut place = resumed.place;
    loop {
        let last = store::last_place(db.reader()).await?;
        if last < place {
            return Err(from_the_future());
        }
        let found = if last > place {
            store::between(db.reader(), &scope, &filter, (place, last), limit).await?
        } else {
            Vec::new()
        };
        place = match found.last() {
            Some(change) if u64::try_from(found.len()).is_ok_and(|count| count >= limit) => change.seq,
            _ => last,
        };
        if !found.is_empty() || Instant::now() >= ends || draining.is_on() {
            let items = found.into_iter().map(ScoreChange::from).collect();
            return Ok(Shown(ScoreChanges { items, next_cursor: cursors.mark(&resumed, place) }));
        }
        // Who only waits holds neither a connection nor one of the places for reads.
        let news = async { Ok(lookout.wait(&db, &draining, place, ends).await?) };
        arriving(&request, news).await?;
    }
}

/// The feed ends before the place where it is to go on: the database was put back to an earlier state.
fn from_the_future() -> ApiError {
    ApiError::invalid(vec![FieldError::new(
        "since",
        "invalid_cursor",
        "游标之后的变动已不存在（数据库恢复过备份）：请不带 since 从头拉取",
        "The feed ends before this cursor: the database was restored from a backup. Start again without `since`",
    )])
}

impl From<Model> for ScoreChange {
    fn from(row: Model) -> Self {
        let change = match row.stage.0 {
            Stage::Approved => Became::Approved,
            Stage::Published => Became::Published,
            Stage::Draft | Stage::DepartmentReview | Stage::Submitted | Stage::Returned => Became::Withdrawn,
        };
        Self {
            seq: row.seq,
            change,
            changed_at: Timestamp(row.at),
            year: row.year.0,
            unit: UnitName { code: row.unit_code.0, name: row.unit_name },
            region_code: row.region_code.map(|Coded(region)| region),
            project: row.project.map(|Coded(project)| project),
            name: row.name,
            rule_set: row.rule_set,
            execution_rate: row.execution_rate.map(|Int(rate)| rate),
            self_total: row.self_total.map(|Int(points)| points),
            computed_total: row.computed_total.map(|Int(points)| points),
            reviewed_total: row.reviewed_total.map(|Int(points)| points),
            final_total: row.final_total.map(|Int(points)| points),
            grade: row.grade.map(|Coded(grade)| grade),
            complete: row.complete,
        }
    }
}
