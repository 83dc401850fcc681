//! Where the addresses stand in a text that is written in a network's markup:
//! behind the words of a link, or bare. Not in code, where an address is said
//! and not followed, and not in a link's words. The same for what else the
//! network links: nobody is called by code, or by the words of a link.

use crate::text::{Dialect, Entity, EntityKind, Rules, Syntax, entities, late, markdown};
use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Tag, TagEnd};
use std::borrow::Cow;
use std::ops::Range;

impl Syntax {
    /// Whether `&` is `&amp;`.
    pub fn has_entities(self) -> bool {
        matches!(self, Syntax::Telegram | Syntax::Slack)
    }

    /// The address that is written `written`; of one that is not known yet, its plain token.
    pub fn read(self, written: &str) -> String {
        if self.has_entities() {
            late::out_of_html(&super::without_entities(written))
        } else {
            written.to_owned()
        }
    }

    /// How `address` is written.
    pub fn write(self, address: &str) -> String {
        match self {
            Syntax::Plain | Syntax::Discord | Syntax::Reddit => address.to_owned(),
            Syntax::Telegram => late::in_html(&super::telegram::escape_attribute(address)),
            Syntax::Slack => late::in_html(&super::slack::escape_url(address)),
        }
    }

    /// The places of the addresses in `text`, in order and not overlapping. In
    /// time that grows with the text.
    pub fn addresses(self, text: &str) -> Vec<Range<usize>> {
        let found = self.entities(text, Dialect::Plain).into_iter();
        found.filter(|entity| entity.kind == EntityKind::Link).map(|entity| entity.range).collect()
    }

    /// What stands in running text as `dialect` has it, and the addresses behind
    /// words; in order, not overlapping.
    fn entities(self, text: &str, dialect: Dialect) -> Vec<Entity> {
        let mut found: Vec<_> = match self {
            Syntax::Plain => entities(text, dialect),
            Syntax::Telegram => in_html(text, dialect),
            Syntax::Slack => in_mrkdwn(text, dialect),
            Syntax::Discord | Syntax::Reddit => in_markdown(text, dialect),
        };
        // A link without an address leads nowhere.
        found.retain(|entity| entity.range.start < entity.range.end);
        found
    }
}

/// What the network of `rules` links in a finished text of a post, which is
/// written in the network's own markup: in order, not overlapping, in bytes of
/// the text as it is written.
///
/// Of a link behind words it is the address, if that is one of the web. In time
/// that grows with the text.
pub fn linked(text: &str, rules: &Rules) -> Vec<Entity> {
    if rules.markup == Syntax::Plain {
        return entities(text, rules.dialect);
    }
    let mut found = rules.markup.entities(text, rules.dialect);
    found.retain_mut(|entity| {
        let Some(address) = text.get(entity.range.clone()) else { return false };
        let scheme = address.split_once(':').map(|(scheme, _)| scheme);
        if rules.markup == Syntax::Telegram && address.starts_with("tg://user?id=") {
            // "inline mention of a user" (Bot API 10.1, HTML style).
            entity.kind = EntityKind::Mention;
        }
        let web = |scheme: &str| ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
        // `acme.org:8080` has no scheme.
        entity.kind != EntityKind::Link || scheme.is_none_or(|scheme| scheme.contains('.') || web(scheme))
    });
    found
}

/// An address behind words.
fn link(range: Range<usize>) -> Entity {
    Entity { kind: EntityKind::Link, range }
}

/// What stands in the running `text`, which begins at `from`.
fn bare(text: &str, from: usize, dialect: Dialect) -> impl Iterator<Item = Entity> {
    let found = entities(text, dialect).into_iter();
    found.map(move |Entity { kind, range }| Entity { kind, range: from + range.start..from + range.end })
}

/// The same where `&` is `&amp;`.
fn bare_escaped(text: &str, from: usize, dialect: Dialect, out: &mut Vec<Entity>) {
    if !text.contains('&') {
        out.extend(bare(text, from, dialect));
        return;
    }
    // Each piece in which nothing is written otherwise: where it is read, where it stands.
    let mut read = String::with_capacity(text.len());
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let entity = rest.starts_with('&').then(|| rest.bytes().take(10).position(|b| b == b';')).flatten();
        let end = match entity {
            Some(end) => end + 1,
            None => rest.bytes().skip(1).position(|b| b == b'&').map_or(rest.len(), |next| next + 1),
        };
        pieces.push((read.len(), at));
        match entity {
            Some(_) => read.push_str(&super::without_entities(&rest[..end])),
            None => read.push_str(&rest[..end]),
        }
        at += end;
    }
    pieces.push((read.len(), text.len()));
    let start = |place: usize| {
        let piece = pieces.partition_point(|(read, _)| *read <= place).saturating_sub(1);
        pieces.get(piece).map_or(place, |(read, own)| own + (place - read))
    };
    let end = |place: usize| {
        let next = pieces.partition_point(|(read, _)| *read < place);
        let own = pieces.get(next).filter(|(read, _)| *read == place).map(|(_, own)| *own);
        own.unwrap_or_else(|| start(place))
    };
    out.extend(bare(&read, 0, dialect).map(|Entity { kind, range }| {
        let range = from + start(range.start)..from + end(range.end);
        Entity { kind, range }
    }));
}

