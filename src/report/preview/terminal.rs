//! The preview on a terminal: a framed box a variant, drawn to the width.

use super::fold::fold_at;
use super::reading;
use super::{Comment, Preview, PreviewItem, word_count};
use crate::render::{Article, Card, Mail, Picture, Post, Variant, late};
use crate::report::columns::{cut, one_line, pad, width, wrap};
use crate::report::count::bar;
use crate::report::sign::paint;
use crate::text::{Counted, count};
use anstyle::{AnsiColor, Style};

pub(super) const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();
const PLAIN: Style = Style::new();
const BAD: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
/// Lines of an article or a mail that are shown.
const SHOWN: usize = 25;

/// Draws all variants. Lines have at most `columns` columns.
pub fn preview(preview: &Preview<'_>, columns: usize, colour: bool) -> String {
    let columns = columns.clamp(32, 100);
    let mut out = String::new();
    let title = cut(&one_line(&shown(preview.title)), columns);
    let count = preview.items.len();
    let variants = if count == 1 { "1 variant".to_owned() } else { format!("{count} variants") };
    let below = format!("{} · ladder {} · {variants}", one_line(preview.message), one_line(preview.ladder));
    out.push_str(&format!("{}\n", paint(&title, BOLD, colour)));
    out.push_str(&format!("{}\n", paint(&cut(&below, columns), DIM, colour)));
    for item in &preview.items {
        let mut frame = Frame { inner: columns - 4, colour, out: String::new() };
        match item.variant {
            Variant::Post(body) => post(&mut frame, item, body),
            Variant::Article(body) => article(&mut frame, item, body),
            Variant::Mail(body) => mail(&mut frame, item, body),
        }
        out.push('\n');
        out.push_str(&frame.out);
    }
    out
}

/// Late addresses in words, which no line break parts.
pub(super) fn shown(text: &str) -> String {
    late::shown(text).replace("‹address of ", "‹address\u{a0}of\u{a0}")
}

/// How many of `lines` are shown: a note in the place of one line saves none.
fn kept(lines: usize, most: usize) -> usize {
    if lines == most + 1 { lines } else { most }
}

/// A box: `inner` columns of text between two borders with a space each.
struct Frame {
    inner: usize,
    colour: bool,
    out: String,
}

impl Frame {
    /// A horizontal border with words in it.
    fn rule(&mut self, ends: (&str, &str), left: &str, right: &str, style: Style) {
        let mut room = self.inner.saturating_sub(2);
        let right = if right.is_empty() { String::new() } else { format!(" {} ", cut(right, room)) };
        room = room.saturating_sub(width(&right));
        let left =
            if left.is_empty() || room < 4 { String::new() } else { format!(" {} ", cut(left, room - 2)) };
        let line = "─".repeat((self.inner + 2).saturating_sub(width(&left) + width(&right) + 2));
        let (open, close) = (format!("{}─", ends.0), format!("─{}", ends.1));
        self.out.push_str(&paint(&open, DIM, self.colour));
        self.out.push_str(&paint(&left, style, self.colour && !left.is_empty()));
        self.out.push_str(&paint(&line, DIM, self.colour));
        self.out.push_str(&paint(&right, style, self.colour && !right.is_empty()));
        self.out.push_str(&paint(&close, DIM, self.colour));
        self.out.push('\n');
    }

    fn line(&mut self, text: &str, style: Style) {
        let side = paint("│", DIM, self.colour);
        let text = pad(text, self.inner);
        let text = paint(&text, style, self.colour && style != PLAIN);
        self.out.push_str(&format!("{side} {text} {side}\n"));
    }

    /// A line of several styles.
    fn spans(&mut self, spans: &[reading::Span]) {
        let side = paint("│", DIM, self.colour);
        let used: usize = spans.iter().map(|(words, _)| width(words)).sum();
        let words: String =
            spans.iter().map(|(words, style)| paint(words, *style, self.colour && *style != PLAIN)).collect();
        let rest = " ".repeat(self.inner.saturating_sub(used));
        self.out.push_str(&format!("{side} {words}{rest} {side}\n"));
    }

    /// Text in as many lines as it needs, the first after `first`, the others after `rest`.
    fn text(&mut self, first: &str, rest: &str, text: &str, style: Style) {
        let room = self.inner.saturating_sub(width(first).max(width(rest)));
        for (at, line) in wrap(text, room).into_iter().enumerate() {
            self.line(&format!("{}{line}", if at == 0 { first } else { rest }), style);
        }
    }

