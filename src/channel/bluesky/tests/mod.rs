//! The adapter against a server that was written from the lexicons and not from it.

mod keys;
mod who;

use crate::channel::{Attempt, Channel, SendError, configure, fixture};
use crate::clock::Clock;
use crate::diagnostic::{Diagnostic, has_errors};
use crate::ladder::parse_project;
use crate::plan::{PayloadPart, Receipt};
use crate::rehearsal::{Fault, Kind, LoggedBody, Network, Running, Settings, Upon};
use crate::render::{Card, Picture, Variant};
use crate::source::Sources;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;

pub const CANARY: &str = "canary-8d";
pub const HANDLE: &str = "acmerockets.bsky.social";

/// A channel, its project, and the server that it speaks to.
pub struct House {
    pub channel: Box<dyn Channel>,
    pub folder: TempDir,
    pub network: Running,
    /// Seconds by which the server's clock is ahead.
    pub ahead: Arc<AtomicI64>,
}

/// The channel of that table, and its problems.
pub fn configured(table: &str) -> (Option<Box<dyn Channel>>, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let toml =
        format!("[brand]\nname = \"Acme\"\nlanguage = \"en\"\n[channels.b]\nadapter = \"bluesky\"\n{table}");
    let id = sources.add("ladder.toml", &toml);
    let mut problems = Vec::new();
    let project = parse_project(&sources, id, &["bluesky"]).take(&mut problems).unwrap();
    let made = configure(&sources, &project, &project.channels[0]).take(&mut problems);
    (made.map(|made| made.channel), problems)
}

pub async fn house_with(account: &str, change: impl FnOnce(Settings) -> Settings) -> House {
    let ahead: Arc<AtomicI64> = Arc::default();
    let kind = Kind::named("bluesky").unwrap();
    let mut settings = change(Settings::of(kind, CANARY));
    let told = ahead.clone();
    settings.clock =
        Clock::told_by(move || Timestamp::now() + SignedDuration::from_secs(told.load(Ordering::SeqCst)));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), format!("{CANARY}-token\n")).unwrap();
    let network = Network::start(kind, settings).await.unwrap();
    let table = format!(
        "account = \"{account}\"\napp_password = {{ file = \"token\" }}\nbase_url = \"{}\"\n",
        network.base_url()
    );
    let (channel, problems) = configured(&table);
    assert!(!has_errors(&problems), "{problems:?}");
    House { channel: channel.unwrap(), folder, network, ahead }
}

pub async fn house() -> House {
    house_with(HANDLE, |settings| settings).await
}

impl House {
    pub fn parts(&self, variant: &Variant) -> Vec<PayloadPart> {
        let checked = self.channel.payload(variant, &fixture::identity());
        assert!(!checked.has_errors(), "{:?}", checked.problems);
        checked.value.unwrap().parts
    }

    /// A try of the first part that begins now.
    pub fn attempt(&self, variant: &Variant) -> Attempt {
        let now = Timestamp::now();
        Attempt { first_tried: now, last_tried: now, ..fixture::attempt(self.folder.path(), variant.clone()) }
    }

    /// Sends all parts one after the other.
    pub async fn sent(&self, variant: &Variant) -> Result<Vec<Receipt>, SendError> {
        let mut attempt = self.attempt(variant);
        for (number, part) in self.parts(variant).iter().enumerate() {
            attempt.part = u32::try_from(number).unwrap();
            let receipt = self.channel.send(part, &attempt).await?;
            attempt.previous.push(receipt);
        }
        Ok(attempt.previous)
    }

    /// The records that the server was given to keep, in order.
    pub fn records(&self) -> Vec<Value> {
        let puts = self.network.log().into_iter().filter(|logged| logged.path.ends_with(".putRecord"));
        puts.filter_map(|logged| match logged.body {
            LoggedBody::Json(body) => Some(body["record"].clone()),
            _ => None,
        })
        .collect()
    }

    /// How often that method was called.
    pub fn calls(&self, method: &str) -> usize {
        self.network.log().iter().filter(|logged| logged.path.ends_with(method)).count()
    }
}

