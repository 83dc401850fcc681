//! The promise that nothing goes out twice and nothing is lost, attacked from
//! outside: the real program as a child process, killed, raced, starved and
//! lied to, against small mail servers in this process that log what they took.
//!
//! Needs no network. More kills: `LADDER_KILLS=1000`; another course of them:
//! `LADDER_SEED=7` (a failure names its seed); more races: `LADDER_RACES=100`.
//!
//! A lease lasts a minute. For the tests that wait until one has run out the
//! program takes other seconds, 1 to 3600, from `LADDER_LEASE_SECONDS`; all who
//! use one store must be given the same. It is for tests only.

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
