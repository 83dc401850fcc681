//! X (formerly Twitter).
//!
//! Facts: X API v2 documentation, snapshot of 2026-08-22 (openapi.json 2.167),
//! and twitter-text's config v3.

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

/// `adapter = "x"`.
pub const ADAPTER: Adapter = Adapter {
    name: "x",
    about: "posts and threads on X",
    kind: VariantKind::Post,
    sample: r#"adapter = "x"
account = "acmerockets"
access_token = { env = "X_ACCESS_TOKEN" }
without_credentials = "outbox"
"#,
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[
    Field {
        name: "access_token",
        kind: Kind::Secret,
        about: "the user's token (OAuth 2, or OAuth 1.0a with the three keys below)",
    },
    Field { name: "access_token_secret", kind: Kind::Secret, about: "OAuth 1.0a: the token's secret" },
    Field { name: "consumer_key", kind: Kind::Secret, about: "OAuth 1.0a: the app's key" },
    Field { name: "consumer_secret", kind: Kind::Secret, about: "OAuth 1.0a: the app's secret" },
    Field { name: "base_url", kind: Kind::Text, about: "another server that speaks X's API" },
];

/// One account.
#[derive(Debug)]
pub struct X {
    account: String,
    credentials: Credentials,
    /// Where requests go.
    pub base_url: String,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let name = &configuring.table.name.value;
    let rest = configuring.table.rest.clone();
    let mut reader = Reader::new(rest, FIELDS, format!("`[channels.{name}]`"), &mut problems);
    let signed = ["consumer_key", "consumer_secret", "access_token_secret"];
    let is_signed = signed.iter().any(|key| reader.table.get(key).is_some());
    let mut credentials = Credentials::of(name);
    credentials.take(&mut reader, "access_token");
    for key in signed.into_iter().filter(|_| is_signed) {
        credentials.take(&mut reader, key);
    }
    let base_url = base_url(&mut reader, "https://api.x.com");
    reader.finish();
    // User names there are the same in capitals and small letters.
    let account = account("x", configuring, None).to_lowercase();
    Checked::with(Box::new(X { account, credentials, base_url }), problems)
}

impl Channel for X {
    fn account(&self) -> String {
        self.account.clone()
    }

    fn kind(&self) -> VariantKind {
        VariantKind::Post
    }

    fn rules(&self) -> Rules {
        network::X
    }

    fn defaults(&self) -> Defaults {
        defaults::X
    }

    /// `POST /2/tweets`, one for each part. The ids of uploaded media and of
    /// the post replied to are known only when sending.
    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        let post = match super::post_of(variant) {
            Ok(post) => post,
            Err(problems) => return Checked::bad(problems),
        };
        let parts = post
            .parts
            .iter()
            .map(|part| PayloadPart { body: json!({ "text": part.text }), media: part.media.clone() });
        Checked::good(Payload { parts: parts.collect() })
    }

    fn cannot_send(&self) -> Option<String> {
        Some(cannot_post_yet("X"))
    }

    fn ready<'a>(&'a self, project: &'a Path) -> Pin<Box<dyn Future<Output = Ready> + Send + 'a>> {
        Box::pin(ready_but_not_built(&self.credentials, project, "X"))
    }

    fn send<'a>(&'a self, _part: &'a PayloadPart, _attempt: &'a Attempt) -> Doing<'a, Receipt> {
        Box::pin(async { Err(not_built("X")) })
    }
}
