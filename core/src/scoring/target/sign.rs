//! Signs, as symbols and as words.

/// A comparison as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// ≥, 不少于, 以上.
    AtLeast,
    /// >, 超过.
    Above,
    /// ≤, 不超过, 以内.
    AtMost,
    /// <, 不足.
    Below,
    /// =, 等于.
    Equal,
    /// ≈, 约, 左右, 余.
    About,
}

/// Where the number of a sign word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// After the sign: ≥60.
    Before,
    /// Before the sign: 60以上.
    After,
}

/// A word may begin like another, so the longer one stands first.
const WORDS: &[(&str, Sign, Place)] = &[
    ("大于或者等于", Sign::AtLeast, Place::Before),
    ("大于或等于", Sign::AtLeast, Place::Before),
    ("大于等于", Sign::AtLeast, Place::Before),
    ("小于或者等于", Sign::AtMost, Place::Before),
    ("小于或等于", Sign::AtMost, Place::Before),
    ("小于等于", Sign::AtMost, Place::Before),
    ("不得低于", Sign::AtLeast, Place::Before),
    ("不得少于", Sign::AtLeast, Place::Before),
    ("不得小于", Sign::AtLeast, Place::Before),
    ("不少于", Sign::AtLeast, Place::Before),
    ("不低于", Sign::AtLeast, Place::Before),
    ("不小于", Sign::AtLeast, Place::Before),
    ("至少", Sign::AtLeast, Place::Before),
    ("最少", Sign::AtLeast, Place::Before),
    ("最低", Sign::AtLeast, Place::Before),
    ("不得超过", Sign::AtMost, Place::Before),
    ("不得高于", Sign::AtMost, Place::Before),
    ("不得大于", Sign::AtMost, Place::Before),
    ("不得多于", Sign::AtMost, Place::Before),
    ("不超过", Sign::AtMost, Place::Before),
    ("未超过", Sign::AtMost, Place::Before),
    ("不高于", Sign::AtMost, Place::Before),
    ("不大于", Sign::AtMost, Place::Before),
    ("不多于", Sign::AtMost, Place::Before),
    ("不超", Sign::AtMost, Place::Before),
    ("至多", Sign::AtMost, Place::Before),
    ("最多", Sign::AtMost, Place::Before),
    ("最高", Sign::AtMost, Place::Before),
    ("控制在", Sign::AtMost, Place::Before),
    // Where something is brought down to is a level, and the lower the better.
    ("降低至", Sign::AtMost, Place::Before),
    ("降低到", Sign::AtMost, Place::Before),
    ("下降至", Sign::AtMost, Place::Before),
    ("下降到", Sign::AtMost, Place::Before),
    ("减少至", Sign::AtMost, Place::Before),
    ("减少到", Sign::AtMost, Place::Before),
    ("降至", Sign::AtMost, Place::Before),
    ("降到", Sign::AtMost, Place::Before),
    ("大于", Sign::Above, Place::Before),
    ("高于", Sign::Above, Place::Before),
    ("多于", Sign::Above, Place::Before),
    ("超过", Sign::Above, Place::Before),
    ("小于", Sign::Below, Place::Before),
    ("低于", Sign::Below, Place::Before),
    ("少于", Sign::Below, Place::Before),
    ("不足", Sign::Below, Place::Before),
    ("不到", Sign::Below, Place::Before),
    ("不满", Sign::Below, Place::Before),
    ("未达到", Sign::Below, Place::Before),
    ("未达", Sign::Below, Place::Before),
    ("等于", Sign::Equal, Place::Before),
    ("以上", Sign::AtLeast, Place::After),
    ("之上", Sign::AtLeast, Place::After),
    ("以下", Sign::AtMost, Place::After),
    ("之下", Sign::AtMost, Place::After),
    ("以内", Sign::AtMost, Place::After),
    ("之内", Sign::AtMost, Place::After),
    ("左右", Sign::About, Place::After),
    ("上下", Sign::About, Place::After),
];

/// Whether `word` stands at `at`.
pub(super) fn stands(chars: &[char], at: usize, word: &str) -> bool {
    word.chars().zip(at..).all(|(c, place)| chars.get(place) == Some(&c))
}

/// The sign at `at`, and its length.
pub(super) fn sign_at(chars: &[char], at: usize) -> Option<(Sign, Place, usize)> {
    let c = chars.get(at)?;
    match c {
        '≥' => return Some((Sign::AtLeast, Place::Before, 1)),
        '>' => return Some((Sign::Above, Place::Before, 1)),
        // A deviation of ±5% is at most 5 %.
        '≤' | '±' => return Some((Sign::AtMost, Place::Before, 1)),
        '<' => return Some((Sign::Below, Place::Before, 1)),
        '=' => return Some((Sign::Equal, Place::Before, 1)),
        '≈' => return Some((Sign::About, Place::Before, 1)),
        // Not in 节约20%, 附近3个村.
        '约' | '近' => {
            let is_digit = |place| chars.get(place).is_some_and(char::is_ascii_digit);
            let digit_follows = is_digit(at + 1) || chars.get(at + 1) == Some(&'.') && is_digit(at + 2);
            let part_of_word =
                at.checked_sub(1).and_then(|i| chars.get(i)).is_some_and(|c| matches!(c, '节' | '附'));
            return (digit_follows && !part_of_word).then_some((Sign::About, Place::Before, 1));
        }
        // At the end of a clause, so that a unit that is running text ends; behind a known unit, `scan` sees it.
        '内' => {
            let last = at + 1 == chars.len() || matches!(chars.get(at + 1), Some(',' | ';' | '。' | '完'));
            return last.then_some((Sign::AtMost, Place::After, 1));
        }
        // What no word of the list begins with needs no look at the list.
        '大' | '小' | '不' | '至' | '最' | '未' | '控' | '高' | '多' | '超' | '低' | '少' | '等' | '以'
        | '之' | '左' | '上' | '降' | '下' | '减' => {}
        _ => return None,
    }
    let (word, sign, place) = WORDS.iter().find(|(word, ..)| stands(chars, at, word))?;
    Some((*sign, *place, word.chars().count()))
}