fn in_html(text: &str, dialect: Dialect) -> Vec<Entity> {
    let mut out = Vec::new();
    let (mut closed, mut from, mut at) = (0_usize, 0, 0);
    while let Some(tag) = text[at..].find('<').map(|found| at + found) {
        // `1 < 2` is no tag.
        if !text[tag + 1..].starts_with(|c: char| c == '/' || c.is_ascii_alphabetic()) {
            at = tag + 1;
            continue;
        }
        let Some(end) = text[tag..].find('>').map(|at| tag + at) else { break };
        if closed == 0 {
            bare_escaped(&text[from..tag], from, dialect, &mut out);
        }
        let inside = &text[tag + 1..end];
        let closes = inside.starts_with('/');
        let name = inside.trim_start_matches('/');
        let name = &name[..name.bytes().take_while(u8::is_ascii_alphabetic).count()];
        if ["a", "code", "pre"].iter().any(|own| own.eq_ignore_ascii_case(name)) {
            if closes {
                closed = closed.saturating_sub(1);
            } else {
                let own = target(inside).filter(|_| closed == 0);
                out.extend(own.map(|own| link(tag + 1 + own.start..tag + 1 + own.end)));
                closed += 1;
            }
        }
        (from, at) = (end + 1, end + 1);
    }
    if closed == 0 {
        bare_escaped(&text[from..], from, dialect, &mut out);
    }
    out
}

/// Where the address of `a href="…"` stands in a tag.
fn target(tag: &str) -> Option<Range<usize>> {
    let at = tag.find("href=")? + "href=".len();
    let quote = tag[at..].chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let length = tag[at + 1..].find(quote)?;
    Some(at + 1..at + 1 + length)
}

fn in_mrkdwn(text: &str, dialect: Dialect) -> Vec<Entity> {
    let mut out = Vec::new();
    let mut from = 0;
    // Where the next one stands is looked for once.
    let next = |sign: &str, at: usize| text[at..].find(sign).map_or(text.len(), |found| at + found);
    let (mut fence, mut feed, mut close) = (0, 0, 0);
    let mut at = 0;
    while let Some(sign) = text[at..].find(['<', '`']).map(|found| at + found) {
        let rest = &text[sign..];
        let end = if rest.starts_with("```") {
            fence = if fence < sign + 3 { next("```", sign + 3) } else { fence };
            (fence < text.len()).then_some(fence + 3)
        } else if rest.starts_with('`') {
            feed = if feed <= sign { next("\n", sign) } else { feed };
            let tick = text[sign + 1..feed.max(sign + 1)].find('`');
            tick.filter(|length| *length > 0).map(|length| sign + 2 + length)
        } else {
            close = if close <= sign { next(">", sign) } else { close };
            feed = if feed <= sign { next("\n", sign) } else { feed };
            // A tag of Slack's is on one line and ends at the first `>`: in its
            // words a `<` is a letter (`<(.*?)>`, "Retrieving messages", 2026).
            let inside = text.get(sign + 1..close.min(feed)).unwrap_or("");
            let other = inside.find(['<', '|']).is_some_and(|at| inside[at..].starts_with('<'));
            (close < feed && !other).then_some(close + 1)
        };
        let Some(end) = end else {
            at = sign + 1;
            continue;
        };
        bare_escaped(&text[from..sign], from, dialect, &mut out);
        let inside = rest.strip_prefix('<').map(|rest| &rest[..end - sign - 2]);
        match inside {
            Some(inside) if inside.starts_with(['@', '#', '!']) => {
                let called = bare(&text[sign..end], sign, dialect);
                out.extend(called.filter(|entity| entity.range == (sign..end)));
            }
            Some(inside) => {
                let url = inside.split('|').next().unwrap_or(inside);
                out.extend(url.contains("://").then(|| link(sign + 1..sign + 1 + url.len())));
            }
            None => {}
        }
        (from, at) = (end, end);
    }
    bare_escaped(&text[from..], from, dialect, &mut out);
    out
}

