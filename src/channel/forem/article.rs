//! An article: looked for, made as a draft, published, read back, found, taken back.

use super::answer::trouble;
use super::api::Api;
use super::liquid;
use crate::channel::article::{
    Asked, Conversation, Drafts, Kept, Prepared, Standing, Told, altered_pictures, is_number, text,
};
use crate::channel::http::{Answer, Trouble};
use crate::channel::markdown_body::{alts, digest, mark, marked, same, unmarked};
use crate::channel::{Attempt, Change, Removed, SendError};
use crate::plan::{PayloadPart, StepKey};
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
pub struct Article {
    id: String,
    title: String,
    body: String,
    url: Option<String>,
    is_out: bool,
    published: Option<Timestamp>,
    has_cover: bool,
}

impl Article {
    fn of(api: &Api, value: &Value) -> Option<Article> {
        let said = |key: &str| value.get(key).and_then(Value::as_str);
        let id =
            value.get("id").and_then(Value::as_u64).map(|id| id.to_string()).filter(|id| is_number(id))?;
        let at = said("published_timestamp").or_else(|| said("published_at"));
        let published = at.and_then(|at| at.parse().ok());
        Some(Article {
            id,
            title: said("title")?.to_owned(),
            body: said("body_markdown")?.to_owned(),
            url: api.page(said("url")),
            // The list says it in so many words, one article by its time alone.
            is_out: value.get("published").and_then(Value::as_bool).unwrap_or(published.is_some()),
            published,
            has_cover: said("cover_image").or_else(|| said("main_image")).is_some_and(|url| !url.is_empty()),
        })
    }

    /// The article of an answer that is a success.
    fn of_answer(api: &Api, answer: &Answer) -> Option<Article> {
        Article::of(api, &answer.json().filter(|_| answer.is_success())?)
    }

    fn has(&self, key: &StepKey) -> bool {
        self.body.contains(&mark(key))
    }

    fn path(&self) -> String {
        format!("/articles/{}", self.id)
    }
}

impl Kept for Article {
    fn id(&self) -> &str {
        &self.id
    }

    fn stands(&self) -> bool {
        self.is_out
    }

    fn url(&self) -> Option<&str> {
        self.url.as_deref().filter(|_| self.is_out)
    }

    fn digest(&self) -> String {
        digest(&self.title, &self.body)
    }

    fn other_title(&self, part: &PayloadPart) -> Option<String> {
        (text(part, "title") != self.title).then(|| self.title.clone())
    }

    fn has_text_of(&self, part: &PayloadPart) -> bool {
        same(text(part, "body_markdown"), &self.body)
    }

    fn words(&self) -> String {
        plain(&liquid::shown(unmarked(&self.body)))
    }

