//! Against the rehearsed network, which is written from Facebook's pages and
//! not from this adapter.

use super::channel;
use crate::channel::{Attempt, Channel, Found, Removed, SendError, Whose, fixture};
use crate::plan::{PayloadPart, Receipt};
use crate::rehearsal::{Fault, Kind, Network, Running, Settings, Upon};
use crate::render::{Picture, Variant};
use jiff::Timestamp;
use std::io::Cursor;
use std::time::Duration;
use tempfile::TempDir;

struct Stage {
    network: Running,
    page: Box<dyn Channel>,
    folder: TempDir,
}

impl Stage {
    async fn new() -> Stage {
        Stage::with(Settings::of(Kind::named("facebook").unwrap(), "canary"), "canary-token", "").await
    }

    async fn with(settings: Settings, token: &str, more: &str) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), token).unwrap();
        std::fs::write(folder.path().join("app"), "canary-app").unwrap();
        let network = Network::start(Kind::named("facebook").unwrap(), settings).await.unwrap();
        let toml = format!(
            "[channels.f]\nadapter = \"facebook\"\naccount = \"Acme Rockets\"\npage_id = \"1234567890\"\n\
             access_token = {{ file = \"token\" }}\nbase_url = \"{}\"\n{more}\n",
            network.base_url()
        );
        Stage { page: channel(&toml).channel, network, folder }
    }

    fn attempt(&self, variant: Variant) -> (Vec<PayloadPart>, Attempt) {
        let mut attempt = fixture::attempt(self.folder.path(), variant);
        (attempt.first_tried, attempt.last_tried) = (Timestamp::now(), Timestamp::now());
        let parts = self.page.payload(&attempt.variant, &attempt.identity).value.unwrap().parts;
        (parts, attempt)
    }

    /// All parts, one after the other, as a run sends them.
    async fn send_all(&self, variant: Variant) -> Vec<Receipt> {
        let (parts, mut attempt) = self.attempt(variant);
        for (at, part) in parts.iter().enumerate() {
            attempt.part = u32::try_from(at).unwrap();
            let receipt = self.page.send(part, &attempt).await.unwrap();
            attempt.previous.push(receipt);
        }
        attempt.previous
    }

    fn pictures(&self, names: &[&str]) -> Vec<Picture> {
        let attempt = fixture::attempt(self.folder.path(), fixture::post(&["a"]));
        let of = |(at, name): (usize, &&str)| {
            let colour = image::Rgb([u8::try_from(at * 40).unwrap(), 0, 0]);
            let mut bytes = Cursor::new(Vec::new());
            image::RgbImage::from_pixel(3, 2, colour).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
            fixture::keep(&attempt, bytes.get_ref());
            fixture::picture(name, bytes.get_ref())
        };
        names.iter().enumerate().map(of).collect()
    }

    async fn verify(&self) -> Result<Whose, SendError> {
        self.page.verify(self.folder.path()).await
    }
}

fn post(text: &str, change: impl FnOnce(&mut crate::render::Post)) -> Variant {
    let mut variant = fixture::post(&[text]);
    if let Variant::Post(post) = &mut variant {
        change(post);
    }
    variant
}

#[tokio::test]
async fn readers_see_what_was_planned() {
    let stage = Stage::new().await;
    let two = stage.pictures(&["a.png", "b.png"]);
    stage.verify().await.unwrap();
    let with_card = post("It landed. 🚀", |post| {
        post.card = Some(fixture::card());
        post.first_comment = Some("More: https://acme.example/".to_owned());
    });
    let receipts = [
        stage.send_all(with_card).await,
        stage.send_all(post("One\n\nimage & <words>", |post| post.parts[0].media = two[..1].to_vec())).await,
        stage
            .send_all(post("Two images", |post| post.parts[0].media = two.iter().rev().cloned().collect()))
            .await,
    ];
    let seen = stage.network.timeline();
    let ids = |at: usize| receipts[at].iter().map(|receipt| receipt.id.clone().unwrap()).collect::<Vec<_>>();
    assert_eq!(ids(0), [seen[0].id.clone(), seen[0].comments[0].id.clone()]);
    assert_eq!(ids(1), [seen[1].id.clone()]);
    assert_eq!(ids(2), [seen[2].id.clone()]);
    for (receipt, post) in receipts.iter().map(|receipts| &receipts[0]).zip(&seen) {
        assert_eq!(receipt.url.as_ref(), Some(&post.url));
        assert_eq!(receipt.altered, None);
    }
    assert!(receipts[0][1].url.as_deref().unwrap().contains("comment_id="));
    assert_eq!(seen[0].text, "It landed. 🚀");
    assert_eq!(seen[0].link.as_ref().unwrap().url, fixture::card().url);
    assert_eq!(seen[0].comments[0].text, "More: https://acme.example/");
    assert_eq!(seen[1].text, "One\n\nimage & <words>");
    let pictures = |at: usize| {
        let of = |media: &crate::rehearsal::LiveMedia| (media.sha256.clone(), media.alt.clone());
        seen[at].media.iter().map(of).collect::<Vec<_>>()
    };
    let planned = |picture: &Picture| (picture.sha256.clone(), picture.alt.clone());
    assert_eq!(pictures(1), [planned(&two[0])]);
    assert_eq!(pictures(2), [planned(&two[1]), planned(&two[0])]);
}

