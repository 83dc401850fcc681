//! What is taken down stays down, and what is told of it is true.

use super::*;
use proptest::prelude::*;

fn withdrawn() -> EventKind {
    EventKind::Withdrawn { by: "ada".to_owned() }
}

fn removing(part: u32) -> EventKind {
    EventKind::Removing { part }
}

fn removed(part: u32) -> EventKind {
    EventKind::Removed { part, was_gone: false, by: None, left: None }
}

fn gone(part: u32) -> EventKind {
    EventKind::Removed { part, was_gone: true, by: None, left: None }
}

fn stays(part: u32, why: Stay) -> EventKind {
    EventKind::Stays { part, why, says: "no".to_owned(), done: None }
}

/// A thread of three of which that many parts are out.
fn out(parts: u32) -> Vec<EventKind> {
    (0..parts).flat_map(|part| [intent(part), receipt(part, None)]).collect()
}

fn up(why: Stay, says: &str) -> Outcome {
    Outcome::Up(Stays { why, says: says.to_owned() })
}

#[test]
fn each_end_has_its_state_and_its_outcome() {
    let no = |why| up(why, "no");
    let untried = || up(Stay::Later, "it is to be taken down, and that was not tried yet");
    let cases: Vec<(Vec<EventKind>, Vec<EventKind>, State, Outcome)> = vec![
        (vec![], vec![], State::Cancelled, Outcome::Cancelled),
        (out(3), vec![], State::Sent, untried()),
        (out(3), vec![removing(2)], State::Sent, up(Stay::Unknown, crate::plan::taken_down::NO_ANSWER)),
        (out(3), vec![removed(2), removed(1), removed(0)], State::Unpublished, Outcome::Down),
        (out(3), vec![gone(2), gone(1), gone(0)], State::Unpublished, Outcome::WasGone),
        (out(3), vec![gone(2), removed(1), gone(0)], State::Unpublished, Outcome::Down),
        (out(3), vec![removed(2), stays(1, Stay::Refused), removed(0)], State::Altered, no(Stay::Refused)),
        // Half out: the rest is not sent, and what is out goes down.
        (out(1), vec![], State::Altered, untried()),
        (out(1), vec![removed(0)], State::Unpublished, Outcome::Down),
        (vec![intent(0), refused(0)], vec![], State::Refused, Outcome::Cancelled),
        (vec![intent(0), pasted(0)], vec![removed(0)], State::Cancelled, Outcome::TakenIn),
        (vec![intent(0), unknown(0)], vec![], State::Unknown, Outcome::Unknown("cut".to_owned())),
        (vec![intent(0), unknown(0)], vec![resolved(false, None)], State::Cancelled, Outcome::Cancelled),
        (
            vec![intent(0), unknown(0), resolved(true, None)],
            vec![removed(0)],
            State::Unpublished,
            Outcome::Down,
        ),
    ];
    for (before, then, state, outcome) in cases {
        let mut kinds = before;
        kinds.push(withdrawn());
        kinds.extend(then);
        let delivery = after(&["1", "2", "3"], &kinds);
        assert_eq!((delivery.state, delivery.outcome()), (state, outcome), "{kinds:?}");
        assert!(!delivery.is_open(), "{kinds:?}");
    }
}

#[test]
fn the_gravest_reason_speaks_for_a_thread() {
    for (whys, gravest) in [
        ([Stay::Cannot, Stay::Refused, Stay::Later], Stay::Later),
        ([Stay::Refused, Stay::Unknown, Stay::Later], Stay::Unknown),
        ([Stay::Cannot, Stay::Cannot, Stay::Refused], Stay::Refused),
    ] {
        let mut kinds = out(3);
        kinds.push(withdrawn());
        kinds.extend((0..3).zip(whys).map(|(part, why)| stays(part, why)));
        assert_eq!(after(&["1", "2", "3"], &kinds).outcome(), up(gravest, "no"));
    }
}

