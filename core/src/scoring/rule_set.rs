//! The rule set: everything that a finance bureau may decide about scoring, as data.
//!
//! No number of a regulation is a constant of the program. A rule set is a JSON document; every key is
//! required and an unknown key is an error, so nothing that a bureau wrote is silently ignored. Points,
//! rates and percentages are decimal strings.
//!
//! ```json
//! {
//!   "name": "mof-2020", "version": 1,
//!   "title": { "zh": "…", "en": "…" },
//!   "own_blocks": [ { "name": "decision", "title": { "zh": "决策", "en": "decision" }, "words": ["决策"] } ],
//!   "blocks": [ { "of": ["execution"], "weight": "10" }, { "of": ["benefit", "satisfaction"], "weight": "40" } ],
//!   "at_most": "ratio | linear",
//!   "equal": "as_at_least | exactly",
//!   "late": "undecided" | { "per_day": { "points": "0.5" } },
//!   "tiers": { "achieved_from": "0.8", "partly_from": "0.6" },
//!   "over_achievement": {
//!     "threshold": "1.3",
//!     "policy": "reason_required | proportional" | { "fixed_deduction": { "points": "2" } }
//!   },
//!   "caps": [ { "rate_below": "0.8", "total_at_most": "89" } ],
//!   "not_applicable": "rescale | spread | forbid",
//!   "grades": { "excellent": "90", "good": "80", "fair": "60" },
//!   "rounding": { "mode": "half_up | truncate", "decimals": 2 },
//!   "tolerance": "0.1",
//!   "execution_reason_below": "0.9",
//!   "ratios": [ {
//!     "ratio": "staffing_control", "rows": ["在职人员控制率"], "weight": "5", "side": "at_most | at_least | exactly", "full": "1",
//!     "loss": { "deduction": { "every": "0.01", "points": "0.5", "count": "whole | proportional" } }
//!             | { "steps": [ { "up_to": "0.1", "share": "0.8" } ] }
//!   } ]
//!   "checks": { "severities": { "over_executed": "block | explain | note | off" }, "jump": "0.3", "amount_tolerance": "0" }
//! }
//! ```

mod checks;
mod validate;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::ratios::RatioStandard;
use super::{Block, BlockName, NamedBlock, OwnBlock};
use crate::kernel::{Lang, Points, Ratio, Rounding, Text};
pub use checks::{CheckLevel, CheckRules};
pub use validate::RuleSetProblem;

/// A versioned set of scoring rules, chosen for a region's round of a fiscal year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSet {
    /// Its stable name, such as `mof-2020`.
    pub name: String,
    /// Its version; a reference is written `name@version`.
    pub version: u32,
    /// What people call it.
    pub title: Title,
    /// Blocks of its own (决策, 过程 …), beside those that every rule set knows. Empty: none.
    pub own_blocks: Vec<OwnBlock>,
    /// How the full 100 points are divided. Blocks that share a weight stand together, so that "90 points,
    /// free inside" is one entry; a block named nowhere is expected to weigh nothing.
    pub blocks: Vec<BlockWeight>,
    /// What a missed upper bound costs.
    pub at_most: AtMostFormula,
    /// What `=` asks for.
    pub equal: EqualPolicy,
    /// What a missed date costs.
    pub late: LatePolicy,
    /// Where the tiers of qualitative goals begin.
    pub tiers: TierBounds,
    /// What happens far above a target.
    pub over_achievement: OverAchievement,
    /// Caps of the total by execution rate; the lowest that applies counts. Empty: no caps.
    pub caps: Vec<Cap>,
    /// What becomes of the weight of an indicator that does not apply.
    pub not_applicable: NotApplicablePolicy,
    /// Where the grades begin.
    pub grades: GradeBounds,
    /// How each computed score is rounded.
    pub rounding: ScoreRounding,
    /// How far a claim may differ from the computed score before it is flagged, in points.
    pub tolerance: Points,
    /// An execution rate below this needs a reason.
    pub execution_reason_below: Ratio,
    /// Standards of the ratios of the base data, at most one for each.
    pub ratios: Vec<RatioStandard>,
    /// How severe the cross-checks are, and their thresholds.
    pub checks: CheckRules,
}

/// A title in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// 中文.
    pub zh: String,
    /// English.
    pub en: String,
}

/// The weight that one block has, or that several share freely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockWeight {
    /// The blocks.
    pub of: Vec<BlockName>,
    /// Their weight together, in points.
    pub weight: Points,
}

/// What a missed upper bound (≤) costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtMostFormula {
    /// weight × target ÷ actual.
    Ratio,
    /// weight × (1 − (actual − target) ÷ target): nothing from twice the target on.
    Linear,
}

/// What `=` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EqualPolicy {
    /// As ≥, and doing more is not punished; money under cost as ≤.
    AsAtLeast,
    /// The value itself: short of it as ≥, beyond it as ≤.
    Exactly,
}

/// What a missed date costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LatePolicy {
    /// No rule decides: the claim stands, but must be below the weight and carry a reason.
    Undecided,
    /// A deduction for each day late, down to nothing.
    PerDay {
        /// Points for each day.
        points: Points,
    },
}

/// Lower bounds of the tiers, as shares of the weight; the bound belongs to the better tier.
///
/// Three tiers need two bounds, so bands that overlap or leave a gap cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierBounds {
    /// Achieved: from here to the full weight.
    pub achieved_from: Ratio,
    /// Partly achieved: from here to below achieved. Not achieved: below.
    pub partly_from: Ratio,
}