#[tokio::test]
async fn a_token_that_will_not_do_is_refused_before_the_first_byte() {
    let settings = || Settings::of(Kind::named("facebook").unwrap(), "canary");
    let mut proven = settings();
    proven.app_secret = Some("canary-app".to_owned());
    for (settings, token, says) in [
        (settings(), "canary-wrong-kind", "GET /me/accounts"),
        (settings(), "canary-revoked", "the app was taken off"),
        (settings(), "canary-other", "make a new page token"),
        (proven.clone(), "canary-token", "`app_secret`"),
    ] {
        let stage = Stage::with(settings, token, "").await;
        let verified = stage.verify().await;
        assert!(
            matches!(&verified, Err(SendError::Refused { says: said }) if said.contains(says)),
            "{verified:?}"
        );
    }
    let stage = Stage::with(proven, "canary-token", "app_secret = { file = \"app\" }").await;
    assert_eq!(stage.verify().await.unwrap(), Whose::Verified);
    stage.send_all(fixture::post(&["Proven."])).await;
    let stage = Stage::with(settings(), "canary-token", "").await;
    stage.network.order_upon(Upon::Any, Fault::Expired);
    let verified = stage.verify().await;
    assert!(
        matches!(&verified, Err(SendError::Refused { says }) if says.contains("expired")),
        "{verified:?}"
    );
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    for (scope, comment) in [("pages_manage_posts", None), ("pages_manage_engagement", Some("More"))] {
        let settings = Settings::of(Kind::named("facebook").unwrap(), "canary").without_scope(scope);
        let stage = Stage::with(settings, "canary-token", "").await;
        let (parts, mut attempt) =
            stage.attempt(post("a", |post| post.first_comment = comment.map(str::to_owned)));
        let mut outcome = stage.page.send(&parts[0], &attempt).await;
        if let (Ok(receipt), Some(part)) = (&outcome, parts.get(1)) {
            attempt.previous = vec![receipt.clone()];
            outcome = stage.page.send(part, &attempt).await;
        }
        let error = outcome.unwrap_err();
        assert!(matches!(&error, SendError::Mendable { says } if says.contains(scope)), "{error:?}");
    }
}

#[tokio::test]
async fn what_was_done_without_an_answer_is_found_and_posted_once() {
    for fault in [
        Fault::AnswerLost,
        Fault::BrokenBody,
        Fault::FailedAfter,
        Fault::Html,
        Fault::HalfJson,
        Fault::Empty,
        Fault::WithoutId,
        Fault::Gigabyte,
    ] {
        for (kind, pictures, comment) in
            [("text", 0, None), ("photo", 1, None), ("album", 2, None), ("comment", 0, Some("More"))]
        {
            let stage = Stage::new().await;
            let pictures = stage.pictures(&["a.png", "b.png"][..pictures]);
            let (mut parts, mut attempt) = stage.attempt(post("It landed.", |post| {
                post.parts[0].media = pictures;
                post.first_comment = comment.map(str::to_owned);
            }));
            if parts.len() > 1 {
                attempt.previous.push(stage.page.send(&parts.remove(0), &attempt).await.unwrap());
            }
            stage.network.order(fault.clone());
            let outcome = stage.page.send(&parts[0], &attempt).await;
            assert!(matches!(outcome, Err(SendError::Unknown { .. })), "{fault:?} {kind}: {outcome:?}");
            let found = stage.page.find(&parts[0], &attempt).await.unwrap();
            let Found::Sent(receipt) = found else { panic!("{fault:?} {kind}: {found:?}") };
            let seen = stage.network.timeline();
            assert_eq!(seen.len(), 1);
            let id = if comment.is_some() { &seen[0].comments[0].id } else { &seen[0].id };
            assert_eq!(receipt.id.as_ref(), Some(id), "{fault:?} {kind}");
            assert!(receipt.url.is_some());
        }
    }
}

