//! Plans from ladders as people write them.

use crate::diagnostic::{Checked, Severity};
use crate::ladder::{Ladder, Message, MessageFiles, Project, parse_ladder, parse_message, parse_project};
use crate::plan::fixture::{event, intent, pasted, payload, planned, receipt};
use crate::plan::make::Materials;
use crate::plan::{Draft, Event, Plan, Standing, StepKey, Tracking, Wish, make};
use crate::render::{Part, Post, Variant};
use crate::source::Sources;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

const T: &str = "2026-12-01T08:00:00Z";
const LADDER: &str = "
    [rungs.blog]
    channel = \"blog\"
    [rungs.tweet]
    channel = \"x\"
    after = \"blog\"
    delay = \"1h\"
    at = \"next day 9:00\"
    window = \"6h\"
";

struct House {
    sources: Sources,
    project: Project,
    ladder: Ladder,
    message: Message,
    events: Vec<Event>,
    text: String,
    account: Option<String>,
    renamed_from: Vec<String>,
    owner: Option<String>,
    owners: BTreeMap<StepKey, String>,
}

impl House {
    fn new(ladder: &str) -> House {
        let mut sources = Sources::new();
        let project = "[brand]\nname = \"Acme\"\ntimezone = \"Europe/Berlin\"\n\
                       [channels.blog]\nadapter = \"fake\"\n[channels.x]\nadapter = \"fake\"\n";
        let project = sources.add("ladder.toml", project);
        let project = parse_project(&sources, project, &["fake"]).value.unwrap();
        let id = sources.add("content-ladders/launch.toml", ladder);
        let ladder = parse_ladder(&sources, id, "launch").value.unwrap();
        let text =
            "+++\nid = \"rocket\"\ntitle = \"Rocket\"\npublish_at = \"2026-12-01 09:00\"\n+++\nIt landed.\n";
        let master = sources.add("messages/rocket.md", text);
        let files = MessageFiles {
            default_id: "rocket".to_owned(),
            folder: "messages".to_owned(),
            master,
            others: Vec::new(),
        };
        let message = parse_message(&sources, &files, &project.brand).value.unwrap();
        House {
            sources,
            project,
            ladder,
            message,
            events: Vec::new(),
            text: "words".to_owned(),
            account: None,
            renamed_from: Vec::new(),
            owner: None,
            owners: BTreeMap::new(),
        }
    }

    /// Makes the plan of the house, each rung to the account `fake:CHANNEL`.
    fn make(&self, wish: &Wish) -> Checked<Plan> {
        let draft = |rung: &crate::ladder::Rung| Draft {
            rung: rung.name.value.clone(),
            channel: rung.channel.value.clone(),
            adapter: "fake".to_owned(),
            account: self.account.clone().unwrap_or_else(|| format!("fake:{}", rung.channel.value)),
            renamed_from: self.renamed_from.clone(),
            owner: self.owner.clone(),
            variant: Variant::Post(Post {
                parts: vec![Part { text: self.text.clone(), links: Vec::new(), media: Vec::new() }],
                card: None,
                first_comment: None,
                url_reserve: 80,
                language: String::new(),
            }),
            payload: payload(&[&self.text]),
            tracking: Tracking::default(),
            recipients: Vec::new(),
        };
        let drafts: Vec<Draft> = self.ladder.rungs.iter().map(draft).collect();
        let standing = Standing::fold(&self.events, false);
        let materials = Materials {
            sources: &self.sources,
            project: &self.project,
            ladder: &self.ladder,
            message: &self.message,
            drafts: &drafts,
            standing: &standing,
            owners: &self.owners,
            store: "01STORE",
            zone: &TimeZone::get("Europe/Berlin").unwrap(),
        };
        make(&materials, wish)
    }

    fn plan(&self) -> Plan {
        self.make(&Wish::default()).value.unwrap()
    }

    /// The rung of the plan was taken up and is out.
    fn send(&mut self, plan: &Plan, rung: &str) {
        let step = plan.step(rung).unwrap();
        self.events.push(planned(plan, step, T));
        self.events.push(event(step, T, intent(0)));
        self.events.push(event(step, T, receipt(0, Some("https://a.example/"))));
    }

    /// The same house and history, another ladder.
    fn with_ladder(&self, ladder: &str) -> House {
        House { events: self.events.clone(), ..House::new(ladder) }
    }
}

