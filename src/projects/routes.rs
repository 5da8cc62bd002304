//! `/project-expenditures`. With a project go its indicators.

#![expect(missing_debug_implementations, reason = "a handler is a type to the framework; nobody prints it")]

use crate::http::wire::ProjectPath;

crate::part_resource! {
    tag: "project-expenditures",
    zh: "项目支出",
    removes: "项目支出及其全部绩效指标",
    en: "a project expenditure", "project expenditures",
    rows: ProjectExpenditures,
    collection: "/project-expenditures",
    item: "/project-expenditures/{unit}/{year}/{code}",
    path: ProjectPath, |at| &at.code, format!("/api/v1/project-expenditures/{}/{}/{}", at.unit, at.year, at.code),
    types: ProjectExpenditureInput, ProjectExpenditureView, ProjectExpenditureList,
    patch: "#/components/schemas/ProjectExpenditurePatch",
    ids: "listProjectExpenditures", "getProjectExpenditure", "putProjectExpenditure", "patchProjectExpenditure",
        "deleteProjectExpenditure",
}
