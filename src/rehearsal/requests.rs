//! What a good request of a network looks like, judged apart from the network: what
//! it takes, it may take because it and the adapter share a mistake, and what it
//! refuses, it may hide. Each network says its own in its row, by its documents.

use super::{Logged, LoggedBody, Way};
use serde_json::Value;

/// Says what is wrong, where something is: whether it is good, and else what.
pub type Wants<'a> = &'a mut dyn FnMut(bool, &str);

/// What is spoiled, and how.
pub type Spoil = (&'static str, fn(&mut Logged));

/// A good request, as a network's documents have it.
#[derive(Clone, Copy)]
pub struct Good {
    /// The `authorization` header of this request, as it is logged (`Bearer «secret»`).
    /// None: it goes without.
    pub authorization: fn(&Way, &Logged) -> Option<&'static str>,
    /// What must hold of every request, whatever became of it.
    pub holds: fn(&Way, &Logged, Wants<'_>),
    /// The words of a request that makes something readers see; none of any other. What
    /// has the same path and the same words is the same once more.
    pub says: fn(&Logged) -> Option<String>,
    /// The request that carries all that readers will see: the post, or the draft that is shown later.
    pub posting: fn(&Logged) -> bool,
    /// Ways of spoiling that request; `holds` sees each of them.
    pub spoils: &'static [Spoil],
}

impl Good {
    /// What is wrong with a request, each with where it went.
    pub fn odd(&self, way: &Way, logged: &Logged) -> Vec<String> {
        let mut odd = Vec::new();
        let mut wants = |good: bool, what: &str| {
            if !good {
                odd.push(format!("{} {}: {what}", logged.method, logged.path));
            }
        };
        wants(logged.header("authorization") == (self.authorization)(way, logged), "authorization");
        wants(logged.header("user-agent").is_some_and(|agent| agent.starts_with("ladder/")), "user-agent");
        wants(logged.header("cookie").is_none(), "a cookie");
        wants(logged.query.iter().all(|(name, _)| name != "access_token"), "a token in the address");
        let kind = logged.header("content-type").unwrap_or_default();
        let fits = match &logged.body {
            LoggedBody::Nothing => kind.is_empty(),
            LoggedBody::Json(_) => kind == "application/json",
            LoggedBody::Form(_) => kind == "application/x-www-form-urlencoded",
            LoggedBody::Parts(_) => kind.starts_with("multipart/form-data; boundary="),
            LoggedBody::Bytes(..) => kind.starts_with("image/"),
            LoggedBody::Broken(_) => false,
        };
        wants(fits, &format!("content-type {kind:?}"));
        (self.holds)(way, logged, &mut wants);
        odd
    }
}

/// For [`Good::posting`] where it is also what publishes.
pub fn published(logged: &Logged) -> bool {
    logged.published
}

/// Whether an object has these keys and no other.
pub fn only(value: &Value, known: &[&str]) -> bool {
    value.as_object().is_some_and(|object| object.keys().all(|key| known.contains(&key.as_str())))
}

/// A text, or none.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Changes a body of JSON; nothing of any other.
pub fn change(logged: &mut Logged, by: impl FnOnce(&mut Value)) {
    if let LoggedBody::Json(body @ Value::Object(_)) = &mut logged.body {
        by(body);
    }
}

/// The first of a list stands there twice, in place of the second.
pub fn twice(body: &mut Value, pointer: &str) {
    if let Some([first, second, ..]) =
        body.pointer_mut(pointer).and_then(Value::as_array_mut).map(Vec::as_mut_slice)
    {
        second.clone_from(first);
    }
}

/// It goes without this header.
pub fn without(logged: &mut Logged, name: &str) {
    logged.headers.retain(|(has, _)| has != name);
}
