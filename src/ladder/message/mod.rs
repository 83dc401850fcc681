//! A message: its master file, its translations, its variants written whole.

mod head;
mod opening;

use self::head::{Head, read_head};
use super::front_matter::{Fence, split};
use super::name::{check_characters, check_language, message_id};
use super::project::after_syntax;
use super::shape::{Reader, fields};
use super::{Brand, Message, Settings, WrittenWhole};
use crate::diagnostic::{Checked, Diagnostic};
use crate::source::{SourceId, Sources, Span, Spanned};

/// The files that make one message, already read. `cli::load` finds them.
#[derive(Clone, Debug)]
pub struct MessageFiles {
    /// The id unless the front matter says another: the path below `messages/` without ending.
    pub default_id: String,
    /// The folder of the files relative to the project, with `/`: media paths start here.
    pub folder: String,
    /// `NAME.md` or `message.md`.
    pub master: SourceId,
    /// `NAME.de.md` or `message.de.md`, and `RUNG.md`, `RUNG.de.md` of a message folder.
    pub others: Vec<MessageFile>,
}

/// A file beside the master.
#[derive(Clone, Debug)]
pub struct MessageFile {
    /// `message` for a translation, else the rung's name.
    pub stem: String,
    /// `de` in `message.de.md`.
    pub language: Option<String>,
    /// Its text.
    pub source: SourceId,
}

/// Reads a message. Media facts are filled in afterwards by whoever may read files.
///
/// There is no value only when the master's head is never closed. Whether the
/// ladder has the rungs that are named here is for `lint`.
pub fn parse_message(sources: &Sources, files: &MessageFiles, brand: &Brand) -> Checked<Message> {
    let mut problems = Vec::new();
    let Some(file) = read_file(sources, files, files.master, &mut problems) else {
        return Checked::bad(problems);
    };
    let mut message = master(files, brand, file, &mut problems);
    let (translations, whole): (Vec<_>, Vec<_>) =
        files.others.iter().partition(|file| file.stem == "message");
    for file in translations {
        if let Some(translation) = translation(sources, files, file, &message, &mut problems) {
            message.translations.push(translation);
        }
    }
    for file in whole {
        written_whole(sources, file, &mut message, &mut problems);
    }
    // By file and place: that is how files are mended.
    problems.sort_by_key(|problem| problem.span);
    Checked::with(message, problems)
}

/// A message's file before its defaults.
struct File {
    source: SourceId,
    fence: Fence,
    head_span: Span,
    head: Head,
    body: Spanned<String>,
    /// Whether parts of the head could not be read: what is missing may be among them.
    broken: bool,
}

fn read_file(
    sources: &Sources,
    files: &MessageFiles,
    source: SourceId,
    problems: &mut Vec<Diagnostic>,
) -> Option<File> {
    let mut syntax = Vec::new();
    let split = split(sources, source).take(&mut syntax);
    let mut found = Vec::new();
    let broken = !syntax.is_empty();
    let file = split.map(|split| {
        let head_span = split.head.span;
        let mut head = read_head(split.head, split.fence, &files.folder, &mut found);
        let mut body = split.body;
        match &head.title {
            None => head.title = missing_title(split.fence, head_span, &mut body, &mut found),
            Some(title) => drop_repeated_title(&title.value, &mut body),
        }
        File { source, fence: split.fence, head_span, head, body, broken }
    });
    check_characters(sources, source, &mut found);
    problems.extend(after_syntax(sources, syntax, found));
    file
}

