//! Whether the token is good, is the page's own, and the page is the one that
//! the table speaks of.

use super::Facebook;
use super::dialect::{self, Asked};
use super::graph::{self, Graph};
use crate::channel::SendError;
use serde_json::Value;
use std::path::Path;

/// Asks, whatever is known. What is good stays known while the channel lives.
pub(super) async fn verify(page: &Facebook, project: &Path) -> Result<(), SendError> {
    ask(page, &Graph::open(page, project).await?).await?;
    page.known.get_or_init(|| async {}).await;
    Ok(())
}

/// Asks only if Facebook has not said yet that all is well: before the run it
/// may not have answered, and a post on the wrong page cannot be taken back
/// unseen.
pub(super) async fn once(page: &Facebook, graph: &Graph) -> Result<(), SendError> {
    page.known.get_or_try_init(|| ask(page, graph)).await.map(|_| ())
}

/// `GET /PAGE?fields=id,name,username`, then `GET /me`: with a page's token
/// "me" is the page. A server that does not speak of pages is taken for what
/// the table says.
async fn ask(page: &Facebook, graph: &Graph) -> Result<(), SendError> {
    let answer = graph.get(&page.page_id, &[("fields", "id,name,username")], Asked::Page).await?;
    if dialect::speaks_not_of_it(&answer) {
        return Ok(());
    }
    let found = dialect::object(&answer).ok_or_else(|| graph.judge(&answer, Asked::Page))?;
    let of_page = |key: &str| graph.clean(found.get(key).and_then(Value::as_str).unwrap_or(""));
    let (id, name, username) = (id_of(graph, &found), of_page("name"), of_page("username"));
    if !id.is_empty() && id != page.page_id {
        let says = format!(
            "`page_id` says {}, and Facebook knows that page as {id}: write `page_id = \"{id}\"` if `{name}` is \
             meant",
            page.page_id
        );
        return Err(SendError::Refused { says });
    }
    if let Some(account) = &page.written_account
        && ![&name, &username, &page.page_id].into_iter().any(|known| is_same(account, known))
    {
        let known_as = if username.is_empty() { String::new() } else { format!(" (`{username}`)") };
        let says = format!(
            "`account` says `{}`, and page {} is `{name}`{known_as}: correct one of `account`, `page_id` and \
             `access_token`",
            account.trim(),
            page.page_id
        );
        return Err(SendError::Refused { says });
    }
    let answer = graph.get("me", &[("fields", "id,name")], Asked::Reading).await?;
    // Not to be told who one is, is no proof of being somebody else.
    if dialect::speaks_not_of_it(&answer) || dialect::may_not_ask(&answer) {
        return Ok(());
    }
    let me = dialect::object(&answer).ok_or_else(|| graph.judge(&answer, Asked::Reading))?;
    let owner_name = graph.clean(me.get("name").and_then(Value::as_str).unwrap_or(""));
    let owner = id_of(graph, &me);
    if !owner.is_empty() && owner != page.page_id {
        let says = format!(
            "`access_token` is not the token of the page `{name}` but of `{owner_name}` ({owner}), a person or \
             another page: ask `GET /me/accounts` with it, and take the page's own `access_token` from there"
        );
        return Err(SendError::Refused { says });
    }
    Ok(())
}

/// The id in an answer, a text or a number; empty if there is none.
fn id_of(graph: &Graph, told: &Value) -> String {
    match &told["id"] {
        Value::String(id) => graph.clean(id),
        id => graph::id(id).unwrap_or_default(),
    }
}

/// People write names with and without `@`, capitals and blanks.
fn is_same(written: &str, known: &str) -> bool {
    let plain = |name: &str| {
        let name = name.trim();
        name.strip_prefix('@').unwrap_or(name).to_lowercase()
    };
    !known.trim().is_empty() && plain(written) == plain(known)
}

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn names_are_the_same_in_any_spelling_and_nothing_is_nobody() {
        assert!(is_same(" @AcmeRockets", "acmerockets"));
        assert!(is_same("Söhne & Co", "SÖHNE & CO "));
        assert!(!is_same("", ""));
        assert!(!is_same("Acme", "Acme Rockets"));
    }
}
