//! Every field of every part, filled with extremes: nothing is left out, rounded or cut, and nothing becomes a float.

use jixiao::base_data::entity::Model as BaseData;
use jixiao::budgets::entity::Model as Budget;
use jixiao::db::Db;
use jixiao::evaluations::{Part, part};
use jixiao::indicators::entity::Model as Indicator;
use jixiao::narratives::entity::Model as Narrative;
use jixiao::projects::entity::Model as Project;
use sea_orm::{ConnectionTrait as _, DbBackend};
use serde_json::{Value, json};

use crate::support::{database, lines, open, seeded};

const AMOUNTS: [&str; 9] = [
    "999999999999.999999",
    "-999999999999.999999",
    "0.000001",
    "-0.000001",
    "9007199254.740993",
    "-9007199254.740993",
    "0.00",
    "0.10",
    "123456789012.345678",
];
const POINTS: [&str; 6] = ["0", "0.0001", "999999.9999", "0.3", "33.3333", "100"];
const WORDS: [&str; 6] = [
    "𠮷野家 🏛️👩‍👩‍👧",
    "\u{202e}שלום عليكم\u{202c}",
    "e\u{301} ≠ é, \u{feff}ﬁ",
    "'; DROP TABLE units; -- \" \\ % _ ?1 $1",
    " \t\r\n　边缘 ",
    "\u{10ffff}\u{1}\u{7f}\u{2028}",
];

/// Takes the values of the lists in turn, so that neighbouring fields never hold the same one.
struct Turns(usize);

impl Turns {
    fn next(&mut self, of: &[&str]) -> Value {
        self.0 += 1;
        json!(of[self.0 % of.len()])
    }
    fn money(&mut self) -> Value {
        self.next(&AMOUNTS)
    }
    fn points(&mut self) -> Value {
        self.next(&POINTS)
    }
    fn words(&mut self) -> Value {
        self.next(&WORDS)
    }
    fn amounts(&mut self, more: &Value) -> Value {
        let mut value = json!({ "initial": self.money(), "annual": self.money(), "executed": self.money() });
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        value
    }
    fn signature(&mut self) -> Value {
        json!({ "filled_by": self.words(), "filled_on": "2024-02-29", "telephone": self.words(), "head": self.words() })
    }
}

fn budget(t: &mut Turns) -> Value {
    let kinds = [
        "general_public",
        "government_fund",
        "state_capital",
        "social_insurance_fund",
        "non_tax_revenue",
        "other",
    ];
    let sources: Vec<Value> = kinds.iter().map(|kind| t.amounts(&json!({ "source": kind }))).collect();
    let natures: Vec<Value> =
        ["basic", "project"].iter().map(|kind| t.amounts(&json!({ "nature": kind }))).collect();
    json!({ "unit": "219001", "year": 2023, "weight": t.points(), "self_score": t.points(), "total": t.amounts(&json!({})),
        "sources": sources, "natures": natures, "basic_detail": { "personnel": t.money(), "public": t.money() },
        "goal_expected": t.words(), "goal_actual": t.words(), "deviation_reason": t.words(),
        "reported_total": t.points(), "signature": t.signature() })
}

fn base_data(t: &mut Turns) -> Value {
    let kinds = ["three_public", "special_fund", "special_fund", "government_procurement"];
    let expenses: Vec<Value> = kinds
        .iter()
        .map(|kind| json!({ "item": kind, "name": t.words(), "prior_final": t.money(), "budget": t.money(), "final": t.money() }))
        .collect();
    let areas = [("999999999.99", "0.01"), ("0", "33.3")];
    let buildings: Vec<Value> = areas
        .iter()
        .map(|(approved, actual)| {
            json!({ "name": t.words(), "approved_area": approved, "actual_area": actual,
                "budget_investment": t.money(), "actual_investment": t.money() })
        })
        .collect();
    json!({ "unit": "219001", "year": 2023, "staff_quota": i32::MAX, "staff_on_duty": 0, "staff_retired": 1,
        "expenses": expenses, "buildings": buildings, "thrift_measures": t.words(), "signature": t.signature() })
}

fn project(t: &mut Turns) -> Value {
    let kinds = ["current_year_appropriation", "carry_over", "other"];
    let sources: Vec<Value> = kinds.iter().map(|kind| t.amounts(&json!({ "source": kind }))).collect();
    json!({ "unit": "219001", "year": 2023, "code": "P01", "name": t.words(), "supervising_department": t.words(),
        "implementing_unit": t.words(), "weight": t.points(), "self_score": t.points(), "total": t.amounts(&json!({})),
        "sources": sources, "goal_expected": t.words(), "goal_actual": t.words(), "deviation_reason": t.words(),
        "reported_total": t.points(), "signature": t.signature() })
}

