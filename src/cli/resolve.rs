//! `ladder resolve`: a person settles an unknown outcome, or says that what was
//! written for them is posted.

use super::astray::why_astray;
use super::desk::Desk;
use super::failure::Failure;
use super::house::House;
use super::publish::both_out;
use super::sending::dues;
use super::status::plans;
use crate::channel::{Channel, Taken, posted_at};
use crate::exit::Exit;
use crate::ladder::name::is_page;
use crate::plan::{
    Delivery, Event, EventKind, PartStanding, Plan, Receipt, Standing, State, Step, is_same_account,
};
use crate::publish::revivals;
use crate::report::sign::{short_key, word};
use crate::report::status;
use crate::store::{Batch, Store, View};
use crate::text::visible;
use jiff::Timestamp;
use serde_json::json;

/// Arguments of `ladder resolve`.
#[derive(Clone, Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("outcome").required(true).args(["sent", "not_sent", "removed", "keep", "undo"])))]
pub struct Arguments {
    /// The delivery's key, or its beginning: `ladder status` shows them
    pub key: String,
    /// It is out, at this address (mail has none)
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    pub sent: Option<String>,
    /// It is not out; an unknown one is sent again when it is due, a held one given up
    #[arg(long)]
    pub not_sent: bool,
    /// It was out, and somebody took it down by hand
    #[arg(long)]
    pub removed: bool,
    /// It was to be taken down, and stays: nothing more is to be done about it
    #[arg(long)]
    pub keep: bool,
    /// Takes back what was last said so, if nothing has happened since
    #[arg(long)]
    pub undo: bool,
}

