//! Whose the token is, and which publication is meant (`me`, which is open to all plans).

use super::answer::{Fault, bad_token, data, trouble};
use super::api::{Api, NAME};
use crate::channel::article::{Asked, Conversation, is_object};
use crate::channel::http::{Answer, Trouble};
use crate::channel::{SendError, Whose};
use serde_json::{Value, json};

/// What is known of the publication.
#[derive(Clone, Debug)]
pub(super) struct Publication {
    /// Its id.
    pub id: String,
    /// Whether Hashnode said so.
    pub whose: Whose,
}

const ME: &str =
    "query me { me { id username publications(first: 50) { edges { node { id title url } } } } }";

/// Asks; `written`: the publication that the table names. The error: proof that the token is no good, or has no such publication, or
/// that nobody answered yet.
pub(super) async fn ask(api: &Api, written: Option<&str>) -> Result<Publication, SendError> {
    let answer = api.ask("me", ME, json!({})).await.map_err(Trouble::of_asking)?;
    let Some(me) = data(&answer, "/me") else {
        let fault = Fault::of(&answer).unwrap_or_default();
        if fault.code == "UNAUTHENTICATED" || answer.status == 401 {
            let said = if fault.says.is_empty() { answer.excerpt() } else { fault.says };
            return Err(SendError::Refused { says: bad_token(&api.clean(&said)) });
        }
        let (success, led) = (answer.is_success(), (300..400).contains(&answer.status));
        return match trouble(&answer, Asked::Other, api) {
            SendError::NotYet { says, wait: None } if success || led => unsaid(&answer, written, says),
            SendError::Refused { says } | SendError::Mendable { says } => unsaid(&answer, written, says),
            other => Err(other),
        };
    };
    answer.same_time(NAME)?;
    let edges = me.pointer("/publications/edges").and_then(Value::as_array).cloned().unwrap_or_default();
    let known: Vec<(String, String)> = edges
        .iter()
        .filter_map(|edge| {
            let node = edge.get("node")?;
            let id =
                node.get("id").and_then(Value::as_str).filter(|id| is_object(id) && api.are_not_in(id))?;
            let host = url::Url::parse(node.get("url").and_then(Value::as_str)?).ok()?.host_str()?.to_owned();
            Some((id.to_owned(), host))
        })
        .collect();
    let meant: Vec<&(String, String)> = match written {
        Some(written) => known.iter().filter(|(id, host)| id == written || host == written).collect(),
        None => known.iter().collect(),
    };
    if let [(id, _)] = meant.as_slice() {
        return Ok(Publication { id: id.clone(), whose: Whose::Verified });
    }
    let hosts: Vec<String> = known.iter().map(|(_, host)| format!("`{}`", api.clean(host))).collect();
    let hosts = if hosts.is_empty() { "none".to_owned() } else { hosts.join(", ") };
    let says = match written {
        Some(written) => {
            format!(
                "the token's user has no publication `{written}`: known are {hosts}; write one of them in `publication`"
            )
        }
        None => format!("it is not clear which publication is meant: write one of {hosts} in `publication`"),
    };
    Err(SendError::Refused { says })
}

/// The table is taken at its word where it names an id; a host says nothing to the API,
/// and so the question is asked again.
fn unsaid(answer: &Answer, written: Option<&str>, why: String) -> Result<Publication, SendError> {
    let whose = Whose::untold(answer, NAME, why);
    match written.filter(|written| is_object(written)) {
        Some(id) => Ok(Publication { id: id.to_owned(), whose }),
        None => Err(SendError::NotYet {
            says: format!("which publication it is, is not known: {}", whose.why()),
            wait: None,
        }),
    }
}
