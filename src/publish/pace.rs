//! How fast an account may be posted to. Pure: the journal's times come in, and
//! no clock is read.
//!
//! Nothing of this is stored: when what went out, the journal knows already. So
//! the next run, and one on another day, holds to the same pace as this one.
//! What was not taken ("not yet") used nothing up; what is in doubt may have.

use crate::channel::Configured;
use crate::ladder::Pace;
use crate::plan::{PartStanding, Plan, Standing, State, Step, StepKey, account_compared};
use crate::schedule::Due;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, VecDeque};

/// What has gone to each account that has a pace.
#[derive(Clone, Debug, Default)]
pub struct Paces {
    accounts: BTreeMap<String, Account>,
}

#[derive(Clone, Debug, Default)]
struct Account {
    windows: Vec<Window>,
    /// What was begun and is still to come, by the number of its item: the rest of a
    /// thread goes before a thread that has not begun.
    promised: BTreeMap<usize, u32>,
    /// Up to then places were given away ahead of time: nobody overtakes.
    booked: Option<Timestamp>,
}

/// One pace, and when what of it was used, in order.
#[derive(Clone, Debug)]
struct Window {
    pace: Pace,
    used: VecDeque<Timestamp>,
}

/// It goes then, and no earlier; why, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Later {
    /// The moment from which there is room.
    pub at: Timestamp,
    /// `the channel takes 100 in 15 minutes`.
    pub why: String,
}

impl Window {
    /// Counts what was used in the window before `now`, after forgetting what is
    /// older. A time that lies further ahead than a window is a clock's mistake.
    fn count(&mut self, now: Timestamp) -> usize {
        let (from, to) = (minus(now, self.pace.window), plus(now, self.pace.window));
        while self.used.front().is_some_and(|used| *used <= from) {
            self.used.pop_front();
        }
        while self.used.back().is_some_and(|used| *used > to) {
            self.used.pop_back();
        }
        self.used.len()
    }

    /// When there is room for so many beside those that are promised to others;
    /// `now`, if there is.
    fn opens(&mut self, need: usize, promised: usize, now: Timestamp) -> Timestamp {
        let (used, most) = (self.count(now), self.pace.count as usize);
        // More than fit into a whole window go as they fit.
        let wanted = need.clamp(1, most).saturating_add(promised).saturating_add(used);
        let Some(over) = wanted.checked_sub(most).filter(|over| *over > 0) else { return now };
        // So many of those that were used have to grow old; where these do not do,
        // the others' promises are looked at anew then.
        match self.used.get(over.min(used).saturating_sub(1)) {
            Some(used) => plus(*used, self.pace.window),
            None => plus(now, self.pace.window),
        }
    }

    fn take(&mut self, at: Timestamp) {
        let place = self.used.partition_point(|used| *used <= at);
        self.used.insert(place, at);
    }

    fn give_back(&mut self, at: Timestamp) {
        let place = self.used.partition_point(|used| *used < at);
        if self.used.get(place) == Some(&at) {
            self.used.remove(place);
        }
    }
}

impl Paces {
    /// What the journal knows of these channels' accounts. Two channels of one
    /// account share what both say of it.
    pub fn of(channels: &BTreeMap<String, Configured>, standing: &Standing) -> Paces {
        let mut paces = Paces::default();
        for configured in channels.values().filter(|configured| !configured.paces.is_empty()) {
            let account = configured.channel.account();
            let account = paces.accounts.entry(account_compared(&account).into_owned()).or_default();
            for pace in &configured.paces {
                if !account.windows.iter().any(|window| window.pace == *pace) {
                    account.windows.push(Window { pace: *pace, used: VecDeque::new() });
                }
            }
        }
        let mut used: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
        for delivery in standing.deliveries.values() {
            let account = account_compared(&delivery.account);
            if paces.accounts.contains_key(&*account) {
                let times = used.entry(account.into_owned()).or_default();
                times.extend(delivery.parts.iter().filter_map(uses));
                times.extend(delivery.recipients.iter().filter_map(|person| uses(&person.part)));
            }
        }
        for (account, mut times) in used {
            times.sort_unstable();
            for window in
                paces.accounts.get_mut(&account).into_iter().flat_map(|account| &mut account.windows)
            {
                window.used = times.iter().copied().collect();
            }
        }
        paces
    }

    fn account(&mut self, account: &str) -> Option<&mut Account> {
        self.accounts.get_mut(&*account_compared(account))
    }

    /// Whether so many may go to that account now, beside what is promised to other
    /// items than `item`; else when.
    pub(super) fn opens(
        &mut self,
        account: &str,
        item: usize,
        need: usize,
        now: Timestamp,
    ) -> Result<(), Later> {
        let Some(account) = self.account(account) else { return Ok(()) };
        let others = account.promised.iter().filter(|(other, _)| **other != item);
        let promised: u32 = others.map(|(_, parts)| *parts).sum();
        account.opens(need, promised as usize, now)
    }

