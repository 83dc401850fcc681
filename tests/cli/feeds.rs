//! A feed beside the blog that it is of: published, published again, edited, taken out.

use super::house::House;
use serde_json::Value;

const FEED: &str = "[channels.feed]\nadapter = \"feed\"\ndirectory = \"public/feeds\"\n\
                    url = \"https://example.com/feeds\"\n\n[channels.blog]";
const LADDER: &str = "name = \"at-once\"\n\n[rungs.blog]\nchannel = \"blog\"\n\n\
                      [rungs.feed]\nchannel = \"feed\"\nafter = \"blog\"\n";

fn house() -> House {
    let house = House::new();
    house.edit("ladder.toml", "[channels.blog]", FEED);
    house.write("content-ladders/at-once.toml", LADDER);
    house
}

fn feed(house: &House) -> Value {
    serde_json::from_str(&house.read("public/feeds/feed.json")).unwrap()
}

#[test]
fn an_item_leads_to_the_page_it_comes_after_and_is_there_once() {
    let house = house();
    house.run(&["check"]).ends(0);
    house.run(&["publish", "hello", "--yes"]).ends(0);
    let made = feed(&house);
    let item = &made["items"][0];
    // Programs know a page by its address: no tags.
    assert_eq!(item["url"], "https://example.com/blog/hello/");
    assert_eq!(item["id"].as_str().unwrap().split_once(',').unwrap().0, "tag:example.com");
    assert_eq!(made["feed_url"], "https://example.com/feeds/feed.json");
    assert_eq!(made["home_page_url"], "https://example.com");
    let before = ["atom.xml", "rss.xml", "feed.json"].map(|file| house.read(&format!("public/feeds/{file}")));
    house.run(&["publish", "hello", "--yes"]).ends(0);
    let after = ["atom.xml", "rss.xml", "feed.json"].map(|file| house.read(&format!("public/feeds/{file}")));
    assert_eq!(before, after);

    let title = item["title"].as_str().unwrap().to_owned();
    house.edit("messages/hello/message.md", &title, "Corrected");
    house.run(&["edit", "hello", "--yes"]).ends(0);
    let edited = feed(&house);
    assert_eq!(edited["items"][0]["title"], "Corrected");
    for kept in ["id", "date_published", "url"] {
        assert_eq!(edited["items"][0][kept], item[kept]);
    }

    house.run(&["unpublish", "hello", "--only", "feed", "--yes"]).ends(0);
    assert_eq!(feed(&house)["items"], Value::Array(Vec::new()));
    assert!(!house.read("public/feeds/atom.xml").contains("<entry"));
    let left = house.files("public/feeds");
    assert_eq!(left.len(), 3, "{left:?}");
    assert!(house.path("public/blog/hello/index.html").is_file(), "the page stays");
}

/// What did not come out, and was taken back, is brought by no later item.
#[test]
fn what_was_taken_back_before_it_went_out_stays_out() {
    let house = house();
    house.run(&["publish", "hello", "--only", "blog", "--yes"]).ends(0);
    house.write("public/feeds/other/item.json", "{");
    house.run(&["publish", "hello", "--yes"]).ends(5);
    house.run(&["unpublish", "hello", "--only", "feed", "--yes"]).ends(0);
    std::fs::remove_dir_all(house.path("public/feeds/other")).unwrap();
    let message = house.read("messages/hello/message.md");
    house.write("messages/second/message.md", &message);
    std::fs::copy(house.path("messages/hello/cover.png"), house.path("messages/second/cover.png")).unwrap();
    house.run(&["publish", "second", "--yes"]).ends(0);
    let items = feed(&house)["items"].clone();
    assert_eq!(items.as_array().unwrap().len(), 1, "{items}");
    assert_eq!(items[0]["url"], "https://example.com/blog/second/");
}

#[test]
fn a_feed_is_rehearsed_and_nothing_is_written() {
    let house = house();
    house.edit("ladder.toml", "\n\n[channels.blog]", "\nname = \"Rocket news\"\n\n[channels.blog]");
    let ended = house.run(&["publish", "hello", "--rehearse"]).ends(0);
    // As readers know them: the feed by its name, the site by its own, which is the brand's.
    for head in ["feed · Feed Rocket news\n", "blog · site Acme Rockets\n"] {
        assert!(ended.out().contains(head), "no {head:?}: {}", ended.out());
    }
    assert!(!house.path("public/feeds").exists());
}

#[test]
fn mistakes_in_the_table_are_told_together() {
    let house = house();
    house.edit(
        "ladder.toml",
        "url = \"https://example.com/feeds\"",
        "url = \"https://example.com/feeds?x\"\nformats = [\"atm\"]\nentries = 0\nhubs = [\"hub\"]\n\
         id_authority = \"not a domain\"\nhome = \"https://example.com\"",
    );
    let ended = house.run(&["check"]);
    let said = ended.out() + &ended.err();
    for told in [
        "`url` is the address of one folder",
        "did you mean `atom`?",
        "`hub` is not the address of a hub",
        "`id_authority` is neither a domain nor a mail address",
        "entries",
        "home",
    ] {
        assert!(said.contains(told), "no {told}: {said}");
    }
    assert_ne!(ended.code(), 0);
    // The one key of a site's pages that people know is no feed's.
    house.edit("ladder.toml", "/feeds?x\"", "/feeds/{slug}/\"");
    let ended = house.run(&["check"]);
    assert!((ended.out() + &ended.err()).contains("no user, no `{slug}`"));
}

/// What is published and shown holds no password, and what hubs cannot be reached by is told.
#[test]
fn addresses_with_a_user_or_a_password_are_refused_and_not_shown() {
    let house = house();
    let secret = "https://ada:S3cretpw@hub.example.net/";
    house.edit(
        "ladder.toml",
        FEED,
        &FEED.replace(
            "\n\n[channels.blog]",
            &format!(
                "\nhubs = [\"{secret}\"]\nhome_page_url = \"https://S3cretpw@example.com/\"\n\n\
                 [channels.hub]\nadapter = \"websub\"\nfeed = \"https://example.com/feeds/atom.xml\"\n\
                 hubs = [\"{secret}\", \"http://10.0.0.7/hub\"]\n\n[channels.blog]"
            ),
        ),
    );
    house.write(
        "content-ladders/at-once.toml",
        &format!("{LADDER}\n[rungs.hub]\nchannel = \"{secret}\"\nafter = [\"feed\", \"{secret}\"]\nat = \"{secret}\"\n"),
    );
    for format in ["text", "json"] {
        let ended = house.run(&["check", "--format", format]).ends(3);
        let said = ended.out() + &ended.err();
        assert!(!said.contains("S3cret"), "{said}");
        for (told, times) in [
            ("`hubs` holds a user or a password", 2),
            ("`home_page_url` holds a user or a password", 1),
            ("`http://10.0.0.7/hub` is a private address", 1),
            ("https://…@hub.example.net/", 1),
        ] {
            assert!(said.matches(told).count() >= times, "not {times} {told}: {said}");
        }
    }
}
