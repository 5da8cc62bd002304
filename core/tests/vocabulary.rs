//! The closed vocabularies: what cells are taken for, and that every value has one spelling and two names.

use std::collections::HashSet;

use jixiao_core::kernel::{Lang, Text};
use jixiao_core::scoring::{Attainment, Block, BlockName, Category, Flag, Grade, Rule, SheetKind};

#[test]
fn level_1_cells_are_classified_however_they_are_written() {
    for (written, block) in [
        ("产出指标", Some(Block::Output)),
        ("产出", Some(Block::Output)),
        ("产出指标\n（50分）", Some(Block::Output)),
        ("　产 出　指标", Some(Block::Output)),
        ("项目产出", Some(Block::Output)),
        ("效益指标", Some(Block::Benefit)),
        ("效益指标（30分）", Some(Block::Benefit)),
        ("项目效果", Some(Block::Benefit)),
        ("满意度指标", Some(Block::Satisfaction)),
        ("满意度\n指标\n（10分）", Some(Block::Satisfaction)),
        ("满意\n度指标", Some(Block::Satisfaction)),
        ("成本指标", Some(Block::Cost)),
        ("投入指标", None),
        ("", None),
    ] {
        assert_eq!(Block::classify(written), block, "{written:?}");
    }
}

#[test]
fn level_2_cells_are_classified_however_they_are_written() {
    for (written, category) in [
        ("数量指标", Some(Category::Quantity)),
        ("质量", Some(Category::Quality)),
        ("时效指标", Some(Category::Timeliness)),
        ("进度指标", Some(Category::Timeliness)),
        ("成本指标", Some(Category::Cost)),
        ("经济成本指标", Some(Category::Cost)),
        ("生态环境成本指标", Some(Category::Cost)),
        ("经济效益 指标", Some(Category::Economic)),
        ("经济效\n益指标", Some(Category::Economic)),
        ("社会效益 指标", Some(Category::Social)),
        ("生态效益", Some(Category::Ecological)),
        ("环境效益指标", Some(Category::Ecological)),
        ("可持续影响 指标", Some(Category::Sustainability)),
        ("服务对象满意度指标等", Some(Category::ServiceSatisfaction)),
        ("社会公众满意度", Some(Category::ServiceSatisfaction)),
        ("指标", None),
    ] {
        assert_eq!(Category::classify(written), category, "{written:?}");
    }
}

/// The wire spelling, the parser and both names agree for every value.
macro_rules! agrees {
    ($($name:ident),+) => {$(
        for value in $name::ALL {
            assert_eq!(value.as_str().parse::<$name>().unwrap(), *value);
            assert_eq!(serde_json::to_value(value).unwrap(), value.as_str());
            assert_eq!(serde_json::from_value::<$name>(value.as_str().into()).unwrap(), *value);
            assert_ne!(value.text(Lang::Zh), value.text(Lang::En));
        }
        assert!("no such name".parse::<$name>().is_err());
    )+};
}

#[test]
fn every_value_has_one_spelling_and_two_names() {
    agrees!(SheetKind, Block, BlockName, Category, Attainment, Grade, Rule);
}

#[test]
fn every_rule_rests_on_a_clause_and_every_flag_is_described() {
    for rule in Rule::ALL {
        assert_eq!(rule.code(), rule.as_str());
        assert!(rule.clause().starts_with("财预〔2020〕10号"));
    }
    let mut codes = HashSet::new();
    for flag in Flag::ALL_CODES {
        let plain = |c: char| c.is_ascii_lowercase() || c == '_';
        assert!(flag.code.chars().all(plain), "{}", flag.code);
        assert!(codes.insert(flag.code), "{} stands twice", flag.code);
        assert!(!flag.zh.is_empty() && !flag.en.is_empty());
    }
}
