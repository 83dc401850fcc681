//! What each network will see, word for word.

use super::bench::{self, Bench};
use super::rows::WAYS;
use super::{files, mail};
use ladder::plan::Identity;
use ladder::render::Variant;
use serde_json::Value;

/// The bodies of all that the first way of an adapter can be given.
async fn of(adapter: &str) -> Vec<Value> {
    let way = WAYS.iter().find(|way| way.adapter == adapter).unwrap();
    let bench = Bench::new(way).await;
    let variants = [bench::rich(way), bench::with_card()];
    variants.iter().flat_map(|variant| bench.payload(variant).parts).map(|part| part.body).collect()
}

/// The bodies of a variant for a channel without a network.
fn without_network(table: &str, variant: &Variant) -> Vec<Value> {
    let channel = bench::configured(&format!("[channels.step]\n{table}")).channel;
    let identity = Identity {
        account: channel.account(),
        message: "rocket-2".to_owned(),
        rung: "step".to_owned(),
        occurrence: 0,
        generation: 0,
        recipient: None,
    };
    channel.payload(variant, &identity).value.unwrap().parts.into_iter().map(|part| part.body).collect()
}

#[tokio::test]
async fn x() {
    insta::assert_json_snapshot!(of("x").await, @"");
}

#[tokio::test]
async fn facebook() {
    insta::assert_json_snapshot!(of("facebook").await, @"");
}

#[tokio::test]
async fn linkedin() {
    insta::assert_json_snapshot!(of("linkedin").await, @"");
}

#[test]
fn email() {
    let table = "adapter = \"email\"\nmaildir = \"m\"\nfrom = \"Acme <news@acme.example>\"\nto = [\"a@example.org\"]\n";
    insta::assert_json_snapshot!(without_network(table, &mail::mail()), @"");
}

#[test]
fn manual() {
    let table = "adapter = \"manual\"\nnetwork = \"x\"\n";
    insta::assert_json_snapshot!(without_network(table, &files::images()), @"");
}

#[test]
fn outbox() {
    let table = "adapter = \"outbox\"\n";
    insta::assert_json_snapshot!(without_network(table, &files::images()), @"");
}

#[test]
fn static_site() {
    let table = "adapter = \"static-site\"\npreset = \"hugo\"\ndirectory = \"posts\"\nurl = \"https://acme.example/{slug}/\"\n";
    insta::assert_json_snapshot!(without_network(table, &files::article()), @"");
}
