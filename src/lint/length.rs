//! How long posts and titles may be, and what goes only where the network has it.

use super::look::{Look, OfVariant, number};
use super::{blame, table};
use crate::diagnostic::Diagnostic;
use crate::text::count::too_many;
use crate::text::{EntityKind, Syntax, Unit, count, marked};

/// The rules of this file.
pub(super) const RULES: &[OfVariant] =
    &[too_long, too_many_in_one, too_many_marks, title_too_long, no_threads, no_first_comment];

fn too_long(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let Some(post) = look.post() else { return };
    let rules = &look.made.outlet.rules;
    for (at, part) in post.parts.iter().enumerate() {
        let counted = count(&part.text, &rules.with_pictures(part.media.len()), post.url_reserve).decisive();
        let Some(limit) = counted.limit.filter(|_| !counted.fits()) else { continue };
        let share = blame::largest(look, at);
        let mut ways = Vec::new();
        if let Some(share) = &share {
            let left = share.cost.saturating_sub(counted.over());
            if ["message.title", "message.summary", "message.body"].contains(&share.name) && left >= 10 {
                let made = match share.name {
                    // What is left of a body is what a filter made of it.
                    "message.body" if rules.markup == Syntax::Plain => " | plain",
                    "message.body" => " | markup",
                    _ if rules.markup == Syntax::Plain => "",
                    _ => " | escaped",
                };
                ways.push(format!("use `{{{{ {}{made} | fit({left}) }}}}`", share.name));
            }
            if share.name == "message.tags" {
                ways.push("use fewer tags: `| hashtags(2)`".to_owned());
            }
        }
        if look.written_whole().is_some() {
            ways.push("shorten the file".to_owned());
        } else {
            if look.settings.thread.is_none() {
                ways.push("add a `shorter` text".to_owned());
                let thread = if rules.threads { " (or `\"thread\"`)" } else { "" };
                ways.push(format!("set `overflow = \"shorten\"`{thread}"));
            } else {
                ways.push("move words to another part of `thread`".to_owned());
            }
        }
        let message = format!(
            "{} is {} too long for {}: {} of {limit}{}",
            look.part_name(at),
            counted.over(),
            look.network(),
            counted.counted,
            unit(counted.unit)
        );
        let mut problem = table::TOO_LONG.broken(message).at(look.text_span(at)).hint(one_of(&ways));
        if let Some(share) = share {
            problem = problem.at(share.span).label(format!(
                "{} of the {} come from {}",
                share.cost,
                counted.counted,
                quoted(share.name)
            ));
        }
        found.push(problem);
    }
}

/// `too-many-links`, `too-many-mentions` and `hashtag-limit`: what the network
/// refuses a post for. What only looks bad is told elsewhere.
fn too_many_in_one(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let Some(post) = look.post() else { return };
    let rules = &look.made.outlet.rules;
    for (at, part) in post.parts.iter().enumerate() {
        let Some(over) = too_many(&part.text, rules) else { continue };
        let (rule, noun, hint) = match over.kind {
            EntityKind::Link => {
                (table::TOO_MANY_LINKS, "different link", "keep those that matter".to_owned())
            }
            EntityKind::Mention => {
                (table::TOO_MANY_MENTIONS, "mention", "write the other names without `@`".to_owned())
            }
            EntityKind::Hashtag | EntityKind::Cashtag => {
                let most = rules.hashtags.unwrap_or(over.limit);
                let hint = format!("take the best: `{{{{ message.tags | hashtags({most}) }}}}`");
                (table::HASHTAG_LIMIT, "hashtag", hint)
            }
        };
        found.push(
            rule.broken(format!(
                "{} has {}; {} takes {} at most",
                look.part_name(at),
                number(over.counted, noun),
                look.network(),
                over.limit
            ))
            .at(look.text_span(at))
            .hint(hint),
        );
    }
}

/// What goes out all the same, and looks other than it was meant: links among it.
fn too_many_marks(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let (Some(post), syntax) = (look.post(), look.made.outlet.rules.markup) else { return };
    let Some(most) = syntax.most_marked() else { return };
    for (at, part) in post.parts.iter().enumerate() {
        let counted = marked(&part.text, syntax);
        if counted <= most {
            continue;
        }
        found.push(
            table::TOO_MANY_MARKS
                .broken(format!(
                    "{} has {} (bold words, links, code); {} shows the first {most}",
                    look.part_name(at),
                    number(counted, "marked place"),
                    look.network(),
                ))
                .at(look.text_span(at))
                .hint("mark less, or make it a thread with `<!-- break -->` between: each part has its own"),
        );
    }
}

/// `a`, `a or b`, `a, b, or c`.
fn one_of(ways: &[String]) -> String {
    match ways {
        [] => String::new(),
        [only] => only.clone(),
        [one, other] => format!("{one} or {other}"),
        [all @ .., last] => format!("{}, or {last}", all.join(", ")),
    }
}

/// What was counted, where it is no kind of character.
fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Grapheme | Unit::CodePoint | Unit::Utf16 | Unit::Weighted | Unit::EmojiByte => "",
        Unit::Byte => " bytes",
    }
}

fn quoted(name: &str) -> String {
    if name.contains(' ') { name.to_owned() } else { format!("`{name}`") }
}

fn title_too_long(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let (Some(article), Some(limit)) = (look.article(), look.made.outlet.rules.title_limit) else { return };
    let length = graphemes(&article.title);
    if length > limit {
        found.push(
            table::TITLE_TOO_LONG
                .broken(format!(
                    "the title of `{}` is {length} characters long; {limit} are shown",
                    look.rung()
                ))
                .at(look.span_of(look.settings.title.as_ref()))
                .hint("put the point first, or set a shorter `title` on the rung"),
        );
    }
}

/// What a reader would count.
pub(super) fn graphemes(text: &str) -> usize {
    unicode_segmentation::UnicodeSegmentation::graphemes(text, true).count()
}

fn no_threads(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let Some(post) = look.post() else { return };
    let rules = &look.made.outlet.rules;
    if rules.threads || post.parts.len() < 2 {
        return;
    }
    let hand = look.settings.thread.as_ref().and_then(|thread| thread.get(1)).map(|part| part.span);
    let span = hand.or(look.settings.overflow.as_ref().map(|o| o.span)).unwrap_or(look.text_span(0));
    found.push(
        table::NO_THREADS
            .broken(format!(
                "`{}` is a thread of {} parts, and {} has no threads",
                look.rung(),
                post.parts.len(),
                look.network()
            ))
            .at(span)
            .hint("write one `text`, with `shorter` ones if it does not fit"),
    );
}

fn no_first_comment(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let Some(post) = look.post() else { return };
    let rules = &look.made.outlet.rules;
    if rules.first_comment || post.first_comment.is_none() {
        return;
    }
    found.push(
        table::NO_FIRST_COMMENT
            .broken(format!(
                "`{}` has a first comment, which cannot be put below a post on {}",
                look.rung(),
                look.network()
            ))
            .at(look.span_of(look.settings.first_comment.as_ref()))
            .hint("move what it says into `text`, and take `first_comment` out"),
    );
}
