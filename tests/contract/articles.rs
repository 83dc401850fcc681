//! What is asked of networks that take articles: the page as readers see it, and
//! what nobody may see of one that is only being made.

use super::bench::{self, Bench};
use super::log::{assert_once, uploads};
use super::program::house;
use super::rows::{WAYS, Way, way};
use crate::house::{rungs, signal};
use jiff::SignedDuration;
use ladder::channel::{Change, Edited, Found, SendError};
use ladder::rehearsal::{Fault, LivePost, Logged, Running, Upon};
use ladder::render::{Article, Variant};
use std::time::Duration;

fn ways() -> impl Iterator<Item = &'static Way> {
    WAYS.iter().filter(|way| way.article)
}

/// Those that make a draft first.
fn drafting() -> impl Iterator<Item = (&'static Way, (&'static str, &'static str))> {
    ways().filter_map(|way| Some((way, way.draft?)))
}

/// How many drafts were made.
fn drafts(way: &Way, network: &Running) -> usize {
    let posting = way.kind().unwrap().row().good.posting;
    let done = |logged: &&Logged| logged.status.is_some_and(|status| status < 300);
    network.log().iter().filter(done).filter(|logged| posting(logged)).count()
}

/// The same with another text.
fn with_body(article: Article, markdown: &str) -> Article {
    Article { html: ladder::render::html::sanitised(markdown), markdown: markdown.to_owned(), ..article }
}

fn article(variant: &Variant) -> Article {
    let Variant::Article(article) = variant else { panic!("{variant:?}") };
    article.clone()
}

/// The title above the words, the cover before the images of the text, each with what
/// is said to who does not see it.
pub fn assert_shown(way: &Way, live: &LivePost, variant: &Variant, case: &str) {
    let article = article(variant);
    assert_eq!(live.text.lines().next(), Some(article.title.as_str()), "{case}: {live:?}");
    for words in ["It landed", "[gallery]", "C:\\temp", "How & why", "let a = \"<b>\" && [1];", "日本 🚀"]
    {
        let planned = article.markdown.contains(&words.replace("why", "*why*").replace('\\', "\\\\"))
            || article.markdown.contains(words);
        assert!(!planned || live.text.contains(words), "{case}: {words}: {}", live.text);
    }
    // What the network fetches where it lies is nobody's here, and some covers have no words.
    let bytes = |sha256: &str| if way.uploads { sha256.to_owned() } else { String::new() };
    let alt = |at: usize, alt: &str| if at > 0 || way.cover_alt { alt.to_owned() } else { String::new() };
    let planned = article.media.iter().enumerate();
    let planned: Vec<_> = planned.map(|(at, p)| (bytes(&p.sha256), alt(at, &p.alt))).collect();
    let shown: Vec<_> = live.media.iter().map(|media| (media.sha256.clone(), media.alt.clone())).collect();
    assert_eq!(shown, planned, "{case}");
    assert!(!way.addresses || live.url.contains(&article.slug), "{case}: {}", live.url);
}

/// Whatever goes wrong before the posting: nobody has seen anything, and what was
/// made is used by the next try.
#[tokio::test]
async fn what_goes_wrong_before_the_posting_leaves_no_doubt_and_nothing_twice() {
    for (way, _) in drafting() {
        let clean = Bench::new(way).await;
        clean.send(&bench::rich(way)).await.unwrap();
        let log = clean.network.log();
        let posting = log.iter().position(|logged| logged.published).unwrap();
        let faults = [Fault::AnswerLost, Fault::CutBefore, Fault::FailedAfter, Fault::Html, Fault::WithoutId];
        for (number, fault) in (0..posting).flat_map(|number| faults.iter().map(move |fault| (number, fault)))
        {
            let case = format!("{}: {} {} {fault:?}", way.name, log[number].method, log[number].path);
            let bench = Bench::new(way).await;
            bench.network.order_upon(Upon::Number(number), fault.clone());
            let variant = bench::rich(way);
            let mut tries = 0;
            let receipts = loop {
                tries += 1;
                match bench.send(&variant).await {
                    Ok(receipts) => break receipts,
                    Err(SendError::NotYet { .. }) if tries < 3 => {
                        assert!(bench.network.timeline().is_empty(), "{case}")
                    }
                    Err(error) => panic!("{case}: {error:?}"),
                }
            };
            let live = bench.network.timeline();
            assert_eq!(live.len(), 1, "{case}");
            assert_shown(way, &live[0], &variant, &case);
            assert!(receipts[0].altered.is_none(), "{case}: {receipts:?}");
            // A picture that is there is not uploaded again, nor a draft made beside one.
            assert_eq!(drafts(way, &bench.network), 1, "{case}");
            let mut done = bench.network.log();
            done.retain(|logged| logged.status.is_some_and(|status| status < 300));
            let planned = if way.uploads { article(&variant).media.len() } else { 0 };
            assert!(!way.finds_uploads || uploads(&done).len() == planned, "{case}");
        }
    }
}

