//! Deliveries made by hand, as tables and as JSON.

use super::super::todo::ToDo;
use super::*;
use crate::plan::{RecipientStanding, StepKey};
use crate::render::VariantKind;
use jiff::ToSpan;

/// One delivery in a state.
pub(in crate::report) fn delivery(rung: &str, state: State) -> Delivery {
    Delivery {
        key: StepKey(format!("{:0<32}", rung.bytes().map(|b| format!("{b:02x}")).collect::<String>())),
        message: "rocket-2".to_owned(),
        title: "Rocket 2 lands itself".to_owned(),
        rung: rung.to_owned(),
        channel: rung.to_owned(),
        adapter: "x".to_owned(),
        account: "x:acmerockets".to_owned(),
        campaign: "rocket-2".to_owned(),
        ladder: "launch".to_owned(),
        kind: Some(VariantKind::Post),
        generation: 0,
        reason: None,
        superseded: false,
        plan: "p".to_owned(),
        payload_digest: "d".to_owned(),
        part_count: 1,
        planned_at: "2026-12-01T07:00:00Z".parse().unwrap(),
        parts: vec![part_in(state)],
        recipients: vec![],
        state,
        error: None,
        not_before: None,
        put_off_at: None,
        busy: None,
        forgiven: 0,
        sent_at: None,
        before: None,
        after: crate::plan::After::default(),
    }
}

pub(in crate::report) fn part_in(state: State) -> PartStanding {
    PartStanding {
        cause: None,
        looked: None,
        mend: false,
        by_hand: false,
        put_off_at: None,
        part: 0,
        state,
        attempts: 1,
        first_tried: None,
        last_tried: None,
        preparing: false,
        made: None,
        made_at: None,
        begun: None,
        doubted: false,
        receipt: None,
        bound: None,
        after: crate::plan::PartAfter::default(),
    }
}

fn story() -> Vec<Delivery> {
    let mut blog = delivery("blog", State::Sent);
    blog.sent_at = Some("2026-12-01T08:00:05Z".parse().unwrap());
    blog.parts[0].receipt = Some(Receipt {
        id: Some("p1".to_owned()),
        url: Some("https://acme.example/blog/rocket-2/".to_owned()),
        ..Receipt::default()
    });
    let mut tweet = delivery("tweet", State::Waiting);
    tweet.parts[0].receipt = Some(Receipt {
        detail: Some("outbox/rocket-2/tweet".to_owned()),
        for_a_person: true,
        ..Receipt::default()
    });
    let mut linkedin = delivery("linkedin", State::Unknown);
    linkedin.error = Some("the connection was cut after the request left\u{1b}[2J".to_owned());
    let mut mail = delivery("newsletter", State::Sending);
    mail.recipients = (0..4)
        .map(|at| RecipientStanding {
            recipient: format!("p{at}@acme.example"),
            key: StepKey(format!("{at:032}")),
            part: part_in(if at < 3 { State::Sent } else { State::Refused }),
            error: (at == 3).then(|| "no such mailbox".to_owned()),
            before: None,
        })
        .collect();
    mail.parts = vec![];
    let mut hand = delivery("hand", State::Waiting);
    hand.adapter = "manual".to_owned();
    hand.parts[0].receipt = Some(Receipt {
        detail: Some("https://www.linkedin.com/sharing/share-offsite/?url=x".to_owned()),
        for_a_person: true,
        ..Receipt::default()
    });
    let mut later = delivery("later", State::Planned);
    later.parts = vec![];
    let mut again = delivery("again", State::Planned);
    again.parts = vec![];
    again.not_before = Some("2026-12-01T08:10:00Z".parse().unwrap());
    again.recipients = vec![RecipientStanding {
        recipient: "p9@acme.example".to_owned(),
        key: StepKey("9".repeat(32)),
        part: part_in(State::Planned),
        error: Some("mail.acme.example: connection refused".to_owned()),
        before: None,
    }];
    vec![blog, tweet, linkedin, mail, hand, later, again]
}

