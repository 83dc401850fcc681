//! What the templates of the page are given: plain values. Fields that end in
//! `_html` are safe HTML already; all others are escaped by the template engine.

use super::album::{Album, Shown};
use super::body::{self, Room};
use super::look;
use super::rich::escape;
use crate::diagnostic::{Diagnostic, Severity};
use crate::render::{Article, Card, Mail, Picture, Post, Variant, late};
use crate::report::preview::fold::fold_at;
use crate::report::preview::{Comment, Preview, PreviewItem, terminal, word_count};
use crate::source::Sources;
use crate::text::{Dialect, count};
use serde::Serialize;

/// Problems that are listed; a page with thousands helps nobody.
const MOST_PROBLEMS: usize = 100;

/// The whole page.
#[derive(Serialize)]
pub struct PageView {
    pub brand: String,
    pub message: String,
    pub title: String,
    pub ladder: String,
    pub style: &'static str,
    pub summary: String,
    pub problems: Vec<ProblemView>,
    pub more_problems: usize,
    pub rungs: Vec<RungView>,
}

/// One problem.
#[derive(Serialize)]
pub struct ProblemView {
    severity: &'static str,
    rule: &'static str,
    message_html: String,
    place: Option<String>,
    also_html: Option<String>,
    hint_html: Option<String>,
}

/// One rung.
#[derive(Serialize)]
pub struct RungView {
    name: String,
    look: &'static str,
    network: String,
    what: String,
    kind: &'static str,
    language: String,
    brand: String,
    initials: String,
    account: String,
    timing: String,
    badge: String,
    over: bool,
    post: Option<PostView>,
    article: Option<ArticleView>,
    mail: Option<MailView>,
}

#[derive(Serialize)]
struct PostView {
    content_warning: Option<String>,
    parts: Vec<PartView>,
    first_comment_html: Option<String>,
    left_out: Option<String>,
}

#[derive(Serialize)]
struct PartView {
    seen_html: String,
    folded_html: Option<String>,
    length: String,
    percent: usize,
    over_by: usize,
    pictures: Vec<PictureView>,
    card: Option<CardView>,
}

#[derive(Serialize)]
struct PictureView {
    src: Option<String>,
    absent: &'static str,
    name: String,
    alt: String,
    size: String,
}

#[derive(Serialize)]
struct CardView {
    picture: Option<PictureView>,
    domain: String,
    title: String,
    description: String,
}

#[derive(Serialize)]
struct ArticleView {
    title: String,
    slug: String,
    excerpt: String,
    cover: Option<PictureView>,
    body_html: String,
    tags: Vec<String>,
    canonical_html: Option<String>,
}

#[derive(Serialize)]
struct MailView {
    from: String,
    sender: String,
    to: String,
    subject: String,
    preheader: String,
    document: String,
    height: usize,
    text_html: String,
}

/// Everything on the page.
pub fn page(preview: &Preview<'_>, style: &'static str) -> PageView {
    let mut album = Album::new(preview.pictures);
    let mut room = Room::new();
    let rungs: Vec<RungView> =
        preview.items.iter().map(|item| rung(preview, item, &mut album, &mut room)).collect();
    let variants =
        if rungs.len() == 1 { "1 variant".to_owned() } else { format!("{} variants", rungs.len()) };
    let mut problems: Vec<&Diagnostic> = preview.problems.iter().collect();
    problems.sort_by_key(|problem| problem.severity);
    PageView {
        brand: preview.brand.to_owned(),
        message: preview.message.to_owned(),
        title: room.line(preview.title),
        ladder: preview.ladder.to_owned(),
        style,
        summary: variants,
        more_problems: problems.len().saturating_sub(MOST_PROBLEMS),
        problems: problems
            .iter()
            .take(MOST_PROBLEMS)
            .map(|found| problem(found, preview.sources, &mut room))
            .collect(),
        rungs,
    }
}

fn problem(problem: &Diagnostic, sources: &Sources, room: &mut Room) -> ProblemView {
    let place = problem.span.map(|span| sources.locate(span));
    ProblemView {
        severity: match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        rule: problem.rule,
        message_html: quoted(&room.line(&problem.message)),
        place: place.map(|place| format!("{}:{}:{}", place.file, place.line, place.column)),
        also_html: problem.also().map(|also| quoted(&room.line(&also))),
        hint_html: problem.hint.as_deref().map(|hint| quoted(&room.line(hint))),
    }
}

/// One of our sentences: what stands in backticks becomes code.
pub fn quoted(sentence: &str) -> String {
    let pieces: Vec<&str> = sentence.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return escape(sentence);
    }
    let piece = |(at, piece): (usize, &&str)| match at % 2 {
        1 => format!("<code>{}</code>", escape(piece)),
        _ => escape(piece),
    };
    pieces.iter().enumerate().map(piece).collect()
}

