//! Real forms, as this crate's own copies of public facts.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its data has failed")]

use jixiao_core::kernel::{FiscalYear, Money, Points};
use jixiao_core::scoring::{ExecutionRow, IndicatorRow, Sheet, SheetKind};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    year: FiscalYear,
    kind: SheetKind,
    reported_total: Option<Points>,
    execution: Execution,
    indicators: Vec<Row>,
}

#[derive(Deserialize)]
struct Execution {
    initial: Option<Money>,
    annual: Option<Money>,
    executed: Option<Money>,
    weight: Option<Points>,
    self_score: Option<Points>,
}

/// seq, level 1, level 2, name, target, actual, weight, self score, reason.
type Row = (
    i32,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<Points>,
    Option<Points>,
    Option<String>,
);

/// A form by its file's text.
pub fn sheet(json: &str) -> Sheet {
    let File { year, kind, reported_total, execution, indicators } = serde_json::from_str(json).unwrap();
    let Execution { initial, annual, executed, weight, self_score } = execution;
    let row = |(seq, level1, level2, name, target, actual, weight, self_score, deviation_reason): Row| {
        IndicatorRow {
            seq,
            level1,
            level2,
            name,
            target,
            actual,
            weight,
            self_score,
            reviewed_score: None,
            attainment: None,
            deviation_reason,
        }
    };
    Sheet {
        year,
        kind,
        execution: ExecutionRow { initial, annual, executed, weight, self_score, reviewed_score: None },
        base_data: None,
        indicators: indicators.into_iter().map(row).collect(),
        reported_total,
        reviewed_total: None,
    }
}

/// The forms by name.
pub const SHEETS: [(&str, &str); 8] = [
    ("junshan_department_2023", include_str!("../sheets/junshan_department_2023.json")),
    ("junshan_project_2023", include_str!("../sheets/junshan_project_2023.json")),
    ("jishan_health_2021", include_str!("../sheets/jishan_health_2021.json")),
    ("lijiang_gucheng_2020_satellite", include_str!("../sheets/lijiang_gucheng_2020_satellite.json")),
    ("xiaoxian_hexi_2023_livestock", include_str!("../sheets/xiaoxian_hexi_2023_livestock.json")),
    (
        "yongde_minglang_school_2022_nutrition",
        include_str!("../sheets/yongde_minglang_school_2022_nutrition.json"),
    ),
    ("yuanzhou_potato_2022", include_str!("../sheets/yuanzhou_potato_2022.json")),
    ("zhongjiang_water_gauge_2022", include_str!("../sheets/zhongjiang_water_gauge_2022.json")),
];

/// One of them, parsed.
pub fn named(name: &str) -> Sheet {
    sheet(SHEETS.iter().find(|(known, _)| *known == name).unwrap().1)
}
