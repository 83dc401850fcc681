//! Channels that answer as told, and a house with a real store to run them in.

use crate::channel::{Attempt, Channel, Configured, Doing, Found, Posting, Ready, SendError, Whose};
use crate::diagnostic::Checked;
use crate::plan::{
    Delivery, Event, EventKind, Identity, Payload, PayloadPart, Plan, Receipt, Seen, Standing, State, Step,
    StepKey,
};
use crate::publish::{self, BeforeSend, Clock, Listener, Route, World};
use crate::render::{Defaults, Outlet, Variant, VariantKind};
use crate::store::{Batch, RunLock, Store, StoreError};
use crate::text::{Rules, Unit, network};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// What the next request is answered with. Without any: sent at once.
#[derive(Clone, Debug)]
pub(super) enum Say {
    Sent,
    NoUrl,
    Slow(u64),
    Refused,
    /// For want of a good token.
    Mendable,
    NotYet(Option<u64>),
    /// The account takes nothing more for so many milliseconds.
    TooMany(Option<u64>),
    Unknown,
    /// It is out, and the answer is lost.
    Lost,
    Panic,
    ForAPerson,
    /// To the question whose the credentials are: nothing about that.
    Unsaid,
    /// Never answers: the run is dropped meanwhile.
    Hang,
}

/// Recipient (or nobody), part, number of the attempt, text, when.
pub(super) type Sent = (Option<String>, u32, u32, String, Instant);

/// What a fake channel saw, and says.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub says: Mutex<VecDeque<Say>>,
    pub sends: Mutex<Vec<Sent>>,
    pub finds: Mutex<Vec<(Option<String>, u32)>>,
    pub found: Mutex<Option<Found>>,
    /// What is out: whose, which part, and the number of the request that made it.
    pub live: Mutex<Vec<(StepKey, u32, usize)>>,
    /// Whether the network's own list can be asked, and tells the truth.
    pub lists: Mutex<bool>,
    pub looks: Mutex<u32>,
    /// How often the page does not answer at first.
    pub silent: Mutex<u32>,
    pub live_within: Mutex<Option<Duration>>,
    pub ready: Mutex<Option<Ready>>,
    /// What the network says of the credentials; none: they are good.
    pub verdict: Mutex<Option<Say>>,
    pub limit: Mutex<Option<usize>>,
    /// By recipient.
    pub people: Mutex<BTreeMap<String, VecDeque<Say>>>,
    /// How the next preparations end; without any: at once, and well.
    pub prepares: Mutex<VecDeque<Say>>,
    /// Whether preparing takes requests of its own.
    pub uploads: Mutex<bool>,
    /// What the network calls the next things that are made and published then.
    pub makes: Mutex<VecDeque<&'static str>>,
    /// What each request that made, sent or looked was told was made before.
    pub told_made: Mutex<Vec<Option<String>>>,
    /// What is seen of what is out, and how many milliseconds that takes; none:
    /// nobody looks.
    pub seen: Mutex<Option<(Seen, u64)>>,
    /// Most in flight at the same time, and now.
    pub flying: Mutex<(usize, usize)>,
}

impl Log {
    pub fn count(&self) -> usize {
        self.sends.lock().unwrap().len()
    }

    pub fn say(&self, says: &[Say]) {
        self.says.lock().unwrap().extend(says.iter().cloned());
    }

    pub fn texts(&self) -> Vec<String> {
        self.sends.lock().unwrap().iter().map(|send| send.3.clone()).collect()
    }
}

#[derive(Debug)]
struct Fake {
    name: String,
    log: Arc<Log>,
}

fn of(variant: &Variant) -> Vec<String> {
    match variant {
        Variant::Post(post) => post.parts.iter().map(|part| part.text.clone()).collect(),
        Variant::Article(article) => vec![article.markdown.clone()],
        Variant::Mail(mail) => vec![mail.text.clone()],
    }
}