#[tokio::test]
async fn an_address_that_another_post_has_is_refused_before_anything_is_made() {
    for way in ways().filter(|way| way.addresses) {
        let bench = Bench::new(way).await;
        bench.network.posted_by_hand("It landed", Duration::from_secs(3600));
        let sent = bench.send(&bench::plain(way)).await;
        let Err(SendError::Refused { says }) = sent else { panic!("{}: {sent:?}", way.name) };
        let there = &bench.network.timeline()[0].url;
        assert!(says.contains(there) && says.contains("`slug`"), "{}: {says}", way.name);
        let good = way.kind().unwrap().row().good;
        let log = bench.network.log();
        assert!(uploads(&log).is_empty() && !log.iter().any(|logged| (good.posting)(logged)), "{}", way.name);
        assert_eq!(bench.network.everything().len(), 1);
    }
}

#[tokio::test]
async fn what_somebody_has_changed_since_is_not_written_over() {
    for way in ways() {
        let bench = Bench::new(way).await;
        let receipts = bench.send(&bench::plain(way)).await.unwrap();
        let before = article(&bench::plain(way));
        let change = bench.change(&bench::plain(way)).unwrap();
        let attempt = bench.attempt(&bench::plain(way), 0, &[]);
        // Somebody is another channel of the same account, with words of its own.
        let theirs = with_body(before, "It landed, they say.");
        let theirs = bench.payload(&Variant::Article(theirs)).parts.remove(0);
        let by_them = Change { before: change.before.clone(), after: theirs };
        let edited = bench.channel.edit(&by_them, &receipts[0], &attempt).await;
        assert!(matches!(edited, Ok(Edited::Done(_))), "{}: {edited:?}", way.name);
        let edited = bench.channel.edit(&change, &receipts[0], &attempt).await;
        let Ok(Edited::Stays(why)) = edited else { panic!("{}: {edited:?}", way.name) };
        assert!(why.contains("somebody"), "{}: {why}", way.name);
        assert!(bench.network.timeline()[0].text.contains("they say"), "{}", way.name);
    }
}

#[tokio::test]
async fn the_address_never_changes_and_images_and_tags_do() {
    for way in ways() {
        let bench = Bench::new(way).await;
        let variant = bench::rich(way);
        let before = bench.payload(&variant).parts.remove(0);
        let receipts = bench.send(&variant).await.unwrap();
        if way.addresses {
            let moved = Article { slug: "elsewhere".to_owned(), ..article(&variant) };
            let after = bench.payload(&Variant::Article(moved)).parts.remove(0);
            let why = bench.channel.can_edit(&Change { before: before.clone(), after }).unwrap_err();
            assert!(why.contains("address"), "{}: {why}", way.name);
        }
        let mut other = article(&variant);
        if way.images {
            other.media[1] = bench::picture(5);
            let body =
                other.markdown.replace("rocket-4.png", "rocket-5.png").replace("4 (metres)", "5 (metres)");
            other = with_body(other, &body);
        }
        other.tags = vec!["landing".to_owned()];
        let other = Variant::Article(other);
        let change = Change { before, after: bench.payload(&other).parts.remove(0) };
        bench.channel.can_edit(&change).unwrap();
        let edited = bench.channel.edit(&change, &receipts[0], &bench.attempt(&other, 0, &[])).await;
        let Ok(Edited::Done(receipt)) = edited else { panic!("{}: {edited:?}", way.name) };
        assert_eq!((&receipt.id, &receipt.url, &receipt.altered), (&receipts[0].id, &receipts[0].url, &None));
        assert_shown(way, &bench.network.timeline()[0], &other, way.name);
    }
}