    fn blank(&mut self) {
        self.line("", PLAIN);
    }

    /// The opening border with who speaks where, and when below it.
    fn open(&mut self, item: &PreviewItem<'_>, kind: &str) {
        let head = format!("{} · {}", one_line(item.rung), one_line(&item.network()));
        self.rule(("╭", "╮"), &head, kind, BOLD);
        let account = one_line(&item.at_handle());
        let timing = one_line(&item.timing());
        let line = [account, timing].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
        if !line.is_empty() {
            self.text("", "", &line.join(" · "), DIM);
            self.blank();
        }
    }

    fn close(&mut self, right: &str, style: Style) {
        self.rule(("╰", "╯"), "", right, style);
    }

    fn picture(&mut self, picture: &Picture) {
        let size = match picture.made() {
            Some(made) => format!(" ({made})"),
            None if picture.width > 0 => format!(" ({}×{})", picture.width, picture.height),
            None => String::new(),
        };
        self.text("▣ ", "  ", &format!("{}{size}", one_line(&picture.name)), PLAIN);
        let alt = one_line(&shown(&picture.alt));
        let alt = if alt.is_empty() { "no alt text".to_owned() } else { format!("“{alt}”") };
        self.text("  ", "  ", &alt, DIM);
    }

    /// At most `most` lines of a long text.
    fn beginning(&mut self, text: &str, most: usize) {
        let lines = wrap(text.trim_end(), self.inner);
        let most = kept(lines.len(), most);
        for line in lines.iter().take(most) {
            self.line(line, PLAIN);
        }
        self.more(lines.len().saturating_sub(most));
    }

    /// The same of a Markdown text, drawn for reading.
    fn reading(&mut self, markdown: &str, most: usize) {
        let lines = reading::lines(markdown, self.inner);
        let most = kept(lines.len(), most);
        // A gap at the cut says nothing.
        let shown = lines.get(..most).map_or(lines.len(), |begun| {
            begun.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1)
        });
        for line in lines.iter().take(shown) {
            self.spans(line);
        }
        self.more(lines.len().saturating_sub(shown));
    }

    fn more(&mut self, lines: usize) {
        if lines > 0 {
            self.line(&format!("… {lines} more {}", if lines == 1 { "line" } else { "lines" }), DIM);
        }
    }
}

fn post(frame: &mut Frame, item: &PreviewItem<'_>, post: &Post) {
    let many = post.parts.len();
    let (card_part, comment) = (item.card_part(post), item.comment(post));
    frame.open(item, &if many > 1 { format!("thread of {many}") } else { "post".to_owned() });
    for (at, part) in post.parts.iter().enumerate() {
        let length = count(&part.text, &item.outlet.rules.with_pictures(part.media.len()), post.url_reserve);
        if let Some(warning) = &item.outlet.content_warning {
            frame.text("⚠ ", "  ", &shown(warning), DIM);
        }
        text_with_fold(frame, item, &part.text);
        if !part.media.is_empty() {
            frame.blank();
        }
        for picture in &part.media {
            frame.picture(picture);
        }
        if let Some(card) = post.card.as_ref().filter(|_| card_part == Some(at)) {
            link_card(frame, card);
        }
        let (gauge, style) = gauge(&length, frame.inner);
        let number = if many > 1 { format!("{}/{many}", at + 1) } else { String::new() };
        if at + 1 < many {
            frame.rule(("├", "┤"), &number, &gauge, style);
            continue;
        }
        match &comment {
            Comment::Below(comment) => {
                frame.rule(("├", "┤"), &number, &gauge, style);
                frame.line("first comment", DIM);
                frame.text("  ", "  ", &shown(comment), PLAIN);
                frame.close("", PLAIN);
            }
            Comment::LeftOut(why) => {
                frame.blank();
                frame.text("✗ ", "  ", why, DIM);
                frame.rule(("╰", "╯"), &number, &gauge, style);
            }
            Comment::None => frame.rule(("╰", "╯"), &number, &gauge, style),
        }
    }
}

fn text_with_fold(frame: &mut Frame, item: &PreviewItem<'_>, text: &str) {
    match fold_at(text, &item.outlet.rules) {
        Some(at) => {
            let (seen, folded) = text.split_at(at);
            frame.text("", "", &shown(seen.trim_end()), PLAIN);
            let label = "┄┄ … see more ";
            let line = format!("{label}{}", "┄".repeat(frame.inner.saturating_sub(width(label))));
            frame.line(&line, DIM);
            frame.text("", "", &shown(folded.trim()), DIM);
        }
        None => frame.text("", "", &shown(text), PLAIN),
    }
}

