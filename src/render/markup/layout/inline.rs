//! Marks and links within a line: each ends where it should, and none overlaps another.

use super::super::facet::{FacetKind, Mark, Marked};
use super::super::manner::Links;
use super::address::Address;
use super::{LONGEST_URL, Link, Writer};
use crate::text::{Dialect, Entity, EntityKind, entities};

impl Writer<'_> {
    pub(super) fn open(&mut self, kind: FacetKind) {
        // Nothing stands within code, and nothing within itself.
        let barred = |open: &FacetKind| *open == kind || *open == FacetKind::Code;
        let counts =
            self.manner.styles && self.pictures == 0 && !self.open.iter().any(|(open, _)| barred(open));
        let mark = counts.then(|| {
            let start = self.line.len();
            self.marks.push(Marked::new(Mark::Facet(kind.clone()), start..start));
            self.marks.len() - 1
        });
        self.open.push((kind, mark));
    }

    /// Ends the last mark of `kind`, and with it all that began within it.
    pub(super) fn close(&mut self, kind: &FacetKind) {
        if let Some(at) = self.open.iter().rposition(|(open, _)| open == kind) {
            // A link of raw HTML that began within ends within.
            let own = self.open.get(at).and_then(|(_, mark)| *mark);
            while own.is_some() && self.links.last().is_some_and(|link| link.mark > own) {
                self.end_link();
            }
            let at = at.min(self.open.len());
            for (_, mark) in self.open.drain(at..) {
                if let Some(mark) = mark.and_then(|mark| self.marks.get_mut(mark)) {
                    mark.range.end = self.line.len();
                }
            }
        }
    }

    /// Ends all that is open in the line.
    pub(in crate::render::markup) fn close_all(&mut self) {
        while !self.links.is_empty() {
            self.end_link();
        }
        while let Some((kind, _)) = self.open.last() {
            let kind = kind.clone();
            self.close(&kind);
        }
    }

    pub(super) fn start_link(&mut self, url: &str) {
        // One of raw HTML that nobody closed ends where the next begins.
        while self.pictures == 0 && !self.links.is_empty() {
            self.end_link();
        }
        let from = self.line.len();
        // With a blank in it nobody finds its end.
        let url = url.trim().replace(' ', "%20");
        // Of a page's own scheme there is none here.
        let url = &if url.starts_with("//") { format!("https:{url}") } else { url };
        let marked = match self.manner.links {
            Links::Marked(schemes) => {
                // Each of these may be five as an entity.
                let escaped = url.len() + 4 * url.matches(['&', '<', '>', '|', ' ']).count();
                escaped <= LONGEST_URL && schemes.iter().any(|scheme| url.starts_with(scheme))
            }
            Links::Words | Links::Behind(..) => false,
        };
        // A link's place among the marks is where it begins: what is bold in it stands within.
        let in_code = self.open.iter().any(|(open, _)| *open == FacetKind::Code);
        let mark = (marked && self.pictures == 0 && !in_code).then(|| {
            self.marks.push(Marked::new(Mark::Facet(FacetKind::Link(url.to_owned())), from..from));
            self.marks.len() - 1
        });
        self.links.push(Link { url: url.to_owned(), from, mark });
    }

    pub(super) fn end_link(&mut self) {
        let Some(link) = self.links.pop() else { return };
        if self.keeps_mention(&link) {
            return;
        }
        let text = self.line.get(link.from..).unwrap_or("").trim();
        let url = as_said(&link.url);
        let bare = url.trim_end_matches('/');
        let is_address = text.is_empty()
            || text == link.url
            || text.trim_end_matches('/') == bare
            || bare.ends_with(&format!("://{text}"));
        if let Some(at) = link.mark.filter(|_| !is_address && self.pictures == 0) {
            let end = self.line.len();
            // What began outside and is still open would overlap it.
            self.close_within(at);
            if let Some(mark) = self.marks.get_mut(at) {
                mark.range.end = end;
            }
            return;
        }
        if let Some(mark) = link.mark.and_then(|at| self.marks.get_mut(at)) {
            mark.mark = Mark::Gone;
        }
        if !leads(&link.url) || self.pictures > 0 || self.manner.links == Links::Words || text == url {
            return;
        }
        let url = url.to_owned();
        if is_address {
            self.truncate(link.from);
        }
        self.addresses.push(Address { at: self.line.len(), url, bare: is_address });
    }

    /// Whether `link` is a mention of LinkedIn, `@[Name](urn:li:…)`, and goes to
    /// it: then it stands in the line as it was written.
    fn keeps_mention(&mut self, link: &Link) -> bool {
        let at = link.from.wrapping_sub(1);
        let own = self.line.get(at..).filter(|own| own.starts_with('@'));
        let Some(own) = own.filter(|_| self.manner.dialect == Dialect::LinkedIn && self.pictures == 0) else {
            return false;
        };
        let mention = format!("@[{}]({})", own.get(1..).unwrap_or(""), link.url);
        // What else LinkedIn would read there is no mention.
        let whole = Entity { range: 0..mention.len(), kind: EntityKind::Mention };
        if entities(&mention, Dialect::LinkedIn) != [whole] {
            return false;
        }
        // Marks within the name would tear it; LinkedIn shows none.
        self.line.truncate(at);
        self.line.push_str(&mention);
        true
    }

    /// Ends the marks that began behind the one at `at`.
    pub(super) fn close_within(&mut self, at: usize) {
        let first = self.open.iter().position(|(_, mark)| mark.is_some_and(|mark| mark > at));
        if let Some((kind, _)) = first.and_then(|first| self.open.get(first)) {
            let kind = kind.clone();
            self.close(&kind);
        }
    }

    pub(super) fn truncate(&mut self, at: usize) {
        self.line.truncate(at);
        self.addresses.retain(|address| address.at < at);
        for marked in &mut self.marks {
            marked.range = marked.range.start.min(at)..marked.range.end.min(at);
        }
    }
}

/// Addresses that lead out of the page without a host, as a text says them: a
/// number and a mailbox are known by their look, anything else by its scheme.
const SAID: &[(&str, bool)] = &[
    ("mailto:", true),
    ("tel:", true),
    ("sms:", false),
    ("sip:", false),
    ("sips:", false),
    ("xmpp:", false),
    ("geo:", false),
];

fn said(url: &str) -> Option<(&'static str, bool)> {
    let begins = |scheme: &str| url.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme));
    SAID.iter().copied().find(|(scheme, _)| begins(scheme))
}

/// Whether `url` leads anywhere outside of the page: not `#part` and `other.md`.
fn leads(url: &str) -> bool {
    said(url).is_some() || url.contains("://")
}

/// `url` as people say it.
fn as_said(url: &str) -> &str {
    let bare = said(url).filter(|(_, bare)| *bare);
    bare.and_then(|(scheme, _)| url.get(scheme.len()..)).unwrap_or(url)
}