/// What is to be taken down and was never published may still be on its way.
#[tokio::test]
async fn a_draft_of_what_is_withdrawn_is_believed_when_the_request_cannot_arrive_any_more() {
    for (way, _) in drafting() {
        let bench = Bench::new(way).await;
        bench.network.order(Fault::CutBefore);
        let variant = bench::plain(way);
        assert!(matches!(bench.send(&variant).await, Err(SendError::Unknown { .. })));
        let part = bench.payload(&variant).parts.remove(0);
        let mut attempt = bench.attempt(&variant, 0, &[]);
        attempt.withdrawn = true;
        let found = bench.channel.find(&part, &attempt).await;
        assert!(matches!(found, Ok(Found::CannotTell(_))), "{}: {found:?}", way.name);
        attempt.last_tried -= SignedDuration::from_hours(1);
        assert_eq!(bench.channel.find(&part, &attempt).await.unwrap(), Found::Absent, "{}", way.name);
        // And it is still where the next try finds it.
        bench.send(&variant).await.unwrap();
        assert_eq!(bench.network.timeline().len(), 1);
    }
}

/// A death in the middle of making it: the next run goes on with what is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_a_draft_is_made_leaves_no_doubt_and_no_second_draft() {
    for (way, draft) in drafting() {
        let (house, networks) = house(&[way]).await;
        networks[0].order_upon(Upon::Path(draft.0, draft.1), Fault::SilenceAfter);
        let mut child = house.begin(&["publish", "m", "--yes"]);
        for _ in 0..3000 {
            if networks[0].ordered() == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(networks[0].ordered(), 0, "{}", way.name);
        signal("KILL", child.id());
        child.wait().unwrap();
        assert_eq!(house.state("one"), "planned", "{}", way.name);
        assert!(networks[0].timeline().is_empty(), "{}", way.name);
        house.run(&["run"]).ends(0);
        assert_eq!((house.state("one").as_str(), networks[0].timeline().len()), ("sent", 1), "{}", way.name);
        assert_eq!(drafts(way, &networks[0]), 1, "{}", way.name);
        assert_once(&networks[0], way.name);
    }
}

/// What comes after an article has its address; of a draft there is none.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_leads_to_the_article() {
    for article in ways() {
        let (house, networks) = house(&[article, way("facebook")]).await;
        let after = "after = \"one\"\ntext = \"Read it: {{ rungs.one.url }}\"\n";
        house.write("content-ladders/all.toml", &format!("{}{after}", rungs(&["one", "two"])));
        house.publish().ends(0);
        let page = networks[0].timeline().remove(0).url;
        assert_eq!(networks[1].timeline()[0].text, format!("Read it: {page}"), "{}", article.name);
        // And a rehearsal shows both.
        house.message("n", "It landed *once more*.");
        let shown = house.run(&["publish", "n", "--rehearse"]).ends(0).out();
        assert!(shown.contains("It landed once more.") && shown.contains("Read it:"), "{shown}");
    }
}

/// Forem takes no title of one author twice within five minutes: nothing was made, and
/// it goes when that time is over.
#[tokio::test]
async fn a_title_that_was_there_a_moment_ago_waits() {
    let way = way("forem");
    let bench = Bench::with(way, |mut settings| {
        settings.versions = vec!["titles-once".to_owned()];
        settings
    })
    .await;
    let variant = bench::plain(way);
    bench.send(&variant).await.unwrap();
    let mut attempt = bench.attempt(&variant, 0, &[]);
    attempt.identity.generation = 1;
    attempt.key = attempt.identity.key();
    let again = bench.channel.send(&bench.payload(&variant).parts[0], &attempt).await;
    let Err(SendError::NotYet { says, wait: Some(wait) }) = again else { panic!("{again:?}") };
    assert!(says.contains("five minutes") && wait == Duration::from_secs(300), "{says}");
    assert_eq!(bench.network.timeline().len(), 1);
}

/// One article for each original: the second is refused, with what to do.
#[tokio::test]
async fn an_original_that_has_an_article_there_already_is_told() {
    let bench = Bench::new(way("forem")).await;
    let copy = |title: &str| {
        let canonical = Some("https://acme.example/blog/rocket-2/".to_owned());
        Variant::Article(Article { canonical, ..bench::article(title, "It landed.", &[]) })
    };
    bench.send(&copy("One")).await.unwrap();
    let mut attempt = bench.attempt(&copy("Two"), 0, &[]);
    attempt.identity.rung = "other".to_owned();
    attempt.key = attempt.identity.key();
    let sent = bench.channel.send(&bench.payload(&copy("Two")).parts[0], &attempt).await;
    let Err(SendError::Refused { says }) = sent else { panic!("{sent:?}") };
    assert!(says.contains("`canonical`") && says.contains("already been taken"), "{says}");
    assert_eq!(bench.network.timeline().len(), 1);
}
