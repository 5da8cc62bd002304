//! Changes as they are written down: the text that is hashed. An import writes as much of it as of rows, so it is put
//! together from the texts of the states, and values are made of them only where they must be compared.

use jixiao_core::kernel::differences;
use serde_json::Value;

use super::entity::FieldChange;
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
        match deed {
            Deed::Made(state) | Deed::Taken(_, state) => whole(&mut text, "after", state),
            Deed::Removed(state) => whole(&mut text, "before", state),
            Deed::Changed(old, new) => {
                let fields = differences(&serde_json::from_str(old)?, &serde_json::from_str(new)?);
                if fields.is_empty() {
                    text.truncate(before);
                    continue;
                }
                let fields: Vec<FieldChange> = fields.into_iter().map(FieldChange::from).collect();
                whole(&mut text, "fields", &serde_json::to_string(&fields)?);
            }
        }
        text.push('}');
    }
    if text.is_empty() {
        return Ok(None);
    }
    text.push(']');
    Ok(Some(text))
}

/// A member that is JSON already.
fn whole(text: &mut String, name: &str, json: &str) {
    for part in [",\"", name, "\":", json] {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::audit::entity::ChangeEntry;
    use crate::db::{Actor, Chain};

    fn read(text: &str) -> Vec<(String, Vec<FieldChange>)> {
        let entries: Vec<ChangeEntry> = serde_json::from_str(text).unwrap();
        entries.into_iter().map(|entry| (entry.action.clone(), entry.fields())).collect()
    }

    #[test]
    fn says_each_field_that_differs() {
        let state = json!({
            "unit": "430611101", "name": "含\"引号\"与\\、\n换行", "none": null, "total": { "b": "1", "a": null, "c": {} },
            "list": [{ "z": 1, "a": [null, 2.5] }], "plain": ["x", true], "empty": {}, "\"odd\"": { "n\u{1}": -3 },
        });
        let (nothing, other) =
            (Value::Null, json!({ "unit": "430611101", "list": [], "total": { "b": "2" } }));
        let deeds = [
            (Deed::made(&state), (&nothing, &state)),
            (Deed::removed(&state), (&state, &nothing)),
            (Deed::changed(&state, &other), (&state, &other)),
            (Deed::changed(&state, &state), (&state, &state)),
            (Deed::taken("submit", &json!({})), (&nothing, &json!({}))),
            (Deed::taken("return", &nothing), (&nothing, &nothing)),
        ];
        let (mut wanted, mut changes) = (Vec::new(), Vec::new());
        let by = Arc::new(Actor::service("test"));
        for (deed, (before, after)) in deeds {
            let fields: Vec<_> = differences(before, after).into_iter().map(FieldChange::from).collect();
            if before != after || deed.as_str() != "change" {
                wanted.push((deed.as_str().to_owned(), fields));
            }
            let (chain, key) = (Chain::Administration, "P01.\"3\"".to_owned());
            changes.push(Change { chain, entity: "indicators", key, deed, by: Arc::clone(&by) });
        }
        assert_eq!(read(&told(changes.iter()).unwrap().unwrap()), wanted);
        let same = changes.iter().filter(|change| change.deed.as_str() == "change").skip(1);
        assert_eq!(told(same).unwrap(), None);
    }

    #[test]
    fn what_was_written_field_by_field_is_still_read() {
        let text = r#"[{"action":"make","entity":"unit","key":"4306","fields":[{"field":"code","before":null,"after":"4306"}]}]"#;
        let code = FieldChange { field: "code".to_owned(), before: None, after: Some(json!("4306")) };
        assert_eq!(read(text), [("make".to_owned(), vec![code])]);
    }
}
