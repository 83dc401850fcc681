//! The hubs of a feed, as they and the feed may be: what is told them, when, and when not.

use super::receivers::{SOURCE, Sender, Web, article, says};
use ladder::channel::{Edited, Removed, SendError};
use ladder::plan::Receipt;

const FEED: &str = "https://ours.example/feed.xml?a=1&b";

fn feed(own: &str, hubs: &[&str], items: &[&str]) -> Vec<u8> {
    let written = |text: &str| text.replace('&', "&amp;");
    let hubs: String =
        hubs.iter().map(|hub| format!("<link rel=\"hub\" href=\"{}\"/>", written(hub))).collect();
    let items: String =
        items.iter().map(|item| format!("<entry><link href=\"{}\"/></entry>", written(item))).collect();
    let own = written(own);
    format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><link rel=\"self\" href=\"{own}\"/>{hubs}{items}</feed>"
    )
    .into_bytes()
}

#[tokio::test]
async fn hubs_are_told_of_what_the_feed_says_it_is_once_it_shows_the_item() {
    let (web, address) = Web::start().await;
    let sender = Sender::of("websub", &address);
    let post = article(&[]);
    let stand =
        |own: &str, hubs: &[&str], items: &[&str]| web.stand(FEED, 200, vec![], feed(own, hubs, items));
    assert!(says(sender.send(&post, 0).await.unwrap_err()).contains("not there yet (it answered 404)"));
    stand(FEED, &["https://hub.example/?x=1"], &["https://ours.example/else"]);
    assert!(says(sender.send(&post, 0).await.unwrap_err()).contains(&format!("does not show {SOURCE} yet")));
    for (own, hubs, told) in [
        ("https://ours.example/feed.xml", &["https://hub.example/"][..], "letter by letter"),
        (FEED, &[], "names no hub"),
    ] {
        stand(own, hubs, &[SOURCE]);
        let Err(SendError::Mendable { says }) = sender.send(&post, 0).await else { panic!("{own}") };
        assert!(says.contains(told), "{says}");
    }
    assert_eq!(web.posted(), []);
    stand(FEED, &["https://hub.example/?x=1", "http://10.0.0.1/", "https://no.example/"], &[SOURCE]);
    web.stand("https://hub.example/?x=1", 204, vec![], vec![]);
    web.stand("https://no.example/", 400, vec![], b"Unknown topic".to_vec());
    let detail = sender.send(&post, 0).await.unwrap().detail.unwrap();
    let topic = "https%3A%2F%2Fours.example%2Ffeed.xml%3Fa%3D1%26b";
    let form = format!("hub.mode=publish&hub.url={topic}&hub.topic={topic}");
    let posted = web.posted();
    assert_eq!(posted[0], ("https://hub.example/?x=1".to_owned(), form));
    assert_eq!(posted.len(), 2);
    for told in [
        "?x=1 heard of it (204)",
        "http://10.0.0.1/ is not told: it leads to a private",
        "refused it (400: Unknown topic)",
    ] {
        assert!(detail.contains(told), "no {told}: {detail}");
    }
    // A hub that has no time is asked later, and another hears all the same.
    web.stand("https://no.example/", 429, vec![("retry-after", "30".to_owned())], vec![]);
    let again = sender.send(&post, 0).await;
    let Err(SendError::Partly { says: open, wait, done }) = again else { panic!("{again:?}") };
    assert_eq!(wait.unwrap().as_secs(), 600);
    assert!(open.starts_with("https://no.example/ answered 429; who does not answer by "), "{open}");
    web.posted();
    assert!(sender.send_the_rest(&post, Some(done), 25).await.is_ok());
    assert_eq!(web.posted().iter().map(|(url, _)| url.as_str()).collect::<Vec<_>>(), ["https://no.example/"]);
    // Nobody answers for a day: it is over, and said.
    web.stand("https://hub.example/?x=1", 500, vec![("retry-after", "30".to_owned())], vec![]);
    let nobody = sender.send_the_rest(&post, Some("{}".to_owned()), 23).await;
    assert!(matches!(nobody, Err(SendError::Partly { .. })), "{nobody:?}");
    let nobody = sender.send_the_rest(&post, Some("{}".to_owned()), 25).await.unwrap().detail.unwrap();
    let all = [
        "no hub has heard of it: ",
        "https://hub.example/?x=1 answered 500",
        "https://no.example/ answered 429",
    ];
    assert!(all.iter().all(|one| nobody.contains(one)), "{nobody}");
    web.stand("https://hub.example/?x=1", 404, vec![], vec![]);
    web.stand("https://no.example/", 405, vec![], vec![]);
    assert!(matches!(sender.send(&post, 0).await, Err(SendError::Refused { .. })));
    // Taken out, the feed shows it no longer, and they hear of that.
    web.stand("https://hub.example/?x=1", 200, vec![], vec![]);
    assert!(says(sender.remove(&post).await.unwrap_err()).contains("still shows"));
    // What cannot be seen is not said to be so or so.
    for status in [404, 500] {
        web.stand(FEED, status, vec![], vec![]);
        let unseen = says(sender.remove(&post).await.unwrap_err());
        let wanted = format!("whether the feed still shows {SOURCE} cannot be seen (it answered {status})");
        assert!(unseen.starts_with(&wanted), "{unseen}");
    }
    stand(FEED, &["https://hub.example/?x=1"], &[]);
    assert_eq!(sender.remove(&post).await.unwrap(), Removed::Gone);
    web.stand(FEED, 410, vec![], vec![]);
    assert_eq!(sender.remove(&post).await.unwrap(), Removed::Already);
}

