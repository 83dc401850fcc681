//! A house in bad weather: random sequences of everything that people, runs,
//! networks and crashes do, and what must hold after each of them.
//!
//! The truth is what the networks have (`Log::live`); the journal has to arrive
//! at it. Whoever settles a doubt here looks first, and says what is there.

use super::fake::{House, Say};
use crate::plan::fixture::{again, plan, post};
use crate::plan::{Delivery, Event, EventKind, Plan, Standing, State, Step, StepKey};
use crate::publish::{self, revivals};
use crate::render::late;
use crate::store::Batch;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::{Notify, watch};

const RUNGS: [&str; 4] = ["blog", "tweet", "post", "mail"];
const STEPS: usize = 24;

/// Splitmix64: the same seed plays the same story.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }
}

struct Story {
    house: House,
    dice: Dice,
    /// Which words the message has by now.
    version: u32,
    told: Vec<String>,
}

impl Story {
    fn new(seed: u64) -> Story {
        Story { house: House::new(), dice: Dice(seed), version: 0, told: vec![format!("seed {seed}")] }
    }

    /// The message as it is now; `anew`: these rungs once more, as `--again` has it.
    fn plan(&self, anew: &[&str]) -> Plan {
        let v = self.version;
        let steps = [
            post("blog", &[], &[&format!("v{v}")]),
            post("tweet", &["blog"], &[&format!("v{v} see {}", late::token("blog", true))]),
            post("post", &["tweet"], &[&format!("v{v} one"), "two"]),
            post("mail", &["blog"], &[&format!("v{v} too")]),
        ];
        let standing = self.house.journal();
        let with_history = |step: Step| {
            let latest = standing.latest(&step.identity.account, &step.identity.message, &step.rung);
            let Some(latest) = latest else { return step };
            let happened = latest.state != State::Planned || latest.is_touched();
            let begins = anew.contains(&step.rung.as_str()) && happened;
            match latest.generation + u32::from(begins) {
                0 => step,
                generation => again(&step, generation),
            }
        };
        plan(steps.into_iter().map(with_history).collect())
    }

    /// What the networks are going to say.
    fn weather(&mut self) {
        for name in RUNGS {
            for _ in 0..self.dice.throw(4) {
                let say = match self.dice.throw(14) {
                    0..=3 => Say::Sent,
                    4 | 5 => Say::NotYet(Some(1)),
                    6 | 7 => Say::Refused,
                    8 => Say::Unknown,
                    9 | 10 => Say::Lost,
                    11 => Say::Mendable,
                    // A thread is pasted whole, and one that began in the outbox ends there.
                    12 if name != "post" => Say::ForAPerson,
                    _ => Say::Slow(1),
                };
                self.house.log(name).say(&[say]);
            }
            *self.house.log(name).lists.lock().unwrap() = self.dice.throw(3) == 0;
        }
    }

    /// One thing that somebody does.
    async fn step(&mut self) {
        self.weather();
        let rung = RUNGS[self.dice.throw(RUNGS.len())];
        let before = self.sent();
        match self.dice.throw(11) {
            0 | 1 => self.publish(&[], &[]).await,
            2 => self.publish(&[rung], &[]).await,
            3 => self.publish(&[rung], &[rung]).await,
            4 => self.publish(&[], &RUNGS).await,
            5..=7 => self.run().await,
            8 => self.settle_one(),
            9 => self.undo_one(),
            _ => {
                self.version += 1;
                self.told.push("edits".to_owned());
            }
        }
        self.check(&before);
    }

    async fn publish(&mut self, only: &[&str], anew: &[&str]) {
        let plan = self.plan(anew);
        self.house.only = only.iter().map(|name| (*name).to_owned()).collect();
        self.told.push(format!("publishes {only:?}, anew {anew:?}"));
        self.go(Some(plan)).await;
        self.house.only.clear();
    }

    async fn run(&mut self) {
        self.told.push("runs".to_owned());
        self.go(None).await;
    }

    /// Publishes, or runs the queue; may die whenever something has become durable.
    async fn go(&mut self, plan: Option<Plan>) {
        let dies = (self.dice.throw(4) == 0).then(|| 1 + self.dice.throw(8));
        let death = Arc::new(Notify::new());
        self.house.heard.events.clear();
        self.house.heard.die_after = dies.map(|count| (count, death.clone()));
        let standing = self.house.journal();
        let plans = match &plan {
            Some(plan) => vec![plan.clone()],
            None => self.house.store.queued(&standing, &mut |_| ()).unwrap(),
        };
        let (_stay, stop) = watch::channel(false);
        let (world, heard) = self.house.world();
        let died = tokio::select! {
            biased;
            () = death.notified() => true,
            ended = async {
                match plan {
                    Some(_) => publish::run(world, &plans, stop, heard).await,
                    None => publish::resume(world, &plans, stop, heard).await,
                }
            } => { ended.unwrap(); false }
        };
        if died {
            self.told.push(format!("  and dies after {dies:?} events"));
        }
        self.house.heard.die_after = None;
    }

