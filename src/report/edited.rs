//! What an edit would change of what is out, and what became of it.

use super::columns::{cut, one_line};
use super::history::words;
use super::sign::paint;
use crate::plan::{Delivery, Stay};
use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

/// Lines of a change that are shown to people, old and new each.
const MOST_LINES: usize = 8;
/// Columns of each.
const COLUMNS: usize = 100;

/// One part that says other words than the message does by now.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// From 0.
    pub part: u32,
    /// What it says, in the adapter's words.
    pub old: Value,
    /// What it is to say.
    pub new: Value,
}

/// One delivery that is out in other words.
#[derive(Clone, Debug)]
pub struct EditRow<'a> {
    /// The delivery.
    pub delivery: &'a Delivery,
    /// What changes in place.
    pub changes: Vec<Changed>,
    /// Why the rest, or all, cannot: a sentence each.
    pub cannot: Vec<String>,
}

/// What changes, old and new, and what cannot change in place and what it would
/// take instead.
pub fn text(rows: &[EditRow<'_>], colour: bool) -> String {
    let mut out = String::new();
    let colours = (AnsiColor::Red, AnsiColor::Green);
    let line = |sign: &str, text: &str, of: AnsiColor| {
        let style = Style::new().fg_color(Some(of.into()));
        format!("    {}\n", paint(&format!("{sign} {}", cut(&one_line(text), COLUMNS)), style, colour))
    };
    for row in rows {
        let delivery = row.delivery;
        let url = delivery.url().map(|url| format!(" at {}", one_line(url))).unwrap_or_default();
        let rung = paint(&one_line(&delivery.rung), Style::new().bold(), colour);
        let channel = one_line(&delivery.channel);
        out.push_str(&format!("{rung} of {} on {channel}{url}\n", one_line(&delivery.message)));
        for changed in &row.changes {
            if delivery.part_count > 1 {
                out.push_str(&format!(
                    "    part {} of {}\n",
                    u64::from(changed.part) + 1,
                    delivery.part_count
                ));
            }
            let (old, new) = (words(&changed.old), words(&changed.new));
            let (gone, come) = differing(&old, &new);
            if gone.is_empty() && come.is_empty() {
                out.push_str("    the same words; something beside them changes\n");
            }
            for (lines, sign, of) in [(gone, "-", colours.0), (come, "+", colours.1)] {
                lines.iter().take(MOST_LINES).for_each(|text| out.push_str(&line(sign, text, of)));
                if lines.len() > MOST_LINES {
                    out.push_str(&format!("      … {} more lines\n", lines.len() - MOST_LINES));
                }
            }
        }
        for why in &row.cannot {
            out.push_str(&format!("    {}\n", one_line(why)));
        }
        if !row.cannot.is_empty() && !delivery.is_for_each_person() {
            let (message, rung) = (one_line(&delivery.message), one_line(&delivery.rung));
            out.push_str(&format!(
                "    the new words there would be a new post, without the answers and the links that this one has:\n      \
                 ladder unpublish {message} --only {rung}\n      ladder publish {message} --only {rung} --again REASON\n"
            ));
        }
    }
    out
}

/// The same for machines.
pub fn json(rows: &[EditRow<'_>]) -> Value {
    let one = |row: &EditRow<'_>| {
        let mut value = super::status::record(row.delivery);
        let changes = row.changes.iter().map(
            |changed| json!({ "part": changed.part, "old": words(&changed.old), "new": words(&changed.new) }),
        );
        value["changes"] = changes.collect();
        value["cannot"] = json!(row.cannot);
        value
    };
    rows.iter().map(one).collect()
}

/// What is not changed although it was tried, and why. None: all is.
pub fn unchanged(delivery: &Delivery) -> Option<String> {
    let mut out = String::new();
    for part in &delivery.parts {
        let Some(stays) = &part.after.unchanged else { continue };
        let which = match delivery.part_count {
            0..=1 => String::new(),
            all => format!(" part {} of {all}", u64::from(part.part) + 1),
        };
        let then = match stays.why {
            Stay::Later | Stay::Unknown => {
                format!("      ladder edit {}\n", one_line(&delivery.message))
            }
            Stay::Cannot | Stay::Refused => String::new(),
        };
        out.push_str(&format!(
            "  {} of {}{which} is not changed, as far as is known: {}\n{then}",
            one_line(&delivery.rung),
            one_line(&delivery.message),
            one_line(&stays.says)
        ));
    }
    (!out.is_empty()).then_some(out)
}

/// The lines that one text has in the middle and the other has not: what both
/// begin and end with is left out.
fn differing<'a>(old: &'a str, new: &'a str) -> (Vec<&'a str>, Vec<&'a str>) {
    let (mut old, mut new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    old.drain(..same);
    new.drain(..same);
    while old.last().is_some_and(|last| new.last() == Some(last)) {
        old.pop();
        new.pop();
    }
    (old, new)
}

#[cfg(test)]
mod tests {
    use super::super::status::tests::delivery;
    use super::*;
    use crate::plan::State;

    #[test]
    fn what_changes_is_shown_and_what_cannot_says_what_it_would_take() {
        let delivery = delivery("post", State::Sent);
        let row = EditRow {
            delivery: &delivery,
            changes: vec![Changed {
                part: 0,
                old: json!({ "message": "Same\nold \u{1b}[31m\nEnd" }),
                new: json!({ "message": "Same\nnew\nand more\nEnd" }),
            }],
            cannot: vec!["images cannot be changed in place".to_owned()],
        };
        insta::assert_snapshot!(text(&[row], false), @r#"
        post of rocket-2 on post
            - old \u{1b}[31m
            + new
            + and more
            images cannot be changed in place
            the new words there would be a new post, without the answers and the links that this one has:
              ladder unpublish rocket-2 --only post
              ladder publish rocket-2 --only post --again REASON
        "#);
    }
}
