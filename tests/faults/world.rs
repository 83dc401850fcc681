//! A project that uses every adapter, the networks that it talks to, and the
//! program run in it.

use crate::shim::{Clock, Counts, Point};
use crate::smtp::Server;
use jiff::SignedDuration;
use ladder::rehearsal::{Network, Running, SIMULATED, Settings, Simulated, Way};
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, OnceLock};

/// What every secret is made of: seen nowhere but on the wire.
pub const CANARY: &str = "canary-7d41-never-shown";

/// Who gets the mail.
pub const PEOPLE: [&str; 3] = ["a@example.org", "b@example.org", "c@example.org"];

/// Where the networks live.
pub fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
    })
}

/// A rung to a network.
pub struct NetworkRung {
    /// The rung's name; the channel is called like its adapter.
    pub name: &'static str,
    /// How the network is used.
    pub way: Way,
    /// The marks that its parts carry: a letter and a digit, which stand before the
    /// message's name.
    pub marks: &'static [&'static str],
}

/// One for every network, in the order of their table.
pub static RUNGS: LazyLock<Vec<NetworkRung>> = LazyLock::new(|| {
    let rung = |network: &&'static Simulated| {
        // X by OAuth 1.0a, Facebook with the proof of its app.
        let way = *network
            .ways
            .iter()
            .rfind(|way| matches!(way.adapter, "x" | "facebook"))
            .unwrap_or(&network.ways[0]);
        let (name, marks): (_, &[&str]) = match network.adapter {
            "x" => ("tweet", &["t1", "t2", "t3"]),
            "facebook" => ("page", &["p1", "p2"]),
            "linkedin" => ("firm", &["l1", "l2"]),
            other if way.threads => (other, &["n1", "n2", "n3"]),
            other if way.comments => (other, &["n1", "n2"]),
            other => (other, &["n1"]),
        };
        NetworkRung { name, way, marks }
    };
    // What is told of pages takes no posts: see `told`.
    SIMULATED.iter().filter(|network| !network.ways.is_empty()).map(rung).collect()
});

