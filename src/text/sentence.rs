//! Where sentences end: UAX #29, and the abbreviations, ordinals and times that
//! it cannot know.

use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// So many signs in a row belong to a sentence; more are a drawing. The finder
/// of UAX #29 looks ahead from each of them (rule SB8), so that a long row would
/// cost its square.
const SIGNS: usize = 16;

/// The bytes at which a sentence (or a line) of `text` ends, spaces behind it
/// included. The end of the text is the last one.
///
/// Takes time in proportion to the text.
pub(crate) fn sentence_ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        let line_end = from + line.len();
        // Most lines of a list have nothing to look at.
        if line.is_ascii() && !line.contains(['.', '!', '?', '\r']) {
            ends.push(line_end);
            from = line_end;
            continue;
        }
        let short = Short::of(line);
        let mut start = from;
        for end in short.ends() {
            let mut end = from + short.place(end);
            if end < line_end {
                end -= opened_behind(&text[start..end]);
            }
            if end == line_end || !is_cut_short(&text[start..end], &text[end..]) {
                ends.push(end);
                start = end;
            }
        }
        from = line_end;
    }
    ends
}

/// A line with every row of signs cut to the first [`SIGNS`].
struct Short {
    text: String,
    /// Behind this byte of `text`, so many bytes of the line were left out in all.
    left_out: Vec<(usize, usize)>,
}

impl Short {
    fn of(line: &str) -> Short {
        let mut short = Short { text: String::with_capacity(line.len()), left_out: Vec::new() };
        let (mut row, mut out) = (0, 0);
        for c in line.chars() {
            row = if c.is_alphanumeric() && !is_combining_mark(c) || c == '\n' { 0 } else { row + 1 };
            if row > SIGNS {
                out += c.len_utf8();
                match short.left_out.last_mut() {
                    Some((at, sum)) if *at == short.text.len() => *sum = out,
                    _ => short.left_out.push((short.text.len(), out)),
                }
            } else {
                short.text.push(c);
            }
        }
        short
    }

    /// Where sentences may end: by UAX #29, and before a link or a tag. That one
    /// begins with a small letter does not say that the sentence goes on (rule SB8).
    fn ends(&self) -> Vec<usize> {
        let mut ends = Vec::new();
        for (at, sentence) in self.text.split_sentence_bound_indices() {
            let spaces = sentence.match_indices(' ').map(|(space, _)| space + 1);
            let linked = spaces.filter(|end| {
                let (before, after) = sentence.split_at(*end);
                ["#", "@", "$", "http://", "https://", "www."].iter().any(|start| after.starts_with(start))
                    && before.trim_end().trim_end_matches(closes).ends_with(['.', '!', '?', '…'])
            });
            ends.extend(linked.map(|end| at + end));
            ends.push(at + sentence.len());
        }
        ends
    }

    /// Where byte `at` of the short text stands in the line: behind what was
    /// left out there.
    fn place(&self, at: usize) -> usize {
        let before = self.left_out.partition_point(|(place, _)| *place <= at);
        at + before.checked_sub(1).and_then(|last| self.left_out.get(last)).map_or(0, |(_, sum)| *sum)
    }
}

/// The bytes of the brackets and quotes at the end of `sentence` that open what
/// follows a full stop (`。「`): UAX #29 does not ask which way they face.
fn opened_behind(sentence: &str) -> usize {
    let closed = sentence.trim_end_matches(opens_only);
    let opened = sentence.len() - closed.len();
    if closed.trim_end_matches(closes).ends_with(needs_no_space) { opened } else { 0 }
}

/// Brackets and quotes that only open; `“` and `‘` behind a full stop of Chinese.
fn opens_only(c: char) -> bool {
    matches!(
        c,
        '(' | '['
            | '{'
            | '（'
            | '［'
            | '｛'
            | '「'
            | '『'
            | '【'
            | '《'
            | '〈'
            | '〔'
            | '«'
            | '„'
            | '“'
            | '‘'
    )
}

fn closes(c: char) -> bool {
    matches!(
        c,
        ')' | ']'
            | '}'
            | '）'
            | '］'
            | '｝'
            | '」'
            | '』'
            | '】'
            | '》'
            | '〉'
            | '〕'
            | '”'
            | '’'
            | '"'
            | '\''
    )
}

