//! A post: looked for, made as a draft, published, read back, found, taken down.

use super::answer::{Asked, Fault, trouble};
use super::api::Api;
use super::payload::{card, cover, mark, text, texts};
use super::{is_id, media};
use crate::channel::article_html::{alts, is_called, pictures, same, with_addresses, words};
use crate::channel::http::{Answer, Trouble};
use crate::channel::images::{Shown, behind};
use crate::channel::network::seen;
use crate::channel::{Attempt, Found, LONGEST_LAG, Removed, SendError};
use crate::plan::key::hex_digest;
use crate::plan::{PayloadPart, Receipt, Seen, StepKey};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

const POSTS: &str = "/posts/";
/// Without it the text would come as Ghost's editor keeps it.
const AS_HTML: (&str, &str) = ("formats", "html");
/// Without it Ghost leaves the text out, and publishes an empty post
/// (docs.ghost.org, Admin API, "Source HTML").
const FROM_HTML: (&str, &str) = ("source", "html");

/// A post as Ghost keeps it.
pub(super) struct Post {
    pub id: String,
    slug: String,
    pub status: String,
    url: Option<String>,
    title: String,
    html: String,
    excerpt: String,
    /// The cover's address and its alt text.
    cover: Option<(String, String)>,
    tags: Vec<String>,
    authors: Vec<String>,
    /// What the next change has to name.
    updated_at: String,
    /// What became of the mail, if there was one.
    mail: Option<String>,
}

impl Post {
    fn of(api: &Api, value: &Value) -> Option<Post> {
        let said = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let names = |key: &str, keys: &[&str]| -> Vec<String> {
            let all = value.get(key).and_then(Value::as_array).into_iter().flatten();
            let of = |one: &Value| {
                keys.iter().filter_map(|key| Some(one.get(key)?.as_str()?.to_owned())).collect()
            };
            all.flat_map(|one| -> Vec<String> { of(one) }).collect()
        };
        let is_page =
            |link: &String| url::Url::parse(link).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        let id = said("id").filter(|id| is_id(id))?;
        let alt = said("feature_image_alt").unwrap_or_default();
        Some(Post {
            id,
            slug: said("slug")?,
            status: said("status")?,
            url: said("url").filter(is_page).filter(|url| api.are_not_in(url)),
            title: said("title")?,
            // An empty text is told as none.
            html: said("html").unwrap_or_default(),
            excerpt: said("custom_excerpt").unwrap_or_default(),
            cover: said("feature_image").map(|address| (address, alt)),
            tags: names("tags", &["name"]),
            authors: names("authors", &["slug", "email"]),
            updated_at: said("updated_at")?,
            mail: value.pointer("/email/status").and_then(Value::as_str).map(str::to_owned),
        })
    }

    /// The post of an answer that is a success.
    pub fn of_answer(api: &Api, answer: &Answer) -> Option<Post> {
        let body = answer.json().filter(|_| answer.is_success())?;
        Post::of(api, body.get("posts")?.get(0)?)
    }

    fn has(&self, key: &StepKey) -> bool {
        self.tags.contains(&mark(key))
    }

    /// Whether readers have it, or will without our doing. `sent` went out by mail alone.
    pub fn is_out(&self) -> bool {
        matches!(self.status.as_str(), "published" | "scheduled" | "sent")
    }

    /// What somebody would have to have changed, if it is another one later.
    pub fn digest(&self) -> String {
        let (cover, alt) = self.cover.clone().unwrap_or_default();
        let all = [&self.title, &self.html, &self.excerpt, &cover, &alt];
        hex_digest(all.map(String::as_str).join("\0").as_bytes())
    }

    /// What is known of it once it is out. A draft has no address that readers could follow.
    pub fn receipt(&self, part: &PayloadPart, api: &Api) -> Receipt {
        let is_public = self.status == "published";
        let mail = self.mail.as_deref().filter(|_| !text(part, "newsletter").is_empty());
        let mail = mail.map(|mail| match mail {
            "failed" => "Ghost could not send the newsletter: look at the post there".to_owned(),
            _ => format!("to the newsletter `{}` as well", text(part, "newsletter")),
        });
        let kept = (!is_public).then(|| format!("kept as `{}` under {}", api.clean(&self.status), self.id));
        Receipt {
            id: Some(self.id.clone()),
            url: self.url.clone().filter(|_| is_public),
            detail: kept.or(mail),
            altered: self.altered(part, api),
            sha256: Some(self.digest()),
            ..Receipt::default()
        }
    }

