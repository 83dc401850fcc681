//! Articles: a page on a site, with what lists, feeds and cards need.

use super::names::original_address;
use super::template::{Engine, Filled, Template};
use super::{Article, Job, excerpt, html, markdown, pictures, slug};
use crate::diagnostic::{Checked, Diagnostic, nearest};
use crate::ladder::Settings;
use crate::ladder::name::{holds_user, is_page, with_user};
use crate::source::{Span, Spanned};
use pulldown_cmark::{Event, Tag};
use std::collections::HashSet;

/// Length of an excerpt where nobody wrote one: what search engines and cards show.
const EXCERPT: usize = 200;

/// Makes the article of `job`.
pub(super) fn article(job: &Job<'_>) -> Checked<Article> {
    let engine = Engine::new(job);
    let mut problems = Vec::new();
    let settings = job.settings();
    let own = &job.outlet.defaults;
    let mut fill = |text: Option<&Spanned<String>>, default: Option<&'static str>| {
        let template = text.map(Template::Written).or(default.map(Template::BuiltIn))?;
        fill_into(&engine, template, &mut problems)
    };
    let title = fill(settings.title.as_ref(), own.title).map(|t| one_line(&t.text));
    let wanted_slug = fill(settings.slug.as_ref(), None).map(|t| t.text);
    let wanted_excerpt = fill(settings.excerpt.as_ref(), own.excerpt).map(|t| one_line(&t.text));
    // Whoever writes an empty one wants none.
    let canonical = match &settings.canonical {
        Some(written) => fill(Some(written), None).map(|t| t.text.trim().to_owned()),
        None => original_address(job),
    };
    let canonical = canonical.filter(|canonical| !canonical.is_empty());
    let canonical = canonical.or_else(|| own.announces.then(|| engine.announced()).flatten());
    let Some(body) = body(job, &engine, &settings, &mut problems) else {
        return Checked::bad(problems);
    };
    let message = job.message;
    let title = title.unwrap_or_else(|| one_line(&message.title.value));
    let excerpt = wanted_excerpt.filter(|text| !text.is_empty()).unwrap_or_else(|| {
        let summary = one_line(&message.summary);
        match (summary.is_empty(), message.summary_span) {
            (true, _) => excerpt::excerpt(&body.text, EXCERPT),
            // Nobody wrote it: it is the whole first paragraph.
            (false, None) => excerpt::sentences(&summary, EXCERPT),
            (false, Some(_)) => summary,
        }
    });
    if let (Some(address), Some(written)) = (&canonical, &settings.canonical)
        && (!is_page(address) || holds_user(address))
    {
        let is_no_page = || {
            Diagnostic::error("wrong-value", "`canonical` is not the address of a page")
                .at(written.span)
                .hint("write it whole: `https://example.com/page`")
        };
        problems.push(if is_page(address) { with_user("canonical", written.span) } else { is_no_page() });
    }
    let media = pictures::of(job);
    if !own.only_tells {
        problems.extend(missing_images(job, &body.text));
    }
    let article = Article {
        slug: wanted_slug
            .map(|wanted| slug::slug(&wanted, &message.language))
            .filter(|slug| !slug.is_empty())
            .unwrap_or_else(|| own_slug(job)),
        title,
        excerpt,
        html: html::with_images(&body.text, &mut |link| {
            pictures::named(job, link).map(|picture| picture.name)
        }),
        markdown: with_names(job, body.text),
        cover: media.first().cloned(),
        media,
        tags: message.tags.iter().map(|tag| one_line(tag.value.trim().trim_start_matches('#'))).collect(),
        canonical,
        language: message.language.clone(),
        date: job
            .message
            .publish_at
            .as_ref()
            .or(job.master.publish_at.as_ref())
            .map(|when| when.value.resolve(job.zone)),
    };
    Checked::with(article, problems)
}

/// Fills one template; mistakes go to `problems`.
pub(super) fn fill_into<'a>(
    engine: &Engine<'a>,
    template: Template<'a>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Filled> {
    match engine.fill(template) {
        Ok(mut filled) => {
            problems.append(&mut filled.asides);
            Some(filled)
        }
        Err(found) => {
            problems.extend(found);
            None
        }
    }
}

