//! Whether the images of a post that is live are those that were planned. Pure.
//!
//! A post is read in the words in which it is written (`content`: `media`, or
//! `multiImage.images`, each with `altText`; Posts API). What an answer does not
//! say is not taken for something else.

use crate::channel::images::{Shown, behind};
use serde_json::Value;

/// The images of a post, if its content is told at all.
fn images(post: &Value) -> Option<Vec<&Value>> {
    let content = post.get("content").filter(|content| content.is_object())?;
    if let Some(one) = content.get("media") {
        return Some(vec![one]);
    }
    let several = content.get("multiImage").and_then(|several| several.get("images"));
    Some(several.and_then(Value::as_array).into_iter().flatten().collect())
}

/// What readers see beside `words`, where that is not what was planned: fewer
/// images, or one with another text for those who do not see it.
pub(super) fn differing(planned: &Value, live: &Value, words: &str) -> Option<String> {
    fn alt(image: &Value) -> Option<&str> {
        image.get("altText").and_then(Value::as_str)
    }
    let planned = images(planned).unwrap_or_default();
    let planned: Vec<&str> = planned.into_iter().map(|image| alt(image).unwrap_or_default()).collect();
    let live = images(live)?;
    let alts = live.iter().map(|image| alt(image).map(str::to_owned)).collect();
    let other = Shown { number: Some(live.len()), alts }.differing(&planned)?;
    Some(behind(words, &other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn images_are_compared_as_far_as_they_are_told() {
        let several = |alts: &[&str]| {
            let images: Vec<Value> =
                alts.iter().map(|alt| json!({ "id": "urn:li:image:1", "altText": alt })).collect();
            json!({ "content": { "multiImage": { "images": images } } })
        };
        let one = json!({ "content": { "media": { "id": "urn:li:image:1", "altText": "Caf\u{e9}" } } });
        let card = json!({ "content": { "article": { "source": "https://acme.example" } } });
        let none = json!({ "commentary": "It landed." });
        let told = |planned: &Value, live: &Value| differing(planned, live, "It landed.");
        for (planned, live) in [
            (&one, &one),
            (
                &one,
                &json!({ "content": { "media": { "id": "urn:li:image:9", "altText": " Cafe\u{301} " } } }),
            ),
            (&one, &json!({ "content": { "media": { "id": "urn:li:image:9" } } })),
            (&one, &none),
            (&one, &json!({ "content": "odd" })),
            (&card, &card),
            (&none, &card),
            (&several(&["a", "b"]), &several(&["a", "b"])),
        ] {
            assert_eq!(told(planned, live), None, "{planned} {live}");
        }
        assert_eq!(
            told(&several(&["a", "b", "c"]), &several(&["a", "b"])).unwrap(),
            "It landed. (with 2 images; 3 sent)"
        );
        assert_eq!(told(&one, &card).unwrap(), "It landed. (without an image; 1 sent)");
        assert_eq!(
            told(&several(&["a", "b"]), &several(&["a", "B"])).unwrap(),
            "It landed. (the alt text of image 2: “B”)"
        );
    }
}
