//! Rows that are read at a glance are what the document says of them, and say what a closer look finds.

use std::collections::BTreeSet;
use std::sync::Arc;

use jixiao::generate::Order;
use jixiao::http::Schemas;
use jixiao::imports::bundle::{Collection, RowText, read};
use jixiao::imports::glance;
use jixiao::imports::shape::Shapes;
use jixiao::{app, base_data, budgets, demo, indicators, narratives, projects};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn county() -> Value {
    let mut out = Vec::new();
    let order = Order {
        units: 3,
        projects: 10,
        seed: 7,
        year: 2023.try_into().unwrap(),
        region: "430611".parse().unwrap(),
        errors: 0,
    };
    jixiao::generate::write(&order, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn without_nulls(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|_, member| !member.is_null());
        members.values_mut().for_each(without_nulls);
    }
}

fn text(collection: Collection, text: &str) -> RowText {
    RowText { collection, index: 0, text: text.into(), source: Arc::default(), number: 1 }
}

/// What may stand where something else stood.
fn others(value: &Value) -> Vec<Value> {
    let mut others = vec![
        Value::Null,
        json!(true),
        json!(5),
        json!(-1),
        json!(2023.0),
        json!(99_999_999_999_i64),
        json!(""),
        json!(" 5 "),
        json!("５"),
        json!("-5"),
        json!("5."),
        json!("1.2345678"),
        json!("1234567"),
        json!("1234567890123.5"),
        json!("a b"),
        json!("P\u{0}"),
        json!("achieved"),
        json!("2023-02-30"),
        json!("2023-1-05"),
        json!("2023-01-05"),
        json!("长".repeat(100)),
        json!("长".repeat(101)),
        json!("x".repeat(33)),
        json!("长".repeat(20_001)),
        json!([]),
        json!({}),
        json!([null]),
        json!({ "x": 1 }),
    ];
    if let Value::Array(items) = value {
        let first: Vec<Value> = items.iter().take(1).cloned().collect();
        others.push(first.iter().cycle().take(201 * first.len()).cloned().collect());
    }
    others
}

/// Every value that differs from this one in one place.
fn neighbours(value: &Value) -> Vec<Value> {
    let mut all = others(value);
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let with = |member: Option<Value>| {
                    let mut members = members.clone();
                    match member {
                        Some(member) => members.insert(name.clone(), member),
                        None => members.remove(name),
                    };
                    Value::Object(members)
                };
                all.push(with(None));
                all.extend(neighbours(member).into_iter().map(|member| with(Some(member))));
            }
            let mut more = members.clone();
            more.insert("more".to_owned(), json!("x"));
            all.push(Value::Object(more));
        }
        Value::Array(items) => {
            if let Some((first, rest)) = items.split_first() {
                for first in neighbours(first) {
                    all.push(std::iter::once(first).chain(rest.iter().cloned()).collect());
                }
            }
        }
        _ => {}
    }
    all
}

struct Glance {
    schemas: Schemas,
    shapes: Shapes,
    taken: usize,
    left: usize,
}

impl Glance {
    fn holds<T: DeserializeOwned + Serialize>(&mut self, collection: Collection, json: &str) -> bool {
        let Some(seen) = self.shapes.read::<T>(&text(collection, json)) else {
            self.left += 1;
            return false;
        };
        self.taken += 1;
        let mut value: Value = serde_json::from_str(json).unwrap();
        without_nulls(&mut value);
        let errors = self.schemas.check(collection.schema(), &value, "").unwrap();
        assert!(errors.is_empty(), "{json}: {errors:?}");
        let closely: T = serde_json::from_value(value).unwrap();
        assert_eq!(serde_json::to_value(&seen).unwrap(), serde_json::to_value(&closely).unwrap(), "{json}");
        true
    }

