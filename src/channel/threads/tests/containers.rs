//! A container is the proof of what became of a post.

use super::*;
use crate::rehearsal::Fault;
use std::time::Duration;

#[tokio::test]
async fn what_is_out_is_found_by_its_container_and_never_published_again() {
    let house = House::new().await;
    let variant = fixture::post(&["It landed."]);
    let (part, mut attempt) = (house.part(&variant), house.attempt(&variant));
    house.network.order(Fault::AnswerLost);
    let outcome = house.try_once(&part, &mut attempt).await;
    assert!(matches!(outcome, Err(SendError::Unknown { .. })), "{outcome:?}");
    let Ok(Found::Sent(receipt)) = house.channel.find(&part, &attempt).await else { panic!() };
    let live = house.network.timeline();
    assert_eq!((receipt.id.as_ref(), receipt.url.as_ref()), (Some(&live[0].id), Some(&live[0].url)));
    // Whoever tries all the same publishes nothing.
    let mut again = Attempt { number: 2, doubted: true, ..attempt };
    let receipt = house.try_once(&part, &mut again).await.unwrap();
    assert_eq!(receipt.id.as_ref(), Some(&live[0].id));
    assert_eq!((house.asked(), house.network.timeline().len()), ((1, 1), 1));
}

#[tokio::test]
async fn a_post_that_is_out_and_not_in_the_list_yet_stays_in_doubt() {
    let hour = Duration::from_secs(3600);
    let house = House::with("", |settings| Settings { lag: hour, ..settings }).await;
    let variant = fixture::post(&["It landed."]);
    let (part, mut attempt) = (house.part(&variant), house.attempt(&variant));
    house.network.order(Fault::AnswerLost);
    house.try_once(&part, &mut attempt).await.unwrap_err();
    // However long ago that was.
    let ago = SignedDuration::from_hours(20);
    let then = Timestamp::now() - ago;
    for attempt in [attempt.clone(), Attempt { first_tried: then, last_tried: then, ..attempt.clone() }] {
        let found = house.channel.find(&part, &attempt).await.unwrap();
        let Found::CannotTell(why) = found else { panic!("{found:?}") };
        assert!(why.contains("says that it is out"), "{why}");
    }
    let mut again = Attempt { number: 2, doubted: true, ..attempt };
    assert!(matches!(house.try_once(&part, &mut again).await, Err(SendError::Unknown { .. })));
    assert_eq!(house.asked(), (1, 1));
}

#[tokio::test]
async fn what_is_not_out_is_absent_at_once_and_the_same_container_goes() {
    let house = House::new().await;
    let variant = fixture::post(&["It landed."]);
    let (part, mut attempt) = (house.part(&variant), house.attempt(&variant));
    house.network.order(Fault::CutBefore);
    house.try_once(&part, &mut attempt).await.unwrap_err();
    let made = attempt.made.clone();
    assert_eq!(house.channel.find(&part, &attempt).await.unwrap(), Found::Absent);
    // To be taken down, the request may only be on its way.
    let withdrawn = Attempt { withdrawn: true, ..attempt.clone() };
    assert!(matches!(house.channel.find(&part, &withdrawn).await, Ok(Found::CannotTell(_))));
    let then = Timestamp::now() - SignedDuration::from_mins(3);
    let later = Attempt { last_tried: then, ..withdrawn };
    assert_eq!(house.channel.find(&part, &later).await.unwrap(), Found::Absent);
    let mut again = Attempt { number: 2, doubted: true, ..attempt };
    house.try_once(&part, &mut again).await.unwrap();
    assert_eq!((again.made, house.asked(), house.network.timeline().len()), (made, (1, 2), 1));
}

