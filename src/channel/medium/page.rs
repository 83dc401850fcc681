//! The article as Medium's importer and its editor read it: the title as the first
//! heading, the cover below, tables as lists, code between fences, and where it comes
//! from at the end. Pure.
//!
//! Medium keeps headings, paragraphs, quotations, lists, figures, code and links of
//! what is pasted, and no tables (Medium/medium-api-docs, `content`; not verified
//! against its editor of today).

use super::MOST_TAGS;
use crate::channel::markdown_body::below_title;
use crate::channel::outbox::Laid;
use crate::render::{Article, html};
use crate::text::escape;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// What is written for a person: the steps, the page and the Markdown. `files`: the
/// pictures beside them.
pub(in crate::channel) fn texts(article: &Article, files: &[Laid]) -> [String; 3] {
    let markdown = flat(&below_title(&article.markdown, &article.title));
    [steps(article), page(article, &markdown, files), source(article, &markdown, files)]
}

/// What to do, the surest way first: the importer sets the address of the original by
/// itself (Medium's help pages; not verified today).
fn steps(article: &Article) -> String {
    let mut text = String::new();
    if let Some(canonical) = &article.canonical {
        text += &format!(
            "1. Import it: open https://medium.com/p/import and give it the address of the original:\n\n   {canonical}\n\n   \
             Medium fetches text and images, and names the original by itself. Look at tables and code.\n\n\
             2. If that fails, paste it: open https://medium.com/new-story, open the .html file beside this one in a \
             browser, copy all and paste it. Put the images in by hand; their words are in the .alt.txt file. Write \
             the address above into the story's settings, under \"Advanced settings\", as the canonical link.\n"
        );
    } else {
        text += "1. Paste it: open https://medium.com/new-story, open the .html file beside this one in a browser, copy all \
                 and paste it. Put the images in by hand; their words are in the .alt.txt file.\n";
    }
    let tags: Vec<&str> = article.tags.iter().take(MOST_TAGS).map(String::as_str).collect();
    if !tags.is_empty() {
        text += &format!("\nTags: {}\n", tags.join(", "));
    }
    if !article.excerpt.is_empty() {
        text += &format!("\nPreview subtitle: {}\n", article.excerpt);
    }
    text
}

/// The page to paste from.
fn page(article: &Article, markdown: &str, files: &[Laid]) -> String {
    let title = escape(&article.title);
    let mut body = format!("<h1>{title}</h1>\n");
    if let Some(cover) = article.cover.as_ref().filter(|_| !article.has_cover_in_body()) {
        let (file, alt) = (escape(&file(&cover.sha256, &cover.name, files)), escape(&cover.alt));
        body += &format!("<figure><img src=\"{file}\" alt=\"{alt}\"></figure>\n");
    }
    body += &html::with_images(markdown, &mut |address| called(article, address, files));
    if let Some(canonical) = &article.canonical {
        let address = escape(canonical);
        body +=
            &format!("\n<hr>\n<p><em>Originally published at <a href=\"{address}\">{address}</a>.</em></p>");
    }
    let language = escape(&article.language);
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n{body}\n</html>\n"
    )
}

/// The same in Markdown.
fn source(article: &Article, markdown: &str, files: &[Laid]) -> String {
    let mut text = format!("# {}\n\n", article.title);
    if let Some(cover) = article.cover.as_ref().filter(|_| !article.has_cover_in_body()) {
        let file = file(&cover.sha256, &cover.name, files).replace(' ', "%20");
        text += &format!("![{}]({file})\n\n", cover.alt.replace(['[', ']'], ""));
    }
    text += markdown.trim_end().trim_start_matches('\n');
    if let Some(canonical) = &article.canonical {
        text += &format!("\n\n---\n\n*Originally published at <{canonical}>.*");
    }
    text + "\n"
}

fn file(digest: &str, name: &str, files: &[Laid]) -> String {
    Laid::file(files, digest, name).unwrap_or(name).to_owned()
}

fn called(article: &Article, address: &str, files: &[Laid]) -> Option<String> {
    let bare = address.strip_prefix("./").unwrap_or(address).replace("%20", " ");
    let picture = article.media.iter().find(|picture| picture.name == bare)?;
    Some(file(&picture.sha256, &picture.name, files).replace(' ', "%20"))
}

