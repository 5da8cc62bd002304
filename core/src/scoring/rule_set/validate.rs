//! What can be wrong with a rule set that parses.

use super::{LatePolicy, OverAchievementPolicy, RuleSet};
use crate::kernel::{Lang, Money, Points, Ratio, Text};
use crate::scoring::BlockName;

/// One thing that is wrong with a rule set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleSetProblem {
    /// The name is not 1 to 64 lower-case letters, digits and hyphens.
    Name,
    /// Versions count from 1.
    Version,
    /// A title is blank.
    Title,
    /// The block weights do not sum to 100.
    WeightSum {
        /// What they sum to.
        sum: Points,
    },
    /// A group of blocks is empty, or its weight is not above 0.
    BlockGroup {
        /// Its place, from 1.
        place: usize,
    },
    /// A block stands in two groups.
    BlockTwice {
        /// The block.
        block: BlockName,
    },
    /// A group names a block that is neither known nor declared.
    BlockUnknown {
        /// The block.
        block: BlockName,
    },
    /// An own block has the name of another or of a known one, no title, or a blank word.
    OwnBlock {
        /// Its place, from 1.
        place: usize,
    },
    /// No cell can be recognised by a word of an own block, because a block before it takes them all.
    OwnBlockWord {
        /// The word.
        word: String,
    },
    /// `other` is what cannot be classified, and has no weight of its own.
    BlockOther,
    /// The tiers are not ordered: 1 ≥ `achieved_from` ≥ `partly_from` ≥ 0.
    Tiers,
    /// The over-achievement threshold is not above 1.
    Threshold,
    /// A deduction is not above 0.
    Deduction,
    /// A cap is out of order, twice the same, or outside 0..100 points.
    Cap {
        /// Its place, from 1.
        place: usize,
    },
    /// The grades are not ordered: 100 ≥ excellent > good > fair > 0.
    Grades,
    /// More decimals than points can hold.
    Decimals {
        /// As given.
        decimals: u32,
    },
    /// The tolerance is negative.
    Tolerance,
    /// The execution threshold lies outside 0..1.
    ExecutionThreshold,
    /// The standard of a ratio stands twice, claims a row that another has, or its numbers are out of order.
    Ratio {
        /// Its place, from 1.
        place: usize,
    },
    /// The threshold of jumps, or the tolerance between amounts, is negative.
    Checks,
}

impl RuleSetProblem {
    /// The key of the rule set that is wrong.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Version => "version",
            Self::Title => "title",
            Self::WeightSum { .. }
            | Self::BlockGroup { .. }
            | Self::BlockTwice { .. }
            | Self::BlockUnknown { .. }
            | Self::BlockOther => "blocks",
            Self::OwnBlock { .. } | Self::OwnBlockWord { .. } => "own_blocks",
            Self::Tiers => "tiers",
            Self::Threshold => "over_achievement",
            Self::Deduction => "points",
            Self::Cap { .. } => "caps",
            Self::Grades => "grades",
            Self::Decimals { .. } => "rounding",
            Self::Tolerance => "tolerance",
            Self::ExecutionThreshold => "execution_reason_below",
            Self::Ratio { .. } => "ratios",
            Self::Checks => "checks",
        }
    }
}

