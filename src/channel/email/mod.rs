//! Mail: one message for each recipient, by SMTP or into a Maildir.
//!
//! Promise: the same delivery gives the same bytes (Message-ID, Date and MIME
//! boundaries come from the key and the first try), nothing a user wrote can
//! add a header or a recipient, and what became of a message is never guessed:
//! a connection lost after the body left is *unknown*.

mod bounded;
mod mailbox;
mod maildir;
mod message;
mod reply;
mod server;
mod smtp;
#[cfg(test)]
mod tests;
mod tls;

pub use mailbox::parse_mailbox;
pub use server::{Encryption, Server};

use super::credentials::account;
use super::folder::{on_disk, picture_bytes};
use super::secret::resolve;
use super::{
    Abilities, Ability, Adapter, Attempt, Channel, Configuring, Doing, Found, Goes, Posting, Ready,
    SendError, Whose,
};
use crate::diagnostic::{About, Checked, Diagnostic};
use crate::ladder::NodeKind;
use crate::ladder::secret_ref::SecretRef;
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::{Identity, Payload, PayloadPart, Receipt};
use crate::render::defaults;
use crate::render::{Defaults, Mail, Variant, VariantKind};
use crate::source::Spanned;
use crate::text::{Rules, network};
use lettre::message::Mailbox;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;

