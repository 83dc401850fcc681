//! Mails: subject, preheader, an HTML part and a text part that reads well.
//!
//! The HTML part is one narrow column in tables, with system fonts, inlined
//! CSS and a dark mode: what mail programs of 2026 agree on.

use super::article::{body, fill_into, missing_images, one_line};
use super::template::{Engine, Template};
use super::{Job, Mail, Picture, context, html, markdown, pictures, pin, tracking_of};
use crate::diagnostic::Checked;
use crate::source::Spanned;
use crate::text::{direction, escape};
use minijinja::{AutoEscape, Environment, Error, context as values};
use std::borrow::Cow;

/// The page; its blanks are filled by minijinja with HTML escaping.
const LAYOUT: &str = include_str!("layouts/mail.html");
/// What is inlined into it.
const CSS: &str = include_str!("layouts/mail.css");
/// What cannot be inlined: the dark mode, and narrow screens.
const MEDIA_CSS: &str = include_str!("layouts/mail-media.css");
/// Widest picture in the column, in CSS pixels.
const COLUMN: u32 = 536;

/// Makes the mail of `job`.
pub(super) fn mail(job: &Job<'_>) -> Checked<Mail> {
    let engine = Engine::new(job);
    let mut problems = Vec::new();
    let settings = job.settings();
    let own = &job.outlet.defaults;
    let mut fill = |text: Option<&Spanned<String>>, default: Option<&'static str>| {
        let template = text.map(Template::Written).or(default.map(Template::BuiltIn))?;
        fill_into(&engine, template, &mut problems).map(|filled| one_line(&filled.text))
    };
    let subject = fill(settings.subject.as_ref(), own.subject);
    let preheader = fill(settings.preheader.as_ref(), own.preheader);
    let Some(body) = body(job, &engine, &settings, &mut problems) else {
        return Checked::bad(problems);
    };
    problems.extend(missing_images(job, &body.text));

    let title = one_line(&job.message.title.value);
    let subject = subject.unwrap_or_else(|| title.clone());
    let preheader = preheader.unwrap_or_else(|| one_line(&job.message.summary));
    let link = context::link(job, &engine.names);
    let mut media: Vec<Picture> = pictures::of(job).into_iter().take(1).collect();
    let cover = media.first().cloned();
    let body_html = html::with_images(&body.text, &mut |link| {
        let picture = pictures::named(job, link)?;
        let address = format!("cid:{}", picture.sha256);
        if !media.contains(&picture) {
            media.push(picture);
        }
        Some(address)
    });
    // A cover that the body shows anyway is not shown twice.
    let cover = cover.filter(|cover| !body_html.contains(&format!("cid:{}", cover.sha256)));
    let page =
        Page { job, title: &title, preheader: &preheader, cover, body: &body_html, link: link.as_deref() };
    let tracking = tracking_of(job);
    let mail = Mail {
        from: job.outlet.from.clone().unwrap_or_default(),
        html: tracking.tag_html_except(&page.html(), &body.untracked),
        text: pin::take(&tracking.tag_text_except(&page.text(&body.text), &body.untracked)).text,
        subject,
        preheader,
        media,
        language: job.message.language.clone(),
    };
    Checked::with(mail, problems)
}

struct Page<'a> {
    job: &'a Job<'a>,
    title: &'a str,
    preheader: &'a str,
    cover: Option<Picture>,
    body: &'a str,
    link: Option<&'a str>,
}

impl Page<'_> {
    fn html(&self) -> String {
        let brand = &self.job.project.brand;
        let language = &self.job.message.language;
        let cover = self.cover.as_ref().map(|cover| {
            let (width, height) = shown_size(cover);
            values! { cid => cover.sha256.as_str(), alt => cover.alt.as_str(), width, height }
        });
        let filled = environment().render_str(
            LAYOUT,
            values! {
                language, direction => direction(language),
                title => self.title, preheader => self.preheader, body => self.body, cover,
                link => self.link.map(super::late::in_html), button => read_more(language),
                brand => brand.name.as_str(), url => brand.url.as_ref().map(|url| url.value.as_str()),
            },
        );
        // The layout is our own and a test fills every blank of it; without it
        // the body still reads.
        let page = filled.unwrap_or_else(|_| self.body.to_owned());
        let inliner = css_inline::CSSInliner::options()
            .load_remote_stylesheets(false)
            .extra_css(Some(Cow::Borrowed(CSS)))
            .build();
        let inlined = inliner.inline(&page).unwrap_or(page);
        inlined.replacen("</head>", &format!("<style>\n{MEDIA_CSS}</style>\n</head>"), 1)
    }

    fn text(&self, body: &str) -> String {
        let brand = &self.job.project.brand;
        let mut blocks = Vec::new();
        let rule = "=".repeat(unicode_width::UnicodeWidthStr::width(self.title).min(72));
        blocks.push(format!("{}\n{rule}", markdown::wrap(self.title, 72).join("\n")));
        // In code an address is said and not followed: it gets no tags.
        let body = markdown::mail_text(&pin::pinned(body, false, |_| None));
        blocks.push(markdown::trimmed(&body).to_owned());
        if let Some(link) = self.link {
            blocks.push(format!("{}: {link}", read_more(&self.job.message.language)));
        }
        let mut foot = format!("-- \n{}", brand.name);
        if let Some(url) = &brand.url {
            foot.push('\n');
            foot.push_str(&url.value);
        }
        blocks.push(foot);
        blocks.retain(|block| !block.is_empty());
        blocks.join("\n\n") + "\n"
    }
}

/// The size at which a picture is shown: never wider than the column.
fn shown_size(picture: &Picture) -> (u32, u32) {
    let width = picture.width.clamp(1, COLUMN);
    let height = u64::from(picture.height) * u64::from(width) / u64::from(picture.width.max(1));
    (width, u32::try_from(height).unwrap_or(u32::MAX).max(1))
}

/// minijinja with plain HTML escaping: its own also writes `/` as `&#x2f;`,
/// which is harmless but makes every address longer.
fn environment() -> Environment<'static> {
    let mut env = Environment::new();
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    env.set_formatter(|out, _, value| {
        let written = if value.is_none() || value.is_undefined() { String::new() } else { value.to_string() };
        let written = if value.is_safe() { written } else { escape(&written) };
        out.write_str(&written).map_err(Error::from)
    });
    env
}

fn base(language: &str) -> &str {
    language.split(['-', '_']).next().unwrap_or("")
}

/// The words on the button.
fn read_more(language: &str) -> &'static str {
    match base(language).to_ascii_lowercase().as_str() {
        "ar" => "اقرأ المزيد",
        "cs" => "Číst dál",
        "da" => "Læs mere",
        "nb" | "nn" | "no" => "Les mer",
        "de" => "Weiterlesen",
        "es" => "Leer más",
        "fi" => "Lue lisää",
        "fr" => "Lire la suite",
        "it" => "Continua a leggere",
        "ja" => "続きを読む",
        "ko" => "더 보기",
        "nl" => "Lees meer",
        "pl" => "Czytaj dalej",
        "pt" => "Ler mais",
        "ru" => "Читать далее",
        "sv" => "Läs mer",
        "tr" => "Devamını oku",
        "uk" => "Читати далі",
        "zh" => "阅读全文",
        _ => "Read more",
    }
}
