//! LinkedIn: a person or an organisation, by the versioned Posts API.
//!
//! Facts: learn.microsoft.com, little text format (li-lms-2026-05), Posts API,
//! rate limits.

use super::credentials::{Credentials, account, base_url, cannot_post_yet, not_built, ready_but_not_built};
use super::{Adapter, Attempt, Channel, Configuring, Doing, Ready};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::{Identity, Payload, PayloadPart, Receipt};
use crate::render::defaults;
use crate::render::{Defaults, Post, Variant, VariantKind};
use crate::text::{Rules, network};
use serde_json::{Value, json};
use std::future::Future;
use std::path::Path;
use std::pin::Pin;

/// `adapter = "linkedin"`.
pub const ADAPTER: Adapter = Adapter {
    name: "linkedin",
    about: "posts on LinkedIn, for a person or an organisation",
    kind: VariantKind::Post,
    sample: r#"adapter = "linkedin"
account = "Acme Rockets"
author = "urn:li:organization:2414183"
access_token = { env = "LINKEDIN_ACCESS_TOKEN" }
without_credentials = "outbox"
"#,
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[
    Field { name: "author", kind: Kind::Text, about: "`urn:li:organization:NUMBER` or `urn:li:person:ID`" },
    Field { name: "access_token", kind: Kind::Secret, about: "the member's access token" },
    Field { name: "version", kind: Kind::Text, about: "the API's version, `202606`" },
    Field { name: "base_url", kind: Kind::Text, about: "another server that speaks LinkedIn's API" },
];

/// One author.
#[derive(Debug)]
pub struct LinkedIn {
    account: String,
    author: String,
    credentials: Credentials,
    /// `LinkedIn-Version`; each lives about twelve months.
    pub version: String,
    /// Where requests go.
    pub base_url: String,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let name = &configuring.table.name.value;
    let rest = configuring.table.rest.clone();
    let mut reader = Reader::new(rest, FIELDS, format!("`[channels.{name}]`"), &mut problems);
    let mut credentials = Credentials::of(name);
    let author = reader.text("author");
    if let Some(written) = author.as_ref().filter(|author| !is_author(&author.value)) {
        reader.problems.push(
            Diagnostic::error("bad-author", format!("`{}` is no author that LinkedIn knows", written.value))
                .at(written.span)
                .hint("write `urn:li:organization:NUMBER` or `urn:li:person:ID`"),
        );
    }
    if author.is_none() {
        credentials.miss("author", "\"urn:li:organization:NUMBER\"");
    }
    let author = author.map(|author| author.value).unwrap_or_default();
    credentials.take(&mut reader, "access_token");
    // In use in August 2026, well within its twelve months.
    let version = reader.text("version").map_or_else(|| "202606".to_owned(), |version| version.value);
    let base_url = base_url(&mut reader, "https://api.linkedin.com");
    reader.finish();
    let known_as = Some(author.as_str()).filter(|author| !author.is_empty());
    let account = account("linkedin", configuring, known_as);
    Checked::with(Box::new(LinkedIn { account, author, credentials, version, base_url }), problems)
}

fn is_author(urn: &str) -> bool {
    ["urn:li:organization:", "urn:li:person:"].iter().any(|kind| {
        urn.strip_prefix(kind).is_some_and(|id| {
            !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        })
    })
}

impl LinkedIn {
    /// One kind of content only: images, else the link's card. The API does
    /// not look at the link itself: title and description must be given.
    fn content(post: &Post, media: &[crate::render::Picture]) -> Option<Value> {
        match (media, &post.card) {
            ([], None) => None,
            ([], Some(card)) => Some(json!({
                "article": { "source": card.url, "title": card.title, "description": card.description }
            })),
            ([picture], _) => Some(json!({ "media": { "altText": picture.alt } })),
            (pictures, _) => {
                let images: Vec<Value> = pictures.iter().map(|p| json!({ "altText": p.alt })).collect();
                Some(json!({ "multiImage": { "images": images } }))
            }
        }
    }
}

impl Channel for LinkedIn {
    fn account(&self) -> String {
        self.account.clone()
    }

    fn kind(&self) -> VariantKind {
        VariantKind::Post
    }

    fn rules(&self) -> Rules {
        network::LINKEDIN
    }

    fn defaults(&self) -> Defaults {
        defaults::LINKEDIN
    }

    /// `POST /rest/posts`, then the first comment. `commentary` is the text as
    /// readers see it: the backslashes of LinkedIn's "little text" are part of
    /// the transport, as JSON's own are, because a URL that is known only when
    /// sending needs them too.
    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        let post = match super::post_of(variant) {
            Ok(post) => post,
            Err(problems) => return Checked::bad(problems),
        };
        let mut parts: Vec<PayloadPart> = Vec::new();
        for part in &post.parts {
            let mut body = json!({
                "author": self.author,
                "commentary": part.text,
                "visibility": "PUBLIC",
                "distribution": {
                    "feedDistribution": "MAIN_FEED",
                    "targetEntities": [],
                    "thirdPartyDistributionChannels": [],
                },
                "lifecycleState": "PUBLISHED",
                "isReshareDisabledByAuthor": false,
            });
            let mut media = part.media.clone();
            if let Some(content) = Self::content(post, &part.media) {
                body["content"] = content;
            }
            if media.is_empty() {
                // The card's thumbnail is uploaded by us.
                media.extend(post.card.as_ref().and_then(|card| card.image.clone()));
            }
            parts.push(PayloadPart { body, media });
        }
        parts.extend(post.first_comment.iter().map(|comment| PayloadPart {
            body: json!({ "actor": self.author, "message": { "text": comment } }),
            media: Vec::new(),
        }));
        Checked::good(Payload { parts })
    }

    fn cannot_send(&self) -> Option<String> {
        Some(cannot_post_yet("LinkedIn"))
    }

    fn ready<'a>(&'a self, project: &'a Path) -> Pin<Box<dyn Future<Output = Ready> + Send + 'a>> {
        Box::pin(ready_but_not_built(&self.credentials, project, "LinkedIn"))
    }

    fn send<'a>(&'a self, _part: &'a PayloadPart, _attempt: &'a Attempt) -> Doing<'a, Receipt> {
        Box::pin(async { Err(not_built("LinkedIn")) })
    }
}
