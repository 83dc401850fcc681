//! What the channel promises, against servers on this machine.

mod finding;
mod outcomes;
mod rehearsed;
mod sending;
pub mod server;
mod verifying;

use crate::channel::{Attempt, Channel, Configured, configure, fixture};
use crate::diagnostic::Diagnostic;
use crate::ladder::parse_project;
use crate::plan::PayloadPart;
use crate::render::{Picture, Variant};
use crate::source::Sources;
use server::Server;
use tempfile::TempDir;

/// A page at a server, with its secrets in a folder.
struct House {
    server: Server,
    page: Box<dyn Channel>,
    folder: TempDir,
}

impl House {
    async fn new(replies: Vec<server::Reply>) -> House {
        House::with(replies, "").await
    }

    /// With more keys in the table, and a token that was looked at already.
    async fn with(mut replies: Vec<server::Reply>, more: &str) -> House {
        // A server that knows neither the page nor us.
        replies.splice(0..0, [server::status(404, ""), server::status(404, "")]);
        let house = House::unasked(replies, more).await;
        house.page.verify(house.folder.path()).await.unwrap();
        house.server.forget();
        house
    }

    /// Where Facebook has not been asked yet about the token.
    async fn unasked(replies: Vec<server::Reply>, more: &str) -> House {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "sesame-token\n").unwrap();
        std::fs::write(folder.path().join("app"), "sesame-app\n").unwrap();
        let server = Server::start(replies).await;
        let toml = format!(
            "[channels.f]\nadapter = \"facebook\"\npage_id = \"12\"\naccess_token = {{ file = \"token\" }}\n\
             base_url = \"{}\"\n{more}\n",
            server.url
        );
        House { server, page: channel(&toml).channel, folder }
    }

    /// A try to send `variant`, and its parts.
    fn attempt(&self, variant: Variant) -> (Vec<PayloadPart>, Attempt) {
        let attempt = fixture::attempt(self.folder.path(), variant);
        let payload = self.page.payload(&attempt.variant, &attempt.identity);
        assert!(!payload.has_errors(), "{:?}", payload.problems);
        (payload.value.unwrap().parts, attempt)
    }
}

fn channel(toml: &str) -> Configured {
    let (made, problems) = configured(toml);
    assert!(problems.is_empty(), "{problems:?}");
    made.unwrap()
}

fn configured(toml: &str) -> (Option<Configured>, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let source =
        sources.add("ladder.toml", &format!("[brand]\nname = \"Acme\"\nlanguage = \"en\"\n\n{toml}"));
    let mut problems = Vec::new();
    let project = parse_project(&sources, source, &["facebook"]).take(&mut problems).unwrap();
    let made = configure(&sources, &project, &project.channels[0]).take(&mut problems);
    (made, problems)
}

/// A post with these pictures, whose bytes are their names.
fn with_pictures(attempt_at: &House, text: &str, names: &[&str]) -> Variant {
    let mut variant = fixture::post(&[text]);
    let attempt = fixture::attempt(attempt_at.folder.path(), variant.clone());
    let pictures: Vec<Picture> = names
        .iter()
        .map(|name| {
            fixture::keep(&attempt, name.as_bytes());
            fixture::picture(name, name.as_bytes())
        })
        .collect();
    if let Variant::Post(post) = &mut variant {
        post.parts[0].media = pictures;
    }
    variant
}

fn with_comment(text: &str, comment: &str) -> Variant {
    let mut variant = fixture::post(&[text]);
    if let Variant::Post(post) = &mut variant {
        post.first_comment = Some(comment.to_owned());
    }
    variant
}

fn with_card(text: &str) -> Variant {
    let mut variant = fixture::post(&[text]);
    if let Variant::Post(post) = &mut variant {
        post.card = Some(fixture::card());
    }
    variant
}

#[test]
fn numbers_and_versions_that_are_none_are_told_and_never_become_addresses() {
    let said = |line: &str| {
        let (_, problems) = configured(&format!(
            "[channels.f]\nadapter = \"facebook\"\naccess_token = {{ env = \"T\" }}\n{line}\n"
        ));
        problems.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(said("page_id = \"12\"\nversion = \"v25.0\""), "");
    assert_eq!(said("page_id = \"acme\""), "`acme` is not the number of a page");
    assert_eq!(said("page_id = \"1/../2\""), "`1/../2` is not the number of a page");
    for base_url in ["https://graph.facebook.com/v26.0", "https://proxy.example/fb/v19.0/"] {
        let says = said(&format!("page_id = \"12\"\nbase_url = \"{base_url}\""));
        assert!(says.starts_with("`base_url` ends with `/v"), "{says}");
    }
    assert_eq!(said("page_id = \"12\"\nbase_url = \"https://proxy.example/v26.0/fb\""), "");
    for version in ["26.0", "v26", "v26.0/x", "v.", "latest"] {
        let says = said(&format!("page_id = \"12\"\nversion = \"{version}\""));
        assert_eq!(says, format!("`{version}` is no version of the Graph API"));
    }
}
