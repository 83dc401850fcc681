//! What was sent, when, in which words: `ladder log`.

use super::columns::{one_line, wrap_words};
use super::sign::{ShortKeys, paint, signed, style, word};
use super::status::{clock, place_alone, receipts, record, tried_at};
use crate::plan::{Delivery, PartStanding, State, StepKey};
use anstyle::Style;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Lines of one part's words that are shown to people.
const MOST_LINES: usize = 12;
/// Stands between two parts of one thread, whose own blank lines look otherwise.
const BETWEEN_PARTS: &str = "├──";
/// Columns that they are wrapped to.
const COLUMNS: usize = 76;

/// What plans have for parts that nothing has happened to yet, in the adapters' words:
/// of what stopped half way, the rest in the words that it began with.
pub type Unsaid = BTreeMap<StepKey, Vec<Value>>;

/// For people, newest first, with the words that went out, and those that did not, as
/// what they are.
pub fn text(deliveries: &[&Delivery], unsaid: &Unsaid, zone: &TimeZone, colour: bool) -> String {
    if deliveries.is_empty() {
        return "nothing in this time\n".to_owned();
    }
    let dim = Style::new().dimmed();
    let mut out = String::new();
    let keys = ShortKeys::of(deliveries);
    for (at, delivery) in newest_first(deliveries).into_iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let state = paint(&signed(delivery.state), style(delivery.state), colour);
        let again = match delivery.generation {
            0 => String::new(),
            generation => {
                let why = delivery.reason.as_deref().map(one_line).unwrap_or_default();
                let colon = if why.is_empty() { "" } else { ": " };
                format!(", sent again ({generation}){colon}{why}")
            }
        };
        let after = afterwards(delivery, zone);
        let key = keys.short(delivery);
        out.push_str(&format!(
            "{}  {state}  {key}  {} of {} to {} ({}){again}{after}\n",
            clock(moment(delivery), zone),
            paint(&one_line(&delivery.rung), Style::new().bold(), colour),
            one_line(&delivery.message),
            one_line(&delivery.channel),
            one_line(&delivery.account),
        ));
        let place = one_line(&place_alone(delivery));
        if !place.is_empty() {
            out.push_str(&format!("    {place}\n"));
        }
        let mut first = true;
        for part in bound_parts(delivery) {
            for piece in part.bound.iter().flat_map(pieces) {
                if let Some(why) = not_sent(delivery, part.state) {
                    out.push_str(&format!("    {}{why}:\n", numbered(delivery, part.part)));
                } else if !first {
                    out.push_str(&format!("    {}\n", paint(BETWEEN_PARTS, dim, colour)));
                }
                quote(&mut out, &piece, dim, colour);
                first = false;
            }
            if let Some(live) = part.seen_otherwise() {
                out.push_str("    readers see:\n");
                quote(&mut out, live, dim, colour);
            }
            if let Some(changing) = &part.after.changing {
                out.push_str("    readers may see, nobody knows:\n");
                pieces(changing).iter().for_each(|piece| quote(&mut out, piece, dim, colour));
            }
        }
        for (part, bound) in rest(delivery, unsaid) {
            out.push_str(&format!("    {}not sent:\n", numbered(delivery, part)));
            pieces(bound).iter().for_each(|piece| quote(&mut out, piece, dim, colour));
        }
    }
    out
}

/// Why words that are in the journal are not what readers have got, if they are not.
fn not_sent(delivery: &Delivery, state: State) -> Option<&'static str> {
    Some(match state {
        State::Refused => "not sent: refused",
        State::Planned if delivery.state == State::Held => "not sent: held",
        State::Planned if delivery.is_open() => "not sent yet",
        State::Planned | State::Held | State::Skipped => "not sent",
        State::Cancelled => "not posted: taken in",
        State::Unknown => "nobody knows whether this went out",
        State::Sending => "on its way",
        State::Sent | State::Altered | State::Waiting | State::Unpublished => return None,
    })
}

/// `part 2 of 3, `, where there are several.
fn numbered(delivery: &Delivery, part: u32) -> String {
    match delivery.part_count {
        0..=1 => String::new(),
        all => format!("part {} of {all}, ", u64::from(part) + 1),
    }
}

