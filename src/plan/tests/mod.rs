//! What plans and their fold promise.

mod begun;
mod making;
mod taken_down;

use super::fixture::*;
use super::*;

const T: &str = "2026-12-01T08:00:00Z";
const LATER: &str = "2026-12-01T09:00:00Z";

/// The state after these facts about a post of `parts` parts, without a runner.
fn after(parts: &[&str], kinds: &[EventKind]) -> Delivery {
    let plan = plan(vec![post("tweet", &[], parts)]);
    let mut events = vec![planned(&plan, &plan.steps[0], T)];
    events.extend(kinds.iter().map(|kind| event(&plan.steps[0], LATER, kind.clone())));
    Standing::fold(&events, false).deliveries.remove(&plan.steps[0].key).unwrap()
}

fn unknown(part: u32) -> EventKind {
    EventKind::Unknown { part, cause: "cut".to_owned() }
}

fn refused(part: u32) -> EventKind {
    EventKind::Refused { part, says: "no".to_owned() }
}

#[test]
fn each_fact_has_its_state() {
    let until = at(LATER);
    let cases: [(&[EventKind], State); 13] = [
        (&[], State::Planned),
        (&[intent(0)], State::Unknown),
        (&[intent(0), receipt(0, None)], State::Sent),
        (&[intent(0), pasted(0)], State::Waiting),
        (&[intent(0), pasted(0), resolved(true, Some("https://x.example/1"))], State::Sent),
        (&[intent(0), pasted(0), resolved(false, None)], State::Cancelled),
        (&[intent(0), refused(0)], State::Refused),
        (
            &[
                intent(0),
                EventKind::NotYet {
                    part: 0,
                    says: "busy".to_owned(),
                    until,
                    mend: false,
                    account: false,
                    done: None,
                },
            ],
            State::Planned,
        ),
        (&[intent(0), unknown(0)], State::Unknown),
        (&[intent(0), unknown(0), resolved(true, None)], State::Sent),
        (&[intent(0), unknown(0), resolved(false, None)], State::Planned),
        (&[EventKind::Held { why: "late".to_owned() }], State::Held),
        (&[EventKind::Skipped { why: "blog".to_owned() }], State::Skipped),
    ];
    for (kinds, state) in cases {
        assert_eq!(after(&["x"], kinds).state, state, "{kinds:?}");
    }
}

#[test]
fn what_was_once_in_doubt_stays_known_as_such() {
    let until = at(LATER);
    let busy = || EventKind::NotYet {
        part: 0,
        says: "busy".to_owned(),
        until,
        mend: false,
        account: false,
        done: None,
    };
    let cases = [
        (vec![intent(0), busy()], false),
        (vec![intent(0), pasted(0), resolved(false, None)], false),
        (vec![intent(0)], true),
        (vec![intent(0), unknown(0), resolved(false, None), intent(0), busy()], true),
        (vec![intent(0), resolved(false, None), intent(0), busy()], true),
    ];
    for (kinds, doubted) in cases {
        assert_eq!(after(&["x"], &kinds).parts[0].doubted, doubted, "{kinds:?}");
    }
}

#[test]
fn what_is_live_and_not_as_planned_is_altered_once_all_of_it_is_out() {
    let altered = |part| EventKind::Receipt {
        part,
        receipt: Receipt { altered: Some("It lan".to_owned()), ..Receipt::default() },
    };
    let delivery = after(&["x", "y"], &[intent(0), altered(0)]);
    assert_eq!(delivery.state, State::Planned);
    let delivery = after(&["x", "y"], &[intent(0), altered(0), intent(1), receipt(1, None)]);
    assert_eq!(delivery.state, State::Altered);
    assert!(delivery.reached() && !delivery.is_open());
    assert!(delivery.error.unwrap().contains("It lan"));
}

