//! A body on its way into the database: a megabyte at a time, never held as a whole.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpRequest, web};
use futures_util::stream::{self, LocalBoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};

use super::entity::{Asked, Said};
use super::store;
use crate::db::{Db, Sha256};
use crate::http::body::limits;
use crate::http::decode::Encoding;
use crate::http::once::{BodyDigest, IDEMPOTENCY_KEY};
use crate::http::{ApiError, ErrorCode, Principal};
use crate::imports::files::Format;
use crate::imports::wire::ImportParams;

/// Bytes of a chunk.
const CHUNK: usize = 1 << 20;

/// A body, as far as it has not been read.
pub type Stream = LocalBoxStream<'static, Result<Bytes, PayloadError>>;

/// What a body becomes.
#[expect(missing_debug_implementations, reason = "a body on its way shows nothing")]
pub enum Arriving {
    /// It is small, and can be answered at once.
    Small(web::Payload),
    /// It becomes a job.
    Large(Stream),
}

/// Looks whether a body is to become a job: it was asked for, or there is too much of it.
pub async fn look(request: &HttpRequest, mut payload: Payload) -> Result<Arriving, ApiError> {
    let most = limits(request).import;
    let announced = text(request.headers(), header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    if wants_job(request.headers()) || announced.is_some_and(|length: usize| length > most) {
        return Ok(Arriving::Large(payload.boxed_local()));
    }
    if announced.is_some() {
        return Ok(Arriving::Small(small(request, payload).await?));
    }
    let (mut first, mut length) = (Vec::new(), 0);
    let seconds = Duration::from_secs(limits(request).seconds);
    let arrive = async {
        while length <= most {
            let Some(chunk) = payload.next().await else { return Ok(true) };
            let chunk = chunk.map_err(|why| malformed(&why))?;
            length += chunk.len();
            first.push(chunk);
        }
        Ok::<_, ApiError>(false)
    };
    let is_whole = tokio::time::timeout(seconds, arrive)
        .await
        .map_err(|_| ApiError::new(ErrorCode::RequestTimeout))??;
    let first = stream::iter(first.into_iter().map(Ok));
    if is_whole {
        return Ok(Arriving::Small(small(request, Payload::Stream { payload: first.boxed_local() }).await?));
    }
    Ok(Arriving::Large(first.chain(payload).boxed_local()))
}

async fn small(request: &HttpRequest, mut payload: Payload) -> Result<web::Payload, ApiError> {
    use actix_web::FromRequest as _;
    web::Payload::from_request(request, &mut payload).await.map_err(ApiError::internal)
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// `Prefer: respond-async` (RFC 7240).
fn wants_job(headers: &HeaderMap) -> bool {
    let lines = headers.get_all("prefer").filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split([',', ';']))
        .any(|word| word.trim().eq_ignore_ascii_case("respond-async"))
}

fn malformed(why: &PayloadError) -> ApiError {
    ApiError { cause: Some(why.to_string()), ..ApiError::new(ErrorCode::MalformedRequest) }
}

/// What is asked for, if it can become a job at all.
pub fn asked(request: &HttpRequest, params: ImportParams) -> Result<Asked, ApiError> {
    let headers = request.headers();
    let kind = text(headers, header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let format = Format::of_type(&kind).filter(|format| *format != Format::Xlsx).ok_or_else(|| {
        ApiError::new(ErrorCode::UnsupportedMediaType).detail(
            "任务导入只接受 application/x-ndjson、text/csv、application/json；较大的工作簿请另存为 CSV，一次发送一个文件",
            "A job takes application/x-ndjson, text/csv or application/json; save a large workbook as CSV, and send one file at a time",
        )
    })?;
    if format == Format::Csv && params.collection.is_none() {
        return Err(ApiError::new(ErrorCode::InvalidQuery).detail(
            "CSV 只含一类数据：请用参数 collection 指明，如 collection=indicators",
            "CSV has rows of one collection: name it by the parameter collection, such as collection=indicators",
        ));
    }
    let encoding = Encoding::of(headers)?;
    let packed = encoding.and_then(|_| text(headers, header::CONTENT_ENCODING)).map(str::to_owned);
    let ImportParams { mode, strategy, atomic, stage, collection, amount_unit } = params;
    let most = u64::try_from(limits(request).job).unwrap_or(u64::MAX);
    let said = Said::default();
    Ok(Asked {
        format,
        encoding: packed,
        collection,
        amount_unit,
        mode,
        strategy,
        atomic,
        later: stage,
        most,
        said,
    })
}

/// A body that is kept.
#[derive(Debug)]
pub struct Received {
    /// The job that it is for.
    pub job: i64,
    /// Its bytes.
    pub bytes: i64,
    /// Its digest.
    pub sha256: String,
}

/// Keeps a body as it comes. What came of one that does not come whole is removed.
pub async fn keep(
    db: &Db,
    request: &HttpRequest,
    caller: &Principal,
    asked: Asked,
    body: Stream,
) -> Result<Received, ApiError> {
    let most = limits(request).job;
    let too_large = || {
        ApiError::new(ErrorCode::TooLarge)
            .detail(format!("任务导入不能超过 {most} 字节"), format!("A job may have at most {most} bytes"))
    };
    let announced = text(request.headers(), header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    if announced.is_some_and(|length: usize| length > most) {
        return Err(too_large());
    }
    if store::open_of(db.reader(), &caller.username).await? >= store::MOST_OPEN {
        return Err(ApiError { retry_after: Some(60), ..ApiError::new(ErrorCode::TooManyRequests) }.detail(
            format!("您已有 {} 个导入任务未结束，请等其完成或取消后再发送", store::MOST_OPEN),
            format!(
                "You have {} import jobs that have not ended; wait for them or cancel one",
                store::MOST_OPEN
            ),
        ));
    }
    let job = store::make(db, caller, asked).await?;
    let kept = async {
        let seconds = Duration::from_secs(limits(request).seconds);
        let mut body = body.map_err(|why| malformed(&why));
        let (mut digest, mut length, mut is_over) = (Sha256::default(), 0_usize, false);
        while !is_over {
            let mut chunk = Vec::with_capacity(CHUNK);
            // What is timed is the wait for each chunk, so that a large body has the time that it takes.
            let arrive = async {
                while chunk.len() < CHUNK {
                    let Some(bytes) = body.next().await else { return Ok(true) };
                    chunk.extend_from_slice(&bytes?);
                }
                Ok::<_, ApiError>(false)
            };
            let arrived = tokio::time::timeout(seconds, arrive).await;
            is_over = arrived.map_err(|_| ApiError::new(ErrorCode::RequestTimeout))??;
            digest.add(&chunk);
            length += chunk.len();
            if length > most {
                return Err(too_large());
            }
            if !chunk.is_empty() && !store::add_chunk(db, job, chunk).await? {
                return Err(ApiError::new(ErrorCode::RequestTimeout));
            }
        }
        Ok((i64::try_from(length).unwrap_or(i64::MAX), digest.hex()))
    };
    match kept.await {
        Ok((bytes, sha256)) => {
            if request.headers().contains_key(&IDEMPOTENCY_KEY) {
                request.extensions_mut().insert(BodyDigest(sha256.clone()));
            }
            Ok(Received { job, bytes, sha256 })
        }
        Err(why) => {
            // Where this fails too, a runner finds what is left.
            let _ = store::clear(db, job, true).await;
            Err(why)
        }
    }
}
