//! Bad days, drawn by a seed: networks that fail in every way, programs that
//! die, two at once, clocks that jump, words that are edited, and an operator
//! who tells the truth. Whatever happened: nothing twice, nothing lost.

use crate::answers::faults;
use crate::judge::{judge, live, no_secret_told, to_the_end};
use crate::many::{Dice, all, number};
use crate::shim::{Action, Class, at, is_here};
use crate::world::{RUNGS, World, networks_and};
use jiff::SignedDuration;
use ladder::rehearsal::Upon;
use std::time::Duration;

const PUBLISH: [&str; 5] = ["publish", "m", "--yes", "--format", "json"];

/// What may happen on such a day.
#[derive(Clone, Copy, Debug)]
struct Weather {
    kills: bool,
    clocks: bool,
}

/// One day, by its seed alone.
fn day(seed: u64, weather: Weather) {
    let mut dice = Dice::new(seed);
    let lag = [0, 0, 20, 600][usize::try_from(dice.roll(4)).unwrap()];
    let world = World::with(crate::smtp::Server::good(), |mut settings| {
        settings.lag = Duration::from_secs(lag);
        settings
    });
    // Now and then all of it; mostly two channels, for the days to be short.
    if dice.roll(4) > 0 {
        let first = *dice.one_of(&networks_and(&[]));
        let second = *dice.one_of(&networks_and(&["feed", "news", "file", "post"]));
        if dice.roll(2) == 0 { world.only(&["blog", first, second]) } else { world.only(&[first, second]) }
    }
    let mut story = vec![format!("lists are {lag} s behind")];
    let (mut all_out, mut messages) = (true, vec!["m"]);
    for _ in 0..2 + dice.roll(5) {
        all_out &= something(&world, &mut dice, weather, &mut messages, &mut story);
        let told = tell(seed, weather, &story);
        for rung in RUNGS.iter() {
            for mark in rung.marks.iter().flat_map(|mark| messages.iter().map(move |m| format!("{mark}-{m}")))
            {
                assert!(live(&world, rung.name, &mark).count <= 1, "TWICE: {mark}: {told}");
            }
        }
    }
    let told = tell(seed, weather, &story);
    // The clock is put right at last.
    world.clock.put(-world.clock.wrong());
    for message in &messages[1..] {
        world.run(&["schedule", message]);
    }
    for _ in 0..6 {
        let ended = world.run(&["run", "--format", "json"]);
        assert!(ended.code().is_some(), "{told}");
        world.clock.pass(SignedDuration::from_mins(61));
    }
    to_the_end(&world, &messages, all_out, &told);
    if seed.is_multiple_of(16) {
        no_secret_told(&world, &told);
    }
}

fn tell(seed: u64, weather: Weather, story: &[String]) -> String {
    let which = match (weather.kills, weather.clocks) {
        (false, _) => "answers",
        (true, false) => "kills",
        (true, true) => "clocks",
    };
    format!(
        "\nto repeat it: LADDER_SEED={seed} cargo test --test faults schedules::{which} -- --ignored --nocapture\n{}",
        story.join("\n")
    )
}

