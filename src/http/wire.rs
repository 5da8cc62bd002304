//! What quantities and codes look like in the document. The values themselves are the core's types, which read
//! and write exactly these strings.

use jixiao_core::kernel::{FiscalYear, ProjectCode, RegionCode, UnitCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The address of a unit.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct UnitPath {
    /// 单位编码 code of the unit.
    #[param(inline, value_type = UnitCodeText, example = "430611101")]
    pub code: UnitCode,
}

/// The address of a unit's year.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct UnitYearPath {
    /// 单位编码 code of the unit.
    #[param(inline, value_type = UnitCodeText, example = "430611101")]
    pub unit: UnitCode,
    /// 预算年度 fiscal year.
    #[param(inline, value_type = YearNumber, example = 2023)]
    pub year: FiscalYear,
}

/// The address of a project of a unit's year.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ProjectPath {
    /// 单位编码 code of the unit.
    #[param(inline, value_type = UnitCodeText, example = "430611101")]
    pub unit: UnitCode,
    /// 预算年度 fiscal year.
    #[param(inline, value_type = YearNumber, example = 2023)]
    pub year: FiscalYear,
    /// 项目编码 code of the project.
    #[param(inline, value_type = ProjectCodeText, example = "P01")]
    pub code: ProjectCode,
}

/// The address of a year.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct YearPath {
    /// 预算年度 fiscal year.
    #[param(inline, value_type = YearNumber, example = 2023)]
    pub year: FiscalYear,
}

/// The address of a region's round.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RoundPath {
    /// 预算年度 fiscal year.
    #[param(inline, value_type = YearNumber, example = 2023)]
    pub year: FiscalYear,
    /// 行政区划代码 region of the round.
    #[param(inline, value_type = RegionCodeText, example = "430611")]
    pub region_code: RegionCode,
}

/// 金额 amount, 万元, exact to 0.01 元; a string, because a JSON number would lose digits.
#[derive(Debug, ToSchema)]
#[schema(
    value_type = String,
    format = "decimal",
    pattern = r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$",
    max_length = 20,
    example = "1013.19"
)]
pub struct Amount(());

/// 分值或得分 points, exact to 0.0001; a string.
#[derive(Debug, ToSchema)]
#[schema(
    value_type = String,
    format = "decimal",
    pattern = r"^[0-9]{1,6}(\.[0-9]{1,4})?$",
    max_length = 11,
    example = "10"
)]
pub struct PointsText(());

/// 面积 area, ㎡, exact to 0.01; a string.
#[derive(Debug, ToSchema)]
#[schema(
    value_type = String,
    format = "decimal",
    pattern = r"^[0-9]{1,10}(\.[0-9]{1,2})?$",
    max_length = 13,
    example = "1200.5"
)]
pub struct AreaText(());

/// 比率 ratio as a decimal, exact to a millionth: `0.9` is 90 %; a string.
#[derive(Debug, ToSchema)]
#[schema(
    value_type = String,
    format = "decimal",
    pattern = r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$",
    max_length = 20,
    example = "1"
)]
pub struct RatioText(());

/// 单位编码 code of a unit: letters, digits and hyphens; leading zeros count.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, pattern = r"^[A-Za-z0-9-]{1,32}$", min_length = 1, max_length = 32, example = "430611101")]
pub struct UnitCodeText(());

/// 项目编码 code of a project within its unit and year.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, pattern = r"^[A-Za-z0-9-]{1,32}$", min_length = 1, max_length = 32, example = "P01")]
pub struct ProjectCodeText(());

/// 行政区划代码 region by GB/T 2260: province `43`, prefecture `4306`, county `430611`.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, pattern = r"^([0-9]{2}|[0-9]{4}|[0-9]{6})$", min_length = 2, max_length = 6, example = "430611")]
pub struct RegionCodeText(());

/// 规则集名称及版本 rule set, `name@version`.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, pattern = r"^[a-z0-9][a-z0-9-]{0,63}@[1-9][0-9]{0,5}$", max_length = 71, example = "mof-2020@1")]
pub struct RuleSetText(());

/// `unit` 填报单位, `bureau` 财政局, `admin` 管理员, `reader` 财政系统只读账号.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case", example = "unit")]
pub enum RoleWord {
    /// 填报单位
    Unit,
    /// 财政局
    Bureau,
    /// 管理员
    Admin,
    /// 财政系统只读账号
    Reader,
}

/// 预算年度 fiscal year.
#[derive(Debug, ToSchema)]
#[schema(value_type = i32, minimum = 1990, maximum = 2100, example = 2023)]
pub struct YearNumber(());

/// When a row was made and changed, and the tag to change it with.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Stamp {
    /// 版本标记 the row's ETag, to be sent back as `If-Match`.
    #[schema(read_only, pattern = r#"^"[0-9]+\.[0-9]+"$"#, max_length = 42, example = "\"17.3\"")]
    pub etag: String,
    /// 创建时间 when it was made, UTC.
    #[schema(read_only, example = "2024-03-05T02:08:30.120Z")]
    pub created_at: Timestamp,
    /// 最后修改时间 when it was last changed, UTC.
    #[schema(read_only, example = "2024-03-05T02:08:30.120Z")]
    pub updated_at: Timestamp,
}

impl Stamp {
    /// The stamp of a row.
    #[must_use]
    pub fn of(
        id: i64,
        version: i64,
        created_at: chrono::DateTime<chrono::Utc>,
        updated_at: chrono::DateTime<chrono::Utc>,
    ) -> Self {
        Self {
            etag: super::etag(id, version),
            created_at: Timestamp(created_at),
            updated_at: Timestamp(updated_at),
        }
    }
}

/// A moment on the wire: UTC with milliseconds and `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[schema(value_type = String, format = DateTime, max_length = 30, example = "2024-03-05T02:08:30.120Z")]
pub struct Timestamp(pub chrono::DateTime<chrono::Utc>);

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
    }
}
