//! Files and folders that are broken, missing, endless or somewhere else: each
//! is named, nothing hangs, and nothing is written anywhere.

use super::house::House;
use std::path::Path;

const MESSAGE: &str = "messages/hello/message.md";
const LADDER: &str = "content-ladders/at-once.toml";

/// What publishing writes.
fn written(house: &House) -> Vec<String> {
    ["outbox", "public", "mail"].iter().flat_map(|folder| house.files(folder)).collect()
}

/// `check` names the rule, `publish` refuses with the same code, nothing is written.
#[track_caller]
fn refused(house: &House, rule: &str, what: &str) {
    let json = house.run(&["check", "--format", "json"]).ends(3).json();
    let rules: Vec<&str> =
        json["diagnostics"].as_array().unwrap().iter().filter_map(|d| d["rule"].as_str()).collect();
    assert!(rules.contains(&rule), "{what}: {json:#}");
    let ended = house.run(&["publish", "hello", "--yes"]);
    assert!(!ended.err().contains("panicked"), "{what}: {}", ended.err());
    assert_eq!(written(house), Vec::<String>::new(), "{what}");
    // The message that is asked for may not be there at all any more.
    assert!(matches!(ended.code(), 2 | 3), "{what}: {}", ended.err());
}

#[test]
fn broken_texts_are_named_by_rule() {
    let deep = "[".repeat(50_000);
    let bomb: String = ('b'..='j')
        .map(|c| format!("{c}: &{c} [{}]\n", format!("*{},", (c as u8 - 1) as char).repeat(9)))
        .collect();
    let messages = [
        ("syntax", "+++\ntitle \"x\"\n+++\n".to_owned()),
        ("syntax", "+++\ntitle = \"x\"\n".to_owned()),
        ("syntax", "---\ntitle: \"a\nb: [\n---\n".to_owned()),
        ("syntax", format!("---\ntitle: {deep}\n---\n")),
        ("syntax", format!("+++\ntitle = \"a\"\nx = {deep}\n+++\n")),
        ("syntax", format!("---\ntitle: t\na: &a [1]\n{bomb}---\n")),
        ("missing-key", "+++\ntitle = \" \"\n+++\nx".to_owned()),
    ];
    for (rule, text) in messages {
        let house = House::new();
        house.write(MESSAGE, &text);
        refused(&house, rule, &text[..text.len().min(60)]);
    }
    let ladders = [
        ("syntax", "name = \"at-once\"\n[rungs.a\n"),
        ("no-rung", "name = \"at-once\"\n"),
        ("no-rung", "name = \"at-once\"\n[rungs]\n"),
        ("unknown-channel", "name = \"at-once\"\n[rungs.a]\nchannel = \"blgo\"\n"),
        ("unknown-rung", "name = \"at-once\"\n[rungs.a]\nchannel = \"blog\"\nafter = \"b\"\n"),
        ("self-wait", "name = \"at-once\"\n[rungs.a]\nchannel = \"blog\"\nafter = \"a\"\n"),
        (
            "cycle",
            "name = \"at-once\"\n[rungs.a]\nchannel = \"blog\"\nafter = \"b\"\n[rungs.b]\nchannel = \"x\"\nafter = \"a\"\n",
        ),
        ("wrong-name", "name = \"at-once\"\n[rungs.\"../../x\"]\nchannel = \"blog\"\n"),
        ("template", "name = \"at-once\"\n[rungs.a]\nchannel = \"x\"\ntext = \"{% if %}\"\n"),
        (
            "template",
            "name = \"at-once\"\n[rungs.a]\nchannel = \"x\"\ntext = \"{% include '../ladder.toml' %}\"\n",
        ),
        ("wrong-value", "name = \"at-once\"\n[rungs.a]\nchannel = \"blog\"\ncanonical = \"javascript:x\"\n"),
    ];
    for (rule, text) in ladders {
        let house = House::new();
        house.write(LADDER, text);
        refused(&house, rule, text);
    }
}

#[test]
fn texts_without_a_visible_character_are_empty() {
    let blanks =
        ["", "  ", "\\u200b\\u2060", "\\ufeff", "\\u202e", "\\u001b", "\\u3164", "\\U000E0041", "{{ '' }}"];
    for blank in blanks {
        let house = House::new();
        let places = [
            ("x", "text"),
            ("newsletter", "subject"),
            ("blog", "title"),
            ("blog", "text"),
            ("facebook", "text"),
        ];
        for (channel, key) in places {
            let channel = format!("channel = \"{channel}\"");
            house.edit(LADDER, &channel, &format!("{channel}\n{key} = \"{blank}\""));
        }
        refused(&house, "empty-text", blank);
        let json = house.run(&["check", "--format", "json"]).json();
        let found =
            json["diagnostics"].as_array().unwrap().iter().filter(|d| d["rule"] == "empty-text").count();
        assert_eq!(found, places.len(), "{blank}: {json:#}");
    }
    let house = House::new();
    house.edit(LADDER, "channel = \"newsletter\"", "channel = \"newsletter\"\ntext = \"\\u200b\"");
    refused(&house, "empty-text", "a mail without a body");
}

