//! Announcements that open-source projects really made, through every built-in
//! ladder: each variant fits or the check says why, and reads like something a
//! person would post.

use super::house::House;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

/// A text of the folder, as it is.
struct Announcement {
    id: String,
    title: String,
    text: String,
    language: String,
}

fn folder() -> PathBuf {
    let named = std::env::var_os("LADDER_MESSAGES");
    let folder = PathBuf::from(named.expect("LADDER_MESSAGES names the folder of announcements"));
    assert!(folder.join("index.json").is_file(), "{} has no index.json", folder.display());
    folder
}

fn announcements() -> Vec<Announcement> {
    let folder = folder();
    let index = std::fs::read_to_string(folder.join("index.json")).unwrap();
    let index: Vec<Value> = serde_json::from_str(&index).unwrap();
    assert!(index.len() >= 20, "only {} announcements", index.len());
    let read = |entry: &Value| {
        let file = entry["file"].as_str().unwrap();
        let title = entry["title"].as_str().unwrap().to_owned();
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        Announcement {
            // A dot in a name can mean a translation (`message.de.md`): these stand for themselves.
            id: file.trim_end_matches(".md").replace('.', "-"),
            text: with_title(&text, &title),
            title,
            language: entry["lang"].as_str().unwrap().to_owned(),
        }
    };
    index.iter().map(read).collect()
}

/// Some sites take the title from the file's name.
fn with_title(text: &str, title: &str) -> String {
    let fence = text.lines().next().unwrap_or_default();
    let head = text.lines().skip(1).take_while(|line| *line != fence);
    if head.into_iter().any(|line| line.starts_with("title")) {
        return text.to_owned();
    }
    let sign = if fence == "+++" { "=" } else { ":" };
    text.replacen(fence, &format!("{fence}\ntitle {sign} \"{title}\""), 1)
}

fn ladders() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("content-ladders");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> =
        entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    assert!(names.len() >= 5, "{names:?}");
    names
}

fn house(ladder: &str, all: &[Announcement]) -> House {
    let house = House::new(ladder);
    for announcement in all {
        house.write(&format!("messages/{}.md", announcement.id), &announcement.text);
    }
    house
}