impl Channel for Fake {
    fn account(&self) -> String {
        format!("fake:{}", self.name)
    }
    fn kind(&self) -> VariantKind {
        VariantKind::Post
    }
    fn rules(&self) -> Rules {
        rules(*self.log.limit.lock().unwrap())
    }
    fn defaults(&self) -> Defaults {
        Defaults::default()
    }
    fn payload(&self, variant: &Variant, _: &Identity) -> Checked<Payload> {
        let texts = of(variant);
        Checked::good(crate::plan::fixture::payload(&texts.iter().map(String::as_str).collect::<Vec<_>>()))
    }
    fn ready<'a>(
        &'a self,
        _: &'a Path,
    ) -> std::pin::Pin<Box<dyn std::future::Future<Output = Ready> + Send + 'a>> {
        Box::pin(async { self.log.ready.lock().unwrap().clone().unwrap_or(Ready::Yes) })
    }
    fn verify<'a>(&'a self, _: &'a Path) -> Doing<'a, Whose> {
        let verdict = self.log.verdict.lock().unwrap().clone();
        Box::pin(async move {
            match verdict {
                None => Ok(Whose::Verified),
                Some(Say::Unsaid) => Ok(Whose::Unsaid("nobody told".to_owned())),
                Some(Say::Hang) => std::future::pending().await,
                Some(Say::Refused) => Err(SendError::Refused { says: "the token has expired".to_owned() }),
                Some(_) => Err(SendError::NotYet { says: "busy".to_owned(), wait: None }),
            }
        })
    }
    fn make<'a>(&'a self, _: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Option<String>> {
        self.log.told_made.lock().unwrap().push(attempt.made.clone());
        let made = self.log.makes.lock().unwrap().pop_front().map(str::to_owned);
        Box::pin(async move { Ok(attempt.made.clone().or(made)) })
    }
    fn prepare<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Posting<'a>> {
        let end = self.log.prepares.lock().unwrap().pop_front();
        Box::pin(async move {
            match end {
                None => Ok(self.send(part, attempt)),
                Some(Say::Hang) => std::future::pending().await,
                Some(Say::Panic) => panic!("as told"),
                Some(end) => Err(SendError::Unknown { cause: format!("{end:?}") }),
            }
        })
    }
    fn prepares(&self, _: &PayloadPart) -> bool {
        *self.log.uploads.lock().unwrap()
    }
    fn read_back<'a>(
        &'a self,
        _: &'a PayloadPart,
        _: &'a Receipt,
        _: &'a Attempt,
    ) -> Option<Doing<'a, Seen>> {
        let (seen, wait) = self.log.seen.lock().unwrap().clone()?;
        Some(Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(wait)).await;
            Ok(seen)
        }))
    }
    fn send<'a>(&'a self, part: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Receipt> {
        // It begins when it is first polled.
        Box::pin(async move {
            let person = attempt.identity.recipient.clone();
            let number = {
                let mut sends = self.log.sends.lock().unwrap();
                let text = part.body["text"].as_str().unwrap_or_default().to_owned();
                sends.push((person.clone(), attempt.part, attempt.number, text, Instant::now()));
                sends.len()
            };
            let say =
                match person.as_ref().and_then(|p| self.log.people.lock().unwrap().get_mut(p)?.pop_front()) {
                    Some(say) => say,
                    None => self.log.says.lock().unwrap().pop_front().unwrap_or(Say::Sent),
                };
            if matches!(say, Say::Panic) {
                panic!("as told");
            }
            if matches!(say, Say::Sent | Say::NoUrl | Say::Slow(_) | Say::Lost) {
                self.log.live.lock().unwrap().push((attempt.key.clone(), attempt.part, number));
            }
            {
                let mut flying = self.log.flying.lock().unwrap();
                flying.1 += 1;
                flying.0 = flying.0.max(flying.1);
            }
            if let Say::Slow(wait) = say {
                tokio::time::sleep(Duration::from_millis(wait)).await;
            } else if matches!(say, Say::Hang) {
                std::future::pending::<()>().await;
            } else {
                tokio::task::yield_now().await;
            }
            self.log.flying.lock().unwrap().1 -= 1;
            let url = (!matches!(say, Say::NoUrl)).then(|| format!("https://{}.example/{number}", self.name));
            match say {
                Say::Refused => Err(SendError::Refused { says: "no".to_owned() }),
                Say::Mendable => Err(SendError::Mendable { says: "no token".to_owned() }),
                Say::NotYet(wait) => {
                    Err(SendError::NotYet { says: "busy".to_owned(), wait: wait.map(Duration::from_millis) })
                }
                Say::TooMany(wait) => Err(SendError::TooMany {
                    says: "too many".to_owned(),
                    wait: wait.map(Duration::from_millis),
                }),
                Say::Unknown | Say::Lost => Err(SendError::Unknown { cause: "cut".to_owned() }),
                say => Ok(Receipt {
                    id: Some(number.to_string()),
                    url,
                    detail: None,
                    for_a_person: matches!(say, Say::ForAPerson),
                    altered: None,
                    sha256: None,
                    left: Vec::new(),
                }),
            }
        })
    }
    fn ids_last(&self) -> bool {
        true
    }
    fn find<'a>(&'a self, _: &'a PayloadPart, attempt: &'a Attempt) -> Doing<'a, Found> {
        let asked = (attempt.identity.recipient.clone(), attempt.part);
        self.log.finds.lock().unwrap().push(asked);
        self.log.told_made.lock().unwrap().push(attempt.made.clone());
        let mut found = self.log.found.lock().unwrap().clone();
        if *self.log.lists.lock().unwrap() {
            let live = self.log.live.lock().unwrap();
            let there = live.iter().find(|(key, part, _)| (key, *part) == (&attempt.key, attempt.part));
            found = Some(match there {
                Some((_, _, number)) => Found::Sent(Receipt {
                    id: Some(number.to_string()),
                    url: Some(format!("https://{}.example/{number}", self.name)),
                    ..Receipt::default()
                }),
                None => Found::Absent,
            });
        }
        Box::pin(async move { Ok(found.unwrap_or(Found::CannotTell("no list".to_owned()))) })
    }
    fn live_within(&self) -> Option<Duration> {
        *self.log.live_within.lock().unwrap()
    }
    fn live<'a>(&'a self, _: &'a str) -> Doing<'a, bool> {
        *self.log.looks.lock().unwrap() += 1;
        let mut silent = self.log.silent.lock().unwrap();
        let answers = *silent == 0;
        *silent = silent.saturating_sub(1);
        Box::pin(async move { Ok(answers) })
    }
}