/// A picture of one colour, kept with the attempt.
fn picture(attempt: &Attempt, name: &str, side: u32) -> Picture {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbImage::from_pixel(side, side, image::Rgb([9, 80, 200]));
    pixels.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    fixture::keep(attempt, bytes.get_ref());
    Picture { width: side, height: side, ..fixture::picture(name, bytes.get_ref()) }
}

#[tokio::test]
async fn a_record_says_where_its_links_tags_and_mentions_stand() {
    let house = house().await;
    let text = "Grüße 🚀 @ada.bsky.social @nobody.bsky.social @acmerockets.bsky.social https://acme.example/a_b (x) #Rocket";
    house.sent(&fixture::post(&[text])).await.unwrap();
    let record = house.records().remove(0);
    let facets = record["facets"].as_array().unwrap();
    let shown: Vec<(&str, &Value)> = facets
        .iter()
        .map(|facet| {
            let place = |key: &str| facet["index"][key].as_u64().unwrap() as usize;
            (&text[place("byteStart")..place("byteEnd")], &facet["features"][0])
        })
        .collect();
    let mention = |did: &str| json!({ "$type": "app.bsky.richtext.facet#mention", "did": did });
    assert_eq!(
        shown,
        [
            ("@ada.bsky.social", &mention("did:plc:adaaaaaaaaaaaaaaaaaaaaaa")),
            ("@acmerockets.bsky.social", &mention("did:plc:ewvi7nxzyoun6zhxrhs64oiz")),
            (
                "https://acme.example/a_b",
                &json!({ "$type": "app.bsky.richtext.facet#link", "uri": "https://acme.example/a_b" })
            ),
            ("#Rocket", &json!({ "$type": "app.bsky.richtext.facet#tag", "tag": "Rocket" })),
        ]
    );
    assert_eq!((&record["langs"], &record["text"]), (&json!(["en"]), &json!(text)));
    // Its own name is known already.
    assert_eq!(house.calls(".resolveHandle"), 2);
}

#[tokio::test]
async fn a_question_who_is_meant_that_gets_no_answer_posts_nothing() {
    for fault in [Fault::CutBefore, Fault::FailedBefore, Fault::Html, Fault::Empty] {
        let house = house().await;
        house.network.order_upon(Upon::Path("GET", "resolveHandle"), fault.clone());
        let sent = house.sent(&fixture::post(&["Hello @ada.bsky.social"])).await;
        assert!(matches!(sent, Err(SendError::NotYet { .. })), "{fault:?}: {sent:?}");
        assert!(house.network.timeline().is_empty());
    }
}

#[tokio::test]
async fn a_thread_names_its_first_and_the_one_before_by_what_they_say() {
    let house = house().await;
    let variant = fixture::post(&["One.", "Two.", "Three."]);
    let receipts = house.sent(&variant).await.unwrap();
    let named = |receipt: &Receipt| {
        let (uri, cid) = receipt.detail.as_deref().unwrap().split_once(' ').unwrap();
        json!({ "uri": uri, "cid": cid })
    };
    let records = house.records();
    assert!(records[0].get("reply").is_none());
    let [one, two] = [named(&receipts[0]), named(&receipts[1])];
    assert_eq!(records[1]["reply"], json!({ "root": one, "parent": one }));
    assert_eq!(records[2]["reply"], json!({ "root": one, "parent": two }));

    // Of what a person settled only the address is known: the server says the rest.
    let mut attempt = house.attempt(&variant);
    attempt.part = 2;
    let settled = |receipt: &Receipt| Receipt { url: receipt.url.clone(), ..Receipt::default() };
    attempt.previous = vec![settled(&receipts[0]), settled(&receipts[1])];
    house.channel.send(&house.parts(&variant)[2], &attempt).await.unwrap();
    assert_eq!(house.records()[3]["reply"], json!({ "root": one, "parent": two }));
    attempt.previous.pop();
    let sent = house.channel.send(&house.parts(&variant)[2], &attempt).await;
    assert!(matches!(&sent, Err(SendError::Refused { says }) if says.contains("by hand")), "{sent:?}");
    attempt.previous.push(Receipt {
        url: Some(format!("https://bsky.app/profile/{HANDLE}/post/3ke7sih67k22z")),
        ..Receipt::default()
    });
    let sent = house.channel.send(&house.parts(&variant)[2], &attempt).await;
    assert!(
        matches!(&sent, Err(SendError::Refused { says }) if says.contains("part 2 is not there")),
        "{sent:?}"
    );
}

