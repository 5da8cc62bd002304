//! Jobs in the database. Whoever works on one holds a lease on it, and everything that is noted of it is noted on the
//! condition that the lease is still the same: who was taken for dead and is not writes nothing any more.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait,
    FromQueryResult, Iterable, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, Set,
    sea_query::{Expr, ExprTrait, Query},
};

use super::entity::{ActiveModel, Asked, Column, Entity, Model, Progress, Sender, chunk, piece};
use super::wire::JobState;
use crate::db::{Actor, Coded, Db, Json, Keyset, Work, insert_rows, keyset_page};
use crate::http::Principal;

/// For how long a job belongs to its runner without a sign of life.
const LEASE: TimeDelta = TimeDelta::seconds(15);
/// Between two parts of a body that is on its way.
const ARRIVES_WITHIN: TimeDelta = TimeDelta::minutes(10);
/// Rows that are removed at once: of chunks that is as many megabytes.
const SLICE: u64 = 32;
/// Jobs of one account that wait or are worked on.
pub const MOST_OPEN: u64 = 5;

/// The part of the service that looks after jobs.
#[must_use]
pub fn actor() -> Actor {
    Actor::service("import-jobs")
}

/// Begins a job whose body is on its way.
pub async fn make(db: &Db, caller: &Principal, asked: Asked) -> Result<i64, DbErr> {
    let work = db.begin(caller).await?;
    let now = work.now();
    let job = ActiveModel {
        id: ActiveValue::NotSet,
        sent_by: Set(caller.username.clone()),
        sender: Set(Json(Sender::from(caller))),
        asked: Set(Json(asked)),
        sha256: Set(String::new()),
        bytes: Set(0),
        state: Set(Coded(JobState::Receiving)),
        is_cancelled: Set(false),
        runner: Set(None),
        lease_until: Set(Some(now + ARRIVES_WITHIN)),
        attempts: Set(0),
        place: Set(String::new()),
        progress: Set(Json(Progress::default())),
        errors: Set(Json(Vec::new())),
        import_id: Set(None),
        created_at: Set(now),
        ended_at: Set(None),
        is_cleared: Set(false),
    };
    let id = job.insert(work.conn()).await?.id;
    work.commit().await?;
    Ok(id)
}

/// Keeps the next chunk of a body. False: it took so long that the job was given up.
pub async fn add_chunk(db: &Db, id: i64, body: Vec<u8>) -> Result<bool, DbErr> {
    let work = db.begin(actor()).await?;
    let arriving = Condition::all().add(Column::Id.eq(id)).add(is(JobState::Receiving));
    let alive = ActiveModel { lease_until: Set(Some(work.now() + ARRIVES_WITHIN)), ..Default::default() };
    let is_there = Entity::update_many().set(alive).filter(arriving).exec(work.conn()).await?;
    let chunk = chunk::ActiveModel { id: ActiveValue::NotSet, job_id: Set(id), body: Set(body) };
    chunk::Entity::insert(chunk).exec_without_returning(work.conn()).await?;
    work.commit().await?;
    Ok(is_there.rows_affected == 1)
}

/// A body is there as a whole: from now on the job waits for a runner.
pub async fn received(work: &Work<'_>, id: i64, bytes: i64, sha256: String) -> Result<Model, DbErr> {
    let job = ActiveModel {
        id: Set(id),
        bytes: Set(bytes),
        sha256: Set(sha256),
        state: Set(Coded(JobState::Received)),
        lease_until: Set(None),
        ..Default::default()
    };
    job.update(work.conn()).await
}

/// Jobs of this account that have not ended.
pub async fn open_of(conn: &impl ConnectionTrait, account: &str) -> Result<u64, DbErr> {
    let open = Column::EndedAt.is_null().and(Column::SentBy.eq(account));
    Entity::find().filter(open).count(conn).await
}

/// Whose jobs are seen, and which are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those that this account sent.
    pub sent_by: Option<String>,
    /// Only those in this state.
    pub state: Option<JobState>,
}

fn is(state: JobState) -> Expr {
    Column::State.eq(Coded(state))
}

fn seen(filter: &Filter) -> Condition {
    Condition::all()
        .add(Column::State.ne(Coded(JobState::Receiving)))
        .add_option(filter.sent_by.as_ref().map(|account| Column::SentBy.eq(account)))
        .add_option(filter.state.map(is))
}

/// A page of jobs, without their errors.
pub async fn list(conn: &impl ConnectionTrait, filter: &Filter, page: Keyset) -> Result<Vec<Model>, DbErr> {
    let light = Column::iter().filter(|column| !matches!(column, Column::Errors));
    let light: Select<Entity> = Entity::find().select_only().columns(light);
    let light = light.column_as(Expr::val("[]"), "errors").filter(seen(filter));
    keyset_page(light, page).into_model::<Model>().all(conn).await
}

/// How many there are.
pub async fn count(conn: &impl ConnectionTrait, filter: &Filter) -> Result<u64, DbErr> {
    Entity::find().filter(seen(filter)).count(conn).await
}

