//! Rows that no import takes, each wrong in one way.

use serde_json::{Map, Value, json};

use super::dice::Dice;

/// Which of a row's members are decimals.
#[derive(Clone, Copy, Debug)]
pub struct Breakable {
    /// Members that are points or amounts.
    pub decimals: &'static [&'static str],
    /// A member that must be there.
    pub required: &'static str,
    /// Whether it can name a project.
    pub has_project: bool,
}

/// Breaks a row.
pub fn break_row(row: &mut Map<String, Value>, of: Breakable, dice: &mut Dice) {
    let member = dice.pick(of.decimals);
    let (name, value) = match dice.between(0, if of.has_project { 6 } else { 5 }) {
        0 => (member, json!("五分")),
        1 => (member, json!(5)),
        2 => (member, json!("4.123456")),
        3 => ("wieght", json!("5")),
        4 => ("unit", json!(format!("0{}", dice.between(1_000_000, 9_999_999)))),
        5 => (of.required, Value::Null),
        _ => ("project", json!("P999")),
    };
    row.insert(name.to_owned(), value);
}