/// Full stops of scripts that put no space behind them: Chinese and Japanese,
/// Khmer, Burmese, Tibetan.
fn needs_no_space(c: char) -> bool {
    matches!(
        c,
        '。' | '｡'
            | '．'
            | '！'
            | '？'
            | '﹒'
            | '﹖'
            | '﹗'
            | '\u{17d4}'
            | '\u{17d5}'
            | '\u{104a}'
            | '\u{104b}'
            | '\u{f0d}'
            | '\u{f0e}'
    )
}

/// Ideographs and kana: text without spaces, also behind a stop of ASCII.
fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c), 0x3041..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0x20000..=0x3FFFF)
}

/// Whether a sentence cannot end here because no space stands behind its sign:
/// `a.b?c=d`, `assert!(x)`, `now.[1]`, `nice!$ACME`.
fn goes_on(sentence: &str, after: &str) -> bool {
    let words = sentence.trim_end();
    let sign = words.trim_end_matches(closes);
    if sign.ends_with(needs_no_space) {
        return false;
    }
    // Rule SB9 takes what opens for what closes: `assert!( x`.
    words.ends_with(['(', '[', '{'])
        || words.len() == sentence.len()
            && !after.starts_with(char::is_whitespace)
            && !(after.starts_with(is_unspaced)
                && sign.trim_end_matches(['.', '!', '?']).ends_with(is_unspaced))
}

/// Whether what looks like a sentence ends in a sign that does not end one.
fn is_cut_short(sentence: &str, after: &str) -> bool {
    if goes_on(sentence, after) {
        return true;
    }
    let Some(body) = sentence.trim_end().strip_suffix('.') else { return false };
    let opens =
        |c: char| c.is_whitespace() || matches!(c, '(' | '[' | '„' | '“' | '"' | '‘' | '«' | '¿' | '¡');
    // No word that matters here is longer; a longer one is not looked at whole.
    let tail = body.char_indices().rev().take(24).last().map_or(body, |(at, _)| &body[at..]);
    let word = tail.rsplit(opens).next().unwrap_or("");
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let short = |part: &str| part.chars().count() <= 2;
    let digits = |word: &str| (1..=2).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    let number_follows = after.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '§'));
    let lower = word.to_lowercase();
    // An initial (`J. Doe`), letters with dots (`z. B.`, `U.S.`, `9 a.m.`), a day (`3. März`).
    letters == 1 && word.chars().count() == 1 && word != "I"
        || letters > 0 && word.contains('.') && word.split(['.', '-']).all(short)
        || digits(word)
        || ABBREVIATIONS.contains(&lower.as_str())
        // `Meier & Co. KG`.
        || lower == "co" && tail.trim_end_matches(word).ends_with("& ")
        || number_follows && BEFORE_NUMBERS.iter().any(|known| lower.ends_with(known))
        || MONTHS.contains(&lower.as_str()) && (number_follows || follows_number(body, word))
}

/// Whether a number stands before the last word: `3 oct. `, `3. Okt. `.
fn follows_number(body: &str, word: &str) -> bool {
    let before = body.strip_suffix(word).unwrap_or("").trim_end().trim_end_matches('.');
    before.ends_with(|c: char| c.is_ascii_digit())
}

/// Abbreviations that stand before a capital letter within a sentence: English,
/// German, French, Spanish, Italian, Dutch, Polish, Portuguese, Russian, Hindi.
const ABBREVIATIONS: &[&str] = &[
    "dr",
    "mr",
    "mrs",
    "ms",
    "prof",
    "st",
    "ste",
    "sr",
    "jr",
    "vs",
    "approx",
    "dept",
    "gov",
    "sen",
    "rep",
    "rev",
    "hon",
    "capt",
    "col",
    "sgt",
    "lt",
    "mt",
    "messrs",
    "dipl",
    "ing",
    "hr",
    "fr",
    "hrn",
    "bzw",
    "ggf",
    "inkl",
    "evtl",
    "zzgl",
    "vgl",
    "bspw",
    "sog",
    "ca",
    "mme",
    "mlle",
    "mm",
    "mgr",
    "ex",
    "sra",
    "srta",
    "dra",
    "dña",
    "ud",
    "uds",
    "vd",
    "vds",
    "ee",
    "uu",
    "avda",
    "av",
    "gen",
    "maj",
    "cmdr",
    "adm",
    "cf",
    "viz",
    "incl",
    "al",
    "fa",
    "mio",
    "mrd",
    "tsd",
    "gebr",
    "hl",
    "dres",
    "sig",
    "dott",
    "avv",
    "dhr",
    "mevr",
    "drs",
    "bijv",
    "inż",
    "ul",
    "np",
    "exmo",
    "exma",
    "проф",
    "ул",
    "им",
    "тыс",
    "млн",
    "млрд",
    "डॉ",
    "प्रो",
    "पं",
];

