//! WebSub: the hubs of a feed are told that it has something new, and fetch it for those
//! who asked them to.
//!
//! Promise: no hub is told before the feed that stands on the web shows the new item, and
//! says that it is what the hub is told of; whom it names is asked as strangers are
//! ([`super::stranger`]). Nor of other words, before the feed shows the item otherwise than
//! when they were told of it last. A hub keeps nothing of who told it: telling it twice does no
//! harm, and what is lost is told again.
//!
//! Facts: W3C Recommendation "WebSub" (2018-01-23). How a publisher tells its hub is not in
//! it (section 6 leaves it open): what hubs take is what PubSubHubbub 0.4 had, `hub.mode`,
//! `hub.url`, and for some `hub.topic`.

mod live_feed;

use super::credentials::{account, base_url};
use super::feed::hubs;
use super::stranger::{Answer, Asker, Bounds, Reach, Unasked, WORD, is_private};
use super::telling::{self, Heard, Told};
use super::webmention::payload::{listed, no_source};
use super::{
    Abilities, Ability, Adapter, Attempt, Change, Channel, Configuring, Doing, Edited, Found, Goes, Ready,
    Removed, SendError, wrong_kind,
};
use crate::clock;
use crate::diagnostic::{Checked, Diagnostic, nearest};
use crate::ladder::name::{holds_user, is_page, with_user};
use crate::ladder::shape::{Field, Kind, Reader};
use crate::plan::key::hex_digest;
use crate::plan::{Identity, Payload, PayloadPart, Receipt};
use crate::render::{Defaults, Variant, VariantKind, defaults};
use crate::source::Spanned;
use crate::text::{Rules, network};
use jiff::SignedDuration;
use live_feed::LiveFeed;
use serde_json::json;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::{Duration, Instant};
use url::Url;

/// `adapter = "websub"`.
pub const ADAPTER: Adapter = Adapter {
    name: "websub",
    also: &["hub", "pubsubhubbub"],
    about: "tells the hubs of a feed that it has something new (WebSub)",
    kind: VariantKind::Article,
    goes: Goes::Word("word to hubs"),
    sample: r#"adapter = "websub"
feed = "https://acme.example/feed.xml"
"#,
    abilities: Abilities {
        stable_key: Ability::Yes("the feed's address: a hub that is told twice fetches it twice"),
        find: Ability::Yes("nothing to look for: it is told again"),
        read_back: Ability::No("a hub says no more than that it heard"),
        delete: Ability::Partly(
            "once the feed shows it no longer its hubs are told; readers keep what they have",
        ),
        edit: Ability::Yes("its hubs are told again"),
        duplicate: Ability::No("a hub that is told again fetches the feed again"),
    },
    fields: FIELDS,
    configure,
};

const FIELDS: &[Field] = &[
    Field {
        name: "feed",
        kind: Kind::Text,
        about: "the feed's address, letter by letter as the feed itself says it (`rel=\"self\"`)",
    },
    Field { name: "hubs", kind: Kind::List, about: "the hubs to tell; default: those that the feed names" },
    Field {
        name: "base_url",
        kind: Kind::Text,
        about: "a server that stands in for all others, for tests: `/https/a.example/b` is `https://a.example/b`",
    },
];

/// Of a feed so many bytes are read, and so many redirects followed.
const FEED: Bounds = Bounds { longest: 4 * 1024 * 1024, redirects: 5 };
/// The same of a hub, which says a word.
const HUB: Bounds = Bounds { longest: WORD, redirects: 5 };
/// Begun within one sending.
const SENDING: Duration = Duration::from_secs(10 * 60);
/// Begun within one taking down or editing, which have less time.
const CHANGING: Duration = Duration::from_secs(70);
/// A feed that does not show something for so long will not by itself.
const UNTIL_IT_SHOWS: SignedDuration = SignedDuration::from_hours(24);
/// The answer of a feed that is taken away for good. 404 may be a passing one.
const GONE: u16 = 410;

/// The hubs of one feed.
#[derive(Debug)]
pub struct WebSub {
    account: String,
    feed: String,
    hubs: Vec<String>,
    reach: Reach,
}

