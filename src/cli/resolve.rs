//! `ladder resolve`: a person settles an unknown outcome, or says that what was
//! written for them is posted.

use super::desk::Desk;
use super::failure::Failure;
use super::house::House;
use super::sending::dues;
use super::status::plans;
use crate::exit::Exit;
use crate::ladder::name::is_page;
use crate::plan::{Delivery, Event, EventKind, Standing, State};
use crate::report::status;
use crate::store::Batch;
use crate::text::visible;
use serde_json::json;

/// Arguments of `ladder resolve`.
#[derive(Clone, Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("outcome").required(true).args(["sent", "not_sent"])))]
pub struct Arguments {
    /// The delivery's key, or its beginning: `ladder status` shows them
    pub key: String,
    /// It is out, at this address (mail has none)
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    pub sent: Option<String>,
    /// It is not out; an unknown one is sent again when it is due
    #[arg(long)]
    pub not_sent: bool,
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
    let house = House::project_only(desk)?;
    let mut store = house.store()?;
    let lock = store.lock_for_sending()?;
    let standing = Standing::fold(&store.events()?, false);
    let keyed = standing
        .find_by_prefix(&arguments.key)
        .map_err(|error| Failure::usage("unknown-key", error.to_string()))?;
    let (state, recipient) = match keyed.recipient {
        Some(person) => (person.part.state, Some(person.recipient.clone())),
        None => (keyed.delivery.state, None),
    };
    let broken_off = keyed.recipient.is_none() && keyed.delivery.is_broken_off() && state == State::Refused;
    let open = matches!(state, State::Unknown | State::Waiting);
    if !(open || broken_off && arguments.sent.is_some()) {
        let word = crate::report::sign::word(state);
        let failure = Failure::usage("settled", format!("{keyed} is {word}: there is nothing to settle"));
        return Err(match broken_off {
            true => failure.hint("post the rest by hand, then say where it is: `--sent URL`"),
            false => failure,
        });
    }
    if arguments.sent.is_some() && keyed.recipient.is_none() {
        fits(keyed.delivery, address)?;
        if let Some(note) = address.and_then(|address| elsewhere(&keyed.delivery.adapter, address)) {
            desk.console.warn(&visible(&note));
        }
    }
    let kind =
        EventKind::Resolved { sent: arguments.sent.is_some(), url: address.map(str::to_owned), by: person() };
    let event = Event { at: now, key: keyed.delivery.key.clone(), recipient, kind };
    store.commit(&Batch { plans: Vec::new(), events: vec![event] })?;
    let standing_now = Standing::fold(&store.events()?, false);
    drop(lock);
    let Some(delivery) = standing_now.deliveries.get(&keyed.delivery.key) else { return Ok(Exit::Done) };
    let found = [delivery];
    let plans = plans(&store, &found)?;
    let zone = &house.loaded.zone;
    let dues = dues(&plans, &standing_now, now, zone);
    desk.field("deliveries", status::json(&found, &dues));
    let colour = desk.console.colour_out();
    desk.show(&status::text(&found, &dues, zone, colour));
    let follows = plans.iter().flat_map(|plan| &plan.steps).any(|step| {
        step.after.contains(&delivery.rung)
            && standing_now.deliveries.get(&step.key).is_some_and(Delivery::is_open)
    });
    let then = match (arguments.sent.is_some(), state) {
        (true, _) if follows => "; `ladder run` sends what was waiting for it".to_owned(),
        (true, _) => String::new(),
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

/// Whether `address` can be that of the part that is open: no other part's, and
/// there at all where later parts are to hang below it.
fn fits(delivery: &Delivery, address: Option<&str>) -> Result<(), Failure> {
    let Some(open) = delivery.unsettled() else { return Ok(()) };
    let (number, all) = (u64::from(open.part) + 1, delivery.part_count);
    let Some(address) = address else {
        if open.state == State::Unknown && number < u64::from(all) {
            let message = format!("part {} of {all} is to be posted below part {number}", number + 1);
            return Err(Failure::usage("no-url", message)
                .hint(format!("write the address of part {number}: `--sent https://…`")));
        }
        return Ok(());
    };
    let wanted = post_at(&delivery.adapter, address);
    let taken = delivery.parts.iter().filter(|part| part.part != open.part).find(|part| {
        let url = part.receipt.as_ref().and_then(|receipt| receipt.url.as_deref());
        url.is_some_and(|url| wanted.is_some() && post_at(&delivery.adapter, url) == wanted)
    });
    match taken {
        Some(taken) => {
            let message =
                format!("`{address}` is the address of part {} of {all}", u64::from(taken.part) + 1);
            Err(Failure::usage("taken-url", message)
                .hint(format!("write the address of part {number}: `--sent https://…`")))
        }
        None => Ok(()),
    }
}

/// What an address comes down to: two that lead to the same post are equal,
/// with or without `www.`, a last slash or a place in the page. On X the number
/// after `status` names the post, whoever's name stands before it.
fn post_at(adapter: &str, address: &str) -> Option<String> {
    let url = url::Url::parse(address.trim()).ok()?;
    if adapter == "x"
        && let Some(id) = url.path_segments()?.skip_while(|step| *step != "status").nth(1)
    {
        return Some(id.to_owned());
    }
    let host = url.host_str()?;
    let host = ["www.", "m.", "mobile."].iter().find_map(|start| host.strip_prefix(start)).unwrap_or(host);
    Some(format!("{host}{}?{}", url.path().trim_end_matches('/'), url.query().unwrap_or_default()))
}

/// A word where the address is not one of the network's own. It is kept all
/// the same: a channel may point at another server.
fn elsewhere(adapter: &str, address: &str) -> Option<String> {
    let (network, hosts): (&str, &[&str]) = match adapter {
        "x" => ("X", &["x.com", "twitter.com"]),
        "facebook" => ("Facebook", &["facebook.com", "fb.com"]),
        "linkedin" => ("LinkedIn", &["linkedin.com"]),
        _ => return None,
    };
    let url = url::Url::parse(address.trim()).ok()?;
    let host = url.host_str()?;
    let own = |own: &&str| host.strip_suffix(*own).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    (!hosts.iter().any(own)).then(|| {
        format!("`{host}` is not {network}: if this is not the address of the post, the journal is wrong now")
    })
}

/// Who says so, for the journal.
fn person() -> String {
    let named = ["USER", "USERNAME", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| "a person".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::fixture::{event, intent, plan, planned, post, receipt};

    const FIRST: &str = "https://x.com/acme/status/1";

    /// An X thread of three, after these facts.
    fn thread(kinds: Vec<EventKind>) -> Delivery {
        let mut step = post("tweet", &[], &["one", "two", "three"]);
        step.adapter = "x".to_owned();
        let plan = plan(vec![step]);
        let time = "2026-12-01T08:00:00Z";
        let mut events = vec![planned(&plan, &plan.steps[0], time)];
        events.extend(kinds.into_iter().map(|kind| event(&plan.steps[0], time, kind)));
        Standing::fold(&events, false).deliveries.remove(&plan.steps[0].key).unwrap()
    }

    #[test]
    fn the_address_is_that_of_the_open_part_and_of_no_other() {
        let doubt = thread(vec![intent(0), receipt(0, Some(FIRST)), intent(1)]);
        fits(&doubt, Some("https://x.com/acme/status/2")).unwrap();
        for same in [FIRST, "https://twitter.com/i/web/status/1", "https://mobile.x.com/Acme/status/1?s=20#a"]
        {
            let error = fits(&doubt, Some(same)).unwrap_err();
            assert!(error.message.contains("part 1 of 3"), "{same}: {error:?}");
        }
        let error = fits(&doubt, None).unwrap_err();
        assert!(error.message.contains("part 3 of 3 is to be posted below part 2"), "{error:?}");
        let last = thread(vec![
            intent(0),
            receipt(0, Some(FIRST)),
            intent(1),
            receipt(1, Some("https://x.com/acme/status/2")),
            intent(2),
        ]);
        fits(&last, None).unwrap();
        let page = |url| post_at("facebook", url);
        assert_eq!(page("https://www.facebook.com/1/posts/2/"), page("http://facebook.com/1/posts/2"));
        assert_ne!(page("https://facebook.com/p?story_fbid=1"), page("https://facebook.com/p?story_fbid=2"));
    }

    #[test]
    fn a_refused_rest_is_settled_as_posted_by_hand() {
        let says = "no".to_owned();
        let broken =
            thread(vec![intent(0), receipt(0, Some(FIRST)), intent(1), EventKind::Refused { part: 1, says }]);
        fits(&broken, Some("https://x.com/acme/status/2")).unwrap();
        fits(&broken, None).unwrap();
        fits(&broken, Some(FIRST)).unwrap_err();
    }

    #[test]
    fn another_host_is_told() {
        let own = [
            ("x", "https://mobile.twitter.com/a/status/1"),
            ("facebook", "https://m.facebook.com/1"),
            ("linkedin", "https://www.linkedin.com/feed/update/urn:li:share:7/"),
            ("static", "https://acme.example/"),
        ];
        for (adapter, address) in own {
            assert_eq!(elsewhere(adapter, address), None, "{address}");
        }
        for (adapter, address) in [
            ("x", "https://t.co/abc"),
            ("x", "https://notx.com/a/status/1"),
            ("facebook", "https://facebook.com.example/1"),
            ("linkedin", "https://lnkd.in/abc"),
        ] {
            assert!(elsewhere(adapter, address).unwrap().contains("is not"), "{address}");
        }
    }
}