impl Text for RuleSetProblem {
    fn text(&self, lang: Lang) -> String {
        let (zh, en) = match self {
            Self::Name => (
                "名称须为 1 至 64 个小写字母、数字或连字符",
                "the name must be 1 to 64 lower-case letters, digits or hyphens",
            ),
            Self::Version => ("版本号从 1 开始", "versions count from 1"),
            Self::Title => ("中英文标题均不能为空", "the title must be given in Chinese and English"),
            Self::WeightSum { sum } => {
                return lang.pick(
                    format!("各部分权重合计 {sum}，应为 100"),
                    format!("the block weights sum to {sum}, not 100"),
                );
            }
            Self::BlockGroup { place } => {
                return lang.pick(
                    format!("第 {place} 组须至少包含一个部分，且权重大于 0"),
                    format!("group {place} must name a block and weigh more than 0"),
                );
            }
            Self::BlockTwice { block } => {
                return lang.pick(format!("`{block}` 出现了两次"), format!("`{block}` stands in two groups"));
            }
            Self::BlockUnknown { block } => {
                return lang.pick(
                    format!("没有名为 `{block}` 的部分；自设的部分须先在 own_blocks 中列出"),
                    format!("there is no block `{block}`; one of your own must be declared in own_blocks"),
                );
            }
            Self::OwnBlock { place } => {
                return lang.pick(
                    format!("第 {place} 个自设部分须有不重复、也不与内置部分相同的名称，有中英文标题和至少一个非空的识别词"),
                    format!(
                        "own block {place} must have a name that no other block has, a title in both languages, and words that are not blank"
                    ),
                );
            }
            Self::OwnBlockWord { word } => {
                return lang.pick(
                    format!("识别词“{word}”已归前面的自设部分，永远不会生效"),
                    format!("the word “{word}” can never apply: an own block before it takes the same cells"),
                );
            }
            Self::BlockOther => ("“其他”不能设权重", "`other` cannot have a weight"),
            Self::Tiers => (
                "定性档次须满足 1 ≥ 达成 ≥ 部分达成 ≥ 0",
                "tiers must satisfy 1 ≥ achieved_from ≥ partly_from ≥ 0",
            ),
            Self::Threshold => ("超额完成的界限须大于 1", "the over-achievement threshold must be above 1"),
            Self::Deduction => ("扣分须大于 0", "a deduction must be above 0"),
            Self::Cap { place } => {
                return lang.pick(
                    format!("第 {place} 个总分上限须在 0 至 100 之间，且执行率和上限均低于前一个"),
                    format!(
                        "cap {place} must lie in 0..100 and below the cap before it, in rate and in points"
                    ),
                );
            }
            Self::Grades => {
                ("等级须满足 100 ≥ 优 > 良 > 中 > 0", "grades must satisfy 100 ≥ excellent > good > fair > 0")
            }
            Self::Decimals { decimals } => {
                return lang.pick(
                    format!("得分最多保留 {} 位小数，不能是 {decimals} 位", Points::SCALE),
                    format!("scores have at most {} decimals, not {decimals}", Points::SCALE),
                );
            }
            Self::Tolerance => ("允许误差不能为负", "the tolerance cannot be negative"),
            Self::Ratio { place } => {
                return lang.pick(
                    format!("第 {place} 个比率标准须不重复，指标名称不与别的标准相同，分值、步长、扣分大于 0，各档由近到远、得分比例由高到低"),
                    format!(
                        "ratio standard {place} must stand once, share no row name, have a weight, stretch and points above 0, and steps that go further for less"
                    ),
                );
            }
            Self::ExecutionThreshold => {
                ("执行率说明界限须在 0 至 1 之间", "execution_reason_below must lie in 0..1")
            }
            Self::Checks => (
                "勾稽审核的变动界限和金额误差不能为负",
                "the checks' jump and amount_tolerance cannot be negative",
            ),
        };
        lang.pick(zh, en).to_owned()
    }
}

const ONE: Ratio = Ratio::from_scaled(1_000_000);

pub(super) fn problems(set: &RuleSet) -> Vec<RuleSetProblem> {
    let RuleSet {
        name,
        version,
        title,
        own_blocks: _,
        blocks: _,
        at_most: _,
        equal: _,
        late,
        tiers,
        over_achievement,
        caps: _,
        not_applicable: _,
        grades,
        rounding,
        tolerance,
        execution_reason_below,
        ratios: _,
        checks,
    } = set;
    let mut found = Vec::new();
    let mut check = |right: bool, problem| {
        if !right {
            found.push(problem);
        }
    };
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    check((1..=64).contains(&name.len()) && name.bytes().all(plain), RuleSetProblem::Name);
    check(*version > 0, RuleSetProblem::Version);
    check(!title.zh.trim().is_empty() && !title.en.trim().is_empty(), RuleSetProblem::Title);
    check(
        ONE >= tiers.achieved_from
            && tiers.achieved_from >= tiers.partly_from
            && tiers.partly_from >= Ratio::ZERO,
        RuleSetProblem::Tiers,
    );
    check(over_achievement.threshold > ONE, RuleSetProblem::Threshold);
    let deduction = |points: Points| points > Points::ZERO;
    match over_achievement.policy {
        OverAchievementPolicy::ReasonRequired | OverAchievementPolicy::Proportional => {}
        OverAchievementPolicy::FixedDeduction { points } => {
            check(deduction(points), RuleSetProblem::Deduction);
        }
    }
    match *late {
        LatePolicy::Undecided => {}
        LatePolicy::PerDay { points } => check(deduction(points), RuleSetProblem::Deduction),
    }
    check(
        RuleSet::FULL >= grades.excellent
            && grades.excellent > grades.good
            && grades.good > grades.fair
            && grades.fair > Points::ZERO,
        RuleSetProblem::Grades,
    );
    let decimals = rounding.decimals;
    check(decimals <= Points::SCALE, RuleSetProblem::Decimals { decimals });
    check(*tolerance >= Points::ZERO, RuleSetProblem::Tolerance);
    check((Ratio::ZERO..=ONE).contains(execution_reason_below), RuleSetProblem::ExecutionThreshold);
    check(checks.jump >= Ratio::ZERO && checks.amount_tolerance >= Money::ZERO, RuleSetProblem::Checks);
    own_block_problems(set, &mut found);
    block_problems(set, &mut found);
    cap_problems(set, &mut found);
    ratio_problems(set, &mut found);
    found
}

fn block_problems(set: &RuleSet, found: &mut Vec<RuleSetProblem>) {
    let mut seen = Vec::new();
    let mut sum = Some(Points::ZERO);
    for (place, group) in (1..).zip(&set.blocks) {
        if group.of.is_empty() || group.weight <= Points::ZERO {
            found.push(RuleSetProblem::BlockGroup { place });
        }
        for block in &group.of {
            if *block == BlockName::OTHER {
                found.push(RuleSetProblem::BlockOther);
            } else if seen.contains(&block) {
                found.push(RuleSetProblem::BlockTwice { block: block.clone() });
            } else if !block.is_known() && !set.own_blocks.iter().any(|own| own.name == *block) {
                found.push(RuleSetProblem::BlockUnknown { block: block.clone() });
            }
            seen.push(block);
        }
        sum = sum.and_then(|sum| sum.checked_add(group.weight));
    }
    let sum = sum.unwrap_or(Points::from_scaled(i64::MAX));
    if sum != RuleSet::FULL {
        found.push(RuleSetProblem::WeightSum { sum });
    }
}

