//! The program as its users meet it: exit codes, standard output and error, and
//! the JSON contract, verb by verb. Needs no network and no server.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where it fails")]

mod bad_files;
mod bad_input;
mod bad_words;
mod counting;
mod feeds;
mod first_day;
mod house;
mod images;
mod linkedin;
mod looking;
mod making;
mod newcomer;
mod pasting;
mod prices;
mod queued;
mod rehearsing;
mod sending;
mod taking_back;
mod told;

#[test]
fn transcripts() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd");
}
