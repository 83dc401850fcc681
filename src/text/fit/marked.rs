//! The row of a text in markup: it is cut where readers would pause, so its
//! atoms are what they see, with the cost of the marks around them; and each
//! stretch is written so that it stands alone.

use super::code::Code;
use super::row::{Pause, Row, is_blank, sums};
use crate::text::count::{Atom, atoms, count};
use crate::text::marked::{Nature, Reading, Span, Stretch};
use crate::text::{Rules, Syntax, Unit};
use std::borrow::Cow;
use std::ops::Range;

/// Marks of more bytes than this are not written a second time.
const LONGEST_MARKS: usize = 4_096;

impl<'a> Row<'a> {
    /// Of a text in the markup of `rules`.
    pub(super) fn marked(text: &'a str, rules: &Rules, url_reserve: usize) -> Row<'a> {
        let reading = Reading::of(text, rules.markup);
        let plain = Rules { markup: Syntax::Plain, ..*rules };
        let mut atoms = atoms(&reading.seen, &plain, url_reserve);
        join(&mut atoms, &reading, rules);
        let price = Price { text, reading: &reading, url_reserve };
        if !rules.markup.counts_what_is_seen() {
            let costs = price.of(&atoms, &plain);
            atoms.iter_mut().zip(costs).for_each(|(atom, cost)| atom.cost = cost);
        }
        let costs = sums(atoms.iter().map(|atom| atom.cost));
        let bytes = match rules.byte_limit {
            Some(_) => {
                let byte = Rules { unit: Unit::Byte, link_cost: None, ..plain };
                sums(price.of(&atoms, &byte).into_iter())
            }
            None => Vec::new(),
        };
        let whole = Cow::Owned(reading.seen.clone());
        let mut row = Row::of(whole, atoms, [costs, bytes], Some(reading)).with_pauses(true, rules);
        let code = row.reading.iter().flat_map(Reading::code);
        let code = code.map(|(range, weight)| Code { range, weight }).collect();
        row.keep_code(code, rules);
        row.keep_costly(rules);
        row
    }

    /// The stretch from atom `start` to before atom `end`, without blanks at
    /// its ends, as it is written by itself, with `sign` behind its words. Its
    /// range is one of the text that the row was made of.
    pub(super) fn stretch(&self, start: usize, end: usize, sign: &str) -> Stretch {
        match &self.reading {
            None if !self.kept.is_empty() => {
                let start = self.skip_spaces(start);
                let end = self.without_blanks(end).max(start);
                let range = self.byte(start)..self.atom_end(end).max(self.byte(start));
                Stretch { behind: sign.to_owned(), ..Stretch::from(range) }
            }
            None => {
                let range = self.byte(start)..self.byte(end);
                // What is shortened keeps the blanks that it begins with.
                let range = if sign.is_empty() { super::trimmed(&self.whole, range) } else { range };
                Stretch { behind: sign.to_owned(), ..Stretch::from(range) }
            }
            Some(reading) => {
                let start = if start == 0 { 0 } else { self.skip_spaces(start) };
                let end = self.without_blanks(end).max(start);
                reading.stretch(self.byte(start), self.atom_end(end), sign)
            }
        }
    }

    /// The end of what stands before atom `end` without blanks.
    pub(super) fn without_blanks(&self, end: usize) -> usize {
        let mut end = end;
        while end > 0 && is_blank(self.atom(end - 1)) && !self.keeps(end - 1) {
            end -= 1;
        }
        end
    }

    /// Where what stands before atom `end` ends, in bytes of what is seen.
    fn atom_end(&self, end: usize) -> usize {
        end.checked_sub(1).and_then(|last| self.atoms.get(last)).map_or(0, |atom| atom.range.end)
    }

    /// What costs most of the limit to be opened again is not cut.
    fn keep_costly(&mut self, rules: &Rules) {
        let most = match rules.limit {
            Some(limit) if !rules.markup.counts_what_is_seen() => (limit / 2).min(LONGEST_MARKS),
            _ => LONGEST_MARKS,
        };
        let Some(reading) = &self.reading else { return };
        let costly = reading.spans().filter(|span| span.weight > most).map(|span| span.seen);
        let mut costly = united(costly.collect()).into_iter().peekable();
        for (atom, pause) in self.atoms.iter().zip(&mut self.pauses) {
            while costly.next_if(|range| range.end <= atom.range.end).is_some() {}
            if costly.peek().is_some_and(|range| range.start < atom.range.end) {
                *pause = Pause::Never;
            }
        }
    }
}

/// What has a place in a text.
pub(super) trait Placed {
    fn place(&self) -> Range<usize>;
}

impl Placed for Range<usize> {
    fn place(&self) -> Range<usize> {
        self.clone()
    }
}

impl Placed for Code {
    fn place(&self) -> Range<usize> {
        self.range.clone()
    }
}

/// `all` without those that are empty or lie in others, in order.
pub(super) fn united<T: Placed>(mut all: Vec<T>) -> Vec<T> {
    all.retain(|own| !own.place().is_empty());
    all.sort_by_key(|own| (own.place().start, std::cmp::Reverse(own.place().end)));
    all.dedup_by(|next, before| next.place().end <= before.place().end);
    all
}

/// Makes one atom of what is one thing (a link's words, code in a line) and has
/// room.
fn join(atoms: &mut Vec<Atom>, reading: &Reading<'_>, rules: &Rules) {
    // Room for an ellipsis, and for the number of a part.
    let most = rules.limit.map_or(usize::MAX, |limit| limit - (limit / 8).min(8));
    let seen = rules.markup.counts_what_is_seen();
    let costs = sums(atoms.iter().map(|atom| atom.cost));
    let places = |range: &Range<usize>| {
        let first = atoms.partition_point(|atom| atom.range.end <= range.start);
        first..atoms.partition_point(|atom| atom.range.start < range.end)
    };
    let fits = |span: &Span| {
        let places = places(&span.seen);
        let words = costs[places.end] - costs[places.start];
        words.saturating_add(if seen { 0 } else { span.weight }) <= most
    };
    let wholes = reading.spans().filter(|span| span.nature == Nature::Whole && fits(span));
    let wholes: Vec<Range<usize>> =
        united(wholes.map(|span| span.seen).collect()).iter().map(places).collect();
    let mut wholes = wholes.into_iter().peekable();
    let mut joined = Vec::with_capacity(atoms.len());
    for (at, atom) in atoms.drain(..).enumerate() {
        while wholes.next_if(|range| range.end <= at).is_some() {}
        match (wholes.peek(), joined.last_mut()) {
            (Some(range), Some(last)) if range.start < at => {
                let last: &mut Atom = last;
                last.range.end = atom.range.end;
                last.cost += atom.cost;
                last.kind = None;
            }
            _ => joined.push(atom),
        }
    }
    *atoms = joined;
}

/// What atoms cost as they are written.
struct Price<'r, 'a> {
    text: &'a str,
    reading: &'r Reading<'a>,
    url_reserve: usize,
}

impl Price<'_, '_> {
    /// The cost of each of `atoms` by `rules`, with the marks at its ends:
    /// what opens belongs to what stands behind it.
    fn of(&self, atoms: &[Atom], rules: &Rules) -> Vec<usize> {
        let rules = Rules { limit: None, byte_limit: None, trimmed: false, ..*rules };
        let cost = |text: &str| match text {
            "" => 0,
            text => count(text, &rules, self.url_reserve).counted,
        };
        let own = atoms.iter().map(|atom| {
            let written = &self.text[self.reading.written(atom.range.clone())];
            let same = written.len() == atom.range.len() && rules.unit != Unit::Byte;
            if same { atom.cost } else { cost(written) }
        });
        let mut costs: Vec<usize> = own.collect();
        for (at, mark, ends) in self.reading.marks() {
            let next = atoms.partition_point(|atom| atom.range.end <= at);
            let within = atoms.get(next).is_some_and(|atom| atom.range.start < at);
            let place = if ends { next.saturating_sub(1) } else { next.min(atoms.len().saturating_sub(1)) };
            if let Some(own) = costs.get_mut(place).filter(|_| !within) {
                *own = own.saturating_add(cost(mark));
            }
        }
        costs
    }
}

#[cfg(test)]
mod tests {
    use crate::text::{Rules, count, fit, network, seen, shorten, split};

