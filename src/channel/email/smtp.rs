//! SMTP: one conversation for several mails, and what each answer means.
//!
//! Before the body has left, every trouble is a "not yet": the server has
//! nothing ([`Smtp::open`]). From its first byte until the final answer nobody
//! knows ([`Smtp::deliver`]).

use super::bounded::Bounded;
use super::message::Letter;
use super::reply::{CREDENTIALS, LATER, answered, clean, whole};
use super::server::{Encryption, Server, Source};
use super::tls;
use crate::channel::secret::Exposed;
use crate::channel::{Ready, SendError, Whose};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};

/// Until a TCP connection stands.
const CONNECT_LIMIT: Duration = Duration::from_secs(30);
/// For each command before the body: a short limit does no harm here, the
/// server has nothing yet. (RFC 5321, 4.5.3.2 allows 5 minutes.)
const COMMAND_LIMIT: Duration = Duration::from_secs(60);
/// From the body's first byte to the answer: RFC 5321, 4.5.3.2.6. Shorter ones
/// make doubles.
const FINAL_LIMIT: Duration = Duration::from_secs(600);
/// For tidying up after an answer; the answer counts, not the tidying.
const FAREWELL_LIMIT: Duration = Duration::from_secs(5);
/// A server that did not answer is left alone for this long: with a thousand
/// readers, waiting for it each time would take days.
const SILENCE: Duration = Duration::from_secs(120);
/// More at once look like an attack to many servers.
pub const CONNECTIONS: usize = 4;

/// A mail server, and conversations with it that are between two mails.
pub struct Smtp {
    source: Source,
    ca_file: Option<PathBuf>,
    server: OnceCell<Server>,
    parked: Mutex<Vec<AsyncSmtpConnection>>,
    places: Semaphore,
    /// What the server said to these credentials, if it refused them.
    locked_out: OnceLock<String>,
    /// When it was last waited for in vain, and what was said of it then.
    silent: Mutex<Option<(Instant, String)>>,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Smtp({:?})", self.source)
    }
}

/// Why a conversation did not bring the mail there.
struct Failure {
    error: SendError,
    /// The server closed the connection before it had anything of the mail.
    closed_before_body: bool,
    /// The server answered, and listens on.
    answered: bool,
    /// It was waited for in vain.
    silent: bool,
}

impl Failure {
    /// The conversation is over.
    fn broken(error: SendError) -> Failure {
        Failure { error, closed_before_body: false, answered: false, silent: false }
    }
}

/// A conversation in which the server has said that it waits for the mail (354),
/// and has nothing of it. Dropped, the connection ends, and so does the mail: a
/// server that has not seen the final dot delivers nothing (RFC 5321, 4.1.1.4).
pub struct Open<'a> {
    connection: AsyncSmtpConnection,
    server: &'a Server,
    _place: SemaphorePermit<'a>,
}

impl Smtp {
    /// A server that nothing was said to yet.
    pub fn new(source: Source, ca_file: Option<PathBuf>) -> Smtp {
        Smtp {
            source,
            ca_file,
            server: OnceCell::new(),
            parked: Mutex::new(Vec::new()),
            places: Semaphore::new(CONNECTIONS),
            locked_out: OnceLock::new(),
            silent: Mutex::default(),
        }
    }

    /// Whether the server's address is there and can be understood.
    pub async fn ready(&self, project: &Path) -> Ready {
        if let Some(path) = &self.ca_file {
            let there = tokio::task::spawn_blocking({
                let path = project.join(path);
                move || std::fs::read(&path).map(|_| ())
            });
            if let Ok(Err(error)) = there.await {
                return Ready::No(vec![format!("`ca_file`: `{}` cannot be read: {error}", path.display())]);
            }
        }
        self.server(project).await.err().unwrap_or(Ready::Yes)
    }

