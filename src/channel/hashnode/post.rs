//! A post: looked for, made as a draft, published, read back, found, removed.

use super::answer::{data, is_gone, trouble};
use super::api::Api;
use super::media;
use crate::channel::article::{
    Asked, Conversation, Drafts, Kept, Prepared, Standing, Told, altered_pictures, cover, is_object, taken,
    text,
};
use crate::channel::article_html::is_called;
use crate::channel::http::Trouble;
use crate::channel::markdown_body::{alts, digest, mark, marked, pictures, same, unmarked, with_pictures};
use crate::channel::{Attempt, Change, Removed, SendError};
use crate::plan::{PayloadPart, StepKey};
use crate::render::Picture;
use crate::render::markdown::plain;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// What is asked of a post and of a draft.
macro_rules! fields {
    () => {
        "id slug title content { markdown } coverImage { url }"
    };
}
const LOOK: &str = concat!(
    "query look($id: ObjectId!, $slug: String!, $after: String) { publication(id: $id) { post(slug: $slug) { ",
    fields!(),
    " url } drafts(first: 50, after: $after) { edges { node { ",
    fields!(),
    " } } pageInfo { hasNextPage endCursor } } } }"
);
const READ: &str = concat!("query read($id: ID!) { post(id: $id) { ", fields!(), " url } }");
const CREATE: &str = concat!(
    "mutation createDraft($input: CreateDraftInput!) { createDraft(input: $input) { draft { ",
    fields!(),
    " } } }"
);
const UPDATE: &str = concat!(
    "mutation updateDraft($input: UpdateDraftInput!) { updateDraft(input: $input) { draft { ",
    fields!(),
    " } } }"
);
const PUBLISH: &str = concat!(
    "mutation publishDraft($input: PublishDraftInput!) { publishDraft(input: $input) { post { ",
    fields!(),
    " url } } }"
);
const CHANGE: &str = concat!(
    "mutation updatePost($input: UpdatePostInput!) { updatePost(input: $input) { post { ",
    fields!(),
    " url } } }"
);
const REMOVE: &str =
    "mutation removePost($input: RemovePostInput!) { removePost(input: $input) { post { id slug } } }";

/// So many pages of drafts are looked through, of fifty each.
const MOST_PAGES: usize = 20;
/// Answers to questions are kept for about 25 seconds (Hashnode's pages; what is changed
/// is not).
const CACHED: Duration = Duration::from_secs(30);

/// A post or a draft as Hashnode keeps it.
#[derive(Clone, Debug)]
pub struct Post {
    id: String,
    slug: String,
    title: String,
    markdown: String,
    cover: Option<String>,
    url: Option<String>,
}

impl Post {
    pub(super) fn of(api: &Api, value: &Value) -> Option<Post> {
        let said = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
        let id = said("/id").filter(|id| is_object(id) && api.are_not_in(id))?;
        Some(Post {
            id: id.to_owned(),
            slug: said("/slug").unwrap_or_default().to_owned(),
            title: said("/title").unwrap_or_default().to_owned(),
            markdown: said("/content/markdown")?.to_owned(),
            cover: said("/coverImage/url").filter(|url| !url.is_empty()).map(str::to_owned),
            url: api.page(said("/url")),
        })
    }

    fn has(&self, key: &StepKey) -> bool {
        self.markdown.contains(&mark(key))
    }
}

impl Kept for Post {
    fn id(&self) -> &str {
        &self.id
    }

    /// One that was removed is told as well: an edit of it fails.
    fn stands(&self) -> bool {
        true
    }

    fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    fn digest(&self) -> String {
        digest(&self.title, &self.markdown)
    }

    fn other_title(&self, part: &PayloadPart) -> Option<String> {
        (text(part, "title") != self.title).then(|| self.title.clone())
    }

    fn has_text_of(&self, part: &PayloadPart) -> bool {
        same(text(part, "markdown"), &self.markdown)
    }

    fn words(&self) -> String {
        plain(unmarked(&self.markdown))
    }

    fn asides(&self, part: &PayloadPart) -> Vec<String> {
        let no_cover = cover(part).is_some() && self.cover.is_none();
        altered_pictures(&alts(text(part, "markdown")), alts(&self.markdown), no_cover)
    }
}

/// What stands at the address, and the delivery's own draft.
struct There {
    post: Option<Post>,
    draft: Option<Post>,
    /// All drafts were looked at.
    is_whole: bool,
}

