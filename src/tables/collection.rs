//! The kinds of rows.

use jixiao_core::kernel::Lang;

use super::columns::columns;
use super::grid::Grid;

/// A kind of row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Collection {
    /// 预算年度
    Years,
    /// 预算单位
    Units,
    /// 部门整体支出
    Budgets,
    /// 基础数据表
    BaseData,
    /// 项目支出
    ProjectExpenditures,
    /// 绩效指标
    Indicators,
    /// 自评报告正文
    Narratives,
}

impl Collection {
    /// Every collection, in the order in which rows depend on one another.
    pub const ALL: [Self; 7] = [
        Self::Years,
        Self::Units,
        Self::Budgets,
        Self::BaseData,
        Self::ProjectExpenditures,
        Self::Indicators,
        Self::Narratives,
    ];

    /// Its name in a bundle.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Years => "years",
            Self::Units => "units",
            Self::Budgets => "budgets",
            Self::BaseData => "base_data",
            Self::ProjectExpenditures => "project_expenditures",
            Self::Indicators => "indicators",
            Self::Narratives => "narratives",
        }
    }

    /// What people call it, and what its sheet in a workbook is called: at most 31 characters.
    #[must_use]
    pub const fn title(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Years, Lang::Zh) => "预算年度",
            (Self::Units, Lang::Zh) => "预算单位",
            (Self::Budgets, Lang::Zh) => "部门整体支出",
            (Self::BaseData, Lang::Zh) => "基础数据表",
            (Self::ProjectExpenditures, Lang::Zh) => "项目支出",
            (Self::Indicators, Lang::Zh) => "绩效指标",
            (Self::Narratives, Lang::Zh) => "自评报告正文",
            (Self::Years, Lang::En) => "Years",
            (Self::Units, Lang::En) => "Units",
            (Self::Budgets, Lang::En) => "Budgets",
            (Self::BaseData, Lang::En) => "Base data",
            (Self::ProjectExpenditures, Lang::En) => "Project expenditures",
            (Self::Indicators, Lang::En) => "Indicators",
            (Self::Narratives, Lang::En) => "Narratives",
        }
    }

    /// Its table.
    #[must_use]
    pub const fn grid(self) -> Grid {
        Grid {
            name: self.as_str(),
            zh: self.title(Lang::Zh),
            en: self.title(Lang::En),
            columns: columns(self),
        }
    }

    /// The collection of this name, by wire name or title in either language.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if let Some(known) = Self::ALL.into_iter().find(|known| known.as_str() == name) {
            return Some(known); // as programs write it
        }
        let name = super::column::plain(name);
        let is = |known: &str| super::column::plain(known) == name;
        Self::ALL
            .into_iter()
            .find(|one| is(one.as_str()) || is(one.title(Lang::Zh)) || is(one.title(Lang::En)))
    }

    /// The schema of its rows.
    #[must_use]
    pub const fn schema(self) -> &'static str {
        match self {
            Self::Years => "YearInput",
            Self::Units => "UnitInput",
            Self::Budgets => "BudgetInput",
            Self::BaseData => "BaseDataInput",
            Self::ProjectExpenditures => "ProjectExpenditureInput",
            Self::Indicators => "IndicatorInput",
            Self::Narratives => "NarrativeInput",
        }
    }
}
