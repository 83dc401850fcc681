//! `ladder count`: how long a text is on each network, counted as the network
//! counts, and what it links. Needs no project but for `--message`.

mod line;
mod lines;

use super::desk::Desk;
use super::failure::Failure;
use super::house::House;
use crate::diagnostic::{has_errors, nearest};
use crate::exit::Exit;
use crate::render::Variant;
use crate::report::count::{Answer, Length, Measured, answer, lengths, measure, refused};
use crate::text::{Counted, Dialect, Rules, count, network};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Largest text: more than a hundred times what the most generous network takes.
const TEXT_LIMIT: usize = 16_000_000;
const IS_IT_RIGHT: &str = "no network takes such a text: is it the right one?";

/// Arguments of `ladder count`.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(
    after_help = "Ends with 3 when a network that was named with --network does not take the text, or a \
    part of --message is too long. With --jsonl every answer says itself whether it fits: the end is 0, \
    or 2 when a line could not be read."
)]
pub struct Arguments {
    /// The text; `-` reads it from standard input
    #[arg(conflicts_with_all = ["file", "message", "jsonl"])]
    pub text: Option<OsString>,
    /// Read the text from this file
    #[arg(long, value_name = "FILE", conflicts_with = "message")]
    pub file: Option<PathBuf>,
    /// Count what each rung makes of this message (path or id); limits and warnings are its channels'
    #[arg(long, conflicts_with_all = ["jsonl", "limit", "content_warning"])]
    pub message: Option<String>,
    /// Count the message on this ladder instead of its own
    #[arg(long, value_name = "NAME", requires = "message")]
    pub ladder: Option<String>,
    /// Read texts as JSON, one `{"text": "…"}` a line, and answer each with a line
    #[arg(long)]
    pub jsonl: bool,
    /// Only this network (several times, or with commas; all if none is given)
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub network: Vec<String>,
    /// The limit of the instance or the account, instead of its network's usual one
    #[arg(long, value_name = "NUMBER")]
    pub limit: Option<usize>,
    /// The warning that stands above the text (it counts on Mastodon)
    #[arg(long, value_name = "TEXT")]
    pub content_warning: Option<String>,
}

/// Counts. What ends with which code is in the help.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    if let Some(message) = &arguments.message {
        return rungs(message, arguments.ladder.as_deref(), &arguments.network, desk);
    }
    if arguments.jsonl {
        desk.answers_in_lines();
    } else {
        desk.field("counts", json!([]));
    }
    let networks = networks(arguments, desk)?;
    if arguments.jsonl {
        return lines::answer(arguments, &networks, desk);
    }
    let text = match (&arguments.text, &arguments.file) {
        (Some(dash), _) if dash == "-" => read(std::io::stdin().lock(), "standard input")?,
        // As it stands: nothing is taken from what somebody typed.
        (Some(text), _) => utf8(text.as_encoded_bytes().to_vec(), "the text", "write it in UTF-8")?,
        (None, Some(file)) => read_file(file)?,
        (None, None) => {
            return Err(Failure::usage("no-text", "there is no text to count").hint(
                "write it behind the verb, or name it: `--file FILE`, `-` for standard input, \
                 `--message MESSAGE`, `--jsonl`",
            ));
        }
    };
    let warning = arguments.content_warning.as_deref().unwrap_or("");
    let fits = if desk.json() {
        let answers: Vec<_> = networks.iter().map(|rules| answer(warning, &text, rules)).collect();
        let counts = answers.iter().map(|one| serde_json::to_value(one).unwrap_or(Value::Null));
        desk.field("counts", counts.collect::<Vec<_>>());
        answers.iter().all(Answer::fits)
    } else {
        let measured: Vec<_> = networks.iter().map(|rules| measure(warning, &text, rules)).collect();
        let rows: Vec<Length> = measured.iter().map(Length::from).collect();
        show(&["NETWORK"], &rows, desk);
        measured.iter().all(Measured::fits)
    };
    // Nobody asked for those that were not named.
    let fits = fits || arguments.network.is_empty();
    Ok(if fits { Exit::Done } else { Exit::Check })
}

