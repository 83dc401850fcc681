//! X, against a server on this machine that says what a test tells it to.

mod looking;
mod outcomes;
mod sending;
mod server;
mod who;

use super::*;
use crate::channel::{Configured, Taken, fixture};
use crate::ladder::parse_project;
use crate::source::Sources;
use server::{Reply, Server};
use std::path::PathBuf;

/// A value that must never be seen again.
const SECRET: &str = "sesame-open";

/// A project with a channel that reaches a server.
struct House {
    project: tempfile::TempDir,
    made: Configured,
}

impl House {
    /// With an OAuth 2 token.
    fn new(server: &Server) -> House {
        House::with(server, "account = \"acmerockets\"\n")
    }

    /// With more in the channel's table.
    fn with(server: &Server, more: &str) -> House {
        let project = tempfile::tempdir().unwrap();
        std::fs::write(project.path().join("secret"), SECRET).unwrap();
        let toml = format!(
            "[brand]\nname = \"Acme\"\n[channels.x]\nadapter = \"x\"\nbase_url = \"{}\"\n\
             access_token = {{ file = \"secret\" }}\n{more}",
            server.url
        );
        let mut sources = Sources::new();
        let id = sources.add("ladder.toml", &toml);
        let read = parse_project(&sources, id, &["x"]).value.unwrap();
        let made = crate::channel::configure(&sources, &read, &read.channels[0]);
        House { project, made: made.value.unwrap() }
    }

    /// With the four keys of OAuth 1.0a.
    fn signed(server: &Server) -> House {
        let keys = ["consumer_key", "consumer_secret", "access_token_secret"];
        let keys: String = keys.iter().map(|key| format!("{key} = {{ file = \"secret\" }}\n")).collect();
        House::with(server, &format!("account = \"@AcmeRockets\"\n{keys}"))
    }

    fn channel(&self) -> &dyn Channel {
        &*self.made.channel
    }

    fn path(&self) -> PathBuf {
        self.project.path().to_owned()
    }

    /// The first try of a post.
    fn attempt(&self, post: Variant) -> Attempt {
        let mut attempt = fixture::attempt(self.project.path(), post);
        attempt.first_tried = jiff::Timestamp::now();
        attempt.last_tried = attempt.first_tried;
        attempt
    }

    /// What other deliveries with these receipts have taken.
    fn taken(&self, receipts: &[Receipt]) -> Taken {
        Taken::by(self.channel(), receipts)
    }

    fn parts(&self, attempt: &Attempt) -> Vec<PayloadPart> {
        let checked = self.channel().payload(&attempt.variant, &attempt.identity);
        assert!(!checked.has_errors(), "{:?}", checked.problems);
        checked.value.unwrap().parts
    }

    async fn send(&self, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.channel().send(&self.parts(attempt)[attempt.part as usize], attempt).await
    }

    async fn find(&self, attempt: &Attempt) -> Result<Found, SendError> {
        self.channel().find(&self.parts(attempt)[attempt.part as usize], attempt).await
    }
}

/// A receipt with that id.
fn receipt(id: &str) -> Receipt {
    Receipt { id: Some(id.to_owned()), ..Receipt::default() }
}

/// What became of it, in a line, with the sort of error before it.
fn told<T: std::fmt::Debug>(outcome: &Result<T, SendError>) -> String {
    let told = match outcome {
        Ok(value) => format!("{value:?}"),
        Err(SendError::Refused { says } | SendError::Mendable { says }) => format!("refused: {says}"),
        Err(SendError::NotYet { says, wait: None }) => format!("not yet: {says}"),
        Err(SendError::NotYet { says, wait: Some(wait) }) => format!("not yet, {} s: {says}", wait.as_secs()),
        Err(SendError::TooMany { says, wait: None }) => format!("not yet: {says}"),
        Err(SendError::TooMany { says, wait: Some(wait) }) => {
            format!("not yet, {} s: {says}", wait.as_secs())
        }
        Err(SendError::Partly { says, .. }) => format!("partly: {says}"),
        Err(SendError::Unknown { cause }) => format!("unknown: {cause}"),
    };
    assert!(!told.contains(SECRET), "{told}");
    told
}

fn posted() -> Reply {
    Reply::new(201, serde_json::json!({ "data": { "id": "1346889436626259968", "text": "It landed." } }))
}
