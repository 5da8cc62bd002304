//! What an import writes by few statements is what the single requests would have written, row by row.

use std::collections::BTreeMap;

use jixiao::audit;
use jixiao::evaluations::{Part, entity as evaluations, summary_entity as summaries};
use jixiao::forms::store::load;
use jixiao::generate::{Order, write};
use jixiao::scores::verify::{Difference, verify};
use jixiao_core::workflow::Role;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Value, json};

use crate::support::{Caller, World, empty, world};

const COMMIT: &str = "/api/v1/imports?mode=commit";

fn county(projects: u32) -> Value {
    let (year, region) = (2023.try_into().unwrap(), "430611".parse().unwrap());
    let mut bytes = Vec::new();
    write(&Order { units: 3, projects, seed: 7, year, region, errors: 0 }, &mut bytes).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn rows<'a>(bundle: &'a Value, collection: &str) -> &'a [Value] {
    bundle[collection].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap_or_default()
}

const PARTS: [&str; 5] = ["budgets", "base_data", "project_expenditures", "indicators", "narratives"];

/// The parts of one unit.
fn parts_of(bundle: &Value, unit: &str) -> Value {
    let of = |collection: &&str| {
        rows(bundle, collection).iter().filter(|row| row["unit"] == unit).cloned().collect()
    };
    PARTS
        .iter()
        .map(|collection| ((*collection).to_owned(), of(collection)))
        .collect::<serde_json::Map<_, Value>>()
        .into()
}

/// Imports years and units as the administrator, and the parts of each unit as the unit.
async fn by_import(world: &World, bundle: &Value) {
    let shared = json!({ "years": bundle["years"], "units": bundle["units"] });
    world.caller("admin").post(COMMIT, shared).await.expect(200);
    for unit in rows(bundle, "units") {
        let code = text(unit, "code");
        world.caller(code).post(COMMIT, parts_of(bundle, code)).await.expect(200);
    }
}

/// Writes every row by a request of its own.
async fn one_by_one(world: &World, bundle: &Value) {
    let admin = world.caller("admin");
    for year in rows(bundle, "years") {
        put(&admin, &format!("/api/v1/years/{}", year["year"]), year).await;
    }
    for unit in rows(bundle, "units") {
        put(&admin, &format!("/api/v1/units/{}", text(unit, "code")), unit).await;
    }
    for unit in rows(bundle, "units") {
        let code = text(unit, "code");
        parts_one_by_one(&world.caller(code), &parts_of(bundle, code)).await;
    }
}

async fn parts_one_by_one(admin: &Caller<'_>, bundle: &Value) {
    for (collection, path) in
        [("budgets", "budgets"), ("base_data", "base-data"), ("narratives", "narratives")]
    {
        for row in rows(bundle, collection) {
            put(admin, &format!("/api/v1/{path}/{}/{}", text(row, "unit"), row["year"]), row).await;
        }
    }
    for row in rows(bundle, "project_expenditures") {
        let (unit, code) = (text(row, "unit"), text(row, "code"));
        put(admin, &format!("/api/v1/project-expenditures/{unit}/{}/{code}", row["year"]), row).await;
    }
    for row in rows(bundle, "indicators") {
        let project = row["project"]
            .as_str()
            .map_or_else(|| "sheet=department".into(), |code| format!("project={code}"));
        let of =
            format!("/api/v1/indicators?unit={}&year={}&{project}&limit=500", text(row, "unit"), row["year"]);
        let known = admin.get(&of).await.expect(200).json;
        match rows(&known, "items").iter().find(|known| known["seq"] == row["seq"]) {
            Some(known) => put(admin, &format!("/api/v1/indicators/{}", text(known, "id")), row).await,
            None => drop(admin.post("/api/v1/indicators", row.clone()).await.expect(201)),
        }
    }
}

