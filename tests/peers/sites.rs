//! Sites that Hugo, Jekyll and Eleventy build of what `static-site` writes, read
//! as a reader gets them: the generator's own output, never the content file.
//!
//! There is no answer that could be lost: what is written lies on this disk, and
//! whether it is there can be looked at. So the program is killed between files
//! instead, wherever that is.
//!
//! The layouts print what a theme prints, and who the generator is.

use crate::house::{House, rungs, signal};
use crate::peer::script;
use crate::pictures::png;
use crate::traps::{BODY, SAID, TITLE, plain};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// What one of them needs to build a site.
struct Generator {
    name: &'static str,
    directory: &'static str,
    layout: &'static str,
    /// Below `site/`.
    files: &'static [(&'static str, &'static str)],
    /// What an image may be called.
    third: &'static str,
    /// A page of somebody else's with the slug `theirs`, below `site/`: as many as
    /// there are ways to write it.
    theirs: &'static [&'static str],
}

static HUGO: Generator = Generator {
    name: "hugo",
    directory: "site/content/posts",
    layout: "single",
    files: &[
        (
            "config.toml",
            "baseURL = \"https://acme.example/\"\n[permalinks]\nposts = \"/:year/:month/:day/:slug/\"\n",
        ),
        (
            "layouts/_default/single.html",
            r#"<!DOCTYPE html><html lang="{{ .Params.language }}"><head><title>{{ .Title }}</title>
<meta name="generator" content="Hugo {{ hugo.Version }}"><meta name="description" content="{{ .Description }}">
<link rel="canonical" href="{{ with .Params.canonical }}{{ . }}{{ else }}{{ .Permalink }}{{ end }}"></head>
<body><h1>{{ .Title }}</h1><time datetime="{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}"></time>
<ul>{{ range .Params.tags }}<li>{{ . }}</li>{{ end }}</ul>
{{ with .Resources.Get (.Params.cover | default "none") }}<img class="cover" src="{{ .RelPermalink }}" alt="{{ $.Params.cover_alt }}">{{ end }}
<article>{{ .Content }}</article></body></html>
"#,
        ),
    ],
    third: "Große Bühne 1.png",
    theirs: &[
        "content/posts/theirs/index.md",
        "content/posts/theirs.md",
        "content/posts/theirs/_index.md",
        "content/posts/theirs.html",
    ],
};

static JEKYLL: Generator = Generator {
    name: "jekyll",
    directory: "site/_posts",
    layout: "post",
    files: &[
        ("_config.yml", "permalink: /:year/:month/:day/:title/\ntimezone: Europe/Berlin\n"),
        (
            "_layouts/post.html",
            r#"<!DOCTYPE html><html lang="{{ page.language }}"><head><title>{{ page.title | escape }}</title>
<meta name="generator" content="Jekyll {{ jekyll.version }}"><meta name="description" content="{{ page.description | escape }}">
<link rel="canonical" href="{% if page.canonical %}{{ page.canonical }}{% else %}https://acme.example{{ page.url }}{% endif %}"></head>
<body><h1>{{ page.title | escape }}</h1><time datetime="{{ page.date | date_to_xmlschema }}"></time>
<ul>{% for tag in page.tags %}<li>{{ tag | escape }}</li>{% endfor %}</ul>
{% if page.image %}<img class="cover" src="{{ page.image | relative_url }}" alt="{{ page.cover_alt | escape }}">{% endif %}
<article>{{ content }}</article></body></html>
"#,
        ),
    ],
    third: "Große Bühne 1.png",
    theirs: &[
        "_posts/2026-01-02-theirs.md",
        "_posts/2026-01-02-theirs.markdown",
        "_posts/2026-01-02-theirs.html",
    ],
};

static ELEVENTY: Generator = Generator {
    name: "eleventy",
    directory: "site/posts",
    layout: "post.liquid",
    files: &[
        (
            "eleventy.config.js",
            "module.exports = (config) => { config.addPassthroughCopy(\"posts/**/*.png\", { mode: \"html-relative\" }) }\n",
        ),
        (
            "_includes/post.liquid",
            r#"<!DOCTYPE html><html lang="{{ language }}"><head><title>{{ title | escape }}</title>
<meta name="generator" content="{{ eleventy.generator }}"><meta name="description" content="{{ description | escape }}">
<link rel="canonical" href="{% if canonical %}{{ canonical }}{% else %}https://acme.example{{ page.url | url }}{% endif %}"></head>
<body><h1>{{ title | escape }}</h1><time datetime="{{ page.date | date: "%Y-%m-%dT%H:%M:%S%z" }}"></time>
<ul>{% for tag in tags %}<li>{{ tag | escape }}</li>{% endfor %}</ul>
{% if image %}<img class="cover" src="{{ image }}" alt="{{ cover_alt | escape }}">{% endif %}
<article>{{ content }}</article></body></html>
"#,
        ),
    ],
    // Eleventy looks for `Gro%C3%9Fe%20…`, and fails.
    third: "grosse-buehne_1.png",
    theirs: &["posts/theirs/index.md", "posts/theirs.md", "posts/theirs.html", "posts/theirs/index.njk"],
};