#[tokio::test]
async fn what_was_not_done_is_not_called_sent() {
    for fault in [Fault::CutBefore, Fault::FailedBefore, Fault::Redirect("http://127.0.0.1:1/".to_owned())] {
        let stage = Stage::new().await;
        stage.network.posted_by_hand("Something that a person wrote", std::time::Duration::from_secs(60));
        let (parts, attempt) = stage.attempt(fixture::post(&["It landed."]));
        stage.network.order(fault.clone());
        let outcome = stage.page.send(&parts[0], &attempt).await;
        assert!(matches!(outcome, Err(SendError::Unknown { .. })), "{fault:?}: {outcome:?}");
        // The person's post is as new as the try: the list proves nothing.
        let found = stage.page.find(&parts[0], &attempt).await.unwrap();
        assert!(matches!(found, Found::CannotTell(_)), "{fault:?}: {found:?}");
        assert_eq!(stage.network.timeline().len(), 1);
    }
}

#[tokio::test]
async fn too_many_calls_wait_as_told_and_hidden_uploads_are_repeated() {
    let stage = Stage::new().await;
    let (parts, attempt) = stage.attempt(fixture::post(&["It landed."]));
    stage.network.order(Fault::TooMany(Duration::from_secs(420)));
    let outcome = stage.page.send(&parts[0], &attempt).await;
    let Err(SendError::TooMany { wait, .. }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(wait, Some(Duration::from_secs(420)));
    let pictures = stage.pictures(&["a.png", "b.png"]);
    let (parts, attempt) = stage.attempt(post("Two", |post| post.parts[0].media = pictures));
    for fault in [Fault::AnswerLost, Fault::CutBefore, Fault::FailedAfter, Fault::WithoutId, Fault::HalfJson]
    {
        stage.network.order_upon(Upon::Path("POST", "/photos"), fault.clone());
        let outcome = stage.page.send(&parts[0], &attempt).await;
        assert!(matches!(outcome, Err(SendError::NotYet { .. })), "{fault:?}: {outcome:?}");
    }
    assert!(stage.network.timeline().is_empty());
    stage.page.send(&parts[0], &attempt).await.unwrap();
    assert_eq!(stage.network.timeline()[0].media.len(), 2);
}

#[tokio::test]
async fn a_text_that_was_cut_short_is_told_and_a_repetition_is_refused() {
    let stage = Stage::new().await;
    stage.network.order(Fault::CutShort(4));
    let receipts = stage.send_all(fixture::post(&["It landed."])).await;
    assert_eq!(receipts[0].altered.as_deref(), Some("It l"));
    stage.send_all(fixture::post(&["Once."])).await;
    let (parts, mut attempt) = stage.attempt(fixture::post(&["Once."]));
    let outcome = stage.page.send(&parts[0], &attempt).await;
    assert!(matches!(&outcome, Err(SendError::Refused { says }) if says.contains("506")), "{outcome:?}");
    attempt.doubted = true;
    let outcome = stage.page.send(&parts[0], &attempt).await;
    assert!(matches!(&outcome, Err(SendError::Unknown { .. })), "{outcome:?}");
}

#[tokio::test]
async fn what_is_taken_down_is_down_and_a_second_time_too() {
    let stage = Stage::new().await;
    let receipts =
        stage.send_all(post("It landed.", |post| post.first_comment = Some("More".to_owned()))).await;
    let (parts, mut attempt) = stage.attempt(fixture::post(&["It landed."]));
    attempt.last_tried = crate::clock::now() - jiff::SignedDuration::from_mins(31);
    stage.network.posted_by_hand("Somebody's own.", Duration::from_secs(3600));
    for receipt in receipts.iter().rev() {
        for expected in [Removed::Gone, Removed::Already] {
            let removed = stage.page.take_down(&parts[0], receipt, &attempt).await.unwrap();
            assert_eq!(removed, expected);
        }
    }
    assert_eq!(stage.network.timeline().len(), 1);
    // The comment went with its post.
    let removed = stage.page.take_down(&parts[0], &receipts[1], &attempt).await.unwrap();
    assert_eq!(removed, Removed::Already);
}
