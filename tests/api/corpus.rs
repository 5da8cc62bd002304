//! What the fuzzer has found worth keeping, read once more, and what is like it: `just prove-fuzz` looks further.

use std::io::{Cursor, Write as _};
use std::path::PathBuf;

use zip::write::SimpleFileOptions;

use crate::dice::Dice;

#[expect(clippy::expect_used, reason = "what cannot fail is said to the fuzzer as it is to a reader")]
#[path = "../../fuzz/src/lib.rs"]
mod fuzzed;

type Target = (&'static str, fn(&[u8]));
const TARGETS: [Target; 4] =
    [("csv", fuzzed::csv), ("xlsx", fuzzed::xlsx), ("ndjson", fuzzed::ndjson), ("target", fuzzed::target)];

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 3, "the corpus of {name} is there");
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Shows what was read when a reader does not end as it should.
struct Shown<'a>(&'a [u8]);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("read: {}", self.0.escape_ascii());
        }
    }
}

fn read(bytes: &[u8], target: fn(&[u8])) {
    let _shown = Shown(bytes);
    target(bytes);
}

#[test]
fn every_reader_ends_on_all_of_its_corpus() {
    for (name, target) in TARGETS {
        for bytes in &corpus(name) {
            read(bytes, target);
        }
    }
}

/// What readers stumble over.
const TOKENS: [&str; 26] = [
    "\"",
    "\"\"",
    ",",
    ";",
    "\t",
    "\n",
    "\r\n",
    "\0",
    "'",
    "'=",
    "|",
    "[",
    "]",
    "{}",
    "（元）",
    "单位编码",
    "9999999999999999999999",
    "-",
    ".",
    "1,234.50",
    "％",
    "\u{feff}",
    "2024-02-30",
    "<v>",
    "&#x1;",
    "_xD800_",
];

/// The same bytes with something put in, taken out, doubled or changed.
fn mutated(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.roll(4) {
        let sides = u64::try_from(bytes.len()).unwrap() + 1;
        let places = [dice.roll(sides), dice.roll(sides)].map(|place| usize::try_from(place).unwrap());
        let (from, to) = (places[0].min(places[1]), places[0].max(places[1]));
        match dice.roll(4) {
            0 => {
                bytes.splice(from..from, dice.pick(&TOKENS).bytes());
            }
            1 => {
                bytes.drain(from..to.min(from + 20));
            }
            2 => {
                let again = bytes[from..to.min(from + 200)].to_vec();
                bytes.splice(to..to, again);
            }
            _ if from < bytes.len() => bytes[from] = u8::try_from(dice.roll(256)).unwrap(),
            _ => {}
        }
    }
    bytes
}

/// A workbook with its parts changed: in a package whose own bytes are changed little is left to read.
fn workbook(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let Ok(mut package) = zip::ZipArchive::new(Cursor::new(bytes)) else { return mutated(bytes, dice) };
    let mut whole = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..package.len() {
        let mut part = package.by_index(index).unwrap();
        let mut xml = Vec::new();
        if std::io::Read::read_to_end(&mut part, &mut xml).is_err() {
            return mutated(bytes, dice);
        }
        if dice.roll(2) == 0 {
            xml = mutated(&xml, dice);
        }
        whole.start_file(part.name().unwrap(), SimpleFileOptions::default()).unwrap();
        whole.write_all(&xml).unwrap();
    }
    whole.finish().unwrap().into_inner()
}

/// A little of what the fuzzer does, without it; `JIXIAO_ROUNDS` says how often.
#[test]
fn every_reader_ends_on_what_is_like_its_corpus() {
    let rounds = std::env::var("JIXIAO_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(100);
    for (name, target) in TARGETS {
        let mut dice = Dice::new(11);
        let corpus = corpus(name);
        for bytes in std::iter::repeat_n(&corpus, rounds).flatten() {
            let change = if name == "xlsx" { workbook } else { mutated };
            read(&change(bytes, &mut dice), target);
        }
    }
}

/// On these the round trip rests: held on every short text of the marks that matter.
#[test]
fn an_escape_is_taken_off_exactly() {
    use jixiao::tables::escape::{escape, escape_text_cell, unescape};
    let marks = ["", "'", "=", "-", "+", "@", "\t", "1", ".", "a", "＝"];
    let two = || marks.iter().flat_map(|a| marks.iter().map(move |b| [*a, *b].concat()));
    for text in two().flat_map(|two| marks.iter().map(move |c| format!("{two}{c}"))) {
        assert_eq!(unescape(&escape(&text)), text);
        assert_eq!(unescape(&escape_text_cell(&text)), text);
        let shown = escape(&text);
        let digits = shown.strip_prefix('-').unwrap_or(&shown);
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        assert!(is_number || !shown.starts_with(['=', '+', '-', '@', '\t', '＝']), "{shown} would be run");
    }
}
