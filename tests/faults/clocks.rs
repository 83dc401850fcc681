//! Clocks that are wrong, and hours that come twice or not at all.

use crate::judge::{judge, live, to_the_end};
use crate::many::{all, every};
use crate::shim::{Action, Class, at, is_here};
use crate::world::{RUNGS, World, networks_and};
use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ladder::rehearsal::Fault;
use std::time::Duration;

const PUBLISH: [&str; 5] = ["publish", "m", "--yes", "--format", "json"];
const DAY: i64 = 86_400;

/// The clock jumps in the middle of a run, and is put right later, or not.
fn jumps(number: u64, class: Class, seconds: i64, mended: bool) {
    let world = World::new();
    let told = format!("the clock jumps by {seconds} s at {class:?} {number}, put right: {mended}");
    world.run_with(&PUBLISH, &[at(class, number, Action::Jump(seconds))]);
    if !mended {
        // X takes no signature from another day: it is left alone meanwhile.
        let (ended, status) = world.settle(&["m"]);
        judge(&world, &ended, &status, &["m"], &told);
        // What was put off then is due by a clock that was a day ahead.
        world.clock.pass(SignedDuration::from_hours(25));
    }
    world.clock.put(-world.clock.wrong());
    to_the_end(&world, &["m"], true, &told);
}

#[test]
fn a_clock_that_jumps() {
    if is_here() {
        let cases = [(8, Class::Socket, DAY, true), (40, Class::Journal, -DAY, false)];
        all(&cases, |(number, class, seconds, mended)| jumps(*number, *class, *seconds, *mended));
    }
}

#[test]
#[ignore = "a minute: run by .ci/run"]
fn a_clock_that_jumps_anywhere() {
    if !is_here() {
        return;
    }
    let mut cases = Vec::new();
    for class in Class::ALL {
        for number in (1..=40).step_by(usize::try_from(every(8)).unwrap()) {
            for seconds in [DAY, -DAY] {
                cases.push((number, class, seconds, number % 2 == 0));
            }
        }
    }
    all(&cases, |(number, class, seconds, mended)| jumps(*number, *class, *seconds, *mended));
}

/// The answer to a post is lost while the clock is a day wrong; then it is put
/// right, and the days go by.
fn lost_while_wrong(rung: &str, wrong: SignedDuration, lag: Duration) {
    let world = World::with(crate::smtp::Server::good(), |mut settings| {
        settings.lag = lag;
        settings
    });
    world.only(&[rung]);
    let told = format!("{rung}: the answer is lost while the clock is wrong by {wrong:#}, lag {lag:?}");
    world.network(rung).order(Fault::AnswerLost);
    world.clock.put(wrong);
    world.publish();
    world.clock.put(-wrong);
    for hours in [0, 1, 3, 20, 3, 48] {
        world.clock.pass(SignedDuration::from_hours(hours));
        world.publish();
        let known = RUNGS.iter().find(|known| known.name == rung).unwrap();
        let mark = format!("{}-m", known.marks[0]);
        assert!(live(&world, rung, &mark).count <= 1, "TWICE: {told}, {hours} h later");
    }
    to_the_end(&world, &["m"], true, &told);
}

#[test]
#[ignore = "a minute: run by .ci/run"]
fn an_answer_lost_while_the_clock_is_wrong() {
    if !is_here() {
        return;
    }
    let mut cases = Vec::new();
    // X takes no signature of a wrong clock: nothing is lost there.
    for rung in networks_and(&[]).into_iter().filter(|rung| *rung != "tweet") {
        for hours in [-24, -2, 2, 24] {
            for lag in [0, 600] {
                cases.push((rung, SignedDuration::from_hours(hours), Duration::from_secs(lag)));
            }
        }
    }
    all(&cases, |(rung, wrong, lag)| lost_while_wrong(rung, *wrong, *lag));
}

/// What the clock on the wall in Berlin shows when it is sent, and how often it
/// is, when `ladder run` is called each quarter of an hour through the night.
fn night(start: jiff::civil::DateTime, at: &str) -> Vec<String> {
    let world = World::new();
    world.only(&["news"]);
    world.edit(
        "content-ladders/all.toml",
        "channel = \"news\"",
        &format!("channel = \"news\"\nat = \"{at}\""),
    );
    world.edit(
        "messages/m.md",
        "summary = ",
        &format!("publish_at = \"{} {}\"\nsummary = ", start.date(), start.time()),
    );
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let begin = start.to_zoned(zone.clone()).unwrap().timestamp();
    world.clock.pass(begin.duration_since(Timestamp::now()));
    world.run(&["schedule", "m"]).ends(0);
    let mut sent = Vec::new();
    for _ in 0..30 * 4 {
        let before = world.mail.taken().len();
        world.run(&["run", "--quiet"]).ends(0);
        for _ in before..world.mail.taken().len() {
            sent.push(world.clock.now().to_zoned(zone.clone()).strftime("%d %H:%M").to_string());
        }
        world.clock.pass(SignedDuration::from_mins(15));
    }
    assert_eq!(world.mail.taken(), crate::world::PEOPLE, "{at}: {sent:?}");
    sent.dedup();
    sent
}

/// On 28 March 2027 the hour after 02:00 is left out, on 31 October it comes
/// twice (EU directive 2000/84/EC: last Sundays, 01:00 UTC).
#[test]
#[ignore = "half a minute: run by .ci/run"]
fn an_hour_that_is_left_out_and_one_that_comes_twice() {
    if !is_here() {
        return;
    }
    let cases = [
        (date(2027, 3, 27).at(12, 0, 0, 0), "next day 02:30", "28 03:30"),
        (date(2027, 3, 27).at(12, 0, 0, 0), "next day 03:00", "28 03:00"),
        (date(2027, 10, 30).at(12, 0, 0, 0), "next day 02:30", "31 02:30"),
        (date(2027, 10, 30).at(12, 0, 0, 0), "next day 03:00", "31 03:00"),
    ];
    all(&cases, |(start, at, expected)| assert_eq!(night(*start, at), [*expected], "{start} {at}"));
}
