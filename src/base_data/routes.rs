//! `/base-data`.

#![expect(missing_debug_implementations, reason = "a handler is a type to the framework; nobody prints it")]

use crate::http::wire::UnitYearPath;

crate::part_resource! {
    tag: "base-data",
    zh: "基础数据表",
    removes: "基础数据表",
    en: "base data", "base data",
    rows: BaseData,
    collection: "/base-data",
    item: "/base-data/{unit}/{year}",
    path: UnitYearPath, |at| &(), format!("/api/v1/base-data/{}/{}", at.unit, at.year),
    types: BaseDataInput, BaseDataView, BaseDataList,
    patch: "#/components/schemas/BaseDataPatch",
    ids: "listBaseData", "getBaseData", "putBaseData", "patchBaseData", "deleteBaseData",
}
