//! The first sentences of a text.

use super::markdown;
use crate::text::sentence_ends;
use unicode_segmentation::UnicodeSegmentation;

/// The first sentences of the running text of `markdown` that fit into `limit`
/// characters, on one line; if not even the first does, its first words and `…`.
pub fn excerpt(markdown: &str, limit: usize) -> String {
    let prose = markdown::prose(markdown);
    // A text of nothing but lists still says something.
    let text = if prose.is_empty() { markdown::whole(markdown) } else { prose };
    sentences(&text, limit)
}

/// The same of a text that is no Markdown.
pub fn sentences(text: &str, limit: usize) -> String {
    let mut out = String::new();
    for paragraph in text.split("\n\n") {
        let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut from = 0;
        for end in sentence_ends(&line) {
            let sentence = &line[from..end];
            from = end;
            // Chinese and Japanese sentences follow each other without a space.
            let closed = out.is_empty() || out.ends_with([' ', '。', '！', '？', '」', '』']);
            let space = usize::from(!closed);
            let whole = out.chars().count() + space + sentence.trim_end().chars().count();
            if whole > limit {
                return if out.is_empty() { cut(&line, limit) } else { out.trim_end().to_owned() };
            }
            if space == 1 {
                out.push(' ');
            }
            out.push_str(sentence);
        }
    }
    out.trim_end().to_owned()
}

/// The first words of `line`, with `…`, in at most `limit` characters.
fn cut(line: &str, limit: usize) -> String {
    let room = limit.saturating_sub(1);
    let mut out = String::new();
    let mut used = 0;
    for word in line.split_word_bounds() {
        used += word.chars().count();
        if used > room {
            break;
        }
        out.push_str(word);
    }
    if out.trim().is_empty() {
        out = line.graphemes(true).take(room).collect();
    }
    let end =
        out.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '–' | '—' | '-'));
    format!("{end}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_sentences_then_words_then_letters() {
        let text = "# Head\n\nOne is short. Two is a little longer. Three.\n\n- list\n";
        assert_eq!(excerpt(text, 20), "One is short.");
        assert_eq!(excerpt(text, 40), "One is short. Two is a little longer.");
        assert_eq!(excerpt(text, 400), "One is short. Two is a little longer. Three.");
        assert_eq!(excerpt("Just many words, and no stop", 18), "Just many words…");
        assert_eq!(excerpt("- only\n- lists", 50), "• only • lists");
        assert_eq!(excerpt("火箭自己回来了。然后又飞了。", 9), "火箭自己回来了。");
        assert_eq!(excerpt("回来了。又飞了。\n\n真的！", 20), "回来了。又飞了。真的！");
        assert_eq!(excerpt(&"x".repeat(100), 5), "xxxx…");
        assert_eq!(excerpt("", 5), "");
        assert_eq!(
            excerpt("Dr. Lovelace saw it at 9 a.m. Berlin time. Nobody else.", 45),
            "Dr. Lovelace saw it at 9 a.m. Berlin time."
        );
        // A row of signs costs no square.
        assert_eq!(excerpt(&format!("a.{}", ")".repeat(400_000)), 5), "a.))…");
    }
}
