//! A post: looked for, made as a draft, published, read back, found, removed.

use super::answer::{Asked, data, is_gone, trouble};
use super::api::Api;
use super::payload::{cover, text};
use super::verify::Publication;
use super::{is_object, media};
use crate::channel::article_html::is_called;
use crate::channel::http::Trouble;
use crate::channel::images::{Shown, behind};
use crate::channel::markdown_body::{mark, marked, pictures, same, unmarked, with_pictures};
use crate::channel::network::seen;
use crate::channel::{Attempt, Found, LONGEST_LAG, Removed, SendError};
use crate::ladder::name::is_page;
use crate::plan::key::hex_digest;
use crate::plan::{PayloadPart, Receipt, Seen, StepKey};
use crate::render::Picture;
use crate::render::markdown::plain;
use jiff::Timestamp;
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
const REMOVE: &str =
    "mutation removePost($input: RemovePostInput!) { removePost(input: $input) { post { id slug } } }";

/// So many pages of drafts are looked through, of fifty each.
const MOST_PAGES: usize = 20;
/// Answers to questions are kept for about 25 seconds (Hashnode's pages; what is changed
/// is not).
const CACHED: Duration = Duration::from_secs(30);

/// A post or a draft as Hashnode keeps it.
#[derive(Clone, Debug)]
pub(super) struct Post {
    pub id: String,
    slug: String,
    title: String,
    pub markdown: String,
    pub cover: Option<String>,
    url: Option<String>,
}

impl Post {
    pub fn of(api: &Api<'_>, value: &Value) -> Option<Post> {
        let said = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
        let id = said("/id").filter(|id| is_object(id) && api.are_not_in(id))?;
        let url = said("/url").filter(|url| is_page(url) && api.are_not_in(url));
        Some(Post {
            id: id.to_owned(),
            slug: said("/slug").unwrap_or_default().to_owned(),
            title: said("/title").unwrap_or_default().to_owned(),
            markdown: said("/content/markdown")?.to_owned(),
            cover: said("/coverImage/url").filter(|url| !url.is_empty()).map(str::to_owned),
            url: url.map(str::to_owned),
        })
    }

    fn has(&self, key: &StepKey) -> bool {
        self.markdown.contains(&mark(key))
    }

    /// A digest of all that an edit would write over.
    pub fn digest(&self) -> String {
        hex_digest(format!("{}\n{}", self.title, unmarked(&self.markdown).replace("\r\n", "\n")).as_bytes())
    }

    /// What is known of it once it is out.
    pub fn receipt(&self, part: &PayloadPart, api: &Api<'_>) -> Receipt {
        Receipt {
            id: Some(self.id.clone()),
            url: self.url.clone(),
            altered: self.altered(part, api),
            sha256: Some(self.digest()),
            ..Receipt::default()
        }
    }

    /// What readers see, if that is not what was sent.
    fn altered(&self, part: &PayloadPart, api: &Api<'_>) -> Option<String> {
        let sent = text(part, "markdown");
        let title = text(part, "title") != self.title;
        let words = !same(sent, &self.markdown);
        let planned = pictures(sent);
        let live = pictures(&self.markdown);
        let alts: Vec<&str> = planned.iter().map(|shown| shown.alt.as_str()).collect();
        let shown =
            Shown { number: Some(live.len()), alts: live.into_iter().map(|shown| Some(shown.alt)).collect() };
        let images = shown.differing(&alts);
        let no_cover = cover(part).is_some() && self.cover.is_none();
        if !(title || words || images.is_some() || no_cover) {
            return None;
        }
        let mut told = plain(unmarked(&self.markdown));
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
        text(part, "title") == self.title && same(text(part, "markdown"), &self.markdown)
    }
}

/// What stands at the address, and the delivery's own draft.
struct Standing {
    post: Option<Post>,
    draft: Option<Post>,
    /// All drafts were looked at.
    is_whole: bool,
}

