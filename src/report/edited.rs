//! What an edit would change of what is out, and what became of it.

use super::columns::{one_line, wrap};
use super::differing::{beside, places};
use super::history::words;
use super::sign::paint;
use super::todo::ToDo;
use crate::plan::{Delivery, Stay};
use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

/// One part that says other words than the message does by now.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// From 0.
    pub part: u32,
    /// What it says, in the adapter's words.
    pub old: Value,
    /// What it is to say.
    pub new: Value,
    /// What an edit was to bring of which nobody knows whether it did.
    pub doubted: Option<Value>,
    /// Which pictures are others by then, a sentence each.
    pub pictures: Vec<String>,
}

/// One delivery that is out, or is to go out, in other words.
#[derive(Clone, Debug)]
pub struct EditRow<'a> {
    /// The delivery.
    pub delivery: &'a Delivery,
    /// What changes in place.
    pub changes: Vec<Changed>,
    /// Why the rest, or all, cannot: a sentence each.
    pub cannot: Vec<String>,
    /// What it takes instead: commands.
    pub instead: Vec<String>,
    /// It is still to go, in the words that were planned; the commands are in `instead`.
    pub is_queued: bool,
}

impl<'a> EditRow<'a> {
    /// Nothing of it changes so far.
    pub fn of(delivery: &'a Delivery) -> EditRow<'a> {
        EditRow { delivery, changes: Vec::new(), cannot: Vec::new(), instead: Vec::new(), is_queued: false }
    }
}

/// What changes, old and new, and what cannot change in place and what it would
/// take instead, in lines of at most `columns` (commands and addresses stay whole).
pub fn text(rows: &[EditRow<'_>], columns: usize, colour: bool) -> String {
    let mut out = String::new();
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
            out.push_str(&change(changed, columns, colour));
        }
        for why in &row.cannot {
            for line in wrap(&one_line(why), columns.saturating_sub(4)) {
                out.push_str(&format!("    {line}\n"));
            }
        }
        for command in &row.instead {
            out.push_str(&format!("      {}\n", one_line(command)));
        }
    }
    out
}

/// One part: what stands beside its words by name, then its words.
fn change(changed: &Changed, columns: usize, colour: bool) -> String {
    let mut out = between(&changed.old, &changed.new, &changed.pictures, columns, colour);
    if let Some(doubted) = &changed.doubted {
        let changes = between(doubted, &changed.new, &[], columns, colour);
        if out.is_empty() && changes.is_empty() {
            out.push_str("    these words once more: nobody knows whether it has them\n");
        } else if !changes.is_empty() {
            out.push_str("    if readers see what an earlier edit was to bring, which nobody knows:\n");
            out.push_str(&changes);
        }
    }
    if out.is_empty() {
        out.push_str("    the same words; something beside them changes\n");
    }
    out
}

/// What changes from one to the other; empty where that is neither words nor pictures.
fn between(old: &Value, new: &Value, pictures: &[String], columns: usize, colour: bool) -> String {
    let mut out = String::new();
    for (name, old, new) in beside(old, new) {
        out.push_str(&format!("    {name}:\n{}", difference(&old, &new, columns, colour)));
    }
    for picture in pictures {
        out.push_str(&format!("    {}\n", one_line(picture)));
    }
    let (old, new) = (bare(old), bare(new));
    if old != new {
        let heading = if out.is_empty() { "" } else { "    the words:\n" };
        out.push_str(&format!("{heading}{}", difference(&old, &new, columns, colour)));
    }
    out
}

/// The words without the title, which is told by itself.
fn bare(body: &Value) -> String {
    let mut body = body.clone();
    for name in ["title", "subject"] {
        if let Some(title) = body.get_mut(name).filter(|title| title.is_string()) {
            *title = Value::Null;
        }
    }
    words(&body)
}

fn difference(old: &str, new: &str, columns: usize, colour: bool) -> String {
    let (places, more) = places(old, new, columns.saturating_sub(6));
    let mut out = String::new();
    for place in places {
        for (lines, sign, of) in [(&place.old, '-', AnsiColor::Red), (&place.new, '+', AnsiColor::Green)] {
            let style = Style::new().fg_color(Some(of.into()));
            for (number, line) in lines.iter().filter(|line| !line.is_empty()).enumerate() {
                let sign = if number == 0 { sign } else { ' ' };
                out.push_str(&format!("    {}\n", paint(&format!("{sign} {line}"), style, colour)));
            }
        }
        if place.old == place.new {
            out.push_str("      (only blanks change here)\n");
        }
    }
    if more > 0 {
        out.push_str(&format!("      … and {more} more places; `--format json` has all of it\n"));
    }
    out
}

