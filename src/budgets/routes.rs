//! `/budgets`.

#![expect(missing_debug_implementations, reason = "a handler is a type to the framework; nobody prints it")]

use crate::http::wire::UnitYearPath;

crate::part_resource! {
    tag: "budgets",
    zh: "部门整体支出",
    removes: "部门整体支出",
    en: "a budget", "budgets",
    rows: Budgets,
    collection: "/budgets",
    item: "/budgets/{unit}/{year}",
    path: UnitYearPath, |at| &(), format!("/api/v1/budgets/{}/{}", at.unit, at.year),
    types: BudgetInput, BudgetView, BudgetList,
    patch: "#/components/schemas/BudgetPatch",
    ids: "listBudgets", "getBudget", "putBudget", "patchBudget", "deleteBudget",
}
