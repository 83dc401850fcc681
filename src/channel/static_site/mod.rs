//! An article as files of a static site: for Hugo, Zola, Jekyll and Eleventy a
//! content file with its images, for `html` a whole page with list and feed.
//!
//! Promise: every file is whole or not there; the same article written twice
//! changes nothing; a page that is not ours is never touched.

mod address;
mod content;
mod front_matter;
mod html;
mod preset;
mod rival;
mod taken_back;
#[cfg(test)]
mod tests;

pub use address::Address;
pub use html::encode;
pub use preset::Preset;

use super::article::{media, same_name};
use super::credentials::account;
use super::folder::{Folder, on_disk, ours, spelling};
use super::outbox::{directory, folder_of};
use super::shared_folder::{Filled, Filling};
use super::{
    Abilities, Ability, Adapter, Attempt, Change, Channel, Configuring, Doing, Edited, Found, Goes, Ready,
    Removed, SendError,
};
use crate::diagnostic::{About, Checked, Diagnostic, nearest};
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::key::hex_digest;
use crate::plan::{Identity, Payload, PayloadPart, Receipt};
use crate::render::defaults;
use crate::render::slug::no_device;
use crate::render::{Article, Defaults, Picture, Variant, VariantKind};
use crate::text::{Rules, network};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde_json::{Map, Value, json};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

/// `adapter = "static-site"`.
pub const ADAPTER: Adapter = Adapter {
    name: "static-site",
    also: &["blog", "site", "website", "hugo", "jekyll", "zola", "eleventy", "11ty", "html"],
    about: "articles as files of a static site: Hugo, Zola, Jekyll, Eleventy, or plain HTML with a feed",
    kind: VariantKind::Article,
    goes: Goes::Files,
    sample: r#"adapter = "static-site"
preset = "hugo"
directory = "site/content/posts"
url = "https://acme.example/blog/{slug}/"
live = "30m"
"#,
    abilities: Abilities {
        stable_key: Ability::Yes("the key stands in the page"),
        find: Ability::Yes("the page of that key"),
        read_back: Ability::No("it is seen that the page answers (`live`), not what it says"),
        delete: Ability::Yes("its own files, unless somebody has changed them"),
        edit: Ability::Yes("the page, unless somebody has changed it; its address stays"),
        duplicate: Ability::Yes("a page of another key is left alone"),
    },
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[
    Field {
        name: "preset",
        kind: Kind::OneOf(Preset::NAMES),
        about: "whose files to write; `html` needs no generator",
    },
    Field { name: "directory", kind: Kind::Text, about: "where the pages go, from the project on" },
    Field {
        name: "url",
        kind: Kind::Text,
        about: "a page's public address, with `{slug}`, `{year}`, `{month}`, `{day}`, `{language}`",
    },
    Field {
        name: "live",
        kind: Kind::DurationOrFalse,
        about: "what comes `after` waits this long until the page answers; `false`: it does not look",
    },
    Field { name: "layout", kind: Kind::Text, about: "the generator's layout or template for the page" },
    Field {
        name: "permalink",
        kind: Kind::Text,
        about: "Jekyll, Eleventy: the page's path; default: the path of `url`",
    },
    Field { name: "assets", kind: Kind::Text, about: "Jekyll: the folder for images; default `assets`" },
    Field { name: "front_matter", kind: Kind::Any, about: "more keys for the front matter" },
    Field { name: "name", kind: Kind::Text, about: "`html`: the site's name; default: the brand's" },
];

/// One folder of pages.
#[derive(Clone, Debug)]
pub struct StaticSite {
    account: String,
    preset: Preset,
    directory: String,
    address: Option<Address>,
    live: Option<Duration>,
    layout: Option<String>,
    permalink: Option<Address>,
    assets: String,
    extra: Map<String, Value>,
    title: String,
    /// BCP 47 tag of list and feed.
    language: String,
    /// In which a day begins and ends.
    zone: TimeZone,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let brand = &configuring.project.brand;
    let name = &configuring.table.name.value;
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let preset = reader.required_text("preset").and_then(|written| match Preset::named(&written.value) {
        Some(preset) => Some(preset),
        None => {
            // The reader may have said it already, by the field's shape.
            if reader.problems.iter().all(|problem| problem.span != Some(written.span)) {
                let hint = match nearest(&written.value, Preset::NAMES.iter().copied()) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!("there are: {}", Preset::NAMES.join(", ")),
                };
                let message = format!("there is no preset `{}`", written.value);
                reader.problems.push(Diagnostic::error("wrong-value", message).at(written.span).hint(hint));
            }
            None
        }
    });
    if reader.table.get("directory").is_none() {
        let message = format!("`[channels.{name}]` does not say where its pages go");
        let hint = "add `directory = \"site/content/posts\"`";
        reader.problems.push(Diagnostic::error("missing-key", message).at(reader.span()).hint(hint));
    }
    let directory = directory(&mut reader, "site");
    let address = read_address(&mut reader, "url", Address::url);
    let permalink = read_address(&mut reader, "permalink", Address::path);
    let live = reader.duration_or_false("live").and_then(|live| live.value);
    let live = live.and_then(|live| Duration::try_from(live).ok());
    let layout = reader.text("layout").map(|layout| layout.value);
    let assets = folder_of(&mut reader, "assets").unwrap_or_else(|| "assets".to_owned());
    let title = reader.text("name").map_or_else(|| brand.name.clone(), |title| title.value);
    let extra = front_matter::extra(&mut reader, preset);
    reader.finish();
    let (Some(preset), account) = (preset, account("static-site", configuring, Some(&directory))) else {
        return Checked::bad(problems);
    };
    if let (Preset::Html, Some(address)) = (preset, &address)
        && address.before_slug().is_none()
    {
        let message = "with `preset = \"html\"` the address must end in `{slug}/`";
        let hint = "the page is written to `SLUG/index.html`: `https://acme.example/blog/{slug}/`";
        problems.push(Diagnostic::error("bad-url", message).at_maybe(address.span).hint(hint));
    }
    let zone = TimeZone::get(&brand.timezone.value).unwrap_or(TimeZone::UTC);
    let site = StaticSite {
        account,
        preset,
        directory,
        address,
        live,
        layout,
        permalink,
        assets,
        extra,
        title,
        language: configuring.table.language.clone(),
        zone,
    };
    Checked::with(Box::new(site), problems)
}