/// The same for machines.
pub fn json(rows: &[EditRow<'_>]) -> Value {
    let one = |row: &EditRow<'_>| {
        let mut value = super::status::record(row.delivery);
        let changes = row.changes.iter().map(|changed| {
            let beside = beside(&changed.old, &changed.new).into_iter();
            let beside: Vec<Value> =
                beside.map(|(name, old, new)| json!({ "what": name, "old": old, "new": new })).collect();
            json!({
                "part": changed.part, "old": words(&changed.old), "new": words(&changed.new),
                "beside": beside, "pictures": changed.pictures, "in_doubt": changed.doubted.as_ref().map(words),
            })
        });
        value["changes"] = changes.collect();
        value["cannot"] = json!(row.cannot);
        value["instead"] = json!(row.instead);
        value["queued"] = json!(row.is_queued);
        value
    };
    rows.iter().map(one).collect()
}

/// What a person has to do about these: what cannot change in place, and what was
/// tried in vain.
pub fn to_do(rows: &[EditRow<'_>]) -> Vec<ToDo> {
    let beside: Vec<&Delivery> = rows.iter().map(|row| row.delivery).collect();
    let of_row = |row: &EditRow<'_>| {
        let cannot = (!row.cannot.is_empty())
            .then(|| ToDo::of_words(row.delivery, &beside, row.cannot.join("; "), &row.instead));
        let tried = unchanged(row.delivery).map(|text| ToDo::of_text(row.delivery, &beside, &text));
        cannot.into_iter().chain(tried)
    };
    rows.iter().flat_map(of_row).collect()
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
        let is = match stays.why {
            Stay::Unknown => "may have its new words, or the old ones",
            _ => "is not changed",
        };
        out.push_str(&format!(
            "  {} of {}{which} {is}: {}\n{then}",
            one_line(&delivery.rung),
            one_line(&delivery.message),
            one_line(&stays.says)
        ));
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::super::status::tests::delivery;
    use super::*;
    use crate::plan::State;

    /// Back to the old words, out of an edit in doubt: they may be others by now.
    #[test]
    fn what_an_edit_in_doubt_may_have_brought_is_shown() {
        let delivery = delivery("post", State::Sent);
        let shown = |doubted: &str, new: &str| {
            let changed = Changed {
                part: 0,
                old: json!("Old"),
                new: json!(new),
                doubted: Some(json!(doubted)),
                pictures: Vec::new(),
            };
            text(&[EditRow { changes: vec![changed], ..EditRow::of(&delivery) }], 60, false)
        };
        assert!(shown("New", "Old").ends_with(
            "    if readers see what an earlier edit was to bring, which nobody knows:\n    - New\n    + Old\n"
        ));
        let third = shown("New", "Third");
        assert!(
            third.contains("    - Old\n    + Third\n") && third.ends_with("    - New\n    + Third\n"),
            "{third}"
        );
        assert!(
            shown("New", "New").ends_with("    - Old\n    + New\n")
                && !shown("New", "New").contains("earlier")
        );
        assert!(shown("Old", "Old").ends_with("these words once more: nobody knows whether it has them\n"));
    }

    #[test]
    fn what_changes_is_shown_and_what_cannot_says_what_it_would_take() {
        let delivery = delivery("post", State::Sent);
        let row = EditRow {
            changes: vec![Changed {
                part: 0,
                old: json!({ "message": "Same\nold \u{1b}[31m\nEnd", "link": "https://a.example" }),
                new: json!({ "message": "Same\nnew\nand more\nEnd", "link": "https://b.example" }),
                doubted: None,
                pictures: vec!["the picture `a.png` goes".to_owned()],
            }],
            cannot: vec!["images cannot be changed in place".to_owned()],
            instead: vec!["ladder unpublish rocket-2 --only post".to_owned()],
            ..EditRow::of(&delivery)
        };
        insta::assert_snapshot!(text(std::slice::from_ref(&row), 60, false), @r#"
        post of rocket-2 on post
            the link:
            - https://a.example
            + https://b.example
            the picture `a.png` goes
            the words:
            - Same ↵ old \u{1b}[31m ↵ End
            + Same ↵ new ↵ and more ↵ End
            images cannot be changed in place
              ladder unpublish rocket-2 --only post
        "#);
        let to_do = to_do(&[row, EditRow::of(&delivery)]);
        assert_eq!(to_do.len(), 1);
        assert_eq!(to_do[0].json()["what"], "images cannot be changed in place");
        assert_eq!(to_do[0].json()["commands"], json!(["ladder unpublish rocket-2 --only post"]));
    }
}
