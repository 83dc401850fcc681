//! Runs the console blocks of a Markdown page and compares what they print.
//!
//! A block is fenced as `console`. A line that starts with `$ ` is run by `sh`;
//! the lines up to the next one are what it prints, standard output and
//! standard error as a terminal shows them. `...` on a line of its own stands
//! for any lines, `[..]` for any text in a line. `? 3` after a command is its
//! exit code, if that is not 0. A block fenced as `console ignore` is shown only.
//! All blocks of a page run one after the other in the same folder.

use std::path::Path;
use std::process::Command;

/// One command with what the page says it prints.
struct Step {
    line: usize,
    command: String,
    expected: String,
    exit: i32,
}

/// Runs the blocks of `page` in `folder`; every difference is in the error.
pub fn run_page(page: &Path, folder: &Path, environment: &[(&str, &str)]) -> Result<usize, String> {
    let text = std::fs::read_to_string(page).map_err(|error| format!("{}: {error}", page.display()))?;
    let mut wrong = Vec::new();
    let steps = steps(&text);
    for step in &steps {
        let (printed, exit) = run(&step.command, folder, environment);
        let same = matches(&step.expected, &printed);
        if !same || exit != step.exit {
            wrong.push(format!(
                "{}:{}: `{}` ended with {exit} (the page says {}) and printed:\n{printed}\nthe page says:\n{}",
                page.display(),
                step.line,
                step.command,
                step.exit,
                step.expected
            ));
        }
    }
    if wrong.is_empty() { Ok(steps.len()) } else { Err(wrong.join("\n\n")) }
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for (number, line) in text.lines().enumerate() {
        if let Some(fence) = line.strip_prefix("```") {
            inside = !inside && fence.trim() == "console";
            continue;
        }
        if !inside {
            continue;
        }
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                line: number + 1,
                command: command.to_owned(),
                expected: String::new(),
                exit: 0,
            });
        } else if let Some(step) = steps.last_mut() {
            match line.strip_prefix("? ").and_then(|code| code.trim().parse().ok()) {
                Some(code) if step.expected.is_empty() => step.exit = code,
                _ => step.expected += &format!("{line}\n"),
            }
        }
    }
    steps
}

fn run(command: &str, folder: &Path, environment: &[(&str, &str)]) -> (String, i32) {
    let ladder = Path::new(env!("CARGO_BIN_EXE_ladder"));
    let path = std::env::var("PATH").unwrap_or_default();
    // What the README tells a person to type on a fresh clone is the same program.
    let command = command.replace("cargo run --release -- ", "ladder ");
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("exec 2>&1; {command}"))
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", ladder.parent().unwrap_or(Path::new(".")).display()))
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .env_remove("RUST_BACKTRACE")
        .envs(environment.iter().copied())
        .stdin(std::process::Stdio::null())
        .output();
    match output {
        Ok(output) => {
            (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code().unwrap_or(-1))
        }
        Err(error) => (format!("{error}"), -1),
    }
}

/// Whether `printed` is what `expected` says, line by line.
pub fn matches(expected: &str, printed: &str) -> bool {
    let expected: Vec<&str> = expected.trim_end().lines().map(str::trim_end).collect();
    let printed: Vec<&str> = printed.trim_end().lines().map(str::trim_end).collect();
    lines_match(&expected, &printed)
}

fn lines_match(expected: &[&str], printed: &[&str]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((&"...", rest)) => (0..=printed.len()).any(|skip| lines_match(rest, &printed[skip..])),
        Some((line, rest)) => {
            printed.first().is_some_and(|first| line_matches(line, first)) && lines_match(rest, &printed[1..])
        }
    }
}

fn line_matches(expected: &str, printed: &str) -> bool {
    let mut pieces = expected.split("[..]");
    let first = pieces.next().unwrap_or("");
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}
