//! Where sentences end: UAX #29, and the abbreviations that it cannot know.

use unicode_segmentation::UnicodeSegmentation;

/// The bytes at which a sentence (or a line) of `text` ends, spaces behind it
/// included. The end of the text is the last one.
pub(super) fn sentence_ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    for (start, sentence) in text.split_sentence_bound_indices() {
        let end = start + sentence.len();
        if end == text.len() || sentence.ends_with('\n') || !is_cut_short(sentence) {
            ends.push(end);
        }
    }
    ends
}

/// Whether what looks like a sentence ends in a dot that does not end one.
fn is_cut_short(sentence: &str) -> bool {
    let Some(body) = sentence.trim_end().strip_suffix('.') else { return false };
    let word = body.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '„' | '“' | '"' | '‘')).next();
    let word = word.unwrap_or("");
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    // An initial (`J. Doe`), letters with dots (`z. B.`, `U.S.`), a day (`3. März`).
    letters == 1 && word.chars().count() == 1
        || letters > 0 && word.contains('.') && word.split('.').all(|part| part.chars().count() <= 2)
        || (1..=2).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit())
        || ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

/// Abbreviations that stand before a capital letter within a sentence.
const ABBREVIATIONS: &[&str] = &[
    "dr", "mr", "mrs", "ms", "prof", "st", "sr", "jr", "vs", "no", "nos", "nr", "vol", "fig", "pp", "ca",
    "approx", "dept", "est", "gen", "gov", "sen", "rep", "rev", "hon", "capt", "col", "sgt", "lt", "mt",
    "ave", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "hr", "fr",
    "bzw", "ggf", "inkl", "evtl", "tel", "str", "abs", "art", "mme", "mlle", "sra", "dra", "av", "núm",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(text: &str) -> Vec<&str> {
        let mut from = 0;
        sentence_ends(text)
            .into_iter()
            .map(|end| {
                let sentence = &text[from..end];
                from = end;
                sentence
            })
            .collect()
    }

    #[test]
    fn sentences_end_at_their_end_and_not_at_abbreviations() {
        assert_eq!(
            sentences("It landed. Dr. Lovelace, J. Doe and the U.S. Army saw it! Did you? Yes."),
            ["It landed. ", "Dr. Lovelace, J. Doe and the U.S. Army saw it! ", "Did you? ", "Yes."]
        );
        assert_eq!(
            sentences("Am 3. März, z. B. Dienstag. Dann nicht mehr."),
            ["Am 3. März, z. B. Dienstag. ", "Dann nicht mehr."]
        );
        assert_eq!(
            sentences("着陸した。静かだ。\n- one\n- two"),
            ["着陸した。", "静かだ。\n", "- one\n", "- two"]
        );
    }
}
