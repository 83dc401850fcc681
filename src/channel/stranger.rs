//! Asks the machines of strangers: pages that messages link to, and what those name.
//!
//! Promise: nothing of this machine or of the house's own network is asked: neither an
//! address that is private, nor a name that leads to one, nor a redirect to either; no
//! proxy of the environment, which would look names up where nobody checks them. No
//! cookie, no credential, no word of where one came from. Bounded in time, size and
//! redirects, of packed bytes the size that they unpack to.

use super::http::{PACKED, innermost, unpacked};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Client, redirect};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

/// For all of one question, redirects and all.
const TIME: Duration = Duration::from_secs(if cfg!(test) { 3 } else { 10 });

/// So much of what a stranger says is told, in characters.
const LONGEST_EXCERPT: usize = 200;

const PRIVATE: &str = "it leads to a private address, which is not asked";
const NO_END: &str = "it leads from one address to the next without an end";
const NO_ADDRESS: &str = "it is no web address";

/// An answer that says no more is longer than any that is looked at.
pub const WORD: usize = 64 * 1024;

/// Which addresses may be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those of the public internet.
    Public,
    /// None but this server, which stands in for all of them: `https://a.example/b?c` is
    /// asked for as `/https/a.example/b?c`. What may not be asked in public may not be
    /// asked of it either.
    Through(Url),
    /// This machine's as well: for tests with a server of their own.
    #[cfg(test)]
    Here,
}

impl Reach {
    /// Where a channel's table has a `base_url`, that server alone; else the public internet.
    pub fn of(base_url: &str) -> Reach {
        Url::parse(base_url).map_or(Reach::Public, Reach::Through)
    }
}

/// How much is read, and how far is followed.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// So many bytes, unpacked.
    pub longest: usize,
    /// Redirects that are followed.
    pub redirects: usize,
}

/// What a machine answered, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Where it was found in the end.
    pub found_at: Url,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, or its beginning.
    pub bytes: Vec<u8>,
    /// Whether there was more of it than is read.
    pub is_cut: bool,
}

/// Why there is no answer: the end of a sentence ("it did not answer in time").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unasked {
    /// It may not be asked, now or later.
    Never(String),
    /// It could not be reached, or its answer broke off.
    Now(String),
}

impl Unasked {
    /// What is said of it.
    pub fn says(self) -> String {
        let (Unasked::Never(says) | Unasked::Now(says)) = self;
        says
    }
}

impl Answer {
    /// Whether it is a 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it says that something else should be asked once more later: too much is
    /// asked of it, or it has troubles of its own.
    pub fn is_for_later(&self) -> bool {
        matches!(self.status, 408 | 425 | 429 | 500..=599)
    }

