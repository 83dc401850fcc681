//! What stands in `[channels.NAME]` of a feed.

use super::FeedChannel;
use crate::channel::credentials::account;
use crate::channel::outbox::directory;
use crate::channel::{Channel, Configuring};
use crate::diagnostic::{Checked, Diagnostic, nearest};
use crate::ladder::name::{holds_user, is_page, with_user};
use crate::ladder::shape::{Field, Kind, Reader};
use crate::render::feed::Format;
use crate::source::Spanned;
use url::Url;

/// So many items are in the files unless the table says otherwise: readers' programs
/// keep what they have seen, and 10 to 50 are usual (jsonfeed.org asks for files of less
/// than 250 kB).
const ENTRIES: usize = 50;

pub const FIELDS: &[Field] = &[
    Field { name: "directory", kind: Kind::Text, about: "where the files go, from the project on" },
    Field { name: "url", kind: Kind::Url, about: "where readers find that folder" },
    Field {
        name: "formats",
        kind: Kind::List,
        about: "which files: `atom` (`atom.xml`), `rss` (`rss.xml`), `json` (`feed.json`); default all three",
    },
    Field { name: "name", kind: Kind::Text, about: "what the feed is called; default: the brand's name" },
    Field { name: "description", kind: Kind::Text, about: "what it is about; default: its title" },
    Field {
        name: "home_page_url",
        kind: Kind::Url,
        about: "the page that it is the feed of; default: the brand's `url`, else `url`",
    },
    Field { name: "author", kind: Kind::Text, about: "who writes; default: the brand's name" },
    Field {
        name: "id_authority",
        kind: Kind::Text,
        about: "whose names the items have: a domain or mail address of yours; default: the host of `url`",
    },
    Field { name: "entries", kind: Kind::Integer(1), about: "so many items, the newest; default 50" },
    Field { name: "hubs", kind: Kind::List, about: "addresses of WebSub hubs that the files name" },
];

/// How the feed is made.
#[derive(Clone, Debug)]
pub struct Options {
    pub directory: String,
    /// Ends with `/`.
    pub url: Url,
    pub formats: Vec<Format>,
    pub title: String,
    pub description: String,
    pub home: String,
    pub author: String,
    pub authority: String,
    pub entries: usize,
    pub hubs: Vec<String>,
    pub language: String,
}

pub fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let brand = &configuring.project.brand;
    let name = &configuring.table.name.value;
    let mut reader = configuring.reader(FIELDS, &mut problems);
    if reader.table.get("directory").is_none() {
        let message = format!("`[channels.{name}]` does not say where its files go");
        let hint = "add `directory = \"site/static/feeds\"`";
        reader.problems.push(Diagnostic::error("missing-key", message).at(reader.span()).hint(hint));
    }
    let directory = directory(&mut reader, "feeds");
    let url = address(&mut reader, name);
    let formats = formats(&mut reader);
    let title = reader.text("name").map_or_else(|| brand.name.clone(), |title| title.value);
    let description = reader.text("description").map_or_else(|| title.clone(), |text| text.value);
    let home = reader.url("home_page_url").map(|home| home.value);
    let author = reader.text("author").map_or_else(|| brand.name.clone(), |author| author.value);
    let authority = authority(&mut reader);
    let entries = reader.integer("entries").and_then(|entries| usize::try_from(entries.value).ok());
    let hubs = hubs(&mut reader).into_iter().map(|hub| hub.value).collect();
    reader.finish();
    let Some(url) = url else { return Checked::bad(problems) };
    let home = home.or_else(|| brand.url.as_ref().map(|url| url.value.clone()));
    let options = Options {
        home: home.unwrap_or_else(|| url.to_string()),
        authority: authority.unwrap_or_else(|| url.host_str().unwrap_or_default().to_owned()),
        language: configuring.table.language.clone(),
        entries: entries.unwrap_or(ENTRIES),
        directory,
        url,
        formats,
        title,
        description,
        author,
        hubs,
    };
    let account = account("feed", configuring, Some(&options.directory));
    Checked::with(Box::new(FeedChannel { account, options }), problems)
}

