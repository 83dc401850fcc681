//! A post: looked for, made as a draft, published, read back, found, taken down.

use super::answer::{Asked, Fault, is_out, trouble};
use super::api::Api;
use super::content::{mark, marked, with_pictures};
use super::payload::{cover, sent_alts, text, texts};
use super::{Status, is_number, media, terms};
use crate::channel::article_html::{alts, is_called, same, words};
use crate::channel::http::{Answer, Trouble};
use crate::channel::images::{Shown, behind};
use crate::channel::network::seen;
use crate::channel::{Attempt, Found, LONGEST_LAG, Removed, SendError};
use crate::plan::key::hex_digest;
use crate::plan::{PayloadPart, Receipt, Seen, StepKey};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

const POSTS: &str = "/wp/v2/posts";
const FIELDS: &str = "id,slug,status,link,title,content,excerpt,featured_media";

/// A post as WordPress keeps it, told to who may edit it.
pub(super) struct Post {
    pub id: String,
    slug: String,
    pub status: String,
    pub link: Option<String>,
    pub title: String,
    pub content: String,
    pub excerpt: String,
    has_cover: bool,
}

impl Post {
    pub fn of(api: &Api<'_>, value: &Value) -> Option<Post> {
        let raw = |key: &str| value.get(key)?.get("raw")?.as_str().map(str::to_owned);
        let id = value.get("id").and_then(Value::as_u64).map(|id| id.to_string())?;
        let said = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let link = Some(said("link")).filter(|link| api.are_not_in(link));
        let is_page =
            |link: &String| url::Url::parse(link).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        is_number(&id).then_some(())?;
        Some(Post {
            id,
            slug: said("slug"),
            status: said("status"),
            link: link.filter(is_page),
            title: raw("title")?,
            content: raw("content")?,
            excerpt: raw("excerpt").unwrap_or_default(),
            has_cover: value.get("featured_media").and_then(Value::as_u64).is_some_and(|id| id > 0),
        })
    }

    /// The post of an answer that is a success.
    pub fn of_answer(api: &Api<'_>, answer: &Answer) -> Option<Post> {
        Post::of(api, &answer.json().filter(|_| answer.is_success())?)
    }

    fn has(&self, key: &StepKey) -> bool {
        self.content.contains(&mark(key))
    }

    /// What somebody would have to have changed, if it is another one later.
    pub fn digest(&self) -> String {
        hex_digest(format!("{}\0{}\0{}", self.title, self.content, self.excerpt).as_bytes())
    }

    /// What is known of it once it is out. A draft has no address that readers
    /// could follow.
    pub fn receipt(&self, part: &PayloadPart, api: &Api<'_>) -> Receipt {
        let is_public = self.status == "publish";
        Receipt {
            id: Some(self.id.clone()),
            url: self.link.clone().filter(|_| is_public),
            detail: (!is_public).then(|| format!("kept as `{}` under the number {}", self.status, self.id)),
            altered: self.altered(part, api),
            sha256: Some(self.digest()),
            ..Receipt::default()
        }
    }

    /// What readers see, if that is not what was sent.
    pub fn altered(&self, part: &PayloadPart, api: &Api<'_>) -> Option<String> {
        let title = !same(text(part, "title"), &self.title);
        let content = !same(text(part, "content"), &self.content);
        let live = alts(&self.content);
        let sent = sent_alts(part);
        let sent: Vec<&str> = sent.iter().map(String::as_str).collect();
        let shown = Shown { number: Some(live.len()), alts: live.into_iter().map(Some).collect() };
        let images = shown.differing(&sent);
        let no_cover = cover(part).is_some() && !self.has_cover;
        let hidden = part.body["status"] == "publish" && self.status != "publish";
        if !(title || content || images.is_some() || no_cover || hidden) {
            return None;
        }
        let mut told = words(&self.content);
        if title {
            told = format!("{}\n\n{told}", words(&self.title));
        }
        for aside in [
            images,
            no_cover.then(|| "(without its cover image)".to_owned()),
            hidden.then(|| format!("(kept as `{}`, which readers do not see)", self.status)),
        ]
        .into_iter()
        .flatten()
        {
            told = behind(&told, &aside);
        }
        Some(seen(&api.redact(&told)))
    }

