//! Tables: what the seven collections look like as a spreadsheet. Which columns a file has, what they are called, and
//! how a cell is read and written. It knows values and headers; no database, no caller, no resource.

pub mod cell;
pub mod collection;
pub mod column;
pub mod columns;
pub mod csv;
pub mod date;
pub mod escape;
mod forms;
pub mod layout;
pub mod ndjson;
pub mod nearest;
pub mod read;
pub mod words;
pub mod xlsx;

pub use cell::{AmountUnit, Cell};
pub use collection::Collection;
pub use column::{Column, Entry, Kind, Word};
pub use columns::columns;
