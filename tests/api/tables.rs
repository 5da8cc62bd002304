//! What a table has for columns, held against the schemas of the rows: the two cannot part.

use std::collections::{BTreeMap, BTreeSet};

use jixiao::http::Schemas;
use jixiao::tables::{Collection, Column, Kind, Word, column, columns, words};
use jixiao_core::kernel::Lang;
use serde_json::Value;

fn resolved<'a>(schemas: &'a Schemas, schema: &'a Value) -> &'a Value {
    let path = schema.get("$ref").or_else(|| schema.pointer("/oneOf/1/$ref")).and_then(Value::as_str);
    path.map_or(schema, |path| schemas.get(path.rsplit('/').next().unwrap()).unwrap())
}

/// The leaves of a row's schema by their path; a list is a leaf.
fn leaves<'a>(schemas: &'a Schemas, schema: &'a Value, at: &str, found: &mut BTreeMap<String, &'a Value>) {
    for (name, property) in schema["properties"].as_object().unwrap() {
        let property = resolved(schemas, property);
        let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        if property.get("properties").is_some() {
            leaves(schemas, property, &path, found);
        } else {
            found.insert(path, property);
        }
    }
}

fn options(schema: &Value) -> BTreeSet<&str> {
    schema["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect()
}

fn assert_words(words: &[Word], schema: &Value) {
    assert_eq!(words.iter().map(|word| word.wire).collect::<BTreeSet<_>>(), options(schema));
    assert_distinct(words.iter().flat_map(|word| {
        let names: BTreeSet<_> = [word.wire, word.zh, word.en]
            .into_iter()
            .chain(word.also.iter().copied())
            .map(column::plain)
            .collect();
        names.into_iter().map(|name| (name, word.wire))
    }));
}

fn assert_distinct(names: impl Iterator<Item = (String, &'static str)>) {
    let mut seen = BTreeMap::new();
    for (name, of) in names {
        let before = seen.insert(name.clone(), of);
        assert!(before.is_none_or(|before| before == of), "{name} is {of} and {before:?}");
    }
}

fn assert_kind(schemas: &Schemas, kind: Kind, schema: &Value, place: &str) {
    let is = |wanted: &str| match &schema["type"] {
        Value::Array(types) => types.iter().any(|one| one == wanted),
        one => one == wanted,
    };
    let fits_a_cell = schema["maxLength"].as_u64().is_none_or(|most| most <= 32_767);
    assert!(fits_a_cell || kind.may_be_long(), "{place} may be more than a cell takes");
    let (format, unit) = (schema["format"].as_str(), schema["x-unit"].as_str());
    let fits = match kind {
        Kind::Amount => format == Some("decimal") && unit == Some("万元"),
        Kind::Points => format == Some("decimal") && unit == Some("分"),
        Kind::Area => format == Some("decimal") && unit == Some("㎡"),
        Kind::Integer => is("integer"),
        Kind::Date => format == Some("date"),
        Kind::Flag => is("boolean"),
        Kind::Code => is("string") && schema["pattern"].as_str().unwrap().contains("0-9"),
        Kind::Text | Kind::Long => {
            is("string")
                && format.is_none()
                && (is("null") || schema.get("minLength").is_some() || place == "rule_set")
        }
        Kind::Plain => is("string") && !is("null") && schema.get("minLength").is_none(),
        Kind::Choice(words) => {
            assert_words(words, schema);
            is("string")
        }
        Kind::List(entries) => {
            let items = resolved(schemas, &schema["items"]);
            let properties = items["properties"].as_object().unwrap();
            assert_eq!(
                entries.iter().map(|entry| entry.name).collect::<BTreeSet<_>>(),
                properties.keys().map(String::as_str).collect::<BTreeSet<_>>(),
                "{place}"
            );
            for entry in entries {
                let schema = resolved(schemas, &properties[entry.name]);
                assert_kind(schemas, entry.kind, schema, &format!("{place}.{}", entry.name));
            }
            is("array")
        }
    };
    assert!(fits, "{place}: {kind:?} does not fit {schema}");
}

#[test]
fn every_property_of_a_row_has_exactly_one_column() {
    let schemas = Schemas::of_document(&jixiao::app::openapi());
    for collection in Collection::ALL {
        let schema = schemas.get(collection.schema()).unwrap();
        let mut properties = BTreeMap::new();
        leaves(&schemas, schema, "", &mut properties);
        let mut paths: Vec<&str> = columns(collection).iter().map(|column| column.path).collect();
        paths.sort_unstable();
        assert_eq!(
            paths,
            properties.keys().map(String::as_str).collect::<Vec<_>>(),
            "{}",
            collection.as_str()
        );
        let required: BTreeSet<&str> =
            schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        for column in columns(collection) {
            assert_kind(&schemas, column.kind, properties[column.path], column.path);
            assert_eq!(column.required, required.contains(column.path), "{}", column.path);
        }
    }
}

#[test]
fn a_header_names_one_column() {
    for collection in Collection::ALL {
        assert_distinct(columns(collection).iter().flat_map(|one: &Column| {
            let headers = [one.header(Lang::Zh), one.header(Lang::En)];
            let names: BTreeSet<String> =
                one.names().map(str::to_owned).chain(headers).map(|name| column::plain(&name)).collect();
            names.into_iter().map(|name| (name, one.path))
        }));
        for name in [collection.as_str(), collection.title(Lang::Zh), collection.title(Lang::En)] {
            assert_eq!(Collection::named(name), Some(collection));
            assert!(name.chars().count() <= 31, "Excel takes no longer name of a sheet");
        }
    }
    assert_eq!(words::FLAGS.iter().map(|word| word.wire).collect::<Vec<_>>(), ["true", "false"]);
}