fn configure(configuring: &Configuring<'_>) -> Checked<Box<dyn Channel>> {
    let mut problems = Vec::new();
    let name = &configuring.table.name.value;
    let mut reader = configuring.reader(FIELDS, &mut problems);
    let feed = topic(&mut reader, name);
    let hubs = hubs(&mut reader);
    let reach = Reach::of(&base_url(&mut reader, "", |_, _| None));
    // Where one server stands in for all others, the feed may be played on this machine.
    let own = feed.iter().filter(|_| reach == Reach::Public).map(|feed| ("feed", feed));
    for (key, written) in hubs.iter().map(|hub| ("hubs", hub)).chain(own) {
        if Url::parse(&written.value).is_ok_and(|url| is_private(&url)) {
            let message =
                format!("`{}` is a private address, which no stranger can be told of or by", written.value);
            let hint = format!("write in `{key}` what stands on the public internet");
            reader.problems.push(Diagnostic::error("bad-url", message).at(written.span).hint(hint));
        }
    }
    reader.finish();
    problems.extend(feed.as_ref().and_then(|feed| no_feed_of_ours(configuring, feed)));
    let Some(feed) = feed.map(|feed| feed.value) else { return Checked::bad(problems) };
    let hubs = hubs.into_iter().map(|hub| hub.value).collect();
    let account = account("websub", configuring, Some(&feed));
    Checked::with(Box::new(WebSub { account, feed, hubs, reach }), problems)
}

/// An address where the project writes feeds, and of which it writes none: hubs would be told
/// of something that nobody finds.
fn no_feed_of_ours(configuring: &Configuring<'_>, feed: &Spanned<String>) -> Option<Diagnostic> {
    let folder = |address: &str| address.rfind('/').map(|at| address[..=at].to_owned());
    for table in configuring.project.channels.iter().filter(|table| table.adapter.value == "feed") {
        let written = super::feed::addresses(&Configuring { table, ..*configuring });
        let here = written.first().is_some_and(|first| folder(first) == folder(&feed.value));
        if here && !written.contains(&feed.value) {
            let message = format!("`[channels.{}]` writes no feed at `{}`", table.name.value, feed.value);
            let hint = match nearest(&feed.value, written.iter().map(String::as_str)) {
                Some(near) if near.ends_with(".xml") == feed.value.ends_with(".xml") => {
                    format!("did you mean `{near}`?")
                }
                _ => format!("it writes `{}`", written.join("`, `")),
            };
            return Some(Diagnostic::warning("unknown-feed", message).at(feed.span).hint(hint));
        }
    }
    None
}

/// The feed's address. Nothing of it is tidied: a hub knows it by its letters.
fn topic(reader: &mut Reader<'_>, name: &str) -> Option<Spanned<String>> {
    let hint = "write it as the feed says it itself: `feed = \"https://acme.example/feed.xml\"`";
    let Some(written) = reader.text("feed") else {
        if reader.table.get("feed").is_none() {
            let message = format!("`[channels.{name}]` does not say of which feed");
            reader.problems.push(Diagnostic::error("missing-key", message).at(reader.span()).hint(hint));
        }
        return None;
    };
    if holds_user(&written.value) {
        reader.problems.push(with_user("feed", written.span));
        return None;
    }
    let plain = Url::parse(&written.value).is_ok_and(|url| url.fragment().is_none());
    let whole = !written.value.contains(|c: char| c.is_whitespace() || c.is_control());
    if is_page(&written.value) && plain && whole {
        return Some(written);
    }
    let message = "`feed` is not the address of a feed";
    reader.problems.push(Diagnostic::error("bad-url", message).at(written.span).hint(hint));
    None
}

/// What is to be told of, as a plan holds it.
struct News {
    topic: String,
    hubs: Vec<String>,
    item: String,
}

impl News {
    fn read(part: &PayloadPart) -> Result<News, SendError> {
        let text = |key: &str| part.body[key].as_str().map(str::to_owned);
        let hubs = part.body["hubs"].as_array().into_iter().flatten();
        let hubs = hubs.filter_map(|hub| hub.as_str().map(str::to_owned)).collect();
        match (text("topic"), text("item")) {
            (Some(topic), Some(item)) => Ok(News { topic, hubs, item }),
            _ => Err(SendError::Refused { says: "the plan holds no feed for this channel".to_owned() }),
        }
    }
}

