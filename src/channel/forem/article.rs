//! An article: looked for, made as a draft, published, read back, found, taken back.

use super::answer::{Asked, trouble};
use super::api::Api;
use super::payload::text;
use super::{is_number, liquid};
use crate::channel::http::{Answer, Trouble};
use crate::channel::images::{Shown, behind};
use crate::channel::markdown_body::{mark, marked, pictures, same, unmarked};
use crate::channel::network::seen;
use crate::channel::{Attempt, Found, LONGEST_LAG, Removed, SendError};
use crate::ladder::name::is_page;
use crate::plan::key::hex_digest;
use crate::plan::{PayloadPart, Receipt, Seen, StepKey};
use crate::render::markdown::plain;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

/// So many articles are asked for at once: each comes with its text.
const PAGE: usize = 30;
/// More pages are not looked through.
const MOST_PAGES: usize = 40;
/// What was published so long before the first try is not ours, however clocks differ.
const MARGIN: SignedDuration = SignedDuration::from_hours(1);

/// An article as Forem tells its author.
#[derive(Clone, Debug)]
pub(super) struct Article {
    pub id: String,
    pub title: String,
    pub body: String,
    url: Option<String>,
    pub is_out: bool,
    published: Option<Timestamp>,
    has_cover: bool,
}

impl Article {
    fn of(api: &Api<'_>, value: &Value) -> Option<Article> {
        let said = |key: &str| value.get(key).and_then(Value::as_str);
        let id =
            value.get("id").and_then(Value::as_u64).map(|id| id.to_string()).filter(|id| is_number(id))?;
        let at = said("published_timestamp").or_else(|| said("published_at"));
        let published = at.and_then(|at| at.parse().ok());
        let url = said("url").filter(|url| is_page(url) && api.are_not_in(url));
        Some(Article {
            id,
            title: said("title")?.to_owned(),
            body: said("body_markdown")?.to_owned(),
            url: url.map(str::to_owned),
            // The list says it in so many words, one article by its time alone.
            is_out: value.get("published").and_then(Value::as_bool).unwrap_or(published.is_some()),
            published,
            has_cover: said("cover_image").or_else(|| said("main_image")).is_some_and(|url| !url.is_empty()),
        })
    }

    /// The article of an answer that is a success.
    pub fn of_answer(api: &Api<'_>, answer: &Answer) -> Option<Article> {
        Article::of(api, &answer.json().filter(|_| answer.is_success())?)
    }

    fn has(&self, key: &StepKey) -> bool {
        self.body.contains(&mark(key))
    }

    /// A digest of all that an edit would write over.
    pub fn digest(&self) -> String {
        hex_digest(format!("{}\n{}", self.title, unmarked(&self.body).replace("\r\n", "\n")).as_bytes())
    }

    /// What is known of it once it is out.
    pub fn receipt(&self, part: &PayloadPart, api: &Api<'_>) -> Receipt {
        Receipt {
            id: Some(self.id.clone()),
            url: self.url.clone().filter(|_| self.is_out),
            altered: self.altered(part, api),
            sha256: Some(self.digest()),
            ..Receipt::default()
        }
    }

    /// What readers see, if that is not what was sent.
    fn altered(&self, part: &PayloadPart, api: &Api<'_>) -> Option<String> {
        let sent = text(part, "body_markdown");
        let title = text(part, "title") != self.title;
        let words = !same(sent, &self.body);
        let live = pictures(&self.body);
        let planned = pictures(sent);
        let alts: Vec<&str> = planned.iter().map(|shown| shown.alt.as_str()).collect();
        let shown =
            Shown { number: Some(live.len()), alts: live.into_iter().map(|shown| Some(shown.alt)).collect() };
        let images = shown.differing(&alts);
        let no_cover = !text(part, "main_image").is_empty() && !self.has_cover;
        if !(title || words || images.is_some() || no_cover) {
            return None;
        }
        let mut told = plain(&liquid::shown(unmarked(&self.body)));
        if title {
            told = format!("{}\n\n{told}", self.title);
        }
        let no_cover = no_cover.then(|| "(without its cover image)".to_owned());
        for aside in [images, no_cover].into_iter().flatten() {
            told = behind(&told, &aside);
        }
        Some(seen(&api.redact(&told)))
    }

