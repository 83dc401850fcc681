//! Running text only: what sentences can be taken from.

use super::Writer;
use pulldown_cmark::{Event, Tag, TagEnd};

impl Writer<'_> {
    /// Whether `event` is no running text, and remembers how deep in it we are.
    pub(super) fn leaves_out(&mut self, event: &Event<'_>) -> bool {
        match event {
            Event::Start(
                Tag::Heading { .. }
                | Tag::List(_)
                | Tag::CodeBlock(_)
                // A quotation without its marks would be said by the house itself.
                | Tag::BlockQuote(_)
                | Tag::Table(_)
                | Tag::FootnoteDefinition(_),
            ) => self.left_out += 1,
            Event::End(
                TagEnd::Heading(_)
                | TagEnd::List(_)
                | TagEnd::CodeBlock
                | TagEnd::BlockQuote(_)
                | TagEnd::Table
                | TagEnd::FootnoteDefinition,
            ) => {
                self.left_out = self.left_out.saturating_sub(1);
                return true;
            }
            Event::Html(_) => return true,
            Event::FootnoteReference(_) => return true,
            _ => {}
        }
        self.left_out > 0
    }
}