impl WebSub {
    fn asker(&self) -> Result<Asker, SendError> {
        Asker::new(self.reach.clone(), "WebSub").map_err(|says| SendError::NotYet { says, wait: None })
    }

    /// What stands on the web of the feed.
    async fn looked_at(&self, asker: &Asker, news: &News) -> Result<LiveFeed, SendError> {
        let answer = asked(asker, &news.topic).await?;
        if !answer.is_success() {
            let says = format!("the feed is not there yet (it answered {})", answer.status);
            return Err(SendError::NotYet { says, wait: answer.retry_after() });
        }
        Ok(LiveFeed::of(&answer))
    }

    /// News of a feed that it shows; of which no hub has heard within a day, that is said.
    async fn tell_of_news(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Receipt, SendError> {
        let (news, asker) = (News::read(part)?, self.asker()?);
        let shows = async {
            let feed = self.looked_at(&asker, &news).await?;
            match feed.shows(&news.item) {
                Some(digest) => Ok((feed, digest)),
                None => {
                    let says = format!("the feed does not show {} yet", news.item);
                    Err(SendError::NotYet { says, wait: None })
                }
            }
        };
        let late = clock::now().duration_since(attempt.first_tried) >= UNTIL_IT_SHOWS;
        let (feed, digest) = shows.await.map_err(|error| match error {
            SendError::NotYet { says, .. } if late => SendError::Mendable {
                says: format!(
                    "after a day {says}; a feed has its newest items alone: put it there, or give it up"
                ),
            },
            error => error,
        })?;
        let told = ping(&asker, &news, hubs_of(&news, &feed)?, attempt, SENDING).await;
        match told.left() {
            Some(says) if told.is_done() && told.count() == 0 => Err(SendError::Refused { says }),
            _ if told.is_over() => Ok(self.receipt(&told, digest, "")),
            _ => Err(told.partly("")),
        }
    }

    /// Of other words, once the feed shows the item otherwise than when its hubs were told
    /// of it last. A feed that shows titles alone never does.
    async fn tell_again(
        &self,
        part: &PayloadPart,
        receipt: &Receipt,
        attempt: &Attempt,
    ) -> Result<Edited, SendError> {
        let (news, asker) = (News::read(part)?, self.asker()?);
        let feed = self.looked_at(&asker, &news).await?;
        let Some(digest) = feed.shows(&news.item) else {
            let says = format!("the feed does not show {} yet", news.item);
            return Err(SendError::NotYet { says, wait: None });
        };
        let is_as_before = receipt.sha256.as_ref() == Some(&digest);
        let begun = attempt.begun.as_ref();
        let late = |since| clock::now().duration_since(since) >= UNTIL_IT_SHOWS;
        if is_as_before && !begun.is_some_and(|begun| late(begun.since)) {
            let says = format!(
                "the feed still shows {} as its hubs know it: put the new words there first (if it shows none of \
                 them, they are told a day after this was asked for first)",
                news.item
            );
            // Since when it is waited for, stands in the journal beside what is done.
            let done = begun.map_or_else(|| "{}".to_owned(), |begun| begun.done.clone());
            return Err(SendError::Partly { says, wait: None, done });
        }
        let told = ping(&asker, &news, hubs_of(&news, &feed)?, attempt, CHANGING).await;
        let unseen = if is_as_before { "; though the feed shows the item as before" } else { "" };
        match told.left() {
            Some(says) if told.is_done() && told.count() == 0 => Err(SendError::Refused { says }),
            _ if told.is_over() => Ok(Edited::Done(self.receipt(&told, digest, unseen))),
            _ => Err(told.partly("")),
        }
    }

    /// Whom it was told, and how the feed showed the item then.
    fn receipt(&self, told: &Told, digest: String, unseen: &str) -> Receipt {
        let nobody = if told.count() == 0 { "no hub has heard of it: " } else { "" };
        let detail = Some(format!("of {}: {nobody}{}{unseen}", self.feed, told.words()));
        Receipt { id: Some(self.feed.clone()), detail, sha256: Some(digest), ..Receipt::default() }
    }

    /// Once the feed shows it no longer, its hubs are told so.
    async fn tell_that_it_is_gone(
        &self,
        part: &PayloadPart,
        attempt: &Attempt,
    ) -> Result<Removed, SendError> {
        let (news, asker) = (News::read(part)?, self.asker()?);
        let answer = asked(&asker, &news.topic).await?;
        if answer.status == GONE {
            return Ok(Removed::Already);
        }
        if !answer.is_success() {
            let says = format!(
                "whether the feed still shows {} cannot be seen (it answered {}): once it is there without it, the \
                 same command goes on",
                news.item, answer.status
            );
            return Err(SendError::NotYet { says, wait: answer.retry_after() });
        }
        let feed = LiveFeed::of(&answer);
        if feed.shows(&news.item).is_some() {
            let says = format!(
                "the feed still shows {}: take it out there first, then the same command goes on",
                news.item
            );
            return Err(SendError::NotYet { says, wait: None });
        }
        let told = ping(&asker, &news, hubs_of(&news, &feed)?, attempt, CHANGING).await;
        match told.left() {
            _ if !told.is_over() => Err(told.partly("")),
            None => Ok(Removed::Gone),
            Some(left) => Ok(Removed::GoneExcept(left)),
        }
    }
}

async fn asked(asker: &Asker, feed: &str) -> Result<Answer, SendError> {
    let url =
        Url::parse(feed).map_err(|_| SendError::Refused { says: "`feed` is no web address".to_owned() })?;
    asker.get_own(&url, FEED).await.map_err(|unasked| match unasked {
        Unasked::Now(why) => {
            SendError::NotYet { says: format!("the feed cannot be looked at: {why}"), wait: None }
        }
        Unasked::Never(why) => SendError::Mendable { says: format!("no hub can read the feed: {why}") },
    })
}

/// An address without the user and the password in it.
fn without_user(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else { return address.to_owned() };
    // Of an address that cannot have them there are none to take out.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url.into()
}

/// Whom to tell: those of the table, else those that the feed names. A hub knows a feed by
/// what it says it is: of another address nobody would hear.
fn hubs_of(news: &News, feed: &LiveFeed) -> Result<Vec<String>, SendError> {
    let shown = |text: &str| {
        let text = if holds_user(text) { without_user(text) } else { text.to_owned() };
        crate::diagnostic::visible::visible(&text).into_owned()
    };
    match &feed.own {
        Some(own) if *own == news.topic => {}
        Some(own) => {
            let says = format!(
                "the feed says that it is `{}` (`rel=\"self\"`), and hubs know it by that: write `feed` so, letter by \
                 letter, or mend the feed",
                shown(own)
            );
            return Err(SendError::Mendable { says });
        }
        None => {
            let says = "the feed does not say what it is: who asks a hub for it needs a `rel=\"self\"` in it";
            return Err(SendError::Mendable { says: says.to_owned() });
        }
    }
    let hubs = if news.hubs.is_empty() { feed.hubs.clone() } else { news.hubs.clone() };
    if hubs.is_empty() {
        let says =
            "the feed names no hub (`rel=\"hub\"`): nobody can be told by one; name one in it, or in `hubs`";
        return Err(SendError::Mendable { says: says.to_owned() });
    }
    if hubs.iter().all(|hub| holds_user(hub)) {
        let says = "the feed names its hubs with a user or a password in their addresses, which everybody can read \
                    there: they are not told; take these out";
        return Err(SendError::Mendable { says: says.to_owned() });
    }
    Ok(hubs)
}

/// Tells each hub that has not answered an earlier try. One that does not answer keeps none
/// from hearing, and what is no business of readers is neither asked nor shown.
async fn ping(asker: &Asker, news: &News, hubs: Vec<String>, attempt: &Attempt, budget: Duration) -> Told {
    let (barred, hubs): (Vec<String>, Vec<String>) = hubs.into_iter().partition(|hub| holds_user(hub));
    let mut told = telling::tell(attempt, hubs, (budget, " "), |open, end| async move {
        let mut heard = Vec::new();
        for hub in open {
            let said = if Instant::now() < end {
                ping_one(asker, &news.topic, &hub).await
            } else {
                Heard::no_time()
            };
            heard.push((hub, said));
        }
        heard
    })
    .await;
    told.heard.extend(barred.iter().map(|hub| {
        let says = "is not told: the feed names it with a user or a password in its address";
        (without_user(hub), Heard::Not(says.to_owned()))
    }));
    told
}

async fn ping_one(asker: &Asker, topic: &str, hub: &str) -> Heard {
    let Ok(url) = Url::parse(hub) else { return Heard::Not("is no web address".to_owned()) };
    let form = [("hub.mode", "publish"), ("hub.url", topic), ("hub.topic", topic)];
    let answer = match asker.post(&url, &form, HUB).await {
        Ok(answer) => answer,
        Err(Unasked::Never(why)) => return Heard::Not(format!("is not told: {why}")),
        Err(Unasked::Now(why)) => return Heard::Later(format!("has not heard: {why}"), None),
    };
    let status = answer.status;
    if answer.is_success() {
        return Heard::Told(format!("heard of it ({status})"));
    }
    if answer.is_for_later() {
        return Heard::Later(format!("answered {status}"), answer.retry_after());
    }
    match answer.excerpt() {
        says if says.is_empty() => Heard::Not(format!("refused it ({status})")),
        says => Heard::Not(format!("refused it ({status}: {says})")),
    }
}

impl Channel for WebSub {
    fn account(&self) -> String {
        self.account.clone()
    }

