//! The named secrets of an account at a network.

use super::redaction::redact_pieces;
use super::secret::{Exposed, resolve};
use super::{Configuring, Ready, SendError};
use crate::diagnostic::Diagnostic;
use crate::ladder::secret_ref::SecretRef;
use crate::ladder::shape::Reader;
use reqwest::header::HeaderValue;
use std::path::Path;

/// The secrets that an adapter's table names, in the order of its fields.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The channel, for messages.
    channel: String,
    /// Key in the table, and where its value is to be found.
    found: Vec<(&'static str, SecretRef)>,
    /// What is missing from the table, a sentence each.
    missing: Vec<String>,
}

/// The values of an account's secrets, while something is being sent.
#[derive(Debug, Default)]
pub struct Secrets {
    values: Vec<(&'static str, Exposed)>,
}

impl Secrets {
    /// These values, for a test.
    #[cfg(test)]
    pub(super) fn of(values: &[(&'static str, &str)]) -> Secrets {
        Secrets { values: values.iter().map(|(key, value)| (*key, Exposed::new(*value))).collect() }
    }

    /// The value that stands under `key` in the table.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.iter().find(|(name, _)| *name == key).map(|(_, value)| value.value())
    }

    /// `Authorization: Bearer …` with the value under `key`, marked so that
    /// nothing prints it.
    pub fn bearer(&self, key: &str) -> Result<HeaderValue, SendError> {
        header(&format!("Bearer {}", self.get(key).unwrap_or_default()), key)
    }

    /// Whether a name that a server gave holds nothing of the secrets: what was
    /// told to a server may come back as a name.
    pub fn are_not_in(&self, name: &str) -> bool {
        self.redact(name) == name
    }

    /// `text`, which a server said, with every trace of the secrets taken out,
    /// and every longer piece of them.
    pub fn redact(&self, text: &str) -> String {
        self.redact_with(text, &[])
    }

    /// The same with `more` that became known on the way, such as a session's token.
    pub fn redact_with(&self, text: &str, more: &[Exposed]) -> String {
        let own = self.values.iter().map(|(_, value)| value);
        let all: Vec<Exposed> = own.chain(more).cloned().collect();
        redact_pieces(text, &all)
    }
}

/// A header that holds a secret, marked so that nothing prints it. `key` is
/// where in the table its value comes from.
pub fn header(value: &str, key: &str) -> Result<HeaderValue, SendError> {
    let mut header = HeaderValue::from_str(value).map_err(|_| SendError::Refused {
        says: format!("`{key}` holds characters that no token has: copy it once more"),
    })?;
    header.set_sensitive(true);
    Ok(header)
}

impl Credentials {
    /// None yet, for `channel`.
    pub fn of(channel: &str) -> Credentials {
        Credentials { channel: channel.to_owned(), ..Credentials::default() }
    }

    /// Reads a secret that the account cannot do without.
    pub fn take(&mut self, reader: &mut Reader<'_>, key: &'static str) {
        match reader.secret(key) {
            Some(reference) => self.found.push((key, reference.value)),
            None => self.miss(key, &format!("{{ env = \"{}\" }}", self.variable(key))),
        }
    }

    /// Notes that `key` is not in the table; `example` is a value for the hint.
    pub fn miss(&mut self, key: &str, example: &str) {
        self.missing
            .push(format!("`{key}` is missing: add `{key} = {example}` to `[channels.{}]`", self.channel));
    }

    /// The values, read when they are needed and dropped with what is returned.
    pub async fn expose(&self, project: &Path) -> Result<Secrets, SendError> {
        let (credentials, project) = (self.clone(), project.to_owned());
        let read = tokio::task::spawn_blocking(move || {
            let found = credentials.found.iter().map(|(key, reference)| match resolve(reference, &project) {
                Ok(value) => Ok((*key, value)),
                Err(error) => Err(SendError::Refused { says: format!("`{key}`: {error}") }),
            });
            found.collect::<Result<Vec<_>, _>>()
        });
        match read.await {
            Ok(values) => Ok(Secrets { values: values? }),
            Err(error) => Err(SendError::NotYet {
                says: format!("reading the secrets was interrupted: {error}"),
                wait: None,
            }),
        }
    }