fn rung(preview: &Preview<'_>, item: &PreviewItem<'_>, album: &mut Album<'_>, room: &mut Room) -> RungView {
    let mut view = RungView {
        name: item.rung.to_owned(),
        look: look(item.outlet.rules.network),
        network: item.network(),
        what: match item.variant {
            Variant::Mail(_) => "mail".to_owned(),
            Variant::Post(post) if post.parts.len() > 1 => format!("{} thread", item.network()),
            _ => format!("{} {}", item.network(), item.variant.kind().name()),
        },
        kind: item.variant.kind().name(),
        language: item.language().to_owned(),
        brand: preview.brand.to_owned(),
        initials: initials(preview.brand),
        account: item.at_handle(),
        timing: item.timing(),
        badge: String::new(),
        over: false,
        post: None,
        article: None,
        mail: None,
    };
    match item.variant {
        Variant::Post(body) => {
            let post = post(item, body, album, room);
            view.over = post.parts.iter().any(|part| part.over_by > 0);
            view.badge = match post.parts.as_slice() {
                [one] => one.length.clone(),
                many => format!("{} parts", many.len()),
            };
            view.post = Some(post);
        }
        Variant::Article(body) => {
            view.badge = word_count(&body.markdown);
            view.article = Some(article(item, body, album, room));
        }
        Variant::Mail(body) => {
            view.badge = format!("{} KB", body.html.len().div_ceil(1024));
            view.mail = Some(mail(item, body, album, room));
        }
    }
    view
}

fn post(item: &PreviewItem<'_>, post: &Post, album: &mut Album<'_>, room: &mut Room) -> PostView {
    let many = post.parts.len();
    let dialect = item.outlet.rules.dialect;
    let card_part = item.card_part(post);
    let parts = post.parts.iter().enumerate().map(|(at, part)| {
        let length = count(&part.text, &item.outlet.rules.with_pictures(part.media.len()), post.url_reserve)
            .decisive();
        let fold = fold_at(&part.text, &item.outlet.rules);
        let (seen, folded) =
            fold.map_or((part.text.as_str(), None), |at| (&part.text[..at], Some(&part.text[at..])));
        let number = if many > 1 { format!("{} of {many} · ", at + 1) } else { String::new() };
        let limit = length.limit.unwrap_or(0);
        PartView {
            seen_html: room.rich(seen.trim_end(), dialect),
            folded_html: folded.map(|rest| room.rich(rest.trim(), dialect)),
            length: match length.limit {
                Some(limit) => format!("{number}{}/{limit}", length.counted),
                None => format!("{number}{} characters", length.counted),
            },
            percent: (length.counted * 100).checked_div(limit).unwrap_or(0).min(100),
            over_by: if limit > 0 { length.counted.saturating_sub(limit) } else { 0 },
            pictures: part.media.iter().map(|one| picture(one, album, room)).collect(),
            card: post.card.as_ref().filter(|_| card_part == Some(at)).map(|shown| card(shown, album, room)),
        }
    });
    let parts = parts.collect();
    let (first_comment_html, left_out) = match item.comment(post) {
        Comment::None => (None, None),
        Comment::Below(text) => (Some(room.rich(text, dialect)), None),
        Comment::LeftOut(why) => (None, Some(why)),
    };
    let content_warning = item.outlet.content_warning.as_deref().map(|warning| room.line(warning));
    PostView { content_warning, parts, first_comment_html, left_out }
}

fn picture(picture: &Picture, album: &mut Album<'_>, room: &mut Room) -> PictureView {
    let (src, absent) = match album.show(picture) {
        Shown::Image(url) => (Some(url), ""),
        Shown::Absent(why) => (None, why),
    };
    let size = match picture.made() {
        Some(made) => made,
        None if picture.width > 0 => format!("{} × {}", picture.width, picture.height),
        None => String::new(),
    };
    PictureView { src, absent, name: room.line(&picture.name), alt: room.line(&picture.alt), size }
}

fn card(card: &Card, album: &mut Album<'_>, room: &mut Room) -> CardView {
    let late = late::find(&card.url).into_iter().next();
    let host = || url::Url::parse(&card.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let domain = match late {
        Some(found) => format!("address of {}", found.rung),
        None => host().map_or_else(|| card.url.clone(), |host| host.trim_start_matches("www.").to_owned()),
    };
    CardView {
        picture: card.image.as_ref().map(|image| picture(image, album, room)),
        domain: room.line(&domain),
        title: room.line(&card.title),
        description: room.line(&card.description),
    }
}

fn article(item: &PreviewItem<'_>, article: &Article, album: &mut Album<'_>, room: &mut Room) -> ArticleView {
    ArticleView {
        title: room.line(&article.title),
        slug: room.line(&article.slug),
        excerpt: room.line(&article.excerpt),
        cover: article
            .cover
            .as_ref()
            .filter(|_| !article.has_cover_in_body())
            .map(|cover| picture(cover, album, room)),
        body_html: body::article(room.body(&article.html), &article.media, article.cover.as_ref(), album),
        tags: article.tags.iter().map(|tag| room.line(tag)).collect(),
        canonical_html: item.original(article).map(|url| room.rich(url, Dialect::Plain)),
    }
}

fn mail(item: &PreviewItem<'_>, mail: &Mail, album: &mut Album<'_>, room: &mut Room) -> MailView {
    let from = room.line(&mail.from);
    let sender = from.split('<').next().unwrap_or_default().trim().trim_matches('"');
    MailView {
        sender: if sender.is_empty() { from.clone() } else { sender.to_owned() },
        to: room.line(&terminal::recipients(item.recipients)),
        subject: room.line(&mail.subject),
        preheader: room.line(&mail.preheader),
        document: body::mail(room.body(&mail.html), &mail.media, album),
        height: height(mail),
        text_html: room.rich(&mail.text, Dialect::Plain),
        from,
    }
}

/// A guess, because a frame without script cannot take the height of what is in it.
fn height(mail: &Mail) -> usize {
    let lines: usize = mail.text.lines().map(|line| 1 + line.chars().count() / 60).sum();
    (150 + lines * 24 + mail.media.len() * 240).clamp(360, 860)
}

fn initials(brand: &str) -> String {
    let letters = brand.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    letters.take(2).flat_map(char::to_uppercase).collect()
}