    /// Whether all words are those of the part.
    pub fn says(&self, part: &PayloadPart) -> bool {
        same(text(part, "title"), &self.title)
            && same(text(part, "content"), &self.content)
            && same(text(part, "excerpt"), &self.excerpt)
    }
}

/// What stands at the address.
enum Standing {
    /// The delivery's own.
    Ours(Post),
    /// Somebody else's, or another delivery's.
    Taken(Post),
    Free,
}

/// Posts of that address, whatever their state, and those that WordPress made
/// beside one: `-2` is put behind an address that is taken, without a word.
async fn look(api: &Api<'_>, slug: &str, key: &StepKey) -> Result<Standing, SendError> {
    let slugs = format!("{slug},{slug}-2,{slug}-3");
    let query = [("slug", slugs.as_str())];
    let mut taken = None;
    for post in list(api, &query).await? {
        if post.has(key) {
            return Ok(Standing::Ours(post));
        }
        if same_slug(&post.slug, slug) {
            taken = Some(post);
        }
    }
    Ok(taken.map_or(Standing::Free, Standing::Taken))
}

/// The delivery's own post, wherever its address has got to: by its mark, for which
/// WordPress looks in the text.
async fn by_mark(api: &Api<'_>, key: &StepKey) -> Result<Option<Post>, SendError> {
    let words = format!("ladder:{}", key.0);
    let query = [("search", words.as_str())];
    Ok(list(api, &query).await?.into_iter().find(|post| post.has(key)))
}

/// `status=any` is all but what lies in the trash; without it only what is public
/// would be told (REST API handbook, posts).
async fn list(api: &Api<'_>, which: &[(&str, &str)]) -> Result<Vec<Post>, SendError> {
    let rest = [("status", "any"), ("context", "edit"), ("per_page", "100"), ("_fields", FIELDS)];
    let query: Vec<(&str, &str)> = which.iter().chain(&rest).copied().collect();
    let answer = api.get(POSTS, &query).await.map_err(Trouble::of_asking)?;
    let posts = answer.json().filter(|_| answer.is_success());
    let Some(posts) = posts.as_ref().and_then(Value::as_array) else {
        return Err(trouble(&answer, Asked::Other, api));
    };
    // An entry that cannot be read could be ours.
    let read: Option<Vec<Post>> = posts.iter().map(|post| Post::of(api, post)).collect();
    read.ok_or_else(|| SendError::NotYet {
        says: "the site's list of posts has an entry that cannot be read".to_owned(),
        wait: None,
    })
}

/// Letters of other scripts stand in a slug with percent signs.
fn same_slug(told: &str, slug: &str) -> bool {
    told == slug || {
        let written: String = url::form_urlencoded::byte_serialize(slug.as_bytes()).collect();
        told.eq_ignore_ascii_case(&written)
    }
}

/// A post that only has to be published.
pub(super) enum Prepared {
    /// The draft's number.
    Draft(String),
    /// An earlier try had gone out.
    Out(Box<Post>),
}

/// All that nobody sees: the address is looked at, pictures and terms are there, and
/// the draft stands, with our address and our mark.
pub(super) async fn prepare(
    api: &Api<'_>,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Prepared, SendError> {
    let (slug, key) = (text(part, "slug"), &attempt.key);
    let draft = match look(api, slug, key).await? {
        Standing::Ours(post) if is_out(&post.status, wanted(api)) && post.status != "draft" => {
            return Ok(Prepared::Out(Box::new(post)));
        }
        Standing::Ours(post) => Some(post),
        Standing::Taken(post) => return Err(taken(slug, Some(&post))),
        Standing::Free => match by_mark(api, key).await? {
            Some(post) if is_out(&post.status, wanted(api)) && post.status != "draft" => {
                return Ok(Prepared::Out(Box::new(post)));
            }
            other => other,
        },
    };
    let body = written(api, part, attempt).await?;
    match draft {
        Some(post) => adopt(api, &post, &body, slug).await,
        None => create(api, body, slug, key).await,
    }
}

fn wanted(api: &Api<'_>) -> Status {
    api.channel.status
}

/// The body of a draft, its pictures and terms looked up or made.
async fn written(
    api: &Api<'_>,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Map<String, Value>, SendError> {
    let mut body = words_of(api, part, attempt).await?;
    body.insert("slug".to_owned(), json!(text(part, "slug")));
    body.insert("status".to_owned(), json!("draft"));
    if let Some(author) = part.body.get("author").and_then(Value::as_str) {
        body.insert("author".to_owned(), json!(terms::author(api, author).await?));
    }
    if let Some(open) = part.body.get("comments").and_then(Value::as_bool) {
        body.insert("comment_status".to_owned(), json!(if open { "open" } else { "closed" }));
    }
    Ok(body)
}

