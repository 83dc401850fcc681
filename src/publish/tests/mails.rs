//! A mail goes to each person once.

use super::fake::{House, Say, delivery, state};
use crate::exit::Exit;
use crate::plan::fixture::{mail, plan};
use crate::plan::{Plan, State};
use crate::publish::{Route, exit_of};
use std::collections::BTreeMap;

fn people(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("p{number:02}@acme.example")).collect()
}

fn fifty() -> Plan {
    plan(vec![mail("mail", &people(50))])
}

#[tokio::test]
async fn one_persons_trouble_is_nobody_elses() {
    let (mut house, plan) = (House::new(), fifty());
    let says = [
        ("p03", vec![Say::Refused]),
        ("p07", vec![Say::NotYet(Some(20)), Say::Sent]),
        ("p11", vec![Say::Unknown]),
        ("p13", vec![Say::NotYet(Some(3_600_000))]),
    ];
    let says = says.map(|(name, says)| (format!("{name}@acme.example"), says.into()));
    *house.log("mail").people.lock().unwrap() = BTreeMap::from(says);
    let standing = house.publish(&plan).await;
    let mail = delivery(&standing, &plan, "mail");
    let counts =
        [State::Sent, State::Refused, State::Unknown, State::Planned].map(|s| mail.count_recipients(s));
    assert_eq!(counts, [47, 1, 1, 1]);
    assert_eq!(mail.state, State::Unknown);
    assert_eq!(
        mail.error.as_deref(),
        Some("1 of 50 unknown: cut; 1 of 50 refused: no; 1 of 50 not yet taken: busy")
    );
    assert_eq!(exit_of(&[mail]), Exit::Unknown);
    assert_eq!(house.log("mail").count(), 51);
    assert_eq!(house.log("mail").flying.lock().unwrap().0, 8);
    assert_eq!(standing.deliveries, house.journal().deliveries, "memory and journal agree");
    // What is kept of the words is kept once.
    assert_eq!(mail.recipients.iter().filter(|person| person.part.bound.is_some()).count(), 1);
    house.publish(&plan).await;
    assert_eq!(house.log("mail").count(), 51);
}

#[tokio::test]
async fn a_crash_leaves_doubt_about_those_in_flight_only() {
    let (mut house, plan) = (House::new(), fifty());
    let mut says = vec![Say::Sent; 10];
    says.extend(vec![Say::Hang; 8]);
    house.log("mail").say(&says);
    house.die_while_publishing(&plan, 200).await;
    let standing = house.publish(&plan).await;
    let mail = delivery(&standing, &plan, "mail");
    let counts = [State::Sent, State::Unknown].map(|s| mail.count_recipients(s));
    assert_eq!(counts, [42, 8]);
    let mut tried: Vec<_> =
        house.log("mail").sends.lock().unwrap().iter().filter_map(|send| send.0.clone()).collect();
    tried.sort();
    assert_eq!(tried, people(50), "each once");
}

#[tokio::test]
async fn who_joins_the_list_gets_it_and_who_is_on_it_twice_gets_it_once() {
    let mut house = House::new();
    let mut names = people(2);
    names.push(names[0].clone());
    house.publish(&plan(vec![mail("mail", &names)])).await;
    assert_eq!(house.log("mail").count(), 2);
    let more = plan(vec![mail("mail", &people(3))]);
    let standing = house.publish(&more).await;
    assert_eq!(state(&standing, &more, "mail"), State::Sent);
    assert_eq!(house.log("mail").count(), 3);
}

#[tokio::test]
async fn in_the_outbox_a_mail_lies_once() {
    let (mut house, plan) = (House::new(), fifty());
    house.routes.insert("mail".to_owned(), Route::Outbox { missing: Vec::new() });
    let standing = house.publish(&plan).await;
    assert_eq!(state(&standing, &plan, "mail"), State::Waiting);
    assert_eq!(house.outbox_log.count(), 1);
    house.routes.insert("mail".to_owned(), Route::Network);
    house.publish(&plan).await;
    assert_eq!(house.log("mail").count(), 0);
}