/// One thing that happens; whether what it breaks mends itself.
fn something(
    world: &World,
    dice: &mut Dice,
    weather: Weather,
    messages: &mut Vec<&str>,
    story: &mut Vec<String>,
) -> bool {
    let point = |dice: &mut Dice| {
        let class = *dice.one_of(&Class::ALL);
        let action = *dice.one_of(&[Action::KillBefore, Action::KillAfter, Action::KillTorn]);
        at(class, 1 + dice.roll(60), action)
    };
    match dice.roll(if weather.clocks { 12 } else { 10 }) {
        0..3 => {
            let rung = *dice.one_of(&networks_and(&[]));
            let (fault, mends) = dice.one_of(&faults()).clone();
            let upon = if dice.roll(3) == 0 { Upon::Any } else { Upon::Publishing };
            story.push(format!("{rung}: {fault:?} upon {upon:?}"));
            world.network(rung).order_upon(upon, fault);
            return mends;
        }
        3..5 => {
            let points = if weather.kills && dice.roll(2) == 0 { vec![point(dice)] } else { Vec::new() };
            let ended = world.run_with(&PUBLISH, &points);
            let points: Vec<String> = points.iter().map(ToString::to_string).collect();
            story.push(format!("publish m {points:?} ends with {:?}", ended.code()));
        }
        5 => {
            let points = if weather.kills && dice.roll(2) == 0 { vec![point(dice)] } else { Vec::new() };
            let ended = world.run_with(&["run", "--format", "json"], &points);
            let points: Vec<String> = points.iter().map(ToString::to_string).collect();
            story.push(format!("run {points:?} ends with {:?}", ended.code()));
        }
        6 => {
            let points = if weather.kills && dice.roll(2) == 0 { vec![point(dice)] } else { Vec::new() };
            let (one, two) = (world.begin(&PUBLISH, &points), world.begin(&["run", "--format", "json"], &[]));
            let codes = (one.ends().code(), two.ends().code());
            let points: Vec<String> = points.iter().map(ToString::to_string).collect();
            story.push(format!("two at once {points:?} end with {codes:?}"));
        }
        7 => {
            let minutes = *dice.one_of(&[1, 10, 31, 120, 1500]);
            story.push(format!("{minutes} min pass"));
            world.clock.pass(SignedDuration::from_mins(minutes));
        }
        8 => {
            let words = *dice.one_of(&["It landed.", "It landed. Mended.", "It landed, they say."]);
            story.push(format!("the message is edited: {words}"));
            world.message("m", words);
        }
        9 if messages.len() == 1 => {
            story.push("a second message is scheduled".to_owned());
            world.message("n", "Another one.");
            world.run(&["schedule", "n", "--format", "json"]);
            messages.push("n");
        }
        9 => {
            let ended = world.publish();
            let found = judge(world, &ended, &world.status(), messages, &story.join("\n"));
            story.push(format!("the operator tells the truth of {} doubts", found.doubts.len()));
            for doubt in found.doubts {
                let mut arguments = vec!["resolve", &doubt.key[..]];
                match &doubt.live {
                    Some(Some(url)) => arguments.extend(["--sent", url]),
                    Some(None) => arguments.push("--sent"),
                    None => arguments.push("--not-sent"),
                }
                world.run(&arguments);
            }
        }
        _ => {
            let hours = *dice.one_of(&[-24, -1, 1, 24]);
            story.push(format!("the machine's clock is put by {hours} h"));
            world.clock.put(SignedDuration::from_hours(hours));
        }
    }
    true
}

fn days(many: u64, weather: Weather) {
    if !is_here() {
        return;
    }
    let seeds: Vec<u64> = match number("LADDER_SEED") {
        Some(seed) => vec![seed],
        None => (1..=many).collect(),
    };
    all(&seeds, |seed| day(*seed, weather));
    eprintln!("{} schedules", seeds.len());
}

#[test]
fn a_few_days() {
    days(4, Weather { kills: true, clocks: false });
}

/// Networks fail; nobody dies.
#[test]
#[ignore = "minutes: run by .ci/run"]
fn answers() {
    days(number("LADDER_FAULTS").unwrap_or(400), Weather { kills: false, clocks: false });
}

/// Networks fail, programs die.
#[test]
#[ignore = "minutes: run by .ci/run"]
fn kills() {
    days(number("LADDER_FAULTS").unwrap_or(400), Weather { kills: true, clocks: false });
}

/// And the machine's clock is wrong.
#[test]
#[ignore = "minutes: run by .ci/run"]
fn clocks() {
    days(number("LADDER_FAULTS").unwrap_or(200), Weather { kills: true, clocks: true });
}
