//! Who may send, and who may not any more.

use super::*;
use crate::store::lease::{Row, Verdict};
use jiff::Timestamp;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn row(holder: &str, machine: &str, lock: &str, until: i64) -> Row {
    let expires = at(until).as_millisecond();
    Row { token: 3, holder: holder.to_owned(), machine: machine.to_owned(), lock: lock.to_owned(), expires }
}

#[test]
fn a_lease_is_free_when_its_holder_is_dead_or_late() {
    let free = |row: &Row, lock: Option<&str>| match row.verdict(lock, "here", at(0), MINUTE) {
        Verdict::Free => Some(true),
        Verdict::Taken(_) => Some(false),
        Verdict::Between => None,
    };
    for (row, lock, expected, why) in [
        (row("", "", "", 0), Some("1:1"), Some(true), "nobody has it"),
        (row("", "", "", 0), None, None, "somebody is about to take it"),
        (row("p", "here", "1:1", 30), Some("1:1"), Some(true), "the system gave its lock free"),
        (row("p", "here", "1:1", 30), None, Some(false), "it is at work"),
        (row("p", "here", "1:1", 30), Some("1:2"), Some(false), "its lock was deleted, and it may live"),
        (row("p", "here", "", 30), Some("1:1"), Some(false), "it never had the lock"),
        (row("p", "there", "1:1", 30), Some("1:1"), Some(false), "another machine's locks are not seen here"),
        (row("p", "there", "1:1", 0), Some("1:1"), Some(true), "late, on another machine"),
        (row("p", "here", "1:1", -1), None, Some(true), "it is stopped, asleep or hangs"),
        (row("p", "there", "1:1", 60), Some("1:1"), Some(false), "just taken"),
        (row("p", "there", "1:1", 62), Some("1:1"), Some(false), "a clock that is a little ahead"),
        (row("p", "there", "1:1", 67), Some("1:1"), Some(true), "no lease is longer than one"),
        (row("p", "here", "1:1", 86_400), None, Some(true), "a clock was a day ahead"),
    ] {
        assert_eq!(free(&row, lock), expected, "{why}");
    }
    let sending = |row: &Row, lock, locked| row.is_sending(lock, locked, "here", at(0), MINUTE);
    assert!(sending(&row("p", "here", "1:1", 30), Some("1:1"), true));
    assert!(!sending(&row("p", "here", "1:1", 30), Some("1:1"), false), "it is dead");
    assert!(!sending(&row("p", "here", "1:1", -1), Some("1:1"), true), "it stands still");
    assert!(sending(&row("p", "there", "9:9", 30), Some("1:1"), false));
    assert!(!sending(&row("", "", "", 0), Some("1:1"), false));
}

fn two() -> (tempfile::TempDir, Store, Store) {
    let (folder, first) = new();
    let second = Store::open(first.path(), first.id()).unwrap();
    (folder, first, second)
}

fn token(store: &Store) -> i64 {
    store.connection.query_row("SELECT token FROM lease", [], |row| row.get(0)).unwrap()
}

fn end_lease(store: &Store) {
    store.connection.execute("UPDATE lease SET expires = 1", []).unwrap();
}

#[test]
fn each_taking_has_a_greater_token() {
    let (_folder, first, second) = two();
    let lock = first.lock_for_sending().unwrap();
    let busy = second.lock_for_sending().unwrap_err();
    let StoreError::Busy { holder, .. } = &busy else { panic!("{busy}") };
    assert!(holder.contains(&format!("process {}", std::process::id())), "{holder}");
    assert!(holder.contains("its right to send ends"), "{holder}");
    assert_eq!(token(&first), 1);
    drop(lock);
    let _lock = second.lock_for_sending().unwrap();
    assert_eq!(token(&first), 2);
}

