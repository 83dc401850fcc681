//! A post as the API shows it: its text as HTML (docs, entities/Status).

use super::Status;
use crate::rehearsal::Settings;
use crate::text::{Dialect, EntityKind, entities};
use jiff::Timestamp;
use serde_json::{Value, json};

/// The moment as it is written there.
pub(super) fn moment(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// The whole entity.
pub(super) fn status(status: &Status, settings: &Settings) -> Value {
    let live = &status.live;
    let media = live.media.iter().map(|media| {
        let url = format!("{}/system/media_attachments/{}.png", settings.home, media.id);
        let description = (settings.tells_alts && !media.alt.is_empty()).then_some(&media.alt);
        json!({ "id": media.id, "type": "image", "url": url, "preview_url": url, "description": description })
    });
    json!({
        "id": live.id,
        "created_at": moment(live.at),
        "in_reply_to_id": live.reply_to,
        "in_reply_to_account_id": live.reply_to.as_ref().map(|_| &settings.id),
        "sensitive": status.sensitive || !status.spoiler.is_empty(),
        "spoiler_text": status.spoiler,
        "visibility": status.visibility,
        "language": status.language,
        "uri": format!("{}/users/{}/statuses/{}", settings.home, settings.handle, live.id),
        "url": live.url,
        "replies_count": 0, "reblogs_count": 0, "favourites_count": 0,
        "edited_at": status.edited.map(moment),
        "content": html(&live.text),
        "reblog": null,
        "account": { "id": settings.id, "username": settings.handle, "acct": settings.handle },
        "media_attachments": media.collect::<Vec<Value>>(),
        "mentions": [], "tags": [], "emojis": [], "card": null, "poll": null,
    })
}

/// Paragraphs at empty lines, breaks at the others, links with a scheme whose text is
/// the address in pieces, and mentions of other servers' people without their host.
pub(super) fn html(text: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    for entity in entities(text, Dialect::Mastodon) {
        let range = entity.range.clone();
        if range.start < from {
            continue;
        }
        let written = &text[range.clone()];
        let shown = match entity.kind {
            EntityKind::Link => link(written),
            EntityKind::Mention => written.trim_start_matches('@').split_once('@').map(|(name, host)| {
                format!(
                    "<span class=\"h-card\" translate=\"no\"><a href=\"https://{host}/@{name}\" class=\"u-url \
                     mention\">@<span>{name}</span></a></span>"
                )
            }),
            _ => None,
        };
        let Some(shown) = shown else { continue };
        push_escaped(&mut out, &text[from..range.start]);
        out.push_str(&shown);
        from = range.end;
    }
    push_escaped(&mut out, &text[from..]);
    let paragraphs = out.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty());
    paragraphs.map(|one| format!("<p>{}</p>", one.trim_matches('\n').replace('\n', "<br />"))).collect()
}

fn link(written: &str) -> Option<String> {
    let (scheme, rest) = written.split_once("://")?;
    let cut = rest.char_indices().nth(30).map_or(rest.len(), |(at, _)| at);
    let class = if cut < rest.len() { "ellipsis" } else { "" };
    let [href, scheme, seen, hidden] = [written, scheme, &rest[..cut], &rest[cut..]].map(|text| {
        let mut escaped = String::new();
        push_escaped(&mut escaped, text);
        escaped
    });
    Some(format!(
        "<a href=\"{href}\" target=\"_blank\" rel=\"nofollow noopener\" translate=\"no\"><span class=\"invisible\">\
         {scheme}://</span><span class=\"{class}\">{seen}</span><span class=\"invisible\">{hidden}</span></a>"
    ))
}

fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}
