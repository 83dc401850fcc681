//! Every console block of the README and of the pages in `docs/` is run, and
//! prints what the page says.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it fails")]

mod transcript;

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The README, the pages of `docs/`, and those of the channels.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    for folder in ["docs", "docs/channels"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

#[test]
fn every_console_block_prints_what_the_page_says() {
    let mut wrong = Vec::new();
    let mut steps = 0;
    for page in pages() {
        let folder = tempfile::tempdir().unwrap();
        match transcript::run_page(&page, folder.path(), &[]) {
            Ok(count) => steps += count,
            Err(difference) => wrong.push(difference),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(steps >= 10, "only {steps} commands were found in the pages");
}

/// Where the links and pictures of a page lead; what stands in code is none.
fn links(page: &str) -> Vec<String> {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let events = Parser::new_ext(page, Options::ENABLE_TABLES);
    let targets = events.filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    });
    targets.collect()
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for target in links(&text) {
            let file = target.split('#').next().unwrap_or("");
            if file.is_empty() || file.contains(':') {
                continue;
            }
            let path = page.parent().unwrap_or(Path::new(".")).join(file);
            if !path.exists() {
                broken.push(format!("{}: `{target}`", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}