    fn limited(rules: Rules, limit: usize) -> Rules {
        Rules { limit: Some(limit), ..rules }
    }

    fn fitting(parts: &[String], rules: &Rules) {
        for part in parts {
            assert!(count(part, rules, 80).fits(), "{part}");
        }
    }

    #[test]
    fn telegram_counts_what_is_seen() {
        let counted = |text: &str| count(text, &network::TELEGRAM, 80).counted;
        assert_eq!(counted("hi <b>b</b>"), 4);
        assert_eq!(counted("&lt;&#128640; R&amp;D&gt;"), 1 + 2 + 1 + 3 + 1);
        assert_eq!(counted("<p>x</p>"), 8);
        assert_eq!(counted("<a href=\"https://rung.invalid/blog/tracked-html\">x</a>"), 1);
        let bold = "<b>b</b> ".repeat(2000);
        assert_eq!(split(&bold, &network::TELEGRAM, 80).len(), 1);
    }

    #[test]
    fn tags_are_closed_and_opened_again() {
        let rules = limited(network::TELEGRAM, 24);
        let parts = split("<b>one two three four five six seven eight</b> nine ten", &rules, 80);
        assert_eq!(parts[0], "<b>one two three four five</b>");
        assert_eq!(parts[1..].join(" ").replace("</b> <b>", " "), "<b>six seven eight</b> nine ten");
        let text = "<pre><code class=\"language-a\">first line\n    second line\n    third line</code></pre>";
        assert_eq!(
            split(text, &rules, 80),
            [
                "<pre><code class=\"language-a\">first line</code></pre>",
                "<pre><code class=\"language-a\">    second line</code></pre>",
                "<pre><code class=\"language-a\">    third line</code></pre>",
            ]
        );
        let cut = |text: &str, limit| shorten(text, limit, &rules, 80);
        assert_eq!(cut("x See <a href=\"https://a.example/\">a link of words</a> now", 20), "x See…");
        assert_eq!(
            cut("x See <a href=\"https://a.example/\">a link of many words that go on</a>", 20),
            "x See <a href=\"https://a.example/\">a link of…</a>"
        );
        assert_eq!(cut("R&amp;D &lt;now&gt; and then some", 14), "R&amp;D &lt;now&gt; and…");
    }

