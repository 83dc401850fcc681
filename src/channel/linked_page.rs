//! Reads a page that a message links to, for the card of networks that do not
//! look at it themselves.
//!
//! The address is a stranger's. Nothing of this machine or of the house's own
//! network is asked: neither an address that is private, nor a name that leads
//! to one, nor a redirect to either; no proxy of the environment, which would
//! look names up where nobody checks them. No cookie, no credential. Bounded in
//! time, size and redirects.

use crate::render::page_card::{Read, read};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, redirect};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

/// For all of a page, redirects and all.
const TIME: Duration = Duration::from_secs(10);
/// Of a page, so many bytes are read: heads of a megabyte have been seen.
const PAGE: usize = 2 * 1024 * 1024;
/// Of an image.
const IMAGE: usize = 8 * 1024 * 1024;
/// Redirects that are followed.
const REDIRECTS: usize = 5;

/// Which addresses may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those of the public internet.
    Public,
    /// This machine's as well: for tests with a server of their own.
    #[cfg(test)]
    Here,
}

/// A page as its card shows it, and the bytes of its image.
#[derive(Debug)]
pub struct Fetched {
    /// What it says.
    pub read: Read,
    /// The image's bytes, whatever they are; none if there is none, or why not.
    pub image: Option<Result<Vec<u8>, String>>,
}

/// Reads the page at `address`. The error says why not, as the end of a sentence
/// ("it answered 404").
pub async fn fetch(address: &str, reach: Reach) -> Result<Fetched, String> {
    let url = Url::parse(address).map_err(|_| "it is no web address".to_owned())?;
    let client = client(reach)?;
    let (found_at, mime, bytes) = get(&client, &url, reach, PAGE, true).await?;
    let kind = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !matches!(kind.as_str(), "text/html" | "application/xhtml+xml") {
        let kind = crate::diagnostic::visible::visible(&kind).into_owned();
        return Err(if kind.is_empty() {
            "it does not say what it is".to_owned()
        } else {
            format!("it is {kind}, and no page")
        });
    }
    let html = decoded(&bytes, &mime);
    let read = read(&html, &found_at).ok_or("it says no title")?;
    let image = match &read.image {
        Some(image) => Some(get(&client, image, reach, IMAGE, false).await.map(|(_, _, bytes)| bytes)),
        None => None,
    };
    Ok(Fetched { read, image })
}

fn client(reach: Reach) -> Result<Client, String> {
    let policy = redirect::Policy::custom(move |attempt| {
        if attempt.previous().len() > REDIRECTS {
            return attempt.error("it leads from one address to the next without an end");
        }
        match may_ask(attempt.url(), reach) {
            Ok(()) => attempt.follow(),
            Err(why) => attempt.error(why),
        }
    });
    Client::builder()
        .connect_timeout(TIME)
        .timeout(TIME)
        .redirect(policy)
        .no_proxy()
        .dns_resolver(Arc::new(Public(reach)))
        .user_agent(concat!("ladder/", env!("CARGO_PKG_VERSION"), " (link card)"))
        .build()
        .map_err(|error| format!("the HTTP client cannot be built: {error}"))
}

/// The address that was found, what it says it is, and its bytes; with `begin` the
/// beginning of what is longer, else that is an error.
async fn get(
    client: &Client,
    url: &Url,
    reach: Reach,
    longest: usize,
    begin: bool,
) -> Result<(Url, String, Vec<u8>), String> {
    may_ask(url, reach)?;
    let mut answer = client.get(url.clone()).send().await.map_err(|error| why(&error))?;
    if !answer.status().is_success() {
        return Err(format!("it answered {}", answer.status().as_u16()));
    }
    let header = answer.headers().get(reqwest::header::CONTENT_TYPE);
    let mime = header.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let found_at = answer.url().clone();
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| why(&error))? {
        let room = longest.saturating_sub(bytes.len());
        bytes.extend_from_slice(chunk.get(..room.min(chunk.len())).unwrap_or_default());
        if chunk.len() > room {
            if begin {
                break;
            }
            return Err(format!("it is larger than {} MB", longest / (1024 * 1024)));
        }
    }
    Ok((found_at, mime, bytes))
}

/// The innermost cause, which says most.
fn why(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it did not answer in time".to_owned();
    }
    let mut says = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        says = next.to_string();
        cause = next.source();
    }
    match says.find(" (os error ") {
        Some(at) => says.get(..at).unwrap_or_default().to_lowercase(),
        None => says,
    }
}

