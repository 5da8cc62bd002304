//! What every part's handlers do; the handlers themselves only say what is documented about them.

use jixiao_core::kernel::{FiscalYear, UnitCode};
use jixiao_core::workflow::Stage;
use sea_orm::{ConnectionTrait, Select};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::part::{self, Listed, Part};
use super::store::{self, Filter, Refusal};
use super::{entity, store as evaluations};
use crate::db::{Db, Keyset, Scope, Work};
use crate::http::paging::moment;
use crate::http::{
    ApiError, Caller, Changed, Cursors, ErrorCode, FieldError, Found, IfMatch, MergePatch, Page, Removed,
    Rows, Saved, Schemas, patched,
};
use crate::list_params;
use crate::tables::FileFormat;

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        use jixiao_core::kernel::{Lang, Text};
        match refusal {
            Refusal::NoUnit => Self::not_found(),
            Refusal::NoYear => Self::not_found().detail("该预算年度尚未设立", "This year was not set up"),
            Refusal::NotYours => Self::new(ErrorCode::Forbidden).detail(
                "填报内容属于填报单位，只有该单位可以修改",
                "What a unit claims is the unit's: only the unit itself changes it",
            ),
            Refusal::Locked(stage) => Self::new(ErrorCode::Locked).detail(
                format!(
                    "当前阶段为“{}”，只有“{}”或“{}”时可以修改",
                    stage.text(Lang::Zh),
                    Stage::Draft.text(Lang::Zh),
                    Stage::Returned.text(Lang::Zh)
                ),
                format!(
                    "The stage is “{}”; changes are possible while “draft” or “returned”",
                    stage.text(Lang::En)
                ),
            ),
        }
    }
}

/// Order of parts.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub enum PartSort {
    /// By unit, year and place in the form.
    #[default]
    #[serde(rename = "unit")]
    Unit,
    /// The same, downwards.
    #[serde(rename = "-unit")]
    UnitDown,
    /// By last change.
    #[serde(rename = "updated_at")]
    UpdatedAt,
    /// By last change, newest first.
    #[serde(rename = "-updated_at")]
    UpdatedAtDown,
}

list_params! {
    /// Filters of parts.
    PartParams, sort: PartSort,
    /// 单位编码 unit.
    #[param(value_type = Option<String>, pattern = r"^[A-Za-z0-9-]{1,32}$", max_length = 32, example = "430611101")]
    unit: Option<UnitCode>,
    /// 预算年度 fiscal year.
    #[param(value_type = Option<i32>, minimum = 1990, maximum = 2100, example = 2023)]
    year: Option<FiscalYear>,
    /// 导出格式 the whole list as a file, instead of a page of JSON; `Accept` does the same. Without `limit` it has every row.
    #[param(inline)]
    format: Option<FileFormat>,
}

/// What a page of parts is cut from.
#[derive(Debug)]
pub struct PartQuery<'a> {
    /// What the caller reaches.
    pub scope: Scope,
    /// Which evaluations.
    pub filter: Filter,
    /// Order.
    pub sort: PartSort,
    /// The page.
    pub page: &'a Page,
    /// Whether to count.
    pub with_total: bool,
}

/// A page of parts with the unit and year they belong to. `narrow` adds a filter of the part's own.
pub async fn list<P: Part>(
    conn: &impl ConnectionTrait,
    cursors: &Cursors,
    query: PartQuery<'_>,
    narrow: impl Fn(Select<P::Entity>) -> Select<P::Entity>,
) -> Result<Rows<P::View>, ApiError> {
    let PartQuery { scope, filter, sort, page, with_total } = query;
    let by_time = matches!(sort, PartSort::UpdatedAt | PartSort::UpdatedAtDown);
    let keyset = Keyset {
        columns: part::order::<P>(by_time),
        descending: matches!(sort, PartSort::UnitDown | PartSort::UpdatedAtDown),
        after: page.after(),
        limit: page.limit,
    };
    let select = narrow(part::matching::<P>(&filter, &scope, by_time));
    let total = if with_total { Some(part::count::<P>(conn, select.clone()).await?) } else { None };
    let mut rows = part::page::<P>(conn, select, keyset).await?;
    let next_cursor = cursors.close(page, &mut rows, |Listed { part, owner: (unit, year), .. }| {
        let mut position = if by_time {
            vec![moment(part.stamp().updated_at.0)]
        } else {
            let mut place = vec![json!(unit), json!(year)];
            place.extend(part.place());
            place
        };
        position.push(json!(part.id()));
        position
    });
    let view = |Listed { part, owner, siblings }: Listed<P>| part.view(part.input(&owner, &siblings));
    Ok(Rows { items: rows.into_iter().map(view).collect(), next_cursor, total })
}

/// Reads the part of this key.
pub async fn get<P: Part, C>(
    db: &Db,
    caller: &Caller<C>,
    (unit, year): (&UnitCode, FiscalYear),
    key: &P::Key,
) -> Result<Found<P::View>, ApiError> {
    let conn = db.reader();
    let evaluation =
        evaluations::find(conn, &caller.reading(), unit, year).await?.ok_or_else(ApiError::not_found)?;
    let siblings = P::siblings(conn, evaluation.id).await?;
    let row = part::find::<P>(conn, evaluation.id, &siblings, key).await?.ok_or_else(ApiError::not_found)?;
    Ok(found(&row, &evaluation, &siblings))
}

