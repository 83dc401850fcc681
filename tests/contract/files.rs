//! The contract's clauses for what writes files, or asks a person.

use super::bench::{configured, picture, picture_bytes, post};
use crate::house::House;
use jiff::Timestamp;
use ladder::channel::{Attempt, Change, Changing, Channel, Edited, Found, Ready, Removed, SendError};
use ladder::plan::{Identity, Receipt};
use ladder::render::{Article, Picture, Variant};
use std::path::Path;

/// A way of writing files: its table, what it is given, and whether it keeps
/// what it was given so that it can be asked.
struct Way {
    adapter: &'static str,
    table: &'static str,
    variant: fn() -> Variant,
    /// What is there afterwards, below the project; none: nothing is written.
    file: Option<&'static str>,
    /// It has a public address.
    url: Option<&'static str>,
    for_a_person: bool,
}

const WAYS: &[Way] = &[
    Way {
        adapter: "static-site",
        table: "preset = \"hugo\"\ndirectory = \"site/content/posts\"\nurl = \"https://acme.example/blog/{slug}/\"\n",
        variant: article,
        file: Some("site/content/posts/rocket-2/index.md"),
        url: Some("https://acme.example/blog/rocket-2/"),
        for_a_person: false,
    },
    Way {
        adapter: "feed",
        table: "directory = \"feeds\"\nurl = \"https://acme.example/feeds/\"\n",
        variant: article,
        file: Some("feeds/feed.json"),
        url: None,
        for_a_person: false,
    },
    Way {
        adapter: "outbox",
        table: "directory = \"outbox\"\nnetwork = \"linkedin\"\n",
        variant: images,
        file: Some("outbox/rocket-2/step.txt"),
        url: None,
        for_a_person: false,
    },
    Way {
        adapter: "manual",
        table: "network = \"x\"\naccount = \"AcmeRockets\"\n",
        variant: images,
        file: None,
        url: None,
        for_a_person: true,
    },
    Way {
        adapter: "medium",
        table: "account = \"ada\"\n",
        variant: article,
        file: Some("medium/rocket-2/step.html"),
        url: None,
        for_a_person: true,
    },
];

pub fn article() -> Variant {
    Variant::Article(Article {
        title: "Rocket 2: \"it lands\"".to_owned(),
        slug: "rocket-2".to_owned(),
        excerpt: "Reusable & cheaper.".to_owned(),
        html: "<p>It <strong>landed</strong>.</p>\n".to_owned(),
        markdown: "It **landed**.\n".to_owned(),
        cover: Some(picture(3)),
        media: vec![picture(3)],
        tags: vec!["rocketry".to_owned()],
        canonical: None,
        language: "en".to_owned(),
        date: Some("2026-11-30T23:30:00Z".parse::<Timestamp>().unwrap()),
    })
}

pub fn images() -> Variant {
    let mut made = post(&["It landed (again)."]);
    made.parts[0].media = vec![picture(3)];
    Variant::Post(made)
}

fn channel(way: &Way) -> Box<dyn Channel> {
    configured(&format!("[channels.step]\nadapter = \"{}\"\n{}", way.adapter, way.table)).channel
}

pub fn attempt(channel: &dyn Channel, variant: &Variant, folder: &Path, message: &str) -> Attempt {
    let media = folder.join(".ladder/media");
    std::fs::create_dir_all(&media).unwrap();
    std::fs::write(media.join(picture(3).sha256), picture_bytes(3)).unwrap();
    let identity = Identity {
        account: channel.account(),
        message: message.to_owned(),
        rung: "step".to_owned(),
        occurrence: 0,
        generation: 0,
        recipient: None,
    };
    Attempt {
        key: identity.key(),
        identity,
        part: 0,
        number: 1,
        doubted: false,
        made: None,
        made_at: None,
        begun: None,
        previous: Vec::new(),
        taken: ladder::channel::Taken::default(),
        first_tried: "2026-12-01T08:00:00Z".parse::<Timestamp>().unwrap(),
        last_tried: "2026-12-01T08:00:00Z".parse::<Timestamp>().unwrap(),
        withdrawn: false,
        project: folder.to_owned(),
        media,
        variant: variant.clone(),
        changing: None,
        earlier: Vec::new(),
    }
}

#[test]
fn every_such_row_is_here() {
    let here: Vec<&str> = WAYS.iter().map(|way| way.adapter).collect();
    for (name, _) in super::rows::WITHOUT_NETWORK.iter().filter(|(_, how)| how.starts_with("files")) {
        assert!(here.contains(name), "`{name}` is not tried");
    }
}