/// What an edit may change as well.
pub(super) async fn words_of(
    api: &Api<'_>,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Map<String, Value>, SendError> {
    let placed = media::placed(api, part, attempt).await?;
    let find = |name: &str| {
        let at = part.media.iter().position(|picture| is_called(name, &picture.name))?;
        placed.get(at).cloned()
    };
    let content = with_pictures(text(part, "content"), &find);
    let cover = cover(part).and_then(|picture| find(&picture.name)).map_or(0, |placed| placed.id);
    let mut body = Map::new();
    body.insert("title".to_owned(), json!(text(part, "title")));
    body.insert("content".to_owned(), json!(marked(&content, &attempt.key, api.channel.blocks)));
    body.insert("excerpt".to_owned(), json!(text(part, "excerpt")));
    body.insert("featured_media".to_owned(), json!(cover));
    let categories = terms::numbers(api, "categories", &texts(part, "categories")).await?;
    // Without one WordPress takes the site's own.
    if !categories.is_empty() {
        body.insert("categories".to_owned(), json!(categories));
    }
    body.insert("tags".to_owned(), json!(terms::numbers(api, "tags", &texts(part, "tags")).await?));
    Ok(body)
}

/// A draft of ours that an earlier try left, as it is to be.
async fn adopt(
    api: &Api<'_>,
    post: &Post,
    body: &Map<String, Value>,
    slug: &str,
) -> Result<Prepared, SendError> {
    let path = format!("{POSTS}/{}", post.id);
    let answer = api.post(&path, &Value::Object(body.clone())).await.map_err(Trouble::of_asking)?;
    match Post::of_answer(api, &answer) {
        Some(now) if now.id == post.id && same_slug(&now.slug, slug) => Ok(Prepared::Draft(now.id)),
        Some(now) if now.id == post.id => {
            discard(api, &now.id).await;
            Err(taken(slug, None))
        }
        _ => Err(trouble(&answer, Asked::Other, api)),
    }
}

/// A new draft. If its answer gets lost, the next try finds it by its mark.
async fn create(
    api: &Api<'_>,
    body: Map<String, Value>,
    slug: &str,
    key: &StepKey,
) -> Result<Prepared, SendError> {
    let answer = api.post(POSTS, &Value::Object(body)).await.map_err(Trouble::of_asking)?;
    let Some(made) = Post::of_answer(api, &answer) else {
        return Err(trouble(&answer, Asked::Other, api));
    };
    if same_slug(&made.slug, slug) {
        return Ok(Prepared::Draft(made.id));
    }
    // WordPress has moved it to another address: one stands there that we may not
    // see, or an earlier try of ours has come to light.
    discard(api, &made.id).await;
    match look(api, slug, key).await? {
        Standing::Ours(_) => Err(SendError::NotYet {
            says: "an earlier try has made the draft meanwhile".to_owned(),
            wait: None,
        }),
        Standing::Taken(post) => Err(taken(slug, Some(&post))),
        Standing::Free => Err(taken(slug, None)),
    }
}

/// Throws away a draft that nobody saw. If it stays, it is one draft too many.
async fn discard(api: &Api<'_>, id: &str) {
    let _ = api.delete(&format!("{POSTS}/{id}"), &[("force", "true")]).await;
}

fn taken(slug: &str, by: Option<&Post>) -> SendError {
    let whose = match by {
        Some(Post { link: Some(link), status, .. }) => format!("by {link} ({status})"),
        Some(post) => format!("by the post {} ({})", post.id, post.status),
        None => "by a post that this user may not see".to_owned(),
    };
    SendError::Refused {
        says: format!(
            "the address `{slug}` is taken {whose}: give this article another `slug`, or take that post away"
        ),
    }
}

