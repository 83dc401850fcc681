//! Posts: which text fits, how it is split, what goes with it.

use super::markdown;
use super::markup::{self, Markup};
use super::page_card::PageCard;
use super::pin::{self, Pinned};
use super::template::{Engine, Filled, Template};
use super::{Card, Job, Part, Post, context, defaults, late, pictures, tracking_of};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::{Attach, Overflow, Settings};
use crate::text::{self, Rules, Syntax, fit};

/// Characters kept for a late address where the network counts letters
/// (`url_reserve`, PRODUCT's default).
pub(super) fn url_reserve(settings: &Settings) -> usize {
    settings.url_reserve.as_ref().map_or(80, |reserve| reserve.value)
}

/// Makes the post of `job`.
pub(super) fn post(job: &Job<'_>) -> Checked<Post> {
    let engine = Engine::new(job);
    let mut problems = Vec::new();
    let (whole, settings, network) = (job.written_whole(), job.settings(), job.outlet.rules.network);
    let writer = Writer { job, engine: &engine, reserve: url_reserve(&settings) };
    let mut cut_off = Vec::new();
    let made = match (whole, &settings.thread) {
        (Some(whole), _) => {
            let number = |link: &str| pictures::number(&job.message.media, link);
            let text = &pin::pinned(&whole.body.value, has_no_marks(job), number);
            let text = match Markup::of(network) {
                Markup::Plain => markdown::plain_for(text, job.outlet.rules.dialect),
                markup => markup::write(text, markup).text,
            };
            let filled = Filled { text, ..Filled::default() };
            writer.fitted(vec![writer.finish(filled)], &settings, &mut cut_off)
        }
        (None, Some(thread)) => {
            let mut made = Vec::with_capacity(thread.len());
            for (at, part) in thread.iter().enumerate() {
                let Some(text) = writer.fill(Template::Written(part), &mut problems) else { continue };
                if text.lines().any(fit::is_break) {
                    problems.push(idle_break(at).at(part.span));
                }
                made.push(writer.bare(&text));
            }
            made
        }
        (None, None) => {
            let candidates = writer.candidates(&settings, &mut problems);
            writer.fitted(candidates, &settings, &mut cut_off)
        }
    };
    let first_comment =
        settings.first_comment.as_ref().and_then(|text| writer.fill(Template::Written(text), &mut problems));
    if made.is_empty() {
        return Checked::bad(problems);
    }
    let (mut texts, mut pins) = (Vec::new(), Vec::new());
    for (text, own) in made.into_iter().map(Pinned::pictures) {
        texts.push(text);
        pins.push(own);
    }
    if is_numbered(&settings) {
        fit::number(&mut texts, job.outlet.rules.markup);
    }
    let mut parts: Vec<Part> = texts.into_iter().map(|text| part(text, writer.syntax())).collect();
    let card = writer.attach(&settings, &mut parts, &Spoken { pins, cut_off }, &mut problems);
    let first_comment = first_comment.map(|comment| pin::take(&comment).text);
    let language = job.message.language.clone();
    Checked::with(Post { parts, card, first_comment, url_reserve: writer.reserve, language }, problems)
}

/// Whether the outlet's posts have no markup that says which of it is code.
fn has_no_marks(job: &Job<'_>) -> bool {
    job.outlet.rules.markup == Syntax::Plain
}

fn is_numbered(settings: &Settings) -> bool {
    settings.numbered.as_ref().is_some_and(|numbered| numbered.value)
}

/// The message's pictures that the texts speak of.
struct Spoken {
    /// For each part those that stand in it.
    pins: Vec<Vec<usize>>,
    /// Those whose words were cut off.
    cut_off: Vec<usize>,
}

struct Writer<'a> {
    job: &'a Job<'a>,
    engine: &'a Engine<'a>,
    reserve: usize,
}

impl<'a> Writer<'a> {
    fn fill(&self, template: Template<'a>, problems: &mut Vec<Diagnostic>) -> Option<String> {
        match self.engine.fill(template) {
            Ok(mut filled) => {
                tell(std::mem::take(&mut filled.asides), problems);
                Some(self.finish(filled))
            }
            Err(found) => {
                tell(found, problems);
                None
            }
        }
    }

