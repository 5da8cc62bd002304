//! What a row weighs: its bytes or, where it is of many small values, what these take once they are read. A row that is
//! packed into a few bytes, or a thousand of them, is measured by what it does to the memory.

use crate::http::body::{Weight, weigh};

/// Bytes of text that weigh as much as a value, and as an object.
const VALUE: usize = 20;
const OBJECT: usize = 90;
/// From here on it is looked at closely.
const CLOSELY: usize = 64 << 10;

/// The weight of a row's JSON, in bytes.
#[must_use]
pub fn weight(json: &[u8]) -> usize {
    let heavy = |Weight { objects, values }| objects * OBJECT + values * VALUE;
    // Marks within texts are counted too, for which a text of thousands of commas pays and no row that is light.
    let marks = |(objects, values), byte: &u8| {
        (objects + usize::from(*byte == b'{'), values + usize::from(matches!(byte, b'{' | b'[' | b',')))
    };
    let (objects, values) = json.iter().fold((0, 0), marks);
    let most = heavy(Weight { objects, values });
    json.len().max(if most < CLOSELY { most } else { heavy(weigh(json)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_weighs_its_text_or_its_values() {
        let text = format!("{{\"name\":\"{}\"}}", ",".repeat(100_000));
        assert_eq!(weight(text.as_bytes()), text.len(), "commas of a text are no values");
        let values = format!("{{\"name\":[{}0]}}", "0,".repeat(100_000));
        assert!(weight(values.as_bytes()) > 100_000 * VALUE);
        let objects = format!("[{}{{}}]", "{},".repeat(10_000));
        assert!(weight(objects.as_bytes()) > 10_000 * OBJECT);
        let row = r#"{"unit":"430611101","year":2023,"seq":3,"name":"三级指标的名称，不止几个字"}"#;
        assert!((row.len()..row.len() * 3).contains(&weight(row.as_bytes())));
    }
}