/// The one request that readers see anything of: the draft becomes what it is to be.
/// Done twice, it is the same post.
pub(super) async fn publish(
    api: &Api<'_>,
    part: &PayloadPart,
    ready: Prepared,
) -> Result<Receipt, SendError> {
    let id = match ready {
        Prepared::Out(post) => {
            let receipt = post.receipt(part, api);
            let detail =
                Some("an earlier try had gone out: it stands there with this delivery's mark".to_owned());
            return Ok(Receipt { detail: receipt.detail.or(detail), ..receipt });
        }
        Prepared::Draft(id) => id,
    };
    let body = json!({ "status": wanted(api).name() });
    let answer = api.post(&format!("{POSTS}/{id}"), &body).await.map_err(Trouble::of_creating)?;
    if let Some(post) = Post::of_answer(api, &answer) {
        return if post.id == id {
            Ok(post.receipt(part, api))
        } else {
            Err(SendError::Unknown {
                cause: format!("the site was asked to publish {id}, and speaks of another post"),
            })
        };
    }
    if answer.status == 404 && Fault::of(&answer).code == "rest_post_invalid_id" {
        let says = "somebody has thrown the draft away: it is made anew".to_owned();
        return Err(SendError::NotYet { says, wait: None });
    }
    Err(trouble(&answer, Asked::ToPublish, api))
}

/// Looks for a post of which nobody knows whether it went out. Its draft is proof
/// that it did not: and if the request is still on its way, it publishes that one.
pub(super) async fn find(api: &Api<'_>, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
    let post = match look(api, text(part, "slug"), &attempt.key).await? {
        Standing::Ours(post) => Some(post),
        Standing::Taken(_) | Standing::Free => by_mark(api, &attempt.key).await?,
    };
    if let Some(post) = post.filter(|post| is_out(&post.status, wanted(api))) {
        return Ok(Found::Sent(post.receipt(part, api)));
    }
    // What is not to go out any more must not come out behind our back.
    let settled = attempt.last_tried.saturating_add(LONGEST_LAG).unwrap_or(Timestamp::MAX);
    if attempt.withdrawn && crate::clock::now() < settled {
        let then = attempt.list_can_tell();
        return Ok(Found::CannotTell(format!(
            "it is not published, and the request may still be on its way: ask again after {then}"
        )));
    }
    Ok(Found::Absent)
}

/// The post of that number, if there is one.
pub(super) async fn read(api: &Api<'_>, id: &str) -> Result<Option<Post>, SendError> {
    let query = [("context", "edit"), ("_fields", FIELDS)];
    let answer = api.get(&format!("{POSTS}/{id}"), &query).await.map_err(Trouble::of_asking)?;
    match Post::of_answer(api, &answer) {
        Some(post) => Ok(Some(post)),
        None if answer.status == 404 && Fault::of(&answer).code == "rest_post_invalid_id" => Ok(None),
        None => Err(trouble(&answer, Asked::Other, api)),
    }
}

/// What readers see. A read that fails changes nothing: the post is out.
pub(super) async fn read_back(api: &Api<'_>, id: &str, part: &PayloadPart, receipt: &Receipt) -> Seen {
    let Ok(Some(post)) = read(api, id).await else { return Seen::default() };
    let url = post.link.clone().filter(|link| post.status == "publish" && receipt.url.as_ref() != Some(link));
    Seen { altered: post.altered(part, api), url }
}

/// Puts a post into the site's trash. What is there already, or gone, is gone.
pub(super) async fn remove(api: &Api<'_>, id: &str) -> Result<Removed, SendError> {
    let answer = api.delete(&format!("{POSTS}/{id}"), &[]).await.map_err(Trouble::of_creating)?;
    if answer.is_success() {
        let told = answer.json();
        let state = told.as_ref().and_then(|post| post.get("status")).and_then(Value::as_str);
        let deleted = told.as_ref().and_then(|told| told.get("deleted")).and_then(Value::as_bool);
        return if state == Some("trash") || deleted == Some(true) {
            Ok(Removed::Gone)
        } else {
            let cause =
                format!("the answer was {}, and is none that WordPress gives to a deletion", answer.status);
            Err(SendError::Unknown { cause })
        };
    }
    let fault = Fault::of(&answer);
    match (answer.status, fault.code.as_str()) {
        (410, "rest_already_trashed") | (404, "rest_post_invalid_id") => Ok(Removed::Already),
        (501, "rest_trash_not_supported") => Ok(Removed::Stays(
            "this site keeps no trash, and would delete it for good: delete it in WordPress".to_owned(),
        )),
        _ => Err(trouble(&answer, Asked::ToChange, api)),
    }
}
