//! Reading of plain text, as far as checks need it.

/// A text in one spelling: full-width digits and signs as ASCII, no quotes, no blanks but line breaks.
pub(super) fn plain(text: &str) -> String {
    let fold = |c: char| match c {
        '\u{FF10}'..='\u{FF19}' | '．' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        c => c,
    };
    let kept = |c: &char| *c == '\n' || !(c.is_whitespace() || matches!(c, '“' | '”' | '"' | '　'));
    text.chars().filter(kept).map(fold).collect()
}

/// The years that a text names: `2023年`, and those joined to one by a range mark, `2021-2023年`.
pub(super) fn years(text: &str) -> Vec<i32> {
    let text = plain(text);
    let mut years = Vec::new();
    let mut waiting = Vec::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (_, from) = rest.split_at(start);
        let end = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
        let (digits, after) = from.split_at(end);
        rest = after;
        let year = digits.parse().ok().filter(|year: &i32| digits.len() == 4 && (1990..=2100).contains(year));
        let Some(year) = year else { continue };
        if after.starts_with('年') {
            years.append(&mut waiting);
            years.push(year);
        } else if after.starts_with(['-', '—', '–', '~', '至', '到', '、', '/']) {
            waiting.push(year);
        } else {
            waiting.clear();
        }
    }
    years
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_numbers_before_the_word() {
        for (text, expected) in [
            ("2021年11月30日前完成资金支付", vec![2021]),
            ("２０２３年度", vec![2023]),
            ("2021-2023年高标准农田", vec![2021, 2023]),
            ("2020、2021年欠款", vec![2020, 2021]),
            ("十四五规划", vec![]),
            ("安装2023盏路灯", vec![]),
            ("2035远景，2024年项目", vec![2024]),
            ("12023年", vec![]),
            ("02023年", vec![]),
            ("1500年", vec![]),
        ] {
            assert_eq!(years(text), expected, "{text}");
        }
    }

    #[test]
    fn plain_text_keeps_its_lines() {
        assert_eq!(plain("　“三公” 经费\n１．５万元"), "三公经费\n1.5万元");
    }
}
