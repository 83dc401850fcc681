//! The filters that only these templates have: `plain`, `markup`, `escaped`, `html`,
//! `hashtags`, `handle`, `fit`, `excerpt`, `sentences`, `date`, `image`, `untracked`.

use super::budget::{Budget, Fault, WORK};
use super::builtin_filters::pay;
use super::markup::{self, Markup};
use super::{Job, VariantKind, breaks, excerpt, html, late, markdown, pictures, pin, post};
use crate::diagnostic::nearest;
use crate::ladder::{Handle, Media};
use crate::text::{self, Rules, Syntax};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What the filters have to know of the job.
pub(super) struct Facts {
    rules: Rules,
    handles: Vec<Handle>,
    zone: TimeZone,
    language: String,
    url_reserve: usize,
    media: Vec<Media>,
    /// Whether pictures go with the text, instead of standing in it.
    attaches: bool,
}

impl Facts {
    /// Of `job`.
    pub fn of(job: &Job<'_>) -> Facts {
        Facts {
            rules: job.outlet.rules,
            handles: job.project.handles.clone(),
            zone: job.zone.clone(),
            language: job.outlet.language.clone(),
            url_reserve: post::url_reserve(&job.settings()),
            media: job.message.media.clone(),
            attaches: job.outlet.kind == VariantKind::Post,
        }
    }
}

/// Adds the filters to `env`.
pub(super) fn install(env: &mut Environment<'_>, budget: &Arc<Budget>, facts: &Arc<Facts>) {
    // Each pays first, in bytes: so much for calling it, and so much for each
    // byte it reads. The factors are its
    // time and memory, measured against copying: a parser's tree of Markdown
    // takes some forty times the text, one of HTML a hundred.
    fn filter(
        env: &mut Environment<'_>,
        budget: &Arc<Budget>,
        facts: &Arc<Facts>,
        name: &'static str,
        (fixed, factor): (usize, usize),
        does: fn(&Budget, &Facts, &Value, Option<&Value>) -> Result<String, Fault>,
    ) {
        let (budget, facts) = (budget.clone(), facts.clone());
        env.add_filter(name, move |value: Value, argument: Option<Value>| {
            budget.charge(fixed)?;
            if let Some(fault) = value.as_str().and_then(|text| too_long_for(name, text, factor)) {
                return Err(budget.fail(fault));
            }
            pay(&budget, std::slice::from_ref(&value), factor)?;
            if let Some(argument) = &argument {
                pay(&budget, std::slice::from_ref(argument), factor)?;
            }
            let made =
                does(&budget, &facts, &value, argument.as_ref()).map_err(|fault| budget.fail(fault))?;
            budget.charge(made.len())?;
            Ok::<Value, Error>(Value::from(made))
        });
    }
    filter(env, budget, facts, "plain", (2_000, 48), |_, facts, value, _| {
        let text = said("plain", value)?;
        Ok(match facts.attaches {
            true => {
                let text = pin::pinned(text, facts.rules.markup == Syntax::Plain, |link| {
                    pictures::number(&facts.media, link)
                });
                markdown::plain_for(&text, facts.rules.dialect)
            }
            false => markdown::plain_for(text, facts.rules.dialect),
        })
    });
    filter(env, budget, facts, "markup", (60_000, 120), |_, facts, value, _| {
        let (text, markup) = (said("markup", value)?, Markup::of(facts.rules.network));
        Ok(match facts.attaches {
            true => {
                let text = pin::pinned(text, facts.rules.markup == Syntax::Plain, |link| {
                    pictures::number(&facts.media, link)
                });
                markup::write_for(&text, markup, facts.rules.dialect).text
            }
            false => markup::write_for(text, markup, facts.rules.dialect).text,
        })
    });
    filter(env, budget, facts, "escaped", (200, 16), |_, facts, value, _| {
        Ok(markup::escaped(said("escaped", value)?, Markup::of(facts.rules.network)))
    });
    filter(env, budget, facts, "image", (500, 4), |_, facts, value, _| image(facts, said("image", value)?));
    filter(env, budget, facts, "html", (60_000, 96), |_, _, value, _| {
        Ok(html::sanitised(said("html", value)?))
    });
    filter(env, budget, facts, "excerpt", (2_000, 24), |_, _, value, argument| {
        let limit = number("excerpt", argument)?;
        Ok(excerpt::excerpt(said("excerpt", value)?, limit))
    });
    filter(env, budget, facts, "sentences", (2_000, 24), |_, _, value, argument| {
        let limit = number("sentences", argument)?;
        // On one line no thread breaks.
        let text = breaks::without(said("sentences", value)?);
        Ok(pin::through(&text, |text| excerpt::sentences(text, limit)))
    });
    filter(env, budget, facts, "fit", (2_000, 32), |_, facts, value, argument| {
        let limit = number("fit", argument)?;
        let shorten = |text: &str| text::shorten_before(text, limit, &facts.rules, facts.url_reserve);
        Ok(breaks::through(said("fit", value)?, shorten))
    });
    filter(env, budget, facts, "hashtags", (200, 32), |_, _, value, argument| hashtags(value, argument));
    filter(env, budget, facts, "handle", (500, 4), |budget, facts, value, _| {
        let name = said("handle", value)?;
        if !facts.handles.iter().any(|own| own.name.value == name.trim().trim_start_matches('@')) {
            budget.tell_of_handle(name);
        }
        Ok(handle(facts, name))
    });
    filter(env, budget, facts, "date", (2_000, 300), |_, facts, value, argument| {
        date(facts, value, argument)
    });
    filter(env, budget, facts, "untracked", (200, 2), |budget, _, value, _| {
        let url = said("untracked", value)?;
        let mut out = url.to_owned();
        for found in late::find(url).iter().rev().filter(|found| found.tracked && !found.html) {
            out.replace_range(found.range.clone(), &late::token(&found.rung, false));
        }
        budget.leave_untracked(out.trim());
        Ok(out)
    });
}

