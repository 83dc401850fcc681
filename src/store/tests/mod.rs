//! What the store promises.

mod leases;
mod seals;

use super::*;
use crate::plan::EventKind;
use crate::plan::fixture::{event, intent, plan, planned, post, receipt};
use std::fs;
use std::io::Write;

const T: &str = "2026-12-01T08:00:00Z";

fn new() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join(".ladder/ladder.db")).unwrap();
    (folder, store)
}

/// An empty store under the same id, as one that was lost is brought back.
fn empty_like(store: &Store) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create_with_id(&folder.path().join(".ladder/ladder.db"), store.id()).unwrap();
    (folder, store)
}

/// The same lines with checks of what they hold now.
fn resealed(text: &str) -> String {
    let line = |line: &str| {
        let mut members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        members.insert("check".to_owned(), seal::check(&members).into());
        serde_json::to_string(&members).unwrap() + "\n"
    };
    text.lines().map(line).collect()
}

fn batch(text: &str) -> Batch {
    let plan = plan(vec![post("tweet", &[], &[text])]);
    let step = &plan.steps[0];
    let events = vec![planned(&plan, step, T), event(step, T, intent(0)), event(step, T, receipt(0, None))];
    Batch { plans: vec![plan], events }
}

#[test]
fn what_was_committed_is_there_in_its_order() {
    let (_folder, mut store) = new();
    let batch = batch("x");
    store.commit(&batch).unwrap();
    store.commit(&Batch::default()).unwrap();
    assert_eq!(store.commits(), 1);
    let (path, id) = (store.path().to_owned(), store.id().to_owned());
    drop(store);
    let store = Store::open(&path, &id).unwrap();
    assert_eq!(store.events().unwrap(), batch.events);
    assert_eq!(store.plan(&batch.plans[0].digest).unwrap().as_ref(), Some(&batch.plans[0]));
    assert_eq!(store.plan("none").unwrap(), None);
    let mode: String = store.connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    let synchronous: i64 =
        store.connection.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
    assert_eq!((mode.as_str(), synchronous), ("wal", 2), "2 is FULL");
}

#[test]
fn a_store_is_made_once_and_for_its_owner_only() {
    let (_folder, store) = new();
    let again = Store::create(store.path()).unwrap_err();
    assert!(matches!(again, StoreError::Exists(_)), "{again}");
    let beside: Vec<_> = fs::read_dir(store.path().parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("new"))
        .collect();
    assert!(beside.is_empty(), "{beside:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(store.path()), 0o600);
        assert_eq!(mode(store.path().parent().unwrap()), 0o700);
    }
}

#[test]
fn opening_never_makes_a_store_and_says_what_is_wrong() {
    let (folder, store) = new();
    let (path, id) = (store.path().to_owned(), store.id().to_owned());
    drop(store);
    let whole = fs::read(&path).unwrap();
    let other = folder.path().join("other.db");
    let refused = |bytes: &[u8]| {
        fs::write(&other, bytes).unwrap();
        let error = Store::open(&other, &id).unwrap_err();
        fs::remove_file(&other).unwrap();
        error
    };
    assert!(matches!(Store::open(&other, &id), Err(StoreError::Missing(_))));
    assert!(!other.exists());
    for (bytes, why) in [
        (&b""[..], "the file is empty"),
        (&whole[..60], "cut off"),
        (&whole[..whole.len() - 4096], "cut off"),
        (&[b'x'; 4096][..], "not a SQLite file"),
    ] {
        let error = refused(bytes);
        assert!(matches!(&error, StoreError::Damaged { why: found, .. } if found.contains(why)), "{error}");
    }
    let mut scrambled = whole.clone();
    scrambled[100..].fill(0xAA);
    assert!(matches!(refused(&scrambled), StoreError::Damaged { .. }));
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    let foreign = Store::open(&other, &id).unwrap_err();
    assert!(foreign.to_string().contains("not a store of ladder"), "{foreign}");
    assert!(matches!(Store::open(folder.path(), &id), Err(StoreError::Damaged { .. })));
    let store = Store::open(&path, &id).unwrap();
    store.connection.pragma_update(None, "user_version", 99).unwrap();
    drop(store);
    assert!(matches!(Store::open(&path, &id), Err(StoreError::Newer { found: 99, known: 3, .. })));
}

