//! What is told of files that were laid out, written over and taken back.

use super::house::House;

/// A message on a ladder of its own that goes to files only.
fn filed() -> House {
    let house = House::new();
    let channels = "\n[channels.files]\nadapter = \"outbox\"\nnetwork = \"linkedin\"\n\n[channels.medium]\n\
                    adapter = \"medium\"\naccount = \"ada\"\n";
    house.write("ladder.toml", &(house.read("ladder.toml") + channels));
    house.write(
        "content-ladders/files.toml",
        "name = \"files\"\n\n[rungs.note]\nchannel = \"files\"\n\n[rungs.story]\nchannel = \"medium\"\n",
    );
    house.write(
        "messages/2026/note.md",
        "+++\ntitle = \"A note\"\nsummary = \"What it says.\"\nladder = \"files\"\n+++\n\nThe first words.\n",
    );
    house
}

const NOTE: &str = "2026/note";

#[test]
fn files_that_are_written_over_are_spoken_of_once() {
    let house = filed();
    house.run(&["publish", NOTE, "--yes"]).ends(0);
    let laid = house.files("outbox");
    house.edit("messages/2026/note.md", "first words", "second words");
    let again = house.run(&["publish", NOTE, "--yes", "--again", "a mistake"]).ends(0);
    let replaced = "note: its files are replaced, unless somebody has worked on them";
    assert!(again.err().contains(replaced), "{}", again.err());
    for stays in [again.err(), again.out()] {
        assert!(!stays.contains("stays up"), "{stays}");
    }
    assert!(!again.out().contains("Out already"), "{}", again.out());
    assert_eq!(house.files("outbox"), laid);
    assert!(house.read("outbox/2026/note/note.txt").contains("What it says"));
    let rows = |said: &str| said.lines().filter(|line| line.contains("note ")).count();
    let shown = house.run(&["unpublish", NOTE, "--dry-run"]).ends(0).out();
    assert_eq!(rows(&shown), 2, "{shown}");
    let down = house.run(&["unpublish", NOTE, "--yes"]).ends(0);
    assert_eq!(rows(&down.out()), 2, "{}", down.out());
    assert!(!down.out().contains("was gone already"), "{}", down.out());
    assert!(!down.err().contains("was gone already"), "{}", down.err());
    assert_eq!(down.err().matches("note (posted again, 1): is down").count(), 1, "{}", down.err());
}

#[test]
fn what_was_worked_on_is_told_beside_the_newer_one() {
    let house = filed();
    house.run(&["publish", NOTE, "--yes", "--only", "note"]).ends(0);
    house.write("outbox/2026/note/note.txt", "Mine.\n");
    let again = house.run(&["publish", NOTE, "--yes", "--only", "note", "--again", "a mistake"]).ends(0);
    let stays = "note: its files still lie at outbox/2026/note/note.txt, for somebody has worked on them";
    assert!(again.out().contains(stays), "{}", again.out());
    let down = house.run(&["unpublish", NOTE, "--yes"]).ends(4);
    assert!(down.out().contains("note, older") && down.out().contains("worked on"), "{}", down.out());
    assert_eq!(house.read("outbox/2026/note/note.txt"), "Mine.\n");
}

#[test]
fn no_empty_folder_stays_where_files_were_taken_in() {
    let house = filed();
    house.run(&["publish", NOTE, "--yes"]).ends(0);
    house.write("medium/2026/theirs.txt", "Mine.\n");
    house.run(&["unpublish", NOTE, "--yes"]).ends(0);
    assert_eq!(house.files("medium"), ["medium/2026/theirs.txt"]);
    for (folder, there) in [("outbox/2026", false), ("outbox", true), ("medium/2026/note", false)] {
        assert_eq!(house.path(folder).is_dir(), there, "{folder}");
    }
}

