//! Blocks that are not lines of the author's words: quotations and code.

use super::super::facet::{FacetKind, Mark, Marked};
use super::super::manner::{CodeBlocks, Quote};
use super::{Container, SectionKind, Writer};
use crate::text::BREAK;

impl Writer<'_> {
    pub(super) fn start_quote(&mut self) {
        let inner = !self.quotes.is_empty();
        // An outlet that knows quotations knows them at the start of a line only.
        let stands_out = !inner && self.manner.code.stands_out();
        if stands_out {
            self.bullet_alone();
        }
        self.around.push(stands_out.then(|| std::mem::take(&mut self.containers)));
        let prefix = match self.manner.quote {
            Quote::Bare => "",
            Quote::Prefix(prefix) => prefix,
            Quote::Marked if inner => "> ",
            Quote::Marked => {
                let start = self.out.text.len();
                self.out.marks.push(Marked::new(Mark::Facet(FacetKind::Quote), start..start));
                self.quotes.push(Some(self.out.marks.len() - 1));
                return;
            }
        };
        self.quotes.push(None);
        self.containers.push(Container::new(prefix, prefix));
    }

    /// Says the word of an alert, if one is still to be said.
    pub(super) fn say_alert(&mut self) -> bool {
        let Some(word) = self.alert.take() else { return false };
        self.open(FacetKind::Strong);
        self.text(word);
        self.close(&FacetKind::Strong);
        true
    }

    pub(super) fn end_quote(&mut self) {
        let end = self.out.text.len();
        match self.quotes.pop() {
            Some(Some(quote)) => self.close_quote(quote, end),
            Some(None) => {
                self.containers.pop();
            }
            None => {}
        }
        if let Some(Some(around)) = self.around.pop() {
            self.containers = around;
        }
    }

    /// Writes the mark at which a thread breaks, on a line of its own whatever it
    /// stands in: a quotation ends before it and begins again behind it, so that
    /// each part stands alone.
    pub(super) fn thread_break(&mut self) {
        if self.blocks_around() {
            let from = self.section.take().unwrap_or(self.out.text.len());
            self.end_section(SectionKind::Text, from);
        }
        let end = self.out.text.len();
        for at in 0..self.quotes.len() {
            if let Some(Some(quote)) = self.quotes.get(at).copied() {
                self.close_quote(quote, end);
            }
        }
        // No bullet and no bar stands before it, nor in the blank lines around it.
        let containers = std::mem::take(&mut self.containers);
        self.structure(BREAK);
        self.flush(true);
        self.containers = containers;
        if !self.blocks_around() {
            return;
        }
        let from = self.section.take().unwrap_or(self.out.text.len());
        self.end_section(SectionKind::Text, from);
        // The blank line behind it is none of the quotation, as that begins anew.
        for container in self.containers.iter_mut().filter(|own| own.first == own.rest) {
            container.used = false;
        }
        let start = self.out.text.len();
        for quote in self.quotes.iter_mut().flatten() {
            self.out.marks.push(Marked::new(Mark::Facet(FacetKind::Quote), start..start));
            *quote = self.out.marks.len() - 1;
        }
    }

    /// Whether what is written now stands in a block of blocks: its own block of
    /// HTML is one.
    fn blocks_around(&self) -> bool {
        self.blocks > 1
    }

    /// Ends the mark `quote` at `end`, and begins it where its text does.
    fn close_quote(&mut self, quote: usize, end: usize) {
        if let Some(quote) = self.out.marks.get_mut(quote) {
            let text = self.out.text.get(quote.range.start..).unwrap_or("");
            let start = end - text.trim_start_matches('\n').len();
            quote.range = start..end;
        }
    }

    /// Writes a block of code.
    pub fn code_block(&mut self, text: &str, language: &str) {
        // The longest names of languages have some twenty letters.
        let named = language.len() <= 32
            && language.chars().all(|c| c.is_ascii_alphanumeric() || "+-_.#".contains(c));
        let language = if named { language } else { "" };
        self.code = true;
        if self.manner.code.stands_out() && !text.is_empty() {
            self.bullet_alone();
        }
        let moved_in = self.manner.code == CodeBlocks::Indented;
        if moved_in && self.manner.styles && self.after_list && self.containers.is_empty() && !text.is_empty()
        {
            // Code below a list would be part of its last item.
            self.structure("&#x200B;");
            self.flush(true);
        }
        match self.manner.code {
            CodeBlocks::Bare => self.verbatim(text),
            CodeBlocks::Indented => {
                self.containers.push(Container::new("    ", "    "));
                self.verbatim(text);
                self.flush(true);
                self.containers.pop();
            }
            CodeBlocks::Fenced { language: shown } if !text.is_empty() => {
                self.structure(&format!("```{}", if shown { language } else { "" }));
                self.line.push('\n');
                // Three backticks would end it: something without width goes between.
                self.verbatim(&text.replace("```", "`\u{200b}``"));
                self.line.push('\n');
                self.structure("```");
            }
            CodeBlocks::Marked { .. } if !text.is_empty() => {
                let start = self.line.len();
                let end = start + text.len();
                self.marks.push(Marked::new(Mark::Facet(FacetKind::Block(language.to_owned())), start..end));
                self.line.push_str(text);
            }
            CodeBlocks::Fenced { .. } | CodeBlocks::Marked { .. } => {}
        }
        self.flush(true);
        self.code = false;
    }

    fn verbatim(&mut self, text: &str) {
        let start = self.line.len();
        self.line.push_str(text);
        self.marks.push(Marked::new(Mark::Verbatim, start..self.line.len()));
    }

    /// Writes what stands before a line as a line of its own, if it is not
    /// written yet and shows anything: what follows stands in no line of it.
    fn bullet_alone(&mut self) {
        // A quotation's mark is no bullet: it stands before the next line as well.
        let bullet = |own: &Container| !own.first.trim().is_empty() && own.rest.trim().is_empty();
        if !self.containers.iter().any(|own| !own.used && bullet(own)) {
            return;
        }
        self.out.text.push_str(if self.out.text.is_empty() { "" } else { "\n" });
        if self.gap && !self.out.text.is_empty() {
            self.gap_line();
        }
        self.section.get_or_insert(self.out.text.len());
        let marks = self.out.marks.len();
        self.prefix();
        let end = self.out.text.trim_end_matches(' ').len();
        self.out.text.truncate(end);
        for marked in self.out.marks.iter_mut().skip(marks) {
            marked.range = marked.range.start.min(end)..marked.range.end.min(end);
        }
        self.gap = false;
    }
}
