//! What somebody gets wrong on the first day: the answer names the place and
//! what to write there.

use super::house::House;

const MESSAGE: &str = "messages/hello/message.md";

/// All that `check` says.
fn checked(house: &House, exit: i32) -> String {
    let ended = house.run(&["check"]).ends(exit);
    format!("{}{}", ended.out(), ended.err())
}

#[test]
fn a_misspelt_network_is_an_error_at_its_line() {
    let house = House::new();
    let table = "\n[channels.mx]\nadapter = \"outbox\"\nnetwork = \"twiter\"\n";
    house.write("ladder.toml", &format!("{}{table}", house.read("ladder.toml")));
    let text = checked(&house, 3);
    assert!(text.contains("there is no network `twiter`") && text.contains("did you mean `x`?"), "{text}");
    assert!(text.contains("network = \"twiter\""), "{text}");
    house.edit("ladder.toml", "\"twiter\"", "\"mastodon\"");
    checked(&house, 0);
}

#[test]
fn links_of_the_body_lead_somewhere() {
    let house = House::new();
    let text = house.read(MESSAGE);
    house.write(MESSAGE, &format!("{text}\n[bad](htp://acme.example) [rel](coffee.example/x) [empty]()\n"));
    house.write("ladder.toml", &format!("allow = [\"relative-link\"]\n{}", house.read("ladder.toml")));
    let text = checked(&house, 0);
    assert!(text.contains("begins with `htp:`") && text.contains("did you mean `https:`?"), "{text}");
    assert!(text.contains("warning[bad-link]: a link has no address"), "{text}");
    // The mail is told of what is relative, as an error of its own.
    assert!(!text.contains("bad-link]: the link `coffee"), "{text}");
    house.edit("ladder.toml", "allow = [\"relative-link\"]\n", "");
    let text = checked(&house, 3);
    assert!(text.contains("error[relative-link]"), "{text}");
    assert_eq!(text.matches("coffee.example/x`").count(), 1, "{text}");
    // The place is that of the link, not of the first letters that look like it.
    house.write(MESSAGE, "+++\ntitle = \"It\"\nsummary = \"Is.\"\n+++\nhttps://x.example\n\n[abs](/x)\n");
    let text = checked(&house, 3);
    assert!(text.contains("message.md:7:7"), "{text}");
}

#[test]
fn a_card_without_a_link_is_told_by_its_rule() {
    let house = House::new();
    let ladder = "[rungs.tweet]\nchannel = \"x\"\ntext = \"It is here.\"\nattach = \"card\"\n";
    house.write("content-ladders/at-once.toml", ladder);
    let text = checked(&house, 0);
    assert!(text.contains("warning[card-without-link]: there is no link to make a card of"), "{text}");
    assert!(text.contains("attach = \"card\""), "{text}");
    house.write("content-ladders/at-once.toml", &format!("allow = [\"card-without-link\"]\n{ladder}"));
    let text = checked(&house, 0);
    assert!(!text.contains("card"), "{text}");
}

#[test]
fn what_goes_with_a_post_is_as_the_page_says() {
    let house = House::new();
    let with_text = |text: &str| {
        let overrides: Vec<String> = ["tweet", "facebook"]
            .iter()
            .map(|rung| format!("[overrides.{rung}]\ntext = \"{text}\"\n"))
            .collect();
        let head = "title = \"It is here\"\nsummary = \"All of it.\"\n[[media]]\nfile = \"cover.png\"\n";
        let alt = "alt = { en = \"A ladder leaning on a wall\" }\n";
        house.write(MESSAGE, &format!("+++\n{head}{alt}{}+++\nBody.\n", overrides.concat()));
        let json = house.run(&["preview", "hello", "--format", "json"]).ends(0).json();
        // The images of the post, and the address of its card.
        ["tweet", "facebook"].map(|rung| {
            let variants = json["variants"].as_array().unwrap();
            let post = variants.iter().find(|variant| variant["rung"] == rung).unwrap();
            let images = post["parts"][0]["media"].as_array().unwrap().len();
            (images, post["card"]["url"].as_str().unwrap_or("none").to_owned())
        })
    };
    let page = "https://rung.invalid/blog/tracked".to_owned();
    let other = with_text("Hello https://example.org/x");
    assert_eq!(other, [(1, "none".to_owned()), (0, page.clone())]);
    let own = with_text("Hello {{ rungs.blog.url }}");
    assert_eq!(own, [(0, page.clone()), (0, page)]);
}

#[test]
fn an_id_that_was_lost_is_found_again() {
    let house = House::new();
    let project = house.read("ladder.toml");
    let id = project.split("[store]\nid = \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    house.edit("ladder.toml", &format!("[store]\nid = \"{id}\""), "");
    let line = format!("give `ladder.toml` the section `[store]` with `id = \"{id}\"`");
    for verb in [&["publish", "hello", "--yes"][..], &["store", "create"], &["store", "info"]] {
        let told = house.run(verb).ends(2).err();
        assert!(told.contains(&line), "{verb:?}: {told}");
    }
    // Another id stands there: it is replaced, not written below.
    house.write("ladder.toml", &project.replace(&id, "01J00000000000000000000000"));
    let told = house.run(&["store", "create"]).ends(2).err();
    assert!(told.contains(&format!("by `id = \"{id}\"`")) && told.contains("replace"), "{told}");
    house.write("ladder.toml", &project);
    let told = house.run(&["store", "create"]).ends(2).err();
    assert!(told.contains("it is in use"), "{told}");
    std::fs::remove_file(house.path(".ladder/ladder.db")).unwrap();
    let told = house.run(&["store", "create"]).ends(0).err();
    assert!(told.contains("replace the id in `ladder.toml`"), "{told}");
}

