//! Service accounts in the database.

use chrono::{DateTime, Utc};
use jixiao_core::kernel::{RegionCode, UnitCode};
use jixiao_core::workflow::{Action, Role};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::NotSet, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait as _,
    Condition, ConnectionTrait, DbErr, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QuerySelect as _, Select,
};
use serde_json::json;

use super::entity::SecretHash;
use super::entity::service_account::{ActiveModel, Column, Entity, Model};
use super::service_wire::ServiceAccountInput;
use super::tokens::scope_text;
use crate::db::{Chain, Coded, Deed, Keyset, Work, keyset_page};

/// What an administrator decides about a service account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRow {
    /// What people call it.
    pub name: String,
    /// What the account is.
    pub role: Role,
    /// Its unit.
    pub unit: Option<UnitCode>,
    /// Its region.
    pub region: Option<RegionCode>,
    /// What it may do.
    pub scopes: Vec<Action>,
    /// Until when it counts.
    pub expires_at: DateTime<Utc>,
    /// Whether it may not sign in.
    pub disabled: bool,
}

/// Which service accounts are wanted.
#[derive(Debug, Default)]
pub struct ServiceFilter {
    /// Of this role.
    pub role: Option<Role>,
    /// Disabled, or not.
    pub disabled: Option<bool>,
}

fn matching(filter: &ServiceFilter) -> Select<Entity> {
    let mut condition = Condition::all();
    if let Some(role) = filter.role {
        condition = condition.add(Column::Role.eq(role.as_str()));
    }
    if let Some(disabled) = filter.disabled {
        condition = condition.add(Column::Disabled.eq(disabled));
    }
    Entity::find().filter(condition)
}

/// A page of service accounts.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: &ServiceFilter,
    page: Keyset,
) -> Result<Vec<Model>, DbErr> {
    keyset_page(matching(filter), page).all(conn).await
}

/// How many service accounts match.
pub async fn count(conn: &impl ConnectionTrait, filter: &ServiceFilter) -> Result<u64, DbErr> {
    matching(filter).count(conn).await
}

/// The service account of this client id.
pub async fn find(conn: &impl ConnectionTrait, client_id: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::ClientId.eq(client_id)).one(conn).await
}

/// The same, held until the end of the work.
pub async fn hold(work: &Work<'_>, client_id: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::ClientId.eq(client_id)).lock_exclusive().one(work.conn()).await
}

/// Adds a service account. The unit must exist, or the database refuses.
pub async fn insert(
    work: &mut Work<'_>,
    client_id: String,
    secret_hash: SecretHash,
    row: ServiceRow,
) -> Result<Model, DbErr> {
    let row = ActiveModel {
        id: NotSet,
        client_id: Set(client_id),
        secret_hash: Set(Coded(secret_hash)),
        token_version: Set(1),
        last_used_at: Set(None),
        version: Set(1),
        created_at: Set(work.now()),
        updated_at: Set(work.now()),
        ..columns(row)
    };
    let row = row.insert(work.conn()).await?;
    record(work, &row, Deed::made(&ServiceAccountInput::from(&row)));
    Ok(row)
}

/// Replaces what an administrator decided about a service account that is held. Tokens given out before no
/// longer count.
pub async fn update(work: &mut Work<'_>, current: &Model, row: ServiceRow) -> Result<Model, DbErr> {
    let row = changed(work, current, columns(row)).update(work.conn()).await?;
    let deed = Deed::changed(&ServiceAccountInput::from(current), &ServiceAccountInput::from(&row));
    record(work, &row, deed);
    Ok(row)
}

/// Gives a service account that is held another secret. Tokens given out before no longer count.
pub async fn set_secret(
    work: &mut Work<'_>,
    current: &Model,
    secret_hash: SecretHash,
) -> Result<Model, DbErr> {
    let columns = ActiveModel { secret_hash: Set(Coded(secret_hash)), ..Default::default() };
    let row = changed(work, current, columns).update(work.conn()).await?;
    record(work, &row, Deed::taken("rotate_secret", &json!({})));
    Ok(row)
}

/// The trail says what was decided, and nothing of the secret.
fn record(work: &mut Work<'_>, row: &Model, deed: Deed) {
    work.record(Chain::Administration, "service_account", row.client_id.clone(), deed);
}

/// Notes that it got a token. That is no change: its tag stays.
pub async fn note_use(work: &Work<'_>, id: i64) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(work.now()))
        .filter(Column::Id.eq(id))
        .exec(work.conn())
        .await
        .map(drop)
}

fn changed(work: &Work<'_>, current: &Model, columns: ActiveModel) -> ActiveModel {
    ActiveModel {
        id: Unchanged(current.id),
        token_version: Set(current.token_version.wrapping_add(1)),
        version: Set(current.version + 1),
        updated_at: Set(work.now()),
        ..columns
    }
}

fn columns(row: ServiceRow) -> ActiveModel {
    let ServiceRow { name, role, unit, region, scopes, expires_at, disabled } = row;
    ActiveModel {
        name: Set(name),
        role: Set(Coded(role)),
        unit_code: Set(unit.map(Coded)),
        region_code: Set(region.map(Coded)),
        scopes: Set(scope_text(&scopes)),
        expires_at: Set(expires_at),
        disabled: Set(disabled),
        ..Default::default()
    }
}