#[test]
fn a_story_for_medium_says_where_the_steps_and_where_the_text_are() {
    let house = filed();
    let said = house.run(&["publish", NOTE, "--yes"]).ends(0).out();
    let (steps, page) = ("medium/2026/note/story.txt", "medium/2026/note/story.html");
    assert!(said.contains(&format!("{steps} says how, and its text lies in {page}")), "{said}");
    assert!(house.read(steps).contains("new-story") && house.read(page).contains("The first words."));
}

#[test]
fn an_edit_says_on_which_ladder_the_message_was_published() {
    let house = filed();
    house.write(
        "content-ladders/other.toml",
        "name = \"other\"\n\n[rungs.page]\nchannel = \"blog\"\n\n[rungs.item]\nchannel = \"files\"\n",
    );
    house.run(&["publish", NOTE, "--ladder", "other", "--only", "page", "--yes"]).ends(0);
    house.edit("messages/2026/note.md", "first words", "second words");
    let said = house.run(&["edit", NOTE, "--yes"]).ends(2).err();
    let command = ["edit", NOTE, "--ladder", "other"];
    assert!(said.contains(&format!("`ladder {}`", command.join(" "))), "{said}");
    assert!(said.contains("was published on `other`, and this is `files`"), "{said}");
    assert!(!said.contains("--again"), "{said}");
    house.run(&[&command[..], &["--yes"]].concat()).ends(0);
    let pages = house.files("public/blog");
    let page = pages.iter().find(|file| file.ends_with("note/index.html")).unwrap();
    assert!(house.read(page).contains("second words"));
}

/// `blog` alone was published and taken down; the rest comes after it, one of it on a
/// channel that has no credentials.
#[test]
fn what_was_taken_back_is_published_anew_with_again_alone() {
    let house = House::new();
    let channel =
        "\n[channels.late]\nadapter = \"x\"\naccount = \"late\"\naccess_token = { env = \"LATE_TOKEN\" }\n";
    house.write("ladder.toml", &(house.read("ladder.toml") + channel));
    let ladder = house.read("content-ladders/at-once.toml");
    let rungs = "\n[rungs.late]\nchannel = \"late\"\nafter = \"blog\"\ntext = \"Late: {{ rungs.blog.url }}\"\n\n\
                 [rungs.later]\nchannel = \"x\"\nafter = \"late\"\ntext = \"Later: {{ rungs.blog.url }}\"\n";
    house.write("content-ladders/at-once.toml", &(ladder + rungs));
    house.run(&["publish", "hello", "--yes", "--only", "blog"]).ends(0);
    house.run(&["unpublish", "hello", "--yes"]).ends(0);
    let ended = house.run(&["publish", "hello", "--yes"]).ends(5);
    let again = "it was taken down: `ladder publish hello --again REASON` publishes it anew";
    assert!(ended.err().contains(again), "{}", ended.err());
    for said in [ended.out(), ended.err()] {
        assert!(
            !said.contains("LATE_TOKEN") && !said.contains("skipped") && !said.contains("left out"),
            "{said}"
        );
    }
    let some = house.run(&["publish", "hello", "--yes", "--only", "later", "--only", "late"]).ends(5).err();
    assert!(some.contains("`late` does not go, for `blog` was taken down"), "{some}");
    assert!(some.contains("`later` does not go, for `late` does not"), "{some}");
    // What does not come after it goes, and nobody asks for the credentials of the rest.
    house.edit(
        "content-ladders/at-once.toml",
        "[rungs.tweet]\nchannel = \"x\"\nafter = \"blog\"",
        "[rungs.tweet]\nchannel = \"x\"\ntext = \"Now.\"",
    );
    let some = house.run(&["publish", "hello", "--yes"]).ends(5);
    assert!(some.out().contains("`blog`, which it comes after, was taken down"), "{}", some.out());
    assert!(
        house.path("outbox/hello/tweet.txt").is_file() && !some.err().contains("LATE_TOKEN"),
        "{}",
        some.err()
    );
}