    /// Tidied and with the brand's links tagged: as it is counted.
    fn finish(&self, filled: Filled) -> String {
        let syntax = self.syntax();
        let text = tidy(&filled.text, syntax);
        // An address that is put in later is spelt as the text is.
        let text = if syntax.has_entities() { late::in_html(&text) } else { text };
        tracking_of(self.job).tag_post_except(&text, &self.job.outlet.rules, &filled.untracked)
    }

    /// How the outlet's posts are written.
    fn syntax(&self) -> Syntax {
        self.job.outlet.rules.markup
    }

    /// The texts to try, in order. All are filled, so that a mistake in one
    /// that is rarely needed is found today.
    fn candidates(&self, settings: &'a Settings, problems: &mut Vec<Diagnostic>) -> Vec<String> {
        let own = &self.job.outlet.defaults;
        let fallback = own.text.or(defaults::PLAIN.text).unwrap_or("");
        let mut templates = vec![match &settings.text {
            Some(text) => Template::Written(text),
            None => Template::BuiltIn(fallback),
        }];
        match &settings.shorter {
            Some(shorter) => templates.extend(shorter.iter().map(Template::Written)),
            None if settings.text.is_none() => {
                templates.extend(own.shorter.iter().map(|text| Template::BuiltIn(text)));
            }
            None => {}
        }
        templates.into_iter().filter_map(|template| self.fill(template, problems)).collect()
    }

    /// A text that is one part: breaks are no words, and behind one begins a line.
    fn bare(&self, text: &str) -> Pinned {
        let mut words = String::with_capacity(text.len());
        let mut broken = false;
        for line in text.split_inclusive('\n') {
            if fit::is_break(line) {
                broken = true;
                continue;
            }
            // In markup the blanks may make it code.
            let begins = broken && !line.trim().is_empty();
            let flush = begins && has_no_marks(self.job);
            words.push_str(if flush { line.trim_start() } else { line });
            broken &= !begins;
        }
        pin::take(&tidy(&words, self.syntax()))
    }

    /// The first that fits, else the last, treated as `overflow` says. Pictures
    /// whose words are cut off go with them, but for the first of a text that
    /// has none left.
    fn fitted(
        &self,
        mut candidates: Vec<String>,
        settings: &Settings,
        cut_off: &mut Vec<usize>,
    ) -> Vec<Pinned> {
        let overflow = settings.overflow.as_ref().map_or(Overflow::Error, |overflow| overflow.value);
        // A break written by hand is a wish, not only a way out.
        let wants_thread = overflow == Overflow::Thread
            && candidates.first().is_some_and(|text| text.lines().any(fit::is_break));
        let fits = |made: &Pinned| fit::fits(&made.text, &self.rules(made, settings), self.reserve);
        if !wants_thread {
            let mut bare = candidates.iter().map(|text| self.bare(text));
            if let Some(fitting) = bare.find(fits) {
                return vec![fitting];
            }
        }
        let last = if wants_thread { Some(candidates.swap_remove(0)) } else { candidates.pop() };
        let Some(last) = last else { return Vec::new() };
        let rules = &self.job.outlet.rules;
        match overflow {
            Overflow::Thread => self.thread(&pin::take(&last), settings),
            Overflow::Shorten if rules.limit.is_some() || rules.byte_limit.is_some() => {
                let whole = self.bare(&last);
                let shorten = |rules: &Rules| {
                    let limit = rules.limit.unwrap_or(usize::MAX);
                    whole.clone().cut(text::shorten(&whole.text, limit, rules, self.reserve))
                };
                let (mut made, mut gone) = shorten(&self.rules(&whole, settings));
                // With its link cut off a text may have pictures instead of a card.
                if !fits(&made) {
                    (made, gone) = shorten(&self.rules(&made, settings));
                }
                if made.pins.iter().all(|(_, number)| !pin::is_picture(*number)) && !gone.is_empty() {
                    made.pins.push((made.text.len(), gone.remove(0)));
                }
                *cut_off = gone;
                vec![made]
            }
            // How much too long it is, the lint says.
            _ => vec![self.bare(&last)],
        }
    }

