//! Step 1, normalise: the same thing typed in ten ways becomes one spelling.

/// Folds a cell: full-width forms to ASCII, look-alike signs and dashes to one each, decoration and
/// blanks away. A blank stays only between two digits, where dropping it would make one number of two.
pub(super) fn fold(text: &str) -> Vec<char> {
    let mut folded: Vec<char> = Vec::with_capacity(text.len().min(256));
    let mut blank = false;
    for c in text.chars().map(fold_char) {
        if c == ' ' {
            blank = true;
            continue;
        }
        if blank && c.is_ascii_digit() && folded.last().is_some_and(char::is_ascii_digit) {
            folded.push(' ');
        }
        blank = false;
        match (folded.last().copied(), c) {
            (Some('>' | '≥'), '=') | (Some('='), '>' | '≥') => replace_last(&mut folded, '≥'),
            (Some('<' | '≤'), '=') | (Some('='), '<' | '≤') => replace_last(&mut folded, '≤'),
            (Some('='), '=') => {}
            _ => folded.push(c),
        }
    }
    let label = label_length(&folded);
    folded.drain(..label);
    folded
}

fn replace_last(folded: &mut [char], c: char) {
    if let Some(last) = folded.last_mut() {
        *last = c;
    }
}

fn fold_char(c: char) -> char {
    match c {
        // The full-width block repeats ASCII at a fixed distance.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '★' | '☆' | '●' | '○' | '◆' | '◇' | '■' | '□' | '▲' | '△' | '※' | '\u{200B}' | '\u{FEFF}' => {
            ' '
        }
        '≧' | '⩾' | '≽' | '≮' => '≥',
        '≦' | '⩽' | '≼' | '≯' => '≤',
        '═' | '﹦' => '=',
        '﹤' => '<',
        '﹥' => '>',
        '≒' | '≃' | '≅' => '≈',
        '﹪' => '%',
        '—' | '–' | '―' | '─' | '−' | '‐' | '‑' | '﹣' | '﹘' => '-',
        '〜' | '∼' | '〰' => '~',
        '•' | '・' | '‧' => '·',
        '￥' => '¥',
        c if c.is_whitespace() || c.is_control() => ' ',
        c => c,
    }
}

/// The length of a leading label such as `指标1:` or `指标:`.
fn label_length(folded: &[char]) -> usize {
    let Some(rest) = folded.strip_prefix(&['指', '标']) else { return 0 };
    let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
    match rest.get(digits) {
        Some(':' | '、' | '.') => digits + 3,
        Some('≥' | '≤' | '=' | '>' | '<') => digits + 2,
        _ => 0,
    }
}

/// Whether two cells say the same, whatever the typing and the full stop at the end.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let bare = |text: &str| {
        let mut folded = fold(text);
        while folded.last().is_some_and(|c| matches!(c, '。' | '.' | ';' | ',' | '!')) {
            folded.pop();
        }
        folded
    };
    bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_has_one_spelling() {
        for (written, folded) in [
            ("＝＝12次", "=12次"),
            ("＞＝60", "≥60"),
            ("=<5％", "≤5%"),
            ("12 月 31 日", "12月31日"),
            ("2023 12", "2023 12"),
            ("★指标1：80", "80"),
            ("指标12、80", "80"),
            ("指标1.80", "80"),
            ("指标：80", "80"),
            ("指标3≥80", "≥80"),
            ("指标≥80", "≥80"),
            ("指标80", "指标80"),
            ("指标完成80", "指标完成80"),
        ] {
            assert_eq!(fold(written).into_iter().collect::<String>(), folded, "{written}");
        }
    }
}
