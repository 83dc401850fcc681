//! Secrets: references until the last moment, and never printed.

use crate::ladder::secret_ref::SecretRef;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// A program that hands out a secret may ask a person for a finger first; after
/// this long nobody is there.
const COMMAND_LIMIT: Duration = Duration::from_secs(30);

/// No secret is longer (a key in PEM form is about 3 KB).
const LONGEST: u64 = 64 * 1024;

/// A secret's value. `Debug` shows nothing of it, not even its length.
#[derive(Clone)]
pub struct Exposed(String);

impl Exposed {
    /// Takes a value that came from a place where it was secret.
    pub fn new(value: impl Into<String>) -> Exposed {
        Exposed(value.into())
    }

    /// The value, to be put into a request and nowhere else.
    pub fn value(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Exposed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("«secret»")
    }
}

impl std::fmt::Display for Exposed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("«secret»")
    }
}

/// Reads the secret. The error names the reference, never the value: "the
/// variable `X_TOKEN` is not set".
///
/// Blocks while a file is read or a program runs (at most 30 seconds).
pub fn resolve(reference: &SecretRef, project: &Path) -> Result<Exposed, String> {
    let value = match reference {
        SecretRef::Env(name) => read_variable(name)?,
        SecretRef::File(path) => read_file(reference, &project.join(path))?,
        SecretRef::Command(words) => run_command(reference, words, project, COMMAND_LIMIT)?,
    };
    check(reference, value)
}

fn read_variable(name: &str) -> Result<String, String> {
    use std::env::VarError;
    match std::env::var(name) {
        Ok(value) => Ok(value),
        Err(VarError::NotPresent) => Err(format!("the variable `{name}` is not set")),
        Err(VarError::NotUnicode(_)) => Err(format!("the variable `{name}` is not UTF-8")),
    }
}

fn read_file(reference: &SecretRef, path: &Path) -> Result<String, String> {
    let trouble = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("{reference} does not exist"),
        _ => format!("{reference} cannot be read: {error}"),
    };
    // A pipe could make us wait for ever, and gives its text only once.
    if !path.metadata().map_err(trouble)?.is_file() {
        return Err(format!("{reference} is no plain file"));
    }
    let file = std::fs::File::open(path).map_err(trouble)?;
    read_text(file).map(strip_line_end).map_err(|error| format!("{reference} cannot be read: {error}"))
}

fn run_command(
    reference: &SecretRef,
    words: &[String],
    project: &Path,
    limit: Duration,
) -> Result<String, String> {
    let began = Instant::now();
    let (program, arguments) = words.split_first().ok_or_else(|| format!("{reference} is empty"))?;
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(project)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // What it says there could hold the secret.
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{reference} cannot be run: {error}"))?;
    let (sender, receiver) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        std::thread::spawn(move || sender.send(read_text(output)));
    }
    let output = receiver.recv_timeout(limit);
    // One that has said all it says, and stays, is waited for no longer than others.
    let mut ended = false;
    while output.is_ok() && !ended && began.elapsed() < limit {
        ended = child.try_wait().map_err(|error| format!("{reference} was lost: {error}"))?.is_some();
        if !ended {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    if !ended {
        // Best effort: it may have ended by itself in this moment.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| format!("{reference} was lost: {error}"))?;
    let text = match output {
        Ok(Ok(text)) if ended => text,
        Ok(Err(error)) => return Err(format!("{reference} wrote something unreadable: {error}")),
        Ok(Ok(_)) | Err(_) => return Err(format!("{reference} took longer than {} s", limit.as_secs())),
    };
    if !status.success() {
        return Err(format!("{reference} failed ({status}): run it by hand to see why"));
    }
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn read_text(from: impl Read) -> std::io::Result<String> {
    let mut text = String::new();
    from.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

fn strip_line_end(mut text: String) -> String {
    let kept = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(kept);
    text
}

/// What is almost certainly a mistake of copying is said now, and not by a
/// server later, whose answer would be "wrong password".
fn check(reference: &SecretRef, value: String) -> Result<Exposed, String> {
    if value.is_empty() {
        return Err(format!("{reference} is empty"));
    }
    if value.trim().is_empty() {
        return Err(format!("{reference} holds only blanks"));
    }
    if value.contains(['\n', '\r']) {
        return Err(format!("{reference} holds more than one line"));
    }
    if value.chars().any(char::is_control) {
        return Err(format!("{reference} holds control characters"));
    }
    if value.trim() != value {
        return Err(format!("{reference} begins or ends with a blank"));
    }
    Ok(Exposed(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &str) -> Result<Exposed, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), content).unwrap();
        resolve(&SecretRef::File("token".to_owned()), folder.path())
    }

    #[test]
    fn a_file_gives_its_line() {
        assert_eq!(file("abc-123\r\n").unwrap().value(), "abc-123");
        for (content, says) in [
            ("", "the file `token` is empty"),
            ("\n", "the file `token` is empty"),
            (" \t", "the file `token` holds only blanks"),
            ("sesame\nopen\n", "the file `token` holds more than one line"),
            ("sesame ", "the file `token` begins or ends with a blank"),
            ("ses\u{1b}ame", "the file `token` holds control characters"),
        ] {
            assert_eq!(file(content).unwrap_err(), says);
        }
        let missing = resolve(&SecretRef::File("nowhere".to_owned()), Path::new(".")).unwrap_err();
        assert_eq!(missing, "the file `nowhere` does not exist");
    }

    #[test]
    fn a_missing_variable_is_named() {
        let reference = SecretRef::Env("LADDER_TEST_NOT_SET".to_owned());
        let error = resolve(&reference, Path::new(".")).unwrap_err();
        assert_eq!(error, "the variable `LADDER_TEST_NOT_SET` is not set");
    }

    #[cfg(unix)]
    #[cfg(unix)]
    #[test]
    fn a_command_that_does_not_end_is_ended() {
        let limit = Duration::from_millis(1500);
        // Says nothing, says all and stays, speaks for ever.
        for script in
            ["sleep 60", "echo abc; exec >&- 2>&-; sleep 60", "while :; do echo abc; sleep 0.05; done"]
        {
            let words = ["sh", "-c", script].map(str::to_owned);
            let reference = SecretRef::Command(words.to_vec());
            let began = Instant::now();
            let error = run_command(&reference, &words, Path::new("."), limit).unwrap_err();
            assert!(error.ends_with("took longer than 1 s") && !error.contains("abc\n"), "{error}");
            assert!(began.elapsed() < Duration::from_secs(30), "{script}: {:?}", began.elapsed());
        }
    }

    #[test]
    fn a_command_gives_its_first_line_and_a_failing_one_shows_nothing() {
        let words = |words: &[&str]| SecretRef::Command(words.iter().map(|w| (*w).to_owned()).collect());
        let good = resolve(&words(&["printf", "abc\\nrest\\n"]), Path::new("/")).unwrap();
        assert_eq!(good.value(), "abc");
        let bad = resolve(&words(&["sh", "-c", "echo abc; exit 3"]), Path::new("/")).unwrap_err();
        assert!(bad.starts_with("the command `sh` failed") && !bad.contains("abc"), "{bad}");
        let none = resolve(&words(&["no-such-program-here"]), Path::new("/")).unwrap_err();
        assert!(none.starts_with("the command `no-such-program-here` cannot be run"), "{none}");
    }

    #[test]
    fn a_secret_shows_nothing_of_itself() {
        let secret = Exposed::new("p@ss word/1");
        assert_eq!(format!("{secret:?} {secret}"), "«secret» «secret»");
    }
}
