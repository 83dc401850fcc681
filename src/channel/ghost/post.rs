//! A post: looked for, made as a draft, published, read back, found, taken down.

use super::answer::{Fault, trouble};
use super::api::Api;
use super::media;
use super::payload::{card, mark};
use crate::channel::article::{
    Asked, Conversation, Drafts, Kept, Prepared, Standing, Told, altered_pictures, cover, is_object, taken,
    text, texts,
};
use crate::channel::article_html::{alts, is_called, pictures, same, with_addresses, words};
use crate::channel::http::{Answer, Trouble};
use crate::channel::{Attempt, Change, Removed, SendError};
use crate::plan::key::hex_digest;
use crate::plan::{PayloadPart, StepKey};
use serde_json::{Map, Value, json};

const POSTS: &str = "/posts/";
/// Without it the text would come as Ghost's editor keeps it.
const AS_HTML: (&str, &str) = ("formats", "html");
/// Without it Ghost leaves the text out, and publishes an empty post
/// (docs.ghost.org, Admin API, "Source HTML").
const FROM_HTML: (&str, &str) = ("source", "html");

/// A post as Ghost keeps it.
pub struct Post {
    id: String,
    slug: String,
    status: String,
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
        let id = said("id").filter(|id| is_object(id))?;
        let alt = said("feature_image_alt").unwrap_or_default();
        Some(Post {
            id,
            slug: said("slug")?,
            status: said("status")?,
            url: api.page(value.get("url").and_then(Value::as_str)),
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
    fn of_answer(api: &Api, answer: &Answer) -> Option<Post> {
        let body = answer.json().filter(|_| answer.is_success())?;
        Post::of(api, body.get("posts")?.get(0)?)
    }

    fn has(&self, key: &StepKey) -> bool {
        self.tags.contains(&mark(key))
    }

    /// Whether readers have it, or will without our doing. `sent` went out by mail alone.
    fn is_out(&self) -> bool {
        matches!(self.status.as_str(), "published" | "scheduled" | "sent")
    }

    /// How the images in the text differ, and the cover.
    fn images(&self, part: &PayloadPart) -> Vec<String> {
        let own = cover(part);
        let no_cover = own.is_some() && self.cover.is_none();
        let mut told = altered_pictures(&alts(text(part, "html")), alts(&self.html), no_cover);
        told.extend(match (own, &self.cover) {
            (Some(own), Some((_, alt))) if own.alt != *alt => {
                Some("(its cover with another alt text)".to_owned())
            }
            (None, Some(_)) => Some("(with a cover image that is not ours)".to_owned()),
            _ => None,
        });
        told
    }

    /// The addresses of the pictures that it has.
    fn addresses(&self) -> Vec<String> {
        self.cover.iter().map(|(address, _)| address.clone()).chain(pictures(&self.html)).collect()
    }

    fn path(&self) -> String {
        format!("{POSTS}{}/", self.id)
    }
}

impl Kept for Post {
    fn id(&self) -> &str {
        &self.id
    }

    fn stands(&self) -> bool {
        self.is_out()
    }

    /// A draft has no address that readers could follow.
    fn url(&self) -> Option<&str> {
        self.url.as_deref().filter(|_| self.status == "published")
    }

    fn digest(&self) -> String {
        let (cover, alt) = self.cover.clone().unwrap_or_default();
        let all = [&self.title, &self.html, &self.excerpt, &cover, &alt];
        hex_digest(all.map(String::as_str).join("\0").as_bytes())
    }

    fn says(&self, part: &PayloadPart) -> bool {
        self.other_title(part).is_none()
            && self.has_text_of(part)
            && text(part, "excerpt").trim() == self.excerpt.trim()
            && self.images(part).is_empty()
    }

    fn other_title(&self, part: &PayloadPart) -> Option<String> {
        (text(part, "title").trim() != self.title.trim()).then(|| self.title.clone())
    }

    fn has_text_of(&self, part: &PayloadPart) -> bool {
        same(text(part, "html"), &self.html)
    }

    fn words(&self) -> String {
        words(&self.html)
    }

    fn asides(&self, part: &PayloadPart) -> Vec<String> {
        let mut asides = self.images(part);
        if self.status != "published" {
            asides.push(format!("(kept as `{}`)", self.status));
        }
        asides
    }

    fn detail(&self, part: &PayloadPart) -> Option<String> {
        if self.status != "published" {
            return Some(format!("kept as `{}` under {}", self.status, self.id));
        }
        let newsletter = Some(text(part, "newsletter")).filter(|newsletter| !newsletter.is_empty())?;
        Some(match self.mail.as_deref()? {
            "failed" => "Ghost could not send the newsletter: look at the post there".to_owned(),
            _ => format!("to the newsletter `{newsletter}` as well"),
        })
    }
}

/// The delivery's own post, wherever its address has got to, and else the one that has
/// the address. One that is out goes before a draft.
enum There {
    Ours(Box<Post>),
    Taken(Box<Post>),
    Free,
}

async fn look(api: &Api, slug: &str, key: &StepKey) -> Result<There, SendError> {
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
        return Ok(There::Ours(Box::new(post)));
    }
    let taken = others.into_iter().find(|post| post.slug == slug);
    Ok(taken.map_or(There::Free, |post| There::Taken(Box::new(post))))
}

impl Drafts for Api {
    type Post = Post;

