//! Words that act instead of standing there: on a terminal, in a page, in a
//! mail's head, in a spreadsheet, in the head of a page. They are text in
//! everything that comes out.

use super::house::House;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

const MESSAGE: &str = "messages/hello/message.md";
const LADDER: &str = "content-ladders/at-once.toml";
const TITLE: &str = "title = \"One message, every channel\"";

/// One of each kind, as TOML writes them.
const STEERING: &str =
    "a\\u001b[31mb\\u001b]0;x\\u0007c\\u202ed\\u2066e\\u009b31mf\\bg\\u007fh\\u2028i\\u0085j\\u0000k";
/// The same.
const STEERING_RAW: &str =
    "a\u{1b}[31mb\u{1b}]0;x\u{7}c\u{202e}d\u{2066}e\u{9b}31mf\u{8}g\u{7f}h\u{2028}i\u{85}j\0k";

/// What acts on a terminal or turns words around in `text`.
fn steers(text: &str) -> Option<char> {
    text.chars().find(|c| {
        let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
        turns || (c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
    })
}

#[track_caller]
fn steady(house: &House, verbs: &[&[&str]], what: &str) {
    for verb in verbs {
        let ended = house.run(verb);
        for text in [ended.out(), ended.err()] {
            assert_eq!(steers(&text), None, "{what}: {verb:?}: {text:?}");
        }
    }
    for file in ["outbox", "public", "mail"].iter().flat_map(|folder| house.files(folder)) {
        assert_eq!(steers(&file), None, "{what}: {file:?}");
        if let Ok(text) = String::from_utf8(std::fs::read(house.path(&file)).unwrap()) {
            assert_eq!(steers(&text), None, "{what}: {file}: {text:?}");
        }
    }
}

const EVERY_VERB: &[&[&str]] = &[
    &["check"],
    &["check", "--format", "json"],
    &["preview", "hello"],
    &["preview", "hello", "--format", "json"],
    &["preview", "hello", "--format", "markdown"],
    &["preview", "hello", "--format", "html"],
    &["plan", "hello"],
    &["publish", "hello", "--yes"],
    &["status"],
    &["status", "--format", "json"],
    &["log"],
    &["log", "--format", "csv"],
    &["log", "--format", "json"],
    &["channels"],
    &["journal", "export"],
];

#[test]
fn steering_characters_act_nowhere() {
    let house = House::new();
    let message = house.read(MESSAGE);
    let body = format!("{STEERING_RAW}\n`{STEERING_RAW}`\n\n    {STEERING_RAW}\n\n&#27;[31m&#x202e;\n");
    house.write(MESSAGE, &format!("{message}\n{body}"));
    house.edit("ladder.toml", "account = \"acmerockets\"\n", "");
    for (file, from, to) in [
        (MESSAGE, TITLE, "title = \"T§\"\ncampaign = \"§\"\n\"§\" = \"§\"\nlink = \"https://a.example/§\""),
        (MESSAGE, "summary = \"We", "summary = \"§We"),
        (MESSAGE, "[\"content\"", "[\"§\", \"content\""),
        (MESSAGE, "alt = \"A", "alt = \"§A"),
        (
            LADDER,
            "channel = \"x\"",
            "channel = \"x\"\ntext = \"§{{ 'ada' | handle }}\"\nfirst_comment = \"§\"",
        ),
        (LADDER, "channel = \"blog\"", "channel = \"blog\"\nslug = \"§\"\nexcerpt = \"§\""),
        (LADDER, "channel = \"newsletter\"", "channel = \"newsletter\"\nsubject = \"§\"\npreheader = \"§\""),
        ("ladder.toml", "name = \"Acme Rockets\"", "name = \"§\""),
        ("ladder.toml", "[channels.x]", "[handles.ada]\nx = \"@§\"\n[channels.x]\naccount = \"ada\""),
    ] {
        house.edit(file, from, &to.replace('§', STEERING));
    }
    steady(&house, EVERY_VERB, "a whole project");
    house.run(&["publish", "hello", "--yes"]).ends(0);
    let sent = house.read("outbox/hello/linkedin.txt");
    assert!(sent.starts_with("Ta[31mb]0;x"), "{sent}");
}

#[test]
fn steering_characters_act_in_no_error() {
    for (file, from, to) in [
        (MESSAGE, TITLE, "id = \"§\"\ntitle = \"x\""),
        (MESSAGE, TITLE, "§ = "),
        (MESSAGE, "\"cover.png\"", "\"§.png\""),
        (LADDER, "[rungs.tweet]", "[rungs.\"§\"]"),
        (LADDER, "channel = \"x\"", "channel = \"§\""),
        (LADDER, "channel = \"x\"", "channel = \"x\"\n\"§\" = 1"),
        (LADDER, "channel = \"x\"", "channel = \"x\"\ntext = \"{% include '§' %}{{ §\""),
        ("ladder.toml", "[channels.x]", "[channels.\"§\"]\nadapter = \"§\"\n[channels.x]"),
        ("ladder.toml", "timezone = \"UTC\"", "timezone = \"§\""),
        ("ladder.toml", "language = \"en\"", "language = \"§\""),
        ("ladder.toml", "maildir = \"mail\"", "maildir = \"mail/§\""),
        ("ladder.toml", "{slug}/\"", "{slug}/§\""),
    ] {
        let house = House::new();
        house.edit(file, from, &to.replace('§', STEERING));
        steady(&house, &EVERY_VERB[..3], to);
        steady(&house, &[&["publish", "hello", "--yes"]], to);
        house.run(&["check"]).ends(3);
    }
}

#[test]
fn a_servers_words_act_nowhere() {
    let raw = STEERING_RAW.replace(['\0', '\u{85}', '\u{2028}'], "");
    let answers = [
        ("RCPT", format!("550-{raw}\r\n550 5.1.1 {raw}\r\n")),
        ("MAIL", format!("451 {raw}\r\n")),
        (".", format!("250 {raw}\r\n")),
    ];
    for (command, answer) in answers {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let house = House::new();
        let address = listener.local_addr().unwrap();
        house.edit("ladder.toml", "maildir = \"mail\"", &format!("smtp = \"smtp://{address}\""));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let say = |text: &str| (&stream).write_all(text.as_bytes()).is_ok();
                let (mut good, mut data) = (say("220 hello\r\n"), false);
                while let Some(Ok(line)) = lines.next().filter(|_| good) {
                    good = match (data, line.as_str()) {
                        (true, ".") if command == "." => say(&answer),
                        (true, ".") => say("250 taken\r\n"),
                        (true, _) => continue,
                        (false, "DATA") => say("354 go on\r\n"),
                        (false, line) if line.starts_with(command) => say(&answer),
                        (false, _) => say("250 fine\r\n"),
                    };
                    data = !data && line == "DATA";
                }
            }
        });
        steady(&house, &EVERY_VERB[7..], command);
        let state = house.run(&["status"]).out();
        assert!(state.contains("newsletter"), "{state}");
    }
}