fn own_block_problems(set: &RuleSet, found: &mut Vec<RuleSetProblem>) {
    let mut words: Vec<&str> = Vec::new();
    for (index, own) in set.own_blocks.iter().enumerate() {
        let before = set.own_blocks.get(..index).unwrap_or_default();
        let taken = own.name.is_known()
            || own.name == BlockName::OTHER
            || before.iter().any(|other| other.name == own.name);
        let titled = !own.title.zh.trim().is_empty() && !own.title.en.trim().is_empty();
        let worded = !own.words.is_empty()
            && own.words.iter().all(|word| !word.is_empty() && !word.contains(char::is_whitespace));
        if taken || !titled || !worded {
            found.push(RuleSetProblem::OwnBlock { place: index + 1 });
        }
        for word in own.words.iter().filter(|word| words.iter().any(|before| word.contains(before))) {
            found.push(RuleSetProblem::OwnBlockWord { word: word.clone() });
        }
        words.extend(own.words.iter().map(String::as_str).filter(|word| !word.is_empty()));
    }
}

fn ratio_problems(set: &RuleSet, found: &mut Vec<RuleSetProblem>) {
    for (index, standard) in set.ratios.iter().enumerate() {
        let mut before = set.ratios.get(..index).unwrap_or_default().iter();
        let clashes = before
            .any(|other| other.ratio == standard.ratio || standard.rows.iter().any(|row| other.names(row)));
        if clashes || !standard.is_sound() {
            found.push(RuleSetProblem::Ratio { place: index + 1 });
        }
    }
}

fn cap_problems(set: &RuleSet, found: &mut Vec<RuleSetProblem>) {
    let mut above: Option<&super::Cap> = None;
    for (place, cap) in (1..).zip(&set.caps) {
        let inside = (Ratio::ZERO..=ONE).contains(&cap.rate_below)
            && (Points::ZERO..=RuleSet::FULL).contains(&cap.total_at_most);
        let ordered =
            above.is_none_or(|a| cap.rate_below < a.rate_below && cap.total_at_most < a.total_at_most);
        if !inside || !ordered {
            found.push(RuleSetProblem::Cap { place });
        }
        above = Some(cap);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scoring::OwnBlock;
    use crate::scoring::rule_set::{BlockWeight, Cap, GradeBounds, Title};

    fn changed(change: impl FnOnce(&mut RuleSet)) -> Vec<RuleSetProblem> {
        let mut set = RuleSet::presets()[0].clone();
        change(&mut set);
        problems(&set)
    }

    #[test]
    fn bounds_are_strict_where_the_words_say_so() {
        let cap = |below: &str, points| Cap {
            rate_below: below.parse().unwrap(),
            total_at_most: Points::whole(points),
        };
        for (second, right) in [(cap("0.7", 79), true), (cap("0.8", 79), false), (cap("0.7", 89), false)] {
            let expected = if right { vec![] } else { vec![RuleSetProblem::Cap { place: 2 }] };
            assert_eq!(changed(|set| set.caps = vec![cap("0.8", 89), second]), expected);
        }
        let (excellent, good, fair) = (Points::whole(90), Points::whole(80), Points::whole(80));
        assert_eq!(
            changed(|set| set.grades = GradeBounds { excellent, good, fair }),
            [RuleSetProblem::Grades]
        );
        let negative = "-0.1";
        assert_eq!(changed(|set| set.checks.jump = negative.parse().unwrap()), [RuleSetProblem::Checks]);
        assert_eq!(
            changed(|set| set.checks.amount_tolerance = negative.parse().unwrap()),
            [RuleSetProblem::Checks]
        );
    }

    #[test]
    fn a_problem_is_told_with_its_place() {
        assert_eq!(changed(|set| set.ratios[1].weight = Points::ZERO), [RuleSetProblem::Ratio { place: 2 }]);
        let own = |name: &str, word: &str| OwnBlock {
            name: name.parse().unwrap(),
            title: Title { zh: word.to_owned(), en: name.to_owned() },
            words: vec![word.to_owned()],
        };
        let twice = vec![own("decision", "决策"), own("decision", "管理")];
        assert_eq!(changed(|set| set.own_blocks = twice), [RuleSetProblem::OwnBlock { place: 2 }]);
        let named = ["decision", "management"].map(|name| name.parse::<BlockName>().unwrap());
        let undeclared = changed(|set| {
            set.own_blocks = vec![own("decision", "决策")];
            set.blocks = vec![BlockWeight { of: named.to_vec(), weight: Points::whole(100) }];
        });
        let [_, block] = named;
        assert_eq!(undeclared, [RuleSetProblem::BlockUnknown { block }]);
    }
}