#[test]
fn media_that_are_none_are_named() {
    let cover = "messages/hello/cover.png";
    let names = [
        ("covr.png", "bad-media"),
        ("", "missing-key"),
        (".", "path-outside"),
        ("/etc/passwd", "path-outside"),
        ("co\\u0000ver.png", "path-outside"),
    ];
    for (name, rule) in names {
        let house = House::new();
        house.edit(MESSAGE, "\"cover.png\"", &format!("\"{name}\""));
        refused(&house, rule, name);
    }
    let png = |width: u32, height: u32| {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes().into_iter().chain(height.to_be_bytes()).chain([8, 6, 0, 0, 0]));
        bytes
    };
    for bytes in [
        b"".to_vec(),
        b"<svg onload='x()'/>".to_vec(),
        png(u32::MAX, u32::MAX),
        png(50_000, 50_000),
        png(0, 0),
    ] {
        let house = House::new();
        std::fs::write(house.path(cover), &bytes).unwrap();
        refused(&house, "bad-media", &format!("{bytes:?}"));
    }
    let house = House::new();
    std::fs::File::create(house.path(cover)).unwrap().set_len(60_000_000).unwrap();
    refused(&house, "bad-media", "a file of 60 MB");
    let house = House::new();
    std::fs::remove_file(house.path(cover)).unwrap();
    std::fs::create_dir(house.path(cover)).unwrap();
    refused(&house, "bad-media", "a folder");
}

#[cfg(unix)]
fn pipe(path: &Path) {
    let _ = std::fs::remove_file(path);
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
#[cfg(unix)]
fn a_pipe_or_a_device_in_the_place_of_a_file_is_not_waited_for() {
    use std::os::unix::fs::symlink;
    for (file, rule) in [
        (MESSAGE, "unreadable"),
        ("messages/hello/cover.png", "bad-media"),
        ("messages/hello/message.de.md", "unreadable"),
        (LADDER, "unreadable"),
        ("templates.txt", ""),
    ] {
        let house = House::new();
        pipe(&house.path(file));
        if !rule.is_empty() {
            refused(&house, rule, file);
        }
        let house = House::new();
        let _ = std::fs::remove_file(house.path(file));
        symlink("/dev/zero", house.path(file)).unwrap();
        if !rule.is_empty() {
            refused(&house, "path-outside", file);
        }
    }
    let house = House::new();
    std::fs::create_dir(house.path("templates")).unwrap();
    pipe(&house.path("templates/x.txt"));
    refused(&house, "unreadable", "a template");
    let house = House::new();
    pipe(&house.path("ladder.toml"));
    house.run(&["check"]).ends(2);
}

#[test]
#[cfg(unix)]
fn folders_that_are_links_out_of_the_project_are_not_read() {
    use std::os::unix::fs::symlink;
    for folder in ["messages", "content-ladders", "templates"] {
        let house = House::new();
        let elsewhere = tempfile::tempdir().unwrap();
        let target = elsewhere.path().join("moved");
        if house.path(folder).exists() {
            std::fs::rename(house.path(folder), &target).unwrap();
        } else {
            std::fs::create_dir(&target).unwrap();
            std::fs::write(target.join("secret.txt"), "canary").unwrap();
            house.edit(LADDER, "channel = \"x\"", "channel = \"x\"\ntext = \"{% include 'secret.txt' %}\"");
        }
        symlink(&target, house.path(folder)).unwrap();
        refused(&house, "path-outside", folder);
        let shown = house.run(&["preview", "hello", "--format", "html"]);
        assert!(!shown.out().contains("canary"));
    }
    let house = House::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("ladder.toml");
    std::fs::rename(house.path("ladder.toml"), &target).unwrap();
    symlink(&target, house.path("ladder.toml")).unwrap();
    refused(&house, "path-outside", "ladder.toml");
}

#[test]
fn nothing_is_written_outside_of_the_project_or_over_what_is_read() {
    let places = [
        ("directory = \"public/blog\"", "directory = \"PLACE\""),
        ("maildir = \"mail\"", "maildir = \"PLACE\""),
        ("live = false", "assets = \"PLACE\""),
        ("[channels.x]", "[channels.files]\nadapter = \"outbox\"\ndirectory = \"PLACE\"\n[channels.x]"),
    ];
    for (from, to) in places {
        for place in [
            "../x",
            "a/../../x",
            "/etc",
            "a\\u0000b",
            "a\\\\..\\\\b",
            ".git",
            ".ladder",
            "messages/hello",
            " ",
            "a/con",
        ] {
            let house = House::new();
            house.edit("ladder.toml", from, &to.replace("PLACE", place));
            refused(&house, "path-outside", &format!("{from} {place}"));
        }
    }
    for id in ["../../x", "/x", "..", "a//b", "a/./b", "-x"] {
        let house = House::new();
        house.edit(MESSAGE, "title = ", &format!("id = \"{id}\"\ntitle = "));
        refused(&house, "wrong-name", id);
    }
    // A slug is made of what it is given, and never climbs.
    for slug in ["../../x", "/etc/x", "..", "a\\\\..\\\\b", "\\u2025/x", "feed.xml"] {
        let house = House::new();
        house.edit(LADDER, "channel = \"blog\"", &format!("channel = \"blog\"\nslug = \"{slug}\""));
        house.run(&["publish", "hello", "--yes"]).ends(0);
        let pages = house.files("public");
        assert!(pages.iter().filter(|file| file.ends_with("/index.html")).count() == 2, "{pages:?}");
        assert_eq!(std::fs::read_dir(house.path("public/blog")).unwrap().count(), 3, "{pages:?}");
    }
}

#[test]
#[cfg(unix)]
fn a_folder_to_write_into_that_is_a_link_out_of_the_project_holds_everything_back() {
    for folder in ["public", "mail", "outbox"] {
        let house = House::new();
        let elsewhere = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), house.path(folder)).unwrap();
        let ended = house.run(&["publish", "hello", "--yes"]).ends(1);
        assert!(ended.err().contains("leads out of the project through a link"), "{}", ended.err());
        assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
        assert_eq!(written(&house), Vec::<String>::new(), "{folder}");
    }
}