    /// Whether every secret is there and holds something. Reads them, in a
    /// place where a slow program delays nobody, and forgets them again.
    pub async fn ready(&self, project: &Path) -> Ready {
        let (credentials, project) = (self.clone(), project.to_owned());
        let looked = tokio::task::spawn_blocking(move || {
            let mut missing = credentials.missing;
            let errors = credentials.found.iter().filter_map(|(key, reference)| {
                resolve(reference, &project).err().map(|error| format!("`{key}`: {error}"))
            });
            missing.extend(errors);
            missing
        });
        match looked.await {
            Ok(missing) if missing.is_empty() => Ready::Yes,
            Ok(missing) => Ready::NoCredentials(missing),
            Err(error) => Ready::No(vec![format!("reading the secrets was interrupted: {error}")]),
        }
    }

    fn variable(&self, key: &str) -> String {
        let name = format!("{}_{key}", self.channel).to_uppercase();
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
    }
}

/// `network:account`: the identity of deliveries. Without an `account` the
/// channel's name stands for it.
pub fn account(network: &str, configuring: &Configuring<'_>, known_as: Option<&str>) -> String {
    let table = configuring.table;
    let written = table.account.as_ref().map(|account| account.value.as_str());
    let name = written.or(known_as).unwrap_or(&table.name.value).trim();
    format!("{network}:{}", name.strip_prefix('@').unwrap_or(name))
}

/// What to write in the place of an address that secrets must not go to.
fn safe_address(written: &str) -> String {
    let safe = |rest: &str| {
        let address = format!("https://{rest}");
        let is_good = url::Url::parse(&address).is_ok_and(|url| {
            let bare = url.username().is_empty() && url.password().is_none();
            let ends = url.query().is_none() && url.fragment().is_none();
            bare && ends && url.host_str().is_some_and(|host| host.contains('.'))
        });
        (is_good && !address.contains(char::is_whitespace)).then_some(address)
    };
    if let Some(address) = written.strip_prefix("http://").and_then(safe) {
        return format!(
            "write `{address}`: what goes by `http://` can be read on its way, and is only taken for this machine"
        );
    }
    if let Some(address) = Some(written).filter(|written| !written.contains("://")).and_then(safe) {
        return format!("write it whole: `{address}`");
    }
    "write an `https://` address (`http://` only for this machine), without user name, password, `?`, `#` and blanks"
        .to_owned()
}

/// `base_url`, which every adapter that speaks HTTP takes: another host that
/// speaks the network's language (a proxy, a test server). Paths are put behind
/// it, so it ends with its own: nothing follows that is no part of one, nor the
/// step with which the adapter's own paths begin. `ours` tells by the address and
/// its last step whether that is one, and what else to write then.
pub fn base_url(reader: &mut Reader<'_>, default: &str, ours: Ours) -> String {
    let Some(written) = reader.text("base_url") else { return default.to_owned() };
    let good = url::Url::parse(&written.value).is_ok_and(|url| {
        let local = super::is_loopback(url.host_str().unwrap_or(""));
        let bare = url.username().is_empty() && url.password().is_none();
        let ends = url.query().is_none() && url.fragment().is_none();
        // A parser takes blanks off in silence.
        let whole = !written.value.contains(|c: char| c.is_whitespace() || c.is_control());
        bare && ends && whole && (url.scheme() == "https" || (url.scheme() == "http" && local))
    });
    if !good {
        reader.problems.push(
            Diagnostic::error(
                "bad-url",
                format!("{} is no address for secrets to go to", shown(&written.value)),
            )
            .at(written.span)
            .hint(safe_address(&written.value)),
        );
    }
    let base_url = written.value.trim_end_matches('/').to_owned();
    if let Some((step, more)) = last_step(&base_url, ours).filter(|_| good) {
        let without = base_url.strip_suffix(&step).unwrap_or(&base_url).trim_end_matches('/');
        let message = format!("`base_url` ends with `/{step}`, which is put behind it anyway");
        reader.problems.push(
            Diagnostic::error("bad-url", message)
                .at(written.span)
                .hint(format!("write `base_url = \"{without}\"`{more}")),
        );
    }
    base_url
}

/// Whether the last step of an address is one that an adapter writes itself: then
/// how a hint goes on that says what to write.
pub type Ours = fn(&url::Url, &str) -> Option<String>;

/// The end of the address's path, if the adapter writes that itself.
fn last_step(base_url: &str, ours: Ours) -> Option<(String, String)> {
    let url = url::Url::parse(base_url).ok()?;
    let last = url.path_segments()?.next_back()?.to_owned();
    let more = ours(&url, &last)?;
    Some((last, more))
}

/// An address in a message. One that may hold a secret (before its `@`, or
/// behind its `?` or `#`) is named by its key alone.
fn shown(address: &str) -> String {
    if address.contains(['@', '?', '#']) { "this `base_url`".to_owned() } else { format!("`{address}`") }
}

#[cfg(test)]
mod tests {
    use crate::ladder::parse_project;
    use crate::source::Sources;