    /// What is out of that part, by the network's own word.
    fn live(&self, key: &StepKey, part: u32, rung: &str) -> Vec<usize> {
        let log = self.house.log(rung);
        let live = log.live.lock().unwrap();
        live.iter().filter(|live| live.0 == *key && live.1 == part).map(|live| live.2).collect()
    }

    /// A person looks, and says what is there; or pastes what lies there, or does not want it.
    fn settle(&mut self, delivery: &Delivery) {
        let Some(part) = delivery.unsettled() else { return };
        let pastes = part.state == State::Waiting && self.dice.throw(3) > 0;
        if pastes {
            let log = self.house.log(&delivery.rung);
            let missing = (0..delivery.part_count)
                .filter(|part| self.live(&delivery.key, *part, &delivery.rung).is_empty());
            for part in missing.collect::<Vec<_>>() {
                let number = 1000 + log.live.lock().unwrap().len();
                log.live.lock().unwrap().push((delivery.key.clone(), part, number));
            }
        }
        let live = self.live(&delivery.key, part.part, &delivery.rung);
        let url = live.first().map(|number| format!("https://{}.example/{number}", delivery.rung));
        self.told.push(format!("settles {} {} as {url:?}", delivery.rung, delivery.generation));
        let kind = EventKind::Resolved { sent: url.is_some(), url, id: None, by: "grace".to_owned() };
        self.note(&delivery.key, kind);
    }

    fn settle_one(&mut self) {
        let standing = self.house.journal();
        let open = |delivery: &&Delivery| matches!(delivery.state, State::Unknown | State::Waiting);
        let open: Vec<&Delivery> = standing.deliveries.values().filter(open).collect();
        if !open.is_empty() {
            let chosen = self.dice.throw(open.len());
            self.settle(open[chosen]);
        }
    }

    /// What was pasted is not taken back: it is there.
    fn undo_one(&mut self) {
        let standing = self.house.journal();
        let said = |delivery: &&Delivery| {
            delivery
                .before
                .as_ref()
                .is_some_and(|before| before.state == State::Unknown || !delivery.is_out())
        };
        let said: Vec<&Delivery> = standing.deliveries.values().filter(said).collect();
        if !said.is_empty() {
            let key = said[self.dice.throw(said.len())].key.clone();
            self.told.push(format!("takes back {}", standing.deliveries[&key].rung));
            self.note(&key, EventKind::Reopened { by: "grace".to_owned() });
        }
    }

    /// As `ladder resolve` writes it.
    fn note(&mut self, key: &StepKey, kind: EventKind) {
        let mut events = vec![Event { at: Timestamp::now(), key: key.clone(), recipient: None, kind }];
        let mut standing = self.house.journal();
        standing.add(&events);
        let skipped = standing.deliveries.values().filter(|d| d.state == State::Skipped);
        let digests: BTreeSet<&String> = skipped.map(|delivery| &delivery.plan).collect();
        let plans: Vec<Plan> =
            digests.into_iter().filter_map(|digest| self.house.store.plan(digest).unwrap()).collect();
        events.extend(revivals(&plans, &standing, Timestamp::now()));
        self.house.store.commit(&Batch { plans: Vec::new(), events }).unwrap();
    }

    /// How many requests each channel has had.
    fn sent(&self) -> Vec<usize> {
        RUNGS.iter().map(|name| self.house.log(name).count()).collect()
    }

    fn fail(&self, why: &str) -> ! {
        let standing = self.house.journal();
        let states = standing.deliveries.values().map(|d| {
            format!("{} {} {:?} superseded {} {:?}", d.rung, d.generation, d.state, d.superseded, d.error)
        });
        panic!("{why}\n{}\n{}", self.told.join("\n"), states.collect::<Vec<_>>().join("\n"));
    }