#[test]
fn another_projects_store_is_refused() {
    let (_folder, store) = new();
    let error = Store::open(store.path(), "01OTHER").unwrap_err();
    assert!(matches!(error, StoreError::OtherId { .. }));
    assert!(error.to_string().contains(store.id()), "{error}");
}

#[test]
fn a_damaged_row_is_said_and_not_skipped() {
    let (_folder, mut store) = new();
    store.commit(&batch("x")).unwrap();
    store.connection.execute("UPDATE events SET json = '{}' WHERE seq = 2", []).unwrap();
    let error = store.events().unwrap_err().to_string();
    assert!(error.contains("event 2"), "{error}");
}

#[test]
fn who_writes_meanwhile_is_waited_for_and_then_named_busy() {
    let (_folder, mut store) = new();
    let other = rusqlite::Connection::open(store.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    store.connection.busy_timeout(std::time::Duration::from_millis(50)).unwrap();
    let error = store.commit(&batch("x")).unwrap_err();
    assert!(matches!(error, StoreError::Busy { .. }), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    store.commit(&batch("x")).unwrap();
    assert_eq!(store.events().unwrap().len(), 3, "nothing of the failed commit is there");
}

#[test]
fn sqlite_errors_are_told_in_the_users_words() {
    let explain = |code| {
        let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        sqlite::explain(Path::new("s.db"), &error).to_string()
    };
    use rusqlite::ffi;
    assert!(explain(ffi::SQLITE_FULL).contains("the disk is full"));
    assert!(explain(ffi::SQLITE_READONLY).contains("read-only"));
    assert!(explain(ffi::SQLITE_IOERR).contains("disk reports an error"));
    assert!(explain(ffi::SQLITE_BUSY).contains("in use by another program"));
    assert!(explain(ffi::SQLITE_CORRUPT).contains("cannot be read"));
}

#[test]
fn media_are_kept_once_and_only_under_their_own_name() {
    let (_folder, store) = new();
    let sha256 = crate::plan::key::hex_digest(b"picture");
    store.keep_media(&sha256, b"picture").unwrap();
    store.keep_media(&sha256, b"picture").unwrap();
    assert_eq!(fs::read(store.media_folder().join(&sha256)).unwrap(), b"picture");
    assert_eq!(fs::read_dir(store.media_folder()).unwrap().count(), 1);
    store.keep_media(&sha256, b"another").unwrap_err();
    store.keep_media("../../evil", b"picture").unwrap_err();
}

#[test]
fn the_queue_is_what_is_open_or_in_doubt() {
    let (_folder, mut store) = new();
    let (done, open) = (batch("done"), plan(vec![post("post", &[], &["open"])]));
    store.commit(&done).unwrap();
    let events = vec![planned(&open, &open.steps[0], T)];
    store.commit(&Batch { plans: vec![open.clone()], events }).unwrap();
    let standing = Standing::fold(&store.events().unwrap(), false);
    let mut read = Vec::new();
    let outlines = store.queued(&standing, &mut |whole| read.push(whole.clone())).unwrap();
    assert_eq!(outlines, [open.clone().into_outline()]);
    assert_eq!(read, [open]);
}

#[test]
fn an_export_comes_back_whole_and_only_once() {
    let (_folder, mut store) = new();
    let batch = batch("x\u{2028}\n\u{1b}");
    store.commit(&batch).unwrap();
    let mut text = Vec::new();
    store.export(&mut text).unwrap();
    assert_eq!(text.iter().filter(|byte| **byte == b'\n').count(), 5);
    let again = store.import(&mut &text[..]).unwrap();
    assert_eq!(again, ImportSummary { known: 4, whole: true, ..ImportSummary::default() });
    // An editor of another system has been at it, and two were put together.
    let edited = String::from_utf8(text.clone()).unwrap().replace('\n', "\r\n");
    let edited = format!("\u{feff}{edited}\r\n\u{feff}{edited}");
    let (_third, mut third) = empty_like(&store);
    let summary = third.import(&mut edited.as_bytes()).unwrap();
    assert_eq!((summary.events, summary.plans, summary.whole), (3, 1, true));
    assert_eq!(third.events().unwrap(), batch.events);
    // Into the same store, restored empty.
    let (_other, mut store) = empty_like(&store);
    let summary = store.import(&mut &text[..]).unwrap();
    assert_eq!(summary, ImportSummary { events: 3, plans: 1, whole: true, ..ImportSummary::default() });
    assert_eq!(store.events().unwrap(), batch.events);
    store.commit(&self::batch("y")).unwrap();
    assert_eq!(store.events().unwrap().len(), 6);
}

#[test]
fn what_is_no_export_of_this_store_adds_nothing() {
    let (_folder, mut store) = new();
    store.commit(&batch("x")).unwrap();
    let mut text = Vec::new();
    store.export(&mut text).unwrap();
    let (_other, mut store) = empty_like(&store);
    let text = String::from_utf8(text).unwrap();
    let cut = &text[..text.len() - 20];
    let foreign = text.replace(store.id(), "01OTHER");
    let newer = text.replace("\"ladder_journal\":2", "\"ladder_journal\":3");
    let forged = text.replacen("Rocket", "Racket", 1);
    for (broken, what) in [
        (cut, "line 5"),
        (&foreign, "line 1 cannot be read (it was changed after it was written)"),
        (&resealed(&foreign), "comes from the store 01OTHER"),
        (&newer, "has version 3"),
        (&forged, "line 1 cannot be read (it was changed after it was written)"),
        (&resealed(&forged), "does not match its digest"),
        ("\u{feff}", "line 1"),
        ("\u{feff}\u{feff}{}", "line 1"),
        ("[]\n", "line 1"),
    ] {
        let error = store.import(&mut broken.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
        assert!(store.events().unwrap().is_empty());
    }
    // Whole lines that are missing are seen too, by the last one, or by its absence.
    let (lines, id): (Vec<&str>, _) = (text.lines().collect(), store.id().to_owned());
    for missing in 1..lines.len() {
        let (_folder, mut store) = new();
        let part = [&lines[..missing - 1], &lines[missing..]].concat().join("\n").replace(&id, store.id());
        let part = resealed(&part);
        let imported = store.import(&mut part.as_bytes());
        assert!(!imported.is_ok_and(|summary| summary.whole), "without line {missing}");
    }
    let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = store.import(&mut &wide[..]).unwrap_err().to_string();
    assert!(error.contains("line 1 cannot be read (it is UTF-16"), "{error}");
    let mut binary = text.into_bytes();
    binary.write_all(&[0xff, 0xfe, b'\n']).unwrap();
    store.import(&mut &binary[..]).unwrap_err();
    assert!(store.events().unwrap().is_empty());
}

#[test]
fn an_intent_is_only_for_who_knows_all_facts() {
    let (_folder, mut first) = new();
    let mut second = Store::open(first.path(), first.id()).unwrap();
    first.events().unwrap();
    second.events().unwrap();
    first.commit(&batch("x")).unwrap();
    // What the second knows is old: it may say what came of its own, and begin nothing.
    let whole = batch("y");
    assert!(whole.events.iter().any(|event| matches!(event.kind, EventKind::Intent { .. })));
    assert!(matches!(second.commit(&whole), Err(StoreError::Busy { .. })));
    let mut facts = whole.clone();
    facts.events.retain(|event| !matches!(event.kind, EventKind::Intent { .. }));
    second.commit(&facts).unwrap();
    assert!(matches!(second.commit(&whole), Err(StoreError::Busy { .. })));
    assert!(matches!(first.commit(&whole), Err(StoreError::Busy { .. })), "nor the first, by now");
    second.events().unwrap();
    second.commit(&whole).unwrap();
    second.commit(&whole).unwrap();
}

#[cfg(unix)]
#[test]
fn a_file_that_was_removed_or_replaced_is_not_written() {
    let (folder, mut store) = new();
    let path = store.path().to_owned();
    std::fs::rename(&path, folder.path().join("away")).unwrap();
    assert!(matches!(store.commit(&batch("x")), Err(StoreError::Missing(_))));
    std::fs::copy(folder.path().join("away"), &path).unwrap();
    assert!(matches!(store.commit(&batch("x")), Err(StoreError::NotWritable { .. })));
    std::fs::rename(folder.path().join("away"), &path).unwrap();
    store.commit(&batch("x")).unwrap();
}
