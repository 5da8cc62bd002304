//! The unit that was probably meant where there is none of the code that was written.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbErr};
use serde_json::Value;

use super::report::RowError;
use crate::http::Principal;
use crate::tables::nearest::nearest;
use crate::units::store as units;

/// Codes that are looked for: who misspells more has another file in hand.
const MOST: usize = 100;

/// Fills in the nearest code that the caller sees, where a unit is not known.
pub async fn units(
    conn: &impl ConnectionTrait,
    caller: &Principal,
    errors: &mut [RowError],
) -> Result<(), DbErr> {
    let unknown = |error: &RowError| match (&error.error.found, error.error.code) {
        (Some(Value::String(code)), "unknown_unit") => Some(code.clone()),
        _ => None,
    };
    let wanted: BTreeSet<String> = errors.iter().filter_map(unknown).take(MOST).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let known = units::codes(conn, &caller.reading()).await?;
    // A misspelt code is about as long as the right one, and begins or ends like it.
    let near = |code: &String| {
        let (first, last) = (code.chars().next(), code.chars().last());
        let like = known.iter().map(String::as_str).filter(|one| {
            one.len().abs_diff(code.len()) <= 1 && (one.chars().next() == first || one.chars().last() == last)
        });
        nearest(code, like).map(str::to_owned)
    };
    let near: BTreeMap<&String, String> =
        wanted.iter().filter_map(|code| Some((code, near(code)?))).collect();
    for error in errors.iter_mut().filter(|error| error.nearest.is_none()) {
        if let Some(code) = unknown(error) {
            error.nearest = near.get(&code).cloned();
        }
    }
    Ok(())
}