/// The tests of each, under its name.
macro_rules! of_each {
    ($($module:ident: $generator:expr,)*) => {$(
        mod $module {
            #[test]
            #[ignore = "needs the generators of LADDER_PEERS, and python3"]
            fn shows_what_was_written_once() {
                super::shows_what_was_written_once(&$generator);
            }

            #[test]
            #[ignore = "needs the generators of LADDER_PEERS, and python3"]
            fn takes_every_word_as_a_word() {
                super::takes_every_word_as_a_word(&$generator);
            }

            #[test]
            #[ignore = "needs the generators of LADDER_PEERS, and python3"]
            fn shows_a_page_of_somebody_else_as_it_was() {
                super::shows_a_page_of_somebody_else_as_it_was(&$generator);
            }

            #[test]
            #[ignore = "needs the generators of LADDER_PEERS, and python3"]
            fn shows_no_half_page_wherever_the_program_is_killed() {
                super::shows_no_half_page_wherever_the_program_is_killed(&$generator);
            }
        }
    )*};
}

of_each! {
    hugo: super::HUGO,
    jekyll: super::JEKYLL,
    eleventy: super::ELEVENTY,
}

/// What an article can have. Half past midnight in Berlin is another day elsewhere.
const MESSAGE: &str = r#"+++
title = "Größe: \"m\" & <2> 🚀"
summary = "It landed [again] & how: öfter."
tags = ["rocketry", "Rocket & Science", "Größe: 2"]
publish_at = "2026-01-02 00:30"
[[media]]
file = "cover.png"
alt = "The cover \"rocket\": Größe"
[[media]]
file = "pad.png"
alt = "The pad & the sea"
[[media]]
file = "THIRD"
alt = "Die Bühne"
+++
It **landed** [gallery] at <https://acme.example/?a=1&b=2>.

![The pad & the sea](pad.png)

![Die Bühne](<THIRD>)

## How & why

| a | b |
|---|--:|
| 1 | 2 |

> Grüße, 日本 🚀

End.
"#;

fn message(generator: &Generator) -> String {
    MESSAGE.replace("THIRD", generator.third)
}

/// A project, and the site that its one rung writes into.
struct Site {
    house: House,
    generator: &'static Generator,
}

impl Site {
    fn new(generator: &'static Generator) -> Site {
        let table = format!(
            "\n[channels.blog]\nadapter = \"static-site\"\npreset = \"{}\"\ndirectory = \"{}\"\nlayout = \"{}\"\n\
             url = \"https://acme.example/{{year}}/{{month}}/{{day}}/{{slug}}/\"\nlive = false\n",
            generator.name, generator.directory, generator.layout
        );
        let house = House::new(&table, &rungs(&["blog"]));
        house.edit("ladder.toml", "timezone = \"UTC\"", "timezone = \"Europe/Berlin\"");
        house.write("messages/m.md", &message(generator));
        for (seed, name) in (40..).zip(["cover.png", "pad.png", generator.third]) {
            std::fs::write(house.path(&format!("messages/{name}")), png(64, 48, seed)).unwrap();
        }
        for (name, text) in generator.files {
            house.write(&format!("site/{name}"), text);
        }
        Site { house, generator }
    }

    /// The whole site made anew.
    fn build(&self) {
        let out = self.house.path("out");
        if out.exists() {
            std::fs::remove_dir_all(&out).unwrap();
        }
        // The script installs a generator that is not there: once.
        static BUILDING: Mutex<()> = Mutex::new(());
        let _one = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
        let mut command = Command::new("bash");
        command.arg(script("ssg.sh")).arg(self.generator.name).arg(self.house.path("site")).arg(&out);
        let built = command.output().unwrap();
        assert!(
            built.status.success(),
            "{} cannot be had, or does not build this:\n{}\n{}",
            self.generator.name,
            String::from_utf8_lossy(&built.stdout),
            String::from_utf8_lossy(&built.stderr)
        );
    }

