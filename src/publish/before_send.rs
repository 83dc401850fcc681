//! `--before-send COMMAND`: a command that has to succeed before anything
//! leaves; mostly one that puts the journal where the next runner finds it.
//!
//! It is run once the intents of a wave are durable, for all of them together;
//! what is started meanwhile waits for the next one. Its time, and what is kept
//! of its words, are bounded; it ends with all that it began.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

/// How long the command may take.
const LIMIT: Duration = Duration::from_secs(5 * 60);
/// What it began and left behind may hold its output open; so long that is read.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How much of its words is kept.
const MOST_WORDS: usize = 16 << 10;

/// The command, where it runs, and how it went.
#[derive(Debug)]
pub struct BeforeSend {
    command: String,
    environment: Vec<(&'static str, OsString)>,
    folder: PathBuf,
    limit: Duration,
    failed: OnceLock<String>,
}

/// One run of it.
#[derive(Debug)]
pub(super) struct Ran {
    /// What it said, as it said it.
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
        }
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

    /// Runs it once.
    pub(super) async fn run(&self) -> Ran {
        let mut child = match self.shell().spawn() {
            Ok(child) => child,
            Err(error) => {
                let outcome = Err(format!("the shell cannot be started: {error}"));
                return Ran { said: String::new(), outcome };
            }
        };
        let words = Mutex::new(Vec::new());
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let ended = tokio::time::timeout(self.limit, async {
            let mut listening =
                std::pin::pin!(async { tokio::join!(listen(out, &words), listen(err, &words)) });
            let mut silent = false;
            let status = loop {
                tokio::select! {
                    status = child.wait() => break status,
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
            Err(_) => {
                end(&mut child);
                Err(format!("it took longer than {} s, and was ended", self.limit.as_secs()))
            }
        };
        let words = words.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ran { said: String::from_utf8_lossy(&words).into_owned(), outcome }
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

fn judge(status: std::io::Result<ExitStatus>) -> Result<(), String> {
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the command ended with {status}")),
        Err(error) => Err(format!("the command was lost: {error}")),
    }
}

/// Ends the command and, where the system has groups, what it began.
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
        let room = MOST_WORDS.saturating_sub(words.len()).min(length);
        words.extend_from_slice(block.get(..room).unwrap_or_default());
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    async fn run(command: &str, limit: Duration) -> (Ran, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().canonicalize().unwrap();
        let mut before = BeforeSend::new(command, project, PathBuf::from("/store/of/theirs"));
        before.limit = limit;
        (before.run().await, folder)
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
        let command = "(sleep 2; touch late) & sleep 60";
        let (ran, folder) = run(command, Duration::from_millis(300)).await;
        assert!(ran.outcome.unwrap_err().contains("took longer than"));
        assert!(began.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(2500)).await;
        assert!(!folder.path().join("late").exists(), "what it began lives on");
    }

    #[tokio::test]
    async fn what_it_leaves_behind_keeps_nobody_waiting_and_its_words_are_bounded() {
        let (ran, _folder) = run("sleep 30 & head -c 5000000 /dev/zero", LIMIT).await;
        assert_eq!((ran.said.len(), ran.outcome), (MOST_WORDS, Ok(())));
    }
}
