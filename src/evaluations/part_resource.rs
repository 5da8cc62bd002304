//! The five operations of a part that is addressed by its unit, its year, and perhaps a code: what they do is in
//! `part_routes`, what is said of them is here, once for every such part.

/// Defines `list`, `get`, `put`, `patch` and `delete` of a part. Names and addresses are written out, because the
/// document's attributes take nothing but literals.
#[macro_export]
macro_rules! part_resource {
    (
        tag: $tag:literal,
        zh: $zh:literal,
        removes: $removes:literal,
        en: $one:literal, $many:literal,
        rows: $rows:ident,
        collection: $collection:literal,
        item: $item:literal,
        path: $path:ty, |$at:ident| $key:expr, $address:expr,
        types: $input:ident, $view:ident, $list:ident,
        patch: $patch:literal,
        ids: $list_id:literal, $get_id:literal, $put_id:literal, $patch_id:literal, $delete_id:literal,
    ) => {
        use actix_web::{delete, get, patch, put, web};

        use super::entity::Model;
        use super::wire::{$input, $list, $view};
        use $crate::db::Db;
        use $crate::evaluations::part_routes::{self, PartParams, PartQuery};
        use $crate::evaluations::store::Filter;
        use $crate::http::permission::{ReadForms, WriteForms};
        use $crate::http::{
            ApiError, Body, Caller, Changed, Cursors, Found, IfMatch, MergePatch, Page, Params, Removed, Rows, Saved,
            Schemas,
        };
        use $crate::tables::{Asked, Collection, Exportable, Lists};

        #[doc = concat!("Lists ", $many, ".")]
        #[utoipa::path(
            tag = $tag,
            operation_id = $list_id,
            summary = concat!("List ", $many),
            description = concat!($zh, "列表。只列出调用者可见单位的数据。可按 format 或 Accept 导出为文件，列与导入一致。"),
            params(PartParams),
            security(("oauth2" = ["forms:read"]))
        )]
        #[get($collection)]
        pub async fn list(
            caller: Caller<ReadForms>,
            Params(params): Params<PartParams>,
            lists: Lists,
            (db, cursors): (web::Data<Db>, web::Data<Cursors>),
        ) -> Result<Exportable<$list>, ApiError> {
            let PartParams { unit, year, format, sort, limit, cursor, with_total } = params;
            let scope = caller.reading();
            let read = async move |page: &Page, with_total: bool| {
                let query = PartQuery {
                    scope: scope.clone(),
                    filter: Filter { unit: unit.clone(), year, ..Filter::default() },
                    sort: sort.unwrap_or_default(),
                    page,
                    with_total,
                };
                part_routes::list::<Model>(db.reader(), &cursors, query, |select| select).await
            };
            let asked = Asked { format, limit, cursor, with_total };
            let list = |Rows { items, next_cursor, total }| $list { items, next_cursor, total };
            lists.answer(asked, Collection::$rows.grid(), read, list).await
        }

        #[doc = concat!("Reads ", $one, ".")]
        #[utoipa::path(
            tag = $tag,
            operation_id = $get_id,
            summary = concat!("Get ", $one),
            description = concat!("读取", $zh, "。"),
            params($path),
            security(("oauth2" = ["forms:read"]))
        )]
        #[get($item)]
        pub async fn get(
            caller: Caller<ReadForms>,
            path: web::Path<$path>,
            db: web::Data<Db>,
        ) -> Result<Found<$view>, ApiError> {
            let $at = &*path;
            part_routes::get::<Model, _>(&db, &caller, (&$at.unit, $at.year), $key).await
        }

        #[doc = concat!("Makes or replaces ", $one, ".")]
        #[utoipa::path(
            tag = $tag,
            operation_id = $put_id,
            summary = concat!("Create or replace ", $one),
            description = concat!(
                "新建或整体替换", $zh, "。新建返回 201；替换须带 If-Match。只有填报单位可以写，提交后锁定。"
            ),
            params($path),
            request_body = $input,
            security(("oauth2" = ["forms:write"]))
        )]
        #[put($item)]
        pub async fn put(
            caller: Caller<WriteForms>,
            path: web::Path<$path>,
            if_match: IfMatch,
            Body(input): Body<$input>,
            db: web::Data<Db>,
        ) -> Result<Saved<$view>, ApiError> {
            let $at = &*path;
            let owner = (&$at.unit, $at.year);
            part_routes::put::<Model, _>(&db, &caller, owner, $key, &if_match, input, $address).await
        }

        #[doc = concat!("Changes some fields of ", $one, ".")]
        #[utoipa::path(
            tag = $tag,
            operation_id = $patch_id,
            summary = concat!("Change ", $one),
            description = concat!("修改", $zh, "的部分字段（合并补丁：缺省不动，null 清空）。"),
            params($path),
            request_body(content = ref($patch), content_type = "application/merge-patch+json"),
            security(("oauth2" = ["forms:write"]))
        )]
        #[patch($item)]
        pub async fn patch(
            caller: Caller<WriteForms>,
            path: web::Path<$path>,
            if_match: IfMatch,
            merge: MergePatch,
            db: web::Data<Db>,
            schemas: web::Data<Schemas>,
        ) -> Result<Changed<$view>, ApiError> {
            let $at = &*path;
            let owner = (&$at.unit, $at.year);
            part_routes::patch::<Model, _>(&db, &caller, &schemas, owner, $key, &if_match, merge).await
        }

        #[doc = concat!("Removes ", $one, ".")]
        #[utoipa::path(
            tag = $tag,
            operation_id = $delete_id,
            summary = concat!("Remove ", $one),
            description = concat!("删除", $removes, "。"),
            params($path),
            security(("oauth2" = ["forms:write"]))
        )]
        #[delete($item)]
        pub async fn delete(
            caller: Caller<WriteForms>,
            path: web::Path<$path>,
            if_match: IfMatch,
            db: web::Data<Db>,
        ) -> Result<Removed<$view>, ApiError> {
            let $at = &*path;
            part_routes::delete::<Model, _>(&db, &caller, (&$at.unit, $at.year), $key, &if_match).await
        }
    };
}