/// `adapter = "email"`.
pub const ADAPTER: Adapter = Adapter {
    name: "email",
    also: &["mail", "newsletter", "smtp", "maildir"],
    about: "mail by SMTP, or into a Maildir folder",
    kind: VariantKind::Mail,
    goes: Goes::Server,
    sample: r#"adapter = "email"
smtp = { env = "SMTP_URL" }
from = "Acme Rockets <news@acme.example>"
to = ["staff@acme.example"]
"#,
    abilities: Abilities {
        stable_key: Ability::No("each try has the same Message-ID, which no server has to honour"),
        find: Ability::Partly("in a Maildir; no server can be asked"),
        read_back: Ability::No("nobody can look into a mailbox"),
        delete: Ability::No("mail cannot be recalled"),
        edit: Ability::No("mail cannot be recalled"),
        duplicate: Ability::No("a server takes every mail"),
    },
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[
    Field {
        name: "smtp",
        kind: Kind::Any,
        about: "the server: `{ env = \"SMTP_URL\" }` holding `smtps://user:password@host:465`, or \
                `smtp://localhost:2525` when it wants no password",
    },
    Field { name: "maildir", kind: Kind::Text, about: "a folder to write the mails to instead" },
    Field { name: "from", kind: Kind::Text, about: "the sender: `Acme Rockets <news@acme.example>`" },
    Field { name: "to", kind: Kind::TextOrList, about: "who gets it, one message each" },
    Field { name: "reply_to", kind: Kind::Text, about: "where answers go, if not to `from`" },
    Field {
        name: "list_unsubscribe",
        kind: Kind::TextOrList,
        about: "how to leave the list: an `https://` address (one click, RFC 8058), a `mailto:`, or both",
    },
    Field { name: "list_id", kind: Kind::Text, about: "the list's name: `Acme News <news.acme.example>`" },
    Field {
        name: "ca_file",
        kind: Kind::Text,
        about: "certificates (PEM) to trust instead of the system's, for a server of your own",
    },
];

/// One sender.
#[derive(Debug)]
pub struct Email {
    account: String,
    way: Way,
    from: Mailbox,
    /// The people, by what each one's delivery is known by: the bare address in
    /// lower case, so that a name or a letter changed is not another person. (No
    /// server of today tells `Ada@` from `ada@`, though RFC 5321 would let it.)
    to: Vec<String>,
    /// The same as written: what mails and servers get to see.
    written: BTreeMap<String, Mailbox>,
    headers: message::ListHeaders,
}

/// How a mail leaves.
#[derive(Debug)]
enum Way {
    /// By this server.
    Smtp(Box<smtp::Smtp>),
    /// Into this folder.
    Maildir(String),
    /// Neither was said: reported when the channel was read.
    Nowhere,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let name = &configuring.table.name.value;
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let way = read_way(&mut reader, name);
    let from = reader.required_text("from").and_then(|from| read_mailbox(&mut reader, &from));
    let (mut to, mut known) = (Vec::new(), BTreeMap::new());
    for written in reader.texts("to").unwrap_or_default() {
        if let Some(mailbox) = read_mailbox(&mut reader, &written) {
            match known.entry(mailbox.email.to_string().to_lowercase()) {
                Entry::Occupied(_) => {
                    let message = format!("`{}` is on the list twice", mailbox.email);
                    reader.problems.push(Diagnostic::warning("same-recipient", message).at(written.span));
                }
                Entry::Vacant(person) => {
                    to.push(person.key().clone());
                    person.insert(mailbox);
                }
            }
        }
    }
    if to.is_empty() && !crate::diagnostic::has_errors(reader.problems) {
        let message = format!("`[channels.{name}]` has nobody to write to");
        let hint = "add `to = [\"staff@acme.example\"]`";
        reader.problems.push(Diagnostic::error("no-recipients", message).at(reader.span()).hint(hint));
    }
    let reply_to = reader.text("reply_to").and_then(|written| read_mailbox(&mut reader, &written));
    let headers = message::ListHeaders::read(&mut reader, reply_to);
    reader.finish();
    let Some(from) = from else { return Checked::bad(problems) };
    // A folder of files is not the list of readers: what was written there to
    // look at counts as sent only there.
    let known_as = match &way {
        Way::Maildir(directory) => format!("maildir/{directory}"),
        Way::Smtp(_) | Way::Nowhere => from.email.to_string().to_lowercase(),
    };
    let account = account("email", configuring, Some(&known_as));
    Checked::with(Box::new(Email { account, way, from, to, written: known, headers }), problems)
}

fn read_way(reader: &mut Reader<'_>, channel: &str) -> Way {
    let literal = reader.table.get("smtp").map(|node| matches!(node.kind, NodeKind::String(_)));
    let maildir = reader.table.get("maildir").is_some();
    let ca_file = reader.text("ca_file").map(|path| PathBuf::from(path.value));
    if maildir && literal.is_some() {
        let message = format!("`[channels.{channel}]` has both `smtp` and `maildir`");
        let hint = "keep one of them";
        reader.problems.push(Diagnostic::error("two-ways", message).at(reader.span()).hint(hint));
    }
    match literal {
        Some(true) => {
            let Some((_, node)) = reader.node("smtp") else { return Way::Nowhere };
            let NodeKind::String(url) = &node.kind else { return Way::Nowhere };
            match Server::parse(url) {
                Ok(server) if server.credentials.is_none() => {
                    Way::Smtp(Box::new(smtp::Smtp::new(server::Source::Known(server), ca_file)))
                }
                Ok(_) => {
                    let message = "the address of the mail server holds a password";
                    let hint = "put the whole address into a variable: `smtp = { env = \"SMTP_URL\" }`, \
                                `{ file = \"…\" }` or `{ command = [\"…\"] }`";
                    reader
                        .problems
                        .push(Diagnostic::error("secret-literal", message).at(node.span).hint(hint));
                    Way::Nowhere
                }
                Err(why) => {
                    let hint = "write `smtps://host:465`, `smtp://host:587` or `smtp://localhost:2525`";
                    reader.problems.push(Diagnostic::error("bad-url", why).at(node.span).hint(hint));
                    Way::Nowhere
                }
            }
        }
        Some(false) => match reader.secret("smtp") {
            Some(reference) => {
                Way::Smtp(Box::new(smtp::Smtp::new(server::Source::Secret(reference.value), ca_file)))
            }
            None => Way::Nowhere,
        },
        None if maildir => super::outbox::folder_of(reader, "maildir").map_or(Way::Nowhere, Way::Maildir),
        None => {
            let message = format!("`[channels.{channel}]` does not say how its mails leave");
            let hint = "add `smtp = { env = \"SMTP_URL\" }`, or `maildir = \"mail\"` to have them written to a folder";
            reader.problems.push(Diagnostic::error("missing-key", message).at(reader.span()).hint(hint));
            Way::Nowhere
        }
    }
}

fn read_mailbox(reader: &mut Reader<'_>, written: &Spanned<String>) -> Option<Mailbox> {
    match parse_mailbox(&written.value) {
        Ok(mailbox) => Some(mailbox),
        Err(why) => {
            let hint = "write `name@host.example` or `Name <name@host.example>`";
            reader.problems.push(Diagnostic::error("bad-address", why).at(written.span).hint(hint));
            None
        }
    }
}

impl Email {
    /// The whole message as it goes over the wire.
    fn compose(&self, part: &PayloadPart, attempt: &Attempt) -> Result<message::Letter, SendError> {
        let refused = |says: String| SendError::Refused { says };
        let mail: Mail = serde_json::from_value(part.body.clone())
            .map_err(|error| refused(format!("the plan holds no mail for this channel: {error}")))?;
        let recipient = attempt.identity.recipient.as_deref();
        let recipient = recipient.ok_or_else(|| refused("the mail has no recipient".to_owned()))?;
        // Who has left the list since is written to as the plan has it.
        let to = match self.written.get(recipient) {
            Some(written) => written.clone(),
            None => parse_mailbox(recipient).map_err(refused)?,
        };
        let missing = |picture: &&crate::render::Picture| !attempt.media.join(&picture.sha256).is_file();
        if let Some(picture) = mail.media.iter().find(missing) {
            picture_bytes(&attempt.media, picture)?;
        }
        message::compose(&mail, &self.from, to, &self.headers, attempt).map_err(refused)
    }
}

impl Channel for Email {
    fn account(&self) -> String {
        self.account.clone()
    }

    fn kind(&self) -> VariantKind {
        VariantKind::Mail
    }

    fn rules(&self) -> Rules {
        network::EMAIL
    }

    fn defaults(&self) -> Defaults {
        defaults::MAIL
    }

    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        let Variant::Mail(mail) = variant else {
            return Checked::bad(vec![super::wrong_kind(variant, "a mail")]);
        };
        let mut problems = Vec::new();
        if let Err(why) = message::one_line("subject", &mail.subject) {
            problems.push(Diagnostic::error("control-character", why).about(About::Subject));
        }
        if mail.subject.trim().is_empty() {
            let problem = Diagnostic::error("empty-subject", "the mail has no subject").about(About::Subject);
            problems.push(problem.hint("set `subject` on the rung"));
        }
        let mut body = json!(mail);
        body["from"] = json!(self.from.to_string());
        body["headers"] = json!(self.headers.shown());
        let part = PayloadPart { body, media: mail.media.clone() };
        Checked::with(Payload { parts: vec![part] }, problems)
    }

    fn ready<'a>(&'a self, project: &'a Path) -> Pin<Box<dyn Future<Output = Ready> + Send + 'a>> {
        match &self.way {
            Way::Smtp(smtp) => Box::pin(smtp.ready(project)),
            Way::Maildir(directory) => Box::pin(super::folder_ready(project, directory)),
            Way::Nowhere => Box::pin(async {
                Ready::No(vec!["the channel says neither `smtp` nor `maildir`".to_owned()])
            }),
        }
    }

    fn verify<'a>(&'a self, project: &'a Path) -> Doing<'a, Whose> {
        match &self.way {
            Way::Smtp(smtp) => Box::pin(smtp.verify(project)),
            Way::Maildir(_) | Way::Nowhere => Box::pin(async { Ok(Whose::Verified) }),
        }
    }

    /// Connects, logs in and says to whom the mail goes, up to where the server
    /// waits for it: of that no reader hears anything. There is no mark in the journal
    /// between that and the mail itself: it would be one more durable commit for each
    /// reader, to spare a doubt only where the process dies in that moment.
    fn prepare<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Posting<'a>> {
        Box::pin(async move {
            let letter = self.compose(part, attempt)?;
            let id = Some(letter.id.clone());
            let receipt = |detail| Receipt { id, url: None, detail: Some(detail), ..Receipt::default() };
            let posting: Posting<'a> = match &self.way {
                Way::Smtp(smtp) => {
                    let open = smtp.open(&letter, &attempt.project).await?;
                    Box::pin(async move { smtp.deliver(open, &letter).await.map(receipt) })
                }
                Way::Maildir(directory) => {
                    Box::pin(async move { maildir::deliver(directory, letter, attempt).await.map(receipt) })
                }
                Way::Nowhere => {
                    let says = "the channel says neither `smtp` nor `maildir`".to_owned();
                    return Err(SendError::Refused { says });
                }
            };
            Ok(posting)
        })
    }

    fn send<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Receipt> {
        Box::pin(async move { self.prepare(part, attempt).await?.await })
    }

    fn find<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Found> {
        Box::pin(async move {
            let Way::Maildir(directory) = &self.way else {
                // Some mail systems list what they took; SMTP has no way to ask.
                return Ok(Found::CannotTell(
                    "a mail server cannot be asked what became of a mail".to_owned(),
                ));
            };
            let letter = self.compose(part, attempt)?;
            maildir::find(directory, letter, attempt).await
        })
    }

    fn at_once(&self) -> usize {
        smtp::CONNECTIONS
    }

    fn recipients(&self) -> &[String] {
        &self.to
    }

    fn from(&self) -> Option<String> {
        Some(self.from.to_string())
    }
}

/// Reads the server's address, which may be a secret: never shown.
async fn read_server(reference: SecretRef, project: PathBuf) -> Result<Server, Ready> {
    let says = reference.to_string();
    let read = on_disk(move || resolve(&reference, &project).map_err(|says| SendError::Refused { says }));
    let address = read.await.map_err(|error| Ready::NoCredentials(vec![format!("`smtp`: {error}")]))?;
    // The parser's own words could hold a part of the address.
    Server::parse(address.value()).map_err(|_| {
        let example = "it looks like `smtps://user:password@host:465`";
        Ready::No(vec![format!("`smtp`: {says} holds no address of a mail server: {example}")])
    })
}
