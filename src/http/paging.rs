//! Pages of a list: a limit, a signed cursor, an optional total.

use std::fmt;

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use sea_orm::Value as DbValue;
use serde_json::{Value, json};

use super::problem::{ApiError, FieldError};

/// Rows of a page when none are asked for.
pub const DEFAULT_LIMIT: u64 = 50;

/// The parameters that every list has, beside its own filters.
///
/// A macro because the documentation of parameters cannot be composed from two structs.
#[macro_export]
macro_rules! list_params {
    ($(#[$doc:meta])* $name:ident, sort: $sort:ty, $($(#[$field_doc:meta])* $field:ident: $kind:ty,)*) => {
        $(#[$doc])*
        #[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $kind,)*
            /// 排序 order of the list; `-` in front runs downwards.
            #[param(inline)]
            pub sort: Option<$sort>,
            /// 每页条数 rows of a page.
            #[param(minimum = 1, maximum = 500, example = 50)]
            pub limit: Option<u64>,
            /// 翻页游标 where the page starts: `next_cursor` of the page before, with the same filters and order.
            #[param(max_length = 1000, pattern = "^[A-Za-z0-9_.-]+$")]
            pub cursor: Option<String>,
            /// 是否返回总数 whether to count all rows that match.
            pub with_total: Option<bool>,
        }

        impl $name {
            /// The page these parameters ask for.
            pub fn page(
                &self,
                request: &actix_web::HttpRequest,
                cursors: &$crate::http::Cursors,
            ) -> Result<$crate::http::Page, $crate::http::ApiError> {
                cursors.open(request.path(), request.query_string(), self.limit, self.cursor.as_deref())
            }
        }
    };
}

/// Signs cursors, so that a page starts only where a list has really stopped.
#[derive(Clone)]
pub struct Cursors(hmac::Key);

impl fmt::Debug for Cursors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursors([REDACTED])")
    }
}

/// Bytes of the signature that are kept.
const TAG: usize = 16;

impl Cursors {
    /// With a key that all replicas share.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The page asked for. A cursor counts only for the list, filters and order it was given out for.
    pub fn open(
        &self,
        path: &str,
        query: &str,
        limit: Option<u64>,
        cursor: Option<&str>,
    ) -> Result<Page, ApiError> {
        let list = fingerprint(path, query);
        let after = cursor.map(|cursor| self.verify("cursor", cursor, &list)).transpose()?;
        Ok(Page { limit: limit.unwrap_or(DEFAULT_LIMIT), after, list })
    }

    /// The page that starts where the one before stopped.
    pub fn follow(&self, page: &Page, cursor: &str) -> Result<Page, ApiError> {
        let after = Some(self.verify("cursor", cursor, &page.list)?);
        Ok(Page { limit: page.limit, after, list: page.list.clone() })
    }

    /// Where a feed is read on from; without a cursor from its beginning.
    pub fn resume(&self, path: &str, query: &str, since: Option<&str>) -> Result<Resumed, ApiError> {
        let list = fingerprint(path, query);
        let position = since.map(|since| self.verify("since", since, &list)).transpose()?;
        let place = position.and_then(|position| position.first().and_then(Value::as_i64)).unwrap_or(0);
        Ok(Resumed { place, list })
    }

    /// The cursor of a place in a feed.
    #[must_use]
    pub fn mark(&self, resumed: &Resumed, place: i64) -> String {
        self.sign(&resumed.list, vec![json!(place)])
    }