#[test]
#[ignore = "needs LADDER_MESSAGES"]
fn every_variant_of_every_announcement_fits_and_reads_well() {
    let all = announcements();
    let mut wrong = Vec::new();
    for ladder in ladders() {
        let house = house(&ladder, &all);
        let checked = house.run(&["check", "--format", "json"]).json();
        assert!([0, 3].contains(&checked["exit"].as_i64().unwrap()), "{checked}");
        for announcement in &all {
            let ended = house.run(&["preview", &announcement.id, "--format", "json"]);
            assert!(
                ended.took < Duration::from_secs(10),
                "{ladder} {} took {:?}",
                announcement.id,
                ended.took
            );
            let preview = ended.json();
            let mut look = Look { announcement, preview: &preview, wrong: Vec::new() };
            look.look();
            let place = format!("{ladder} {}", announcement.id);
            wrong.extend(look.wrong.into_iter().map(|what| format!("{place}: {what}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One preview, looked at as its readers would.
struct Look<'a> {
    announcement: &'a Announcement,
    preview: &'a Value,
    wrong: Vec<String>,
}

impl Look<'_> {
    fn must(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(what());
        }
    }

    fn told(&self, rule: &str, rung: &str) -> bool {
        self.preview["diagnostics"].as_array().unwrap().iter().any(|problem| {
            problem["rule"] == rule && problem["message"].as_str().unwrap().contains(&format!("`{rung}`"))
        })
    }

    fn look(&mut self) {
        let preview = self.preview;
        let problems = preview["diagnostics"].as_array().unwrap();
        let errors = problems.iter().filter(|problem| problem["severity"] == "error").count();
        let exit = preview["exit"].as_i64().unwrap();
        self.must((exit == 3) == (errors > 0) && [0, 3].contains(&exit), || {
            format!("exit {exit} with {errors} errors")
        });
        self.must(preview["error"].is_null(), || preview["error"].to_string());
        for problem in problems {
            let place = problem["file"].is_string() && problem["line"].as_u64() > Some(0);
            let hint = problem["hint"].as_str().is_some_and(|hint| !hint.is_empty());
            self.must(place && hint, || format!("a problem without place or hint: {problem}"));
        }
        let variants = preview["variants"].as_array().unwrap();
        let kinds: Vec<&str> = variants.iter().map(|variant| variant["kind"].as_str().unwrap()).collect();
        for kind in ["post", "article", "mail"] {
            self.must(kinds.contains(&kind), || format!("no {kind}"));
        }
        for variant in variants {
            match variant["kind"].as_str().unwrap() {
                "post" => self.post(variant),
                "article" => self.article(variant),
                _ => self.mail(variant),
            }
        }
    }

    fn post(&mut self, post: &Value) {
        let (rung, adapter) = (post["rung"].as_str().unwrap(), post["adapter"].as_str().unwrap());
        let parts = post["parts"].as_array().unwrap();
        self.must(!parts.is_empty(), || format!("{rung} has no part"));
        for part in parts {
            let text = part["text"].as_str().unwrap();
            let (counted, limit) = (part["counted"].as_u64(), part["limit"].as_u64());
            let fits = counted > Some(0) && counted <= limit;
            let told = self.told("too-long", rung);
            self.must(fits || told, || format!("{rung} is {counted:?} of {limit:?}, and nobody says so"));
            self.reads_well(rung, text);
            if adapter == "x" {
                let last = part["links"].as_array().unwrap().last().and_then(Value::as_str);
                let ends = last.is_some_and(|link| text.ends_with(link));
                self.must(ends, || format!("{rung} does not end in its link: {text:?}"));
            }
            if adapter == "linkedin" {
                let tags = text.split_whitespace().filter(|word| word.starts_with('#')).count();
                self.must(tags <= 3, || format!("{rung} has {tags} tags"));
            }
        }
        let shown = post.to_string();
        self.must(shown.contains("https://rung.invalid/"), || format!("{rung} leads nowhere: {shown}"));
    }

    /// No leftovers, no doubled punctuation that the author did not write.
    fn reads_well(&mut self, rung: &str, text: &str) {
        let source = format!("{}\n{}", self.announcement.title, self.announcement.text);
        self.must(!text.trim().is_empty(), || format!("{rung} says nothing"));
        self.must(text.trim() == text && !text.contains("\n\n\n"), || {
            format!("{rung} has loose ends: {text:?}")
        });
        let stray = [
            "{{",
            "}}",
            "{%",
            "![",
            "](",
            "**",
            "<!--",
            "undefined",
            "none ",
            "..",
            "!.",
            "?.",
            "!:",
            "?:",
            ".:",
            "::",
            ",,",
            " .",
            " ,",
            " :",
            ": :",
            "。：",
            "！：",
            "?!",
            "??",
            "  ",
        ];
        for stray in stray {
            let ours = text.matches(stray).count() > source.matches(stray).count();
            self.must(!ours, || format!("{rung} has {stray:?}: {text:?}"));
        }
        let raw = text.chars().find(|c| c.is_control() && *c != '\n');
        self.must(raw.is_none(), || format!("{rung} has {raw:?}"));
    }

    fn article(&mut self, article: &Value) {
        let text = |field: &str| article[field].as_str().unwrap_or_default();
        let title = self.announcement.title.as_str();
        self.must(text("title") == title, || format!("the title is {:?}", text("title")));
        let slug = text("slug");
        let clean = slug.chars().all(|c| c.is_alphanumeric() || c == '-') && !slug.contains("--");
        self.must(!slug.is_empty() && clean, || format!("the slug is {slug:?}"));
        self.reads_well("the excerpt", text("excerpt"));
        self.must(text("excerpt").chars().count() <= 400, || format!("a long excerpt: {}", text("excerpt")));
        let html = text("html");
        self.must(html.len() > 100 && !html.contains("<script"), || "the article has no body".to_owned());
        let heading = html.contains("<h1") && html.contains(&format!(">{title}</h1>"));
        self.must(!heading, || "the page says its title twice".to_owned());
    }

    fn mail(&mut self, mail: &Value) {
        let text = |field: &str| mail[field].as_str().unwrap_or_default();
        let title = self.announcement.title.as_str();
        self.must(text("subject").contains(title), || format!("the subject is {:?}", text("subject")));
        let long = text("subject").chars().count() > 60;
        let told = self.told("subject-too-long", mail["rung"].as_str().unwrap());
        self.must(!long || told, || "a long subject, and nobody says so".to_owned());
        for line in [text("subject"), text("preheader")] {
            self.must(!line.contains(['\n', '\r']), || format!("{line:?} is more than a line"));
        }
        self.must(text("preheader").chars().count() <= 140, || format!("long: {}", text("preheader")));
        let plain = text("text");
        self.must(plain.starts_with(title), || {
            format!("the text begins {:?}", &plain[..40.min(plain.len())])
        });
        let wide = plain.lines().find(|line| {
            line.width() > 76 && !line.contains("://") && !line.contains(" | ") && !line.starts_with("    ")
        });
        self.must(wide.is_none(), || format!("{} columns: {wide:?}", wide.unwrap_or_default().width()));
        let twice = plain.matches(&format!("{title}\n=")).count();
        self.must(twice == 1, || format!("the title stands {twice} times in the mail"));
        for (name, part) in [("html", text("html")), ("text", plain)] {
            self.must(part.contains("https://rung.invalid/"), || format!("the {name} part leads nowhere"));
        }
        self.must(!text("html").contains("<script"), || "a script in a mail".to_owned());
    }
}

#[test]
#[ignore = "needs LADDER_MESSAGES"]
fn every_announcement_can_be_shown_in_every_form() {
    let all = announcements();
    let house = house("at-once", &all);
    for announcement in &all {
        let id = announcement.id.as_str();
        let shown = house.run(&["preview", id]);
        assert!(matches!(shown.code, Some(0 | 3)), "{id}");
        for line in shown.out.lines() {
            assert!(!line.contains('\u{1b}'), "{id}: an escape in a pipe: {line:?}");
            assert!(line.width() <= 80 || line.contains("://"), "{id}: {} columns: {line}", line.width());
        }
        let comment = house.run(&["preview", id, "--format", "markdown"]);
        assert!(comment.out.contains(&announcement.title), "{id}");
        let page = house.path("preview.html");
        house.run(&["preview", id, "--out", "preview.html"]);
        let found = super::tools::read_page(&page);
        assert!(found["words"].as_str().unwrap().contains(&announcement.title), "{id}");
        assert!(std::fs::metadata(&page).unwrap().len() < 5 << 20, "{id}");
    }
    assert!(all.iter().any(|announcement| announcement.language.starts_with("zh")));
}

#[test]
#[ignore = "needs LADDER_MESSAGES and python3"]
fn every_announcement_without_errors_is_published_once() {
    let all = announcements();
    let house = house("at-once", &all);
    let mut published = 0;
    for announcement in &all {
        let id = announcement.id.as_str();
        let ended = house.run(&["publish", id, "--yes", "--format", "json"]);
        if ended.code == Some(3) {
            assert!(!house.path(&format!("outbox/{id}")).exists(), "{id} was sent in spite of an error");
            continue;
        }
        let sent = ended.ends(0).json();
        assert_eq!(sent["deliveries"].as_array().unwrap().len(), 5, "{id}: {sent}");
        assert!(!sent.to_string().contains("rung.invalid"), "{id}: {sent}");
        house.run(&["publish", id, "--yes"]).ends(0);
        published += 1;
    }
    assert!(published >= 20, "{published}");
    let mails = house.files("mail/new");
    assert_eq!(mails.len(), published);
    for mail in &mails {
        let found = super::mail::parse(mail);
        super::mail::well_formed(&found);
        assert!(!found.to_string().contains("rung.invalid"), "{}", mail.display());
    }
}
