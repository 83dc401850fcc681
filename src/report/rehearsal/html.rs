//! A rehearsal as one page, in the look of the preview: a card for each channel,
//! with what readers see, since when, and how it came to be.
//!
//! Like the preview it asks nobody for anything: no script, no font, no picture
//! from elsewhere.

use super::{Body, ChannelShown, End, NOTHING_LEFT, Rehearsal, Shown};
use crate::plan::State;
use crate::render::Picture;
use crate::report::preview::html::album::{self, Album};
use crate::report::preview::html::body::{self, Room};
use crate::report::preview::html::rich::escape;
use crate::report::preview::html::view::quoted;
use crate::report::preview::html::{STYLE, environment};
use crate::report::sign::{sign, word};
use crate::text::Dialect;
use minijinja::value::Serde;
use serde::Serialize;

const PAGE: &str = include_str!("page.html");
const OWN_STYLE: &str = include_str!("style.css");

#[derive(Serialize)]
struct PageView {
    brand: String,
    initials: String,
    message: String,
    title: String,
    ladder: String,
    digest: String,
    nothing_left: &'static str,
    style: String,
    summary: String,
    faults: Option<String>,
    notes_html: Vec<String>,
    runs: Vec<RunView>,
    channels: Vec<ChannelView>,
    to_do: Vec<Vec<ToDoLine>>,
}

/// A line of what a person has to do.
#[derive(Serialize)]
struct ToDoLine {
    html: String,
    /// It is typed as it stands: it scrolls, and does not break.
    command: bool,
}

#[derive(Serialize)]
struct RunView {
    number: usize,
    call: &'static str,
    when: String,
    exit: u8,
}

#[derive(Serialize)]
struct ChannelView {
    name: String,
    network: String,
    look: &'static str,
    account: String,
    shown: Vec<ShownView>,
    meanwhile: Vec<String>,
    steps: Vec<StepView>,
    trouble: bool,
    ends: Vec<EndView>,
}

#[derive(Serialize, Default)]
struct ShownView {
    when: String,
    place: Option<String>,
    /// Whether it stands below the one before.
    reply: bool,
    /// What the post is folded behind.
    warning: Option<String>,
    post_html: Option<String>,
    pictures: Vec<PictureView>,
    card: Option<CardView>,
    comments_html: Vec<String>,
    page: Option<ArticleView>,
    mail: Option<MailView>,
    pastes: Vec<String>,
}

#[derive(Serialize)]
struct PictureView {
    src: Option<String>,
    absent: &'static str,
    alt: String,
}

#[derive(Serialize)]
struct CardView {
    domain: String,
    title: String,
    description: String,
    picture: Option<PictureView>,
}

#[derive(Serialize)]
struct ArticleView {
    title: String,
    excerpt: String,
    cover: Option<PictureView>,
    body_html: String,
}

#[derive(Serialize)]
struct MailView {
    from: String,
    to: String,
    subject: String,
    document: String,
    height: usize,
    text_html: String,
}

#[derive(Serialize)]
struct StepView {
    run: usize,
    when: String,
    who: String,
    what_html: String,
    trouble: bool,
}

#[derive(Serialize)]
struct EndView {
    rung: String,
    word: &'static str,
    sign: &'static str,
    good: bool,
    why_html: Option<String>,
}

/// The page.
pub(super) fn page(rehearsal: &Rehearsal) -> String {
    let view = view(rehearsal);
    let mut environment = environment();
    let rendered = environment
        .add_template("page.html", PAGE)
        .and_then(|()| environment.get_template("page.html")?.render(Serde(&view)));
    // The template is part of this program and the tests render it: what can
    // still fail here is memory.
    rendered.unwrap_or_else(|error| format!("<!doctype html><pre>{}</pre>", escape(&error.to_string())))
}

fn view(rehearsal: &Rehearsal) -> PageView {
    let mut album = Album::new(&rehearsal.pictures);
    let mut room = Room::new();
    let faults = rehearsal.seed.map(|seed| format!("{}, seed {seed}", rehearsal.faults.join(", ")));
    let to_do = rehearsal.channels.iter().flat_map(|channel| &channel.ends);
    PageView {
        brand: rehearsal.brand.clone(),
        initials: initials(&rehearsal.brand),
        message: rehearsal.message.clone(),
        title: room.line(&rehearsal.title),
        ladder: rehearsal.ladder.clone(),
        digest: rehearsal.digest.clone(),
        nothing_left: NOTHING_LEFT,
        style: format!("{STYLE}{OWN_STYLE}"),
        summary: rehearsal.summary(),
        faults,
        notes_html: rehearsal.notes.iter().map(|note| quoted(&room.line(note))).collect(),
        runs: rehearsal
            .runs
            .iter()
            .map(|run| RunView { number: run.number, call: run.call, when: run.when.clone(), exit: run.exit })
            .collect(),
        to_do: to_do
            .filter_map(|end| end.to_do.as_deref())
            .map(|text| to_do_lines(text, &mut room))
            .collect(),
        channels: rehearsal.channels.iter().map(|one| channel(one, &mut album, &mut room)).collect(),
    }
}

