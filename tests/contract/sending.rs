//! What is sent is what stands there.

use super::bench::{self, Bench};
use super::rows::WAYS;
use ladder::channel::{Ready, SendError, Whose};
use ladder::plan::Receipt;
use ladder::render::Variant;

#[tokio::test]
async fn the_timeline_shows_what_was_planned() {
    for way in WAYS.iter() {
        let bench = Bench::new(way).await;
        assert_eq!(bench.channel.ready(bench.folder.path()).await, Ready::Yes, "{}", way.name);
        let whose = bench.channel.verify(bench.folder.path()).await;
        assert!(matches!(whose, Ok(Whose::Verified)), "{}: {whose:?}", way.name);
        let variant = bench::rich(way);
        let receipts = bench.send(&variant).await.unwrap_or_else(|error| panic!("{}: {error}", way.name));
        assert_shown(&bench, &variant, &receipts);
        assert!(receipts.iter().all(|receipt| receipt.altered.is_none()), "{}: {receipts:?}", way.name);
        let published = bench.network.log().iter().filter(|logged| logged.published).count();
        assert_eq!(published, receipts.len(), "{}", way.name);
    }
}

/// Texts, media, alt texts, order and comment, part by part.
fn assert_shown(bench: &Bench, variant: &Variant, receipts: &[Receipt]) {
    if bench.way.article {
        let timeline = bench.network.timeline();
        assert_eq!((timeline.len(), receipts.len()), (1, 1), "{}", bench.way.name);
        assert_eq!(receipts[0].id.as_ref(), Some(&timeline[0].id), "{}", bench.way.name);
        assert_eq!(receipts[0].url.as_ref(), Some(&timeline[0].url), "{}", bench.way.name);
        return super::articles::assert_shown(bench.way, &timeline[0], variant, bench.way.name);
    }
    let (way, Variant::Post(post)) = (bench.way.name, variant) else { panic!() };
    let timeline = bench.network.timeline();
    assert_eq!(timeline.len(), post.parts.len(), "{way}");
    let comments: usize = timeline.iter().map(|live| live.comments.len()).sum();
    assert_eq!(comments, usize::from(post.first_comment.is_some()), "{way}");
    assert_eq!(receipts.len(), timeline.len() + comments, "{way}");
    for (number, part) in post.parts.iter().enumerate() {
        let live = &timeline[number];
        let receipt = &receipts[number];
        assert_eq!(receipt.id.as_ref(), Some(&live.id), "{way}");
        // X's addresses are the same in capitals and small letters.
        assert!(
            receipt.url.as_ref().is_some_and(|url| url.eq_ignore_ascii_case(&live.url)),
            "{way}: {receipt:?}"
        );
        assert!(!receipt.for_a_person, "{way}");
        assert_eq!(live.text, part.text, "{way}");
        let planned: Vec<_> = part.media.iter().map(|picture| (&picture.sha256, &picture.alt)).collect();
        let shown: Vec<_> = live.media.iter().map(|media| (&media.sha256, &media.alt)).collect();
        assert_eq!(shown, planned, "{way}");
        let before = number.checked_sub(1).map(|before| &timeline[before].id);
        assert_eq!(live.reply_to.as_ref(), before, "{way}");
    }
    if let Some(comment) = &post.first_comment {
        assert_eq!(&timeline[0].comments[0].text, comment, "{way}");
        let receipt = receipts.last().unwrap();
        assert!(receipt.id.is_some() && receipt.url.is_some(), "{way}: {receipt:?}");
    }
}

#[tokio::test]
async fn a_card_leads_where_the_link_does() {
    for way in WAYS.iter() {
        let bench = Bench::new(way).await;
        // Elsewhere the network makes it of a link in the text.
        if !bench.channel.rules().card_field {
            continue;
        }
        let variant = bench::with_card();
        bench.send(&variant).await.unwrap_or_else(|error| panic!("{}: {error}", way.name));
        let timeline = bench.network.timeline();
        let link = timeline[0].link.as_ref().unwrap_or_else(|| panic!("{}: no card", way.name));
        assert_eq!(link.url, "https://acme.example/blog/rocket-2/", "{}", way.name);
        if bench.channel.rules().card_supplied {
            assert_eq!(link.title.as_deref(), Some("Rocket 2 (lands) itself"));
            assert_eq!(link.description.as_deref(), Some("Reusable & quiet."));
            assert_eq!(link.thumbnail.as_ref(), Some(&bench::picture(6).sha256), "{}", way.name);
        }
    }
}

#[tokio::test]
async fn the_longest_text_that_fits_is_taken_whole() {
    for way in WAYS.iter().filter(|way| !way.article) {
        let bench = Bench::new(way).await;
        let limit = bench.channel.rules().limit.unwrap_or(5000);
        // Letters that escapes double, up to the very limit.
        let text = "a(".repeat(limit / 2);
        let variant = Variant::Post(bench::post(&[&text]));
        bench.send(&variant).await.unwrap_or_else(|error| panic!("{}: {error}", way.name));
        assert_eq!(bench.network.timeline()[0].text, text, "{}", way.name);
    }
}

#[tokio::test]
async fn one_image_needs_no_second() {
    for way in WAYS.iter().filter(|way| !way.article) {
        let bench = Bench::new(way).await;
        let mut post = bench::post(&["Look at it."]);
        post.parts[0].media = vec![bench::picture(7)];
        let variant = Variant::Post(post);
        let receipts = bench.send(&variant).await.unwrap_or_else(|error| panic!("{}: {error}", way.name));
        assert_shown(&bench, &variant, &receipts);
    }
}

#[tokio::test]
async fn what_the_network_cut_is_said_to_be_altered() {
    for way in WAYS.iter().filter(|way| way.reads_back) {
        let bench = Bench::new(way).await;
        bench.network.order(ladder::rehearsal::Fault::CutShort(5));
        let receipts =
            bench.send(&bench::plain(way)).await.unwrap_or_else(|error| panic!("{}: {error}", way.name));
        let live = bench.network.timeline().remove(0).text;
        assert_eq!(live.lines().last(), Some("It la"), "{}", way.name);
        assert_eq!(receipts[0].altered.as_deref(), Some("It la"), "{}", way.name);
    }
}

#[tokio::test]
async fn an_image_that_takes_its_time_is_waited_for() {
    for way in WAYS.iter().filter(|way| way.processes) {
        let bench = Bench::with(way, |mut settings| {
            settings.processing = std::time::Duration::from_millis(1500);
            settings
        })
        .await;
        let mut post = bench::post(&["Look at it."]);
        post.parts[0].media = vec![bench::picture(7)];
        let variant = Variant::Post(post);
        match bench.send(&variant).await {
            Ok(receipts) if way.lists => assert_shown(&bench, &variant, &receipts),
            // A member may not ask whether it is ready, and these do not wait.
            Err(SendError::NotYet { .. } | SendError::TooMany { .. }) if !way.lists => {
                assert!(bench.network.timeline().is_empty())
            }
            other => panic!("{}: {other:?}", way.name),
        }
    }
}
