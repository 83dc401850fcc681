//! What was changed after it was written, and files of older versions.

use super::*;
use crate::store::schema::{self, APPLICATION, STEPS};
use rusqlite::Connection;

fn three() -> (tempfile::TempDir, Store) {
    let (folder, mut store) = new();
    store.commit(&batch("x")).unwrap();
    (folder, store)
}

#[test]
fn an_event_that_was_changed_or_taken_out_is_named() {
    for (sql, doubts) in [
        (
            "UPDATE events SET json = json_set(json, '$.at', '2020-01-01T00:00:00Z') WHERE seq = 2",
            &["event 2 was changed after it was written"][..],
        ),
        ("UPDATE events SET seal = NULL WHERE seq = 3", &["event 3 was changed after it was written"]),
        ("UPDATE events SET key = 'other' WHERE seq = 1", &["event 1 was changed after it was written"]),
        ("DELETE FROM events WHERE seq = 2", &["event 2 is missing"]),
        ("DELETE FROM events WHERE seq < 3", &["events 1 to 2 are missing"]),
        ("DELETE FROM events WHERE seq > 1", &["events 2 to 3 are missing"]),
        ("DELETE FROM events", &["events 1 to 3 are missing"]),
        ("UPDATE meta SET value = '1' WHERE name = 'last'", &["the store counts 1 events, and has 3"]),
    ] {
        let (_folder, mut store) = three();
        store.connection.execute_batch(sql).unwrap();
        let facts = store.events_as_they_are().unwrap();
        assert_eq!(facts.doubts, doubts, "{sql}");
        let error = store.events().unwrap_err();
        assert!(matches!(&error, StoreError::Damaged { why, .. } if why == doubts[0]), "{error}");
        // What is exported tells it on, and an import refuses it.
        let mut text = Vec::new();
        assert_eq!(store.export(&mut text).unwrap(), doubts, "{sql}");
        let (_other, mut other) = empty_like(&store);
        let imported = other.import(&mut &text[..]);
        assert!(!imported.as_ref().is_ok_and(|summary| summary.whole), "{sql}: {imported:?}");
        assert!(matches!(store.import(&mut &text[..]), Err(ImportError::Store(StoreError::Damaged { .. }))));
    }
}

/// Taken out while somebody works: their numbers are not given again, and the gap
/// stays to be seen.
#[test]
fn facts_that_are_taken_out_midway_are_missed_by_the_next_commit() {
    let receipt = || {
        let mut batch = batch("x");
        let key = batch.events[0].key.clone();
        let kind = EventKind::Unknown { part: 0, cause: "no answer".to_owned() };
        batch.events = vec![crate::plan::Event { key, kind, ..batch.events.remove(1) }];
        batch.plans.clear();
        batch
    };
    for (sql, missing) in [
        ("DELETE FROM events WHERE seq > 1", "events 2 to 3 are missing"),
        (
            "DELETE FROM events WHERE seq > 2; UPDATE meta SET value = '2' WHERE name = 'last'",
            "event 3 is missing",
        ),
        ("UPDATE meta SET value = '1' WHERE name = 'last'", "the store counts 1 events, and has 3"),
        ("UPDATE meta SET value = 'x' WHERE name = 'last'", "the store counts -1 events, and has 3"),
    ] {
        let (_folder, mut store) = three();
        store.connection.execute_batch(sql).unwrap();
        for _ in 0..2 {
            let error = store.commit(&batch("y")).unwrap_err();
            assert!(matches!(&error, StoreError::Damaged { why, .. } if why == missing), "{sql}: {error}");
        }
        // What is out is out.
        store.commit(&receipt()).unwrap();
        store.commit(&receipt()).unwrap();
        assert!(matches!(store.commit(&batch("y")), Err(StoreError::Damaged { .. })), "{sql}");
        let facts = store.events_as_they_are().unwrap();
        assert!(facts.events.iter().rev().take(2).all(|event| event.kind == receipt().events[0].kind));
        let seen = facts.doubts.iter().any(|doubt| doubt == missing);
        assert!(seen || sql.starts_with("UPDATE"), "{sql}: {:?}", facts.doubts);
    }
}