#[test]
fn every_key_of_a_channel_is_listed_in_one_column() {
    let house = House::new();
    let text = house.run(&["channels", "--adapters"]).ends(0).out();
    for key in ["account", "language", "without_credentials", "access_token_secret", "network"] {
        assert!(text.lines().any(|line| line.starts_with(&format!("    {key} "))), "{key}: {text}");
    }
    let about = |line: &str| line.len() - line[4..].trim_start_matches(|c| c != ' ').trim_start().len();
    let keys = text.lines().filter(|line| line.starts_with("    "));
    let columns: std::collections::BTreeSet<usize> = keys.map(about).collect();
    assert_eq!(columns.len(), 1, "{text}");
    assert!(!text.contains("`facebook` or `linkedin`"), "any network that is counted has limits: {text}");
    let json = house.run(&["channels", "--adapters", "--format", "json"]).ends(0).json();
    let names = json["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap());
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["adapter", "account", "renamed_from", "language", "without_credentials", "pace"]
    );
}

#[test]
fn the_hint_for_a_head_is_written_as_the_head_is() {
    let house = House::new();
    house.write(
        "content-ladders/other.toml",
        &house.read("content-ladders/at-once.toml").replace("at-once", "other"),
    );
    house.write(MESSAGE, "---\ntitle: It is here\nsummary: All of it.\n---\nBody.\n");
    let text = checked(&house, 3);
    assert!(text.contains("write `ladder: …` in its head"), "{text}");
    house.write(MESSAGE, "+++\ntitle = \"It is here\"\nsummary = \"All of it.\"\n+++\nBody.\n");
    let text = checked(&house, 3);
    assert!(text.contains("write `ladder = \"…\"` in its head"), "{text}");
}

#[cfg(unix)]
#[test]
fn only_what_lacks_credentials_may_go_to_the_outbox() {
    let house = House::new();
    // A file where the folder would be: nobody can write below it.
    house.write("public", "");
    let told = house.run(&["publish", "hello", "--only", "blog", "--yes"]).ends(1).err();
    assert!(told.contains("[channels.blog]") && !told.contains("without_credentials"), "{told}");
    assert!(told.contains("mend what is named"), "{told}");
    std::fs::remove_file(house.path("public")).unwrap();
    house.edit("ladder.toml", "without_credentials = \"outbox\"", "");
    house.edit("content-ladders/at-once.toml", "after = \"blog\"", "");
    house.write("content-ladders/at-once.toml", "[rungs.tweet]\nchannel = \"x\"\ntext = \"It is here.\"\n");
    let told = house.run(&["publish", "hello", "--yes"]).ends(1).err();
    assert!(told.contains("give the channel `without_credentials = \"outbox\"`"), "{told}");
}

#[test]
fn a_folder_of_another_name_is_missed() {
    let house = House::new();
    std::fs::rename(house.path("messages"), house.path("mesages")).unwrap();
    let text = checked(&house, 0);
    assert!(text.contains("warning[no-folder]: there is no folder `messages/`"), "{text}");
    assert!(text.contains("rename it to `messages/`"), "{text}");
    house.run(&["check", "--deny-warnings"]).ends(3);
    std::fs::rename(house.path("mesages"), house.path("messages")).unwrap();
    std::fs::rename(house.path("content-ladders"), house.path("rungs")).unwrap();
    let text = checked(&house, 3);
    assert!(text.contains("there is no folder `content-ladders/`"), "{text}");
}

#[test]
fn a_secret_that_is_written_wrongly_names_its_channel_and_a_variable_of_its_own() {
    let house = House::new();
    let good = "access_token = { env = \"X_ACCESS_TOKEN\" }";
    let project = house.read("ladder.toml");
    assert!(project.contains(good), "{project}");
    for bad in ["\"abc123\"", "{ evn = \"X_ACCESS_TOKEN\" }", "{ env = \"$X_ACCESS_TOKEN\" }"] {
        house.write("ladder.toml", &project.replace(good, &format!("access_token = {bad}")));
        let text = checked(&house, 3);
        assert!(text.contains("`[channels.x]`: `access_token`"), "{text}");
        assert!(text.contains("`access_token = { env = \"X_ACCESS_TOKEN\" }`"), "{text}");
        assert!(!text.contains("abc123"), "{text}");
    }
}

#[test]
fn a_text_that_was_written_whole_is_no_template() {
    let house = House::new();
    house.write("messages/hello/tweet.md", "It is here: {{ rungs.blog.url }}\n");
    let text = checked(&house, 0);
    assert!(text.contains("warning[placeholder-left]") && text.contains("warning[link-missing]"), "{text}");
    assert_eq!(text.matches("`tweet.md` is no template").count(), 2, "{text}");
    assert!(text.contains("as `text` in `[overrides.tweet]`"), "{text}");
    assert!(!text.contains("write what was to stand there"), "{text}");
    // What the hint says works.
    std::fs::remove_file(house.path("messages/hello/tweet.md")).unwrap();
    let head = house.read(MESSAGE);
    let (head, body) = head.rsplit_once("+++").unwrap();
    let text = "[overrides.tweet]\ntext = \"It is here: {{ rungs.blog.url }}\"\n";
    house.write(MESSAGE, &format!("{head}{text}+++{body}"));
    let text = checked(&house, 0);
    assert!(!text.contains("warning["), "{text}");
}