    /// The rules for a text that is one part.
    fn rules(&self, made: &Pinned, settings: &Settings) -> Rules {
        self.job.outlet.rules.with_pictures(self.places(made, settings).len())
    }

    /// Where the pictures stand that `made` goes with, in order, as far as that
    /// is another limit.
    fn places(&self, made: &Pinned, settings: &Settings) -> Vec<usize> {
        if self.job.outlet.rules.caption_limit.is_none() {
            return Vec::new();
        }
        let speaks = made.pins.iter().any(|(_, number)| pin::is_picture(*number));
        let (wish, _) = self.wish(settings, &[part(made.text.clone(), self.syntax())], speaks);
        match wish {
            Attach::Images => pictures::places(self.job, &made.pins),
            Attach::Card | Attach::None => Vec::new(),
        }
    }

    /// The parts of `whole`, each with the pins that stand in it or behind it.
    fn thread(&self, whole: &Pinned, settings: &Settings) -> Vec<Pinned> {
        let text = whole.without_code_comments();
        let places = self.places(whole, settings);
        let rules = &self.job.outlet.rules;
        let known = fit::Known { pictures: &places, code: &whole.code() };
        let stretches = fit::stretches(&text, rules, self.reserve, is_numbered(settings), known);
        let last = stretches.len().saturating_sub(1);
        let mut pins = whole.pins.iter().peekable();
        let parts = stretches.into_iter().enumerate().map(|(at, stretch)| {
            let mut own = Vec::new();
            let end = stretch.range.end;
            while let Some(pin) = pins.next_if(|(place_of_pin, _)| *place_of_pin <= end || at == last) {
                own.push(*pin);
            }
            Pinned { text: stretch.of(&whole.text), pins: own }
        });
        parts.collect()
    }

    /// What goes with the parts, and the link that a card would show, as it
    /// stands in the text where the card is made of it there. `speaks`: whether
    /// a text speaks of a picture.
    fn wish(&self, settings: &Settings, parts: &[Part], speaks: bool) -> (Attach, Option<String>) {
        let job = self.job;
        let spoken = parts.iter().flat_map(|part| &part.links).find(|link| !late::find(link).is_empty());
        let link = context::link(job, &self.engine.names).or_else(|| spoken.cloned());
        // A text that speaks of a picture wants it shown, whatever is usual.
        let speaks = speaks.then_some(Attach::Images);
        let said = settings.attach.as_ref().map(|wish| wish.value);
        let wish = said.or(speaks).or(job.outlet.defaults.attach);
        let tagged = link.as_deref().map(|link| tracking_of(job).tag(link));
        // An address that is not known yet is the same one, tagged later or not.
        let awaited = link.as_deref().map(late::rungs).unwrap_or_default();
        let is_it = |own: &&String| {
            let same = [&link, &tagged].into_iter().flatten().any(|link| link == *own);
            same || !awaited.is_empty() && late::rungs(own) == awaited
        };
        let in_text = parts.iter().flat_map(|part| &part.links).find(is_it).cloned();
        let rules = &job.outlet.rules;
        // What a card can be made of here.
        let made_of = if rules.card_field { tagged.clone() } else { in_text.clone() };
        let wish = match wish {
            // An adapter's wish for a card where there is no link is no mistake.
            Some(Attach::Card) if made_of.is_none() && settings.attach.is_none() => Attach::Images,
            // Nobody would see this one. That the text leads nowhere, the lint says.
            Some(Attach::Card) if made_of.is_none() && link.is_some() => Attach::None,
            Some(wish) => wish,
            // A network that has no field for a link shows the card of one in the text.
            None if rules.card && in_text.is_some() => Attach::Card,
            None => Attach::Images,
        };
        (wish, made_of)
    }

