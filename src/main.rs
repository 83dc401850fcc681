//! Parses arguments, runs a verb, turns its end into an exit code.

fn main() {}
