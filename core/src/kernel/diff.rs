//! What differs between two states of the same thing, field by field.

use serde_json::Value;

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where, as names joined by dots: `total.annual`, `sources.0.executed`.
    pub path: String,
    /// What it was; `None`: it was not there.
    pub before: Option<Value>,
    /// What it is; `None`: it is no longer there.
    pub after: Option<Value>,
}

/// Every field in which `after` differs from `before`, in the order of the field names. A null is as good as an
/// absent field, and so is a thing that was not there: making one shows all its fields.
#[must_use]
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    descend(String::new(), Some(before), Some(after), &mut found);
    found
}

fn descend(path: String, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    let (before, after) = (before.filter(|value| !value.is_null()), after.filter(|value| !value.is_null()));
    if before == after {
        return;
    }
    let below = |name: &dyn std::fmt::Display| {
        if path.is_empty() { name.to_string() } else { format!("{path}.{name}") }
    };
    match (before, after) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                descend(below(name), old.get(name), new.get(name), found);
            }
        }
        (Some(Value::Object(one)), None) if !one.is_empty() => {
            for (name, value) in one {
                descend(below(name), Some(value), None, found);
            }
        }
        (None, Some(Value::Object(one))) if !one.is_empty() => {
            for (name, value) in one {
                descend(below(name), None, Some(value), found);
            }
        }
        // Lists of one length are compared place by place; otherwise nobody can say which item became which.
        (Some(Value::Array(old)), Some(Value::Array(new))) if old.len() == new.len() => {
            for (place, (old, new)) in old.iter().zip(new).enumerate() {
                descend(below(&place), Some(old), Some(new), found);
            }
        }
        _ => found.push(Difference { path, before: before.cloned(), after: after.cloned() }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shows_the_fields_that_differ_and_no_other() {
        let before =
            json!({ "name": "督促检查", "weight": "5", "total": { "annual": "1", "executed": null } });
        let after = json!({ "name": "督促检查", "weight": "6", "total": { "annual": "1", "executed": "2" } });
        let found = differences(&before, &after);
        let paths: Vec<&str> = found.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["total.executed", "weight"]);
        assert_eq!(found[0].before, None);
        assert_eq!(found[1].after, Some(json!("6")));
    }

    #[test]
    fn a_list_of_another_length_differs_as_a_whole() {
        let found = differences(&json!({ "sources": [{ "annual": "1" }] }), &json!({ "sources": [] }));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "sources");
        let found = differences(&json!({ "sources": [1, 2] }), &json!({ "sources": [1, 3] }));
        assert_eq!(found[0].path, "sources.1");
    }

    #[test]
    fn what_is_made_or_removed_shows_every_field_it_has() {
        let made = differences(&Value::Null, &json!({ "a": "1", "b": null, "c": { "d": "2" } }));
        assert_eq!(made.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["a", "c.d"]);
        let removed = differences(&json!({ "a": "1" }), &Value::Null);
        assert_eq!(removed[0].before, Some(json!("1")));
        assert!(differences(&json!({ "a": null }), &json!({})).is_empty());
    }
}
