//! What lies in a region, on both engines.

use jixiao::db::{Actor, Keyset, Scope, SortColumn};
use jixiao::units::entity::Column;
use jixiao::units::store::{Filter, insert, list};
use jixiao_core::kernel::RegionCode;
use serde_json::json;

use crate::support::database;

const CODES: [&str; 17] = [
    "00", "0099", "01", "0100", "43", "4306", "430611", "430699", "4307", "4399", "439999", "44", "4400",
    "98", "99", "9999", "999999",
];

#[tokio::test]
async fn a_region_holds_the_codes_that_begin_like_its_own() {
    let (_place, db) = database().await;
    let mut work = db.begin(Actor::service("test")).await.unwrap();
    for region in CODES {
        let unit = json!({ "code": format!("U{region}"), "name": "某单位", "region_code": region });
        insert(&mut work, serde_json::from_value(unit).unwrap()).await.unwrap();
    }
    let nowhere = json!({ "code": "U", "name": "不属于任何区划" });
    insert(&mut work, serde_json::from_value(nowhere).unwrap()).await.unwrap();
    work.commit().await.unwrap();

    for region in CODES {
        let code: RegionCode = region.parse().unwrap();
        let page = || Keyset {
            columns: vec![SortColumn::of(Column::Code)],
            descending: false,
            after: None,
            limit: 100,
        };
        let mut wanted: Vec<String> =
            CODES.iter().filter(|code| code.starts_with(region)).map(|code| format!("U{code}")).collect();
        wanted.sort();
        let filter = Filter { region: Some(code.clone()), ..Filter::default() };
        let seen = list(db.reader(), &Scope::Region(code), &Filter::default(), page()).await.unwrap();
        let filtered = list(db.reader(), &Scope::All, &filter, page()).await.unwrap();
        for found in [seen, filtered] {
            let found: Vec<String> = found.iter().map(|unit| unit.code.0.to_string()).collect();
            assert_eq!(found, wanted, "{region}");
        }
    }
}