#[tokio::test]
async fn what_is_written_is_there_once_and_can_be_found() {
    for way in WAYS {
        let (folder, channel, variant) = (tempfile::tempdir().unwrap(), channel(way), (way.variant)());
        let attempt = attempt(&*channel, &variant, folder.path(), "rocket-2");
        let part = channel.payload(&variant, &attempt.identity).value.unwrap().parts.remove(0);
        assert_eq!(channel.ready(folder.path()).await, Ready::Yes, "{}", way.adapter);
        channel.verify(folder.path()).await.unwrap();
        let before = channel.find(&part, &attempt).await.unwrap();
        assert_eq!(before, Found::Absent, "{}", way.adapter);
        let receipt = channel.send(&part, &attempt).await.unwrap();
        assert_eq!(receipt.for_a_person, way.for_a_person, "{}", way.adapter);
        assert_eq!(receipt.url.as_deref(), way.url, "{}", way.adapter);
        if let Some(file) = way.file {
            let text = std::fs::read_to_string(folder.path().join(file)).unwrap();
            assert!(text.contains("landed"), "{}: {text}", way.adapter);
            let again = channel.send(&part, &attempt).await.unwrap();
            assert_eq!(again, receipt, "{}", way.adapter);
            assert_eq!(std::fs::read_to_string(folder.path().join(file)).unwrap(), text, "{}", way.adapter);
            let after = channel.find(&part, &attempt).await.unwrap();
            assert!(matches!(&after, Found::Sent(found) if *found == receipt), "{}: {after:?}", way.adapter);
        }
    }
}

#[tokio::test]
async fn what_somebody_else_wrote_stays() {
    for way in WAYS.iter().filter(|way| matches!(way.adapter, "feed" | "static-site")) {
        let (folder, channel, variant) = (tempfile::tempdir().unwrap(), channel(way), (way.variant)());
        let attempt = attempt(&*channel, &variant, folder.path(), "rocket-2");
        let part = channel.payload(&variant, &attempt.identity).value.unwrap().parts.remove(0);
        let file = folder.path().join(way.file.unwrap());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "Written by hand.").unwrap();
        let outcome = channel.send(&part, &attempt).await;
        let no = matches!(outcome, Err(SendError::Refused { .. } | SendError::Mendable { .. }));
        assert!(no, "{}: {outcome:?}", way.adapter);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "Written by hand.");
        let found = channel.find(&part, &attempt).await;
        assert!(!matches!(found, Ok(Found::Sent(_))), "{found:?}");
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_said_before_anything_is_sent() {
    for way in WAYS.iter().filter(|way| way.file.is_some()) {
        let (folder, channel) = (tempfile::tempdir().unwrap(), channel(way));
        let first = way.file.unwrap().split('/').next().unwrap();
        // A file stands where the folder should be.
        std::fs::write(folder.path().join(first), "in the way").unwrap();
        let ready = channel.ready(folder.path()).await;
        assert!(matches!(&ready, Ready::No(why) if !why.is_empty()), "{}: {ready:?}", way.adapter);
    }
}

/// Every preset of a site, and the outbox: sent, and taken down again.
const FILES: &[(&str, &str)] = &[
    ("static-site", "preset = \"hugo\"\ndirectory = \"site/content/posts\"\n"),
    ("static-site", "preset = \"zola\"\ndirectory = \"site/content/blog\"\n"),
    ("static-site", "preset = \"jekyll\"\ndirectory = \"site/_posts\"\n"),
    ("static-site", "preset = \"eleventy\"\ndirectory = \"site/posts\"\n"),
    (
        "static-site",
        "preset = \"html\"\ndirectory = \"public/blog\"\nurl = \"https://acme.example/blog/{slug}/\"\n",
    ),
    ("feed", "directory = \"feeds\"\nurl = \"https://acme.example/feeds/\"\n"),
    ("outbox", "directory = \"outbox\"\nnetwork = \"linkedin\"\n"),
];

/// A channel that writes files, one delivery of it, and what it wrote.
struct Written {
    folder: tempfile::TempDir,
    channel: Box<dyn Channel>,
    variant: Variant,
    receipt: Receipt,
}

impl Written {
    async fn by((adapter, table): (&str, &str)) -> Written {
        let folder = tempfile::tempdir().unwrap();
        let channel = configured(&format!("[channels.step]\nadapter = \"{adapter}\"\n{table}")).channel;
        let variant = if adapter == "outbox" { images() } else { article() };
        let mut written = Written { folder, channel, variant, receipt: Receipt::default() };
        written.receipt = written.channel.send(&written.part(), &written.attempt()).await.unwrap();
        written
    }

