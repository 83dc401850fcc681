//! A project in a folder of its own, and the program run in it.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A password that may be seen nowhere.
pub const CANARY: &str = "canary-3f9a-never-shown";

/// A project in a folder of its own.
pub struct House {
    dir: tempfile::TempDir,
    pub id: String,
    /// Between two tries the program waits for milliseconds, not for seconds.
    pub in_haste: bool,
}

/// The channels that need no server. `news` comes from the test.
const HEAD: &str = r#"[brand]
name = "Acme"
url = "https://acme.example"
timezone = "UTC"
language = "en"
"#;

/// A page in a folder of files, and posts in another.
pub const FOLDERS: &str = r#"
[channels.blog]
adapter = "static-site"
preset = "html"
directory = "public"
url = "https://acme.example/blog/{slug}/"
live = false

[channels.file]
adapter = "email"
maildir = "mail"
from = "news@acme.example"
to = ["f@example.org"]

[channels.post]
adapter = "outbox"
"#;

/// Every kind of step.
pub const LADDER: &str = r#"name = "all"

[rungs.blog]
channel = "blog"

[rungs.news]
channel = "news"
after = "blog"

[rungs.file]
channel = "file"

[rungs.post]
channel = "post"
after = "blog"
text = "{{ message.title }} {{ rungs.blog.url }}"
"#;

/// A mail channel by that address to these people.
pub fn mail(name: &str, server: &str, people: &[&str]) -> String {
    let smtp = if server.starts_with("smtp") { format!("\"{server}\"") } else { server.to_owned() };
    format!(
        "\n[channels.{name}]\nadapter = \"email\"\nsmtp = {smtp}\nfrom = \"Acme <{name}@acme.example>\"\nto = {people:?}\n"
    )
}

/// A ladder of these rungs, none after another, each named like its channel.
pub fn rungs(names: &[&str]) -> String {
    names.iter().fold("name = \"all\"\n".to_owned(), |text, name| {
        format!("{text}\n[rungs.{name}]\nchannel = \"{name}\"\n")
    })
}

impl House {
    /// A project with these channels and this ladder, and the message `m`.
    pub fn new(channels: &str, ladder: &str) -> House {
        House::at(tempfile::tempdir().unwrap(), channels, ladder)
    }

    /// A project that lies there already.
    pub fn there(dir: tempfile::TempDir, id: &str) -> House {
        House { dir, id: id.to_owned(), in_haste: false }
    }

    /// The same in a folder of the caller's choice.
    pub fn at(dir: tempfile::TempDir, channels: &str, ladder: &str) -> House {
        let mut house = House { dir, id: String::new(), in_haste: false };
        house.write("ladder.toml", HEAD);
        let made = house.run(&["store", "create", "--format", "json"]).ends(0).json();
        house.id = made["id"].as_str().unwrap().to_owned();
        house.channels(channels);
        house.write("content-ladders/all.toml", ladder);
        house.message("m", "It landed.");
        house
    }

    /// Other channels.
    pub fn channels(&self, channels: &str) {
        self.write("ladder.toml", &format!("{HEAD}\n[store]\nid = \"{}\"\n{channels}", self.id));
    }

