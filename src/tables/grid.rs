//! What a table is called and which columns it has.

use jixiao_core::kernel::Lang;

use super::column::Column;

/// A table: its names and its columns.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    /// Its name on the wire, and of a file that holds it.
    pub name: &'static str,
    /// 中文名称
    pub zh: &'static str,
    /// English name
    pub en: &'static str,
    /// Its columns in their order.
    pub columns: &'static [Column],
}

impl Grid {
    /// What people call it, and what its sheet in a workbook is called: at most 31 characters.
    #[must_use]
    pub const fn title(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }
}