    fn attempt(&self) -> Attempt {
        attempt(&*self.channel, &self.variant, self.folder.path(), "rocket-2")
    }

    fn part(&self) -> ladder::plan::PayloadPart {
        self.channel.payload(&self.variant, &self.attempt().identity).value.unwrap().parts.remove(0)
    }

    async fn take_down(&self) -> Removed {
        self.channel.take_down(&self.part(), &self.receipt, &self.attempt()).await.unwrap()
    }

    /// What lies in the project, without the store's own folder and lists that stay.
    fn files(&self) -> Vec<String> {
        let mut found = files(self.folder.path());
        found.retain(|file| !file.starts_with(".ladder") && !file.ends_with("blog/index.html"));
        found.retain(|file| {
            !["feed.xml", "atom.xml", "rss.xml", "feed.json"].iter().any(|own| file.ends_with(own))
        });
        found
    }

    /// The page, or the text, as the receipt names it.
    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join(self.receipt.detail.as_deref().unwrap())
    }
}

/// The files below a folder, from there on.
fn files(root: &Path) -> Vec<String> {
    fn walk(dir: &Path, root: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                walk(&entry.path(), root, found);
            } else {
                found.push(entry.path().strip_prefix(root).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    let mut found = Vec::new();
    walk(root, root, &mut found);
    found.sort();
    found
}

#[tokio::test]
async fn what_was_written_is_taken_away_and_nothing_else() {
    for way in FILES {
        let written = Written::by(*way).await;
        let theirs = written.path().parent().unwrap().join("theirs.txt");
        std::fs::write(&theirs, "theirs").unwrap();
        assert_eq!(written.take_down().await, Removed::Gone, "{way:?}");
        let left = written.files();
        assert!(matches!(&left[..], [only] if only.ends_with("theirs.txt")), "{way:?}: {left:?}");
        assert_eq!(written.take_down().await, Removed::Already, "{way:?}");
        // Without anything of others' the folder goes as well.
        std::fs::remove_file(&theirs).unwrap();
        written.channel.send(&written.part(), &written.attempt()).await.unwrap();
        assert_eq!(written.take_down().await, Removed::Gone, "{way:?}");
        assert!(written.files().is_empty(), "{way:?}: {:?}", written.files());
    }
}

#[tokio::test]
async fn what_somebody_has_changed_is_left_as_it_is() {
    for way in FILES {
        let written = Written::by(*way).await;
        let before = written.files();
        let worked_on = format!("{}\nA hand was here.\n", std::fs::read_to_string(written.path()).unwrap());
        std::fs::write(written.path(), &worked_on).unwrap();
        let removed = written.take_down().await;
        assert!(matches!(&removed, Removed::Stays(why) if why.contains("left")), "{way:?}: {removed:?}");
        assert_eq!(written.files(), before, "{way:?}");
        assert_eq!(std::fs::read_to_string(written.path()).unwrap(), worked_on, "{way:?}");
    }
}

#[tokio::test]
async fn what_another_has_taken_the_place_of_is_gone_and_the_other_stays() {
    for way in FILES {
        let written = Written::by(*way).await;
        // A newer generation lies in the same place.
        let mut newer = written.attempt();
        newer.identity.generation = 1;
        newer.key = newer.identity.key();
        written.channel.send(&written.part(), &newer).await.unwrap();
        let there = written.files();
        assert_eq!(written.take_down().await, Removed::Already, "{way:?}");
        assert_eq!(written.files(), there, "{way:?}");
    }
}

/// A run that died midway left the page away and all else there.
#[tokio::test]
async fn a_taking_down_that_was_cut_is_finished() {
    for way in FILES {
        let written = Written::by(*way).await;
        std::fs::remove_file(written.path()).unwrap();
        let removed = written.take_down().await;
        assert!(!matches!(removed, Removed::Stays(_)), "{way:?}: {removed:?}");
        assert!(written.files().is_empty(), "{way:?}: {:?}", written.files());
    }
}

/// Somebody has put a link in the place of the page's folder: what it leads to is not
/// the channel's.
#[cfg(unix)]
#[tokio::test]
async fn what_a_link_leads_to_is_neither_deleted_nor_written() {
    let written = Written::by(FILES[4]).await;
    let (page, elsewhere) = (written.path(), written.folder.path().join("elsewhere"));
    std::fs::rename(page.parent().unwrap(), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, page.parent().unwrap()).unwrap();
    let before = files(&elsewhere);
    let (part, attempt) = (written.part(), written.attempt());
    let says = |error: SendError| {
        let refused =
            matches!(&error, SendError::Mendable { says } if says.contains("leads out of `public/blog`"));
        assert!(refused, "{error:?}");
    };
    says(written.channel.take_down(&part, &written.receipt, &attempt).await.unwrap_err());
    let mut newer = attempt.clone();
    newer.identity.generation = 1;
    newer.key = newer.identity.key();
    says(written.channel.send(&part, &newer).await.unwrap_err());
    assert_eq!(files(&elsewhere), before);
}

#[tokio::test]
async fn list_and_feed_of_a_plain_site_forget_what_is_down() {
    let written = Written::by(FILES[4]).await;
    let read =
        |file: &str| std::fs::read_to_string(written.folder.path().join("public/blog").join(file)).unwrap();
    assert!(read("index.html").contains("it lands") && read("feed.xml").contains("it lands"));
    written.take_down().await;
    assert!(!read("index.html").contains("it lands") && !read("feed.xml").contains("it lands"));
}

#[tokio::test]
async fn a_page_is_written_anew_in_its_place_only_while_it_is_ours() {
    for way in FILES.iter().filter(|(adapter, _)| *adapter == "static-site") {
        let written = Written::by(*way).await;
        let Variant::Article(old) = &written.variant else { panic!() };
        let mut other = old.clone();
        other.markdown = "Corrected.\n".to_owned();
        other.html = "<p>Corrected.</p>\n".to_owned();
        other.title = "Rocket 2, corrected".to_owned();
        let payload = |article: &Article| {
            let variant = Variant::Article(article.clone());
            written.channel.payload(&variant, &written.attempt().identity).value.unwrap().parts.remove(0)
        };
        let change = Change { before: written.part(), after: payload(&other) };
        written.channel.can_edit(&change).unwrap();
        let edited = written.channel.edit(&change, &written.receipt, &written.attempt()).await.unwrap();
        let Edited::Done(receipt) = edited else { panic!("{way:?}: {edited:?}") };
        assert_eq!((&receipt.url, &receipt.detail), (&written.receipt.url, &written.receipt.detail));
        assert!(std::fs::read_to_string(written.path()).unwrap().contains("Corrected."), "{way:?}");
        // The receipt may not have been recorded: the same once more is done.
        let again = written.channel.edit(&change, &written.receipt, &written.attempt()).await.unwrap();
        assert_eq!(again, Edited::Done(receipt.clone()), "{way:?}");
        // Another address is another page.
        let mut moved = other.clone();
        moved.slug = "elsewhere".to_owned();
        let change = Change { before: change.after, after: payload(&moved) };
        assert!(written.channel.can_edit(&change).unwrap_err().contains("address"), "{way:?}");
        // What somebody worked on is theirs by now.
        std::fs::write(written.path(), "a hand was here").unwrap();
        let mut third = other.clone();
        third.markdown = "Once more.\n".to_owned();
        third.html = "<p>Once more.</p>\n".to_owned();
        let change = Change { before: change.before, after: payload(&third) };
        let edited = written.channel.edit(&change, &receipt, &written.attempt()).await.unwrap();
        assert!(matches!(edited, Edited::Stays(_)), "{way:?}: {edited:?}");
        assert_eq!(std::fs::read_to_string(written.path()).unwrap(), "a hand was here", "{way:?}");
    }
}

/// An edit died midway, and what it was to change is taken down instead: whichever of its
/// files was written, nothing of it stays, its image neither.
#[tokio::test]
async fn an_edit_that_was_cut_is_taken_down_whole() {
    for way in FILES.iter().filter(|way| way.0 != "outbox") {
        let there = |written: &Written| -> Vec<(String, Vec<u8>)> {
            let read =
                |file: String| (file.clone(), std::fs::read(written.folder.path().join(file)).unwrap());
            let all = files(written.folder.path()).into_iter();
            all.filter(|file| !file.starts_with(".ladder")).map(read).collect()
        };
        let count = there(&Written::by(*way).await).len();
        for (at, is_only_that_old) in (0..count).flat_map(|at| [(at, true), (at, false)]) {
            let written = Written::by(*way).await;
            let Variant::Article(mut other) = written.variant.clone() else { panic!("no article") };
            (other.title, other.html) = ("Corrected".to_owned(), "<p>Corrected.</p>\n".to_owned());
            let image = picture(4);
            std::fs::write(written.attempt().media.join(&image.sha256), picture_bytes(4)).unwrap();
            (other.media, other.cover) = (vec![Picture { name: picture(3).name, ..image }], None);
            let after = written.channel.payload(&Variant::Article(other), &written.attempt().identity);
            let change = Change { before: written.part(), after: after.value.unwrap().parts.remove(0) };
            let since = "2026-12-02T08:00:00Z".parse().unwrap();
            let editing = Attempt { last_tried: since, ..written.attempt() };
            let before = there(&written);
            written.channel.edit(&change, &written.receipt, &editing).await.unwrap();
            for (_, (file, old)) in before.iter().enumerate().filter(|(n, _)| (*n == at) == is_only_that_old)
            {
                std::fs::write(written.folder.path().join(file), old).unwrap();
            }
            let what = format!("{way:?}: {:?}, {is_only_that_old}", before[at].0);
            let changing = Some(Changing { body: change.after.body, since });
            let attempt = Attempt { changing, ..written.attempt() };
            let removed =
                written.channel.take_down(&change.before, &written.receipt, &attempt).await.unwrap();
            assert_eq!(removed, Removed::Gone, "{what}");
            assert!(written.files().is_empty(), "{what}: {:?}", written.files());
            let says = |(_, bytes): &(String, Vec<u8>)| {
                String::from_utf8_lossy(bytes).contains("Corrected")
                    || bytes.windows(6).any(|w| w == b"landed")
            };
            assert!(!there(&written).iter().any(says), "{what}");
        }
    }
}

/// A first try died before its page was there, and is taken back: its image goes.
#[tokio::test]
async fn a_first_try_that_was_cut_leaves_no_image() {
    for way in FILES.iter().filter(|way| way.0 != "outbox") {
        let written = Written::by(*way).await;
        for file in written.files().iter().filter(|file| !file.ends_with(".png")) {
            std::fs::remove_file(written.folder.path().join(file)).unwrap();
        }
        assert!(!written.files().is_empty(), "{way:?}");
        let withdrawn = Attempt { withdrawn: true, ..written.attempt() };
        if let Found::Sent(_) = written.channel.find(&written.part(), &withdrawn).await.unwrap() {
            written.take_down().await;
        }
        assert!(written.files().is_empty(), "{way:?}: {:?}", written.files());
    }
}

#[tokio::test]
async fn what_a_person_posted_is_not_called_back() {
    let channel = configured(&format!("[channels.step]\nadapter = \"manual\"\n{}", WAYS[3].table)).channel;
    let folder = tempfile::tempdir().unwrap();
    let removed = channel.remove(&Receipt::default(), folder.path()).await;
    assert!(matches!(&removed, Ok(Removed::Stays(why)) if !why.is_empty()), "{removed:?}");
}

/// A page in a generator's folder is worked on by hand more often than not: what is
/// published again writes nothing of that over.
#[test]
fn published_again_a_page_that_was_worked_on_is_held() {
    for preset in ["hugo", "zola", "eleventy"] {
        let table = format!(
            "\n[channels.own]\nadapter = \"static-site\"\npreset = \"{preset}\"\ndirectory = \"site/posts\"\n"
        );
        let ladder = "name = \"all\"\n[rungs.own]\nchannel = \"own\"\n";
        let house = House::new(&table, ladder);
        house.message("m", "It landed.");
        house.publish().ends(0);
        let page = house.files("site").into_iter().find(|file| file.ends_with(".md")).unwrap();
        // Other ends of lines are nobody's work.
        let text = house.read(&page);
        house.write(&page, &text.replace('\n', "\r\n"));
        house.edit("messages/m.md", "It landed.", "It stands.");
        house.run(&["publish", "m", "--yes", "--again", "new words"]).ends(0);
        assert!(house.read(&page).contains("It stands."), "{preset}");
        let mine = format!("{}My own work.\n", house.read(&page));
        house.write(&page, &mine);
        house.edit("messages/m.md", "It stands.", "It flew.");
        let held = house.run(&["publish", "m", "--yes", "--again", "newer words"]).ends(5).out();
        assert!(held.contains("was changed since it was written"), "{preset}: {held}");
        assert_eq!(house.read(&page), mine, "{preset}");
        std::fs::remove_file(house.path(&page)).unwrap();
        house.run(&["run"]).ends(0);
        assert!(house.read(&page).contains("It flew."), "{preset}");
    }
}
