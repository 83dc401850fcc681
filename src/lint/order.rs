//! Rungs, their channels and what waits for what.

use super::{MOST_NAMED, table};
use crate::diagnostic::{Diagnostic, first_few, nearest};
use crate::ladder::{Ladder, Project};
use crate::source::{Sources, Span};

/// A rule that looks at a ladder.
pub(super) type OfLadder = fn(&Sources, &Project, &Ladder, &mut Vec<Diagnostic>);

/// The rules of this file.
pub(super) const RULES: &[OfLadder] =
    &[no_rung, unknown_channel, unknown_rung, self_wait, cycle, delay_without_after, window_without_time];

fn no_rung(_: &Sources, _: &Project, ladder: &Ladder, found: &mut Vec<Diagnostic>) {
    if ladder.rungs.is_empty() {
        found.push(
            table::NO_RUNG
                .broken(format!("the ladder `{}` has no rung", ladder.name))
                .at(Span::start_of(ladder.source))
                .hint("add one: `[rungs.blog]` with `channel = \"blog\"`"),
        );
    }
}

fn unknown_channel(_: &Sources, project: &Project, ladder: &Ladder, found: &mut Vec<Diagnostic>) {
    let known = || project.channels.iter().map(|channel| channel.name.value.as_str());
    for rung in &ladder.rungs {
        let name = &rung.channel.value;
        if project.channel(name).is_some() {
            continue;
        }
        let hint = match nearest(name, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if project.channels.is_empty() => {
                format!("add `[channels.{name}]` with an `adapter` to `ladder.toml`")
            }
            None => {
                let all = first_few(known().map(|name| format!("`{name}`")), MOST_NAMED);
                format!("`ladder.toml` has {all}; or add `[channels.{name}]`")
            }
        };
        found.push(
            table::UNKNOWN_CHANNEL
                .broken(format!(
                    "`{}` goes to the channel `{name}`, which is not in `ladder.toml`",
                    rung.name.value
                ))
                .at(rung.channel.span)
                .hint(hint),
        );
    }
}

fn unknown_rung(_: &Sources, _: &Project, ladder: &Ladder, found: &mut Vec<Diagnostic>) {
    for rung in &ladder.rungs {
        for after in rung.after.iter().filter(|after| ladder.rung(&after.value).is_none()) {
            let others = ladder.rungs.iter().map(|other| other.name.value.as_str());
            let near = nearest(&after.value, others.filter(|name| *name != rung.name.value));
            found.push(
                table::UNKNOWN_RUNG
                    .broken(format!(
                        "`{}` waits for `{}`, which is no rung of this ladder",
                        rung.name.value, after.value
                    ))
                    .at(after.span)
                    .hint(near.map_or_else(
                        || format!("add `[rungs.{}]`, or take it out of `after`", after.value),
                        |near| format!("did you mean `{near}`?"),
                    )),
            );
        }
    }
}

fn self_wait(_: &Sources, _: &Project, ladder: &Ladder, found: &mut Vec<Diagnostic>) {
    for rung in &ladder.rungs {
        for after in rung.after.iter().filter(|after| after.value == rung.name.value) {
            found.push(
                table::SELF_WAIT
                    .broken(format!("`{}` waits for itself, and would wait for ever", rung.name.value))
                    .at(after.span)
                    .hint("name the rung that goes before it, or take `after` out"),
            );
        }
    }
}

/// Each circle once, at the rung of it that stands first in the file.
fn cycle(_: &Sources, _: &Project, ladder: &Ladder, found: &mut Vec<Diagnostic>) {
    let index = |name: &str| ladder.rungs.iter().position(|rung| rung.name.value == name);
    // 0: not seen, 1: on the path, 2: done. A path on the heap: the ladder may be long.
    let mut state = vec![0u8; ladder.rungs.len()];
    for start in 0..ladder.rungs.len() {
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        if state[start] != 0 {
            continue;
        }
        state[start] = 1;
        while let Some((at, next)) = path.last_mut() {
            let rung = &ladder.rungs[*at];
            let Some(after) = rung.after.get(*next) else {
                state[*at] = 2;
                path.pop();
                continue;
            };
            *next += 1;
            let here = *at;
            match index(&after.value) {
                Some(other) if other != here && state[other] == 1 => {
                    let from = path.iter().position(|(on, _)| *on == other).unwrap_or(0);
                    let mut names: Vec<String> = path[from..]
                        .iter()
                        .map(|(on, _)| format!("`{}`", ladder.rungs[*on].name.value))
                        .collect();
                    names.push(format!("`{}`", ladder.rungs[other].name.value));
                    found.push(
                        table::CYCLE
                            .broken(format!(
                                "these rungs wait for one another: {}",
                                names.join(" waits for ")
                            ))
                            .at(after.span)
                            .hint("one of them has to go first: take one `after` out"),
                    );
                }
                Some(other) if state[other] == 0 => {
                    state[other] = 1;
                    path.push((other, 0));
                }
                _ => {}
            }
        }
    }
}

fn delay_without_after(_: &Sources, _: &Project, ladder: &Ladder, found: &mut Vec<Diagnostic>) {
    for rung in ladder.rungs.iter().filter(|rung| rung.after.is_empty()) {
        if let Some(delay) = &rung.delay {
            found.push(
                table::DELAY_WITHOUT_AFTER
                    .broken(format!("the delay of `{}` counts from the message's own time", rung.name.value))
                    .at(delay.span)
                    .hint("say `after = \"…\"` if it is to count from another rung"),
            );
        }
    }
}

fn window_without_time(_: &Sources, _: &Project, ladder: &Ladder, found: &mut Vec<Diagnostic>) {
    for rung in &ladder.rungs {
        if let (Some(window), None, None, true) = (&rung.window, &rung.at, &rung.delay, rung.after.is_empty())
        {
            found.push(
                table::WINDOW_WITHOUT_TIME
                    .broken(format!(
                        "the window of `{}` counts from `publish_at`, and does nothing without it",
                        rung.name.value
                    ))
                    .at(window.span)
                    .hint("give the rung a time: `at = \"09:00\"`, or `after` with a `delay`"),
            );
        }
    }
}
