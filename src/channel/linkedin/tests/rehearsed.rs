//! Against a LinkedIn that was written from its pages and not from this adapter.

use super::{House, house_with};
use crate::channel::{Attempt, Found, Removed, SendError, Whose, fixture};
use crate::plan::Receipt;
use crate::rehearsal::{Fault, Kind, Network, Running, Settings, Upon};
use crate::render::{Picture, Variant};
use jiff::SignedDuration;

const CANARY: &str = "canary-3f";
const ACME: &str = "urn:li:organization:2414183";
const ADA: &str = "urn:li:person:aBcD-1234_x";
/// Everything that little text reserves, an address, tags, a mention of nobody.
const HARD: &str = "It landed (twice) [really] {yes} <3 5*3 ~ 1|2 C# a@b.example \\o/\n\n\
                    https://acme.example/blog/rocket_2/(a)?x=1#top\n\n#rocketry #Überschall";

async fn network(change: impl FnOnce(Settings) -> Settings) -> Running {
    Network::start(
        Kind::named("linkedin").unwrap(),
        change(Settings::of(Kind::named("linkedin").unwrap(), CANARY)),
    )
    .await
    .unwrap()
}

fn house(author: &str, network: &Running, more: &str) -> House {
    let house = house_with(author, network.base_url(), more);
    token(&house, "token");
    house
}

/// Gives the house another one of the network's tokens.
fn token(house: &House, kind: &str) {
    std::fs::write(house.folder.path().join("token"), format!("{CANARY}-{kind}\n")).unwrap();
}

/// A picture of one colour, kept with the attempt.
fn picture(attempt: &Attempt, name: &str, side: u32) -> Picture {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbImage::from_pixel(side, side, image::Rgb([9, 80, 200]));
    pixels.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    fixture::keep(attempt, bytes.get_ref());
    Picture { width: side, height: side, ..fixture::picture(name, bytes.get_ref()) }
}

fn hard() -> Variant {
    let mut variant = fixture::post(&[HARD]);
    if let Variant::Post(post) = &mut variant {
        post.first_comment = Some("More (here): https://acme.example/a_b".to_owned());
    }
    variant
}

/// Sends all parts one after the other.
async fn sent(house: &House, variant: &Variant) -> Result<Vec<Receipt>, SendError> {
    let mut attempt = house.attempt(variant, 1);
    for (number, part) in house.parts(variant).iter().enumerate() {
        attempt.part = u32::try_from(number).unwrap();
        let receipt = house.channel.send(part, &attempt).await?;
        attempt.previous.push(receipt);
    }
    Ok(attempt.previous)
}

#[tokio::test]
async fn what_is_live_is_what_was_planned_and_comes_down_again() {
    let network = network(|settings| settings).await;
    for author in [ACME, ADA] {
        let house = house(author, &network, "");
        house.channel.verify(house.folder.path()).await.unwrap();
        let mut variant = hard();
        let attempt = house.attempt(&variant, 1);
        if let Variant::Post(post) = &mut variant {
            post.parts[0].media = vec![picture(&attempt, "a.png", 3), picture(&attempt, "b.png", 4)];
        }
        let receipts = sent(&house, &variant).await.unwrap();
        let live = network.timeline().pop().unwrap();
        assert_eq!((live.text.as_str(), live.author.as_str()), (HARD, author));
        assert_eq!((Some(&live.id), Some(&live.url)), (receipts[0].id.as_ref(), receipts[0].url.as_ref()));
        let alts: Vec<&str> = live.media.iter().map(|media| media.alt.as_str()).collect();
        assert_eq!(alts, ["Alt of a.png", "Alt of b.png"]);
        assert_eq!(live.comments[0].text, "More (here): https://acme.example/a_b");
        assert!(receipts.iter().all(|receipt| receipt.altered.is_none()), "{receipts:?}");
        assert!(!format!("{receipts:?}").contains(CANARY));
        for receipt in receipts.iter().rev() {
            for _ in 0..2 {
                let removed = house.channel.remove(receipt, house.folder.path()).await;
                assert!(matches!(removed, Ok(Removed::Gone | Removed::Already)), "{receipt:?}");
            }
        }
        assert!(network.timeline().is_empty());
    }
}

#[tokio::test]
async fn a_card_is_made_with_its_picture() {
    let network = network(|settings| settings).await;
    let house = house(ACME, &network, "");
    let mut variant = fixture::post(&["It landed."]);
    let attempt = house.attempt(&variant, 1);
    if let Variant::Post(post) = &mut variant {
        let image = Some(picture(&attempt, "a.png", 3));
        post.card = Some(crate::render::Card { image, ..fixture::card() });
    }
    sent(&house, &variant).await.unwrap();
    let link = network.timeline().pop().unwrap().link.unwrap();
    assert_eq!(link.url, "https://acme.example/blog/rocket-2/");
    assert_eq!(
        (link.title.as_deref(), link.description.as_deref()),
        (Some("Rocket 2 lands itself"), Some("Reusable."))
    );
    assert!(link.thumbnail.is_some());
}

