//! `/import-templates`.

use std::collections::BTreeMap;

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder, get, web};
use serde::Deserialize;
use serde_json::Value;
use utoipa::openapi::{Content, Header, RefOr, Response, ResponseBuilder};
use utoipa::{IntoParams, IntoResponses, PartialSchema as _, ToSchema};

use super::wire::CollectionWord;
use crate::http::envelope::Language;
use crate::http::permission::Import;
use crate::http::{ApiError, Caller, Params};
use crate::tables::export::disposition;
use crate::tables::format::TableFile;
use crate::tables::{Collection, FileFormat, template};

/// A real report, whose rows are the example.
const REPORT: &str = include_str!("../../demo/report-2023.json");

/// `csv` CSV 文件, `xlsx` Excel 工作簿.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateFormat {
    /// CSV 文件
    Csv,
    /// Excel 工作簿
    Xlsx,
}

/// The address of a template.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TemplatePath {
    /// 数据类别 collection of the rows.
    #[param(inline, example = "indicators")]
    pub collection: CollectionWord,
    /// 格式 `xlsx` has notes and drop-down lists; `csv` has the header alone.
    #[param(inline, example = "xlsx")]
    pub format: TemplateFormat,
}

/// What is wanted of a template.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TemplateParams {
    /// 带示例 whether rows of a real report are filled in; none if nothing is said.
    #[param(example = true)]
    pub example: Option<bool>,
}

/// Get an import template
///
/// 导入模板：一类数据的表头；XLSX 另有逐列填写说明、下拉选项和冻结的表头。`example=true` 填入一份真实自评报告作为示例，可原样导入。
#[utoipa::path(
    tag = "imports",
    operation_id = "getImportTemplate",
    params(TemplatePath, TemplateParams),
    security(("oauth2" = ["import:write"]))
)]
#[get("/import-templates/{collection}.{format}")]
pub async fn get(
    _: Caller<Import>,
    path: web::Path<TemplatePath>,
    Params(params): Params<TemplateParams>,
    Language(lang): Language,
) -> Result<Template, ApiError> {
    let collection = Collection::from(path.collection);
    let format = match path.format {
        TemplateFormat::Csv => FileFormat::Csv,
        TemplateFormat::Xlsx => FileFormat::Xlsx,
    };
    let mut report: Value = serde_json::from_str(REPORT).map_err(ApiError::internal)?;
    let rows = report.get_mut(collection.as_str()).and_then(Value::as_array_mut).map(std::mem::take);
    let rows = rows.filter(|_| params.example == Some(true)).unwrap_or_default();
    let grid = collection.grid();
    let bytes = template::write(format, grid, lang, &rows).map_err(ApiError::internal)?;
    let name = disposition(grid.name, grid.title(lang), format.extension());
    Ok(Template { format, name, bytes })
}

/// A template on its way to the caller.
#[derive(Debug)]
pub struct Template {
    format: FileFormat,
    /// Its `Content-Disposition`.
    name: String,
    bytes: Vec<u8>,
}

impl Responder for Template {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, self.format.content_type()))
            .insert_header((header::CONTENT_DISPOSITION, self.name))
            .body(self.bytes)
    }
}

impl IntoResponses for Template {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut response = ResponseBuilder::new().description("模板文件 The template.");
        for format in [FileFormat::Csv, FileFormat::Xlsx] {
            let schema = TableFile::schema();
            response = response.content(format.media_type(), Content::new(Some(schema)));
        }
        let response = response.header("Content-Disposition", Header::default()).build();
        BTreeMap::from([("200".to_owned(), RefOr::T(response))])
    }
}
