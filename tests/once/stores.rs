//! Stores that are gone, foreign, newer, broken, read-only or full: nothing is
//! sent, and it is told why.

use crate::house::{Ended, House, mail, rungs};
use crate::smtp::{Act, Server, Stage};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;

const PEOPLE: &[&str] = &["a@example.org", "b@example.org"];

fn house(server: &Server) -> House {
    House::new(&mail("news", &server.url(), PEOPLE), &rungs(&["news"]))
}

#[track_caller]
fn refused(house: &House, server: &Server, code: &str) {
    let before = server.taken().len();
    for arguments in [&["publish", "m", "--yes"][..], &["run"], &["schedule", "m"]] {
        let ended = house.run(&[arguments, &["--format", "json"]].concat()).ends(2);
        assert_eq!(ended.error(), code, "{arguments:?}");
    }
    assert_eq!(server.taken().len(), before);
}

#[test]
fn a_store_that_is_gone_or_foreign_sends_nothing() {
    let server = Server::good();
    let house = house(&server);
    house.publish().ends(0);
    std::fs::rename(house.path(".ladder"), house.path("kept")).unwrap();
    refused(&house, &server, "store-missing");
    assert!(!house.path(".ladder/ladder.db").exists(), "looking for it did not make one");
    house.run(&["store", "create"]).ends(0);
    refused(&house, &server, "store-other-id");
    std::fs::remove_dir_all(house.path(".ladder")).unwrap();
    std::fs::rename(house.path("kept"), house.path(".ladder")).unwrap();
    house.edit("ladder.toml", &house.id, "01AAAAAAAAAAAAAAAAAAAAAAAA");
    refused(&house, &server, "store-other-id");
}

#[test]
fn a_newer_store_is_for_the_newer_program() {
    let server = Server::good();
    let house = house(&server);
    house.journal().pragma_update(None, "user_version", 99).unwrap();
    refused(&house, &server, "store-newer");
}

/// A part of it is gone that nobody asks for while nothing is due.
#[test]
fn damage_is_seen_by_a_run_that_has_nothing_to_do() {
    let server = Server::good();
    let house = house(&server);
    house.publish().ends(0);
    house.run(&["run"]).ends(0);
    let journal = house.journal();
    let plans =
        "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_schema WHERE name = 'plans'";
    let (page, size): (u64, u64) = journal
        .query_row(plans, [], |row| Ok((row.get::<_, u32>(0)?.into(), row.get::<_, u32>(1)?.into())))
        .unwrap();
    journal.close().unwrap();
    let mut file = std::fs::OpenOptions::new().write(true).open(house.path(".ladder/ladder.db")).unwrap();
    file.seek(SeekFrom::Start((page - 1) * size)).unwrap();
    file.write_all(&vec![0; usize::try_from(size).unwrap()]).unwrap();
    drop(file);
    assert_eq!(house.run(&["run", "--format", "json"]).ends(2).error(), "store-damaged");
    assert_eq!(server.taken().len(), PEOPLE.len());
}

/// A full disk, or somebody's script, cuts it off while a run has it open.
#[test]
fn a_store_that_is_cut_off_under_a_run_is_damaged_from_then_on() {
    for size in [4096, 8192, 20480] {
        let server = Server::good();
        let house = house(&server);
        house.run(&["schedule", "m"]).ends(0);
        let cut = format!("head -c {size} \"$LADDER_STORE\" > cut; cat cut > \"$LADDER_STORE\"");
        let ended = house.run(&["run", "--format", "json", "--before-send", &cut]).ends(2);
        assert!(ended.out().contains("cut off"), "{size}: {}", ended.out());
        let taken = server.taken().len();
        for _ in 0..2 {
            assert_eq!(house.run(&["run", "--format", "json"]).ends(2).error(), "store-damaged", "{size}");
        }
        assert_eq!(server.taken().len(), taken, "{size}");
    }
}

#[test]
fn facts_of_a_later_program_are_not_skipped() {
    let server = Server::good();
    let house = house(&server);
    house.publish().ends(0);
    house.rewrite(
        "UPDATE events SET json = json_set(json, '$.event', 'teleported') WHERE json ->> '$.event' = 'receipt'",
    );
    refused(&house, &server, "store-damaged");
}