    /// Everything that lies in the site's folder, by its path.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let read = |file: String| {
            let bytes = std::fs::read(self.house.path(&file)).unwrap();
            (file, bytes)
        };
        let own = |file: &String| !file.ends_with(".hugo_build.lock");
        self.house.files("site").into_iter().filter(own).map(read).collect()
    }

    fn delivery(&self, message: &str) -> Value {
        let all = self.house.status()["deliveries"].as_array().unwrap().clone();
        let of_it = all.into_iter().filter(|delivery| delivery["message"] == message);
        of_it.max_by_key(|delivery| delivery["generation"].as_u64()).unwrap()
    }

    /// Where the page that `ladder` named stands in what was built.
    fn place(&self, message: &str) -> PathBuf {
        let delivery = self.delivery(message);
        let url = delivery["url"].as_str().unwrap_or_else(|| panic!("no address: {delivery}"));
        self.built(url, self.house.root()).join("index.html")
    }

    /// What a browser would fetch of `address` on the page in `folder`.
    fn built(&self, address: &str, folder: &Path) -> PathBuf {
        let path = address.strip_prefix("https://acme.example").unwrap_or(address);
        let mut bytes = Vec::new();
        let mut rest = path.as_bytes();
        while let Some((&first, more)) = rest.split_first() {
            let code = (first == b'%').then(|| std::str::from_utf8(more.get(..2)?).ok()).flatten();
            let code = code.and_then(|code| u8::from_str_radix(code, 16).ok());
            bytes.push(code.unwrap_or(first));
            rest = if code.is_some() { &more[2..] } else { more };
        }
        let path = String::from_utf8(bytes).unwrap();
        match path.strip_prefix('/') {
            Some(path) => self.house.path("out").join(path),
            None => folder.join(path),
        }
    }

    /// The page of a message, read by Python.
    fn page(&self, message: &str) -> Value {
        let place = self.place(message);
        let ran = Command::new("python3").arg("-c").arg(READ).arg(&place).output().unwrap();
        assert!(
            ran.status.success(),
            "{}: there are {:?}: {}",
            place.display(),
            self.house.files("out"),
            String::from_utf8_lossy(&ran.stderr)
        );
        serde_json::from_slice(&ran.stdout).unwrap()
    }

    /// The whole page of [`MESSAGE`], with these words.
    fn assert_whole(&self, words: &str) {
        let page = self.page("m");
        assert_eq!(page["title"], "Größe: \"m\" & <2> 🚀", "{page:#}");
        assert_eq!(page["description"], "It landed [again] & how: öfter.");
        assert_eq!(page["language"], "en");
        let tags: Vec<_> = page["tags"].as_array().unwrap().iter().filter(|tag| **tag != "posts").collect();
        assert_eq!(tags, [&json!("rocketry"), &json!("Rocket & Science"), &json!("Größe: 2")]);
        let date: jiff::Timestamp = page["date"].as_str().unwrap().parse().unwrap();
        assert_eq!(date.to_string(), "2026-01-01T23:30:00Z");
        let said = plain(page["words"].as_str().unwrap());
        for piece in
            [words, "[gallery] at https://acme.example/?a=1&b=2", "How & why", "Grüße, 日本 🚀", "End."]
        {
            assert!(said.contains(piece), "{piece}: {said}");
        }
        self.assert_images(
            &page,
            &[
                ("cover.png", "The cover \"rocket\": Größe"),
                ("pad.png", "The pad & the sea"),
                (self.generator.third, "Die Bühne"),
            ],
        );
    }

    /// Each image is on the page with its alt text, and is that very file.
    fn assert_images(&self, page: &Value, expected: &[(&str, &str)]) {
        let place = self.place("m");
        let images = page["images"].as_array().unwrap();
        let alts: Vec<&str> = images.iter().map(|image| image["alt"].as_str().unwrap()).collect();
        assert_eq!(alts, expected.iter().map(|(_, alt)| *alt).collect::<Vec<_>>(), "{page:#}");
        for (image, (name, _)) in images.iter().zip(expected) {
            let file = self.built(image["src"].as_str().unwrap(), place.parent().unwrap());
            let there = std::fs::read(&file);
            let there = there
                .unwrap_or_else(|error| panic!("{}: {error}: {:?}", file.display(), self.house.files("out")));
            let written = std::fs::read(self.house.path(&format!("messages/{name}"))).unwrap();
            assert!(there == written, "{name} is another image");
        }
    }
}

