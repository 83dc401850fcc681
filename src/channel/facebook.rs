//! Facebook Pages.
//!
//! Facts: Graph API v26.0 documentation (changelog of 2026-07-29, error
//! handling, pages posts).

use super::credentials::{Credentials, account, base_url, cannot_post_yet, not_built, ready_but_not_built};
use super::{Adapter, Attempt, Channel, Configuring, Doing, Ready};
use crate::diagnostic::Checked;
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::{Identity, Payload, PayloadPart, Receipt};
use crate::render::defaults;
use crate::render::{Defaults, Variant, VariantKind};
use crate::text::{Rules, network};
use serde_json::json;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;

/// `adapter = "facebook"`.
pub const ADAPTER: Adapter = Adapter {
    name: "facebook",
    about: "posts on a Facebook page",
    kind: VariantKind::Post,
    sample: r#"adapter = "facebook"
account = "Acme Rockets"
page_id = "1234567890"
access_token = { env = "FACEBOOK_PAGE_TOKEN" }
without_credentials = "outbox"
"#,
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[
    Field { name: "page_id", kind: Kind::Text, about: "the page's number" },
    Field { name: "access_token", kind: Kind::Secret, about: "the page's access token" },
    Field { name: "version", kind: Kind::Text, about: "the Graph API's version, `v26.0`" },
    Field { name: "base_url", kind: Kind::Text, about: "another server that speaks the Graph API" },
];

/// One page.
#[derive(Debug)]
pub struct Facebook {
    account: String,
    page_id: String,
    credentials: Credentials,
    /// The Graph API's version; a call without one gets the app's oldest.
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
    let page_id = reader.text("page_id").map(|page| page.value.trim().to_owned()).unwrap_or_default();
    if page_id.is_empty() {
        credentials.miss("page_id", "\"1234567890\"");
    }
    credentials.take(&mut reader, "access_token");
    // Graph API v26.0, current since 2026-07-29.
    let version = reader.text("version").map_or_else(|| "v26.0".to_owned(), |version| version.value);
    let base_url = base_url(&mut reader, "https://graph.facebook.com");
    reader.finish();
    let known_as = Some(page_id.as_str()).filter(|page| !page.is_empty());
    let account = account("facebook", configuring, known_as);
    Checked::with(Box::new(Facebook { account, page_id, credentials, version, base_url }), problems)
}

impl Channel for Facebook {
    fn account(&self) -> String {
        self.account.clone()
    }

    fn kind(&self) -> VariantKind {
        VariantKind::Post
    }

    fn rules(&self) -> Rules {
        network::FACEBOOK
    }

    fn defaults(&self) -> Defaults {
        defaults::FACEBOOK
    }

    /// `POST /PAGE/feed` (`/PAGE/photos` with one image), then `POST
    /// /POST/comments` for the first comment.
    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        let post = match super::post_of(variant) {
            Ok(post) => post,
            Err(problems) => return Checked::bad(problems),
        };
        let card = post.card.as_ref();
        let mut parts: Vec<PayloadPart> = Vec::new();
        for (at, part) in post.parts.iter().enumerate() {
            let edge = if part.media.len() == 1 { "photos" } else { "feed" };
            let mut body = json!({ "edge": format!("{}/{edge}", self.page_id), "message": part.text });
            // The card comes from the link; with images Facebook would not show it.
            if let Some(card) = card.filter(|_| at == 0 && part.media.is_empty()) {
                body["link"] = json!(card.url);
            }
            if let [picture] = part.media.as_slice() {
                body["alt_text_custom"] = json!(picture.alt);
            }
            parts.push(PayloadPart { body, media: part.media.clone() });
        }
        parts.extend(post.first_comment.iter().map(|comment| PayloadPart {
            body: json!({ "edge": "comments", "message": comment }),
            media: Vec::new(),
        }));
        Checked::good(Payload { parts })
    }

    fn cannot_send(&self) -> Option<String> {
        Some(cannot_post_yet("Facebook"))
    }

    fn ready<'a>(&'a self, project: &'a Path) -> Pin<Box<dyn Future<Output = Ready> + Send + 'a>> {
        Box::pin(ready_but_not_built(&self.credentials, project, "Facebook"))
    }

    fn send<'a>(&'a self, _part: &'a PayloadPart, _attempt: &'a Attempt) -> Doing<'a, Receipt> {
        Box::pin(async { Err(not_built("Facebook")) })
    }
}
