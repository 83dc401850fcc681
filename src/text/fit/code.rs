//! Code in a row: each of its lines is whole where it has room, and keeps what
//! it is moved in by.

use super::marked::united;
use super::row::{Pause, Row, feeds, is_blank};
use crate::text::Rules;
use std::ops::Range;

/// What a part keeps free of a line of code: for the number behind it (` 1000/1000`).
const NUMBER: usize = 12;

/// Code in what is seen of a text.
#[derive(Clone, Debug)]
pub(super) struct Code {
    /// Where, in bytes.
    pub range: Range<usize>,
    /// The bytes of the marks that open and close it and all around it.
    pub weight: usize,
}

/// The lines of `text` that have a byte in them that `code` names, in bytes of
/// `text`, with their line ends. `code` is in order, and counts from `from`.
pub(super) fn lines(text: &str, from: usize, code: &[usize]) -> Vec<Code> {
    let first = code.partition_point(|at| *at < from);
    let own = code.iter().skip(first).map(|at| at - from).take_while(|at| *at <= text.len());
    let mut lines: Vec<Range<usize>> = Vec::new();
    for at in own {
        if lines.last().is_some_and(|line| at < line.end) {
            continue;
        }
        let (before, behind) = text.split_at(text.floor_char_boundary(at));
        let start = before.rfind('\n').map_or(0, |feed| feed + 1);
        let end = behind.find('\n').map_or(text.len(), |feed| before.len() + feed + 1);
        match lines.last_mut().filter(|last| last.end == start) {
            Some(last) => last.end = end,
            None => lines.push(start..end),
        }
    }
    lines.into_iter().map(|range| Code { range, weight: 0 }).collect()
}

impl Row<'_> {
    /// Blanks within `code` mean something; the ends of its lines do not. It is
    /// cut only between lines, where a line has room in a part.
    pub(super) fn keep_code(&mut self, mut code: Vec<Code>, rules: &Rules) {
        code = united(code);
        if code.is_empty() {
            return;
        }
        self.kept = vec![false; self.len()];
        for Code { range, weight } in code {
            let first = self.atoms.partition_point(|atom| atom.range.start < range.start);
            let end = self.atoms.partition_point(|atom| atom.range.start < range.end);
            let mut line = first;
            for at in first..end {
                if feeds(self.atom(at)) > 0 {
                    self.keep_line(line, at, weight, rules);
                    self.end_line(line, at);
                    line = at + 1;
                }
            }
            self.keep_line(line, end, weight, rules);
        }
    }

    /// A line of code from atom `start` to before atom `end`.
    fn keep_line(&mut self, start: usize, end: usize, weight: usize, rules: &Rules) {
        let whole = self.has_room(start, end, weight, rules);
        // What a line is moved in by goes with its words.
        let words = (start..end).find(|at| !is_blank(self.atom(*at))).unwrap_or(end);
        for at in start..words {
            self.lower(at, Pause::Glued);
        }
        for at in start..if whole { end } else { words } {
            let blank = is_blank(self.atom(at));
            if let Some(kept) = self.kept.get_mut(at) {
                *kept = blank;
            }
        }
        if whole {
            // The pause behind the last atom is none of the line.
            for at in start..end.saturating_sub(1) {
                self.lower(at, Pause::Never);
            }
        }
    }

    /// Atom `at` ends the line of code that begins at atom `start`. No such line
    /// goes on in the next one, but one that opens something, or says that it goes on,
    /// belongs to the next.
    fn end_line(&mut self, start: usize, at: usize) {
        let last = (start..at).rev().map(|at| self.atom(at)).find(|atom| !is_blank(atom));
        let opens = last.is_some_and(|last| last.ends_with([':', '{', '(', '[', '\\']));
        if let Some(pause) = self.pauses.get_mut(at).filter(|pause| **pause > Pause::Never) {
            *pause = if opens { (*pause).min(Pause::Close) } else { (*pause).max(Pause::Line) };
        }
    }

    fn lower(&mut self, at: usize, most: Pause) {
        if let Some(pause) = self.pauses.get_mut(at) {
            *pause = (*pause).min(most);
        }
    }

    /// Whether what stands from atom `start` to before atom `end` has room in
    /// every part, with the marks around it.
    fn has_room(&self, start: usize, end: usize, weight: usize, rules: &Rules) -> bool {
        let weight = if rules.markup.counts_what_is_seen() { 0 } else { weight };
        let most = |limit: usize| (limit - NUMBER.min(limit / 3)).saturating_sub(weight);
        let limit = match (rules.limit, rules.caption_limit) {
            (Some(limit), Some(caption)) => Some(limit.min(caption)),
            (limit, caption) => limit.or(caption),
        };
        limit.is_none_or(|limit| self.cost(start, end) <= most(limit))
            && rules.byte_limit.is_none_or(|limit| self.byte(end) - self.byte(start) <= most(limit))
    }
}

#[cfg(test)]
mod tests {
    use crate::text::{Rules, Syntax, Unit, count, fit, fixtures::letters, network};
    use proptest::prelude::*;

    fn plain(limit: usize) -> Rules {
        letters(Unit::Grapheme, Some(limit))
    }

    /// `text` as a thread; each line that `is_code` says is code.
    fn split(text: &str, rules: &Rules, is_code: impl Fn(&str) -> bool) -> Vec<String> {
        let mut at = 0;
        let mut code = Vec::new();
        for line in text.split_inclusive('\n') {
            if is_code(line.trim_end()) {
                code.push(at);
            }
            at += line.len();
        }
        let known = fit::Known { code: &code, ..fit::Known::default() };
        fit::stretches(text, rules, 80, false, known).into_iter().map(|part| part.of(text)).collect()
    }

