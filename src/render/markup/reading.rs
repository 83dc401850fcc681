//! Markdown for people at a terminal: lines that know how they look, for
//! whoever draws them at the width that there is.

use super::encode::{Markup, Place, encode_whole};
use super::facet::FacetKind;
use super::layout::layout;
use super::manner::{CodeBlocks, Heading, Links, Manner, PLAIN, Quote, Tables};
use std::cell::RefCell;

const MANNER: Manner = Manner {
    quote: Quote::Prefix("│ "),
    heading: Heading::Hashes(6),
    links: Links::Marked(&["https://", "http://", "mailto:"]),
    tables: Tables::Aligned,
    code: CodeBlocks::Marked { moved_in: true },
    rule: "────────────────────────",
    styles: true,
    keeps_breaks: false,
    ..PLAIN
};

/// A line that is still to be wrapped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// What stands before it: bullets, numbers, the bars of quotations.
    pub prefix: String,
    /// What it is.
    pub kind: LineKind,
    /// Its words.
    pub pieces: Vec<Piece>,
}

/// The kinds of [`Line`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineKind {
    /// Running text, or nothing.
    #[default]
    Text,
    /// A heading of this level, from 1.
    Heading(usize),
    /// Code, or a table set in columns: its spaces count.
    Code,
    /// A picture: its file or address, and behind it what it shows.
    Picture,
}

/// Words of one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// How they look.
    pub look: Look,
}

/// How words look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Bold.
    pub strong: bool,
    /// In italics.
    pub emphasis: bool,
    /// Struck through.
    pub strike: bool,
    /// Code.
    pub code: bool,
    /// Words that lead somewhere.
    pub link: bool,
    /// Not said by the author there: where a link leads, what a picture shows.
    pub aside: bool,
}

/// `markdown` in lines. Late addresses are in them as they are.
pub fn reading(markdown: &str) -> Vec<Line> {
    let mut layout = layout(markdown, &MANNER);
    let first = layout.images.iter().take_while(|image| image.at == 0).count();
    let writer = Writer::default();
    // The writer puts one byte a line into what is encoded: so the places of the
    // pictures come back as the numbers of lines.
    encode_whole(&mut layout, &writer);
    let mut lines = writer.lines.into_inner();
    lines.push(writer.line.into_inner());
    if lines.last().is_some_and(|line| *line == Line::default()) {
        lines.pop();
    }
    let mut out = Vec::with_capacity(lines.len() + 2 * layout.images.len());
    let mut images = layout.images.iter().enumerate().peekable();
    for (number, line) in lines.into_iter().enumerate() {
        // Before the text, each is followed by a gap; behind words, they follow one.
        while let Some((_, image)) = images.next_if(|(at, _)| *at < first) {
            out.extend([picture(image), Line::default()]);
        }
        out.push(line);
        while let Some((_, image)) = images.next_if(|(_, image)| image.at <= number) {
            out.extend([Line::default(), picture(image)]);
        }
    }
    for (_, image) in images {
        if !out.is_empty() {
            out.push(Line::default());
        }
        out.push(picture(image));
    }
    out
}

fn picture(image: &super::Image) -> Line {
    let alt = if image.alt.is_empty() { &image.title } else { &image.alt };
    let words = if alt.is_empty() { "no alt text".to_owned() } else { format!("“{alt}”") };
    let file = Piece { text: format!("{} ", image.url), look: Look::default() };
    let shows = Piece { text: words, look: Look { aside: true, ..Look::default() } };
    Line { prefix: "▣ ".to_owned(), kind: LineKind::Picture, pieces: vec![file, shows] }
}

#[derive(Default)]
struct Writer {
    lines: RefCell<Vec<Line>>,
    line: RefCell<Line>,
    looks: RefCell<Vec<Look>>,
    block: RefCell<bool>,
}

impl Writer {
    fn look(&self) -> Look {
        self.looks.borrow().last().copied().unwrap_or_default()
    }

    fn words(&self, out: &mut String, text: &str, look: Look) {
        for (at, words) in text.split('\n').enumerate() {
            if at > 0 {
                let line = std::mem::take(&mut *self.line.borrow_mut());
                self.lines.borrow_mut().push(line);
                out.push('\n');
            }
            let mut line = self.line.borrow_mut();
            if *self.block.borrow() {
                line.kind = LineKind::Code;
            }
            if !words.is_empty() {
                line.pieces.push(Piece { text: words.to_owned(), look });
            }
        }
    }
}