/// What came back, in a word.
fn word(outcome: &Result<Vec<Receipt>, SendError>) -> String {
    match outcome {
        Ok(receipts) => {
            receipts[0].altered.as_ref().map_or("sent".to_owned(), |live| format!("altered: {live}"))
        }
        Err(SendError::Refused { .. } | SendError::Mendable { .. }) => "refused".to_owned(),
        Err(SendError::NotYet { wait, .. }) => format!("not yet {:?}", wait.map(|wait| wait.as_secs())),
        Err(SendError::TooMany { wait, .. }) => format!("too many {:?}", wait.map(|wait| wait.as_secs())),
        Err(SendError::Partly { .. }) => "partly".to_owned(),
        Err(SendError::Unknown { .. }) => "unknown".to_owned(),
    }
}

#[tokio::test]
async fn whatever_goes_wrong_has_one_of_three_outcomes() {
    let elsewhere = network(|settings| settings).await;
    for (fault, outcome) in [
        (Fault::AnswerLost, "unknown"),
        (Fault::CutBefore, "unknown"),
        (Fault::FailedAfter, "unknown"),
        (Fault::FailedBefore, "unknown"),
        (Fault::Html, "unknown"),
        // What was made stands in a header, which comes before the body breaks.
        (Fault::BrokenBody, "sent"),
        (Fault::HalfJson, "sent"),
        (Fault::Gigabyte, "sent"),
        (Fault::Empty, "unknown"),
        (Fault::WithoutId, "unknown"),
        (Fault::Redirect(format!("{}/rest/posts", elsewhere.base_url())), "unknown"),
        (Fault::Expired, "refused"),
        (Fault::CutShort(10), "altered: It landed."),
    ] {
        let network = network(|settings| settings).await;
        let house = house(ACME, &network, "");
        network.order(fault.clone());
        let ended = sent(&house, &fixture::post(&["It landed. Really."])).await;
        assert_eq!(word(&ended), outcome, "{fault:?}: {ended:?}");
        assert!(!format!("{ended:?}").contains(CANARY), "{ended:?}");
        assert!(network.timeline().len() <= 1);
    }
    assert!(elsewhere.log().is_empty(), "a redirect is not followed");
    let network = network(|settings| settings).await;
    network.order(Fault::TooMany(std::time::Duration::from_secs(7)));
    let ended = sent(&house(ACME, &network, ""), &fixture::post(&["It landed."])).await;
    assert!(word(&ended).starts_with("too many"), "{ended:?}");
    assert!(network.timeline().is_empty());
}

#[tokio::test]
async fn images_that_get_lost_are_begun_anew() {
    for step in ["/rest/images", "/dms-uploads"] {
        for fault in
            [Fault::AnswerLost, Fault::CutBefore, Fault::FailedAfter, Fault::FailedBefore, Fault::Html]
        {
            let network = network(|settings| settings).await;
            let house = house(ACME, &network, "");
            let mut variant = fixture::post(&["It landed."]);
            let attempt = house.attempt(&variant, 1);
            if let Variant::Post(post) = &mut variant {
                post.parts[0].media = vec![picture(&attempt, "a.png", 3)];
            }
            let method = if step == "/rest/images" { "POST" } else { "PUT" };
            network.order_upon(Upon::Path(method, step), fault.clone());
            // HTML with a 200 after the bytes arrived is as good as any 200.
            let good = step == "/dms-uploads" && fault == Fault::Html;
            let first = word(&sent(&house, &variant).await);
            assert_eq!(first, if good { "sent" } else { "not yet None" }, "{step} {fault:?}");
            assert_eq!(network.timeline().len(), usize::from(good));
            if !good {
                assert_eq!(word(&sent(&house, &variant).await), "sent");
            }
        }
    }
}

