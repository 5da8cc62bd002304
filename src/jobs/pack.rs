//! The rows of a job as they are kept until it is their turn: packed, for they are written once and read twice, and a
//! tenth of them is as good as all.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How hard rows are packed: as little as there is.
const LEVEL: i32 = 1;
/// Bytes below which packing saves nothing.
const LEAST: usize = 4 << 10;

/// Lines as they are kept: packed, in letters, or as they are. What is packed does not begin as a line does.
#[must_use]
pub fn packed(lines: String) -> String {
    if lines.len() < LEAST {
        return lines;
    }
    zstd::bulk::compress(lines.as_bytes(), LEVEL).map_or(lines, |packed| STANDARD.encode(packed))
}

/// The lines of what was kept.
pub fn unpacked(kept: String) -> io::Result<String> {
    if kept.is_empty() || kept.starts_with('{') {
        return Ok(kept);
    }
    let bytes = STANDARD.decode(kept).map_err(io::Error::other)?;
    String::from_utf8(zstd::decode_all(bytes.as_slice())?).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_out_as_it_was() {
        let line = "{\"c\":\"indicators\",\"v\":{\"name\":\"督促检查\"}}\n";
        for lines in [String::new(), line.to_owned(), line.repeat(5_000)] {
            let kept = packed(lines.clone());
            assert!(kept.len() <= lines.len() && (lines.len() < LEAST || kept.len() < lines.len() / 20));
            assert_eq!(unpacked(kept).unwrap(), lines);
        }
        assert!(unpacked("QUJD".to_owned()).is_err());
    }
}