fn rules(checked: &Checked<Plan>) -> Vec<&'static str> {
    checked.problems.iter().map(|problem| problem.rule).collect()
}

fn again(only: &[&str]) -> Wish {
    Wish { only: only.iter().map(|name| (*name).to_owned()).collect(), again: Some("a typo".to_owned()) }
}

#[test]
fn a_plan_holds_order_times_and_keys_and_comes_back_from_a_file() {
    let plan = House::new(LADDER).plan();
    assert_eq!(plan.publish_at, Some("2026-12-01T08:00:00Z".parse().unwrap()));
    assert_eq!(plan.zone, "Europe/Berlin");
    let tweet = plan.step("tweet").unwrap();
    assert_eq!(tweet.after, ["blog"]);
    assert_eq!(tweet.gate.at.as_deref(), Some("next day 09:00"));
    assert_eq!(tweet.gate.delay, Some(jiff::SignedDuration::from_hours(1)));
    assert_eq!(Plan::read(&serde_json::to_string(&plan).unwrap()).unwrap(), plan);
    assert_eq!(House::new(LADDER).plan(), plan, "the same files give the same bytes");
}

#[test]
fn what_is_out_keeps_its_key_and_other_words_are_told() {
    let mut house = House::new(LADDER);
    let first = house.plan();
    house.send(&first, "blog");
    assert_eq!(house.plan(), first);
    house.text = "other words".to_owned();
    let checked = house.make(&Wish::default());
    assert_eq!(rules(&checked), ["edited-after-sending"]);
    assert_eq!(checked.problems[0].severity, Severity::Note);
    let second = checked.value.unwrap();
    assert_eq!(second.step("blog").unwrap().key, first.step("blog").unwrap().key);
}

#[test]
fn of_what_is_half_out_in_other_words_it_is_told_what_goes_and_what_can_be_done() {
    let mut house = House::new(LADDER);
    let first = house.plan();
    let blog = first.step("blog").unwrap();
    let mut taken_up = planned(&first, blog, T);
    if let crate::plan::EventKind::Planned { parts, .. } = &mut taken_up.kind {
        *parts = 3;
    }
    house.events.extend([taken_up, event(blog, T, intent(0)), event(blog, T, receipt(0, None))]);
    assert!(house.make(&Wish::default()).problems.is_empty());
    house.text = "other words".to_owned();
    let checked = house.make(&Wish::default());
    assert_eq!(
        (rules(&checked), checked.problems[0].severity),
        (vec!["edited-after-sending"], Severity::Note)
    );
    assert_eq!(
        checked.problems[0].message,
        "`blog` is half out in other words (1 of 3 sent): what is left of it goes out in those, and nothing of it a \
         second time"
    );
    let hint = format!("{:?}", checked.problems[0]);
    assert!(hint.contains("delete what is live") && hint.contains(&blog.key.0[..10]), "{hint}");
    assert_eq!(checked.value.unwrap().step("blog").unwrap().key, blog.key);
}

#[test]
fn again_begins_a_generation_of_what_has_happened_and_of_nothing_else() {
    let mut house = House::new(LADDER);
    let first = house.plan();
    house.send(&first, "blog");
    let generations = |house: &House, wish: &Wish| {
        let plan = house.make(wish).value.unwrap();
        ["blog", "tweet"].map(|rung| plan.step(rung).unwrap().identity.generation)
    };
    assert_eq!(generations(&house, &again(&[])), [1, 0]);
    assert_eq!(generations(&house, &again(&["tweet"])), [0, 0]);
    let second = house.make(&again(&[])).value.unwrap();
    assert_eq!(second.step("blog").unwrap().reason.as_deref(), Some("a typo"));
    house.send(&second, "blog");
    assert_eq!(generations(&house, &Wish::default()), [1, 0], "without a reason nothing begins anew");
    assert_eq!(generations(&house, &again(&["blog"])), [2, 0]);
}