/// What is seen of a part completes its receipt, and says nothing of one that
/// is not known to be out.
#[test]
fn what_is_seen_completes_the_receipt() {
    let (plain, nice) = ("https://x.example/1", "https://x.example/nice");
    let seen = |url: Option<&str>, altered: Option<&str>| EventKind::Seen {
        part: 0,
        seen: Seen { url: url.map(str::to_owned), altered: altered.map(str::to_owned) },
    };
    let delivery = after(&["x"], &[intent(0), receipt(0, Some(plain)), seen(Some(nice), None)]);
    assert_eq!((delivery.state, delivery.url(), delivery.error.as_deref()), (State::Sent, Some(nice), None));
    let delivery = after(&["x"], &[intent(0), receipt(0, Some(plain)), seen(None, Some("It lan"))]);
    assert_eq!((delivery.state, delivery.url()), (State::Altered, Some(plain)));
    assert!(delivery.error.unwrap().contains("“It lan”"));
    let delivery = after(&["x"], &[intent(0), receipt(0, Some(plain)), seen(None, None)]);
    assert_eq!((delivery.state, delivery.error), (State::Sent, None));
    for kinds in [vec![seen(Some(nice), Some("x"))], vec![intent(0), unknown(0), seen(Some(nice), Some("x"))]]
    {
        let delivery = after(&["x"], &kinds);
        assert_eq!(delivery.url(), None, "{kinds:?}");
        assert!(!matches!(delivery.state, State::Sent | State::Altered), "{kinds:?}");
    }
    // A receipt that comes once more takes back nothing.
    let named = || EventKind::Receipt {
        part: 0,
        receipt: Receipt { id: Some("7".to_owned()), ..Receipt::default() },
    };
    let delivery = after(&["x"], &[intent(0), named(), seen(None, Some("It lan")), named()]);
    assert_eq!(delivery.state, State::Altered);
}

#[test]
fn a_receipt_outweighs_doubt_in_whatever_order_they_come() {
    for kinds in [
        vec![intent(0), unknown(0), receipt(0, Some("https://x.example/1"))],
        vec![intent(0), receipt(0, Some("https://x.example/1")), unknown(0)],
        vec![receipt(0, Some("https://x.example/1")), intent(0), refused(0)],
        vec![intent(0), receipt(0, Some("https://x.example/1")), resolved(false, None)],
        vec![
            intent(0),
            receipt(0, Some("https://x.example/1")),
            EventKind::Cancelled { by: "grace".to_owned() },
        ],
    ] {
        let delivery = after(&["x"], &kinds);
        assert_eq!(delivery.state, State::Sent, "{kinds:?}");
        assert_eq!(delivery.url(), Some("https://x.example/1"));
    }
}

#[test]
fn cancelled_stays_cancelled_unless_it_is_out() {
    let cancelled = || EventKind::Cancelled { by: "grace".to_owned() };
    let late = EventKind::NotYet {
        part: 0,
        says: "busy".to_owned(),
        until: at(LATER),
        mend: false,
        account: false,
        done: None,
    };
    assert_eq!(after(&["x"], &[intent(0), cancelled(), late]).state, State::Cancelled);
    assert_eq!(after(&["x"], &[cancelled(), EventKind::Held { why: String::new() }]).state, State::Cancelled);
    assert_eq!(after(&["x"], &[intent(0), cancelled(), receipt(0, None)]).state, State::Sent);
}

