//! Images lie where Threads can fetch them, or the post waits.

use super::*;
use crate::rehearsal::{Fault, Upon};

#[tokio::test]
async fn one_image_is_an_image_and_several_are_a_carousel() {
    let house = House::new().await;
    for many in [1, 2] {
        let (variant, mut attempt) = pictured(&house, "Look.", many);
        house.try_once(&house.part(&variant), &mut attempt).await.unwrap();
        let post = house.network.timeline().pop().unwrap();
        let sent: Vec<&str> = variant.pictures().iter().map(|picture| picture.sha256.as_str()).collect();
        assert_eq!(post.media.iter().map(|media| media.sha256.as_str()).collect::<Vec<_>>(), sent);
        assert!(post.media.iter().all(|media| media.alt == "Alt of a.png"));
    }
    // Nothing of a secret goes to where images lie.
    let log = house.network.log();
    let asked = log.iter().filter(|logged| logged.path.starts_with("/media/"));
    assert!(
        asked.clone().count() == 3 && asked.clone().all(|logged| logged.header("authorization").is_none())
    );
}

#[tokio::test]
async fn an_address_that_does_not_answer_with_an_image_is_named_and_waited_for() {
    let house = House::with("media_folder = \"static/social\"\n", |settings| settings).await;
    for (fault, said) in [
        (Fault::Says(404, "not here".to_owned()), "which answers 404: publish `static/social`"),
        (Fault::Html, "which answers with something that is no image"),
        (Fault::Redirect("https://elsewhere.example/x.png".to_owned()), "which answers 307"),
    ] {
        let (variant, mut attempt) = pictured(&house, "Look.", 1);
        house.network.order_upon(Upon::Path("HEAD", "/media/"), fault);
        let outcome = told(&house.try_once(&house.part(&variant), &mut attempt).await);
        assert!(
            outcome.starts_with("not yet, Some(300s): Threads fetches the image `messages/a.png` at http"),
            "{outcome}"
        );
        assert!(outcome.contains(said), "{outcome}");
    }
    assert_eq!((house.asked(), house.network.timeline().len()), ((0, 0), 0));
    // By then it lies in the folder, under its digest.
    let file =
        house.project.path().join(format!("static/social/{}.png", crate::plan::key::hex_digest(&png(1))));
    assert_eq!(std::fs::read(file).unwrap(), png(1));
}

#[tokio::test]
async fn a_host_that_does_not_know_the_short_question_is_asked_the_long_one() {
    let house = House::new().await;
    let (variant, mut attempt) = pictured(&house, "Look.", 1);
    house.network.order_upon(Upon::Path("HEAD", "/media/"), Fault::Says(405, "no".to_owned()));
    house.try_once(&house.part(&variant), &mut attempt).await.unwrap();
    assert_eq!(house.network.timeline().len(), 1);
}

#[tokio::test]
async fn what_threads_cannot_fetch_is_held_until_somebody_lets_it_in() {
    let house = House::new().await;
    // Another server has it; the network's crawler is not let in there.
    let other = House::new().await;
    let media = format!("media_base_url = \"{}/media\"\n", other.network.base_url());
    let made = configured(&format!("base_url = \"{}\"\n{media}", house.network.base_url()));
    let house = House { channel: made.value.unwrap(), ..house };
    let (variant, mut attempt) = pictured(&house, "Look.", 1);
    let outcome = told(&house.try_once(&house.part(&variant), &mut attempt).await);
    assert!(
        outcome.starts_with(
            "held: Threads could not take the images (`messages/a.png`): FAILED_DOWNLOADING_IMAGE"
        ),
        "{outcome}"
    );
    assert_eq!(house.asked(), (1, 0));
}
