//! Whatever a server or a program said, without the secrets that it was told. Pure.

use super::readings::{self, Kind, Reading};
use super::secret::Exposed;
use base64::Engine as _;
use std::collections::{BTreeSet, HashSet};

/// `text` with every trace of the secrets taken out, also as they look in a URL, in HTML,
/// in base64, in hex or in JSON, in capitals, and with blanks or ends of lines in them: for
/// whatever a server answered, before it becomes a message. Linear in the text for each
/// of a fixed number of readings.
pub fn redact(text: &str, secrets: &[Exposed]) -> String {
    shown(text, &traces(text, secrets, false))
}

/// The same, and with every piece of a secret that is long enough to be no chance:
/// servers repeat what they were told, and cut it. Not for secrets that are
/// addresses, whose hosts are told to people.
pub fn redact_pieces(text: &str, secrets: &[Exposed]) -> String {
    shown(text, &traces(text, secrets, true))
}

/// So many bytes of a secret in a row, and more, are no chance (a judgement).
const PIECE: usize = 12;

/// A secret that is shorter is looked for letter by letter as it is, and not where blanks
/// or capitals could make it of other words.
const SHORTEST_BENT: usize = 8;

/// Which bytes of `text` are traces of the secrets.
fn traces(text: &str, secrets: &[Exposed], pieces: bool) -> Vec<bool> {
    let secrets: Vec<&str> = secrets.iter().map(Exposed::value).filter(|value| !value.is_empty()).collect();
    // First all are looked for, and then all taken out: forms overlap, and one
    // could stand in what replaces another.
    let mut hidden = vec![false; text.len()];
    for form in secrets.iter().flat_map(|secret| forms(secret)).collect::<BTreeSet<String>>() {
        for (at, found) in text.match_indices(form.as_str()) {
            hidden[at..at + found.len()].fill(true);
        }
    }
    let sought = [Kind::Whole, Kind::Dense, Kind::Letters].map(|kind| Sought::of(&secrets, kind, pieces));
    readings::each(text, |read| {
        let sought = sought.iter().filter(|sought| sought.kind == read.kind);
        sought.for_each(|sought| sought.mark(read, &mut hidden));
    });
    hidden
}

/// What is looked for in readings of one kind.
struct Sought {
    kind: Kind,
    /// The secrets.
    whole: Vec<Vec<u8>>,
    /// What every piece of them that is long enough begins with, and the pieces.
    begun: Vec<bool>,
    pieces: HashSet<Vec<u8>>,
}

impl Sought {
    fn of(secrets: &[&str], kind: Kind, pieces: bool) -> Sought {
        let whole = secrets.iter().map(|secret| readings::left_of(secret.as_bytes(), kind));
        let is_no_chance = |left: &Vec<u8>| kind == Kind::Whole || left.len() >= SHORTEST_BENT;
        let whole: Vec<Vec<u8>> = whole.filter(is_no_chance).collect();
        let long = whole.iter().filter(|_| pieces).flat_map(|secret| secret.windows(PIECE));
        let pieces: HashSet<Vec<u8>> = long.map(<[u8]>::to_vec).collect();
        let mut begun = vec![false; if pieces.is_empty() { 0 } else { 1 << 16 }];
        pieces.iter().for_each(|piece| begun[first_two(piece)] = true);
        Sought { kind, whole, begun, pieces }
    }

    /// Marks the part of the text that each of them was read from.
    fn mark(&self, read: &Reading, hidden: &mut [bool]) {
        for secret in &self.whole {
            for at in memchr::memmem::find_iter(&read.bytes, secret) {
                hidden[read.source(at..at + secret.len())].fill(true);
            }
        }
        if self.pieces.is_empty() {
            return;
        }
        for (at, window) in read.bytes.windows(PIECE).enumerate() {
            if self.begun[first_two(window)] && self.pieces.contains(window) {
                hidden[read.source(at..at + PIECE)].fill(true);
            }
        }
    }
}

