//! How many requests are served at once. Past what the machine can do, each further request only makes all the
//! others wait; so there is a number for each kind of work, and who comes beyond it is told at once to come again.
//!
//! The rate limit is about one caller, this is about all of them together. The kinds do not take each other's
//! places: an import that holds the writer stops nobody from reading, and a rush of sign-ins, each of which costs
//! a password hash, nobody who is signed in.
//!
//! A place is for work, not for waiting: while a caller's body is still on its way the place is given back, or a
//! few slow lines would keep everybody out ([`arriving`]). An import keeps its place, because its body is large.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{RequestHead, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, web};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::{ApiError, ErrorCode};

/// Seconds after which somebody who was turned away may find a place.
const RETRY_AFTER: u64 = 1;

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Reads.
    Read,
    /// Writes a few rows.
    Write,
    /// Reads a large body, and holds the database for as long as its rows take.
    Import,
    /// Computes a password hash.
    SignIn,
}

/// How many requests of each kind are served at once; 0 sets no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtOnce {
    /// Of [`Class::Read`].
    pub reads: usize,
    /// Of [`Class::Write`].
    pub writes: usize,
    /// Of [`Class::Import`].
    pub imports: usize,
    /// Of [`Class::SignIn`].
    pub sign_ins: usize,
}

impl Default for AtOnce {
    fn default() -> Self {
        Self { reads: 256, writes: 64, imports: 4, sign_ins: 32 }
    }
}

/// The places of one process. Share one among all workers.
#[derive(Debug)]
pub struct Overload {
    class_of: fn(&RequestHead) -> Class,
    reads: Option<Arc<Semaphore>>,
    writes: Option<Arc<Semaphore>>,
    imports: Option<Arc<Semaphore>>,
    sign_ins: Option<Arc<Semaphore>>,
}

impl Overload {
    /// So many places, and what kind of work a request is.
    #[must_use]
    pub fn new(at_once: AtOnce, class_of: fn(&RequestHead) -> Class) -> Self {
        let AtOnce { reads, writes, imports, sign_ins } = at_once;
        let places =
            |count: usize| (count > 0).then(|| Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS))));
        Self {
            class_of,
            reads: places(reads),
            writes: places(writes),
            imports: places(imports),
            sign_ins: places(sign_ins),
        }
    }

    fn places(&self, class: Class) -> Option<&Arc<Semaphore>> {
        match class {
            Class::Read => self.reads.as_ref(),
            Class::Write => self.writes.as_ref(),
            Class::Import => self.imports.as_ref(),
            Class::SignIn => self.sign_ins.as_ref(),
        }
    }
}

/// The place of one request.
#[derive(Clone, Debug)]
struct Place(Rc<Held>);

#[derive(Debug)]
struct Held {
    places: Arc<Semaphore>,
    is_kept: bool,
    permit: RefCell<Option<OwnedSemaphorePermit>>,
}

impl Place {
    fn take(&self) -> Result<(), ApiError> {
        let permit = Arc::clone(&self.0.places).try_acquire_owned().map_err(|_| refusal())?;
        self.0.permit.replace(Some(permit));
        Ok(())
    }

    fn give_back(&self) {
        self.0.permit.replace(None);
    }
}

fn refusal() -> ApiError {
    ApiError { retry_after: Some(RETRY_AFTER), ..ApiError::new(ErrorCode::Unavailable) }.detail(
        "正在处理的请求已满，请稍后再试",
        "As many requests as can be served are being served; try again shortly",
    )
}

/// Turns away who finds no place. Reads `web::Data<Overload>`.
pub async fn overload(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let class = request.app_data::<web::Data<Overload>>().and_then(|overload| {
        let class = (overload.class_of)(request.head());
        Some((class, Arc::clone(overload.places(class)?)))
    });
    let Some((class, places)) = class else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let held = Held { places, is_kept: class == Class::Import, permit: RefCell::default() };
    let place = Place(Rc::new(held));
    if let Err(refusal) = place.take() {
        return Ok(request.error_response(refusal));
    }
    request.extensions_mut().insert(place.clone());
    let response = next.call(request).await;
    // Here, and not when the request's own copy goes: that may stay until the answer is sent to a slow line.
    place.give_back();
    response.map(ServiceResponse::map_into_boxed_body)
}

/// Waits for the caller's bytes, or for what he asked to be told, without a place, and takes one again for the work
/// that follows.
pub async fn arriving<T>(
    request: &HttpRequest,
    arrival: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    let place = request.extensions().get::<Place>().filter(|place| !place.0.is_kept).cloned();
    let Some(place) = place else { return arrival.await };
    place.give_back();
    let arrived = arrival.await?;
    place.take()?;
    Ok(arrived)
}
