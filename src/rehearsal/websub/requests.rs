//! Good requests of a publisher to its hub (PubSubHubbub 0.4, 7.1; some hubs read
//! `hub.topic`). What arrives is judged by this, whatever became of it.

use crate::rehearsal::requests::{Good, Wants, published};
use crate::rehearsal::{Logged, LoggedBody, Way};

pub(super) const GOOD: Good = Good {
    authorization: |_, _| None,
    holds,
    says,
    posting: published,
    spoils: &[
        ("another mode", |logged| change(logged, "hub.mode", "subscribe")),
        ("another topic", |logged| change(logged, "hub.topic", "https://b.example/")),
        ("a topic that is no address", |logged| change(logged, "hub.url", "feed.xml")),
        ("a cookie", |logged| logged.headers.push(("cookie".to_owned(), "a=b".to_owned()))),
    ],
};

fn change(logged: &mut Logged, name: &str, value: &str) {
    if let LoggedBody::Form(fields) = &mut logged.body {
        fields.iter_mut().filter(|(has, _)| has == name).for_each(|(_, old)| *old = value.to_owned());
    }
}

fn holds(_: &Way, logged: &Logged, wants: Wants<'_>) {
    let silent = ["cookie", "referer"].iter().all(|name| logged.header(name).is_none());
    wants(silent, "a word of where it came from");
    if logged.method != "POST" {
        return wants(logged.method == "GET", "a method that nobody asks with");
    }
    let LoggedBody::Form(fields) = &logged.body else { return wants(false, "news that are no form") };
    let all = |wanted: &str| {
        let found = fields.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        found.collect::<Vec<_>>()
    };
    wants(all("hub.mode") == ["publish"], "another mode");
    let topics = all("hub.url");
    wants(topics.len() == 1 && topics == all("hub.topic"), "two topics, or none");
    wants(topics.iter().all(|topic| topic.starts_with("http")), "a topic that is no address");
}

fn says(logged: &Logged) -> Option<String> {
    match &logged.body {
        LoggedBody::Form(fields) if logged.method == "POST" => Some(format!("{fields:?}")),
        _ => None,
    }
}
