//! Where a tagged address stands in a post without markup. A network may end an
//! address without a query where it should, and take what follows for a part of
//! the query: what stands around a tagged one is chosen anew.

use crate::text::{Dialect, EntityKind, entities, late};
use std::ops::Range;

/// `text` with what `tag` makes of its addresses: a network of `dialect` that
/// linked exactly the address before links exactly the tagged one, or it stays
/// as it was. `query` is what an address that is not known yet may get.
///
/// In time that grows with the text.
pub(super) fn tagged(
    text: &str,
    dialect: Dialect,
    query: &str,
    tag: impl Fn(&str) -> Option<String>,
) -> String {
    let found = entities(text, Dialect::Plain).into_iter().filter(|entity| entity.kind == EntityKind::Link);
    let mut places: Vec<Place> =
        found.filter_map(|link| Place::new(link.range.clone(), text.get(link.range)?, query, &tag)).collect();
    if places.is_empty() {
        return text.to_owned();
    }
    let before = links(text, dialect);
    let mut before = before.iter().peekable();
    for place in &mut places {
        while before.next_if(|link| link.end <= place.range.start).is_some() {}
        place.linked = before.peek().is_some_and(|link| **link == place.range);
    }
    loop {
        let (made, ranges) = written(text, &places, true);
        let links = links(&made, dialect);
        let mut links = links.iter().peekable();
        let mut again = false;
        for (place, range) in places.iter_mut().zip(&ranges) {
            while links.next_if(|link| link.end <= range.start).is_some() {}
            let found = links.peek().is_some_and(|link| *link == range);
            if place.linked && !found && place.form != Form::Untagged {
                place.form = place.form.next();
                again = true;
            }
        }
        if !again {
            return written(text, &places, false).0;
        }
    }
}

fn links(text: &str, dialect: Dialect) -> Vec<Range<usize>> {
    let found = entities(text, dialect).into_iter().filter(|entity| entity.kind == EntityKind::Link);
    found.map(|link| link.range).collect()
}

/// An address that gets tags, now or when it is known.
struct Place {
    range: Range<usize>,
    /// What is written; `None`: an address that is not known yet stays its token.
    tagged: Option<String>,
    /// What the network will see.
    seen: String,
    /// Whether the network links it as it is without tags.
    linked: bool,
    form: Form,
}

impl Place {
    fn new(
        range: Range<usize>,
        url: &str,
        query: &str,
        tag: impl Fn(&str) -> Option<String>,
    ) -> Option<Place> {
        let (tagged, seen) = match late::find(url).first() {
            Some(token) if token.tracked && !query.is_empty() => {
                (None, format!("https://example.com/a?{query}"))
            }
            Some(_) => return None,
            None => {
                let tagged = tag(url)?;
                (Some(tagged.clone()), tagged)
            }
        };
        Some(Place { range, tagged, seen, linked: false, form: Form::AsItIs })
    }
}

/// How it is written: the next one is taken where the network does not find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// With what stands around it.
    AsItIs,
    /// `words (address)` as `words: address`.
    Colon,
    /// The same, with a space behind.
    Apart,
    /// As it was before.
    Untagged,
}

impl Form {
    fn next(self) -> Form {
        match self {
            Form::AsItIs => Form::Colon,
            Form::Colon => Form::Apart,
            Form::Apart | Form::Untagged => Form::Untagged,
        }
    }
}

/// `text` with its places in their forms, and where each address stands in it.
/// `seen`: as the network will see it.
fn written(text: &str, places: &[Place], seen: bool) -> (String, Vec<Range<usize>>) {
    let mut out = String::with_capacity(text.len() + 128 * places.len());
    let mut ranges = Vec::with_capacity(places.len());
    let mut from = 0;
    for place in places {
        let before = text.get(from..place.range.start).unwrap_or("");
        let apart = matches!(place.form, Form::Colon | Form::Apart);
        let words = before.strip_suffix(" (").filter(|words| !words.is_empty() && !words.ends_with('\n'));
        let closes = text.get(place.range.end..).is_some_and(|rest| rest.starts_with(')'));
        from = place.range.end;
        match words.filter(|_| apart && closes) {
            Some(words) => {
                out.push_str(words);
                out.push_str(if words.ends_with(['.', ':', '!', '?', '…']) { " " } else { ": " });
                from += 1;
            }
            None => out.push_str(before),
        }
        let start = out.len();
        let own = text.get(place.range.clone()).unwrap_or("");
        out.push_str(match (place.form, &place.tagged) {
            (Form::Untagged, Some(_)) => own,
            _ if seen => &place.seen,
            (_, Some(tagged)) => tagged,
            (_, None) => own,
        });
        ranges.push(start..out.len());
        let next = text.get(from..).and_then(|rest| rest.chars().next());
        if place.form == Form::Apart && next.is_some_and(|next| !next.is_whitespace()) {
            out.push(' ');
        }
    }
    out.push_str(text.get(from..).unwrap_or(""));
    (out, ranges)
}
