//! The body of an import: one file of any format, or several as the parts of a form.

use actix_multipart::Multipart;
use actix_web::http::header;
use actix_web::web::{self, Bytes, BytesMut};
use actix_web::{HttpMessage as _, HttpRequest};
use futures_util::{StreamExt as _, stream};

use super::files::{File, Format, TYPES, digest};
use crate::db::sha256;
use crate::http::body::read_import;
use crate::http::once::{BodyDigest, IDEMPOTENCY_KEY};
use crate::http::{ApiError, ErrorCode};

/// Files of one import.
const MOST_FILES: usize = 50;
const FORM: &str = "multipart/form-data";

/// The files of a request, and the SHA-256 of its body.
pub async fn received(
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<(Vec<File<Bytes>>, String), ApiError> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = bare(kind.unwrap_or_default());
    let format = Format::of_type(&kind);
    if format.is_none() && kind != FORM {
        return Err(unsupported());
    }
    let bytes = read_import(request, payload.into_inner()).await?;
    if let Some(format) = format {
        let digest = sha256(&bytes);
        return Ok((vec![File { name: None, format, bytes }], digest));
    }
    let files = parts(request, bytes).await?;
    // Whoever sends the same files again has another boundary between them.
    let digest = digest(&files);
    if request.headers().contains_key(&IDEMPOTENCY_KEY) {
        request.extensions_mut().insert(BodyDigest(digest.clone()));
    }
    Ok((files, digest))
}

/// A type without its parameters.
fn bare(kind: &str) -> String {
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn unsupported() -> ApiError {
    let known = TYPES.join(", ");
    ApiError::new(ErrorCode::UnsupportedMediaType).detail(
        format!("Content-Type 应为 {known} 或 {FORM}"),
        format!("Content-Type must be one of {known}, {FORM}"),
    )
}

async fn parts(request: &HttpRequest, body: Bytes) -> Result<Vec<File<Bytes>>, ApiError> {
    let malformed =
        |why: actix_multipart::MultipartError| ApiError { cause: Some(why.to_string()), ..broken() };
    let mut form = Multipart::new(request.headers(), stream::iter([Ok(body)]));
    let mut files = Vec::new();
    while let Some(part) = form.next().await {
        let mut part = part.map_err(malformed)?;
        let name = part.content_disposition().and_then(|said| said.get_filename().map(str::to_owned));
        let kind = part.content_type().map(|kind| bare(kind.essence_str())).unwrap_or_default();
        let format = name.as_deref().and_then(Format::of_name).or_else(|| Format::of_type(&kind));
        let Some(format) = format else {
            return Err(ApiError::new(ErrorCode::UnsupportedMediaType).detail(
                "表单中的文件应为 .csv、.xlsx、.json 或 .ndjson，或写明其 Content-Type",
                "A file of the form ends in .csv, .xlsx, .json or .ndjson, or says its Content-Type",
            ));
        };
        if files.len() >= MOST_FILES {
            return Err(ApiError::new(ErrorCode::TooLarge).detail(
                format!("一次最多 {MOST_FILES} 个文件"),
                format!("At most {MOST_FILES} files at once"),
            ));
        }
        let mut bytes = BytesMut::new();
        while let Some(chunk) = part.next().await {
            bytes.extend_from_slice(&chunk.map_err(malformed)?);
        }
        files.push(File { name, format, bytes: bytes.freeze() });
    }
    if files.is_empty() { Err(broken()) } else { Ok(files) }
}

fn broken() -> ApiError {
    ApiError::new(ErrorCode::MalformedRequest)
        .detail("表单不完整，或其中没有文件", "The form is cut short, or has no file")
}
