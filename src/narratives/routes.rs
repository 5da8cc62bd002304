//! `/narratives`.

#![expect(missing_debug_implementations, reason = "a handler is a type to the framework; nobody prints it")]

use crate::http::wire::UnitYearPath;

crate::part_resource! {
    tag: "narratives",
    zh: "自评报告正文",
    removes: "自评报告正文",
    en: "a narrative", "narratives",
    rows: Narratives,
    collection: "/narratives",
    item: "/narratives/{unit}/{year}",
    path: UnitYearPath, |at| &(), format!("/api/v1/narratives/{}/{}", at.unit, at.year),
    types: NarrativeInput, NarrativeView, NarrativeList,
    patch: "#/components/schemas/NarrativePatch",
    ids: "listNarratives", "getNarrative", "putNarrative", "patchNarrative", "deleteNarrative",
}