fn rules(limit: Option<usize>) -> Rules {
    Rules {
        network: "fake",
        limit,
        unit: Unit::CodePoint,
        threads: true,
        images: 4,
        card_with_images: false,
        ..network::UNKNOWN
    }
}

fn configured(name: &str, log: Arc<Log>) -> Configured {
    let outlet = Outlet {
        channel: name.to_owned(),
        adapter: "fake".to_owned(),
        kind: VariantKind::Post,
        rules: rules(None),
        defaults: Defaults::default(),
        language: "en".to_owned(),
        source: name.to_owned(),
        medium: "social".to_owned(),
        from: None,
        content_warning: None,
    };
    let channel = Box::new(Fake { name: name.to_owned(), log });
    Configured::bare("fake", channel, outlet)
}

/// Hears everything.
#[derive(Default)]
pub(super) struct Heard {
    pub events: Vec<Event>,
    pub doings: Vec<String>,
    pub says: Vec<String>,
    /// Set to true by the first intent.
    pub stop: Option<watch::Sender<bool>>,
    /// Told after so many events: the run dies at its next breath.
    pub die_after: Option<(usize, Arc<tokio::sync::Notify>)>,
}

impl Listener for Heard {
    fn event(&mut self, event: &Event) {
        self.events.push(event.clone());
        if let (EventKind::Intent { .. }, Some(stop)) = (&event.kind, &self.stop) {
            let _ = stop.send(true);
        }
        if let Some((count, death)) = &self.die_after
            && self.events.len() == *count
        {
            death.notify_one();
        }
    }
    fn doing(&mut self, step: &Step, what: &str) {
        self.doings.push(format!("{}: {what}", step.rung));
    }
    fn says(&mut self, line: &str) {
        self.says.push(line.to_owned());
    }
}

/// A house with channels `blog`, `tweet`, `post`, `mail` and an outbox.
pub(super) struct House {
    /// Taken when something is first sent.
    pub lock: Option<RunLock>,
    pub folder: tempfile::TempDir,
    pub store: Store,
    pub channels: BTreeMap<String, Configured>,
    pub logs: BTreeMap<String, Arc<Log>>,
    pub outbox: Configured,
    pub outbox_log: Arc<Log>,
    pub routes: BTreeMap<String, Route>,
    pub resting: BTreeSet<StepKey>,
    pub only: Vec<String>,
    pub deadline: publish::Deadline,
    pub clock: Clock,
    pub heard: Heard,
    pub before_send: Option<BeforeSend>,
}