/// The rungs to networks, and these.
pub fn networks_and(others: &[&'static str]) -> Vec<&'static str> {
    RUNGS.iter().map(|rung| rung.name).chain(others.iter().copied()).collect()
}

impl NetworkRung {
    fn written(&self) -> String {
        let mark = |at: usize| format!("{}-{{{{ message.id }}}}", self.marks[at]);
        let says = if self.way.article {
            format!("title = \"{} {{{{ message.title }}}}\"", mark(0))
        } else if self.way.threads {
            format!(
                "attach = \"images\"\nthread = [\"{} {{{{ message.summary }}}} {{{{ rungs.blog.url }}}}\", \
                 \"{} It stands.\", \"{} The end.\"]",
                mark(0),
                mark(1),
                mark(2)
            )
        } else {
            let comment = if self.way.comments {
                format!("\nfirst_comment = \"{} More: {{{{ rungs.blog.url }}}}\"", mark(1))
            } else {
                String::new()
            };
            format!("attach = \"images\"\ntext = \"{} {{{{ message.summary }}}}\"{comment}", mark(0))
        };
        format!("[rungs.{}]\nchannel = \"{}\"\nafter = \"blog\"\n{says}", self.name, self.way.adapter)
    }

    /// The channel's table; its secrets come in every way that there is.
    fn channel(&self, base_url: &str, aside: &str) -> String {
        let table = match self.way.adapter {
            "x" => format!(
                r#"account = "acmerockets"
access_token = {{ file = "{aside}/signed_token" }}
access_token_secret = {{ file = "{aside}/token_secret" }}
consumer_key = {{ file = "{aside}/consumer_key" }}
consumer_secret = {{ command = ["cat", "{aside}/consumer_secret"] }}
"#
            ),
            "facebook" => format!(
                r#"account = "Acme Rockets"
page_id = "1234567890"
access_token = {{ command = ["cat", "{aside}/token"] }}
app_secret = {{ env = "ACME_APP_SECRET" }}
"#
            ),
            "linkedin" => self.way.table.replace("file = \"token\"", "env = \"ACME_LINKEDIN\""),
            // Each its own: a key of Ghost's has a form.
            adapter => self
                .way
                .table
                .replace("{ file = \"", &format!("{{ file = \"{aside}/{adapter}-"))
                .replace("{base_url}", base_url),
        };
        let adapter = self.way.adapter;
        format!("[channels.{adapter}]\nadapter = \"{adapter}\"\nbase_url = \"{base_url}\"\n{table}\n")
    }
}

/// The ladder's rungs: a page, its place in a feed, the networks, mail, a folder,
/// somebody's hand.
fn rungs() -> Vec<String> {
    let own = |text: &str| text.to_owned();
    let mut rungs = vec![own("[rungs.blog]\nchannel = \"blog\"")];
    rungs.push(own("[rungs.feed]\nchannel = \"feed\"\nafter = \"blog\""));
    rungs.extend(RUNGS.iter().map(NetworkRung::written));
    rungs.push(own("[rungs.news]\nchannel = \"news\"\nafter = \"blog\""));
    rungs.push(own("[rungs.file]\nchannel = \"file\""));
    rungs.push(own("[rungs.post]\nchannel = \"post\"\ntext = \"o1-{{ message.id }} {{ message.title }}\""));
    rungs.push(own("[rungs.hand]\nchannel = \"hand\"\ntext = \"h1-{{ message.id }} {{ message.title }}\""));
    rungs
}

/// A project in a folder of its own, its secrets in another, and its networks.
pub struct World {
    dir: tempfile::TempDir,
    pub aside: tempfile::TempDir,
    /// In the order of [`RUNGS`].
    pub networks: Vec<Running>,
    pub mail: Server,
    pub clock: Clock,
    runs: AtomicU64,
}

impl World {
    /// Everything good, and the message `m` written.
    pub fn new() -> World {
        World::with(Server::good(), |settings| settings)
    }

    /// With another mail server, and with other settings of the networks.
    pub fn with(mail: Server, change: impl Fn(Settings) -> Settings) -> World {
        let (dir, aside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let clock = Clock::new(aside.path().join("clock"));
        let start = |rung: &NetworkRung| {
            let kind = rung.way.kind().unwrap();
            let mut settings = change(Settings::of(kind, CANARY));
            match rung.way.adapter {
                "x" => settings = settings.signed(CANARY),
                "facebook" => settings.app_secret = Some(format!("{CANARY}-app-secret")),
                _ => {}
            }
            let clock = clock.clone();
            settings.clock = ladder::clock::Clock::told_by(move || clock.now());
            runtime().block_on(Network::start(kind, settings)).unwrap()
        };
        let networks = RUNGS.iter().map(start).collect();
        let world = World { dir, aside, networks, mail, clock, runs: AtomicU64::new(0) };
        let secrets = [
            ("consumer_key", "consumer-key"),
            ("consumer_secret", "consumer-secret"),
            ("signed_token", "signed-token"),
            ("token_secret", "token-secret"),
            ("token", "token"),
            ("app_secret", "app-secret"),
        ];
        for (file, name) in secrets {
            std::fs::write(world.aside.path().join(file), format!("{CANARY}-{name}\n")).unwrap();
        }
        for rung in RUNGS.iter() {
            let token = Settings::of(rung.way.kind().unwrap(), CANARY).token;
            let file = format!("{}-token", rung.way.adapter);
            std::fs::write(world.aside.path().join(file), format!("{token}\n")).unwrap();
        }
        world.write("ladder.toml", "[brand]\nname = \"Acme\"\nlanguage = \"en\"\n");
        let made = world.run(&["store", "create", "--format", "json"]).json();
        let id = made["id"].as_str().unwrap().to_owned();
        world.write("ladder.toml", &world.project(&id));
        world.write("content-ladders/all.toml", &format!("name = \"all\"\n\n{}\n", rungs().join("\n\n")));
        for picture in ["one.png", "two.png"] {
            let mut bytes = std::io::Cursor::new(Vec::new());
            let colour = image::Rgb([9, 80, if picture == "one.png" { 10 } else { 200 }]);
            image::RgbImage::from_pixel(8, 8, colour).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
            std::fs::create_dir_all(world.path("messages")).unwrap();
            std::fs::write(world.path(&format!("messages/{picture}")), bytes.into_inner()).unwrap();
        }
        world.message("m", "It landed.");
        world
    }

    fn project(&self, id: &str) -> String {
        let aside = self.aside.path().display().to_string();
        let networks = RUNGS.iter().zip(&self.networks);
        let networks: String =
            networks.map(|(rung, network)| rung.channel(network.base_url(), &aside)).collect();
        format!(
            r#"[brand]
name = "Acme"
url = "https://acme.example"
timezone = "Europe/Berlin"
language = "en"

[store]
id = "{id}"

[channels.blog]
adapter = "static-site"
preset = "html"
directory = "public"
url = "https://acme.example/blog/{{slug}}/"
live = false

[channels.feed]
adapter = "feed"
directory = "feeds"
url = "https://acme.example/feeds/"

{networks}[channels.news]
adapter = "email"
smtp = {{ env = "ACME_SMTP" }}
from = "Acme <news@acme.example>"
to = {PEOPLE:?}

[channels.file]
adapter = "email"
maildir = "mail"
from = "news@acme.example"
to = ["f@example.org"]

[channels.post]
adapter = "outbox"

[channels.hand]
adapter = "manual"
network = "reddit"
"#
        )
    }

    /// Only these rungs from now on.
    pub fn only(&self, rungs: &[&str]) {
        let mut text = "name = \"all\"\n".to_owned();
        for piece in self::rungs() {
            let name = piece.split(['.', ']']).nth(1).unwrap();
            if rungs.contains(&name) {
                let piece = if rungs.contains(&"blog") {
                    piece
                } else {
                    piece
                        .replace("\nafter = \"blog\"", "")
                        .replace("{{ rungs.blog.url }}", "https://acme.example/")
                };
                text = format!("{text}\n{piece}\n");
            }
        }
        self.write("content-ladders/all.toml", &text);
    }

    /// A message with that body.
    pub fn message(&self, name: &str, body: &str) {
        let media = "[[media]]\nfile = \"one.png\"\nalt = \"A rocket on its pad\"\n[[media]]\nfile = \"two.png\"\nalt = \"The same rocket in the sky\"\n";
        let head = format!("title = \"Rocket {name} lands\"\nsummary = \"{body}\"\n{media}");
        self.write(&format!("messages/{name}.md"), &format!("+++\n{head}+++\n{body}\n"));
    }

    /// The network of that rung.
    pub fn network(&self, rung: &str) -> &Running {
        let at = RUNGS.iter().position(|known| known.name == rung);
        &self.networks[at.unwrap_or_else(|| panic!("no network has the rung {rung}"))]
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

    /// The program with the shim and these points.
    pub fn command(&self, arguments: &[&str], points: &[Point]) -> (Command, Counts) {
        let program =
            std::env::var_os("LADDER_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_ladder").into());
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.dir.path()).stdin(Stdio::null());
        // A proxy of the developer's must not stand between the test and itself.
        for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
            command.env_remove(name);
        }
        command.env("NO_COLOR", "1");
        command.env("ACME_APP_SECRET", format!("{CANARY}-app-secret"));
        command.env("ACME_LINKEDIN", format!("{CANARY}-token"));
        command.env("ACME_SMTP", self.mail.url_with(&format!("{CANARY}-password")));
        let run = self.runs.fetch_add(1, Ordering::SeqCst);
        let counts = Counts::new(self.aside.path().join(format!("counts-{run}")));
        crate::shim::into(&mut command, &self.clock, &counts, points);
        (command, counts)
    }

    /// Runs it, and looks for secrets in what it said.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, &[])
    }

    pub fn run_with(&self, arguments: &[&str], points: &[Point]) -> Ended {
        let (mut command, counts) = self.command(arguments, points);
        let output = command.output().unwrap();
        Ended::new(output, arguments, counts)
    }

    /// Begins a run that something is going to happen to.
    pub fn begin(&self, arguments: &[&str], points: &[Point]) -> Begun {
        self.begin_in(&[], arguments, points)
    }

    /// The same, with other environment variables.
    pub fn begin_in(&self, surroundings: &[(&str, &str)], arguments: &[&str], points: &[Point]) -> Begun {
        let (mut command, counts) = self.command(arguments, points);
        command.envs(surroundings.iter().copied());
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Begun { child, counts, arguments: arguments.iter().map(ToString::to_string).collect() }
    }

    /// Publishes `m`.
    pub fn publish(&self) -> Ended {
        self.run(&["publish", "m", "--yes", "--format", "json"])
    }

    /// Where all stands.
    pub fn status(&self) -> Value {
        let ended = self.run(&["status", "--all", "--format", "json"]);
        assert_eq!(ended.code(), Some(0), "{}\n{}", ended.out(), ended.err());
        ended.json()
    }

    /// Publishes `m`, and runs what else there is, until nothing changes any more, half an hour and a minute
    /// between two runs: by then every list is believed. The last run, and
    /// where all stands.
    pub fn settle(&self, messages: &[&str]) -> (Ended, Value) {
        let (mut before, mut quiet) = (Vec::new(), 0);
        for _ in 0..40 {
            if messages.len() > 1 {
                self.run(&["run", "--format", "json"]);
            }
            let ended = self.publish();
            let status = self.status();
            let states = states(&status);
            quiet = if states == before { quiet + 1 } else { 0 };
            // What is planned may be so for an hour or for a day, if that was said.
            let waits = states.iter().any(|state| state == "planned");
            if quiet > 0 && (!waits || quiet > 4) {
                return (ended, status);
            }
            before = states;
            self.clock.pass(SignedDuration::from_mins(31));
        }
        panic!("it does not come to rest: {:?}", self.status());
    }

    /// Every file below a folder, sorted.
    pub fn files(&self, below: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.path(below)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.path().is_dir() { folders.push(entry.path()) } else { found.push(entry.path()) }
            }
        }
        found.sort();
        found
    }
}

/// The states of all deliveries and of their parts.
fn states(status: &Value) -> Vec<String> {
    let all = status["deliveries"].as_array().unwrap().iter();
    let parts = |delivery: &Value| {
        let of = |name: &str| delivery[name].as_array().cloned().unwrap_or_default();
        [vec![delivery.clone()], of("parts"), of("recipients")].concat()
    };
    all.flat_map(parts).map(|step| step["state"].as_str().unwrap_or_default().to_owned()).collect()
}

/// A run that is not over.
pub struct Begun {
    pub child: Child,
    counts: Counts,
    arguments: Vec<String>,
}

impl Begun {
    pub fn ends(self) -> Ended {
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        Ended::new(self.child.wait_with_output().unwrap(), &arguments, self.counts)
    }
}

/// How a run ended.
pub struct Ended {
    pub output: Output,
    pub said: String,
    pub counts: Counts,
}

impl Ended {
    fn new(output: Output, arguments: &[&str], counts: Counts) -> Ended {
        let ended = Ended { output, said: arguments.join(" "), counts };
        crate::judge::no_secret(&ended.output.stdout, &ended.said);
        crate::judge::no_secret(&ended.output.stderr, &ended.said);
        ended
    }

    /// None if it was killed.
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
}
