//! Rows of a sheet that are computed with: sub-rows against their row, cost targets against the budget.

use rust_decimal::Decimal;

use super::dossier::{Facts, Indicator, SheetOf, short};
use super::finding::Hit;
use super::registry::{BETWEEN, Check, WITHIN, words};
use super::rows::scored;
use super::{Dossier, Severity};
use crate::scoring::target::{Actual, Context, Quantity, Target, Unit};
use crate::scoring::{Block, Category};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "sub_rows_exceed",
        severity: Severity::Block,
        clause: WITHIN,
        title: words("“其中”大于合计", "sub-rows above their row"),
        compares: words("“其中”各分项之和与其所属指标", "the sum of the sub-rows (其中) against their row"),
        hint: words(
            "核对合计与分项，分项之和不能大于合计",
            "check the row and its parts, which cannot exceed it",
        ),
        look: |dossier| sub_rows(dossier, |sum, whole, _| sum > whole),
    },
    Check {
        id: "sub_rows_short",
        severity: Severity::Explain,
        clause: WITHIN,
        title: words("“其中”小于合计", "sub-rows below their row"),
        compares: words(
            "有两个以上“其中”分项的，各分项之和与其所属指标",
            "the sum of two or more sub-rows (其中) against their row",
        ),
        hint: words(
            "补上缺少的分项，或说明其余部分是什么",
            "add the part that is missing, or say what the rest is",
        ),
        look: |dossier| sub_rows(dossier, |sum, whole, count| sum < whole && count > 1),
    },
    Check {
        id: "cost_target",
        severity: Severity::Note,
        clause: BETWEEN,
        title: words("成本目标与预算", "cost target against the budget"),
        compares: words(
            "成本指标的金额（单独或合计）与全年预算数",
            "the amounts of cost indicators, each or together, against the annual amount",
        ),
        hint: words(
            "成本指标若指全部资金，应等于全年预算数；只指其中一部分的，不必修改",
            "a cost target for all the money is the annual amount; one for a part of it may stand",
        ),
        look: |dossier| dossier.now.sheets().filter_map(|sheet| cost_target(&dossier.now, &sheet)).collect(),
    },
];

/// The one quantity of a target.
fn of_target(row: &Indicator<'_>, context: &Context<'_>) -> Option<Quantity> {
    match Target::parse(row.target?, context) {
        Target::AtLeast(bound) | Target::AtMost(bound) | Target::Equal(bound) => Some(bound.quantity),
        Target::Range { .. }
        | Target::ByDate { .. }
        | Target::Qualitative { .. }
        | Target::NotApplicable
        | Target::Empty => None,
    }
}

/// The one quantity of an actual.
fn of_actual(row: &Indicator<'_>, context: &Context<'_>) -> Option<Quantity> {
    match Actual::parse(row.actual?, context) {
        Actual::Measured(mut measured) if measured.measures.len() == 1 => {
            measured.measures.pop().map(|measure| measure.quantity)
        }
        Actual::Measured(_) | Actual::Words | Actual::Empty => None,
    }
}

fn context<'a>(facts: &Facts<'_>, row: &'a Indicator<'_>) -> Context<'a> {
    Context { year: facts.year, category: Category::classify(row.level2), name: row.name }
}

/// A money target says the annual amount, to the decimals in which it was written.
fn cost_target(facts: &Facts<'_>, sheet: &SheetOf<'_, '_>) -> Option<Hit> {
    let annual = sheet.facts.total.annual?;
    let in_yuan = annual.decimal().checked_mul(Decimal::from(10_000))?;
    let is_cost = |row: &&Indicator<'_>| {
        Category::classify(row.level2) == Some(Category::Cost)
            || Block::classify(row.level1) == Some(Block::Cost)
    };
    let money = |row: &'_ Indicator<'_>| {
        let quantity = of_target(row, &context(facts, row))?;
        let is_total =
            quantity.unit == Unit::Base("元") && quantity.per.is_none() && quantity.change.is_none();
        is_total.then_some(quantity)
    };
    let costs: Vec<(&Indicator<'_>, Quantity)> =
        scored(facts, sheet).into_iter().filter(is_cost).filter_map(|row| Some((row, money(row)?))).collect();
    let half = |quantity: &Quantity| {
        let scale = quantity.number.scale().saturating_add(1).min(Decimal::MAX_SCALE);
        Decimal::new(5, scale).saturating_mul(quantity.factor)
    };
    let says = |value: Decimal, precision: Decimal| value.saturating_sub(in_yuan).abs() <= precision;
    let each = costs.iter().any(|(_, quantity)| says(quantity.value(), half(quantity)));
    let sum = |of: &dyn Fn(&Quantity) -> Decimal| {
        costs.iter().fold(Decimal::ZERO, |sum, (_, quantity)| sum.saturating_add(of(quantity)))
    };
    let together = says(sum(&Quantity::value), sum(&half));
    let (row, quantity) = costs.first().filter(|_| !each && !together)?;
    let (name, target) = (short(row.name), &quantity.text);
    let hit = Hit::at(
        row.place("target"),
        format!("“{name}”的目标为 {target}，全年预算数为 {annual} 万元"),
        format!("“{name}” has a target of {target}, the annual amount is {annual} 万元"),
    );
    Some(hit.numbers(&annual, &target))
}

