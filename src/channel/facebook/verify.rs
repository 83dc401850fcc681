//! Whether the token is good, is the page's own, and the page is the one that
//! the table speaks of.

use super::Facebook;
use super::dialect::Asked;
use super::graph::Graph;
use crate::channel::SendError;
use serde_json::Value;
use std::path::Path;

/// `GET /PAGE?fields=id,name,username`, then `GET /me`: with a page's token
/// "me" is the page.
pub(super) async fn verify(page: &Facebook, project: &Path) -> Result<(), SendError> {
    let graph = Graph::open(page, project).await?;
    let found = graph.read(&page.page_id, &[("fields", "id,name,username")], Asked::Page).await?;
    let of_page = |key: &str| graph.clean(found.get(key).and_then(Value::as_str).unwrap_or(""));
    let (id, name, username) = (of_page("id"), of_page("name"), of_page("username"));
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
    // Not to be told who one is, is no proof of being somebody else.
    let Ok(me) = graph.read("me", &[("fields", "id,name")], Asked::Reading).await else { return Ok(()) };
    let of_me = |key: &str| graph.clean(me.get(key).and_then(Value::as_str).unwrap_or(""));
    let (owner, owner_name) = (of_me("id"), of_me("name"));
    if !owner.is_empty() && owner != page.page_id {
        let says = format!(
            "`access_token` is not the token of the page `{name}` but of `{owner_name}` ({owner}), a person or \
             another page: ask `GET /me/accounts` with it, and take the page's own `access_token` from there"
        );
        return Err(SendError::Refused { says });
    }
    Ok(())
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