/// Records the outcome.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    desk.field("deliveries", json!([]));
    let now = desk.real_clock()?;
    let address = arguments.sent.as_deref().filter(|address| !address.is_empty());
    if let Some(address) = address.filter(|address| !is_page(address)) {
        return Err(Failure::usage("bad-url", format!("`{address}` is no web address"))
            .hint("write the whole address of the post: `--sent https://…`"));
    }
    let tidied = address.map(posted_at::tidied);
    let address = tidied.as_deref();
    let house = House::project_only(desk)?;
    let mut store = house.store()?;
    let lock = store.lock_for_sending()?;
    // What `status` shows as wished is a fact before anybody answers it.
    store.note_withdrawals()?;
    let standing = store.view(&View::all(), false)?.standing;
    let keyed = standing
        .find_by_prefix(&arguments.key)
        .map_err(|error| Failure::usage("unknown-key", error.to_string()))?;
    let (state, recipient) = match keyed.recipient {
        Some(person) => (person.part.state, Some(person.recipient.clone())),
        None => (keyed.delivery.state, None),
    };
    let can_be_reopened = match keyed.recipient {
        Some(person) => person.before.is_some(),
        None => keyed.delivery.can_be_reopened(),
    };
    if arguments.removed {
        let (delivery, is_mail) = (keyed.delivery.clone(), keyed.delivery.is_for_each_person());
        // What was to be taken in, and was left because somebody had worked on it.
        let up = |part: &&PartStanding| part.state == State::Sent || delivery.is_withdrawn();
        let up: Vec<u32> = delivery.still_up().filter(up).map(|part| part.part).collect();
        if up.is_empty() || is_mail {
            let message = format!("{keyed} is {}: there is nothing of it to take down", word(state));
            let failure = Failure::usage("nothing-live", message);
            return Err(if is_mail { failure.hint("mail cannot be recalled") } else { failure });
        }
        let key = delivery.key.clone();
        let event = |kind| Event { at: now, key: key.clone(), recipient: None, kind };
        let down = |part| event(EventKind::Removed { part, was_gone: false, by: Some(person()), left: None });
        let withdrawn = event(EventKind::Withdrawn { by: person() });
        let events = up.into_iter().map(down).chain([withdrawn]).collect();
        store.commit(&Batch { plans: Vec::new(), events })?;
        let standing = store.view(&View::all(), false)?.standing;
        drop(lock);
        if let Some(delivery) = standing.deliveries.get(&key) {
            tell(desk, &house, &store, &standing, delivery, now)?;
        }
        desk.console.talk(&format!(
            "noted in the journal: it is down; if that is a slip: ladder resolve {} --undo",
            short_key(&delivery, &[])
        ));
        return Ok(Exit::Done);
    }
    if arguments.keep {
        let delivery = keyed.delivery.clone();
        if !delivery.can_be_kept() {
            return Err(cannot_stay(&delivery));
        }
        let event = Event {
            at: now,
            key: delivery.key.clone(),
            recipient: None,
            kind: EventKind::Kept { by: person() },
        };
        let standing = note(&mut store, &standing, event)?;
        drop(lock);
        if let Some(delivery) = standing.deliveries.get(&delivery.key) {
            tell(desk, &house, &store, &standing, delivery, now)?;
        }
        let (message, rung) = (&delivery.message, &delivery.rung);
        let key = short_key(&delivery, &[]);
        let down = match delivery.is_for_each_person() {
            true => String::new(),
            false => format!("to take it down after all: ladder unpublish {message} --only {rung}; "),
        };
        desk.console.talk(&visible(&format!(
            "noted in the journal: it stays, and `unpublish` leaves it alone; {down}if that is a slip: ladder \
             resolve {key} --undo"
        )));
        return Ok(Exit::Done);
    }
    if arguments.undo {
        if !can_be_reopened {
            let message = format!("of {keyed} there is nothing to take back");
            return Err(Failure::usage("nothing-to-undo", message).hint(
                "only what a person settled can be taken back, as long as nothing has happened since",
            ));
        }
        let event = EventKind::Reopened { by: person() };
        let event = Event { at: now, key: keyed.delivery.key.clone(), recipient, kind: event };
        let standing = note(&mut store, &standing, event)?;
        drop(lock);
        if let Some(delivery) = standing.deliveries.get(&keyed.delivery.key) {
            tell(desk, &house, &store, &standing, delivery, now)?;
        }
        desk.console.talk(match (keyed.delivery.is_kept(), keyed.delivery.after.down_at.is_some()) {
            (true, _) => "noted in the journal: it is to be taken down, as before",
            (false, true) => "noted in the journal: it is up, as before",
            (false, false) => "noted in the journal: it is open again",
        });
        return Ok(Exit::Done);
    }
    let stopped = matches!(state, State::Refused | State::Held);
    let broken_off = keyed.recipient.is_none() && keyed.delivery.can_be_posted_by_hand() && stopped;
    let open = matches!(state, State::Unknown | State::Waiting);
    // What a person posted, and told no address of.
    let is_nowhere = keyed.recipient.is_none() && address.is_some() && keyed.delivery.lacks_an_address();
    // Of what is half out the rest is missing: not to send it settles nothing.
    let given_up =
        keyed.recipient.is_none() && arguments.not_sent && state == State::Held && !keyed.delivery.reached();
    // What has no channel any more would be planned for ever.
    let Delivery { channel, adapter, account, .. } = keyed.delivery;
    let taken_out = keyed.recipient.is_none()
        && keyed.delivery.is_open()
        && arguments.not_sent
        && why_astray(&house, channel, adapter, account).is_some();
    if !(open || broken_off && arguments.sent.is_some() || is_nowhere || given_up || taken_out) {
        let word = word(state);
        let failure = Failure::usage("settled", format!("{keyed} is {word}: there is nothing to settle"));
        let Delivery { message, rung, .. } = keyed.delivery;
        return Err(match broken_off {
            _ if !broken_off && keyed.delivery.is_open() && arguments.not_sent => failure.hint(format!(
                "nothing of it has been tried yet; to keep it from going out: `ladder unpublish {message} --only {rung}`"
            )),
            true => failure.hint("post the rest by hand, then say where it is: `--sent URL`"),
            false if can_be_reopened => failure.hint("`--undo` takes back what was said"),
            false => failure,
        });
    }
    if arguments.sent.is_some() && keyed.recipient.is_none() {
        let channel = channel_of(&house, keyed.delivery);
        if channel.is_none() && address.is_some() {
            let account = &keyed.delivery.account;
            let note =
                format!("no channel is `{account}` any more: the address is noted as it is, unchecked");
            desk.console.warn(&visible(&note));
        }
        fits(keyed.delivery, address, channel, &standing)?;
        without_an_id(keyed.delivery, address, channel, desk);
    }
    let told = Receipt { url: address.map(str::to_owned), ..Receipt::default() };
    let id = channel_of(&house, keyed.delivery).filter(|_| address.is_some()).and_then(|at| at.id_of(&told));
    let kind = if taken_out && !open {
        EventKind::Cancelled { by: person() }
    } else {
        EventKind::Resolved {
            sent: arguments.sent.is_some(),
            url: address.map(str::to_owned),
            id,
            by: person(),
        }
    };
    let event = Event { at: now, key: keyed.delivery.key.clone(), recipient, kind };
    let standing_now = note(&mut store, &standing, event)?;
    drop(lock);
    let Some(delivery) = standing_now.deliveries.get(&keyed.delivery.key) else { return Ok(Exit::Done) };
    tell(desk, &house, &store, &standing_now, delivery, now)?;
    let follows = follows(&store, &standing_now, delivery)?;
    let then = match (arguments.sent.is_some(), state) {
        (true, _) if delivery.superseded => format!(": {}", both_out(&standing_now, delivery)),
        (false, State::Unknown) if delivery.superseded => {
            ": it is not sent again, for `--again` began anew".to_owned()
        }
        (true, _) if follows => "; `ladder run` sends what was waiting for it".to_owned(),
        (true, _) => String::new(),
        (_, _) if delivery.is_withdrawn() => ": it is to be taken down, and does not go out".to_owned(),
        (false, State::Unknown) => "; `ladder run` sends it again".to_owned(),
        // Begun anew, what is live would be posted a second time.
        (false, _) if delivery.live().next().is_some() => ": the rest of it will not go out".to_owned(),
        (false, _) => format!(
            ": it will not go out; `ladder publish {} --only {} --again REASON` would begin anew",
            delivery.message, delivery.rung
        ),
    };
    desk.console.talk(&visible(&format!("noted in the journal{then}")));
    Ok(Exit::Done)
}

