//! What readers' programs find, and what stays of it when things go wrong.

mod by_hand;

use super::*;
use crate::channel::fixture;
use crate::render::feed::Format;
use std::fs;
use std::path::PathBuf;
use url::Url;

fn channel() -> FeedChannel {
    let options = Options {
        directory: "feeds".to_owned(),
        url: Url::parse("https://acme.example/feeds/").unwrap(),
        formats: Format::ALL.to_vec(),
        title: "Acme & Söhne".to_owned(),
        description: "Rockets".to_owned(),
        home: "https://acme.example/".to_owned(),
        author: "Ada".to_owned(),
        authority: "acme.example".to_owned(),
        entries: 3,
        hubs: vec!["https://hub.example/".to_owned()],
        language: "en".to_owned(),
    };
    FeedChannel { account: "feed:feeds".to_owned(), options }
}

fn article(title: &str) -> Article {
    Article {
        title: title.to_owned(),
        canonical: Some("https://acme.example/blog/rocket-2/".to_owned()),
        html: "<p>It landed: <a href=\"../rocket-1/\">before</a> <a href=\"#why\">why</a> \
               <img src=\"rocket.png\" alt=\"x\"></p>"
            .to_owned(),
        ..fixture::article()
    }
}

/// A project with a feed.
struct House {
    folder: tempfile::TempDir,
    channel: FeedChannel,
}

impl House {
    fn new() -> House {
        House { folder: tempfile::tempdir().unwrap(), channel: channel() }
    }

    fn attempt(&self, message: &str, article: Article) -> Attempt {
        let mut attempt = fixture::attempt(self.folder.path(), Variant::Article(article));
        attempt.identity.message = message.to_owned();
        attempt.identity.rung = "feed".to_owned();
        attempt.key = attempt.identity.key();
        fixture::keep(&attempt, b"png");
        attempt
    }

    fn part(&self, attempt: &Attempt) -> PayloadPart {
        self.channel.payload(&attempt.variant, &attempt.identity).value.unwrap().parts.remove(0)
    }

    async fn send(&self, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.channel.send(&self.part(attempt), attempt).await
    }

    async fn find(&self, attempt: &Attempt) -> Result<Found, SendError> {
        self.channel.find(&self.part(attempt), attempt).await
    }

    async fn take_down(&self, attempt: &Attempt, receipt: &Receipt) -> Removed {
        self.channel.take_down(&self.part(attempt), receipt, attempt).await.unwrap()
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join("feeds").join(file)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.read("feed.json")).unwrap()
    }

    /// The titles in each of the files, which hold the same.
    fn titles(&self) -> Vec<String> {
        let json = self.json();
        let titles: Vec<String> = json["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["title"].as_str().unwrap().to_owned())
            .collect();
        for (file, open) in [("atom.xml", "<entry"), ("rss.xml", "<item>")] {
            let text = self.read(file);
            assert_eq!(text.matches(open).count(), titles.len(), "{file}: {text}");
            assert!(titles.iter().all(|title| text.contains(&format!("<title>{title}</title>"))), "{text}");
        }
        titles
    }

    /// Every file of the feed, with its bytes.
    fn all(&self) -> Vec<(PathBuf, Vec<u8>)> {
        fn walk(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    walk(&path, found);
                } else {
                    found.push((path.clone(), fs::read(&path).unwrap()));
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.path(""), &mut found);
        found.sort();
        found
    }
}