async fn put(admin: &Caller<'_>, path: &str, row: &Value) {
    let found = admin.get(path).await;
    // A PUT counts as a change even of nothing; an import leaves alone what says the same.
    if row.as_object().unwrap().iter().all(|(name, value)| found.json.get(name) == Some(value)) {
        return;
    }
    let tag = (found.status.as_u16() == 200).then(|| found.etag());
    let status = if tag.is_some() { 200 } else { 201 };
    admin.put(path, tag.as_deref(), row.clone()).await.expect(status);
}

/// Each part as it is stored, with how often it was written.
async fn versions<P: Part>(world: &World, evaluation: &evaluations::Model) -> Vec<(Value, i64)> {
    let conn = world.db.reader();
    let siblings = P::siblings(conn, evaluation.id).await.unwrap();
    let parts = jixiao::evaluations::part::all::<P>(conn, evaluation.id).await.unwrap();
    let mut found: Vec<_> = parts
        .iter()
        .map(|part| (serde_json::to_value(part.input(evaluation, &siblings)).unwrap(), part.version()))
        .collect();
    found.sort_by_key(|(row, _)| row.to_string());
    found
}

/// Everything that a write brings about, without surrogate keys and times.
async fn state(world: &World) -> BTreeMap<String, Value> {
    let conn = world.db.reader();
    let mut state = BTreeMap::new();
    for evaluation in evaluations::Entity::find().all(conn).await.unwrap() {
        let name = evaluation.chain().to_string();
        let evaluations::Model { stage, round, rule_set, on_behalf_of, .. } = evaluation.clone();
        state.insert(name.clone(), json!([stage.0, round, rule_set, on_behalf_of]));
        let (form, _, _) = load(conn, &evaluation).await.unwrap();
        state.insert(format!("{name} form"), json!(form));
        let parts = json!([
            versions::<jixiao::budgets::entity::Model>(world, &evaluation).await,
            versions::<jixiao::base_data::entity::Model>(world, &evaluation).await,
            versions::<jixiao::projects::entity::Model>(world, &evaluation).await,
            versions::<jixiao::indicators::entity::Model>(world, &evaluation).await,
            versions::<jixiao::narratives::entity::Model>(world, &evaluation).await,
        ]);
        state.insert(format!("{name} parts"), parts);
        let of = summaries::Entity::find().filter(summaries::Column::EvaluationId.eq(evaluation.id));
        let kept = of.order_by_asc(summaries::Column::Id).all(conn).await.unwrap();
        let kept = kept.into_iter().map(|mut row| {
            (row.id, row.evaluation_id, row.project_id) = (0, 0, row.project_id.map(|_| 0));
            format!("{row:?}")
        });
        state.insert(format!("{name} scores"), json!(kept.collect::<Vec<_>>()));
    }
    let mut chains: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in audit::entity::entry::Entity::find().all(conn).await.unwrap() {
        let changes: Vec<Value> = serde_json::from_str(&entry.changes).unwrap();
        chains.entry(entry.chain).or_default().extend(changes.iter().map(Value::to_string));
    }
    for (chain, mut changes) in chains {
        changes.sort();
        state.insert(format!("{chain} audit"), json!(changes));
    }
    state
}

async fn expect_sound(world: &World) {
    let conn = world.db.reader();
    assert_eq!(audit::verify(conn, None, None).await.unwrap().broken, None);
    let verdict = verify(&world.db).await.unwrap();
    assert_eq!(verdict.differences, []);
    assert!(verdict.sheets > 0);
}

