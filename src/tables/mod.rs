//! Tables: what the seven collections look like as a spreadsheet. Which columns a file has, what they are called, and
//! how a cell is read and written. It knows values and headers; no database, no caller, no resource.

pub mod collection;
pub mod column;
pub mod columns;
mod forms;
pub mod words;

pub use collection::Collection;
pub use column::{Column, Entry, Kind, Word};
pub use columns::columns;