    fn kind(&self) -> VariantKind {
        VariantKind::Article
    }

    fn rules(&self) -> Rules {
        Rules { network: "websub", title: "WebSub", ..network::UNKNOWN }
    }

    fn defaults(&self) -> Defaults {
        defaults::WORD
    }

    fn payload(&self, variant: &Variant, _identity: &Identity) -> Checked<Payload> {
        let Variant::Article(article) = variant else {
            return Checked::bad(vec![wrong_kind(variant, "an article")]);
        };
        let Some(item) = &article.canonical else { return Checked::bad(vec![no_source("news")]) };
        // Other words are told of, too.
        let words = hex_digest(format!("{}\n{}", article.title, article.html).as_bytes());
        let body = json!({ "topic": self.feed, "hubs": self.hubs, "item": item, "article_sha256": words });
        Checked::with(Payload { parts: vec![PayloadPart { body, media: Vec::new() }] }, Vec::new())
    }

    fn shown(&self, variant: &Variant) -> Option<Variant> {
        let Variant::Article(article) = variant else { return None };
        let item = article.canonical.as_deref()?;
        let hubs = if self.hubs.is_empty() { "the hubs that it names are" } else { "these hubs are" };
        let says = format!("The feed {} has something new, and {hubs} told so.", self.feed);
        Some(listed(article, item, &says, &self.hubs))
    }

