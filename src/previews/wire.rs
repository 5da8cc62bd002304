//! Previews on the wire.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::findings::wire::Findings;
use crate::http::wire::RuleSetText;
use crate::scores::wire::Scores;

/// By what is scored.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PreviewParams {
    /// 规则集 rule set to score by; the default one if it is not given.
    #[param(inline, value_type = Option<RuleSetText>, example = "mof-2020@1")]
    pub rule_set: Option<String>,
}

/// 试算结果 what the forms of a bundle come to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    /// 得分 the scores of each unit's year in the bundle.
    #[schema(max_items = 20000)]
    pub scores: Vec<Scores>,
    /// 审核结果 what the checks find in each of them, in the same order.
    #[schema(max_items = 20000)]
    pub findings: Vec<Findings>,
}