    /// All that nobody sees: the address is looked at, pictures are there, and the draft
    /// stands with our address and our mark.
    async fn draft(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Prepared<Post>, SendError> {
        let slug = text(part, "slug");
        let draft = match look(self, slug, &attempt.key).await? {
            There::Ours(post) if post.is_out() => return Ok(Prepared::Out(*post)),
            There::Ours(post) => Some(post),
            There::Taken(post) => return Err(taken_by(slug, &post)),
            There::Free => None,
        };
        newsletter(self, text(part, "newsletter")).await?;
        let there = draft.as_ref().map(|post| post.addresses()).unwrap_or_default();
        let mut body = words_of(self, part, &there, attempt).await?;
        body.insert("slug".to_owned(), json!(slug));
        body.insert("status".to_owned(), json!("draft"));
        body.insert("visibility".to_owned(), json!(text(part, "visibility")));
        let authors = texts(part, "authors");
        if !authors.is_empty() {
            let named =
                |author: &&str| json!({ if author.contains('@') { "email" } else { "slug" }: author });
            body.insert("authors".to_owned(), authors.iter().map(named).collect());
        }
        let query = [FROM_HTML, AS_HTML];
        let answer = match &draft {
            Some(post) => {
                body.insert("updated_at".to_owned(), json!(post.updated_at));
                self.put(&post.path(), &query, &json!({ "posts": [body] })).await
            }
            // If its answer gets lost, the next try finds it by its mark.
            None => self.post(POSTS, &query, &json!({ "posts": [body] })).await,
        };
        let answer = answer.map_err(Trouble::of_asking)?;
        let Some(made) = Post::of_answer(self, &answer) else {
            return Err(trouble(&answer, Asked::Other, self));
        };
        if made.slug != slug {
            // Ghost has moved it to another address without a word: somebody has taken it
            // since we looked. Nobody saw this draft.
            discard(self, &made).await;
            return Err(match look(self, slug, &attempt.key).await? {
                There::Taken(post) => taken_by(slug, &post),
                There::Ours(_) | There::Free => SendError::NotYet {
                    says: format!("Ghost gave the draft another address than `{slug}`: it is made anew"),
                    wait: None,
                },
            });
        }
        // Whom Ghost does not know it replaces by the owner, without a word (seen, 6.65).
        if let Some(unknown) =
            authors.iter().find(|author| !made.authors.iter().any(|known| known == *author))
        {
            discard(self, &made).await;
            let says = format!(
                "Ghost has no author `{unknown}`: write the slug of the author's page, or the mail address"
            );
            return Err(SendError::Refused { says });
        }
        Ok(Prepared::Draft(made))
    }

    /// The one request that readers see anything of: the draft is published, and goes to
    /// the newsletter if there is to be one. Ghost sets a post's newsletter once.
    async fn publish(
        &self,
        draft: &Post,
        part: &PayloadPart,
        _attempt: &Attempt,
    ) -> Result<Told<Post>, SendError> {
        let mut query = vec![AS_HTML];
        for key in ["newsletter", "email_segment"] {
            query.extend(Some((key, text(part, key))).filter(|(_, value)| !value.is_empty()));
        }
        let body = json!({ "posts": [{ "updated_at": draft.updated_at, "status": "published" }] });
        let answer = self.put(&draft.path(), &query, &body).await.map_err(Trouble::of_creating)?;
        Told::of(
            Post::of_answer(self, &answer),
            |post| post.id == draft.id && post.is_out(),
            is_gone(&answer),
            || trouble(&answer, Asked::ToShow, self),
        )
    }

    /// The site tells of each post of our mark. A draft is proof that it is not out: and a
    /// request that comes too late for a draft that was written anew publishes nothing (409).
    async fn standing(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Standing<Post>, SendError> {
        match look(self, text(part, "slug"), &attempt.key).await? {
            There::Ours(post) if post.is_out() => Ok(Standing::Out(*post)),
            _ => Ok(Standing::NotOut),
        }
    }

    /// The post of that id, if there is one.
    async fn read(&self, id: &str) -> Result<Option<Post>, SendError> {
        let answer = self.get(&format!("{POSTS}{id}/"), &[AS_HTML]).await.map_err(Trouble::of_asking)?;
        match Post::of_answer(self, &answer) {
            Some(post) => Ok(Some(post)),
            None if is_gone(&answer) => Ok(None),
            None => Err(trouble(&answer, Asked::Other, self)),
        }
    }

    /// Other words for a post that was read: under its own time, so that what somebody
    /// writes meanwhile is not written over. Ghost's lock (`updated_at`, in seconds) is the
    /// second guard, and not the first: it does not tell two changes within one second apart.
    async fn change(&self, live: &Post, change: &Change, attempt: &Attempt) -> Result<Told<Post>, SendError> {
        let mut body = words_of(self, &change.after, &live.addresses(), attempt).await?;
        body.insert("updated_at".to_owned(), json!(live.updated_at));
        let body = json!({ "posts": [body] });
        let answer =
            self.put(&live.path(), &[FROM_HTML, AS_HTML], &body).await.map_err(Trouble::of_creating)?;
        if answer.status == 409 && Fault::of(&answer).code == "UPDATE_COLLISION" {
            return Ok(Told::Changed);
        }
        Told::of(
            Post::of_answer(self, &answer),
            |post| post.id == live.id,
            is_gone(&answer),
            || trouble(&answer, Asked::ToShow, self),
        )
    }

    /// Makes a draft of it again, out of the way. Ghost has no trash, and what it deletes is
    /// gone with all that readers wrote below it.
    async fn withdraw(&self, id: &str) -> Result<Removed, SendError> {
        let Some(post) = self.read(id).await?.filter(Post::is_out) else { return Ok(Removed::Already) };
        if post.status == "sent" {
            return Ok(Removed::Stays(
                "it went out by mail alone, and a mail cannot be called back".to_owned(),
            ));
        }
        let slug = format!("{}{DOWN}", post.slug);
        let body = json!({ "posts": [{ "updated_at": post.updated_at, "status": "draft", "slug": slug }] });
        let answer = self.put(&post.path(), &[AS_HTML], &body).await.map_err(Trouble::of_creating)?;
        match Post::of_answer(self, &answer) {
            Some(now) if now.id == post.id && !now.is_out() => Ok(Removed::Gone),
            Some(_) => Err(SendError::Unknown {
                cause: format!("the site was asked to make a draft of {id}, and speaks of something else"),
            }),
            None if is_gone(&answer) => Ok(Removed::Already),
            None => Err(trouble(&answer, Asked::ToShow, self)),
        }
    }
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
async fn words_of(
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

fn taken_by(slug: &str, post: &Post) -> SendError {
    let named = post.url.clone().unwrap_or_else(|| format!("the post {}", post.id));
    taken(slug, &format!("{named} ({})", post.status))
}

/// Whether Ghost itself says that there is no such post.
fn is_gone(answer: &Answer) -> bool {
    answer.status == 404 && Fault::of(answer).code == "NotFoundError"
}

/// What is put behind the address of a post that is taken down, so that another one can
/// have it.
const DOWN: &str = "-taken-down";