/// Whether a row is a part of the one above it: 其中….
fn is_sub_row(row: &Indicator<'_>) -> bool {
    row.weight.is_none() && row.name.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with("其中")
}

type Read = fn(&Indicator<'_>, &Context<'_>) -> Option<Quantity>;

fn sub_rows(dossier: &Dossier<'_>, misfit: fn(Decimal, Decimal, usize) -> bool) -> Vec<Hit> {
    let facts = &dossier.now;
    let mut hits = Vec::new();
    for sheet in facts.sheets() {
        let rows: Vec<&Indicator<'_>> = facts.indicators_of(sheet.project).collect();
        // A row, and the sub-rows that follow it.
        let groups = rows.chunk_by(|_, next| is_sub_row(next));
        for group in groups {
            let [whole, parts @ ..] = group else { continue };
            if parts.is_empty() || is_sub_row(whole) {
                continue;
            }
            let columns: [(&str, &str, &str, Read); 2] =
                [("target", "目标", "target", of_target), ("actual", "实际", "actual", of_actual)];
            hits.extend(columns.into_iter().filter_map(|(field, zh, en, read)| {
                let (sum, quantity) = sum_of(facts, whole, parts, read)?;
                misfit(sum, quantity.value(), parts.len()).then(|| {
                    let (name, count) = (short(whole.name), parts.len());
                    let (sum, text) = (sum.normalize(), quantity.value().normalize());
                    Hit::at(
                        whole.place(field),
                        format!("“{name}”的{zh}为 {text}，{count} 个“其中”分项之和为 {sum}"),
                        format!("“{name}”: the {en} is {text}, its {count} sub-rows sum to {sum}"),
                    )
                    .numbers(&sum, &text)
                })
            }));
        }
    }
    hits
}