fn read_address(
    reader: &mut Reader<'_>,
    key: &str,
    parse: fn(&str) -> Result<Address, String>,
) -> Option<Address> {
    let written = reader.text(key)?;
    match parse(&written.value) {
        Ok(mut address) => {
            address.span = Some(written.span);
            Some(address)
        }
        Err(why) => {
            let hint = "places are `{slug}`, `{year}`, `{month}`, `{day}`, `{language}`";
            reader.problems.push(Diagnostic::error("bad-url", why).at(written.span).hint(hint));
            None
        }
    }
}

impl StaticSite {
    /// The folders that an article of that slug is written into.
    fn places(&self, slug: &str) -> Vec<String> {
        match self.preset {
            // What lies in `_posts` has a day before its name.
            Preset::Jekyll => vec![format!("{}/{slug}", content::assets(self))],
            _ => vec![format!("{}/{slug}", self.directory)],
        }
    }

    /// All that is written for one article.
    fn work(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Work, SendError> {
        let article: Article = serde_json::from_value(part.body.clone()).map_err(|error| {
            SendError::Refused { says: format!("the plan holds no article for this channel: {error}") }
        })?;
        check_slug(&article.slug).map_err(|says| SendError::Refused { says })?;
        // Generators silently leave out what is dated in the future: a page
        // published early is of the day it was published.
        let date = article.date.filter(|date| *date <= attempt.first_tried);
        let date = date.unwrap_or(attempt.first_tried).to_zoned(self.zone.clone());
        let url = self.address.as_ref().map(|address| address.of(&article, &date));
        Ok(Work {
            site: self.clone(),
            folder: Folder::new(&attempt.project, &self.directory)?,
            media: attempt.media.clone(),
            key: attempt.key.0.clone(),
            id: format!("{}/{}", attempt.identity.message, attempt.identity.rung),
            identity: attempt.identity.clone(),
            generation: attempt.identity.generation,
            withdrawn: attempt.withdrawn,
            earlier: attempt.earlier.iter().filter_map(|part| part.receipt.clone()).collect(),
            tried: attempt.first_tried.to_zoned(self.zone.clone()),
            project: attempt.project.clone(),
            article,
            date,
            url,
        })
    }

    /// The same as an edit of that moment writes it: readers of a feed look for what is
    /// newer than what they have.
    fn edited(&self, part: &PayloadPart, attempt: &Attempt, since: Timestamp) -> Result<Work, SendError> {
        Ok(Work { tried: since.to_zoned(self.zone.clone()), ..self.work(part, attempt)? })
    }
}

/// One article on its way to the disk.
struct Work {
    site: StaticSite,
    folder: Folder,
    project: PathBuf,
    media: PathBuf,
    key: String,
    /// Message and rung: what stays the same when an article is published again.
    id: String,
    identity: Identity,
    generation: u32,
    /// It is to be taken down: what stands of it counts, whole or not.
    withdrawn: bool,
    /// What earlier generations of it wrote.
    earlier: Vec<Receipt>,
    article: Article,
    date: Zoned,
    tried: Zoned,
    url: Option<String>,
}

impl Work {
    fn write(&self) -> Result<Receipt, SendError> {
        match self.site.preset {
            Preset::Html => html::write(self),
            _ => content::write(self),
        }
    }