#[test]
fn a_thread_is_sent_when_all_its_parts_are() {
    let thread = ["one", "two"];
    let half = after(&thread, &[intent(0), receipt(0, Some("https://x.example/1"))]);
    assert_eq!((half.state, half.is_open(), half.is_touched()), (State::Planned, true, true));
    let doubt = after(&thread, &[intent(0), receipt(0, Some("https://x.example/1")), intent(1)]);
    assert_eq!((doubt.state, doubt.is_open()), (State::Unknown, false));
    let whole = after(&thread, &[intent(0), receipt(0, Some("https://x.example/1")), receipt(1, None)]);
    assert_eq!((whole.state, whole.url()), (State::Sent, Some("https://x.example/1")));
    assert_eq!(whole.sent_at, Some(at(LATER)));
    let by_hand = after(&thread, &[pasted(0), pasted(1), resolved(true, Some("https://x.example/7"))]);
    assert_eq!((by_hand.state, by_hand.url()), (State::Sent, Some("https://x.example/7")));
    assert_eq!(by_hand.parts.len(), 2);
    let told = after(&["x"], &[receipt(0, None), resolved(true, Some("https://x.example/8"))]);
    assert_eq!(told.url(), Some("https://x.example/8"), "an address may be told later");
    assert_eq!(after(&thread, &[pasted(0)]).state, State::Planned, "the second is not written yet");
}

#[test]
fn the_rest_of_a_thread_that_was_refused_can_be_posted_by_hand() {
    let (one, two) = (Some("https://x.example/1"), Some("https://x.example/2"));
    let broken = [intent(0), receipt(0, one), intent(1), refused(1)];
    let then = |kinds: &[EventKind]| after(&["one", "two", "three"], &[&broken, kinds].concat());
    let open = then(&[]);
    assert_eq!((open.state, open.is_broken_off(), open.unsettled().unwrap().part), (State::Refused, true, 1));
    let whole = then(&[resolved(true, two)]);
    assert_eq!((whole.state, whole.error.as_deref(), whole.url()), (State::Sent, None, one));
    let urls: Vec<_> =
        whole.parts.iter().map(|part| part.receipt.as_ref().and_then(|it| it.url.as_deref())).collect();
    assert_eq!(urls, [one, two, None]);
    assert_eq!(then(&[resolved(true, two), refused(1)]).state, State::Sent, "a late fact changes nothing");
    assert_eq!(then(&[resolved(false, None)]).state, State::Refused);
    // Where nothing is live a refusal breaks nothing off, and a person may post it all.
    let posted = after(&["one", "two"], &[intent(0), refused(0), resolved(true, one)]);
    assert_eq!((posted.state, posted.url(), posted.live().count()), (State::Sent, one, 2));
    let refused = after(&["one", "two"], &[intent(0), refused(0)]);
    assert_eq!((refused.is_broken_off(), refused.unsettled().unwrap().part), (false, 0));
}

#[test]
fn what_waits_for_mending_is_held_until_it_is_tried_again_or_given_up() {
    let one = Some("https://x.example/1");
    let mend = |part| EventKind::NotYet {
        part,
        says: "no token".to_owned(),
        until: at(T),
        mend: true,
        account: false,
        done: None,
    };
    let whole = |kinds: &[EventKind]| after(&["x"], &[&[intent(0), mend(0)], kinds].concat());
    let held = whole(&[]);
    assert_eq!((held.state, held.error.as_deref()), (State::Held, Some("no token")));
    assert_eq!((held.waits_for_mending(), held.is_open(), held.not_before), (true, true, Some(at(T))));
    assert_eq!((held.is_broken_off(), held.unsettled().unwrap().part), (true, 0));
    let tried = whole(&[receipt(0, one)]);
    assert_eq!((tried.state, tried.error.as_deref(), tried.parts[0].mend), (State::Sent, None, false));
    assert_eq!(whole(&[mend(0)]).error.as_deref(), Some("no token"));
    assert_eq!(whole(&[refused(0)]).state, State::Refused);
    assert_eq!(whole(&[EventKind::Cancelled { by: "grace".to_owned() }, mend(0)]).state, State::Cancelled);
    // A person posts it by hand, or wants it no more; and takes that back.
    assert_eq!(whole(&[resolved(true, one)]).url(), one);
    assert_eq!(whole(&[resolved(false, None)]).state, State::Cancelled);
    for word in [resolved(true, one), resolved(false, None)] {
        let undone = whole(&[word, EventKind::Reopened { by: "grace".to_owned() }]);
        assert_eq!((undone.state, undone.waits_for_mending()), (State::Held, true));
    }
    // Of what is half out the rest is missing: not to send it settles nothing.
    let half = [intent(0), receipt(0, one), intent(1), mend(1)];
    let then = |kinds: &[EventKind]| after(&["one", "two"], &[&half, kinds].concat());
    assert_eq!(then(&[resolved(false, None)]).state, State::Held);
    assert_eq!(
        (then(&[resolved(true, None)]).state, then(&[receipt(1, None)]).state),
        (State::Sent, State::Sent)
    );
    // A journal of before knows no `mend`.
    let json = serde_json::to_value(mend(0)).unwrap();
    assert_eq!(json["mend"], true);
    let mut older = json;
    older.as_object_mut().unwrap().remove("mend");
    let older: EventKind = serde_json::from_value(older).unwrap();
    assert!(matches!(older, EventKind::NotYet { mend: false, .. }), "{older:?}");
}