/// The title of a file that gives none: its first heading, where there is no
/// head at all. The heading then leaves the body, or it would stand twice.
fn missing_title(
    fence: Fence,
    head: Span,
    body: &mut Spanned<String>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Spanned<String>> {
    if fence != Fence::None {
        return None;
    }
    let (title, end) = opening::heading(body)?;
    let hint = format!("begin the file with `+++`, `title = \"{}\"`, `+++`", title.value.replace('"', "'"));
    problems.push(
        Diagnostic::warning("no-front-matter", "this message has no head; the first heading is its title")
            .at(head)
            .hint(hint),
    );
    cut_heading(body, end);
    Some(title)
}

/// Many write the title once more as the body's first heading, which is how
/// Markdown looks good without a site. Pages and mails show the title already.
fn drop_repeated_title(title: &str, body: &mut Spanned<String>) {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((_, end)) = opening::heading(body).filter(|(own, _)| own.value == words(title)) {
        cut_heading(body, end);
    }
}

fn cut_heading(body: &mut Spanned<String>, end: usize) {
    let rest = body.value.split_off(end);
    let span = Span::new(body.span.source, body.span.start + end, body.span.end);
    *body = Spanned::new(rest, span);
}

fn master(files: &MessageFiles, brand: &Brand, file: File, problems: &mut Vec<Diagnostic>) -> Message {
    let File { source, fence, head_span, head, body, broken } = file;
    let id_span = head.id.as_ref().map(|id| id.span);
    let written = head.id.map_or_else(|| files.default_id.clone(), |id| id.value);
    let id = message_id(&written).unwrap_or_else(|says| {
        let problem =
            Diagnostic::error("wrong-name", format!("`{written}` cannot be the id of a message: {says}"))
                .at(id_span.unwrap_or(head_span));
        problems.push(match id_span {
            Some(_) => problem,
            None => problem.hint("rename the file, or give the message an `id` in its head"),
        });
        written
    });
    let title = head.title.unwrap_or_else(|| {
        if !head.title_was_there && !broken {
            let example = if fence == Fence::Yaml { "title: \"…\"" } else { "title = \"…\"" };
            let hint = match fence {
                Fence::None => "begin the file with `+++`, `title = \"…\"`, `+++`".to_owned(),
                _ => format!("add `{example}` to its head"),
            };
            let says = "this message has no `title`";
            problems.push(Diagnostic::error("missing-key", says).at(head_span).hint(hint));
        }
        Spanned::new(id.clone(), head_span)
    });
    let (summary, summary_span) = summary(head.summary, &body, broken, problems);
    Message {
        source,
        language: head.language.map_or_else(|| brand.language.clone(), |language| language.value),
        title,
        summary,
        summary_span,
        ladder: head.ladder,
        campaign: head.campaign.unwrap_or_else(|| id.clone()),
        tags: head.tags.unwrap_or_default(),
        publish_at: head.publish_at,
        embargo: head.embargo,
        link: head.link,
        draft: head.draft.and_then(where_so),
        media: head.media.unwrap_or_default(),
        overrides: head.overrides,
        written_whole: Vec::new(),
        body,
        extra: head.extra,
        allow: head.allow.unwrap_or_default(),
        translations: Vec::new(),
        id,
    }
}

/// What was written, else the first paragraph, with a warning.
fn summary(
    written: Option<Spanned<String>>,
    body: &Spanned<String>,
    broken: bool,
    problems: &mut Vec<Diagnostic>,
) -> (String, Option<Span>) {
    let empty = match written {
        Some(summary) if !summary.value.trim().is_empty() => return (summary.value, Some(summary.span)),
        // What `ladder new` writes, to be filled in.
        empty => empty.map(|summary| summary.span),
    };
    let Some(paragraph) = opening::paragraph(body) else {
        // A message without any text is a finding of its own, in `lint`.
        return (String::new(), None);
    };
    if broken {
        return (paragraph.value, None);
    }
    let (says, place) = match empty {
        Some(empty) => ("`summary` is empty, so the first paragraph stands in for it", empty),
        None => ("no `summary` is given, so the first paragraph stands in for it", paragraph.span),
    };
    problems.push(
        Diagnostic::warning("no-summary", says)
            .at(place)
            .hint("say the point in one sentence: `summary = \"…\"`"),
    );
    (paragraph.value, None)
}

/// What a translation does not give is the master's; title, summary and body are its own.
fn translation(
    sources: &Sources,
    files: &MessageFiles,
    of: &MessageFile,
    master: &Message,
    problems: &mut Vec<Diagnostic>,
) -> Option<Message> {
    let start = Span::start_of(of.source);
    let language = of.language.clone().unwrap_or_default();
    let tag = Spanned::new(language.clone(), start);
    if let Some(problem) = check_language(&tag) {
        problems.push(problem.hint("a translation's file ends in its language: `message.de.md`"));
        return None;
    }
    let twin = |other: &str| other.eq_ignore_ascii_case(&language);
    if twin(&master.language) || master.translations.iter().any(|other| twin(&other.language)) {
        let says = format!("this message is written in `{language}` twice");
        problems.push(
            Diagnostic::error("wrong-value", says)
                .at(start)
                .hint("delete this file, or say `language = \"…\"` in the master's head"),
        );
        return None;
    }
    let File { source, head_span, head, body, broken, .. } = read_file(sources, files, of.source, problems)?;
    if let Some(said) = head.language.as_ref().filter(|said| !twin(&said.value)) {
        let says = format!("the file's name says `{language}`, and its head says `{}`", said.value);
        problems.push(Diagnostic::error("wrong-value", says).at(said.span).hint("keep one of the two"));
    }
    if let Some(id) = head.id.as_ref().filter(|id| message_id(&id.value).as_ref() != Ok(&master.id)) {
        problems.push(
            Diagnostic::error("wrong-value", format!("a translation has its message's id, `{}`", master.id))
                .at(id.span)
                .hint("remove `id` here"),
        );
    }
    let title = head.title.unwrap_or_else(|| {
        if !head.title_was_there && !broken {
            problems.push(
                Diagnostic::warning(
                    "untranslated",
                    format!("no `title` in `{language}`: the master's is used"),
                )
                .at(head_span)
                .hint("add the translated `title`"),
            );
        }
        master.title.clone()
    });
    let (summary, summary_span) = summary(head.summary, &body, broken, problems);
    Some(Message {
        source,
        id: master.id.clone(),
        language,
        title,
        summary,
        summary_span,
        ladder: head.ladder.or_else(|| master.ladder.clone()),
        campaign: head.campaign.unwrap_or_else(|| master.campaign.clone()),
        tags: head.tags.unwrap_or_else(|| master.tags.clone()),
        publish_at: head.publish_at.or_else(|| master.publish_at.clone()),
        embargo: head.embargo.or_else(|| master.embargo.clone()),
        link: head.link.or_else(|| master.link.clone()),
        draft: head.draft.map_or(master.draft, where_so),
        media: head.media.unwrap_or_else(|| master.media.clone()),
        overrides: if head.overrides.is_empty() { master.overrides.clone() } else { head.overrides },
        written_whole: Vec::new(),
        body,
        extra: if head.extra.entries.is_empty() { master.extra.clone() } else { head.extra },
        allow: head.allow.unwrap_or_else(|| master.allow.clone()),
        translations: Vec::new(),
    })
}

/// `RUNG.md`: its head holds settings, its body is the variant.
fn written_whole(
    sources: &Sources,
    file: &MessageFile,
    message: &mut Message,
    problems: &mut Vec<Diagnostic>,
) {
    let mut syntax = Vec::new();
    let Some(split) = split(sources, file.source).take(&mut syntax) else {
        problems.extend(syntax);
        return;
    };
    let mut found = Vec::new();
    let mut reader = Reader::new(split.head, fields::SETTINGS, format!("`{}.md`", file.stem), &mut found)
        .elsewhere(fields::MESSAGE, "it belongs to the message: say it in `message.md`")
        .in_yaml(split.fence == Fence::Yaml);
    let mut settings = Settings::read(&mut reader);
    reader.finish();
    let given = [
        ("text", settings.text.take().map(|text| text.span)),
        ("shorter", settings.shorter.take().and_then(|list| list.first().map(|text| text.span))),
        ("thread", settings.thread.take().and_then(|list| list.first().map(|text| text.span))),
    ];
    for (key, span) in given {
        if let Some(span) = span {
            let says = format!("`{key}` has no place here: what stands below the head is the text");
            found.push(Diagnostic::error("wrong-value", says).at(span).hint("remove it"));
        }
    }
    check_characters(sources, file.source, &mut found);
    problems.extend(after_syntax(sources, syntax, found));

    let rung = Spanned::new(file.stem.clone(), Span::start_of(file.source));
    let whole = WrittenWhole { rung, settings, body: split.body };
    let language = file.language.as_deref().unwrap_or(&message.language);
    let home = if language.eq_ignore_ascii_case(&message.language) {
        Some(&mut message.written_whole)
    } else {
        let of = message.translations.iter_mut().find(|t| t.language.eq_ignore_ascii_case(language));
        of.map(|translation| &mut translation.written_whole)
    };
    match home {
        Some(home) if home.iter().any(|other| other.rung.value == file.stem) => {
            let says = format!("`{}` is written whole in `{language}` twice", file.stem);
            problems.push(
                Diagnostic::error("wrong-value", says).at(whole.rung.span).hint("delete one of the files"),
            );
        }
        Some(home) => home.push(whole),
        None => {
            let says = format!("`{}` is written whole in `{language}`, and the message is not", file.stem);
            let hint = format!("write `message.{language}.md` too, or name this file `{}.md`", file.stem);
            problems.push(Diagnostic::error("wrong-value", says).at(whole.rung.span).hint(hint));
        }
    }
}

/// Where it is said, if it is said so.
fn where_so(said: Spanned<bool>) -> Option<Span> {
    said.value.then_some(said.span)
}