    /// Whether all words are those of the part.
    pub fn says(&self, part: &PayloadPart) -> bool {
        text(part, "title") == self.title && same(text(part, "body_markdown"), &self.body)
    }
}

/// What the author's list tells of an article.
enum Listed {
    There(Box<Article>),
    /// The list was read far enough back to say so.
    Absent,
    /// It goes on for longer than it is read.
    Endless,
}

/// Looks through the author's articles, drafts included (`GET /api/articles/me/all`).
/// Drafts stand first there and then what was published last (articles controller,
/// `me`): what was published before `since` ends it.
async fn listed(
    api: &Api<'_>,
    since: Timestamp,
    is_it: impl Fn(&Article) -> bool,
) -> Result<Listed, SendError> {
    for page in 1..=MOST_PAGES {
        let path = format!("/articles/me/all?page={page}&per_page={PAGE}");
        let answer = api.get(&path).await.map_err(Trouble::of_asking)?;
        let list = answer.json().filter(|_| answer.is_success());
        let Some(list) = list.as_ref().and_then(Value::as_array) else {
            return Err(trouble(&answer, Asked::Other, api));
        };
        // An entry that cannot be read could be ours.
        let articles: Option<Vec<Article>> = list.iter().map(|article| Article::of(api, article)).collect();
        let Some(articles) = articles else {
            let says = format!("{}'s list of articles has an entry that cannot be read", api.name());
            return Err(SendError::NotYet { says, wait: None });
        };
        let is_older =
            articles.last().is_some_and(|last| last.is_out && last.published.is_some_and(|at| at < since));
        let is_last = articles.len() < PAGE;
        if let Some(found) = articles.into_iter().find(|article| is_it(article)) {
            return Ok(Listed::There(Box::new(found)));
        }
        if is_last || is_older {
            return Ok(Listed::Absent);
        }
    }
    Ok(Listed::Endless)
}

fn since(attempt: &Attempt) -> Timestamp {
    attempt.first_tried.saturating_sub(MARGIN).unwrap_or(Timestamp::MIN)
}

/// An article that only has to be published.
pub(super) enum Prepared {
    /// The draft's number.
    Draft(String),
    /// An earlier try had gone out.
    Out(Box<Article>),
}

/// All that nobody sees: the draft stands, with our mark.
pub(super) async fn prepare(
    api: &Api<'_>,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Prepared, SendError> {
    match listed(api, since(attempt), |article| article.has(&attempt.key)).await? {
        Listed::There(article) if article.is_out => Ok(Prepared::Out(article)),
        Listed::There(draft) if draft.says(part) => Ok(Prepared::Draft(draft.id)),
        // A draft of ours that somebody worked on, or that an earlier version left.
        Listed::There(draft) => {
            let body = json!({ "article": written(part, &attempt.key, Some(false)) });
            let answer =
                api.put(&format!("/articles/{}", draft.id), &body).await.map_err(Trouble::of_asking)?;
            match Article::of_answer(api, &answer) {
                Some(now) if now.id == draft.id => Ok(Prepared::Draft(now.id)),
                _ => Err(trouble(&answer, Asked::Other, api)),
            }
        }
        Listed::Absent | Listed::Endless => {
            let body = json!({ "article": written(part, &attempt.key, Some(false)) });
            let answer = api.post("/articles", &body).await.map_err(Trouble::of_asking)?;
            match Article::of_answer(api, &answer) {
                Some(made) => Ok(Prepared::Draft(made.id)),
                None => Err(trouble(&answer, Asked::Other, api)),
            }
        }
    }
}

/// The article's fields, those that say something. `published`: what becomes of it;
/// none: what it is.
pub(super) fn written(part: &PayloadPart, key: &StepKey, published: Option<bool>) -> Map<String, Value> {
    let mut fields: Map<String, Value> = part.body.as_object().cloned().unwrap_or_default();
    fields.retain(|_, value| !value.is_null());
    fields.insert("body_markdown".to_owned(), json!(marked(text(part, "body_markdown"), key)));
    if let Some(published) = published {
        fields.insert("published".to_owned(), json!(published));
    }
    fields
}