    /// Logs in, if there is anything to log in with, and keeps the connection for the
    /// first mail. `Mendable`: the server does not take these credentials.
    pub async fn verify(&self, project: &Path) -> Result<Whose, SendError> {
        let server = self.server(project).await.map_err(|why| SendError::Refused { says: words(why) })?;
        if server.credentials.is_some() && !self.has_line() {
            let connection = self.connect(server, project).await?;
            self.park(connection);
        }
        Ok(Whose::Verified)
    }

    /// Says from whom and to whom the mail is, up to where the server waits for its
    /// first byte. Whatever goes wrong in here, the server has nothing of it.
    pub async fn open(&self, letter: &Letter, project: &Path) -> Result<Open<'_>, SendError> {
        let server = self.server(project).await.map_err(|why| SendError::Refused { says: words(why) })?;
        let Ok(place) = self.places.acquire().await else {
            return Err(SendError::NotYet { says: "sending has ended".to_owned(), wait: None });
        };
        let left_over = self.take();
        let is_old = left_over.is_some();
        let mut connection = match left_over {
            Some(connection) => connection,
            None => self.connect(server, project).await?,
        };
        let mut result = envelope(&mut connection, letter, server).await;
        // Closed while it waited; nothing had been said: a new one.
        if is_old && result.as_ref().is_err_and(|failure| failure.closed_before_body) {
            connection = self.connect(server, project).await?;
            result = envelope(&mut connection, letter, server).await;
        }
        match result {
            Ok(()) => Ok(Open { connection, server, _place: place }),
            Err(failure) => Err(self.end(connection, failure).await),
        }
    }

    /// Hands one mail over. Answers with what the server said, where its name
    /// for the mail stands.
    pub async fn deliver(&self, mut open: Open<'_>, letter: &Letter) -> Result<String, SendError> {
        match hand_over(&mut open.connection, letter, open.server).await {
            Ok(said) => {
                self.park(open.connection);
                Ok(said)
            }
            Err(failure) => Err(self.end(open.connection, failure).await),
        }
    }

    /// Keeps the connection for the next mail if it can be used again.
    async fn end(&self, mut connection: AsyncSmtpConnection, failure: Failure) -> SendError {
        // The server said no and listens on: forget this mail, keep the
        // line. One connection for each refused address would look like an attack.
        if failure.answered && matches!(timeout(FAREWELL_LIMIT, connection.command(Rset)).await, Ok(Ok(_))) {
            self.park(connection);
        }
        if failure.silent {
            self.fell_silent("the mail server has stopped answering".to_owned());
        }
        failure.error
    }

    async fn server(&self, project: &Path) -> Result<&Server, Ready> {
        let read = || async {
            match &self.source {
                Source::Known(server) => Ok(server.clone()),
                Source::Secret(reference) => super::read_server(reference.clone(), project.to_owned()).await,
            }
        };
        self.server.get_or_try_init(read).await
    }

    fn park(&self, connection: AsyncSmtpConnection) {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }

    fn has_line(&self) -> bool {
        !self.parked.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn take(&self) -> Option<AsyncSmtpConnection> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn login_failed(&self, error: &Error, secrets: &[Exposed]) -> SendError {
        let says = match error.status() {
            Some(_) => match answered(error, "the login", secrets) {
                SendError::Mendable { says } => says,
                // Whatever it says no with, it is to the login.
                SendError::Refused { says } => format!("{says}{CREDENTIALS}"),
                later => return later,
            },
            None if error.is_client() => {
                "the mail server offers no login with user and password (AUTH PLAIN or LOGIN): take the user out \
                 of `smtp` if it wants none, or use another server"
                    .to_owned()
            }
            None => return before_body(error, "login", secrets).error,
        };
        SendError::Mendable { says: self.locked_out.get_or_init(|| says).clone() }
    }

    /// A conversation up to where a mail can be handed over.
    async fn connect(&self, server: &Server, project: &Path) -> Result<AsyncSmtpConnection, SendError> {
        // A wrong password tried once for each reader locks the account.
        if let Some(says) = self.locked_out.get() {
            return Err(SendError::Mendable { says: says.clone() });
        }
        // Nor is a server that does not answer waited for once for each reader.
        let silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, says)) = silent.filter(|(since, _)| since.elapsed() < SILENCE) {
            return Err(SendError::NotYet { says, wait: Some(LATER) });
        }
        let secrets = server.secrets();
        let name = server.name();
        let not_yet = |what: &str| SendError::NotYet {
            says: clean(&format!("cannot reach the mail server `{name}`: {what}"), &secrets),
            wait: None,
        };
        let ca_file = self.ca_file.as_ref().map(|path| project.join(path));
        let address = (server.host.trim_start_matches('[').trim_end_matches(']'), server.port);
        let stream = match timeout(CONNECT_LIMIT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(not_yet(&error.to_string())),
            Err(_) => {
                let error = not_yet("no answer within 30 s");
                self.fell_silent(error.to_string());
                return Err(error);
            }
        };
        // The end of a body must not wait for the answer to its beginning
        // (Nagle and delayed ACK: 40 ms a mail).
        stream.set_nodelay(true).map_err(|error| not_yet(&error.to_string()))?;
        let hello = ClientId::default();
        let setting_up = async {
            let mut connection = match server.encryption {
                Encryption::Implicit => {
                    let stream = tls::connect(stream, &server.host, ca_file.as_deref()).await;
                    let stream = stream.map_err(|why| not_yet(&why))?;
                    AsyncSmtpConnection::connect_with_transport(Bounded::new(stream), &hello).await
                }
                Encryption::StartTls | Encryption::None => {
                    let stream = Bounded::new(Box::new(stream));
                    AsyncSmtpConnection::connect_with_transport(stream, &hello).await
                }
            }
            .map_err(|error| before_body(&error, "greeting", &secrets).error)?;
            if server.encryption == Encryption::StartTls {
                if !connection.can_starttls() {
                    return Err(not_yet("it offers no STARTTLS, and without encryption nothing is sent"));
                }
                let parameters = tls::for_starttls(&server.host, ca_file.as_deref());
                let parameters = parameters.map_err(|why| not_yet(&why))?;
                let upgraded = connection.starttls(parameters, &hello).await;
                upgraded.map_err(|error| before_body(&error, "STARTTLS", &secrets).error)?;
            }
            if let Some((user, password)) = &server.credentials {
                let credentials = Credentials::new(user.clone(), password.value().to_owned());
                let answer = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
                answer.map_err(|error| self.login_failed(&error, &secrets))?;
            }
            Ok(connection)
        };
        match timeout(COMMAND_LIMIT, setting_up).await {
            Ok(result) => result,
            Err(_) => {
                let error = not_yet("it did not finish its greeting within 60 s");
                self.fell_silent(error.to_string());
                Err(error)
            }
        }
    }

    /// Remembers that the server was waited for in vain.
    fn fell_silent(&self, says: String) {
        let silent = Some((Instant::now(), says));
        *self.silent.lock().unwrap_or_else(PoisonError::into_inner) = silent;
    }
}