/// People have it: a mail says so, and those who were still to get it do not.
#[test]
fn a_mail_stays_and_goes_to_nobody_else() {
    let people: Vec<String> = ["a@example.org", "b@example.org"].map(str::to_owned).to_vec();
    let plan = plan(vec![mail("news", &people)]);
    let of = |kind| Event { recipient: Some(people[0].clone()), ..event(&plan.steps[0], T, kind) };
    let events = [
        planned(&plan, &plan.steps[0], T),
        of(intent(0)),
        of(receipt(0, None)),
        event(&plan.steps[0], LATER, withdrawn()),
    ];
    let standing = Standing::fold(&events, false);
    let delivery = &standing.deliveries[&plan.steps[0].key];
    assert_eq!((delivery.state, delivery.is_open()), (State::Sent, false));
    assert_eq!(delivery.outcome(), up(Stay::Cannot, crate::plan::taken_down::NO_RECALL));
    assert!(!delivery.can_be_taken_down());
    // Who has nothing of it gets nothing, and is not waited for.
    assert_eq!(delivery.recipient(&people[1]).unwrap().part.state, State::Cancelled);
    assert!(delivery.is_settled() && delivery.can_be_kept());
    let mut standing = standing.clone();
    standing.add(&[event(&plan.steps[0], LATER, kept())]);
    assert_eq!(standing.deliveries[&plan.steps[0].key].outcome(), Outcome::Kept);
}

/// Of one it was not known, and a person has looked.
#[test]
fn whom_a_withdrawn_mail_did_not_reach_is_planned_no_more() {
    let people: Vec<String> = ["a@example.org", "b@example.org"].map(str::to_owned).to_vec();
    let plan = plan(vec![mail("news", &people)]);
    let of =
        |at: usize, kind| Event { recipient: Some(people[at].clone()), ..event(&plan.steps[0], T, kind) };
    let mut events = vec![
        planned(&plan, &plan.steps[0], T),
        of(0, intent(0)),
        of(1, intent(0)),
        of(0, receipt(0, None)),
        of(1, unknown(0)),
        event(&plan.steps[0], LATER, withdrawn()),
        of(1, resolved(false, None)),
    ];
    let standing = Standing::fold(&events, false);
    let delivery = &standing.deliveries[&plan.steps[0].key];
    let states = |standing: &Standing| -> Vec<State> {
        standing.deliveries[&plan.steps[0].key].recipients.iter().map(|person| person.part.state).collect()
    };
    assert_eq!((delivery.state, states(&standing)), (State::Sent, vec![State::Sent, State::Cancelled]));
    // It was a slip, or its receipt comes late: then that counts.
    let undone = Event { recipient: Some(people[1].clone()), ..event(&plan.steps[0], LATER, reopened()) };
    let mut again = Standing::fold(&events, false);
    again.add(&[undone]);
    assert_eq!(states(&again), [State::Sent, State::Unknown]);
    events.push(of(1, receipt(0, None)));
    assert_eq!(states(&Standing::fold(&events, false)), [State::Sent, State::Sent]);
    let mut added = standing.clone();
    added.add(&events[7..]);
    assert_eq!(states(&added), [State::Sent, State::Sent]);
}

fn reopened() -> EventKind {
    EventKind::Reopened { by: "ada".to_owned() }
}

fn removed_by_hand(part: u32) -> EventKind {
    EventKind::Removed { part, was_gone: false, by: Some("ada".to_owned()), left: None }
}

#[test]
fn what_a_person_says_is_down_can_be_taken_back_as_long_as_nothing_happened() {
    let word = || [removed_by_hand(0), removed_by_hand(1), removed_by_hand(2), withdrawn()];
    let kinds: Vec<EventKind> = out(3).into_iter().chain(word()).collect();
    let down = after(&["1", "2", "3"], &kinds);
    assert_eq!((down.state, down.can_be_reopened()), (State::Unpublished, true));
    let up = after(&["1", "2", "3"], &kinds.iter().cloned().chain([reopened()]).collect::<Vec<_>>());
    assert_eq!((up.state, up.is_withdrawn(), up.live().count()), (State::Sent, false, 3));
    assert_eq!(up, after(&["1", "2", "3"], &out(3)));
    // What the network took down is down.
    let kinds: Vec<EventKind> =
        out(3).into_iter().chain([withdrawn(), removed(2), removed(1), removed(0)]).collect();
    assert!(!after(&["1", "2", "3"], &kinds).can_be_reopened());
}