fn in_markdown(text: &str, dialect: Dialect) -> Vec<Entity> {
    // For speed: without any of these it is running text.
    const MARKS: &[&str] = &["`", "](", "]:", "~~~", "    ", "\t", "|"];
    // `<https://…>`, and whatever else has a scheme.
    let in_brackets = text.contains('<') && text.contains(':');
    if !in_brackets && !MARKS.iter().any(|mark| text.contains(mark)) {
        return entities(text, dialect);
    }
    // Discord has no code but between backticks.
    let indented = |kind: &CodeBlockKind<'_>| *kind == CodeBlockKind::Indented && dialect == Dialect::Discord;
    let mut out = Vec::new();
    let mut run: Option<Range<usize>> = None;
    let (mut closed, mut words) = (false, 0_usize);
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    for (event, range) in markdown::events(text, options) {
        match &event {
            // Neither network knows HTML: it is text.
            Event::Text(_) | Event::Html(_) | Event::InlineHtml(_) if !closed && words == 0 => {
                run = Some(run.map_or(range.start, |run| run.start)..range.end);
                continue;
            }
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough) => continue,
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough) => continue,
            _ => {}
        }
        if let Some(run) = run.take() {
            out.extend(text.get(run.clone()).into_iter().flat_map(|own| bare(own, run.start, dialect)));
        }
        match event {
            Event::Start(Tag::CodeBlock(kind)) => closed = !indented(&kind),
            Event::End(TagEnd::CodeBlock) => closed = false,
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                words += 1;
                let own = text.get(range.clone()).unwrap_or("");
                let at = match link_type {
                    LinkType::Autolink => own.find(&*dest_url),
                    // Behind the words, which may be the same.
                    LinkType::Inline => own.rfind(&*dest_url),
                    _ => None,
                };
                out.extend(at.map(|at| link(range.start + at..range.start + at + dest_url.len())));
            }
            Event::End(TagEnd::Link) => words = words.saturating_sub(1),
            _ => {}
        }
    }
    if let Some(run) = run {
        out.extend(text.get(run.clone()).into_iter().flat_map(|own| bare(own, run.start, dialect)));
    }
    out
}

