//! Taking down.

use super::bench::{self, Bench};
use super::rows::{WAYS, asks};
use ladder::channel::Removed;

#[tokio::test]
async fn what_is_taken_down_is_down_and_twice_is_fine() {
    for way in WAYS.iter() {
        let bench = Bench::new(way).await;
        let kept = bench.network.posted_by_hand("Somebody's own.", std::time::Duration::from_secs(3600));
        let receipts = bench.send(&bench::rich(way)).await.unwrap();
        let variant = bench::rich(way);
        let parts = bench.payload(&variant).parts;
        for round in 0..2 {
            for (number, receipt) in receipts.iter().enumerate().rev() {
                // An hour later: what a list does not show is no lag of it.
                let mut attempt = bench.attempt(&variant, number, &receipts[..number]);
                attempt.last_tried -= std::time::Duration::from_secs(3600);
                let removed = bench.channel.take_down(&parts[number], receipt, &attempt).await;
                assert!(
                    matches!(removed, Ok(Removed::Gone | Removed::Already)),
                    "{} round {round}: {receipt:?}: {removed:?}",
                    way.name
                );
            }
        }
        let left: Vec<String> = bench.network.timeline().into_iter().map(|live| live.id).collect();
        assert_eq!(left, [kept], "{}", way.name);
    }
}

#[tokio::test]
async fn a_comment_can_be_taken_down_alone() {
    for way in WAYS.iter().filter(|way| way.comments) {
        let bench = Bench::new(way).await;
        let receipts = bench.send(&bench::rich(way)).await.unwrap();
        let removed = bench.channel.remove(receipts.last().unwrap(), bench.folder.path()).await;
        assert!(matches!(removed, Ok(Removed::Gone)), "{}: {removed:?}", way.name);
        let timeline = bench.network.timeline();
        assert_eq!((timeline.len(), timeline[0].comments.len()), (1, 0), "{}", way.name);
    }
}

#[tokio::test]
async fn what_may_not_be_taken_down_stays_and_says_so() {
    use ladder::rehearsal::{Fault, Upon};
    for way in WAYS.iter() {
        for fault in [Fault::Expired, Fault::FailedBefore, Fault::CutBefore] {
            let bench = Bench::new(way).await;
            let receipts = bench.send(&bench::plain(way)).await.unwrap();
            let (method, path) = asks(way).removal;
            bench.network.order_upon(Upon::Path(method, path), fault.clone());
            let removed = bench.channel.remove(&receipts[0], bench.folder.path()).await;
            assert!(
                !matches!(removed, Ok(Removed::Gone | Removed::Already)),
                "{} {fault:?}: {removed:?}",
                way.name
            );
            assert_eq!(bench.network.timeline().len(), 1, "{}", way.name);
        }
    }
}
