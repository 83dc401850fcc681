//! What is to go wrong in a rehearsal, and whom it strikes: drawn from a seed,
//! so that the same seed and the same files make the same bad day.

use super::stage::Server;
use crate::cli::failure::Failure;
use crate::diagnostic::nearest;
use crate::rehearsal::{Fault, Upon};
use std::time::Duration;

/// A fault that a rehearsal knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is done, and the answer never arrives.
    LostAnswer,
    /// "Too many", with a wait.
    TooMany,
    /// The network's own error, before or after the deed.
    Failed,
    /// The answer takes its time.
    Slow,
    /// The connection breaks, and nothing is done.
    Cut,
    /// The token is no good from then on.
    ExpiredToken,
    /// The connection breaks when a part of it is out.
    HalfThread,
}

/// By their names, in the order in which they are drawn.
pub const KINDS: &[(&str, Kind)] = &[
    ("lost-answer", Kind::LostAnswer),
    ("429", Kind::TooMany),
    ("500", Kind::Failed),
    ("slow", Kind::Slow),
    ("cut", Kind::Cut),
    ("half-thread", Kind::HalfThread),
    // Last: after it nothing goes there any more.
    ("expired-token", Kind::ExpiredToken),
];

/// How late a slow answer is: within what every adapter waits for.
const SLOW: Duration = Duration::from_secs(20);

/// The faults that are asked for, each once; `all` takes them all.
pub fn parse(names: &[String]) -> Result<Vec<(&'static str, Kind)>, Failure> {
    let known = || KINDS.iter().map(|(name, _)| *name).chain(["all"]);
    let names: Vec<&str> = names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
    if let Some(odd) = names.iter().find(|name| !known().any(|known| known == **name)) {
        let failure = Failure::usage("unknown-fault", format!("there is no fault `{odd}`"));
        let all = known().collect::<Vec<_>>().join(", ");
        return Err(failure.hint(match nearest(odd, known()) {
            Some(near) => format!("did you mean `{near}`? there are {all}"),
            None => format!("there are {all}"),
        }));
    }
    let wanted = |name: &str| names.contains(&"all") || names.contains(&name);
    Ok(KINDS.iter().filter(|(name, _)| wanted(name)).copied().collect())
}

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
/// generators, 2014). Nothing here is a secret.
pub struct Lots(pub u64);

impl Lots {
    /// One of so many, from 0.
    fn draw(&mut self, of: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut lot = self.0;
        lot = (lot ^ (lot >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        lot = (lot ^ (lot >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let lot = (lot ^ (lot >> 31)) % u64::try_from(of.max(1)).unwrap_or(1);
        usize::try_from(lot).unwrap_or(0)
    }
}

/// Orders each fault at one of `servers`; a sentence for each that can strike none.
pub fn order(faults: &[(&'static str, Kind)], servers: &[Server], seed: u64) -> Vec<String> {
    let mut lots = Lots(seed);
    let mut notes = Vec::new();
    for (name, kind) in faults {
        let can = |server: &&Server| match kind {
            // No password is asked for on this machine.
            Kind::ExpiredToken => server.is_network(),
            Kind::HalfThread => server.is_network() && server.requests > 1,
            _ => server.requests > 0,
        };
        let able: Vec<&Server> = servers.iter().filter(can).collect();
        let Some(server) = able.get(lots.draw(able.len())) else {
            let why = match kind {
                Kind::HalfThread => "no network here gets a second part after a first one",
                Kind::ExpiredToken => "no network here asks for a token",
                _ => "nothing here goes over a network",
            };
            notes.push(format!("`{name}` strikes nobody: {why}"));
            continue;
        };
        let fault = match kind {
            Kind::LostAnswer => Fault::AnswerLost,
            Kind::TooMany => Fault::TooMany(Duration::from_secs(30 + 10 * lots.draw(7) as u64)),
            Kind::Failed if lots.draw(2) == 0 => Fault::FailedBefore,
            Kind::Failed => Fault::FailedAfter,
            Kind::Slow => Fault::Slow(SLOW),
            Kind::Cut | Kind::HalfThread => Fault::CutBefore,
            Kind::ExpiredToken => Fault::Expired,
        };
        let after = if *kind == Kind::HalfThread { 1 } else { lots.draw(server.requests) };
        server.order(Upon::PublishingAfter(after), after, fault);
    }
    notes
}

/// What went wrong, for people.
pub fn words(fault: &Fault) -> String {
    match fault {
        Fault::AnswerLost => "fault: it is done, and the answer is lost on the way".to_owned(),
        Fault::TooMany(_) => "fault: too many requests, nothing is done".to_owned(),
        Fault::FailedBefore => "fault: an error at the network, nothing is done".to_owned(),
        Fault::FailedAfter => "fault: an error at the network, after it is done".to_owned(),
        Fault::Slow(time) => format!("fault: the answer takes {} s", time.as_secs()),
        Fault::CutBefore => "fault: the connection breaks, nothing is done".to_owned(),
        Fault::Expired => "fault: the token expires".to_owned(),
        other => format!("fault: {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_lots() {
        let draw = |seed| (0..8).scan(Lots(seed), |lots, _| Some(lots.draw(7))).collect::<Vec<_>>();
        assert_eq!(draw(4), draw(4));
        assert_ne!(draw(4), draw(5));
        assert!(draw(4).iter().all(|lot| *lot < 7));
        assert_eq!(Lots(1).draw(0), 0);
    }

    #[test]
    fn faults_are_known_by_name_and_all_takes_them_all() {
        let names = |names: &[&str]| parse(&names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
        assert_eq!(names(&["all"]).unwrap().len(), KINDS.len());
        assert_eq!(names(&["cut", "429", "cut"]).unwrap(), names(&["429", "cut"]).unwrap());
        let failure = names(&["lost-anwser"]).unwrap_err();
        assert!(failure.hint.unwrap().starts_with("did you mean `lost-answer`? there are "));
        assert!(names(&[]).unwrap().is_empty());
    }
}
