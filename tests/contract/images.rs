//! Images and alt texts that readers see otherwise than they were sent.

use super::bench::{self, Bench};
use super::rows::{WAYS, Way};
use ladder::channel::Edited;
use ladder::rehearsal::{Fault, Settings};
use ladder::render::Variant;

/// What is seen of a post with two images, on which that fault has struck.
async fn seen(way: &'static Way, fault: Option<Fault>, change: fn(Settings) -> Settings) -> Option<String> {
    let bench = Bench::with(way, change).await;
    let variant = with_two(way);
    let attempt = bench.attempt(&variant, 0, &[]);
    let part = bench.payload(&variant).parts.remove(0);
    fault.into_iter().for_each(|fault| bench.network.order(fault));
    let made = bench.channel.prepare(&part, &attempt).await.unwrap().await;
    let receipt = made.unwrap_or_else(|error| panic!("{}: {error}", way.name));
    assert_eq!(bench.network.ordered(), 0, "{}", way.name);
    let looking = bench.channel.look_closely(&part, &receipt, &attempt);
    looking.unwrap().await.unwrap_or_else(|error| panic!("{}: {error}", way.name)).altered
}

/// A post that shows two images, or an article with them in its text.
fn with_two(way: &Way) -> Variant {
    if way.article {
        let alt = |side: u32| bench::picture(side).alt.replace('"', "\\\"");
        let body = format!("![{}](rocket-7.png)\n\n![{}](rocket-8.png)\n\nLook at it.", alt(7), alt(8));
        return Variant::Article(bench::article("Look", &body, &[7, 8]));
    }
    let mut post = bench::post(&["Look at it."]);
    post.parts[0].media = vec![bench::picture(7), bench::picture(8)];
    Variant::Post(post)
}

fn as_it_is(settings: Settings) -> Settings {
    settings
}

/// A network that does not answer the field.
fn silent(settings: Settings) -> Settings {
    Settings { tells_alts: false, ..settings }
}

/// What goes wrong, at which network, and what is told of it.
type Case<'a> = (Option<Fault>, fn(Settings) -> Settings, Option<&'a str>);

/// All of that at once, on each network that can be read.
async fn judge(cases: &[Case<'_>]) {
    let ways = WAYS.iter().filter(|way| way.reads_back);
    let all = ways.flat_map(|way| {
        // A text that is told whole has the words in it.
        let cases = cases.iter().filter(|(fault, change, _)| {
            let silent = !change(Settings::of(way.kind().unwrap(), bench::CANARY)).tells_alts;
            !(way.article && silent && matches!(fault, Some(Fault::AltShown(_))))
        });
        cases.map(async move |(fault, change, told)| {
            assert_eq!(seen(way, fault.clone(), *change).await.as_deref(), *told, "{}: {fault:?}", way.name);
        })
    });
    futures_util::future::join_all(all).await;
}

#[tokio::test]
async fn an_image_that_is_lost_is_told() {
    let told = Some("Look at it. (with 1 image; 2 sent)");
    let lost = || Some(Fault::ImageLost);
    judge(&[(None, as_it_is, None), (lost(), as_it_is, told), (lost(), silent, told)]).await;
}

#[tokio::test]
async fn an_alt_text_that_is_lost_or_another_one_is_told() {
    let shown = |alt: &str| Some(Fault::AltShown(alt.to_owned()));
    let other = Some("Look at it. (the alt text of image 2: “A stranger's cat”)");
    let lost = Some("Look at it. (image 2 without its alt text)");
    let cat = "A stranger's cat";
    judge(&[
        (shown(cat), as_it_is, other),
        (shown(""), as_it_is, lost),
        // Of a network that does not answer the field nothing is known.
        (shown(cat), silent, None),
        (shown(""), silent, None),
    ])
    .await;
}

/// Other words bring no image back.
#[tokio::test]
async fn what_is_edited_has_lost_its_image_still() {
    for way in WAYS.iter().filter(|way| way.reads_back && way.comments) {
        let bench = Bench::new(way).await;
        let mut post = bench::post(&["Look at it."]);
        post.parts[0].media = vec![bench::picture(7), bench::picture(8)];
        let variant = Variant::Post(post);
        bench.network.order(Fault::ImageLost);
        let receipts = bench.send(&variant).await.unwrap_or_else(|error| panic!("{}: {error}", way.name));
        let change = bench.change(&variant).unwrap();
        let attempt = bench.attempt(&variant, 0, &[]);
        let edited = bench.channel.edit(&change, &receipts[0], &attempt).await;
        let Ok(Edited::Done(receipt)) = edited else { panic!("{}: {edited:?}", way.name) };
        let told = "Corrected (really): Look at it. (with 1 image; 2 sent)";
        assert_eq!(receipt.altered.as_deref(), Some(told), "{}", way.name);
    }
}
