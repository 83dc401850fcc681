//! Channels against real servers and generators that nobody in this project
//! wrote, on loopback: what is published is read back through the server's own
//! API, or out of the site that was built, published again (nothing new), lost on
//! the way and found again, edited, and taken down.
//!
//! All of these are ignored by `cargo test`: they need what `.ci/run` installs
//! and names (`LADDER_PEERS`: the scripts that start servers). A server that
//! cannot be had fails by name: a test that skips itself proves nothing.
//! By hand: docs/contributing.md.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it fails")]
#![allow(clippy::print_stdout, reason = "which version answered is what the run is for")]

mod blog;
mod ghost;
#[path = "../once/house.rs"]
#[allow(dead_code, reason = "the other promise's tests use more of it")]
mod house;
mod micropub;
#[cfg(feature = "nostr")]
mod nostr;
mod pds;
#[path = "../real/peers.rs"]
#[allow(dead_code, reason = "mail servers and tools use more of it")]
mod peer;
#[allow(dead_code, reason = "each server takes what it needs")]
mod pictures;
mod proxy;
mod sites;
mod snac;
mod traps;
mod wordpress;
