//! Accounts in the database.

use jixiao_core::kernel::{RegionCode, UnitCode};
use jixiao_core::workflow::Role;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::NotSet, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait as _,
    Condition, ConnectionTrait, DbErr, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select,
};
use serde::Serialize;
use serde_json::json;

use super::entity::{PasswordHash, user};
use super::store::revoke_user;
use crate::db::{Chain, Coded, Deed, Keyset, Work, in_region, keyset_page};

/// A row of `users` that is to be.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// The canonical name.
    pub username: String,
    /// The hash of the password.
    pub password_hash: PasswordHash,
    /// What the account is.
    pub role: Role,
    /// Its unit.
    pub unit: Option<UnitCode>,
    /// Its region.
    pub region: Option<RegionCode>,
    /// Whether the password is only the first one.
    pub must_change: bool,
}

/// What an administrator decides about an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What the account is.
    pub role: Role,
    /// Its unit.
    pub unit: Option<UnitCode>,
    /// Its region.
    pub region: Option<RegionCode>,
    /// Whether it may not sign in.
    pub disabled: bool,
}

impl From<&user::Model> for Standing {
    fn from(row: &user::Model) -> Self {
        Self {
            role: row.role.0,
            unit: row.unit_code.clone().map(|Coded(unit)| unit),
            region: row.region_code.clone().map(|Coded(region)| region),
            disabled: row.disabled,
        }
    }
}

/// How an account came to another password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewPassword {
    /// Its holder changed it.
    Changed,
    /// An administrator made a first one; it has to be changed.
    Reset,
    /// It was set from the command line.
    Set,
}

impl NewPassword {
    /// What the trail calls it.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "change_password",
            Self::Reset => "reset_password",
            Self::Set => "set_password",
        }
    }
}

/// What the trail says of an account: nothing of its password.
#[derive(Serialize)]
struct Trail {
    role: Role,
    unit: Option<UnitCode>,
    region_code: Option<RegionCode>,
    disabled: bool,
    must_change_password: bool,
}

impl From<&user::Model> for Trail {
    fn from(row: &user::Model) -> Self {
        let Standing { role, unit, region, disabled } = Standing::from(row);
        Self { role, unit, region_code: region, disabled, must_change_password: row.must_change }
    }
}

fn record(work: &mut Work<'_>, row: &user::Model, deed: Deed) {
    work.record(Chain::Administration, "user", row.username.clone(), deed);
}

/// Which accounts are wanted.
#[derive(Debug, Default)]
pub struct UserFilter {
    /// Of this role.
    pub role: Option<Role>,
    /// Disabled, or not.
    pub disabled: Option<bool>,
    /// Of this unit.
    pub unit: Option<UnitCode>,
    /// Of this region, or a region in it.
    pub region: Option<RegionCode>,
}

fn matching(filter: &UserFilter) -> Select<user::Entity> {
    let mut condition = Condition::all();
    if let Some(role) = filter.role {
        condition = condition.add(user::Column::Role.eq(role.as_str()));
    }
    if let Some(disabled) = filter.disabled {
        condition = condition.add(user::Column::Disabled.eq(disabled));
    }
    if let Some(unit) = &filter.unit {
        condition = condition.add(user::Column::UnitCode.eq(unit.as_str()));
    }
    if let Some(region) = &filter.region {
        condition = condition.add(in_region((user::Entity, user::Column::RegionCode), region));
    }
    user::Entity::find().filter(condition)
}

/// A page of accounts.
pub async fn list_users(
    conn: &impl ConnectionTrait,
    filter: &UserFilter,
    page: Keyset,
) -> Result<Vec<user::Model>, DbErr> {
    keyset_page(matching(filter), page).all(conn).await
}

/// How many accounts match.
pub async fn count_users(conn: &impl ConnectionTrait, filter: &UserFilter) -> Result<u64, DbErr> {
    matching(filter).count(conn).await
}

/// The account of this canonical name.
pub async fn user_by_name(conn: &impl ConnectionTrait, username: &str) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find().filter(user::Column::Username.eq(username)).one(conn).await
}

