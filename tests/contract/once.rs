//! Nothing is sent twice, whatever goes wrong and whenever.

use super::bench::{self, Bench};
use super::log::assert_once;
use super::rows::{WAYS, Way, has_key};
use ladder::channel::{Attempt, Found, SendError};
use ladder::rehearsal::{Fault, Upon};
use ladder::render::Variant;
use std::time::Duration;

/// How it ended.
#[derive(Debug, PartialEq)]
enum End {
    Sent(String),
    Refused,
    InDoubt,
    NotYet,
}

/// Tries as a run does: again after "not yet" and after proven absence, never
/// out of doubt.
async fn deliver(bench: &Bench) -> End {
    let variant = bench::plain(bench.way);
    let part = bench.payload(&variant).parts.remove(0);
    let mut attempt = bench.attempt(&variant, 0, &[]);
    for _ in 0..4 {
        match bench.channel.send(&part, &attempt).await {
            Ok(receipt) => return End::Sent(receipt.id.unwrap_or_default()),
            Err(SendError::Refused { .. } | SendError::Mendable { .. }) => return End::Refused,
            Err(SendError::NotYet { .. } | SendError::TooMany { .. } | SendError::Partly { .. }) => {}
            Err(SendError::Unknown { .. }) => {
                attempt.doubted = true;
                match bench.channel.find(&part, &attempt).await {
                    Ok(Found::Sent(receipt)) => return End::Sent(receipt.id.unwrap_or_default()),
                    Ok(Found::Absent) => {}
                    Ok(Found::CannotTell(_)) | Err(_) => return End::InDoubt,
                }
            }
        }
        attempt = Attempt { number: attempt.number + 1, ..attempt };
    }
    End::NotYet
}

#[tokio::test]
async fn one_delivery_is_at_most_one_post() {
    let faults = [
        Fault::AnswerLost,
        Fault::CutBefore,
        Fault::BrokenBody,
        Fault::BrokenPieces,
        Fault::Packed,
        Fault::TooMany(Duration::from_secs(1)),
        Fault::FailedAfter,
        Fault::FailedBefore,
        Fault::Html,
        Fault::HalfJson,
        Fault::Empty,
        Fault::WithoutId,
        Fault::Gigabyte,
        Fault::Expired,
        Fault::CutShort(4),
        Fault::Echo(400),
        Fault::Echo(403),
        Fault::Redirect("http://127.0.0.1:1/".to_owned()),
    ];
    for way in WAYS.iter() {
        for first in &faults {
            let bench = Bench::new(way).await;
            bench.network.posted_by_hand("Something older.", Duration::from_secs(5 * 3600));
            bench.network.order(first.clone());
            bench.network.order(Fault::AnswerLost);
            let end = deliver(&bench).await;
            let ours: Vec<String> =
                bench.network.timeline().into_iter().skip(1).map(|live| live.id).collect();
            assert!(ours.len() <= 1, "{} {first:?}: {end:?} and {ours:?}", way.name);
            // What a network refuses may have been sent all the same.
            assert_once(&bench.network, &format!("{} {first:?}", way.name));
            match &end {
                End::Sent(id) => assert_eq!(ours, std::slice::from_ref(id), "{} {first:?}", way.name),
                End::Refused | End::NotYet => {
                    assert!(ours.is_empty(), "{} {first:?}: {end:?} and {ours:?}", way.name);
                }
                End::InDoubt => {}
            }
        }
    }
}

/// Sends all parts as a run does: each after the one before, none out of doubt.
/// Whether all are known to be out.
async fn deliver_all(bench: &Bench, variant: &Variant) -> bool {
    let mut receipts = Vec::new();
    for (number, part) in bench.payload(variant).parts.iter().enumerate() {
        let mut attempt = bench.attempt(variant, number, &receipts);
        let mut tries = 0;
        let receipt = loop {
            tries += 1;
            match bench.channel.send(part, &attempt).await {
                Ok(receipt) => break receipt,
                Err(SendError::NotYet { .. } | SendError::TooMany { .. }) if tries < 4 => {}
                Err(SendError::Unknown { .. }) => {
                    attempt.doubted = true;
                    match bench.channel.find(part, &attempt).await {
                        Ok(Found::Sent(receipt)) => break receipt,
                        Ok(Found::Absent) if tries < 4 => {}
                        _ => return false,
                    }
                }
                Err(_) => return false,
            }
            attempt.number += 1;
        };
        receipts.push(receipt);
    }
    true
}

