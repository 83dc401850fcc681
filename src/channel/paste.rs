//! What a person pastes: the text as that network's own page for writing reads
//! it when it is typed, and the same as a page to copy with its formatting.
//!
//! A post is kept as the network's interface for programs takes it. People have
//! no use for its tags and entities: Telegram's apps read `**bold**` and no
//! HTML (telegram.org/blog, Edit and format, 2026), Slack's box for writing
//! shows `<https://…|words>` as it stands. Discord and Reddit read the same
//! Markdown from people (Reddit in its Markdown editor).

use crate::render::{html, late};
use crate::text::markup::{slack, telegram};
use crate::text::{Rules, Syntax, escape};

/// A finished text of the outlet with `rules`, to be pasted.
pub fn typed(text: &str, rules: &Rules) -> String {
    let typed = match rules.markup {
        Syntax::Plain | Syntax::Discord | Syntax::Reddit => return text.to_owned(),
        Syntax::Telegram => typed_html(text),
        Syntax::Slack => typed_mrkdwn(text),
    };
    late::out_of_html(&typed)
}

/// The same as HTML, with real bold, links and code.
pub fn formatted(text: &str, rules: &Rules) -> String {
    match rules.markup {
        Syntax::Plain => {
            let paragraphs = text.split("\n\n").map(|words| escape(words.trim()).replace('\n', "<br>\n"));
            paragraphs.map(|words| format!("<p>{words}</p>\n")).collect()
        }
        Syntax::Telegram => html::cleaned(&with_line_ends(text)) + "\n",
        Syntax::Slack => html::cleaned(&html_of_mrkdwn(text)) + "\n",
        Syntax::Discord => html::of_post(text, true) + "\n",
        Syntax::Reddit => html::of_post(text, false) + "\n",
    }
}

/// A tag at the start of `text`: whether it closes, its name, what else is in it, how long it is.
fn tag(text: &str) -> Option<(bool, &str, &str, usize)> {
    let inside = text.strip_prefix('<')?;
    let end = inside.find(['<', '>']).filter(|end| inside[*end..].starts_with('>'))?;
    let own = &inside[..end];
    let name = own.strip_prefix('/').unwrap_or(own);
    let letters = name.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
    (letters > 0).then(|| (own.starts_with('/'), &name[..letters], &name[letters..], end + 2))
}

/// The value of `name="…"` among the attributes of a tag, as it is written.
fn attribute<'t>(attributes: &'t str, name: &str) -> Option<&'t str> {
    let value = attributes.split_once(name)?.1.strip_prefix('=')?;
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split(quote).next()
}

/// Telegram's HTML as its apps read it when it is typed.
fn typed_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut links: Vec<&str> = Vec::new();
    let (mut block, mut quotes) = (0_usize, 0_usize);
    let mut from = 0;
    while from < text.len() {
        let rest = &text[from..];
        let words = rest.find('<').unwrap_or(rest.len());
        let read = telegram::unescape_html(&rest[..words]);
        out.push_str(&if quotes > 0 { read.replace('\n', "\n> ") } else { read });
        from += words;
        let Some((closes, name, attributes, length)) = tag(&text[from..]) else {
            // A sign that begins no tag is text.
            out.extend(text[from..].chars().next());
            from += 1;
            continue;
        };
        from += length;
        match (name.to_ascii_lowercase().as_str(), closes) {
            ("b" | "strong", _) => out.push_str("**"),
            ("i" | "em", _) => out.push_str("__"),
            ("s" | "strike" | "del", _) => out.push_str("~~"),
            ("tg-spoiler", _) => out.push_str("||"),
            ("pre", false) => {
                block += 1;
                out.push_str("```");
                // The language stands in a tag of its own, right behind.
                let inner = tag(&text[from..]).filter(|(closes, name, ..)| !closes && *name == "code");
                let class = inner.and_then(|(_, _, attributes, _)| attribute(attributes, "class"));
                out.push_str(class.and_then(|class| class.strip_prefix("language-")).unwrap_or(""));
                out.push('\n');
            }
            ("pre", true) => {
                block = block.saturating_sub(1);
                out.push_str("\n```");
            }
            ("code", _) if block == 0 => out.push('`'),
            ("a", false) => links.push(attribute(attributes, "href").unwrap_or("")),
            ("a", true) => {
                let url = links.pop().map(telegram::unescape_html).unwrap_or_default();
                if !url.is_empty() && !out.ends_with(&url) {
                    out.push_str(&format!(" ({url})"));
                }
            }
            ("blockquote", false) => {
                quotes += 1;
                out.push_str("> ");
            }
            ("blockquote", true) => quotes = quotes.saturating_sub(1),
            _ => {}
        }
    }
    out
}

