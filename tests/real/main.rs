//! The program over real texts, against real servers and through real tools.
//!
//! All of these are ignored by `cargo test`: they need what `.ci/run` installs
//! and names (`LADDER_MESSAGES`: a folder of announcements, `LADDER_PEERS`: the
//! scripts that start servers). Where something is missing they fail, loudly:
//! a test that skips itself proves nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it fails")]

mod announcements;
mod bounds;
mod house;
mod mail;
mod pages;
mod peers;
mod sites;
mod tools;
#[path = "../peers/traps.rs"]
mod traps;