    #[test]
    fn links_are_whole_where_they_have_room() {
        let link = |at: usize| format!("[word {at}](https://a.example/{at})");
        let text = (0..40).map(link).collect::<Vec<_>>().join(" ");
        let rules = limited(network::DISCORD, 200);
        let parts = split(&text, &rules, 80);
        fitting(&parts, &rules);
        assert_eq!(parts.join(" "), text);
        let link = |at: usize| format!("<https://a.example/{at}|word {at}>");
        let text = (0..40).map(link).collect::<Vec<_>>().join(" ");
        let made = shorten(&text, 100, &network::SLACK, 80);
        assert!(made.ends_with(">…") && count(&made, &network::SLACK, 80).counted <= 100, "{made}");
    }

    #[test]
    fn code_and_quotations_go_on_in_the_next_part() {
        let code = "```rust\nlet one = 1;\n    let two = 2;\nlet three = 3;\n```\nafter words";
        let rules = limited(network::DISCORD, 44);
        let mut parts = split(code, &rules, 80);
        assert_eq!(
            parts,
            ["```rust\nlet one = 1;\n    let two = 2;\n```", "```rust\nlet three = 3;\n```\nafter words"]
        );
        fit::number(&mut parts, rules.markup);
        assert!(parts[0].ends_with("\n```\n1/2") && parts[1].ends_with("after words 2/2"), "{parts:?}");
        let rules = limited(network::SLACK, 20);
        let parts = split("> one two three four five six\n> seven eight nine ten", &rules, 80);
        fitting(&parts, &rules);
        assert!(parts.iter().all(|part| part.starts_with("> ")), "{parts:?}");
        let words = parts.join(" ").replace("> ", "").replace('\n', " ");
        assert_eq!(words, "one two three four five six seven eight nine ten");
    }

