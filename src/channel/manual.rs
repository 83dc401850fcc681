//! A channel that a person serves: the text is shown, the network's own page
//! for writing is opened, and `ladder resolve` says when it is out.
//!
//! Nothing here prints: the receipt carries the address of that page, and the
//! command line shows it with the text.

use super::credentials::account;
use super::outbox::network_rules;
use super::paste::typed;
use super::{Abilities, Ability, Adapter, Attempt, Channel, Configuring, Doing, Found, Goes, Ready};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::{Identity, Payload, PayloadPart, Receipt};
use crate::render::{Defaults, Post, Variant, VariantKind};
use crate::text::{Rules, network};
use serde_json::json;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;

/// `adapter = "manual"`.
pub const ADAPTER: Adapter = Adapter {
    name: "manual",
    also: &["by-hand"],
    about: "shows the text and opens the network's page; a person posts it",
    kind: VariantKind::Post,
    goes: Goes::ByHand,
    sample: r#"adapter = "manual"
network = "linkedin"
account = "Acme Rockets"
"#,
    abilities: Abilities {
        stable_key: Ability::No("a person posts it"),
        find: Ability::Partly("nothing is out before the person says so"),
        read_back: Ability::No("a person posts it"),
        delete: Ability::No("the person deletes it, and says so with `ladder resolve KEY --removed`"),
        edit: Ability::No("the person edits it"),
        duplicate: Ability::No("the person takes care"),
    },
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[Field {
    name: "network",
    kind: Kind::Text,
    about: "where it is posted; one that `ladder count` knows brings its limits, any other name is plain text",
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
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let network = named_network(&mut reader, true);
    reader.finish();
    let Some(network) = network else { return Checked::bad(problems) };
    let (rules, defaults) = network_rules(Some(&network), "manual");
    // The account at the network, not "manual": when the real adapter takes
    // over, what a person has posted counts as posted.
    let account = account(&network, configuring, None);
    let account = if network == "x" { account.to_lowercase() } else { account };
    Checked::with(Box::new(Manual { account, rules, defaults }), problems)
}

/// The network that `network` names, in lower case. A misspelt one would be plain
/// text, and with it would go every limit: it is an error, and what was meant is
/// taken, so that the problems are those of that network. With `free` the key must
/// be there, and a name that is like no network's is somewhere else to post.
pub(super) fn named_network(reader: &mut Reader<'_>, free: bool) -> Option<String> {
    let written = if free { reader.required_text("network") } else { reader.text("network") }?;
    let name = written.value.trim().to_lowercase();
    // A mail is no post: its rules are those of a subject.
    let takes_posts = |network: &&str| *network != network::EMAIL.network;
    if network::find(&name).is_some_and(|rules| takes_posts(&rules.network)) {
        return Some(name);
    }
    // `discourse` is no misspelt `discord`.
    if free && network::PLACES.contains(&name.as_str()) {
        return Some(name);
    }
    let meant = network::meant(&name).filter(takes_posts);
    let hint = match meant {
        Some(near) => format!("did you mean `{near}`?"),
        None if free => return Some(name),
        None => {
            let names = network::NETWORKS.iter().map(|rules| rules.network).filter(takes_posts);
            let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
            format!("known are {}; without `network` it is plain text", names.join(", "))
        }
    };
    let says = format!("there is no network `{}`", written.value.trim());
    reader.problems.push(Diagnostic::error("wrong-value", says).at(written.span).hint(hint));
    Some(meant.map_or(name, str::to_owned))
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

    /// What is said of a channel with that network, as people read it, and the
    /// rules that it has.
    fn said(adapter: &str, network: &str) -> (String, &'static str) {
        let toml = format!(
            "[brand]\nname = \"Acme\"\n[channels.mx]\nadapter = \"{adapter}\"\nnetwork = {network:?}\n"
        );
        let mut sources = crate::source::Sources::new();
        let id = sources.add("ladder.toml", &toml);
        let project = crate::ladder::parse_project(&sources, id, &[adapter]).value.unwrap();
        let checked = crate::channel::configure(&sources, &project, &project.channels[0]);
        let said: Vec<String> =
            checked.problems.iter().map(|problem| problem.draw(&sources, false)).collect();
        (said.join("\n"), checked.value.map_or("", |configured| configured.outlet.rules.network))
    }

    #[test]
    fn a_misspelt_network_is_told_with_what_was_meant() {
        for (written, meant) in [
            ("twiter", "x"),
            ("twitter", "x"),
            ("telegramm", "telegram"),
            ("mastadon", "mastodon"),
            ("LinkedIn-", "linkedin"),
        ] {
            for adapter in ["manual", "outbox"] {
                let (said, rules) = said(adapter, written);
                assert!(
                    said.starts_with(&format!("error[wrong-value]: there is no network `{written}`")),
                    "{said}"
                );
                assert!(
                    said.contains("ladder.toml:5:") && said.contains(&format!("did you mean `{meant}`?")),
                    "{said}"
                );
                assert_eq!(rules, meant);
            }
        }
    }

    #[test]
    fn a_known_network_is_taken_and_a_person_may_post_anywhere() {
        for rules in network::NETWORKS.iter().filter(|rules| rules.network != "email") {
            for adapter in ["manual", "outbox"] {
                assert_eq!(said(adapter, rules.network), (String::new(), rules.network));
            }
        }
        assert_eq!(said("manual", " Telegram "), (String::new(), "telegram"));
        for elsewhere in [
            "hackernews",
            "lobsters",
            "github",
            "devto",
            "hashnode",
            "medium",
            "tumblr",
            "xing",
            "matrix",
            "lemmy",
            "wordpress",
            "ghost",
            "discourse",
            "teams",
            "tiktok",
            "whatsapp",
            "signal",
            "vk",
            "weibo",
            "line",
            "notice-board",
        ] {
            assert_eq!(said("manual", elsewhere), (String::new(), "manual"), "{elsewhere}");
        }
        // An outbox stands for a network or for none.
        let (said, _) = said("outbox", "hackernews");
        assert!(said.contains("known are `bluesky`, `discord`") && !said.contains("`email`"), "{said}");
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
