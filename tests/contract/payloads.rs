//! What each network will see, word for word.

use super::bench::{self, Bench};
use super::rows::WAYS;
use super::{files, mail};
use ladder::plan::Identity;
use ladder::render::Variant;
use serde_json::Value;

/// The bodies of all that the first way of an adapter can be given.
async fn of(adapter: &str) -> Vec<Value> {
    let way = WAYS.iter().find(|way| way.adapter == adapter).unwrap();
    let bench = Bench::new(way).await;
    let variants = [bench::rich(way), bench::with_card()];
    variants.iter().flat_map(|variant| bench.payload(variant).parts).map(|part| part.body).collect()
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
async fn x() {
    insta::assert_json_snapshot!(of("x").await, @r#"
    [
      {
        "text": "It landed (again) & <softly> #rocketry {really} [1] 5 * 3 ~ 15 | C:\\temp a_b https://acme.example/blog/rocket_2/?utm_source=a_b&utm_medium=social\n\nGrüße, 日本 🚀"
      },
      {
        "text": "Second (part) of three."
      },
      {
        "text": "The end."
      },
      {
        "text": "Read it: https://acme.example/blog/rocket-2/"
      }
    ]
    "#);
}

#[tokio::test]
async fn bluesky() {
    insta::assert_json_snapshot!(of("bluesky").await, @r#"
    [
      {
        "$type": "app.bsky.feed.post",
        "text": "It landed (again) & <softly> #rocketry {really} [1] 5 * 3 ~ 15 | C:\\temp a_b https://acme.example/blog/rocket_2/?utm_source=a_b&utm_medium=social\n\nGrüße, 日本 🚀",
        "langs": [
          "en"
        ],
        "embed": {
          "$type": "app.bsky.embed.images",
          "images": [
            {
              "alt": "The rocket, 3 (metres) wide & \"quoted\"",
              "aspectRatio": {
                "width": 3,
                "height": 3
              }
            },
            {
              "alt": "The rocket, 4 (metres) wide & \"quoted\"",
              "aspectRatio": {
                "width": 4,
                "height": 4
              }
            }
          ]
        }
      },
      {
        "$type": "app.bsky.feed.post",
        "text": "Second (part) of three.",
        "langs": [
          "en"
        ]
      },
      {
        "$type": "app.bsky.feed.post",
        "text": "The end.",
        "langs": [
          "en"
        ],
        "embed": {
          "$type": "app.bsky.embed.images",
          "images": [
            {
              "alt": "The rocket, 5 (metres) wide & \"quoted\"",
              "aspectRatio": {
                "width": 5,
                "height": 5
              }
            }
          ]
        }
      },
      {
        "$type": "app.bsky.feed.post",
        "text": "Read it: https://acme.example/blog/rocket-2/",
        "langs": [
          "en"
        ],
        "embed": {
          "$type": "app.bsky.embed.external",
          "external": {
            "uri": "https://acme.example/blog/rocket-2/",
            "title": "Rocket 2 (lands) itself",
            "description": "Reusable & quiet."
          }
        }
      }
    ]
    "#);
}

#[tokio::test]
async fn mastodon() {
    insta::assert_json_snapshot!(of("mastodon").await, @r#"
    [
      {
        "status": "It landed (again) & <softly> #rocketry {really} [1] 5 * 3 ~ 15 | C:\\temp a_b https://acme.example/blog/rocket_2/?utm_source=a_b&utm_medium=social\n\nGrüße, 日本 🚀",
        "visibility": "public",
        "language": "en"
      },
      {
        "status": "Second (part) of three.",
        "visibility": "unlisted",
        "language": "en"
      },
      {
        "status": "The end.",
        "visibility": "unlisted",
        "language": "en"
      },
      {
        "status": "Read it: https://acme.example/blog/rocket-2/",
        "visibility": "public",
        "language": "en"
      }
    ]
    "#);
}

#[tokio::test]
async fn facebook() {
    insta::assert_json_snapshot!(of("facebook").await, @r#"
    [
      {
        "edge": "1234567890/feed",
        "message": "It landed (again) & <softly> #rocketry {really} [1] 5 * 3 ~ 15 | C:\\temp a_b https://acme.example/blog/rocket_2/?utm_source=a_b&utm_medium=social\n\nGrüße, 日本 🚀",
        "attached_media": [
          {
            "alt_text_custom": "The rocket, 3 (metres) wide & \"quoted\""
          },
          {
            "alt_text_custom": "The rocket, 4 (metres) wide & \"quoted\""
          }
        ]
      },
      {
        "edge": "comments",
        "message": "More (here): https://acme.example/a_b *soon*"
      },
      {
        "edge": "1234567890/feed",
        "message": "Read it: https://acme.example/blog/rocket-2/"
      }
    ]
    "#);
}

#[tokio::test]
async fn linkedin() {
    insta::assert_json_snapshot!(of("linkedin").await, @r#"
    [
      {
        "author": "urn:li:organization:2414183",
        "commentary": "It landed (again) & <softly> #rocketry {really} [1] 5 * 3 ~ 15 | C:\\temp a_b https://acme.example/blog/rocket_2/?utm_source=a_b&utm_medium=social\n\nGrüße, 日本 🚀",
        "visibility": "PUBLIC",
        "distribution": {
          "feedDistribution": "MAIN_FEED",
          "targetEntities": [],
          "thirdPartyDistributionChannels": []
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": false,
        "content": {
          "multiImage": {
            "images": [
              {
                "altText": "The rocket, 3 (metres) wide & \"quoted\""
              },
              {
                "altText": "The rocket, 4 (metres) wide & \"quoted\""
              }
            ]
          }
        }
      },
      {
        "actor": "urn:li:organization:2414183",
        "message": {
          "text": "More (here): https://acme.example/a_b *soon*"
        }
      },
      {
        "author": "urn:li:organization:2414183",
        "commentary": "Read it: https://acme.example/blog/rocket-2/",
        "visibility": "PUBLIC",
        "distribution": {
          "feedDistribution": "MAIN_FEED",
          "targetEntities": [],
          "thirdPartyDistributionChannels": []
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": false,
        "content": {
          "article": {
            "source": "https://acme.example/blog/rocket-2/",
            "title": "Rocket 2 (lands) itself",
            "description": "Reusable & quiet."
          }
        }
      }
    ]
    "#);
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
          "url_reserve": 80
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