/// The addresses of the files that the channel will write; none of a table that does not
/// say where they are.
pub fn addresses(configuring: &Configuring<'_>) -> Vec<String> {
    let mut unread = Vec::new();
    let mut reader = configuring.reader(FIELDS, &mut unread);
    let Some(url) = address(&mut reader, &configuring.table.name.value) else { return Vec::new() };
    let files = formats(&mut reader);
    files.iter().filter_map(|format| url.join(format.file()).ok()).map(String::from).collect()
}

/// Where the folder is found. The files say so themselves, and images are found by it.
fn address(reader: &mut Reader<'_>, name: &str) -> Option<Url> {
    let hint = "write where that folder is on your site: `url = \"https://acme.example/feeds/\"`";
    if reader.table.get("url").is_none() {
        let message = format!("`[channels.{name}]` does not say where its files are found");
        reader.problems.push(Diagnostic::error("missing-key", message).at(reader.span()).hint(hint));
        return None;
    }
    let written = reader.url("url")?;
    let mut url = Url::parse(&written.value).ok()?;
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let is_one = !written.value.contains(['{', '}']);
    if !plain || !is_one || url.password().is_some() {
        let message = "`url` is the address of one folder: no `?`, no `#`, no user, no `{slug}`";
        reader.problems.push(Diagnostic::error("bad-url", message).at(written.span).hint(hint));
        return None;
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Some(url)
}

fn formats(reader: &mut Reader<'_>) -> Vec<Format> {
    let place = reader.table.get("formats").map(|node| node.span);
    let Some(written) = reader.texts("formats") else { return Format::ALL.to_vec() };
    let mut formats = Vec::new();
    for name in &written {
        match Format::named(&name.value) {
            Some(format) if !formats.contains(&format) => formats.push(format),
            Some(_) => {}
            None => {
                let hint = match nearest(&name.value, Format::NAMES.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are: {}", Format::NAMES.join(", ")),
                };
                let message = format!("there is no format `{}`", name.value);
                reader.problems.push(Diagnostic::error("wrong-value", message).at(name.span).hint(hint));
            }
        }
    }
    if written.is_empty() {
        let message = "`formats` is empty: nothing would be written";
        let hint = format!("there are: {}", Format::NAMES.join(", "));
        reader.problems.push(Diagnostic::error("wrong-value", message).at_maybe(place).hint(hint));
    }
    formats
}

/// The part of a `tag:` URI that says whose it is: a domain, or a mail address (RFC 4151, 2.1).
fn authority(reader: &mut Reader<'_>) -> Option<String> {
    let written = reader.text("id_authority")?;
    let authority = written.value.trim().to_ascii_lowercase();
    let label = |label: &str| {
        let good = |c: char| c.is_ascii_alphanumeric() || c == '-';
        !label.is_empty() && label.chars().all(good) && !label.starts_with('-') && !label.ends_with('-')
    };
    let (person, domain) = match authority.split_once('@') {
        Some((person, domain)) => (person, domain),
        None => ("nobody", authority.as_str()),
    };
    let person = !person.is_empty()
        && person.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'));
    if person && domain.split('.').all(label) {
        return Some(authority);
    }
    let message = "`id_authority` is neither a domain nor a mail address";
    let hint = "write one that is yours: `acme.example`";
    reader.problems.push(Diagnostic::error("wrong-value", message).at(written.span).hint(hint));
    None
}

/// `hubs`: addresses of WebSub hubs.
pub(in crate::channel) fn hubs(reader: &mut Reader<'_>) -> Vec<Spanned<String>> {
    let mut hubs = Vec::new();
    for hub in reader.texts("hubs").unwrap_or_default() {
        if holds_user(&hub.value) {
            reader.problems.push(with_user("hubs", hub.span));
            continue;
        }
        if is_page(&hub.value) {
            hubs.push(hub.map(|hub| hub.trim().to_owned()));
            continue;
        }
        let message = format!("`{}` is not the address of a hub", hub.value);
        let hint = "write it whole: `https://pubsubhubbub.appspot.com/`";
        reader.problems.push(Diagnostic::error("wrong-value", message).at(hub.span).hint(hint));
    }
    hubs
}
