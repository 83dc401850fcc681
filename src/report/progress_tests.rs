//! What a run says of itself, line by line.

use super::super::queue::tests::plan;
use super::*;
use crate::plan::Seen;
use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Gone;

impl Write for Gone {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::BrokenPipe.into())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Err(std::io::ErrorKind::BrokenPipe.into())
    }
}

fn play(progress: &mut Progress, plan: &Plan) {
    let mut tell = |rung: usize, recipient: Option<&str>, kind: EventKind| {
        let key = plan.steps[rung].key.clone();
        let at = "2026-12-01T08:00:00Z".parse().unwrap();
        progress.event(&Event { at, key, recipient: recipient.map(str::to_owned), kind });
    };
    let receipt = |url: Option<&str>, detail: Option<&str>, for_a_person| EventKind::Receipt {
        part: 0,
        receipt: Receipt {
            id: None,
            url: url.map(str::to_owned),
            detail: detail.map(str::to_owned),
            for_a_person,
            altered: None,
            sha256: None,
            left: Vec::new(),
        },
    };
    tell(0, None, EventKind::Intent { part: 0, attempt: 1, bound: serde_json::Value::Null, prepares: false });
    tell(0, None, receipt(Some("https://acme.example/b/\u{1b}[2J"), None, false));
    let seen = Seen { url: None, altered: Some("It lan\u{1b}[2J".to_owned()) };
    tell(0, None, EventKind::Seen { part: 0, seen });
    tell(1, None, receipt(None, Some("outbox/rocket-2/tweet"), true));
    tell(2, Some("p0@acme.example"), receipt(None, None, false));
    tell(2, Some("p1@acme.example"), EventKind::Refused { part: 0, says: "no such mailbox".to_owned() });
    tell(2, Some("p2@acme.example"), EventKind::Unknown { part: 0, cause: "cut".to_owned() });
}

