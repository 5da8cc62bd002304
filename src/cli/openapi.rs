//! `jixiao openapi`.

use super::{Failure, print};

/// Prints the document, byte for byte as it is committed.
pub fn run() -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(&crate::app::openapi());
    print(&format!("{}\n", text.map_err(|why| Failure::Other(why.to_string()))?));
    Ok(())
}