/// Ways out of a text, an attribute, a comment, a style, a script, a frame.
const MARKUP: &[&str] = &[
    "\"><zqx>",
    "'><zqx onload='x'>",
    "</title></style></script></textarea></iframe><zqx>",
    "<!--x--><zqx>-->",
    "]]><zqx/>",
    "&lt;zqx&gt;&quot; onload=&quot;zqx",
    "<script>zqx()</script><img src=x: onerror=zqx><svg/onload=zqx>",
    "<a href=\"javascript:zqx\">x</a> [x](javascript:zqx) [x](data:text/html,zqx)",
    "<p style=\"background:url(//zqx)\">x</p><style>zqx{}</style>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;zqx&gt;\">",
    "{{ zqx }} {% zqx %}",
];

/// Elements and attributes that the texts above would make, were they taken
/// for markup.
#[track_caller]
fn tame(page: &str, what: &str) {
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let tag = tag(rest);
        let lower = tag.to_lowercase();
        let name: String = lower.chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        let bad = ["zqx", "script", "svg", "math", "object", "embed", "base", "form"];
        assert!(!bad.contains(&name.as_str()), "{what}: <{tag}>");
        // Values away, what is left are names.
        let mut names = String::new();
        for (at, piece) in lower.split('"').enumerate() {
            if at % 2 == 0 {
                names.push_str(piece);
            } else if names.ends_with("href=") || names.ends_with("src=") {
                let scheme = piece.split([':', '/', '?', '#']).next().unwrap_or("");
                let known = ["http", "https", "mailto", "cid", "data"].contains(&scheme);
                assert!(known || !piece.contains(':'), "{what}: <{tag}>");
                assert!(scheme != "data" || piece.starts_with("data:image/"), "{what}: <{tag}>");
            } else if names.ends_with("srcdoc=") {
                let inner = piece.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
                tame(&inner.replace("&#39;", "'").replace("&amp;", "&"), &format!("{what}, srcdoc"));
            } else if names.ends_with("style=") {
                assert!(!piece.contains("zqx"), "{what}: <{tag}>");
            }
        }
        assert!(!names.contains(" on") && !names.contains("zqx"), "{what}: <{tag}>");
        rest = &rest[tag.len().min(rest.len())..];
        if name == "style" {
            let style = rest.split("</style").next().unwrap_or("");
            assert!(!style.contains("zqx"), "{what}: {style}");
            rest = &rest[style.len()..];
        }
    }
}