impl House {
    pub fn new() -> House {
        House::with(&["blog", "tweet", "post", "mail"])
    }

    pub fn with(names: &[&str]) -> House {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(&folder.path().join(".ladder/ladder.db")).unwrap();
        let logs: BTreeMap<String, Arc<Log>> =
            names.iter().map(|name| ((*name).to_owned(), Arc::default())).collect();
        let channels = logs.iter().map(|(n, log)| (n.clone(), configured(n, log.clone()))).collect();
        let outbox_log: Arc<Log> = Arc::default();
        House {
            lock: None,
            folder,
            store,
            channels,
            outbox: configured("outbox", outbox_log.clone()),
            outbox_log,
            resting: BTreeSet::new(),
            routes: logs.keys().map(|name| (name.clone(), Route::Network)).collect(),
            logs,
            only: Vec::new(),
            deadline: publish::Deadline::after(Duration::from_secs(3600)),
            clock: Clock::system(),
            heard: Heard::default(),
            before_send: None,
        }
    }

    pub fn log(&self, name: &str) -> Arc<Log> {
        self.logs[name].clone()
    }

    pub fn world(&mut self) -> (World<'_>, &mut Heard) {
        if self.lock.is_none() {
            self.lock = Some(self.store.lock_for_sending().unwrap());
        }
        let world = World {
            store: &mut self.store,
            channels: &self.channels,
            routes: self.routes.clone(),
            resting: self.resting.clone(),
            outbox: &self.outbox,
            clock: self.clock.clone(),
            project: self.folder.path().to_owned(),
            zone: TimeZone::UTC,
            early: false,
            only: self.only.clone(),
            deadline: self.deadline.clone(),
            closely: false,
            before_send: self.before_send.as_ref(),
        };
        (world, &mut self.heard)
    }

    pub async fn try_publish(&mut self, plan: &Plan) -> Result<Standing, StoreError> {
        let (_stay, stop) = watch::channel(false);
        let (world, heard) = self.world();
        publish::run(world, std::slice::from_ref(plan), stop, heard).await
    }

    pub async fn publish(&mut self, plan: &Plan) -> Standing {
        self.try_publish(plan).await.unwrap()
    }

    /// What `ladder run` does: what is queued, and no more than was taken up.
    pub async fn run_queue(&mut self) -> Standing {
        let standing = Standing::fold(&self.store.events().unwrap(), false);
        let plans = self.store.queued(&standing, &mut |_| ()).unwrap();
        let (_stay, stop) = watch::channel(false);
        let (world, heard) = self.world();
        publish::resume(world, &plans, stop, heard).await.unwrap()
    }

    /// Starts a publish, and dies after `wait`.
    pub async fn die_while_publishing(&mut self, plan: &Plan, wait: u64) {
        let work = self.try_publish(plan);
        let ended = tokio::time::timeout(Duration::from_millis(wait), work).await;
        assert!(ended.is_err(), "it was to die before its end");
    }

    /// Starts a publish, and dies once `count` events are durable. Whether it
    /// came to that.
    pub async fn die_after_events(&mut self, plan: &Plan, count: usize) -> bool {
        let death = Arc::new(tokio::sync::Notify::new());
        self.heard.die_after = Some((count, death.clone()));
        let died = tokio::select! {
            biased;
            () = death.notified() => true,
            _ = self.try_publish(plan) => false,
        };
        self.heard.die_after = None;
        died
    }

    pub fn add(&mut self, events: Vec<Event>) {
        self.store.commit(&Batch { plans: Vec::new(), events }).unwrap();
    }

    /// What the journal says, as another process would read it.
    pub fn journal(&self) -> Standing {
        Standing::fold(&self.store.events().unwrap(), false)
    }
}

pub(super) fn state(standing: &Standing, plan: &Plan, rung: &str) -> State {
    delivery(standing, plan, rung).state
}

pub(super) fn delivery<'a>(standing: &'a Standing, plan: &Plan, rung: &str) -> &'a Delivery {
    &standing.deliveries[&plan.step(rung).unwrap().key]
}