    /// What holds at any time.
    fn check(&self, before: &[usize]) {
        let standing = self.house.journal();
        for delivery in standing.deliveries.values() {
            let which = format!("{} {}", delivery.rung, delivery.generation);
            for part in 0..delivery.part_count {
                let live = self.live(&delivery.key, part, &delivery.rung);
                if live.len() > 1 {
                    self.fail(&format!("{which} has part {part} live {} times", live.len()));
                }
                let known = delivery.part(part).map(|part| part.state);
                if known == Some(State::Sent) && live.is_empty() {
                    self.fail(&format!("{which} says that part {part} is out, and it is not"));
                }
                let doubted = matches!(known, Some(State::Unknown | State::Sent));
                if !live.is_empty() && !doubted {
                    self.fail(&format!("{which} has part {part} live, and says {known:?}"));
                }
            }
            if delivery.superseded && (delivery.is_open() || delivery.state == State::Planned) {
                self.fail(&format!("{which} was begun anew, and is {:?}", delivery.state));
            }
            // Who follows the advice to send it anew must not post it twice.
            let told_to_send_anew =
                delivery.state == State::Refused && !delivery.superseded && !delivery.is_broken_off();
            if told_to_send_anew && delivery.live().next().is_some() {
                self.fail(&format!("{which} is to be sent anew, and is partly live"));
            }
        }
        self.check_order(&standing, before);
    }

    /// What was sent in this step followed what it comes after, and spoke of its newest address.
    fn check_order(&self, standing: &Standing, before: &[usize]) {
        for (rung, after) in [("tweet", "blog"), ("post", "tweet"), ("mail", "blog")] {
            let at = RUNGS.iter().position(|name| *name == rung).unwrap();
            let log = self.house.log(rung);
            let sends = log.sends.lock().unwrap();
            for (_, part, _, text, _) in sends.iter().skip(before[at]) {
                let account = format!("fake:{after}");
                let all = standing.deliveries.values().filter(|d| d.account == account && d.is_out());
                let Some(newest) = all.max_by_key(|d| d.generation) else {
                    self.fail(&format!("{rung} went before {after} was out"));
                };
                let speaks = *part > 0 || rung != "tweet" || text.contains(newest.url().unwrap_or("?"));
                if !speaks {
                    self.fail(&format!("{rung} says {text}, and {after} is at {:?}", newest.url()));
                }
            }
        }
    }

    /// Everything works, everybody looks: then everything comes to its end.
    async fn fair_weather(&mut self) {
        self.told.push("the weather is fair".to_owned());
        for name in RUNGS {
            self.house.log(name).says.lock().unwrap().clear();
            *self.house.log(name).lists.lock().unwrap() = true;
        }
        for _ in 0..6 {
            let standing = self.house.journal();
            for delivery in standing.deliveries.values().filter(|d| d.state == State::Waiting) {
                self.settle(delivery);
            }
            let before = self.sent();
            let plan = self.plan(&[]);
            let standing = self.house.publish(&plan).await;
            if standing.deliveries != self.house.journal().deliveries {
                self.fail("memory and journal disagree");
            }
            self.house.run_queue().await;
            self.check(&before);
        }
        let standing = self.house.journal();
        let plan = self.plan(&[]);
        for delivery in standing.deliveries.values() {
            let which = format!("{} {}", delivery.rung, delivery.generation);
            let ended = delivery.is_dead() || delivery.is_out();
            if !ended {
                self.fail(&format!("{which} is {:?} for ever", delivery.state));
            }
            let step = plan.step(&delivery.rung).unwrap();
            let dead = |name: &String| {
                plan.step(name).and_then(|step| standing.awaited(step)).is_some_and(Delivery::is_dead)
            };
            let newest = delivery.key == step.key;
            if newest && delivery.state == State::Skipped && !step.after.iter().any(dead) {
                self.fail(&format!("{which} was skipped, and nothing stands in its way"));
            }
        }
        let before = self.sent();
        self.house.publish(&plan).await;
        self.house.run_queue().await;
        if self.sent() != before {
            self.fail("something is sent though all of it has ended");
        }
    }
}

async fn play(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut story = Story::new(seed);
        for _ in 0..STEPS {
            story.step().await;
        }
        story.fair_weather().await;
    }
}

#[tokio::test]
async fn whatever_happens_nothing_goes_twice_and_everything_ends() {
    play(0..16).await;
}

/// `LADDER_STORIES=10000` plays more of them.
#[tokio::test]
#[ignore = "takes a minute or two: run by .ci/run"]
async fn whatever_happens_for_a_long_time() {
    let stories = std::env::var("LADDER_STORIES").ok().and_then(|number| number.parse().ok());
    play(1000..1000 + stories.unwrap_or(500)).await;
}