#[actix_web::test]
async fn an_import_leaves_what_single_requests_leave() {
    let (bulk, single, whole) = (empty().await, empty().await, empty().await);
    let mut bundle = county(2);
    let shared = json!({ "years": bundle["years"], "units": bundle["units"] });
    for world in [&bulk, &single] {
        world.caller("admin").post(COMMIT, shared.clone()).await.expect(200);
        for unit in rows(&bundle, "units") {
            let code = text(unit, "code");
            world.add_user(code, Role::Unit, Some(code), None).await;
        }
    }
    for changed in [false, true] {
        if changed {
            for (place, row) in bundle["indicators"].as_array_mut().unwrap().iter_mut().enumerate() {
                if place % 3 == 0 {
                    row["actual"] = json!("改了 \"一\" 次\\，{又}，NULL");
                }
                if place % 5 == 0 {
                    row["seq"] = json!(row["seq"].as_i64().unwrap() + 500);
                }
            }
            bundle["project_expenditures"][1]["total"]["executed"] = json!("0.01");
            bundle["budgets"][0]["goal_actual"] = json!("已完成");
            bundle["units"][2]["name"] = json!("改名后的单位");
        }
        by_import(&bulk, &bundle).await;
        one_by_one(&single, &bundle).await;
        let (imported, requested) = (state(&bulk).await, state(&single).await);
        assert_eq!(imported, requested);
        // And all units in one import: the same rows and scores, in an administrator's name.
        whole.caller("admin").post(COMMIT, bundle.clone()).await.expect(200);
        for (name, value) in state(&whole).await {
            if !name.ends_with(" audit") && name.contains(' ') {
                assert_eq!(Some(&value), imported.get(&name), "{name}");
            }
        }
        for world in [&bulk, &single, &whole] {
            expect_sound(world).await;
        }
    }
}

#[actix_web::test]
async fn an_import_raises_the_version_of_what_it_changed_and_of_nothing_else() {
    let world = empty().await;
    let admin = world.caller("admin");
    let mut bundle = county(1);
    admin.post(COMMIT, bundle.clone()).await.expect(200);
    let versions = || async {
        let found = evaluations::Entity::find().order_by_asc(evaluations::Column::UnitCode);
        let found = found.all(world.db.reader()).await.unwrap();
        found.into_iter().map(|row| (row.unit_code.0.to_string(), row.version)).collect::<BTreeMap<_, _>>()
    };
    let before = versions().await;
    assert!(before.values().all(|version| *version == 1), "{before:?}");
    admin.post(COMMIT, bundle.clone()).await.expect(200);
    assert_eq!(versions().await, before, "a file that says what is stored changes nothing");
    bundle["indicators"][0]["actual"] = json!("改");
    let changed = bundle["indicators"][0]["unit"].as_str().unwrap().to_owned();
    admin.post(COMMIT, bundle).await.expect(200);
    let mut wanted = before;
    *wanted.get_mut(&changed).unwrap() += 1;
    assert_eq!(versions().await, wanted);
}

#[actix_web::test]
async fn a_kept_score_that_is_not_that_of_the_form_is_named() {
    let world = world().await;
    let found = || async { verify(&world.db).await.unwrap() };
    let clean = found().await;
    assert_eq!((clean.evaluations, clean.sheets, clean.differences), (1, 2, Vec::new()));
    world.sql("UPDATE score_summaries SET final_total = 10000, complete = NOT complete WHERE project_id IS NULL").await;
    let differences = found().await.differences;
    let fields: Vec<_> = differences.iter().map(|one| (one.sheet.as_str(), one.field)).collect();
    assert_eq!(fields, [("430611101", Some("final_total")), ("430611101", Some("complete"))]);
    assert_eq!(differences[0].kept.as_deref(), Some("10000"));
    world.sql("DELETE FROM score_summaries WHERE project_id IS NOT NULL").await;
    let missing = found().await.differences;
    let whole = |one: &&Difference| one.field.is_none();
    let whole: Vec<_> =
        missing.iter().filter(whole).map(|one| (one.sheet.as_str(), one.kept.clone())).collect();
    assert_eq!(whole, [("P01", None)]);
    world.sql("DELETE FROM indicators").await;
    world.sql("DELETE FROM budgets").await;
    let superfluous = found().await.differences;
    assert!(
        superfluous
            .iter()
            .any(|one| one.sheet == "430611101" && one.field.is_none() && one.computed.is_none())
    );
}
