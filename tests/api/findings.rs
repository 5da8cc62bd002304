//! What is found in real forms: `docs/findings.md` lists every finding of each with a reviewer's judgment, and the
//! program finds these and no others.

use jixiao::app;
use jixiao::findings::findings;
use jixiao::forms::store::Reviewed;
use jixiao::http::Schemas;
use jixiao::imports::{bundle, offline};
use jixiao::scores::assemble::score_form;
use jixiao_core::checks::{Finding, Severity};
use jixiao_core::scoring::RuleSet;

const PAGE: &str = include_str!("../../docs/findings.md");

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

/// As the page writes it: severity, check and place, the two numbers.
fn line(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Block => "block",
        Severity::Explain => "explain",
        Severity::Note => "note",
    };
    let number = |number: &Option<String>| number.clone().unwrap_or_else(|| "-".to_owned());
    format!(
        "| {severity} | `{}` | {} → {} |",
        finding.id(),
        number(&finding.expected),
        number(&finding.found)
    )
}

#[test]
fn every_finding_in_real_forms_is_on_the_page_and_was_judged() {
    let mut judged = [0; 3];
    for (name, json) in CASES {
        let section = PAGE.split("\n## ").find(|part| part.starts_with(name)).unwrap();
        let rows: Vec<&str> =
            section.lines().filter(|line| line.contains(" → ") && line.contains('`')).collect();
        let facts = rows.iter().map(|row| row.splitn(5, '|').take(4).collect::<Vec<_>>().join("|") + "|");
        let lines: Vec<String> = found(json).iter().map(line).collect();
        assert_eq!(facts.collect::<Vec<_>>(), lines, "{name}");
        for row in rows {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let agrees = ["yes", "partly", "no"].iter().position(|word| *word == cells[4]);
            judged[agrees.unwrap_or_else(|| panic!("{name}: nobody judged {row}"))] += 1;
            assert!(cells[5].len() > 20, "{name}: {row} has no why");
        }
    }
    let [yes, partly, no] = judged;
    let sum = format!("In all {} findings: agreed {yes}, in part {partly}, not {no}.", yes + partly + no);
    assert!(PAGE.contains(&sum), "the page does not say: {sum}");
}

/// What a reviewer sees in the real report, with its numbers.
const SEEN: [(&str, &str, &str); 13] = [
    ("public_expenditure:budgets::basic_detail.public", "254.77", "273.10"),
    ("projects_sum:project_expenditures::total.executed", "151.95", "373.00"),
    ("budget_changed:budgets::total.annual", "1105.56", "1013.19"),
    ("reason_missing:indicators:.8:deviation_reason", "10", "9"),
    ("reason_missing:indicators:P01.7:deviation_reason", "10", "8"),
    ("over_achievement_unexplained:indicators:.1:actual", "12次", "20次"),
    ("over_achievement_unexplained:indicators:P01.2:actual", "≥4次", "6次"),
    ("actual_copies_condition:indicators:P01.3:actual", "=100%", "=100%"),
    ("actual_copies_condition:indicators:P01.6:actual", "≤100%", "≤100%"),
    ("unsigned:budgets::signature", "", ""),
    ("unsigned:base_data::signature", "", ""),
    ("unsigned:project_expenditures:P01:signature", "", ""),
    ("indicator_twice:indicators:.9:name", "", ""),
];

/// What reconciles in the real report: none of these checks finds anything.
const RECONCILED: [&str; 24] = [
    "sources_sum",
    "natures_sum",
    "basic_sum",
    "three_public_sum",
    "vehicles_sum",
    "public_parts",
    "project_parts",
    "project_expenditure",
    "project_form_missing",
    "narrative_figure",
    "reported_total_differs",
    "weights_not_full",
    "block_weight_differs",
    "execution_score",
    "overclaim",
    "low_execution",
    "over_executed",
    "staff_over_quota",
    "cost_target",
    "other_year",
    "cell_empty",
    "part_missing",
    "identical_actuals",
    "all_full_scores",
];

#[test]
fn the_real_report_has_what_a_reviewer_sees_and_nothing_on_what_reconciles() {
    let found = found(jixiao::demo::REPORT);
    for (id, expected, is) in SEEN {
        let one =
            found.iter().find(|finding| finding.id() == id).unwrap_or_else(|| panic!("{id} is missing"));
        let numbers = [&one.expected, &one.found].map(|number| number.as_deref().unwrap_or_default());
        assert_eq!(numbers, [expected, is], "{id}");
    }
    let over: Vec<&str> = found
        .iter()
        .filter(|finding| finding.check.id == "over_achievement_unexplained")
        .map(|finding| finding.zh.as_str())
        .collect();
    assert!(over[0].contains("66.67%") && over[1].contains("50%"), "{over:?}");
    for check in RECONCILED {
        assert!(jixiao_core::checks::named(check).is_some(), "{check} is no check");
        let wrong = found.iter().find(|finding| finding.check.id == check);
        assert!(wrong.is_none(), "{wrong:?}");
    }
    // Beside these only jumps of annex 1, which are shown.
    let others = found.iter().filter(|finding| SEEN.iter().all(|(id, _, _)| *id != finding.id()));
    assert!(
        others.clone().all(|finding| finding.check.id == "expense_jump"),
        "{:?}",
        others.collect::<Vec<_>>()
    );
}