/// A page as a browser understands it: no word of it is of this project.
const READ: &str = r#"
import html.parser, json, sys
class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(); self.open = []; self.words = []; self.found = {"images": [], "tags": [], "title": "", "canonical": None}
    def handle_starttag(self, tag, given):
        given = dict(given); found = self.found
        if tag == "img": found["images"].append({"src": given["src"], "alt": given.get("alt")})
        elif tag == "meta": found[given.get("name")] = given.get("content")
        elif tag == "link": found[given["rel"]] = given["href"]
        elif tag == "time": found["date"] = given["datetime"]
        elif tag == "html": found["language"] = given["lang"]
        if tag == "li" and "article" not in self.open: found["tags"].append("")
        if tag not in ("img", "meta", "link", "br", "hr"): self.open.append(tag)
    def handle_endtag(self, tag):
        while tag in self.open and self.open.pop() != tag: pass
    def handle_data(self, data):
        if "article" in self.open: self.words.append(data)
        elif self.open[-1:] == ["h1"]: self.found["title"] += data
        elif self.open[-1:] == ["li"]: self.found["tags"][-1] += data
reader = Reader(); reader.feed(open(sys.argv[1], encoding="utf-8").read()); reader.close()
print(json.dumps({**reader.found, "words": " ".join("".join(reader.words).split())}))
"#;

fn shows_what_was_written_once(generator: &'static Generator) {
    let site = Site::new(generator);
    site.house.write("messages/draft.md", "+++\ntitle = \"Draft\"\ndraft = true\n+++\nNot yet.\n");
    let before = site.files();
    site.house.publish().ends(0);
    assert_ne!(site.house.run(&["publish", "draft", "--yes"]).code(), Some(0));
    site.build();
    let page = site.page("m");
    println!("{}", page["generator"].as_str().unwrap());
    site.assert_whole("It landed ");
    let url = site.delivery("m")["url"].clone();
    assert_eq!((&page["canonical"], &url), (&url, &json!("https://acme.example/2026/01/02/m/")));
    assert!(!site.house.files("out").iter().any(|file| file.contains("draft")));

    // Again: nothing new, letter by letter.
    let (written, built) = (site.files(), site.house.files("out"));
    site.house.publish().ends(0);
    site.house.run(&["run"]).ends(0);
    assert!(site.files() == written);
    site.build();
    assert_eq!(site.house.files("out"), built);

    // Other words, one image less, the original elsewhere: at the same address.
    site.house.edit("messages/m.md", "It **landed**", "It **really landed**");
    site.house.edit("messages/m.md", "![The pad & the sea](pad.png)\n", "");
    site.house.edit("messages/m.md", "[[media]]\nfile = \"pad.png\"\nalt = \"The pad & the sea\"\n", "");
    site.house.edit(
        "messages/m.md",
        "+++\nIt",
        "[overrides.blog]\ncanonical = \"https://other.example/m?a=1&b=2\"\n+++\nIt",
    );
    site.house.run(&["edit", "m", "--yes"]).ends(0);
    assert_eq!(site.delivery("m")["url"], url);
    site.build();
    let page = site.page("m");
    assert!(page["words"].as_str().unwrap().starts_with("It really landed "), "{page}");
    assert_eq!(page["canonical"], "https://other.example/m?a=1&b=2");
    site.assert_images(
        &page,
        &[("cover.png", "The cover \"rocket\": Größe"), (generator.third, "Die Bühne")],
    );
    assert!(!site.house.files("site").iter().any(|file| file.ends_with("pad.png")));

    // Taken down the page is gone, with its images, and nothing else.
    let place = site.place("m");
    site.house.run(&["unpublish", "m", "--yes"]).ends(0);
    assert!(site.files() == before, "{:?}", site.house.files("site"));
    site.build();
    assert!(!place.exists());
    assert!(!site.house.files("out").iter().any(|file| file.ends_with(".png")));
    site.house.run(&["publish", "m", "--yes", "--again", "it was right"]).ends(0);
    site.build();
    assert!(site.page("m")["words"].as_str().unwrap().starts_with("It really landed "));
}

/// Titles that are something else to TOML, YAML or a template.
const TITLES: &[&str] = &[
    TITLE,
    "---",
    "--- three dashes: --- and +++",
    "+++",
    "# not a heading",
    "{{ title }}{{ .Title }}{{ page.title }}",
    "{% raw %}{{ x }}{% endraw %}{# no #}",
    "{{< x >}} {{% y %}}",
    "yes",
    "null",
    "~",
    "2026-01-02",
    "0x1F",
    "1_000",
    "[a, b]",
    "{a: b}",
    "- item",
    "! tag &anchor *alias @at `tick` %percent | > ?",
    "a\\b\\n\\u00e4 'it''s'",
    "key: value # comment",
    "🚀 Übermut, Größe & Maß: „Ja“",
    "日本のロケット",
];