    fn ready<'a>(&'a self, _project: &'a Path) -> Pin<Box<dyn Future<Output = Ready> + Send + 'a>> {
        Box::pin(async { Ready::Yes })
    }

    fn send<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Receipt> {
        Box::pin(self.tell_of_news(part, attempt))
    }

    /// Whoever was told is told once more: a hub keeps nothing of it.
    fn find<'a>(&'a self, _part: &'a PayloadPart, _attempt: &'a Attempt) -> Doing<'a, Found> {
        Box::pin(async { Ok(Found::Absent) })
    }

    fn take_down<'a>(
        &'a self,
        part: &'a PayloadPart,
        _receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Doing<'a, Removed> {
        Box::pin(self.tell_that_it_is_gone(part, attempt))
    }

    fn can_edit(&self, change: &Change) -> Result<(), String> {
        let named = |part: &PayloadPart| {
            let text = |key: &str| part.body[key].as_str().unwrap_or_default().to_owned();
            (text("topic"), text("item"))
        };
        if named(&change.before) == named(&change.after) {
            return Ok(());
        }
        Err("it would be another feed, or another item of it".to_owned())
    }

    fn edit<'a>(
        &'a self,
        change: &'a Change,
        receipt: &'a Receipt,
        attempt: &'a Attempt,
    ) -> Doing<'a, Edited> {
        Box::pin(self.tell_again(&change.after, receipt, attempt))
    }
}
