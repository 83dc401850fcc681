//! Runners without a disk of their own: the journal travels in a git repository,
//! and is pushed before anything leaves.

use crate::house::{CANARY, Ended, House, mail, people, rungs};
use crate::smtp::{Act, Server, Stage};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const PEOPLE: &[&str] = &["a@example.org", "b@example.org", "c@example.org"];

/// What a job runs before anything leaves: the journal as it is now, pushed. The
/// server takes it only if nobody else has pushed meanwhile.
fn push() -> String {
    format!(
        "{} journal export journal.jsonl && git add journal.jsonl && git commit -q -m 'Before sending' && \
         git push -q origin HEAD:main",
        env!("CARGO_BIN_EXE_ladder")
    )
}

fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "init.defaultBranch=main"]).args(arguments).current_dir(folder);
    let output = command.output().expect("git is needed here");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {said}");
}

/// A repository that every job clones, with a project that has sent nothing yet.
struct Origin {
    folder: tempfile::TempDir,
    id: String,
}

impl Origin {
    fn new(server: &Server) -> Origin {
        Origin::of(House::new(&mail("news", &server.url(), PEOPLE), &rungs(&["news"])))
    }

    fn of(house: House) -> Origin {
        let folder = tempfile::tempdir().unwrap();
        house.write(".gitignore", ".ladder/\n");
        house.run(&["journal", "export", "journal.jsonl"]).ends(0);
        git(folder.path(), &["init", "-q", "--bare", "."]);
        git(house.root(), &["init", "-q", "."]);
        name(house.root());
        git(house.root(), &["add", "."]);
        git(house.root(), &["commit", "-q", "-m", "The project"]);
        git(house.root(), &["push", "-q", folder.path().to_str().unwrap(), "HEAD:main"]);
        Origin { folder, id: house.id }
    }

    /// A new machine: a clone, and the journal read in.
    fn job(&self) -> House {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &["clone", "-q", self.folder.path().to_str().unwrap(), "."]);
        name(folder.path());
        let house = House::there(folder, &self.id);
        house.run(&["journal", "import", "journal.jsonl"]).ends(0);
        house
    }
}

fn name(folder: &Path) {
    git(folder, &["config", "user.name", "A job"]);
    git(folder, &["config", "user.email", "job@acme.example"]);
}

fn publish(job: &House, before: &str) -> Ended {
    job.run(&["publish", "m", "--yes", "--format", "json", "--before-send", before])
}

/// What a job does at its end, however it went.
fn keep(job: &House) {
    job.run(&["journal", "export", "journal.jsonl"]).ends(0);
    git(job.root(), &["commit", "-q", "-a", "--allow-empty", "-m", "After sending"]);
    git(job.root(), &["push", "-q", "origin", "HEAD:main"]);
}

#[track_caller]
fn all_unknown(job: &House) {
    let states = people(&job.status(), "news");
    assert_eq!(states.len(), PEOPLE.len());
    assert!(states.iter().all(|(_, state)| state == "unknown"), "{states:?}");
}

#[test]
fn the_next_machine_knows_what_the_one_before_has_sent() {
    let server = Server::good();
    let origin = Origin::new(&server);
    let first = origin.job();
    publish(&first, &push()).ends(0);
    keep(&first);
    assert_eq!(server.taken(), PEOPLE);
    let second = origin.job();
    publish(&second, &push()).ends(0);
    second.run(&["run", "--before-send", &push()]).ends(0);
    assert_eq!(server.taken(), PEOPLE);
}

#[test]
fn a_machine_that_died_between_its_push_and_its_first_byte_leaves_a_doubt() {
    let server = Server::good();
    let origin = Origin::new(&server);
    let first = origin.job();
    // The shell's parent is the ladder that runs it.
    let died = publish(&first, &format!("{} && kill -9 $PPID", push()));
    assert_eq!((died.code(), server.taken().len()), (None, 0));
    drop(first);
    let second = origin.job();
    all_unknown(&second);
    for _ in 0..2 {
        publish(&second, &push()).ends(6);
        second.run(&["run", "--before-send", &push()]).ends(6);
    }
    assert_eq!(server.taken().len(), 0, "on no guess");
    // Somebody looks, and says so.
    let status = second.status();
    let key = status["deliveries"][0]["key"].as_str().unwrap().to_owned();
    second.run(&["resolve", &key, "--not-sent"]).ends(0);
    second.run(&["run", "--before-send", &push()]).ends(0);
    keep(&second);
    assert_eq!(server.taken(), PEOPLE);
    origin.job().run(&["run"]).ends(0);
    assert_eq!(server.taken(), PEOPLE);
}

