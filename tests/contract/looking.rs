//! Looking for what may or may not be out.

use super::bench::{self, Bench};
use super::rows::{WAYS, asks, has_key};
use jiff::SignedDuration;
use ladder::channel::{Found, SendError};
use ladder::rehearsal::{Fault, Upon};
use ladder::render::Variant;
use std::time::Duration;

#[tokio::test]
async fn what_went_out_behind_a_lost_answer_is_found() {
    for way in WAYS.iter() {
        let card = (!way.article).then(bench::with_card);
        for variant in [bench::plain(way), bench::rich(way)].into_iter().chain(card) {
            let bench = Bench::new(way).await;
            bench.network.order(Fault::AnswerLost);
            assert!(matches!(bench.send(&variant).await, Err(SendError::Unknown { .. })), "{}", way.name);
            // The try began before the post was made.
            let found = bench.find(&variant, SignedDuration::from_secs(5)).await;
            match (way.lists, found) {
                (true, Ok(Found::Sent(receipt))) => {
                    let live = &bench.network.timeline()[0];
                    let url = receipt.url.unwrap_or_default();
                    assert_eq!(receipt.id.as_ref(), Some(&live.id), "{}", way.name);
                    assert!(url.eq_ignore_ascii_case(&live.url), "{}: {url}", way.name);
                }
                (false, Ok(Found::CannotTell(why))) => assert!(!why.is_empty()),
                (_, found) => panic!("{}: {found:?}", way.name),
            }
        }
    }
}

#[tokio::test]
async fn parts_and_comments_behind_a_lost_answer_are_found_too() {
    for way in WAYS.iter() {
        let bench = Bench::new(way).await;
        let variant = bench::rich(way);
        let parts = bench.payload(&variant).parts;
        let mut receipts = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            let attempt = bench.attempt(&variant, number, &receipts);
            if number > 0 {
                bench.network.order(Fault::AnswerLost);
            }
            match bench.channel.send(part, &attempt).await {
                Ok(receipt) => receipts.push(receipt),
                Err(SendError::Unknown { .. }) => match bench.channel.find(part, &attempt).await {
                    Ok(Found::Sent(receipt)) if way.lists => receipts.push(receipt),
                    Ok(Found::CannotTell(_)) if !way.lists => return,
                    found => panic!("{} part {number}: {found:?}", way.name),
                },
                Err(error) => panic!("{} part {number}: {error}", way.name),
            }
        }
        let timeline = bench.network.timeline();
        let mut live: Vec<&str> = timeline.iter().map(|live| live.id.as_str()).collect();
        let ids: Vec<&str> = receipts.iter().map(|receipt| receipt.id.as_deref().unwrap()).collect();
        if way.comments {
            assert_eq!(timeline[0].comments.len(), 1, "{}", way.name);
            live.push(ids[1]);
        }
        assert_eq!(ids, live, "{}", way.name);
    }
}

#[tokio::test]
async fn absence_takes_proof() {
    for way in WAYS.iter() {
        let bench = Bench::new(way).await;
        bench.network.posted_by_hand("Something older.", Duration::from_secs(5 * 3600));
        bench.network.order(Fault::CutBefore);
        assert!(bench.send(&bench::plain(way)).await.is_err());
        // At once, a list may be behind.
        let early = bench.find(&bench::plain(way), SignedDuration::ZERO).await.unwrap();
        // What does not stand under our key was not made, and cannot be made twice.
        let is_told =
            if has_key(way) { early == Found::Absent } else { matches!(early, Found::CannotTell(_)) };
        assert!(is_told, "{}: {early:?}", way.name);
        // Much later, with a list that reaches back past the try.
        let late = bench.find(&bench::plain(way), SignedDuration::from_hours(1)).await.unwrap();
        match late {
            Found::Absent if way.lists => {}
            Found::CannotTell(_) if !way.lists => {}
            late => panic!("{}: {late:?}", way.name),
        }
    }
}