#[tokio::test]
async fn an_expired_container_was_never_published_and_a_new_one_is_made() {
    let clock = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
    let hours = clock.clone();
    let told = move || {
        Timestamp::now() + SignedDuration::from_hours(hours.load(std::sync::atomic::Ordering::SeqCst))
    };
    let house =
        House::with("", |settings| Settings { clock: crate::clock::Clock::told_by(told), ..settings }).await;
    let variant = fixture::post(&["It landed."]);
    let (part, mut attempt) = (house.part(&variant), house.attempt(&variant));
    house.network.order(Fault::CutBefore);
    house.try_once(&part, &mut attempt).await.unwrap_err();
    clock.store(25, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(house.channel.find(&part, &attempt).await.unwrap(), Found::Absent);
    let mut again = Attempt { number: 2, doubted: true, ..attempt.clone() };
    house.try_once(&part, &mut again).await.unwrap();
    assert_ne!(again.made, attempt.made);
    assert_eq!((house.asked(), house.network.timeline().len()), ((2, 2), 1));
}

#[tokio::test]
async fn a_container_that_cannot_be_asked_leaves_the_list_to_tell_once_it_is_of_no_use() {
    let house = House::new().await;
    house.network.posted_by_hand("Older", Duration::from_secs(60 * 3600));
    let variant = fixture::post(&["It landed."]);
    let (part, attempt) = (house.part(&variant), house.attempt(&variant));
    let of = |made: Option<&str>, minutes: i64| {
        let at = Timestamp::now() - SignedDuration::from_mins(minutes);
        let made_at = made.map(|_| at);
        let made = made.map(str::to_owned);
        Attempt { made, made_at, first_tried: at, last_tried: at, ..attempt.clone() }
    };
    let find = async |attempt: &Attempt| house.channel.find(&part, attempt).await.unwrap();
    // None is known, or one that is no id.
    for made in [None, Some("../me"), Some("")] {
        assert_eq!(find(&of(made, 40)).await, Found::Absent, "{made:?}");
        let found = find(&of(made, 0)).await;
        assert!(matches!(found, Found::CannotTell(_)), "{made:?}: {found:?}");
    }
    assert!(house.network.log().iter().all(|logged| !logged.path.contains("..")));
    // One that the network does not know: while it may come out, no other is made.
    for minutes in [0, 40, 24 * 60, 25 * 60 - 1] {
        let doubted = Attempt { number: 2, doubted: true, ..of(Some("4711"), minutes) };
        let Found::CannotTell(why) = find(&doubted).await else { panic!("{minutes}") };
        assert_eq!(minutes >= 30, why.contains("its container tells nothing"), "{minutes}: {why}");
        let outcome = told(&house.try_once(&part, &mut doubted.clone()).await);
        assert!(outcome.starts_with("not yet, Some("), "{minutes}: {outcome}");
        assert!(outcome.contains("whether it is out already only its container"), "{minutes}: {outcome}");
        // What is to be taken down is not posted again: the list tells, in its time.
        let withdrawn = Attempt { withdrawn: true, ..doubted };
        assert_eq!(find(&withdrawn).await == Found::Absent, minutes >= 30, "{minutes}");
    }
    // Of one whose age nobody knows nothing is believed.
    let ageless = Attempt { number: 2, doubted: true, made_at: None, ..of(Some("4711"), 30 * 60) };
    assert!(matches!(find(&ageless).await, Found::CannotTell(_)));
    assert_eq!(house.asked(), (0, 0));
    let mut old = Attempt { number: 2, doubted: true, ..of(Some("4711"), 25 * 60) };
    assert_eq!(find(&old).await, Found::Absent);
    // Another list may say so in the meantime.
    let id = house.network.posted_by_hand("It landed.", Duration::ZERO);
    let outcome = told(&house.try_once(&part, &mut old.clone()).await);
    assert!(outcome.starts_with("held: it is out already, as the account's list shows"), "{outcome}");
    let receipt = Receipt { id: Some(id), ..Receipt::default() };
    assert_eq!(house.channel.remove(&receipt, house.project.path()).await.unwrap(), Removed::Gone);
    house.try_once(&part, &mut old).await.unwrap();
    assert_eq!((house.asked(), house.network.timeline().len()), ((1, 1), 2));
}

#[tokio::test]
async fn a_part_below_one_that_a_person_settled_goes_below_it() {
    let house = House::new().await;
    let (variant, above) =
        (fixture::post(&["One.", "Two."]), house.network.posted_by_hand("One.", Duration::ZERO));
    let url = house.network.timeline()[0].url.clone();
    let parts = house.channel.payload(&variant, &fixture::identity()).value.unwrap().parts;
    let by_hand = |url: &str| Receipt { url: Some(url.to_owned()), ..Receipt::default() };
    let mut attempt = Attempt { part: 1, previous: vec![by_hand(&url)], ..house.attempt(&variant) };
    house.try_once(&parts[1], &mut attempt).await.unwrap();
    assert_eq!(house.network.timeline()[1].reply_to.as_ref(), Some(&above));
    let elsewhere = by_hand("https://www.threads.com/@acmerockets/post/Gone");
    let mut attempt = Attempt { part: 1, previous: vec![elsewhere], ..house.attempt(&variant) };
    let outcome = told(&house.try_once(&parts[1], &mut attempt).await);
    assert!(outcome.starts_with("refused: nobody knows the id of part 1"), "{outcome}");
}

#[tokio::test]
async fn what_threads_says_at_the_publishing_decides() {
    for (code, subcode, doubted, said) in [
        (24, 4_279_009, false, "not yet, Some(30s): what is to be published is not ready yet"),
        (24, 4_279_009, true, "unknown: an earlier try was in doubt"),
        (100, 33, false, "not yet, None: Threads does not know any more"),
        (100, 0, true, "unknown: an earlier try was in doubt"),
        (100, 0, false, "refused: Threads said no"),
        (4, 0, true, "too many, Some(900s): Threads has had enough calls"),
        (9, 2_207_042, false, "too many, Some(3600s): the account has posted as much"),
        (4, 2_207_051, false, "too many, Some(21600s): Threads has blocked the account"),
        (4_279_013, 0, false, "held: Threads has restricted the account"),
        (190, 463, false, "refused: the token has expired"),
        (10, 0, false, "refused: the token may not do this: it needs `threads_content_publish`."),
        (2, 0, false, "unknown: Threads had trouble of its own"),
    ] {
        let body =
            format!("{{\"error\":{{\"message\":\"No\",\"code\":{code},\"error_subcode\":{subcode}}}}}");
        let answer = crate::channel::http::Answer {
            status: 400,
            headers: Default::default(),
            body: body.into_bytes(),
            cut: None,
        };
        let asked = dialect::Asked::Publish { reply: false, doubted };
        let outcome: Result<(), _> = Err(crate::channel::graph::outcome(&answer, asked, &str::to_owned));
        assert!(told(&outcome).starts_with(said), "{code} {subcode}: {}", told(&outcome));
    }
}

#[tokio::test]
async fn a_missing_permission_is_named_and_what_it_holds_back_goes_once_it_is_there() {
    let house = House::with("", |settings| settings.without_scope("threads_content_publish")).await;
    let variant = fixture::post(&["It landed."]);
    let (part, mut attempt) = (house.part(&variant), house.attempt(&variant));
    let outcome = told(&house.try_once(&part, &mut attempt).await);
    assert!(outcome.starts_with("held: ") && outcome.contains("`threads_content_publish`"), "{outcome}");
    house.network.grant("threads_content_publish");
    house.try_once(&part, &mut attempt).await.unwrap();
}

#[tokio::test]
async fn another_accounts_token_is_told_before_anything_leaves() {
    let house = House::with("account = \"@bob\"\n", |settings| settings).await;
    let verdict = told(&house.channel.verify(house.project.path()).await);
    assert!(verdict.contains("`account` says `@bob`, and the token is that of `@acmerockets`"), "{verdict}");
    let house = House::with("account = \"17841400000000042\"\n", |settings| settings).await;
    assert_eq!(house.channel.verify(house.project.path()).await.unwrap(), Whose::Verified);
}

#[tokio::test]
async fn what_is_gone_is_looked_for_before_it_is_called_gone() {
    let house = House::new().await;
    house.network.posted_by_hand("Older", Duration::from_secs(7200));
    let id = house.network.posted_by_hand("It landed.", Duration::from_secs(3600));
    let receipt = Receipt { id: Some(id), ..Receipt::default() };
    let variant = fixture::post(&["It landed."]);
    let part = house.part(&variant);
    let then = Timestamp::now() - SignedDuration::from_hours(1);
    let attempt = Attempt { last_tried: then, ..house.attempt(&variant) };
    assert_eq!(house.channel.take_down(&part, &receipt, &attempt).await.unwrap(), Removed::Gone);
    let again = house.channel.take_down(&part, &receipt, &attempt).await.unwrap();
    assert!(matches!(again, Removed::CannotTell(_) | Removed::Already), "{again:?}");
    // By its address, where that is all that is known.
    let id = house.network.posted_by_hand("Another", Duration::ZERO);
    let url = house.network.timeline().into_iter().find(|post| post.id == id).map(|post| post.url);
    let receipt = Receipt { url, ..Receipt::default() };
    assert_eq!(house.channel.remove(&receipt, house.project.path()).await.unwrap(), Removed::Gone);
    assert_eq!(house.network.timeline().len(), 1);
}