/// The one request that readers see anything of: the draft becomes an article. Done
/// twice, it is the same one.
pub(super) async fn publish(
    api: &Api<'_>,
    part: &PayloadPart,
    attempt: &Attempt,
    ready: Prepared,
) -> Result<Receipt, SendError> {
    let id = match ready {
        Prepared::Out(article) => {
            let detail =
                Some("an earlier try had gone out: it stands there with this delivery's mark".to_owned());
            return Ok(Receipt { detail, ..article.receipt(part, api) });
        }
        Prepared::Draft(id) => id,
    };
    let body = json!({ "article": { "published": true } });
    let answer = api.put(&format!("/articles/{id}"), &body).await.map_err(Trouble::of_creating)?;
    if let Some(article) = Article::of_answer(api, &answer) {
        return if article.id == id && article.is_out && article.has(&attempt.key) {
            Ok(article.receipt(part, api))
        } else {
            Err(SendError::Unknown {
                cause: format!("{} was asked to publish {id}, and speaks of something else", api.name()),
            })
        };
    }
    if is_gone(&answer) {
        let says = "somebody has thrown the draft away: it is made anew".to_owned();
        return Err(SendError::NotYet { says, wait: None });
    }
    Err(trouble(&answer, Asked::ToChange, api))
}

/// "No such article", in Forem's own words.
fn is_gone(answer: &Answer) -> bool {
    answer.status == 404 && !answer.is_not_its_own()
}

/// Looks for an article of which nobody knows whether it went out. Its draft is proof
/// that it did not: and if the request is still on its way, it publishes that one.
pub(super) async fn find(api: &Api<'_>, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
    let draft = match listed(api, since(attempt), |article| article.has(&attempt.key)).await? {
        Listed::There(article) if article.is_out => return Ok(Found::Sent(article.receipt(part, api))),
        Listed::There(_) => true,
        Listed::Absent => false,
        Listed::Endless => {
            let why = "the author's list is longer than it is read, and does not show the article so far";
            return Ok(Found::CannotTell(why.to_owned()));
        }
    };
    // A draft that is not there any more may have been thrown away, or not be listed yet;
    // and what is not to go out any more must not come out behind our back.
    let settled = attempt.last_tried.saturating_add(LONGEST_LAG).unwrap_or(Timestamp::MAX);
    if (attempt.withdrawn || !draft) && crate::clock::now() < settled {
        let then = attempt.list_can_tell();
        return Ok(Found::CannotTell(format!(
            "it is not published, and the request may still be on its way: ask again after {then}"
        )));
    }
    Ok(Found::Absent)
}

/// The article of that number, however old it is, if the author has one.
pub(super) async fn read(api: &Api<'_>, id: &str) -> Result<Option<Article>, SendError> {
    match listed(api, Timestamp::MIN, |article| article.id == id).await? {
        Listed::There(article) => Ok(Some(*article)),
        Listed::Absent => Ok(None),
        Listed::Endless => Err(SendError::Refused {
            says: format!(
                "{}'s list of articles is longer than it is read, and the article is not among the first",
                api.name()
            ),
        }),
    }
}

/// What readers see. A read that fails changes nothing: the article is out.
pub(super) async fn read_back(api: &Api<'_>, part: &PayloadPart, receipt: &Receipt) -> Seen {
    let id = receipt.id.as_deref().unwrap_or_default();
    let Ok(Some(article)) = read(api, id).await else { return Seen::default() };
    let url = article.url.clone().filter(|url| article.is_out && receipt.url.as_ref() != Some(url));
    Seen { altered: article.altered(part, api), url }
}

/// Makes a draft of an article again: the API deletes nothing.
pub(super) async fn remove(api: &Api<'_>, id: &str) -> Result<Removed, SendError> {
    let body = json!({ "article": { "published": false } });
    let answer = api.put(&format!("/articles/{id}"), &body).await.map_err(Trouble::of_creating)?;
    match Article::of_answer(api, &answer) {
        Some(article) if article.id == id && !article.is_out => Ok(Removed::Gone),
        Some(_) => Err(SendError::Unknown {
            cause: format!("{} took it, and does not say that the article is unpublished", api.name()),
        }),
        None if is_gone(&answer) => Ok(Removed::Already),
        None => Err(trouble(&answer, Asked::ToChange, api)),
    }
}
