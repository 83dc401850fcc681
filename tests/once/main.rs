//! The promise that nothing goes out twice and nothing is lost, attacked from
//! outside: the real program as a child process, killed, raced, starved and
//! lied to, against small mail servers in this process that log what they took.
//!
//! Needs no network. More kills: `LADDER_KILLS=1000`; another course of them:
//! `LADDER_SEED=7` (a failure names its seed).

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test stops where it fails, and says what it had to skip"
)]

mod ci;
mod dialects;
mod house;
mod kills;
mod leases;
mod lists;
mod live;
mod partial;
mod races;
mod smtp;
mod stops;
mod stores;
mod twice;