    fn asides(&self, part: &PayloadPart) -> Vec<String> {
        let no_cover = !text(part, "main_image").is_empty() && !self.has_cover;
        altered_pictures(&alts(text(part, "body_markdown")), alts(&self.body), no_cover)
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
async fn listed(api: &Api, since: Timestamp, is_it: impl Fn(&Article) -> bool) -> Result<Listed, SendError> {
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

impl Drafts for Api {
    type Post = Article;

    /// All that nobody sees: the draft stands, with our mark.
    async fn draft(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Prepared<Article>, SendError> {
        let (answer, ours) = match listed(self, since(attempt), |article| article.has(&attempt.key)).await? {
            Listed::There(article) if article.is_out => return Ok(Prepared::Out(*article)),
            Listed::There(draft) if draft.says(part) => return Ok(Prepared::Draft(*draft)),
            // A draft of ours that somebody worked on, or that an earlier version left.
            Listed::There(draft) => {
                let body = json!({ "article": written(part, &attempt.key, Some(false)) });
                (self.put(&draft.path(), &body).await, Some(draft.id))
            }
            Listed::Absent | Listed::Endless => {
                let body = json!({ "article": written(part, &attempt.key, Some(false)) });
                (self.post("/articles", &body).await, None)
            }
        };
        let answer = answer.map_err(Trouble::of_asking)?;
        match Article::of_answer(self, &answer) {
            Some(now) if ours.is_none_or(|ours| ours == now.id) => Ok(Prepared::Draft(now)),
            _ => Err(trouble(&answer, Asked::Other, self)),
        }
    }

    /// The one request that readers see anything of: the draft becomes an article. Done
    /// twice, it is the same one.
    async fn publish(
        &self,
        draft: &Article,
        _part: &PayloadPart,
        attempt: &Attempt,
    ) -> Result<Told<Article>, SendError> {
        let body = json!({ "article": { "published": true } });
        let answer = self.put(&draft.path(), &body).await.map_err(Trouble::of_creating)?;
        told(self, &answer, |article| article.id == draft.id && article.is_out && article.has(&attempt.key))
    }

    /// A draft that is not listed any more may have been thrown away.
    async fn standing(&self, _part: &PayloadPart, attempt: &Attempt) -> Result<Standing<Article>, SendError> {
        Ok(match listed(self, since(attempt), |article| article.has(&attempt.key)).await? {
            Listed::There(article) if article.is_out => Standing::Out(*article),
            Listed::There(_) => Standing::NotOut,
            Listed::Absent => Standing::NotListed,
            Listed::Endless => Standing::Unclear(
                "the author's list is longer than it is read, and does not show the article so far",
            ),
        })
    }

    /// The article of that number, however old it is, if the author has one.
    async fn read(&self, id: &str) -> Result<Option<Article>, SendError> {
        match listed(self, Timestamp::MIN, |article| article.id == id).await? {
            Listed::There(article) => Ok(Some(*article)),
            Listed::Absent => Ok(None),
            Listed::Endless => Err(SendError::Refused {
                says: format!(
                    "{}'s list of articles is longer than it is read, and the article is not among the first",
                    self.name()
                ),
            }),
        }
    }

    /// Forem has no lock: what somebody writes between the reading and this is written over.
    async fn change(
        &self,
        live: &Article,
        change: &Change,
        attempt: &Attempt,
    ) -> Result<Told<Article>, SendError> {
        let body = json!({ "article": written(&change.after, &attempt.key, None) });
        let answer = self.put(&live.path(), &body).await.map_err(Trouble::of_creating)?;
        told(self, &answer, |article| article.id == live.id)
    }

    /// Makes a draft of an article again: the API deletes nothing.
    async fn withdraw(&self, id: &str) -> Result<Removed, SendError> {
        let body = json!({ "article": { "published": false } });
        let answer = self.put(&format!("/articles/{id}"), &body).await.map_err(Trouble::of_creating)?;
        match Article::of_answer(self, &answer) {
            Some(article) if article.id == id && !article.is_out => Ok(Removed::Gone),
            Some(_) => Err(SendError::Unknown {
                cause: format!("{} took it, and does not say that the article is unpublished", self.name()),
            }),
            None if is_gone(&answer) => Ok(Removed::Already),
            None => Err(trouble(&answer, Asked::ToShow, self)),
        }
    }
}

/// The article's fields, those that say something. `published`: what becomes of it;
/// none: what it is.
fn written(part: &PayloadPart, key: &StepKey, published: Option<bool>) -> Map<String, Value> {
    let mut fields: Map<String, Value> = part.body.as_object().cloned().unwrap_or_default();
    fields.retain(|_, value| !value.is_null());
    fields.insert("body_markdown".to_owned(), json!(marked(text(part, "body_markdown"), key)));
    if let Some(published) = published {
        fields.insert("published".to_owned(), json!(published));
    }
    fields
}

/// "No such article", in Forem's own words.
fn is_gone(answer: &Answer) -> bool {
    answer.status == 404 && !answer.is_not_its_own()
}

/// What an answer says of the article that was to change.
fn told(
    api: &Api,
    answer: &Answer,
    is_it: impl FnOnce(&Article) -> bool,
) -> Result<Told<Article>, SendError> {
    let article = Article::of_answer(api, answer);
    Told::of(article, is_it, is_gone(answer), || trouble(answer, Asked::ToShow, api))
}
