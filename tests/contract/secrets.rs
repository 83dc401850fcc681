//! No secret is seen outside of the wire, and wrong ones are told apart.

use super::bench::{self, Bench, CANARY};
use super::rows::{WAYS, Way, asks};
use ladder::channel::SendError;
use ladder::rehearsal::{Fault, Guise, Upon};
use std::time::Duration;

/// A word that was made to be looked for; where a key has a form of its own that hides
/// the word, the key in every form that it may have.
fn assert_clean(way: &Way, what: &str, text: &str) {
    let (row, settings) = (way.kind().unwrap().row(), bench::settings(way));
    let mut forms = (row.forms)(&settings.token);
    forms.extend([settings.token, "canary".to_owned()]);
    forms.extend(Guise::ALL.map(|guise| guise.of("canary")));
    let (small, hidden) = (text.to_lowercase(), |form: &String| form.len() < 6);
    assert!(!forms.iter().any(hidden), "{}: nothing to be looked for", way.name);
    let dense: String = small.split_whitespace().collect();
    for form in forms.iter().map(|form| form.to_lowercase()) {
        assert!(!small.contains(&form) && !dense.contains(&form), "{} {what}: {text}", way.name);
    }
}

#[tokio::test]
async fn secrets_are_in_no_word_of_ours() {
    let mut faults = vec![
        Fault::Echo(400),
        Fault::Echo(401),
        Fault::Echo(403),
        Fault::Echo(422),
        Fault::Echo(429),
        Fault::Echo(500),
        Fault::AnswerLost,
        Fault::Html,
        Fault::Redirect(format!("http://127.0.0.1:1/?token={CANARY}-token")),
        Fault::Expired,
    ];
    faults.extend(Guise::ALL.map(|guise| Fault::EchoIn(422, guise)));
    let mut all = Vec::new();
    for way in WAYS.iter() {
        for fault in &faults {
            for upon in [Upon::Publishing, Upon::Any] {
                all.push(speak(way, fault.clone(), upon));
            }
        }
    }
    // All at once: some of them wait for images.
    futures_util::future::join_all(all).await;
}

/// Does everything with a channel while something goes wrong, and looks at
/// every word of it.
async fn speak(way: &'static Way, fault: Fault, upon: Upon) {
    let bench = Bench::new(way).await;
    bench.network.order_upon(upon.clone(), fault.clone());
    let variant = bench::rich(way);
    let verified = bench.channel.verify(bench.folder.path()).await;
    let sent = bench.send(&variant).await;
    let found = bench.find(&variant, jiff::SignedDuration::ZERO).await;
    let shown = |error: &SendError| format!("{error} {error:?}");
    let spoken = [verified.as_ref().err().map(shown), sent.as_ref().err().map(shown)];
    for text in spoken.iter().flatten() {
        assert_clean(way, &format!("{fault:?} {upon:?}"), text);
    }
    assert_clean(way, "receipts", &format!("{sent:?} {found:?}"));
    assert_clean(way, "Debug", &format!("{:?}", bench.channel));
    assert_clean(way, "payload", &serde_json::to_string(&bench.payload(&variant)).unwrap());
}

/// The file with the token that this way sends.
fn token_file(way: &Way) -> &'static str {
    if way.table.contains("signed_token") { "signed_token" } else { "token" }
}

#[tokio::test]
async fn a_wrong_token_is_refused_before_anything_is_sent() {
    for way in WAYS.iter() {
        let bench = Bench::new(way).await;
        bench.secret(token_file(way), &format!("{CANARY}-nonsense"));
        // The run does not begin; in the middle of one nothing is posted, and it goes once
        // somebody has mended the token.
        let verified = bench.channel.verify(bench.folder.path()).await.map(|_| ());
        assert!(matches!(verified, Err(SendError::Refused { .. })), "{}: {verified:?}", way.name);
        let sent = bench.send(&bench::plain(way)).await.map(|_| ());
        assert!(matches!(sent, Err(SendError::NotYet { .. })), "{}: {sent:?}", way.name);
        for outcome in [verified, sent] {
            let Err(error) = outcome else { unreachable!() };
            let says = error.to_string();
            let is_named = ["token", "password"].iter().any(|word| says.contains(word));
            assert!(is_named, "{}: {says}", way.name);
            assert_clean(way, "a wrong token", &says);
        }
        assert!(bench.network.timeline().is_empty(), "{}", way.name);
    }
}

#[tokio::test]
async fn a_token_that_expires_between_two_parts_leaves_the_first() {
    for way in WAYS.iter().filter(|way| way.threads) {
        let bench = Bench::new(way).await;
        let variant = bench::rich(way);
        let parts = bench.payload(&variant).parts;
        let first = bench.channel.send(&parts[0], &bench.attempt(&variant, 0, &[])).await.unwrap();
        bench.network.order(Fault::Expired);
        let second = bench.channel.send(&parts[1], &bench.attempt(&variant, 1, &[first])).await;
        assert!(matches!(second, Err(SendError::Mendable { .. })), "{}: {second:?}", way.name);
        assert_eq!(bench.network.timeline().len(), 1);
    }
}

#[tokio::test]
async fn uploads_that_fail_are_never_in_doubt() {
    for way in WAYS.iter() {
        let upload = asks(way).upload;
        for fault in [
            Fault::AnswerLost,
            Fault::FailedAfter,
            Fault::TooMany(Duration::from_secs(60)),
            Fault::WithoutId,
            Fault::Html,
        ] {
            let bench = Bench::new(way).await;
            bench.network.order_upon(Upon::Path(upload.0, upload.1), fault.clone());
            let outcome = bench.send(&bench::rich(way)).await;
            // Nobody saw anything: safe to begin anew, or already made good.
            assert!(
                !matches!(outcome, Err(SendError::Unknown { .. })),
                "{} {fault:?}: {outcome:?}",
                way.name
            );
            if outcome.is_err() {
                assert!(bench.network.timeline().is_empty(), "{} {fault:?}", way.name);
            }
            assert_eq!(bench.network.ordered(), 0, "{} {fault:?}", way.name);
        }
    }
}