/// Those that do so only before a number, also as the end of a word (`Hauptstr. 5`).
const BEFORE_NUMBERS: &[&str] = &[
    "no", "nos", "nr", "nrn", "núm", "núms", "vol", "fig", "figs", "p", "pp", "pág", "págs", "ch", "chap",
    "sec", "art", "abs", "bd", "kap", "tel", "tél", "str", "ave", "est", "ed", "approx", "env", "mind",
    "max", "min",
];

/// Months, beside a number.
const MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mär", "mrz", "okt",
    "dez", "janv", "févr", "avr", "juil", "déc", "ene", "abr", "ago", "dic",
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

    #[test]
    fn each_language_has_its_own_dots() {
        for one in [
            "Doors open at 9 a.m. Pacific on Dec. 1 at No. 4 Main St. Springfield",
            "Am 24. Dezember um 8 Uhr, Hauptstr. 5, Tel. 030 1234, inkl. MwSt. und ggf. Versand",
            "M. Dupont et Mme. Curie, av. J.-C. Rien, le 3 oct. 2026, p. ex. Paris",
            "La Sra. García y el Dr. Ruiz de EE. UU. Ayer, pág. 12, el 3 dic. Todo",
            "It weighs 3.5 t and costs $1.2 million... or so",
            "Die Fa. Meier GmbH & Co. KG liefert 5 Mio. Stück",
            "Lovelace et al. (1843) and cf. Babbage",
            "डॉ. कलाम ने कहा",
            "Say e.g. #rocket or vs. @ada_l here",
            "Version 2.0.1 of main.rs is at https://acme.example/a.b/c.D now",
        ] {
            assert_eq!(sentences(one), [one]);
        }
    }

    #[test]
    fn a_word_that_is_also_an_abbreviation_ends_its_sentence() {
        assert_eq!(sentences("Did it fail? No. It flew."), ["Did it fail? ", "No. ", "It flew."]);
        assert_eq!(sentences("This is art. We like it."), ["This is art. ", "We like it."]);
        assert_eq!(sentences("So did I. Then it rained."), ["So did I. ", "Then it rained."]);
        assert_eq!(sentences("It flew in 2026. Then not."), ["It flew in 2026. ", "Then not."]);
        assert_eq!(sentences("Wait... What? “Yes.” He left."), ["Wait... ", "What? ", "“Yes.” ", "He left."]);
        assert_eq!(sentences("See https://a.example/x. Then go."), ["See https://a.example/x. ", "Then go."]);
        assert_eq!(
            sentences("It landed. #rocket (yes.) https://a.example/x @ada. @bob!"),
            ["It landed. ", "#rocket (yes.) ", "https://a.example/x @ada. ", "@bob!"]
        );
        assert_eq!(sentences("هل هبطت؟ نعم. है। नहीं।"), ["هل هبطت؟ ", "نعم. ", "है। ", "नहीं।"]);
    }

    #[test]
    fn no_sentence_ends_within_a_word() {
        for one in [
            "Use assert!(x) and println!(\"hi\") here",
            "It is out now.[1] It flew",
            "Big kudos!@ada_l did it",
            "So nice!$ACME rose",
            "What?!*really*",
            "Done!👋 Next",
            "call( x ) and go!( now",
        ] {
            assert_eq!(sentences(one), [one]);
        }
        assert_eq!(sentences("He said (now!) Then go."), ["He said (now!) ", "Then go."]);
        assert_eq!(sentences("静かだ。「はい。」と。（注）"), ["静かだ。", "「はい。」", "と。", "（注）"]);
        assert_eq!(sentences("真的吗?是的!好。OK"), ["真的吗?", "是的!", "好。", "OK"]);
        assert_eq!(sentences("着陸！@ada"), ["着陸！", "@ada"]);
    }

    #[test]
    fn a_row_of_signs_is_one_pause_and_costs_no_square() {
        let row = format!("Done.{} Next. Last", ")".repeat(40));
        assert_eq!(sentences(&row), [format!("Done.{} ", ")".repeat(40)), "Next. ".into(), "Last".into()]);
        for sign in [")", " ", ".", "\u{301}", "\u{93e}", "\u{200d}", "!)", "1", ". ", "…"] {
            let text = format!("a.{}b", sign.repeat(200_000));
            assert_eq!(sentence_ends(&text).last(), Some(&text.len()));
        }
    }
}