    /// A message with that body.
    pub fn message(&self, name: &str, body: &str) {
        let head = format!("+++\ntitle = \"Rocket {name} lands\"\nsummary = \"It landed.\"\n+++\n");
        self.write(&format!("messages/{name}.md"), &format!("{head}{body}\n"));
    }

    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Replaces a piece of a file that must be there.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, &text.replace(from, to));
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ladder"));
        command.args(arguments).current_dir(self.dir.path()).stdin(Stdio::null());
        // A proxy of the developer's must not stand between the test and itself.
        for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
            command.env_remove(name);
        }
        command.env_remove("SMTP_URL").env("NO_COLOR", "1");
        if self.in_haste {
            command.env("LADDER_PAUSE_MILLISECONDS", "20");
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        Ended { output: self.command(arguments).output().unwrap(), said: arguments.join(" ") }
    }

    /// Publishes `m`.
    pub fn publish(&self) -> Ended {
        self.run(&["publish", "m", "--yes", "--format", "json"])
    }

    /// Begins a run that something is going to happen to.
    pub fn begin(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Where all stands.
    pub fn status(&self) -> Value {
        self.run(&["status", "--format", "json"]).ends(0).json()
    }

    /// The state of a rung of `m`, newest generation.
    pub fn state(&self, rung: &str) -> String {
        let status = self.status();
        let of_rung = |d: &&Value| d["rung"] == rung && d["message"] == "m";
        let found = status["deliveries"].as_array().unwrap().iter().filter(of_rung);
        let newest = found.max_by_key(|d| d["generation"].as_u64());
        newest.unwrap_or_else(|| panic!("no {rung} in {status}"))["state"].as_str().unwrap().to_owned()
    }

    /// The journal, to do to it what no program would.
    pub fn journal(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path(".ladder/ladder.db")).unwrap()
    }

    /// As if the waits that services asked for were over.
    pub fn let_time_pass(&self) {
        let changed = self.rewrite(
            "UPDATE events SET json = json_set(json, '$.until', '2020-01-01T00:00:00Z')
             WHERE json ->> '$.event' = 'not_yet'",
        );
        assert!(changed > 0, "nothing waits");
    }

    /// Changes the journal as if it had been written so: with good seals.
    pub fn rewrite(&self, sql: &str) -> usize {
        let mut journal = self.journal();
        let journal = journal.transaction().unwrap();
        let changed = journal.execute(sql, []).unwrap();
        let rows: Vec<(i64, String, String, String)> = journal
            .prepare("SELECT seq, id, key, json FROM events")
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        for (seq, id, key, json) in rows {
            let seal = ladder::store::seal(seq, &id, &key, &json);
            journal.execute("UPDATE events SET seal = ?2 WHERE seq = ?1", (seq, seal)).unwrap();
        }
        journal.commit().unwrap();
        changed
    }

    /// Every file below a folder, sorted.
    pub fn files(&self, below: &str) -> Vec<String> {
        fn walk(dir: &Path, top: &Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
                if entry.path().is_dir() {
                    walk(&entry.path(), top, found);
                } else {
                    found.push(entry.path().strip_prefix(top).unwrap().to_string_lossy().into_owned());
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.path(below), self.dir.path(), &mut found);
        found.sort();
        found
    }
}

/// How a run ended.
pub struct Ended {
    pub output: Output,
    pub said: String,
}

impl Ended {
    /// A run that was begun before.
    pub fn of(child: Child) -> Ended {
        Ended { output: child.wait_with_output().unwrap(), said: "(begun)".to_owned() }
    }

    pub fn code(&self) -> Option<i32> {
        self.output.status.code()
    }

    #[track_caller]
    pub fn ends(self, code: i32) -> Ended {
        assert_eq!(self.code(), Some(code), "`ladder {}`\n{}\n{}", self.said, self.out(), self.err());
        self
    }

    pub fn out(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).unwrap()
    }

    pub fn err(&self) -> String {
        String::from_utf8(self.output.stderr.clone()).unwrap()
    }

    /// The one object, whose `exit` is the process's own.
    #[track_caller]
    pub fn json(&self) -> Value {
        let value: Value = serde_json::from_str(&self.out()).unwrap_or_else(|error| {
            panic!("`ladder {}`: {error}\n{}\n{}", self.said, self.out(), self.err())
        });
        assert_eq!(value["exit"].as_i64(), self.code().map(i64::from));
        value
    }

    /// The code in `error`.
    #[track_caller]
    pub fn error(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or("none").to_owned()
    }
}

/// Sends a signal to a process of ours.
pub fn signal(name: &str, process: u32) {
    let sent = Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status();
    assert!(sent.is_ok(), "there is no `kill` to send a signal with");
}

/// What `ladder` says of the people of a rung: address and state.
pub fn people(status: &Value, rung: &str) -> Vec<(String, String)> {
    let all = status["deliveries"].as_array().unwrap().iter();
    let newest = all.filter(|d| d["rung"] == rung).max_by_key(|d| d["generation"].as_u64());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let Some(delivery) = newest else { return Vec::new() };
    let people = delivery["recipients"].as_array().unwrap().iter();
    people.map(|person| (text(&person["recipient"]), text(&person["state"]))).collect()
}

/// Runs cases that mostly wait beside one another.
pub fn side_by_side<T: Send>(cases: impl IntoIterator<Item = T>, run: impl Fn(T) + Sync) {
    std::thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| run(case));
        }
    });
}
