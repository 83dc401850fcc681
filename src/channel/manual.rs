//! A channel that a person serves: the text is shown, the network's own page
//! for writing is opened, and `ladder resolve` says when it is out.
//!
//! Nothing here prints: the receipt carries the address of that page, and the
//! command line shows it with the text.

use super::credentials::account;
use super::outbox::network_rules;
use super::paste::typed;
use super::{Adapter, Attempt, Channel, Configuring, Doing, Found, Ready};
use crate::diagnostic::Checked;
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::{Identity, Payload, PayloadPart, Receipt};
use crate::render::{Defaults, Post, Variant, VariantKind};
use crate::text::Rules;
use serde_json::json;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;

/// `adapter = "manual"`.
pub const ADAPTER: Adapter = Adapter {
    name: "manual",
    about: "shows the text and opens the network's page; a person posts it",
    kind: VariantKind::Post,
    sample: r#"adapter = "manual"
network = "linkedin"
account = "Acme Rockets"
"#,
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[Field {
    name: "network",
    kind: Kind::Text,
    about: "where it is posted: `x`, `facebook` and `linkedin` bring their limits; any other name is plain text",
}];

/// Browsers and servers stop reading addresses at lengths of their own; below
/// this all of them do well. A longer text is pasted by hand.
const LONGEST_URL: usize = 6000;

/// One place where a person posts.
#[derive(Debug)]
pub struct Manual {
    account: String,
    rules: Rules,
    defaults: Defaults,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let name = &configuring.table.name.value;
    let rest = configuring.table.rest.clone();
    let mut reader = Reader::new(rest, FIELDS, format!("`[channels.{name}]`"), &mut problems);
    let network = reader.required_text("network");
    reader.finish();
    let Some(network) = network else { return Checked::bad(problems) };
    let network = network.value.trim().to_lowercase();
    let (rules, defaults) = network_rules(Some(&network), "manual");
    // The account at the network, not "manual": when the real adapter takes
    // over, what a person has posted counts as posted.
    let account = account(&network, configuring, None);
    let account = if network == "x" { account.to_lowercase() } else { account };
    Checked::with(Box::new(Manual { account, rules, defaults }), problems)
}

/// The network's page for writing, filled in; none if it has none, or if the
/// text is too long for an address. `{text}` and `{url}` in `pattern` are
/// replaced percent-encoded.
pub fn compose_url(pattern: &str, text: &str, url: Option<&str>) -> Option<String> {
    let encode = |text: &str| {
        let plus: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        // `+` means a blank only in forms; apps that catch the address show it.
        plus.replace('+', "%20")
    };
    if pattern.contains("{url}") && url.is_none() {
        return None;
    }
    let filled = pattern.replace("{text}", &encode(text)).replace("{url}", &encode(url.unwrap_or_default()));
    (filled.len() <= LONGEST_URL).then_some(filled)
}

/// What the network's page is filled with for a post: its first part, and the
/// link that its card shows.
pub fn compose_url_of(rules: &Rules, post: &Post, part: usize) -> Option<String> {
    let chosen = post.parts.get(part)?;
    let link = post.card.as_ref().map(|card| card.url.as_str());
    let link = link.or_else(|| chosen.links.first().map(String::as_str));
    compose_url(rules.compose_url?, &typed(&chosen.text, rules), link)
}

impl Channel for Manual {
    fn account(&self) -> String {
        self.account.clone()
    }

    fn kind(&self) -> VariantKind {
        VariantKind::Post
    }

    fn rules(&self) -> Rules {
        self.rules
    }

    fn defaults(&self) -> Defaults {
        self.defaults
    }

    /// One part, whatever the post: a person does it in one go.
    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        let post = match super::post_of(variant) {
            Ok(post) => post,
            Err(problems) => return Checked::bad(problems),
        };
        let texts: Vec<String> = post.parts.iter().map(|part| typed(&part.text, &self.rules)).collect();
        let body = json!({ "parts": texts, "link": post.card.as_ref().map(|card| &card.url),
            "first_comment": post.first_comment.as_ref().map(|comment| typed(comment, &self.rules)) });
        let media = variant.pictures().into_iter().cloned().collect();
        Checked::good(Payload { parts: vec![PayloadPart { body, media }] })
    }

    fn ready<'a>(&'a self, _project: &'a Path) -> Pin<Box<dyn Future<Output = Ready> + Send + 'a>> {
        Box::pin(async { Ready::Yes })
    }

    fn send<'a>(&'a self, _part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Receipt> {
        Box::pin(async {
            let detail = match &attempt.variant {
                Variant::Post(post) => compose_url_of(&self.rules, post, 0),
                Variant::Article(_) | Variant::Mail(_) => None,
            };
            Ok(Receipt { detail, for_a_person: true, ..Receipt::default() })
        })
    }

    fn find<'a>(&'a self, _part: &'a PayloadPart, _attempt: &'a Attempt) -> Doing<'a, Found> {
        // Nothing leaves the house here: asking a person again does no harm.
        Box::pin(async { Ok(Found::Absent) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::fixture;

    #[test]
    fn the_page_for_writing_is_filled_in_and_bounded() {
        let pattern = "https://x.com/intent/post?text={text}";
        let url = compose_url(pattern, "Grün & 50% +1\n#x", None).unwrap();
        assert_eq!(url, "https://x.com/intent/post?text=Gr%C3%BCn%20%26%2050%25%20%2B1%0A%23x");
        assert_eq!(compose_url(pattern, &"é".repeat(2000), None), None);
        let sharer = "https://share.example/?u={url}";
        assert_eq!(compose_url(sharer, "text", None), None);
        let url = compose_url(sharer, "text", Some("https://a.example/?b=c")).unwrap();
        assert_eq!(url, "https://share.example/?u=https%3A%2F%2Fa.example%2F%3Fb%3Dc");
    }

    #[tokio::test]
    async fn a_person_gets_the_page_and_the_delivery_waits() {
        let (rules, defaults) = network_rules(Some("x"), "manual");
        let manual = Manual { account: "x:acme".to_owned(), rules, defaults };
        let variant = fixture::post(&["Hello you"]);
        let payload = manual.payload(&variant, &fixture::identity()).value.unwrap();
        assert_eq!(payload.parts.len(), 1);
        let attempt = fixture::attempt(Path::new("."), variant);
        let receipt = manual.send(&payload.parts[0], &attempt).await.unwrap();
        assert!(receipt.for_a_person && receipt.url.is_none());
        assert_eq!(receipt.detail.as_deref(), Some("https://x.com/intent/post?text=Hello%20you"));
    }
}
