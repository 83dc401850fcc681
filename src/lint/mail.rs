//! What mail clients do to a mail.

use super::length::graphemes;
use super::look::{Look, OfVariant};
use super::table;
use crate::diagnostic::Diagnostic;

/// The rules of this file.
pub(super) const RULES: &[OfVariant] =
    &[subject_too_long, preheader_missing, preheader_too_long, mail_clipped, relative_link];

/// Gmail shows this much of a message's HTML and hides the rest behind "View
/// entire message" (long observed, named by every large sender; not documented
/// by Google). Nothing after it is seen, the unsubscribe link included.
const GMAIL_CLIPS_AT: usize = 102 * 1024;

/// From here on a tracking pixel or a longer footer brings it over.
const NEARLY_CLIPPED: usize = 90 * 1024;

/// Subjects are cut at about this many characters in the inbox of a desktop
/// client; a channel with rules of its own says otherwise (`title_limit`).
const SUBJECT_SHOWN: usize = 78;

/// Clients show about this much behind a short subject.
const PREHEADER_SHOWN: usize = 140;

fn subject_too_long(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let Some(mail) = look.mail() else { return };
    let limit = look.made.outlet.rules.title_limit.unwrap_or(SUBJECT_SHOWN);
    let length = graphemes(&mail.subject);
    if length > limit {
        found.push(
            table::SUBJECT_TOO_LONG
                .broken(format!(
                    "the subject of `{}` is {length} characters long; {limit} are shown",
                    look.rung()
                ))
                .at(look.span_of(look.settings.subject.as_ref()))
                .hint("put the point first, or set a shorter `subject` on the rung"),
        );
    }
}

fn preheader_missing(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let Some(mail) = look.mail() else { return };
    if mail.preheader.trim().is_empty() {
        found.push(
            table::PREHEADER_MISSING
                .broken(format!(
                    "`{}` has no preheader: clients will show the first words of the mail instead",
                    look.rung()
                ))
                .at(look.preheader_span())
                .hint("set `preheader` on the rung, or give the message a `summary`"),
        );
    } else if mail.preheader.trim() == mail.subject.trim() {
        found.push(
            table::PREHEADER_MISSING
                .broken(format!("the preheader of `{}` repeats its subject", look.rung()))
                .at(look.preheader_span())
                .hint("say what the subject does not"),
        );
    }
}

fn preheader_too_long(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let Some(mail) = look.mail() else { return };
    let length = graphemes(&mail.preheader);
    if length > PREHEADER_SHOWN {
        found.push(
            table::PREHEADER_TOO_LONG
                .broken(format!(
                    "the preheader of `{}` is {length} characters long; about {PREHEADER_SHOWN} are shown",
                    look.rung()
                ))
                .at(look.preheader_span())
                .hint(format!(
                    "set `preheader = \"{{{{ message.summary | fit({PREHEADER_SHOWN}) }}}}\"` on the rung"
                )),
        );
    }
}

fn mail_clipped(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let Some(mail) = look.mail() else { return };
    let bytes = mail.html.len();
    if bytes <= NEARLY_CLIPPED {
        return;
    }
    let message = if bytes > GMAIL_CLIPS_AT {
        format!(
            "Gmail will cut `{}` off: its HTML is {} KB, of which 102 are shown",
            look.rung(),
            bytes.div_ceil(1024)
        )
    } else {
        format!(
            "`{}` is near the length at which Gmail cuts mails off: its HTML is {} of 102 KB",
            look.rung(),
            bytes / 1024
        )
    };
    found.push(
        table::MAIL_CLIPPED.broken(message).at(look.body_span()).hint(
            "send the beginning and lead to the article: `text = \"{{ message.body | excerpt(1500) }}\"`",
        ),
    );
}

fn relative_link(look: &Look<'_>, found: &mut Vec<Diagnostic>) {
    let Some(mail) = look.mail() else { return };
    let mut seen: Vec<&str> = Vec::new();
    for address in addresses(&mail.html) {
        let whole = ["https:", "http:", "mailto:", "tel:", "sms:", "cid:", "data:", "#"]
            .iter()
            .any(|start| address.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start)));
        if whole || address.is_empty() || seen.contains(&address) || seen.len() >= 20 {
            continue;
        }
        seen.push(address);
        found.push(
            table::RELATIVE_LINK
                .broken(format!(
                    "`{}` has a link or picture at `{address}`, which leads nowhere in a mail",
                    look.rung()
                ))
                .at(in_body(look, address).unwrap_or(look.body_span()))
                .hint("write the whole address, with `https://`"),
        );
    }
}

/// What stands in `href="…"` and `src="…"` of HTML that a sanitiser wrote: in
/// its tags, for an author may write about `src="…"`.
fn addresses(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).flat_map(|tag| {
        let mut quoted = false;
        let end = tag.find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        let tag = &tag[..end.unwrap_or(tag.len())];
        [" href=\"", " src=\""].into_iter().filter_map(move |attribute| {
            let (_, value) = tag.split_once(attribute)?;
            Some(value.split('"').next().unwrap_or("").trim())
        })
    })
}

/// The place of a link in the message's body.
pub(super) fn in_body(look: &Look<'_>, needle: &str) -> Option<crate::source::Span> {
    let body = look.written_whole().unwrap_or(&look.made.message.body).span;
    let text = look.subject.sources.slice(body);
    // `/x` stands in `https://x.example` too: where an address begins is meant first.
    let as_address = ["(", "(<", "\"", "'", "]: "].iter().find_map(|opens| {
        let begins = format!("{opens}{needle}");
        let ends =
            |end: usize| text[end..].starts_with([')', '>', '"', '\'', ' ', '\n']) || end == text.len();
        let mut all = text.match_indices(&begins).map(|(at, _)| at + opens.len());
        all.find(|at| ends(at + needle.len()))
    });
    let at = as_address.or_else(|| text.find(needle))?;
    Some(crate::source::Span::new(body.source, body.start + at, body.start + at + needle.len()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn addresses_stand_in_tags() {
        let html = "<p>write src=\"x\" or <a title=\"a > b\" href=\"/y\">href=\"z\"</a><img src=\"p.png\"/>";
        assert_eq!(super::addresses(html).collect::<Vec<_>>(), ["/y", "p.png"]);
    }
}