fn show(heading: &[&str], rows: &[Length], desk: &mut Desk) {
    let (width, bars) = (desk.console.width(), desk.console.is_terminal());
    let colour = desk.console.colour_out();
    desk.console.data(&lengths(heading, rows, width, bars, colour));
}

/// Networks whose limit is not one and the same for everybody: an instance, a
/// relay or a habit sets it.
const OWN_LIMITS: &[&str] = &["email", "mastodon", "nostr"];

/// The networks that were asked for, with the limit that was given.
fn networks(arguments: &Arguments, desk: &mut Desk) -> Result<Vec<Rules>, Failure> {
    let mut found: Vec<Rules> = Vec::new();
    for name in named(&arguments.network)? {
        let rules = network::find(name).ok_or_else(|| {
            let known: Vec<&str> = network::NETWORKS.iter().map(|rules| rules.network).collect();
            unknown(name, format!("there is no network `{name}`"), &known)
        })?;
        if !found.iter().any(|own| own.network == rules.network) {
            found.push(*rules);
        }
    }
    if arguments.limit.is_some() && found.len() != 1 {
        return Err(Failure::usage("limit", "`--limit` is for one network")
            .hint("say which: `--network mastodon --limit 5000`"));
    }
    if found.is_empty() {
        found.extend(network::NETWORKS);
    }
    if arguments.content_warning.is_some() && !found.iter().any(|rules| rules.dialect == Dialect::Mastodon) {
        let names: Vec<&str> = found.iter().map(|rules| rules.network).collect();
        let message = format!("`--content-warning` counts on Mastodon only, not on {}", names.join(", "));
        return Err(Failure::usage("content-warning", message)
            .hint("leave it out, or add `--network mastodon`; what stands in the text counts everywhere"));
    }
    for rules in &mut found {
        if let (Some(given), Some(usual)) = (arguments.limit, rules.limit)
            && given != usual
            && !OWN_LIMITS.contains(&rules.network)
        {
            desk.console.talk(&format!(
                "note: the limit of {} is {usual}; counted against {given}, as `--limit` says",
                rules.network
            ));
        }
        // A mail's text here is its subject.
        rules.limit = arguments.limit.or(rules.limit).or(rules.title_limit);
    }
    Ok(found)
}

/// The names behind `--network`, without the blanks and ends of a list (`x, mastodon,`).
fn named(given: &[String]) -> Result<Vec<&str>, Failure> {
    let names: Vec<&str> = given.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
    if names.is_empty() && !given.is_empty() {
        return Err(Failure::usage("unknown-network", "`--network` names no network")
            .hint("name one (`--network x`), several (`x,mastodon`), or leave it out for all"));
    }
    Ok(names)
}

fn unknown(name: &str, message: String, known: &[&str]) -> Failure {
    let failure = Failure::usage("unknown-network", message);
    let meant = network::meant(name).filter(|meant| known.contains(meant));
    match meant.or_else(|| nearest(name, known.iter().copied())) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!("known are {}", known.join(", "))),
    }
}