/// What happens far above a target, where the target may have been set too low.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverAchievement {
    /// From which actual ÷ target on.
    pub threshold: Ratio,
    /// What is done about it.
    pub policy: OverAchievementPolicy,
}

/// What is done about over-achievement (财预〔2020〕10号: 按照偏离度适度调减分值; the regulation names no number).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OverAchievementPolicy {
    /// A reason is asked for, nothing is deducted.
    ReasonRequired,
    /// So many points less.
    FixedDeduction {
        /// The points.
        points: Points,
    },
    /// The share of the weight by which actual ÷ target passes the threshold.
    Proportional,
}

/// A cap of the total for a low execution rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Applies to execution rates below this.
    pub rate_below: Ratio,
    /// The highest total then.
    pub total_at_most: Points,
}

/// What becomes of the weight of an indicator that does not apply (`/`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotApplicablePolicy {
    /// Dropped; the other indicators of its block are scaled up to the block's weight.
    Rescale,
    /// Dropped; its weight goes to the other indicators of its block in equal parts.
    Spread,
    /// Not allowed: the sheet is incomplete until the indicator has a target.
    Forbid,
}

/// Lower bounds of the grades; each bound belongs to the better grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradeBounds {
    /// 优 from here.
    pub excellent: Points,
    /// 良 from here.
    pub good: Points,
    /// 中 from here; 差 below.
    pub fair: Points,
}

/// How each computed score is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreRounding {
    /// Half up or truncation.
    pub mode: Rounding,
    /// Decimals, at most four.
    pub decimals: u32,
}

const SHIPPED: [&str; 7] = [
    include_str!("../../rule-sets/mof-2020.json"),
    include_str!("../../rule-sets/mof-2021-cost.json"),
    include_str!("../../rule-sets/hubei.json"),
    include_str!("../../rule-sets/sichuan.json"),
    include_str!("../../rule-sets/huangshi.json"),
    include_str!("../../rule-sets/platform-2022.json"),
    include_str!("../../rule-sets/hunan-department.json"),
];

static PRESETS: LazyLock<Vec<RuleSet>> = LazyLock::new(|| {
    // A preset that does not parse would be missing here; a test holds every one against its name.
    SHIPPED.iter().filter_map(|json| serde_json::from_str(json).ok()).collect()
});

impl RuleSet {
    /// The full total of a sheet, in points.
    pub const FULL: Points = Points::whole(100);

    /// The rule sets that come with the program.
    #[must_use]
    pub fn presets() -> &'static [Self] {
        &PRESETS
    }

    /// The preset of this name, or of this `name@version`.
    #[must_use]
    pub fn preset(name: &str) -> Option<&'static Self> {
        Self::presets().iter().find(|set| {
            name.strip_prefix(set.name.as_str()).is_some_and(|rest| {
                rest.is_empty() || rest.strip_prefix('@') == Some(&set.version.to_string())
            })
        })
    }

    /// How it is referred to: `name@version`.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// Everything that is wrong with it; empty if it can be used.
    #[must_use]
    pub fn validate(&self) -> Vec<RuleSetProblem> {
        validate::problems(self)
    }

    /// The weight of the group that `block` belongs to, and how many blocks share it.
    pub(super) fn group(&self, block: &BlockName) -> Option<&BlockWeight> {
        self.blocks.iter().find(|group| group.of.contains(block))
    }

    /// The block that a level-1 cell names. Words of its own blocks come before those that every rule set knows.
    #[must_use]
    pub fn classify(&self, level1: &str) -> Option<BlockName> {
        let own = self.own_blocks.iter().find(|block| block.is_named_in(level1));
        own.map(|block| block.name.clone()).or_else(|| Block::classify(level1).map(BlockName::from))
    }

    /// Every block that a sheet may have, in the order in which sums are shown: execution, unless it is weighed
    /// elsewhere; what has a weight, as the rule set lists it; the others; what could not be classified.
    #[must_use]
    pub fn block_order(&self) -> Vec<BlockName> {
        let weighed: Vec<&BlockName> = self.blocks.iter().flat_map(|group| &group.of).collect();
        let mut order = Vec::new();
        if !weighed.contains(&&BlockName::EXECUTION) {
            order.push(BlockName::EXECUTION);
        }
        order.extend(weighed.into_iter().cloned());
        let known = BlockName::KNOWN.into_iter().map(|(known, ..)| known);
        for block in known.chain(self.own_blocks.iter().map(|own| own.name.clone())) {
            if !order.contains(&block) {
                order.push(block);
            }
        }
        order.push(BlockName::OTHER);
        order
    }

    /// A block with its names.
    pub(super) fn named(&self, block: &BlockName) -> NamedBlock {
        let own = self.own_blocks.iter().find(|own| own.name == *block).map(|own| own.title.clone());
        let as_is = || Title { zh: block.to_string(), en: block.to_string() };
        let title = own.or_else(|| block.known_title()).unwrap_or_else(as_is);
        NamedBlock { name: block.clone(), title }
    }
}

impl Text for RuleSet {
    fn text(&self, lang: Lang) -> String {
        self.title.text(lang)
    }
}

impl Text for Title {
    fn text(&self, lang: Lang) -> String {
        lang.pick(&self.zh, &self.en).clone()
    }
}
