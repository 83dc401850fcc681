//! The fault bench: the real program, killed, torn, starved and lied to at exact
//! points, begun again until it rests, and judged by what is live. `README.md`
//! beside this file says how it works and how to run more of it.
//!
//! Needs no network; needs a C compiler and Linux, and skips without them.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test stops where it fails, and says what it had to skip"
)]

mod answers;
mod clocks;
mod judge;
mod kills;
mod many;
mod races;
mod schedules;
mod shim;
#[allow(dead_code, reason = "the tests beside these use all of it")]
#[path = "../once/smtp.rs"]
mod smtp;
mod stores;
mod told;
mod world;