    /// What readers see, if that is not what was sent.
    fn altered(&self, part: &PayloadPart, api: &Api) -> Option<String> {
        let title = text(part, "title").trim() != self.title.trim();
        let content = !same(text(part, "html"), &self.html);
        let images = self.images(part);
        let hidden = self.status != "published";
        if !(title || content || images.is_some() || hidden) {
            return None;
        }
        let mut told = words(&self.html);
        if title {
            told = format!("{}\n\n{told}", self.title);
        }
        let hidden = hidden.then(|| format!("(kept as `{}`)", self.status));
        for aside in [images, hidden].into_iter().flatten() {
            told = behind(&told, &aside);
        }
        Some(seen(&api.redact(&told)))
    }

    /// How the images in the text differ, and the cover.
    fn images(&self, part: &PayloadPart) -> Option<String> {
        let sent = alts(text(part, "html"));
        let sent: Vec<&str> = sent.iter().map(String::as_str).collect();
        let live = alts(&self.html);
        let shown = Shown { number: Some(live.len()), alts: live.into_iter().map(Some).collect() };
        let cover = match (cover(part), &self.cover) {
            (Some(_), None) => Some("(without its cover image)"),
            (Some(own), Some((_, alt))) if own.alt != *alt => Some("(its cover with another alt text)"),
            (None, Some(_)) => Some("(with a cover image that is not ours)"),
            _ => None,
        };
        let told: Vec<String> = shown.differing(&sent).into_iter().chain(cover.map(str::to_owned)).collect();
        (!told.is_empty()).then(|| told.join(" "))
    }

    /// Whether all words are those of the part.
    pub fn says(&self, part: &PayloadPart) -> bool {
        text(part, "title").trim() == self.title.trim()
            && same(text(part, "html"), &self.html)
            && text(part, "excerpt").trim() == self.excerpt.trim()
            && self.images(part).is_none()
    }

    /// The addresses of the pictures that it has.
    fn addresses(&self) -> Vec<String> {
        self.cover.iter().map(|(address, _)| address.clone()).chain(pictures(&self.html)).collect()
    }

    fn path(&self) -> String {
        format!("{POSTS}{}/", self.id)
    }
}

/// The delivery's own post, wherever its address has got to, and else the one that has
/// the address. One that is out goes before a draft.
enum Standing {
    Ours(Box<Post>),
    Taken(Box<Post>),
    Free,
}

async fn look(api: &Api, slug: &str, key: &StepKey) -> Result<Standing, SendError> {
    // In quotation marks, which a value with digits may need (seen, 6.65: `slug:[n,n-2]`
    // is refused). Neither has one in it.
    let filter = format!("tag:'hash-ladder-{}',slug:'{slug}'", key.0);
    let query = [("filter", filter.as_str()), ("limit", "50"), AS_HTML];
    let answer = api.get(POSTS, &query).await.map_err(Trouble::of_asking)?;
    let body = answer.json().filter(|_| answer.is_success());
    let Some(posts) = body.as_ref().and_then(|body| body.get("posts")).and_then(Value::as_array) else {
        return Err(trouble(&answer, Asked::Other, api));
    };
    // An entry that cannot be read could be ours.
    let Some(posts) = posts.iter().map(|post| Post::of(api, post)).collect::<Option<Vec<Post>>>() else {
        let says = "the site's list of posts has an entry that cannot be read".to_owned();
        return Err(SendError::NotYet { says, wait: None });
    };
    let (mut ours, others): (Vec<Post>, Vec<Post>) = posts.into_iter().partition(|post| post.has(key));
    ours.sort_by_key(|post| (!post.is_out(), post.slug != slug));
    if let Some(post) = ours.into_iter().next() {
        return Ok(Standing::Ours(Box::new(post)));
    }
    let taken = others.into_iter().find(|post| post.slug == slug);
    Ok(taken.map_or(Standing::Free, |post| Standing::Taken(Box::new(post))))
}

/// A post that only has to be published, or is out by an earlier try.
pub(super) struct Prepared(Post);

