//! What holds of every text on every network: counting, shortening, splitting,
//! escaping, and what outlets make of Markdown.
//!
//! One place for the laws: the property tests beside this file try them with
//! made texts, the mutation run with spoiled ones, and `fuzz/` with what a
//! coverage-guided fuzzer finds. A law that does not hold panics and says why.

use ladder::render::markup::Markup;
use ladder::text::markup::{discord, reddit, slack, telegram};
use ladder::text::{
    Dialect, EntityKind, Rules, Stretch, Syntax, Unit, count, entities, fit, linked, little_text, network,
    seen, shorten, split,
};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Characters kept for an address that is not known yet: the default.
pub const RESERVE: usize = 80;

/// Every network that can be counted, and some that do not exist: other units,
/// limits from nothing to much, limits in bytes, links of every price.
pub fn all_rules() -> Vec<Rules> {
    let mut all = network::NETWORKS.to_vec();
    let units = [Unit::Grapheme, Unit::CodePoint, Unit::Utf16, Unit::Weighted, Unit::Byte];
    let dialects = [Dialect::Plain, Dialect::X, Dialect::Mastodon, Dialect::Bluesky];
    for (at, limit) in [0, 1, 7, 12, 40, 100, 281].into_iter().enumerate() {
        let unit = units[at % units.len()];
        let dialect = dialects[at % dialects.len()];
        let link_cost = [None, Some(23), Some(1)][at % 3];
        let byte_limit = [None, Some(limit * 2), Some(25)][(at / 2) % 3];
        all.push(Rules { limit: Some(limit), unit, dialect, link_cost, byte_limit, ..network::UNKNOWN });
    }
    // Marks of a network's own, cut close.
    for of in [network::SLACK, network::TELEGRAM, network::REDDIT, network::NOSTR, network::LINKEDIN] {
        all.push(Rules { limit: Some(60), ..of });
    }
    all.push(Rules { byte_limit: Some(60), ..network::UNKNOWN });
    all
}

/// Finding and counting take any text: what is found lies in it, in order, and
/// the same question gets the same answer.
pub fn counting(text: &str, rules: &Rules) {
    // As readers see it, and as it is written in the network's markup.
    for found in [entities(text, rules.dialect), linked(text, rules)] {
        let mut end = 0;
        for entity in found {
            assert!(entity.range.start >= end, "{}: {entity:?} overlaps the one before", rules.network);
            assert!(text.get(entity.range.clone()).is_some_and(|found| !found.is_empty()), "{entity:?}");
            end = entity.range.end;
        }
    }
    let counted = count(text, rules, RESERVE);
    assert_eq!(counted, count(text, rules, RESERVE));
    assert_eq!(counted.fits(), counted.over() == 0, "{}: {counted:?}", rules.network);
}

/// What was shortened fits and is a beginning of the text that cuts nothing,
/// with an ellipsis; or it is the text itself, because it fits or because what
/// cannot be shortened must be told, and only what does not fit tells.
pub fn shortening(text: &str, limit: usize, rules: &Rules) {
    let own = Rules { limit: Some(limit), ..*rules };
    let fits = |text: &str| count(text, &own, RESERVE).fits();
    let made = shorten(text, limit, rules, RESERVE);
    if fits(text) {
        assert_eq!(made, text);
        return;
    }
    if rules.markup != Syntax::Plain {
        // What is no markup to us may be some when it is cut: what it says has
        // a law for texts that outlets are given ([`outlets`]).
        assert!(made == text || fits(&made), "{}: {made:?} does not fit {limit}", rules.network);
        return;
    }
    let uncut = Whole::of(text, rules);
    if limit == 0 {
        assert!(made.is_empty(), "{made:?}");
        return;
    }
    if made == text {
        let pieces = uncut.ends.windows(2);
        let easy = fits(" …") && pieces.clone().all(|piece| fits(&text[piece[0]..piece[1]]));
        let letters = text.chars().take_while(char::is_ascii_lowercase).count();
        let words = letters > 2 && fits(&format!("{} …", "a".repeat(letters.min(6))));
        // A link at the beginning may fit alone, and not with an ellipsis behind it.
        let first = uncut.ends.get(1).map_or(text, |end| &text[..*end]);
        let begins = fits(&format!("{first} …"));
        assert!(!easy || !words || !begins, "{}: {text:?} could be shortened to {limit}", rules.network);
        return;
    }
    assert!(fits(&made), "{}: {made:?} does not fit {limit}", rules.network);
    let Some(kept) = made.strip_suffix('…') else { panic!("{made:?} has no ellipsis") };
    assert!(!kept.trim().is_empty(), "{}: only an ellipsis of {text:?}", rules.network);
    let kept = if text.starts_with(kept) { kept } else { kept.strip_suffix(' ').unwrap_or(kept) };
    assert!(text.starts_with(kept), "{made:?} is no beginning of {text:?}");
    assert!(uncut.may_end(kept.len()), "{}: {made:?} cuts something of {text:?}", rules.network);
}

