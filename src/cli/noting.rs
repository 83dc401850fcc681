//! What the instances take that channels speak to: asked for by `ladder channels
//! --check`, and noted in `ladder.limits.toml`, which is committed. Everything else
//! reads that file and opens no socket.

use super::failure::Failure;
use super::file::write_new;
use super::house::House;
use crate::ladder::limits::{LIMITS_FILE, Noted, write_limits};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// An instance that takes longer is not waited for.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// What became of it.
#[derive(Default)]
pub struct Noting {
    /// A line for each channel of which something is new, or not known.
    pub lines: Vec<String>,
    /// For programs, by channel.
    pub rows: BTreeMap<String, Value>,
}

/// Asks the instance of every channel that has one, and writes down what is new.
/// What cannot be asked stays as it was noted.
pub fn note(house: &House) -> Result<Noting, Failure> {
    let runtime = super::sending::runtime()?;
    let project = &house.loaded.folder.path;
    let asked = house.channels.configured.iter().map(|(name, configured)| async move {
        let asked = tokio::time::timeout(ANSWER_LIMIT, configured.channel.noted(project)).await;
        (name.clone(), asked)
    });
    let told = runtime.block_on(futures_util::future::join_all(asked));
    runtime.shutdown_background();
    let mut noting = Noting::default();
    let mut limits = house.loaded.project.limits.clone();
    let today = crate::clock::now().strftime("%Y-%m-%d").to_string();
    let broken = house.loaded.limits_are_broken();
    let mut changed = Vec::new();
    for (name, told) in told {
        let noted = match told {
            Ok(Ok(None)) => continue,
            Ok(Ok(Some(noted))) => noted,
            Ok(Err(error)) => {
                noting.not_known(name, &error.to_string());
                continue;
            }
            Err(_) => {
                noting.not_known(name, "no answer in time");
                continue;
            }
        };
        let older = limits.iter().position(|(channel, _)| *channel == name);
        let is_new = older.is_none_or(|at| !limits[at].1.says_what(&noted));
        let noted = Noted { noted: Some(today.clone()), ..noted };
        let shown = match older {
            Some(at) if !is_new => limits[at].1.clone(),
            _ => noted.clone(),
        };
        noting.rows.insert(name.clone(), json!({ "changed": is_new && !broken, "known": shown.json() }));
        if !is_new {
            continue;
        }
        changed.push((name.clone(), line(&noted)));
        match older {
            Some(at) => limits[at].1 = noted,
            None => limits.push((name, noted)),
        }
    }
    if changed.is_empty() {
        return Ok(noting);
    }
    if broken {
        noting.lines.push(format!(
            "`{LIMITS_FILE}` cannot be understood, and is left as it is: delete it, and look again"
        ));
        return Ok(noting);
    }
    write_new(&house.loaded.folder.path.join(LIMITS_FILE), write_limits(&limits).as_bytes())?;
    let told =
        changed.iter().map(|(name, what)| format!("limits of `{name}` noted in {LIMITS_FILE}: {what}"));
    noting.lines.extend(told);
    Ok(noting)
}

impl Noting {
    fn not_known(&mut self, name: String, why: &str) {
        self.lines.push(format!("limits of `{name}` are not known: {why}; what was noted before holds"));
        self.rows.insert(name, json!({ "changed": false, "known": null, "error": why }));
    }
}

/// What matters most of it.
fn line(noted: &Noted) -> String {
    let number = |number: Option<u64>, what: &str| number.map(|number| format!("{} {what}", grouped(number)));
    let told: Vec<String> = [
        number(noted.max_characters, "characters"),
        number(noted.max_media_attachments, "images"),
        number(noted.characters_reserved_per_url, "characters a link"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if told.is_empty() { "it names none".to_owned() } else { told.join(", ") }
}

/// `16777216` as `16,777,216`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn long_numbers_are_in_groups() {
        let shown = [0, 12, 999, 1000, 16_777_216].map(grouped);
        assert_eq!(shown, ["0", "12", "999", "1,000", "16,777,216"]);
    }
}