/// All that nobody sees: the address is looked at, pictures are there, and the draft
/// stands with our address and our mark.
pub(super) async fn prepare(api: &Api, part: &PayloadPart, attempt: &Attempt) -> Result<Prepared, SendError> {
    let slug = text(part, "slug");
    let draft = match look(api, slug, &attempt.key).await? {
        Standing::Ours(post) if post.is_out() => return Ok(Prepared(*post)),
        Standing::Ours(post) => Some(post),
        Standing::Taken(post) => return Err(taken(slug, &post)),
        Standing::Free => None,
    };
    newsletter(api, text(part, "newsletter")).await?;
    let there = draft.as_ref().map(|post| post.addresses()).unwrap_or_default();
    let mut body = words_of(api, part, &there, attempt).await?;
    body.insert("slug".to_owned(), json!(slug));
    body.insert("status".to_owned(), json!("draft"));
    body.insert("visibility".to_owned(), json!(text(part, "visibility")));
    let authors = texts(part, "authors");
    if !authors.is_empty() {
        let named = |author: &&str| json!({ if author.contains('@') { "email" } else { "slug" }: author });
        body.insert("authors".to_owned(), authors.iter().map(named).collect());
    }
    let query = [FROM_HTML, AS_HTML];
    let answer = match &draft {
        Some(post) => {
            body.insert("updated_at".to_owned(), json!(post.updated_at));
            api.put(&post.path(), &query, &json!({ "posts": [body] })).await
        }
        // If its answer gets lost, the next try finds it by its mark.
        None => api.post(POSTS, &query, &json!({ "posts": [body] })).await,
    };
    let answer = answer.map_err(Trouble::of_asking)?;
    let Some(made) = Post::of_answer(api, &answer) else {
        return Err(trouble(&answer, Asked::Other, api));
    };
    if made.slug != slug {
        // Ghost has moved it to another address without a word: somebody has taken it
        // since we looked. Nobody saw this draft.
        discard(api, &made).await;
        return Err(match look(api, slug, &attempt.key).await? {
            Standing::Taken(post) => taken(slug, &post),
            Standing::Ours(_) | Standing::Free => SendError::NotYet {
                says: format!("Ghost gave the draft another address than `{slug}`: it is made anew"),
                wait: None,
            },
        });
    }
    // Whom Ghost does not know it replaces by the owner, without a word (seen, 6.65).
    if let Some(unknown) = authors.iter().find(|author| !made.authors.iter().any(|known| known == *author)) {
        discard(api, &made).await;
        let says = format!(
            "Ghost has no author `{unknown}`: write the slug of the author's page, or the mail address"
        );
        return Err(SendError::Refused { says });
    }
    Ok(Prepared(made))
}

/// A newsletter that is not there would be told only when the post is published, by an
/// error that looks like a breakdown (seen, 6.65: 500).
async fn newsletter(api: &Api, slug: &str) -> Result<(), SendError> {
    if slug.is_empty() {
        return Ok(());
    }
    let query = [("fields", "slug,status"), ("limit", "100")];
    let answer = api.get("/newsletters/", &query).await.map_err(Trouble::of_asking)?;
    let body = answer.json().filter(|_| answer.is_success());
    let Some(all) = body.as_ref().and_then(|body| body.get("newsletters")).and_then(Value::as_array) else {
        return Err(trouble(&answer, Asked::Other, api));
    };
    let active = all.iter().filter(|one| one.get("status").and_then(Value::as_str) != Some("archived"));
    let known: Vec<&str> = active.filter_map(|one| one.get("slug").and_then(Value::as_str)).collect();
    if known.contains(&slug) {
        return Ok(());
    }
    let near = crate::diagnostic::nearest(slug, known.iter().copied());
    let near = near.map(|near| format!(": did you mean `{}`?", api.clean(near)));
    let says = format!("Ghost has no active newsletter `{slug}`{}", near.unwrap_or_default());
    Err(SendError::Refused { says })
}

/// What an edit may change as well. `there`: pictures that the post has already.
pub(super) async fn words_of(
    api: &Api,
    part: &PayloadPart,
    there: &[String],
    attempt: &Attempt,
) -> Result<Map<String, Value>, SendError> {
    let placed = media::placed(api, part, there, attempt).await?;
    let find = |name: &str| {
        let at = part.media.iter().position(|picture| is_called(name, &picture.name))?;
        placed.get(at).cloned()
    };
    let html = card(&with_addresses(text(part, "html"), &find));
    let tags = texts(part, "tags").into_iter().map(str::to_owned).chain([mark(&attempt.key)]);
    let or_none = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let cover = cover(part);
    let body = json!({
        "title": text(part, "title"),
        "html": html,
        "custom_excerpt": or_none(text(part, "excerpt")),
        "canonical_url": or_none(text(part, "canonical")),
        "feature_image": cover.and_then(|cover| find(&cover.name)),
        "feature_image_alt": or_none(cover.map_or("", |cover| &cover.alt)),
        "tags": tags.map(|name| json!({ "name": name })).collect::<Vec<_>>(),
    });
    let Value::Object(body) = body else { return Ok(Map::new()) };
    Ok(body)
}

/// Throws away a draft that nobody saw. If it stays, it is one draft too many.
async fn discard(api: &Api, post: &Post) {
    if !post.is_out() {
        let _ = api.delete(&post.path()).await;
    }
}

fn taken(slug: &str, by: &Post) -> SendError {
    let whose = match &by.url {
        Some(url) => format!("{url} ({})", by.status),
        None => format!("the post {} ({})", by.id, by.status),
    };
    let says = format!(
        "the address `{slug}` is taken by {whose}: give this article another `slug`, or take that post away"
    );
    SendError::Refused { says }
}