    const CODE: &str =
        "def land(rocket):\n    for leg in rocket.legs:\n        leg.out()\n    return True\n\nland(two)";

    fn is_code(line: &str) -> bool {
        !line.is_empty() && CODE.lines().any(|own| own == line)
    }

    #[test]
    fn lines_of_code_are_whole_and_keep_their_indents() {
        let text = format!(
            "It lands by itself. This is how it does that, in six lines:\n\n{CODE}\n\nWords behind it."
        );
        for limit in 40..160 {
            let parts = split(&text, &plain(limit), is_code);
            for part in &parts {
                assert!(count(part, &plain(limit), 80).fits(), "{limit}: {part}");
            }
            let mut lines = parts.iter().flat_map(|part| part.lines()).filter(|line| is_code(line));
            for own in CODE.lines().filter(|line| !line.is_empty()) {
                assert_eq!(lines.next(), Some(own), "{limit}: {parts:?}");
            }
        }
        assert_eq!(
            split(CODE, &plain(50), is_code),
            [
                "def land(rocket):\n    for leg in rocket.legs:",
                "        leg.out()\n    return True\n\nland(two)"
            ]
        );
    }

    #[test]
    fn what_opens_something_stays_with_it() {
        // Words that announce code go with its first line.
        let text = "The booster stood by itself this morning. Nobody steered it. Run this:\n\nladder publish rocket-2 --yes";
        assert_eq!(
            split(text, &plain(80), |line| line.starts_with("ladder")),
            [
                "The booster stood by itself this morning. Nobody steered it.",
                "Run this:\n\nladder publish rocket-2 --yes"
            ]
        );
        let code = "let a = one(two, three);\nif a {\n    b();\n}\nlet c = d;";
        assert_eq!(
            split(code, &plain(38), |_| true),
            ["let a = one(two, three);", "if a {\n    b();\n}\nlet c = d;"]
        );
    }

    #[test]
    fn a_line_longer_than_a_part_is_cut_at_its_words() {
        let code = format!("short one\n  {}\nlast one", "word ".repeat(20).trim_end());
        let parts = split(&code, &plain(40), |_| true);
        assert!(parts.iter().all(|part| count(part, &plain(40), 80).fits()), "{parts:?}");
        assert!(parts.len() < 6 && parts[0].contains("\n  word"), "{parts:?}");
        assert_eq!(parts.concat().matches("word").count(), 20);
        let bytes = Rules { byte_limit: Some(30), ..plain(40) };
        assert!(split("é é é é é é é é é é é é", &bytes, |_| true).iter().all(|part| part.len() <= 30));
    }

    #[test]
    fn it_holds_in_markup_as_well() {
        let code = "let first = one;\n    let second = two;\nlet third = three;";
        for rules in [network::DISCORD, network::SLACK, network::TELEGRAM] {
            let text = match rules.markup {
                Syntax::Telegram => format!("Some words before it.\n\n<pre>{code}</pre>"),
                _ => format!("Some words before it.\n\n```\n{code}\n```"),
            };
            for limit in 40..90 {
                let rules = Rules { limit: Some(limit), ..rules };
                for part in crate::text::split(&text, &rules, 80) {
                    let seen = crate::text::seen(&part, rules.markup);
                    let mut lines = seen.lines().filter(|line| !line.is_empty());
                    assert!(
                        lines.all(|line| line.starts_with("Some") || code.lines().any(|own| own == line)),
                        "{limit}: {part}"
                    );
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever is code: nothing is lost, each part fits, and a line of code
        /// that has room is in one part with all that it is moved in by.
        #[test]
        fn code_is_whole_wherever_it_stands(
            lines in prop::collection::vec(("( {1,6})?[a-z]{1,9}( [a-z{(:.\\\\]{1,9}){0,9}", any::<bool>(), 0_usize..3), 1..24),
            limit in 24_usize..120,
        ) {
            let mut text = String::new();
            let mut code = Vec::new();
            for (line, is_code, feeds) in &lines {
                if *is_code {
                    code.push(text.len());
                }
                text.push_str(if *is_code { line.trim_end() } else { line.trim() });
                text.push_str(&"\n".repeat(feeds + 1));
            }
            let rules = plain(limit);
            let known = fit::Known { code: &code, ..fit::Known::default() };
            let stretches = fit::stretches(&text, &rules, 80, true, known);
            let parts: Vec<String> = stretches.iter().map(|part| part.of(&text)).collect();
            let bare = |text: &str| text.replace(char::is_whitespace, "");
            prop_assert_eq!(bare(&parts.concat()), bare(&text));
            let mut numbered = parts.clone();
            fit::number(&mut numbered, rules.markup);
            for part in &numbered {
                prop_assert!(count(part, &rules, 80).fits(), "{:?}", part);
            }
            for (line, _, _) in lines.iter().filter(|(_, is_code, _)| *is_code) {
                let line = line.trim_end();
                if count(line, &rules, 80).counted + 12 <= limit && limit >= 36 {
                    let whole = parts.iter().flat_map(|part| part.lines()).any(|own| own == line);
                    prop_assert!(whole, "{:?} is not whole in {:?}", line, parts);
                }
            }
        }
    }
}