/// `markdown` without what Medium does not keep: tables as lists, a row each, and code
/// by indents between fences.
fn flat(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len() + 64);
    let mut from = 0;
    let mut table = Table::default();
    let mut code: Option<String> = None;
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    let mut depth = 0_usize;
    let mut put = |range: Range<usize>, text: &str| {
        let line = markdown[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let start = if markdown[line..range.start].trim().is_empty() { line } else { range.start };
        if start >= from {
            out.push_str(&markdown[from..start]);
            out.push_str(text);
            from = range.end;
        }
    };
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        match event {
            Event::Start(Tag::List(_) | Tag::BlockQuote(_)) => depth += 1,
            Event::End(TagEnd::List(_) | TagEnd::BlockQuote(_)) => depth = depth.saturating_sub(1),
            Event::Start(Tag::Table(_)) => table = Table::default(),
            Event::Start(Tag::TableHead | Tag::TableRow) => table.rows.push(Vec::new()),
            Event::Start(Tag::TableCell) => {
                let written = markdown.get(range).unwrap_or_default().trim().trim_matches('|').trim();
                table.rows.last_mut().into_iter().for_each(|row| row.push(written.to_owned()));
            }
            // What stands within a list or a quotation has marks of its own before each
            // line: it stays.
            Event::End(TagEnd::Table) if depth == 0 => put(range, &table.as_list()),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) if depth == 0 => code = Some(String::new()),
            Event::Text(text) if code.is_some() => code.iter_mut().for_each(|code| code.push_str(&text)),
            Event::End(TagEnd::CodeBlock) => {
                if let Some(code) = code.take() {
                    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
                    let fence = "`".repeat(longest.max(2) + 1);
                    put(range, &format!("{fence}\n{}\n{fence}\n", code.trim_end_matches('\n')));
                }
            }
            _ => {}
        }
    }
    out.push_str(&markdown[from..]);
    out
}

/// A table's cells as they are written, the head first.
#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    fn as_list(&self) -> String {
        let Some((head, rows)) = self.rows.split_first() else { return String::new() };
        if rows.is_empty() {
            return format!("- {}\n", head.join("; "));
        }
        let mut list = String::new();
        for row in rows {
            let cells = row.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
            let named = cells.map(|(at, cell)| match head.get(at).filter(|name| !name.is_empty()) {
                Some(name) => format!("{name}: {cell}"),
                None => cell.clone(),
            });
            list += &format!("- {}\n", named.collect::<Vec<_>>().join("; "));
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::fixture;
    use crate::render::Picture;

    #[test]
    fn tables_become_lists_and_code_gets_fences() {
        let written = "Hi.\n\n| a | **b** |\n|---|---|\n| 1 | `x` |\n| 2 |  |\n\nBye.\n\n    let a = \"```\";\n\nEnd.\n";
        assert_eq!(
            flat(written),
            "Hi.\n\n- a: 1; **b**: `x`\n- a: 2\n\nBye.\n\n````\nlet a = \"```\";\n````\n\nEnd.\n"
        );
        for same in ["> | a |\n> |---|\n> | 1 |\n", "```\n| a |\n```\n", "- x\n\n      code\n"] {
            assert_eq!(flat(same), same);
        }
    }

    /// Two images may have the same bytes, as placeholders have.
    #[test]
    fn each_image_keeps_its_own_file() {
        let mut article = fixture::article();
        let first = article.media[0].clone();
        article.cover = None;
        article.media = vec![
            Picture { name: "pot.png".to_owned(), ..first.clone() },
            Picture { name: "bowl.png".to_owned(), ..first.clone() },
        ];
        article.markdown = "![A](pot.png)\n\n![B](bowl.png)\n".to_owned();
        let laid =
            |name: &str| Laid { digest: first.sha256.clone(), name: name.to_owned(), file: name.to_owned() };
        let [_, page, source] = texts(&article, &[laid("pot.png"), laid("bowl.png")]);
        for name in ["pot.png", "bowl.png"] {
            assert_eq!(
                (page.matches(name).count(), source.matches(name).count()),
                (1, 1),
                "{page}\n{source}"
            );
        }
    }

    #[test]
    fn the_page_has_title_cover_and_where_it_comes_from() {
        let article = Article {
            canonical: Some("https://acme.example/blog/?a&b".to_owned()),
            markdown: "# Rocket 2: \"it lands\" # really\n\nIt **landed**.\n".to_owned(),
            html: "<p>It <strong>landed</strong>.</p>".to_owned(),
            ..fixture::article()
        };
        let picture = &article.media[0];
        let (digest, name) = (picture.sha256.clone(), picture.name.clone());
        let files = [Laid { digest, name, file: "rocket-1.png".to_owned() }];
        let [steps, page, source] = texts(&article, &files);
        assert!(page.contains("<h1>Rocket 2: &quot;it lands&quot; # really</h1>\n<figure><img src=\"rocket-1.png\" alt=\"Alt of"), "{page}");
        assert_eq!(page.matches("<h1>").count() + page.matches("<h2>").count(), 1, "{page}");
        assert!(
            page.contains("Originally published at <a href=\"https://acme.example/blog/?a&amp;b\">"),
            "{page}"
        );
        assert!(
            source.starts_with(
                "# Rocket 2: \"it lands\" # really\n\n![Alt of rocket.png](rocket-1.png)\n\nIt **landed**."
            ),
            "{source}"
        );
        assert!(
            source.ends_with("*Originally published at <https://acme.example/blog/?a&b>.*\n"),
            "{source}"
        );
        let import = steps.find("medium.com/p/import").unwrap();
        assert!(
            import < steps.find("new-story").unwrap() && steps.contains("https://acme.example/blog/?a&b"),
            "{steps}"
        );
        let [steps, page, _] = texts(&Article { canonical: None, ..article }, &files);
        assert!(!steps.contains("p/import") && !page.contains("Originally"), "{steps}");
    }
}