#[test]
fn every_cut_and_every_kind_of_rubbish_is_seen() {
    let server = Server::good();
    let house = house(&server);
    house.publish().ends(0);
    let path = house.path(".ladder/ladder.db");
    let whole = std::fs::read(&path).unwrap();
    for length in [0, 1, 15, 99, 100, 4096, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).unwrap();
        refused(&house, &server, "store-damaged");
    }
    let mut broken = whole.clone();
    // All but the first page, which says what the file is.
    broken[4096..].fill(0xA5);
    std::fs::write(&path, &broken).unwrap();
    refused(&house, &server, "store-damaged");
    std::fs::write(&path, b"not a database, but long enough to be looked at once more than twice").unwrap();
    refused(&house, &server, "store-damaged");
    std::fs::write(&path, &whole).unwrap();
    house.publish().ends(0);
    assert_eq!(server.taken(), PEOPLE);
}

#[test]
fn a_journal_moves_to_another_folder_and_sends_nothing_there() {
    let server = Server::good();
    let old = house(&server);
    old.publish().ends(0);
    old.run(&["journal", "export", "journal.jsonl"]).ends(0);
    let export = old.read("journal.jsonl");
    let new = house(&server);
    std::fs::remove_dir_all(new.path(".ladder")).unwrap();
    new.edit("ladder.toml", &new.id, &old.id);
    // Half of it would send the other half once more.
    let lines: Vec<&str> = export.lines().collect();
    let ragged = export[..export.len() - 30].to_owned();
    let whole_lines = format!("{}\n", lines[..lines.len() - 2].join("\n"));
    let without_the_end = format!("{}\n", lines[..lines.len() - 1].join("\n"));
    for (half, why) in
        [(ragged, "cut in a line"), (whole_lines, "cut between lines"), (without_the_end, "the end alone")]
    {
        new.write("half.jsonl", &half);
        let ended = new.run(&["journal", "import", "half.jsonl"]).ends(2);
        assert!(ended.err().contains("nothing was imported"), "{why}: {}", ended.err());
        assert!(!new.path(".ladder/ladder.db").exists(), "{why}");
    }
    new.write("all.jsonl", &export);
    new.run(&["journal", "import", "all.jsonl"]).ends(0);
    new.publish().ends(0);
    new.run(&["run"]).ends(0);
    assert_eq!(server.taken(), PEOPLE);
    // Into a store that is there, parts of a journal are as good as all of it.
    new.write("part.jsonl", &format!("{}\n", lines[0]));
    new.run(&["journal", "import", "part.jsonl"]).ends(0);
}

/// The program as a user who may write nothing here; none if this machine has
/// no way to become one.
fn as_nobody(house: &House, arguments: &[&str]) -> Option<Ended> {
    let mut command = if Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n") {
        let program = house.path("ladder-for-nobody");
        if !program.exists() {
            std::fs::copy(env!("CARGO_BIN_EXE_ladder"), &program).ok()?;
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(env!("CARGO_BIN_EXE_ladder"))
    };
    command.args(arguments).current_dir(house.root()).stdin(Stdio::null());
    let mut output = command.output().ok()?;
    // The copy may still be open in a process that another test is starting.
    while String::from_utf8_lossy(&output.stderr).contains("Text file busy") {
        std::thread::sleep(Duration::from_millis(50));
        output = command.output().ok()?;
    }
    let ended = Ended { output, said: arguments.join(" ") };
    if ended.err().contains("setpriv:") { None } else { Some(ended) }
}

