//! FLOOR 3. Everything about HTTP that is not about budgets: one shape for every error, replies that document
//! themselves, who is calling, conditional requests, paging, and the document that also validates.

pub mod body;
pub mod caller;
pub mod client;
pub mod conditional;
pub mod decode;
pub mod document;
pub mod draining;
pub mod envelope;
pub mod fallback;
pub mod once;
pub mod overload;
pub mod paging;
pub mod params;
pub mod problem;
pub mod rate_limit;
pub mod reply;
pub mod schemas;
pub mod wire;

pub use body::{Body, FormFields, MergePatch, apply_merge_patch, patched};
pub use caller::{Caller, Principal, permission};
pub use conditional::{Decided, IfMatch, IfMatchHeader, etag};
pub use draining::Draining;
pub use once::{Once, Repeatable};
pub use paging::{Cursors, Page, Rows};
pub use params::Params;
pub use problem::{ApiError, ErrorCode, FieldError, Message};
pub use reply::{
    Accepted, Changed, Created, Found, FoundText, Fresh, Listed, Partly, Removed, Saved, Shown, Unstored,
};
pub use schemas::Schemas;
