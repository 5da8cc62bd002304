//! Refresh tokens, failed attempts and signing keys in the database.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{
    ActiveValue::NotSet, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, TryInsertResult,
};

use super::entity::{login_failure, refresh_token, signing_key};
use crate::db::Work;

/// The refresh token with this hash.
pub async fn refresh_token(
    conn: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<refresh_token::Model>, DbErr> {
    refresh_token::Entity::find().filter(refresh_token::Column::TokenHash.eq(hash)).one(conn).await
}

/// Keeps a new refresh token; its `id` is given out by the database.
pub async fn insert_refresh_token(work: &Work<'_>, row: refresh_token::Model) -> Result<(), DbErr> {
    let row = refresh_token::ActiveModel { id: NotSet, ..row.into_active_model() };
    refresh_token::Entity::insert(row).exec_without_returning(work.conn()).await.map(drop)
}

/// Uses a refresh token up. `false` when somebody else did, or it was revoked.
pub async fn use_refresh_token(work: &Work<'_>, id: i64) -> Result<bool, DbErr> {
    let used = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::UsedAt, Expr::value(work.now()))
        .filter(refresh_token::Column::Id.eq(id))
        .filter(refresh_token::Column::UsedAt.is_null())
        .filter(refresh_token::Column::RevokedAt.is_null())
        .exec(work.conn())
        .await?;
    Ok(used.rows_affected == 1)
}

/// Revokes everything that one sign-in led to.
pub async fn revoke_family(work: &Work<'_>, family: &str) -> Result<(), DbErr> {
    refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::RevokedAt, Expr::value(work.now()))
        .filter(refresh_token::Column::Family.eq(family))
        .filter(refresh_token::Column::RevokedAt.is_null())
        .exec(work.conn())
        .await
        .map(drop)
}

/// Revokes every refresh token of an account.
pub async fn revoke_user(work: &Work<'_>, user: i64) -> Result<(), DbErr> {
    refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::RevokedAt, Expr::value(work.now()))
        .filter(refresh_token::Column::UserId.eq(user))
        .filter(refresh_token::Column::RevokedAt.is_null())
        .exec(work.conn())
        .await
        .map(drop)
}

/// Drops the refresh tokens of an account that have expired with their family.
pub async fn drop_expired(work: &Work<'_>, user: i64) -> Result<(), DbErr> {
    refresh_token::Entity::delete_many()
        .filter(refresh_token::Column::UserId.eq(user))
        .filter(refresh_token::Column::FamilyExpiresAt.lt(work.now()))
        .exec(work.conn())
        .await
        .map(drop)
}

/// The failures counted for these subjects.
pub async fn login_failures(
    conn: &impl ConnectionTrait,
    subjects: &[&str],
) -> Result<Vec<login_failure::Model>, DbErr> {
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    login_failure::Entity::find()
        .filter(login_failure::Column::Subject.is_in(subjects.iter().copied()))
        .all(conn)
        .await
}

/// The failures of a subject, none if there were none, held until the end of the work: others wait.
pub async fn lock_login_failures(work: &Work<'_>, subject: &str) -> Result<login_failure::Model, DbErr> {
    let none = login_failure::Model {
        subject: subject.to_owned(),
        failures: 0,
        first_at: work.now(),
        blocked_until: None,
    };
    let row = login_failure::Entity::insert(none.clone().into_active_model());
    let inserted = row.on_conflict_do_nothing().exec_without_returning(work.conn()).await?;
    if matches!(inserted, TryInsertResult::Inserted(1)) {
        return Ok(none);
    }
    // SQLite has one writer, who holds everything; there the lock is not written.
    let found = login_failure::Entity::find_by_id(subject).lock_exclusive().one(work.conn()).await?;
    Ok(found.unwrap_or(none))
}

/// Keeps the failures of a subject that was locked.
pub async fn save_login_failures(work: &Work<'_>, row: login_failure::Model) -> Result<(), DbErr> {
    let login_failure::Model { subject, failures, first_at, blocked_until } = row;
    login_failure::Entity::update_many()
        .col_expr(login_failure::Column::Failures, Expr::value(failures))
        .col_expr(login_failure::Column::FirstAt, Expr::value(first_at))
        .col_expr(login_failure::Column::BlockedUntil, Expr::value(blocked_until))
        .filter(login_failure::Column::Subject.eq(subject))
        .exec(work.conn())
        .await
        .map(drop)
}

/// Forgets the failures of a subject.
pub async fn clear_login_failures(work: &Work<'_>, subject: &str) -> Result<(), DbErr> {
    login_failure::Entity::delete_by_id(subject).exec(work.conn()).await.map(drop)
}

/// Forgets failures that began before `before`; none of those still counts.
pub async fn drop_old_login_failures(work: &Work<'_>, before: DateTime<Utc>) -> Result<(), DbErr> {
    let column = login_failure::Column::BlockedUntil;
    login_failure::Entity::delete_many()
        .filter(login_failure::Column::FirstAt.lt(before))
        .filter(column.is_null().or(column.lt(before)))
        .exec(work.conn())
        .await
        .map(drop)
}

/// Every signing key.
pub async fn signing_keys(conn: &impl ConnectionTrait) -> Result<Vec<signing_key::Model>, DbErr> {
    signing_key::Entity::find().order_by_asc(signing_key::Column::CreatedAt).all(conn).await
}

/// How many signing keys there have been.
pub async fn count_signing_keys(conn: &impl ConnectionTrait) -> Result<u64, DbErr> {
    signing_key::Entity::find().count(conn).await
}

/// Adds a signing key; its name must be free.
pub async fn insert_signing_key(work: &Work<'_>, row: signing_key::Model) -> Result<(), DbErr> {
    signing_key::Entity::insert(row.into_active_model()).exec_without_returning(work.conn()).await.map(drop)
}

/// Sets when the keys that sign now stop doing so.
pub async fn retire_signing_keys(work: &Work<'_>, at: DateTime<Utc>) -> Result<(), DbErr> {
    signing_key::Entity::update_many()
        .col_expr(signing_key::Column::RetiredAt, Expr::value(at))
        .filter(signing_key::Column::RetiredAt.is_null())
        .exec(work.conn())
        .await
        .map(drop)
}