#[test]
fn a_store_that_cannot_be_written_sends_nothing() {
    let server = Server::good();
    let house = house(&server);
    house.run(&["schedule", "m"]).ends(0);
    let mode = |path: &str, mode| {
        std::fs::set_permissions(house.path(path), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("", 0o755);
    for (folder, file) in [(0o555, 0o444), (0o555, 0o666), (0o777, 0o444)] {
        mode(".ladder", folder);
        for name in std::fs::read_dir(house.path(".ladder")).unwrap().flatten() {
            mode(&format!(".ladder/{}", name.file_name().to_string_lossy()), file);
        }
        for arguments in [&["publish", "m", "--yes", "--format", "json"][..], &["run", "--format", "json"]] {
            let Some(ended) = as_nobody(&house, arguments) else {
                eprintln!("SKIPPED: no `setpriv` to become a user who may not write");
                return;
            };
            let ended = ended.ends(2);
            let error = ended.error();
            assert!(error == "store-not-writable" || error == "store-damaged", "{folder:o} {file:o} {error}");
            assert_eq!(server.count(Stage::Connect), 0, "{folder:o} {file:o}");
        }
    }
    mode(".ladder", 0o755);
}

/// A small disk that is unmounted when dropped; none where that is not permitted.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new(size: &str) -> Option<Disk> {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(dir.path())
            .output();
        let mounted = mounted.is_ok_and(|output| output.status.success());
        if !mounted {
            eprintln!("SKIPPED: no small disk can be mounted here");
        }
        mounted.then_some(Disk(dir))
    }

    fn fill(&self, leave: usize) {
        use std::io::Write;
        let mut file = std::fs::File::create(self.0.path().join("filler")).unwrap();
        let block = [0_u8; 4096];
        while file.write_all(&block).is_ok() {}
        let length = file.metadata().unwrap().len();
        file.set_len(length.saturating_sub(leave as u64)).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).output();
    }
}

#[test]
fn a_full_disk_sends_nothing_that_it_cannot_remember() {
    let many: Vec<String> = (0..200).map(|number| format!("p{number:03}@example.org")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for leave in [0, 8 << 10, 64 << 10, 96 << 10, 160 << 10] {
        // Room for all of the write-ahead log once the filler is gone: 4 MB before it is
        // taken in, and a slow machine makes more and smaller commits.
        let Some(disk) = Disk::new("16m") else { return };
        let server = Server::good();
        let house = House::new(&mail("news", &server.url(), &many), &rungs(&["news"]));
        std::fs::rename(house.path(".ladder/ladder.db"), house.path("ladder.db")).unwrap();
        std::fs::remove_dir_all(house.path(".ladder")).unwrap();
        std::fs::copy(house.path("ladder.db"), disk.0.path().join("ladder.db")).unwrap();
        std::os::unix::fs::symlink(disk.0.path(), house.path(".ladder")).unwrap();
        disk.fill(leave);
        let ended = house.publish();
        let told = format!("{leave} bytes left: {}", ended.out());
        assert_eq!(ended.code(), Some(2), "{told}");
        if leave == 0 {
            assert_eq!(server.count(Stage::Connect), 0, "{told}");
        }
        std::fs::remove_file(disk.0.path().join("filler")).unwrap();
        let told = format!("{told}\nthen {}", house.publish().out());
        let taken = server.taken();
        let once: std::collections::BTreeSet<&String> = taken.iter().collect();
        assert_eq!(once.len(), taken.len(), "{told}");
        let status = house.status();
        let unknown = crate::house::people(&status, "news").iter().filter(|(_, s)| s == "unknown").count();
        assert!(taken.len() + unknown >= many.len(), "{} taken, {unknown} unknown: {told}", taken.len());
        assert!(unknown <= 4, "{unknown} unknown: {told}");
        std::fs::remove_file(house.path(".ladder")).unwrap();
    }
}

/// The folder with the journal disappears while mails are on their way.
#[test]
fn a_store_that_vanishes_midway_ends_the_run() {
    let server = Server::new(|moment| match moment.stage {
        Stage::Dot => Act::Late(Duration::from_millis(100)),
        _ => Act::Usual,
    });
    let many: Vec<String> = (0..40).map(|number| format!("p{number:02}@example.org")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let house = House::new(&mail("news", &server.url(), &many), &rungs(&["news"]));
    let child = house.begin(&["publish", "m", "--yes", "--format", "json"]);
    server.wait_for(Stage::Dot, 1);
    std::fs::remove_dir_all(house.path(".ladder")).unwrap();
    let ended = Ended::of(child);
    refused(&house, &server, "store-missing");
    let taken = server.taken().len();
    assert_eq!(ended.code(), Some(2), "{taken} taken\n{}", ended.out());
    assert!(taken <= 12, "{taken} were taken after the journal had gone");
}
