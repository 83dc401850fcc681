//! Values that the tests of this room share.

use super::{ADAPTERS, Attempt, Configured};
use crate::diagnostic::Checked;
use crate::ladder::{Brand, Project};
use crate::plan::Identity;
use crate::render::{Article, Card, Mail, Part, Picture, Post, Variant, html};
use crate::source::{Sources, Span, Spanned};
use jiff::Timestamp;
use std::path::Path;

pub fn project() -> Project {
    let source = Sources::new().add("ladder.toml", "");
    Project {
        source,
        brand: Brand {
            name: "Acme & Söhne".to_owned(),
            url: None,
            timezone: Spanned::new("Europe/Berlin".to_owned(), Span::start_of(source)),
            language: "en".to_owned(),
        },
        store_id: None,
        tracking_domains: Vec::new(),
        channels: Vec::new(),
        handles: Vec::new(),
        allow: Vec::new(),
        limits: Vec::new(),
    }
}

pub fn identity() -> Identity {
    Identity {
        account: "x:acme".to_owned(),
        message: "rocket-2".to_owned(),
        rung: "tweet".to_owned(),
        occurrence: 0,
        generation: 0,
        recipient: None,
    }
}

pub fn attempt(project: &Path, variant: Variant) -> Attempt {
    Attempt {
        key: identity().key(),
        identity: identity(),
        part: 0,
        number: 1,
        doubted: false,
        made: None,
        made_at: None,
        begun: None,
        previous: Vec::new(),
        taken: crate::channel::Taken::default(),
        first_tried: "2026-12-01T08:00:00Z".parse::<Timestamp>().unwrap(),
        last_tried: "2026-12-01T08:00:00Z".parse::<Timestamp>().unwrap(),
        withdrawn: false,
        project: project.to_owned(),
        media: project.join(".ladder/media"),
        variant,
        changing: None,
        earlier: Vec::new(),
    }
}

/// Keeps bytes as the store does.
pub fn keep(attempt: &Attempt, bytes: &[u8]) {
    std::fs::create_dir_all(&attempt.media).unwrap();
    std::fs::write(attempt.media.join(crate::plan::key::hex_digest(bytes)), bytes).unwrap();
}

pub fn picture(name: &str, bytes: &[u8]) -> Picture {
    Picture {
        path: format!("messages/{name}"),
        name: name.to_owned(),
        alt: format!("Alt of {name}"),
        mime: "image/png".to_owned(),
        sha256: crate::plan::key::hex_digest(bytes),
        bytes: bytes.len() as u64,
        width: 1200,
        height: 630,
        made_from: None,
    }
}

pub fn post(texts: &[&str]) -> Variant {
    let part = |text: &&str| Part { text: (*text).to_owned(), links: Vec::new(), media: Vec::new() };
    Variant::Post(Post {
        parts: texts.iter().map(part).collect(),
        card: None,
        first_comment: None,
        url_reserve: 80,
        language: String::new(),
    })
}

pub fn card() -> Card {
    Card {
        url: "https://acme.example/blog/rocket-2/".to_owned(),
        title: "Rocket 2 lands itself".to_owned(),
        description: "Reusable.".to_owned(),
        image: Some(picture("rocket.png", b"png")),
    }
}

pub fn article() -> Article {
    Article {
        title: "Rocket 2: \"it lands\" # really".to_owned(),
        slug: "rocket-2".to_owned(),
        excerpt: "Reusable, quieter & cheaper.".to_owned(),
        html: "<p>It <strong>landed</strong>.</p>\n<p><img src=\"rocket.png\" alt=\"x\"></p>\n".to_owned(),
        markdown: "It **landed**.\n\n![x](rocket.png)\n".to_owned(),
        cover: Some(picture("rocket.png", b"png")),
        media: vec![picture("rocket.png", b"png")],
        tags: vec!["2024".to_owned(), "no".to_owned(), "a: b".to_owned()],
        canonical: None,
        language: "en".to_owned(),
        date: Some("2026-11-30T23:30:00Z".parse::<Timestamp>().unwrap()),
    }
}

pub fn mail() -> Variant {
    Variant::Mail(Mail {
        from: "Acme Rockets <news@acme.example>".to_owned(),
        subject: "Rocket 2 lands".to_owned(),
        preheader: "Reusable".to_owned(),
        html: "<!doctype html><html lang=\"en\"><body><p>it landed.</p></body></html>".to_owned(),
        text: "Hello,\n\nit landed.".to_owned(),
        media: Vec::new(),
        language: "en".to_owned(),
    })
}

/// The channel of a table, with all that is said about it.
pub fn configured(table: &str) -> Checked<Configured> {
    let mut sources = Sources::new();
    let id = sources.add("ladder.toml", &format!("[brand]\nname = \"Acme\"\n[channels.blog]\n{table}"));
    let names: Vec<&str> = ADAPTERS.iter().map(|adapter| adapter.name).collect();
    let project = crate::ladder::parse_project(&sources, id, &names).value.unwrap();
    super::configure(&sources, &project, &project.channels[0])
}

/// An article of that text, with nothing that it need not have.
pub fn article_of(markdown: &str) -> Article {
    Article {
        title: "It lands".to_owned(),
        slug: "it-lands".to_owned(),
        excerpt: "A short one.".to_owned(),
        html: html::sanitised(markdown),
        markdown: markdown.to_owned(),
        cover: None,
        media: Vec::new(),
        tags: Vec::new(),
        canonical: None,
        language: "en".to_owned(),
        date: None,
    }
}
