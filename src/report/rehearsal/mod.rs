//! A rehearsal, as its readers would have seen it and as the desk would have
//! had it: for a terminal, as one page, for machines.
//!
//! Plain values in, texts out; the same input gives the same bytes. Times are
//! those of the rehearsal's clock: "after 1 h", and times of day from where on
//! the plan itself names one.

mod html;
mod json;
mod terminal;
mod words;

use crate::plan::State;
use crate::render::{Article, Picture};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
pub use words::{Told, told, what_to_do};

/// What must stand above and below all of it.
pub const NOTHING_LEFT: &str = "rehearsal: nothing left this machine";

/// A rehearsal.
#[derive(Debug)]
pub struct Rehearsal {
    /// The brand's name.
    pub brand: String,
    /// The message's id.
    pub message: String,
    /// Its title.
    pub title: String,
    /// The ladder's name.
    pub ladder: String,
    /// The plan's digest.
    pub digest: String,
    /// What the faults were drawn from; none without faults.
    pub seed: Option<u64>,
    /// The faults that were asked for, by name.
    pub faults: Vec<String>,
    /// What has to be known about it, a sentence each.
    pub notes: Vec<String>,
    /// The runs in which something happened.
    pub runs: Vec<Run>,
    /// The channels, in the order of the rungs.
    pub channels: Vec<ChannelShown>,
    /// The bytes of pictures by SHA-256, for the page.
    pub pictures: BTreeMap<String, Vec<u8>>,
    /// What the last of the runs would have ended with, were it real.
    pub exit: u8,
}

/// One call of `ladder`.
#[derive(Clone, Debug)]
pub struct Run {
    /// From 1.
    pub number: usize,
    /// `ladder publish`, or `ladder run`.
    pub call: &'static str,
    /// When: `at once`, `after 5 min`.
    pub when: String,
    /// What a real one would have ended with.
    pub exit: u8,
}

/// One channel.
#[derive(Clone, Debug)]
pub struct ChannelShown {
    /// Its name.
    pub name: String,
    /// The network, for people: `X`.
    pub network: String,
    /// How posts look there: the name of a network.
    pub look: &'static str,
    /// In which dialect links and names stand out.
    pub dialect: crate::text::Dialect,
    /// Whose it is.
    pub account: String,
    /// What readers see in the end, oldest first.
    pub shown: Vec<Shown>,
    /// What happened, step by step.
    pub steps: Vec<Happening>,
    /// What readers saw meanwhile, where that was not all of it.
    pub meanwhile: Vec<String>,
    /// Where its deliveries stand in the end.
    pub ends: Vec<End>,
}

/// Something that readers see.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Of which rung, where that is known.
    pub rung: Option<String>,
    /// Since when.
    pub when: String,
    /// Where.
    pub place: Option<String>,
    /// What.
    pub body: Body,
}

/// A link's card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Where it leads.
    pub url: String,
    /// The headline.
    pub title: String,
    /// The line below; may be empty.
    pub description: String,
    /// SHA-256 and alt text of its picture.
    pub picture: Option<(String, String)>,
}

/// What readers see.
#[derive(Clone, Debug)]
pub enum Body {
    /// A post on a network.
    Post {
        /// What it is folded behind.
        warning: Option<String>,
        /// As readers see it.
        text: String,
        /// SHA-256 and alt text.
        pictures: Vec<(String, String)>,
        /// The link's card, as the network shows it.
        card: Option<Card>,
        /// Below it, in order.
        comments: Vec<String>,
        /// Whether it stands below the one before.
        reply: bool,
    },
    /// A page.
    Page(Box<Article>),
    /// A mail in somebody's mailbox.
    Mail {
        /// The sender, as the envelope has it.
        from: String,
        /// Whose mailbox.
        to: Vec<String>,
        /// The subject.
        subject: String,
        /// The text part.
        text: String,
        /// The HTML part.
        html: String,
        /// The images that the HTML part refers to.
        media: Vec<Picture>,
    },
    /// Texts that a person is to paste.
    Paste(Vec<String>),
}

/// Something that happened to one rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// In which run, from 1.
    pub run: usize,
    /// When.
    pub when: String,
    /// To which rung; none for a fault.
    pub rung: Option<String>,
    /// What.
    pub what: String,
    /// Whether it is trouble.
    pub trouble: bool,
}

/// Where a delivery stands.
#[derive(Clone, Debug)]
pub struct End {
    /// The rung.
    pub rung: String,
    /// The delivery's key.
    pub key: String,
    /// Its state.
    pub state: State,
    /// Why, if it did not go.
    pub why: Option<String>,
    /// What a person has to do, with the command that does it.
    pub to_do: Option<String>,
}

/// Says when something was, by the rehearsal's clock.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// When it began.
    pub start: Timestamp,
    /// The brand's zone.
    pub zone: TimeZone,
    /// From when on times of day count.
    pub by_the_clock: Option<Timestamp>,
}

impl Calendar {
    /// `at once`, `after 1 h 30 s`; `Tue 09:00` once the plan named a time of
    /// day, with the date if that is more than six days ahead.
    pub fn when(&self, at: Timestamp) -> String {
        if self.by_the_clock.is_some_and(|since| at >= since) {
            let wall = at.to_zoned(self.zone.clone());
            let far = at.duration_since(self.start) >= SignedDuration::from_hours(6 * 24);
            let day = if far { "%Y-%m-%d" } else { "%a" };
            let time = if wall.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
            return wall.strftime(&format!("{day} {time}")).to_string();
        }
        match duration(at.duration_since(self.start)) {
            none if none.is_empty() => "at once".to_owned(),
            words => format!("after {words}"),
        }
    }
}