#[test]
fn a_renamed_rung_is_refused_until_somebody_says_what_is_meant() {
    let mut house = House::new(LADDER);
    let first = house.plan();
    house.send(&first, "tweet");
    let renamed = LADDER.replace("rungs.tweet", "rungs.short");
    let silent = house.with_ladder(&renamed).make(&Wish::default());
    assert_eq!(rules(&silent), ["vanished-rung"]);
    assert!(silent.has_errors());
    assert!(silent.problems[0].hint.as_deref().unwrap().contains("renamed_from = \"tweet\""));

    let told = house.with_ladder(&renamed.replace("after =", "renamed_from = \"tweet\"\n    after ="));
    let plan = told.make(&Wish::default());
    assert!(rules(&plan).is_empty(), "{:?}", plan.problems);
    let step = plan.value.unwrap().step("short").cloned().unwrap();
    assert_eq!(step.key, first.step("tweet").unwrap().key);
    assert_eq!((step.rung.as_str(), step.identity.rung.as_str()), ("short", "tweet"));

    let anew = house.with_ladder(&renamed).make(&again(&[]));
    assert!(!anew.has_errors(), "{:?}", anew.problems);
    assert_eq!(anew.value.unwrap().step("short").unwrap().identity.generation, 1);
}

/// One rung that has gone to `facebook:Acme Rockets`, which is page 12.
fn on_a_page() -> (House, Plan) {
    let mut house = House::new("[rungs.post]\nchannel = \"x\"\n");
    house.account = Some("facebook:Acme Rockets".to_owned());
    house.owner = Some("page 12".to_owned());
    let first = house.plan();
    house.send(&first, "post");
    house.owners.insert(first.steps[0].key.clone(), "page 12".to_owned());
    (house, first)
}

#[test]
fn letter_case_and_an_at_sign_make_no_other_account() {
    let (mut house, first) = on_a_page();
    for spelling in ["facebook:acme rockets", "facebook:@ACME ROCKETS"] {
        house.account = Some(spelling.to_owned());
        let made = house.make(&Wish::default());
        assert!(rules(&made).is_empty(), "{spelling}: {:?}", made.problems);
        let step = &made.value.unwrap().steps[0];
        assert_eq!(step.key, first.steps[0].key, "{spelling}");
        assert_eq!(step.identity, first.steps[0].identity, "the key is that of the journal");
    }
    // The next generation follows under the journal's spelling too.
    let anew = house.make(&again(&[])).value.unwrap();
    assert_eq!(
        (anew.steps[0].identity.generation, anew.steps[0].identity.account.as_str()),
        (1, "facebook:Acme Rockets")
    );
}

#[test]
fn another_name_of_the_same_page_is_asked_about() {
    let (mut house, first) = on_a_page();
    house.account = Some("facebook:Acme Inc.".to_owned());
    let asked = house.make(&Wish::default());
    assert_eq!(rules(&asked), ["renamed-account"]);
    assert!(asked.has_errors());
    let hint = asked.problems[0].hint.as_deref().unwrap();
    assert!(hint.contains("renamed_from = \"Acme Rockets\"") && hint.contains("--again"), "{hint}");
    assert!(!house.make(&again(&[])).has_errors());
    house.renamed_from = vec!["facebook:acme rockets".to_owned()];
    let told = house.make(&Wish::default());
    assert!(rules(&told).is_empty(), "{:?}", told.problems);
    assert_eq!(told.value.unwrap().steps[0].key, first.steps[0].key);
    // Another page is another account.
    (house.renamed_from, house.owner) = (Vec::new(), Some("page 13".to_owned()));
    let elsewhere = house.make(&Wish::default());
    assert!(rules(&elsewhere).is_empty(), "{:?}", elsewhere.problems);
    assert_ne!(elsewhere.value.unwrap().steps[0].key, first.steps[0].key);
}

#[test]
fn what_went_out_as_another_account_of_the_same_channel_is_told() {
    let mut house = House::new("[rungs.post]\nchannel = \"x\"\n");
    house.account = Some("x:acmerockets".to_owned());
    let first = house.plan();
    assert!(rules(&house.make(&Wish::default())).is_empty());
    house.account = Some("x:acme".to_owned());
    // Nothing of it was out: nothing is sent twice.
    assert!(rules(&house.make(&Wish::default())).is_empty());
    house.send(&first, "post");
    let told = house.make(&Wish::default());
    assert_eq!(rules(&told), ["another-account"]);
    assert!(!told.has_errors());
    assert_ne!(told.value.unwrap().steps[0].key, first.steps[0].key);
    assert!(told.problems[0].hint.as_deref().unwrap().contains("renamed_from = \"acmerockets\""));
    assert!(rules(&house.make(&again(&[]))).is_empty());
    house.renamed_from = vec!["x:acmerockets".to_owned()];
    assert!(rules(&house.make(&Wish::default())).is_empty());
}

