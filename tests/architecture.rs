//! What the compiler does not prove about the house: which room may speak of what. Each rule fails with its name
//! and the lines that break it.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own sources has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The features in the order in which they build on one another: none mentions a later one.
const FEATURES: [&str; 25] = [
    "tables",
    "units",
    "rule_sets",
    "years",
    "evaluations",
    "budgets",
    "base_data",
    "projects",
    "narratives",
    "indicators",
    "forms",
    "scores",
    "proofs",
    "simulations",
    "findings",
    "workflow",
    "reviews",
    "publications",
    "feed",
    "library",
    "oversight",
    "imports",
    "jobs",
    "previews",
    "audit",
];

/// What a floor or a kind of file never mentions.
struct Rule {
    name: &'static str,
    /// Whether the rule is about this file.
    about: fn(&Path) -> bool,
    never: &'static [&'static str],
}

fn lies_in(path: &Path, folder: &str) -> bool {
    path.starts_with(folder)
}

fn is_feature_file(path: &Path, name: &str) -> bool {
    let folder = path.iter().nth(1).and_then(|folder| folder.to_str()).unwrap_or_default();
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    FEATURES.contains(&folder) && (stem == name || stem.ends_with(&format!("_{name}")))
}

const RULES: &[Rule] = &[
    Rule {
        name: "the core knows no I/O, no ORM, no HTTP, no clock and no floats",
        about: |path| lies_in(path, "core/src"),
        never: &["sea_orm", "actix_web", "utoipa", "async fn", "f64", "f32", "std::fs", "std::net", "tokio"],
    },
    Rule {
        name: "the kernel stands below scoring and workflow",
        about: |path| lies_in(path, "core/src/kernel"),
        never: &["crate::scoring", "crate::workflow"],
    },
    Rule {
        name: "the database floor knows no HTTP, no document and no feature",
        about: |path| lies_in(path, "src/db"),
        never: &["actix_web", "utoipa", "crate::http", "crate::app", "crate::units", "crate::evaluations"],
    },
    Rule {
        name: "the HTTP floor writes no queries",
        about: |path| lies_in(path, "src/http"),
        never: &["sea_query", "EntityTrait", "QueryFilter", "ActiveModel", "crate::app"],
    },
    Rule {
        name: "entities and stores know no HTTP framework and no document",
        about: |path| is_feature_file(path, "entity") || is_feature_file(path, "store"),
        never: &["actix_web", "utoipa", "HttpRequest", "ApiError"],
    },
    Rule {
        name: "wire types know no ORM and no HTTP framework",
        about: |path| is_feature_file(path, "wire"),
        never: &["sea_orm", "actix_web", "crate::db"],
    },
    Rule {
        name: "routes write no queries",
        about: |path| is_feature_file(path, "routes"),
        never: &[
            "sea_query",
            "EntityTrait",
            "QueryFilter",
            "ActiveModel",
            ".find_by_id(",
            "execute",
            "Entity::",
            ".filter(Column",
            "Statement",
        ],
    },
    Rule {
        name: "an entity has no bare decimal or float: on SQLite it would be a float",
        about: |path| is_feature_file(path, "entity") || path.ends_with("src/accounts/entity.rs"),
        never: &["Decimal", "f64", "f32"],
    },
    Rule {
        name: "every operation is documented: no `.route(`",
        about: |path| lies_in(path, "src"),
        never: &[".route("],
    },
    Rule {
        name: "one write path: nobody begins a transaction past db::Db",
        about: |path| lies_in(path, "src") && !lies_in(path, "src/db"),
        never: &[".begin_with_options(", ".begin_with_config(", "TransactionTrait"],
    },
    Rule {
        name: "who is allowed to see what comes with the caller: scopes are made in one place",
        about: |path| is_feature_file(path, "routes"),
        never: &["Scope::Region(", "Scope::Unit(", "Scope::UnitAndBelow("],
    },
    Rule {
        name: "lints are expected with a reason, never allowed",
        about: |_| true,
        never: &["#[allow(", "#![allow("],
    },
];

/// Lines that break a rule knowingly; each says why.
const EXCEPTIONS: &[(&str, &str)] = &[
    // A round's region is compared with the bureau's; nothing is queried with it.
    ("src/years/round_routes.rs", "Scope::"),
    // The offline reader makes no query; it names the parts by their models.
    ("tests/architecture.rs", ""),
];

fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from(folder)];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn all_sources() -> Vec<PathBuf> {
    ["src", "core/src", "core/tests", "benches", "migration/src", "tests"]
        .into_iter()
        .flat_map(sources)
        .collect()
}

/// The code of a line: comments may name what they forbid.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

fn is_excepted(path: &Path, line: &str) -> bool {
    EXCEPTIONS.iter().any(|(file, what)| path == Path::new(file) && line.contains(what))
}

