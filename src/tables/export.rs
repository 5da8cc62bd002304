//! A list as it is asked for: a page of JSON, or all of it as a file, written and sent a page at a time.

use std::collections::BTreeMap;
use std::io;

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use futures_util::future::{Ready, ready};
use futures_util::{StreamExt as _, stream};
use jixiao_core::kernel::Lang;
use serde::Serialize;
use utoipa::openapi::{Content, Header, RefOr, Response};
use utoipa::{IntoResponses, PartialSchema as _, ToSchema};

use super::format::{FileFormat, TableFile};
use super::grid::Grid;
use super::show::{Shown, show};
use super::write::workbook::{LONGEST_CELL, MOST_ROWS, is_too_long};
use super::write::{Writer, cells};
use crate::http::envelope::{Language, preferred};
use crate::http::problem::MOST_ERRORS;
use crate::http::reply::next_link;
use crate::http::{ApiError, Cursors, FieldError, Listed, Page, Rows};

/// Rows that are read at once on the way into a file.
const STEP: u64 = 500;

/// How a list is asked for.
#[derive(Debug, Default)]
pub struct Asked {
    /// As a file of this format.
    pub format: Option<FileFormat>,
    /// So many rows.
    pub limit: Option<u64>,
    /// From this place on.
    pub cursor: Option<String>,
    /// And how many there are.
    pub with_total: Option<bool>,
}

/// What every list needs of its request.
#[derive(Debug)]
pub struct Lists {
    request: HttpRequest,
    cursors: web::Data<Cursors>,
    lang: Lang,
}

impl FromRequest for Lists {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let cursors = request.app_data::<web::Data<Cursors>>().cloned();
        let lang =
            Language::from_request(request, payload).into_inner().map_or(Lang::Zh, |Language(lang)| lang);
        let lists = cursors.map(|cursors| Self { request: request.clone(), cursors, lang });
        ready(lists.ok_or_else(|| ApiError::internal("no cursors")))
    }
}

impl Lists {
    /// Answers with a page, or with a file of the rows of `grid`. `read` reads the rows of a page, and counts all that
    /// match where it is told to.
    pub async fn answer<V: Serialize + 'static, L>(
        self,
        asked: Asked,
        grid: Grid,
        read: impl AsyncFn(&Page, bool) -> Result<Rows<V>, ApiError> + 'static,
        list: impl FnOnce(Rows<V>) -> L,
    ) -> Result<Exportable<L>, ApiError> {
        let Asked { format, limit, cursor, with_total } = asked;
        let (path, query) = (self.request.path(), self.request.query_string());
        let Some(format) = format.or_else(|| self.accepted()) else {
            let page = self.cursors.open(path, query, limit, cursor.as_deref())?;
            let rows = read(&page, with_total == Some(true)).await?;
            let next_cursor = rows.next_cursor.clone();
            return Ok(Exportable::Page(Listed { body: list(rows), next_cursor }));
        };
        // Whoever asks for so many rows gets so many; who does not, all there are.
        let page = self.cursors.open(path, query, Some(limit.unwrap_or(STEP)), cursor.as_deref())?;
        let is_workbook = format == FileFormat::Xlsx;
        let mut rows = read(&page, is_workbook && limit.is_none()).await?;
        if rows.total.is_some_and(|total| total > MOST_ROWS) {
            return Err(too_many_rows());
        }
        if is_workbook && grid.columns.iter().any(|column| column.kind.may_be_long()) {
            let next = rows.next_cursor.clone().filter(|_| limit.is_none());
            self.check_cells(&grid, &rows.items, (&page, next), &read).await?;
        }
        let mut writer = Writer::begin(format, grid, self.lang).map_err(ApiError::internal)?;
        let first = written(&mut writer, &rows.items).map_err(ApiError::internal)?;
        let next = rows.next_cursor.take();
        let link = next.clone().filter(|_| limit.is_some());
        let next = next.filter(|_| limit.is_none());
        let rest = Rest { writer, read, cursors: self.cursors, page, next };
        let rest = stream::try_unfold(Some(rest), async |rest| match rest {
            None => Ok(None),
            Some(rest) => rest.go_on().await.map(Some),
        });
        let body = stream::once(ready(Ok(first))).chain(rest);
        let mut response = HttpResponse::Ok();
        response.insert_header((header::CONTENT_TYPE, format.content_type())).insert_header((
            header::CONTENT_DISPOSITION,
            disposition(grid.name, grid.title(self.lang), format.extension()),
        ));
        if let Some(cursor) = link {
            response.insert_header(next_link(&self.request, &cursor));
        }
        Ok(Exportable::File(response.streaming(body)))
    }

    /// Finds every text that is too long for a cell before anything is sent: what has begun cannot be refused.
    async fn check_cells<V: Serialize>(
        &self,
        grid: &Grid,
        first: &[V],
        (page, mut next): (&Page, Option<String>),
        read: &impl AsyncFn(&Page, bool) -> Result<Rows<V>, ApiError>,
    ) -> Result<(), ApiError> {
        let (mut number, mut errors) = (1, Vec::new());
        long_cells(grid, self.lang, first, &mut number, &mut errors)?;
        let mut page = page.clone();
        while let Some(cursor) = next {
            page = self.cursors.follow(&page, &cursor)?;
            let rows = read(&page, false).await?;
            long_cells(grid, self.lang, &rows.items, &mut number, &mut errors)?;
            next = rows.next_cursor;
        }
        if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
    }

    /// The format of the files that the caller accepts, if he would rather have one than a page.
    fn accepted(&self) -> Option<FileFormat> {
        let known = |kind: &str| match FileFormat::ALL.into_iter().find(|format| format.media_type() == kind)
        {
            Some(format) => Some(Some(format)),
            None => matches!(kind, "*/*" | "application/*" | "application/json").then_some(None),
        };
        preferred(self.request.headers(), &header::ACCEPT, known).flatten()
    }
}