/// The parts that nothing has happened to yet, with their words.
fn rest<'u>(delivery: &Delivery, unsaid: &'u Unsaid) -> impl Iterator<Item = (u32, &'u Value)> {
    let planned = unsaid.get(&delivery.key).map_or(&[][..], Vec::as_slice);
    let begun: Vec<u32> = delivery.parts.iter().map(|part| part.part).collect();
    (0..).zip(planned).filter(move |(part, _)| !begun.contains(part))
}

/// When it got other words, and when it was taken down.
fn afterwards(delivery: &Delivery, zone: &TimeZone) -> String {
    let told = |what: &str, at: Option<Timestamp>| {
        at.map(|at| format!(", {what} {}", clock(at, zone))).unwrap_or_default()
    };
    let down = delivery.after.down_at.filter(|_| delivery.state == State::Unpublished);
    told("edited", delivery.after.edited_at) + &told("taken down", down)
}

/// Words in a column of their own.
fn quote(out: &mut String, words: &str, dim: Style, colour: bool) {
    let lines = wrap_words(words.trim_end(), COLUMNS);
    // One line too many is shown: saying so would take as much room.
    let most = if lines.len() == MOST_LINES + 1 { lines.len() } else { MOST_LINES };
    for line in lines.iter().take(most) {
        out.push_str(format!("    {} {line}", paint("│", dim, colour)).trim_end());
        out.push('\n');
    }
    if lines.len() > most {
        let more = format!("… {} more lines", lines.len() - most);
        out.push_str(&format!("    {}\n", paint(&more, dim, colour)));
    }
}

/// For machines: `deliveries` with `sent` (what the service took, or may have taken, a
/// value for each such part) and `not_sent`, the parts that it did not.
pub fn json(deliveries: &[&Delivery], unsaid: &Unsaid) -> Value {
    newest_first(deliveries)
        .into_iter()
        .map(|delivery| {
            let mut value = record(delivery);
            let went = |part: &&PartStanding| is_or_may_be_out(part.state);
            value["sent"] = bound_parts(delivery).filter(went).map(|part| json!(part.bound)).collect();
            let kept = bound_parts(delivery).filter(|part| !went(part));
            let kept = kept.map(|part| (part.part, word(part.state), part.bound.clone().unwrap_or_default()));
            let rest = rest(delivery, unsaid).map(|(part, bound)| (part, "planned", bound.clone()));
            let one = |(part, state, words)| json!({ "part": part, "state": state, "words": words });
            value["not_sent"] = kept.chain(rest).map(one).collect();
            value
        })
        .collect()
}

/// For spreadsheets: RFC 4180, with a heading. Cells that a spreadsheet would
/// run as a formula are defused by an apostrophe before them.
pub fn csv(deliveries: &[&Delivery], zone: &TimeZone) -> String {
    let heading = [
        "sent_at",
        "planned_at",
        "message",
        "title",
        "campaign",
        "ladder",
        "rung",
        "channel",
        "adapter",
        "account",
        "generation",
        "reason",
        "state",
        "url",
        "id",
        "recipients",
        "recipients_sent",
        "error",
        "text",
        "key",
    ];
    let mut out = row(heading.iter().map(|name| (*name).to_owned()));
    for delivery in newest_first(deliveries) {
        let receipt = receipts(delivery).next();
        let people = delivery.recipients.len();
        let sent = delivery.recipients.iter().filter(|person| person.part.state == State::Sent).count();
        let number = |count: usize| if people == 0 { String::new() } else { count.to_string() };
        let said: Vec<String> = bound_parts(delivery)
            .filter(|part| is_or_may_be_out(part.state))
            .filter_map(|part| part.bound.as_ref())
            .map(words)
            .collect();
        out.push_str(&row([
            delivery.sent_at.map(|at| clock(at, zone)).unwrap_or_default(),
            clock(delivery.planned_at, zone),
            delivery.message.clone(),
            delivery.title.clone(),
            delivery.campaign.clone(),
            delivery.ladder.clone(),
            delivery.rung.clone(),
            delivery.channel.clone(),
            delivery.adapter.clone(),
            delivery.account.clone(),
            delivery.generation.to_string(),
            delivery.reason.clone().unwrap_or_default(),
            word(delivery.state).to_owned(),
            receipt.and_then(|receipt| receipt.url.clone()).unwrap_or_default(),
            receipt.and_then(|receipt| receipt.id.clone()).unwrap_or_default(),
            number(people),
            number(sent),
            delivery.error.clone().unwrap_or_default(),
            said.join("\n\n"),
            delivery.key.0.clone(),
        ]));
    }
    out
}

