//! The steps of a derivation on the wire: a flat list whose paths make the tree, because a schema that refers to
//! itself gives clients a type that few generators write well.

use jixiao_core::kernel::Points;
use jixiao_core::scoring::Step;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How much is to be told.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExplainParams {
    /// 是否给出推导过程 whether each sheet is to show how its total came about.
    #[param(example = true)]
    pub explain: Option<bool>,
}

/// 推导的一步 a step from the weights to the final total. What the steps below a step lost sums to what it lost itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScoreStep {
    /// 位置 where it stands in the tree: `total/output/3/rule` lies below `total/output/3`.
    #[schema(max_length = 200, example = "total/output/3/rule")]
    pub path: String,
    /// 种类 what it is: `total`, `block`, `indicator`, `target`, `actual`, `rule`, `rounding`, `claim`, `review`, `missing`, `redistribution`, `weights`, `cap`.
    #[schema(max_length = 30, example = "rule")]
    pub kind: String,
    /// 名称 what it is called.
    #[schema(max_length = 500, example = "按规则计算")]
    pub title: String,
    /// 评分规则 rule that was asked, as a stable code.
    #[schema(max_length = 50, example = "at_least")]
    pub rule: Option<String>,
    /// 依据 clause it rests on.
    #[schema(max_length = 200, example = "财预〔2020〕10号，单位自评：定量指标得分")]
    pub clause: Option<String>,
    /// 算式 formula with its numbers, or how it was settled.
    #[schema(max_length = 5000, example = "实际 50次 < 目标 60次，得分 = 5 × 50 ÷ 60 = 4.17")]
    pub formula: String,
    /// 得分 points that are left after it.
    #[schema(value_type = Option<String>, format = "decimal", pattern = r"^-?[0-9]{1,6}(\.[0-9]{1,4})?$", max_length = 12, example = "4.17")]
    pub points: Option<Points>,
    /// 失分 points that were lost in it; below nothing where a review gave some.
    #[schema(value_type = Option<String>, format = "decimal", pattern = r"^-?[0-9]{1,6}(\.[0-9]{1,4})?$", max_length = 12, example = "0.83")]
    pub lost: Option<Points>,
}

impl From<Step> for ScoreStep {
    fn from(step: Step) -> Self {
        let Step { path, kind, title, rule, clause, formula, points, lost } = step;
        Self {
            path,
            kind: kind.to_string(),
            title,
            rule: rule.map(|rule| rule.code().to_owned()),
            clause: clause.map(str::to_owned),
            formula,
            points,
            lost,
        }
    }
}