/// The sum of the parts and the whole, where all are amounts of one kind; `192只` may be `180只` and `12头`.
fn sum_of(
    facts: &Facts<'_>,
    whole: &Indicator<'_>,
    parts: &[&Indicator<'_>],
    read: Read,
) -> Option<(Decimal, Quantity)> {
    let quantity = read(whole, &context(facts, whole))?;
    let parts: Option<Vec<Quantity>> = parts.iter().map(|row| read(row, &context(facts, row))).collect();
    let is_alike = |part: &Quantity| match (&part.unit, &quantity.unit) {
        (Unit::Base(one), Unit::Base(other)) => one == other && *one != "%",
        (Unit::Bare | Unit::Named(_), Unit::Bare | Unit::Named(_)) => true,
        (Unit::Base(_), _) | (_, Unit::Base(_)) => false,
    };
    let parts = parts.filter(|parts| parts.iter().all(is_alike))?;
    let sum = parts.iter().fold(Decimal::ZERO, |sum, part| sum.saturating_add(part.value()));
    Some((sum, quantity))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Form, found, row};
    use crate::scoring::IndicatorRow;

    fn form(rows: &[(&str, &str, &str)]) -> Form {
        let mut form = Form::new();
        form.total(["100", "100", "100"]);
        for (seq, (name, target, actual)) in (1..).zip(rows) {
            let mut row = row(seq, name, target, actual, "5", "5");
            if name.contains("其中") {
                (row.weight, row.self_score) = (None, None);
            }
            form.indicators.push(row);
        }
        form
    }

    #[test]
    fn sub_rows_do_not_exceed_their_row_and_two_of_them_sum_to_it() {
        let names = ["种植面积", "★其中桃树", "其中苹果树", "成活率"];
        let form = |actuals: [&str; 3]| {
            let [whole, first, second] = actuals;
            form(&[
                (names[0], "6亩", whole),
                (names[1], "1亩", first),
                (names[2], "5亩", second),
                (names[3], "95%", "95%"),
            ])
        };
        for (actuals, exceed, short) in [
            (["6亩", "1亩", "5亩"], None, None),
            (["6亩", "2亩", "5亩"], Some("indicators:.1:actual 7 6"), None),
            (["6亩", "1亩", "4.5亩"], None, Some("indicators:.1:actual 5.5 6")),
            (["6亩", "1户", "5亩"], None, None),
            (["6亩", "已完成", "50亩"], None, None),
        ] {
            let form = form(actuals);
            assert_eq!(
                found(&form, "sub_rows_exceed"),
                exceed.into_iter().collect::<Vec<_>>(),
                "{actuals:?}"
            );
            assert_eq!(found(&form, "sub_rows_short"), short.into_iter().collect::<Vec<_>>(), "{actuals:?}");
        }
    }

    #[test]
    fn one_sub_row_is_some_of_its_row() {
        let form = form(&[("鱼塘", "3亩", "3亩"), ("其中养殖", "2亩", "2亩")]);
        assert_eq!(found(&form, "sub_rows_short"), [""; 0]);
    }

    #[test]
    fn classifiers_differ_within_one_count() {
        let form =
            form(&[("养殖", "192只", "192只"), ("其中羊", "180只", "180只"), ("其中猪", "12头", "13头")]);
        assert_eq!(found(&form, "sub_rows_exceed"), ["indicators:.1:actual 193 192"]);
    }

    #[test]
    fn a_cost_target_says_the_annual_amount() {
        let of = |targets: &[&str]| {
            let mut form = Form::new();
            form.total(["1000", "1013.19", "1013.19"]);
            for (seq, target) in (1..).zip(targets) {
                let mut row = row(seq, "成本", target, target, "5", "5");
                row.level2 = "成本指标".to_owned();
                form.indicators.push(row);
            }
            found(&form, "cost_target")
        };
        for targets in [
            vec!["≤1013.19万元"],
            vec!["≤1013.2万元"],
            vec!["10131900元"],
            vec!["≤1013万元"],
            vec!["≤13.19万元", "≤1000万元"],
            vec!["≤50万元", "≤1013.19万元"],
            vec!["1000元/生.年"],
            vec!["≤100%"],
            vec!["不超预算"],
        ] {
            assert_eq!(of(&targets), [""; 0], "{targets:?}");
        }
        assert_eq!(of(&["≤1105.56万元"]), ["indicators:.1:target 1013.19 1105.56万元"]);
        assert_eq!(of(&["≤1012万元"]), ["indicators:.1:target 1013.19 1012万元"]);
        assert_eq!(of(&["≤10万元", "≤20万元"]), ["indicators:.1:target 1013.19 10万元"]);
    }
    #[test]
    fn what_is_no_part_of_its_row_is_not_summed() {
        // Rates do not sum, nor do numbers of different things, nor cells with two numbers.
        for rows in [
            [("成活率", "95%", "95%"), ("其中桃树", "90%", "90%"), ("其中苹果树", "92%", "92%")],
            [("种植", "6亩", "6亩"), ("其中桃树", "7人", "7人"), ("其中苹果树", "8人", "8人")],
            [("种植", "6亩", "6亩"), ("其中桃树", "1户7亩", "1户7亩"), ("其中苹果树", "1户8亩", "1户8亩")],
            // Nothing stands above the first two.
            [("其中桃树", "6亩", "6亩"), ("其中苹果树", "7亩", "7亩"), ("种植", "6亩", "6亩")],
        ] {
            let form = form(&rows);
            assert_eq!(found(&form, "sub_rows_exceed"), [""; 0], "{rows:?}");
            assert_eq!(found(&form, "sub_rows_short"), [""; 0], "{rows:?}");
        }
        // A row without a weight is no sub-row for that, nor one with a weight for its name.
        let mut own = form(&[("种植", "6亩", "6亩"), ("桃树", "7亩", "7亩")]);
        own.indicators[1].weight = None;
        assert_eq!(found(&own, "sub_rows_exceed"), [""; 0]);
        let mut weighed = form(&[("种植", "6亩", "6亩"), ("其中桃树", "7亩", "7亩")]);
        assert_eq!(found(&weighed, "sub_rows_exceed").len(), 2);
        weighed.indicators[1].weight = "5".parse().ok();
        assert_eq!(found(&weighed, "sub_rows_exceed"), [""; 0]);
    }

    #[test]
    fn a_cost_is_known_by_level_1_or_level_2() {
        for (level1, level2, is_cost) in
            [("产出指标", "成本指标", true), ("成本指标", "", true), ("产出指标", "数量指标", false)]
        {
            let mut form = Form::new();
            form.total(["100", "100", "100"]);
            let row = row(1, "补助", "≤50万元", "50万元", "5", "5");
            let (level1, level2) = (level1.to_owned(), level2.to_owned());
            form.indicators.push(IndicatorRow { level1, level2, ..row });
            assert_eq!(!found(&form, "cost_target").is_empty(), is_cost);
        }
    }
}
