//! Which side of a number is good when nobody wrote a sign.

use super::{Change, Context, Direction, Quantity};
use crate::scoring::Category;

/// What nobody wants more of.
const UNWANTED: &[&str] = &[
    "投诉",
    "差错",
    "错误",
    "事故",
    "死亡",
    "违规",
    "违纪",
    "逾期",
    "超期",
    "超支",
    "失误",
    "故障",
    "流失率",
    "返贫",
    "失业率",
    "发病率",
    "感染率",
    "复发率",
    "能耗",
    "排放",
    "误差",
    "偏差率",
    "延误",
    "上访",
    "辍学率",
    "损耗",
    "空置率",
    "拖欠",
    "负债率",
];

/// What is done about something unwanted, and is wanted: 投诉处理率, 事故下降率.
const REMEDIES: &[&str] = &[
    "处理", "处置", "办结", "办理", "受理", "整改", "解决", "查处", "查办", "立案", "回复", "答复", "反馈",
    "下降", "降低", "减少", "压减", "化解", "排查", "抢修", "维修", "修复", "排除", "调解", "预防", "防范",
    "防治", "防控", "救治", "响应", "达标", "检查", "培训", "演练", "监测", "清欠", "清偿", "追回", "治理",
    "救援", "帮扶", "巡查", "宣传", "报告",
];

/// Rates that measure how much of an allowance was used, so that less is good wherever they stand.
const ALLOWANCES: &[&str] =
    &["经费控制率", "预算控制率", "成本控制率", "费用控制率", "人员控制率", "经费变动率"];

/// Rates of cost of which less is good.
const COST_RATES: &[&str] = &["控制率", "变动率", "增长率", "成本率", "费用率"];

const RISES: &[&str] = &["提升", "提高", "增长", "增加", "上升", "增幅"];
const FALLS: &[&str] = &["下降", "降低", "减少", "减幅", "降幅", "压减", "缩短", "下滑"];

fn any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// Whether the name is that of a percentage.
pub(super) fn names_rate(name: &str) -> bool {
    name.contains('率') || any(name, &["比例", "占比", "比重", "满意度", "知晓度", "覆盖面"])
}

/// The rise or fall that a name speaks of, if only one.
pub(super) fn change_in(name: &str) -> Option<Change> {
    match (any(name, RISES), any(name, FALLS)) {
        (true, false) => Some(Change::Up),
        (false, true) => Some(Change::Down),
        (true, true) | (false, false) => None,
    }
}

/// The word of change at `at`, and its length.
pub(super) fn change_at(chars: &[char], at: usize) -> Option<(Change, usize)> {
    if !matches!(chars.get(at)?, '提' | '增' | '上' | '下' | '降' | '减' | '压' | '缩') {
        return None;
    }
    // 提高到95% says a level, not a rise of 95 %.
    if matches!(chars.get(at + 2), Some('到' | '至' | '为')) {
        return None;
    }
    let stands = |words: &[&str]| words.iter().any(|word| super::sign::stands(chars, at, word));
    if stands(RISES) {
        Some((Change::Up, 2))
    } else if stands(FALLS) {
        Some((Change::Down, 2))
    } else {
        None
    }
}

/// The direction of a target without a sign: at least; under cost, and for what nobody wants, at most; but
/// a rate under cost at least. A target of nothing is at most: from nothing everything would be reached.
pub(super) fn assume(context: &Context<'_>, quantity: &Quantity) -> Direction {
    let name = context.name;
    let unwanted = any(name, UNWANTED) && !any(name, REMEDIES);
    let cost = context.category == Some(Category::Cost);
    let spent = cost && (!name.contains('率') || any(name, COST_RATES)) || any(name, ALLOWANCES);
    if unwanted || spent || quantity.value().is_zero() { Direction::AtMost } else { Direction::AtLeast }
}