/// What stands before the `>` that ends a tag; one in quotes does not.
fn tag(text: &str) -> &str {
    let mut quoted = false;
    let end = text.find(|c| {
        quoted ^= c == '"';
        c == '>' && !quoted
    });
    &text[..end.unwrap_or(text.len())]
}

#[test]
fn markup_in_any_field_is_text_in_every_page() {
    for markup in MARKUP {
        let text = serde_json::to_string(markup).unwrap();
        let text = &text[1..text.len() - 1];
        let no_template = text.replace("{{", "").replace("{%", "");
        let house = House::new();
        house.edit(
            MESSAGE,
            TITLE,
            &format!("title = \"T {text}\"\nlink = \"https://a.example/{text}\"\nx = \"{text}\""),
        );
        house.edit(MESSAGE, "summary = \"We", &format!("summary = \"{text} We"));
        house.edit(MESSAGE, "[\"content\"", &format!("[\"{text}\", \"content\""));
        house.edit(MESSAGE, "alt = \"A", &format!("alt = \"{text} A"));
        house.edit("ladder.toml", "name = \"Acme Rockets\"", &format!("name = \"Acme {text}\""));
        let of_blog = format!(
            "channel = \"blog\"\ncanonical = \"https://a.example/{no_template}\"\nexcerpt = \"{no_template}\""
        );
        house.edit(LADDER, "channel = \"blog\"", &of_blog);
        let of_mail =
            format!("channel = \"newsletter\"\nsubject = \"s {no_template}\"\npreheader = \"{no_template}\"");
        house.edit(LADDER, "channel = \"newsletter\"", &of_mail);
        house.edit(LADDER, "channel = \"x\"", "channel = \"x\"\ntext = \"{{ message.extra.x }}\"");
        house.edit(
            LADDER,
            "channel = \"linkedin\"",
            &format!("channel = \"linkedin\"\nfirst_comment = \"{no_template}\""),
        );
        // Links that lead nowhere are refused in a mail: the body is looked at apart.
        for body in [false, true] {
            if body {
                let message = house.read(MESSAGE);
                house.write(
                    MESSAGE,
                    &format!("{message}\n{markup}\n\n> {markup}\n\n```{markup}\n{markup}\n```\n"),
                );
            }
            let page = house.run(&["preview", "hello", "--format", "html"]).out();
            assert!(page.contains("http-equiv=\"Content-Security-Policy\""), "{markup}");
            tame(&page, &format!("preview of {markup}"));
        }
        // What breaks a rule of the mail's goes, and the rest is published.
        let ladder = house.read(LADDER);
        let end = ladder.find("[rungs.newsletter]").unwrap();
        house.write(LADDER, &ladder[..end]);
        house.run(&["publish", "hello", "--yes"]).ends(0);
        let files: Vec<String> = ["outbox", "public"].iter().flat_map(|folder| house.files(folder)).collect();
        for file in files.iter().filter(|file| file.ends_with(".html")) {
            tame(&house.read(file), &format!("{file} of {markup}"));
        }
        // A feed holds each body as escaped HTML.
        let feed = house.read("public/blog/feed.xml");
        tame(&feed, &format!("feed of {markup}"));
        let body = feed.split("<content type=\"html\">").nth(1).unwrap().split("</content>").next().unwrap();
        let body =
            body.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
        tame(&body.replace("&amp;", "&"), &format!("feed's content of {markup}"));
    }
}