async fn look(api: &Api, slug: &str, key: &StepKey) -> Result<There, SendError> {
    let mut standing = There { post: None, draft: None, is_whole: false };
    let mut after = Value::Null;
    for _ in 0..MOST_PAGES {
        let variables = json!({ "id": api.publication, "slug": slug, "after": after });
        let answer = api.ask("look", LOOK, variables).await.map_err(Trouble::of_asking)?;
        let Some(told) = data(&answer, "/publication") else {
            return Err(trouble(&answer, Asked::Other, api));
        };
        let odd = || SendError::NotYet {
            says: "Hashnode's list of drafts has an entry that cannot be read".to_owned(),
            wait: None,
        };
        if let Some(post) = told.get("post").filter(|post| !post.is_null()) {
            standing.post = Some(Post::of(api, post).ok_or_else(odd)?);
        }
        let edges = told.pointer("/drafts/edges").and_then(Value::as_array).ok_or_else(odd)?;
        for edge in edges {
            let node = edge.get("node").ok_or_else(odd)?;
            // One that somebody has only begun has no text.
            if node.pointer("/content/markdown").and_then(Value::as_str).is_none() {
                continue;
            }
            let draft = Post::of(api, node).ok_or_else(odd)?;
            if draft.has(key) {
                standing.draft = Some(draft);
            }
        }
        let next = told.pointer("/drafts/pageInfo/hasNextPage").and_then(Value::as_bool).ok_or_else(odd)?;
        after = told.pointer("/drafts/pageInfo/endCursor").cloned().unwrap_or(Value::Null);
        if standing.draft.is_some() || !next || after.is_null() {
            standing.is_whole = true;
            break;
        }
    }
    Ok(standing)
}

impl Drafts for Api {
    type Post = Post;

