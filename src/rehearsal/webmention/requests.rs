//! Good requests of a sender of Webmentions (W3C Recommendation, 2017-01-12, 3.1).
//! What arrives is judged by this, whatever became of it.

use crate::rehearsal::requests::{Good, Wants, published};
use crate::rehearsal::{Logged, LoggedBody, Way};

pub(super) const GOOD: Good = Good {
    authorization: |_, _| None,
    holds,
    says,
    posting: published,
    spoils: &[
        ("no source", |logged| change(logged, |fields| fields.retain(|(name, _)| name != "source"))),
        ("a target that is no address", |logged| {
            change(logged, |fields| fields.iter_mut().for_each(|(_, value)| value.insert(0, ' ')));
        }),
        ("a mention of itself", |logged| {
            change(logged, |fields| {
                fields.iter_mut().for_each(|(_, value)| *value = "https://a.example/".into())
            });
        }),
        ("a query that was moved", |logged| logged.query.clear()),
        ("a name that hides what it is", |logged| {
            logged.headers.iter_mut().filter(|(name, _)| name == "user-agent").for_each(|(_, value)| {
                *value = "ladder/1".to_owned();
            });
        }),
        ("a cookie", |logged| logged.headers.push(("cookie".to_owned(), "a=b".to_owned()))),
    ],
};

fn change(logged: &mut Logged, by: impl FnOnce(&mut Vec<(String, String)>)) {
    if let LoggedBody::Form(fields) = &mut logged.body {
        by(fields);
    }
}

fn holds(_: &Way, logged: &Logged, wants: Wants<'_>) {
    let agent = logged.header("user-agent").unwrap_or_default();
    // 3.1.2: so that the owner of a site knows why it is asked.
    wants(agent.contains("Webmention"), "a name that hides what it is");
    let silent = ["cookie", "referer"].iter().all(|name| logged.header(name).is_none());
    wants(silent, "a word of where it came from");
    if logged.method != "POST" {
        return wants(logged.method == "GET", "a method that nobody asks with");
    }
    // An endpoint's query stays in its address (3.1.3).
    wants(logged.query.iter().any(|(name, _)| name == "to"), "an endpoint without its query");
    let LoggedBody::Form(fields) = &logged.body else { return wants(false, "a mention that is no form") };
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    wants(names == ["source", "target"], "a form that is no mention");
    let is_web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    wants(fields.iter().all(|(_, url)| is_web(url)), "a mention of what is no page");
    wants(fields.windows(2).all(|pair| pair[0].1 != pair[1].1), "a mention of itself");
}

fn says(logged: &Logged) -> Option<String> {
    match &logged.body {
        LoggedBody::Form(fields) if logged.method == "POST" => {
            Some(fields.iter().map(|(_, url)| url.as_str()).collect::<Vec<_>>().join(" "))
        }
        _ => None,
    }
}
