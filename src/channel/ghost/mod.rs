//! Ghost: articles on a site of one's own, by the Admin API (5 and 6) with the key of a
//! custom integration, and by mail to a newsletter if that is wanted.
//!
//! `prepare` looks whether the address is free, uploads images, and makes a **draft**
//! that nobody sees, with an internal tag that names the delivery; the posting
//! publishes that draft by its id. After a lost answer the post itself says how it
//! stands, so that nothing is published, and nobody gets a mail, twice.
//!
//! Facts: docs.ghost.org, Admin API (2026-08), and what Ghost 6.65.0 answered on a
//! machine of our own (2026-11). Where a fact comes from elsewhere it says so beside it.

mod answer;
mod api;
mod media;
mod payload;
mod post;
#[cfg(test)]
mod tests;
mod token;
mod verify;

use super::article::{Articles, LIVE, NO_POST, Site, below, host_and_path, is_object, live, word};
use super::credentials::{Credentials, base_url};
use super::network::Question;
use super::{Abilities, Ability, Adapter, Channel, Configuring, Goes, SendError, Whose};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::shape::{Field, Kind};
use crate::plan::Payload;
use crate::render::{Article, VariantKind};
use crate::text::{Rules, network};
use api::Api;
use std::path::Path;

/// `adapter = "ghost"`.
pub const ADAPTER: Adapter = Adapter {
    name: "ghost",
    also: &[],
    about: "articles on a Ghost site, with images and tags, and by mail to a newsletter",
    kind: VariantKind::Article,
    goes: Goes::Server,
    sample: r#"adapter = "ghost"
base_url = "https://acme.ghost.example"
admin_api_key = { env = "GHOST_ADMIN_API_KEY" }
without_credentials = "outbox"
"#,
    abilities: Abilities {
        stable_key: Ability::Yes("an internal tag on the draft, which is published by its id"),
        find: Ability::Yes("the post of that tag"),
        read_back: Ability::Yes("title, text, images and alt texts as Ghost keeps them"),
        delete: Ability::Yes("it becomes a draft again; a mail that went out stays"),
        edit: Ability::Yes("all but the address, unless somebody has changed the post"),
        duplicate: Ability::Yes("the post of that tag is taken for what it is"),
    },
    fields: FIELDS,
    configure,
};

const VISIBLE: &[&str] = &["public", "members", "paid"];

const FIELDS: &[Field] = &[
    Field {
        name: "base_url",
        kind: Kind::Text,
        about: "where Ghost's admin is, without `/ghost`: `https://blog.example.com`",
    },
    Field {
        name: "admin_api_key",
        kind: Kind::Secret,
        about: "the Admin API key of a custom integration: `id:secret`",
    },
    Field {
        name: "newsletter",
        kind: Kind::Text,
        about: "each post goes by mail to this newsletter as well; without it none does",
    },
    Field {
        name: "email_segment",
        kind: Kind::Text,
        about: "which of the newsletter's readers: `status:free`; default: all",
    },
    Field {
        name: "visibility",
        kind: Kind::OneOf(VISIBLE),
        about: "who may read it; `public` where nothing is said",
    },
    Field {
        name: "authors",
        kind: Kind::List,
        about: "slugs or mail addresses of its authors; default: the owner",
    },
    Field { name: "tags", kind: Kind::List, about: "tags of each post, after the message's own" },
    LIVE,
];

/// One integration of one site.
#[derive(Debug)]
pub struct Ghost {
    site: Site,
    newsletter: Option<String>,
    email_segment: Option<String>,
    visibility: &'static str,
    authors: Vec<String>,
    tags: Vec<String>,
    /// Whether the site takes the key.
    whose: Question<Whose>,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let name = &configuring.table.name.value;
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let mut credentials = Credentials::of(name);
    if reader.table.get("base_url").is_none() {
        credentials.miss("base_url", "\"https://blog.example.com\"");
    }
    let base_url = base_url(&mut reader, "", |_, last| (last == "ghost").then(String::new));
    credentials.take(&mut reader, "admin_api_key");
    let some = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let newsletter = word(&mut reader, "newsletter");
    let segment = reader.text("email_segment");
    if let (Some(segment), None) = (&segment, &newsletter) {
        let problem =
            Diagnostic::error("wrong-value", "`email_segment` says who gets a mail, and none is sent");
        reader
            .problems
            .push(problem.at(segment.span).hint("write `newsletter = \"SLUG\"` as well, or leave it out"));
    }
    let email_segment = segment.and_then(|text| some(text.value));
    let visibility = reader.one_of("visibility").map_or("public", |visible| visible.value);
    let mut list = |key: &str| {
        let all = reader.texts(key).unwrap_or_default().into_iter();
        all.filter_map(|text| some(text.value)).collect::<Vec<String>>()
    };
    let (authors, tags) = (list("authors"), list("tags"));
    let live = live(&mut reader);
    reader.finish();
    let known_as = host_and_path(&base_url);
    let site = Site::of("ghost", configuring, known_as.as_deref(), credentials, base_url, live);
    let whose = Question::default();
    Checked::with(
        Box::new(Ghost { site, newsletter, email_segment, visibility, authors, tags, whose }),
        problems,
    )
}

impl Articles for Ghost {
    const RULES: Rules = Rules {
        network: "ghost",
        title: "Ghost",
        // About what search engines show of a title: a judgement. Ghost takes 255.
        title_limit: Some(70),
        ..network::UNKNOWN
    };
    const PLACE: (&'static str, &'static str) = ("in", "Ghost");
    const FIXED: &'static [(&'static str, &'static str)] = &[
        ("visibility", "who may read it"),
        ("authors", "its authors"),
        ("newsletter", "the newsletter"),
        ("email_segment", "who gets it by mail"),
    ];
    const GONE: &'static str = "Ghost has no such post any more, or it is a draft again";
    /// Seen, 6.65.
    const IS_ID: fn(&str) -> bool = is_object;
    type Api = Api;

    fn site(&self) -> &Site {
        &self.site
    }

    fn written(&self, article: &Article) -> Checked<Payload> {
        payload::payload(self, article)
    }

    async fn open(&self, project: &Path) -> Result<(Api, Whose), SendError> {
        let api = Api::open(&self.site, project).await?;
        let whose = self.whose.ask(verify::ask(&api)).await?.clone();
        Ok((api, whose))
    }

    fn id_at(&self, address: &str) -> Result<Option<String>, String> {
        post_at(address, &self.site.base_url)
    }
}

/// The id stands in the editor's address, `/ghost/#/editor/post/ID`, and not in the
/// readers'.
fn post_at(address: &str, base_url: &str) -> Result<Option<String>, String> {
    let (url, path) = below(address, "this site", base_url)?;
    let id = url.fragment().and_then(|step| step.rsplit('/').next()).filter(|id| is_object(id));
    match path.trim_matches('/') {
        "ghost" => Ok(id.map(str::to_owned)),
        "" => Err(NO_POST.to_owned()),
        _ => Ok(None),
    }
}
