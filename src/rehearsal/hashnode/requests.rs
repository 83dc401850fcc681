//! A good request to Hashnode's API, by its schema (github.com/Hashnode/gql-skill).
//! What arrives is judged by this, whatever became of it.

use super::posts::{COMMON, OF_DRAFT, OF_POST};
use crate::rehearsal::requests::{Good, Wants, change, text};
use crate::rehearsal::{Logged, LoggedBody, Way};
use serde_json::{Value, json};

pub(super) const GOOD: Good = Good {
    authorization: |_, logged| (logged.method == "POST").then_some("Bearer «secret»"),
    holds,
    says,
    posting: |logged| name_of(logged) == "createDraft",
    spoils: &[
        ("a field that no draft has", |logged| input(logged, |input| input["scheduledAt"] = "today".into())),
        ("no publication", |logged| {
            input(logged, |input| input["publicationId"] = "acme.hashnode.dev".into())
        }),
        ("sixteen tags", |logged| {
            input(logged, |input| input["tags"] = vec![json!({ "slug": "a" }); 16].into())
        }),
        ("a tag without its slug", |logged| {
            input(logged, |input| input["tags"] = json!([{ "name": "Rust" }]))
        }),
        ("a picture that is nowhere", |logged| {
            input(logged, |input| input["contentMarkdown"] = "![a](a.png)\n<!-- ladder:x -->".into());
        }),
        ("no mark", |logged| input(logged, |input| input["contentMarkdown"] = "It landed.".into())),
        ("an address of Hashnode's own choice", |logged| {
            input(logged, |input| input["settings"] = json!({ "slugOverridden": false }));
        }),
        ("a field that no post has", |logged| {
            change(logged, |body| body["query"] = text(&body["query"]).replace("slug", "permalink").into());
        }),
        ("a value within the question", |logged| {
            change(logged, |body| body["query"] = format!("{} # \"acme\"", text(&body["query"])).into());
        }),
    ],
};

/// Every name that our questions may have in them, as the schema has it.
const SCHEMA: &[&str] = &[
    "query",
    "mutation",
    "input",
    "id",
    "slug",
    "after",
    "first",
    "me",
    "username",
    "publications",
    "publication",
    "edges",
    "node",
    "title",
    "url",
    "post",
    "drafts",
    "draft",
    "pageInfo",
    "hasNextPage",
    "endCursor",
    "content",
    "markdown",
    "coverImage",
    "createDraft",
    "updateDraft",
    "publishDraft",
    "updatePost",
    "removePost",
    "createImageUploadURL",
    "confirmImageUpload",
    "presignedPut",
    "cdnUrl",
    "key",
    "ok",
    "look",
    "read",
    "ObjectId",
    "ID",
    "String",
    "CreateDraftInput",
    "UpdateDraftInput",
    "PublishDraftInput",
    "UpdatePostInput",
    "RemovePostInput",
    "CreateImageUploadInput",
    "ConfirmImageUploadInput",
    "50",
];

fn name_of(logged: &Logged) -> String {
    match &logged.body {
        LoggedBody::Json(body) => text(&body["operationName"]),
        _ => String::new(),
    }
}

fn input(logged: &mut Logged, by: impl FnOnce(&mut Value)) {
    change(logged, |body| by(&mut body["variables"]["input"]));
}

fn holds(_: &Way, logged: &Logged, wants: Wants<'_>) {
    if logged.method == "PUT" {
        wants(matches!(logged.body, LoggedBody::Bytes(..)), "an upload that is no file");
        return;
    }
    wants(logged.method == "POST" && logged.path == "/", "another address than the API's");
    let LoggedBody::Json(body) = &logged.body else { return wants(false, "no question") };
    let query = text(&body["query"]);
    wants(!query.contains(['"', '\'']), "a value within the question");
    let mut names = query.split(|c: char| !c.is_ascii_alphanumeric()).filter(|name| !name.is_empty());
    wants(names.all(|name| SCHEMA.contains(&name)), "a name that is in no schema");
    let (name, input) = (name_of(logged), &body["variables"]["input"]);
    let known: &[&str] = match name.as_str() {
        "createDraft" | "updateDraft" => OF_DRAFT,
        "updatePost" => OF_POST,
        _ => return,
    };
    let is_known = |key: &String| COMMON.contains(&key.as_str()) || known.contains(&key.as_str());
    wants(input.as_object().is_some_and(|input| input.keys().all(is_known)), "a field that it does not have");
    let is_object = |id: &Value| {
        id.as_str().is_some_and(|id| id.len() == 24 && id.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    let own = ["publicationId", "draftId", "id"].iter().find_map(|key| input.get(*key));
    wants(own.is_some_and(is_object), "no id of what it is about");
    let tags = input["tags"].as_array().cloned().unwrap_or_default();
    wants(tags.len() <= 15 && tags.iter().all(|tag| !text(&tag["slug"]).is_empty()), "tags that are none");
    let markdown = text(&input["contentMarkdown"]);
    wants(markdown.contains("<!-- ladder:"), "a text without its mark");
    wants(
        !markdown.split("](").skip(1).any(|rest| !rest.starts_with("http")),
        "a picture or link that is nowhere",
    );
    if name != "updatePost" {
        wants(input["settings"]["slugOverridden"] == true, "an address of Hashnode's own choice");
    }
}

/// The words of a request that makes something readers see.
fn says(logged: &Logged) -> Option<String> {
    let LoggedBody::Json(body) = &logged.body else { return None };
    (name_of(logged) == "publishDraft").then(|| text(&body["variables"]["input"]["draftId"]))
}
