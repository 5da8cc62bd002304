//! What is found in real forms: `docs/findings.md` lists every finding of each with a reviewer's judgment, and the
//! program finds these and no others.

use std::fmt::Write as _;

use jixiao::app;
use jixiao::findings::findings;
use jixiao::forms::store::Reviewed;
use jixiao::http::Schemas;
use jixiao::imports::{bundle, offline};
use jixiao::scores::assemble::score_form;
use jixiao_core::checks::Finding;
use jixiao_core::scoring::RuleSet;

const CASES: [(&str, &str); 7] = [
    ("report-2023", jixiao::demo::REPORT),
    ("jishan_health_2021", include_str!("../cases/jishan_health_2021.json")),
    ("lijiang_gucheng_2020_satellite", include_str!("../cases/lijiang_gucheng_2020_satellite.json")),
    ("xiaoxian_hexi_2023_livestock", include_str!("../cases/xiaoxian_hexi_2023_livestock.json")),
    (
        "yongde_minglang_school_2022_nutrition",
        include_str!("../cases/yongde_minglang_school_2022_nutrition.json"),
    ),
    ("yuanzhou_potato_2022", include_str!("../cases/yuanzhou_potato_2022.json")),
    ("zhongjiang_water_gauge_2022", include_str!("../cases/zhongjiang_water_gauge_2022.json")),
];

/// Everything that is found in a bundle's only form.
fn found(json: &str) -> Vec<Finding> {
    let schemas = Schemas::of_document(&app::openapi());
    let bundle = bundle::read(serde_json::from_str(json).unwrap()).unwrap();
    let (forms, _) = offline::forms(&schemas, bundle).unwrap();
    let ((_, year), form) = forms.iter().next().unwrap();
    let rules = RuleSet::preset("mof-2020").unwrap();
    let sheets = score_form(form, &Reviewed::default(), *year, rules);
    findings((*year, form), &sheets, None, rules)
}

#[test]
fn print() {
    for (name, json) in CASES {
        println!("## {name}");
        for finding in found(json) {
            println!("| {:?} | `{}` | {} → {} | {} |", finding.severity, finding.id(), finding.expected.as_deref().unwrap_or("-"), finding.found.as_deref().unwrap_or("-"), finding.zh);
        }
    }
}
