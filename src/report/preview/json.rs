//! The preview for machines: PRODUCT's JSON contract.

use super::{Comment, Preview, PreviewItem};
use crate::render::{Article, Card, Mail, Picture, Post, Variant};
use crate::text::{EntityKind, Rules, count, linked};
use serde_json::{Map, Value, json};

/// `message`, `ladder`, `variants`. Late addresses stand as their tokens.
pub fn preview(preview: &Preview<'_>) -> Value {
    json!({
        "message": preview.message,
        "title": preview.title,
        "ladder": preview.ladder,
        "variants": preview.items.iter().map(variant).collect::<Vec<_>>(),
    })
}

fn variant(item: &PreviewItem<'_>) -> Value {
    let mut object = Map::new();
    let (words, time) = match &item.when {
        Some((words, time)) => (json!(words), json!(time)),
        None => (Value::Null, Value::Null),
    };
    let head = json!({
        "rung": item.rung,
        "channel": item.outlet.channel,
        "adapter": item.outlet.adapter,
        "account": item.account,
        "kind": item.variant.kind().name(),
        "language": item.outlet.language,
        "after": item.after,
        "when": words,
        "at": time,
    });
    let body = match item.variant {
        Variant::Post(body) => post(body, item),
        Variant::Article(body) => article(body, item),
        Variant::Mail(body) => mail(body, item),
    };
    for value in [head, body] {
        if let Value::Object(fields) = value {
            object.extend(fields);
        }
    }
    Value::Object(object)
}

fn post(post: &Post, item: &PreviewItem<'_>) -> Value {
    let parts: Vec<Value> = post
        .parts
        .iter()
        .map(|part| {
            let length =
                count(&part.text, &item.outlet.rules.with_pictures(part.media.len()), post.url_reserve);
            json!({
                "text": part.text,
                "counted": length.counted,
                "limit": length.limit,
                "unit": length.unit.name(),
                "links": links(&part.text, &item.outlet.rules),
                "media": part.media.iter().map(media).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "parts": parts,
        "card": post.card.as_ref().map(card),
        "first_comment": match item.comment(post) {
            Comment::Below(comment) => Some(comment),
            Comment::None | Comment::LeftOut(_) => None,
        },
    })
}

/// The addresses that the network itself links in `text`, as `count` says them:
/// it may take less of one than a reader would, or more.
fn links(text: &str, rules: &Rules) -> Vec<String> {
    let found = linked(text, rules).into_iter().filter(|entity| entity.kind == EntityKind::Link);
    found.filter_map(|link| text.get(link.range)).map(|written| rules.markup.read(written)).collect()
}

fn card(card: &Card) -> Value {
    json!({
        "url": card.url,
        "title": card.title,
        "description": card.description,
        "image": card.image.as_ref().map(media),
    })
}

fn article(article: &Article, item: &PreviewItem<'_>) -> Value {
    json!({
        "title": article.title,
        "slug": article.slug,
        "excerpt": article.excerpt,
        "html": article.html,
        "markdown": article.markdown,
        "cover": article.cover.as_ref().map(media),
        "media": article.media.iter().map(media).collect::<Vec<_>>(),
        "tags": article.tags,
        "canonical": item.original(article),
        "date": article.date,
    })
}

fn mail(mail: &Mail, item: &PreviewItem<'_>) -> Value {
    json!({
        "from": mail.from,
        "to": item.recipients,
        "subject": mail.subject,
        "preheader": mail.preheader,
        "html": mail.html,
        "text": mail.text,
        "media": mail.media.iter().map(media).collect::<Vec<_>>(),
    })
}

fn media(picture: &Picture) -> Value {
    json!({
        "file": picture.path,
        "alt": picture.alt,
        "type": picture.mime,
        "bytes": picture.bytes,
        "width": picture.width,
        "height": picture.height,
        "made": picture.made(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use crate::text::network;

    #[test]
    fn links_are_those_of_the_network() {
        let odd = "See https://例え.jp/パス now and (https://a.example.org/x?) too.";
        // The same answers as `count` gives.
        for (text, rules) in [
            (odd, network::MASTODON),
            (odd, network::BLUESKY),
            ("„https://l.example.com/p“", network::BLUESKY),
            ("acme.org", network::MASTODON),
        ] {
            let found = crate::text::entities(text, rules.dialect);
            let counted: Vec<&str> = found.into_iter().map(|link| &text[link.range]).collect();
            assert_eq!(super::links(text, &rules), counted, "{text} on {}", rules.network);
        }
        assert!(super::links("acme.org", &network::MASTODON).is_empty());
        assert_eq!(super::links("acme.org", &network::X), ["acme.org"]);
        let slack = "<https://acme.org/?a=1&amp;b=2|us>, `https://code.example.org`";
        assert_eq!(super::links(slack, &network::SLACK), ["https://acme.org/?a=1&b=2"]);
    }

    /// Nobody is shown an address that no reader will see.
    #[test]
    fn an_original_is_shown_where_it_is_told() {
        let address = "https://original.example/a";
        for told in [true, false] {
            let mut story = fixture::story();
            story.rungs.retain(|(rung, ..)| *rung == "blog");
            let (_, outlet, variant, ..) = &mut story.rungs[0];
            outlet.rules.canonical = told;
            let crate::render::Variant::Article(article) = variant else { panic!() };
            article.canonical = Some(address.to_owned());
            let preview = story.preview();
            let shown = [
                super::preview(&preview).to_string(),
                super::super::terminal(&preview, 80, false),
                super::super::html(&preview),
                super::super::markdown(&preview),
            ];
            assert_eq!(shown.map(|shown| shown.contains(address)), [told; 4]);
        }
    }

    #[test]
    fn every_kind_has_the_fields_of_the_contract() {
        let story = fixture::story();
        let value = super::preview(&story.preview());
        assert_eq!(value["message"], "rocket-2");
        assert_eq!(value["ladder"], "launch");
        let variants = value["variants"].as_array().unwrap();
        let of = |rung: &str| variants.iter().find(|v| v["rung"] == rung).unwrap();
        let post = &of("tweet")["parts"][0];
        assert!(post["text"].is_string() && post["counted"].is_u64() && post["unit"].is_string());
        assert_eq!(post["limit"], 280);
        assert_eq!(post["links"][0], "https://rung.invalid/blog/tracked");
        assert_eq!(post["media"], serde_json::json!([]));
        assert_eq!(of("tweet")["kind"], "post");
        assert_eq!(of("tweet")["after"], serde_json::json!(["blog"]));
        let article = of("blog");
        for field in ["title", "slug", "excerpt", "html", "markdown", "cover", "tags", "canonical"] {
            assert!(article.get(field).is_some(), "{field}");
        }
        assert_eq!(article["cover"]["file"], "messages/rocket-2/rocket.png");
        let mail = of("newsletter");
        for field in ["from", "to", "subject", "preheader", "html", "text"] {
            assert!(!mail[field].is_null(), "{field}");
        }
        assert_eq!(mail["to"][0], "staff@acme.example");
    }
}
