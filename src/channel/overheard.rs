//! What a program said that may know our secrets. Pure.
//!
//! Promise: nothing of a secret that is told here is left in what comes back, in
//! any of the spellings that [`redact`] knows, nor user and password in an address;
//! also not the beginning of one at an end that was cut off. Linear in the words.

use super::redaction::{forms, redact, redact_pieces};
use super::secret::Exposed;
use url::Url;

/// What stands for what is hidden.
const HIDDEN: &str = "«secret»";

/// `words` without the secrets. `cut`: there was more, and the end may be the
/// beginning of something.
pub fn without_secrets(words: &[u8], secrets: &[Exposed], cut: bool) -> String {
    let secrets = with_passwords(secrets);
    let kept = if cut { before_a_beginning(words, &secrets) } else { words.len() };
    let text = String::from_utf8_lossy(words.get(..kept).unwrap_or(words));
    // The host of an address is no secret, so no piece of one is looked for.
    let (addresses, plain): (Vec<Exposed>, Vec<Exposed>) =
        secrets.into_iter().partition(|secret| secret.value().contains("://"));
    let text = redact(&redact_pieces(&text, &plain), &addresses);
    without_user_info(&text, cut)
}

/// The secrets, and the passwords of those that are addresses.
fn with_passwords(secrets: &[Exposed]) -> Vec<Exposed> {
    let mut all = secrets.to_vec();
    for secret in secrets {
        let url = Url::parse(secret.value()).ok();
        let Some(password) = url.as_ref().and_then(Url::password).filter(|password| !password.is_empty())
        else {
            continue;
        };
        let decoded = unescaped(password);
        all.extend([Exposed::new(password), Exposed::new(decoded)]);
    }
    all
}

/// What the escapes of an address stand for.
fn unescaped(escaped: &str) -> String {
    // A form's reading takes `+` for a blank, which an address does not.
    let escaped = escaped.replace('+', "%2B");
    url::form_urlencoded::parse(escaped.as_bytes())
        .next()
        .map_or_else(String::new, |(name, _)| name.into_owned())
}

/// How much of `words` stands before an end that is the beginning of a secret.
fn before_a_beginning(words: &[u8], secrets: &[Exposed]) -> usize {
    let spellings = secrets.iter().map(Exposed::value).filter(|value| !value.is_empty()).flat_map(forms);
    let begun = spellings.filter_map(|form| {
        let form = form.as_bytes();
        (1..form.len()).rev().find(|length| form.get(..*length).is_some_and(|begun| words.ends_with(begun)))
    });
    words.len().saturating_sub(begun.max().unwrap_or(0))
}

/// `https://ada:sesame@host` as `https://«secret»@host`: what `git` and `curl` repeat
/// of an address with a password in it; and `//ada:sesame@host`, which has left its
/// scheme behind. A bare user of SSH is none.
fn without_user_info(text: &str, cut: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("//") {
        let (before, after) = rest.split_at(at + 2);
        out.push_str(before);
        let end = after.find(|c: char| "/?#\\\"'`<>|".contains(c) || c.is_whitespace() || c.is_control());
        let authority = after.get(..end.unwrap_or(after.len())).unwrap_or_default();
        let user = match authority.rfind('@') {
            Some(at) => authority.get(..at).unwrap_or_default(),
            // Its `@` may be what was cut off.
            None if cut && end.is_none() => authority,
            None => "",
        };
        let is_bare = before.ends_with("ssh://") && !user.contains(':');
        if !user.is_empty() && !is_bare {
            out.push_str(HIDDEN);
        } else {
            out.push_str(user);
        }
        rest = after.get(user.len()..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(words: &str, secrets: &[&str], cut: bool) -> String {
        let secrets: Vec<Exposed> = secrets.iter().map(|secret| Exposed::new(*secret)).collect();
        without_secrets(words.as_bytes(), &secrets, cut)
    }

    #[test]
    fn secrets_and_the_passwords_of_addresses_are_hidden() {
        let secrets = ["EAAB-sesame-open-1234567890", "smtps://ada:p%40ss+1@mail.acme.example:465"];
        for (said, shown) in [
            ("+ echo EAAB-sesame-open-1234567890", "+ echo «secret»"),
            ("token=EAAB-sesame-open…", "token=«secret»…"),
            ("p@ss+1 and p%40ss+1", "«secret» and «secret»"),
            ("url smtps://ada:p%40ss+1@mail.acme.example:465", "url smtps://«secret»@mail.acme.example:465"),
            ("to mail.acme.example:465", "to mail.acme.example:465"),
            ("", ""),
        ] {
            assert_eq!(heard(said, &secrets, false), shown);
        }
        assert_eq!(heard("a\u{fffd}b", &[""], false), "a\u{fffd}b");
        assert_eq!(without_secrets(b"a\xffsesame", &[Exposed::new("sesame")], false), "a\u{fffd}«secret»");
    }

    #[test]
    fn who_stands_before_the_host_of_an_address_is_hidden() {
        for (said, shown) in [
            (
                "fatal: unable to access 'https://x:ghp_1@git.example/a.git/': 403",
                "fatal: unable to access 'https://«secret»@git.example/a.git/': 403",
            ),
            ("http://ghp_1@h, https://a@b:c@h/", "http://«secret»@h, https://«secret»@h/"),
            ("https://h/a@b?c=d@e#f@g", "https://h/a@b?c=d@e#f@g"),
            ("To ssh://git@h/a and git@h:a", "To ssh://git@h/a and git@h:a"),
            ("ssh://git:pw@h", "ssh://«secret»@h"),
            ("://@ :// https://", "://@ :// https://"),
            ("push //bob:pw@host/a.git", "push //«secret»@host/a.git"),
            ("file:///a@b //// //bob:pw@h", "file:///a@b //// //«secret»@h"),
            ("// ask ada@acme.example", "// ask ada@acme.example"),
        ] {
            assert_eq!(heard(said, &[], false), shown);
        }
    }

    #[test]
    fn what_was_cut_off_shows_no_beginning_of_a_secret() {
        assert_eq!(heard("token sesa", &["sesame-open"], true), "token ");
        assert_eq!(heard("token sesa", &["sesame-open"], false), "token sesa");
        assert_eq!(heard("at https://x:gh", &[], true), "at https://«secret»");
        assert_eq!(heard("at https://h/x", &[], true), "at https://h/x");
        // In the middle of a letter.
        assert_eq!(without_secrets(&"say grü".as_bytes()[..7], &[Exposed::new("grüße-sesam")], true), "say ");
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_left_wherever_it_stands_and_is_cut(before in "\\PC{0,20}", after in "\\PC{0,20}", at in 0_usize..60) {
            let secret = "sésame-open-1234567890";
            let said = format!("{before}{secret}{after}");
            proptest::prop_assert!(!heard(&said, &[secret], false).contains("sésame"));
            let cut = &said.as_bytes()[..at.min(said.len())];
            let shown = without_secrets(cut, &[Exposed::new(secret)], true);
            proptest::prop_assert!(before.contains('s') || !shown.contains("sésa"), "{shown}");
        }
    }
}
