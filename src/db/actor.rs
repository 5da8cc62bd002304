//! Who writes. Every unit of work names somebody, so that no change is anonymous.

use jixiao_core::kernel::{RegionCode, UnitCode};
use jixiao_core::workflow::Role;

/// Who writes, as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Name of the account, or of the part of the service that acts by itself.
    pub name: String,
    /// What the account is; none: the service itself, or whoever may open the database.
    pub role: Option<Role>,
    /// The unit it acts for.
    pub unit: Option<UnitCode>,
    /// The region it acts for.
    pub region: Option<RegionCode>,
    /// The request by which it came.
    pub request_id: Option<String>,
}

impl Actor {
    /// The service itself, in the part of it that has this name.
    #[must_use]
    pub fn service(name: &str) -> Self {
        Self { name: name.to_owned(), role: None, unit: None, region: None, request_id: None }
    }
}
