//! Whose post it is, as the network itself knows them: the number of a Facebook
//! page, the author of a LinkedIn post. People give such an account a name of
//! their choice in `account`, which is what the journal knows it by.
//!
//! Pure.

use crate::ladder::ChannelTable;
use crate::ladder::tree::NodeKind;
use crate::plan::Payload;

/// What people call the page or author that a channel's table names:
/// `page 1234567890`.
pub fn of_table(table: &ChannelTable) -> Option<String> {
    let adapter = table.adapter.value.as_str();
    let key = match adapter {
        "facebook" => "page_id",
        "linkedin" => "author",
        _ => return None,
    };
    match &table.rest.get(key)?.kind {
        NodeKind::String(written) => called(adapter, written.trim()),
        _ => None,
    }
}

/// The same of a planned post.
pub fn of_payload(adapter: &str, payload: &Payload) -> Option<String> {
    let body = &payload.parts.first()?.body;
    match adapter {
        "facebook" => called(adapter, body.get("edge")?.as_str()?.split_once('/')?.0),
        "linkedin" => called(adapter, body.get("author")?.as_str()?),
        _ => None,
    }
}

fn called(adapter: &str, owner: &str) -> Option<String> {
    match adapter {
        _ if owner.is_empty() => None,
        "facebook" => Some(format!("page {owner}")),
        _ => Some(owner.to_owned()),
    }
}