    /// All that nobody sees: the address is looked at, the pictures are there, and the draft
    /// stands, with our address and our mark.
    async fn draft(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Prepared<Post>, SendError> {
        let slug = text(part, "slug");
        let standing = look(self, slug, &attempt.key).await?;
        match standing.post {
            Some(post) if post.has(&attempt.key) => return Ok(Prepared::Out(post)),
            Some(post) if post.slug == slug => {
                let by = post.url.unwrap_or_else(|| format!("the post {}", post.id));
                return Err(taken(slug, &by));
            }
            _ => {}
        }
        let (name, query, own) = match standing.draft {
            Some(draft) if draft.says(part) && draft.slug == slug => {
                return Ok(Prepared::Draft(draft));
            }
            // A draft of ours that somebody worked on.
            Some(draft) => ("updateDraft", UPDATE, ("draftId", draft.id)),
            None => ("createDraft", CREATE, ("publicationId", self.publication.clone())),
        };
        let placed = media::placed(self, part, attempt, &|_| None).await?;
        let mut input = written(part, &attempt.key, &placed);
        input.insert(own.0.to_owned(), json!(own.1));
        input.insert("slug".to_owned(), json!(slug));
        let mut settings = json!({ "slugOverridden": true });
        if let Some(newsletter) = part.body.get("newsletter").filter(|value| !value.is_null()) {
            settings["activateNewsletter"] = newsletter.clone();
        }
        input.insert("settings".to_owned(), settings);
        input.insert("metaTags".to_owned(), json!({ "description": text(part, "description") }));
        if let Some(address) = cover_of(part, &placed) {
            input.insert("coverImageOptions".to_owned(), json!({ "coverImageURL": address }));
        }
        let answer = self.ask(name, query, json!({ "input": input })).await.map_err(Trouble::of_asking)?;
        match data(&answer, &format!("/{name}/draft")).and_then(|draft| Post::of(self, &draft)) {
            Some(draft) if draft.slug == slug => Ok(Prepared::Draft(draft)),
            Some(draft) => Err(SendError::Refused {
                says: format!(
                    "Hashnode gives the article the address `{}` instead of `{slug}`: give it another `slug`, and delete \
                     that draft",
                    self.clean(&draft.slug)
                ),
            }),
            None => Err(trouble(&answer, Asked::Other, self)),
        }
    }

    /// The one request that readers see anything of: the draft becomes a post, and is no
    /// draft any more. Done twice, there is one post.
    async fn publish(
        &self,
        draft: &Post,
        _part: &PayloadPart,
        attempt: &Attempt,
    ) -> Result<Told<Post>, SendError> {
        let variables = json!({ "input": { "draftId": draft.id } });
        let answer = self.ask("publishDraft", PUBLISH, variables).await.map_err(Trouble::of_creating)?;
        match data(&answer, "/publishDraft/post").and_then(|post| Post::of(self, &post)) {
            Some(post) if post.has(&attempt.key) => Ok(Told::There(post)),
            Some(_) => Ok(Told::Other),
            // Published by an earlier try, or thrown away: when no answer is kept any more,
            // the next try sees which.
            None if is_gone(&answer) => {
                let says = "Hashnode has no such draft any more: it is looked for once more".to_owned();
                Err(SendError::NotYet { says, wait: Some(CACHED) })
            }
            None => Err(trouble(&answer, Asked::ToShow, self)),
        }
    }

    /// A draft is proof that it is not out, for as long as answers are not kept; and if it is,
    /// asking for that draft to be published makes no second post.
    async fn standing(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Standing<Post>, SendError> {
        let there = look(self, text(part, "slug"), &attempt.key).await?;
        Ok(match there.post.filter(|post| post.has(&attempt.key)) {
            Some(post) => Standing::Out(post),
            None if !there.is_whole => Standing::Unclear("there are more drafts than are looked through"),
            None if there.draft.is_some() => Standing::NotOut,
            None => Standing::NotListed,
        })
    }

    async fn read(&self, id: &str) -> Result<Option<Post>, SendError> {
        let answer = self.ask("read", READ, json!({ "id": id })).await.map_err(Trouble::of_asking)?;
        match data(&answer, "/post").and_then(|post| Post::of(self, &post)) {
            Some(post) => Ok(Some(post)),
            None if is_gone(&answer) => Ok(None),
            None => Err(trouble(&answer, Asked::Other, self)),
        }
    }

    /// Hashnode has no lock: what somebody writes between the reading and this is written over.
    async fn change(&self, live: &Post, change: &Change, attempt: &Attempt) -> Result<Told<Post>, SendError> {
        let there = |picture: &Picture| {
            lies(live, &change.before, picture).filter(|address| self.may_lead_to(address))
        };
        let placed = media::placed(self, &change.after, attempt, &there).await?;
        let mut input = written(&change.after, &attempt.key, &placed);
        input.insert("id".to_owned(), json!(live.id));
        input.insert("metaDescription".to_owned(), json!(text(&change.after, "description")));
        input.insert("coverImage".to_owned(), json!(cover_of(&change.after, &placed)));
        let answer = self.ask("updatePost", CHANGE, json!({ "input": input })).await;
        let answer = answer.map_err(Trouble::of_creating)?;
        let post = data(&answer, "/updatePost/post").and_then(|post| Post::of(self, &post));
        let trouble = || trouble(&answer, Asked::ToShow, self);
        Told::of(post, |post| post.id == live.id, is_gone(&answer), trouble)
    }

    /// Removes a post. The second time Hashnode says that there is none.
    async fn withdraw(&self, id: &str) -> Result<Removed, SendError> {
        let variables = json!({ "input": { "id": id } });
        let answer = self.ask("removePost", REMOVE, variables).await.map_err(Trouble::of_creating)?;
        let removed = data(&answer, "/removePost/post/id").is_some_and(|removed| removed == id);
        match removed {
            true => Ok(Removed::Gone),
            false if is_gone(&answer) => Ok(Removed::Already),
            false => Err(trouble(&answer, Asked::ToShow, self)),
        }
    }
}

/// What a draft and an edit have in common.
fn written(part: &PayloadPart, key: &StepKey, placed: &[String]) -> Map<String, Value> {
    let place = |address: &str| {
        let at = part.media.iter().position(|picture| is_called(address, &picture.name))?;
        placed.get(at).cloned()
    };
    let markdown = marked(&with_pictures(text(part, "markdown"), &place), key);
    let mut input = Map::new();
    input.insert("title".to_owned(), json!(text(part, "title")));
    input.insert("contentMarkdown".to_owned(), json!(markdown));
    input.insert("tags".to_owned(), part.body.get("tags").cloned().unwrap_or_else(|| json!([])));
    for (own, theirs) in [("original", "originalArticleURL"), ("series", "seriesId")] {
        if let Some(value) = part.body.get(own).filter(|value| !value.is_null()) {
            input.insert(theirs.to_owned(), value.clone());
        }
    }
    if let Some(open) = part.body.get("comments").and_then(Value::as_bool) {
        input.insert("disableComments".to_owned(), json!(!open));
    }
    input
}

/// Where the cover lies.
fn cover_of(part: &PayloadPart, placed: &[String]) -> Option<String> {
    let cover: &Picture = cover(part)?;
    let at = part.media.iter().position(|picture| picture.sha256 == cover.sha256)?;
    placed.get(at).cloned()
}

/// Where a picture lies already that the post shows: the pictures of a text keep their
/// order.
fn lies(live: &Post, before: &PayloadPart, picture: &Picture) -> Option<String> {
    let known = before.media.iter().find(|known| known.name == picture.name)?;
    if known.sha256 != picture.sha256 {
        return None;
    }
    if cover(before).is_some_and(|cover| cover.sha256 == picture.sha256) {
        return live.cover.clone();
    }
    let planned = pictures(text(before, "markdown"));
    let shown = pictures(&live.markdown);
    let at = planned.iter().position(|shown| is_called(&shown.address, &picture.name))?;
    (planned.len() == shown.len()).then(|| shown[at].address.clone())
}
