//! Addresses behind words, written so that the network makes a link of exactly
//! what was meant: `words (address)` where its own rules find the end of it.

use super::super::facet::Marked;
use super::super::manner::Links;
use super::Writer;
use crate::text::{EntityKind, entities};
use std::ops::Range;

/// An address that is still to be put into its line.
#[derive(Debug)]
pub(super) struct Address {
    /// Before this byte of the line.
    pub at: usize,
    /// What it is.
    pub url: String,
    /// Whether it stands alone, without words before it.
    pub bare: bool,
}

/// How an address may be written: the next one is taken where the network does
/// not find the address in the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `words (address)`.
    Brackets,
    /// `words: address`.
    Colon,
    /// The same, with a space behind.
    Apart,
    /// `words (address)`, with a percent sign and a number for what may end it.
    Encoded,
    /// `words: address`, both.
    EncodedApart,
    /// As the first, whatever the network makes of it.
    AsItIs,
}

impl Form {
    fn next(self) -> Form {
        match self {
            Form::Brackets => Form::Colon,
            Form::Colon => Form::Apart,
            Form::Apart => Form::Encoded,
            Form::Encoded => Form::EncodedApart,
            Form::EncodedApart | Form::AsItIs => Form::AsItIs,
        }
    }
}

impl Writer<'_> {
    /// Puts the addresses into the line, now that it is known what stands around them.
    pub(super) fn put_addresses(&mut self) {
        if self.addresses.is_empty() {
            return;
        }
        let addresses = std::mem::take(&mut self.addresses);
        let line = std::mem::take(&mut self.line);
        let mut forms = vec![Form::Brackets; addresses.len()];
        let (made, places) = loop {
            let (made, places) = self.with_addresses(&line, &addresses, &forms);
            let mut links = entities(&made, self.manner.dialect)
                .into_iter()
                .filter(|entity| entity.kind == EntityKind::Link)
                .map(|entity| entity.range)
                .peekable();
            let mut again = false;
            for ((address, form), (_, place)) in addresses.iter().zip(&mut forms).zip(&places) {
                while links.next_if(|link| link.end <= place.start).is_some() {}
                let web = address.url.starts_with("https://") || address.url.starts_with("http://");
                let found = links.peek().is_some_and(|link| link == place);
                if web && !found && *form != Form::AsItIs {
                    *form = form.next();
                    again = true;
                }
            }
            if !again {
                break (made, places);
            }
        };
        self.line = made;
        // Where what stood at a byte of the line stands now; what ends there ends before the address.
        let moved = |at: usize, ends: bool| {
            let before = addresses.partition_point(|own| own.at < at || own.at == at && !ends);
            let put = before.checked_sub(1).and_then(|last| places.get(last)).map_or(0, |(put, _)| *put);
            at + put
        };
        for Marked { range, .. } in &mut self.marks {
            *range = moved(range.start, false)..moved(range.end, true).max(moved(range.start, false));
        }
    }

    /// `line` with `addresses` in it, and for each: how many bytes have been
    /// put in up to its end, and where it stands.
    fn with_addresses(
        &self,
        line: &str,
        addresses: &[Address],
        forms: &[Form],
    ) -> (String, Vec<(usize, Range<usize>)>) {
        let mut out = String::with_capacity(line.len() + 64 * addresses.len());
        let mut places = Vec::with_capacity(addresses.len());
        let mut from = 0;
        for (address, form) in addresses.iter().zip(forms) {
            out.push_str(line.get(from..address.at).unwrap_or(""));
            from = address.at;
            let colon = if out.ends_with(['.', ':', '!', '?', '…']) { " " } else { ": " };
            let (before, behind) = match (form, self.manner.links) {
                _ if address.bare => ("", ""),
                (Form::Colon | Form::Apart | Form::EncodedApart, _) => (colon, ""),
                (_, Links::Behind(before, behind)) => (before, behind),
                (_, Links::Words | Links::Marked(_)) => (" (", ")"),
            };
            out.push_str(before);
            let start = out.len();
            match form {
                Form::Encoded | Form::EncodedApart => out.push_str(&encoded(&address.url)),
                _ => out.push_str(&address.url),
            }
            places.push((0, start..out.len()));
            out.push_str(behind);
            let next = line.get(from..).and_then(|rest| rest.chars().next());
            let apart = matches!(form, Form::Apart | Form::EncodedApart);
            if apart && next.is_some_and(|next| !next.is_whitespace()) {
                out.push(' ');
            }
            if let Some((put, _)) = places.last_mut() {
                *put = out.len() - from;
            }
        }
        out.push_str(line.get(from..).unwrap_or(""));
        (out, places)
    }
}

/// `url`, which leads to the same page, without a character that a network may
/// take for the end of it (RFC 3986, 2.1; RFC 3987, 3.1).
fn encoded(url: &str) -> String {
    let mut out = String::with_capacity(url.len() + 16);
    let from = url.find("://").map_or(0, |at| at + 3);
    let path = url.get(from..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |at| from + at);
    out.push_str(url.get(..path).unwrap_or(""));
    let mut rest = url.get(path..).unwrap_or("").chars().peekable();
    while let Some(c) = rest.next() {
        let ends = rest.peek().is_none() && matches!(c, '.' | ':' | '?' | '~' | '@' | '+' | '-' | '_');
        let plain = c.is_ascii_alphanumeric() || "/?#=&%-_~+@:.$".contains(c);
        if plain && !ends {
            out.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    out
}
