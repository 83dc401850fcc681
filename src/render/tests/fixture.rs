//! A small house for tests: brand, channel, ladder, message, built by hand.

use crate::ladder::{
    Brand, ChannelTable, Handle, Ladder, Media, MediaFacts, Message, Project, Rung, Settings, Table, When,
};
use crate::render::{Defaults, Job, Outlet, VariantKind, defaults};
use crate::source::{SourceId, Sources, Span, Spanned};
use crate::text::{Rules, Unit, network};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// All that a [`Job`] borrows. Change it, then ask for a job.
pub(crate) struct House {
    pub sources: Sources,
    pub project: Project,
    pub ladder: Ladder,
    pub message: Message,
    pub outlet: Outlet,
    pub kinds: BTreeMap<String, VariantKind>,
    pub templates: BTreeMap<String, SourceId>,
    pub cards: crate::render::page_card::PageCards,
    pub zone: TimeZone,
}

/// A network that counts letters and takes everything.
pub(crate) fn rules(network: &'static str) -> Rules {
    Rules {
        network,
        limit: Some(3000),
        unit: Unit::CodePoint,
        images: 4,
        card: true,
        card_with_images: false,
        first_comment: true,
        ..network::UNKNOWN
    }
}

/// X's rules, as far as rendering sees them.
pub(crate) fn x() -> Rules {
    Rules { limit: Some(280), unit: Unit::Weighted, link_cost: Some(23), threads: true, ..rules("x") }
}

impl House {
    /// `blog` (an article), then `post` and `mail`, which wait for it.
    pub fn new() -> House {
        let mut sources = Sources::new();
        let source = sources.add("ladder.toml", "# a project");
        let span = Span::start_of(source);
        let word = |text: &str| Spanned::new(text.to_owned(), span);
        let channel = ChannelTable {
            name: word("x"),
            adapter: word("x"),
            renamed_from: Vec::new(),
            account: Some(word("acmerockets")),
            language: "en".to_owned(),
            without_credentials: false,
            pace: Vec::new(),
            settings: Settings::default(),
            rest: Table::empty(span),
            span,
        };
        let project = Project {
            source,
            brand: Brand {
                name: "Acme Rockets".to_owned(),
                url: Some(word("https://acme.example")),
                timezone: word("Europe/Berlin"),
                language: "en".to_owned(),
            },
            store_id: None,
            tracking_domains: Vec::new(),
            channels: vec![channel],
            handles: vec![Handle {
                name: word("ada"),
                names: vec![("x".to_owned(), word("@ada_l")), ("name".to_owned(), word("Ada Lovelace"))],
            }],
            allow: Vec::new(),
            limits: Vec::new(),
        };
        let rung = |name: &str, after: &[&str]| Rung {
            name: word(name),
            channel: word("x"),
            after: after.iter().map(|name| word(name)).collect(),
            delay: None,
            at: None,
            window: None,
            renamed_from: Vec::new(),
            settings: Settings::default(),
            span,
        };
        let ladder = Ladder {
            source,
            name: "launch".to_owned(),
            summary: None,
            defaults: Settings::default(),
            rungs: vec![
                rung("blog", &[]),
                rung("post", &["blog"]),
                rung("mail", &["blog"]),
                rung("alone", &[]),
            ],
            allow: Vec::new(),
        };
        let message = Message {
            source,
            id: "2026/rocket-2".to_owned(),
            language: "en".to_owned(),
            title: word("Rocket 2 lands itself"),
            summary: "Reusable, quieter, and cheaper to fly.".to_owned(),
            summary_span: None,
            ladder: None,
            campaign: "rocket-2".to_owned(),
            tags: vec![word("rocketry"), word("open source"), word("space")],
            publish_at: None,
            embargo: None,
            link: None,
            draft: None,
            media: Vec::new(),
            overrides: Vec::new(),
            written_whole: Vec::new(),
            body: word("It *landed*. Here is [how](https://acme.example/how)."),
            extra: Table::empty(span),
            allow: Vec::new(),
            translations: Vec::new(),
        };
        let outlet = Outlet {
            channel: "x".to_owned(),
            adapter: "x".to_owned(),
            kind: VariantKind::Post,
            rules: x(),
            defaults: defaults::X,
            language: "en".to_owned(),
            source: "x".to_owned(),
            medium: "social".to_owned(),
            from: None,
            content_warning: None,
        };
        let kinds = BTreeMap::from([
            ("blog".to_owned(), VariantKind::Article),
            ("post".to_owned(), VariantKind::Post),
            ("mail".to_owned(), VariantKind::Mail),
            ("alone".to_owned(), VariantKind::Post),
        ]);
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        House {
            sources,
            project,
            ladder,
            message,
            outlet,
            kinds,
            templates: BTreeMap::new(),
            cards: BTreeMap::new(),
            zone,
        }
    }