    /// One goes to that account now.
    pub(super) fn take(&mut self, account: &str, at: Timestamp) {
        if let Some(account) = self.account(account) {
            account.windows.iter_mut().for_each(|window| window.take(at));
        }
    }

    /// What was taken then did not go.
    pub(super) fn give_back(&mut self, account: &str, at: Timestamp) {
        if let Some(account) = self.account(account) {
            account.windows.iter_mut().for_each(|window| window.give_back(at));
        }
    }

    /// So many parts of what that item has begun are still to come.
    pub(super) fn promise(&mut self, account: &str, item: usize, parts: usize) {
        if let Some(account) = self.account(account) {
            match u32::try_from(parts).unwrap_or(u32::MAX) {
                0 => account.promised.remove(&item),
                parts => account.promised.insert(item, parts),
            };
        }
    }

    /// Gives so many places away, from `from` on and behind all that were given
    /// before: when the first of them goes, if that is later.
    fn book(&mut self, account: &str, parts: usize, each: bool, from: Timestamp) -> Option<Later> {
        let account = self.account(account)?;
        let begin = account.booked.map_or(from, |booked| booked.max(from));
        let (mut at, mut first) = (begin, None);
        let (rounds, together) = if each { (parts.max(1), 1) } else { (1, parts.max(1)) };
        for _ in 0..rounds {
            // Each look leads to where something has grown old: it ends.
            let mut why = None;
            while let Err(later) = account.opens(together, 0, at) {
                at = later.at.max(at);
                why = Some(later.why);
            }
            first.get_or_insert((at, why));
            for _ in 0..together {
                account.windows.iter_mut().for_each(|window| window.take(at));
            }
        }
        account.booked = Some(at);
        let (at, why) = first?;
        let why = why.or_else(|| account.windows.first().map(|window| takes(&window.pace)));
        (at > from).then(|| Later { at, why: why.unwrap_or_default() })
    }

    /// Puts what is due off to when its account has room for it, in the order in
    /// which runs begin: what is half out, then what was taken up first.
    pub fn put_off(
        mut self,
        plans: &[Plan],
        standing: &Standing,
        dues: &mut BTreeMap<StepKey, Due>,
        now: Timestamp,
    ) {
        let steps = plans.iter().flat_map(|plan| &plan.steps);
        let mut due: Vec<&Step> = steps.filter(|step| dues.get(&step.key) == Some(&Due::Now)).collect();
        due.sort_by_key(|step| turn(step, standing));
        for step in due {
            let left = units(step, standing);
            if let Some(later) = self.book(&step.identity.account, left, !step.recipients.is_empty(), now) {
                dues.insert(step.key.clone(), Due::Paced(later.at, later.why));
            }
        }
    }
}

impl Account {
    fn opens(&mut self, need: usize, promised: usize, now: Timestamp) -> Result<(), Later> {
        let mut later: Option<Later> = None;
        for window in &mut self.windows {
            let at = window.opens(need, promised, now);
            if at > now && later.as_ref().is_none_or(|later| later.at < at) {
                later = Some(Later { at, why: takes(&window.pace) });
            }
        }
        later.map_or(Ok(()), Err)
    }
}

/// Whose turn it is: what is half out goes on first, then what was taken up first.
pub(super) fn turn(step: &Step, standing: &Standing) -> (bool, Timestamp) {
    let delivery = standing.deliveries.get(&step.key);
    let begun = delivery.is_some_and(|delivery| delivery.live().next().is_some());
    (!begun, delivery.map_or(Timestamp::MAX, |delivery| delivery.planned_at))
}

/// How many posts it still takes.
fn units(step: &Step, standing: &Standing) -> usize {
    let delivery = standing.deliveries.get(&step.key);
    if step.recipients.is_empty() {
        let out = delivery.map_or(0, |delivery| delivery.live().count());
        return step.payload.parts.len().saturating_sub(out);
    }
    delivery.map_or(step.recipients.len(), |delivery| delivery.count_recipients(State::Planned))
}

fn takes(pace: &Pace) -> String {
    format!("the channel takes {pace}")
}

/// When a part used something up, if it did: what was not taken did not.
fn uses(part: &PartStanding) -> Option<Timestamp> {
    let used = matches!(part.state, State::Sent | State::Sending | State::Unknown | State::Refused);
    part.last_tried.filter(|_| used && part.attempts > 0)
}

