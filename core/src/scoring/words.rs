//! The closed vocabularies of a form: level-1 blocks, level-2 categories, attainment.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::kernel::{Lang, Text};

/// A word that is none of the wanted vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of the known names")]
pub struct UnknownName;

/// A closed vocabulary has one spelling on the wire and one name in each language, stated once here.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $wire:literal, $zh:literal, $en:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every value, in the order of the form.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable spelling on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire,)+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownName;
            fn from_str(text: &str) -> Result<Self, UnknownName> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text).ok_or(UnknownName)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Text for $name {
            fn text(&self, lang: Lang) -> String {
                match self { $(Self::$variant => lang.pick($zh, $en),)+ }.to_owned()
            }
        }
    };
}
pub(super) use vocabulary;

vocabulary! {
    /// Which of the two forms a sheet is.
    SheetKind {
        /// 部门整体支出绩效自评表: all that the unit spends.
        Department = "department", "部门整体支出", "department expenditure";
        /// 项目支出绩效自评表: one first-level project.
        Project = "project", "项目支出", "project expenditure";
    }
}

vocabulary! {
    /// A level-1 indicator block (一级指标).
    Block {
        /// 产出指标: what was produced.
        Output = "output", "产出指标", "output";
        /// 效益指标: what it was good for.
        Benefit = "benefit", "效益指标", "benefit";
        /// 满意度指标: what those served think.
        Satisfaction = "satisfaction", "满意度指标", "satisfaction";
        /// 成本指标: a block of its own on the forms since 2021.
        Cost = "cost", "成本指标", "cost";
    }
}

vocabulary! {
    /// A level-2 category (二级指标).
    Category {
        /// 数量指标.
        Quantity = "quantity", "数量指标", "quantity";
        /// 质量指标.
        Quality = "quality", "质量指标", "quality";
        /// 时效指标.
        Timeliness = "timeliness", "时效指标", "timeliness";
        /// 成本指标.
        Cost = "cost", "成本指标", "cost";
        /// 经济效益指标.
        Economic = "economic", "经济效益指标", "economic benefit";
        /// 社会效益指标.
        Social = "social", "社会效益指标", "social benefit";
        /// 生态效益指标.
        Ecological = "ecological", "生态效益指标", "ecological benefit";
        /// 可持续影响指标.
        Sustainability = "sustainability", "可持续影响指标", "sustainability";
        /// 服务对象满意度指标.
        ServiceSatisfaction = "service_satisfaction", "服务对象满意度指标", "satisfaction of those served";
    }
}

vocabulary! {
    /// How far a qualitative goal was reached (定性指标的三档, 财预〔2020〕10号).
    Attainment {
        /// 达成年度指标.
        Achieved = "achieved", "达成", "achieved";
        /// 部分达成年度指标并具有一定效果.
        Partly = "partly", "部分达成", "partly achieved";
        /// 未达成年度指标且效果较差.
        Not = "not", "未达成", "not achieved";
    }
}

/// A cell without the blanks that line breaks and padding put between its characters.
pub(super) fn compact(cell: &str) -> Cow<'_, str> {
    if cell.contains(char::is_whitespace) {
        cell.chars().filter(|c| !c.is_whitespace()).collect::<String>().into()
    } else {
        cell.into()
    }
}

/// The first of `words` that stands anywhere in a cell.
fn find<T: Copy>(cell: &str, words: &[(&str, T)]) -> Option<T> {
    let cell = compact(cell);
    words.iter().find(|(word, _)| cell.contains(word)).map(|(_, value)| *value)
}

impl Block {
    /// The block that a level-1 cell names, however it is written: `产出指标`, `产出`, `效益指标（30分）`.
    #[must_use]
    pub fn classify(level1: &str) -> Option<Self> {
        const WORDS: [(&str, Block); 5] = [
            ("满意", Block::Satisfaction),
            ("产出", Block::Output),
            ("效益", Block::Benefit),
            ("效果", Block::Benefit),
            ("成本", Block::Cost),
        ];
        find(level1, &WORDS)
    }
}

impl Category {
    /// The category that a level-2 cell names: `经济效益 指标`, `生态效益`, `服务对象满意度指标等`.
    #[must_use]
    pub fn classify(level2: &str) -> Option<Self> {
        // 成本 comes before 经济 and 社会: the forms since 2021 have 经济成本指标 and 社会成本指标.
        const WORDS: [(&str, Category); 12] = [
            ("满意", Category::ServiceSatisfaction),
            ("成本", Category::Cost),
            ("数量", Category::Quantity),
            ("质量", Category::Quality),
            ("时效", Category::Timeliness),
            ("可持续", Category::Sustainability),
            ("生态", Category::Ecological),
            ("环境", Category::Ecological),
            ("经济", Category::Economic),
            ("社会", Category::Social),
            ("进度", Category::Timeliness),
            ("持续", Category::Sustainability),
        ];
        find(level2, &WORDS)
    }
}
