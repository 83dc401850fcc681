//! Marks and links within a line: each ends where it should, and none overlaps another.

use super::super::facet::{FacetKind, Mark, Marked};
use super::super::manner::Links;
use super::address::Address;
use super::{LONGEST_URL, Link, Writer};

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
        let url = &url.trim().replace(' ', "%20");
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
        let text = self.line.get(link.from..).unwrap_or("").trim();
        let url = link.url.strip_prefix("mailto:").unwrap_or(&link.url);
        // What leads nowhere outside of the page is left out: `#part`, `other.md`.
        let leads = link.url.starts_with("mailto:") || link.url.contains("://");
        let bare = url.trim_end_matches('/');
        let is_address =
            text.is_empty() || text.trim_end_matches('/') == bare || bare.ends_with(&format!("://{text}"));
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
        if !leads || self.pictures > 0 || self.manner.links == Links::Words || text == url {
            return;
        }
        let url = url.to_owned();
        if is_address {
            self.truncate(link.from);
        }
        self.addresses.push(Address { at: self.line.len(), url, bare: is_address });
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