/// A link within the project may lead to what publishing reads: `check` shows the line.
#[test]
#[cfg(unix)]
fn a_folder_to_write_into_that_is_a_link_to_what_is_read_is_refused() {
    for (folder, target) in
        [("public", ".git"), ("public", ".ladder"), ("public", "messages"), ("mail", ".git")]
    {
        let house = House::new();
        std::fs::create_dir_all(house.path(target)).unwrap();
        let before = house.files(target);
        std::os::unix::fs::symlink(target, house.path(folder)).unwrap();
        let json = house.run(&["check", "--format", "json"]).ends(3).json();
        let told = json["diagnostics"].as_array().unwrap().iter().find(|d| d["rule"] == "path-outside");
        let told = told.unwrap_or_else(|| panic!("{target}: {json:#}"));
        assert!(
            told["file"] == "ladder.toml" && told["line"].is_u64() && told["hint"].is_string(),
            "{told:#}"
        );
        let ended = house.run(&["publish", "hello", "--yes"]).ends(1);
        assert!(ended.err().contains("not for writing into"), "{}", ended.err());
        if target != ".ladder" {
            assert_eq!(house.files(target), before, "{target}");
        }
        assert!(!house.path(target).join("blog").exists(), "{target}");
    }
}

#[test]
fn two_channels_that_collide_in_one_folder_are_told_by_check() {
    let house = House::new();
    let toml = house.read("ladder.toml");
    let more = "[channels.paste]\nadapter = \"outbox\"\ndirectory = \"public/blog/\"\n";
    house.write("ladder.toml", &format!("{toml}\n{more}"));
    let said = house.run(&["check", "--format", "json"]).ends(3).json();
    let found: Vec<_> =
        said["diagnostics"].as_array().unwrap().iter().filter(|one| one["rule"] == "shared-folder").collect();
    assert_eq!(found.len(), 1, "{said}");
    assert_eq!((&found[0]["file"], found[0]["severity"].as_str()), (&"ladder.toml".into(), Some("error")));
    assert_eq!(found[0]["line"], toml.lines().count() + 4, "{said}");
    assert!(found[0]["message"].as_str().unwrap().contains("`[channels.blog]`"), "{said}");
    house.write("ladder.toml", &format!("allow = [\"shared-folder\"]\n{toml}\n{more}"));
    house.run(&["check"]).ends(0);
}