    /// The page's file, and whose it is if it is ours.
    fn owner(&self) -> Result<(String, Option<Owner>), SendError> {
        match self.site.preset {
            Preset::Html => html::owner(self),
            _ => content::owner(self),
        }
    }

    /// The bytes of the page.
    fn page(&self) -> Result<String, SendError> {
        match self.site.preset {
            Preset::Html => html::page(self),
            _ => Ok(content::text(self)),
        }
    }

    /// The images that lie beside it.
    fn pictures(&self) -> impl Iterator<Item = &Picture> {
        self.article.cover.iter().chain(&self.article.media)
    }

    fn find(&self) -> Result<Found, SendError> {
        let (file, owner) = self.owner()?;
        // The plain site writes more than one file: all of them, or it is not done.
        if owner.as_ref().is_none_or(|owner| owner.key != self.key) {
            if self.withdrawn && owner.is_none() && self.folder.read(&file)?.is_none() {
                taken_back::leave_nothing(self, &file)?;
            }
            return Ok(Found::Absent);
        }
        let whole = self.site.preset != Preset::Html || self.withdrawn || html::is_whole(self)?;
        Ok(if whole { Found::Sent(self.receipt(&file)) } else { Found::Absent })
    }

    fn receipt(&self, file: &str) -> Receipt {
        let shown = self.folder.shown(file);
        let recorded = if self.site.preset == Preset::Html { html::digest(self) } else { None };
        let sha256 = recorded.or_else(|| self.page().ok().map(|page| hex_digest(page.as_bytes())));
        Receipt { id: None, url: self.url.clone(), detail: Some(shown), sha256, ..Receipt::default() }
    }

    /// Whether `owner`'s page may be written over: no page, or an earlier
    /// generation of this very one. `Ok(true)`: it is this one, done already.
    fn may_write(&self, file: &str, owner: Option<&Owner>, exists: bool) -> Result<bool, SendError> {
        match owner {
            Some(owner) if owner.key == self.key => Ok(true),
            Some(owner) if owner.id == self.id && self.generation > 0 => Ok(false),
            None if !exists => Ok(false),
            _ => {
                let says = format!(
                    "`{}` is there already and is another page: give this article another `slug`, \
                     or move that file away",
                    self.folder.shown(file)
                );
                Err(SendError::Refused { says })
            }
        }
    }
}

/// Names that the page itself needs, in one preset or another.
const RESERVED: &[&str] = &["index.md", "_index.md", "index.html", html::SIDECAR];

/// What a page of ours says about itself.
struct Owner {
    /// The delivery.
    key: String,
    /// Message and rung.
    id: String,
}

/// A slug becomes a file's name and a part of an address.
fn check_slug(slug: &str) -> Result<(), String> {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
    if slug.is_empty() {
        return Err("the article has an empty slug".to_owned());
    }
    if !slug.chars().all(good) || slug.starts_with('.') || slug.contains("..") {
        return Err(format!("the slug `{slug}` is no part of an address: use letters, digits and `-`"));
    }
    no_device(slug)?;
    if slug.len() > 150 {
        return Err(format!("the slug is {} bytes long, and file names have room for 150", slug.len()));
    }
    Ok(())
}

impl Channel for StaticSite {
    fn account(&self) -> String {
        self.account.clone()
    }