#[test]
fn lines_say_what_matters_and_name_no_recipient() {
    let (page, plan) = (Page::default(), plan());
    let mut progress = Progress::with(std::slice::from_ref(&plan), None, Box::new(page.clone()));
    progress.doing(&plan.steps[0], "waiting until the page answers");
    progress.doing(&plan.steps[0], "waiting until the page answers");
    play(&mut progress, &plan);
    progress.finish(false);
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    insta::assert_snapshot!(text, @r"
    blog        …                waiting until the page answers
    blog        sent             https://acme.example/b/\u{1b}[2J
    blog        altered          readers see “It lan\u{1b}[2J”
    tweet       written for you  outbox/rocket-2/tweet
    newsletter  refused          no such mailbox
    newsletter  unknown          cut
    newsletter  sent             1 of 3, 1 refused, 1 unknown
    ");
}

#[test]
fn what_the_records_settle_is_told_once() {
    let (page, plan) = (Page::default(), plan());
    let mut progress = Progress::with(std::slice::from_ref(&plan), None, Box::new(page.clone()));
    let mut tell = |rung: usize, recipient: Option<&str>, kind: EventKind| {
        let key = plan.steps[rung].key.clone();
        let at = "2026-12-01T08:00:00Z".parse().unwrap();
        progress.event(&Event { at, key, recipient: recipient.map(str::to_owned), kind });
    };
    let url = Some("https://acme.example/b".to_owned());
    let receipt = Receipt { url: url.clone(), ..Receipt::default() };
    let by = || "the channel's own records".to_owned();
    tell(0, None, EventKind::Unknown { part: 0, cause: "cut".to_owned() });
    tell(0, None, EventKind::Receipt { part: 0, receipt });
    tell(0, None, EventKind::Resolved { sent: true, url, id: None, by: by() });
    tell(1, None, EventKind::Resolved { sent: false, url: None, id: None, by: by() });
    for person in ["p0@acme.example", "p1@acme.example"] {
        tell(2, Some(person), EventKind::Unknown { part: 0, cause: "cut".to_owned() });
        tell(2, Some(person), EventKind::Resolved { sent: false, url: None, id: None, by: by() });
    }
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    insta::assert_snapshot!(text, @r"
    blog        unknown          cut
    blog        sent             https://acme.example/b
    tweet       not sent         settled by the channel's own records
    newsletter  unknown          cut
    newsletter  not sent         settled by the channel's own records
    ");
}

#[test]
fn what_waits_for_mending_is_told_to_be_held_and_nothing_else() {
    let (page, plan) = (Page::default(), plan());
    let mut progress = Progress::with(std::slice::from_ref(&plan), None, Box::new(page.clone()));
    let at = "2026-12-01T08:00:00Z".parse().unwrap();
    let says = "the token has expired; once that is mended, `ladder run` sends it".to_owned();
    let kind = EventKind::NotYet { part: 0, says, until: at, mend: true, account: false, done: None };
    progress.event(&Event { at, key: plan.steps[1].key.clone(), recipient: None, kind });
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    insta::assert_snapshot!(text, @"tweet       held             the token has expired; once that is mended, `ladder run` sends it");
}

#[test]
fn what_is_being_done_is_told_of_the_message_that_it_is_done_for() {
    let (page, first) = (Page::default(), plan());
    let mut second = plan();
    second.message = "rocket-3".to_owned();
    for step in &mut second.steps {
        step.key = StepKey(step.key.0.replace('0', "1"));
    }
    let plans = [first, second];
    let mut progress = Progress::with(&plans, None, Box::new(page.clone()));
    progress.doing(&plans[1].steps[1], "looking whether it went out");
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    assert!(text.starts_with("rocket-3/tweet ") && text.lines().count() == 1, "{text}");
}

#[test]
fn a_reader_that_is_gone_and_hidden_bars_stop_nothing() {
    let plan = plan();
    let mut progress = Progress::with(std::slice::from_ref(&plan), None, Box::new(Gone));
    play(&mut progress, &plan);
    progress.finish(false);
    let bars = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
    let mut progress = Progress::with(std::slice::from_ref(&plan), Some(bars), Box::new(Gone));
    play(&mut progress, &plan);
    assert_eq!(progress.rungs[0].bar.as_ref().unwrap().position(), 1);
    assert_eq!(progress.rungs[2].bar.as_ref().unwrap().message(), "sent  1 of 3, 1 refused, 1 unknown");
    progress.finish(false);
    let mut unstarted = Progress::new(&[plan], false);
    unstarted.finish(true);
}

#[test]
fn a_wait_is_told_in_the_brands_zone_and_with_its_date_if_that_is_another() {
    let (page, plan) = (Page::default(), plan());
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let mut progress =
        Progress::with(std::slice::from_ref(&plan), None, Box::new(page.clone())).in_zone(&berlin);
    let at: Timestamp = "2026-12-01T08:00:00Z".parse().unwrap();
    for until in [
        "2026-12-01T08:00:00Z",
        "2026-12-01T08:32:16Z",
        "2026-12-01T22:59:59Z",
        "2026-12-01T23:00:00Z",
        "2026-12-10T08:32:16Z",
    ] {
        let until = until.parse().unwrap();
        let kind = EventKind::NotYet {
            part: 0,
            says: "busy".to_owned(),
            until,
            mend: false,
            account: false,
            done: None,
        };
        progress.event(&Event { at, key: plan.steps[1].key.clone(), recipient: None, kind });
    }
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    insta::assert_snapshot!(text, @r"
    tweet       not yet          busy
    tweet       not yet          busy; again at 09:32:16
    tweet       not yet          busy; again at 23:59:59
    tweet       not yet          busy; again at 2026-12-02 00:00
    tweet       not yet          busy; again at 2026-12-10 09:32
    ");
}

#[test]
fn a_long_queue_shares_one_bar() {
    let mut plans = vec![plan(); 500];
    for (number, plan) in plans.iter_mut().enumerate() {
        plan.message = format!("m{number}");
        plan.steps.truncate(1);
        plan.steps[0].key = StepKey(format!("{number:064}"));
    }
    let bars = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
    let mut progress = Progress::with(&plans, Some(bars), Box::new(Gone));
    assert!(progress.rungs.iter().all(|rung| rung.bar.is_none()));
    for (number, plan) in plans.iter().enumerate().take(300) {
        let receipt = Receipt { url: Some(format!("https://x.example/{number}")), ..Receipt::default() };
        let kind = EventKind::Receipt { part: 0, receipt };
        let at = "2026-12-01T08:00:00Z".parse().unwrap();
        progress.event(&Event { at, key: plan.steps[0].key.clone(), recipient: None, kind });
    }
    let all = progress.all.as_ref().unwrap();
    assert_eq!((all.position(), all.length()), (300, Some(500)));
    assert!(all.message().starts_with("m299/") && all.message().ends_with("https://x.example/299"));
    progress.finish(false);
}