/// The one request that readers see anything of: the draft is published, and goes to
/// the newsletter if there is to be one. Ghost sets a post's newsletter once.
pub(super) async fn publish(
    api: &Api,
    part: &PayloadPart,
    Prepared(ready): Prepared,
) -> Result<Receipt, SendError> {
    if ready.is_out() {
        let receipt = ready.receipt(part, api);
        let detail =
            Some("an earlier try had gone out: it stands there with this delivery's mark".to_owned());
        return Ok(Receipt { detail: receipt.detail.or(detail), ..receipt });
    }
    let mut query = vec![AS_HTML];
    for key in ["newsletter", "email_segment"] {
        query.extend(Some((key, text(part, key))).filter(|(_, value)| !value.is_empty()));
    }
    let body = json!({ "posts": [{ "updated_at": ready.updated_at, "status": "published" }] });
    let answer = api.put(&ready.path(), &query, &body).await.map_err(Trouble::of_creating)?;
    if let Some(post) = Post::of_answer(api, &answer) {
        return if post.id == ready.id && post.is_out() {
            Ok(post.receipt(part, api))
        } else {
            let cause = format!("the site was asked to publish {}, and speaks of something else", ready.id);
            Err(SendError::Unknown { cause })
        };
    }
    if is_gone(&answer) {
        let says = "somebody has thrown the draft away: it is made anew".to_owned();
        return Err(SendError::NotYet { says, wait: None });
    }
    Err(trouble(&answer, Asked::ToShow, api))
}

/// Whether Ghost itself says that there is no such post.
fn is_gone(answer: &Answer) -> bool {
    answer.status == 404 && Fault::of(answer).code == "NotFoundError"
}

/// Looks for a post of which nobody knows whether it went out. Its draft is proof that
/// it did not: and if the request is still on its way, it publishes that one, or comes
/// too late for a draft that was written anew (409).
pub(super) async fn find(api: &Api, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
    if let Standing::Ours(post) = look(api, text(part, "slug"), &attempt.key).await?
        && post.is_out()
    {
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

/// The post of that id, if there is one.
pub(super) async fn read(api: &Api, id: &str) -> Result<Option<Post>, SendError> {
    let answer = api.get(&format!("{POSTS}{id}/"), &[AS_HTML]).await.map_err(Trouble::of_asking)?;
    match Post::of_answer(api, &answer) {
        Some(post) => Ok(Some(post)),
        None if is_gone(&answer) => Ok(None),
        None => Err(trouble(&answer, Asked::Other, api)),
    }
}

/// What readers see. A read that fails changes nothing: the post is out.
pub(super) async fn read_back(api: &Api, id: &str, part: &PayloadPart, receipt: &Receipt) -> Seen {
    let Ok(Some(post)) = read(api, id).await else { return Seen::default() };
    let is_new = |url: &String| post.status == "published" && receipt.url.as_ref() != Some(url);
    Seen { altered: post.altered(part, api), url: post.url.clone().filter(is_new) }
}

/// What is put behind the address of a post that is taken down, so that another one can
/// have it.
const DOWN: &str = "-taken-down";

/// Makes a draft of it again, out of the way. Ghost has no trash, and what it deletes is
/// gone with all that readers wrote below it.
pub(super) async fn remove(api: &Api, id: &str) -> Result<Removed, SendError> {
    let Some(post) = read(api, id).await?.filter(Post::is_out) else { return Ok(Removed::Already) };
    if post.status == "sent" {
        return Ok(Removed::Stays("it went out by mail alone, and a mail cannot be called back".to_owned()));
    }
    let slug = format!("{}{DOWN}", post.slug);
    let body = json!({ "posts": [{ "updated_at": post.updated_at, "status": "draft", "slug": slug }] });
    let answer = api.put(&post.path(), &[AS_HTML], &body).await.map_err(Trouble::of_creating)?;
    match Post::of_answer(api, &answer) {
        Some(now) if now.id == post.id && !now.is_out() => Ok(Removed::Gone),
        Some(_) => Err(SendError::Unknown {
            cause: format!("the site was asked to make a draft of {id}, and speaks of something else"),
        }),
        None if is_gone(&answer) => Ok(Removed::Already),
        None => Err(trouble(&answer, Asked::ToShow, api)),
    }
}

/// Other words for a post that was read: under its own time, so that what somebody
/// writes meanwhile is not written over.
pub(super) async fn change(
    api: &Api,
    live: &Post,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Result<Answer, Trouble>, SendError> {
    let mut body = words_of(api, part, &live.addresses(), attempt).await?;
    body.insert("updated_at".to_owned(), json!(live.updated_at));
    Ok(api.put(&live.path(), &[FROM_HTML, AS_HTML], &json!({ "posts": [body] })).await)
}