#[tokio::test]
async fn whichever_request_goes_wrong_no_part_is_there_twice() {
    let faults = [
        Fault::AnswerLost,
        Fault::CutBefore,
        Fault::FailedAfter,
        Fault::WithoutId,
        Fault::Html,
        Fault::TooMany(Duration::from_secs(1)),
    ];
    let mut all = Vec::new();
    for way in WAYS.iter() {
        let clean = Bench::new(way).await;
        assert!(deliver_all(&clean, &bench::rich(way)).await, "{}", way.name);
        for number in 0..clean.network.log().len() {
            all.extend(faults.iter().map(|fault| one_request_goes_wrong(way, number, fault.clone())));
        }
    }
    let done = futures_util::future::join_all(all).await;
    // A run that ends in doubt at the first trouble would keep the promise too.
    let whole = done.iter().filter(|whole| **whole).count();
    assert!(whole * 2 > done.len(), "only {whole} of {} got to the end", done.len());
}

async fn one_request_goes_wrong(way: &'static Way, number: usize, fault: Fault) -> bool {
    let bench = Bench::new(way).await;
    let variant = bench::rich(way);
    bench.network.order_upon(Upon::Number(number), fault.clone());
    let whole = deliver_all(&bench, &variant).await;
    let case = format!("{}: request {number}, {fault:?}", way.name);
    let timeline = bench.network.timeline();
    let Variant::Post(planned) = &variant else {
        assert_once(&bench.network, &case);
        assert!(timeline.len() <= 1, "{case}: {timeline:?}");
        if let Some(live) = timeline.first() {
            super::articles::assert_shown(way, live, &variant, &case);
        }
        assert!(!whole || timeline.len() == 1, "{case}");
        return whole;
    };
    let live: Vec<&str> = timeline.iter().map(|live| live.text.as_str()).collect();
    let texts: Vec<&str> = planned.parts.iter().map(|part| part.text.as_str()).collect();
    assert_once(&bench.network, &case);
    // In order, without gaps, and none twice.
    assert!(texts.starts_with(&live), "{case}: {live:?}");
    let comments: usize = timeline.iter().map(|live| live.comments.len()).sum();
    assert!(comments <= 1, "{case}: {comments} comments");
    for (live, part) in timeline.iter().zip(&planned.parts) {
        let shown: Vec<&String> = live.media.iter().map(|media| &media.sha256).collect();
        let wanted: Vec<&String> = part.media.iter().map(|picture| &picture.sha256).collect();
        assert_eq!(shown, wanted, "{case}");
        let alts: Vec<&String> = live.media.iter().map(|media| &media.alt).collect();
        let planned: Vec<&String> = part.media.iter().map(|picture| &picture.alt).collect();
        assert_eq!(alts, planned, "{case}");
    }
    if whole {
        assert_eq!(
            (live.len(), comments),
            (texts.len(), usize::from(planned.first_comment.is_some())),
            "{case}"
        );
    }
    whole
}

#[tokio::test]
async fn a_duplicate_is_taken_for_ours_only_after_a_doubt() {
    for way in WAYS.iter().filter(|way| way.refuses_repeats) {
        let bench = Bench::new(way).await;
        let variant = bench::plain(way);
        let part = bench.payload(&variant).parts.remove(0);
        let first = bench.channel.send(&part, &bench.attempt(&variant, 0, &[])).await.unwrap();
        // Nobody doubts: the same words were there before, and are not ours; under a
        // key of ours they are.
        let again = bench.channel.send(&part, &bench.attempt(&variant, 0, &[])).await;
        match again {
            Ok(receipt) if has_key(way) => assert_eq!(receipt.id, first.id, "{}", way.name),
            again => assert!(again.is_err() && !has_key(way), "{}: {again:?}", way.name),
        }
        // After a doubt it is evidence: ours, or a reason to go on doubting.
        let doubted = Attempt { doubted: true, number: 2, ..bench.attempt(&variant, 0, &[]) };
        match bench.channel.send(&part, &doubted).await {
            Ok(receipt) => assert_eq!(receipt.id, first.id, "{}", way.name),
            Err(SendError::Unknown { .. }) => {}
            Err(error) => panic!("{}: {error:?}", way.name),
        }
        assert_eq!(bench.network.timeline().len(), 1, "{}", way.name);
    }
}
