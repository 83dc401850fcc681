//! What bytes are called: CIDs of version 1, with SHA-256 (atproto.com/specs/data-model).
//!
//! Of a record its DAG-CBOR is hashed: the shortest form of each number and length,
//! keys of a map by length and then by bytes, no floats, links as tag 42.

use serde_json::Value;
use sha2::{Digest, Sha256};

const DAG_CBOR: u8 = 0x71;
const RAW: u8 = 0x55;

/// What a record is called; none of what no record may hold (a float, a link that is none).
pub(super) fn of_record(record: &Value) -> Option<String> {
    let mut bytes = Vec::new();
    write(record, &mut bytes)?;
    Some(named(DAG_CBOR, &bytes))
}

/// What a blob is called.
pub(super) fn of_blob(bytes: &[u8]) -> String {
    named(RAW, bytes)
}

fn named(codec: u8, bytes: &[u8]) -> String {
    // Version 1, the codec, and SHA-256 of 32 bytes.
    let mut name = vec![1, codec, 0x12, 32];
    name.extend(Sha256::digest(bytes));
    format!("b{}", base32(&name))
}

const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

fn base32(bytes: &[u8]) -> String {
    let mut out = String::new();
    let (mut kept, mut bits) = (0_u32, 0);
    for byte in bytes {
        kept = kept << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(LETTERS[(kept >> bits & 31) as usize]));
        }
        kept &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(char::from(LETTERS[(kept << (5 - bits) & 31) as usize]));
    }
    out
}

/// The bytes behind a name, if it is one.
fn bytes_of(name: &str) -> Option<Vec<u8>> {
    let (mut kept, mut bits, mut out) = (0_u32, 0, Vec::new());
    for letter in name.strip_prefix('b')?.bytes() {
        let at = LETTERS.iter().position(|of| *of == letter)?;
        kept = kept << 5 | u32::try_from(at).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(kept >> bits & 255).ok()?);
            kept &= (1 << bits) - 1;
        }
    }
    (out.len() == 36 && out[0] == 1).then_some(out)
}

/// Whether it is a name as this file makes them.
pub(super) fn is_cid(name: &str) -> bool {
    bytes_of(name).is_some()
}

fn write(value: &Value, out: &mut Vec<u8>) -> Option<()> {
    match value {
        Value::Null => out.push(0xf6),
        Value::Bool(false) => out.push(0xf4),
        Value::Bool(true) => out.push(0xf5),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => head(0, number, out),
            (None, Some(number)) => head(1, u64::try_from(-1 - number).ok()?, out),
            _ => return None,
        },
        Value::String(text) => {
            head(3, text.len() as u64, out);
            out.extend(text.as_bytes());
        }
        Value::Array(items) => {
            head(4, items.len() as u64, out);
            items.iter().try_for_each(|item| write(item, out))?;
        }
        Value::Object(map) => {
            if let (1, Some(link)) = (map.len(), map.get("$link")) {
                let bytes = bytes_of(link.as_str()?)?;
                head(6, 42, out);
                head(2, bytes.len() as u64 + 1, out);
                out.push(0);
                out.extend(bytes);
                return Some(());
            }
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| (key.len(), key.as_bytes()));
            head(5, entries.len() as u64, out);
            for (key, value) in entries {
                head(3, key.len() as u64, out);
                out.extend(key.as_bytes());
                write(value, out)?;
            }
        }
    }
    Some(())
}

/// A kind of thing, and its number or length in the fewest bytes.
fn head(kind: u8, number: u64, out: &mut Vec<u8>) {
    let kind = kind << 5;
    let bytes = number.to_be_bytes();
    let (tag, length) = match number {
        0..=23 => return out.push(kind | bytes[7]),
        24..=0xff => (24, 1),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    out.push(kind | tag);
    out.extend(&bytes[8 - length..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The first as the reference server (PDS 0.5.35) named that very record.
    #[test]
    fn records_are_called_what_the_reference_server_calls_them() {
        let hi = json!({
            "text": "hi", "$type": "app.bsky.feed.post", "langs": ["en"], "createdAt": "2026-01-01T00:00:00.000Z",
        });
        assert_eq!(of_record(&hi).unwrap(), "bafyreibe7usvbptpuqwloqo7gw5bxmb2ugckhwox7maxyz6d2nkx3bnlgy");
        assert_eq!(
            of_record(&json!({})).unwrap(),
            "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua"
        );
        assert_eq!(of_blob(b"text"), "bafkreieyfwpd5omw6vm6mm7u2gkn543wdwij6wr3mr6rvbi75llhymwj2e");
        assert!(is_cid(&of_blob(b"")) && !is_cid("bafkrei") && !is_cid("") && !is_cid("é"));
    }

    #[test]
    fn what_no_record_may_hold_has_no_name() {
        assert!(of_record(&json!({ "a": 1.5 })).is_none());
        assert!(of_record(&json!({ "a": { "$link": "nonsense" } })).is_none());
        let link =
            json!({ "a": [{ "$link": of_blob(b"x") }, null, true, -1, 300, 70_000, 5_000_000_000_u64] });
        assert!(of_record(&link).is_some());
    }
}