/// `1 h 30 s`; nothing for none.
pub fn duration(time: SignedDuration) -> String {
    let seconds = time.as_secs().max(0);
    let units = [
        (seconds / 86_400, "d"),
        (seconds / 3600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let words = units.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}"));
    words.collect::<Vec<_>>().join(" ")
}

impl Rehearsal {
    /// "2 runs in 3 h", and what they ended with.
    fn summary(&self) -> String {
        let out = self.channels.iter().flat_map(|channel| &channel.ends);
        let (all, sent) =
            out.fold((0, 0), |(all, sent), end| (all + 1, sent + usize::from(end.state == State::Sent)));
        let runs = self.runs.len();
        let plural = if runs == 1 { "run" } else { "runs" };
        let which = if runs == 1 { "a real run" } else { "the last, were it real," };
        format!("{sent} of {all} sent in {runs} {plural}; {which} would end with exit code {}", self.exit)
    }
}

/// For a terminal of `width` columns.
pub fn terminal(rehearsal: &Rehearsal, width: usize, colour: bool) -> String {
    terminal::rehearsal(rehearsal, width, colour)
}

/// One self-contained page: no script, no request.
pub fn html(rehearsal: &Rehearsal) -> String {
    html::page(rehearsal)
}

/// The fields of the answer in JSON.
pub fn json(rehearsal: &Rehearsal) -> serde_json::Value {
    json::rehearsal(rehearsal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_from_the_start_until_the_plan_names_one() {
        let start: Timestamp = "2026-12-01T08:00:00Z".parse().unwrap();
        let after = |seconds| start.checked_add(SignedDuration::from_secs(seconds)).unwrap();
        let mut calendar = Calendar { start, zone: TimeZone::UTC, by_the_clock: None };
        let said = |calendar: &Calendar, seconds| calendar.when(after(seconds));
        assert_eq!(said(&calendar, 0), "at once");
        assert_eq!(said(&calendar, 3630), "after 1 h 30 s");
        assert_eq!(said(&calendar, 90_000), "after 1 d 1 h");
        calendar.by_the_clock = Some(after(90_000));
        assert_eq!(
            (said(&calendar, 60), said(&calendar, 90_000)),
            ("after 1 min".to_owned(), "Wed 09:00".to_owned())
        );
        assert_eq!(said(&calendar, 7 * 86_400), "2026-12-08 08:00");
    }

    /// A rehearsal of one post whose every word is hostile.
    fn hostile() -> Rehearsal {
        let bad = "<script>alert(1)</script>\u{1b}[31m\u{202e}\"'&".to_owned();
        let step = Happening {
            run: 1,
            when: "at once".to_owned(),
            rung: Some("tweet".to_owned()),
            what: bad.clone(),
            trouble: true,
        };
        let body = Body::Post {
            warning: None,
            text: bad.clone(),
            pictures: vec![("00".to_owned(), bad.clone())],
            card: Some(Card {
                url: bad.clone(),
                title: bad.clone(),
                description: bad.clone(),
                picture: None,
            }),
            comments: vec![bad.clone()],
            reply: false,
        };
        let shown = Shown { rung: None, when: "at once".to_owned(), place: Some(bad.clone()), body };
        let end = End {
            rung: "tweet".to_owned(),
            key: "00".to_owned(),
            state: State::Refused,
            why: Some(bad.clone()),
            to_do: None,
        };
        Rehearsal {
            brand: bad.clone(),
            message: bad.clone(),
            title: bad.clone(),
            ladder: bad.clone(),
            digest: "00".to_owned(),
            seed: Some(1),
            faults: vec!["cut".to_owned()],
            notes: vec![bad.clone()],
            runs: vec![Run { number: 1, call: "ladder publish", when: "at once".to_owned(), exit: 1 }],
            channels: vec![ChannelShown {
                name: "x".to_owned(),
                network: "X".to_owned(),
                look: "x",
                dialect: crate::text::Dialect::Plain,
                account: bad.clone(),
                shown: vec![shown],
                steps: vec![step],
                meanwhile: vec![bad],
                ends: vec![end],
            }],
            pictures: BTreeMap::new(),
            exit: 1,
        }
    }

    #[test]
    fn what_is_hostile_is_text_on_the_page_and_on_the_terminal() {
        let rehearsal = hostile();
        let page = html(&rehearsal);
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
        let on_terminal = terminal(&rehearsal, 80, false);
        assert!(on_terminal.contains("<script>"), "{on_terminal}");
        for text in [&page, &on_terminal] {
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
        }
        assert!(on_terminal.starts_with(NOTHING_LEFT) && page.contains("nothing left this machine"));
    }

    #[test]
    fn no_line_of_a_text_is_wider_than_the_terminal() {
        let mut rehearsal = hostile();
        rehearsal.notes = vec!["many words ".repeat(40)];
        let text = terminal(&rehearsal, 60, false);
        let notes = text.lines().filter(|line| line.contains("many words"));
        assert!(notes.clone().count() > 3 && notes.clone().all(|line| line.chars().count() <= 60), "{text}");
    }
}