#[test]
fn who_is_late_begins_nothing_and_takes_no_doubt_away() {
    let (_folder, mut first, mut second) = two();
    let _lock = first.lock_for_sending().unwrap();
    first.events().unwrap();
    let sent = batch("x");
    let (begun, answer) = sent.events.split_at(2);
    first.commit(&Batch { plans: sent.plans.clone(), events: begun.to_vec() }).unwrap();
    // It stands still; its lock is held on.
    end_lease(&first);
    let _taken = second.lock_for_sending().unwrap();
    assert!(second.is_sending() && token(&first) == 2);
    second.events().unwrap();
    let intent = begun[1].clone();
    let not_yet = Event {
        kind: EventKind::NotYet {
            part: 0,
            says: "busy".to_owned(),
            until: intent.at,
            mend: false,
            account: false,
            done: None,
        },
        ..intent.clone()
    };
    let mut late = Batch { plans: Vec::new(), events: vec![not_yet] };
    for refused in [&Batch { plans: Vec::new(), events: vec![intent.clone()] }, &late] {
        let error = first.commit(refused).unwrap_err();
        assert!(matches!(&error, StoreError::Slept { taken_by: Some(_), .. }), "{error}");
    }
    assert!(matches!(first.begin_sending(), Err(StoreError::Slept { .. })));
    second.commit(&Batch { plans: Vec::new(), events: vec![intent] }).unwrap();
    late.only_answers();
    assert!(matches!(late.events[0].kind, EventKind::Looked { .. }));
    first.commit(&late).unwrap();
    first.commit(&Batch { plans: Vec::new(), events: answer.to_vec() }).unwrap();
    assert_eq!(second.events().unwrap().len(), 5);
}

#[test]
fn a_lease_that_ran_out_and_that_nobody_took_is_begun_anew_before_anything_is_sent() {
    let (_folder, mut first, second) = two();
    let _lock = first.lock_for_sending().unwrap();
    end_lease(&first);
    first.begin_sending().unwrap();
    assert!(second.lock_for_sending().is_err());
    first.commit(&batch("x")).unwrap();
}

#[cfg(unix)]
#[test]
fn a_lock_that_was_deleted_ends_nobodys_lease() {
    let (_folder, first, second) = two();
    let lock = first.lock_for_sending().unwrap();
    std::fs::remove_file(first.path().with_file_name("lock")).unwrap();
    assert!(matches!(second.lock_for_sending(), Err(StoreError::Busy { .. })));
    end_lease(&first);
    let taken = second.lock_for_sending().unwrap();
    // What the late one gives back is not its own any more.
    drop(lock);
    assert!(matches!(first.lock_for_sending(), Err(StoreError::Busy { .. })));
    drop(taken);
    drop(first.lock_for_sending().unwrap());
}

/// A lock that stands still does not keep those out who come after the one that
/// took over; one that nobody knows of does.
#[test]
fn a_lock_without_a_lease_is_somebodys() {
    let (_folder, first, second) = two();
    let held = std::fs::File::create(first.path().with_file_name("lock")).unwrap();
    held.lock().unwrap();
    assert!(matches!(second.lock_for_sending(), Err(StoreError::Busy { .. })));
    drop(held);
    let _stands_still = first.lock_for_sending().unwrap();
    end_lease(&first);
    drop(second.lock_for_sending().unwrap());
    drop(second.lock_for_sending().unwrap());
    assert_eq!(token(&first), 3);
}

#[test]
fn a_wrong_clock_blocks_nobody_for_a_day() {
    let (_folder, first, second) = two();
    let _lock = first.lock_for_sending().unwrap();
    let expires = Timestamp::now().as_millisecond() + 86_400_000;
    first.connection.execute("UPDATE lease SET expires = ?1", [expires]).unwrap();
    drop(second.lock_for_sending().unwrap());
}

#[test]
fn a_store_of_another_machine_is_waited_for_and_its_runner_named() {
    let (_folder, first, _second) = two();
    let expires = Timestamp::now().as_millisecond() + 30_000;
    let sql = "UPDATE lease SET holder = 'process 7 on far', machine = 'far', lock = '1:1', expires = ?1";
    first.connection.execute(sql, [expires]).unwrap();
    let busy = first.lock_for_sending().unwrap_err().to_string();
    assert!(busy.contains("process 7 on far"), "{busy}");
    assert!(first.is_sending());
}
