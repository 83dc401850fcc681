//! What time it is: the system's clock, or one that is moved on by hand.
//!
//! A rehearsal must not sleep until tomorrow at nine. Its clock stands still
//! while anybody works, and leaps to the next moment that somebody waits for
//! once all wait. So two rehearsals of the same files see the same times,
//! whatever the machine was busy with: those who work at the same moment do so
//! one after the other, in the order in which they began.
//!
//! Adapters are made from tables and know nothing of a run: [`now`], [`sleep`]
//! and [`Stopwatch`] follow the clock of the task that they run in, which is
//! the system's unless [`Clock::rules`] said otherwise.

use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot};

/// Work in flight.
type Work<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

tokio::task_local! {
    static RULING: Clock;
}

/// A clock.
#[derive(Clone, Default)]
pub struct Clock(Option<Arc<Moved>>);

impl Clock {
    /// The system's.
    pub fn system() -> Clock {
        Clock(None)
    }

    /// One that stands at `start` until it is moved on.
    pub fn standing_at(start: Timestamp) -> Clock {
        let state = State { now: start, ..State::default() };
        Clock(Some(Arc::new(Moved { state: Mutex::new(state), changed: Notify::new() })))
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.0.as_ref().map_or_else(Timestamp::now, |moved| moved.state().now)
    }

    /// Moves a standing clock on to `time`; never back. The system's stays as it is.
    pub fn move_to(&self, time: Timestamp) {
        if let Some(moved) = &self.0 {
            let mut state = moved.state();
            state.now = state.now.max(time);
        }
    }

    /// Runs `work` by this clock: what it asks for the time, this clock tells.
    pub async fn rules<T>(&self, work: impl Future<Output = T>) -> T {
        RULING.scope(self.clone(), work).await
    }

    /// Waits so long. On a standing clock whoever works lets the next one work
    /// meanwhile.
    pub async fn sleep(&self, time: Duration) {
        match &self.0 {
            None => tokio::time::sleep(time).await,
            Some(_) if time.is_zero() => {}
            Some(moved) => moved.sleep(time).await,
        }
    }

    /// Waits until `time`, or for ever. A standing clock leaps when all of those
    /// that are `flying` sleep: to whoever wakes first.
    pub(crate) async fn until(&self, time: Option<Timestamp>, flying: usize) {
        let Some(moved) = &self.0 else {
            let Some(time) = time else { return std::future::pending().await };
            let left = Duration::try_from(time.duration_since(Timestamp::now())).unwrap_or_default();
            // A sleep may end within the millisecond; a wait is never cut short.
            return tokio::time::sleep(left + Duration::from_millis(1)).await;
        };
        loop {
            let changed = moved.changed.notified();
            if moved.leap(time, flying) {
                return;
            }
            changed.await;
        }
    }

    /// The work, one at a time on a standing clock, in the order of these calls.
    pub(crate) fn in_turn<'a, T: Send + 'a>(&self, work: Work<'a, T>) -> Work<'a, T> {
        let Some(moved) = self.0.clone() else { return work };
        let turn = moved.state().queue();
        moved.next();
        Box::pin(async move {
            // The sender lives in the clock until it is that work's turn.
            let _ = turn.await;
            let _turn = Turn(moved);
            work.await
        })
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            None => f.write_str("Clock(the system's)"),
            Some(_) => write!(f, "Clock({})", self.now()),
        }
    }
}

/// The clock of this task.
pub fn ruling() -> Clock {
    RULING.try_with(Clock::clone).unwrap_or_default()
}

/// The time by the clock of this task.
pub fn now() -> Timestamp {
    ruling().now()
}

/// Waits so long by the clock of this task.
pub async fn sleep(time: Duration) {
    ruling().sleep(time).await;
}

/// Measures how long ago it was made, by the clock of the task that made it.
#[derive(Clone, Debug)]
pub struct Stopwatch {
    clock: Clock,
    since: Timestamp,
    /// What nobody who sets the system's clock can change.
    system: Instant,
}

impl Stopwatch {
    /// From now on.
    pub fn start() -> Stopwatch {
        let clock = ruling();
        Stopwatch { since: clock.now(), clock, system: Instant::now() }
    }

    /// How long ago that was.
    pub fn elapsed(&self) -> Duration {
        match &self.clock.0 {
            None => self.system.elapsed(),
            Some(_) => Duration::try_from(self.clock.now().duration_since(self.since)).unwrap_or_default(),
        }
    }
}

/// A clock that is moved on.
struct Moved {
    state: Mutex<State>,
    /// Somebody fell asleep.
    changed: Notify,
}