#[test]
fn who_is_running_decides_about_an_open_intent() {
    let plan = plan(vec![post("tweet", &[], &["x"])]);
    let events = [planned(&plan, &plan.steps[0], T), event(&plan.steps[0], LATER, intent(0))];
    let state = |running| Standing::fold(&events, running).deliveries[&plan.steps[0].key].state;
    assert_eq!(state(true), State::Sending);
    assert_eq!(state(false), State::Unknown);
}

#[test]
fn a_mail_stands_where_its_people_stand() {
    let people: Vec<String> = ["b@x.example", "a@x.example"].map(str::to_owned).to_vec();
    let plan = plan(vec![mail("mail", &people)]);
    let step = &plan.steps[0];
    let fact = |person: &str, kind| to(person, event(step, LATER, kind));
    let both = |a: Vec<EventKind>, b: Vec<EventKind>| {
        let mut events = vec![planned(&plan, step, T)];
        events.extend(a.into_iter().map(|kind| fact("a@x.example", kind)));
        events.extend(b.into_iter().map(|kind| fact("b@x.example", kind)));
        Standing::fold(&events, false).deliveries.remove(&step.key).unwrap()
    };
    let sent = || vec![intent(0), receipt(0, None)];
    let no = || vec![intent(0), refused(0)];
    assert_eq!(both(vec![], vec![]).state, State::Planned);
    assert_eq!(both(sent(), vec![]).state, State::Planned);
    assert_eq!(both(sent(), sent()).state, State::Sent);
    assert_eq!(both(no(), no()).state, State::Refused);
    let mixed = both(sent(), no());
    assert_eq!((mixed.state, mixed.error.as_deref()), (State::Sent, Some("1 of 2 refused: no")));
    let doubt = both(vec![intent(0)], vec![]);
    assert_eq!((doubt.state, doubt.is_open()), (State::Unknown, true), "the other is still to come");
    // One person's word settles that person's mail only, by her own key.
    let standing = Standing {
        deliveries: [(step.key.clone(), both(vec![intent(0)], no()))].into(),
        ..Standing::default()
    };
    let key = step.identity.for_recipient("a@x.example").key();
    let keyed = standing.find_by_prefix(&key.0[..12]).unwrap();
    assert_eq!(keyed.recipient.unwrap().recipient, "a@x.example");
    assert_eq!(both(vec![intent(0), resolved(true, None)], sent()).state, State::Sent);
}