#[tokio::test]
async fn an_item_is_in_all_files_with_whole_addresses() {
    let house = House::new();
    let attempt = house.attempt("rocket-2", article("One"));
    let receipt = house.send(&attempt).await.unwrap();
    assert_eq!(receipt.url.as_deref(), Some("https://acme.example/blog/rocket-2/"));
    assert_eq!(receipt.id.as_deref(), Some("tag:acme.example,2026:rocket-2/feed"));
    assert_eq!(house.titles(), ["One"]);
    let item = &house.json()["items"][0];
    let html = item["content_html"].as_str().unwrap();
    for whole in [
        "href=\"https://acme.example/blog/rocket-1/\"",
        "href=\"https://acme.example/blog/rocket-2/#why\"",
        "src=\"https://acme.example/feeds/rocket-2-",
    ] {
        assert!(html.contains(whole), "{html}");
    }
    // The image lies where it says.
    let image = item["image"].as_str().unwrap().strip_prefix("https://acme.example/feeds/").unwrap();
    assert_eq!(house.read(image), "png");
    assert!(html.contains(image), "{html}");
    for hub in ["atom.xml", "rss.xml", "feed.json"] {
        let text = house.read(hub);
        assert!(text.contains("https://hub.example/"), "{text}");
        assert!(text.contains(&format!("https://acme.example/feeds/{hub}")), "{text}");
    }
}

#[tokio::test]
async fn the_same_again_changes_no_byte() {
    let house = House::new();
    let attempt = house.attempt("rocket-2", article("One"));
    let receipt = house.send(&attempt).await.unwrap();
    let before = house.all();
    let later = Attempt { number: 2, last_tried: "2027-01-01T00:00:00Z".parse().unwrap(), ..attempt.clone() };
    assert_eq!(house.send(&later).await.unwrap(), receipt);
    assert_eq!(house.find(&later).await.unwrap(), Found::Sent(receipt));
    assert_eq!(house.all(), before);
}

/// Whatever a run was cut after, the next one looks, sees that it is not done, and
/// ends with the same bytes: each file in turn is missing, or all behind it.
#[tokio::test]
async fn a_run_that_was_cut_is_finished_by_the_next() {
    let house = House::new();
    house.send(&house.attempt("first", article("First"))).await.unwrap();
    let before = house.all();
    let attempt = house.attempt("second", article("Second"));
    assert_eq!(house.find(&attempt).await.unwrap(), Found::Absent);
    let receipt = house.send(&attempt).await.unwrap();
    let after = house.all();
    // The order in which they are written.
    let place = |path: &Path| match path.file_name().unwrap().to_str().unwrap() {
        "atom.xml" => 1,
        "rss.xml" => 2,
        "feed.json" => 3,
        "item.json" => 4,
        _ => 0,
    };
    let mut written: Vec<_> = after.iter().filter(|file| !before.contains(file)).collect();
    written.sort_by_key(|(path, _)| place(path));
    assert_eq!(written.len(), 5, "an image, three files, the item");
    for cut in 0..written.len() {
        for (path, _) in &written {
            match before.iter().find(|(known, _)| known == path) {
                Some((_, bytes)) => fs::write(path, bytes).unwrap(),
                None => fs::remove_file(path).unwrap(),
            }
        }
        for (path, bytes) in &written[..cut] {
            fs::write(path, bytes).unwrap();
        }
        assert_eq!(house.find(&attempt).await.unwrap(), Found::Absent, "cut after {cut}");
        assert_eq!(house.send(&attempt).await.unwrap(), receipt, "cut after {cut}");
        assert_eq!(house.all(), after, "cut after {cut}");
    }
}