/// The feed with one item, and its words.
fn worded(hub: &str, words: &str) -> Vec<u8> {
    let feed = String::from_utf8(feed(FEED, &[hub], &[SOURCE])).unwrap();
    feed.replace("</entry>", &format!("<title>{words}</title></entry>")).into_bytes()
}

#[tokio::test]
async fn other_words_are_told_of_once_the_feed_shows_them() {
    let (web, address) = Web::start().await;
    let sender = Sender::of("websub", &address);
    let (before, after) = (article(&[]), article(&["https://t.example/"]));
    let hub = "https://hub.example/";
    web.stand(hub, 204, vec![], vec![]);
    web.stand(FEED, 200, vec![], worded(hub, "Old"));
    let receipt = sender.send(&before, 0).await.unwrap();
    assert_eq!(web.posted().len(), 1);
    let edit = async |receipt: &Receipt, done: Option<&str>, hours| {
        sender.edit_the_rest((&before, receipt), &after, done.map(str::to_owned), hours).await
    };
    // Nothing of it is on the web: the hub would fetch the old words.
    let Err(SendError::Partly { says: still, done, .. }) = edit(&receipt, None, 0).await else { panic!() };
    assert!(still.starts_with(&format!("the feed still shows {SOURCE} as its hubs know it")), "{still}");
    assert!(matches!(edit(&receipt, Some(&done), 23).await, Err(SendError::Partly { .. })));
    web.stand(FEED, 200, vec![], feed(FEED, &[hub], &[]));
    assert!(says(edit(&receipt, Some(&done), 25).await.unwrap_err()).contains("does not show"));
    assert_eq!(web.posted(), []);
    // A feed that shows nothing of what is new: its hubs are told at last, and that is said.
    web.stand(FEED, 200, vec![], worded(hub, "Old"));
    let Edited::Done(late) = edit(&receipt, Some(&done), 25).await.unwrap() else { panic!() };
    assert!(late.detail.unwrap().ends_with("; though the feed shows the item as before"));
    assert_eq!(web.posted().len(), 1);
    // Once they are there, they are told of; and the next edit waits for the next words.
    web.stand(FEED, 200, vec![], worded(hub, "New"));
    let Edited::Done(told) = edit(&receipt, Some(&done), 1).await.unwrap() else { panic!() };
    assert!(!told.detail.as_deref().unwrap().contains("as before"), "{told:?}");
    assert_eq!(web.posted().len(), 1);
    assert!(matches!(edit(&told, None, 0).await, Err(SendError::Partly { .. })));
    assert_eq!(web.posted(), []);
    // Of what is from before anybody looked, nothing is known to wait for.
    assert!(matches!(edit(&Receipt::default(), None, 0).await, Ok(Edited::Done(_))));
    assert_eq!(web.posted().len(), 1);
}

#[tokio::test]
async fn a_feed_that_never_shows_the_item_is_held_after_a_day() {
    let (web, address) = Web::start().await;
    let sender = Sender::of("websub", &address);
    let post = article(&[]);
    for (status, body) in [(200, feed(FEED, &["https://hub.example/"], &[])), (404, vec![])] {
        web.stand(FEED, status, vec![], body);
        says(sender.send(&post, 23).await.unwrap_err());
        let Err(SendError::Mendable { says: held }) = sender.send(&post, 25).await else { panic!() };
        assert!(held.starts_with("after a day the feed ") && held.contains("give it up"), "{held}");
    }
    assert_eq!(web.posted(), []);
}

#[tokio::test]
async fn a_hub_that_is_named_with_a_password_is_not_told_and_shown_without() {
    let (web, address) = Web::start().await;
    let sender = Sender::of("websub", &address);
    let post = article(&[]);
    let secret = "https://ada:S3cretpw@hub.example/a";
    for told in ["https://good.example/", "https://hub.example/a", secret] {
        web.stand(told, 202, vec![], vec![]);
    }
    web.stand(FEED, 200, vec![], feed(FEED, &[secret, "https://good.example/"], &[SOURCE]));
    let receipt = sender.send(&post, 0).await.unwrap();
    let detail = receipt.detail.unwrap();
    assert!(
        detail.contains("https://hub.example/a is not told: the feed names it with a user or a password"),
        "{detail}"
    );
    assert!(!detail.contains("S3cret") && !detail.contains("ada"), "{detail}");
    assert_eq!(
        web.posted().iter().map(|(url, _)| url.as_str()).collect::<Vec<_>>(),
        ["https://good.example/"]
    );
    // No other is there, or the feed calls itself so: somebody has to mend that.
    let own = FEED.replace("https://", "https://ada:S3cretpw@");
    for body in [feed(FEED, &[secret], &[SOURCE]), feed(&own, &["https://good.example/"], &[SOURCE])] {
        web.stand(FEED, 200, vec![], body);
        let Err(SendError::Mendable { says }) = sender.send(&post, 0).await else { panic!() };
        assert!(!says.contains("S3cret"), "{says}");
    }
    assert_eq!(web.posted(), []);
}
