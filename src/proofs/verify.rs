//! Whether a proof holds: its scores are computed again from what it says was scored, by the rules that it holds.

use jixiao_core::kernel::{Lang, Text};
use jixiao_core::scoring::score;
use serde_json::Value;

use super::wire::{FORMAT, Proof, results};
use crate::db::sha256;

/// Something that is not as the proof says.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where, as a JSON pointer into the proof.
    pub place: String,
    /// What the proof says; nothing: it says nothing there.
    pub said: Value,
    /// What was found instead.
    pub found: Value,
}

/// What came of it.
#[derive(Debug)]
pub struct Verdict {
    /// The proof.
    pub proof: Proof,
    /// How many values were held against what was computed.
    pub compared: usize,
    /// Those that differ, in the order of the proof.
    pub differences: Vec<Difference>,
}

/// Why a text is no proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is not what a proof looks like.
    Shape(String),
    /// Its format is another.
    Format(u32),
    /// Its rules contradict themselves.
    Rules(Vec<(String, String)>),
}

impl Text for Unreadable {
    fn text(&self, lang: Lang) -> String {
        match self {
            Self::Shape(why) => lang.pick(format!("不是得分证明：{why}"), format!("not a proof: {why}")),
            Self::Format(format) => lang.pick(
                format!("格式版本 {format} 不认识，本程序认识 {FORMAT}"),
                format!("format {format} is not known; this program knows {FORMAT}"),
            ),
            Self::Rules(problems) => {
                let told: Vec<&str> =
                    problems.iter().map(|(zh, en)| lang.pick(zh.as_str(), en.as_str())).collect();
                let told = told.join("; ");
                lang.pick(format!("其中的规则集不成立：{told}"), format!("its rules cannot be used: {told}"))
            }
        }
    }
}

/// Computes everything again and compares. Nothing is taken from elsewhere, not even a rule set of the same name.
pub fn verify(text: &[u8]) -> Result<Verdict, Unreadable> {
    let proof: Proof = serde_json::from_slice(text).map_err(|why| Unreadable::Shape(why.to_string()))?;
    if proof.format != FORMAT {
        return Err(Unreadable::Format(proof.format));
    }
    let problems = proof.rule_set.validate();
    if !problems.is_empty() {
        let told = problems.iter().map(|problem| (problem.text(Lang::Zh), problem.text(Lang::En)));
        return Err(Unreadable::Rules(told.collect()));
    }
    let mut comparison = Comparison::default();
    let canonical = proof.canonical().map_err(|why| Unreadable::Shape(why.to_string()))?;
    comparison.hold(
        "/sha256",
        &Value::from(proof.sha256.as_str()),
        &Value::from(sha256(canonical.as_bytes())),
    );
    for (place, sheet) in proof.sheets.iter().enumerate() {
        let at = format!("/sheets/{place}");
        let year = (Value::from(proof.year.get()), Value::from(sheet.inputs.year.get()));
        comparison.hold(&format!("{at}/inputs/year"), &year.1, &year.0);
        let found = results(&score(&sheet.inputs, &proof.rule_set));
        comparison.hold(&format!("{at}/results"), &sheet.results, &found);
    }
    let Comparison { compared, differences } = comparison;
    Ok(Verdict { proof, compared, differences })
}

#[derive(Default)]
struct Comparison {
    compared: usize,
    differences: Vec<Difference>,
}

impl Comparison {
    /// Holds what is said against what was found, value by value.
    fn hold(&mut self, place: &str, said: &Value, found: &Value) {
        const NOTHING: &Value = &Value::Null;
        match (said, found) {
            (Value::Object(said), Value::Object(found)) => {
                let names = said.keys().chain(found.keys().filter(|name| !said.contains_key(*name)));
                for name in names {
                    let place = format!("{place}/{name}");
                    match (said.get(name), found.get(name)) {
                        (Some(said), Some(found)) => self.hold(&place, said, found),
                        (said, found) => {
                            self.differ(&place, said.unwrap_or(NOTHING), found.unwrap_or(NOTHING));
                        }
                    }
                }
            }
            (Value::Array(said), Value::Array(found)) if said.len() == found.len() => {
                for (index, (said, found)) in said.iter().zip(found).enumerate() {
                    self.hold(&format!("{place}/{index}"), said, found);
                }
            }
            _ if said == found => self.compared += 1,
            _ => self.differ(place, said, found),
        }
    }

    fn differ(&mut self, place: &str, said: &Value, found: &Value) {
        self.compared += 1;
        self.differences.push(Difference {
            place: place.to_owned(),
            said: said.clone(),
            found: found.clone(),
        });
    }
}