#[test]
fn many_changes_are_counted_and_not_all_told() {
    let (_folder, mut store) = three();
    for _ in 0..10 {
        store.commit(&batch("y")).unwrap();
    }
    store.connection.execute_batch("UPDATE events SET id = id || 'x'").unwrap();
    let facts = store.events_as_they_are().unwrap();
    assert_eq!((facts.events.len(), facts.doubts.len()), (33, 11));
    assert_eq!(facts.doubts[10], "23 more were changed or are missing");
}

/// A store as the first version made it.
fn first_version(folder: &Path) -> PathBuf {
    let (_other, mut now) = new();
    let batch = batch("old");
    now.commit(&batch).unwrap();
    let path = folder.join("ladder.db");
    let mut old = Connection::open(&path).unwrap();
    old.pragma_update(None, "journal_mode", "WAL").unwrap();
    let transaction = old.transaction().unwrap();
    transaction.execute_batch(STEPS[0]).unwrap();
    transaction.execute("INSERT INTO meta (name, value) VALUES ('id', '01OLD')", []).unwrap();
    transaction.pragma_update(None, "application_id", APPLICATION).unwrap();
    transaction.pragma_update(None, "user_version", 1).unwrap();
    for (number, event) in batch.events.iter().enumerate() {
        let json = serde_json::to_string(event).unwrap();
        let row = (format!("01ID{number}"), &event.key.0, json);
        transaction.execute("INSERT INTO events (id, key, json) VALUES (?1, ?2, ?3)", row).unwrap();
    }
    transaction.commit().unwrap();
    path
}

#[test]
fn an_older_store_is_brought_up_once_and_keeps_what_it_knows() {
    let folder = tempfile::tempdir().unwrap();
    let path = first_version(folder.path());
    // Somebody has it open since before.
    let older = Connection::open(&path).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(Store::open(&path, "01OLD").unwrap().events().unwrap().len(), 3));
        }
    });
    let mut store = Store::open(&path, "01OLD").unwrap();
    let version: i64 = store.connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, schema::VERSION);
    assert_eq!(store.events().unwrap(), batch("old").events);
    let insert = "INSERT INTO events (id, key, json) VALUES ('01X', 'k', '{}')";
    let error = older.execute(insert, []).unwrap_err();
    assert!(sqlite::explain(&path, &error).to_string().contains("a newer ladder"), "{error}");
    store.commit(&batch("new")).unwrap();
    assert_eq!(store.events().unwrap().len(), 6);
    // What it had before bears no seal; what came since cannot do without.
    store.connection.execute("UPDATE events SET seal = NULL WHERE seq = 4", []).unwrap();
    assert_eq!(store.events_as_they_are().unwrap().doubts, ["event 4 was changed after it was written"]);
}

#[test]
fn a_crash_in_a_step_leaves_the_older_version_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = first_version(folder.path());
    // The last statement of the step fails.
    let blocked = Connection::open(&path).unwrap();
    blocked.execute_batch("CREATE TABLE lease (one)").unwrap();
    assert!(Store::open(&path, "01OLD").is_err());
    let version: i64 = blocked.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
    assert!(blocked.prepare("SELECT seal FROM events").is_err());
    blocked.execute_batch("DROP TABLE lease").unwrap();
    assert_eq!(Store::open(&path, "01OLD").unwrap().events().unwrap().len(), 3);
}

