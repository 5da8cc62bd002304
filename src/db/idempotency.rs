//! Requests that may come twice: the answer to the first is kept in the transaction that brought its effect about,
//! so that there is never one without the other, and a second request gets the same answer.

use chrono::TimeDelta;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue, Set, TryInsertResult};

use super::{Json, Work, insert_new_rows};

/// For how long an answer is kept.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// Of so many requests with a key one clears away what is old.
const FORGET_EVERY: i64 = 64;

mod entity {
    use sea_orm::entity::prelude::*;

    use crate::db::Json;

    /// A request that was answered.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "idempotency_keys")]
    pub struct Model {
        /// Surrogate key.
        #[sea_orm(primary_key)]
        pub id: i64,
        /// Who asked.
        pub principal: String,
        /// What was asked for: method and address.
        pub route: String,
        /// The key the caller chose.
        pub key: String,
        /// SHA-256 of the body.
        pub body_hash: String,
        /// Status of the answer; none while it is being worked out.
        pub status: Option<i32>,
        /// Headers of the answer that are part of it.
        pub headers: Json<Vec<(String, String)>>,
        /// Body of the answer.
        pub body: String,
        /// When it was asked.
        pub created_at: DateTimeUtc,
    }

    /// None are declared.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
use entity::{ActiveModel, Column, Entity};

/// What tells one request from another, and the body it came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKey {
    /// Who asks.
    pub principal: String,
    /// Method and address.
    pub route: String,
    /// The key the caller chose.
    pub key: String,
    /// SHA-256 of the body.
    pub body_hash: String,
}

impl RequestKey {
    /// What tells it from other requests, whatever their bodies.
    #[must_use]
    pub fn name(&self) -> (&str, &str, &str) {
        (&self.principal, &self.route, &self.key)
    }
}

/// An answer as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredReply {
    /// Its status.
    pub status: u16,
    /// The headers that belong to it: `ETag`, `Location`, the type of what is not JSON.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

/// What is known of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is new, and this unit of work now answers for it.
    Fresh,
    /// It was answered like this.
    Replay(StoredReply),
    /// The key came before with another body.
    Reused,
}

impl Work<'_> {
    /// Claims a request. Whoever comes second waits here until the first is committed (PostgreSQL waits on the
    /// unique index, SQLite has one writer), and then finds the answer.
    pub async fn claim(&self, request: &RequestKey) -> Result<Claim, DbErr> {
        let placeholder = self.row(request.clone(), None);
        let unique = [Column::Principal, Column::Route, Column::Key];
        let inserted = Entity::insert(placeholder).on_conflict_do_nothing_on(unique).exec(self.conn());
        if let TryInsertResult::Inserted(made) = inserted.await? {
            if made.last_insert_id % FORGET_EVERY == 0 {
                self.forget_old_requests().await?;
            }
            return Ok(Claim::Fresh);
        }
        let known = Entity::find().filter(same(request)).one(self.conn()).await?;
        let Some(known) = known else {
            return Err(DbErr::RecordNotFound("a request that was there a moment ago".to_owned()));
        };
        if known.created_at < self.now() - KEPT {
            self.forget_old_requests().await?;
            return Box::pin(self.claim(request)).await;
        }
        if known.body_hash != request.body_hash {
            return Ok(Claim::Reused);
        }
        let status = known.status.and_then(|status| u16::try_from(status).ok());
        let status =
            status.ok_or_else(|| DbErr::Custom("a request was committed without its answer".into()))?;
        Ok(Claim::Replay(StoredReply { status, headers: known.headers.0, body: known.body }))
    }

    /// Keeps answers to requests that nobody claimed; they differ. Where one of them came before, which is not looked into,
    /// it says `false`, and nothing of this unit of work may stay.
    pub async fn answer(&self, answers: Vec<(RequestKey, StoredReply)>) -> Result<bool, DbErr> {
        let wanted = answers.len();
        let row = |(request, reply)| self.row(request, Some(reply));
        let rows = answers.into_iter().map(row).collect();
        let kept = insert_new_rows(self.conn(), rows, &[Column::Id]).await?;
        let ids: Result<Vec<i64>, DbErr> =
            kept.iter().map(|row| row.try_get_by(Column::Id.as_str())).collect();
        if ids?.iter().any(|id| id % FORGET_EVERY == 0) {
            self.forget_old_requests().await?;
        }
        Ok(kept.len() == wanted)
    }

    /// A request, with its answer if there is one.
    fn row(&self, request: RequestKey, reply: Option<StoredReply>) -> ActiveModel {
        let RequestKey { principal, route, key, body_hash } = request;
        let status = reply.as_ref().map(|reply| i32::from(reply.status));
        let (headers, body) = reply.map_or_else(Default::default, |reply| (reply.headers, reply.body));
        ActiveModel {
            id: ActiveValue::NotSet,
            principal: Set(principal),
            route: Set(route),
            key: Set(key),
            body_hash: Set(body_hash),
            status: Set(status),
            headers: Set(Json(headers)),
            body: Set(body),
            created_at: Set(self.now()),
        }
    }

    /// Keeps the answer to a request that was claimed.
    pub async fn settle(&self, request: &RequestKey, reply: StoredReply) -> Result<(), DbErr> {
        Entity::update_many()
            .set(ActiveModel {
                status: Set(Some(i32::from(reply.status))),
                headers: Set(Json(reply.headers)),
                body: Set(reply.body),
                ..Default::default()
            })
            .filter(same(request))
            .exec(self.conn())
            .await
            .map(|_| ())
    }

    /// A key is good for a day. What is older goes with one of the next requests that have one.
    async fn forget_old_requests(&self) -> Result<(), DbErr> {
        let old = Entity::delete_many().filter(Column::CreatedAt.lt(self.now() - KEPT));
        old.exec(self.conn()).await.map(|_| ())
    }
}

fn same(request: &RequestKey) -> sea_orm::Condition {
    sea_orm::Condition::all()
        .add(Column::Principal.eq(&request.principal))
        .add(Column::Route.eq(&request.route))
        .add(Column::Key.eq(&request.key))
}
