//! The closed vocabularies: what cells are taken for, and that every value has one spelling and two names.

use std::collections::HashSet;

use jixiao_core::kernel::{Lang, Text};
use jixiao_core::scoring::ratios::RatioName;
use jixiao_core::scoring::{Attainment, Block, BlockName, Category, Flag, Grade, Rule, RuleSet, SheetKind};

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
    agrees!(SheetKind, Block, Category, Attainment, Grade, Rule, RatioName);
}

#[test]
fn a_block_is_a_plain_word() {
    for (block, zh, en) in BlockName::KNOWN {
        assert!(block.is_known());
        assert_eq!([block.text(Lang::Zh), block.text(Lang::En)], [zh, en]);
        assert_eq!(serde_json::from_value::<BlockName>(block.as_str().into()).unwrap(), block);
    }
    assert_eq!(BlockName::OTHER.text(Lang::Zh), "其他");
    assert_eq!("goal_1".parse::<BlockName>().unwrap().text(Lang::Zh), "goal_1");
    for good in ["input", "goal_1", &"a".repeat(32)] {
        assert_eq!(good.parse::<BlockName>().unwrap().to_string(), good);
        assert!(!good.parse::<BlockName>().unwrap().is_known());
    }
    for bad in ["", "1st", "_a", "Input", "投入", "a-b", "a b", &"a".repeat(33)] {
        assert!(bad.parse::<BlockName>().is_err(), "{bad:?}");
        assert!(serde_json::from_value::<BlockName>(bad.into()).is_err());
    }
}

#[test]
fn own_words_come_before_those_that_every_rule_set_knows() {
    let hunan = RuleSet::preset("hunan-department").unwrap();
    for (written, block) in [
        ("投 入", Some("input")),
        ("过程\n（64分）", Some("process")),
        ("产出及效率", Some("output")),
        ("效果", Some("effect")),
        ("效益指标", Some("effect")),
        ("满意度", Some("satisfaction")),
        ("决策", None),
    ] {
        assert_eq!(hunan.classify(written).as_ref().map(BlockName::as_str), block, "{written:?}");
    }
    let order: Vec<String> = hunan.block_order().iter().map(ToString::to_string).collect();
    assert_eq!(
        order,
        ["execution", "input", "process", "output", "effect", "benefit", "satisfaction", "cost", "other"]
    );
    let mof: Vec<String> =
        RuleSet::preset("mof-2020").unwrap().block_order().iter().map(ToString::to_string).collect();
    assert_eq!(mof, ["execution", "output", "benefit", "satisfaction", "cost", "other"]);
}

#[test]
fn every_rule_rests_on_a_clause_and_every_flag_is_described() {
    for rule in Rule::ALL {
        assert_eq!(rule.code(), rule.as_str());
        assert!(
            rule.clause().starts_with("财预〔2020〕10号") || rule.clause().starts_with("财预〔2013〕53号")
        );
    }
    let mut codes = HashSet::new();
    for flag in Flag::ALL_CODES {
        let plain = |c: char| c.is_ascii_lowercase() || c == '_';
        assert!(flag.code.chars().all(plain), "{}", flag.code);
        assert!(codes.insert(flag.code), "{} stands twice", flag.code);
        assert!(!flag.zh.is_empty() && !flag.en.is_empty());
    }
}