/// `147/280 ██████░░░░░░`, and what is too much, in words.
fn gauge(length: &Counted, room: usize) -> (String, Style) {
    let length = length.decisive();
    let Some(limit) = length.limit else { return (length.counted.to_string(), DIM) };
    let numbers = format!("{}/{limit}", length.counted);
    if !length.fits() {
        return (format!("{numbers} ✗ {} too many", length.counted - limit), BAD);
    }
    if room < 40 {
        return (numbers, DIM);
    }
    (format!("{numbers} {}", bar(length.counted, limit, 12)), DIM)
}

fn link_card(frame: &mut Frame, card: &Card) {
    frame.blank();
    frame.line("┌ link card", DIM);
    if let Some(image) = &card.image {
        let alt = one_line(&image.alt);
        let alt = if alt.is_empty() { String::new() } else { format!(" “{alt}”") };
        frame.text("│ ▣ ", "│   ", &format!("{}{alt}", one_line(&image.name)), DIM);
    }
    frame.text("│ ", "│ ", &one_line(&shown(&card.title)), BOLD);
    if !card.description.is_empty() {
        frame.text("│ ", "│ ", &one_line(&shown(&card.description)), PLAIN);
    }
    frame.text("└ ", "  ", &one_line(&shown(&card.url)), DIM);
}

fn article(frame: &mut Frame, item: &PreviewItem<'_>, article: &Article) {
    frame.open(item, "article");
    frame.text("", "", &one_line(&shown(&article.title)), BOLD);
    let mut facts = Vec::new();
    if !article.slug.is_empty() {
        facts.push(format!("…/{}", one_line(&article.slug)));
    }
    if !article.tags.is_empty() {
        facts.push(one_line(&article.tags.join(", ")));
    }
    if !facts.is_empty() {
        frame.text("", "", &facts.join(" · "), DIM);
    }
    if let Some(original) = item.original(article) {
        frame.text("original: ", "  ", &one_line(&shown(original)), DIM);
    }
    if !article.excerpt.is_empty() {
        frame.blank();
        frame.text("", "", &shown(&article.excerpt), PLAIN);
    }
    if let Some(cover) = article.cover.as_ref().filter(|_| !article.has_cover_in_body()) {
        frame.blank();
        frame.picture(cover);
    }
    frame.blank();
    frame.reading(&article.markdown, SHOWN);
    frame.close(&word_count(&article.markdown), DIM);
}

fn mail(frame: &mut Frame, item: &PreviewItem<'_>, mail: &Mail) {
    let people = item.recipients.len();
    frame.open(item, &if people == 1 { "to 1 person".to_owned() } else { format!("to {people} people") });
    let mut row = |name: &str, text: &str, style: Style| {
        frame.text(&pad(name, 10), &pad("", 10), &one_line(&shown(text)), style);
    };
    row("from", &mail.from, PLAIN);
    row("to", &recipients(item.recipients), PLAIN);
    row("subject", &mail.subject, BOLD);
    row("preheader", &mail.preheader, DIM);
    frame.blank();
    frame.beginning(&shown(&mail.text), SHOWN);
    frame.close(&format!("text part; HTML part {} KB", mail.html.len().div_ceil(1024)), DIM);
}