    /// Whether the address is taken without a word.
    fn taken(address: &str) -> bool {
        problems(address).is_empty()
    }

    /// What is said of the address, as people read it.
    fn problems(address: &str) -> Vec<String> {
        let toml = format!(
            "[brand]\nname = \"Acme\"\n[channels.x]\nadapter = \"x\"\naccount = \"acme\"\n\
             access_token = {{ env = \"X\" }}\nbase_url = {address:?}\n"
        );
        let mut sources = Sources::new();
        let id = sources.add("ladder.toml", &toml);
        let project = parse_project(&sources, id, &["x"]).value.unwrap();
        let problems = crate::channel::configure(&sources, &project, &project.channels[0]).problems;
        assert!(problems.iter().all(|problem| problem.rule == "bad-url"), "{problems:?}");
        problems.iter().map(|problem| problem.draw(&sources, false)).collect()
    }

    #[test]
    fn an_address_with_a_password_in_it_is_not_repeated() {
        for bad in [
            "https://me:hunter2@proxy.example",
            "http://:hunter2@127.0.0.1/x",
            "https://proxy.example/?access_token=hunter2",
            "https://me:hunter2@",
        ] {
            let said = problems(bad).join("\n");
            assert!(said.contains("this `base_url` is no address") && !said.contains("hunter2"), "{said}");
        }
        assert!(problems("http://api.x.com").join("").contains("`http://api.x.com` is no address"));
    }

    #[test]
    fn the_step_that_the_adapter_writes_itself_is_not_taken_twice() {
        for (doubled, without) in [
            ("https://api.x.com/2", "https://api.x.com"),
            ("https://api.x.com//2//", "https://api.x.com"),
            ("https://api.twitter.com/2/", "https://api.twitter.com"),
        ] {
            let said = problems(doubled).join("\n");
            assert!(said.contains("`base_url` ends with `/2`, which is put behind it anyway"), "{said}");
            assert!(said.contains(&format!("write `base_url = \"{without}\"`")), "{said}");
        }
        // Elsewhere it may be a step of theirs.
        assert!(taken("https://proxy.example/2") && taken("https://api.x.com/2/to"));
    }

    #[test]
    fn secrets_go_to_an_address_and_nothing_more() {
        for good in [
            "https://api.x.com",
            "https://proxy.example:8443/x/",
            "http://127.0.0.1:9",
            "http://localhost/x",
            "http://[::1]:9",
        ] {
            assert!(taken(good), "{good}");
        }
        for bad in [
            "http://api.x.com",
            "https://me@proxy.example",
            "https://me:pw@proxy.example",
            "http://:pw@127.0.0.1",
            "https://proxy.example/?",
            "https://proxy.example/?a=b",
            "https://proxy.example/#",
            "https://proxy.example/#a",
            " https://proxy.example",
            "https://proxy.example ",
            "https://proxy.example/a b",
            "https://proxy\t.example",
            "ftp://127.0.0.1",
            "proxy.example",
            "",
        ] {
            assert!(!taken(bad), "{bad}");
        }
    }
}
