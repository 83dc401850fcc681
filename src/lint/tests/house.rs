//! A small house in order, for the tests to break.

use super::super::*;
use crate::ladder::{Brand, ChannelTable, Handle, Media, MediaFacts, Settings, Table};
use crate::media::Unfit;
use crate::render::{Article, Card, Defaults, Mail, Part, Picture, Post, VariantKind};
use crate::source::{SourceId, Span, Spanned};
use crate::text::{Rules, network};

const PROJECT: &str = r#"[brand]
name = "Acme"
url = "https://acme.example"
[channels.blog]
[channels.x]
[channels.newsletter]
[handles.ada]
x = "@ada_l"
"#;

const LADDER: &str = r#"[rungs.blog]
channel = "blog"
[rungs.tweet]
channel = "x"
after = "blog"
text = "{{ message.title }}: {{ message.summary }} {{ rungs.blog.url }}"
[rungs.newsletter]
channel = "newsletter"
after = "blog"
subject = "{{ message.title }}"
"#;

const MESSAGE: &str = r#"+++
title = "Rocket 2 lands itself"
summary = "Reusable and quieter."
[[media]]
file = "rocket.png"
+++
It landed. Read [more](/more).
"#;

/// Everything that a subject borrows.
pub struct House {
    pub sources: Sources,
    pub project: Project,
    pub ladder: Ladder,
    pub message: Message,
    pub others: Vec<Message>,
    pub outlets: BTreeMap<String, Outlet>,
    pub variants: Vec<Variant>,
    /// What could not be made to fit, on whatever rung.
    pub unfit: Vec<Unfit>,
}

impl House {
    pub fn new() -> House {
        let mut sources = Sources::new();
        let project = sources.add("ladder.toml", PROJECT);
        let ladder = sources.add("content-ladders/launch.toml", LADDER);
        let message = sources.add("messages/rocket-2.md", MESSAGE);
        let find = |id, needle: &str| spanned(&sources, id, needle);
        let picture = Picture {
            path: "messages/rocket.png".to_owned(),
            name: "rocket.png".to_owned(),
            alt: "The booster on its legs at dawn".to_owned(),
            mime: "image/png".to_owned(),
            sha256: "00".to_owned(),
            bytes: 1000,
            width: 1200,
            height: 630,
            made_from: None,
        };
        let late = "https://rung.invalid/blog/tracked".to_owned();
        let media = Media {
            file: find(message, "rocket.png"),
            path: picture.path.clone(),
            alt: Vec::new(),
            crops: Vec::new(),
            facts: Some(MediaFacts {
                mime: picture.mime.clone(),
                bytes: 1000,
                width: 1200,
                height: 630,
                sha256: "00".to_owned(),
                frames: 1,
                orientation: 1,
                private: false,
            }),
        };
        let rung = |name: &str, header: &str, channel: &str, after: Option<&str>| Rung {
            name: find(ladder, header).map(|_| name.to_owned()),
            channel: find(ladder, &format!("channel = \"{channel}\"")).map(|_| channel.to_owned()),
            after: after
                .map(|name| find(ladder, "after = \"blog\"").map(|_| name.to_owned()))
                .into_iter()
                .collect(),
            delay: None,
            at: None,
            window: None,
            renamed_from: Vec::new(),
            settings: Settings::default(),
            span: find(ladder, header).span,
        };
        let mut rungs = vec![
            rung("blog", "[rungs.blog]", "blog", None),
            rung("tweet", "[rungs.tweet]", "x", Some("blog")),
            rung("newsletter", "[rungs.newsletter]", "newsletter", Some("blog")),
        ];
        let text = "{{ message.title }}: {{ message.summary }} {{ rungs.blog.url }}";
        rungs[1].settings.text = Some(find(ladder, text));
        let channels = [("blog", "static-site"), ("x", "x"), ("newsletter", "email")];
        let table = |(name, adapter): &(&str, &str)| ChannelTable {
            name: find(project, &format!("[channels.{name}]")).map(|_| (*name).to_owned()),
            adapter: find(project, &format!("[channels.{name}]")).map(|_| (*adapter).to_owned()),
            renamed_from: Vec::new(),
            account: None,
            language: "en".to_owned(),
            without_credentials: false,
            pace: Vec::new(),
            settings: Settings::default(),
            rest: Table::empty(Span::start_of(project)),
            span: find(project, &format!("[channels.{name}]")).span,
        };
        let outlets = [
            ("blog", "static-site", VariantKind::Article),
            ("x", "x", VariantKind::Post),
            ("newsletter", "email", VariantKind::Mail),
        ]
        .map(|(channel, adapter, kind)| (channel.to_owned(), outlet(channel, adapter, kind)));
        House {
            project: Project {
                source: project,
                brand: Brand {
                    name: "Acme".to_owned(),
                    url: Some(find(project, "https://acme.example")),
                    timezone: find(project, "Acme").map(|_| "UTC".to_owned()),
                    language: "en".to_owned(),
                },
                store_id: None,
                tracking_domains: vec![find(project, "acme.example")],
                channels: channels.iter().map(table).collect(),
                handles: vec![Handle {
                    name: find(project, "ada"),
                    names: vec![("x".to_owned(), find(project, "@ada_l"))],
                }],
                allow: Vec::new(),
                limits: Vec::new(),
            },
            ladder: Ladder {
                source: ladder,
                name: "launch".to_owned(),
                summary: None,
                defaults: Settings::default(),
                rungs,
                allow: Vec::new(),
            },
            message: Message {
                source: message,
                id: "rocket-2".to_owned(),
                language: "en".to_owned(),
                title: find(message, "Rocket 2 lands itself"),
                summary: "Reusable and quieter.".to_owned(),
                summary_span: Some(find(message, "Reusable and quieter.").span),
                ladder: None,
                campaign: "rocket-2".to_owned(),
                tags: Vec::new(),
                publish_at: None,
                embargo: None,
                link: None,
                draft: None,
                media: vec![media],
                overrides: Vec::new(),
                written_whole: Vec::new(),
                body: find(message, "It landed. Read [more](/more).\n"),
                extra: Table::empty(Span::start_of(message)),
                allow: Vec::new(),
                translations: Vec::new(),
            },
            others: Vec::new(),
            outlets: outlets.into_iter().collect(),
            variants: vec![
                Variant::Article(Article {
                    title: "Rocket 2 lands itself".to_owned(),
                    slug: "rocket-2".to_owned(),
                    excerpt: "Reusable and quieter.".to_owned(),
                    html: "<p>It landed.</p>".to_owned(),
                    markdown: "It landed.".to_owned(),
                    cover: Some(picture.clone()),
                    media: vec![picture.clone()],
                    tags: Vec::new(),
                    canonical: None,
                    language: "en".to_owned(),
                    date: None,
                }),
                Variant::Post(Post {
                    parts: vec![Part {
                        text: format!("Rocket 2 lands itself: Reusable and quieter. {late}"),
                        links: vec![late],
                        media: vec![picture],
                    }],
                    card: None,
                    first_comment: None,
                    url_reserve: 80,
                    language: String::new(),
                }),
                Variant::Mail(Mail {
                    from: "Acme <news@acme.example>".to_owned(),
                    subject: "Rocket 2 lands itself".to_owned(),
                    preheader: "Reusable and quieter.".to_owned(),
                    html: "<a href=\"https://rung.invalid/blog/tracked-html\">More</a>".to_owned(),
                    text: "It landed. https://rung.invalid/blog/tracked".to_owned(),
                    media: Vec::new(),
                    language: "en".to_owned(),
                }),
            ],
            unfit: Vec::new(),
            sources,
        }
    }