fn takes_every_word_as_a_word(generator: &'static Generator) {
    let site = Site::new(generator);
    std::fs::remove_file(site.house.path("messages/m.md")).unwrap();
    let names: Vec<String> =
        (0..TITLES.len()).map(|at| format!("trap-{at}")).chain(["日本".to_owned()]).collect();
    for (name, title) in names.iter().zip(TITLES.iter().chain([&TITLE])) {
        let head = format!(
            "title = {}\nsummary = {}\ntags = {}\n",
            json!(title),
            json!(title),
            json!([format!("is {title}")])
        );
        let media = "[[media]]\nfile = \"cover.png\"\nalt = \"{{ alt }} {% raw %} \\\"cover\\\": one\"\n";
        site.house.write(&format!("messages/{name}.md"), &format!("+++\n{head}{media}+++\n{BODY}"));
        site.house.run(&["publish", name, "--yes"]).ends(0);
    }
    site.build();
    for (name, title) in names.iter().zip(TITLES.iter().chain([&TITLE])) {
        let page = site.page(name);
        assert_eq!(page["title"], **title, "{name}");
        assert_eq!(page["description"], **title, "{name}");
        let tags: Vec<_> = page["tags"].as_array().unwrap().iter().filter(|tag| **tag != "posts").collect();
        assert_eq!(tags, [&json!(format!("is {title}"))], "{name}");
        let words = plain(page["words"].as_str().unwrap());
        for said in SAID {
            assert!(words.contains(said), "{name}: no {said:?} in {words}");
        }
        let images = page["images"].as_array().unwrap();
        assert_eq!(images[0]["alt"], "{{ alt }} {% raw %} \"cover\": one", "{name}");
        assert_eq!(images[1]["alt"], "The picture", "{name}");
    }
}

/// Whatever way they write it: their page stays, and ours is refused by name.
fn shows_a_page_of_somebody_else_as_it_was(generator: &'static Generator) {
    for theirs in generator.theirs {
        let site = Site::new(generator);
        let text = "---\ntitle: Theirs\ndate: 2026-01-02 00:30:00 +0100\nlayout: LAYOUT\n---\nTheir words.\n";
        site.house.write(&format!("site/{theirs}"), &text.replace("LAYOUT", generator.layout));
        site.house.write("messages/theirs.md", &message(generator));
        let before = site.files();
        let said = site.house.run(&["publish", "theirs", "--yes"]);
        assert_eq!(said.code(), Some(1), "{theirs}: {}\n{}", said.out(), said.err());
        let told = format!("{}{}", said.out(), said.err());
        assert!(told.contains(&format!("site/{theirs}")), "{theirs}: {told}");
        assert!(site.files() == before, "{theirs}: {:?}", site.house.files("site"));
        // Moved away, the same goes.
        std::fs::remove_file(site.house.path(&format!("site/{theirs}"))).unwrap();
        site.house.run(&["publish", "theirs", "--yes", "--again", "they moved it"]).ends(0);
        site.build();
        assert_eq!(site.page("theirs")["title"], "Größe: \"m\" & <2> 🚀");
    }
}

/// After each file: the page is not there, or is whole; the next run makes it whole.
fn shows_no_half_page_wherever_the_program_is_killed(generator: &'static Generator) {
    let (mut between, files) = (0, 4);
    for after in 1..=files {
        let site = Site::new(generator);
        let before = site.house.files("site").len();
        let mut child = site.house.begin(&["publish", "m", "--yes"]);
        while site.house.files("site").len() < before + after {
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        signal("KILL", child.id());
        let died = child.wait().unwrap().code().is_none();
        let page = |file: &String| file.ends_with(".md");
        let written = site.files();
        let there = written.keys().any(page);
        println!("killed at file {after} of {files}: {died}, page there: {there}");
        between += usize::from(died && !there);
        if there {
            // A page is never there before its images.
            site.build();
            assert_eq!(site.house.files("out").iter().filter(|file| file.ends_with(".png")).count(), 3);
        }
        let mut ended = site.house.publish();
        if ended.code() != Some(0) {
            ended = site.house.publish();
        }
        ended.ends(0);
        site.build();
        site.assert_whole("It landed ");
        let files = site.files();
        assert!(files.keys().all(|file| !file.contains(".tmp")), "{:?}", files.keys());
        site.house.publish().ends(0);
        assert!(site.files() == files);
    }
    assert!(between > 0, "it was never killed between two files");
}