    fn kind(&self) -> VariantKind {
        VariantKind::Article
    }

    fn rules(&self) -> Rules {
        Rules {
            network: "blog",
            // About what search engines show of a title: a judgement, no limit.
            title_limit: Some(70),
            ..network::UNKNOWN
        }
    }

    fn defaults(&self) -> Defaults {
        defaults::ARTICLE
    }

    fn title(&self) -> Option<&str> {
        Some(&self.title)
    }

    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        let Variant::Article(article) = variant else {
            return Checked::bad(vec![super::wrong_kind(variant, "an article")]);
        };
        let mut problems = Vec::new();
        if let Err(why) = check_slug(&article.slug) {
            problems
                .push(Diagnostic::error("bad-slug", why).about(About::Slug).hint("set `slug` on the rung"));
        }
        for why in self.places(&article.slug).iter().filter_map(|place| ours(&spelling(place)).err()) {
            let hint = "set another `slug` on the rung, or give the channel a `directory` of its own";
            problems.push(Diagnostic::error("bad-slug", why).about(About::Slug).hint(hint));
        }
        let pictures = article.cover.iter().chain(&article.media);
        let media = media(pictures, &mut problems, |picture| {
            let problem = format!("an image cannot be called `{}`: the page is", picture.name);
            let is_ours = RESERVED.contains(&picture.name.to_lowercase().as_str());
            is_ours.then(|| same_name(picture, problem))
        });
        let mut body = json!(article);
        body["preset"] = json!(self.preset.name());
        body["directory"] = json!(self.directory);
        Checked::with(Payload { parts: vec![PayloadPart { body, media }] }, problems)
    }

    fn filling(&self) -> Option<Filling> {
        let with = match self.preset {
            // What its list and its feed say of themselves.
            Preset::Html => {
                let home = self.address.as_ref().and_then(Address::before_slug).unwrap_or_default();
                Filled::Site(format!("{} {} {home}", self.title, self.language))
            }
            _ => Filled::Pages,
        };
        Some(Filling { directory: self.directory.clone(), with })
    }

    fn ready<'a>(&'a self, project: &'a Path) -> Pin<Box<dyn Future<Output = Ready> + Send + 'a>> {
        Box::pin(super::folder_ready(project, &self.directory))
    }

    fn send<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Receipt> {
        let work = self.work(part, attempt);
        Box::pin(on_disk(move || work?.write()))
    }

    fn find<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Found> {
        let work = self.work(part, attempt);
        Box::pin(on_disk(move || work?.find()))
    }

    fn take_down<'a>(
        &'a self,
        part: &'a PayloadPart,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Doing<'a, Removed> {
        let (work, receipt) = (self.work(part, attempt), receipt.clone());
        let half = attempt.changing.as_ref();
        let half = half.map(|half| self.edited(&half.part(), attempt, half.since));
        Box::pin(on_disk(move || taken_back::take_down(&work?, half.transpose()?.as_ref(), &receipt)))
    }

    fn can_edit(&self, change: &Change) -> Result<(), String> {
        let named = |part: &PayloadPart, key: &str| part.body[key].as_str().unwrap_or_default().to_owned();
        for key in ["slug", "directory", "preset"] {
            let (before, after) = (named(&change.before, key), named(&change.after, key));
            if before != after {
                return Err(format!(
                    "its `{key}` would change (`{before}` to `{after}`), and with it its address"
                ));
            }
        }
        Ok(())
    }

    fn edit<'a>(
        &'a self,
        change: &'a Change,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Doing<'a, Edited> {
        let (before, receipt) = (self.work(&change.before, attempt), receipt.clone());
        let after = self.edited(&change.after, attempt, attempt.last_tried);
        Box::pin(on_disk(move || taken_back::edit(&after?, &before?, &receipt)))
    }

    fn live_within(&self) -> Option<Duration> {
        self.live
    }

    fn live<'a>(&'a self, url: &'a str) -> Doing<'a, bool> {
        Box::pin(async move { super::http::answers(url).await.map_err(|says| SendError::Refused { says }) })
    }
}
