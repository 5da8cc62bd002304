//! `/base-data/{unit}/{year}/ratios`: what annex 1 and the budget come to, under the rules of the year.

use actix_web::{get, web};
use jixiao_core::kernel::{FiscalYear, Lang, Points, Ratio, Text};
use jixiao_core::scoring::ratios::BaseRatio;
use serde::Serialize;
use utoipa::ToSchema;

use super::{assemble, store};
use crate::db::Db;
use crate::evaluations::store as evaluations;
use crate::evaluations::wire::UnitName;
use crate::forms::store as forms;
use crate::http::envelope::Language;
use crate::http::permission::ReadForms;
use crate::http::wire::{PointsText, RatioText, RuleSetText, UnitYearPath, YearNumber};
use crate::http::{ApiError, Caller, Found};
use crate::units::store as units;

/// 一个比率 a ratio of the base data, with its figures and what it is worth.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaseRatioView {
    /// 代码 stable code.
    #[schema(max_length = 50, pattern = "^[a-z_]{1,50}$", example = "staffing_control")]
    pub ratio: String,
    /// 名称 what it is called.
    #[schema(max_length = 100, example = "在职人员控制率")]
    pub title: String,
    /// 比率 its value, `1` is 100 %; null if it cannot be computed.
    #[schema(value_type = Option<RatioText>)]
    pub value: Option<Ratio>,
    /// 不能计算的原因 why there is no value: `missing`, `nothing_to_divide_by`, `no_building`, `out_of_range`.
    #[schema(max_length = 50, example = json!(null))]
    pub gap: Option<String>,
    /// 序号 of the indicator that it decides; null if it is only shown.
    #[schema(minimum = 1, maximum = 9999, example = json!(null))]
    pub seq: Option<i32>,
    /// 分值 weight that it is judged for, points: the indicator's, else the standard's; null without a standard.
    #[schema(value_type = Option<PointsText>, example = "5")]
    pub weight: Option<Points>,
    /// 得分 what it is worth by the standard of the rule set, points.
    #[schema(value_type = Option<PointsText>, example = "5")]
    pub score: Option<Points>,
    /// 得分占分值的比例 the score as a share of the weight.
    #[schema(value_type = Option<RatioText>)]
    pub share: Option<Ratio>,
    /// 说明 formula with its numbers, standard, and what follows.
    #[schema(max_length = 2000, example = "30 ÷ 30 = 100%；标准 ≤ 100%，得满分 5")]
    pub explanation: String,
}

impl BaseRatioView {
    /// A ratio in the words of a language.
    #[must_use]
    pub fn of(ratio: &BaseRatio, lang: Lang) -> Self {
        Self {
            ratio: ratio.ratio.as_str().to_owned(),
            title: ratio.ratio.text(lang),
            value: ratio.value.ok(),
            gap: ratio.value.err().map(|gap| gap.code().to_owned()),
            seq: ratio.seq,
            weight: ratio.weight,
            score: ratio.score,
            share: ratio.share(),
            explanation: ratio.text(lang),
        }
    }
}

/// 基础数据比率 the ratios of a unit's year.
#[derive(Debug, Serialize, ToSchema)]
pub struct BaseRatios {
    /// 单位 the unit.
    pub unit: UnitName,
    /// 预算年度 fiscal year.
    #[schema(value_type = YearNumber)]
    pub year: FiscalYear,
    /// 评分规则集 rule set whose standards were applied.
    #[schema(value_type = RuleSetText)]
    pub rule_set: String,
    /// 比率 the ratios.
    #[schema(max_items = 50)]
    pub items: Vec<BaseRatioView>,
}

/// Get the ratios of a unit's base data
///
/// 基础数据比率：在职人员控制率、“三公经费”变动率与控制率、公用经费控制率、预算完成率、预算控制率、政府采购执行率、楼堂馆所控制率，
/// 各带算式、标准、得分与说明；不能计算的写明缺什么。
#[utoipa::path(
    tag = "base-data",
    operation_id = "getBaseDataRatios",
    params(UnitYearPath),
    security(("oauth2" = ["forms:read"]))
)]
#[get("/base-data/{unit}/{year}/ratios")]
pub async fn get(
    caller: Caller<ReadForms>,
    path: web::Path<UnitYearPath>,
    Language(lang): Language,
    db: web::Data<Db>,
) -> Result<Found<BaseRatios>, ApiError> {
    let snapshot = db.snapshot().await?;
    let evaluation = evaluations::find(&snapshot, &caller.reading(), &path.unit, path.year).await?;
    let evaluation = evaluation.ok_or_else(ApiError::no_form)?;
    let unit =
        units::find(&snapshot, &caller.reading(), &path.unit).await?.ok_or_else(ApiError::not_found)?;
    let (form, _, _) = forms::load_one(&snapshot, &evaluation).await?;
    let rules = store::rules(&snapshot, &evaluation).await?;
    let ratios = assemble::ratios_of(&form, path.year, &rules);
    let etag = format!("\"{}.{}.{}\"", evaluation.id, evaluation.version, lang.tag());
    let body = BaseRatios {
        unit: UnitName { code: unit.code.0, name: unit.name },
        year: path.year,
        rule_set: evaluation.rule_set,
        items: ratios.iter().map(|ratio| BaseRatioView::of(ratio, lang)).collect(),
    };
    Ok(Found { body, etag })
}