fn to_do_lines(text: &str, room: &mut Room) -> Vec<ToDoLine> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = |line: &str| {
        let command = line.starts_with("ladder ");
        let line = room.line(line);
        ToDoLine { html: if command { escape(&line) } else { quoted(&line) }, command }
    };
    lines.map(line).collect()
}

fn channel(one: &ChannelShown, album: &mut Album<'_>, room: &mut Room) -> ChannelView {
    let steps = one.steps.iter().map(|step| StepView {
        run: step.run,
        when: step.when.clone(),
        who: step.rung.clone().unwrap_or_else(|| one.name.clone()),
        what_html: quoted(&room.line(&step.what)),
        trouble: step.trouble,
    });
    let steps = steps.collect();
    ChannelView {
        name: one.name.clone(),
        network: one.network.clone(),
        look: one.look,
        account: room.line(&one.account),
        meanwhile: one.meanwhile.clone(),
        trouble: one.steps.iter().any(|step| step.trouble),
        steps,
        shown: one.shown.iter().map(|shown| seen(shown, one.dialect, album, room)).collect(),
        ends: one.ends.iter().map(|ended| end(ended, room)).collect(),
    }
}

fn end(end: &End, room: &mut Room) -> EndView {
    EndView {
        rung: end.rung.clone(),
        word: word(end.state),
        sign: sign(end.state),
        good: matches!(end.state, State::Sent | State::Waiting),
        why_html: end.why.as_deref().filter(|_| end.state != State::Sent).map(|why| quoted(&room.line(why))),
    }
}

fn seen(shown: &Shown, dialect: Dialect, album: &mut Album<'_>, room: &mut Room) -> ShownView {
    let place = shown.place.as_deref().map(|place| room.line(place));
    let mut view = ShownView { when: shown.when.clone(), place, ..ShownView::default() };
    match &shown.body {
        Body::Post { warning, text, pictures, card, comments, reply } => {
            view.warning = warning.as_deref().map(|warning| room.line(warning));
            view.post_html = Some(room.rich(text, dialect));
            view.reply = *reply;
            view.pictures = pictures.iter().map(|(sha256, alt)| by_hash(sha256, alt, album, room)).collect();
            view.card = card.as_ref().map(|card| {
                let host = url::Url::parse(&card.url).ok().and_then(|url| url.host_str().map(str::to_owned));
                let host = host.unwrap_or_else(|| card.url.clone());
                CardView {
                    domain: room.line(host.trim_start_matches("www.")),
                    title: room.line(&card.title),
                    description: room.line(&card.description),
                    picture: card.picture.as_ref().map(|(sha256, alt)| by_hash(sha256, alt, album, room)),
                }
            });
            view.comments_html = comments.iter().map(|comment| room.rich(comment, dialect)).collect();
        }
        Body::Page(page) => {
            let cover = page.cover.as_ref().filter(|_| !page.has_cover_in_body());
            view.page = Some(ArticleView {
                title: room.line(&page.title),
                excerpt: room.line(&page.excerpt),
                cover: cover.map(|cover| by_hash(&cover.sha256, &cover.alt, album, room)),
                body_html: body::article(room.body(&page.html), &page.media, page.cover.as_ref(), album),
            });
        }
        Body::Mail { from, to, subject, text, html, media } => {
            let lines: usize = text.lines().map(|line| 1 + line.chars().count() / 60).sum();
            view.mail = Some(MailView {
                from: room.line(from),
                to: room.line(&to.join(", ")),
                subject: room.line(subject),
                document: body::mail(room.body(html), media, album),
                height: (150 + lines * 24 + media.len() * 240).clamp(360, 860),
                text_html: room.rich(text, Dialect::Plain),
            });
        }
        Body::Paste(texts) => view.pastes = texts.iter().map(|text| room.body(text).to_owned()).collect(),
    }
    view
}

fn by_hash(sha256: &str, alt: &str, album: &mut Album<'_>, room: &mut Room) -> PictureView {
    let picture = Picture {
        path: String::new(),
        name: String::new(),
        alt: alt.to_owned(),
        mime: String::new(),
        sha256: sha256.to_owned(),
        bytes: 0,
        width: 0,
        height: 0,
        made_from: None,
    };
    let (src, absent) = match album.show(&picture) {
        album::Shown::Image(url) => (Some(url), ""),
        album::Shown::Absent(why) => (None, why),
    };
    PictureView { src, absent, alt: room.line(alt) }
}

fn initials(brand: &str) -> String {
    let letters = brand.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    letters.take(2).flat_map(char::to_uppercase).collect()
}