/// Why nobody can say that it stays.
fn cannot_stay(delivery: &Delivery) -> Failure {
    let Delivery { rung, message, .. } = delivery;
    let what = match () {
        () if delivery.is_kept() => "was said to stay before",
        () if !delivery.is_withdrawn() => "is not to be taken down: it stays anyway",
        () if delivery.may_be_down() => "may be down by now: a request for that had no answer",
        () => "has nothing out of which is known that it is there",
    };
    let failure = Failure::usage("not-to-keep", format!("`{rung}` of `{message}` {what}"));
    match delivery.state {
        _ if delivery.may_be_down() => failure.hint(format!(
            "`ladder unpublish {message} --only {rung}` asks again, and takes it down; if it is gone: \
             `ladder resolve {} --removed`",
            short_key(delivery, &[])
        )),
        State::Unknown | State::Waiting if delivery.is_withdrawn() => {
            failure.hint(format!("`ladder status {message}` says what is to be settled first"))
        }
        _ => failure,
    }
}

/// Writes the event, and with it what it sets free: what was skipped because this
/// had not gone out. The standing afterwards comes back.
fn note(store: &mut Store, standing: &Standing, event: Event) -> Result<Standing, Failure> {
    let message = standing.deliveries.get(&event.key).map(|delivery| delivery.message.clone());
    let at = event.at;
    let mut then = standing.clone();
    let mut events = vec![event];
    then.add(&events);
    let skipped = |delivery: &&Delivery| {
        delivery.state == State::Skipped && Some(&delivery.message) == message.as_ref()
    };
    let skipped: Vec<&Delivery> = then.deliveries.values().filter(skipped).collect();
    events.extend(revivals(&plans(store, &skipped)?, &then, at));
    store.commit(&Batch { plans: Vec::new(), events })?;
    Ok(store.view(&View::all(), false)?.standing)
}

/// Whether anything still to be sent comes after that delivery.
fn follows(store: &Store, standing: &Standing, delivery: &Delivery) -> Result<bool, Failure> {
    let open = |other: &&Delivery| other.message == delivery.message && other.is_open();
    let open: Vec<&Delivery> = standing.deliveries.values().filter(open).collect();
    let is_it = |plan: &Plan, name: &String| {
        plan.step(name).is_some_and(|before| {
            standing.generations(&before.identity).iter().any(|known| known.key == delivery.key)
        })
    };
    Ok(plans(store, &open)?.iter().any(|plan| {
        let waits = |step: &&Step| open.iter().any(|other| other.key == step.key);
        plan.steps.iter().filter(waits).any(|step| step.after.iter().any(|name| is_it(plan, name)))
    }))
}