    fn all<T: DeserializeOwned + Serialize>(&mut self, collection: Collection, bundle: &Value) {
        let rows = bundle[collection.as_str()].as_array().unwrap();
        assert!(!rows.is_empty(), "{collection:?}");
        // The others have numbers that are written as people do.
        let taken = rows.iter().filter(|row| self.holds::<T>(collection, &row.to_string())).count();
        assert!(taken * 3 >= rows.len() * 2, "{collection:?}: {taken} of {}", rows.len());
        for row in rows.iter().take(2) {
            for row in neighbours(row) {
                self.holds::<T>(collection, &row.to_string());
            }
            let twice = row.to_string().replacen('{', r#"{"unit":"000","#, 1);
            assert!(!self.holds::<T>(collection, &twice), "said twice");
        }
    }
}

#[test]
fn what_is_taken_at_a_glance_is_what_a_closer_look_takes() {
    let schemas = Schemas::of_document(&app::openapi());
    let collections: BTreeSet<Collection> = Collection::ALL.into_iter().collect();
    let shapes = Shapes::of(&schemas, &collections);
    let mut glance = Glance { schemas, shapes, taken: 0, left: 0 };
    let report: Value = serde_json::from_str(demo::REPORT).unwrap();
    for bundle in [&county(), &report] {
        glance.all::<budgets::wire::BudgetInput>(Collection::Budgets, bundle);
        glance.all::<base_data::wire::BaseDataInput>(Collection::BaseData, bundle);
        glance.all::<projects::wire::ProjectExpenditureInput>(Collection::ProjectExpenditures, bundle);
        glance.all::<indicators::wire::IndicatorInput>(Collection::Indicators, bundle);
        glance.all::<narratives::wire::NarrativeInput>(Collection::Narratives, bundle);
    }
    assert!(glance.taken > 500 && glance.left > 5_000, "{} and {}", glance.taken, glance.left);
}

#[test]
fn a_bundle_read_as_text_is_the_bundle_read_as_values() {
    let pretty = serde_json::to_string_pretty(&county()).unwrap();
    let wide: serde_json::Map<String, Value> = (0..257).map(|n| (n.to_string(), json!(1))).collect();
    let whole = [
        demo::REPORT.to_owned(),
        pretty,
        r#"{"meta":{"a":[1]},"years":[],"indicators":[{"b":"\u0041\n"},null,5,[]]}"#.to_owned(),
        r#"{"amount_unit":"yuan","units":[{"a":1,"a":2}]}"#.to_owned(),
    ];
    for json in whole {
        let (rows, others) = glance::read(json.as_bytes()).expect("nothing is remarkable");
        let bundle = read(serde_json::from_str(&json).unwrap()).unwrap();
        assert_eq!(rows.rows.len(), bundle.rows.len());
        for (one, other) in rows.rows.iter().zip(&bundle.rows) {
            assert_eq!(
                (one.collection, one.index, one.number),
                (other.collection, other.index, other.number)
            );
            assert_eq!(one.read().value, other.read().value);
        }
        assert_eq!(others.get("meta").cloned(), bundle.meta);
    }
    let closer = [
        String::new(),
        "[]".to_owned(),
        r#"{"units":{}}"#.to_owned(),
        r#"{"units":[]} x"#.to_owned(),
        r#"{"units":[{"a":1e999}]}"#.to_owned(),
        r#"{"units":[{"a":"\ud800"}]}"#.to_owned(),
        r#"{"units":[],"units":[]}"#.to_owned(),
        r#"{"meta":1e999}"#.to_owned(),
        format!(r#"{{"units":[{}]}}"#, "[".repeat(20) + &"]".repeat(20)),
        json!({ "units": [wide] }).to_string(),
        json!({ "units": [{ "a": vec![0; 1001] }] }).to_string(),
    ];
    for json in closer {
        assert!(glance::read(json.as_bytes()).is_none(), "{json}");
    }
    assert!(glance::read(b"{\"units\":[{\"a\":\"\xff\"}]}").is_none());
}
