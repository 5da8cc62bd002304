//! What makes an account, whoever makes it, and what the command line of the machine does. The first
//! administrator comes from there: there is no default account.

use jixiao_core::kernel::{Lang, RegionCode, Text, UnitCode};
use jixiao_core::workflow::Role;
use sea_orm::{ConnectionTrait, DbErr, SqlErr};

use super::entity::{PasswordHash, user};
use super::user_store::{self, NewPassword, Standing, UserRow};
use super::wire::Hidden;
use super::{canonical, passwords};
use crate::db::{Actor, Db, Scope, Work, is_unique_violation};
use crate::http::{ApiError, ErrorCode, FieldError, Message};
use crate::units;

/// Who acts when nobody signed in: whoever may open the database.
pub(super) const COMMAND_LINE: &str = "command-line";
/// Characters of a user name, at most.
const LONGEST_NAME: usize = 64;
/// How client ids begin; no person's name does, so that nobody is taken for a program.
pub(super) const CLIENT_PREFIX: &str = "jx_";
/// A name that would be another address.
const RESERVED: &str = "me";
/// Characters of a unit's name that a password must not have in a row.
const OF_A_NAME: usize = 4;

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
    /// It is, and it is only the first: it has to be changed before anything else.
    First,
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
    #[error(
        "a user name is 1 to 64 letters, digits, dots, hyphens, underscores or @, begins not with jx_ and is not me"
    )]
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
            Self::BadName => {
                "用户名为 1 至 64 个字母、汉字、数字、点、连字符、下划线或 @，不以 jx_ 开头，也不是 me"
                    .to_owned()
            }
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

impl AccountError {
    /// The field that is wrong, with a stable code; `None` when it is no field.
    fn field(&self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::BadName => ("/username", "wrong_form"),
            Self::BadPassword(_) => ("/password", "weak_password"),
            Self::NeedsUnit => ("/unit", "missing_field"),
            Self::NeedsRegion => ("/region_code", "missing_field"),
            Self::UnexpectedUnit => ("/unit", "unexpected_field"),
            Self::UnexpectedRegion => ("/region_code", "unexpected_field"),
            Self::UnknownUnit => ("/unit", "unknown_unit"),
            Self::NameTaken | Self::NoSuchUser | Self::Hash(_) | Self::Db(_) => return None,
        })
    }

    /// As an error of its field.
    pub(super) fn as_field(&self) -> Option<FieldError> {
        let (pointer, code) = self.field()?;
        Some(FieldError::new(pointer, code, self.text(Lang::Zh), self.text(Lang::En)))
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        match (error.as_field(), error) {
            (Some(field), _) => Self::invalid(vec![field]),
            (None, AccountError::NameTaken) => {
                Self::new(ErrorCode::AlreadyExists).detail("用户名已被使用", "The user name is taken")
            }
            (None, AccountError::NoSuchUser) => Self::not_found(),
            (None, AccountError::Db(why)) => why.into(),
            (None, other) => Self::internal(other),
        }
    }
}

/// What decides which units an account reaches, and everything that is wrong with it.
pub(super) async fn misfits(
    conn: &impl ConnectionTrait,
    role: Role,
    unit: Option<&UnitCode>,
    region: Option<&RegionCode>,
) -> Result<Vec<AccountError>, DbErr> {
    let mut found = Vec::new();
    match (role, unit) {
        (Role::Unit, None) => found.push(AccountError::NeedsUnit),
        (Role::Bureau | Role::Admin | Role::Reader, Some(_)) => found.push(AccountError::UnexpectedUnit),
        (Role::Unit, Some(unit)) if units::store::find(conn, &Scope::All, unit).await?.is_none() => {
            found.push(AccountError::UnknownUnit);
        }
        _ => {}
    }
    match (role, region) {
        (Role::Bureau, None) => found.push(AccountError::NeedsRegion),
        (Role::Unit | Role::Admin, Some(_)) => found.push(AccountError::UnexpectedRegion),
        _ => {}
    }
    Ok(found)
}

