//! The whole web, played by one server: `/https/a.example/b?c` is `https://a.example/b?c`.
//! For those that are told of pages, wherever these are.

use super::reply::Reply;
use super::request::{Asked, Sent};

/// The address on the web that is asked for; none if it is no such path.
pub(super) fn address(asked: &Asked) -> Option<String> {
    let (scheme, rest) = asked.path.strip_prefix('/')?.split_once('/')?;
    let is_web = matches!(scheme, "http" | "https") && !rest.is_empty() && !rest.starts_with('/');
    let query = match &asked.written_query {
        Some(query) => format!("?{query}"),
        None => String::new(),
    };
    is_web.then(|| format!("{scheme}://{rest}{query}"))
}

/// The host of an address, with its port.
pub(super) fn host(address: &str) -> &str {
    let behind = address.split_once("://").map_or("", |(_, behind)| behind);
    behind.split(['/', '?', '#']).next().unwrap_or_default()
}

/// A field of the form, if there is one and it stands there once.
pub(super) fn field<'a>(asked: &'a Asked, name: &str) -> Option<&'a str> {
    let Sent::Form(fields) = &asked.sent else { return None };
    let mut found = fields.iter().filter(|(has, _)| has == name);
    let (_, value) = found.next()?;
    found.next().is_none().then_some(value.as_str())
}

/// A no, in plain words.
pub(super) fn refusal(status: u16, says: &str) -> Reply {
    let reply = Reply::text("text/plain; charset=utf-8", says.to_owned());
    Reply { status, ..reply }
}
