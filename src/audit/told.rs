//! Changes as they are written down: the text that is hashed. An import writes as much of it as of rows, so it is put
//! together from the texts of the states, and values are made of them only where they must be compared.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jixiao_core::kernel::differences;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::db::{Change, Deed};

/// The text of these changes, as [`super::entity::ChangeEntry`] is read from it; none, where they changed nothing.
pub fn told<'a>(changes: impl Iterator<Item = &'a Change>) -> Result<Option<String>, serde_json::Error> {
    let mut text = String::new();
    for Change { chain: _, entity, key, deed, by: _ } in changes {
        let before = text.len();
        text.push(if text.is_empty() { '[' } else { ',' });
        for (lead, word) in [("{\"action\":", deed.as_str()), (",\"entity\":", entity), (",\"key\":", key)] {
            text.push_str(lead);
            quote(&mut text, word);
        }
        text.push_str(",\"fields\":[");
        let none = text.len();
        match deed {
            Deed::Made(state) | Deed::Taken(_, state) => {
                leaves("", state, &mut |path, value| field(&mut text, path, "null", value))?;
            }
            Deed::Removed(state) => {
                leaves("", state, &mut |path, value| field(&mut text, path, value, "null"))?;
            }
            Deed::Changed(old, new) => {
                let json =
                    |value: Option<Value>| value.map_or_else(|| "null".to_owned(), |value| value.to_string());
                for one in differences(&serde_json::from_str(old)?, &serde_json::from_str(new)?) {
                    field(&mut text, &one.path, &json(one.before), &json(one.after));
                }
            }
        }
        if text.len() > none {
            text.pop(); // the comma behind the last
        } else if matches!(deed, Deed::Changed(..)) {
            text.truncate(before);
            continue;
        }
        text.push_str("]}");
    }
    if text.is_empty() {
        return Ok(None);
    }
    text.push(']');
    Ok(Some(text))
}

/// A field that differs, with the JSON of what it was and is.
fn field(text: &mut String, path: &str, before: &str, after: &str) {
    text.push_str("{\"field\":");
    quote(text, path);
    for part in [",\"before\":", before, ",\"after\":", after, "},"] {
        text.push_str(part);
    }
}

fn quote(text: &mut String, word: &str) {
    if word.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        text.push_str(&Value::from(word).to_string());
    } else {
        text.push('"');
        text.push_str(word);
        text.push('"');
    }
}

/// The name of a member.
#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The fields of a state that is there as a whole, or was: what [`differences`] finds between it and nothing.
fn leaves(path: &str, state: &str, found: &mut impl FnMut(&str, &str)) -> Result<(), serde_json::Error> {
    match state.as_bytes() {
        b"null" => {}
        [b'{', _, _, ..] => {
            let members: BTreeMap<Name<'_>, &RawValue> = serde_json::from_str(state)?;
            for (Name(name), member) in members {
                let below = if path.is_empty() { name } else { format!("{path}.{name}").into() };
                leaves(&below, member.get(), found)?;
            }
        }
        // In a list, names stand in their order and not in that of the state.
        [b'[', ..] if state.contains('{') => found(path, &serde_json::from_str::<Value>(state)?.to_string()),
        _ => found(path, state),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::audit::entity::{ChangeEntry, FieldChange};
    use std::sync::Arc;

    use crate::db::{Actor, Chain};

    fn fields(before: &Value, after: &Value) -> Vec<FieldChange> {
        let found = differences(before, after).into_iter();
        found.map(|one| FieldChange { field: one.path, before: one.before, after: one.after }).collect()
    }

    #[test]
    fn says_in_the_same_words_what_differs() {
        let state = json!({
            "unit": "430611101", "name": "含\"引号\"与\\、\n换行", "none": null, "total": { "b": "1", "a": null, "c": {} },
            "list": [{ "z": 1, "a": [null, 2.5] }], "plain": ["x", true], "empty": {}, "\"odd\"": { "n\u{1}": -3 },
        });
        let (nothing, other) =
            (Value::Null, json!({ "unit": "430611101", "list": [], "total": { "b": "2" } }));
        let deeds = [
            (Deed::made(&state), fields(&nothing, &state)),
            (Deed::removed(&state), fields(&state, &nothing)),
            (Deed::changed(&state, &other), fields(&state, &other)),
            (Deed::taken("submit", &json!({})), fields(&nothing, &json!({}))),
            (Deed::taken("return", &nothing), Vec::new()),
        ];
        let mut wanted = Vec::new();
        let mut changes = Vec::new();
        let by = Arc::new(Actor::service("test"));
        for (deed, fields) in deeds {
            let (entity, key) = ("indicators", "P01.\"3\"".to_owned());
            let action = deed.as_str().to_owned();
            wanted.push(ChangeEntry { action, entity: entity.to_owned(), key: key.clone(), fields });
            changes.push(Change { chain: Chain::Administration, entity, key, deed, by: Arc::clone(&by) });
        }
        let same = Deed::changed(&state, &state);
        changes.push(Change {
            chain: Chain::Administration,
            entity: "unit",
            key: String::new(),
            deed: same,
            by,
        });
        let text = told(changes.iter()).unwrap().unwrap();
        assert_eq!(text, serde_json::to_string(&wanted).unwrap());
        assert_eq!(told(changes.iter().rev().take(1)).unwrap(), None);
    }
}