/// When it happened: it went out, else was tried last, else was planned.
pub fn moment(delivery: &Delivery) -> Timestamp {
    delivery.sent_at.or(tried_at(delivery)).unwrap_or(delivery.planned_at)
}

fn is_or_may_be_out(state: State) -> bool {
    !matches!(state, State::Refused | State::Planned | State::Held | State::Skipped | State::Cancelled)
}

fn newest_first<'a>(deliveries: &[&'a Delivery]) -> Vec<&'a Delivery> {
    let mut sorted = deliveries.to_vec();
    // The key last, so that the order is the same every time.
    sorted.sort_by(|a, b| moment(b).cmp(&moment(a)).then_with(|| a.key.cmp(&b.key)));
    sorted
}

/// The parts whose words are worth showing; of a mail, which says the same to
/// everybody, the first that went out.
fn bound_parts(delivery: &Delivery) -> impl Iterator<Item = &PartStanding> {
    let mails = || delivery.recipients.iter().map(|person| &person.part).filter(|part| part.bound.is_some());
    let mail = mails().find(|part| part.state == State::Sent).or_else(|| mails().next());
    delivery.parts.iter().chain(mail)
}

/// The words of each post in what was sent: a thread that the outbox or a
/// person has got is one thing there, and several for readers.
fn pieces(bound: &Value) -> Vec<String> {
    let inner = ["post", "variant", "body"].iter().find_map(|name| bound.get(*name)?.get("parts"));
    match bound.get("parts").or(inner) {
        Some(Value::Array(parts)) if parts.len() > 1 => parts.iter().map(words).collect(),
        _ => vec![words(bound)],
    }
}

/// What people would call the words in an adapter's own form: its title or
/// subject, and its text; all of it, if it has neither.
pub(super) fn words(bound: &Value) -> String {
    match bound {
        Value::String(text) => return text.clone(),
        // The mail, the article, the post within what the adapter keeps beside it.
        Value::Object(fields) => {
            let inner = ["mail", "article", "post", "variant"].iter().find_map(|name| fields.get(*name));
            if let Some(inner) = inner.filter(|inner| inner.is_object()) {
                return words(inner);
            }
            // A whole thread in one piece, as the outbox keeps it.
            if let Some(Value::Array(parts)) = fields.get("parts") {
                let parts: Vec<String> = parts.iter().map(words).collect();
                return parts.join("\n\n");
            }
        }
        _ => {}
    }
    let first = |names: &[&str]| {
        let mut found = names.iter().filter_map(|name| {
            let value = bound.get(name)?;
            // A comment's words lie one step deeper on LinkedIn.
            value.as_str().or_else(|| value.get("text")?.as_str())
        });
        found.find(|text| !text.trim().is_empty()).map(str::to_owned)
    };
    let head = first(&["subject", "title"]);
    let body = first(&["text", "message", "commentary", "status", "markdown", "content", "body", "excerpt"]);
    match (head, body) {
        // A mail's text part often begins with its subject.
        (Some(head), Some(body)) if body.trim_start().starts_with(&head) => body,
        (Some(head), Some(body)) => format!("{head}\n\n{body}"),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => bound.to_string(),
    }
}

fn row(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|text| cell(&text)).collect();
    cells.join(",") + "\r\n"
}

