//! The MIME message: deterministic, and only from parts that were checked.
//!
//! `multipart/alternative` of the text part and the HTML part, the latter
//! inside `multipart/related` when images go with it (RFC 2046, RFC 2387).

use super::mailbox::parse_mailbox;
use crate::channel::Attempt;
use crate::channel::folder::picture_bytes;
use crate::diagnostic::Diagnostic;
use crate::ladder::shape::Reader;
use crate::render::Mail;
use lettre::address::Envelope;
use lettre::message::header::{
    ContentDisposition, ContentId, ContentTransferEncoding, ContentType, HeaderName, HeaderValue,
};
use lettre::message::{Body, Mailbox, Message, MultiPart, SinglePart};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A whole mail on its way.
#[derive(Debug)]
pub struct Letter {
    /// Its Message-ID, without the angle brackets.
    pub id: String,
    /// Who gets it, for the server.
    pub envelope: Envelope,
    /// Head and body, ASCII, lines ended by CRLF.
    pub text: String,
}

/// Headers that say where answers and goodbyes go.
#[derive(Clone, Debug, Default)]
pub struct ListHeaders {
    /// `Reply-To`.
    pub reply_to: Option<Mailbox>,
    /// `List-Unsubscribe`: addresses, checked.
    pub unsubscribe: Vec<String>,
    /// `List-Id`, as written.
    pub list_id: Option<String>,
}

impl ListHeaders {
    /// Reads `list_unsubscribe` and `list_id`.
    pub fn read(reader: &mut Reader<'_>, reply_to: Option<Mailbox>) -> ListHeaders {
        let mut unsubscribe = Vec::new();
        for written in reader.texts("list_unsubscribe").unwrap_or_default() {
            match check_unsubscribe(&written.value) {
                Ok(address) => unsubscribe.push(address),
                Err(why) => {
                    let hint = "write an `https://` address that takes a POST (RFC 8058), or a `mailto:`";
                    reader.problems.push(Diagnostic::error("bad-url", why).at(written.span).hint(hint));
                }
            }
        }
        let list_id = reader.text("list_id").and_then(|written| {
            let good = one_line("list_id", &written.value).is_ok()
                && written.value.is_ascii()
                && written.value.ends_with('>')
                && written.value.contains('<');
            if !good {
                let message = format!("`{}` is no list id", written.value.escape_debug());
                let hint = "write `Acme News <news.acme.example>`, in ASCII (RFC 2919)";
                reader.problems.push(Diagnostic::error("wrong-value", message).at(written.span).hint(hint));
            }
            good.then_some(written.value)
        });
        ListHeaders { reply_to, unsubscribe, list_id }
    }

    /// One click is offered where the address is one that takes a POST.
    fn one_click(&self) -> bool {
        self.unsubscribe.iter().any(|address| address.starts_with("https:"))
    }

    /// The headers as they are sent, for the payload.
    pub fn shown(&self) -> serde_json::Map<String, serde_json::Value> {
        let mut headers = serde_json::Map::new();
        if let Some(reply_to) = &self.reply_to {
            headers.insert("Reply-To".to_owned(), reply_to.to_string().into());
        }
        headers.extend(self.raw().into_iter().map(|(name, value)| (name.to_owned(), value.into())));
        headers
    }

