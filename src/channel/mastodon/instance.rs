//! What an instance takes: asked for by `ladder channels --check`, and noted in
//! `ladder.limits.toml`, which everything else reads.
//!
//! Facts: docs, methods/instance and entities/Instance, 2026-07-02.

use super::Mastodon;
use super::api::host;
use crate::channel::SendError;
use crate::channel::credentials::Secrets;
use crate::channel::http::{self, Answer, Trouble};
use crate::ladder::limits::Noted;
use crate::text::{ImageRules, Rules, network};
use serde_json::Value;
use std::path::Path;

/// Most pixels of an image, where nothing is noted (entities/Instance,
/// `image_matrix_limit` of a server without settings).
pub(super) const PIXELS: u64 = 33_177_600;

/// The rules of an instance of which that is noted.
pub(super) fn rules(noted: &Noted) -> Rules {
    let own = network::MASTODON;
    let size = |noted: Option<u64>| noted.and_then(|number| usize::try_from(number).ok());
    Rules {
        limit: size(noted.max_characters).or(own.limit),
        link_cost: size(noted.characters_reserved_per_url).or(own.link_cost),
        images: size(noted.max_media_attachments).unwrap_or(own.images),
        image_bytes: noted.image_size_limit.or(own.image_bytes),
        alt_limit: size(noted.description_limit).or(own.alt_limit),
        image: ImageRules { area: noted.image_matrix_limit.or(own.image.area), ..own.image },
        ..own
    }
}

/// Asks the instance: `GET /api/v2/instance`, which takes no token; older servers know
/// the first version alone, and some that are older still say `max_toot_chars`
/// (unverified).
pub(super) async fn ask(mastodon: &Mastodon, project: &Path) -> Result<Noted, SendError> {
    let instance = host(&mastodon.base_url);
    let client = http::service(&mastodon.base_url)?;
    let mut last: Option<Answer> = None;
    for path in ["/api/v2/instance", "/api/v1/instance"] {
        let request = client.get(format!("{}{path}", mastodon.base_url));
        let answer = http::call(request).await.map_err(Trouble::of_asking)?;
        if let Some(facts) = answer.json().filter(|facts| answer.is_success() && facts.is_object()) {
            // A token that cannot be read was told to nobody.
            let secrets = mastodon.credentials.expose(project).await.unwrap_or_default();
            return Ok(read(&facts, &mastodon.base_url, &secrets));
        }
        let is_older = matches!(answer.status, 404 | 405 | 410 | 501);
        last = Some(answer);
        if !is_older {
            break;
        }
    }
    let status = last.map_or(0, |answer| answer.status);
    let says = format!("{instance} does not say what it takes ({status}): look at `base_url`");
    Err(SendError::NotYet { says, wait: None })
}

/// The numbers in an answer; what is no sensible number is left out.
fn read(facts: &Value, base_url: &str, secrets: &Secrets) -> Noted {
    let number = |place: &str| {
        let value = facts.pointer(place)?;
        // Some write numbers as text.
        let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())?;
        Some(number).filter(|number| (1..=Noted::LARGEST).contains(number))
    };
    // The file is committed, and the server knows the token.
    let software = facts.get("version").and_then(Value::as_str).and_then(Noted::software);
    let software = software.filter(|software| secrets.are_not_in(software));
    let statuses = |key: &str| number(&format!("/configuration/statuses/{key}"));
    let media = |key: &str| number(&format!("/configuration/media_attachments/{key}"));
    Noted {
        base_url: base_url.to_owned(),
        noted: None,
        software,
        max_characters: statuses("max_characters").or_else(|| number("/max_toot_chars")),
        characters_reserved_per_url: statuses("characters_reserved_per_url"),
        max_media_attachments: statuses("max_media_attachments"),
        image_size_limit: media("image_size_limit"),
        image_matrix_limit: media("image_matrix_limit"),
        description_limit: media("description_limit"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_token_is_no_version() {
        let secrets = Secrets::of(&[("access_token", "tok12345678901234567890")]);
        for said in [
            "tok12345678901234567890",
            "4.5 (TOK)tok12345678901234567890\u{202e}",
            "tok1234567\"8901234567890",
        ] {
            assert_eq!(
                read(&json!({ "version": said }), "https://h.example", &secrets).software,
                None,
                "{said}"
            );
        }
    }

    #[test]
    fn an_instance_says_what_it_takes() {
        let noted = read(
            &json!({
                "version": "4.5.1\u{1b}[2J (é\u{202e}\n\"x\")",
                "configuration": {
                    "statuses": { "max_characters": 1000, "max_media_attachments": 4,
                        "characters_reserved_per_url": 23 },
                    "media_attachments": { "image_size_limit": 16777216, "image_matrix_limit": 33177600,
                        "description_limit": 1500 },
                },
            }),
            "https://h.example",
            &Secrets::default(),
        );
        let rules = rules(&noted);
        assert_eq!((rules.limit, rules.link_cost, rules.images), (Some(1000), Some(23), 4));
        assert_eq!((rules.image_bytes, rules.alt_limit), (Some(16_777_216), Some(1500)));
        assert_eq!(
            (noted.software.as_deref(), noted.image_matrix_limit),
            (Some("4.5.12J (x)"), Some(33_177_600))
        );
        let old = read(&json!({ "max_toot_chars": "5000" }), "https://h.example", &Secrets::default());
        assert_eq!(super::rules(&old).limit, Some(5000));
    }

    #[test]
    fn odd_numbers_are_left_out_and_the_defaults_hold() {
        for odd in [json!(0), json!(-5), json!("many"), json!(null), json!([1]), json!(1.5), json!(u64::MAX)]
        {
            let noted = read(
                &json!({ "configuration": { "statuses": { "max_characters": odd } } }),
                "https://h",
                &Secrets::default(),
            );
            assert_eq!(noted.max_characters, None, "{odd}");
            assert_eq!(rules(&noted).limit, Some(500));
        }
    }
}
