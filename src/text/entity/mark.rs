//! How each network is told that somebody is called, or what a post is about:
//! the marks of those that do not publish a library for it.
//!
//! From each network's page on formatting (Slack "Formatting text for app
//! surfaces", Discord "Reference: message formatting" at c98d64bc, LinkedIn
//! "Little Text Format" li-lms-2026-05, Nostr NIP-19 and NIP-27 at db5fe3de,
//! Facebook Graph API "Page posts"; all read 2026). Unverified, because no page
//! says it: Telegram's and Reddit's lengths and what may stand around a name.

use super::{Dialect, EntityKind};
use crate::text::little_text;
use unicode_normalization::char::is_combining_mark;

/// The mention, tag or symbol whose first character is `c`, at byte `at` of
/// `text` behind the character `before`: what it is, and its end.
///
/// Looks at no more than a few hundred bytes, but for a tag, which is one word.
pub(super) fn find(
    text: &str,
    at: usize,
    c: char,
    before: Option<char>,
    dialect: Dialect,
) -> Option<(EntityKind, usize)> {
    let behind = at + c.len_utf8();
    let mention = |end: Option<usize>| end.map(|end| (EntityKind::Mention, end));
    match (c, dialect) {
        ('#' | '＃', _) if !may_begin_tag(c, before, dialect) => None,
        ('#' | '＃', _) => tag_end(text, behind).map(|end| (EntityKind::Hashtag, end)),
        ('@', Dialect::LinkedIn) => {
            mention(little_text::mention_length(&text[at..]).map(|length| at + length))
        }
        ('@', Dialect::Facebook) => mention(enclosed(text, behind, "[", ']', is_digits)),
        ('@', Dialect::Discord) if !is_word(before) => {
            mention(["everyone", "here"].into_iter().find_map(|all| {
                let end = behind + all.len();
                (text[behind..].starts_with(all) && !is_word(text[end..].chars().next())).then_some(end)
            }))
        }
        ('@', Dialect::Telegram) if !joins(before) && !is_word(before) => {
            mention(telegram_name(text, behind))
        }
        ('@' | '＠', Dialect::Plain) if !joins(before) && !matches!(before, Some('!' | '#' | '&' | '*')) => {
            mention(name(text, behind))
        }
        ('$', Dialect::Telegram) if !is_word(before) && before != Some('$') => {
            symbol(text, behind).map(|end| (EntityKind::Cashtag, end))
        }
        ('<', Dialect::Discord) => mention(
            ["@!", "@&", "@", "#"].into_iter().find_map(|sign| enclosed(text, behind, sign, '>', is_digits)),
        ),
        ('<', Dialect::Slack) => mention(
            ["@", "#", "!"]
                .into_iter()
                .find_map(|sign| enclosed(text, behind, sign, '>', |called| is_slack_name(sign, called))),
        ),
        ('/' | 'u' | 'r', Dialect::Reddit)
            if !is_word(before) && !matches!(before, Some('/' | '.' | '-')) =>
        {
            mention(reddit_name(text, if c == '/' { behind } else { at }))
        }
        ('n', Dialect::Nostr) if !is_word(before) => mention(nostr_name(text, at)),
        _ => None,
    }
}

/// Whether the sign of a tag may be one here: not within a word, and not where
/// the network has no tags. The full-width sign is one to people, and sent as
/// text where the network's own form needs the other.
fn may_begin_tag(sign: char, before: Option<char>, dialect: Dialect) -> bool {
    let has_tags = match dialect {
        Dialect::Plain | Dialect::Facebook => true,
        Dialect::LinkedIn | Dialect::Telegram | Dialect::Nostr => sign == '#',
        _ => false,
    };
    has_tags && !joins(before) && !before.is_some_and(|c| c == '&' || c.is_alphanumeric())
}

/// Whether what stands before makes `@` or `#` (or a host) part of a word.
pub(super) fn joins(before: Option<char>) -> bool {
    before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '@' | '＠' | '/' | '$' | '%' | '+'))
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