#[test]
fn a_machine_that_died_after_it_sent_leaves_a_doubt_and_no_second_mail() {
    let server = Server::good();
    let origin = Origin::new(&server);
    // It never comes to its second export.
    publish(&origin.job(), &push()).ends(0);
    let second = origin.job();
    all_unknown(&second);
    publish(&second, &push()).ends(6);
    second.run(&["run"]).ends(6);
    assert_eq!(server.taken(), PEOPLE);
}

/// Whose push comes second is told no, and sends nothing.
#[test]
fn of_two_machines_at_once_one_sends() {
    let server = Server::new(|moment| match moment.stage {
        Stage::Dot => Act::Late(Duration::from_millis(50)),
        _ => Act::Usual,
    });
    let origin = Origin::new(&server);
    let jobs = [origin.job(), origin.job()];
    let ends: Vec<Ended> = std::thread::scope(|scope| {
        let running = [0, 1].map(|number| {
            let job = &jobs[number];
            scope.spawn(|| publish(job, &push()))
        });
        running.map(|run| run.join().unwrap()).into()
    });
    let mut codes: Vec<Option<i32>> = ends.iter().map(Ended::code).collect();
    codes.sort_unstable();
    assert_eq!(codes, [Some(0), Some(1)], "{}\n{}", ends[0].out(), ends[1].out());
    assert_eq!(server.taken(), PEOPLE);
    let loser = if ends[0].code() == Some(1) { 0 } else { 1 };
    assert_eq!(ends[loser].error(), "before-send");
    let states = people(&jobs[loser].status(), "news");
    assert!(states.iter().all(|(_, state)| state == "planned"), "{states:?}");
}

#[test]
fn a_command_that_fails_is_told_visibly_and_posts_nothing() {
    let server = Server::good();
    let house = House::new(&mail("news", &server.url(), PEOPLE), &rungs(&["news"]));
    let ended =
        house.run(&["publish", "m", "--yes", "--before-send", "printf 'a\\033[2Jb\\n'; exit 9"]).ends(1);
    let said = ended.err();
    assert!(!said.contains('\u{1b}') && said.contains("[2Jb"), "{said:?}");
    assert!(said.contains("error: before-send failed: the command ended with exit status: 9"), "{said}");
    assert_eq!((server.count(Stage::Connect), house.state("news").as_str()), (0, "planned"));
    house.run(&["publish", "m", "--yes", "--before-send", " "]).ends(2);
    house.run(&["run", "--before-send", "true"]).ends(0);
    assert_eq!(server.taken(), PEOPLE);
}

/// One that hangs is ended with the run, and so is all that it began; and what it
/// says shows no secret.
#[test]
fn a_command_that_hangs_ends_with_the_run_and_shows_no_secret() {
    let server = Server::good();
    let house = House::new(&mail("news", "{ env = \"SMTP_URL\" }", PEOPLE), &rungs(&["news"]));
    let hangs = "set -x; echo $SMTP_URL; echo https://x:ghp_1234@git.example; \
                 (sleep 1.4; touch late) & sleep 60";
    let publish = ["publish", "m", "--yes", "--format", "json", "--deadline", "1s", "--before-send", hangs];
    let mut command = house.command(&publish);
    command.env("SMTP_URL", server.url_with(CANARY));
    let begun = std::time::Instant::now();
    let ended = Ended { output: command.output().unwrap(), said: "hangs".to_owned() }.ends(1);
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    let (json, said) = (ended.json(), ended.err());
    assert!(said.contains("deadline came before it had ended") && !said.contains("again at"), "{said}");
    assert!(said.contains("«secret»") && !said.contains(CANARY) && !said.contains("ghp_"), "{said}");
    assert_eq!((ended.error().as_str(), &json["deadline_passed"]), ("before-send", &true.into()));
    assert!(people(&house.status(), "news").iter().all(|(_, state)| state == "planned"));
    assert_eq!(server.count(Stage::Mail), 0);
    std::thread::sleep(Duration::from_millis(700));
    assert!(!house.path("late").exists(), "what it began lives on");
}