/// The Markdown of an article or a mail: `RUNG.md`, the setting `text`, the
/// adapter's own template, or the message's body as it is. Only a setting is a
/// template: braces in a body are the author's.
pub(super) fn body<'a>(
    job: &Job<'a>,
    engine: &Engine<'a>,
    settings: &'a Settings,
    problems: &mut Vec<Diagnostic>,
) -> Option<Filled> {
    let as_it_is =
        |text: &str| Some(Filled { text: markdown::trimmed(text).to_owned(), ..Filled::default() });
    if let Some(whole) = job.written_whole() {
        return as_it_is(&whole.body.value);
    }
    let template = settings.text.as_ref().map(Template::Written);
    match template.or(job.outlet.defaults.text.map(Template::BuiltIn)) {
        Some(template) => fill_into(engine, template, problems),
        None => as_it_is(&job.message.body.value),
    }
}

/// A title is one line.
pub(super) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn own_slug(job: &Job<'_>) -> String {
    let message = job.message;
    let id = message.id.rsplit('/').next().unwrap_or(&message.id);
    let made = [id, &message.title.value].into_iter().map(|text| slug::slug(text, &message.language));
    made.into_iter().find(|slug| !slug.is_empty()).unwrap_or_else(|| slug::in_own_script(id))
}

/// `markdown` with pictures under the names that they get beside the page:
/// `images/a.png` lies there as `a.png`. Everything else stays letter by letter.
fn with_names(job: &Job<'_>, markdown: String) -> String {
    if job.message.media.iter().all(|media| !media.file.value.contains('/')) {
        return markdown;
    }
    let mut out = String::with_capacity(markdown.len());
    let mut from = 0;
    for (link, range) in markdown::images(&markdown) {
        let Some(picture) = pictures::named(job, &link) else { continue };
        // The address stands behind the alt text, which may hold the same words.
        let Some(at) = markdown.get(range.clone()).and_then(|image| image.rfind(&link)) else { continue };
        let at = range.start + at;
        if at < from {
            continue;
        }
        out.push_str(&markdown[from..at]);
        out.push_str(&picture.name.replace(' ', "%20"));
        from = at + link.len();
    }
    out.push_str(&markdown[from..]);
    out
}

/// Of so many pictures a message is told; the next look tells the others.
const MOST_TOLD: usize = 20;

/// Pictures in the body that are not beside the message: each once, and in time that
/// grows with the body alone.
pub(super) fn missing_images(job: &Job<'_>, body: &str) -> Vec<Diagnostic> {
    let known = |file: &str| job.message.media.iter().any(|media| same_file(&media.file.value, file));
    let settings = job.settings();
    let own = job.written_whole().map(|whole| &whole.body).or(settings.text.as_ref());
    let places = [own, Some(&job.message.body)].into_iter().flatten().map(|text| text.span);
    // Where it is written nowhere as it stands, its text's beginning is enough to point at.
    let first = own.unwrap_or(&job.message.body).span;
    let nowhere = Span::new(first.source, first.start, first.start);
    let mut seen = HashSet::new();
    let missing = markdown::events(body).filter_map(|event| match event {
        Event::Start(Tag::Image { dest_url, .. }) => Some(dest_url.into_string()),
        _ => None,
    });
    let missing = missing.filter(|link| {
        let file = link.split(['?', '#']).next().unwrap_or(link);
        pictures::is_relative(link) && !known(file) && seen.insert(link.clone())
    });
    let told = missing.take(MOST_TOLD).map(|link| {
        let hint = match meant(job, &link) {
            Some(file) => format!("did you mean `{file}`? the text names it as `[[media]]` does"),
            None => "add it: `[[media]]` with `file` and `alt`; then it is put beside the page".to_owned(),
        };
        let shown: String = link.chars().take(80).collect();
        let at = |text: Span| Some((text, text.start + job.sources.slice(text).find(&link)?));
        let span = places.clone().find_map(at);
        let span = span.map_or(nowhere, |(text, at)| Span::new(text.source, at, at + link.len()));
        Diagnostic::warning("bad-link", format!("the picture `{shown}` is not one of the message's"))
            .at(span)
            .hint(hint)
    });
    told.collect()
}

/// The picture of the message that a link probably means: of the same name in another
/// folder, or of one much like it.
fn meant<'a>(job: &'a Job<'_>, link: &str) -> Option<&'a str> {
    let last = |path: &str| path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let files = || job.message.media.iter().map(|media| media.file.value.as_str());
    let same_name = files().find(|file| last(file) == last(&link.replace("%20", " ")));
    same_name.or_else(|| nearest(link, files()))
}

fn same_file(own: &str, link: &str) -> bool {
    let bare = |path: &str| path.strip_prefix("./").unwrap_or(path).replace("%20", " ");
    bare(own) == bare(link)
}