fn kept() -> EventKind {
    EventKind::Kept { by: "ada".to_owned() }
}

#[test]
fn what_a_person_says_stays_is_nobodys_task_and_goes_no_further() {
    for (parts, why) in [(3, Stay::Cannot), (3, Stay::Later), (1, Stay::Refused)] {
        let wanted: Vec<EventKind> = out(parts).into_iter().chain([withdrawn(), stays(0, why)]).collect();
        let said = |then: &[EventKind]| after(&["1", "2", "3"], &[&wanted[..], then].concat());
        let stays_up = said(&[kept()]);
        assert_eq!((stays_up.outcome(), stays_up.is_settled()), (Outcome::Kept, true), "{stays_up:?}");
        assert!(!stays_up.can_be_taken_down() && !stays_up.is_open() && !stays_up.is_in_doubt_afterwards());
        assert!(!said(&[]).is_settled() && said(&[]).can_be_kept() && !stays_up.can_be_kept());
        // A slip is taken back; whoever wants it down once more says so.
        assert_eq!(said(&[kept(), reopened()]), said(&[]));
        let again = said(&[kept(), withdrawn()]);
        assert!(again.can_be_taken_down() && !again.is_kept(), "{again:?}");
        assert_eq!(said(&[kept(), removed(0)]).live().count(), parts as usize - 1);
    }
    // What may or may not be there is looked for first; what was not to go stays anyway.
    let unsure: Vec<EventKind> =
        out(1).into_iter().chain([intent(1), unknown(1), withdrawn(), kept()]).collect();
    assert!(matches!(after(&["1", "2"], &unsure).outcome(), Outcome::Unknown(_)));
    assert!(!after(&["1", "2", "3"], &[&out(3)[..], &[kept()]].concat()).is_kept());
    assert!(!after(&["1"], &[intent(0), pasted(0), withdrawn(), kept()]).is_kept());
}

/// A mail that waited too long was given up, and that was a slip.
#[test]
fn what_was_given_up_is_open_again_when_that_is_taken_back() {
    let people: Vec<String> = ["a@example.org", "b@example.org"].map(str::to_owned).to_vec();
    let plan = plan(vec![mail("news", &people)]);
    let step = &plan.steps[0];
    let held = EventKind::Held { why: "too late".to_owned() };
    let mut standing = Standing::fold(&[planned(&plan, step, T), event(step, T, held)], false);
    let before = standing.deliveries[&step.key].clone();
    standing.add(&[event(step, LATER, resolved(false, None))]);
    let given_up = &standing.deliveries[&step.key];
    assert_eq!((given_up.state, given_up.can_be_reopened()), (State::Cancelled, true));
    standing.add(&[event(step, LATER, reopened())]);
    assert_eq!(standing.deliveries[&step.key], before);
    // Once it was posted anew there is nothing to take back.
    standing.add(&[event(step, LATER, resolved(false, None)), planned(&plan, step, LATER)]);
    assert!(!standing.deliveries[&step.key].can_be_reopened());
}

#[test]
fn what_was_refused_may_be_posted_by_hand() {
    let no = vec![intent(0), refused(0)];
    assert!(after(&["1"], &no).can_be_posted_by_hand());
    let url = "https://x.com/acme/status/9";
    let kinds: Vec<EventKind> = no.into_iter().chain([resolved(true, Some(url))]).collect();
    let delivery = after(&["1"], &kinds);
    assert_eq!((delivery.state, delivery.url()), (State::Sent, Some(url)));
    assert!(delivery.is_by_hand() && delivery.can_be_reopened());
    // A pasted one lies nowhere but where it is read.
    let nowhere = after(&["1"], &[intent(0), pasted(0), resolved(true, None)]);
    assert!(nowhere.is_by_hand() && nowhere.lacks_an_address());
    let found = [intent(0), pasted(0), resolved(true, None), resolved(true, Some(url))];
    assert_eq!(after(&["1"], &found).url(), Some(url));
    assert!(!after(&["1"], &[intent(0), unknown(0), resolved(true, Some(url))]).is_by_hand());
}