    #[test]
    fn a_line_of_code_keeps_what_it_is_moved_in_by() {
        let words = "Intro words. ".repeat(4);
        let code = "        First(x)\n    Second(x)\n    } else {";
        let blocks = [
            (network::TELEGRAM, format!("<pre><code class=\"language-python\">{code}</code></pre>")),
            (network::DISCORD, format!("```python\n{code}\n```")),
            (network::SLACK, format!("```\n{code}\n```")),
        ];
        for (rules, block) in blocks {
            // However the words and the code share the room.
            for limit in 60..140 {
                let rules = limited(rules, limit);
                let parts = split(&format!("{}\n\n{block}", words.trim()), &rules, 80);
                fitting(&parts, &rules);
                let seen: Vec<_> = parts.iter().map(|part| seen(part, rules.markup)).collect();
                let mut lines = seen.iter().flat_map(|part| part.lines()).filter(|line| !line.is_empty());
                assert!(
                    lines.all(|line| line.starts_with("Intro") || code.lines().any(|own| own == line)),
                    "{parts:?}"
                );
            }
        }
    }

    #[test]
    fn below_a_picture_there_is_less_room() {
        let rules = Rules { caption_limit: Some(20), ..limited(network::TELEGRAM, 40) };
        let text = "one two three four five six seven eight nine ten eleven twelve thirteen";
        let lengths = |pictures: &[usize]| {
            let parts =
                fit::stretches(text, &rules, 80, false, fit::Known { pictures, ..fit::Known::default() });
            parts.iter().map(|part| part.range.len()).collect::<Vec<_>>()
        };
        assert_eq!(lengths(&[]).len(), 2);
        let first = lengths(&[0]);
        assert!(first[0] <= 20 && first[1] > 20, "{first:?}");
        // Behind the first part, and at the end.
        let last = lengths(&[text.len()]);
        assert!(last[0] > 20 && last[last.len() - 1] <= 20, "{last:?}");
        let middle =
            fit::stretches(text, &rules, 80, false, fit::Known { pictures: &[30], ..fit::Known::default() });
        let own = middle.iter().position(|part| part.range.end >= 30).unwrap_or(0);
        assert!(middle[own].range.len() <= 20, "{middle:?}");
    }

    /// Shapes that make marks, rows and cuts quadratic: such a one would take
    /// minutes here, and nobody would wait for it.
    #[test]
    fn time_grows_with_the_text() {
        let pieces = [
            "<b>",
            "<b>a ",
            "a</b> ",
            "<a href=\"x\">a ",
            "&lt;",
            "**a ",
            "a** ",
            "[a ",
            "[a](b) ",
            "`a ",
            "> a\n",
            "```\na\n",
            "<a|b ",
            "*a* ",
            "a\n\n    ",
        ];
        for piece in pieces {
            let text = piece.repeat(6_000 / piece.len());
            for rules in [network::TELEGRAM, network::SLACK, network::DISCORD, network::REDDIT] {
                let rules = limited(rules, 200);
                let parts = split(&text, &rules, 80);
                assert!(!parts.is_empty());
                let _ = shorten(&text, 200, &rules, 80);
            }
        }
        let link = format!("<a href=\"{}\">{}</a>", "x".repeat(3_000), "word ".repeat(2_000));
        let parts = split(&link, &limited(network::TELEGRAM, 200), 80);
        assert!(parts.len() > 40 && parts.iter().all(|part| part.len() < 4_000));
    }
}