    fn raw(&self) -> Vec<(&'static str, String)> {
        let mut headers = Vec::new();
        if !self.unsubscribe.is_empty() {
            let addresses: Vec<String> =
                self.unsubscribe.iter().map(|address| format!("<{address}>")).collect();
            headers.push(("List-Unsubscribe", addresses.join(", ")));
        }
        if self.one_click() {
            headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        headers.extend(self.list_id.iter().map(|id| ("List-Id", id.clone())));
        headers
    }
}

/// Refuses what could end a header and begin another one.
pub fn one_line(what: &str, text: &str) -> Result<(), String> {
    match text.chars().find(|c| c.is_control() && *c != '\t') {
        Some('\r' | '\n') => Err(format!("the {what} holds a line end: a header has one line")),
        Some(c) => Err(format!("the {what} holds the control character {}", c.escape_unicode())),
        None => Ok(()),
    }
}

/// The mail for one recipient. The same mail, key and first try give the same bytes.
pub fn compose(
    mail: &Mail,
    from: &Mailbox,
    to: Mailbox,
    headers: &ListHeaders,
    attempt: &Attempt,
) -> Result<Letter, String> {
    one_line("subject", &mail.subject)?;
    let domain = from.email.domain();
    let id = format!("{}.ladder@{domain}", attempt.key);
    let envelope = Envelope::new(Some(from.email.clone()), vec![to.email.clone()])
        .map_err(|error| format!("the mail has no recipient: {error}"))?;
    let mut builder = Message::builder()
        .from(checked(from)?)
        .to(to)
        .subject(mail.subject.trim())
        .date(system_time(attempt.first_tried))
        .message_id(Some(format!("<{id}>")))
        .envelope(envelope.clone());
    if let Some(reply_to) = &headers.reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    for (name, value) in headers.raw() {
        // Pure ASCII of one line, checked above. Not folded: a long address in
        // angle brackets must stay in one piece.
        let name = HeaderName::new_from_ascii_str(name);
        builder = builder.raw_header(HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value));
    }
    if !mail.language.is_empty() && mail.language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        let name = HeaderName::new_from_ascii_str("Content-Language");
        builder = builder.raw_header(HeaderValue::new(name, mail.language.clone()));
    }
    let boundary = |part: &str| format!("ladder-{part}-{}", attempt.key);
    let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(body_of(&mail.text));
    let alternative = MultiPart::alternative().boundary(boundary("a")).singlepart(text);
    let (html, images) = html_and_images(mail, domain, attempt)?;
    let html = SinglePart::builder().header(ContentType::TEXT_HTML).body(body_of(&html));
    let whole = if images.is_empty() {
        alternative.singlepart(html)
    } else {
        let related = MultiPart::related().boundary(boundary("r")).singlepart(html);
        alternative.multipart(images.into_iter().fold(related, MultiPart::singlepart))
    };
    let message = builder.multipart(whole).map_err(|error| format!("the mail cannot be built: {error}"))?;
    let text = String::from_utf8(message.formatted()).map_err(|_| "the mail is not UTF-8".to_owned())?;
    Ok(Letter { id, envelope, text })
}

/// The HTML with `cid:` addresses as RFC 2392 wants them, and the images that
/// it really shows.
fn html_and_images(
    mail: &Mail,
    domain: &str,
    attempt: &Attempt,
) -> Result<(String, Vec<SinglePart>), String> {
    let mut html = mail.html.clone();
    let mut images: Vec<SinglePart> = Vec::new();
    for picture in &mail.media {
        let (plain, whole) = (format!("cid:{}", picture.sha256), format!("{}@{domain}", picture.sha256));
        if picture.sha256.is_empty() || !html.contains(&plain) || html.contains(&format!("cid:{whole}")) {
            continue;
        }
        html = html.replace(&plain, &format!("cid:{whole}"));
        let bytes = picture_bytes(&attempt.media, picture).map_err(|error| error.to_string())?;
        let mime = ContentType::parse(&picture.mime)
            .map_err(|_| format!("`{}` has no type that mail knows: `{}`", picture.path, picture.mime))?;
        // The name goes into a header: plain characters only.
        let name: String = picture
            .name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' })
            .collect();
        images.push(
            SinglePart::builder()
                .header(mime)
                .header(ContentId::from(format!("<{whole}>")))
                .header(ContentDisposition::inline_with_name(&name))
                .body(Body::new(bytes)),
        );
    }
    Ok((html, images))
}

/// Lines ended by CRLF, and an encoding that passes every server: 7-bit, else
/// quoted-printable (base64 where that is shorter).
fn body_of(text: &str) -> Body {
    let mut lines = text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
    if !lines.ends_with("\r\n") {
        lines.push_str("\r\n");
    }
    // Lines of over 78 characters are legal up to 998, but older servers break
    // them, and signatures with them.
    let plain = lines.is_ascii() && lines.lines().all(|line| line.len() <= 78);
    let encoding =
        if plain { ContentTransferEncoding::SevenBit } else { ContentTransferEncoding::QuotedPrintable };
    Body::new_with_encoding(lines.clone(), encoding).unwrap_or_else(|_| Body::new(lines))
}

/// Display names are checked once more where lettre would panic on them.
fn checked(mailbox: &Mailbox) -> Result<Mailbox, String> {
    parse_mailbox(&mailbox.to_string()).map(|_| mailbox.clone())
}

fn check_unsubscribe(address: &str) -> Result<String, String> {
    let bad = || format!("`{}` is no address to leave a list at", address.escape_debug());
    let url = url::Url::parse(address.trim()).map_err(|_| bad())?;
    let good = match url.scheme() {
        "https" => url.has_host() && !crate::ladder::name::holds_user(address),
        "mailto" => parse_mailbox(url.path()).is_ok(),
        _ => false,
    };
    // Normalised by the parser: ASCII, no blanks, no angle brackets, no line ends.
    let text = url.to_string();
    let safe = text.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>' && b != b',');
    (good && safe).then_some(text).ok_or_else(bad)
}

/// Mail's dates have years of four digits; outside of them the date is not ours.
fn system_time(at: jiff::Timestamp) -> SystemTime {
    // 9999-01-01T00:00:00Z.
    let seconds = at.as_second().clamp(0, 253_370_764_800);
    UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs())
}
