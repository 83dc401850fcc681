//! Doubts, changes and deletions.

use super::*;
use crate::rehearsal::{Fault, Upon};
use jiff::SignedDuration;
use std::time::Duration;

/// An attempt that began so long ago.
fn earlier(attempt: Attempt, ago: SignedDuration) -> Attempt {
    let then = Timestamp::now() - ago;
    Attempt { first_tried: then, last_tried: then, doubted: true, ..attempt }
}

async fn found(house: &House, variant: &Variant, ago: SignedDuration) -> Found {
    let attempt = earlier(house.attempt(variant), ago);
    house.channel.find(&house.parts(variant)[0], &attempt).await.unwrap()
}

#[tokio::test]
async fn a_lost_post_is_found_by_its_words_with_keys_and_without() {
    for heeds_keys in [true, false] {
        let house = House::with("", |settings| Settings { heeds_keys, ..settings }).await;
        house.network.posted_by_hand("Older.", Duration::from_secs(3 * 3600));
        let variant = fixture::post(&["Thanks, @ada@h.example & <all> https://acme.example/a_b?c=d&e=f#g"]);
        house.network.order(Fault::AnswerLost);
        assert!(matches!(house.send(&variant).await, Err(SendError::Unknown { .. })));
        let Found::Sent(receipt) = found(&house, &variant, SignedDuration::from_secs(5)).await else {
            panic!()
        };
        let live = &house.network.timeline()[1];
        assert_eq!((receipt.id.as_ref(), receipt.url.as_ref()), (Some(&live.id), Some(&live.url)));
        // The same words an hour later are another post.
        assert_eq!(
            found(&house, &fixture::post(&["Others."]), SignedDuration::from_hours(1)).await,
            Found::Absent
        );
    }
}

#[tokio::test]
async fn what_is_like_it_or_just_before_it_or_anothers_is_no_proof() {
    let house = House::new().await;
    house.network.posted_by_hand("Older.", Duration::from_secs(3 * 3600));
    let by_hand = house.network.posted_by_hand("It landed.", Duration::from_secs(50 * 60));
    let variant = fixture::post(&["It landed."]);
    let told = found(&house, &variant, SignedDuration::from_mins(31)).await;
    let Found::CannotTell(why) = told else { panic!("{told:?}") };
    assert!(why.contains(&by_hand) && why.contains("almost"), "{why}");
    // Another delivery's is not ours, and does not keep ours from being sent.
    let receipt = Receipt { id: Some(by_hand), ..Receipt::default() };
    let attempt = earlier(house.attempt(&variant), SignedDuration::from_mins(31));
    let attempt = Attempt { taken: Taken::by(&*house.channel, [&receipt]), ..attempt };
    assert_eq!(house.channel.find(&house.parts(&variant)[0], &attempt).await.unwrap(), Found::Absent);
    // The very same may be ours by a clock that is hours wrong; what is only like it, and
    // the same from long before the try, is just an older post.
    let variant_like_it = fixture::post(&["It landed. Really."]);
    for (variant, hours, why) in
        [(&variant, -1, "almost"), (&variant_like_it, -1, "may lag"), (&variant, -16, "may lag")]
    {
        let told = found(&house, variant, SignedDuration::from_hours(hours)).await;
        assert!(matches!(&told, Found::CannotTell(says) if says.contains(why)), "{hours}: {told:?}");
    }
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let house = House::new().await;
    house.network.posted_by_hand("Older.", Duration::from_secs(3 * 3600));
    for number in 0..95 {
        house.network.posted_by_hand(&format!("Number {number} of many"), Duration::from_secs(20));
    }
    let variant = fixture::post(&["It landed."]);
    assert_eq!(found(&house, &variant, SignedDuration::from_hours(1)).await, Found::Absent);
    let asked = house.network.log().iter().filter(|logged| logged.path.ends_with("/statuses")).count();
    assert_eq!(asked, 3);
}

#[tokio::test]
async fn what_a_server_does_not_delete_stays_and_what_is_gone_is_gone() {
    let house = House::new().await;
    let receipt = house.send(&fixture::post(&["It landed."])).await.unwrap().remove(0);
    let delete = || Upon::Path("DELETE", "/");
    house.network.order_upon(delete(), Fault::Says(404, "Not Found".to_owned()));
    let stays = house.channel.remove(&receipt, house.project.path()).await.unwrap();
    assert!(matches!(&stays, Removed::Stays(why) if why.contains("does not delete")), "{stays:?}");
    house.network.order_upon(delete(), Fault::Says(404, "Not Found".to_owned()));
    house.network.order_upon(Upon::Path("GET", "/statuses/"), Fault::FailedBefore);
    let unsaid = house.channel.remove(&receipt, house.project.path()).await.unwrap();
    assert!(matches!(unsaid, Removed::CannotTell(_)), "{unsaid:?}");
    assert_eq!(house.channel.remove(&receipt, house.project.path()).await.unwrap(), Removed::Gone);
    assert_eq!(house.channel.remove(&receipt, house.project.path()).await.unwrap(), Removed::Already);
}

#[tokio::test]
async fn an_edit_keeps_the_images_and_says_what_it_cannot() {
    let house = House::new().await;
    let (variant, attempt) = pictured(&house, "It landed.");
    let before = house.parts(&variant).remove(0);
    let receipt = house.channel.send(&before, &attempt).await.unwrap();
    let mut after = before.clone();
    after.body["status"] = "It landed softly.".into();
    let change = Change { before: before.clone(), after: after.clone() };
    let edited = house.channel.edit(&change, &receipt, &attempt).await.unwrap();
    assert_eq!(edited, Edited::Done(receipt.clone()));
    let live = house.network.timeline().remove(0);
    assert_eq!((live.text.as_str(), live.media.len()), ("It landed softly.", 1));
    after.body["visibility"] = "private".into();
    let change = Change { before, after };
    assert!(house.channel.can_edit(&change).unwrap_err().contains("who may see it"));
}

#[test]
fn a_limit_is_over_at_the_moment_that_is_told_in_either_spelling() {
    use crate::channel::http::Answer;
    let answer = |reset: &str| {
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert("date", "Sun, 22 Nov 2026 08:00:00 GMT".parse().unwrap());
        headers.insert("x-ratelimit-reset", reset.parse().unwrap());
        Answer { status: 429, headers, body: Vec::new(), cut: None }
    };
    let wait = |reset: &str| super::super::api::wait(&answer(reset)).map(|wait| wait.as_secs());
    assert_eq!(wait("2026-11-22T08:05:00.123456Z"), Some(300));
    assert_eq!(wait("1795334700"), Some(300));
    assert_eq!(wait("2026-11-22T07:00:00Z"), None);
    assert_eq!(wait("soon"), None);
}