    /// The post at `index`.
    pub fn post(&mut self, index: usize) -> &mut Post {
        let Variant::Post(post) = &mut self.variants[index] else { panic!("no post") };
        post
    }

    /// The mail, which is last.
    pub fn mail(&mut self) -> &mut Mail {
        let Some(Variant::Mail(mail)) = self.variants.last_mut() else { panic!("no mail") };
        mail
    }

    /// The rules of the tweet's outlet.
    pub fn rules(&mut self) -> &mut Rules {
        &mut self.outlets.get_mut("x").unwrap().rules
    }

    /// A second rung like the tweet, on `channel`.
    pub fn second_post(&mut self, channel: &str) {
        if !self.outlets.contains_key(channel) {
            let mut table = self.project.channels[1].clone();
            table.name.value = channel.to_owned();
            self.project.channels.push(table);
            self.outlets.insert(channel.to_owned(), outlet(channel, "x", VariantKind::Post));
        }
        let mut rung = self.ladder.rungs[1].clone();
        rung.name.value = "again".to_owned();
        rung.channel.value = channel.to_owned();
        self.ladder.rungs.insert(2, rung);
        self.variants.insert(2, self.variants[1].clone());
    }

    /// A text at the place of the message's title.
    pub fn written(&self, value: &str) -> Spanned<String> {
        Spanned::new(value.to_owned(), self.message.title.span)
    }

    /// All that the room finds.
    pub fn check(&self) -> Vec<Diagnostic> {
        let made: Vec<Made<'_>> = self
            .ladder
            .rungs
            .iter()
            .zip(&self.variants)
            .filter_map(|(rung, variant)| {
                let outlet = self.outlets.get(&rung.channel.value)?;
                let message = self.message.in_language(&outlet.language);
                let unfit = if rung.name.value == "tweet" { &self.unfit[..] } else { &[] };
                Some(Made { rung, outlet, message, variant, unfit })
            })
            .collect();
        let mut found = check_project(&self.project);
        found.extend(check_ladder(&self.sources, &self.project, &self.ladder));
        found.extend(check_message(&Subject {
            sources: &self.sources,
            project: &self.project,
            ladder: &self.ladder,
            message: &self.message,
            outlets: &self.outlets,
            made: &made,
        }));
        let messages: Vec<&Message> = std::iter::once(&self.message).chain(&self.others).collect();
        found.extend(check_all(&messages));
        found
    }

    /// As a terminal shows it.
    pub fn drawn(&self, found: &[Diagnostic]) -> String {
        found.iter().map(|problem| problem.draw(&self.sources, false)).collect::<Vec<_>>().join("\n\n")
    }
}

fn spanned(sources: &Sources, id: SourceId, needle: &str) -> Spanned<String> {
    let start = sources.get(id).text.find(needle).expect(needle);
    Spanned::new(needle.to_owned(), Span::new(id, start, start + needle.len()))
}

fn outlet(channel: &str, adapter: &str, kind: VariantKind) -> Outlet {
    Outlet {
        channel: channel.to_owned(),
        adapter: adapter.to_owned(),
        kind,
        rules: match adapter {
            "x" => network::X,
            _ => Rules { network: "site", ..network::UNKNOWN },
        },
        defaults: Defaults::default(),
        language: "en".to_owned(),
        source: channel.to_owned(),
        medium: "social".to_owned(),
        from: None,
        content_warning: None,
    }
}

/// The card of the tests.
pub fn card() -> Card {
    Card {
        url: "https://rung.invalid/blog/tracked".to_owned(),
        title: "Rocket 2 lands itself".to_owned(),
        description: "Reusable and quieter.".to_owned(),
        image: None,
    }
}