#[tokio::test]
async fn after_a_lost_answer_it_is_found_or_named_and_never_said_twice() {
    let network = network(|settings| settings).await;
    let house = house(ACME, &network, "");
    let variant = hard();
    let parts = house.parts(&variant);
    let mut attempt = house.attempt(&variant, 1);
    network.order(Fault::AnswerLost);
    assert!(matches!(house.channel.send(&parts[0], &attempt).await, Err(SendError::Unknown { .. })));
    let Ok(Found::Sent(receipt)) = house.channel.find(&parts[0], &attempt).await else { panic!() };
    assert_eq!(receipt.id.as_ref(), Some(&network.timeline()[0].id));
    let again = Attempt { number: 2, doubted: true, ..attempt.clone() };
    let named = house.channel.send(&parts[0], &again).await.unwrap();
    assert_eq!((named.id.as_ref(), named.altered), (receipt.id.as_ref(), None));
    assert_eq!(network.timeline().len(), 1);
    // The comment below it.
    attempt.previous = vec![receipt];
    network.order(Fault::AnswerLost);
    assert!(matches!(house.channel.send(&parts[1], &attempt).await, Err(SendError::Unknown { .. })));
    let Ok(Found::Sent(comment)) = house.channel.find(&parts[1], &attempt).await else { panic!() };
    assert!(comment.id.unwrap().starts_with("urn:li:comment:("));
    assert_eq!(network.timeline()[0].comments.len(), 1);
}

#[tokio::test]
async fn what_never_arrived_is_absent_when_that_can_be_known() {
    let network = network(|settings| settings).await;
    let house = house(ACME, &network, "");
    network.posted_by_hand("Something else", std::time::Duration::from_secs(600));
    network.posted_by_stranger();
    let variant = hard();
    let part = house.parts(&variant).remove(0);
    let mut attempt = house.attempt(&variant, 1);
    network.order(Fault::CutBefore);
    assert!(matches!(house.channel.send(&part, &attempt).await, Err(SendError::Unknown { .. })));
    assert!(matches!(house.channel.find(&part, &attempt).await, Ok(Found::CannotTell(_))));
    attempt.last_tried -= SignedDuration::from_mins(31);
    assert_eq!(house.channel.find(&part, &attempt).await.unwrap(), Found::Absent);
    let member = super::rehearsed::house(ADA, &network, "");
    assert!(matches!(member.channel.find(&part, &attempt).await, Ok(Found::CannotTell(_))));
    let closed = super::rehearsed::network(|settings| settings.without_scope("r_organization_social")).await;
    let house = super::rehearsed::house(ACME, &closed, "");
    assert!(matches!(house.channel.find(&part, &attempt).await, Ok(Found::CannotTell(_))));
    house.channel.send(&part, &attempt).await.unwrap();
}

#[tokio::test]
async fn words_that_stood_there_before_are_refused_and_named() {
    let network = network(|settings| settings).await;
    let house = house(ACME, &network, "");
    let first = sent(&house, &fixture::post(&["It landed."])).await.unwrap();
    let Err(SendError::Refused { says }) = sent(&house, &fixture::post(&["It landed."])).await else {
        panic!()
    };
    assert!(says.contains(first[0].url.as_deref().unwrap()), "{says}");
}

#[tokio::test]
async fn credentials_are_looked_at_before_anything_is_sent() {
    let said = |outcome: Result<Whose, SendError>| match outcome {
        Ok(Whose::Verified) => "good".to_owned(),
        Ok(Whose::Unsaid(why)) => why,
        Err(SendError::Refused { says }) => says,
        Err(other) => panic!("{other:?}"),
    };
    let network = network(|settings| settings).await;
    for (author, name) in [(ACME, "Acme Rockets"), (ADA, "Ada Lovelace")] {
        let house = house(author, &network, &format!("account = \"{name}\"\n"));
        assert_eq!(said(house.channel.verify(house.folder.path()).await), "good");
        for (kind, says) in [("revoked", "was revoked"), ("other", "does not know this access token")] {
            // A good answer is kept, so another token needs another channel.
            let house = super::rehearsed::house(author, &network, "");
            token(&house, kind);
            let says_so = said(house.channel.verify(house.folder.path()).await);
            assert!(says_so.contains(says) && !says_so.contains(CANARY), "{says_so}");
        }
    }
    let old = house(ACME, &network, "version = \"202401\"\n");
    assert!(said(old.channel.verify(old.folder.path()).await).contains("set `version = "));
    let other = house("urn:li:person:grace", &network, "");
    assert!(
        said(other.channel.verify(other.folder.path()).await)
            .contains("`author = \"urn:li:person:aBcD-1234_x\"`")
    );
    network.order_upon(Upon::Any, Fault::Expired);
    let house = house(ADA, &network, "");
    assert!(said(house.channel.verify(house.folder.path()).await).contains("60 days"));
    for (scope, of) in [("openid", ADA), ("rw_organization_admin", ACME)] {
        let poor = super::rehearsed::network(|settings| settings.without_scope(scope)).await;
        for author in [ACME, ADA] {
            let house = super::rehearsed::house(author, &poor, "");
            let told = said(house.channel.verify(house.folder.path()).await);
            assert!(if author == of { told.contains(scope) } else { told == "good" }, "{scope}: {told}");
        }
    }
}