fn cell(text: &str) -> String {
    let text = crate::text::visible(&text.replace("\r\n", "\n")).into_owned();
    // The characters that OWASP's page on CSV injection names, with their
    // full-width forms; some programs skip white space before them.
    let formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let text = if formula || text.starts_with(['\t', '\n']) { format!("'{text}") } else { text };
    if text.contains([',', '"', '\n', ';', '\t']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::status::tests::delivery;
    use super::*;

    fn story() -> Vec<Delivery> {
        let mut tweet = delivery("tweet", State::Sent);
        tweet.sent_at = Some("2026-12-01T09:00:00Z".parse().unwrap());
        tweet.parts[0].bound = Some(json!({"text": "=HYPERLINK(\"x\")\nIt landed \u{1b}[31m"}));
        let mut blog = delivery("blog", State::Sent);
        blog.sent_at = Some("2026-12-01T08:00:00Z".parse().unwrap());
        blog.parts[0].bound = Some(json!({"title": "Rocket 2", "markdown": "line\n".repeat(20)}));
        vec![blog, tweet]
    }

    #[test]
    fn a_thread_kept_in_one_piece_is_told_part_by_part() {
        assert_eq!(words(&json!({"parts": [{"text": "One"}, {"text": "Two"}]})), "One\n\nTwo");
        assert_eq!(words(&json!({"actor": "urn:li:person:a", "message": {"text": "More"}})), "More");
    }

    #[test]
    fn the_parts_of_a_thread_are_told_apart() {
        let mut pasted = delivery("pasted", State::Waiting);
        pasted.parts[0].bound = Some(json!({"parts": [{"text": "One\n\nmore"}, {"text": "Two"}]}));
        let mut sent = delivery("sent", State::Sent);
        sent.parts[0].bound = Some(json!({"text": "One"}));
        let mut second = sent.parts[0].clone();
        (second.part, second.bound) = (1, Some(json!({"text": "Two"})));
        sent.parts.push(second);
        let quoted = |delivery: &Delivery| {
            let text = text(&[delivery], &Unsaid::new(), &TimeZone::UTC, false);
            text.lines()
                .filter(|line| line.contains(['│', '├']))
                .map(str::trim)
                .collect::<Vec<_>>()
                .join("\n")
        };
        assert_eq!(quoted(&pasted), "│ One\n│\n│ more\n├──\n│ Two");
        assert_eq!(quoted(&sent), "│ One\n├──\n│ Two");
    }

    #[test]
    fn the_log_is_newest_first_and_has_the_words() {
        let story = story();
        let story: Vec<&Delivery> = story.iter().collect();
        insta::assert_snapshot!(text(&story, &Unsaid::new(), &TimeZone::UTC, false), @r#"
        2026-12-01 09:00  ✓ sent  7477656574  tweet of rocket-2 to tweet (x:acmerockets)
            │ =HYPERLINK("x")
            │ It landed \u{1b}[31m

        2026-12-01 08:00  ✓ sent  626c6f6700  blog of rocket-2 to blog (x:acmerockets)
            │ Rocket 2
            │
            │ line
            │ line
            │ line
            │ line
            │ line
            │ line
            │ line
            │ line
            │ line
            │ line
            … 10 more lines
        "#);
        let value = json(&story, &Unsaid::new());
        assert_eq!(value[0]["rung"], "tweet");
        assert_eq!(value[1]["sent"][0]["title"], "Rocket 2");
    }

    #[test]
    fn what_was_not_sent_is_not_told_as_sent() {
        let mut half = delivery("thread", State::Refused);
        half.part_count = 3;
        half.parts[0].bound = Some(json!({"text": "One"}));
        half.parts[0].state = State::Sent;
        let mut second = half.parts[0].clone();
        (second.part, second.state, second.bound) = (1, State::Refused, Some(json!({"text": "Two"})));
        half.parts.push(second);
        let planned = ["One", "Two", "Three"].map(|text| json!({ "text": text })).to_vec();
        let unsaid = Unsaid::from([(half.key.clone(), planned)]);
        let text = text(&[&half], &unsaid, &TimeZone::UTC, false);
        let words = text.lines().filter(|line| line.contains("│") || line.contains("not sent"));
        assert_eq!(
            words.map(str::trim).collect::<Vec<_>>(),
            ["│ One", "part 2 of 3, not sent: refused:", "│ Two", "part 3 of 3, not sent:", "│ Three"]
        );
        let value = json(&[&half], &unsaid);
        assert_eq!(value[0]["sent"], json!([{ "text": "One" }]));
        assert_eq!(value[0]["not_sent"][0]["state"], "refused");
        assert_eq!(
            value[0]["not_sent"][1],
            json!({ "part": 2, "state": "planned", "words": { "text": "Three" } })
        );
        assert!(!csv(&[&half], &TimeZone::UTC).contains("Two"));
    }

    #[test]
    fn a_spreadsheet_runs_nothing() {
        let mut story = story();
        story[0].title = " @SUM(1)".to_owned();
        let story: Vec<&Delivery> = story.iter().collect();
        let csv = csv(&story, &TimeZone::UTC);
        assert!(csv.starts_with("sent_at,planned_at,message,"));
        assert!(csv.contains("\"'=HYPERLINK(\"\"x\"\")\nIt landed \\u{1b}[31m\""), "{csv}");
        assert!(csv.contains(",' @SUM(1),"), "{csv}");
        assert_eq!(csv.matches("\r\n").count(), 3);
    }
}