/// Whether an address may be asked at all, as far as it is written out.
fn may_ask(url: &Url, reach: Reach) -> Result<(), String> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{}:` is no web address", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("its address holds a user or a password".to_owned());
    }
    match url.host() {
        Some(Host::Ipv4(address)) => may_reach(IpAddr::V4(address), reach),
        Some(Host::Ipv6(address)) => may_reach(IpAddr::V6(address), reach),
        Some(Host::Domain(name)) => match reserved(name) {
            Some(ending) => Err(format!("`.{ending}` is for examples and tests, and nobody has it")),
            None => Ok(()),
        },
        None => Err("it is no web address".to_owned()),
    }
}

/// The ending of a name that nobody has (RFC 2606, RFC 6761): it is not looked up.
fn reserved(name: &str) -> Option<&str> {
    let ending = name.trim_end_matches('.').rsplit('.').next()?;
    ["example", "invalid", "test"].into_iter().find(|reserved| ending.eq_ignore_ascii_case(reserved))
}

fn may_reach(address: IpAddr, reach: Reach) -> Result<(), String> {
    match reach {
        Reach::Public if !is_public(address) => {
            Err("it leads to a private address, which is not asked for a card".to_owned())
        }
        _ => Ok(()),
    }
}

/// Whether an address is one of the public internet (IANA special-purpose
/// registries for IPv4 and IPv6, RFC 6890 and its updates, read 2026).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = match (a, b, c) {
        // This network, private, loopback, link-local, private, private.
        (0 | 10 | 127, ..) | (169, 254, _) | (172, 16..=31, _) | (192, 168, _) => true,
        // Carriers' own, protocol assignments, documentation (three), benchmarks.
        (100, 64..=127, _) | (192, 0, 0 | 2) | (198, 51, 100) | (203, 0, 113) | (198, 18 | 19, _) => true,
        // The old way from IPv6 to IPv4, multicast, reserved, broadcast.
        (192, 88, 99) | (224..=255, ..) => true,
        _ => false,
    };
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, ..] = address.segments();
    // An IPv4 address in the clothes of IPv6: mapped, or translated (64:ff9b::/96, RFC
    // 6052; 64:ff9b:1::/48, RFC 8215, is for networks of one's own).
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let last = || {
        let [.., g, h] = address.segments();
        let ([c, d], [e, f]) = (g.to_be_bytes(), h.to_be_bytes());
        Ipv4Addr::new(c, d, e, f)
    };
    match (a, b) {
        (0x64, 0xff9b) => [c, d, e, f] == [0; 4] && is_public_v4(last()),
        // 6to4 holds an IPv4 address; Teredo, documentation, benchmarks, ORCHID.
        (0x2002 | 0x3fff, _) | (0x2001, 0..=0x1ff | 0xdb8) => false,
        // Only global unicast is the public internet.
        _ => (0x2000..=0x3fff).contains(&a),
    }
}

/// Looks names up, and gives no address that may not be asked.
struct Public(Reach);

impl Resolve for Public {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let good: Vec<SocketAddr> =
                found.into_iter().filter(|address| may_reach(address.ip(), reach).is_ok()).collect();
            if good.is_empty() {
                return Err("it leads to a private address, which is not asked for a card".into());
            }
            let addresses: Addrs = Box::new(good.into_iter());
            Ok(addresses)
        })
    }
}

/// A page's bytes as text: by its header, else by what it says itself near its
/// beginning, else UTF-8 (HTML standard, determining the character encoding,
/// without guessing).
fn decoded(bytes: &[u8], mime: &str) -> String {
    let label = |text: &str| {
        let low = text.to_ascii_lowercase();
        let (_, behind) = low.split_once("charset=")?;
        let name: String = behind
            .trim_start_matches(['"', '\'', ' '])
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.'))
            .collect();
        encoding_rs::Encoding::for_label(name.as_bytes())
    };
    let start = String::from_utf8_lossy(bytes.get(..bytes.len().min(1024)).unwrap_or_default()).into_owned();
    let encoding = label(mime).or_else(|| label(&start)).unwrap_or(encoding_rs::UTF_8);
    encoding.decode(bytes).0.into_owned()
}

#[cfg(test)]
#[path = "linked_page_tests.rs"]
mod tests;
