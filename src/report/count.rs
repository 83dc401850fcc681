//! How long texts are, for people and machines.

use super::columns::{cut, pad, table};
use super::sign::paint;
use crate::text::count::{self, Invalid};
use crate::text::{Counted, Dialect, Entity, EntityKind, Rules, count_below, linked};
use anstyle::{AnsiColor, Style};
use serde::Serialize;

/// What an address counts that is not known yet, where letters are counted.
const URL_RESERVE: usize = 80;

/// How long a text is on one network, and whether the network takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Measured {
    network: &'static str,
    counted: usize,
    limit: Option<usize>,
    unit: &'static str,
    fits: bool,
    /// Why the network does not take it, where that is not its length.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'static str>,
    /// Where bytes are limited as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<Bytes>,
}

/// What a text is on one network: its length, and what the network links in it.
///
/// As JSON the contract of `ladder count`; ranges are in bytes of the text. The
/// table shows nothing of what is linked, and does not look for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer<'a> {
    #[serde(flatten)]
    measured: Measured,
    urls: Vec<Piece<'a>>,
    mentions: Vec<Piece<'a>>,
    hashtags: Vec<Piece<'a>>,
    /// Where the network links them.
    #[serde(skip_serializing_if = "Option::is_none")]
    cashtags: Option<Vec<Piece<'a>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Bytes {
    counted: usize,
    limit: usize,
}

/// A piece of a text and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Piece<'a> {
    start: usize,
    end: usize,
    text: &'a str,
}

/// Why the network of `rules` does not take `text`, which is `counted` long,
/// for another reason than its length.
pub fn refused(text: &str, counted: &Counted, rules: &Rules) -> Option<&'static str> {
    match count::refused(text, counted, rules)? {
        Invalid::Empty => Some("empty"),
        Invalid::Character(_) => Some("invalid-character"),
        Invalid::TooMany(EntityKind::Link) => Some("too-many-links"),
        Invalid::TooMany(EntityKind::Mention) => Some("too-many-mentions"),
        Invalid::TooMany(EntityKind::Hashtag | EntityKind::Cashtag) => Some("hashtag-limit"),
        Invalid::TooLong => None,
    }
}

/// Measures `text` below a content `warning`, which counts where the network has one.
pub fn measure(warning: &str, text: &str, rules: &Rules) -> Measured {
    let warning = if rules.dialect == Dialect::Mastodon { warning } else { "" };
    let counted = count_below(warning, text, rules, URL_RESERVE);
    let refused = refused(text, &counted, rules);
    Measured {
        network: rules.network,
        counted: counted.counted,
        limit: counted.limit,
        unit: counted.unit.name(),
        fits: counted.fits() && refused.is_none(),
        refused,
        bytes: counted.bytes.map(|(counted, limit)| Bytes { counted, limit }),
    }
}

/// Measures `text` as [`measure`] does, and finds what the network links in it.
pub fn answer<'a>(warning: &str, text: &'a str, rules: &Rules) -> Answer<'a> {
    let mut answer = Answer {
        measured: measure(warning, text, rules),
        urls: Vec::new(),
        mentions: Vec::new(),
        hashtags: Vec::new(),
        cashtags: rules.dialect.has_cashtags().then(Vec::new),
    };
    for Entity { kind, range } in linked(text, rules) {
        let piece = Piece { start: range.start, end: range.end, text: &text[range] };
        match kind {
            EntityKind::Link => answer.urls.push(piece),
            EntityKind::Mention => answer.mentions.push(piece),
            EntityKind::Hashtag => answer.hashtags.push(piece),
            EntityKind::Cashtag => answer.cashtags.get_or_insert_default().push(piece),
        }
    }
    answer
}

impl Answer<'_> {
    /// Whether the network takes it.
    pub fn fits(&self) -> bool {
        self.measured.fits
    }
}

/// What decides whether a text fits, as a row of the table wants it.
impl From<&Measured> for Length {
    fn from(measured: &Measured) -> Length {
        let length = Length {
            names: vec![measured.network.to_owned()],
            counted: measured.counted,
            limit: measured.limit,
            unit: measured.unit,
            refused: measured.refused,
        };
        match measured.bytes {
            Some(bytes) if bytes.counted > bytes.limit && length.over() == 0 => {
                Length { counted: bytes.counted, limit: Some(bytes.limit), unit: "byte", ..length }
            }
            _ => length,
        }
    }
}

impl Measured {
    /// Whether the network takes it.
    pub fn fits(&self) -> bool {
        self.fits
    }

    /// The length on one line: `x 12/280`.
    pub fn line(&self) -> String {
        let length = Length::from(self);
        let limit = length.limit.map_or(String::new(), |limit| format!("/{limit}"));
        let over = if length.over() > 0 || length.refused.is_some() {
            format!(" {}", length.verdict())
        } else {
            String::new()
        };
        format!("{} {}{limit}{over}", self.network, length.counted)
    }
}

/// A row of the table: what is measured, and how long it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Length {
    /// What it is, a cell for each column of names.
    pub names: Vec<String>,
    /// The length that decides.
    pub counted: usize,
    /// Its limit.
    pub limit: Option<usize>,
    /// What is counted.
    pub unit: &'static str,
    /// Why the network does not take it, whatever its length is.
    pub refused: Option<&'static str>,
}

