//! What each generator wants of a content file: its name, where images lie,
//! and which characters in the text would run as its template language.
//!
//! Facts: gohugo.io, getzola.org, jekyllrb.com and 11ty.dev, their pages on
//! front matter, content files, dates and permalinks, read in 2026.

use jiff::Zoned;

/// Whose files are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Hugo: a leaf bundle, TOML front matter.
    Hugo,
    /// Zola: a folder with `index.md` and assets, TOML front matter.
    Zola,
    /// Jekyll: `YYYY-MM-DD-slug.md`, YAML front matter, images in `assets`.
    Jekyll,
    /// Eleventy: a folder with `index.md`, YAML front matter.
    Eleventy,
    /// A page that needs no generator, with list and feed.
    Html,
}

impl Preset {
    /// What `preset = …` may say.
    pub const NAMES: &'static [&'static str] = &["hugo", "zola", "jekyll", "eleventy", "html"];

    /// The preset of that name.
    pub fn named(name: &str) -> Option<Preset> {
        let presets = [Preset::Hugo, Preset::Zola, Preset::Jekyll, Preset::Eleventy, Preset::Html];
        presets.into_iter().find(|preset| preset.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Hugo => "hugo",
            Preset::Zola => "zola",
            Preset::Jekyll => "jekyll",
            Preset::Eleventy => "eleventy",
            Preset::Html => "html",
        }
    }

    /// The content file, from the channel's folder on.
    pub fn file(self, slug: &str, date: &Zoned) -> String {
        match self {
            Preset::Hugo | Preset::Zola | Preset::Eleventy => format!("{slug}/index.md"),
            // Jekyll silently skips posts whose names look otherwise.
            Preset::Jekyll => format!("{}-{slug}.md", date.strftime("%Y-%m-%d")),
            Preset::Html => format!("{slug}/index.html"),
        }
    }

    /// Endings of files that the generator makes pages of, as far as it needs no
    /// plugin; in lower case.
    pub fn page_endings(self) -> &'static [&'static str] {
        match self {
            Preset::Hugo => &[
                "md", "markdown", "mdown", "html", "htm", "adoc", "asciidoc", "ad", "pandoc", "pdc", "org",
                "rst",
            ],
            Preset::Zola => &["md"],
            Preset::Jekyll => &["md", "markdown", "mkd", "mkdn", "mkdown", "html", "htm", "textile"],
            Preset::Eleventy => &[
                "md", "html", "liquid", "njk", "hbs", "mustache", "ejs", "haml", "pug", "webc", "11ty.js",
                "11ty.cjs", "11ty.mjs",
            ],
            Preset::Html => &["html"],
        }
    }

    /// `markdown` with everything that the generator would run as a template
    /// taken as text: the body of a message is never a template.
    pub fn escape(self, markdown: &str) -> String {
        match self {
            Preset::Hugo => {
                let angle = mark_comment(markdown, "{{<", ">}}");
                mark_comment(&angle, "{{%", "%}}")
            }
            Preset::Zola => {
                let inline = mark_comment(markdown, "{{", "}}");
                let ends = |tag: &str| tag.trim_start_matches('-').trim_start().starts_with("end");
                if inline.split("{%").skip(1).any(ends) { mark_comment(&inline, "{%", "%}") } else { inline }
            }
            // Liquid runs before Markdown, in code too. A quoted brace prints
            // itself; `raw` would end at an `endraw` in the text.
            Preset::Jekyll => escape_liquid(markdown),
            // `templateEngineOverride: md` in the front matter turns templates off.
            Preset::Eleventy | Preset::Html => markdown.to_owned(),
        }
    }
}

/// `{{< x >}}` → `{{</* x */>}}`: how Hugo and Zola write a shortcode that is
/// text. An opening without its end is broken up, or the build would stop.
fn mark_comment(text: &str, open: &str, close: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(start) = rest.find(open) {
        out.push_str(&rest[..start]);
        let inner = &rest[start + open.len()..];
        match inner.find(close) {
            Some(end) => {
                let inner_text = &inner[..end];
                out.push_str(open);
                // Marked already by the user, who knows the generator.
                if inner_text.len() >= 4 && inner_text.starts_with("/*") && inner_text.ends_with("*/") {
                    out.push_str(inner_text);
                } else {
                    out.push_str(&format!("/*{inner_text}*/"));
                }
                out.push_str(close);
                rest = &inner[end + close.len()..];
            }
            None => {
                out.push_str("{&#123;");
                out.push_str(open.trim_start_matches('{'));
                rest = inner;
            }
        }
    }
    out.push_str(rest);
    out
}

fn escape_liquid(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(start) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        out.push_str(&rest[..start]);
        out.push_str(if rest[start..].starts_with("{{") { "{{ \"{{\" }}" } else { "{{ \"{%\" }}" });
        rest = &rest[start + 2..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_languages_do_not_run_in_the_body() {
        let hugo = |text| Preset::Hugo.escape(text);
        assert_eq!(hugo("a {{< x \"y\" >}} b"), "a {{</* x \"y\" */>}} b");
        assert_eq!(hugo("{{% x %}}"), "{{%/* x */%}}");
        assert_eq!(hugo("{{</* x */>}}"), "{{</* x */>}}");
        assert_eq!(hugo("open {{< x"), "open {&#123;< x");
        assert_eq!(hugo("{{ .Title }}"), "{{ .Title }}");
        let zola = |text| Preset::Zola.escape(text);
        assert_eq!(zola("{{ youtube(id=\"a\") }}"), "{{/* youtube(id=\"a\") */}}");
        assert_eq!(zola("{% q() %}a{% end %}"), "{%/* q() */%}a{%/* end */%}");
        assert_eq!(zola("100 {% of it"), "100 {% of it");
        let jekyll = |text| Preset::Jekyll.escape(text);
        assert_eq!(jekyll("{{ a }} {% b %}"), "{{ \"{{\" }} a }} {{ \"{%\" }} b %}");
        assert_eq!(jekyll("{{% endraw %}"), "{{ \"{{\" }}% endraw %}");
        assert_eq!(jekyll("plain { } %"), "plain { } %");
    }

    #[test]
    fn files_are_named_as_the_generator_wants() {
        let date = "2026-02-03T00:30:00[Europe/Berlin]".parse::<Zoned>().unwrap();
        assert_eq!(Preset::Jekyll.file("a-b", &date), "2026-02-03-a-b.md");
        assert_eq!(Preset::Hugo.file("a-b", &date), "a-b/index.md");
        for name in Preset::NAMES {
            assert_eq!(Preset::named(name).unwrap().name(), *name);
        }
    }
}
