//! Tables: what the seven collections look like as a spreadsheet. Which columns a file has, what they are called, and
//! how a cell is read and written, and how a list goes out as a file. It knows values and headers; no database, no
//! resource.

pub mod cell;
pub mod collection;
pub mod column;
pub mod columns;
pub mod csv;
pub mod date;
pub mod escape;
pub mod export;
pub mod format;
mod forms;
pub mod grid;
pub mod layout;
pub mod ndjson;
pub mod nearest;
pub mod read;
pub mod show;
pub mod template;
pub mod words;
pub mod write;
pub mod xlsx;

pub use cell::{AmountUnit, Cell};
pub use collection::Collection;
pub use column::{Column, Entry, Kind, Word};
pub use columns::columns;
pub use export::{Asked, Exportable, Lists};
pub use format::FileFormat;
pub use grid::Grid;

/// The schemas of files.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(components(schemas(format::TableFile)))]
pub struct Schemas;