async fn look(
    api: &Api<'_>,
    publication: &Publication,
    slug: &str,
    key: &StepKey,
) -> Result<Standing, SendError> {
    let mut standing = Standing { post: None, draft: None, is_whole: false };
    let mut after = Value::Null;
    for _ in 0..MOST_PAGES {
        let variables = json!({ "id": publication.id, "slug": slug, "after": after });
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

/// A post that only has to be published.
pub(super) enum Prepared {
    /// The draft's id.
    Draft(String),
    /// An earlier try had gone out.
    Out(Box<Post>),
}

/// All that nobody sees: the address is looked at, the pictures are there, and the draft
/// stands, with our address and our mark.
pub(super) async fn prepare(
    api: &Api<'_>,
    publication: &Publication,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Prepared, SendError> {
    let slug = text(part, "slug");
    let standing = look(api, publication, slug, &attempt.key).await?;
    match standing.post {
        Some(post) if post.has(&attempt.key) => return Ok(Prepared::Out(Box::new(post))),
        Some(post) if post.slug == slug => return Err(taken(slug, &post)),
        _ => {}
    }
    let (name, query, own) = match &standing.draft {
        Some(draft) if draft.says(part) && draft.slug == slug => {
            return Ok(Prepared::Draft(draft.id.clone()));
        }
        // A draft of ours that somebody worked on.
        Some(draft) => ("updateDraft", UPDATE, ("draftId", draft.id.clone())),
        None => ("createDraft", CREATE, ("publicationId", publication.id.clone())),
    };
    let placed = media::placed(api, part, attempt, &|_| None).await?;
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
    let answer = api.ask(name, query, json!({ "input": input })).await.map_err(Trouble::of_asking)?;
    match data(&answer, &format!("/{name}/draft")).and_then(|draft| Post::of(api, &draft)) {
        Some(draft) if draft.slug == slug => Ok(Prepared::Draft(draft.id)),
        Some(draft) => Err(SendError::Refused {
            says: format!(
                "Hashnode gives the article the address `{}` instead of `{slug}`: give it another `slug`, and delete \
                 that draft",
                api.clean(&draft.slug)
            ),
        }),
        None => Err(trouble(&answer, Asked::Other, api)),
    }
}

fn taken(slug: &str, by: &Post) -> SendError {
    let whose =
        by.url.as_deref().map(|url| format!("by {url}")).unwrap_or_else(|| format!("by the post {}", by.id));
    SendError::Refused {
        says: format!(
            "the address `{slug}` is taken {whose}: give this article another `slug`, or take that post away"
        ),
    }
}

/// What a draft and an edit have in common.
pub(super) fn written(part: &PayloadPart, key: &StepKey, placed: &[String]) -> Map<String, Value> {
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
pub(super) fn cover_of(part: &PayloadPart, placed: &[String]) -> Option<String> {
    let cover: &Picture = cover(part)?;
    let at = part.media.iter().position(|picture| picture.sha256 == cover.sha256)?;
    placed.get(at).cloned()
}

/// The one request that readers see anything of: the draft becomes a post, and is no
/// draft any more. Done twice, there is one post.
pub(super) async fn publish(
    api: &Api<'_>,
    part: &PayloadPart,
    attempt: &Attempt,
    ready: Prepared,
) -> Result<Receipt, SendError> {
    let id = match ready {
        Prepared::Out(post) => {
            let detail =
                Some("an earlier try had gone out: it stands there with this delivery's mark".to_owned());
            return Ok(Receipt { detail, ..post.receipt(part, api) });
        }
        Prepared::Draft(id) => id,
    };
    let variables = json!({ "input": { "draftId": id } });
    let answer = api.ask("publishDraft", PUBLISH, variables).await.map_err(Trouble::of_creating)?;
    match data(&answer, "/publishDraft/post").and_then(|post| Post::of(api, &post)) {
        Some(post) if post.has(&attempt.key) => Ok(post.receipt(part, api)),
        Some(_) => {
            let cause = format!("Hashnode was asked to publish {id}, and speaks of another post");
            Err(SendError::Unknown { cause })
        }
        // Published by an earlier try, or thrown away: when no answer is kept any more,
        // the next try sees which.
        None if is_gone(&answer) => {
            let says = "Hashnode has no such draft any more: it is looked for once more".to_owned();
            Err(SendError::NotYet { says, wait: Some(CACHED) })
        }
        None => Err(trouble(&answer, Asked::ToChange, api)),
    }
}

/// Looks for a post of which nobody knows whether it went out. Its draft is proof that
/// it did not, for as long as answers are not kept; and if it did, asking for that draft
/// to be published makes no second post.
pub(super) async fn find(
    api: &Api<'_>,
    publication: &Publication,
    part: &PayloadPart,
    attempt: &Attempt,
) -> Result<Found, SendError> {
    let standing = look(api, publication, text(part, "slug"), &attempt.key).await?;
    if let Some(post) = standing.post.filter(|post| post.has(&attempt.key)) {
        return Ok(Found::Sent(post.receipt(part, api)));
    }
    if !standing.is_whole {
        return Ok(Found::CannotTell("there are more drafts than are looked through".to_owned()));
    }
    let settled = attempt.last_tried.saturating_add(LONGEST_LAG).unwrap_or(Timestamp::MAX);
    if (attempt.withdrawn || standing.draft.is_none()) && crate::clock::now() < settled {
        let then = attempt.list_can_tell();
        return Ok(Found::CannotTell(format!(
            "it is not published, and the request may still be on its way: ask again after {then}"
        )));
    }
    Ok(Found::Absent)
}

/// The post of that id. One that was removed is told as well: an edit of it fails.
pub(super) async fn read(api: &Api<'_>, id: &str) -> Result<Option<Post>, SendError> {
    let answer = api.ask("read", READ, json!({ "id": id })).await.map_err(Trouble::of_asking)?;
    match data(&answer, "/post").and_then(|post| Post::of(api, &post)) {
        Some(post) => Ok(Some(post)),
        None if is_gone(&answer) => Ok(None),
        None => Err(trouble(&answer, Asked::Other, api)),
    }
}

/// What readers see. A read that fails changes nothing: the post is out.
pub(super) async fn read_back(api: &Api<'_>, id: &str, part: &PayloadPart, receipt: &Receipt) -> Seen {
    let Ok(Some(post)) = read(api, id).await else { return Seen::default() };
    let url = post.url.clone().filter(|url| receipt.url.as_ref() != Some(url));
    Seen { altered: post.altered(part, api), url }
}

/// Removes a post. The second time Hashnode says that there is none.
pub(super) async fn remove(api: &Api<'_>, id: &str) -> Result<Removed, SendError> {
    let variables = json!({ "input": { "id": id } });
    let answer = api.ask("removePost", REMOVE, variables).await.map_err(Trouble::of_creating)?;
    let removed = data(&answer, "/removePost/post/id").is_some_and(|removed| removed == id);
    match removed {
        true => Ok(Removed::Gone),
        false if is_gone(&answer) => Ok(Removed::Already),
        false => Err(trouble(&answer, Asked::ToChange, api)),
    }
}
