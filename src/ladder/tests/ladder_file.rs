//! What reading a ladder promises.

use super::told;
use crate::ladder::{At, Ladder, Overflow, parse_ladder};
use crate::source::Sources;
use jiff::SignedDuration;

fn ladder(text: &str) -> (Ladder, String) {
    let mut sources = Sources::new();
    let id = sources.add("launch.toml", text);
    let checked = parse_ladder(&sources, id, "launch");
    let problems = told(&sources, &checked.problems);
    (checked.value.unwrap(), problems)
}

#[test]
fn a_whole_ladder_is_understood_in_the_order_of_the_file() {
    let (ladder, problems) = ladder(
        r#"
summary = "Blog first."
[defaults]
overflow = "shorten"
[rungs.tweet]
channel = "x"
after = "blog"
delay = "1h"
text = "{{ message.title }}"
shorter = ["a", "b"]
overflow = "thread"
[rungs.blog]
channel = "blog"
[rungs.mail]
channel = "newsletter"
after = ["blog", "tweet", "blog"]
at = "next day 09:00"
window = "6h"
renamed_from = "news"
subject = "{{ message.title }}"
[rungs.fixed]
channel = "x"
at = 2026-12-01T09:00:00Z
[rungs.clock]
channel = "x"
at = 09:30:00
"#,
    );
    assert_eq!(problems, "");
    assert_eq!((ladder.name.as_str(), ladder.summary.as_deref()), ("launch", Some("Blog first.")));
    let names: Vec<_> = ladder.rungs.iter().map(|rung| rung.name.value.as_str()).collect();
    assert_eq!(names, ["tweet", "blog", "mail", "fixed", "clock"]);
    assert_eq!(ladder.defaults.overflow.as_ref().unwrap().value, Overflow::Shorten);
    let tweet = ladder.rung("tweet").unwrap();
    assert_eq!(tweet.delay.as_ref().unwrap().value, SignedDuration::from_hours(1));
    assert_eq!(tweet.settings.shorter.as_ref().unwrap().len(), 2);
    let mail = ladder.rung("mail").unwrap();
    assert_eq!(mail.after.len(), 2);
    assert_eq!(mail.at.as_ref().unwrap().value.to_string(), "next day 09:00");
    assert_eq!(mail.renamed_from[0].value, "news");
    assert!(matches!(ladder.rung("fixed").unwrap().at.as_ref().unwrap().value, At::Fixed(_)));
    assert_eq!(ladder.rung("clock").unwrap().at.as_ref().unwrap().value.to_string(), "09:30");
    assert!(ladder.waits_for("mail", "blog"));
}

#[test]
fn every_mistake_is_told_at_once_with_its_place_and_what_to_do() {
    let (_, problems) = ladder(
        r#"
chanel = "x"
text = "x"
[defaults]
channel = "x"
sumary = "x"
name = "x"
[rungs.Tweet]
channel = "x"
delay = 60
at = "tomorrow"
window = "0h"
txt = "x"
shorter = "x"
text = "a"
thread = ["a"]
[rungs.message]
channel = "x"
audience = "subscribers"
after = 3
name = "x"
[rungs.none]
delay = "1 month"
[rungs]
flat = 1
"#,
    );
    insta::assert_snapshot!(problems, @r#"
    launch.toml:2:1 error[unknown-key] the ladder has no key `chanel` (did you mean `channel`? it belongs to a rung: move it below a `[rungs.NAME]` header, or below `[defaults]`)
    launch.toml:3:1 error[unknown-key] the ladder has no key `text` (it belongs to a rung: move it below a `[rungs.NAME]` header, or below `[defaults]`)
    launch.toml:5:1 error[unknown-key] `[defaults]` has no key `channel` (it is said for each rung: move it below the `[rungs.NAME]` it is for)
    launch.toml:6:1 error[unknown-key] `[defaults]` has no key `sumary` (did you mean `summary`? it belongs to the whole ladder: move it above the first `[…]` header)
    launch.toml:7:1 error[unknown-key] `[defaults]` has no key `name` (it belongs to the whole ladder: move it above the first `[…]` header)
    launch.toml:8:8 error[wrong-name] `Tweet` cannot be the name of a rung (lower-case letters, digits, `-` and `_`: `tweet`)
    launch.toml:10:9 error[wrong-value] `delay` cannot be `60` (the unit is missing: `60m` for minutes, `60h` for hours)
    launch.toml:11:6 error[wrong-value] `at` cannot be `tomorrow` (write `09:00`, `next day 09:00`, `monday 09:00`, or a fixed time such as `2026-12-01 09:00`)
    launch.toml:12:10 error[wrong-value] a `window` of no length is never open (such as `window = "6h"`)
    launch.toml:13:1 error[unknown-key] `[rungs.Tweet]` has no key `txt` (did you mean `text`?)
    launch.toml:14:11 error[wrong-type] `shorter` must be a list of texts, and this is a text (write `shorter = ["…", "…"]`)
    launch.toml:16:11 error[wrong-value] `[rungs.Tweet]` has `text` and `thread`, and both say what the post is (keep one of them)
    launch.toml:17:8 error[wrong-name] `message` cannot be the name of a rung: `message.md` is the message (name the rung for what it does, such as `post`)
    launch.toml:19:1 error[not-in-this-build] this build cannot honour `audience` (this build keeps no audience: name the receivers in the channel, `to = ["…"]`, and remove `audience`)
    launch.toml:20:9 error[wrong-type] `after` must be a list of texts, and this is a whole number (write `after = ["…", "…"]`)
    launch.toml:21:1 error[unknown-key] `[rungs.message]` has no key `name` (it belongs to the whole ladder: move it above the first `[…]` header)
    launch.toml:22:1 error[missing-key] `[rungs.none]` needs `channel` (add `channel = "…"`: the channel it goes to, by its name in `ladder.toml`)
    launch.toml:23:9 error[wrong-value] `delay` cannot be `1 month` (months and years have no fixed length: write days, such as `30d`)
    launch.toml:25:1 error[wrong-type] `rungs.flat` must be a table, and this is a whole number (write a section `[rungs.NAME]`, and the keys below it)
    "#);
}
