//! What is sent twice is there once, whatever differs in it.

use super::{HANDLE, house};
use crate::channel::{Attempt, Found, LONGEST_LAG, Removed, SendError, Taken, fixture};
use crate::plan::Receipt;
use crate::rehearsal::{Fault, Upon};
use jiff::{SignedDuration, Timestamp};

#[tokio::test]
async fn a_repetition_is_the_same_bytes_and_changes_nothing() {
    let house = house().await;
    let variant = fixture::post(&["It landed. #rocket"]);
    let part = house.parts(&variant).remove(0);
    let attempt = house.attempt(&variant);
    house.network.order(Fault::AnswerLost);
    let first = house.channel.send(&part, &attempt).await;
    assert!(matches!(first, Err(SendError::Unknown { .. })), "{first:?}");
    let again = Attempt { number: 2, doubted: true, ..attempt.clone() };
    let receipt = house.channel.send(&part, &again).await.unwrap();
    let records = house.records();
    assert_eq!(records[0], records[1]);
    assert_eq!((house.network.timeline().len(), receipt.altered.clone()), (1, None));
    let Found::Sent(found) = house.channel.find(&part, &again).await.unwrap() else { panic!() };
    assert_eq!(found, receipt);
    let made = records[0]["createdAt"].as_str().unwrap();
    assert_eq!(made.parse::<Timestamp>().unwrap().as_millisecond(), attempt.first_tried.as_millisecond());
}

/// A post that waited for days says when it goes out; its key is that of the first try.
#[tokio::test]
async fn a_late_repetition_finds_what_stands_there() {
    let house = house().await;
    let variant = fixture::post(&["It landed."]);
    let part = house.parts(&variant).remove(0);
    let long_ago = Timestamp::now() - SignedDuration::from_hours(50);
    let attempt = Attempt { first_tried: long_ago, ..house.attempt(&variant) };
    let first = house.channel.send(&part, &attempt).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    let again = house.channel.send(&part, &attempt).await.unwrap();
    assert_eq!((&again, house.network.timeline().len()), (&first, 1));
    let made: Timestamp = house.records()[0]["createdAt"].as_str().unwrap().parse().unwrap();
    assert!(Timestamp::now().duration_since(made) < SignedDuration::from_mins(1), "{made}");
}

#[tokio::test]
async fn other_words_at_the_key_are_ours_by_their_moment_and_are_not_written_over() {
    let house = house().await;
    let (old, new) = (fixture::post(&["It landed."]), fixture::post(&["It landed twice."]));
    let attempt = house.attempt(&old);
    let first = house.channel.send(&house.parts(&old)[0], &attempt).await.unwrap();
    let part = house.parts(&new).remove(0);
    let receipt = house.channel.send(&part, &attempt).await.unwrap();
    assert_eq!((receipt.id, receipt.altered.as_deref()), (first.id.clone(), Some("It landed.")));
    assert_eq!(house.network.timeline()[0].text, "It landed.");
    // The same key, and another delivery's.
    let url = first.url.clone();
    let taken = Taken::by(&*house.channel, [&Receipt { id: first.id, url, ..Receipt::default() }]);
    let theirs = Attempt { taken, doubted: true, ..attempt };
    for outcome in [
        house.channel.send(&part, &theirs).await.map(|receipt| format!("{receipt:?}")),
        house.channel.find(&part, &theirs).await.map(|found| format!("{found:?}")),
    ] {
        let told = format!("{outcome:?}");
        assert!(told.contains("another post stands at this one's own key"), "{told}");
    }
}

#[tokio::test]
async fn a_stranger_at_the_key_is_left_alone() {
    let house = house().await;
    let (old, new) = (fixture::post(&["Something else."]), fixture::post(&["It landed."]));
    let long_ago = Timestamp::now() - SignedDuration::from_hours(50);
    let attempt = Attempt { first_tried: long_ago, ..house.attempt(&old) };
    house.channel.send(&house.parts(&old)[0], &attempt).await.unwrap();
    let part = house.parts(&new).remove(0);
    let sent = house.channel.send(&part, &attempt).await;
    assert!(
        matches!(&sent, Err(SendError::Unknown { cause }) if cause.contains("nothing is written")),
        "{sent:?}"
    );
    let found = house.channel.find(&part, &attempt).await;
    assert!(matches!(found, Ok(Found::CannotTell(_))), "{found:?}");
    assert_eq!(house.network.timeline()[0].text, "Something else.");
}

#[tokio::test]
async fn only_the_words_that_there_is_no_record_prove_that_there_is_none() {
    let house = house().await;
    let variant = fixture::post(&["It landed."]);
    let part = house.parts(&variant).remove(0);
    let attempt = house.attempt(&variant);
    for status in [400, 404, 410] {
        let says = Fault::Says(status, "Could not locate record".to_owned());
        house.network.order_upon(Upon::Path("GET", "getRecord"), says);
        let found = house.channel.find(&part, &attempt).await;
        assert!(found.is_err(), "{status}: {found:?}");
    }
    assert_eq!(house.channel.find(&part, &attempt).await.unwrap(), Found::Absent);
    // What is to be gone is waited for a minute.
    let withdrawn = Attempt { withdrawn: true, ..attempt };
    let found = house.channel.find(&part, &withdrawn).await.unwrap();
    assert!(matches!(&found, Found::CannotTell(why) if why.contains("in a minute")), "{found:?}");
    let last_tried = Timestamp::now() - LONGEST_LAG;
    let later = Attempt { last_tried, ..withdrawn };
    assert_eq!(house.channel.find(&part, &later).await.unwrap(), Found::Absent);
}

#[tokio::test]
async fn what_is_gone_already_is_said_to_be_and_nothing_else_is_deleted() {
    let house = house().await;
    let receipts = house.sent(&fixture::post(&["It landed."])).await.unwrap();
    let by_address = Receipt { url: receipts[0].url.clone(), ..Receipt::default() };
    let folder = house.folder.path();
    assert_eq!(house.channel.remove(&by_address, folder).await.unwrap(), Removed::Gone);
    assert_eq!(house.channel.remove(&receipts[0], folder).await.unwrap(), Removed::Already);
    assert_eq!(house.calls(".deleteRecord"), 1);
    for nameless in [
        Receipt::default(),
        Receipt { id: Some("self".to_owned()), ..Receipt::default() },
        Receipt { url: Some(format!("https://bsky.app/profile/{HANDLE}")), ..Receipt::default() },
    ] {
        let removed = house.channel.remove(&nameless, folder).await.unwrap();
        assert!(matches!(&removed, Removed::Stays(why) if why.contains("by hand")), "{removed:?}");
    }
}