/// `text`, written in `syntax`, with each address as `change` wants it:
/// `None` leaves it, letter by letter.
pub fn with_addresses<'t>(
    text: &'t str,
    syntax: Syntax,
    mut change: impl FnMut(&str) -> Option<String>,
) -> Cow<'t, str> {
    let mut out = String::new();
    let mut from = 0;
    for range in syntax.addresses(text) {
        let Some(written) = text.get(range.clone()).filter(|_| range.start >= from) else { continue };
        if let Some(changed) = change(&syntax.read(written)) {
            out.push_str(text.get(from..range.start).unwrap_or(""));
            out.push_str(&syntax.write(&changed));
            from = range.end;
        }
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(from..).unwrap_or(""));
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::network;
    use proptest::prelude::*;

    fn found(text: &str, syntax: Syntax) -> Vec<String> {
        syntax.addresses(text).into_iter().map(|range| syntax.read(&text[range])).collect()
    }

    #[test]
    fn addresses_behind_words_and_bare_ones_are_found() {
        assert_eq!(
            found(
                "<b>See</b> <a href=\"https://a.example/?b=1&amp;c=2\">a.example the words</a> \
                 (https://b.example/?q=R&amp;D&amp;x), https://c.example/&lt;",
                Syntax::Telegram
            ),
            ["https://a.example/?b=1&c=2", "https://b.example/?q=R&D&x", "https://c.example/"]
        );
        assert_eq!(
            found(
                "*See* <https://a.example/?b=1&amp;c=2|a.example the words> <https://b.example> \
                 https://c.example/?a=1&amp;b <@U123> <!here> &lt;https://d.example&gt;",
                Syntax::Slack
            ),
            [
                "https://a.example/?b=1&c=2",
                "https://b.example",
                "https://c.example/?a=1&b",
                "https://d.example"
            ]
        );
        assert_eq!(
            found(
                "**See** [a.example](https://a.example/?b=1&c=2) <https://b.example>, https://c.example/_x_ and \
                 [https://d.example](https://d.example)",
                Syntax::Discord
            ),
            ["https://a.example/?b=1&c=2", "https://b.example", "https://c.example/_x_", "https://d.example"]
        );
    }

    #[test]
    fn code_is_no_place_for_links() {
        let none = Vec::<String>::new();
        for text in [
            "<code>https://a.example</code>",
            "<pre><code class=\"language-sh\">curl https://a.example</code></pre>",
        ] {
            assert_eq!(found(text, Syntax::Telegram), none);
        }
        for text in ["`https://a.example`", "```\ncurl https://a.example\n\n<https://b.example>\n```"] {
            assert_eq!(found(text, Syntax::Slack), none);
            assert_eq!(found(text, Syntax::Discord), none);
        }
        assert_eq!(found("    curl https://a.example", Syntax::Discord), none);
        assert_eq!(found("` https://a.example\n` https://b.example", Syntax::Slack).len(), 2);
    }

    #[test]
    fn a_finished_text_links_nothing_in_code_and_in_words() {
        let all = |text: &str, rules: &Rules| -> Vec<String> {
            linked(text, rules).into_iter().map(|entity| text[entity.range].to_owned()).collect()
        };
        let telegram = "<b>@acme_rockets</b> <code>https://a.example @acme_rockets</code> 1 < 2 acme.de \
                        <a href=\"https://b.example/?c=1&amp;d\">@acme_news acme.de</a> \
                        <a href=\"tg://user?id=5\">Joe</a> <a href=\"mailto:x@acme.de\">x</a> $ACME <pre>#x";
        assert_eq!(
            all(telegram, &network::TELEGRAM),
            ["@acme_rockets", "acme.de", "https://b.example/?c=1&amp;d", "tg://user?id=5", "$ACME"]
        );
        let kinds: Vec<EntityKind> =
            linked(telegram, &network::TELEGRAM).iter().map(|entity| entity.kind).collect();
        assert_eq!(kinds[3], EntityKind::Mention);
        let slack = "<@U1> `<@U2>` <https://a.example|<@U3>> <https://b.example|see acme.de> ```\nacme.de <!here>\n``` \
                     <!here> <#C1|news> <mailto:x@acme.de|x> a < b acme.com <@U4";
        assert_eq!(
            all(slack, &network::SLACK),
            ["<@U1>", "https://a.example", "https://b.example", "<!here>", "<#C1|news>", "acme.com"]
        );
        let discord = "<@1> `<@2> https://a.example` [@here](https://b.example) **@everyone** \
                       <https://c.example>\n```\nhttps://d.example\n```\n\n    https://e.example\n\n<b>https://f.example</b>";
        assert_eq!(
            all(discord, &network::DISCORD),
            [
                "<@1>",
                "https://b.example",
                "@everyone",
                "https://c.example",
                "https://e.example",
                "https://f.example"
            ]
        );
        let reddit = "u/joe_b `u/joe_c` [r/rust](https://a.example)\n\n    r/code\n\nr/de";
        assert_eq!(all(reddit, &network::REDDIT), ["u/joe_b", "https://a.example", "r/de"]);
        assert_eq!(all("`acme.de` @ada", &network::X), ["acme.de", "@ada"]);
    }

    proptest! {
        #[test]
        fn what_has_no_marks_is_running_text(text in "(<|>|<b>|\\[|\\]|\\(|\\)|\\*|_|\\\\|&amp;|#|- |https://a.de/|acme.de|[a-z火@ \n])*") {
            // What makes the text be read as Markdown, and is none.
            let marked = format!("{text}\n\n|");
            for dialect in [Dialect::Plain, Dialect::Discord, Dialect::Reddit] {
                let without = |text: &str| -> Vec<Entity> {
                    let found = in_markdown(text, dialect).into_iter();
                    found.filter(|entity| entity.range.end <= marked.len() - 3).collect()
                };
                prop_assert_eq!(without(&text), without(&marked));
            }
        }
    }

    #[test]
    fn a_changed_address_is_written_as_its_text_is() {
        let tag = |url: &str| url.contains("//a.").then(|| format!("{url}?x=1&y=2"));
        let changed = |text, syntax| with_addresses(text, syntax, tag).into_owned();
        assert_eq!(
            changed("<a href='https://a.example'>w</a> https://a.example.", Syntax::Telegram),
            "<a href='https://a.example?x=1&amp;y=2'>w</a> https://a.example?x=1&amp;y=2."
        );
        assert_eq!(
            changed("<https://a.example|the post> R&amp;D", Syntax::Slack),
            "<https://a.example?x=1&amp;y=2|the post> R&amp;D"
        );
        assert_eq!(
            changed("[https://a.example](https://a.example) \\*", Syntax::Discord),
            "[https://a.example](https://a.example?x=1&y=2) \\*"
        );
        assert_eq!(changed("https://b.example &amp;", Syntax::Telegram), "https://b.example &amp;");
    }

    proptest! {
        #[test]
        fn every_text_is_taken(text in "(<|>|`|```|&amp;|&|;|\\||\"|href=\"|<a |</a>|\\]|\\[|\\(|\\)|https://a.b/|[a-zé火 \n])*") {
            for syntax in [Syntax::Plain, Syntax::Telegram, Syntax::Slack, Syntax::Reddit] {
                let mut last = 0;
                for range in syntax.addresses(&text) {
                    prop_assert!(range.start >= last && range.start < range.end, "{:?}", syntax);
                    prop_assert!(text.get(range.clone()).is_some());
                    last = range.end;
                }
                prop_assert_eq!(&*with_addresses(&text, syntax, |_| None), &text[..]);
            }
        }
    }
}