#[test]
fn a_table_says_where_each_stands_and_what_to_do() {
    let story = story();
    let story: Vec<&Delivery> = story.iter().collect();
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let nine: Timestamp = "2026-12-01T08:00:00Z".parse().unwrap();
    let dues = Dues::from([
        (story[5].key.clone(), Due::At(nine)),
        (story[6].key.clone(), Due::At(nine + 600.seconds())),
    ]);
    insta::assert_snapshot!(text(&story, &dues, &zone, false), @r"
    MESSAGE   RUNG        CHANNEL     STATE      WHEN                    KEY         WHERE
    rocket-2  blog        blog        ✓ sent     2026-12-01 09:00        626c6f6700  https://acme.example/blog/rocket-2/
    rocket-2  tweet       tweet       ◷ waiting                          7477656574  outbox/rocket-2/tweet
    rocket-2  linkedin    linkedin    ? unknown                          6c696e6b65  the connection was cut after the request left\u{1b}[2J
    rocket-2  newsletter  newsletter  → sending                          6e6577736c  3 of 4 sent, 1 refused
    rocket-2  hand        hand        ◷ waiting                          68616e6400  by hand
    rocket-2  later       later       … planned  due 2026-12-01 09:00    6c61746572
    rocket-2  again       again       … planned  again 2026-12-01 09:10  616761696e  0 of 1 sent: mail.acme.example: connection refused

    To do
      tweet of rocket-2: waits for you to post it; its text lies in outbox/rocket-2/tweet
          ladder resolve 7477656574 --sent URL
      linkedin of rocket-2: it is not known whether this went out: the connection was cut after the request left\u{1b}[2J
        look at x:acmerockets, then say what you see (`ladder run` looks again):
          ladder resolve 6c696e6b65 --sent URL
          ladder resolve 6c696e6b65 --not-sent
      hand of rocket-2: waits for you to post it by hand; its text: ladder log --channel hand
          https://www.linkedin.com/sharing/share-offsite/?url=x
          ladder resolve 68616e6400 --sent URL
    ");
    assert!(text(&story, &dues, &zone, true).contains("\u{1b}[32m✓ sent"));
    assert!(!text(&[], &dues, &zone, false).is_empty());
}

#[test]
fn json_has_the_fields_of_the_contract() {
    let story = story();
    let story: Vec<&Delivery> = story.iter().collect();
    let value = json(&story, &Dues::new());
    let fields = "key message rung channel adapter account state id url error attempts parts recipients title campaign \
         ladder generation planned_at sent_at";
    for field in fields.split_whitespace() {
        assert!(value[0].get(field).is_some(), "{field}");
    }
    assert_eq!(value[0]["url"], "https://acme.example/blog/rocket-2/");
    assert_eq!(value[0]["parts"][0]["id"], "p1");
    assert_eq!(value[1]["state"], "waiting");
    assert_eq!(value[2]["url"], Value::Null);
    assert_eq!(value[3]["recipients"][3]["error"], "no such mailbox");
}

/// A thread of three: the first part live, the second in `state`, the third to come.
fn thread(adapter: &str, state: State) -> Delivery {
    let mut thread = delivery("thread", state);
    thread.adapter = adapter.to_owned();
    thread.part_count = 3;
    thread.error = Some("too many".to_owned());
    let mut first = part_in(State::Sent);
    first.receipt = Some(Receipt { url: Some("https://x.com/a/status/1".to_owned()), ..Receipt::default() });
    let bound =
        Some(json!({ "text": "It came back\nafter a flight of four minutes and a half, in one piece" }));
    thread.parts = vec![first, PartStanding { part: 1, bound, ..part_in(state) }];
    thread
}

#[test]
fn what_is_live_is_never_to_be_sent_anew() {
    let thread = thread("x", State::Refused);
    let drawn = text(&[&thread], &Dues::new(), &TimeZone::UTC, false);
    insta::assert_snapshot!(drawn, @r"
    MESSAGE   RUNG    CHANNEL  STATE      WHEN  KEY         WHERE
    rocket-2  thread  thread   ✗ refused        7468726561  1 of 3 live; too many

    To do
      thread of rocket-2: refused: too many
        part 1 of 3 is live: https://x.com/a/status/1
        post the rest by hand, from part 2 of 3 (“It came back after a flight of four minutes and…”); all words: ladder log --campaign rocket-2 --channel thread
        then say where it is:
          ladder resolve 7468726561 --sent URL
    ");
    assert!(!drawn.contains("--again"));
    let whole = delivery("tweet", State::Refused);
    assert!(text(&[&whole], &Dues::new(), &TimeZone::UTC, false).contains("--again REASON"));
}

#[test]
fn what_waits_for_a_token_says_so_and_what_else_can_be_done() {
    let mut whole = delivery("tweet", State::Held);
    whole.error = Some("the token has expired; once that is mended, `ladder run` sends it".to_owned());
    whole.parts = vec![PartStanding { mend: true, ..part_in(State::Planned) }];
    let todo = |delivery: &Delivery| {
        let drawn = text(&[delivery], &Dues::new(), &TimeZone::UTC, false);
        drawn.split_once("To do\n").unwrap().1.to_owned()
    };
    insta::assert_snapshot!(todo(&whole), @r"
    tweet of rocket-2: held back: the token has expired; once that is mended, `ladder run` sends it
      or post it by hand, then say where it is, or that it is not to go out any more:
        ladder resolve 7477656574 --sent URL
        ladder resolve 7477656574 --not-sent
    ");
    let mut half = thread("x", State::Held);
    half.error = Some("the token has expired; once that is mended, `ladder run` sends the rest".to_owned());
    half.parts[1] = PartStanding { part: 1, mend: true, ..part_in(State::Planned) };
    insta::assert_snapshot!(todo(&half), @r"
    thread of rocket-2: held back: the token has expired; once that is mended, `ladder run` sends the rest
      part 1 of 3 is live: https://x.com/a/status/1
      or post the rest by hand, then say where it is:
        ladder resolve 7468726561 --sent URL
    ");
}

#[test]
fn a_doubt_names_the_part_and_whether_it_is_looked_for_again() {
    let drawn = text(&[&thread("x", State::Unknown)], &Dues::new(), &TimeZone::UTC, false);
    insta::assert_snapshot!(drawn.split_once("To do\n").unwrap().1, @r"
    thread of rocket-2: it is not known whether part 2 of 3 (“It came back after a flight of four minutes and…”) went out: too many
      part 1 of 3 is live: https://x.com/a/status/1
      look at x:acmerockets, then say what you see (`ladder run` looks again):
        ladder resolve 7468726561 --sent URL
        ladder resolve 7468726561 --not-sent
    ");
    let mut person = thread("linkedin", State::Unknown);
    person.parts[1].bound = Some(json!({ "author": "urn:li:person:a", "commentary": "It landed" }));
    let todo = |delivery: &Delivery| text(&[delivery], &Dues::new(), &TimeZone::UTC, false);
    assert!(!todo(&person).contains("looks again"));
    let comment = json!({ "actor": "urn:li:organization:1", "message": { "text": "And more" } });
    person.parts[1].bound = Some(comment);
    assert!(todo(&person).contains("part 2 of 3 (“And more”) went out"), "{}", todo(&person));
    assert!(todo(&person).contains("looks again"));
}

/// An older try in that state, and the newer one that was sent.
fn begun_anew(state: State) -> Vec<Delivery> {
    let mut older = delivery("tweet", state);
    older.superseded = true;
    older.error = Some("cut".to_owned());
    let mut newer = delivery("tweet", State::Sent);
    newer.key = StepKey("9".repeat(32));
    newer.generation = 1;
    newer.parts[0].receipt =
        Some(Receipt { url: Some("https://x.com/acme/status/2".to_owned()), ..Receipt::default() });
    vec![older, newer]
}

fn shown(deliveries: &[Delivery]) -> String {
    text(&deliveries.iter().collect::<Vec<_>>(), &Dues::new(), &TimeZone::UTC, false)
}

#[test]
fn what_was_begun_anew_leaves_nothing_to_do_that_would_post_it_twice() {
    for state in [State::Refused, State::Held, State::Waiting, State::Altered, State::Cancelled] {
        let text = shown(&begun_anew(state));
        assert!(!text.contains("To do"), "{text}");
    }
    let text = shown(&begun_anew(State::Unknown));
    insta::assert_snapshot!(text.split_once("To do").unwrap().1, @r"
      tweet of rocket-2: it is not known whether this went out: cut
        this is an earlier try; `--again` has begun a newer one, which is sent at https://x.com/acme/status/2: nothing of the earlier one is sent again
        look at x:acmerockets, then say what you see (`ladder run` looks again):
          ladder resolve 7477656574 --sent URL
          ladder resolve 7477656574 --not-sent
    ");
}

#[test]
fn what_is_live_of_an_older_try_is_named() {
    let mut older = begun_anew(State::Cancelled).remove(0);
    older.part_count = 3;
    older.error = Some("cancelled by `--again`, which began anew".to_owned());
    older.parts[0].state = State::Sent;
    older.parts[0].receipt =
        Some(Receipt { url: Some("https://x.com/acme/status/1".to_owned()), ..Receipt::default() });
    older.not_before = Some("2026-12-01T08:00:00Z".parse().unwrap());
    let text = shown(&[older.clone()]);
    assert!(text.contains("1 of 3 live: https://x.com/acme/status/1; cancelled by"), "{text}");
    assert!(!text.contains("not before"), "{text}");
    // The newer one was refused: to send it anew would post that part twice.
    let mut newer = delivery("tweet", State::Refused);
    newer.key = StepKey("9".repeat(32));
    newer.generation = 1;
    let text = shown(&[older, newer]);
    assert!(text.contains("an earlier try of it is live at https://x.com/acme/status/1"), "{text}");
}

#[test]
fn generations_and_accounts_are_told_apart() {
    let mut both = begun_anew(State::Sent);
    both[1].reason = Some("the link was wrong".to_owned());
    let mut other = delivery("tweet", State::Sent);
    (other.key, other.account) = (StepKey("8".repeat(32)), "x:acme_de".to_owned());
    both.push(other);
    let text = shown(&both);
    insta::assert_snapshot!(text, @r"
    MESSAGE   RUNG          CHANNEL              STATE   WHEN  KEY         WHERE
    rocket-2  tweet, older  tweet (acmerockets)  ✓ sent        7477656574  cut
    rocket-2  tweet, again  tweet (acmerockets)  ✓ sent        9999999999  https://x.com/acme/status/2 (again: the link was wrong)
    rocket-2  tweet         tweet (acme_de)      ✓ sent        8888888888
    ");
}

#[test]
fn on_a_narrow_terminal_nothing_is_wrapped_but_addresses() {
    let story = story();
    let story: Vec<&Delivery> = story.iter().collect();
    let sheet = Sheet { colour: false, width: Some(80) };
    let drawn = text(&story, &Dues::new(), &TimeZone::UTC, sheet);
    for line in drawn.lines().filter(|line| !line.contains("https://") && !line.contains("ladder resolve")) {
        assert!(super::super::columns::width(line) <= 80, "{line:?}");
    }
    assert!(drawn.contains("\n    626c6f6700  https://acme.example/blog/rocket-2/\n"), "{drawn}");
}

#[test]
fn what_is_to_be_done_has_its_parts_as_fields() {
    let story = story();
    let story: Vec<&Delivery> = story.iter().collect();
    let all: Vec<Value> = to_do(&story).iter().map(ToDo::json).collect();
    assert_eq!(all.len(), 3);
    assert_eq!(
        all[1]["commands"],
        json!(["ladder resolve 6c696e6b65 --sent URL", "ladder resolve 6c696e6b65 --not-sent"])
    );
    assert_eq!(all[1]["delivery"], json!(story[2].key));
    assert!(all[1]["what"].as_str().unwrap().starts_with("it is not known whether this went out"));
    assert!(all[1]["says"][0].as_str().unwrap().starts_with("look at x:acmerockets"), "{}", all[1]);
    // A page to open is no command.
    assert_eq!(all[2]["commands"], json!(["ladder resolve 68616e6400 --sent URL"]));
    // Looked for in vain, it says that it will not settle by itself.
    let mut looked = delivery("tweet", State::Unknown);
    looked.parts[0].looked = Some("the list does not reach back".to_owned());
    let words = to_do(&[&looked])[0].text(Sheet::default());
    assert!(words.contains("as long as that proves no more, only you can settle it"), "{words}");
}

#[test]
fn of_what_is_unknown_it_is_told_when_it_was_tried_and_of_a_mail_why_it_did_not_go() {
    let mut tweet = delivery("tweet", State::Unknown);
    tweet.parts[0].last_tried = Some("2026-12-01T09:30:00Z".parse().unwrap());
    let mut mail = delivery("newsletter", State::Skipped);
    mail.error = Some("`tweet` did not go out".to_owned());
    let part = PartStanding { state: State::Planned, attempts: 0, ..mail.parts.remove(0) };
    mail.recipients = vec![RecipientStanding {
        recipient: "a@acme.example".to_owned(),
        key: StepKey("9".repeat(32)),
        part,
        error: None,
        before: None,
    }];
    let drawn = text(&[&tweet, &mail], &Dues::new(), &TimeZone::UTC, Sheet::default());
    assert!(drawn.contains("tried 2026-12-01 09:30"), "{drawn}");
    assert!(drawn.contains("0 of 1 sent: `tweet` did not go out"), "{drawn}");
    let json = json(&[&tweet], &Dues::new());
    assert_eq!((&json[0]["tried_at"], &json[0]["sent_at"]), (&json!("2026-12-01T09:30:00Z"), &Value::Null));
    assert_eq!(json[0]["parts"][0]["tried_at"], "2026-12-01T09:30:00Z");
}
