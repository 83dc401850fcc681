//! The promise, against a real store and channels that answer as told.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod crashes;
mod fake;
mod faults;
mod mails;
mod once;
mod order;