/// Shows where the delivery stands now.
fn tell(
    desk: &mut Desk,
    house: &House,
    store: &Store,
    standing: &Standing,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<(), Failure> {
    let found = [delivery];
    let plans = plans(store, &found)?;
    let zone = &house.loaded.zone;
    let dues = dues(house, &plans, standing, now);
    desk.field("deliveries", status::json(&found, &dues));
    let colour = desk.console.sheet_out();
    desk.show(&status::text(&found, &dues, zone, colour));
    Ok(())
}

/// The channel that speaks for the delivery's account today: by its name, else
/// whichever has the account.
fn channel_of<'a>(house: &'a House, delivery: &Delivery) -> Option<&'a dyn Channel> {
    crate::publish::account_of(&house.channels.configured, &delivery.channel, &delivery.account)
}

/// Whether `address` can be that of the part that is open: a post of this
/// account, no other part's and no other delivery's, and there at all where
/// later parts are to hang below it.
fn fits(
    delivery: &Delivery,
    address: Option<&str>,
    channel: Option<&dyn Channel>,
    standing: &Standing,
) -> Result<(), Failure> {
    let nowhere = || delivery.parts.first().filter(|_| delivery.lacks_an_address());
    let Some(open) = delivery.unsettled().or_else(nowhere) else { return Ok(()) };
    let (number, all) = (u64::from(open.part) + 1, delivery.part_count);
    let hint = match all {
        0..=1 => "write the address of the post: `--sent https://…`".to_owned(),
        _ if delivery.waits_for_a_person() => {
            "write the address of the thread's first post, which stands for all: `--sent https://…`"
                .to_owned()
        }
        _ => format!("write the address of part {number}: `--sent https://…`"),
    };
    let Some(address) = address else {
        if open.state == State::Unknown && number < u64::from(all) {
            let message = format!("part {} of {all} is to be posted below part {number}", number + 1);
            return Err(Failure::usage("no-url", message).hint(hint));
        }
        return Ok(());
    };
    let Some(channel) = channel else { return Ok(()) };
    if let Err(why) = channel.post_at(address) {
        let message = format!("`{address}` is no post of `{}`: {why}", delivery.account);
        return Err(Failure::usage("not-the-post", message).hint(hint));
    }
    let told = Receipt { url: Some(address.to_owned()), ..Receipt::default() };
    let has_it = |part: &&PartStanding| Taken::by(channel, &part.receipt).has(channel, &told);
    if let Some(taken) = delivery.parts.iter().filter(|part| part.part != open.part).find(has_it) {
        let message = format!("`{address}` is the address of part {} of {all}", u64::from(taken.part) + 1);
        return Err(Failure::usage("taken-url", message).hint(hint));
    }
    // Elsewhere one page may be two deliveries: the second wrote over the first.
    let others = standing.deliveries.values().filter(|other| channel.ids_last() && other.key != delivery.key);
    let mut others = others.filter(|other| is_same_account(&other.account, &delivery.account));
    match others.find(|other| other.parts.iter().any(|part| has_it(&part))) {
        Some(other) => {
            let (key, rung) = (&other.key, &other.rung);
            let message = format!("`{address}` is the post of {key} {rung} of {}", other.message);
            Err(Failure::usage("taken-url", message).hint(hint))
        }
        None => Ok(()),
    }
}

/// Says what follows where a network would not know the post by what was told: it
/// can be counted and linked to, and not changed, deleted or commented on.
fn without_an_id(delivery: &Delivery, address: Option<&str>, channel: Option<&dyn Channel>, desk: &mut Desk) {
    let reached_by_id = channel.is_some_and(Channel::ids_last);
    let told = Receipt { url: address.map(str::to_owned), ..Receipt::default() };
    let known = channel.is_some_and(|channel| channel.id_of(&told).is_some());
    if !reached_by_id || known || delivery.is_for_each_person() {
        return;
    }
    let form = match delivery.adapter.as_str() {
        "facebook" => {
            " (an address with the page's number has it: `https://www.facebook.com/PAGE/posts/NUMBER`)"
        }
        _ => "",
    };
    let what = if address.is_some() { "this address does not tell its id" } else { "no address was told" };
    desk.console.talk(&visible(&format!(
        "{what}{form}: `ladder` cannot change it, take it down, or comment below it; that stays with you"
    )));
}