#[tokio::test]
async fn a_card_has_its_picture_unless_that_is_too_large() {
    let house = house().await;
    let mut variant = fixture::post(&["Read it."]);
    let attempt = house.attempt(&variant);
    let image = picture(&attempt, "card.png", 5);
    let digest = image.sha256.clone();
    let Variant::Post(post) = &mut variant else { panic!() };
    post.card = Some(Card { image: Some(image), ..fixture::card() });
    house.sent(&variant).await.unwrap();
    let link = house.network.timeline().remove(0).link.unwrap();
    assert_eq!(link.thumbnail.as_deref(), Some(digest.as_str()));
    let Variant::Post(post) = &mut variant else { panic!() };
    post.card.as_mut().unwrap().image.as_mut().unwrap().bytes = 1_000_001;
    let checked = house.channel.payload(&variant, &fixture::identity());
    assert!(!checked.has_errors() && checked.value.unwrap().parts[0].media.is_empty());
    assert!(
        checked.problems[0].message.ends_with("the card goes without its picture"),
        "{:?}",
        checked.problems
    );
    // The record without its card is not what was sent.
    let part = house.parts(&variant).remove(0);
    let mut bare = part.clone();
    bare.body.as_object_mut().unwrap().remove("embed");
    // Another delivery: within the same millisecond it would have the same key.
    let later = attempt.first_tried + jiff::SignedDuration::from_secs(1);
    let attempt = Attempt { first_tried: later, ..attempt };
    let receipt = house.channel.send(&bare, &attempt).await.unwrap();
    let seen = house.channel.read_back(&part, &receipt, &attempt).unwrap().await.unwrap();
    assert_eq!(seen.altered.as_deref(), Some("Read it. (without its card)"));
}

#[tokio::test]
async fn images_that_the_server_lost_are_uploaded_anew() {
    let house = house().await;
    let mut variant = fixture::post(&["Look."]);
    let attempt = house.attempt(&variant);
    let image = picture(&attempt, "a.png", 5);
    let Variant::Post(post) = &mut variant else { panic!() };
    post.parts[0].media = vec![image];
    house.network.order_upon(Upon::Path("POST", "uploadBlob"), Fault::WithoutId);
    let sent = house.channel.send(&house.parts(&variant)[0], &attempt).await;
    assert!(matches!(sent, Err(SendError::NotYet { .. })), "{sent:?}");
    let receipt = house.channel.send(&house.parts(&variant)[0], &attempt).await.unwrap();
    let blob = house.records()[0]["embed"]["images"][0].clone();
    assert_eq!(blob["image"]["mimeType"], "image/png");
    assert_eq!(blob["aspectRatio"], json!({ "width": 5, "height": 5 }));
    assert_eq!(receipt.id, Some(house.network.timeline()[0].id.clone()));
}

#[test]
fn a_table_that_names_no_account_says_what_to_write() {
    let told = |table: &str| -> Vec<String> {
        let all = configured(&format!("app_password = {{ env = \"B\" }}\n{table}")).1;
        all.iter()
            .map(|problem| format!("{} ({})", problem.message, problem.hint.as_deref().unwrap_or("")))
            .collect()
    };
    insta::assert_debug_snapshot!(
        [
            told("account = \"acmerockets\""),
            told("account = \"Acme Rockets\""),
            told("account = \"@acme.example\""),
            told("account = \"did:plc:abc\""),
            told("account = \"acme.example\"\nbase_url = \"https://bsky.social/xrpc\""),
            told("account = \"acme.example\"\nweb = \"bsky.app\""),
        ],
        @r#"
    [
        [
            "`acmerockets` is no handle that Bluesky knows (write the whole handle: `account = \"acmerockets.bsky.social\"`)",
        ],
        [
            "`Acme Rockets` is no handle that Bluesky knows (write the whole handle, such as `acme.bsky.social`, or the account's DID)",
        ],
        [],
        [],
        [
            "`base_url` ends with `/xrpc`, which is put behind it anyway (write `base_url = \"https://bsky.social\"`)",
        ],
        [
            "`bsky.app` is no address where readers find posts (write the app's address, such as `web = \"https://bsky.app\"`)",
        ],
    ]
    "#
    );
}