#[test]
fn an_edit_is_done_when_it_is_known_to_be() {
    let words = |text: &str| serde_json::json!({ "text": text });
    let editing = |text: &str| EventKind::Editing { part: 0, bound: words(text) };
    let done = || EventKind::Edited {
        part: 0,
        receipt: Receipt { id: Some("7".to_owned()), ..Receipt::default() },
        payload_digest: Some("new".to_owned()),
    };
    let not = |why| EventKind::NotEdited { part: 0, why, says: "no".to_owned(), done: None };
    let edited = |kinds: &[EventKind]| after(&["1"], &[&out(1)[..], kinds].concat());

    let known = edited(&[editing("b"), done()]);
    assert_eq!((known.parts[0].bound.clone(), known.payload_digest.as_str()), (Some(words("b")), "new"));
    assert_eq!((known.state, known.id(), known.after.edited_at), (State::Sent, Some("7"), Some(at(LATER))));
    for kinds in [vec![editing("b")], vec![editing("b"), not(Stay::Unknown)]] {
        let open = edited(&kinds);
        assert_ne!(open.parts[0].bound, Some(words("b")), "{kinds:?}");
        assert_eq!(open.parts[0].after.changing, Some(words("b")), "{kinds:?}");
    }
    let refused = edited(&[editing("b"), not(Stay::Refused)]);
    assert_eq!(refused.parts[0].after.changing, None);
    // What readers saw otherwise before, they see as it was meant now.
    let altered = Receipt { altered: Some("cut".to_owned()), ..Receipt::default() };
    let before = after(&["1"], &[intent(0), EventKind::Receipt { part: 0, receipt: altered.clone() }]);
    assert_eq!(before.state, State::Altered);
    let now =
        after(&["1"], &[intent(0), EventKind::Receipt { part: 0, receipt: altered }, editing("b"), done()]);
    assert_eq!((now.state, now.error), (State::Sent, None));
}

/// Nobody knows whether it is down: a word that it stays would end that without a look.
#[test]
fn what_may_be_down_is_not_said_to_stay() {
    let removing = || EventKind::Removing { part: 0 };
    let no = || EventKind::Stays { part: 0, why: Stay::Refused, says: "no".to_owned(), done: None };
    let after = |kinds: &[EventKind]| after(&["1"], &[&out(1)[..], &[withdrawn()], kinds].concat());
    for begun in [vec![removing()], vec![removing(), removing(), no()]] {
        let open = after(&begun);
        assert!(open.may_be_down() && !open.can_be_kept(), "{open:?}");
        assert_eq!(after(&[&begun[..], &[kept()]].concat()), open);
        assert_eq!(after(&[&begun[..], &[removed(0)]].concat()).state, State::Unpublished);
    }
    // Its words are another question: it stays open, for `ladder edit` to ask.
    let editing = || EventKind::Editing { part: 0, bound: serde_json::json!("b") };
    let edited = after(&[editing(), no(), kept()]);
    assert!(edited.is_kept() && edited.is_in_doubt_afterwards() && !edited.is_settled(), "{edited:?}");
}

/// Who said before that it should go is answered by it, whenever that is heard of.
#[test]
fn a_word_that_it_stays_is_not_undone_by_an_older_wish() {
    let plan = plan(vec![post("tweet", &[], &["1"])]);
    let at = |time, kind| event(&plan.steps[0], time, kind);
    let said = |time| {
        let mut events = vec![planned(&plan, &plan.steps[0], T)];
        events.extend(out(1).into_iter().map(|kind| at(T, kind)));
        events.extend([at(T, withdrawn()), at(LATER, kept()), at(time, withdrawn())]);
        Standing::fold(&events, false).deliveries[&plan.steps[0].key].is_kept()
    };
    assert_eq!([said(T), said(LATER)], [true, false]);
}

