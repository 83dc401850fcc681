//! Addresses of people, checked before any of them reaches a header or a server.

use lettre::Address;
use lettre::message::Mailbox;

/// Reads `ada@acme.example` or `Ada Lovelace <ada@acme.example>`. Line ends and
/// other control characters are refused here, because below they could become
/// headers or commands. A domain in other scripts becomes ASCII (IDNA).
pub fn parse_mailbox(written: &str) -> Result<Mailbox, String> {
    if written.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(format!("the address {written:?} holds a line end or another control character"));
    }
    let written = written.trim();
    let (name, address) = match written.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, address)) => (unquote(name.trim()), address.trim()),
        None => (String::new(), written),
    };
    let bad = || format!("`{written}` is not one mail address");
    let (user, domain) = address.rsplit_once('@').ok_or_else(bad)?;
    // An address literal (`[192.0.2.1]`) is taken as it is.
    let domain = match url::Host::parse(domain) {
        Ok(url::Host::Domain(ascii)) => ascii,
        _ if domain.starts_with('[') => domain.to_owned(),
        _ => return Err(bad()),
    };
    // RFC 5321, 4.5.3.1: 64 octets before the `@`, 255 behind it.
    if user.len() > 64 || domain.len() > 255 {
        return Err(format!("the address `{written}` is longer than mail servers take"));
    }
    let email = Address::new(user, domain).map_err(|_| bad())?;
    let name = Some(name).filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, email))
}

fn unquote(name: &str) -> String {
    let inner = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
    inner.map_or_else(|| name.to_owned(), |inner| inner.replace("\\\"", "\"").replace("\\\\", "\\"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_addresses_in_these_ways() {
        let shown = |written: &str| {
            let mailbox = parse_mailbox(written).unwrap();
            format!("{:?} {}", mailbox.name.as_deref().unwrap_or(""), mailbox.email)
        };
        assert_eq!(shown("ada@acme.example"), "\"\" ada@acme.example");
        assert_eq!(shown("Ada L. <ada@acme.example>"), "\"Ada L.\" ada@acme.example");
        assert_eq!(shown("\"Lovelace, Ada\" <ada@acme.example>"), "\"Lovelace, Ada\" ada@acme.example");
        assert_eq!(shown("Jürgen <j@grün.example>"), "\"Jürgen\" j@xn--grn-ioa.example");
        assert_eq!(shown("<ada@acme.example>"), "\"\" ada@acme.example");
    }

    #[test]
    fn nothing_but_one_address_is_taken() {
        for bad in [
            "",
            "ada",
            "@acme.example",
            "a@b@",
            "ada@acme.example, eve@evil.example",
            "Ada\r\nBcc: eve@evil.example <ada@acme.example>",
            "ada@acme.example\r\nRCPT TO:<eve@evil.example>",
            "ada@acme.example>\r\nRCPT TO:<eve@evil.example",
            "a b@acme.example",
            "ada@acme example",
            "Ada\u{2028}B <ada@acme.example>",
            "ada@acme.example\u{0}",
        ] {
            assert!(parse_mailbox(bad).is_err(), "{bad:?}");
        }
        assert!(parse_mailbox(&format!("{}@acme.example", "a".repeat(65))).is_err());
    }
}
