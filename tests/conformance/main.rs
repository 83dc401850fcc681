//! Vectors that nobody in this project wrote: what the networks' own libraries,
//! the standards and real programs answer, and that `ladder` answers the same.
//! The sets stay where they are; `LADDER_CONFORMANCE` is their folder.
//! `docs/conformance.md` says what is applicable and what is not, and why.

#![allow(clippy::print_stdout, reason = "how many cases passed is what the run is for")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it fails")]

mod bluesky;
mod markdown;
mod markup;
mod mastodon;
#[cfg(feature = "nostr")]
mod nostr;
mod oauth;
mod practice;
mod sets;
mod unicode;
mod x;
mod yaml;
