//! Whether the links of a message's body lead anywhere.

use super::{Made, Subject, table};
use crate::diagnostic::{Diagnostic, nearest};
use crate::ladder::Message;
use crate::render::{Variant, VariantKind};
use crate::source::{Span, Spanned};
use crate::text::{markdown, visible};
use pulldown_cmark::{Event, LinkType, Options, Tag};
use std::collections::HashSet;
use std::ops::Range;

/// What pages and mails keep of links; all else is left out of them, and the
/// words stay (`render::html`).
const SCHEMES: &[&str] = &["https", "http", "mailto"];

/// Of so many a message is told; the next look tells the others.
const MOST_TOLD: usize = 20;

/// Letters of an address that are shown.
const SHOWN: usize = 80;

/// `bad-link`, for the links of the message, its translations, and what was
/// written whole. Each address is told once. What `relative-link` has told is
/// not said again. Linear in the texts.
pub(super) fn bad_links(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let kinds = || subject.made.iter().map(|made| made.outlet.kind);
    // On a page `/prices` is a page of the same site. In a mail it is an error
    // of its own; a post has no site.
    let has_root = kinds().any(|kind| kind != VariantKind::Post);
    let copies = copies(subject);
    let mut told: Vec<String> = Vec::new();
    for (message, body) in bodies(subject) {
        let files: HashSet<String> = message.media.iter().map(|media| bare(&media.file.value)).collect();
        for (address, range) in addresses(&body.value) {
            let Some((why, hint)) = wrong(&address, &files, has_root, &copies) else { continue };
            let shown: String = visible(&address).chars().take(SHOWN).collect();
            let quoted = format!("`{address}`");
            let said = |other: &Diagnostic| {
                other.rule == table::RELATIVE_LINK.name && other.message.contains(&quoted)
            };
            if told.contains(&address) || told.len() >= MOST_TOLD || found.iter().any(said) {
                continue;
            }
            told.push(address);
            let what = if shown.is_empty() { "a link".to_owned() } else { format!("the link `{shown}`") };
            let place = place_of(subject, body, &range);
            found.push(table::BAD_LINK.broken(format!("{what} {why}")).at(place).hint(hint));
        }
    }
}

/// Every body that somebody wrote, with the message that it is of: the message's own,
/// those of its translations, and what was written whole for a rung.
pub(super) fn bodies<'s>(subject: &Subject<'s>) -> impl Iterator<Item = (&'s Message, &'s Spanned<String>)> {
    let rungs = &subject.ladder.rungs;
    std::iter::once(subject.message).chain(&subject.message.translations).flat_map(move |message| {
        let whole = rungs.iter().filter_map(|rung| message.written_whole(&rung.name.value));
        std::iter::once(&message.body).chain(whole.map(|whole| &whole.body)).map(move |body| (message, body))
    })
}

/// The rungs of articles that name an original elsewhere: copies, on sites with roots of
/// their own. What only announces a page has none.
fn copies<'s>(subject: &Subject<'s>) -> Vec<&'s str> {
    let is_copy = |made: &&Made<'_>| match made.variant {
        Variant::Article(article) => article.canonical.is_some() && !made.outlet.defaults.announces,
        Variant::Post(_) | Variant::Mail(_) => false,
    };
    subject.made.iter().filter(is_copy).map(|made| made.rung.name.value.as_str()).collect()
}

/// The addresses of all links of `body`, and where each link stands.
fn addresses(body: &str) -> impl Iterator<Item = (String, Range<usize>)> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_GFM;
    markdown::events(body, options).filter_map(|(event, range)| match event {
        Event::Start(Tag::Link { link_type, dest_url, .. }) if link_type != LinkType::Email => {
            Some((dest_url.trim().to_owned(), range))
        }
        _ => None,
    })
}