impl Markup for Writer {
    fn text(&self, out: &mut String, text: &str, _: bool) {
        self.words(out, text, self.look());
    }

    fn code(&self, out: &mut String, text: &str) {
        self.words(out, text, Look { code: true, ..self.look() });
    }

    fn structure(&self, out: &mut String, text: &str) {
        let hashes = text.strip_suffix(' ').filter(|hashes| hashes.bytes().all(|b| b == b'#'));
        let mut line = self.line.borrow_mut();
        match hashes.filter(|hashes| !hashes.is_empty()) {
            Some(hashes) => line.kind = LineKind::Heading(hashes.len()),
            None if line.pieces.is_empty() && !text.contains('\n') => line.prefix.push_str(text),
            None => {
                drop(line);
                self.words(out, text, self.look());
            }
        }
    }

    fn open(&self, _: &mut String, kind: &FacetKind, _: &Place<'_>) {
        let mut look = self.look();
        match kind {
            FacetKind::Strong => look.strong = true,
            FacetKind::Emphasis => look.emphasis = true,
            FacetKind::Strike => look.strike = true,
            FacetKind::Code => look.code = true,
            FacetKind::Link(_) => look.link = true,
            FacetKind::Block(_) => *self.block.borrow_mut() = true,
            FacetKind::Quote => {}
        }
        self.looks.borrow_mut().push(look);
    }

    fn close(&self, out: &mut String, kind: &FacetKind, _: &Place<'_>) {
        self.looks.borrow_mut().pop();
        match kind {
            FacetKind::Link(url) => {
                let url = url.strip_prefix("mailto:").unwrap_or(url);
                self.words(out, &format!(" ({url})"), Look { aside: true, ..Look::default() });
            }
            FacetKind::Block(_) => *self.block.borrow_mut() = false,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line in one: prefix, kind, and each piece with the letters of its look.
    fn shown(markdown: &str) -> String {
        let line = |line: Line| {
            let kind = match line.kind {
                LineKind::Text => String::new(),
                LineKind::Heading(level) => format!("h{level} "),
                LineKind::Code => "code ".to_owned(),
                LineKind::Picture => "picture ".to_owned(),
            };
            let piece = |Piece { text, look }: &Piece| {
                let marks = [
                    (look.strong, 'b'),
                    (look.emphasis, 'i'),
                    (look.strike, 's'),
                    (look.code, 'c'),
                    (look.link, 'l'),
                    (look.aside, 'a'),
                ];
                let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
                if marks.is_empty() { text.clone() } else { format!("{marks}[{text}]") }
            };
            let pieces: String = line.pieces.iter().map(piece).collect();
            format!("{kind}{}{pieces}", line.prefix)
        };
        reading(markdown).into_iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn an_article_is_lines_with_their_looks() {
        let text = "# Title\n\nSome **bold *and* more**, [words](https://a.example) and `code`.\n\n\
            - one\n  1. two\n\n> said  \n> so\n\n```rust\nlet a;\n\n  b\n```\n\n---\n\n<!-- break -->\n\n\
            - [x] done\n\n  ```\n  in it\n  ```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n";
        insta::assert_snapshot!(shown(text), @r"
        h1 Title

        Some b[bold ]bi[and]b[ more], l[words]a[ (https://a.example)] and c[code].

        • one
          1. two

        │ said
        │ so

        code c[let a;]
        code 
        code c[  b]

        ────────────────────────

        • ☑ done

        code   c[in it]

        code c[a  b]
        code c[-  -]
        code c[1  2]
        ");
    }

    #[test]
    fn pictures_stand_where_their_block_does() {
        insta::assert_snapshot!(shown("![a](0.png)\n\nOne\n\n![](1.png)\n\nTwo ![c](2.png) too\n\n![d](3.png)"), @r"
        picture ▣ 0.png a[“a”]

        One

        picture ▣ 1.png a[no alt text]

        picture ▣ 2.png a[“c”]

        Two too

        picture ▣ 3.png a[“d”]
        ");
        insta::assert_snapshot!(shown("![a](0.png)"), @r"picture ▣ 0.png a[“a”]");
        assert_eq!(reading(""), []);
    }
}
