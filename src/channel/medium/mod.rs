//! Medium: an article as files, and what a person does with them. Medium gives out no
//! new credentials for its API since 2025 (a third party's page), and the API's own
//! pages were closed in 2023 (github.com/Medium/medium-api-docs): nothing is sent.
//!
//! The files lie as those of an outbox do, by the same code: what somebody has worked
//! on is never written over. The delivery waits for `ladder resolve`, as one that is
//! served by hand does.

mod page;

pub(in crate::channel) use page::texts;

use super::credentials::account;
use super::outbox::{Outbox, directory};
use super::shared_folder::Filling;
use super::{
    Abilities, Ability, Adapter, Attempt, Channel, Configuring, Doing, Found, Goes, Ready, Removed,
    wrong_kind,
};
use crate::diagnostic::{About, Checked, Diagnostic};
use crate::ladder::shape::{Field, Kind};
use crate::plan::{Identity, Payload, PayloadPart, Receipt};
use crate::render::{Defaults, Variant, VariantKind, defaults};
use crate::text::{Rules, network};
use std::future::Future;
use std::path::Path;
use std::pin::Pin;

/// `adapter = "medium"`.
pub const ADAPTER: Adapter = Adapter {
    name: "medium",
    also: &[],
    about: "writes an article for Medium as files; a person imports or pastes it",
    kind: VariantKind::Article,
    goes: Goes::Files,
    sample: r#"adapter = "medium"
account = "ada"
directory = "medium"
"#,
    abilities: Abilities {
        stable_key: Ability::Yes("the key stands beside the text"),
        find: Ability::Yes("the files of that key"),
        read_back: Ability::No("a person publishes it"),
        delete: Ability::Partly("files that wait; what is on Medium the person deletes"),
        edit: Ability::No("the person edits it"),
        duplicate: Ability::Yes("files of another key are left alone"),
    },
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] =
    &[Field { name: "directory", kind: Kind::Text, about: "where the files go; default `medium`" }];

/// Most characters of a title. Not verified: no page of Medium's says it.
const RULES: Rules = Rules { network: "medium", title: "Medium", title_limit: Some(100), ..network::UNKNOWN };

/// Medium takes no more (its page for tags, 2026, told by a third party).
const MOST_TAGS: usize = 5;

/// One author.
#[derive(Debug)]
pub struct Medium {
    account: String,
    /// Where the files lie.
    files: Outbox,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let directory = directory(&mut reader, "medium");
    reader.finish();
    // The account at Medium: what a person has published there by way of `manual`
    // counts as published.
    let account = account("medium", configuring, None);
    let files = Outbox::for_a_person(&account, directory, RULES, defaults::ARTICLE);
    Checked::with(Box::new(Medium { account, files }), problems)
}

/// The page to paste from, beside the file with the steps that a receipt names.
pub fn page_beside(steps: &str) -> String {
    format!("{}.html", steps.strip_suffix(".txt").unwrap_or(steps))
}

impl Channel for Medium {
    fn account(&self) -> String {
        self.account.clone()
    }

    fn kind(&self) -> VariantKind {
        VariantKind::Article
    }

    fn rules(&self) -> Rules {
        RULES
    }

    fn defaults(&self) -> Defaults {
        defaults::ARTICLE
    }

    /// One part: all files of the article.
    fn payload(&self, variant: &Variant, identity: &Identity) -> Checked<Payload> {
        let Variant::Article(article) = variant else {
            return Checked::bad(vec![wrong_kind(variant, "an article")]);
        };
        let mut made = self.files.payload(variant, identity);
        if article.tags.len() > MOST_TAGS {
            let named: Vec<String> = article.tags[MOST_TAGS..].iter().map(|tag| format!("`{tag}`")).collect();
            let says = format!("{} goes without: Medium takes {MOST_TAGS} tags", named.join(", "));
            let hint = "put those first in the message's `tags` that matter there";
            made.problems.push(Diagnostic::warning("tags-left-out", says).about(About::Tags).hint(hint));
        }
        made
    }

    fn filling(&self) -> Option<Filling> {
        self.files.filling()
    }

    fn ready<'a>(&'a self, project: &'a Path) -> Pin<Box<dyn Future<Output = Ready> + Send + 'a>> {
        self.files.ready(project)
    }

    fn send<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Receipt> {
        self.files.send(part, attempt)
    }

    fn take_down<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Doing<'a, Removed> {
        // Whoever has told its address has published it.
        if receipt.url.is_some() {
            let why = "Medium lets no program delete: delete the story there";
            return Box::pin(async move { Ok(Removed::Stays(why.to_owned())) });
        }
        self.files.take_down(part, receipt, attempt)
    }

    fn find<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Found> {
        self.files.find(part, attempt)
    }
}