#[test]
fn a_persons_mail_is_as_open_as_before_once_a_word_is_taken_back() {
    let people: Vec<String> = ["a@x.example", "b@x.example", "c@x.example"].map(str::to_owned).to_vec();
    let plan = plan(vec![mail("mail", &people)]);
    let step = &plan.steps[0];
    let undo = || EventKind::Reopened { by: "grace".to_owned() };
    let fact = |time: &str, person: Option<&str>, kind| {
        let event = event(step, time, kind);
        person.map_or(event.clone(), |name| to(&format!("{name}@x.example"), event))
    };
    // `a` and `b` in doubt, `c` out.
    let mut past = vec![planned(&plan, step, T)];
    past.extend(["a", "b", "c"].map(|name| fact(T, Some(name), intent(0))));
    past.extend(["a", "b"].map(|name| fact(T, Some(name), unknown(0))));
    past.push(fact(T, Some("c"), receipt(0, None)));
    let then = |events: Vec<Event>| {
        let events = [past.clone(), events].concat();
        Standing::fold(&events, false).deliveries.remove(&step.key).unwrap()
    };
    let before = then(vec![]);
    let (nine, ten) = ("2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z");
    for sent in [true, false] {
        let settled = then(vec![fact(nine, Some("a"), resolved(sent, None))]);
        assert!(settled.can_be_reopened() && settled.recipients[0].before.is_some());
        assert_eq!(settled.recipients[1].before, None);
        let undone = then(vec![fact(nine, Some("a"), resolved(sent, None)), fact(ten, Some("a"), undo())]);
        assert_eq!(undone, before);
        // All at once, by the delivery's own key.
        let undone = then(vec![fact(nine, None, resolved(sent, None)), fact(ten, None, undo())]);
        assert_eq!(undone, before);
    }
    // Only what was said last is taken back.
    let words = vec![fact(nine, Some("a"), resolved(true, None)), fact(ten, None, resolved(false, None))];
    let undone = then([words, vec![fact(ten, None, undo())]].concat());
    let states: Vec<State> = undone.recipients.iter().map(|person| person.part.state).collect();
    assert_eq!(states, [State::Sent, State::Unknown, State::Sent]);
    // Nothing is taken back of what went on since, and another's word is his own.
    let on = then(vec![fact(nine, Some("a"), resolved(false, None)), fact(ten, Some("a"), intent(0))]);
    assert!(!on.can_be_reopened());
    let other =
        then(vec![fact(nine, Some("a"), resolved(true, None)), fact(ten, Some("b"), receipt(0, None))]);
    assert!(other.recipients[0].before.is_some());
}

#[test]
fn keys_are_found_by_a_beginning_that_is_theirs_alone() {
    let plan = plan(vec![post("tweet", &[], &["x"]), post("post", &[], &["y"])]);
    let events: Vec<Event> = plan.steps.iter().map(|step| planned(&plan, step, T)).collect();
    let standing = Standing::fold(&events, false);
    let key = &plan.steps[0].key.0;
    assert_eq!(standing.find_by_prefix(&key[..8].to_uppercase()).unwrap().delivery.rung, "tweet");
    assert_eq!(standing.find_by_prefix(" "), Err(KeyError::Empty));
    assert!(matches!(standing.find_by_prefix("zz"), Err(KeyError::None(_))));
    let common = (0..32).take_while(|i| key[..*i] == plan.steps[1].key.0[..*i]).last().unwrap_or(0);
    if common > 0 {
        let error = standing.find_by_prefix(&key[..common]).unwrap_err().to_string();
        assert!(error.contains("tweet of rocket"), "{error}");
    }
}

#[test]
fn events_come_back_from_json_as_they_were() {
    let plan = plan(vec![mail("mail", &["a@x.example".to_owned()])]);
    let step = &plan.steps[0];
    let kinds = [intent(0), receipt(0, Some("u")), unknown(0), refused(0), resolved(true, None)];
    let mut events = vec![planned(&plan, step, T)];
    events.extend(kinds.map(|kind| to("a@x.example", event(step, LATER, kind))));
    for event in events {
        let json = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event, "{json}");
    }
}