#[derive(Default)]
struct State {
    now: Timestamp,
    /// Whether somebody works.
    busy: bool,
    /// Those who wait for their turn.
    turns: VecDeque<oneshot::Sender<()>>,
    /// Those who sleep, by when they wake, and in which order they fell asleep.
    sleepers: BTreeMap<(Timestamp, u64), oneshot::Sender<()>>,
    slept: u64,
}

impl State {
    fn queue(&mut self) -> oneshot::Receiver<()> {
        let (turn, begins) = oneshot::channel();
        self.turns.push_back(turn);
        begins
    }
}

impl Moved {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the next one work, if nobody does.
    fn next(&self) {
        let mut state = self.state();
        while !state.busy
            && let Some(turn) = state.turns.pop_front()
        {
            // One that was given up is not there to hear it.
            state.busy = turn.send(()).is_ok();
        }
    }

    async fn sleep(&self, time: Duration) {
        let (wake, woken) = oneshot::channel();
        {
            let mut state = self.state();
            let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
            let at = state.now.checked_add(time).unwrap_or(Timestamp::MAX);
            state.slept += 1;
            let number = state.slept;
            state.sleepers.insert((at, number), wake);
            state.busy = false;
        }
        self.next();
        self.changed.notify_one();
        let _ = woken.await;
    }

    /// Leaps to the first who wakes, if all sleep; whether that is the caller.
    fn leap(&self, time: Option<Timestamp>, flying: usize) -> bool {
        let mut state = self.state();
        if state.sleepers.len() < flying {
            return false;
        }
        let first = state.sleepers.first_key_value().map(|((at, _), _)| *at);
        match (first, time) {
            (Some(first), time) if time.is_none_or(|time| first <= time) => {
                state.now = state.now.max(first);
                if let Some((_, wake)) = state.sleepers.pop_first() {
                    state.busy = wake.send(()).is_ok();
                }
                false
            }
            (_, Some(time)) => {
                state.now = state.now.max(time);
                true
            }
            _ => false,
        }
    }
}

/// Somebody's turn to work. It ends when this is dropped.
struct Turn(Arc<Moved>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.state().busy = false;
        self.0.next();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt;
    use futures_util::stream::FuturesUnordered;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn seconds(clock: &Clock) -> i64 {
        clock.now().as_second()
    }

    #[tokio::test]
    async fn hours_pass_at_once_and_those_who_wake_do_so_in_order() {
        let clock = Clock::standing_at(START);
        let seen = Mutex::new(Vec::new());
        let begun = Instant::now();
        let note = |name: &'static str| {
            let at = seconds(&clock);
            seen.lock().unwrap().push((name, at));
        };
        clock
            .rules(async {
                let flight = |name, wait| {
                    let note = &note;
                    let work: Work<'_, ()> = Box::pin(async move {
                        note(name);
                        sleep(Duration::from_secs(wait)).await;
                        note(name);
                    });
                    clock.in_turn(work)
                };
                let mut flights = FuturesUnordered::new();
                flights.push(flight("slow", 7200));
                flights.push(flight("quick", 60));
                flights.push(flight("idle", 0));
                let mut wake = Some(Timestamp::from_second(3600).unwrap());
                while !flights.is_empty() || wake.is_some() {
                    let flying = flights.len();
                    tokio::select! {
                        Some(()) = flights.next(), if !flights.is_empty() => {}
                        () = clock.until(wake, flying) => { note("runner"); wake = None; }
                    }
                }
            })
            .await;
        assert!(begun.elapsed() < Duration::from_secs(600));
        assert_eq!(
            *seen.lock().unwrap(),
            [
                ("slow", 0),
                ("quick", 0),
                ("idle", 0),
                ("idle", 0),
                ("quick", 60),
                ("runner", 3600),
                ("slow", 7200)
            ]
        );
    }

    #[tokio::test]
    async fn a_stopwatch_follows_the_clock_of_its_task() {
        let clock = Clock::standing_at(START);
        let watch = clock.rules(async { Stopwatch::start() }).await;
        clock.move_to(Timestamp::from_second(90).unwrap());
        clock.move_to(START);
        assert_eq!((watch.elapsed(), seconds(&clock)), (Duration::from_secs(90), 90));
        assert!(Stopwatch::start().elapsed() < Duration::from_secs(60));
        assert!(now() > Timestamp::from_second(1_700_000_000).unwrap());
    }

    #[tokio::test]
    async fn whoever_is_given_up_before_its_turn_holds_up_nobody() {
        let clock = Clock::standing_at(START);
        let first = clock.in_turn(Box::pin(async { 1 }));
        let second = clock.in_turn(Box::pin(async { 2 }));
        let third = clock.in_turn(Box::pin(async { 3 }));
        drop(second);
        assert_eq!((first.await, third.await), (1, 3));
    }
}