/// What is the matter with a text that one filter alone cannot pay for.
fn too_long_for(filter: &str, text: &str, factor: usize) -> Option<Fault> {
    let most = usize::try_from(WORK).unwrap_or(usize::MAX) / factor.max(1);
    (text.len() > most).then(|| {
        let kilobytes = |bytes: usize| bytes.div_ceil(1024);
        let (long, most) = (kilobytes(text.len()), most / 1024);
        Fault::new(format!("this text is too long for `{filter}`: {long} KB, and it takes {most} KB")).hint(
            "give the rung a text of its own: a `RUNG.md` in the message's folder is no template, and may be longer",
        )
    })
}

/// The text in `value`; numbers are written out.
fn said<'v>(filter: &str, value: &'v Value) -> Result<&'v str, Fault> {
    value.as_str().ok_or_else(|| {
        let kind = super::operators::kind(value);
        Fault::new(format!("`{filter}` takes a text, and this is {kind}"))
    })
}

fn number(filter: &str, argument: Option<&Value>) -> Result<usize, Fault> {
    let number = argument.and_then(Value::as_i64).and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0);
    number.ok_or_else(|| {
        Fault::new(format!("`{filter}` takes a length")).hint(format!("write `| {filter}(200)`"))
    })
}

fn hashtags(value: &Value, argument: Option<&Value>) -> Result<String, Fault> {
    let words: Vec<String> = match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter().map_err(|_| Fault::new("this list cannot be read"))?;
            items.map(|item| item.to_string()).collect()
        }
        _ => said("hashtags", value)?
            .split([' ', ',', '\n', '\t'])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
    };
    let most = match argument {
        Some(_) => number("hashtags", argument)?,
        None => usize::MAX,
    };
    let mut tags: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for tag in words.iter().filter_map(|word| text::hashtag(word)) {
        // `#rust #Rust` says it twice.
        if tags.len() < most && seen.insert(tag.to_lowercase()) {
            tags.push(tag);
        }
    }
    Ok(tags.join(" "))
}

fn handle(facts: &Facts, name: &str) -> String {
    let name = name.trim().trim_start_matches('@');
    // An unknown name has been told where it is written (`Names::unknown_handle`).
    let handle = facts.handles.iter().find(|handle| handle.name.value == name);
    let on = |network: &str| {
        let names = &handle?.names;
        names.iter().find(|(own, _)| own == network).map(|(_, name)| name.value.trim())
    };
    // No name there: how people are called in running text, never an `@name`
    // that would be somebody else's on this network.
    on(facts.rules.network).or_else(|| on("name")).map_or_else(|| readable(name), str::to_owned)
}

/// The message's image `file`: on the part of a post that says so, in Markdown elsewhere.
fn image(facts: &Facts, file: &str) -> Result<String, Fault> {
    let file = file.trim();
    let Some(number) = pictures::number(&facts.media, file) else {
        let shown: String = file.chars().take(80).collect();
        let known = facts.media.iter().map(|media| media.file.value.as_str());
        let hint = match nearest(file, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "add it: `[[media]]` with `file` and `alt`".to_owned(),
        };
        return Err(Fault::new(format!("the message has no image `{shown}`")).hint(hint));
    };
    if facts.attaches {
        return Ok(pin::of_picture(number));
    }
    let alt = facts.media.get(number).and_then(|media| media.alt_in(&facts.language));
    // What would end the alt text is no part of what is to be seen.
    let alt = alt.map_or("", |alt| alt.value.trim()).replace(['[', ']', '\\', '\n'], " ");
    Ok(format!("![{alt}](<{}>)", file.replace(['<', '>', '\n'], "")))
}

/// `grace-hopper` as people write it: `Grace Hopper`.
fn readable(name: &str) -> String {
    let words = name.split(['-', '_', ' ']).filter(|word| !word.is_empty()).map(|word| {
        let mut chars = word.chars();
        chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
    });
    words.collect::<Vec<_>>().join(" ")
}

fn date(facts: &Facts, value: &Value, argument: Option<&Value>) -> Result<String, Fault> {
    let written = said("date", value)?.trim();
    let moment = moment(written, &facts.zone).ok_or_else(|| {
        Fault::new(format!("`{}` is not a date", written.chars().take(40).collect::<String>()))
            .hint("dates look like `2026-12-01`, `2026-12-01 09:00` or `2026-12-01T09:00:00Z`")
    })?;
    // Names of months are English only: elsewhere the international form.
    let english = facts.language.split(['-', '_']).next().is_some_and(|l| l.eq_ignore_ascii_case("en"));
    let format = match argument {
        Some(format) => said("date", format)?,
        None if english => "%-d %B %Y",
        None => "%Y-%m-%d",
    };
    jiff::fmt::strtime::format(format, &moment).map_err(|_| {
        Fault::new(format!("`{}` is not a way to write a date", format.chars().take(40).collect::<String>()))
            .hint("`%-d %B %Y` writes `1 December 2026`, `%H:%M` writes `09:00`")
    })
}

fn moment(written: &str, zone: &TimeZone) -> Option<Zoned> {
    if let Ok(zoned) = written.parse::<Zoned>() {
        return Some(zoned.with_time_zone(zone.clone()));
    }
    if let Ok(instant) = written.parse::<Timestamp>() {
        return Some(instant.to_zoned(zone.clone()));
    }
    let wall =
        written.parse::<DateTime>().or_else(|_| written.parse::<Date>().map(|d| d.at(0, 0, 0, 0))).ok()?;
    wall.to_zoned(zone.clone()).ok()
}