impl Length {
    /// The length of a part, under these names.
    pub fn of(names: Vec<String>, counted: &Counted) -> Length {
        let decisive = counted.decisive();
        Length {
            names,
            counted: decisive.counted,
            limit: decisive.limit,
            unit: decisive.unit.name(),
            refused: None,
        }
    }

    fn over(&self) -> usize {
        self.limit.map_or(0, |limit| self.counted.saturating_sub(limit))
    }

    /// `17 %`, or what is wrong.
    fn verdict(&self) -> String {
        match self.limit {
            _ if self.refused.is_some() => format!("✗ {}", self.refused.unwrap_or("")),
            None => "no limit".to_owned(),
            Some(_) if self.over() > 0 => format!("✗ {} too many", self.over()),
            Some(limit) => format!("{} %", (self.counted * 100).checked_div(limit).unwrap_or(0)),
        }
    }

    fn style(&self) -> Style {
        let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        match self.limit {
            _ if self.refused.is_some() => colour(AnsiColor::Red).bold(),
            None => Style::new().dimmed(),
            Some(_) if self.over() > 0 => colour(AnsiColor::Red).bold(),
            // Nine tenths full: somebody who still edits wants to know.
            Some(limit) if self.counted > limit - limit / 10 => colour(AnsiColor::Yellow),
            Some(_) => colour(AnsiColor::Green),
        }
    }

    fn bar(&self, columns: usize) -> String {
        self.limit.map_or_else(|| " ".repeat(columns), |limit| bar(self.counted, limit, columns))
    }
}

/// `██████░░░░`: full at the limit and beyond, and only there.
pub(super) fn bar(counted: usize, limit: usize, columns: usize) -> String {
    let filled = counted.min(limit).saturating_mul(columns).checked_div(limit).unwrap_or(columns);
    format!("{}{}", "█".repeat(filled), "░".repeat(columns.saturating_sub(filled)))
}

/// A longer bar says no more.
const LONGEST_BAR: usize = 20;
/// A shorter one says nothing.
const SHORTEST_BAR: usize = 5;

/// Which of the columns of names are needed to tell the rows apart: the first,
/// and each one more that tells rows apart which those before it do not.
fn telling(columns: usize, rows: &[Length]) -> Vec<usize> {
    let different = |chosen: &[usize]| {
        let name = |row: &Length| chosen.iter().map(|at| row.names.get(*at).cloned()).collect::<Vec<_>>();
        rows.iter().map(name).collect::<std::collections::BTreeSet<_>>().len()
    };
    let mut chosen = vec![0];
    for at in (1..columns).rev() {
        let more = [chosen.as_slice(), &[at]].concat();
        if different(&chosen) < different(&more) {
            chosen = more;
        }
    }
    chosen
}

