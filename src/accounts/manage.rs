//! Accounts are managed from the command line of the machine: there is no default one and no self-service.

use jixiao_core::kernel::{Lang, RegionCode, Text, UnitCode};
use jixiao_core::workflow::Role;
use sea_orm::{DbErr, SqlErr};

use super::store::{self, UserRow};
use super::wire::Hidden;
use super::{canonical, passwords};
use crate::db::{Actor, Db, Work, is_unique_violation};
use crate::http::Message;

/// Characters of a user name, at most.
const LONGEST_NAME: usize = 64;

/// An account that is to be.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The name to sign in with; upper and lower case are the same.
    pub username: String,
    /// The password.
    pub password: Hidden,
    /// What the account is.
    pub role: Role,
    /// The unit of a `unit` account, which must exist.
    pub unit: Option<UnitCode>,
    /// The region of a `bureau` account; a `reader` with one is confined to it.
    pub region: Option<RegionCode>,
    /// Whether the password is held against the rules.
    pub policy: PasswordPolicy,
}

/// Whether a new password is held against the rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PasswordPolicy {
    /// It is.
    #[default]
    Enforced,
    /// It is not: the demonstration's password stands in its documentation.
    Waived,
}

/// Why an account cannot be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Somebody has that name.
    #[error("the user name is taken")]
    NameTaken,
    /// That is no name to sign in with.
    #[error("a user name is 1 to 64 letters, digits, dots, hyphens, underscores or @")]
    BadName,
    /// Nobody has that name.
    #[error("there is no such user")]
    NoSuchUser,
    /// The password is against the rules.
    #[error("{}", .0.en)]
    BadPassword(Message),
    /// A `unit` account fills for a unit.
    #[error("a unit account needs a unit")]
    NeedsUnit,
    /// A `bureau` account is in charge of a region.
    #[error("a bureau account needs a region")]
    NeedsRegion,
    /// Only a `unit` account has a unit.
    #[error("only a unit account has a unit")]
    UnexpectedUnit,
    /// Only a `bureau` or `reader` account has a region.
    #[error("only a bureau or reader account has a region")]
    UnexpectedRegion,
    /// The unit does not exist.
    #[error("there is no such unit; create or import it first")]
    UnknownUnit,
    /// The password cannot be hashed.
    #[error("the password cannot be hashed: {0}")]
    Hash(String),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbErr),
}

impl Text for AccountError {
    fn text(&self, lang: Lang) -> String {
        let zh = match self {
            Self::NameTaken => "用户名已被使用".to_owned(),
            Self::BadName => "用户名为 1 至 64 个字母、汉字、数字、点、连字符、下划线或 @".to_owned(),
            Self::NoSuchUser => "没有此用户".to_owned(),
            Self::BadPassword(message) => message.zh.clone(),
            Self::NeedsUnit => "填报单位账号需要指定单位".to_owned(),
            Self::NeedsRegion => "财政局账号需要指定行政区划".to_owned(),
            Self::UnexpectedUnit => "只有填报单位账号可以指定单位".to_owned(),
            Self::UnexpectedRegion => "只有财政局账号和只读账号可以指定行政区划".to_owned(),
            Self::UnknownUnit => "没有此单位，请先新建或导入".to_owned(),
            Self::Hash(why) => format!("无法计算口令摘要：{why}"),
            Self::Db(why) => format!("数据库出错：{why}"),
        };
        lang.pick(zh, self.to_string())
    }
}

/// Adds an account. Its key.
pub async fn add_user(db: &Db, new: NewUser) -> Result<i64, AccountError> {
    let NewUser { username, password, role, unit, region, policy } = new;
    let username = canonical(&username);
    if !is_name(&username) {
        return Err(AccountError::BadName);
    }
    match (role, &unit, &region) {
        (Role::Unit, None, _) => return Err(AccountError::NeedsUnit),
        (Role::Bureau, _, None) => return Err(AccountError::NeedsRegion),
        (Role::Bureau | Role::Admin | Role::Reader, Some(_), _) => return Err(AccountError::UnexpectedUnit),
        (Role::Unit | Role::Admin, _, Some(_)) => return Err(AccountError::UnexpectedRegion),
        (Role::Unit, Some(_), None)
        | (Role::Bureau | Role::Reader, None, Some(_))
        | (Role::Admin | Role::Reader, None, None) => {}
    }
    if policy == PasswordPolicy::Enforced {
        let unit = unit.as_ref().map(UnitCode::as_str);
        let context: Vec<&str> = [username.as_str()].into_iter().chain(unit).collect();
        passwords::check_password(password.reveal(), &context).map_err(AccountError::BadPassword)?;
    }
    let password_hash = hashed(&password).await?;
    let work = db.begin(Actor::service("accounts")).await?;
    let id = store::insert_user(&work, UserRow { username, password_hash, role, unit, region }).await;
    let id = id.map_err(|why| match why.sql_err() {
        _ if is_unique_violation(&why) => AccountError::NameTaken,
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => AccountError::UnknownUnit,
        _ => AccountError::Db(why),
    })?;
    work.commit().await?;
    Ok(id)
}

/// Gives an account a new password, and ends its sessions.
pub async fn set_password(db: &Db, username: &str, password: &Hidden) -> Result<(), AccountError> {
    let username = canonical(username);
    let account = store::user_by_name(db.reader(), &username).await?.ok_or(AccountError::NoSuchUser)?;
    let unit = account.unit_code.as_ref().map(|unit| unit.0.as_str());
    let context: Vec<&str> = [username.as_str()].into_iter().chain(unit).collect();
    passwords::check_password(password.reveal(), &context).map_err(AccountError::BadPassword)?;
    let hash = hashed(password).await?;
    let work = db.begin(Actor::service("accounts")).await?;
    let changed = store::set_password(&work, account.id, hash).await?;
    end_sessions(work, account.id, changed).await
}

/// Lets an account in or out, and ends its sessions.
pub async fn set_disabled(db: &Db, username: &str, disabled: bool) -> Result<(), AccountError> {
    let account = store::user_by_name(db.reader(), &canonical(username)).await?;
    let account = account.ok_or(AccountError::NoSuchUser)?;
    let work = db.begin(Actor::service("accounts")).await?;
    let changed = store::set_disabled(&work, account.id, disabled).await?;
    end_sessions(work, account.id, changed).await
}

async fn end_sessions(work: Work<'_>, user: i64, changed: bool) -> Result<(), AccountError> {
    if !changed {
        return Err(AccountError::NoSuchUser);
    }
    store::revoke_user(&work, user).await?;
    Ok(work.commit().await?)
}

async fn hashed(password: &Hidden) -> Result<super::entity::PasswordHash, AccountError> {
    let password = password.clone();
    let hash = tokio::task::spawn_blocking(move || passwords::hash(password.reveal())).await;
    hash.map_err(|why| AccountError::Hash(why.to_string()))?.map_err(AccountError::Hash)
}

fn is_name(name: &str) -> bool {
    let is_fine = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
    (1..=LONGEST_NAME).contains(&name.chars().count()) && name.chars().all(is_fine)
}