/// One job, if it is seen.
pub async fn find(conn: &impl ConnectionTrait, filter: &Filter, id: i64) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(seen(filter)).one(conn).await
}

/// Says that a job is to end. One that nobody works on ends at once; false: it has ended before.
pub async fn cancel(work: &Work<'_>, id: i64) -> Result<bool, DbErr> {
    let open = Condition::all().add(Column::Id.eq(id)).add(Column::EndedAt.is_null());
    let said = ActiveModel { is_cancelled: Set(true), ..Default::default() };
    let said = Entity::update_many().set(said).filter(open).exec(work.conn()).await?;
    let ended = ActiveModel { state: Set(Coded(JobState::Cancelled)), ..ended(work.now()) };
    let waiting = Condition::all().add(Column::Id.eq(id)).add(is(JobState::Received));
    let waiting = waiting.add(Column::EndedAt.is_null()).add(is_free(work.now()));
    Entity::update_many().set(ended).filter(waiting).exec(work.conn()).await?;
    Ok(said.rows_affected == 1)
}

/// What every end of a job notes.
#[must_use]
pub fn ended(now: DateTime<Utc>) -> ActiveModel {
    ActiveModel { ended_at: Set(Some(now)), runner: Set(None), lease_until: Set(None), ..Default::default() }
}

fn is_free(now: DateTime<Utc>) -> Condition {
    Condition::any().add(Column::LeaseUntil.is_null()).add(Column::LeaseUntil.lt(now))
}

/// Takes the job that has waited longest and belongs to nobody, if there is one; or only this one.
pub async fn take(db: &Db, runner: &str, only: Option<i64>) -> Result<Option<i64>, DbErr> {
    let this = Condition::all().add_option(only.map(|id| Column::Id.eq(id)));
    let open = [JobState::Received, JobState::Validating, JobState::Applying].map(Coded);
    let waiting = || Condition::all().add(Column::State.is_in(open.clone())).add(is_free(db.clock().now()));
    let found = Entity::find().select_only().column(Column::Id).filter(waiting()).filter(this);
    let found: Option<i64> = found.order_by_asc(Column::Id).into_tuple().one(db.reader()).await?;
    let Some(id) = found else { return Ok(None) };
    let work = db.begin(actor()).await?;
    let taken = Entity::update_many()
        .set(ActiveModel {
            runner: Set(Some(runner.to_owned())),
            lease_until: Set(Some(work.now() + LEASE)),
            ..Default::default()
        })
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(waiting().add(Column::Id.eq(id)))
        .exec(work.conn())
        .await?;
    work.commit().await?;
    Ok((taken.rows_affected == 1).then_some(id))
}

/// A job, if this runner still holds it.
pub async fn held(db: &Db, id: i64, runner: &str) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(Column::Runner.eq(runner)).one(db.reader()).await
}

/// Notes how far a job is, and that its runner lives. False: it is not this runner's any more, or has moved on.
pub async fn note(work: &Work<'_>, job: &Model, said: ActiveModel) -> Result<bool, DbErr> {
    let is_same = Condition::all()
        .add(Column::Id.eq(job.id))
        .add(Column::Runner.eq(job.runner.clone()))
        .add(Column::State.eq(job.state.clone()))
        .add(Column::Place.eq(&job.place));
    let lease = match said.ended_at {
        ActiveValue::Set(_) => Set(None),
        _ => Set(Some(work.now() + LEASE)),
    };
    let said = ActiveModel { lease_until: lease, ..said };
    let noted = Entity::update_many().set(said).filter(is_same).exec(work.conn()).await?;
    Ok(noted.rows_affected == 1)
}

/// Gives a job back, for another runner to go on with at once.
pub async fn release(db: &Db, job: &Model) -> Result<(), DbErr> {
    let work = db.begin(actor()).await?;
    let free = ActiveModel { runner: Set(None), lease_until: Set(None), ..Default::default() };
    let mine = Condition::all().add(Column::Id.eq(job.id)).add(Column::Runner.eq(job.runner.clone()));
    Entity::update_many().set(free).filter(mine).exec(work.conn()).await?;
    work.commit().await
}

/// The chunk that follows `last`.
pub async fn chunk_after(db: &Db, job: i64, last: i64) -> Result<Option<chunk::Model>, DbErr> {
    let next = chunk::Entity::find().filter(chunk::Column::JobId.eq(job)).filter(chunk::Column::Id.gt(last));
    next.order_by_asc(chunk::Column::Id).one(db.reader()).await
}

/// Rows of one form, to be kept.
#[derive(Debug)]
pub struct Piece {
    /// The form.
    pub form: String,
    /// How many there are.
    pub rows: usize,
    /// Bytes that they weigh.
    pub bytes: usize,
    /// Their JSON, packed.
    pub body: String,
}