#[test]
fn what_was_made_is_kept_while_it_may_be_out_or_says_the_same() {
    let plan = plan(vec![post("tweet", &[], &["a"])]);
    let step = &plan.steps[0];
    // Journals from before there was anything to be said of it.
    let old: EventKind = serde_json::from_str(r#"{"event":"prepared","part":0}"#).unwrap();
    assert_eq!(old, EventKind::Prepared { part: 0, made: None });
    assert_eq!(serde_json::to_string(&old).unwrap(), r#"{"event":"prepared","part":0}"#);
    let made = EventKind::Prepared { part: 0, made: Some("c1".to_owned()) };
    let says = |text: &str| {
        let bound = serde_json::json!({ "text": text });
        EventKind::Intent { part: 0, attempt: 1, bound, prepares: true }
    };
    let not_yet = EventKind::NotYet {
        part: 0,
        says: "busy".to_owned(),
        until: LATER.parse().unwrap(),
        mend: false,
        account: false,
        done: None,
    };
    let kept = |then: EventKind, text: &str| {
        let kinds = [says("a"), made.clone(), then, says(text)];
        let events = kinds.map(|kind| event(step, LATER, kind));
        let standing = Standing::fold([planned(&plan, step, T)].iter().chain(&events), false);
        standing.deliveries[&step.key].parts[0].made.clone()
    };
    let c1 = || Some("c1".to_owned());
    assert_eq!((kept(not_yet.clone(), "a"), kept(not_yet, "b")), (c1(), None));
    // It may be out, whatever it says.
    assert_eq!((kept(unknown(0), "a"), kept(unknown(0), "b")), (c1(), c1()));
}

#[test]
fn a_plan_is_read_as_it_was_written_and_not_as_somebody_changed_it() {
    let plan = plan(vec![post("blog", &[], &["x"]), post_with_url("tweet", "blog")]);
    let json = serde_json::to_string_pretty(&plan).unwrap();
    assert_eq!(Plan::read(&json).unwrap(), plan);
    plan.is_for("01STORE").unwrap();
    plan.is_for("01OTHER").unwrap_err();
    let refused = |json: &str| Plan::read(json).unwrap_err();
    assert!(refused(&json.replace("Rocket", "Racket")).contains("changed after it was made"));
    assert!(refused(&json.replace("\"version\": 1", "\"version\": 9")).contains("version 9"));
    assert!(refused("{}").contains("not a plan"));
    assert!(refused("\u{0}").contains("not a plan"));
    // A digest that was made to fit is not enough.
    let forged = |change: &dyn Fn(&mut Plan)| {
        let mut forged = plan.clone();
        change(&mut forged);
        forged.digest = forged.compute_digest();
        refused(&serde_json::to_string(&forged).unwrap())
    };
    assert!(forged(&|plan| plan.steps[1].identity.account = "x:other".to_owned()).contains("own key"));
    assert!(forged(&|plan| plan.steps[1].payload = payload(&["other"])).contains("own key"));
    assert!(forged(&|plan| plan.steps[1] = plan.steps[0].clone()).contains("twice"));
    assert!(forged(&|plan| drop(plan.steps.remove(0))).contains("waits for `blog`"));
    assert!(forged(&|plan| plan.steps[0].gate.at = Some("soon".to_owned())).contains("time"));
}

#[test]
fn the_digest_covers_words_and_times_and_not_people() {
    let base = plan(vec![mail("mail", &["a@x.example".to_owned()])]);
    let mut people = base.clone();
    people.steps[0].recipients.push("b@x.example".to_owned());
    assert_eq!(people.compute_digest(), base.digest);
    let mut timed = base.clone();
    timed.embargo = Some(at(T));
    assert_ne!(timed.compute_digest(), base.digest);
}

#[test]
fn bound_texts_have_the_address_tagged_as_the_rung_tags() {
    let mut step = post_with_url("tweet", "blog");
    step.tracking.domains = vec!["acme.example".to_owned()];
    step.tracking.source = "x".to_owned();
    let urls = [("blog".to_owned(), "https://acme.example/rocket#top".to_owned())].into();
    let mut bound = bind(&step, &urls);
    assert_eq!(*bound.texts_mut()[0], "see https://acme.example/rocket?utm_source=x#top");
    assert_eq!(bind(&step, &Default::default()), step.variant, "an unknown address stays a token");
}
