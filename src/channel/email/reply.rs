//! What a mail server's answers mean. Pure.
//!
//! A reply has a code of three digits, and mostly an enhanced one behind it, such
//! as `5.7.8` (RFC 3463), which is meant where the two differ: some temporary
//! things are said with a 5.

use crate::channel::SendError;
use crate::channel::redaction::redact;
use crate::channel::secret::Exposed;
use crate::text::visible;
use lettre::transport::smtp::Error;
use std::time::Duration;

/// Greylisting wants 5 to 15 minutes (email practice, RFC 6647).
pub(super) const LATER: Duration = Duration::from_secs(300);
/// Gmail's `550 5.4.5` is a daily limit in the clothes of a refusal.
const TOMORROW: Duration = Duration::from_secs(24 * 3600);

/// What to do where a login is wanted, and none or not this one will do.
pub(super) const CREDENTIALS: &str = ": check the credentials in `smtp` (user and password)";

/// The meaning of an answer that is no success, about `what`: `RCPT`, `the mail`.
pub(super) fn answered(error: &Error, what: &str, secrets: &[Exposed]) -> SendError {
    let says = clean(&format!("the mail server answered {what} with {}", whole(error)), secrets);
    let code = error.status().map_or(0, u16::from);
    meaning(code, enhanced(&says), says)
}

/// The same by the codes alone.
///
/// - 5.4.5, a day's quota (Gmail): the account takes no more, although it begins
///   with 5; so do 4.7.28 and 4.7.650, which slow a sender down.
/// - 530, 534, 535, 538, and 5.7.30 (a login by password is no longer taken): the no
///   is to the credentials.
/// - 5.7.26, 5.7.509, 5.7.515: the sender's domain is not proven (SPF, DKIM, DMARC).
///   That is about no reader, and once it is mended the mail goes.
/// - else 4 is "later", and 5 is "no".
fn meaning(code: u16, enhanced: Option<[u16; 3]>, says: String) -> SendError {
    match (code, enhanced) {
        (_, Some([5, 4, 5])) => SendError::TooMany { says, wait: Some(TOMORROW) },
        (400..=499, Some([4, 7, 28 | 650])) => SendError::TooMany { says, wait: Some(LATER) },
        (400..=499, _) => SendError::NotYet { says, wait: Some(LATER) },
        (_, Some([5, 7, 30])) => {
            let hint =
                ": it takes no password any more; use a server that does, such as a relay of your provider";
            SendError::Mendable { says: format!("{says}{hint}") }
        }
        (530 | 534 | 535 | 538, _) => SendError::Mendable { says: format!("{says}{CREDENTIALS}") },
        (_, Some([5, 7, 26 | 509 | 515])) => SendError::Mendable {
            says: format!(
                "{says}: the sender's domain has to be proven (SPF, DKIM and DMARC): whoever runs it has to mend that"
            ),
        },
        _ => SendError::Refused { says },
    }
}

/// The enhanced code in what a server said: three numbers with full stops, as a
/// word of its own; an address of four is none.
fn enhanced(says: &str) -> Option<[u16; 3]> {
    let words = says.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    words
        .filter_map(|word| {
            let mut numbers = word.trim_end_matches('.').split('.').map(|digits| match digits.len() {
                1..=3 => digits.parse::<u16>().ok(),
                _ => None,
            });
            let code = [numbers.next()??, numbers.next()??, numbers.next()??];
            (matches!(code[0], 2 | 4 | 5) && numbers.next().is_none()).then_some(code)
        })
        .next()
}

/// An error with its causes, and what to do about a certificate.
pub(super) fn whole(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        let next = deeper.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = deeper.source();
    }
    text.push_str(crate::channel::certificate::advice(error).unwrap_or_default());
    text
}

/// What a server said, without secrets, without power over the terminal, and
/// not endless.
pub(super) fn clean(text: &str, secrets: &[Exposed]) -> String {
    let text = redact(text, secrets);
    let text = visible(text.trim());
    text.chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_enhanced_code_counts_where_there_is_one() {
        let told = |reply: &str| {
            let code = reply[..3].parse().unwrap();
            match meaning(code, enhanced(reply), reply.to_owned()) {
                SendError::Refused { .. } => "refused".to_owned(),
                SendError::Mendable { .. } => "held".to_owned(),
                SendError::NotYet { wait, .. } => format!("not yet, {} s", wait.unwrap().as_secs()),
                SendError::TooMany { wait, .. } => format!("none for {} s", wait.unwrap().as_secs()),
                SendError::Partly { .. } => "partly".to_owned(),
                SendError::Unknown { .. } => "unknown".to_owned(),
            }
        };
        for (reply, meant) in [
            ("421 4.3.2 closing", "not yet, 300 s"),
            ("421 4.7.28 rate of mail from your address", "none for 300 s"),
            ("421 4.7.0 try again", "not yet, 300 s"),
            ("450 4.2.1 the user is receiving too quickly", "not yet, 300 s"),
            ("450 4.2.0 greylisted", "not yet, 300 s"),
            ("451 4.7.650 the mail server [203.0.113.5] has been rate limited", "none for 300 s"),
            ("451 later", "not yet, 300 s"),
            ("452 4.5.3 too many recipients", "not yet, 300 s"),
            ("454 4.7.0 temporary authentication failure", "not yet, 300 s"),
            ("530 5.7.0 authentication required", "held"),
            ("534 5.7.9 application-specific password required", "held"),
            ("535 5.7.8 no", "held"),
            ("535 no", "held"),
            ("538 encryption required", "held"),
            ("550 5.7.30 Basic authentication is not supported for Client Submission", "held"),
            ("550 5.4.5 Daily user sending limit exceeded", "none for 86400 s"),
            ("550 5.1.1 no such user", "refused"),
            ("550 see 5.4.5.6 of the manual", "refused"),
            ("550 at 10.5.4.5", "refused"),
            ("550-5.7.26 unauthenticated. 550 5.7.26 more", "held"),
            ("550 5.7.515 access denied", "held"),
            ("550 5.7.509 the domain does not pass DMARC", "held"),
            ("550 5.7.1 spam", "refused"),
            ("552 5.2.2 mailbox full", "refused"),
            ("552 5.3.4 too big", "refused"),
            ("553 5.1.3 bad address", "refused"),
            ("554 no", "refused"),
            ("555 parameters", "refused"),
        ] {
            assert_eq!(told(reply), meant, "{reply}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_words_break_the_reading(says in "\\PC{0,60}", digits in "[0-9. ]{0,40}") {
            let _ = (enhanced(&says), enhanced(&digits));
        }
    }
}