/// Keeps rows.
pub async fn add_pieces(work: &Work<'_>, job: i64, pieces: Vec<Piece>) -> Result<(), DbErr> {
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let row = |Piece { form, rows, bytes, body }: Piece| piece::ActiveModel {
        id: ActiveValue::NotSet,
        job_id: Set(job),
        form: Set(form),
        rows: Set(count(rows)),
        bytes: Set(count(bytes)),
        body: Set(body),
    };
    insert_rows(work.conn(), pieces.into_iter().map(row).collect()).await
}

/// A form of a job, and how much there is of it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Size {
    /// The form.
    pub form: String,
    /// Its rows.
    pub rows: i64,
    /// Bytes that they weigh.
    pub bytes: i64,
}

/// Forms that follow `place`.
pub async fn forms_after(db: &Db, job: i64, place: &str, most: u64) -> Result<Vec<Size>, DbErr> {
    let whole = |column: piece::Column| Expr::col(column).sum().cast_as("bigint");
    piece::Entity::find()
        .select_only()
        .column(piece::Column::Form)
        .column_as(whole(piece::Column::Rows), "rows")
        .column_as(whole(piece::Column::Bytes), "bytes")
        .filter(piece::Column::JobId.eq(job))
        .filter(piece::Column::Form.gt(place))
        .group_by(piece::Column::Form)
        .order_by_asc(piece::Column::Form)
        .limit(most)
        .into_model::<Size>()
        .all(db.reader())
        .await
}

/// How many forms whose name begins like this a job has.
pub async fn count_forms(db: &Db, job: i64, kind: &str) -> Result<u64, DbErr> {
    let distinct = Expr::col(piece::Column::Form).count_distinct();
    let found = piece::Entity::find()
        .select_only()
        .column_as(distinct, "forms")
        .filter(piece::Column::JobId.eq(job))
        .filter(piece::Column::Form.starts_with(kind));
    let found: Option<i64> = found.into_tuple().one(db.reader()).await?;
    Ok(found.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
}

/// The rows of all forms from one to another, packed.
pub async fn pieces(db: &Db, job: i64, first: &str, last: &str) -> Result<Vec<String>, DbErr> {
    piece::Entity::find()
        .select_only()
        .column(piece::Column::Body)
        .filter(piece::Column::JobId.eq(job))
        .filter(piece::Column::Form.between(first, last))
        .order_by_asc(piece::Column::Form)
        .order_by_asc(piece::Column::Id)
        .into_tuple()
        .all(db.reader())
        .await
}

/// Removes the rows that were sorted so far, some at a time. True: there are none left.
pub async fn drop_pieces(db: &Db, job: i64) -> Result<bool, DbErr> {
    let work = db.begin(actor()).await?;
    let some = Query::select()
        .column(piece::Column::Id)
        .from(piece::Entity)
        .and_where(piece::Column::JobId.eq(job))
        .limit(SLICE * 16)
        .to_owned();
    let gone = piece::Entity::delete_many().filter(piece::Column::Id.in_subquery(some));
    let gone = gone.exec(work.conn()).await?;
    work.commit().await?;
    Ok(gone.rows_affected == 0)
}

async fn drop_chunks(db: &Db, job: i64) -> Result<bool, DbErr> {
    let work = db.begin(actor()).await?;
    let some = Query::select()
        .column(chunk::Column::Id)
        .from(chunk::Entity)
        .and_where(chunk::Column::JobId.eq(job))
        .limit(SLICE)
        .to_owned();
    let gone = chunk::Entity::delete_many().filter(chunk::Column::Id.in_subquery(some));
    let gone = gone.exec(work.conn()).await?;
    work.commit().await?;
    Ok(gone.rows_affected == 0)
}

/// Removes what is kept of bodies whose job has ended, and jobs whose body never came whole.
pub async fn sweep(db: &Db) -> Result<(), DbErr> {
    let now = db.clock().now();
    let lost = Condition::all().add(is(JobState::Receiving)).add(Column::LeaseUntil.lt(now));
    let over = Condition::all().add(Column::EndedAt.is_not_null()).add(Column::IsCleared.eq(false));
    let jobs: Vec<(i64, Coded<JobState>)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::State])
        .filter(Condition::any().add(lost).add(over))
        .filter(Column::IsCleared.eq(false))
        .into_tuple()
        .all(db.reader())
        .await?;
    for (id, Coded(state)) in jobs {
        clear(db, id, state == JobState::Receiving).await?;
    }
    Ok(())
}

/// Removes what is kept of a job's body, and with `whole` the job.
pub async fn clear(db: &Db, id: i64, whole: bool) -> Result<(), DbErr> {
    while !drop_pieces(db, id).await? {}
    while !drop_chunks(db, id).await? {}
    let work = db.begin(actor()).await?;
    if whole {
        Entity::delete_by_id(id).exec(work.conn()).await?;
    } else {
        let cleared = ActiveModel { is_cleared: Set(true), ..Default::default() };
        Entity::update_many().set(cleared).filter(Column::Id.eq(id)).exec(work.conn()).await?;
    }
    work.commit().await
}