/// The lengths as a table under `heading` (the names' columns), in lines of at
/// most `columns`; with `bars`, one that shows how full each is where there is room.
pub fn lengths(heading: &[&str], rows: &[Length], columns: usize, bars: bool, colour: bool) -> String {
    let verdicts: Vec<String> = rows.iter().map(Length::verdict).collect();
    let widest = verdicts.iter().map(|verdict| verdict.chars().count()).max().unwrap_or(0).max("FULL".len());
    // What is counted is the first that can be left away, whether it fits the
    // last. The names that tell one row from another stay beside it.
    let telling = telling(heading.len(), rows);
    let draw = |left_away: usize| {
        let names = |at: &usize| left_away < 3 || telling.contains(at);
        let numbers = 3_usize.saturating_sub(left_away);
        let mut shown: Vec<&str> =
            heading.iter().enumerate().filter(|(at, _)| names(at)).map(|(_, name)| *name).collect();
        shown.extend(["COUNTED", "LIMIT", "UNIT"].iter().take(numbers));
        let cells = rows.iter().map(|row| {
            let own = row.names.iter().enumerate().filter(|(at, _)| names(at));
            let mut cells: Vec<String> = own.map(|(_, name)| name.clone()).collect();
            let limit = row.limit.map_or("-".to_owned(), |limit| limit.to_string());
            cells.extend([row.counted.to_string(), limit, row.unit.to_owned()].into_iter().take(numbers));
            cells
        });
        table(&shown, &cells.collect::<Vec<_>>())
    };
    let width = |lines: &[String]| lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let (mut lines, mut left_away) = (draw(0), 0);
    while left_away < 3 && width(&lines) + 2 + widest > columns {
        left_away += 1;
        lines = draw(left_away);
    }
    let left = width(&lines);
    let room = columns.saturating_sub(left + 2 + widest + 2).min(LONGEST_BAR);
    // The bar goes first: there is none where a number had to go.
    let room = if bars && left_away == 0 && room >= SHORTEST_BAR { room } else { 0 };
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        let row = at.checked_sub(1).and_then(|at| Some((rows.get(at)?, verdicts.get(at)?)));
        let (style, bar, verdict) = match row {
            None => (Style::new().bold(), "FULL".to_owned(), ""),
            Some((row, verdict)) => (row.style(), row.bar(room), verdict.as_str()),
        };
        let end = match (row.is_some(), room) {
            (true, 1..) => format!("{bar}  {verdict}"),
            (true, 0) => verdict.to_owned(),
            (false, _) => bar,
        };
        let start = cut(&pad(line, left), columns);
        let end = cut(&end, columns.saturating_sub(left + 2));
        let start = if row.is_none() { paint(&start, style, colour) } else { start };
        let end = if end == "…" { String::new() } else { paint(&end, style, colour) };
        out.push_str(format!("{start}  {end}").trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::columns::width;
    use crate::text::network;

    #[test]
    fn the_contract_of_one_answer() {
        let text = "Hé @ada https://acme.com #news $ACME";
        let json = serde_json::to_value(answer("CW", text, &network::X)).unwrap();
        let piece = |start: usize, text: &str| serde_json::json!([{"start": start, "end": start + text.len(), "text": text}]);
        assert_eq!(
            json,
            serde_json::json!({
                "network": "x", "counted": 3 + 5 + 23 + 1 + 5 + 1 + 5, "limit": 280, "unit": "weighted", "fits": true,
                "urls": piece(9, "https://acme.com"), "mentions": piece(4, "@ada"),
                "hashtags": piece(26, "#news"), "cashtags": piece(32, "$ACME"),
            })
        );
        let json = serde_json::to_value(answer("CW", text, &network::MASTODON)).unwrap();
        assert_eq!(json["counted"], 2 + 3 + 5 + 23 + 1 + 5 + 1 + 5);
        assert!(json.get("cashtags").is_none() && json.get("bytes").is_none());
        let json = serde_json::to_value(answer("", text, &network::BLUESKY)).unwrap();
        assert_eq!(json["bytes"], serde_json::json!({"counted": text.len(), "limit": 3000}));
        assert_eq!(json["mentions"], serde_json::json!([]));
    }

    fn rows() -> Vec<Length> {
        let long = "word ".repeat(60);
        let texts =
            [(&network::BLUESKY, "👩‍👩‍👧‍👦".repeat(121)), (&network::NOSTR, long.clone()), (&network::X, long)];
        texts.iter().map(|(rules, text)| Length::from(&measure("", text, rules))).collect()
    }

    #[test]
    fn a_table_with_bars_where_there_is_room() {
        insta::assert_snapshot!(lengths(&["NETWORK"], &rows(), 80, true, false), @r"
        NETWORK  COUNTED  LIMIT  UNIT        FULL
        bluesky  3025     3000   byte        ████████████████████  ✗ 25 too many
        nostr    300      -      code-point                        no limit
        x        300      280    weighted    ████████████████████  ✗ 20 too many
        ");
        insta::assert_snapshot!(lengths(&["NETWORK"], &rows(), 80, false, false), @r"
        NETWORK  COUNTED  LIMIT  UNIT        FULL
        bluesky  3025     3000   byte        ✗ 25 too many
        nostr    300      -      code-point  no limit
        x        300      280    weighted    ✗ 20 too many
        ");
        insta::assert_snapshot!(lengths(&["NETWORK"], &rows(), 40, true, false), @r"
        NETWORK  COUNTED  LIMIT  FULL
        bluesky  3025     3000   ✗ 25 too many
        nostr    300      -      no limit
        x        300      280    ✗ 20 too many
        ");
        let of_rungs: Vec<Length> = rows()
            .into_iter()
            .map(|row| Length {
                names: ["newsletter", "linkedin", "subject"].map(str::to_owned).into(),
                ..row
            })
            .collect();
        let table = lengths(&["RUNG", "NETWORK", "WHAT"], &of_rungs, 40, true, false);
        assert!(table.contains("✗ 20 too many") && table.lines().all(|line| width(line) <= 40), "{table}");
        // What tells rows apart stays: of a thread, which part it is.
        let parts = (1..=4).map(|part| Length {
            names: vec!["thread".to_owned(), "x".to_owned(), format!("part {part}")],
            counted: 260,
            limit: Some(280),
            unit: "weighted",
            refused: None,
        });
        insta::assert_snapshot!(lengths(&["RUNG", "NETWORK", "WHAT"], &parts.collect::<Vec<_>>(), 30, true, false), @r"
        RUNG    WHAT    FULL
        thread  part 1  92 %
        thread  part 2  92 %
        thread  part 3  92 %
        thread  part 4  92 %
        ");
        for columns in 24..120 {
            for line in lengths(&["NETWORK"], &rows(), columns, true, false).lines() {
                assert!(width(line) <= columns, "{columns}: {line}");
            }
        }
        assert!(lengths(&["NETWORK"], &rows(), 80, true, true).contains("\u{1b}["));
    }

    #[test]
    fn one_line_says_what_is_too_much() {
        assert_eq!(measure("", "hello", &network::X).line(), "x 5/280");
        assert_eq!(measure("", &"a".repeat(281), &network::X).line(), "x 281/280 ✗ 1 too many");
        assert_eq!(measure("", "hello", &network::NOSTR).line(), "nostr 5");
    }
}
