//! The formats of files that tables are written as.

use serde::Deserialize;
use utoipa::ToSchema;

/// `csv` CSV 文件, `xlsx` Excel 工作簿, `ndjson` 每行一条 JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// CSV in UTF-8 with a mark, as spreadsheets open it
    Csv,
    /// A workbook with one sheet
    Xlsx,
    /// A JSON row a line
    Ndjson,
}

impl FileFormat {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Xlsx, Self::Ndjson];

    /// How the end of a file's name tells it.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Ndjson => "ndjson",
        }
    }

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    /// Its media type as an answer says it.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            other => other.media_type(),
        }
    }
}

/// 文件 the rows as a file: CSV, a workbook, or NDJSON; the columns are those of an import.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary, max_length = 2_147_483_647, example = "单位编码,单位名称,行政区划代码,主管部门编码\r\n430611101,区委办,430611,\r\n")]
pub struct TableFile(());