/// Who says so, for the journal.
pub fn person() -> String {
    let named = ["USER", "USERNAME", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| "a person".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::{ADAPTERS, Configured, configure};
    use crate::ladder::parse_project;
    use crate::plan::fixture::{again, event, intent, plan, planned, post, receipt};
    use crate::source::Sources;

    const FIRST: &str = "https://x.com/acme/status/1";

    fn x() -> Configured {
        let mut sources = Sources::new();
        let toml = "[brand]\nname = \"Acme\"\n[channels.x]\nadapter = \"x\"\naccount = \"acme\"\n\
                    access_token = { env = \"X\" }\n";
        let id = sources.add("ladder.toml", toml);
        let names: Vec<&str> = ADAPTERS.iter().map(|adapter| adapter.name).collect();
        let project = parse_project(&sources, id, &names).value.unwrap();
        configure(&sources, &project, &project.channels[0]).value.unwrap()
    }

    /// An X thread of three.
    fn thread() -> Plan {
        let mut step = post("tweet", &[], &["one", "two", "three"]);
        (step.adapter, step.identity.account) = ("x".to_owned(), "x:acme".to_owned());
        step.key = step.identity.key();
        plan(vec![step])
    }

    fn after(plan: &Plan, step: &Step, kinds: Vec<EventKind>) -> Vec<Event> {
        let time = "2026-12-01T08:00:00Z";
        let mut events = vec![planned(plan, step, time)];
        events.extend(kinds.into_iter().map(|kind| event(step, time, kind)));
        events
    }

    /// What is said of `address` after these facts.
    fn said(kinds: Vec<EventKind>, address: Option<&str>) -> Result<(), String> {
        let plan = thread();
        let standing = Standing::fold(&after(&plan, &plan.steps[0], kinds), false);
        let x = x();
        fits(&standing.deliveries[&plan.steps[0].key], address, Some(&*x.channel), &standing)
            .map_err(|failure| failure.message)
    }

    #[test]
    fn the_address_is_that_of_the_open_part_and_of_no_other() {
        let doubt = || vec![intent(0), receipt(0, Some(FIRST)), intent(1)];
        said(doubt(), Some("https://x.com/acme/status/2")).unwrap();
        for same in [FIRST, "https://twitter.com/i/web/status/1", "https://mobile.x.com/Acme/status/1?s=20#a"]
        {
            let error = said(doubt(), Some(same)).unwrap_err();
            assert!(error.contains("part 1 of 3"), "{same}: {error:?}");
        }
        let error = said(doubt(), None).unwrap_err();
        assert!(error.contains("part 3 of 3 is to be posted below part 2"), "{error:?}");
        let mut last = doubt();
        last.extend([receipt(1, Some("https://x.com/acme/status/2")), intent(2)]);
        said(last, None).unwrap();
    }

    #[test]
    fn what_is_no_post_of_the_account_is_refused() {
        for (address, why) in [
            ("https://x.com/acme", "names no post"),
            ("https://x.com/other/status/12", "@other's"),
            ("https://evil.example/x", "`evil.example` is not X"),
            ("https://t.co/abc", "`t.co` is not X"),
        ] {
            let error = said(vec![intent(0)], Some(address)).unwrap_err();
            assert!(error.contains(why) && error.contains("`x:acme`"), "{address}: {error}");
        }
    }

    #[test]
    fn what_is_another_deliverys_is_refused() {
        let plan = thread();
        let second = again(&plan.steps[0], 1);
        let mut events = after(&plan, &plan.steps[0], vec![intent(0), receipt(0, Some(FIRST))]);
        events.extend(after(&plan, &second, vec![intent(0)]));
        let standing = Standing::fold(&events, false);
        let x = x();
        let settle =
            |address| fits(&standing.deliveries[&second.key], Some(address), Some(&*x.channel), &standing);
        let error = settle("https://x.com/i/status/1").unwrap_err();
        assert!(error.message.contains(&plan.steps[0].key.0), "{error:?}");
        settle("https://x.com/acme/status/2").unwrap();
    }

    #[test]
    fn a_refused_rest_is_settled_as_posted_by_hand() {
        let no = || EventKind::Refused { part: 1, says: "no".to_owned() };
        let broken = || vec![intent(0), receipt(0, Some(FIRST)), intent(1), no()];
        said(broken(), Some("https://x.com/acme/status/2")).unwrap();
        said(broken(), None).unwrap();
        said(broken(), Some(FIRST)).unwrap_err();
    }
}
