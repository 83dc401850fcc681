//! The mail server's address: `smtps://user:password@host:465`.

use crate::channel::is_loopback;
use crate::channel::secret::Exposed;
use crate::ladder::secret_ref::SecretRef;
use url::Url;

/// Where the address comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Written in the file; holds no password.
    Known(Server),
    /// Read when something is sent.
    Secret(SecretRef),
}

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// From the first byte (RFC 8314, port 465).
    Implicit,
    /// After STARTTLS, which the server must offer: nothing is said without it.
    StartTls,
    /// None. Only to this machine.
    None,
}

/// A mail server. `Debug` shows neither user nor password.
#[derive(Clone)]
pub struct Server {
    /// Its name, as in its certificate.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub encryption: Encryption,
    /// User and password.
    pub credentials: Option<(String, Exposed)>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Server { host, port, encryption, credentials } = self;
        let user = if credentials.is_some() { "«secret»@" } else { "" };
        write!(f, "Server({user}{host}:{port}, {encryption:?})")
    }
}

impl Server {
    /// Reads `smtps://…` (implicit TLS, port 465), `smtp://…` (STARTTLS, port
    /// 587; on this machine no encryption, port 25), with `?tls=implicit`,
    /// `?tls=starttls` or `?tls=none` to say otherwise. Never repeats the
    /// address in an error: it may hold a password.
    pub fn parse(address: &str) -> Result<Server, String> {
        let url =
            Url::parse(address.trim()).map_err(|error| format!("no address of a mail server: {error}"))?;
        let host =
            url.host_str().filter(|host| !host.is_empty()).ok_or("the address has no host")?.to_owned();
        let local = is_loopback(&host);
        let usual = match url.scheme() {
            "smtps" => Encryption::Implicit,
            "smtp" if local => Encryption::None,
            "smtp" => Encryption::StartTls,
            _ => return Err("the address starts neither with `smtps://` nor with `smtp://`".to_owned()),
        };
        let mut encryption = usual;
        for (key, value) in url.query_pairs() {
            encryption = match (key.as_ref(), value.as_ref()) {
                ("tls", "implicit") => Encryption::Implicit,
                ("tls", "starttls" | "required") => Encryption::StartTls,
                ("tls", "none") if local => Encryption::None,
                ("tls", "none") => {
                    return Err("without TLS mail goes only to this machine: remove `tls=none`".to_owned());
                }
                _ => {
                    return Err("after the `?` only `tls=implicit`, `tls=starttls` and `tls=none` are known"
                        .to_owned());
                }
            };
        }
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(
                "the address ends after the port: is there an unencoded `/` or `#` in the password? \
                        write `%2F` or `%23`"
                    .to_owned(),
            );
        }
        let port = url.port().unwrap_or(match encryption {
            Encryption::Implicit => 465,
            Encryption::StartTls => 587,
            Encryption::None => 25,
        });
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) => return Err("the address has a password and no user".to_owned()),
            (_, None) => return Err("the address has a user and no password".to_owned()),
            (user, Some(password)) => Some((decode(user)?, Exposed::new(decode(password)?))),
        };
        Ok(Server { host, port, encryption, credentials })
    }

    /// What must not be seen in any message.
    pub fn secrets(&self) -> Vec<Exposed> {
        let Some((user, password)) = &self.credentials else { return Vec::new() };
        // As AUTH PLAIN sends them (RFC 4616).
        let plain = Exposed::new(format!("\0{user}\0{}", password.value()));
        vec![password.clone(), plain]
    }

    /// `host:port`, as people see it.
    pub fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// Percent-decodes; what comes out is one line of UTF-8.
fn decode(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match (first, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    let decoded = String::from_utf8(bytes).map_err(|_| "user or password is not UTF-8".to_owned())?;
    if decoded.chars().any(char::is_control) {
        return Err("user or password holds control characters".to_owned());
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_how_the_connection_is_protected() {
        let shown = |address: &str| format!("{:?}", Server::parse(address).unwrap());
        assert_eq!(shown("smtps://mail.acme.example"), "Server(mail.acme.example:465, Implicit)");
        assert_eq!(shown("smtp://mail.acme.example"), "Server(mail.acme.example:587, StartTls)");
        assert_eq!(shown("smtp://localhost:2525"), "Server(localhost:2525, None)");
        assert_eq!(shown("smtp://127.0.0.1"), "Server(127.0.0.1:25, None)");
        assert_eq!(shown("smtp://[::1]:1025"), "Server([::1]:1025, None)");
        assert_eq!(shown("smtp://localhost:587?tls=starttls"), "Server(localhost:587, StartTls)");
        for bad in [
            "smtp://mail.acme.example?tls=none",
            "http://mail.acme.example",
            "smtps://",
            "smtps://user@mail.acme.example",
            "smtps://mail.acme.example/x",
            "smtps://mail.acme.example?x=1",
            "mail.acme.example:465",
            "smtps://a:b%0D%0Ac@mail.acme.example",
        ] {
            assert!(Server::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_password_is_decoded_and_never_shown() {
        let server = Server::parse("smtps://ada%40acme.example:s%2Fe%23same@mail.acme.example").unwrap();
        let (user, password) = server.credentials.as_ref().unwrap();
        assert_eq!((user.as_str(), password.value()), ("ada@acme.example", "s/e#same"));
        assert_eq!(format!("{server:?}"), "Server(«secret»@mail.acme.example:465, Implicit)");
        let error = Server::parse("smtps://ada:se/same@mail.acme.example").unwrap_err();
        assert!(!error.contains("same"), "{error}");
    }
}
