//! A message on a ladder, made by hand, for the tests of this folder.

use super::{Preview, PreviewItem};
use crate::diagnostic::Diagnostic;
use crate::render::late::{in_html, token};
use crate::render::{Article, Card, Defaults, Mail, Outlet, Part, Picture, Post, Variant, VariantKind};
use crate::source::{Sources, Span};
use crate::text::{Fold, Rules, network};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Name, outlet, what is said, the rungs it waits for, when.
pub type Rung = (&'static str, Outlet, Variant, Vec<&'static str>, Option<&'static str>);

/// All that a [`Preview`] borrows.
pub struct Story {
    pub sources: Sources,
    pub title: String,
    pub rungs: Vec<Rung>,
    pub recipients: Vec<String>,
    pub problems: Vec<Diagnostic>,
    pub pictures: BTreeMap<String, Vec<u8>>,
}

impl Story {
    pub fn preview(&self) -> Preview<'_> {
        let items = self.rungs.iter().map(|(rung, outlet, variant, after, when)| PreviewItem {
            rung,
            outlet,
            account: if outlet.rules.network == "x" { "x:acmerockets" } else { "Acme Rockets" },
            after: after.clone(),
            when: when.map(|words| (words.to_owned(), None)),
            variant,
            recipients: if variant.kind() == VariantKind::Mail { &self.recipients } else { &[] },
        });
        Preview {
            sources: &self.sources,
            brand: "Acme Rockets",
            message: "rocket-2",
            title: &self.title,
            ladder: "launch",
            items: items.collect(),
            problems: &self.problems,
            pictures: &self.pictures,
        }
    }
}

pub fn rules(network: &'static str, limit: Option<usize>, fold: Option<Fold>) -> Rules {
    Rules {
        network,
        title: network::find(network).unwrap_or(&network::UNKNOWN).title,
        limit,
        threads: true,
        images: 4,
        card: true,
        card_with_images: false,
        fold,
        first_comment: true,
        ..network::UNKNOWN
    }
}

pub fn outlet(channel: &str, adapter: &str, kind: VariantKind, rules: Rules) -> Outlet {
    Outlet {
        channel: channel.to_owned(),
        adapter: adapter.to_owned(),
        kind,
        source: rules.network.to_owned(),
        rules,
        defaults: Defaults::default(),
        language: "en".to_owned(),
        medium: "social".to_owned(),
        from: None,
        content_warning: None,
    }
}

