//! The rules by name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::words::{UnknownName, vocabulary};
use crate::kernel::{Lang, Text};

vocabulary! {
    /// Which rule scored a row. Each stands in its own file under `scoring/rules`.
    Rule {
        /// 预算执行率: weight × executed ÷ annual.
        Execution = "execution", "预算执行率", "budget execution";
        /// 不低于: a lower bound.
        AtLeast = "at_least", "不低于目标", "at least the target";
        /// 不高于: an upper bound.
        AtMost = "at_most", "不高于目标", "at most the target";
        /// 等于: the value itself.
        Equal = "equal", "等于目标", "equal to the target";
        /// 区间: between two bounds.
        Range = "range", "目标区间", "within a range";
        /// 时限: on or before a date.
        Date = "date", "按期完成", "on or before a date";
        /// 定性: three tiers.
        Qualitative = "qualitative", "定性分档", "qualitative tiers";
        /// 基础数据比率: a ratio of annex 1, by its standard.
        BaseRatio = "base_ratio", "基础数据比率", "base-data ratio";
        /// 不适用.
        NotApplicable = "not_applicable", "不适用", "not applicable";
        /// A row without a weight.
        NotScored = "not_scored", "不计分", "not scored";
        /// 无法判定: no rule decides, the claim stands until it is reviewed.
        Undecided = "undecided", "无规则可判定", "no rule decides";
    }
}

impl Rule {
    /// The stable code; the same as on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.as_str()
    }

    /// The clause it rests on, in the words by which an auditor looks it up.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Execution => "财预〔2020〕10号，单位自评指标权重：预算执行率",
            Self::AtLeast | Self::AtMost | Self::Equal | Self::Range | Self::Date => {
                "财预〔2020〕10号，单位自评：定量指标得分"
            }
            Self::Qualitative => "财预〔2020〕10号，单位自评：定性指标得分（三档）",
            Self::BaseRatio => "财预〔2013〕53号，部门整体支出绩效评价共性指标体系框架",
            Self::NotApplicable | Self::NotScored | Self::Undecided => {
                "财预〔2020〕10号，单位自评：由单位自评、财政部门复核"
            }
        }
    }
}