/// A part as it is answered.
pub fn found<P: Part>(row: &P, evaluation: &entity::Model, siblings: &P::Siblings) -> Found<P::View> {
    Found { body: row.view(row.input(evaluation, siblings)), etag: row.stamp().etag }
}

/// Makes or replaces the part of this key.
pub async fn put<P: Part, C>(
    db: &Db,
    caller: &Caller<C>,
    (unit, year): (&UnitCode, FiscalYear),
    key: &P::Key,
    if_match: &IfMatch,
    input: P::Input,
    address: String,
) -> Result<Saved<P::View>, ApiError> {
    let mut work = db.begin(caller.principal()).await?;
    let evaluation = store::open(&mut work, caller.principal(), unit, year).await??;
    let siblings = P::siblings(work.conn(), evaluation.id).await?;
    let current = part::find::<P>(work.conn(), evaluation.id, &siblings, key).await?;
    match &current {
        Some(current) => if_match.check(&current.stamp().etag)?,
        None => if_match.check_absent()?,
    }
    check::<P>((unit, year), key, &input, &siblings)?;
    let is_new = current.is_none();
    let row = if let Some(current) = current {
        part::update(&mut work, &evaluation, &current, &siblings, input).await?
    } else {
        let made = part::insert::<P>(&mut work, &evaluation, &siblings, input).await?;
        made.ok_or_else(|| ApiError::internal("a part that was not there a moment ago"))?
    };
    work.commit().await?;
    let Found { body, etag } = found(&row, &evaluation, &siblings);
    Ok(Saved { body, etag, created_at: is_new.then_some(address) })
}

/// Changes some fields of the part that `find` finds.
pub async fn patch<P: Part, C>(
    db: &Db,
    caller: &Caller<C>,
    schemas: &Schemas,
    (unit, year): (&UnitCode, FiscalYear),
    key: &P::Key,
    if_match: &IfMatch,
    merge: MergePatch,
) -> Result<Changed<P::View>, ApiError> {
    let mut work = db.begin(caller.principal()).await?;
    let (evaluation, siblings, current) =
        open_existing::<P, C>(&mut work, caller, (unit, year), key, if_match).await?;
    if_match.check(&current.stamp().etag)?;
    let input = patched(schemas, &current.input(&evaluation, &siblings), merge)?;
    check::<P>((unit, year), key, &input, &siblings)?;
    let row = part::update(&mut work, &evaluation, &current, &siblings, input).await?;
    work.commit().await?;
    Ok(found(&row, &evaluation, &siblings).into())
}

/// Removes the part of this key.
pub async fn delete<P: Part, C>(
    db: &Db,
    caller: &Caller<C>,
    (unit, year): (&UnitCode, FiscalYear),
    key: &P::Key,
    if_match: &IfMatch,
) -> Result<Removed<P::View>, ApiError> {
    let mut work = db.begin(caller.principal()).await?;
    let (evaluation, siblings, current) =
        open_existing::<P, C>(&mut work, caller, (unit, year), key, if_match).await?;
    if_match.check(&current.stamp().etag)?;
    part::delete::<P>(&mut work, &evaluation, &siblings, [&current]).await?;
    work.commit().await?;
    Ok(Removed(found(&current, &evaluation, &siblings).body))
}

/// A part that must be there. What is not there is 404 before anything is opened for it.
async fn open_existing<P: Part, C>(
    work: &mut Work<'_>,
    caller: &Caller<C>,
    (unit, year): (&UnitCode, FiscalYear),
    key: &P::Key,
    if_match: &IfMatch,
) -> Result<(entity::Model, P::Siblings, P), ApiError> {
    let seen = evaluations::find(work.conn(), &caller.reading(), unit, year).await?;
    let seen = seen.ok_or_else(ApiError::not_found)?;
    let siblings = P::siblings(work.conn(), seen.id).await?;
    let there =
        part::find::<P>(work.conn(), seen.id, &siblings, key).await?.ok_or_else(ApiError::not_found)?;
    if_match.demand(&there.stamp().etag)?;
    let evaluation = store::open(work, caller.principal(), unit, year).await??;
    // Read again now that the form is locked: who held it may have changed the part, or removed it.
    let siblings = P::siblings(work.conn(), evaluation.id).await?;
    let current = part::find::<P>(work.conn(), evaluation.id, &siblings, key).await?;
    Ok((evaluation, siblings, current.ok_or_else(ApiError::not_found)?))
}

/// Everything the schema cannot know: that the body names what the address names, and what the siblings say.
pub fn check<P: Part>(
    (unit, year): (&UnitCode, FiscalYear),
    key: &P::Key,
    input: &P::Input,
    siblings: &P::Siblings,
) -> Result<(), ApiError> {
    let mut errors = Vec::new();
    let (named_unit, named_year) = P::owner(input);
    if named_unit != unit {
        errors.push(FieldError::key_mismatch("/unit", unit));
    }
    if named_year != year {
        errors.push(FieldError::key_mismatch("/year", year));
    }
    if &P::key_of(input) != key {
        errors.push(FieldError::new(
            "",
            "key_mismatch",
            "编码或序号与地址不符",
            "The code or number differs from the address",
        ));
    }
    errors.extend(P::check(input, siblings));
    if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
}
