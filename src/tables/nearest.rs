//! The word that was probably meant.

use super::column::plain;

/// The option that differs least from `word`, if it differs little.
#[must_use]
pub fn nearest<'a>(word: &str, options: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST * 4 {
        return None;
    }
    let word = plain(word);
    if word.is_empty() || word.chars().count() > LONGEST {
        return None;
    }
    let measured = options.into_iter().map(|option| {
        let known = plain(option);
        (strsim::osa_distance(&word, &known), known.chars().count(), option)
    });
    let (distance, length, option) = measured.min_by_key(|(distance, ..)| *distance)?;
    (distance <= (length / 3).max(1) && distance < length).then_some(option)
}

/// No name is longer; measuring takes time that grows with the square.
const LONGEST: usize = 64;