/// The first two bytes as a number.
fn first_two(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

fn shown(text: &str, hidden: &[bool]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = false;
    for (c, hidden) in text.char_indices().map(|(at, c)| (c, hidden[at])) {
        match (hidden, before) {
            (true, false) => out.push_str("«secret»"),
            (true, true) => {}
            (false, _) => out.push(c),
        }
        before = hidden;
    }
    out
}

/// The spellings in which a value may come back.
pub(super) fn forms(value: &str) -> Vec<String> {
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
    let form = |lower| -> String {
        let pieces = url::form_urlencoded::byte_serialize(value.as_bytes());
        pieces.map(|piece| if lower { lower_percent(piece) } else { piece.to_owned() }).collect()
    };
    let json = serde_json::Value::from(value).to_string();
    // Without the quotation marks, which are always there.
    let json = json.get(1..json.len().saturating_sub(1)).unwrap_or_default().to_owned();
    let mut all = vec![value.to_owned(), form(false), form(true)];
    // RFC 3986 keeps `~`, and what scripts call a component keeps `!'()*` as well.
    for kept in ["-._~", "-._~!'()*"] {
        all.extend([true, false].map(|lower| percent(value, kept, lower)));
    }
    all.extend([STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].map(|base64| base64.encode(value)));
    for json in [ascii_json(&json, false), ascii_json(&json, true), json] {
        all.extend([json.replace('/', "\\/"), json]);
    }
    all
}

/// `value` with all but letters, digits and `kept` as `%2F`, or as `%2f`.
fn percent(value: &str, kept: &str, lower: bool) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || kept.contains(c) {
            out.push(c);
        } else {
            out.push_str(&if lower { format!("%{byte:02x}") } else { format!("%{byte:02X}") });
        }
    }
    out
}

/// A piece of an encoded form, with `%2F` as `%2f`; only whole escapes begin so.
fn lower_percent(piece: &str) -> String {
    if piece.starts_with('%') { piece.to_ascii_lowercase() } else { piece.to_owned() }
}