    /// How long it wants to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        self.as_service().retry_after()
    }

    /// The beginning of what it says, for a message: short and harmless.
    pub fn excerpt(&self) -> String {
        let said = self.as_service().excerpt();
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        match said.char_indices().nth(LONGEST_EXCERPT) {
            Some((end, _)) => format!("{}…", said.get(..end).unwrap_or_default()),
            None => said,
        }
    }

    fn as_service(&self) -> super::http::Answer {
        let (headers, body) = (self.headers.clone(), self.bytes.clone());
        super::http::Answer { status: self.status, headers, body, cut: None }
    }

    /// `Content-Type`, as it stands there; empty if there is none.
    pub fn mime(&self) -> &str {
        self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The type alone, in small letters: `text/html`.
    pub fn kind(&self) -> String {
        self.mime().split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Whether it says that it is a page of HTML.
    pub fn is_page(&self) -> bool {
        matches!(self.kind().as_str(), "text/html" | "application/xhtml+xml")
    }

    /// Its text: by its header, else by what it says itself near its beginning, else
    /// UTF-8 (HTML standard, determining the character encoding, without guessing).
    pub fn text(&self) -> String {
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
        let start = self.bytes.get(..self.bytes.len().min(1024)).unwrap_or_default();
        let start = String::from_utf8_lossy(start);
        let encoding = label(self.mime()).or_else(|| label(&start)).unwrap_or(encoding_rs::UTF_8);
        encoding.decode(&self.bytes).0.into_owned()
    }
}

/// Whoever asks strangers.
#[derive(Clone, Debug)]
pub struct Asker {
    client: Client,
    reach: Reach,
}

impl Asker {
    /// One that says of itself that it is `ladder/VERSION (PURPOSE)`.
    pub fn new(reach: Reach, purpose: &str) -> Result<Asker, String> {
        let client = Client::builder()
            .connect_timeout(TIME)
            .timeout(TIME)
            // Each step is looked at before it is made.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .pool_max_idle_per_host(0)
            .dns_resolver(Arc::new(Public(reach.clone())))
            .user_agent(format!("ladder/{} ({purpose})", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| format!("the HTTP client cannot be built: {error}"))?;
        Ok(Asker { client, reach })
    }

    /// Whether one server stands in for all others.
    pub fn is_played(&self) -> bool {
        matches!(self.reach, Reach::Through(_))
    }

    /// What stands at `url`.
    pub async fn get(&self, url: &Url, bounds: Bounds) -> Result<Answer, Unasked> {
        self.ask(url, None, bounds, false).await
    }

    /// The same of a page of ours. Where one server stands in for all, that page too may
    /// be played on this machine.
    pub async fn get_own(&self, url: &Url, bounds: Bounds) -> Result<Answer, Unasked> {
        self.ask(url, None, bounds, self.is_played()).await
    }

    /// Gives `form` to what stands at `url`, whose query stays in the address. A redirect
    /// is given the same again, but where it says to look elsewhere with `GET` (303).
    pub async fn post(&self, url: &Url, form: &[(&str, &str)], bounds: Bounds) -> Result<Answer, Unasked> {
        self.ask(url, Some(form), bounds, false).await
    }

    async fn ask(
        &self,
        url: &Url,
        form: Option<&[(&str, &str)]>,
        bounds: Bounds,
        anywhere: bool,
    ) -> Result<Answer, Unasked> {
        let asking = async {
            let mut url = url.clone();
            for _ in 0..=bounds.redirects {
                may_ask(&url, &self.reach, anywhere).map_err(Unasked::Never)?;
                let answer = self.step(&url, form, bounds.longest).await?;
                let follows = match answer.status {
                    301 | 302 | 307 | 308 => true,
                    303 => form.is_none(),
                    _ => false,
                };
                let next = answer.headers.get(LOCATION).filter(|_| follows);
                let next =
                    next.and_then(|next| next.to_str().ok()).and_then(|next| url.join(next.trim()).ok());
                match next {
                    Some(next) => url = next,
                    None => return Ok(answer),
                }
            }
            Err(Unasked::Never(NO_END.to_owned()))
        };
        let late = |_| Unasked::Now("it did not answer in time".to_owned());
        tokio::time::timeout(TIME, asking).await.map_err(late)?
    }

    async fn step(
        &self,
        url: &Url,
        form: Option<&[(&str, &str)]>,
        longest: usize,
    ) -> Result<Answer, Unasked> {
        let at = self.address(url).ok_or_else(|| Unasked::Never(NO_ADDRESS.to_owned()))?;
        let request = match form {
            Some(form) => self.client.post(at).form(form),
            None => self.client.get(at),
        };
        let mut response = request.send().await.map_err(|error| why(&error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let (mut bytes, mut is_cut) = (Vec::new(), false);
        while let Some(chunk) = response.chunk().await.map_err(|error| why(&error))? {
            let room = longest.saturating_sub(bytes.len());
            bytes.extend_from_slice(chunk.get(..room.min(chunk.len())).unwrap_or_default());
            if chunk.len() > room {
                is_cut = true;
                break;
            }
        }
        if bytes.starts_with(&PACKED) {
            (bytes, is_cut) = unpacked(&bytes, longest, is_cut).map_err(Unasked::Now)?;
        }
        Ok(Answer { found_at: url.clone(), status, headers, bytes, is_cut })
    }

    /// Where `url` is asked for.
    fn address(&self, url: &Url) -> Option<Url> {
        let Reach::Through(server) = &self.reach else { return Some(url.clone()) };
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let mut at = server.clone();
        let before = server.path().trim_end_matches('/');
        at.set_path(&format!("{before}/{}/{}{port}{}", url.scheme(), url.host_str()?, url.path()));
        at.set_query(url.query());
        Some(at)
    }
}

/// The innermost cause, which says most.
fn why(error: &reqwest::Error) -> Unasked {
    if error.is_timeout() {
        return Unasked::Now("it did not answer in time".to_owned());
    }
    let says = innermost(error);
    if says == PRIVATE { Unasked::Never(says) } else { Unasked::Now(says) }
}

/// Whether an address may be asked at all, as far as it is written out. `anywhere`: of
/// whomever, for nobody there is asked.
fn may_ask(url: &Url, reach: &Reach, anywhere: bool) -> Result<(), String> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{}:` is no web address", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("its address holds a user or a password".to_owned());
    }
    match url.host() {
        Some(_) if anywhere => Ok(()),
        Some(Host::Ipv4(address)) => may_reach(IpAddr::V4(address), reach),
        Some(Host::Ipv6(address)) => may_reach(IpAddr::V6(address), reach),
        Some(Host::Domain(name)) if super::is_loopback(name.trim_end_matches('.')) => {
            may_reach(IpAddr::V4(Ipv4Addr::LOCALHOST), reach)
        }
        Some(Host::Domain(name)) => match reserved(name).filter(|_| !matches!(reach, Reach::Through(_))) {
            Some(ending) => Err(format!("`.{ending}` is for examples and tests, and nobody has it")),
            None => Ok(()),
        },
        None => Err(NO_ADDRESS.to_owned()),
    }
}

/// Whether `url` is written so that it leads into a house's own network: whoever asks
/// strangers never asks it. Of a name that is known only once it is looked up.
pub fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => !is_public(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => !is_public(IpAddr::V6(address)),
        Some(Host::Domain(name)) => super::is_loopback(name.trim_end_matches('.')),
        None => false,
    }
}

/// The ending of a name that nobody has (RFC 2606, RFC 6761): it is not looked up.
fn reserved(name: &str) -> Option<&str> {
    let ending = name.trim_end_matches('.').rsplit('.').next()?;
    ["example", "invalid", "test"].into_iter().find(|reserved| ending.eq_ignore_ascii_case(reserved))
}

fn may_reach(address: IpAddr, reach: &Reach) -> Result<(), String> {
    match reach {
        Reach::Public | Reach::Through(_) if !is_public(address) => Err(PRIVATE.to_owned()),
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
        let reach = self.0.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // Where one server stands in for all, it is the only name that is looked up.
            let may = |address: &SocketAddr| {
                matches!(reach, Reach::Through(_)) || may_reach(address.ip(), &reach).is_ok()
            };
            let good: Vec<SocketAddr> = found.into_iter().filter(may).collect();
            if good.is_empty() {
                return Err(PRIVATE.into());
            }
            let addresses: Addrs = Box::new(good.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
#[path = "stranger_tests.rs"]
mod tests;