/// Holds a new password against the rules: what belongs to the account is not to be in it.
pub(super) async fn check_password(
    conn: &impl ConnectionTrait,
    username: &str,
    unit: Option<&UnitCode>,
    password: &Hidden,
) -> Result<Result<(), AccountError>, DbErr> {
    let mut words = vec![username.to_owned()];
    if let Some(unit) = unit {
        words.push(unit.to_string());
        let unit = units::store::find(conn, &Scope::All, unit).await?;
        let name: Vec<char> = unit.map(|unit| unit.name.chars().collect()).unwrap_or_default();
        // Four Chinese characters in a row are a word of the name; four Latin letters may be anything.
        let parts = name.windows(OF_A_NAME).filter(|part| part.iter().all(|c| !c.is_ascii()));
        words.extend(parts.map(|part| part.iter().collect::<String>()));
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Ok(passwords::check_password(password.reveal(), &words).map_err(AccountError::BadPassword))
}

/// Writes a new account.
pub(super) async fn insert(work: &mut Work<'_>, row: UserRow) -> Result<user::Model, AccountError> {
    user_store::insert_user(work, row).await.map_err(|why| match why.sql_err() {
        _ if is_unique_violation(&why) => AccountError::NameTaken,
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => AccountError::UnknownUnit,
        _ => AccountError::Db(why),
    })
}

/// Adds an account. Its key.
pub async fn add_user(db: &Db, new: NewUser) -> Result<i64, AccountError> {
    let NewUser { username, password, role, unit, region, policy } = new;
    let username = canonical(&username);
    if !is_name(&username) {
        return Err(AccountError::BadName);
    }
    let misfits = misfits(db.reader(), role, unit.as_ref(), region.as_ref()).await?;
    if let Some(first) = misfits.into_iter().next() {
        return Err(first);
    }
    if policy != PasswordPolicy::Waived {
        check_password(db.reader(), &username, unit.as_ref(), &password).await??;
    }
    let password_hash = hashed(&password).await?;
    let must_change = policy == PasswordPolicy::First;
    let mut work = db.begin(Actor::service(COMMAND_LINE)).await?;
    let row = insert(&mut work, UserRow { username, password_hash, role, unit, region, must_change }).await?;
    work.commit().await?;
    Ok(row.id)
}

/// Gives an account a new password, and ends its sessions.
pub async fn set_password(db: &Db, username: &str, password: &Hidden) -> Result<(), AccountError> {
    let username = canonical(username);
    let account = user_store::user_by_name(db.reader(), &username).await?.ok_or(AccountError::NoSuchUser)?;
    let unit = account.unit_code.map(|unit| unit.0);
    check_password(db.reader(), &username, unit.as_ref(), password).await??;
    let hash = hashed(password).await?;
    let mut work = db.begin(Actor::service(COMMAND_LINE)).await?;
    let account = user_store::hold_user_by_name(&work, &username).await?.ok_or(AccountError::NoSuchUser)?;
    user_store::set_password(&mut work, &account, hash, NewPassword::Set).await?;
    Ok(work.commit().await?)
}

/// Lets an account in or out, and ends its sessions. Whoever owns the machine may shut out the last
/// administrator too: the next one is made here.
pub async fn set_disabled(db: &Db, username: &str, disabled: bool) -> Result<(), AccountError> {
    let mut work = db.begin(Actor::service(COMMAND_LINE)).await?;
    let account = user_store::hold_user_by_name(&work, &canonical(username)).await?;
    let account = account.ok_or(AccountError::NoSuchUser)?;
    let standing = Standing { disabled, ..Standing::from(&account) };
    user_store::set_standing(&mut work, &account, standing).await?;
    Ok(work.commit().await?)
}

async fn hashed(password: &Hidden) -> Result<PasswordHash, AccountError> {
    let password = password.clone();
    let hash = tokio::task::spawn_blocking(move || passwords::hash(password.reveal())).await;
    hash.map_err(|why| AccountError::Hash(why.to_string()))?.map_err(AccountError::Hash)
}

/// Whether this, in its canonical form, is a name to sign in with.
pub(super) fn is_name(name: &str) -> bool {
    let is_fine = |c: char| {
        c.is_ascii_alphanumeric()
            || ('\u{4e00}'..='\u{9fa5}').contains(&c)
            || matches!(c, '.' | '-' | '_' | '@')
    };
    (1..=LONGEST_NAME).contains(&name.chars().count())
        && name.chars().all(is_fine)
        && name != RESERVED
        && !name.starts_with(CLIENT_PREFIX)
}
