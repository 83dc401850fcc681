//! Parses arguments, runs a verb, turns its end into an exit code.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(ladder::cli::main().code())
}
