//! The log of a simulated network, judged apart from the network: what it takes,
//! it may take because it and the adapter share a mistake, and what it refuses,
//! it may hide (a post that is sent twice is there once where repetitions are
//! refused).

use super::bench::{self, Bench};
use super::rows::{WAYS, Way};
use ladder::rehearsal::{Fault, Good, Logged, LoggedBody, Running, Spoil};
use ladder::render::Variant;
use std::collections::{BTreeMap, BTreeSet};

fn good(way: &Way) -> &'static Good {
    &way.kind().unwrap().row().good
}

/// What was sent once more after it was done: the network may have refused that,
/// and should not have been asked.
pub fn sent_again(network: &Running) -> Vec<String> {
    let good = network.kind().row().good;
    let mut done = BTreeSet::new();
    let mut again = Vec::new();
    for logged in &network.log() {
        let Some(words) = (good.says)(logged) else { continue };
        let said = format!("{} {words}", logged.path);
        if done.contains(&said) {
            again.push(said.clone());
        }
        if logged.published {
            done.insert(said);
        }
    }
    again
}

/// Nothing was sent once more after it was done.
pub fn assert_once(network: &Running, case: &str) {
    let again = sent_again(network);
    assert!(again.is_empty(), "{case}: sent again: {again:?}");
}

/// The pictures that were uploaded, in order, by what they hold.
pub fn uploads(log: &[Logged]) -> Vec<String> {
    let of = |logged: &Logged| match &logged.body {
        LoggedBody::Bytes(_, sha256) => Some(sha256.clone()),
        LoggedBody::Parts(parts) => {
            parts.iter().find(|part| part.file.is_some()).map(|part| part.sha256.clone())
        }
        _ => None,
    };
    log.iter().filter_map(of).collect()
}

/// The post, as the way can carry it, with everything in it that there is.
fn all_of(way: &Way) -> Vec<Variant> {
    if way.article {
        return vec![bench::plain(way), bench::rich(way)];
    }
    let mut one = bench::post(&["One (image) of it."]);
    one.parts[0].media = vec![bench::picture(8)];
    vec![bench::plain(way), bench::rich(way), bench::with_card(), Variant::Post(one)]
}

#[tokio::test]
async fn every_request_is_as_the_networks_pages_want_it() {
    for way in WAYS.iter() {
        for variant in all_of(way) {
            let bench = Bench::new(way).await;
            bench.channel.verify(bench.folder.path()).await.unwrap();
            let receipts = bench.send(&variant).await.unwrap_or_else(|error| panic!("{}: {error}", way.name));
            let _ = bench.find(&variant, jiff::SignedDuration::from_mins(40)).await;
            for change in bench.change(&variant).into_iter().filter(|c| bench.channel.can_edit(c).is_ok()) {
                let attempt = bench.attempt(&variant, 0, &[]);
                let _ = bench.channel.edit(&change, &receipts[0], &attempt).await;
            }
            for receipt in receipts.iter().rev() {
                let _ = bench.channel.remove(receipt, bench.folder.path()).await;
            }
            let log = bench.network.log();
            let odd: Vec<String> = log.iter().flat_map(|logged| good(way).odd(way, logged)).collect();
            assert!(odd.is_empty(), "{}: {odd:#?}", way.name);
            assert_once(&bench.network, way.name);
            let posted = log.iter().filter(|logged| logged.published).count();
            assert_eq!(posted, receipts.len(), "{}", way.name);
            // Nothing before it is known whose the credentials are.
            let brings = !uploads(&log[..1]).is_empty() || (good(way).posting)(&log[0]);
            assert!(!log[0].publishes && !brings, "{}: {:?}", way.name, log[0]);
            let planned = if way.uploads { planned(way, &variant) } else { Vec::new() };
            assert_eq!(uploads(&log), planned, "{}: each picture once, in order", way.name);
        }
    }
}

/// The pictures of a post in the order in which they should be uploaded.
fn planned(way: &Way, variant: &Variant) -> Vec<String> {
    let Variant::Post(post) = variant else {
        return variant.pictures().into_iter().skip(1).map(|picture| picture.sha256.clone()).collect();
    };
    let mut all: Vec<String> =
        post.parts.iter().flat_map(|part| &part.media).map(|picture| picture.sha256.clone()).collect();
    // Only who is told what the card shows takes its picture from us.
    let takes = ladder::text::network::find(way.adapter).is_some_and(|rules| rules.card_supplied);
    let card = post.card.as_ref().and_then(|card| card.image.as_ref()).filter(|_| takes);
    all.extend(card.map(|picture| picture.sha256.clone()));
    all
}

