//! How fast one caller may ask. A caller is a token, or an address where there is none: so two people behind
//! one router do not slow each other down, and asking costs no look-up.
//!
//! This keeps a runaway program from crowding out the others in one process; it is not what stops guessing of
//! passwords, which is counted in the database.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use aws_lc_rs::digest;
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use super::client::client_address;
use super::problem::{ApiError, ErrorCode};

static RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
static RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Milliseconds between two clearings of callers who have not asked for a while.
const CLEAR_EVERY: u64 = 5_000;

/// How fast one caller may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimitSettings {
    /// Requests in a second, in the long run; 0 sets no limit.
    pub per_second: u32,
    /// Requests at once, after a rest.
    pub burst: u32,
}

type Key = [u8; 16];

/// Counts the requests of each caller, in this process.
#[derive(Debug)]
pub struct CallerLimits(Option<Limits>);

#[derive(Debug)]
struct Limits {
    limiter: RateLimiter<Key, DefaultKeyedStateStore<Key>, DefaultClock, StateInformationMiddleware>,
    clock: DefaultClock,
    policy: HeaderValue,
    burst: u32,
    per_second: u32,
    started: Instant,
    cleared_at: AtomicU64,
}

/// What is left to a caller.
struct Allowance {
    remaining: u32,
    /// How long until it is whole again, or until the next request when there is none left.
    wait: Duration,
}

impl CallerLimits {
    /// With these settings. Share one among all workers.
    #[must_use]
    pub fn new(settings: RateLimitSettings) -> Self {
        let RateLimitSettings { per_second, burst } = settings;
        let limits = NonZeroU32::new(per_second).and_then(|rate| {
            let burst = NonZeroU32::new(burst).unwrap_or(rate);
            let quota = Quota::per_second(rate).allow_burst(burst);
            Some(Limits {
                limiter: RateLimiter::keyed(quota).with_middleware(),
                clock: DefaultClock::default(),
                policy: HeaderValue::from_str(&format!(
                    "\"caller\";q={burst};w={}",
                    burst.get().div_ceil(per_second)
                ))
                .ok()?,
                burst: burst.get(),
                per_second,
                started: Instant::now(),
                cleared_at: AtomicU64::new(0),
            })
        });
        Self(limits)
    }
}

impl Limits {
    fn ask(&self, key: &Key) -> Result<Allowance, Allowance> {
        self.clear_now_and_then();
        match self.limiter.check_key(key) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                let missing = self.burst.saturating_sub(remaining);
                let wait = Duration::from_secs(u64::from(missing.div_ceil(self.per_second)));
                Ok(Allowance { remaining, wait })
            }
            Err(refusal) => Err(Allowance { remaining: 0, wait: refusal.wait_time_from(self.clock.now()) }),
        }
    }

    /// Forgets callers whose allowance is whole again, so that made-up tokens do not pile up.
    fn clear_now_and_then(&self) {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let last = self.cleared_at.load(Ordering::Relaxed);
        let is_due = now.saturating_sub(last) >= CLEAR_EVERY;
        if is_due && self.cleared_at.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        {
            self.limiter.retain_recent();
        }
    }

    fn describe(&self, allowance: &Allowance, headers: &mut HeaderMap) {
        headers.insert(RATE_LIMIT_POLICY.clone(), self.policy.clone());
        let text = format!("\"caller\";r={};t={}", allowance.remaining, seconds(allowance.wait));
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(RATE_LIMIT.clone(), value);
        }
    }
}

/// Whole seconds, rounded up: whoever waits that long is let in.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// Whose allowance a request takes from.
fn key(request: &ServiceRequest, by: By) -> Key {
    let token = request.headers().get(header::AUTHORIZATION).filter(|_| by == By::Token);
    let digest = if let Some(token) = token {
        digest::digest(&digest::SHA256, token.as_bytes())
    } else {
        let address = client_address(request.request()).map(|address| address.to_string());
        digest::digest(&digest::SHA256, address.unwrap_or_default().as_bytes())
    };
    let mut key = Key::default();
    key.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    key
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Token,
    Address,
}

/// Turns away who asks too fast, and tells everybody what they have left. Reads `web::Data<CallerLimits>`.
pub async fn rate_limit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    limit(request, next, By::Token).await
}

/// The same by address alone: where tokens are given out, what stands for one can be made up, and another each time.
pub async fn rate_limit_by_address(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    limit(request, next, By::Address).await
}

async fn limit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    by: By,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let limits = request.app_data::<web::Data<CallerLimits>>().cloned();
    let Some(limits) = limits.as_ref().and_then(|limits| limits.0.as_ref()) else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    match limits.ask(&key(&request, by)) {
        Ok(allowance) => {
            let mut response = next.call(request).await?.map_into_boxed_body();
            limits.describe(&allowance, response.headers_mut());
            Ok(response)
        }
        Err(allowance) => {
            let retry_after = Some(seconds(allowance.wait).max(1));
            let refusal = ApiError { retry_after, ..ApiError::new(ErrorCode::TooManyRequests) };
            let mut response = request.error_response(refusal);
            limits.describe(&allowance, response.headers_mut());
            Ok(response)
        }
    }
}