/// What of these rows no cell takes. `number` is that of the row before them: the header is row 1.
fn long_cells<V: Serialize>(
    grid: &Grid,
    lang: Lang,
    rows: &[V],
    number: &mut u64,
    errors: &mut Vec<FieldError>,
) -> Result<(), ApiError> {
    for row in rows {
        *number += 1;
        let row = serde_json::to_value(row).map_err(ApiError::internal)?;
        for (column, cell) in grid.columns.iter().zip(cells(grid, lang, &row)) {
            let Shown::Text(text) = cell else { continue };
            if !is_too_long(&text) || errors.len() >= MOST_ERRORS {
                continue;
            }
            let required = grid.columns.iter().filter(|column| column.required);
            let of: Vec<String> =
                required.filter_map(|column| show(column, lang, &row).into_text()).collect();
            let (of, found) = (of.join("/"), text.encode_utf16().count());
            errors.push(FieldError::new(
                "format",
                "cell_too_long",
                format!(
                    "第 {number} 行（{of}）“{}”有 {found} 个字符，工作簿的单元格最多 {LONGEST_CELL} 个：请改用 csv、ndjson，或缩小筛选范围",
                    column.zh
                ),
                format!(
                    "Row {number} ({of}), “{}”: {found} characters, and a cell of a workbook takes {LONGEST_CELL}: ask for csv or ndjson, or narrow the list",
                    column.en
                ),
            ));
        }
    }
    Ok(())
}

fn too_many_rows() -> ApiError {
    ApiError::invalid(vec![FieldError::new(
        "format",
        "too_many_rows",
        format!("一张工作表最多 {MOST_ROWS} 行，请缩小筛选范围，或改用 csv、ndjson"),
        format!("A sheet has at most {MOST_ROWS} rows: narrow the list, or ask for csv or ndjson"),
    )])
}

/// `attachment` under the name that the import knows the file by, and under the one that people know.
#[must_use]
pub fn disposition(name: &str, title: &str, extension: &str) -> String {
    let encoded = |byte: u8| match char::from(byte) {
        plain if plain.is_ascii_alphanumeric() => plain.to_string(),
        _ => format!("%{byte:02X}"),
    };
    let encoded: String = title.bytes().map(encoded).collect();
    format!("attachment; filename=\"{name}.{extension}\"; filename*=UTF-8''{encoded}.{extension}")
}

fn written<V: Serialize>(writer: &mut Writer, items: &[V]) -> io::Result<Bytes> {
    for item in items {
        writer.row(&serde_json::to_value(item)?)?;
    }
    writer.take().map(Bytes::from)
}

/// What of a file is not sent yet.
struct Rest<F> {
    writer: Writer,
    read: F,
    cursors: web::Data<Cursors>,
    page: Page,
    next: Option<String>,
}

impl<V: Serialize, F: AsyncFn(&Page, bool) -> Result<Rows<V>, ApiError>> Rest<F> {
    /// The next piece. When it fails the answer ends in the middle, and whoever reads it can tell.
    async fn go_on(mut self) -> io::Result<(Bytes, Option<Self>)> {
        let Some(cursor) = self.next.take() else {
            return Ok((self.writer.finish()?.into(), None));
        };
        let failed = |error: ApiError| {
            tracing::error!(cause = %error, "an export broke off");
            io::Error::other(error.to_string())
        };
        self.page = self.cursors.follow(&self.page, &cursor).map_err(failed)?;
        let rows = (self.read)(&self.page, false).await.map_err(failed)?;
        self.next = rows.next_cursor;
        let piece = written(&mut self.writer, &rows.items)?;
        Ok((piece, Some(self)))
    }
}

/// A page of a list, or the list as a file.
#[derive(Debug)]
pub enum Exportable<L> {
    /// A page.
    Page(Listed<L>),
    /// A file.
    File(HttpResponse),
}

impl<L: Serialize> Responder for Exportable<L> {
    type Body = BoxBody;
    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut response = match self {
            Self::Page(page) => page.respond_to(request),
            Self::File(file) => file,
        };
        response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept"));
        response
    }
}

impl<L: ToSchema> IntoResponses for Exportable<L> {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut responses = Listed::<L>::responses();
        for response in responses.values_mut() {
            let RefOr::T(response) = response else { continue };
            let both = "一页数据，或按 format、Accept 导出的文件 A page of the list, or the list as a file.";
            both.clone_into(&mut response.description);
            for format in FileFormat::ALL {
                let schema = TableFile::schema();
                let content = RefOr::T(Content::new(Some(schema)));
                response.content.insert(format.media_type().to_owned(), content);
            }
            response.headers.insert("Content-Disposition".to_owned(), RefOr::T(Header::default()));
        }
        responses
    }
}
