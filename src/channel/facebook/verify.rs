//! Whether the token is good, is the page's own, and the page is the one that
//! the table speaks of.

use super::Facebook;
use super::dialect::Asked;
use super::graph::{Graph, Named};
use crate::channel::graph::{is_same_name, told};
use crate::channel::{SendError, Whose};
use serde_json::Value;

/// Whose the token is: asked until Facebook has answered.
pub(super) async fn whose<'a>(page: &'a Facebook, graph: &Graph) -> Result<&'a Whose, SendError> {
    page.whose.ask(ask(page, graph)).await
}

/// `GET /PAGE?fields=id,name,username`, then `GET /me`: with a page's token
/// "me" is the page, which is the proof. What Facebook does not let us ask, or
/// what a server in its place does not know, proves nothing.
async fn ask(page: &Facebook, graph: &Graph) -> Result<Whose, SendError> {
    let answer = graph.get(&page.page_id, &[("fields", "id,name,username")], Asked::Page).await?;
    answer.same_time("Facebook")?;
    let clean = |text: &str| graph.clean(text);
    let known = told(&answer, Asked::Page, &clean)?;
    if let Ok(found) = &known {
        compare(page, graph, found)?;
    }
    let answer = graph.get("me", &[("fields", "id,name")], Asked::Reading).await?;
    let why = match told(&answer, Asked::Reading, &clean)? {
        Err(why) => why,
        Ok(me) => {
            let owner = id_of(graph, &me);
            if owner == page.page_id {
                return Ok(Whose::Verified);
            }
            if !owner.is_empty() {
                let name = |told: &Value| graph.clean(told.get("name").and_then(Value::as_str).unwrap_or(""));
                let owner_name = name(&me);
                let page_name = known.as_ref().map(name).unwrap_or_default();
                let page_name = if page_name.is_empty() { &page.page_id } else { &page_name };
                let says = format!(
                    "`access_token` is not the token of the page `{page_name}` but of `{owner_name}` ({owner}), a \
                     person or another page: ask `GET /me/accounts` with it, and take the page's own \
                     `access_token` from there"
                );
                return Err(SendError::Refused { says });
            }
            "it answered without an id".to_owned()
        }
    };
    let why = known.err().unwrap_or(why);
    let why = format!("Facebook does not say whose token it is: {why}");
    Ok(Whose::untold(&answer, "Facebook", why))
}

/// Compares the page that Facebook knows with the one of the table.
fn compare(page: &Facebook, graph: &Graph, found: &Value) -> Result<(), SendError> {
    let of_page = |key: &str| graph.clean(found.get(key).and_then(Value::as_str).unwrap_or(""));
    let (id, name, username) = (id_of(graph, found), of_page("name"), of_page("username"));
    if !id.is_empty() && id != page.page_id {
        let says = format!(
            "`page_id` says {}, and Facebook knows that page as {id}: write `page_id = \"{id}\"` if `{name}` is \
             meant",
            page.page_id
        );
        return Err(SendError::Refused { says });
    }
    let Some(account) = &page.written_account else { return Ok(()) };
    let is_told = !name.is_empty() || !username.is_empty();
    if is_told && ![&name, &username, &page.page_id].into_iter().any(|known| is_same_name(account, known)) {
        let known_as = if username.is_empty() { String::new() } else { format!(" (`{username}`)") };
        let says = format!(
            "`account` says `{}`, and page {} is `{name}`{known_as}: correct one of `account`, `page_id` and \
             `access_token`",
            account.trim(),
            page.page_id
        );
        return Err(SendError::Refused { says });
    }
    Ok(())
}

/// The id in an answer, a text or a number; empty if there is none.
fn id_of(graph: &Graph, told: &Value) -> String {
    match &told["id"] {
        Value::String(id) => graph.clean(id),
        id => graph.id(id, Named::Other).unwrap_or_default(),
    }
}