/// `MAIL`, `RCPT`, `DATA`: all that the server hears before it has anything of the mail.
async fn envelope(
    connection: &mut AsyncSmtpConnection,
    letter: &Letter,
    server: &Server,
) -> Result<(), Failure> {
    let secrets = server.secrets();
    let mut parameters = Vec::new();
    if !letter.envelope.to().iter().chain(letter.envelope.from()).all(|address| address.user().is_ascii()) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let says = format!(
                "the mail server `{}` takes no address with letters beyond ASCII (no SMTPUTF8)",
                server.name()
            );
            return Err(Failure { answered: true, ..Failure::broken(SendError::Refused { says }) });
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    let mail = Mail::new(letter.envelope.from().cloned(), parameters);
    let done = Severity::PositiveCompletion;
    command(connection.command(mail), "MAIL", done, &secrets).await?;
    for recipient in letter.envelope.to() {
        let rcpt = Rcpt::new(recipient.clone(), Vec::new());
        command(connection.command(rcpt), "RCPT", done, &secrets).await?;
    }
    command(connection.command(Data), "DATA", Severity::PositiveIntermediate, &secrets).await
}

/// The mail itself, and what the server says to it: from its first byte on the
/// outcome is open.
async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    letter: &Letter,
    server: &Server,
) -> Result<String, Failure> {
    let secrets = server.secrets();
    // Body and final dot in one write: they cannot be torn apart by Nagle.
    match timeout(FINAL_LIMIT, connection.command(with_final_dot(&letter.text))).await {
        Ok(Ok(response)) if response.code().severity == Severity::PositiveCompletion => {
            Ok(clean(&said(&response), &secrets))
        }
        Ok(Ok(response)) => {
            Err(unknown(&format!("the mail server answered the mail with `{}`", said(&response)), &secrets))
        }
        Ok(Err(error)) if error.status().is_some() => Err(answer(&error, "the mail", &secrets)),
        Ok(Err(error)) => {
            Err(unknown(&format!("the connection was lost after the mail had left: {error}"), &secrets))
        }
        Err(_) => {
            let failure = unknown("no answer within 10 minutes after the mail had left", &secrets);
            Err(Failure { silent: true, ..failure })
        }
    }
}

