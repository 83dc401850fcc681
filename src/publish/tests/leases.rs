//! A runner whose right to send another has taken.

use super::fake::{House, Say, state};
use crate::plan::State;
use crate::plan::fixture::{plan, post};
use crate::store::StoreError;
use jiff::Timestamp;
use std::time::Duration;

/// Another process takes the lease after a while.
fn taken_after(house: &House, wait: u64) -> tokio::task::JoinHandle<()> {
    let path = house.store.path().to_owned();
    tokio::task::spawn_blocking(move || {
        std::thread::sleep(Duration::from_millis(wait));
        let other = rusqlite::Connection::open(path).unwrap();
        let expires = Timestamp::now().as_millisecond() + 60_000;
        let sql =
            "UPDATE lease SET token = token + 1, holder = 'process 9 on far', machine = 'far', expires = ?1";
        other.execute(sql, [expires]).unwrap();
    })
}

#[tokio::test]
async fn it_starts_nothing_more_and_writes_down_what_it_knows() {
    let mut house = House::new();
    let plan = plan(vec![post("tweet", &[], &["a"]), post("post", &["tweet"], &["b"])]);
    house.log("tweet").say(&[Say::Slow(400)]);
    let taking = taken_after(&house, 100);
    let error = house.try_publish(&plan).await.unwrap_err();
    taking.await.unwrap();
    let StoreError::Slept { taken_by: Some(by), .. } = &error else { panic!("{error}") };
    assert!(by.contains("process 9 on far"), "{error}");
    assert_eq!((house.log("tweet").count(), house.log("post").count()), (1, 0));
    assert_eq!(state(&house.journal(), &plan, "tweet"), State::Sent, "its answer is an answer");
    assert_eq!(state(&house.journal(), &plan, "post"), State::Planned);
    // It does not begin again, either.
    assert!(matches!(house.try_publish(&plan).await, Err(StoreError::Slept { .. })));
    assert_eq!(house.log("post").count(), 0);
}