/// While a run holds the store, its command may read it and change nothing.
#[test]
fn the_command_may_read_what_the_run_has_begun() {
    let server = Server::good();
    let house = House::new(&mail("news", &server.url(), PEOPLE), &rungs(&["news"]));
    let ladder = env!("CARGO_BIN_EXE_ladder");
    let command = format!(
        "test -f \"$LADDER_STORE\" && test -f \"$LADDER_PROJECT/ladder.toml\" && \
         {ladder} status --format json > status.json && {ladder} journal export > seen.jsonl && \
         ! {ladder} run"
    );
    publish(&house, &command).ends(0);
    let seen: serde_json::Value = serde_json::from_str(&house.read("status.json")).unwrap();
    assert_eq!(people(&seen, "news")[0].1, "sending", "{seen}");
    assert!(house.read("seen.jsonl").contains("\"intent\""));
    assert_eq!(server.taken(), PEOPLE);
}

/// The run is to end: the command is not waited for, and nothing has left.
#[cfg(unix)]
#[test]
fn a_run_that_is_stopped_ends_its_command() {
    for name in ["INT", "TERM", "HUP"] {
        let house = House::new(crate::house::FOLDERS, &rungs(&["blog", "post"]));
        let child = house.begin(&["publish", "m", "--yes", "--before-send", "touch asked; sleep 60"]);
        while !house.path("asked").exists() {
            std::thread::sleep(Duration::from_millis(20));
        }
        let begun = Instant::now();
        crate::house::signal(name, child.id());
        let ended = Ended::of(child);
        assert!(begun.elapsed() < Duration::from_secs(30), "{name}: {:?}", begun.elapsed());
        assert!(ended.err().contains("stopping: what is in flight finishes"), "{name}: {}", ended.err());
        assert!(house.files("public").is_empty() && house.files("outbox").is_empty(), "{name}");
        let states = house.run(&["status", "--format", "json"]).ends(0).json();
        let planned = |delivery: &serde_json::Value| delivery["state"] == "planned";
        let deliveries = states["deliveries"].as_array().unwrap();
        assert!(deliveries.len() == 2 && deliveries.iter().all(planned), "{name}: {states}");
    }
}

/// The script of docs/ci.md, as it is printed there, from the first page on.
#[test]
fn the_script_of_the_page_keeps_the_journal_and_the_pages() {
    let page = include_str!("../../docs/ci.md");
    let (_, script) = page.split_once("```sh\n# keep.sh").unwrap();
    let (script, _) = script.split_once("```").unwrap();
    // `ladder` is this one.
    let script = script.replace("ladder journal", concat!(env!("CARGO_BIN_EXE_ladder"), " journal"));
    let house = House::new(crate::house::FOLDERS, &rungs(&["blog"]));
    house.write("keep.sh", &script);
    house.run(&["schedule", "m"]).ends(0);
    let origin = Origin::of(house);
    let first = origin.job();
    assert!(!first.path("public").exists());
    first.run(&["run", "--before-send", "sh keep.sh"]).ends(0);
    let pages = first.files("public");
    assert!(!pages.is_empty());
    // As the job does at its end; a second time there is nothing to keep.
    let commits = || {
        let output = Command::new("git")
            .args(["rev-list", "--count", "main"])
            .current_dir(origin.folder.path())
            .output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    let keep = || Command::new("sh").arg("keep.sh").current_dir(first.root()).status().unwrap().success();
    assert!(keep());
    let kept = commits();
    assert!(keep());
    assert_eq!(commits(), kept);
    // The next machine has the pages, and nothing to send.
    let second = origin.job();
    assert_eq!(second.files("public"), pages);
    let states = second.status();
    assert_eq!(states["deliveries"][0]["state"], "sent", "{states}");
    second.run(&["run", "--before-send", "exit 1"]).ends(0);
}
