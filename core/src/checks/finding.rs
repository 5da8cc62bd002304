//! What a check finds: which check, how severe, where, what was expected and what is there.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Check;
use crate::kernel::{Lang, Money, Text};

/// What a finding means for handing a form in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The form contradicts itself or cannot be scored: mend it.
    Block,
    /// It may be true: say why, for the reviewer to judge.
    Explain,
    /// Shown only.
    Note,
}

/// The tables of a form, under the names they have in files and addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// 部门整体支出 (annex 2).
    Budgets,
    /// 基础数据表 (annex 1).
    BaseData,
    /// 项目支出 (annex 3).
    ProjectExpenditures,
    /// 绩效指标.
    Indicators,
    /// 自评报告正文.
    Narratives,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 5] =
        [Self::Budgets, Self::BaseData, Self::ProjectExpenditures, Self::Indicators, Self::Narratives];

    /// The stable word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Budgets => "budgets",
            Self::BaseData => "base_data",
            Self::ProjectExpenditures => "project_expenditures",
            Self::Indicators => "indicators",
            Self::Narratives => "narratives",
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a table of a form")]
pub struct UnknownTable;

impl FromStr for Table {
    type Err = UnknownTable;
    fn from_str(text: &str) -> Result<Self, UnknownTable> {
        Self::ALL.into_iter().find(|table| table.as_str() == text).ok_or(UnknownTable)
    }
}

impl Text for Table {
    fn text(&self, lang: Lang) -> String {
        let zh = match self {
            Self::Budgets => "部门整体支出",
            Self::BaseData => "基础数据表",
            Self::ProjectExpenditures => "项目支出",
            Self::Indicators => "绩效指标",
            Self::Narratives => "自评报告",
        };
        lang.pick(zh, self.as_str()).to_owned()
    }
}

/// A cell of a form, or a row, or a table as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The table.
    pub table: Table,
    /// Its row: `P01` for a project, `P01.3` and `.3` for an indicator of a project and of the department; empty
    /// where a form has only one.
    pub row: String,
    /// The field, names joined by dots: `total.annual`; empty: the row as a whole.
    pub field: String,
}

impl Place {
    /// This field of this row.
    pub fn new(table: Table, row: impl Into<String>, field: impl Into<String>) -> Self {
        Self { table, row: row.into(), field: field.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.table, self.row, self.field)
    }
}

/// Something that a check has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// What it means under the rule set, and for a form that says why already.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What was expected there.
    pub expected: Option<String>,
    /// What is there.
    pub found: Option<String>,
    /// How far the two may differ, where the rule set says so.
    pub tolerance: Option<String>,
    /// What is wrong, 中文.
    pub zh: String,
    /// What is wrong, English.
    pub en: String,
}

impl Finding {
    /// By what it is known from one version of the form to the next: the check and its place. An explanation is
    /// kept under it and survives edits elsewhere.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}:{}", self.check.id, self.place)
    }
}

impl Text for Finding {
    fn text(&self, lang: Lang) -> String {
        lang.pick(&self.zh, &self.en).clone()
    }
}

/// What a check comes upon, before it is known how severe that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub place: Place,
    pub expected: Option<String>,
    pub found: Option<String>,
    pub tolerance: Option<String>,
    pub zh: String,
    pub en: String,
    /// Nothing more is asked: the form itself says why, or something else must be mended first.
    pub softened: bool,
}

impl Hit {
    pub fn at(place: Place, zh: impl Into<String>, en: impl Into<String>) -> Self {
        let (zh, en) = (zh.into(), en.into());
        Self { place, expected: None, found: None, tolerance: None, zh, en, softened: false }
    }

    /// With what was expected and what is there.
    pub fn numbers(self, expected: &dyn ToString, found: &dyn ToString) -> Self {
        Self { expected: Some(expected.to_string()), found: Some(found.to_string()), ..self }
    }

    /// Between amounts that may differ by so much.
    pub fn within(self, tolerance: Money) -> Self {
        let tolerance = (tolerance > Money::ZERO).then(|| tolerance.to_string());
        Self { tolerance, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Form, findings, money};
    use super::*;

    #[test]
    fn a_table_has_one_word_and_a_name() {
        for table in Table::ALL {
            assert_eq!(table.as_str().parse(), Ok(table));
            assert_eq!(table.text(Lang::En), table.as_str());
        }
        assert_eq!("budget".parse::<Table>(), Err(UnknownTable));
        assert_eq!(
            Table::ALL.map(|table| table.text(Lang::Zh)),
            ["部门整体支出", "基础数据表", "项目支出", "绩效指标", "自评报告"]
        );
    }

    #[test]
    fn a_finding_says_what_is_wrong_and_how_far_it_may_differ() {
        let mut form = Form::new();
        form.total(["", "", "3"]);
        form.sources = vec![["", "", "2"].map(money)];
        let sum = |form: &Form| findings(form).into_iter().find(|one| one.check.id == "sources_sum").unwrap();
        let exact = sum(&form);
        assert_eq!(exact.text(Lang::Zh), "全年执行数（资金来源）为 3.00 万元，各项之和为 2.00 万元");
        assert_eq!(
            exact.text(Lang::En),
            "executed amount (sources) is 3.00 万元, its parts sum to 2.00 万元"
        );
        assert_eq!(exact.tolerance, None);
        form.rules.amount_tolerance = money("0.5").unwrap();
        assert_eq!(sum(&form).tolerance.as_deref(), Some("0.50"));
    }
}