/// A dawn over the sea, so that a screenshot shows that a picture is a picture.
pub fn png(width: u32, height: u32, hue: u8) -> Vec<u8> {
    let image = image::RgbImage::from_fn(width, height, |x, y| {
        let (down, across) = (y * 255 / height, x * 255 / width);
        let sun = {
            let (dx, dy) = (x as i64 - i64::from(width) * 2 / 3, y as i64 - i64::from(height) * 55 / 100);
            dx * dx + dy * dy < i64::from(height * height) / 50
        };
        let shade = |base: u8, by: u32| base.saturating_add((by / 3) as u8);
        match (sun, down > 165) {
            (true, false) => image::Rgb([255, 228, 170]),
            (_, true) => image::Rgb([20, 40, shade(70, across)]),
            _ => image::Rgb([shade(60 + hue, down * 2), shade(50, down), 120 - (down / 4) as u8]),
        }
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

pub fn picture(name: &str, alt: &str, sha256: &str) -> Picture {
    Picture {
        path: format!("messages/rocket-2/{name}"),
        name: name.to_owned(),
        alt: alt.to_owned(),
        mime: "image/png".to_owned(),
        sha256: sha256.to_owned(),
        bytes: 81_234,
        width: 1200,
        height: 675,
        made_from: None,
    }
}

pub fn part(text: &str) -> Part {
    let links = text.split_whitespace().filter(|word| word.starts_with("https://"));
    Part { text: text.to_owned(), links: links.map(str::to_owned).collect(), media: Vec::new() }
}

pub fn post(parts: Vec<Part>, card: Option<Card>) -> Variant {
    Variant::Post(Post { parts, card, first_comment: None, url_reserve: 80, language: "en".to_owned() })
}

/// Drawn once: it is the slow part of these tests.
static PICTURES: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    BTreeMap::from([("aa11".to_owned(), png(800, 450, 60)), ("bb22".to_owned(), png(480, 480, 10))])
});

/// Blog, a tweet, a thread, Facebook, LinkedIn, a newsletter.
pub fn story() -> Story {
    let blog = token("blog", true);
    let rocket = picture("rocket.png", "The booster standing on its landing legs at dawn", "aa11");
    let pad = picture("pad.png", "Two technicians walk towards the pad", "bb22");
    let card = Card {
        url: blog.clone(),
        title: "Rocket 2 lands itself".to_owned(),
        description: "Reusable, quieter, and cheaper to fly.".to_owned(),
        image: Some(rocket.clone()),
    };
    let mut thread = vec![
        part(
            "How Rocket 2 comes home, in three posts 🚀\n\nFirst: the boostback burn, 71 km up, engines into the wind.",
        ),
        part(
            "Then the landing legs. They weigh 38 % less than last year's and fold flat, thanks to @ada_l and her team.",
        ),
        part(&format!("All of it, with the measurements: {blog} #rocketry")),
    ];
    thread[0].media = vec![rocket.clone(), pad.clone()];
    let linkedin = "Yesterday at dawn, Rocket 2 landed itself for the first time.\n\n\
        That sounds like a stunt. It is an invoice: a booster that comes home costs us a tenth of one that does not, \
        and our customers will see that in next year's prices.\n\nThree things made it work:\n\n\
        → legs that fold flat\n→ an engine that starts three times\n→ a team that rehearsed every failure twice\n\n\
        Thank you to everyone at the range. #rocketry #reusable";
    let mut first_comment = match post(vec![part(linkedin)], None) {
        Variant::Post(post) => post,
        _ => unreachable!(),
    };
    first_comment.parts[0].media = vec![rocket.clone()];
    first_comment.first_comment = Some(format!("The whole story with the numbers: {blog}"));
    let body = "<p>Yesterday at <strong>06:12</strong>, Rocket 2 came down where it went up.</p>\
        <figure><img src=\"pad.png\" alt=\"Two technicians walk towards the pad\"></figure>\
        <h2>What it costs</h2><p>A tenth. See <a href=\"https://acme.example/prices\">our prices</a>.</p>\
        <ul><li>legs that fold flat</li><li>an engine that starts three times</li></ul>\
        <blockquote><p>We rehearsed every failure twice.</p></blockquote>\
        <pre><code>thrust = mass * (g + a)</code></pre>";
    let article = Variant::Article(Article {
        title: "Rocket 2 lands itself".to_owned(),
        slug: "rocket-2".to_owned(),
        excerpt: "Reusable, quieter, and cheaper to fly.".to_owned(),
        html: body.to_owned(),
        markdown:
            "Yesterday at **06:12**, Rocket 2 came down where it went up.\n\n## What it costs\n\nA tenth. \
            See [our prices](https://acme.example/prices)."
                .to_owned(),
        cover: Some(rocket.clone()),
        media: vec![pad.clone()],
        tags: vec!["rocketry".to_owned(), "reusable".to_owned()],
        canonical: None,
        language: "en".to_owned(),
        date: None,
    });
    let html = format!(
        "<!doctype html><html><head><meta name=\"color-scheme\" content=\"light dark\"><style>@media \
         (prefers-color-scheme: dark) {{ body {{ background: #16181d !important; color: #eee !important }} }}</style>\
         </head><body style=\"margin:0;padding:24px;font:16px/1.5 sans-serif;background:#fff;color:#222\">\
         <h1 style=\"margin:0 0 12px\">Rocket 2 lands itself</h1><img src=\"cid:aa11\" width=\"100%\" \
         style=\"border-radius:8px\" alt=\"The booster\"><p>Yesterday at dawn, Rocket 2 came down where it went up.</p>\
         <p><a href=\"{blog}\" style=\"background:#2457d6;color:#fff;padding:10px 16px;border-radius:6px;\
         text-decoration:none\">Read the story</a></p></body></html>"
    );
    let mail = Variant::Mail(Mail {
        from: "Acme Rockets <news@acme.example>".to_owned(),
        subject: "Rocket 2 lands itself".to_owned(),
        preheader: "Reusable, quieter, and cheaper to fly.".to_owned(),
        html: in_html(&html),
        text: format!(
            "Rocket 2 lands itself\n=====================\n\nYesterday at dawn, Rocket 2 came down where it went up.\n\n\
             Read the story: {blog}\n\n-- \nAcme Rockets"
        ),
        media: vec![rocket.clone()],
        language: "en".to_owned(),
    });
    let tweet =
        format!("Rocket 2 lands itself: Reusable, quieter, and cheaper to fly. {blog} #rocketry #reusable");
    let facebook = "It landed. 🎉\n\nRocket 2 is reusable, quieter, and cheaper to fly: what that means for the price of \
        a seat, and for everyone who lives near the range.";
    let fold = |characters, lines| Some(Fold { characters, lines });
    let (p, a, m) = (VariantKind::Post, VariantKind::Article, VariantKind::Mail);
    let after = vec!["blog"];
    let rungs = vec![
        ("blog", outlet("blog", "static-site", a, rules("static-site", None, None)), article, vec![], None),
        (
            "tweet",
            outlet("x", "x", p, rules("x", Some(280), None)),
            post(vec![part(&tweet)], Some(card.clone())),
            after.clone(),
            Some("1 h later"),
        ),
        ("thread", outlet("x", "x", p, rules("x", Some(280), None)), post(thread, None), after.clone(), None),
        (
            "facebook",
            outlet("facebook", "facebook", p, rules("facebook", Some(63_206), fold(477, 5))),
            post(vec![part(facebook)], Some(card)),
            after.clone(),
            None,
        ),
        (
            "linkedin",
            outlet("linkedin", "linkedin", p, rules("linkedin", Some(3000), fold(210, 3))),
            Variant::Post(first_comment),
            after.clone(),
            None,
        ),
        (
            "newsletter",
            outlet("newsletter", "email", m, rules("email", None, None)),
            mail,
            after,
            Some("next day 09:00"),
        ),
    ];
    let mut sources = Sources::new();
    let file =
        sources.add("content-ladders/launch.toml", "name = \"launch\"\n\n[rungs.tweet]\ntext = \"…\"\n");
    let problems = vec![
        Diagnostic::warning("missing-alt", "`pad.png` has no alt text in `de`")
            .at(Span::new(file, 32, 38))
            .hint("add `alt = { de = \"…\" }`"),
        Diagnostic::error("too-long", "the post for X is 291 of 280")
            .at(Span::new(file, 32, 38))
            .hint("add a shorter template, or `overflow = \"thread\"`"),
    ];
    Story {
        sources,
        title: "Rocket 2 lands itself".to_owned(),
        rungs,
        recipients: vec!["staff@acme.example".to_owned(), "press@acme.example".to_owned()],
        problems,
        pictures: PICTURES.clone(),
    }
}

/// What must never reach a terminal, a page or a comment as it is.
pub const HOSTILE: &str = "\u{1b}[31m<script>alert(1)</script>\"><img src=x onerror=alert(2)> \u{202e}evil @octocat ``` {{ 7*7 }} | x";

/// The same story with [`HOSTILE`] in every text of every variant.
pub fn hostile() -> Story {
    let mut story = story();
    story.title = HOSTILE.to_owned();
    for (_, _, variant, ..) in &mut story.rungs {
        let html_of = |variant: &Variant| match variant {
            Variant::Article(article) => article.html.clone(),
            Variant::Mail(mail) => mail.html.clone(),
            Variant::Post(_) => String::new(),
        };
        let html = html_of(variant);
        for text in variant.texts_mut() {
            *text = HOSTILE.to_owned();
        }
        match variant {
            // What the sanitiser has let through is not what a stranger wrote.
            Variant::Article(article) => article.tags = vec![HOSTILE.to_owned()],
            Variant::Mail(mail) => mail.html = format!("{html}</iframe><script>alert(3)</script>"),
            Variant::Post(post) => {
                for picture in post.parts.iter_mut().flat_map(|part| &mut part.media) {
                    picture.name = HOSTILE.to_owned();
                    picture.path = HOSTILE.to_owned();
                }
            }
        }
    }
    story.problems.push(Diagnostic::error("syntax", HOSTILE).hint(HOSTILE));
    story.recipients = vec![HOSTILE.to_owned()];
    story
}