/// The account of this key.
pub async fn user_by_id(conn: &impl ConnectionTrait, id: i64) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find_by_id(id).one(conn).await
}

/// The account of this key, held as it is until the end of the work: a change of its password waits, and then
/// finds every token that was issued meanwhile.
pub async fn hold_user(work: &Work<'_>, id: i64) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find_by_id(id).lock_shared().one(work.conn()).await
}

/// The account of this name, held for a change until the end of the work.
pub async fn hold_user_by_name(work: &Work<'_>, username: &str) -> Result<Option<user::Model>, DbErr> {
    user::Entity::find().filter(user::Column::Username.eq(username)).lock_exclusive().one(work.conn()).await
}

/// The keys of the administrators who may sign in, held until the end of the work: of two who shut each other
/// out at once, the second one finds itself the last.
pub async fn hold_admins(work: &Work<'_>) -> Result<Vec<i64>, DbErr> {
    user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .filter(user::Column::Role.eq(Role::Admin.as_str()))
        .filter(user::Column::Disabled.eq(false))
        .order_by_asc(user::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(work.conn())
        .await
}

/// Adds an account. The unit must exist and the name be free, or the database refuses.
pub async fn insert_user(work: &mut Work<'_>, row: UserRow) -> Result<user::Model, DbErr> {
    let UserRow { username, password_hash, role, unit, region, must_change } = row;
    let row = user::ActiveModel {
        id: NotSet,
        username: Set(username),
        password_hash: Set(Coded(password_hash)),
        role: Set(Coded(role)),
        unit_code: Set(unit.map(Coded)),
        region_code: Set(region.map(Coded)),
        disabled: Set(false),
        token_version: Set(1),
        must_change: Set(must_change),
        version: Set(1),
        created_at: Set(work.now()),
        updated_at: Set(work.now()),
    };
    let row = row.insert(work.conn()).await?;
    record(work, &row, Deed::made(&Trail::from(&row)));
    Ok(row)
}

/// Replaces the password of an account that is held, and ends every session.
pub async fn set_password(
    work: &mut Work<'_>,
    current: &user::Model,
    hash: PasswordHash,
    how: NewPassword,
) -> Result<user::Model, DbErr> {
    let row = user::ActiveModel {
        password_hash: Set(Coded(hash)),
        must_change: Set(how == NewPassword::Reset),
        ..changed(work, current)
    };
    let row = row.update(work.conn()).await?;
    let said = json!({ "must_change_password": row.must_change });
    record(work, &row, Deed::taken(how.as_str(), &said));
    revoke_user(work, current.id).await?;
    Ok(row)
}

/// Replaces what an administrator decides about an account that is held, and ends every session.
pub async fn set_standing(
    work: &mut Work<'_>,
    current: &user::Model,
    standing: Standing,
) -> Result<user::Model, DbErr> {
    let Standing { role, unit, region, disabled } = standing;
    let row = user::ActiveModel {
        role: Set(Coded(role)),
        unit_code: Set(unit.map(Coded)),
        region_code: Set(region.map(Coded)),
        disabled: Set(disabled),
        ..changed(work, current)
    };
    let row = row.update(work.conn()).await?;
    record(work, &row, Deed::changed(&Trail::from(current), &Trail::from(&row)));
    revoke_user(work, current.id).await?;
    Ok(row)
}

/// What every change of an account brings along: tokens given out before no longer count.
fn changed(work: &Work<'_>, current: &user::Model) -> user::ActiveModel {
    user::ActiveModel {
        id: Unchanged(current.id),
        token_version: Set(current.token_version.wrapping_add(1)),
        version: Set(current.version + 1),
        updated_at: Set(work.now()),
        ..Default::default()
    }
}

/// Keeps the same password under a new hash, unless the password was changed meanwhile.
pub async fn rehash(work: &Work<'_>, id: i64, old: PasswordHash, new: PasswordHash) -> Result<(), DbErr> {
    user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(Coded(new)))
        .filter(user::Column::Id.eq(id))
        .filter(user::Column::PasswordHash.eq(Coded(old)))
        .exec(work.conn())
        .await?;
    Ok(())
}