fn indicator(t: &mut Turns, attainment: &str) -> Value {
    json!({ "unit": "219001", "year": 2023, "project": "P01", "seq": 7, "level1": t.words(), "level2": t.words(),
        "name": t.words(), "target": t.words(), "actual": t.words(), "weight": t.points(), "self_score": t.points(),
        "attainment": attainment, "deviation_reason": t.words() })
}

fn narrative(t: &mut Turns) -> Value {
    let names = [
        "unit_profile",
        "general_public_budget",
        "government_fund_budget",
        "state_capital_budget",
        "social_insurance_fund_budget",
        "performance",
        "problems",
        "improvements",
        "use_and_disclosure",
        "other",
    ];
    let sections: serde_json::Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), t.words())).collect();
    json!({ "unit": "219001", "year": 2023, "sections": sections })
}

/// A field that is null says that this test forgot it: a new field must be filled here.
fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Object(members) => members.values().all(is_filled),
        Value::Array(items) => !items.is_empty() && items.iter().all(is_filled),
        _ => true,
    }
}

async fn round_trip<P: Part>(db: &Db, value: Value) {
    let known: Value = {
        let input: P::Input = serde_json::from_value(value.clone()).unwrap();
        serde_json::to_value(input).unwrap()
    };
    assert!(is_filled(&known), "{}: fill every field: {known:#}", P::COLLECTION);
    assert_eq!(known, value, "{}: reading and writing the wire changes nothing", P::COLLECTION);
    let input: P::Input = serde_json::from_value(value).unwrap();
    let text = serde_json::to_string(&input).unwrap();

    let mut work = db.begin(jixiao::db::Actor::service("test")).await.unwrap();
    let evaluation = open(&mut work).await;
    let siblings = P::siblings(work.conn(), evaluation.id).await.unwrap();
    match part::all::<P>(work.conn(), evaluation.id).await.unwrap().first() {
        Some(row) => drop(part::update(&mut work, &evaluation, row, &siblings, input).await.unwrap()),
        None => drop(part::insert::<P>(&mut work, &evaluation, &siblings, input).await.unwrap()),
    }
    work.commit().await.unwrap();
    let rows = part::all::<P>(db.reader(), evaluation.id).await.unwrap();
    assert_eq!(serde_json::to_string(&rows[0].input(&evaluation, &siblings)).unwrap(), text);
    assert_eq!(
        serde_json::to_value(rows[0].view(rows[0].input(&evaluation, &siblings))).unwrap()["year"],
        2023
    );
}

#[tokio::test]
async fn every_field_filled_with_extremes_comes_back_as_it_went_in() {
    let (_place, db) = database().await;
    seeded(&db).await;
    let mut turns = Turns(0);
    // The second time round each part is replaced rather than made, and every field holds another value.
    for attainment in ["achieved", "partly", "not"] {
        round_trip::<Budget>(&db, budget(&mut turns)).await;
        round_trip::<BaseData>(&db, base_data(&mut turns)).await;
        round_trip::<Project>(&db, project(&mut turns)).await;
        round_trip::<Indicator>(&db, indicator(&mut turns, attainment)).await;
        round_trip::<Narrative>(&db, narrative(&mut turns)).await;
        turns.0 += 1;
    }
    no_column_holds_a_float(&db).await;
}

/// Not one quantity lies as a float, in a column of any table.
async fn no_column_holds_a_float(db: &Db) {
    let conn = db.reader();
    if conn.get_database_backend() == DbBackend::Postgres {
        let floats = "SELECT concat_ws(' ', table_name, column_name, data_type) AS line \
            FROM information_schema.columns WHERE table_schema = 'public' \
            AND data_type IN ('real', 'double precision', 'numeric', 'money')";
        assert_eq!(lines(conn, floats).await, [""; 0]);
        return;
    }
    let columns = "SELECT m.name || ' ' || c.name AS line FROM sqlite_master m, pragma_table_info(m.name) c \
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
    for line in lines(conn, columns).await {
        let (table, column) = line.split_once(' ').unwrap();
        let floats =
            format!("SELECT '{line}' AS line FROM {table} WHERE typeof(\"{column}\") = 'real' LIMIT 1");
        assert_eq!(lines(conn, &floats).await, [""; 0]);
    }
}
