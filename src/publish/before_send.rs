//! `--before-send COMMAND`: a command that has to succeed before anything
//! leaves; mostly one that puts the journal where the next runner finds it.
//!
//! It is run once the intents of a wave are durable, for all of them together;
//! what is started meanwhile waits for the next one. Its time, and what is kept
//! of its words, are bounded; it ends with all that it began.

use crate::channel::overheard::without_secrets;
use crate::channel::secret::{Exposed, resolve};
use crate::ladder::secret_ref::SecretRef;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::OnceCell;
use tokio::time::Instant;

/// How long the command may take.
const LIMIT: Duration = Duration::from_secs(5 * 60);
/// What it began and left behind may hold its output open; so long that is read.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How much of its words is kept.
const MOST_WORDS: usize = 16 << 10;
/// Why it was ended with the run.
pub(super) const DEADLINE: &str = "the run's deadline came before it had ended";

/// The command, where it runs, and how it went.
#[derive(Debug)]
pub struct BeforeSend {
    command: String,
    environment: Vec<(&'static str, OsString)>,
    folder: PathBuf,
    limit: Duration,
    failed: OnceLock<String>,
    secrets: OnceLock<Vec<SecretRef>>,
    exposed: OnceCell<Vec<Exposed>>,
}

/// One run of it.
#[derive(Debug)]
pub(super) struct Ran {
    /// What it said, without secrets.
    pub said: String,
    /// The error: why nothing may leave.
    pub outcome: Result<(), String>,
}

impl BeforeSend {
    /// `command` is for the shell. It runs in `project`, and finds there
    /// `LADDER_PROJECT` (that folder) and `LADDER_STORE` (the store's file).
    pub fn new(command: &str, project: PathBuf, store: PathBuf) -> BeforeSend {
        BeforeSend {
            command: command.to_owned(),
            environment: vec![("LADDER_PROJECT", project.clone().into()), ("LADDER_STORE", store.into())],
            folder: project,
            limit: LIMIT,
            failed: OnceLock::new(),
            secrets: OnceLock::new(),
            exposed: OnceCell::new(),
        }
    }

    /// These are hidden in what it says. They are read when it has said something.
    pub fn hide(&self, secrets: Vec<SecretRef>) {
        // A run says it once.
        let _ = self.secrets.set(secrets);
    }

    /// Why a wave was not let go, if one was not.
    pub fn failure(&self) -> Option<&str> {
        self.failed.get().map(String::as_str)
    }

    /// From here on nothing is let go.
    pub(super) fn has_failed(&self, why: String) {
        // The first reason is the one that counts.
        let _ = self.failed.set(why);
    }

    /// Runs it once, and ends it at `end` at the latest: from then on its yes would
    /// let nothing go. If this is dropped before, it is ended as well.
    pub(super) async fn run(&self, end: Instant) -> Ran {
        let mut child = match self.shell().spawn() {
            Ok(child) => Running(child),
            Err(error) => {
                let outcome = Err(format!("the shell cannot be started: {error}"));
                return Ran { said: String::new(), outcome };
            }
        };
        let words = Mutex::new(Vec::new());
        let (out, err) = (child.0.stdout.take(), child.0.stderr.take());
        let limit = Instant::now().checked_add(self.limit).unwrap_or(end);
        let ended = tokio::time::timeout_at(limit.min(end), async {
            let mut listening =
                std::pin::pin!(async { tokio::join!(listen(out, &words), listen(err, &words)) });
            let mut silent = false;
            let status = loop {
                tokio::select! {
                    status = child.0.wait() => break status,
                    _ = &mut listening, if !silent => silent = true,
                }
            };
            if !silent {
                let _ = tokio::time::timeout(LAST_WORDS, listening).await;
            }
            status
        });
        let outcome = match ended.await {
            Ok(status) => judge(status),
            Err(_) if end < limit => Err(DEADLINE.to_owned()),
            Err(_) => Err(format!("it took longer than {} s, and was ended", self.limit.as_secs())),
        };
        drop(child);
        let mut words = words.into_inner().unwrap_or_else(PoisonError::into_inner);
        let cut = words.len() > MOST_WORDS;
        words.truncate(MOST_WORDS);
        if words.is_empty() {
            return Ran { said: String::new(), outcome };
        }
        let secrets = self.exposed.get_or_init(|| self.expose()).await;
        Ran { said: without_secrets(&words, secrets, cut), outcome }
    }

    /// The secrets' values, as far as they can be read: who cannot read one cannot
    /// have been told it by us.
    async fn expose(&self) -> Vec<Exposed> {
        let read = self.secrets.get().into_iter().flatten().map(|secret| {
            let (secret, folder) = (secret.clone(), self.folder.clone());
            // A slow program delays no other.
            tokio::task::spawn_blocking(move || resolve(&secret, &folder).ok())
        });
        let read: Vec<_> = read.collect();
        let mut exposed = Vec::new();
        for value in read {
            exposed.extend(value.await.ok().flatten());
        }
        exposed
    }