#[tokio::test]
async fn a_list_that_may_not_be_read_proves_nothing() {
    for way in WAYS.iter().filter(|way| way.lists) {
        let bench = Bench::with(way, |settings| {
            way.list_needs.iter().fold(settings, |settings, scope| settings.without_scope(scope))
        })
        .await;
        // Where there is no such permission, the list fails.
        if way.list_needs.is_empty() {
            bench.network.order_upon(Upon::Path("GET", asks(way).list), Fault::FailedBefore);
        }
        let found = bench.find(&bench::plain(way), SignedDuration::from_hours(1)).await;
        assert!(matches!(found, Ok(Found::CannotTell(_)) | Err(_)), "{}: {found:?}", way.name);
    }
}

#[tokio::test]
async fn a_list_that_breaks_proves_nothing() {
    for way in WAYS.iter().filter(|way| way.lists) {
        let path = asks(way).list;
        for fault in [
            Fault::HalfJson,
            Fault::Empty,
            Fault::Html,
            Fault::BrokenBody,
            Fault::Gigabyte,
            Fault::CutBefore,
            Fault::TooMany(Duration::from_secs(60)),
            Fault::FailedBefore,
            Fault::Redirect("http://127.0.0.1:1/".to_owned()),
            Fault::Expired,
        ] {
            let bench = Bench::new(way).await;
            bench.network.posted_by_hand("Something older.", Duration::from_secs(5 * 3600));
            bench.network.order_upon(Upon::Path("GET", path), fault.clone());
            let found = bench.find(&bench::plain(way), SignedDuration::from_hours(1)).await;
            if way.list_is_open && fault == Fault::Expired {
                assert!(matches!(found, Ok(Found::Absent)), "{}: {found:?}", way.name);
                continue;
            }
            assert!(matches!(found, Ok(Found::CannotTell(_)) | Err(_)), "{} {fault:?}: {found:?}", way.name);
            assert_eq!(bench.network.ordered(), 0, "{} {fault:?}", way.name);
        }
    }
}

#[tokio::test]
async fn what_a_person_posted_long_before_is_not_ours() {
    for way in WAYS.iter().filter(|way| way.lists) {
        let bench = Bench::new(way).await;
        bench.network.posted_by_hand("It landed.", Duration::from_secs(5 * 3600));
        let found = bench.find(&bench::plain(way), SignedDuration::from_mins(30)).await;
        assert!(!matches!(found, Ok(Found::Sent(_))), "{}: {found:?}", way.name);
    }
}

#[tokio::test]
async fn what_only_begins_like_ours_is_neither_ours_nor_proof() {
    for way in WAYS.iter().filter(|way| way.lists && !way.article && !has_key(way)) {
        let bench = Bench::new(way).await;
        let whole = "It landed after a flight of four hundred and twelve seconds.";
        bench.network.posted_by_hand(&whole[..44], Duration::from_secs(600));
        let found = bench.find(&Variant::Post(bench::post(&[whole])), SignedDuration::from_mins(15)).await;
        // Its own key has nothing: whatever else is alike is not it.
        let is_told = match has_key(way) {
            true => matches!(found, Ok(Found::Absent)),
            false => matches!(found, Ok(Found::CannotTell(_))),
        };
        assert!(is_told, "{}: {found:?}", way.name);
    }
}

#[tokio::test]
async fn a_list_that_is_behind_proves_nothing() {
    for way in WAYS.iter() {
        let bench = Bench::with(way, |mut settings| {
            settings.lag = Duration::from_secs(60);
            settings
        })
        .await;
        bench.network.posted_by_hand("Something older.", Duration::from_secs(5 * 3600));
        bench.network.order(Fault::AnswerLost);
        assert!(bench.send(&bench::plain(way)).await.is_err());
        let found = bench.find(&bench::plain(way), SignedDuration::ZERO).await;
        // A key is asked at the place where it stands, and no list.
        let is_told = match has_key(way) {
            true => matches!(found, Ok(Found::Sent(_))),
            false => matches!(found, Ok(Found::CannotTell(_))),
        };
        assert!(is_told, "{}: {found:?}", way.name);
        assert_eq!(bench.network.timeline().len(), 2, "{}", way.name);
    }
}