/// However far it came, what was taken back is in no file, and no later item brings it.
#[tokio::test]
async fn what_is_taken_back_half_written_never_comes_out() {
    for (is_again, cut) in (0..6).map(|cut| (false, cut)).chain((0..6).map(|cut| (true, cut))) {
        let house = House::new();
        let first = house.send(&house.attempt("first", article("First"))).await.unwrap();
        let (mut attempt, titles) = match is_again {
            false => (house.attempt("second", article("Second")), vec!["First".to_owned()]),
            true => (house.attempt("first", article("First, again")), vec!["First".to_owned()]),
        };
        if is_again {
            attempt.identity.generation = 2;
            attempt.key = attempt.identity.key();
            fixture::keep(&attempt, b"png");
        }
        let before = house.all();
        house.send(&attempt).await.unwrap();
        let order = ["atom.xml", "rss.xml", "feed.json", "item.json"];
        for file in order.iter().skip(cut.min(order.len())) {
            for (path, _) in house.all().iter().filter(|(path, _)| path.ends_with(file)) {
                match before.iter().find(|(known, _)| known == path) {
                    Some((_, bytes)) => fs::write(path, bytes).unwrap(),
                    None => fs::remove_file(path).unwrap(),
                }
            }
        }
        attempt.withdrawn = true;
        if let Found::Sent(receipt) = house.find(&attempt).await.unwrap() {
            assert!(matches!(house.take_down(&attempt, &receipt).await, Removed::Gone | Removed::Already));
        } else {
            assert_eq!(cut, 0, "it stands in a file");
        }
        let left = if is_again && cut >= 4 { Vec::new() } else { titles };
        assert_eq!(house.titles(), left, "{is_again}, cut after {cut}");
        house.send(&house.attempt("third", article("Third"))).await.unwrap();
        assert_eq!(house.titles().len(), left.len() + 1, "{is_again}, cut after {cut}");
        if is_again && cut < 4 {
            let part = house.attempt("first", article("First"));
            assert_eq!(house.take_down(&part, &first).await, Removed::Gone);
            assert_eq!(house.titles(), ["Third"]);
        }
    }
}

#[tokio::test]
async fn the_newest_come_first_and_the_oldest_drop_out() {
    let house = House::new();
    let mut receipts = Vec::new();
    for (n, day) in ["2026-11-04", "2026-11-01", "2026-11-03", "2026-11-02"].into_iter().enumerate() {
        let date = Some(format!("{day}T08:00:00Z").parse().unwrap());
        let attempt = house.attempt(&format!("m{n}"), Article { date, ..article(day) });
        receipts.push((house.send(&attempt).await.unwrap(), attempt));
    }
    assert_eq!(house.titles(), ["2026-11-04", "2026-11-03", "2026-11-02"]);
    // What dropped out is sent, and comes back when another goes.
    let (oldest, attempt) = &receipts[1];
    assert_eq!(house.find(attempt).await.unwrap(), Found::Sent(oldest.clone()));
    let (newest, attempt) = &receipts[0];
    assert_eq!(house.take_down(attempt, newest).await, Removed::Gone);
    assert_eq!(house.titles(), ["2026-11-03", "2026-11-02", "2026-11-01"]);
    assert_eq!(house.take_down(attempt, newest).await, Removed::Already);
}

#[tokio::test]
async fn other_words_keep_the_items_name_and_date() {
    let mut house = House::new();
    let attempt = house.attempt("rocket-2", article("One"));
    let receipt = house.send(&attempt).await.unwrap();
    let first = house.json()["items"][0].clone();
    // The house moves, and the page with it.
    house.channel.options.authority = "acme.test".to_owned();
    let other = Article {
        slug: "elsewhere".to_owned(),
        canonical: Some("https://acme.test/elsewhere/".to_owned()),
        cover: None,
        media: Vec::new(),
        ..article("Two")
    };
    let after = house.part(&house.attempt("rocket-2", other));
    let change = Change { before: house.part(&attempt), after };
    house.channel.can_edit(&change).unwrap();
    let later = Attempt { last_tried: "2026-12-05T08:00:00Z".parse().unwrap(), ..attempt.clone() };
    let Edited::Done(edited) = house.channel.edit(&change, &receipt, &later).await.unwrap() else { panic!() };
    let second = house.json()["items"][0].clone();
    assert_eq!(house.titles(), ["Two"]);
    assert_eq!((&second["id"], &second["date_published"]), (&first["id"], &first["date_published"]));
    assert_eq!(second["date_modified"], "2026-12-05T08:00:00Z");
    assert!(house.all().iter().all(|(path, _)| !path.ends_with("rocket.png")), "its image is gone");
    // Without the receipt having been recorded, and later: it is done.
    let before = house.all();
    let later = Attempt { last_tried: "2026-12-06T08:00:00Z".parse().unwrap(), ..attempt.clone() };
    let again = house.channel.edit(&change, &receipt, &later).await.unwrap();
    assert_eq!(again, Edited::Done(edited.clone()));
    assert_eq!(house.all(), before);
    // Published again it is still that item.
    let mut again = house.attempt("rocket-2", article("Three"));
    again.identity.generation = 1;
    again.key = again.identity.key();
    house.send(&again).await.unwrap();
    assert_eq!(house.titles(), ["Three"]);
    assert_eq!(house.json()["items"][0]["id"], first["id"]);
    // The older delivery is not there any more, and does not come back.
    assert_eq!(house.find(&attempt).await.unwrap(), Found::Absent);
    assert!(matches!(house.send(&attempt).await, Err(SendError::Refused { .. })));
}