    fn shell(&self) -> Command {
        #[cfg(windows)]
        let mut command = {
            let mut command = Command::new("cmd");
            // What the shell is to read is not to be quoted once more.
            command.arg("/C").raw_arg(&self.command);
            command
        };
        #[cfg(not(windows))]
        let mut command = {
            let mut command = Command::new("sh");
            // One stream for all its words, so that they come in their order.
            command.arg("-c").arg(format!("exec 2>&1\n{}", self.command));
            // A group of its own: Ctrl-C is not for it, and its end is the end of
            // all that it began.
            command.process_group(0);
            command
        };
        command
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

/// The command while it runs. Dropped, it ends with all that it began.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

fn judge(status: std::io::Result<ExitStatus>) -> Result<(), String> {
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the command ended with {status}")),
        Err(error) => Err(format!("the command was lost: {error}")),
    }
}

/// Ends the command, if it has not ended by itself, and where the system has groups
/// what it began.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())) {
        // It may have ended by itself in this moment.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.start_kill();
}

/// Reads to the end, and keeps the beginning.
async fn listen(from: Option<impl AsyncRead + Unpin>, words: &Mutex<Vec<u8>>) {
    let Some(mut from) = from else { return };
    let mut block = [0_u8; 4096];
    while let Ok(length @ 1..) = from.read(&mut block).await {
        let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
        // One more than is kept tells that there was more.
        let room = (MOST_WORDS + 1).saturating_sub(words.len()).min(length);
        words.extend_from_slice(block.get(..room).unwrap_or_default());
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn far() -> Instant {
        Instant::now() + LIMIT * 2
    }

    async fn run(command: &str, limit: Duration) -> (Ran, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().canonicalize().unwrap();
        let mut before = BeforeSend::new(command, project, PathBuf::from("/store/of/theirs"));
        before.limit = limit;
        (before.run(far()).await, folder)
    }

    #[tokio::test]
    async fn it_runs_in_the_project_and_is_told_where_the_store_is() {
        let command = r#"echo "$LADDER_STORE"; test "$LADDER_PROJECT" = "$PWD" && cat && echo end >&2"#;
        let (ran, _folder) = run(command, LIMIT).await;
        assert_eq!((ran.said.as_str(), ran.outcome), ("/store/of/theirs\nend\n", Ok(())));
    }

    #[tokio::test]
    async fn only_a_good_end_is_a_yes() {
        for (command, why) in [
            ("exit 3", "ended with exit status: 3"),
            ("no-such-program-here", "ended with exit status: 127"),
            ("kill -9 $$", "signal"),
        ] {
            let (ran, _folder) = run(command, LIMIT).await;
            assert!(ran.outcome.as_ref().is_err_and(|said| said.contains(why)), "{command}: {ran:?}");
        }
    }

    #[tokio::test]
    async fn it_is_ended_with_all_that_it_began_when_its_time_is_over() {
        let began = Instant::now();
        let command = "(sleep 0.8; touch late) & sleep 60";
        let (ran, own_limit) = run(command, Duration::from_millis(300)).await;
        assert!(ran.outcome.unwrap_err().contains("took longer than"));
        // The run's deadline; and a run that is gone.
        let folder = tempfile::tempdir().unwrap();
        let before = BeforeSend::new(command, folder.path().to_owned(), PathBuf::new());
        let ran = before.run(Instant::now() + Duration::from_millis(200)).await;
        assert_eq!(ran.outcome.unwrap_err(), DEADLINE);
        let dropped = tokio::time::timeout(Duration::from_millis(200), before.run(far())).await;
        assert!(dropped.is_err());
        assert!(began.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(900)).await;
        for folder in [own_limit, folder] {
            assert!(!folder.path().join("late").exists(), "what it began lives on");
        }
    }

    #[tokio::test]
    async fn it_shows_no_secret_on_either_stream() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "EAAB-sesame-open").unwrap();
        // In two pieces, on the other stream, and where its words are cut.
        let command = "head -c 9 token; sleep 0.1; tail -c +10 token; cat token >&2; \
                       echo https://x:ghp_1234@git.example >&2; head -c 16282 /dev/zero; cat token token token";
        let before = BeforeSend::new(command, folder.path().to_owned(), PathBuf::new());
        before.hide(vec![SecretRef::File("token".to_owned()), SecretRef::Env("LADDER_NOT_SET".to_owned())]);
        let said = before.run(far()).await.said;
        let words: Vec<&str> = said.split(['\n', '\0']).filter(|word| !word.is_empty()).collect();
        assert_eq!(words, ["«secret»https://«secret»@git.example", "«secret»"], "{words:?}");
    }

    #[tokio::test]
    async fn what_it_leaves_behind_keeps_nobody_waiting_and_its_words_are_bounded() {
        let (ran, _folder) = run("sleep 30 & head -c 5000000 /dev/zero", LIMIT).await;
        assert_eq!((ran.said.len(), ran.outcome), (MOST_WORDS, Ok(())));
    }
}
