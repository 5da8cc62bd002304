//! A bundle's rows: the one row model that every format is read into.

use serde_json::Value;

use super::report::RowError;
use crate::http::FieldError;
pub use crate::tables::Collection;

/// In what unit a file states amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AmountUnit {
    /// 万元
    #[default]
    WanYuan,
    /// 元
    Yuan,
}

/// One row as it came.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its kind.
    pub collection: Collection,
    /// Its place in its collection, from 0.
    pub index: usize,
    /// What it says.
    pub value: Value,
}

impl Row {
    /// Where it stands, as a JSON pointer.
    #[must_use]
    pub fn pointer(&self) -> String {
        format!("/{}/{}", self.collection.as_str(), self.index)
    }

    /// Its key as far as it can be told, for people to find it.
    #[must_use]
    pub fn key(&self) -> String {
        let part = |name: &str| match self.value.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let names: &[&str] = match self.collection {
            Collection::Years => &["year"],
            Collection::Units => &["code"],
            Collection::ProjectExpenditures => &["unit", "year", "code"],
            Collection::Indicators => &["unit", "year", "project", "seq"],
            Collection::Budgets | Collection::BaseData | Collection::Narratives => &["unit", "year"],
        };
        names.iter().filter_map(|name| part(name)).collect::<Vec<_>>().join("/")
    }

    /// An error of this row.
    #[must_use]
    pub fn error(&self, error: FieldError) -> RowError {
        RowError { collection: self.collection.as_str(), row: self.index + 1, key: self.key(), error }
    }
}

/// A file, read.
#[derive(Clone, Debug, Default)]
pub struct Bundle {
    /// In what unit it states amounts.
    pub amount_unit: AmountUnit,
    /// Its own notes.
    pub meta: Option<Value>,
    /// Its rows.
    pub rows: Vec<Row>,
}

fn of_bundle(error: FieldError) -> RowError {
    RowError { collection: "", row: 0, key: String::new(), error }
}

/// Reads a JSON bundle. Anything but `meta`, `amount_unit` and the collections is an error.
pub fn read(value: Value) -> Result<Bundle, Vec<RowError>> {
    let Value::Object(members) = value else {
        let error = FieldError::new("", "wrong_type", "应为对象 {…}", "Want an object");
        return Err(vec![of_bundle(error)]);
    };
    let mut bundle = Bundle::default();
    let mut errors = Vec::new();
    for (name, value) in members {
        if let Some(collection) = Collection::ALL.into_iter().find(|collection| collection.as_str() == name) {
            match value {
                Value::Array(rows) => {
                    let row = |(index, value)| Row { collection, index, value };
                    bundle.rows.extend(rows.into_iter().enumerate().map(row));
                }
                other => errors.push(of_bundle(
                    FieldError::new(format!("/{name}"), "wrong_type", "应为数组 […]", "Want an array")
                        .found(other),
                )),
            }
        } else if name == "meta" {
            match value {
                Value::Null => {}
                Value::Object(_) => bundle.meta = Some(value),
                other => errors.push(of_bundle(
                    FieldError::new("/meta", "wrong_type", "应为对象 {…}", "Want an object").found(other),
                )),
            }
        } else if name == "amount_unit" {
            match value.as_str() {
                None if value.is_null() => {} // as if it were not there: 万元
                Some("wan_yuan") => bundle.amount_unit = AmountUnit::WanYuan,
                Some("yuan") => bundle.amount_unit = AmountUnit::Yuan,
                _ => errors.push(of_bundle(
                    FieldError::new(
                        "/amount_unit",
                        "not_an_option",
                        "只能填：wan_yuan（万元）、yuan（元）",
                        "One of: wan_yuan, yuan",
                    )
                    .found(value),
                )),
            }
        } else {
            errors.push(of_bundle(FieldError::new(
                format!("/{}", name.replace('~', "~0").replace('/', "~1")),
                "unknown_field",
                format!("没有名为“{name}”的内容，请检查拼写"),
                format!("There is nothing called “{name}”; check the spelling"),
            )));
        }
    }
    if errors.is_empty() && bundle.rows.is_empty() {
        errors.push(of_bundle(FieldError::new(
            "",
            "no_rows",
            "文件中没有任何数据行",
            "The file has no rows",
        )));
    }
    if errors.is_empty() { Ok(bundle) } else { Err(errors) }
}
