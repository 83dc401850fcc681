//! Texts as JSON, one a line, answered one a line and in order, however many
//! they are.

use super::line::{self, Unread};
use super::{Arguments, IS_IT_RIGHT, TEXT_LIMIT, unreadable};
use crate::cli::desk::Desk;
use crate::cli::failure::Failure;
use crate::exit::Exit;
use crate::report::{count, machine};
use crate::text::{Rules, visible};
use serde_json::json;
use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};

/// Longest line: `\u0061` for every byte of the longest text.
const LINE_LIMIT: usize = 6 * TEXT_LIMIT;
/// What is kept of a buffer from one line to the next.
const KEPT: usize = 1 << 20;

/// What a line is once it is read.
enum Got {
    Line,
    TooLong,
    End,
}

/// Answers every line of the file or of standard input. Ends with 2 when one
/// could not be read; the others have their answers.
pub(super) fn answer(arguments: &Arguments, networks: &[Rules], desk: &mut Desk) -> Result<Exit, Failure> {
    match &arguments.file {
        Some(path) => {
            let name = path.display().to_string();
            let file = std::fs::File::open(path).map_err(|error| unreadable(&name, &error))?;
            answer_all(file, &name, arguments, networks, desk)
        }
        None => answer_all(std::io::stdin().lock(), "standard input", arguments, networks, desk),
    }
}

fn answer_all(
    from: impl Read,
    name: &str,
    arguments: &Arguments,
    networks: &[Rules],
    desk: &mut Desk,
) -> Result<Exit, Failure> {
    let mut lines = BufReader::with_capacity(1 << 16, from);
    let json = desk.json();
    let mut out = desk.console.stream();
    let mut buffer = Vec::new();
    let mut exit = Exit::Done;
    for number in 1_usize.. {
        // Who asks line by line is not kept waiting for the next question.
        if lines.buffer().is_empty() {
            out.flush();
        }
        if !out.is_open() {
            break;
        }
        let got = next(&mut lines, &mut buffer).map_err(|error| unreadable(name, &error))?;
        let line = match got {
            Got::End => break,
            Got::TooLong => {
                let why = format!("it is longer than {} MB", LINE_LIMIT / 1_000_000);
                Err(Unread { code: "too-large", why, hint: IS_IT_RIGHT })
            }
            // Files that were put together have their marks within.
            Got::Line => Ok(buffer.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&buffer)),
        };
        if line.as_ref().is_ok_and(|line| line.trim_ascii().is_empty()) {
            continue;
        }
        match line.and_then(line::read) {
            Ok(line) => {
                let warning = line.warning.or(arguments.content_warning.as_deref().map(Cow::Borrowed));
                for rules in networks {
                    let rules = Rules { limit: line.limit.or(rules.limit), ..*rules };
                    let warning = warning.as_deref().unwrap_or("");
                    if json {
                        out.line(&machine::line(&count::answer(warning, &line.text, &rules)));
                    } else {
                        out.line(&count::measure(warning, &line.text, &rules).line());
                    }
                }
            }
            Err(Unread { code, why, hint }) => {
                exit = Exit::Usage;
                let message = format!("line {number} cannot be read: {why}");
                for rules in networks {
                    let error = json!({ "code": code, "message": message, "hint": hint });
                    if json {
                        let answer = json!({ "network": rules.network, "line": number, "error": error });
                        out.line(&machine::line(&answer));
                    } else {
                        out.line(&visible(&format!("{} ? {message}; {hint}", rules.network)));
                    }
                }
            }
        }
        if buffer.capacity() > KEPT {
            buffer = Vec::new();
        }
    }
    out.flush();
    Ok(exit)
}

/// Reads the next line into `buffer`, without its end. Of a line that is too
/// long nothing is kept.
fn next(lines: &mut impl BufRead, buffer: &mut Vec<u8>) -> std::io::Result<Got> {
    buffer.clear();
    let mut any = false;
    let mut too_long = false;
    loop {
        let here = match lines.fill_buf() {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            here => here?,
        };
        let end = here.iter().position(|byte| *byte == b'\n');
        let part = &here[..end.unwrap_or(here.len())];
        any |= !here.is_empty();
        too_long |= buffer.len() + part.len() > LINE_LIMIT;
        if too_long {
            *buffer = Vec::new();
        } else {
            buffer.extend_from_slice(part);
        }
        let at_end = here.is_empty();
        let used = part.len() + usize::from(end.is_some());
        lines.consume(used);
        if end.is_some() || at_end {
            return Ok(match (any, too_long) {
                (false, _) => Got::End,
                (true, true) => Got::TooLong,
                (true, false) => Got::Line,
            });
        }
    }
}