#[test]
fn a_missing_credential_is_named_before_anything_is_sent() {
    let smtp = |value: &str| {
        let house = House::new();
        house.edit("ladder.toml", "maildir = \"mail\"", &format!("smtp = {value}"));
        house
    };
    let without = "access_token = { env = \"X_ACCESS_TOKEN\" }\nwithout_credentials = \"outbox\"";
    let token = || {
        let house = House::new();
        house.edit("ladder.toml", without, "access_token = { env = \"X_ACCESS_TOKEN\" }");
        house
    };
    let cases = [
        (smtp("{ env = \"SMTP_URL\" }"), "SMTP_URL", None, "the variable `SMTP_URL` is not set"),
        (smtp("{ env = \"SMTP_URL\" }"), "SMTP_URL", Some(""), "the variable `SMTP_URL` is empty"),
        (smtp("{ env = \"SMTP_URL\" }"), "SMTP_URL", Some(" "), "the variable `SMTP_URL` holds only blanks"),
        (
            smtp("{ env = \"SMTP_URL\" }"),
            "SMTP_URL",
            Some("canary"),
            "the variable `SMTP_URL` holds no address",
        ),
        (smtp("{ file = \"nope\" }"), "SMTP_URL", None, "the file `nope` does not exist"),
        (smtp("{ file = \"messages\" }"), "SMTP_URL", None, "the file `messages` is no plain file"),
        (smtp("{ command = [\"no-such-program\"] }"), "SMTP_URL", None, "the command `no-such-program`"),
        (token(), "X_ACCESS_TOKEN", None, "the variable `X_ACCESS_TOKEN` is not set"),
        (token(), "X_ACCESS_TOKEN", Some(""), "the variable `X_ACCESS_TOKEN` is empty"),
    ];
    for (house, variable, value, says) in cases {
        let mut command = house.command(&["publish", "hello", "--yes"]);
        if let Some(value) = value {
            command.env(variable, value);
        }
        let output = command.output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{says}: {err}");
        assert!(err.contains("nothing was sent") && err.contains(says), "{says}: {err}");
        assert!(!err.contains("canary"), "{err}");
        assert_eq!(written(&house), Vec::<String>::new(), "{says}");
    }
    #[cfg(unix)]
    {
        let house = smtp("{ file = \"pipe\" }");
        pipe(&house.path("pipe"));
        let ended = house.run(&["publish", "hello", "--yes"]).ends(1);
        assert!(ended.err().contains("`pipe` is no plain file"), "{}", ended.err());
    }
}

#[test]
fn looking_runs_no_program_and_reads_no_secret() {
    let house = House::new();
    house.edit("ladder.toml", "maildir = \"mail\"", "smtp = { command = [\"touch\", \"ran\"] }");
    house.edit("ladder.toml", "{ env = \"X_ACCESS_TOKEN\" }", "{ file = \"canary.txt\" }");
    house.write("canary.txt", "canary");
    for verb in [
        &["check"][..],
        &["preview", "hello"],
        &["preview", "hello", "--format", "html"],
        &["plan", "hello"],
        &["channels"],
    ] {
        let ended = house.run(verb).ends(0);
        assert!(!ended.out().contains("canary\"") && !ended.err().contains("canary\""));
        assert!(!house.path("ran").exists(), "{verb:?}");
    }
}

/// An adapter looks at what was made; what it finds is told where that was written.
#[test]
fn what_an_adapter_finds_is_told_where_it_is_mended() {
    let house = House::new();
    let channels = "\n[channels.ghost]\nadapter = \"ghost\"\nbase_url = \"https://ghost.acme.test\"\n\
                    admin_api_key = { env = \"GHOST\" }\n\
                    [channels.dev]\nadapter = \"forem\"\naccount = \"ada\"\napi_key = { env = \"DEV\" }\n\
                    [channels.mentions]\nadapter = \"webmention\"\n";
    house.write("ladder.toml", &format!("{}{channels}", house.read("ladder.toml")));
    house.write(
        "content-ladders/open.toml",
        "[rungs.site]\nchannel = \"ghost\"\nslug = \"A b\"\nexcerpt = \"{{ 'long ' * 90 }}\"\n\
         [rungs.dev]\nchannel = \"dev\"\ntext = \"![x](y.png)\"\n\
         [rungs.told]\nchannel = \"mentions\"\n\
         [rungs.wrong]\nchannel = \"dev\"\ntitle = \"{{ 'w' * 129 }}\"\n",
    );
    let found = house.run(&["check", "hello", "--ladder", "open", "--format", "json"]).json();
    let places: Vec<String> = found["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            let says = |key: &str| found[key].as_str().unwrap().to_owned();
            format!("{}:{}:{} {}", says("file"), found["line"], found["column"], says("rule"))
        })
        .collect();
    assert_eq!(
        places,
        [
            "content-ladders/open.toml:4:11 too-long",
            "content-ladders/open.toml:7:14 bad-link",
            "content-ladders/open.toml:7:8 image-not-public",
            "messages/hello/message.md:8:8 cover-left-out",
            "content-ladders/open.toml:8:1 no-source",
            "content-ladders/open.toml:12:9 too-long",
            "content-ladders/open.toml:3:8 slug-changed",
            "content-ladders/open.toml:12:9 title-too-long",
        ]
    );
}
