//! What each network will see, word for word.

use super::bench::{self, Bench};
use super::{files, mail};
use ladder::plan::Identity;
use ladder::rehearsal::{SIMULATED, Way};
use ladder::render::Variant;
use serde_json::Value;

/// The bodies of all that a channel can be given that is used so.
async fn of(way: &'static Way) -> Vec<Value> {
    let bench = Bench::new(way).await;
    let cards = (!way.article).then(bench::with_card);
    let variants = [bench::rich(way)].into_iter().chain(cards);
    variants.flat_map(|variant| bench.payload(&variant).parts).map(|part| part.body).collect()
}

/// The bodies of a variant for a channel without a network.
fn without_network(table: &str, variant: &Variant) -> Vec<Value> {
    let channel = bench::configured(&format!("[channels.step]\n{table}")).channel;
    let identity = Identity {
        account: channel.account(),
        message: "rocket-2".to_owned(),
        rung: "step".to_owned(),
        occurrence: 0,
        generation: 0,
        recipient: None,
    };
    channel.payload(variant, &identity).value.unwrap().parts.into_iter().map(|part| part.body).collect()
}

#[tokio::test]
async fn of_every_network() {
    for network in SIMULATED {
        let Some(first) = network.ways.first() else { continue };
        insta::assert_json_snapshot!(network.adapter, of(first).await);
        // One that takes posts may take articles too.
        if let Some(other) = network.ways.iter().find(|way| way.article != first.article) {
            let kind = if other.article { "articles" } else { "posts" };
            insta::assert_json_snapshot!(format!("{}-{kind}", network.adapter), of(other).await);
        }
    }
}

#[test]
fn email() {
    let table = "adapter = \"email\"\nmaildir = \"m\"\nfrom = \"Acme <news@acme.example>\"\nto = [\"a@example.org\"]\n";
    insta::assert_json_snapshot!(without_network(table, &mail::mail()), @r#"
    [
      {
        "from": "Acme <news@acme.example>",
        "subject": "Rocket 2 lands",
        "preheader": "Reusable",
        "html": "<!doctype html><html lang=\"en\"><body><p>It landed.</p></body></html>",
        "text": "It landed.",
        "media": [],
        "language": "en",
        "headers": {}
      }
    ]
    "#);
}

#[test]
fn manual() {
    let table = "adapter = \"manual\"\nnetwork = \"x\"\n";
    insta::assert_json_snapshot!(without_network(table, &files::images()), @r#"
    [
      {
        "parts": [
          "It landed (again)."
        ],
        "link": null,
        "first_comment": null
      }
    ]
    "#);
}

#[test]
fn outbox() {
    let table = "adapter = \"outbox\"\n";
    insta::assert_json_snapshot!(without_network(table, &files::images()), @r#"
    [
      {
        "post": {
          "parts": [
            {
              "text": "It landed (again).",
              "links": [],
              "media": [
                {
                  "path": "messages/rocket-3.png",
                  "name": "rocket-3.png",
                  "alt": "The rocket, 3 (metres) wide & \"quoted\"",
                  "mime": "image/png",
                  "sha256": "a40c687b251b74a7af7ceda64c631ac2f0494ddeba2fa7cf86a57c46482c2f6a",
                  "bytes": 98,
                  "width": 3,
                  "height": 3
                }
              ]
            }
          ],
          "card": null,
          "first_comment": null,
          "url_reserve": 80,
          "language": "en"
        }
      }
    ]
    "#);
}

#[test]
fn static_site() {
    let table = "adapter = \"static-site\"\npreset = \"hugo\"\ndirectory = \"posts\"\nurl = \"https://acme.example/{slug}/\"\n";
    insta::assert_json_snapshot!(without_network(table, &files::article()), @r#"
    [
      {
        "title": "Rocket 2: \"it lands\"",
        "slug": "rocket-2",
        "excerpt": "Reusable & cheaper.",
        "html": "<p>It <strong>landed</strong>.</p>\n",
        "markdown": "It **landed**.\n",
        "cover": {
          "path": "messages/rocket-3.png",
          "name": "rocket-3.png",
          "alt": "The rocket, 3 (metres) wide & \"quoted\"",
          "mime": "image/png",
          "sha256": "a40c687b251b74a7af7ceda64c631ac2f0494ddeba2fa7cf86a57c46482c2f6a",
          "bytes": 98,
          "width": 3,
          "height": 3
        },
        "media": [
          {
            "path": "messages/rocket-3.png",
            "name": "rocket-3.png",
            "alt": "The rocket, 3 (metres) wide & \"quoted\"",
            "mime": "image/png",
            "sha256": "a40c687b251b74a7af7ceda64c631ac2f0494ddeba2fa7cf86a57c46482c2f6a",
            "bytes": 98,
            "width": 3,
            "height": 3
          }
        ],
        "tags": [
          "rocketry"
        ],
        "canonical": null,
        "language": "en",
        "date": "2026-11-30T23:30:00Z",
        "preset": "hugo",
        "directory": "posts"
      }
    ]
    "#);
}