fn plus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn minus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "x:acme";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn paces(paces: &[Pace]) -> Paces {
        let windows = paces.iter().map(|pace| Window { pace: *pace, used: VecDeque::new() }).collect();
        let account = Account { windows, ..Account::default() };
        Paces { accounts: [(ACCOUNT.to_owned(), account)].into() }
    }

    /// `None`: now.
    fn opens(paces: &mut Paces, need: usize, second: i64) -> Option<i64> {
        let later = paces.opens(ACCOUNT, 0, need, at(second)).err()?;
        Some(later.at.as_second() - at(0).as_second())
    }

    #[test]
    fn no_window_ever_holds_more_than_it_takes() {
        let mut three = paces(&[Pace::in_minutes(3, 1)]);
        for second in [0, 10, 20] {
            assert_eq!(opens(&mut three, 1, second), None);
            three.take(ACCOUNT, at(second));
        }
        assert_eq!(opens(&mut three, 1, 30), Some(60));
        assert_eq!(opens(&mut three, 2, 30), Some(70));
        // A thread of five takes what a window holds, and goes on in the next.
        assert_eq!(opens(&mut three, 5, 30), Some(80));
        assert_eq!(opens(&mut three, 1, 60), None);
        assert_eq!(three.opens("facebook:acme", 0, 9, at(30)), Ok(()), "another account");
    }

    #[test]
    fn the_slowest_of_several_counts_and_says_so() {
        let mut both = paces(&[Pace::in_minutes(2, 1), Pace::in_minutes(3, 60)]);
        for second in [0, 1, 70] {
            both.take(ACCOUNT, at(second));
        }
        let later = both.opens(ACCOUNT, 0, 1, at(80)).unwrap_err();
        assert_eq!((later.at, later.why.as_str()), (at(3600), "the channel takes 3 in an hour"));
    }

    #[test]
    fn what_did_not_go_used_nothing_up() {
        let mut one = paces(&[Pace::in_minutes(1, 1)]);
        one.take(ACCOUNT, at(5));
        assert_eq!(opens(&mut one, 1, 6), Some(65));
        one.give_back(ACCOUNT, at(4));
        assert_eq!(opens(&mut one, 1, 6), Some(65));
        one.give_back(ACCOUNT, at(5));
        assert_eq!(opens(&mut one, 1, 6), None);
    }

    #[test]
    fn a_thread_that_has_begun_goes_before_one_that_has_not() {
        let mut four = paces(&[Pace::in_minutes(4, 1)]);
        four.take(ACCOUNT, at(0));
        four.promise(ACCOUNT, 7, 2);
        // One place is left beside the two of the thread.
        assert_eq!(opens(&mut four, 1, 1), None);
        assert_eq!(opens(&mut four, 2, 1), Some(60));
        assert_eq!(four.opens(ACCOUNT, 7, 2, at(1)), Ok(()));
        four.promise(ACCOUNT, 7, 0);
        assert_eq!(opens(&mut four, 2, 1), None);
    }

    #[test]
    fn a_clock_that_was_wrong_does_not_stop_a_channel_for_ever() {
        let mut one = paces(&[Pace::in_minutes(1, 1)]);
        one.take(ACCOUNT, at(365 * 24 * 3600));
        assert_eq!(opens(&mut one, 1, 0), None);
        // A little ahead is another machine's.
        one.take(ACCOUNT, at(30));
        assert_eq!(opens(&mut one, 1, 0), Some(90));
        assert_eq!(paces(&[Pace::in_minutes(1, 1)]).opens(ACCOUNT, 0, 1, Timestamp::MAX), Ok(()));
    }

    #[test]
    fn places_are_given_away_in_turn() {
        let mut two = paces(&[Pace::in_minutes(2, 1)]);
        let mut book = |parts, each| {
            two.book(ACCOUNT, parts, each, at(0)).map(|later| later.at.as_second() - at(0).as_second())
        };
        assert_eq!(book(1, false), None);
        // Two together do not fit beside the one, and nobody overtakes them.
        assert_eq!(book(2, false), Some(60));
        assert_eq!(book(1, false), Some(120));
        // Of a mail the first five people: it begins with one.
        assert_eq!(book(5, true), Some(120));
        assert_eq!(book(1, false), Some(300));
    }

    proptest::proptest! {
        #[test]
        fn whoever_waits_as_told_never_goes_too_fast(
            count in 1_u32..5, seconds in 1_i64..90, steps in proptest::collection::vec((0_i64..40, 1_usize..4), 1..60)
        ) {
            let pace = Pace { count, window: SignedDuration::from_secs(seconds) };
            let mut paces = paces(&[pace]);
            let (mut now, mut went) = (at(0), Vec::new());
            for (pause, need) in steps {
                now = plus(now, SignedDuration::from_secs(pause));
                if let Err(later) = paces.opens(ACCOUNT, 0, need, now) {
                    proptest::prop_assert!(later.at > now);
                    now = later.at;
                    proptest::prop_assert_eq!(paces.opens(ACCOUNT, 0, need, now), Ok(()));
                }
                paces.take(ACCOUNT, now);
                went.push(now);
            }
            for (number, moment) in went.iter().enumerate() {
                let within = went[..=number].iter().filter(|other| **other > minus(*moment, pace.window)).count();
                proptest::prop_assert!(within <= count as usize, "{} at {}", within, moment);
            }
        }
    }
}