/// What is said of one try says nothing about the one before, of which nobody knows.
#[test]
fn a_doubt_is_ended_by_what_is_done_or_seen_and_not_by_what_is_said() {
    let editing = |text: &str| EventKind::Editing { part: 0, bound: serde_json::json!(text) };
    let not = |why| EventKind::NotEdited { part: 0, why, says: "no".to_owned(), done: None };
    let removing = || EventKind::Removing { part: 0 };
    let stays = |why| EventKind::Stays { part: 0, why, says: "no".to_owned(), done: None };
    let after = |kinds: &[EventKind]| after(&["1"], &[&out(1)[..], kinds].concat());
    let doubted = [vec![editing("b")], vec![editing("b"), not(Stay::Unknown)]];
    for (begun, why) in
        doubted.iter().flat_map(|begun| [Stay::Later, Stay::Refused, Stay::Cannot].map(|w| (begun, w)))
    {
        // Asked again, or not even asked: with or without its intent.
        for again in [vec![editing("b"), not(why)], vec![editing("b"), not(why), editing("b"), not(why)]] {
            let open = after(&[&begun[..], &again].concat());
            assert!(open.is_in_doubt_afterwards(), "{begun:?} {again:?}");
            assert_eq!(open.parts[0].after.changing, Some(serde_json::json!("b")));
            let says = &open.parts[0].after.unchanged.as_ref().unwrap().says;
            assert_eq!(says, "an earlier try had no answer, and may have been carried out; since then: no");
        }
    }
    let withdrawn = EventKind::Withdrawn { by: "ada".to_owned() };
    for begun in [vec![removing()], vec![removing(), stays(Stay::Unknown)]] {
        let begun = [vec![withdrawn.clone()], begun].concat();
        for why in [Stay::Later, Stay::Refused] {
            for again in [vec![removing(), stays(why)], vec![removing(), stays(why), stays(why)]] {
                let open = after(&[&begun[..], &again].concat());
                assert!(open.is_in_doubt_afterwards(), "{begun:?} {again:?}");
            }
        }
        let seen =
            after(&[&begun[..], &[removing(), stays(Stay::Cannot), removing(), stays(Stay::Later)]].concat());
        assert!(!seen.is_in_doubt_afterwards(), "{seen:?}");
    }
    // Without a doubt, a "no" is one.
    assert!(
        !after(&[withdrawn, removing(), stays(Stay::Refused), removing(), stays(Stay::Later)])
            .is_in_doubt_afterwards()
    );
    assert!(
        !after(&[editing("b"), not(Stay::Later), editing("b"), not(Stay::Refused)]).is_in_doubt_afterwards()
    );
}

fn any_fact() -> impl Strategy<Value = EventKind> {
    let part = 0..3u32;
    let why = prop_oneof![Just(Stay::Cannot), Just(Stay::Later), Just(Stay::Unknown), Just(Stay::Refused)];
    prop_oneof![
        part.clone().prop_map(intent),
        part.clone().prop_map(|part| receipt(part, None)),
        part.clone().prop_map(pasted),
        part.clone().prop_map(unknown),
        part.clone().prop_map(refused),
        part.clone().prop_map(removing),
        part.clone().prop_map(removed),
        (part.clone(), why).prop_map(|(part, why)| stays(part, why)),
        any::<bool>().prop_map(|sent| resolved(sent, None)),
        Just(EventKind::Cancelled { by: "a plan".to_owned() }),
        Just(EventKind::Skipped { why: "blog".to_owned() }),
        Just(kept()),
    ]
}

proptest! {
    /// Whatever happens after somebody wanted it down, nothing more of it goes
    /// out; and what went down stays down, unless a person lays a claim to it.
    #[test]
    fn what_is_withdrawn_is_never_open_again(
        before in prop::collection::vec(any_fact(), 0..8),
        later in prop::collection::vec(any_fact(), 0..8),
    ) {
        let mut kinds = before;
        kinds.push(withdrawn());
        let mut down: Vec<u32> = Vec::new();
        for kind in std::iter::once(None).chain(later.into_iter().map(Some)) {
            kinds.extend(kind);
            let delivery = after(&["1", "2", "3"], &kinds);
            prop_assert!(!delivery.is_open(), "{:?}", delivery);
            let now: Vec<u32> = delivery
                .parts
                .iter()
                .filter(|part| part.state == State::Unpublished)
                .map(|part| part.part)
                .collect();
            prop_assert!(down.iter().all(|part| now.contains(part)), "{:?} {:?}", down, delivery);
            let up = delivery.parts.iter().any(|part| part.state == State::Sent);
            prop_assert!(!(up && matches!(delivery.outcome(), Outcome::Down | Outcome::WasGone)), "{:?}", delivery);
            down = now;
        }
    }
}
