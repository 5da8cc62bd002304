//! The demo: the real report of a district party office for 2023, and an account for each role.

use jixiao_core::workflow::Role;
use serde_json::{Value, json};

use crate::accounts::{AccountError, NewUser, PasswordPolicy, add_user};
use crate::db::{Db, sha256};
use crate::http::{ApiError, Principal, Schemas};
use crate::imports::{LaterStage, Mode, Order, Report, bundle, run};

/// Password of the demo's accounts on this machine.
pub const PASSWORD: &str = "jixiao-demo";

/// The report, as an import bundle.
pub const REPORT: &str = include_str!("../demo/report-2023.json");

/// The unit of the report.
pub const UNIT: &str = "430611101";

/// Its year.
pub const YEAR: i32 = 2023;

/// The accounts: name and role, which are one word.
pub const ACCOUNTS: [Role; 4] = [Role::Admin, Role::Bureau, Role::Unit, Role::Reader];

/// What can go wrong while the demo is set up.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The report could not be imported.
    #[error("the demo's report: {0}")]
    Report(String),
    /// An account could not be made.
    #[error("the demo's accounts: {0:?}")]
    Account(AccountError),
}

impl From<ApiError> for DemoError {
    fn from(error: ApiError) -> Self {
        Self::Report(error.to_string())
    }
}

/// Fills an empty database with the report and the accounts.
pub async fn fill(db: &Db, schemas: &Schemas, password: &str) -> Result<(), DemoError> {
    let mut value: Value = serde_json::from_str(REPORT).map_err(|why| DemoError::Report(why.to_string()))?;
    // The next year is open, for a newcomer to fill.
    if let Some(years) = value.get_mut("years").and_then(Value::as_array_mut) {
        years.push(json!({ "year": YEAR + 1 }));
    }
    let bundle = bundle::read(value).map_err(|errors| DemoError::Report(format!("{errors:?}")))?;
    let caller = Principal::administrator(Role::Admin.as_str());
    let work = db.begin(&caller).await.map_err(ApiError::from)?;
    // As it was handed in: a newcomer can send it back or approve it right away.
    let later = Some(LaterStage::Submitted);
    let order = Order { later, ..Order::new(Mode::Commit, sha256(REPORT.as_bytes())) };
    let (work, Report { errors, .. }) = run(work, schemas, &caller, bundle, order).await?;
    if !errors.is_empty() {
        return Err(DemoError::Report(format!("{errors:?}")));
    }
    work.commit().await.map_err(ApiError::from)?;
    for role in ACCOUNTS {
        let user = NewUser {
            username: role.to_string(),
            password: password.to_owned().into(),
            role,
            unit: (role == Role::Unit).then(|| UNIT.parse().ok()).flatten(),
            region: matches!(role, Role::Bureau | Role::Reader).then(|| "430611".parse().ok()).flatten(),
            policy: PasswordPolicy::Waived,
        };
        add_user(db, user).await.map_err(DemoError::Account)?;
    }
    Ok(())
}