/// What each rung on one of `only` (on any, where it is empty) makes of a
/// message, part by part.
fn rungs(message: &str, ladder: Option<&str>, only: &[String], desk: &mut Desk) -> Result<Exit, Failure> {
    desk.fields_of(json!({ "message": null, "ladder": null, "variants": [] }));
    let (house, message) = House::with_message(desk, message)?;
    let now = desk.now(&house.loaded.zone)?;
    let composed = house.compose(desk, &message, ladder, now)?;
    let mut rows = Vec::new();
    let mut variants = Vec::new();
    let outlets =
        composed.ladder.rungs.iter().filter_map(|rung| house.channels.outlets.get(&rung.channel.value));
    let known: BTreeSet<&str> = outlets.map(|outlet| outlet.rules.network).collect();
    let only = named(only)?;
    if let Some(name) = only.iter().find(|name| !known.contains(*name)) {
        let told = format!("no rung of the ladder `{}` is on `{name}`", composed.ladder.name);
        return Err(unknown(name, told, &known.into_iter().collect::<Vec<_>>()));
    }
    let wanted = |network: &str| only.is_empty() || only.contains(&network);
    for made in composed.made.iter().filter(|made| wanted(made.channel.outlet.rules.network)) {
        let outlet = &made.channel.outlet;
        let parts = parts(&made.variant, &outlet.rules);
        let many = parts.len();
        for (at, one) in parts.iter().enumerate() {
            let what = if many > 1 { format!("part {} of {many}", at + 1) } else { one.what.to_owned() };
            let names = vec![made.rung.name.value.clone(), outlet.rules.network.to_owned(), what];
            rows.push(Length { refused: one.refused, ..Length::of(names, &one.counted) });
        }
        variants.push(json!({
            "rung": made.rung.name.value,
            "channel": outlet.channel,
            "network": outlet.rules.network,
            "kind": made.variant.kind().name(),
            "parts": parts.iter().map(Part::json).collect::<Vec<_>>(),
        }));
    }
    desk.fields_of(
        json!({ "message": composed.message.id, "ladder": composed.ladder.name, "variants": variants }),
    );
    if !desk.json() {
        show(&["RUNG", "NETWORK", "WHAT"], &rows, desk);
    }
    desk.problems(&house.loaded.sources, &composed.problems);
    Ok(if has_errors(&composed.problems) { Exit::Check } else { Exit::Done })
}

/// What of a variant is counted.
struct Part {
    what: &'static str,
    counted: Counted,
    /// Why the network does not take it, whatever its length is.
    refused: Option<&'static str>,
}

/// The parts of a post, a title, a subject.
fn parts(variant: &Variant, rules: &Rules) -> Vec<Part> {
    let title = |what, text: &str| {
        let rules = Rules { limit: rules.title_limit, ..network::UNKNOWN };
        vec![Part { what, counted: count(text, &rules, 0), refused: None }]
    };
    match variant {
        Variant::Post(post) => {
            let parts = post.parts.iter().map(|part| {
                let rules = &rules.with_pictures(part.media.len());
                let counted = count(&part.text, rules, post.url_reserve);
                Part { what: "text", counted, refused: refused(&part.text, &counted, rules) }
            });
            parts.collect()
        }
        Variant::Article(article) => title("title", &article.title),
        Variant::Mail(mail) => title("subject", &mail.subject),
    }
}

impl Part {
    fn json(&self) -> Value {
        let Part { what, counted, refused } = self;
        let mut json = json!({
            "what": what,
            "counted": counted.counted,
            "limit": counted.limit,
            "unit": counted.unit.name(),
            "fits": counted.fits() && refused.is_none(),
        });
        if let Some(fields) = json.as_object_mut() {
            if let Some((bytes, limit)) = counted.bytes {
                fields.insert("bytes".to_owned(), json!({ "counted": bytes, "limit": limit }));
            }
            if let Some(refused) = refused {
                fields.insert("refused".to_owned(), json!(refused));
            }
        }
        json
    }
}

fn read_file(path: &Path) -> Result<String, Failure> {
    let name = path.display().to_string();
    let file = std::fs::File::open(path).map_err(|error| unreadable(&name, &error))?;
    read(file, &name)
}

/// A text as editors and pipes hand it over: without a byte order mark, with
/// line feeds, and without the line end behind its last line.
fn read(from: impl Read, name: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    from.take(TEXT_LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(name, &error))?;
    if bytes.len() > TEXT_LIMIT {
        let message = format!("{name} is larger than {} MB", TEXT_LIMIT / 1_000_000);
        return Err(Failure::usage("too-large", message).hint(IS_IT_RIGHT));
    }
    let text = utf8(bytes, name, "save it as UTF-8")?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n");
    Ok(text.strip_suffix('\n').map(str::to_owned).unwrap_or(text))
}

/// The text of `bytes`, or where they are none and what to do about it.
fn utf8(bytes: Vec<u8>, name: &str, hint: &str) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = &error.as_bytes()[..at];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        let message = format!("{name} is not UTF-8 at line {line}, byte {column}");
        Failure::usage("not-utf-8", message).hint(hint)
    })
}

fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    Failure::usage("unreadable", format!("{name} cannot be read: {error}"))
}