/// A thread says all that the text says, in order; each part fits unless it is
/// one thing that is never cut; nothing is cut.
pub fn splitting(text: &str, rules: &Rules, numbered: bool) {
    let stretches = fit::stretches(text, rules, RESERVE, numbered, fit::Known::default());
    assert!(!stretches.is_empty());
    if rules.markup != Syntax::Plain {
        return covering(text, rules, &stretches);
    }
    assert!(stretches.iter().all(|part| part.before.is_empty() && part.behind.is_empty()));
    let places: Vec<Range<usize>> = stretches.into_iter().map(|part| part.range).collect();
    if !numbered {
        let parts: Vec<&str> = places.iter().map(|place| &text[place.clone()]).collect();
        assert_eq!(parts, split(text, rules, RESERVE));
    }
    let mut said = String::new();
    let mut from = 0;
    for place in &places {
        said.push_str(&text[from..place.start]);
        from = place.end;
    }
    said.push_str(&text[from..]);
    let lost = without_breaks(&said);
    assert!(lost.trim().is_empty(), "{}: {lost:?} is lost of {text:?}", rules.network);

    let uncut = Whole::of(text, rules);
    let broken_by_hand = text.contains("<!--");
    let mut parts: Vec<String> = places.iter().map(|place| text[place.clone()].to_owned()).collect();
    if numbered {
        fit::number(&mut parts, rules.markup);
    }
    for (place, part) in places.iter().zip(&parts) {
        let counted = count(part, rules, RESERVE);
        // A link that a tag overlaps (X) is counted and never cut, though only the tag is found.
        let words = text[place.clone()].trim();
        let overlapped =
            words.starts_with(['#', '＃', '@', '＠']) && words.contains('.') && !words.contains(' ');
        // Behind a mark at which a thread breaks, a link may begin that is none
        // in the text with the mark.
        let alone = broken_by_hand && Whole::of(words, rules).is_one(&(0..words.len()));
        let one = overlapped || alone || uncut.is_one(place);
        assert!(counted.fits() || one, "{}: {counted:?} of {part:?} of {text:?}", rules.network);
        if !broken_by_hand {
            let whole = uncut.may_end(place.start) && uncut.may_end(place.end);
            assert!(whole, "{}: {part:?} cuts something of {text:?}", rules.network);
        }
    }
    if numbered && parts.len() > 1 {
        let all = parts.len();
        for (at, part) in parts.iter().enumerate() {
            assert!(part.ends_with(&format!(" {}/{all}", at + 1)), "{part:?} is {} of {all}", at + 1);
        }
    }
}

/// Parts in markup leave nothing out but blanks, marks and breaks.
fn covering(text: &str, rules: &Rules, parts: &[Stretch]) {
    let mut said = String::new();
    let mut from = 0;
    for Stretch { range, .. } in parts {
        said.push_str(text.get(from..range.start).expect("parts are in order"));
        from = range.end;
    }
    said.push_str(&text[from..]);
    let lost = without_breaks(&said);
    let lost = lost.replace(|c: char| c.is_whitespace() || ">#-&gt;".contains(c), "");
    assert!(!lost.contains(char::is_alphanumeric), "{}: {lost:?} is lost of {text:?}", rules.network);
}

/// A text as outlets are given it, cut: each part is whole by itself, and
/// together they say what the text says. `words`: what readers see of it,
/// letters, digits and blanks.
pub fn outlets(markdown: &str, words: &str, limit: usize, numbered: bool) {
    let bare = |text: &str| text.replace(char::is_whitespace, "");
    let outlets = [
        (network::TELEGRAM, Markup::TelegramHtml),
        (network::SLACK, Markup::SlackMrkdwn),
        (network::DISCORD, Markup::Discord),
        (network::REDDIT, Markup::Reddit),
    ];
    for (rules, markup) in outlets {
        let rules = Rules { limit: Some(limit), ..rules };
        let text = ladder::render::markup::write(markdown, markup).text;
        let all = seen(&text, rules.markup);
        assert_eq!(bare(&all), bare(words), "{markup:?}: {text:?}");
        let stretches = fit::stretches(&text, &rules, RESERVE, numbered, fit::Known::default());
        let mut parts: Vec<String> = stretches.iter().map(|part| part.of(&text)).collect();
        let mut said = String::new();
        for part in &parts {
            let one = seen(part, rules.markup);
            assert!(!one.trim().is_empty(), "{markup:?}: {parts:?}");
            said.push_str(&one);
            balanced(part, rules.markup);
        }
        assert_eq!(bare(&said), bare(words), "{markup:?}: {parts:?} of {text:?}");
        if numbered {
            fit::number(&mut parts, rules.markup);
        }
        for part in &parts {
            assert!(count(part, &rules, RESERVE).fits(), "{markup:?}, {limit}: {part:?} of {text:?}");
        }
        let made = shorten(&text, limit, &rules, RESERVE);
        assert!(count(&made, &rules, RESERVE).fits(), "{markup:?}, {limit}: {made:?} of {text:?}");
        balanced(&made, rules.markup);
        if made != text {
            let kept = seen(&made, rules.markup).into_owned();
            let kept = kept.strip_suffix('…').expect("an ellipsis ends it").trim_end();
            assert!(all.starts_with(kept), "{markup:?}: {made:?} is no beginning of {text:?}");
        }
    }
}

