//! One contract for every row of the table of adapters: what a channel promises
//! is tried on all of them, against the networks of `ladder::rehearsal`, a mail
//! server in this process, and folders.
//!
//! A row that nobody can try fails by name: a new adapter comes with a way.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it fails")]

mod abilities;
mod articles;
mod bench;
#[cfg(unix)]
mod containers;
#[cfg(unix)]
mod doubts;
#[cfg(unix)]
mod editing;
mod files;
#[path = "../once/house.rs"]
#[allow(dead_code, reason = "the other promise's tests use more of it")]
mod house;
mod hubs;
mod images;
mod log;
mod looking;
mod mail;
#[cfg(unix)]
mod mentions;
mod once;
mod outcomes;
mod payloads;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod receivers;
mod removing;
#[cfg(unix)]
mod resting;
mod rows;
mod secrets;
mod sending;
#[cfg(unix)]
mod silent;
#[path = "../once/smtp.rs"]
#[allow(dead_code, reason = "the other promise's tests use more of it")]
mod smtp;
#[cfg(unix)]
mod taking_down;
mod texts;
#[cfg(unix)]
mod who;
mod words;
