//! What an answer means, for every answer that can go wrong.

use super::bench::{self, Bench};
use super::rows::{WAYS, Way};
use ladder::channel::SendError;
use ladder::plan::Receipt;
use ladder::rehearsal::{Fault, Upon};
use std::time::Duration;

/// Sends the plain post into a fault.
async fn outcome(way: &'static Way, fault: Fault) -> (Bench, Result<Vec<Receipt>, SendError>) {
    let bench = Bench::new(way).await;
    bench.network.order(fault);
    let outcome = bench.send(&bench::plain(way)).await;
    assert_eq!(bench.network.ordered(), 0, "{}: the fault never struck", way.name);
    (bench, outcome)
}

fn assert_unknown(way: &Way, fault: &Fault, outcome: &Result<Vec<Receipt>, SendError>) {
    assert!(
        matches!(outcome, Err(SendError::Unknown { cause }) if !cause.is_empty()),
        "{} {fault:?}: {outcome:?}",
        way.name
    );
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_left_is_unknown() {
    for way in WAYS.iter() {
        for fault in [Fault::AnswerLost, Fault::CutBefore] {
            let (_, outcome) = outcome(way, fault.clone()).await;
            assert_unknown(way, &fault, &outcome);
        }
    }
}

#[tokio::test]
async fn an_error_of_the_server_proves_nothing() {
    for way in WAYS.iter() {
        for fault in [Fault::FailedBefore, Fault::FailedAfter] {
            let (_, outcome) = outcome(way, fault.clone()).await;
            assert_unknown(way, &fault, &outcome);
        }
    }
}

#[tokio::test]
async fn a_success_without_the_id_is_none() {
    for way in WAYS.iter() {
        for fault in [Fault::WithoutId, Fault::Empty, Fault::Html] {
            let (_, outcome) = outcome(way, fault.clone()).await;
            assert_unknown(way, &fault, &outcome);
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_not_whole_is_unknown_unless_its_head_has_the_id() {
    for way in WAYS.iter() {
        for fault in [Fault::HalfJson, Fault::BrokenBody, Fault::BrokenPieces, Fault::Gigabyte] {
            let (bench, outcome) = outcome(way, fault.clone()).await;
            match &outcome {
                Ok(receipts) if way.id_in_header => {
                    assert_eq!(
                        receipts[0].id.as_ref(),
                        Some(&bench.network.timeline()[0].id),
                        "{}",
                        way.name
                    );
                }
                _ => assert_unknown(way, &fault, &outcome),
            }
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_packed_unasked_is_an_answer() {
    for way in WAYS.iter() {
        let (bench, outcome) = outcome(way, Fault::Packed).await;
        let receipts = outcome.unwrap_or_else(|error| panic!("{}: {error}", way.name));
        assert_eq!(receipts[0].id.as_ref(), Some(&bench.network.timeline()[0].id), "{}", way.name);
    }
}

#[tokio::test]
async fn waiting_for_an_answer_ends_and_is_unknown() {
    for way in WAYS.iter() {
        for fault in [Fault::Silence, Fault::SilenceAfter, Fault::Drip] {
            let bench = Bench::new(way).await;
            bench.network.order(fault.clone());
            let variant = bench::plain(way);
            let sending = bench.send(&variant);
            tokio::pin!(sending);
            while bench.network.ordered() > 0 {
                let step = tokio::time::timeout(Duration::from_millis(5), &mut sending).await;
                assert!(step.is_err(), "{} {fault:?}: {step:?}", way.name);
            }
            // The clock of this runtime runs ahead whenever all sleep.
            tokio::time::pause();
            let outcome = sending.await;
            tokio::time::resume();
            match &outcome {
                Ok(_) if way.id_in_header && fault == Fault::Drip => {}
                _ => assert_unknown(way, &fault, &outcome),
            }
        }
    }
}

#[tokio::test]
async fn too_many_is_not_yet_for_as_long_as_was_told() {
    for way in WAYS.iter() {
        let (bench, outcome) = outcome(way, Fault::TooMany(Duration::from_secs(120))).await;
        let Err(SendError::TooMany { wait, says }) = outcome else { panic!("{}: {outcome:?}", way.name) };
        assert!(!says.is_empty() && bench.network.timeline().is_empty(), "{}", way.name);
        match wait.map(|wait| wait.as_secs()) {
            wait if !way.names_waits => assert!(wait.is_none_or(|wait| wait > 0), "{wait:?}"),
            Some(wait) => assert!((110..=180).contains(&wait), "{}: {wait}", way.name),
            None => panic!("{}: no wait", way.name),
        }
        // And then it goes.
        bench.send(&bench::plain(way)).await.unwrap_or_else(|error| panic!("{}: {error}", way.name));
    }
}

#[tokio::test]
async fn a_connection_that_is_refused_is_not_yet() {
    for way in WAYS.iter() {
        let folder = Bench::new(way).await;
        // A port that was free a moment ago.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let channel = bench::configured(&bench::table(way, &format!("http://{free}"))).channel;
        let bench = Bench { channel, ..folder };
        let outcome = bench.send(&bench::plain(way)).await;
        assert!(matches!(outcome, Err(SendError::NotYet { .. })), "{}: {outcome:?}", way.name);
    }
}

#[tokio::test]
async fn a_slow_answer_is_an_answer() {
    for way in WAYS.iter() {
        let (bench, outcome) = outcome(way, Fault::Slow(Duration::from_millis(80))).await;
        assert_eq!(outcome.unwrap()[0].id.as_ref(), Some(&bench.network.timeline()[0].id), "{}", way.name);
    }
}

#[tokio::test]
async fn an_id_that_is_none_is_no_success() {
    for way in WAYS.iter() {
        for odd in ["../../2/tweets/1", "1?x=y", "", "urn:li:share:1/../2", "<b>1</b>", "1 2", "\u{1b}[2J"] {
            let (bench, outcome) = outcome(way, Fault::OddId(odd.to_owned())).await;
            match &outcome {
                // Whoever looks it up for itself may know better.
                Ok(receipts) => assert_eq!(receipts[0].id.as_ref(), Some(&bench.network.timeline()[0].id)),
                Err(SendError::Unknown { .. }) => {}
                Err(error) => panic!("{} {odd:?}: {error:?}", way.name),
            }
        }
    }
}

/// A server that repeats what it was told, where the id should be.
#[tokio::test]
async fn a_secret_is_no_id_and_is_kept_nowhere() {
    for way in WAYS.iter() {
        let token = format!("{}-token", bench::CANARY);
        for odd in [
            token.clone(),
            format!("urn:li:share:{token}"),
            format!("urn:li:ugcPost:7{token}"),
            format!("urn:li:comment:(urn:li:activity:7,{token})"),
            format!("1234567890_{token}"),
            "urn:li:person:7".to_owned(),
            "urn:li:share:".to_owned(),
            "n".repeat(40),
        ] {
            let (_, outcome) = outcome(way, Fault::OddId(odd.clone())).await;
            assert!(matches!(outcome, Err(SendError::Unknown { .. })), "{} {odd:?}: {outcome:?}", way.name);
            assert!(!format!("{outcome:?}").contains("canary"), "{}: {outcome:?}", way.name);
        }
    }
}

#[tokio::test]
async fn what_a_network_says_cannot_act_on_a_terminal() {
    let says = "no\u{1b}[2J\u{1b}]0;gone\u{7}\r\u{202e}evil\u{0}\u{9b}31m";
    for way in WAYS.iter() {
        for status in [400, 401, 403, 404, 422, 429, 500, 503] {
            let (_, outcome) = outcome(way, Fault::Says(status, says.to_owned())).await;
            let words = outcome.unwrap_err().to_string();
            let acts = words.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
            assert!(acts.is_none(), "{} {status}: {words:?}", way.name);
            assert!(words.len() < 4096, "{} {status}: {} bytes", way.name, words.len());
        }
        let (_, outcome) = outcome(way, Fault::Says(400, "word ".repeat(100_000))).await;
        let words = outcome.unwrap_err().to_string();
        assert!(words.len() < 4096, "{}: {} bytes", way.name, words.len());
    }
}

/// Whichever request it strikes: neither a post nor a token goes elsewhere.
#[tokio::test]
async fn no_request_is_led_elsewhere() {
    let mut all = Vec::new();
    for way in WAYS.iter() {
        let clean = Bench::new(way).await;
        clean.send(&bench::rich(way)).await.unwrap_or_else(|error| panic!("{}: {error}", way.name));
        all.extend((0..clean.network.log().len()).map(|number| led_elsewhere(way, number)));
    }
    futures_util::future::join_all(all).await;
}

async fn led_elsewhere(way: &'static Way, number: usize) {
    let (bench, elsewhere) = (Bench::new(way).await, Bench::new(way).await);
    let to = format!("{}/caught", elsewhere.network.base_url());
    bench.network.order_upon(Upon::Number(number), Fault::Redirect(to));
    let outcome = bench.send(&bench::rich(way)).await;
    assert_eq!(bench.network.ordered(), 0, "{} {number}: {outcome:?}", way.name);
    assert!(elsewhere.network.log().is_empty(), "{} {number}: {:?}", way.name, elsewhere.network.log());
}

/// A proxy's address has a port and a path, and ends as people write it.
#[tokio::test]
async fn a_base_url_may_have_a_path() {
    for way in WAYS.iter() {
        for end in ["/for/networks", "/for/networks/", "/for/networks//"] {
            let bench = Bench::new(way).await;
            let base_url = format!("{}{end}", bench.network.base_url());
            let channel = bench::configured(&bench::table(way, &base_url)).channel;
            // What answers there knows of no such path.
            let _ = channel.verify(bench.folder.path()).await;
            let paths: Vec<String> = bench.network.log().into_iter().map(|logged| logged.path).collect();
            assert!(!paths.is_empty(), "{}", way.name);
            let below = |path: &str| path.is_empty() || path.starts_with('/') && !path.contains("//");
            let fine = |path: &String| path.strip_prefix("/for/networks").is_some_and(below);
            assert!(paths.iter().all(fine), "{} {end}: {paths:?}", way.name);
        }
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for way in WAYS.iter() {
        let elsewhere = Bench::new(way).await;
        let to = format!("{}/caught", elsewhere.network.base_url());
        let (bench, outcome) = outcome(way, Fault::Redirect(to)).await;
        assert!(outcome.is_err(), "{}: {outcome:?}", way.name);
        assert!(elsewhere.network.log().is_empty(), "{}: {:?}", way.name, elsewhere.network.log());
        assert!(bench.network.timeline().is_empty());
    }
}
