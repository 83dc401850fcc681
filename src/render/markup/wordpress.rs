//! WordPress: HTML, and the blocks of its editor.
//!
//! A `[` in a text would begin a shortcode and run what it names, so it is
//! written as an entity, which readers see as the bracket that it is. Markup
//! of blocks beyond paragraphs is as current versions write it (unverified for
//! old ones); where it is not, the page still reads, only the editor asks.

use super::gfm;
use super::layout::layout;
use super::manner::PLAIN;
use super::{Image, Written};
use crate::render::html;
use crate::text::{escape, late};
use pulldown_cmark::{Alignment, CowStr, Event, Tag, TagEnd};

/// HTML without blocks. Lines are not broken within a paragraph: WordPress
/// would break them for readers too.
pub(super) fn html(markdown: &str) -> Written {
    let text = html::by(markdown, html::cleaner(), html::RAW_TAGS);
    Written { text: no_shortcodes(&text), images: files(markdown), ..Written::default() }
}

/// Blocks.
pub(super) fn blocks(markdown: &str) -> Written {
    let mut writer = Writer::default();
    let mut raw = 0;
    for event in gfm::events(markdown) {
        let event = match event {
            Event::SoftBreak => Some(Event::Text(" ".into())),
            other => html::within(&mut raw, html::RAW_TAGS, other),
        };
        if let Some(event) = event {
            writer.event(event);
        }
    }
    writer.end_leaf();
    let text = late::in_html(writer.out.trim_end());
    Written { text: no_shortcodes(&text), images: files(markdown), ..Written::default() }
}

fn no_shortcodes(html: &str) -> String {
    html.replace('[', "&#91;")
}

/// Pictures that are files of the message: the text names them, and somebody
/// has to put them there.
fn files(markdown: &str) -> Vec<Image> {
    let mut images = layout(markdown, &PLAIN).images;
    images.retain(|image| !image.url.contains("://"));
    images.iter_mut().for_each(|image| image.at = 0);
    images
}

#[derive(Default)]
struct Writer<'a> {
    out: String,
    /// The running text of the block that is being read.
    leaf: Vec<Event<'a>>,
    /// Which of the blocks around it are lists: an item takes running text and
    /// lists, and nothing else.
    items: usize,
    /// Whether the item that is being read has text already.
    begun: Vec<bool>,
    /// The open lists: the number of the next item, if they are numbered.
    lists: Vec<Option<u64>>,
    /// How deep the list is that was ended in the middle of an item: what stands
    /// below a list within an item has no place in the item's block.
    ended: Option<usize>,
    alignments: Vec<Alignment>,
    column: usize,
    head: bool,
    footnote: Option<CowStr<'a>>,
    html: bool,
    code: Option<String>,
    /// Quotations within the item: it cannot hold their blocks.
    quotes: usize,
}