#[test]
fn every_room_speaks_only_of_what_it_may() {
    let mut broken = Vec::new();
    for path in all_sources() {
        let text = fs::read_to_string(&path).unwrap();
        for rule in RULES.iter().filter(|rule| (rule.about)(&path)) {
            for (number, line) in text.lines().enumerate() {
                let said = rule.never.iter().find(|word| code(line).contains(**word));
                if let Some(word) = said
                    && !is_excepted(&path, line)
                {
                    broken.push(format!("{}:{} says `{word}`: {}", path.display(), number + 1, rule.name));
                }
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// The modules of this crate that a file names, alone (`crate::units::…`) or in a group (`use crate::{units, …}`).
fn mentioned(text: &str) -> BTreeSet<String> {
    let text: String = text.lines().map(code).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for rest in text.split("crate::").skip(1) {
        let names = match rest.strip_prefix('{') {
            Some(group) => group.split("};").next().unwrap_or_default().split(',').collect(),
            None => vec![rest],
        };
        let word =
            |name: &str| name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        found.extend(names.into_iter().map(word).filter(|name: &String| !name.is_empty()));
    }
    found
}

#[test]
fn no_feature_reaches_forward() {
    let mut broken = Vec::new();
    for (place, feature) in FEATURES.iter().enumerate() {
        for path in sources(&format!("src/{feature}")) {
            let mentioned = mentioned(&fs::read_to_string(&path).unwrap());
            let later = FEATURES[place + 1..].iter().filter(|later| mentioned.contains(**later));
            broken.extend(later.map(|later| format!("{} reaches forward to {later}", path.display())));
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn the_database_and_http_floors_know_no_feature() {
    let mut broken = Vec::new();
    for path in sources("src/db").into_iter().chain(sources("src/http")) {
        let mentioned = mentioned(&fs::read_to_string(&path).unwrap());
        let known = FEATURES.iter().chain(&["accounts", "health", "demo", "imports"]);
        let known = known.filter(|feature| mentioned.contains(**feature));
        broken.extend(known.map(|feature| format!("{} knows {feature}", path.display())));
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// What entities and stores may know of HTTP, and why: they hand over errors of fields, they ask the caller for a
/// scope, and they stamp what they read. None of it knows a request or an answer.
const OF_HTTP_IN_STORES: [&str; 4] = [
    "crate::http::FieldError",
    "crate::http::Principal",
    "crate::http::wire::Stamp",
    "crate::http::wire::Timestamp",
];

#[test]
fn stores_know_of_http_only_what_is_no_http() {
    let mut broken = Vec::new();
    for path in sources("src")
        .into_iter()
        .filter(|path| is_feature_file(path, "store") || is_feature_file(path, "entity"))
    {
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| code(line).contains("crate::http"))
        {
            if !OF_HTTP_IN_STORES.iter().any(|known| line.contains(known)) {
                broken.push(format!("{}:{} {line}", path.display(), number + 1));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn features_know_nothing_of_what_stands_beside_or_above_them() {
    let mut broken = Vec::new();
    for feature in FEATURES {
        for path in sources(&format!("src/{feature}")) {
            let mentioned = mentioned(&fs::read_to_string(&path).unwrap());
            let beside = ["accounts", "app", "cli", "config", "demo", "generate", "health"];
            let known = beside.into_iter().filter(|beside| mentioned.contains(*beside));
            broken.extend(known.map(|beside| format!("{} knows {beside}", path.display())));
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn the_order_is_the_one_the_map_shows() {
    let lib = fs::read_to_string("src/lib.rs").unwrap();
    let map: String = lib.lines().filter_map(|line| line.strip_prefix("//! ")).collect::<Vec<_>>().join(" ");
    let (_, map) = map.split_once("FLOOR 4").unwrap();
    let (map, _) = map.split_once("; beside them").unwrap();
    let shown: Vec<&str> = map.split("[`").skip(1).map(|rest| rest.split('`').next().unwrap()).collect();
    assert_eq!(shown, FEATURES);
}

#[test]
fn the_core_can_be_built_from_nothing_that_does_anything() {
    let manifest = fs::read_to_string("core/Cargo.toml").unwrap();
    let (_, dependencies) = manifest.split_once("[dependencies]").unwrap();
    let dependencies = dependencies.split("\n[").next().unwrap();
    let names = dependencies.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
    let names: BTreeSet<&str> = names.filter(|name| !name.is_empty() && !name.starts_with('#')).collect();
    let pure = BTreeSet::from(["chrono", "rust_decimal", "serde", "serde_json", "thiserror"]);
    assert!(names.is_subset(&pure), "the core depends on {:?}", names.difference(&pure));
}

#[test]
fn every_feature_is_in_the_order() {
    let lib = fs::read_to_string("src/lib.rs").unwrap();
    let beside = ["accounts", "app", "cli", "config", "db", "demo", "generate", "health", "http"];
    for module in lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')) {
        assert!(FEATURES.contains(&module) || beside.contains(&module), "{module} has no place in the order");
    }
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let long: Vec<String> = all_sources()
        .into_iter()
        .map(|path| (fs::read_to_string(&path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > 400)
        .map(|(lines, path)| format!("{} has {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "more than 400 lines:\n{}", long.join("\n"));
}

#[test]
fn the_rules_can_fail() {
    let path = Path::new("src/budgets/entity.rs");
    let rule = RULES.iter().find(|rule| rule.name.contains("bare decimal")).unwrap();
    assert!((rule.about)(path) && rule.never.contains(&"Decimal"));
    let groups =
        mentioned("use crate::{\n    base_data, budgets::wire,\n};\nlet x = crate::forms::store::load;");
    assert_eq!(groups.into_iter().collect::<Vec<_>>(), ["base_data", "budgets", "forms"]);
    assert_eq!(code("let x = 1; // f64 would lose digits"), "let x = 1; ");
}