/// The longest that stands between brackets, in bytes: an id and a label.
const ENCLOSED: usize = 400;

/// The end of `sign`, something that `is_one`, and `closing`, at `start`.
fn enclosed(
    text: &str,
    start: usize,
    sign: &str,
    closing: char,
    is_one: impl Fn(&str) -> bool,
) -> Option<usize> {
    let inside = text[start..].strip_prefix(sign)?;
    let stops = |b: &u8| matches!(*b, b'<' | b'>' | b'[' | b']' | b'\n');
    let length = inside.bytes().take(ENCLOSED).position(|b| stops(&b))?;
    let closed = inside[length..].starts_with(closing) && is_one(&inside[..length]);
    closed.then_some(start + sign.len() + length + closing.len_utf8())
}

/// An id: that of Discord has 64 bits, a page's some sixteen digits.
fn is_digits(id: &str) -> bool {
    (1..=40).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit())
}

/// `U123`, `C123|general`, `here`, `subteam^S123`: what Slack has between `<`
/// with a sign and `>`.
fn is_slack_name(sign: &str, called: &str) -> bool {
    let id = called.split('|').next().unwrap_or(called);
    let is_id = |id: &str, kinds: &[char]| {
        id.starts_with(kinds)
            && id.len() > 1
            && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    match sign {
        "@" => is_id(id, &['U', 'W']),
        "#" => is_id(id, &['C', 'G', 'D']),
        _ => match id.strip_prefix("subteam^") {
            Some(team) => is_id(team, &['S']),
            None => matches!(id, "here" | "channel" | "everyone"),
        },
    }
}

/// The end of a name of Telegram: 5 to 32 letters, digits and `_`.
fn telegram_name(text: &str, start: usize) -> Option<usize> {
    let length = run(text, start, 33, |b| b.is_ascii_alphanumeric() || b == b'_');
    let end = start + length;
    let first = text.as_bytes().get(start).is_some_and(u8::is_ascii_alphabetic);
    (first && (5..=32).contains(&length) && !is_word(text[end..].chars().next())).then_some(end)
}

/// The end of a share's symbol on Telegram: up to 8 capitals.
fn symbol(text: &str, start: usize) -> Option<usize> {
    let length = run(text, start, 9, |b| b.is_ascii_uppercase());
    let end = start + length;
    let next = text[end..].chars().next();
    ((1..=8).contains(&length) && !is_word(next) && next != Some('$')).then_some(end)
}

/// The end of `u/name` (3 to 20) or `r/name` (2 to 21) at `start`.
fn reddit_name(text: &str, start: usize) -> Option<usize> {
    let user = text[start..].starts_with("u/");
    if !user && !text[start..].starts_with("r/") {
        return None;
    }
    let first = start + 2;
    let length = run(text, first, 22, |b| b.is_ascii_alphanumeric() || b == b'_' || user && b == b'-');
    let begins = user || text.as_bytes().get(first).is_some_and(u8::is_ascii_alphanumeric);
    let end = first + length;
    let whole = if user { 3..=20 } else { 2..=21 }.contains(&length) && !is_word(text[end..].chars().next());
    (begins && whole).then_some(end)
}

/// The end of `nostr:npub1…` (32 bytes: 58 letters of bech32) or
/// `nostr:nprofile1…` (these and the addresses of relays) at `start`.
fn nostr_name(text: &str, start: usize) -> Option<usize> {
    let letter =
        |b: u8| b.is_ascii_digit() && b != b'1' || b.is_ascii_lowercase() && !matches!(b, b'b' | b'i' | b'o');
    let end = |sign: &str, lengths: std::ops::RangeInclusive<usize>| {
        let key = text[start..].starts_with(sign).then_some(start + sign.len())?;
        let length = run(text, key, 1000, letter);
        let whole = lengths.contains(&length) && !is_word(text[key + length..].chars().next());
        whole.then_some(key + length)
    };
    end("nostr:npub1", 58..=58).or_else(|| end("nostr:nprofile1", 58..=999))
}

/// How many of the next `most` bytes are such.
fn run(text: &str, start: usize, most: usize, is_one: impl Fn(u8) -> bool) -> usize {
    text.as_bytes()[start..].iter().take(most).take_while(|b| is_one(**b)).count()
}

/// The end of `name`, `name.example` or `name@host.example` behind an `@`.
fn name(text: &str, start: usize) -> Option<usize> {
    let end = name_end(text, start);
    if end == start {
        return None;
    }
    if text.as_bytes().get(end) == Some(&b'@') {
        let host = name_end(text, end + 1);
        if text[end + 1..host].contains('.') {
            return Some(host);
        }
        if host > end + 1 {
            return None;
        }
    }
    // `@http://…` is no name.
    (!text[end..].starts_with("://")).then_some(end)
}

fn name_end(text: &str, start: usize) -> usize {
    let length = text.as_bytes()[start..]
        .iter()
        .take(254)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        .count();
    start + text[start..start + length].trim_end_matches(['.', '-']).len()
}

/// The end of a tag's word that starts at `start`; a tag needs a letter.
fn tag_end(text: &str, start: usize) -> Option<usize> {
    let word = text[start..].char_indices().take_while(|(at, c)| may_stand_in_tag(*c, *at == 0));
    let (mut end, mut letter) = (start, false);
    for (at, c) in word {
        letter |= c.is_alphabetic();
        end = start + at + c.len_utf8();
    }
    (letter && !text[end..].starts_with("://")).then_some(end)
}

/// Whether `c` may stand in a hashtag: letters, marks and digits of every
/// script, `_`, and the joiners that Persian, Hebrew, Tibetan, Catalan and Japanese write with.
pub(in crate::text) fn may_stand_in_tag(c: char, first: bool) -> bool {
    let emoji_part = matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{20dd}'..='\u{20e4}');
    let joiner = matches!(c, '\u{200c}' | '\u{200d}' | '\u{b7}' | '\u{5be}' | '\u{5f3}' | '\u{5f4}')
        || matches!(c, '\u{f0b}' | '\u{f0c}' | '\u{3003}' | '\u{301c}' | '\u{30fb}' | '\u{ff5e}');
    c.is_alphanumeric() || c == '_' || !first && (joiner || is_combining_mark(c) && !emoji_part)
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, entities};
    use super::*;

    fn all(text: &str, dialect: Dialect) -> Vec<(EntityKind, &str)> {
        entities(text, dialect).into_iter().map(|entity| (entity.kind, &text[entity.range])).collect()
    }

    fn mentions(text: &str, dialect: Dialect) -> Vec<&str> {
        let found = all(text, dialect).into_iter();
        found.filter(|(kind, _)| *kind == EntityKind::Mention).map(|(_, text)| text).collect()
    }

    fn tags(text: &str, dialect: Dialect) -> Vec<&str> {
        let found = all(text, dialect).into_iter();
        found.filter(|(kind, _)| *kind == EntityKind::Hashtag).map(|(_, text)| text).collect()
    }

    const NONE: [&str; 0] = [];

    #[test]
    fn mentions_and_tags_of_all_scripts() {
        assert_eq!(
            mentions("@ada_l, (@ada@hachyderm.io) .@ada.bsky.social. a@b @@x @", Dialect::Plain),
            ["@ada_l", "@ada@hachyderm.io", "@ada.bsky.social"]
        );
        assert_eq!(
            tags("#Rocket #überall, #宇宙 #हिन्दी #1 #2026 #4ever &#39; a#b #می‌خواهم ＃日本", Dialect::Plain),
            ["#Rocket", "#überall", "#宇宙", "#हिन्दी", "#4ever", "#می‌خواهم", "＃日本"]
        );
    }

    #[test]
    fn tags_stand_where_the_network_has_them() {
        let text = "#one ＃two a#b &#39;";
        for dialect in [Dialect::LinkedIn, Dialect::Telegram, Dialect::Nostr] {
            assert_eq!(tags(text, dialect), ["#one"], "{dialect:?}");
        }
        assert_eq!(tags(text, Dialect::Facebook), ["#one", "＃two"]);
        for dialect in [Dialect::Reddit, Dialect::Slack, Dialect::Discord, Dialect::Email] {
            assert_eq!(tags(text, dialect), NONE, "{dialect:?}");
        }
    }

    #[test]
    fn linkedin_and_facebook_call_by_number() {
        let text = "@joe @[Acme #1 Rockets](urn:li:organization:2414183) @[Joe](urn:li:x:1) @[12345] @[a] @[";
        assert_eq!(mentions(text, Dialect::LinkedIn), ["@[Acme #1 Rockets](urn:li:organization:2414183)"]);
        assert_eq!(tags(text, Dialect::LinkedIn), NONE);
        assert_eq!(mentions(text, Dialect::Facebook), ["@[12345]"]);
    }

    #[test]
    fn reddit_has_names_of_people_and_of_rooms() {
        let text = "u/joe_b, /u/a-b-c (r/rust) /r/de. @joe r/x u/jo ur/rust and/r/or a.r/rust u/joé r/_a";
        assert_eq!(mentions(text, Dialect::Reddit), ["u/joe_b", "/u/a-b-c", "r/rust", "/r/de"]);
        let link = "https://www.reddit.com/r/rust/";
        assert_eq!(all(link, Dialect::Reddit), [(EntityKind::Link, link)]);
    }

    #[test]
    fn slack_has_all_between_its_brackets() {
        let text = "<@U123> <@W1|joe> <#C1> <#C1|news> <!here> <!subteam^S1|@team> @joe <@x> <!date> <@U1";
        assert_eq!(
            mentions(text, Dialect::Slack),
            ["<@U123>", "<@W1|joe>", "<#C1>", "<#C1|news>", "<!here>", "<!subteam^S1|@team>"]
        );
        let text =
            "<https://a.com/?b=1&amp;c=2|see b.com/x> <http://c.com> https://d.com/x|y <http://e.com/f|g";
        assert_eq!(
            all(text, Dialect::Slack).into_iter().map(|(_, link)| link).collect::<Vec<_>>(),
            ["https://a.com/?b=1&amp;c=2", "http://c.com", "https://d.com/x|y", "http://e.com/f"]
        );
    }

    #[test]
    fn discord_telegram_nostr_and_mail_have_their_own() {
        let text = "<@1> <@!23> <@&4> <#5> <@x> <@> @everyone @here, @hereby joe@here @joe acme.com";
        assert_eq!(
            mentions(text, Dialect::Discord),
            ["<@1>", "<@!23>", "<@&4>", "<#5>", "@everyone", "@here"]
        );
        assert_eq!(all("acme.com <https://a.com>", Dialect::Discord), [(EntityKind::Link, "https://a.com")]);

        let text = "@acme_rockets (@abcde). @abcd @1abcde me@acme_rockets @acmé_rockets";
        assert_eq!(mentions(text, Dialect::Telegram), ["@acme_rockets", "@abcde"]);
        let symbols = all("$ACME, $A $acme $ACMEé A$ACME $$A $ABCDEFGHI", Dialect::Telegram);
        assert_eq!(symbols, [(EntityKind::Cashtag, "$ACME"), (EntityKind::Cashtag, "$A")]);

        let key = "q".repeat(58);
        let text = format!("nostr:npub1{key}, nostr:nprofile1{key}qq nostr:npub1qqq @joe xnostr:npub1{key}");
        assert_eq!(
            mentions(&text, Dialect::Nostr),
            [format!("nostr:npub1{key}"), format!("nostr:nprofile1{key}qq")]
        );

        assert_eq!(all("@joe #tag $ACME acme.de https://acme.de", Dialect::Email), []);
    }
}