/// One command and its answer, which must be of the kind that belongs to it
/// (RFC 5321, 4.3.2): a server that is one answer behind is no longer
/// understood, and one that answers DATA with a 250 takes what follows, the
/// mail, for commands.
async fn command(
    doing: impl Future<Output = Result<Response, Error>>,
    what: &str,
    expected: Severity,
    secrets: &[Exposed],
) -> Result<(), Failure> {
    match timeout(COMMAND_LIMIT, doing).await {
        Ok(Ok(response)) if response.code().severity == expected => Ok(()),
        Ok(Ok(response)) => {
            let says = format!(
                "the mail server answered {what} with `{}`, which is no answer to it",
                said(&response)
            );
            Err(Failure::broken(SendError::NotYet { says: clean(&says, secrets), wait: None }))
        }
        Ok(Err(error)) => Err(before_body(&error, what, secrets)),
        Err(_) => {
            let says = format!("the mail server did not answer {what} within 60 s");
            Err(Failure { silent: true, ..Failure::broken(SendError::NotYet { says, wait: None }) })
        }
    }
}

/// The message with every leading dot doubled (RFC 5321, 4.5.2) and its end.
fn with_final_dot(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for line in text.split_inclusive("\r\n") {
        if line.starts_with('.') {
            out.push('.');
        }
        out.push_str(line);
    }
    if !out.ends_with("\r\n") {
        out.push_str("\r\n");
    }
    out.push_str(".\r\n");
    out
}

fn before_body(error: &Error, what: &str, secrets: &[Exposed]) -> Failure {
    if error.status().is_some() {
        return answer(error, what, secrets);
    }
    let says =
        clean(&format!("the conversation with the mail server broke at {what}: {}", whole(error)), secrets);
    Failure { closed_before_body: true, ..Failure::broken(SendError::NotYet { says, wait: None }) }
}

/// What the server said, and whether it stays for more: a 421 is a goodbye
/// (RFC 5321, 3.8).
fn answer(error: &Error, what: &str, secrets: &[Exposed]) -> Failure {
    let goodbye = error.status().is_some_and(|code| u16::from(code) == 421);
    Failure {
        error: answered(error, what, secrets),
        closed_before_body: goodbye && what != "the mail",
        answered: !goodbye,
        silent: false,
    }
}

fn unknown(cause: &str, secrets: &[Exposed]) -> Failure {
    Failure::broken(SendError::Unknown { cause: clean(cause, secrets) })
}

fn said(response: &Response) -> String {
    format!("{} {}", response.code(), response.message().collect::<Vec<_>>().join(" "))
}

fn words(ready: Ready) -> String {
    match ready {
        Ready::Yes => String::new(),
        Ready::NoCredentials(why) | Ready::No(why) => why.join("; "),
    }
}