#[tokio::test]
async fn many_at_once_are_all_in_it() {
    let mut house = House::new();
    house.channel.options.entries = 50;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..8 {
        let attempt = house.attempt(&format!("m{n}"), article(&format!("M{n}")));
        let (channel, part) = (house.channel.clone(), house.part(&attempt));
        tasks.spawn(async move { channel.send(&part, &attempt).await.unwrap() });
    }
    while let Some(result) = tasks.join_next().await {
        result.unwrap();
    }
    assert_eq!(house.titles().len(), 8);
    assert!(house.all().iter().all(|(path, _)| !path.to_string_lossy().ends_with(".tmp")));
}

/// Two processes know nothing of each other's lock: whoever wrote the files looks again.
#[test]
fn what_others_wrote_meanwhile_is_seen_without_a_lock() {
    let mut house = House::new();
    house.channel.options.entries = 100;
    fs::create_dir_all(house.path("")).unwrap();
    for round in 0..8 {
        let works: Vec<Work> = (0..4)
            .map(|n| {
                let attempt = house.attempt(&format!("m{round}-{n}"), article(&format!("M{round}-{n}")));
                house.channel.work(&house.part(&attempt), &attempt).unwrap()
            })
            .collect();
        std::thread::scope(|scope| {
            for work in &works {
                scope.spawn(|| {
                    let text = work.item(None).to_json();
                    work.folder.keep(&work.sidecar(), text.as_bytes()).unwrap();
                    files::anew(work, None).unwrap();
                });
            }
        });
        assert_eq!(house.titles().len(), (round + 1) * 4);
    }
}

/// The name of one item may begin like that of another.
#[tokio::test]
async fn a_longer_name_is_another_items() {
    let house = House::new();
    let mut longer = house.attempt("one", article("One"));
    longer.identity.rung = "feed-2".to_owned();
    longer.key = longer.identity.key();
    house.send(&longer).await.unwrap();
    let shorter = Attempt { withdrawn: true, ..house.attempt("one", article("One")) };
    assert_eq!(house.find(&shorter).await.unwrap(), Found::Absent);
}

/// Ids of two rungs, of two messages with a like name, and of a rung that comes again.
#[test]
fn no_two_items_share_a_place() {
    let house = House::new();
    let mut places = std::collections::BTreeSet::new();
    for (message, rung, occurrence) in
        [("a/b", "feed", 0), ("a-b", "feed", 0), ("c/b", "feed", 0), ("a/b", "feed-2", 0), ("a/b", "feed", 1)]
    {
        let mut attempt = house.attempt(message, article("A"));
        attempt.identity.rung = rung.to_owned();
        attempt.identity.occurrence = occurrence;
        let work = house.channel.work(&house.part(&attempt), &attempt).unwrap();
        assert!(places.insert(work.place.clone()), "{}", work.place);
        assert!(places.insert(work.item(None).item.id));
    }
}