impl<'a> Writer<'a> {
    fn event(&mut self, event: Event<'a>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Rule => {
                self.end_leaf();
                if self.items == 0 {
                    self.block(
                        "separator",
                        "",
                        "<hr class=\"wp-block-separator has-alpha-channel-opacity\"/>",
                    );
                }
            }
            Event::FootnoteReference(label) => {
                self.leaf.push(Event::Html("<sup>".into()));
                self.leaf.push(Event::Text(format!("[{label}]").into()));
                self.leaf.push(Event::Html("</sup>".into()));
            }
            Event::Text(text) if self.code.is_some() => {
                if let Some(code) = &mut self.code {
                    code.push_str(&text);
                }
            }
            other => self.leaf.push(other),
        }
    }

    fn start(&mut self, tag: Tag<'a>) {
        match tag {
            Tag::Paragraph => self.end_leaf(),
            Tag::Heading { .. } | Tag::HtmlBlock => {
                self.end_leaf();
                self.html = matches!(tag, Tag::HtmlBlock);
            }
            Tag::List(first) => {
                self.end_leaf();
                self.open_list(first);
                self.lists.push(first);
            }
            Tag::Item => {
                if self.ended == Some(self.lists.len()) {
                    self.ended = None;
                    self.open_list(self.lists.last().copied().flatten());
                }
                if let Some(Some(number)) = self.lists.last_mut() {
                    *number = number.saturating_add(1);
                }
                self.out.push_str("<!-- wp:list-item -->\n<li>");
                self.items += 1;
                self.begun.push(false);
            }
            Tag::BlockQuote(_) => {
                self.end_leaf();
                self.leave_item();
                if self.items == 0 {
                    self.out.push_str("<!-- wp:quote -->\n<blockquote class=\"wp-block-quote\">");
                } else {
                    self.quotes += 1;
                }
            }
            Tag::CodeBlock(_) => {
                self.end_leaf();
                self.code = Some(String::new());
            }
            Tag::FootnoteDefinition(label) => {
                self.end_leaf();
                self.footnote = Some(label);
            }
            Tag::Table(alignments) => {
                self.end_leaf();
                self.leave_item();
                self.alignments = alignments;
                if self.items == 0 {
                    self.out.push_str("<!-- wp:table -->\n<figure class=\"wp-block-table\"><table>");
                }
            }
            Tag::TableHead => {
                (self.head, self.column) = (true, 0);
                self.table_tag("<thead><tr>");
            }
            Tag::TableRow => {
                self.column = 0;
                self.table_tag("<tr>");
            }
            Tag::TableCell => {}
            other => self.leaf.push(Event::Start(other)),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.end_leaf(),
            TagEnd::Heading(level) => {
                let inside = self.inside();
                let level = level as usize;
                self.leave_item();
                if self.items > 0 {
                    self.in_item(&format!("<strong>{inside}</strong>"));
                } else if !inside.is_empty() {
                    // Two is what a heading has if nothing is said.
                    let said = if level == 2 { String::new() } else { format!("{{\"level\":{level}}} ") };
                    let tag = format!("<h{level} class=\"wp-block-heading\">{inside}</h{level}>");
                    self.block("heading", &said, &tag);
                }
            }
            TagEnd::HtmlBlock => {
                self.end_leaf();
                self.html = false;
            }
            TagEnd::List(_) => {
                let depth = self.lists.len();
                let tag = if self.lists.pop().flatten().is_some() { "ol" } else { "ul" };
                if self.ended == Some(depth) {
                    self.ended = None;
                    return;
                }
                self.out.push_str(&format!("</{tag}>\n<!-- /wp:list -->"));
                self.out.push_str(if self.items == 0 { "\n\n" } else { "" });
            }
            TagEnd::Item => {
                self.end_leaf();
                if self.ended == Some(self.lists.len()) {
                    return;
                }
                self.out.push_str("</li>\n<!-- /wp:list-item -->");
                self.items = self.items.saturating_sub(1);
                self.begun.pop();
            }
            TagEnd::BlockQuote(_) => {
                self.end_leaf();
                if self.items > 0 {
                    self.quotes = self.quotes.saturating_sub(1);
                } else {
                    let end = self.out.trim_end().len();
                    self.out.truncate(end);
                    self.out.push_str("</blockquote>\n<!-- /wp:quote -->\n\n");
                }
            }
            TagEnd::CodeBlock => {
                let code = escape(self.code.take().unwrap_or_default().trim_end());
                self.leave_item();
                if self.items > 0 {
                    self.in_item(&format!("<code>{}</code>", code.replace('\n', "<br>")));
                } else {
                    let tag = format!("<pre class=\"wp-block-code\"><code>{code}</code></pre>");
                    self.block("code", "", &tag);
                }
            }
            TagEnd::FootnoteDefinition => {
                self.end_leaf();
                self.footnote = None;
            }
            TagEnd::Table => {
                if self.items == 0 {
                    self.out.push_str("</tbody></table></figure>\n<!-- /wp:table -->\n\n");
                }
            }
            TagEnd::TableHead => {
                self.head = false;
                self.table_tag("</tr></thead><tbody>");
            }
            TagEnd::TableRow => self.table_tag("</tr>"),
            TagEnd::TableCell => self.end_cell(),
            other => self.leaf.push(Event::End(other)),
        }
    }

    fn table_tag(&mut self, tag: &str) {
        if self.items == 0 {
            self.out.push_str(tag);
        }
    }

    fn end_cell(&mut self) {
        let inside = self.inside();
        let align = match self.alignments.get(self.column) {
            Some(Alignment::Left) => " class=\"has-text-align-left\" data-align=\"left\"",
            Some(Alignment::Center) => " class=\"has-text-align-center\" data-align=\"center\"",
            Some(Alignment::Right) => " class=\"has-text-align-right\" data-align=\"right\"",
            Some(Alignment::None) | None => "",
        };
        if self.items == 0 {
            let tag = if self.head { "th" } else { "td" };
            self.out.push_str(&format!("<{tag}{align}>{inside}</{tag}>"));
        } else if self.column == 0 {
            self.in_item(&inside);
        } else {
            self.out.push_str(" | ");
            self.out.push_str(&inside);
        }
        self.column += 1;
    }

    /// The running text that has gathered, as HTML.
    fn inside(&mut self) -> String {
        let leaf = std::mem::take(&mut self.leaf);
        if leaf.is_empty() {
            String::new()
        } else {
            html::fragment(leaf.into_iter(), html::cleaner()).trim().to_owned()
        }
    }

    /// Writes the running text that has gathered as the block that it is.
    fn end_leaf(&mut self) {
        let picture = match (self.leaf.first(), self.leaf.last()) {
            (Some(Event::Start(Tag::Image { .. })), Some(Event::End(TagEnd::Image))) => {
                self.leaf.iter().filter(|event| matches!(event, Event::Start(Tag::Image { .. }))).count() == 1
            }
            _ => false,
        };
        let mut inside = self.inside();
        if inside.is_empty() {
            return;
        }
        self.leave_item();
        if let Some(label) = self.footnote.take() {
            inside = format!("<sup>[{}]</sup> {inside}", escape(&label));
        }
        if self.items > 0 {
            let mark = if self.quotes > 0 { "&gt; " } else { "" };
            self.in_item(&format!("{mark}{inside}"));
        } else if self.html {
            if shows(&inside) {
                self.block("html", "", &inside);
            }
        } else if picture {
            self.block("image", "", &format!("<figure class=\"wp-block-image\">{inside}</figure>"));
        } else {
            self.block("paragraph", "", &format!("<p>{inside}</p>"));
        }
    }

    fn open_list(&mut self, first: Option<u64>) {
        let (tag, attributes) = match first {
            Some(1) => ("ol", "{\"ordered\":true} ".to_owned()),
            Some(number) => ("ol", format!("{{\"ordered\":true,\"start\":{number}}} ")),
            None => ("ul", String::new()),
        };
        let start = first.filter(|first| *first != 1);
        let start = start.map_or(String::new(), |number| format!(" start=\"{number}\""));
        self.out.push_str(&format!("<!-- wp:list {attributes}-->\n<{tag}{start} class=\"wp-block-list\">"));
    }

    /// Ends the outermost list where a list within its item has just ended and
    /// more of the item follows; the next item begins it again.
    fn leave_item(&mut self) {
        let outermost = self.items == 1 && self.lists.len() == 1 && self.quotes == 0;
        if !outermost || !self.out.ends_with("<!-- /wp:list -->") {
            return;
        }
        let tag = if self.lists.last().copied().flatten().is_some() { "ol" } else { "ul" };
        self.out.push_str(&format!("</li>\n<!-- /wp:list-item --></{tag}>\n<!-- /wp:list -->\n\n"));
        self.items = 0;
        self.begun.pop();
        self.ended = Some(1);
    }

    /// Another line of an item.
    fn in_item(&mut self, inside: &str) {
        match self.begun.last_mut() {
            Some(begun) if *begun => self.out.push_str("<br>"),
            Some(begun) => *begun = true,
            None => {}
        }
        self.out.push_str(inside);
    }

    fn block(&mut self, name: &str, attributes: &str, inside: &str) {
        self.out.push_str(&format!("<!-- wp:{name} {attributes}-->\n{inside}\n<!-- /wp:{name} -->\n\n"));
    }
}

/// Whether readers see anything of `html`: the tags of a frame around Markdown
/// come alone.
fn shows(html: &str) -> bool {
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        if !text.trim().is_empty() || ["img", "hr"].iter().any(|name| tag.starts_with(name)) {
            return true;
        }
        rest = tag.split_once('>').map_or("", |(_, rest)| rest);
    }
    !rest.trim().is_empty()
}