#[test]
fn another_page_under_the_same_name_is_told_and_not_taken_for_other_words() {
    let (mut house, first) = on_a_page();
    (house.owner, house.text) = (Some("page 13".to_owned()), "bound for page 13".to_owned());
    let made = house.make(&Wish::default());
    assert_eq!(rules(&made), ["another-owner"]);
    assert!(made.problems[0].message.contains("went to page 12"), "{:?}", made.problems);
    assert_eq!(made.value.unwrap().steps[0].key, first.steps[0].key);
    assert!(rules(&house.make(&again(&[]))).is_empty());
}

#[test]
fn two_rungs_to_one_account_are_no_vanished_rung() {
    let both = format!("{LADDER}\n[rungs.update]\nchannel = \"x\"\nafter = \"tweet\"\n");
    let mut house = House::new(&both);
    let plan = house.plan();
    house.send(&plan, "tweet");
    assert!(rules(&house.make(&Wish::default())).is_empty());
    // Another account was never reached.
    let moved = house.with_ladder(&LADDER.replace("\"x\"", "\"blog\""));
    assert!(rules(&moved.make(&Wish::default())).is_empty());
}

#[test]
fn what_waits_for_a_person_counts_as_having_reached_the_account() {
    let mut house = House::new(LADDER);
    let plan = house.plan();
    let step = plan.step("tweet").unwrap();
    house.events = vec![planned(&plan, step, T), event(step, T, intent(0)), event(step, T, pasted(0))];
    let renamed = house.with_ladder(&LADDER.replace("rungs.tweet", "rungs.short"));
    assert_eq!(rules(&renamed.make(&Wish::default())), ["vanished-rung"]);
    // What was only planned has reached nobody.
    house.events.truncate(1);
    let renamed = house.with_ladder(&LADDER.replace("rungs.tweet", "rungs.short"));
    assert!(rules(&renamed.make(&Wish::default())).is_empty());
}

#[test]
fn a_rung_that_is_not_there_is_named_with_its_nearest() {
    let wish = Wish { only: vec!["twet".to_owned()], again: None };
    let checked = House::new(LADDER).make(&wish);
    assert_eq!(rules(&checked), ["unknown-rung"]);
    assert_eq!(checked.problems[0].hint.as_deref(), Some("did you mean `tweet`?"));
}

#[test]
fn two_rungs_cannot_claim_the_same_past() {
    let mut house = House::new(LADDER);
    let plan = house.plan();
    house.send(&plan, "tweet");
    let twice = "
        [rungs.a]
        channel = \"x\"
        renamed_from = \"tweet\"
        [rungs.b]
        channel = \"x\"
        renamed_from = \"tweet\"
    ";
    let checked = house.with_ladder(twice).make(&Wish::default());
    assert_eq!(rules(&checked), ["renamed-from"]);
    assert_eq!(checked.value.unwrap().steps.len(), 1);
}

#[test]
fn an_earlier_try_that_may_be_out_is_told_before_another_and_after_it() {
    let mut house = House::new(LADDER);
    let first = house.plan();
    let blog = first.step("blog").unwrap();
    house.events.extend([planned(&first, blog, T), event(blog, T, intent(0))]);
    assert!(house.make(&Wish::default()).problems.is_empty(), "its own doubt is told by the status");
    let checked = house.make(&again(&["blog"]));
    assert_eq!(rules(&checked), ["earlier-unknown"]);
    assert_eq!(checked.problems[0].severity, Severity::Warning);
    assert!(checked.problems[0].message.ends_with("sent anew, it may be out twice"));
    let second = checked.value.unwrap();
    let blog = second.step("blog").unwrap();
    house.events.extend([planned(&second, blog, T), event(blog, T, intent(0))]);
    house.events.push(event(blog, T, receipt(0, None)));
    let checked = house.make(&Wish::default());
    assert_eq!(rules(&checked), ["earlier-unknown"]);
    assert!(checked.problems[0].hint.as_ref().unwrap().contains(&first.step("blog").unwrap().key.0[..10]));
}