    fn verify(&self, parameter: &str, cursor: &str, list: &str) -> Result<Vec<Value>, ApiError> {
        let refused = || {
            ApiError::invalid(vec![FieldError::new(
                parameter,
                "invalid_cursor",
                "游标无效：请原样使用上一页的 next_cursor，并保持筛选和排序不变",
                "Not a valid cursor: send next_cursor of the page before as it is, with the same filters and order",
            )])
        };
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refused())?;
        let (tag, payload) = bytes.split_at_checked(TAG).ok_or_else(refused)?;
        let expected = hmac::sign(&self.0, payload);
        let expected = expected.as_ref().get(..TAG).ok_or_else(refused)?;
        aws_lc_rs::constant_time::verify_slices_are_equal(tag, expected).map_err(|_| refused())?;
        match serde_json::from_slice(payload) {
            Ok(Value::Array(mut members)) if members.first().and_then(Value::as_str) == Some(list) => {
                members.remove(0);
                Ok(members)
            }
            _ => Err(refused()),
        }
    }

    fn sign(&self, list: &str, position: Vec<Value>) -> String {
        let mut members = vec![json!(list)];
        members.extend(position);
        let payload = Value::Array(members).to_string();
        let tag = hmac::sign(&self.0, payload.as_bytes());
        let mut bytes = tag.as_ref().get(..TAG).unwrap_or_default().to_vec();
        bytes.extend_from_slice(payload.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Cuts the one row too many off, and says where the next page starts.
    pub fn close<R>(
        &self,
        page: &Page,
        rows: &mut Vec<R>,
        position: impl Fn(&R) -> Vec<Value>,
    ) -> Option<String> {
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        if rows.len() <= limit {
            return None;
        }
        rows.truncate(limit);
        rows.last().map(|last| self.sign(&page.list, position(last)))
    }
}

/// What identifies a list: its path, filters and order, but neither the page nor what it is written as.
fn fingerprint(path: &str, query: &str) -> String {
    let is_page = |pair: &&str| {
        ["cursor=", "since=", "wait=", "limit=", "with_total=", "format="]
            .iter()
            .any(|name| pair.starts_with(name))
            || pair.is_empty()
    };
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !is_page(pair)).collect();
    pairs.sort_unstable();
    let digest = digest::digest(&digest::SHA256, format!("{path}?{}", pairs.join("&")).as_bytes());
    URL_SAFE_NO_PAD.encode(digest.as_ref().get(..12).unwrap_or_default())
}

/// A moment as part of a position.
#[must_use]
pub fn moment(moment: DateTime<Utc>) -> Value {
    json!([moment.timestamp_millis()])
}

/// A position's value for the database; a list of one number is a moment.
fn to_db(value: &Value) -> DbValue {
    match value {
        Value::Number(number) => DbValue::from(number.as_i64().unwrap_or_default()),
        Value::String(text) => DbValue::from(text.clone()),
        Value::Bool(flag) => DbValue::from(*flag),
        Value::Array(moment) => {
            let millis = moment.first().and_then(Value::as_i64).unwrap_or_default();
            DbValue::from(DateTime::from_timestamp_millis(millis).unwrap_or_default())
        }
        Value::Null | Value::Object(_) => DbValue::from(0_i64),
    }
}

/// A place in a feed.
#[derive(Debug)]
pub struct Resumed {
    /// The place after which it goes on; 0 is before all.
    pub place: i64,
    list: String,
}

/// Rows of a list, from one place on.
#[derive(Debug)]
pub struct Rows<V> {
    /// The rows.
    pub items: Vec<V>,
    /// The cursor of the next page; none: these are the last.
    pub next_cursor: Option<String>,
    /// All that match, if it was asked for.
    pub total: Option<u64>,
}

/// The page of a list that was asked for.
#[derive(Clone, Debug)]
pub struct Page {
    /// Rows wanted.
    pub limit: u64,
    after: Option<Vec<Value>>,
    list: String,
}

impl Page {
    /// The position after which the page starts, as [`Cursors::close`] was given it.
    #[must_use]
    pub fn position(&self) -> Option<&[Value]> {
        self.after.as_deref()
    }

    /// The position after which the page starts, for the database.
    #[must_use]
    pub fn after(&self) -> Option<Vec<DbValue>> {
        self.after.as_ref().map(|values| values.iter().map(to_db).collect())
    }
}