/// The first few, and how many more.
pub fn recipients(recipients: &[String]) -> String {
    match recipients {
        [] => "nobody yet".to_owned(),
        few if few.len() <= 3 => few.join(", "),
        many => format!("{} and {} more", many[..2].join(", "), many.len() - 2),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    /// Without colour codes.
    fn bare(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn every_line_fits_and_every_frame_closes_at_its_column() {
        for story in [fixture::story(), fixture::hostile()] {
            for columns in [32, 40, 61, 80, 100] {
                let plain = preview(&story.preview(), columns, false);
                for line in plain.lines() {
                    assert!(width(line) <= columns, "{columns}: {line}");
                    assert!(!line.contains(crate::text::visible::is_hostile), "{line:?}");
                    if line.starts_with(['│', '├', '╭', '╰']) {
                        assert_eq!(width(line), columns, "{line}");
                    }
                }
                assert_eq!(bare(&preview(&story.preview(), columns, true)), plain);
            }
        }
    }

    #[test]
    fn a_thread_has_its_card_where_its_link_is_and_no_comment_that_x_has_not() {
        let mut story = fixture::story();
        story.rungs.retain(|(rung, ..)| *rung == "thread" || *rung == "linkedin");
        let tweet = fixture::story().rungs.swap_remove(1).2;
        let Variant::Post(tweet) = tweet else { panic!("no post") };
        for (_, outlet, variant, ..) in &mut story.rungs {
            let Variant::Post(post) = variant else { panic!("no post") };
            outlet.rules.first_comment = outlet.rules.network != "x";
            if outlet.rules.network == "x" {
                post.first_comment = Some("More below.".to_owned());
                post.card = tweet.card.clone();
                post.parts[0].media.clear();
            }
        }
        insta::assert_snapshot!(preview(&story.preview(), 60, false), @"
        Rocket 2 lands itself
        rocket-2 · ladder launch · 2 variants

        ╭─ thread · X ─────────────────────────────── thread of 3 ─╮
        │ @acmerockets · after blog                                │
        │                                                          │
        │ How Rocket 2 comes home, in three posts 🚀               │
        │                                                          │
        │ First: the boostback burn, 71 km up, engines into the    │
        │ wind.                                                    │
        ├─ 1/3 ───────────────────────────── 102/280 ████░░░░░░░░ ─┤
        │ Then the landing legs. They weigh 38 % less than last    │
        │ year's and fold flat, thanks to @ada_l and her team.     │
        ├─ 2/3 ───────────────────────────── 106/280 ████░░░░░░░░ ─┤
        │ All of it, with the measurements: ‹address\u{a0}of\u{a0}blog›      │
        │ #rocketry                                                │
        │                                                          │
        │ ┌ link card                                              │
        │ │ ▣ rocket.png “The booster standing on its landing legs │
        │ │   at dawn”                                             │
        │ │ Rocket 2 lands itself                                  │
        │ │ Reusable, quieter, and cheaper to fly.                 │
        │ └ ‹address\u{a0}of\u{a0}blog›                                      │
        │                                                          │
        │ ✗ X has no first comment: it is left out                 │
        ╰─ 3/3 ───────────────────────────── 124/280 █████░░░░░░░ ─╯

        ╭─ linkedin · LinkedIn ───────────────────────────── post ─╮
        │ Acme Rockets · after blog                                │
        │                                                          │
        │ Yesterday at dawn, Rocket 2 landed itself for the first  │
        │ time.                                                    │
        │                                                          │
        │ That sounds like a stunt. It is an invoice: a booster    │
        │ that comes home costs us a tenth of one that does not,   │
        │ and our customers will see that in                       │
        │ ┄┄ … see more ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ │
        │ next year's prices.                                      │
        │                                                          │
        │ Three things made it work:                               │
        │                                                          │
        │ → legs that fold flat                                    │
        │ → an engine that starts three times                      │
        │ → a team that rehearsed every failure twice              │
        │                                                          │
        │ Thank you to everyone at the range. #rocketry #reusable  │
        │                                                          │
        │ ▣ rocket.png (1200×675)                                  │
        │   “The booster standing on its landing legs at dawn”     │
        ├────────────────────────────────── 414/3000 █░░░░░░░░░░░ ─┤
        │ first comment                                            │
        │   The whole story with the numbers: ‹address\u{a0}of\u{a0}blog›    │
        ╰──────────────────────────────────────────────────────────╯
        ");
    }

    #[test]
    fn a_tweet_is_seen_as_it_will_be() {
        let mut story = fixture::story();
        story.rungs.retain(|(rung, ..)| *rung == "tweet");
        insta::assert_snapshot!(preview(&story.preview(), 60, false), @"
        Rocket 2 lands itself
        rocket-2 · ladder launch · 1 variant

        ╭─ tweet · X ─────────────────────────────────────── post ─╮
        │ @acmerockets · after blog · 1 h later                    │
        │                                                          │
        │ Rocket 2 lands itself: Reusable, quieter, and cheaper to │
        │ fly. ‹address\u{a0}of\u{a0}blog› #rocketry #reusable               │
        │                                                          │
        │ ┌ link card                                              │
        │ │ ▣ rocket.png “The booster standing on its landing legs │
        │ │   at dawn”                                             │
        │ │ Rocket 2 lands itself                                  │
        │ │ Reusable, quieter, and cheaper to fly.                 │
        │ └ ‹address\u{a0}of\u{a0}blog›                                      │
        ╰─────────────────────────────────── 162/280 ██████░░░░░░ ─╯
        ");
    }
}