/// JSON's inside with `\u00e9` (or `\u00E9`) for all that is not ASCII.
fn ascii_json(json: &str, upper: bool) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            out.push_str(&if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_secret_is_ever_shown() {
        let secret = Exposed::new("p@ss word/1");
        let answer = "535 p@ss word/1 and p%40ss+word%2F1 and cEBzcyB3b3JkLzE= are wrong";
        assert_eq!(redact(answer, &[secret]), "535 «secret» and «secret» and «secret» are wrong");
        let both = [Exposed::new("abc"), Exposed::new("abcdef"), Exposed::new("")];
        assert_eq!(redact("abcdef", &both), "«secret»");
    }

    #[test]
    fn a_secret_is_known_in_every_spelling() {
        // Its base64 has `+`, `/` and an end that is filled up.
        let secret = "a/b~c d?é>\"(x)!";
        for spelled in [
            "a/b~c d?é>\"(x)!",
            "a%2Fb%7Ec+d%3F%C3%A9%3E%22%28x%29%21",
            "a%2fb%7ec+d%3f%c3%a9%3e%22%28x%29%21",
            "a%2Fb~c%20d%3F%C3%A9%3E%22%28x%29%21",
            "a%2fb~c%20d%3f%c3%a9%3e%22%28x%29%21",
            "a%2Fb~c%20d%3F%C3%A9%3E%22(x)!",
            "a%2fb~c%20d%3f%c3%a9%3e%22(x)!",
            r#"a/b~c d?é>\"(x)!"#,
            r#"a\/b~c d?é>\"(x)!"#,
            r#"a\/b~c d?\u00e9>\"(x)!"#,
            r#"a/b~c d?\u00E9>\"(x)!"#,
        ] {
            let said = format!("key {spelled} is wrong");
            assert_eq!(redact(&said, &[Exposed::new(secret)]), "key «secret» is wrong");
        }
        for base64 in ["Pj4+Pz8/YQ==", "Pj4+Pz8/YQ", "Pj4-Pz8_YQ==", "Pj4-Pz8_YQ"] {
            let said = format!("key {base64} is wrong");
            assert_eq!(redact(&said, &[Exposed::new(">>>???a")]), "key «secret» is wrong");
        }
    }

    #[test]
    fn a_secret_is_known_however_it_is_bent() {
        let secret = "sEkr/et+Tok=n_9x7Q2pLmZ";
        for bent in [
            "sEkr/et+To\nk=n_9x7Q2pLmZ",
            "s E k r / e t + T o k = n _ 9 x 7 Q 2 p L m Z",
            "SEKR/ET+TOK=N_9X7Q2PLMZ",
            "73456b722f65742b546f6b3d6e5f3978375132704c6d5a",
            "73 45 6B 72 2F 65 74 2B 54 6F 6B 3D 6E 5F 39 78 37 51 32 70 4C 6D 5A",
            "c0Vrci9ldCtUb2s9bl85eDdRMnBMbVo=",
            "%73%45%6b%72%2f%65%74%2b%54%6f%6b%3d%6e%5f%39%78%37%51%32%70%4c%6d%5a",
            "%2573Ekr%252Fet%252BTok%253Dn_9x7Q2pLmZ",
            "&#115;&#69;&#107;&#114;&#47;&#101;&#116;&#43;&#84;&#111;&#107;=n_9x7Q2pLmZ",
            "s\u{200b}Ekr/et+Tok=n_9x7Q2pLmZ",
        ] {
            // And a piece of it alone.
            let told = redact(&format!("code {bent} is wrong"), &[Exposed::new(secret)]);
            assert!(told.starts_with("code «secret»") && told.ends_with(" is wrong"), "{bent}: {told}");
            let left = told.replace("«secret»", "").replace("code", "").replace("is wrong", "");
            assert!(left.chars().all(|c| " =".contains(c)), "{bent}: {told}");
            let piece: String = bent.chars().take(bent.chars().count() * 9 / 10).collect();
            let told = redact_pieces(&format!("code {piece}"), &[Exposed::new(secret)]);
            assert!(
                told.starts_with("code «secret»") && told.len() < "code «secret»".len() + 8,
                "{piece}: {told}"
            );
        }
        // As a user and a password together.
        let told = redact("Basic YWRhOnNFa3IvZXQrVG9rPW5fOXg3UTJwTG1a", &[Exposed::new(secret)]);
        assert_eq!(told, "Basic YWRhO«secret»");
    }

    #[test]
    fn words_are_not_hidden_for_what_they_might_be() {
        // Short ones are looked for as they are, and none in letters of several words.
        let secrets = ["test", "open sesame, please", "a.b.c.d.e.f.g"].map(Exposed::new);
        let said = "A best estimate: te st, Test, open the door, and sesame. abc";
        assert_eq!(
            redact_pieces(said, &secrets),
            "A best estimate: te st, Test, open the door, and sesame. abc"
        );
    }

    #[test]
    fn a_long_piece_of_a_secret_is_a_secret_too() {
        let secrets = ["EAAB-sesame-open-1234567890", "short", "grüße-sesam-öffne-dich"].map(Exposed::new);
        for (said, shown) in [
            ("token EAAB-sesame-open… is wrong", "token «secret»… is wrong"),
            ("…open-1234567890", "…«secret»"),
            ("sesame-open", "sesame-open"),
            ("sho short", "sho «secret»"),
            ("é-sesam-öffne-di", "é«secret»"),
            ("", ""),
        ] {
            assert_eq!(redact_pieces(said, &secrets), shown);
        }
        assert_eq!(redact("EAAB-sesame-open", &secrets), "EAAB-sesame-open");
    }

    #[test]
    fn what_replaces_a_secret_is_not_searched() {
        let secrets = ["s", "e", "«", "secret"].map(Exposed::new);
        assert_eq!(redact("a secret, a key", &secrets), "a «secret», a k«secret»y");
        assert_eq!(redact("abcdef", &["abcd", "cdef"].map(Exposed::new)), "«secret»");
    }
}