#[test]
fn no_word_makes_a_header_or_another_recipient() {
    let mail = |house: &House| {
        let file = house.files("mail").into_iter().find(|file| file.starts_with("mail/new/")).unwrap();
        house.read(&file)
    };
    for end in ["\\r\\n", "\\n", "\\r"] {
        let evil = format!("a{end}Bcc: eve@evil.example{end}{end}body");
        for (file, from, to) in [
            (MESSAGE, TITLE, "title = \"§\""),
            (
                LADDER,
                "channel = \"newsletter\"",
                "channel = \"newsletter\"\nsubject = \"§\"\npreheader = \"§\"",
            ),
        ] {
            let house = House::new();
            house.edit(file, from, &to.replace('§', &evil));
            house.run(&["publish", "hello", "--yes"]).ends(0);
            let head = mail(&house).replace("\r\n", "\n").split("\n\n").next().unwrap().to_owned();
            assert!(!head.to_lowercase().contains("\nbcc"), "{to}: {head}");
            assert_eq!(head.matches("\nTo:").count(), 1, "{head}");
        }
        for (from, to) in [
            ("from = \"Acme Rockets <", "from = \"§ <"),
            ("news@example.com>\"", "news@example.com§>\""),
            ("\"reader@example.com\"", "\"§ <reader@example.com>\""),
            ("\"reader@example.com\"", "\"reader@example.com§\""),
            ("maildir = \"mail\"", "maildir = \"mail\"\nreply_to = \"§ <a@a.example>\""),
            ("maildir = \"mail\"", "maildir = \"mail\"\nlist_id = \"§ <a.example>\""),
            ("maildir = \"mail\"", "maildir = \"mail\"\nlist_unsubscribe = [\"https://a.example/§\"]"),
            ("account = \"acmerockets\"", "account = \"§\""),
        ] {
            let house = House::new();
            house.edit("ladder.toml", from, &to.replace('§', &evil));
            let json = house.run(&["check", "--format", "json"]).ends(3).json();
            let rule = json["diagnostics"][0]["rule"].as_str().unwrap();
            assert!(["bad-address", "wrong-value"].contains(&rule), "{to}: {json:#}");
        }
    }
}

#[test]
fn no_cell_of_the_log_is_a_formula() {
    let house = House::new();
    house.edit(MESSAGE, TITLE, "title = '=cmd|\"/C calc\"!A0'\ncampaign = \"+1+1\"");
    house.edit(LADDER, "channel = \"x\"", "channel = \"x\"\ntext = \"\\t=HYPERLINK(1)\\n-1\"");
    house.run(&["publish", "hello", "--yes"]).ends(0);
    let csv = house.run(&["log", "--format", "csv"]).ends(0).out();
    assert!(csv.contains("'+1+1") && csv.contains("'=cmd") && csv.contains("=HYPERLINK"), "{csv}");
    for cell in cells(&csv) {
        let first = cell.trim_start_matches([' ', '\u{a0}']).chars().next();
        assert!(!first.is_some_and(|c| "=+-@\t\r\n".contains(c)), "{cell:?}");
    }
}

/// The cells of RFC 4180.
fn cells(csv: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for c in csv.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' | '\n' if !quoted => cells.push(String::new()),
            '\r' if !quoted => {}
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

#[test]
fn no_word_ends_the_head_of_a_page_or_adds_a_key() {
    let evil =
        "a\\n+++\\n---\\nladder_key = \\\"x\\\"\\nladder_key: x\\nevil: 1\\nevil = 1\\n\\\"\\\"\\\"\\n'''\\n";
    for preset in ["hugo", "zola", "jekyll", "eleventy"] {
        let house = House::new();
        house.edit(
            "ladder.toml",
            "preset = \"html\"",
            &format!("preset = \"{preset}\"\nfront_matter = {{ date = \"{evil}\" }}"),
        );
        house.edit(MESSAGE, "[\"content\"", &format!("[\"{evil}\", \"content\""));
        house.edit(MESSAGE, "alt = \"A", &format!("alt = \"{evil} A"));
        house.edit(MESSAGE, TITLE, &format!("title = \"{evil}\""));
        house.edit(
            LADDER,
            "channel = \"blog\"",
            &format!("channel = \"blog\"\nexcerpt = \"{}\"", evil.replace('\'', "")),
        );
        house.run(&["publish", "hello", "--yes", "--only", "blog"]).ends(0);
        let page = house.files("public").into_iter().find(|file| file.ends_with(".md")).unwrap();
        let page = house.read(&page);
        let fence = if matches!(preset, "hugo" | "zola") { "+++" } else { "---" };
        let (head, _) = page[4..].split_once(&format!("\n{fence}\n")).unwrap();
        assert!(!head.lines().any(|line| line.starts_with("evil")), "{head}");
        assert_eq!(head.lines().filter(|line| line.starts_with("ladder_key")).count(), 1, "{head}");
        assert!(head.lines().any(|line| line.contains("content")), "{head}");
        // It is still ours: publishing again finds it.
        house.run(&["publish", "hello", "--yes", "--only", "blog", "--again", "new words"]).ends(0);
    }
}