/// Slack's mrkdwn as its box for writing reads it.
fn typed_mrkdwn(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&slack::unescape(&rest[..at]));
        rest = &rest[at..];
        match link(rest) {
            Some((url, words, length)) => {
                let url = slack::unescape(url);
                match words.map(slack::unescape).filter(|words| *words != url) {
                    Some(words) => out.push_str(&format!("{words} ({url})")),
                    None => out.push_str(&url),
                }
                rest = &rest[length..];
            }
            None => {
                out.push('<');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(&slack::unescape(rest));
    out
}

/// `<url|words>` at the start of `text`, and its length.
fn link(text: &str) -> Option<(&str, Option<&str>, usize)> {
    let inside = text.strip_prefix('<')?;
    let end = inside.find(['<', '>', '\n']).filter(|end| inside[*end..].starts_with('>'))?;
    let own = &inside[..end];
    let (url, words) = own.split_once('|').map_or((own, None), |(url, words)| (url, Some(words)));
    let leads = url.contains("://") || url.starts_with("mailto:");
    leads.then_some((url, words, end + 2))
}

/// HTML whose lines end where they end in the text; in `pre` they do anyway,
/// and a block has its own space around it.
fn with_line_ends(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut rest = html;
    let block = |behind: &str| {
        let is = |name: &&str| behind.strip_prefix(*name).is_some_and(|rest| rest.starts_with(['>', ' ']));
        ["pre", "blockquote"].into_iter().find(is)
    };
    while let Some((at, name)) =
        rest.match_indices('<').find_map(|(at, _)| Some((at, block(&rest[at + 1..])?)))
    {
        out.push_str(&rest[..at].trim_end_matches('\n').replace('\n', "<br>\n"));
        let close = format!("</{name}>");
        let end = rest[at..].find(&close).map_or(rest.len(), |end| at + end + close.len());
        let block = &rest[at..end];
        out.push('\n');
        out.push_str(&if name == "pre" { block.to_owned() } else { block.replace('\n', "<br>\n") });
        out.push('\n');
        rest = rest[end..].trim_start_matches('\n');
    }
    out + &rest.replace('\n', "<br>\n")
}

/// Slack's mrkdwn as HTML. Its entities are those of HTML.
fn html_of_mrkdwn(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let fences: Vec<&str> = text.split("```").collect();
    // Without a second one, a fence is text.
    let closed = fences.len() - usize::from(fences.len().is_multiple_of(2));
    for (at, piece) in fences.iter().enumerate() {
        if at % 2 == 1 && at < closed {
            out.push_str(&format!("\n<pre>{}</pre>\n", piece.trim_matches('\n')));
            continue;
        }
        if at >= closed {
            out.push_str("```");
        }
        // A block has its own space around it.
        let piece = if at > 0 { piece.trim_start_matches('\n') } else { piece };
        let piece = if at + 1 < closed { piece.trim_end_matches('\n') } else { piece };
        let (mut quoted, mut fresh) = (false, true);
        for line in piece.split('\n') {
            let quote = line.strip_prefix('>').or_else(|| line.strip_prefix("&gt;"));
            match (quoted, quote.is_some()) {
                (false, true) => out.push_str("\n<blockquote>"),
                (true, false) => out.push_str("</blockquote>\n"),
                _ if !fresh => out.push_str("<br>\n"),
                _ => {}
            }
            fresh = quote.is_none() && line.is_empty() && (fresh || quoted);
            quoted = quote.is_some();
            out.push_str(&html_of_line(quote.map_or(line, |quote| quote.strip_prefix(' ').unwrap_or(quote))));
        }
        if quoted {
            out.push_str("</blockquote>");
        }
    }
    out
}

/// A line of mrkdwn: a mark opens before a letter and behind none, and counts
/// if another one closes it on this line (docs.slack.dev, Formatting message text).
fn html_of_line(line: &str) -> String {
    let mut pieces: Vec<String> = Vec::new();
    // Marks that are open: which, and their piece.
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut before: Option<char> = None;
    let mut addresses = Syntax::Slack.addresses(line).into_iter().peekable();
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        let rest = &line[at..];
        let next = rest[c.len_utf8()..].chars().next();
        let code = (c == '`').then(|| rest[1..].find('`')).flatten().filter(|length| *length > 0);
        let link = link(rest);
        while addresses.next_if(|address| address.start < at).is_some() {}
        let bare = addresses.next_if(|address| address.start == at).and_then(|address| line.get(address));
        // A name and a tag hold no marks, nor does an address.
        let name = matches!(c, '@' | '#').then(|| {
            let end = rest.char_indices().skip(1).find(|(_, c)| !c.is_alphanumeric() && *c != '_');
            &rest[..end.map_or(rest.len(), |(end, _)| end)]
        });
        if let Some(words) = bare {
            let address = if words.contains("://") { words.to_owned() } else { format!("https://{words}") };
            pieces.push(format!("<a href=\"{}\">{words}</a>", address.replace('"', "%22")));
            at += words.len();
        } else if let Some(words) = name {
            pieces.push(words.to_owned());
            at += words.len();
        } else if let Some(length) = code {
            pieces.push(format!("<code>{}</code>", &rest[1..=length]));
            at += length + 2;
        } else if let Some((url, words, length)) = link {
            pieces.push(format!("<a href=\"{}\">{}</a>", url.replace('"', "%22"), words.unwrap_or(url)));
            at += length;
        } else {
            let name = match c {
                '*' => "b",
                '_' => "i",
                '~' => "s",
                _ => "",
            };
            let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
            let own = open.iter().rposition(|(mark, _)| *mark == c);
            match own.and_then(|own| open.get(own).copied().map(|(_, piece)| (own, piece))) {
                Some((own, piece)) if !name.is_empty() && !blank(before) && !letter(next) => {
                    // What began within and was not closed is text.
                    open.truncate(own);
                    if let Some(piece) = pieces.get_mut(piece) {
                        *piece = format!("<{name}>");
                    }
                    pieces.push(format!("</{name}>"));
                }
                _ => {
                    if !name.is_empty() && !letter(before) && !blank(next) && own.is_none() {
                        open.push((c, pieces.len()));
                    }
                    pieces.push(c.to_string());
                }
            }
            at += c.len_utf8();
        }
        before = line[..at].chars().next_back();
    }
    pieces.concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::outbox::network_rules;
    use crate::render::markup::{Markup, write};

    const TEXT: &str = "hi **bold** _it_ R&D [words](https://a.com/?b=1&c=2) 1 < 2 `x<y`\n\n\
        ```rust\nlet a = b&c;\n```\n\n> said\n> so  \n> again\n\nend";

    fn both(network: &str) -> (String, String) {
        let (rules, _) = network_rules(Some(network), "manual");
        let text = write(TEXT, Markup::of(network)).text;
        (typed(&text, &rules), formatted(&text, &rules))
    }

    #[test]
    fn telegram_s_apps_read_marks_and_no_tags() {
        let (typed, formatted) = both("telegram");
        insta::assert_snapshot!(typed, @r"
        hi **bold** __it__ R&D words (https://a.com/?b=1&c=2) 1 < 2 `x<y`

        ```rust
        let a = b&c;
        ```

        > said so
        > again

        end
        ");
        insta::assert_snapshot!(formatted, @r#"
        hi <b>bold</b> <i>it</i> R&amp;D <a href="https://a.com/?b=1&amp;c=2" rel="noopener noreferrer">words</a> 1 &lt; 2 <code>x&lt;y</code>
        <pre><code class="language-rust">let a = b&amp;c;</code></pre>

        <blockquote>said so<br>
        again</blockquote>
        end
        "#);
    }

    #[test]
    fn slack_s_box_reads_no_entities() {
        let (typed, formatted) = both("slack");
        insta::assert_snapshot!(typed, @r"
        hi *bold* _it_ R&D words (https://a.com/?b=1&c=2) 1 < 2 `x<y`

        ```
        let a = b&c;
        ```

        > said so
        > again

        end
        ");
        insta::assert_snapshot!(formatted, @r#"
        hi <b>bold</b> <i>it</i> R&amp;D <a href="https://a.com/?b=1&amp;c=2" rel="noopener noreferrer">words</a> 1 &lt; 2 <code>x&lt;y</code>
        <pre>let a = b&amp;c;</pre>

        <blockquote>said so<br>
        again</blockquote>
        end
        "#);
    }

    #[test]
    fn discord_and_reddit_read_markdown_from_people_as_well() {
        let (typed, formatted) = both("discord");
        assert_eq!(typed, write(TEXT, Markup::Discord).text);
        insta::assert_snapshot!(formatted, @r#"
        <p>hi <strong>bold</strong> <em>it</em> R&amp;D <a href="https://a.com/?b=1&amp;c=2" rel="noopener noreferrer">words</a> 1 &lt; 2 <code>x&lt;y</code></p>
        <pre><code class="language-rust">let a = b&amp;c;
        </code></pre>
        <blockquote>
        <p>said so<br>
        again</p>
        </blockquote>
        <p>end</p>
        "#);
        insta::assert_snapshot!(both("reddit").1, @r#"
        <p>hi <strong>bold</strong> <em>it</em> R&amp;D <a href="https://a.com/?b=1&amp;c=2" rel="noopener noreferrer">words</a> 1 &lt; 2 <code>x&lt;y</code></p>
        <pre><code>let a = b&amp;c;
        </code></pre>
        <blockquote>
        <p>said so</p>
        <p>again</p>
        </blockquote>
        <p>end</p>
        "#);
    }

    #[test]
    fn plain_text_is_plain() {
        assert_eq!(both("mastodon").0, write(TEXT, Markup::Plain).text);
        let (rules, _) = network_rules(Some("linkedin"), "manual");
        assert_eq!(formatted("a <b>\nc\n\nd", &rules), "<p>a &lt;b&gt;<br>\nc</p>\n<p>d</p>\n");
    }

    #[test]
    fn what_is_written_by_hand_is_read_leniently() {
        let (rules, _) = network_rules(Some("telegram"), "manual");
        assert_eq!(
            typed("1 < 2 <u>x</u> <a href='https://a.com'>https://a.com</a> </b", &rules),
            "1 < 2 x https://a.com </b"
        );
        assert!(!formatted("<script>x</script><b onclick=y>z", &rules).contains("script"));
        let (rules, _) = network_rules(Some("slack"), "manual");
        assert_eq!(typed("<@U12> <!here> <https://a.com> &lt;", &rules), "<@U12> <!here> https://a.com <");
        assert_eq!(
            html_of_line("https://a.com/_x_?b=1&amp;c *@_joe_* #_a_ <https://a.com/_y_>"),
            "<a href=\"https://a.com/_x_?b=1&amp;c\">https://a.com/_x_?b=1&amp;c</a> <b>@_joe_</b> #_a_ \
             <a href=\"https://a.com/_y_\">https://a.com/_y_</a>"
        );
        assert_eq!(html_of_line("a_b_c *d _e* f_ * g *h"), "a_b_c <b>d _e</b> f_ * g *h");
    }
}