#[tokio::test]
async fn what_was_told_to_cost_is_what_the_log_costs() {
    for way in WAYS.iter().filter(|way| way.adapter == "x") {
        let mut linked = bench::post(&[
            "See acme.com",
            "It landed.",
            "https://acme.com/b and https://acme.com/c",
            "a@acme.com",
        ]);
        linked.parts[1].media = vec![bench::picture(3), bench::picture(4)];
        linked.parts[3].media = vec![bench::picture(5)];
        linked.parts[3].media[0].alt.clear();
        for variant in [bench::plain(way), bench::rich(way), Variant::Post(linked)] {
            let bench = Bench::new(way).await;
            bench.send(&variant).await.unwrap_or_else(|error| panic!("{}: {error}", way.name));
            // docs.x.com, pricing, 2026-08-13, in thousandths of a dollar.
            let mut costs: BTreeMap<&str, u64> = BTreeMap::new();
            for logged in bench.network.log() {
                let (what, price) = match (logged.path.as_str(), &logged.body) {
                    ("/2/media/metadata", _) => ("alt text", 5),
                    ("/2/tweets", LoggedBody::Json(body)) => {
                        let text = body["text"].as_str().unwrap();
                        let link = text
                            .split([' ', '\n'])
                            .any(|word| word.starts_with("acme.com") || word.starts_with("https://acme.com"));
                        if link { ("a post with a link", 200) } else { ("a post", 15) }
                    }
                    _ => continue,
                };
                *costs.entry(what).or_default() += price;
            }
            let told = bench.channel.price(&bench.payload(&variant)).unwrap();
            assert_eq!(told.0, costs.values().sum::<u64>() * 1000, "{}: {costs:?}", way.name);
        }
    }
}

#[tokio::test]
async fn a_repetition_that_the_network_refuses_is_seen_in_the_log() {
    for way in WAYS.iter().filter(|way| way.refuses_repeats) {
        let bench = Bench::new(way).await;
        let variant = bench::plain(way);
        let part = bench.payload(&variant).parts.remove(0);
        bench.network.order(Fault::AnswerLost);
        let attempt = bench.attempt(&variant, 0, &[]);
        assert!(bench.channel.send(&part, &attempt).await.is_err(), "{}", way.name);
        assert_once(&bench.network, way.name);
        let _ = bench.channel.send(&part, &attempt).await;
        assert_eq!(bench.network.timeline().len(), 1, "{}: the network hides it", way.name);
        // What is a draft first is looked for, and not asked for again.
        let again = usize::from(way.draft.is_none());
        assert_eq!(sent_again(&bench.network).len(), again, "{}", way.name);
    }
}

/// The judge sees what it is there for: one good request, and one thing wrong in it.
#[tokio::test]
async fn the_judge_sees_every_fault_that_it_looks_for() {
    const OF_ALL: &[Spoil] = &[
        ("no authorization", |logged| {
            logged.headers.retain(|(name, _)| name != "authorization" && name != "api-key")
        }),
        ("no content-type", |logged| logged.headers.retain(|(name, _)| name != "content-type")),
        ("no user-agent", |logged| logged.headers.retain(|(name, _)| name != "user-agent")),
        ("a token in the address", |logged| {
            logged.query.push(("access_token".to_owned(), "«secret»".to_owned()));
        }),
    ];
    for way in WAYS.iter() {
        let bench = Bench::new(way).await;
        bench.send(&bench::rich(way)).await.unwrap();
        let log = bench.network.log();
        let good = good(way);
        let posting = log.iter().find(|logged| (good.posting)(logged)).expect(way.name);
        assert_eq!(good.odd(way, posting), Vec::<String>::new(), "{}", way.name);
        assert!(!good.spoils.is_empty(), "{}: nothing of its own is judged", way.name);
        for (what, spoil) in OF_ALL.iter().chain(good.spoils) {
            // Who signs the words themselves sends no header for it.
            if *what == "no authorization" && posting.header("authorization").is_none() {
                continue;
            }
            let mut logged = posting.clone();
            spoil(&mut logged);
            assert_ne!(&logged, posting, "{}: {what} changes nothing", way.name);
            assert!(!good.odd(way, &logged).is_empty(), "{}: {what} is not seen", way.name);
        }
    }
}