#[test]
fn while_an_older_ladder_is_at_work_its_store_is_only_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = first_version(folder.path());
    let lock = fs::File::create(path.with_file_name("lock")).unwrap();
    lock.lock().unwrap();
    let mut store = Store::open(&path, "01OLD").unwrap();
    assert_eq!(store.events().unwrap().len(), 3);
    assert!(store.is_sending());
    assert!(matches!(store.lock_for_sending(), Err(StoreError::Busy { .. })));
    assert!(matches!(store.commit(&batch("x")), Err(StoreError::Busy { .. })));
    let mut text = Vec::new();
    assert!(store.export(&mut text).unwrap().is_empty());
    drop(lock);
    Store::open(&path, "01OLD").unwrap().lock_for_sending().unwrap();
}

#[test]
fn an_export_that_was_edited_is_refused_by_its_line() {
    let (_folder, store) = three();
    let mut text = Vec::new();
    store.export(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (_other, mut other) = empty_like(&store);
    let mut refused = |text: &str| {
        let said = other.import(&mut text.as_bytes()).unwrap_err().to_string();
        assert!(said.contains("nothing was imported"), "{said}");
        assert!(other.events().unwrap().is_empty());
        said
    };
    let edited = text.replacen("\"attempt\":1", "\"attempt\":2", 1);
    assert!(refused(&edited).starts_with("line 3 cannot be read (it was changed"), "{}", refused(&edited));
    let without = text.lines().map(|line| {
        let mut members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        members.remove("check");
        serde_json::to_string(&members).unwrap() + "\n"
    });
    let without: String = without.collect();
    assert!(refused(&without).contains("it has no check"));
    // Two facts of one id: both places are named.
    let id = |line: &str| {
        serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let twin = resealed(&lines[3].replace(&id(lines[3]), &id(lines[2])));
    let said = refused(&format!("{text}{twin}"));
    assert!(
        said.starts_with(&format!("line 6: the event {} has other contents than line 3", id(lines[2]))),
        "{said}"
    );
    // Of a delivery that nobody planned.
    let said = refused(&format!("{}\n{}\n", lines[0], lines[2]));
    assert!(said.starts_with("line 2 cannot be read (nothing before it planned the delivery"), "{said}");
    assert!(refused(&text.replace("\"title\"", "\"tit\u{0}le\"")).starts_with("line"));
    // Merged, twice, in other blanks, with what JSON may write otherwise.
    let loose = text.replace(":{", ": {").replace("tweet", "\\u0074weet");
    let summary = other.import(&mut format!("{text}\n\n{loose}").as_bytes()).unwrap();
    assert_eq!((summary.events, summary.plans, summary.known, summary.whole), (3, 1, 4, true));
    // The same id, and what the store has.
    let said = other.import(&mut twin.as_bytes()).unwrap_err().to_string();
    assert!(said.contains("than event 2 of the store"), "{said}");
}

#[test]
fn an_older_export_is_read_and_told_to_be_unchecked() {
    let (_folder, store) = three();
    let mut text = Vec::new();
    store.export(&mut text).unwrap();
    let older: String = String::from_utf8(text)
        .unwrap()
        .lines()
        .map(|line| {
            let mut members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
            members.remove("check");
            members["ladder_journal"] = 1.into();
            serde_json::to_string(&members).unwrap() + "\n"
        })
        .collect();
    let (_other, mut other) = empty_like(&store);
    let summary = other.import(&mut older.as_bytes()).unwrap();
    assert_eq!((summary.events, summary.unchecked, summary.whole), (3, 5, true));
    assert_eq!(other.events().unwrap(), store.events().unwrap());
}

#[test]
fn a_line_without_an_end_is_not_read_into_memory() {
    let (_folder, mut store) = three();
    let mut endless = std::io::BufReader::new(std::io::Read::take(std::io::repeat(b'x'), 80 << 20));
    let said = store.import(&mut endless).unwrap_err().to_string();
    assert!(said.contains("longer than 64 MB"), "{said}");
    let mut binary = &b"{\"ladder_journal\":2,\"store\":\"\xff\"}\n"[..];
    let said = store.import(&mut binary).unwrap_err().to_string();
    assert!(said.contains("line 1 cannot be read (it is not UTF-8)"), "{said}");
}