/// Why nobody can follow `address` (`files` lie beside the message), and what to write; nothing, if they can.
fn wrong(
    address: &str,
    files: &HashSet<String>,
    has_root: bool,
    copies: &[&str],
) -> Option<(String, String)> {
    let whole = "write the whole address, with `https://`".to_owned();
    if address.is_empty() {
        return Some(("has no address".to_owned(), "write where it leads: `[words](https://…)`".to_owned()));
    }
    if address.starts_with('#') {
        return None;
    }
    if address.starts_with('/') {
        let root = "begins at the root of a site, and";
        return match (has_root, copies) {
            (false, _) => Some((format!("{root} no rung of the ladder makes a page"), whole)),
            (true, []) => None,
            (true, copies) => {
                let rungs: Vec<String> = copies.iter().map(|rung| format!("`{rung}`")).collect();
                Some((
                    format!("{root} leads elsewhere from a copy on another one: {}", rungs.join(", ")),
                    whole,
                ))
            }
        };
    }
    let first = address.split(['/', '?', '#']).next().unwrap_or(address);
    if let Some((scheme, rest)) = first.split_once(':') {
        let scheme = scheme.to_ascii_lowercase();
        if SCHEMES.contains(&scheme.as_str()) {
            return None;
        }
        // `acme.example:8080` has a port and no scheme.
        let is_host = scheme.contains('.') || (!rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
        if !is_host {
            let why = format!("begins with `{scheme}:`, which pages and mails leave out");
            let hint = match nearest(&scheme, SCHEMES.iter().copied()) {
                Some("http") => "did you mean `https:`?".to_owned(),
                Some(near) => format!("did you mean `{near}:`?"),
                None => "links begin with `https:`, `http:` or `mailto:`".to_owned(),
            };
            return Some((why, hint));
        }
    }
    let file = address.split(['?', '#']).next().unwrap_or(address);
    if files.contains(&bare(file)) {
        return None;
    }
    let hint = match first.contains('.') && !first.starts_with('.') {
        true => format!("write `https://{}`", visible(address).chars().take(SHOWN).collect::<String>()),
        false => whole,
    };
    Some(("is relative: it leads to another place from each page".to_owned(), hint))
}

/// A file's name beside the message, as it is compared.
fn bare(path: &str) -> String {
    path.strip_prefix("./").unwrap_or(path).replace("%20", " ")
}

/// Where what stands at `link` of `body` is written; the beginning of the body, if its text is not
/// that of the file.
pub(super) fn place_of(subject: &Subject<'_>, body: &Spanned<String>, link: &Range<usize>) -> Span {
    let Span { source, start, .. } = body.span;
    let written = subject.sources.slice(body.span).get(link.clone());
    match written.is_some() && written == body.value.get(link.clone()) {
        true => Span::new(source, start + link.start, start + link.end),
        false => Span::new(source, start, start),
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::tests::house::House;
    use crate::render::VariantKind;

    /// What is said of a message with this body, without the hints.
    fn said(body: &str) -> Vec<String> {
        let mut house = House::new();
        house.message.body.value = body.to_owned();
        messages(&house)
    }

    fn messages(house: &House) -> Vec<String> {
        house.check().into_iter().filter(|p| p.rule == "bad-link").map(|p| p.message).collect()
    }

    #[test]
    fn links_that_nobody_can_follow_are_told_once() {
        let body = "[bad](htp://x.example) [rel](coffee.example/x) [empty]() [abs](/x) [rel](coffee.example/x)\n\n\
                    [tel](tel:+4930) [up](../other/) [port](acme.example:8080/x)";
        assert_eq!(
            said(body),
            [
                "the link `htp://x.example` begins with `htp:`, which pages and mails leave out",
                "the link `coffee.example/x` is relative: it leads to another place from each page",
                "a link has no address",
                "the link `tel:+4930` begins with `tel:`, which pages and mails leave out",
                "the link `../other/` is relative: it leads to another place from each page",
                "the link `acme.example:8080/x` is relative: it leads to another place from each page",
            ]
        );
    }

    #[test]
    fn what_readers_can_follow_is_no_matter() {
        let body = "[a](https://a.example) [b](HTTP://b.example/x?y#z) [c](mailto:c@d.example) [d](#costs) \
                    [e](rocket.png) [f](./rocket.png) <https://g.example> <h@i.example> https://j.example\n\n\
                    `[k](htp://l)` [no link]\n\n    [m](htp://n)\n";
        assert_eq!(said(body), [""; 0]);
    }

    #[test]
    fn from_the_root_of_a_site_is_elsewhere_from_a_copy() {
        let copies = ["dev", "own"];
        let wrong = |address| super::wrong(address, &Default::default(), true, &copies).map(|(why, _)| why);
        assert_eq!(
            wrong("/more").as_deref(),
            Some(
                "begins at the root of a site, and leads elsewhere from a copy on another one: `dev`, `own`"
            )
        );
        assert_eq!((wrong("https://a.example/more"), wrong("#more")), (None, None));
    }

    #[test]
    fn from_the_root_of_a_site_needs_a_site() {
        let mut house = House::new();
        house.message.body.value = "[more](/more)".to_owned();
        assert_eq!(messages(&house), [""; 0]);
        for outlet in house.outlets.values_mut() {
            outlet.kind = VariantKind::Post;
        }
        let told = messages(&house);
        assert!(told.len() == 1 && told[0].contains("no rung of the ladder makes a page"), "{told:?}");
    }
}