/// Every mark of `text` has its partner: none is seen, and each tag that opens
/// is closed in order.
fn balanced(text: &str, syntax: Syntax) {
    let seen = seen(text, syntax);
    let mark = |c: char| "*_~`<>[](){}|&\\".contains(c);
    assert!(!seen.contains(mark), "{syntax:?}: {seen:?} of {text:?}");
    if syntax != Syntax::Telegram {
        assert_eq!(text.matches("```").count() % 2, 0, "{text:?}");
        return;
    }
    let mut open = Vec::new();
    for tag in text.split('<').skip(1) {
        let name = tag.split(['>', ' ']).next().unwrap_or("");
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{text:?}"),
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?} of {text:?}");
}

/// What was escaped for a network is read back as it was, and every outlet
/// takes any Markdown: what stands where lies in its text.
pub fn markup(text: &str) {
    type Pair = (&'static str, fn(&str) -> String, fn(&str) -> String);
    let pairs: [Pair; 6] = [
        ("little text", little_text::escape, little_text::unescape),
        ("Slack", slack::escape, slack::unescape),
        ("Telegram HTML", telegram::escape_html, telegram::unescape_html),
        ("Telegram MarkdownV2", telegram::escape_markdown, telegram::unescape_markdown),
        ("Discord", discord::escape, discord::unescape),
        ("Reddit", reddit::escape, reddit::unescape),
    ];
    for (name, escape, unescape) in pairs {
        assert_eq!(unescape(&escape(text)), text, "{name}");
    }
    for markup in Markup::ALL {
        let written = ladder::render::markup::write(text, *markup);
        for facet in &written.facets {
            assert!(written.text.get(facet.range.clone()).is_some(), "{markup:?}: {facet:?} of {written:?}");
        }
    }
}

/// All laws on one text: what a fuzzer calls.
#[allow(dead_code, reason = "the property tests call the laws one by one")]
pub fn all(text: &str) {
    markup(text);
    for rules in all_rules() {
        counting(text, &rules);
        splitting(text, &rules, false);
        splitting(text, &rules, true);
        for limit in [0, 1, 2, 20, 90, rules.limit.unwrap_or(300)] {
            shortening(text, limit, &rules);
        }
    }
}

/// Where a text may be cut: between readers' characters, in nothing that a
/// network links, and in no address that readers take for one.
struct Whole<'a> {
    text: &'a str,
    ends: Vec<usize>,
}

impl<'a> Whole<'a> {
    fn of(text: &'a str, rules: &Rules) -> Whole<'a> {
        let written = entities(text, Dialect::Plain)
            .into_iter()
            .filter(|entity| entity.kind == EntityKind::Link && text[entity.range.clone()].contains("://"));
        let mut linked: Vec<_> = entities(text, rules.dialect).into_iter().chain(written).collect();
        linked.sort_by_key(|entity| entity.range.start);
        linked.dedup_by(|next, before| {
            let overlaps = next.range.start < before.range.end;
            if overlaps {
                before.range.end = before.range.end.max(next.range.end);
            }
            overlaps
        });
        let mut linked = linked.into_iter().peekable();
        let all = text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]);
        let free = all.filter(|at| {
            while linked.next_if(|entity| entity.range.end <= *at).is_some() {}
            linked.peek().is_none_or(|entity| entity.range.start >= *at)
        });
        Whole { text, ends: free.collect() }
    }

    /// A space may be left out although a mark stands on it.
    fn may_end(&self, at: usize) -> bool {
        let blank = self.text[..at].ends_with(char::is_whitespace)
            || self.text[at..].starts_with(char::is_whitespace);
        blank || self.ends.binary_search(&at).is_ok()
    }

    fn is_one(&self, place: &Range<usize>) -> bool {
        let inside = self.ends.partition_point(|end| *end <= place.start);
        self.ends.get(inside).is_none_or(|end| *end >= place.end)
    }
}

/// `text` without the marks at which a thread breaks, each alone on its line.
fn without_breaks(text: &str) -> String {
    text.split_inclusive('\n').filter(|line| !fit::is_break(line)).collect()
}