    /// `text` as if it stood in a file of its own.
    pub fn written(&mut self, text: &str) -> Spanned<String> {
        let id = self.sources.add("content-ladders/launch.toml", text);
        Spanned::new(text.to_owned(), self.sources.whole(id))
    }

    /// The settings of the rung `name`.
    pub fn settings(&mut self, name: &str) -> &mut Settings {
        let rung = self.ladder.rungs.iter_mut().find(|rung| rung.name.value == name).unwrap();
        &mut rung.settings
    }

    /// Lets the rung `post` say `text`.
    pub fn says(mut self, text: &str) -> House {
        let text = self.written(text);
        self.settings("post").text = Some(text);
        self
    }

    /// A file below `templates/`.
    pub fn template(&mut self, name: &str, text: &str) {
        let id = self.sources.add(format!("templates/{name}"), text);
        self.templates.insert(name.to_owned(), id);
    }

    /// An image of the message.
    pub fn image(&mut self, file: &str, alt: &str) {
        let file = Spanned::new(file.to_owned(), self.message.title.span);
        let facts = MediaFacts {
            mime: "image/png".to_owned(),
            bytes: 1000,
            width: 1600,
            height: 900,
            sha256: format!("{:0>64}", self.message.media.len() + 1),
            frames: 1,
            orientation: 1,
            private: false,
        };
        self.message.media.push(Media {
            path: format!("messages/rocket-2/{}", file.value),
            alt: vec![("en".to_owned(), Spanned::new(alt.to_owned(), file.span))],
            file,
            crops: Vec::new(),
            facts: Some(facts),
        });
    }

    /// Another outlet.
    pub fn outlet(mut self, kind: VariantKind, network: &'static str, defaults: Defaults) -> House {
        self.outlet.kind = kind;
        self.outlet.rules = if network == "x" { x() } else { rules(network) };
        let own = crate::text::network::find(network);
        self.outlet.rules.markup = own.map_or(crate::text::Syntax::Plain, |own| own.markup);
        self.outlet.rules.card_field = own.is_some_and(|own| own.card_field);
        self.outlet.source = network.to_owned();
        self.outlet.defaults = defaults;
        self
    }

    /// `publish_at` in the brand's zone.
    pub fn at(mut self, wall: jiff::civil::DateTime) -> House {
        self.message.publish_at = Some(Spanned::new(When::Wall(wall), self.message.title.span));
        self
    }

    /// The job of the rung `name`.
    pub fn job(&self, name: &str) -> Job<'_> {
        Job {
            sources: &self.sources,
            project: &self.project,
            ladder: &self.ladder,
            rung: self.ladder.rung(name).unwrap(),
            message: &self.message,
            master: &self.message,
            outlet: &self.outlet,
            kinds: &self.kinds,
            templates: &self.templates,
            cards: &self.cards,
            now: Timestamp::UNIX_EPOCH,
            zone: &self.zone,
        }
    }
}