    /// Puts images on the parts, or makes the card.
    fn attach(
        &self,
        settings: &Settings,
        parts: &mut [Part],
        spoken: &Spoken,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Card> {
        let job = self.job;
        let speaks = spoken.pins.iter().any(|pins| !pins.is_empty());
        let (wish, link) = self.wish(settings, parts, speaks);
        match wish {
            Attach::None => None,
            Attach::Images => {
                if job.outlet.rules.images > 0 || settings.attach.is_some() {
                    pictures::place(job, parts, &spoken.pins, &spoken.cut_off);
                }
                None
            }
            Attach::Card => {
                let Some(link) = link else {
                    let span = settings.attach.as_ref().map_or(job.rung.span, |attach| attach.span);
                    problems.push(
                        Diagnostic::warning("card-without-link", "there is no link to make a card of")
                            .at(span)
                            .hint(
                                "let the rung wait for the article (`after = …`), give the message a `link`, \
                             or write `attach = \"images\"`",
                            ),
                    );
                    return None;
                };
                // Of a page that is not ours the card says what the page says, where
                // the network does not look for itself.
                let led_to = job.message.link.as_ref().filter(|_| job.outlet.rules.card_supplied);
                if let Some(page) = led_to.and_then(|link| job.cards.get(&link.value)) {
                    let PageCard { title, description, image } = page.clone();
                    return Some(Card { url: link, title, description, image });
                }
                Some(Card {
                    url: link,
                    title: job.message.title.value.trim().to_owned(),
                    description: job.message.summary.trim().to_owned(),
                    image: pictures::of(job).into_iter().next(),
                })
            }
        }
    }
}

/// What a break in part `at` of `thread` does: nothing.
fn idle_break(at: usize) -> Diagnostic {
    let message =
        format!("part {} of `thread` has a `{}` in it, which ends nothing there", at + 1, text::BREAK);
    Diagnostic::warning("idle-break", message)
        .hint("make two parts of it, or let the text break by itself: `text` with `overflow = \"thread\"`")
}

/// The same mistake in `text` and in `shorter` is told at both places, but an
/// adapter's own templates have only one place.
fn tell(found: Vec<Diagnostic>, problems: &mut Vec<Diagnostic>) {
    for new in found {
        if !problems.contains(&new) {
            problems.push(new);
        }
    }
}

fn part(text: String, syntax: Syntax) -> Part {
    let links = syntax.addresses(&text).into_iter();
    let links = links.filter_map(|range| text.get(range)).map(|written| syntax.read(written)).collect();
    Part { text, links, media: Vec::new() }
}

/// Without blank ends, without blanks at line ends, with one blank line at most.
/// Where `syntax` has code in the text, its lines stay as they are.
pub(super) fn tidy(text: &str, syntax: Syntax) -> String {
    let text = pin::without_empty_lines(text);
    let mut out = String::with_capacity(text.len());
    let mut code = CodeLines::of(syntax);
    let mut blank = 0;
    let mut before = false;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            blank += 1;
            continue;
        }
        let within = code.holds(line);
        if !out.is_empty() {
            // Between two lines of code each blank one is meant.
            let feeds = if within && before { blank + 1 } else { 1 + usize::from(blank > 0) };
            out.extend(std::iter::repeat_n('\n', feeds));
        }
        (blank, before) = (0, within);
        out.push_str(line);
    }
    out.truncate(out.trim_end().len());
    let indented = syntax == Syntax::Reddit && out.starts_with("    ");
    if indented { out } else { out.trim_start().to_owned() }
}

/// Which lines of a finished text are code, read line by line.
struct CodeLines {
    fences: bool,
    tags: bool,
    indents: bool,
    open: bool,
}

impl CodeLines {
    fn of(syntax: Syntax) -> CodeLines {
        CodeLines {
            fences: matches!(syntax, Syntax::Slack | Syntax::Discord),
            tags: syntax == Syntax::Telegram,
            indents: syntax == Syntax::Reddit,
            open: false,
        }
    }

    /// Whether `line`, the next one, is code; what opens or closes it is as well.
    fn holds(&mut self, line: &str) -> bool {
        let before = self.open;
        if self.fences && line.trim_start_matches(['>', ' ']).starts_with("```") {
            self.open = !self.open;
        } else if self.tags {
            self.open = match (line.rfind("<pre"), line.rfind("</pre>")) {
                (open, close) if open.is_some() || close.is_some() => open > close,
                _ => before,
            };
        } else if self.indents {
            self.open = line.starts_with("    ");
        }
        before || self.open
    }
}
