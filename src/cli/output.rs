//! Where words go: data to standard output, talk to standard error.
//!
//! The only place that writes to either (but for the progress bars of
//! `report::progress`). A reader that went away (`ladder log | head`) is not an
//! error; a full disk behind `> file` is, and ends the run with 1.

use crate::report::columns::Sheet;
use anstream::{AutoStream, ColorChoice};
use std::io::{ErrorKind, IsTerminal, Write};
use terminal_size::{Height, Width, terminal_size_of};

/// The two streams of a run.
#[derive(Debug)]
pub struct Console {
    quiet: bool,
    closed: bool,
    trouble: Option<String>,
    colour_out: bool,
    colour_err: bool,
}

impl Console {
    /// Colour by terminal, `NO_COLOR` and its kin, unless `colour` says so itself.
    pub fn new(colour: clap::ColorChoice, quiet: bool) -> Console {
        let wants = |auto: ColorChoice| match colour {
            clap::ColorChoice::Always => true,
            clap::ColorChoice::Never => false,
            clap::ColorChoice::Auto => auto != ColorChoice::Never,
        };
        Console {
            quiet,
            closed: false,
            trouble: None,
            colour_out: wants(AutoStream::choice(&std::io::stdout())),
            colour_err: wants(AutoStream::choice(&std::io::stderr())),
        }
    }

    /// Whether data may be coloured.
    pub fn colour_out(&self) -> bool {
        self.colour_out
    }

    /// Whether talk may be coloured.
    pub fn colour_err(&self) -> bool {
        self.colour_err
    }

    /// Writes data; a line end is added where it is missing.
    pub fn data(&mut self, text: &str) {
        if self.closed || text.is_empty() {
            return;
        }
        let mut out = std::io::stdout().lock();
        let end: &[u8] = if text.ends_with('\n') { b"" } else { b"\n" };
        let written =
            out.write_all(text.as_bytes()).and_then(|()| out.write_all(end)).and_then(|()| out.flush());
        self.note(written);
    }

    /// Remembers that nothing more can be written, and why if it is not because
    /// nobody reads any more.
    fn note(&mut self, written: std::io::Result<()>) {
        if let Err(error) = written {
            self.closed = true;
            if error.kind() != ErrorKind::BrokenPipe {
                self.trouble = Some(format!("standard output cannot be written: {error}"));
            }
        }
    }

    /// Data in many small pieces, which are not written one by one.
    pub fn stream(&mut self) -> Stream<'_> {
        Stream { out: std::io::BufWriter::new(std::io::stdout().lock()), console: self }
    }

    /// Says something that is worth saying unless `--quiet` asks for silence.
    pub fn talk(&mut self, text: &str) {
        if !self.quiet {
            self.warn(text);
        }
    }

    /// Says something that must be said: a problem.
    pub fn warn(&mut self, text: &str) {
        // There is nowhere left to tell of a standard error that cannot be written.
        let _ = writeln!(std::io::stderr().lock(), "{}", text.trim_end_matches('\n'));
    }

    /// Whether progress is shown.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Why data was lost, if it was.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Whether a person can be asked: standard input and error are terminals.
    pub fn can_ask(&self) -> bool {
        std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Asks a question that is answered by `y`; everything else is a no.
    pub fn ask(&mut self, question: &str) -> bool {
        let mut err = std::io::stderr().lock();
        if write!(err, "{question} [y/N] ").and_then(|()| err.flush()).is_err() {
            return false;
        }
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer);
        read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    }

    /// Whether a person looks at the data.
    pub fn is_terminal(&self) -> bool {
        std::io::stdout().is_terminal()
    }

    /// What data is drawn on.
    pub fn sheet_out(&self) -> Sheet {
        Sheet {
            colour: self.colour_out,
            width: columns(self.is_terminal(), terminal_size_of(std::io::stdout())),
        }
    }

    /// What talk is drawn on.
    pub fn sheet_err(&self) -> Sheet {
        let is_terminal = std::io::stderr().is_terminal();
        Sheet { colour: self.colour_err, width: columns(is_terminal, terminal_size_of(std::io::stderr())) }
    }

    /// Columns of the terminal that data goes to; of one that does not say, what
    /// `COLUMNS` says. 80 where it is no terminal.
    pub fn width(&self) -> usize {
        let seen = terminal_size_of(std::io::stdout());
        let told = || std::env::var("COLUMNS").ok().filter(|_| self.is_terminal())?.trim().parse().ok();
        seen.map(|(width, _)| usize::from(width.0)).or_else(told).unwrap_or(80).clamp(24, 120)
    }
}

/// The narrowest terminal that tables are laid out for.
const NARROWEST: usize = 40;

/// Columns of a terminal, as it says itself or `COLUMNS` does; nothing where it is none.
fn columns(is_terminal: bool, seen: Option<(Width, Height)>) -> Option<usize> {
    if !is_terminal {
        return None;
    }
    let seen = seen.map(|(width, _)| usize::from(width.0));
    let told = || std::env::var("COLUMNS").ok()?.trim().parse().ok();
    Some(seen.filter(|width| *width > 0).or_else(told).unwrap_or(80).max(NARROWEST))
}

/// Data that is written when enough of it is there, or when [`Stream::flush`] says so.
#[derive(Debug)]
pub struct Stream<'a> {
    out: std::io::BufWriter<std::io::StdoutLock<'static>>,
    console: &'a mut Console,
}

impl Stream<'_> {
    /// Writes a line.
    pub fn line(&mut self, text: &str) {
        if !self.console.closed {
            let written = self.out.write_all(text.as_bytes()).and_then(|()| self.out.write_all(b"\n"));
            self.console.note(written);
        }
    }

    /// Writes what is still held back.
    pub fn flush(&mut self) {
        if !self.console.closed {
            let written = self.out.flush();
            self.console.note(written);
        }
    }

    /// Whether anybody still reads.
    pub fn is_open(&self) -> bool {
        !self.console.closed
    }
}
