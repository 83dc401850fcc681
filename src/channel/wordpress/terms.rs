//! Tags and categories by their names: WordPress itself takes numbers only.
//!
//! One that is there already is answered with 400 `term_exists` and its number (REST
//! API handbook, tags; seen, 6.2 to 6.6): asking for it to be made is the surest
//! way to find it, since WordPress alone knows which names are the same to it.

use super::answer::{Fault, trouble};
use super::api::Api;
use crate::channel::SendError;
use crate::channel::article::Asked;
use crate::channel::article_html::words;
use crate::channel::http::Trouble;
use serde_json::{Value, json};

/// The numbers of those terms, in order, each once; those that are not there are
/// made.
pub(super) async fn numbers(api: &Api, kind: &str, names: &[&str]) -> Result<Vec<u64>, SendError> {
    let mut all = Vec::with_capacity(names.len());
    for name in names {
        let number = number(api, kind, name).await?;
        if !all.contains(&number) {
            all.push(number);
        }
    }
    Ok(all)
}

async fn number(api: &Api, kind: &str, name: &str) -> Result<u64, SendError> {
    let path = format!("/wp/v2/{kind}");
    let answer = api.post(&path, &json!({ "name": name })).await.map_err(Trouble::of_asking)?;
    let id = |value: &Value| value.get("id").and_then(Value::as_u64).filter(|id| *id > 0);
    if let Some(made) = answer.json().filter(|_| answer.is_success()).as_ref().and_then(id) {
        return Ok(made);
    }
    let fault = Fault::of(&answer);
    if let Some(there) = fault.term.filter(|_| fault.code == "term_exists") {
        return Ok(there);
    }
    if answer.status != 403 || fault.code.is_empty() {
        return Err(trouble(&answer, Asked::Other, api));
    }
    // Who may not make one may use one that is there.
    let query = [("search", name), ("per_page", "100"), ("_fields", "id,name")];
    let listed = api.get(&path, &query).await.map_err(Trouble::of_asking)?;
    let list = listed.json().filter(|_| listed.is_success());
    let Some(list) = list.as_ref().and_then(Value::as_array) else {
        return Err(trouble(&listed, Asked::Other, api));
    };
    let is_it = |item: &&Value| {
        let called = item.get("name").and_then(Value::as_str).map(words).unwrap_or_default();
        called.to_lowercase() == name.to_lowercase()
    };
    match list.iter().find(is_it).and_then(id) {
        Some(there) => Ok(there),
        None => Err(SendError::Mendable {
            says: format!(
                "the site has no `{name}` among its {kind}, and the user `{}` may make none ({}): make it in WordPress",
                api.user, fault.code
            ),
        }),
    }
}

/// The number of the user who is to be named as the author, by the name in the
/// address of the author's page.
pub(super) async fn author(api: &Api, name: &str) -> Result<u64, SendError> {
    if let Ok(number) = name.parse() {
        return Ok(number);
    }
    let query = [("slug", name), ("_fields", "id,slug")];
    let answer = api.get("/wp/v2/users", &query).await.map_err(Trouble::of_asking)?;
    let list = answer.json().filter(|_| answer.is_success());
    let Some(list) = list.as_ref().and_then(Value::as_array) else {
        return Err(trouble(&answer, Asked::Other, api));
    };
    let id = list.first().and_then(|user| user.get("id")).and_then(Value::as_u64);
    id.ok_or_else(|| SendError::Mendable {
        says: format!(
            "the site tells of no user `{name}`: write in `author` what stands at the end of the address of the author's \
             page, or the user's number"
        ),
    })
}
