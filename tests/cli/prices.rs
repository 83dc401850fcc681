//! What sending costs is told before anything is sent.

use super::house::{Ended, House};
use serde_json::json;

/// With X's token there, so that X is where the post would go.
fn with_token(house: &House, arguments: &[&str]) -> Ended {
    house.run_with(arguments, &[("X_ACCESS_TOKEN", "example")])
}

#[test]
fn a_price_stands_where_a_network_charges_and_nowhere_else() {
    let house = House::new();
    // Without credentials the post goes to the outbox, which is free.
    let plan = house.run(&["plan", "hello"]).ends(0);
    assert!(!plan.out().contains("PRICE") && !plan.out().contains('$'), "{}", plan.out());
    let free = house.run(&["plan", "hello", "--format", "json"]).ends(0).json();
    assert!(free.get("price").is_none());

    let plan = with_token(&house, &["plan", "hello"]).ends(0);
    assert!(
        plan.out().contains("PRICE") && plan.out().contains("sending this costs $0.20"),
        "{}",
        plan.out()
    );
    let priced = with_token(&house, &["plan", "hello", "--format", "json"]).ends(0).json();
    let price = json!({ "amount": "0.20", "currency": "USD" });
    assert_eq!(priced["price"], price);
    let of =
        |rung: &str| priced["steps"].as_array().unwrap().iter().find(|step| step["rung"] == rung).unwrap();
    assert_eq!(of("tweet")["price"], price);
    assert!(of("blog").get("price").is_none());
    assert_eq!(priced["digest"], free["digest"], "what it costs is no part of the plan");

    let dry = with_token(&house, &["publish", "hello", "--dry-run", "--format", "json"]).ends(0).json();
    assert_eq!(dry["price"], price);
    let only = ["publish", "hello", "--dry-run", "--only", "blog", "--format", "json"];
    assert!(with_token(&house, &only).ends(0).json().get("price").is_none());
}

#[test]
fn a_plan_that_was_printed_with_its_price_is_still_the_plan() {
    let house = House::new();
    let printed = with_token(&house, &["plan", "hello", "--format", "json"]).ends(0);
    house.write("printed.json", &printed.out());
    let ended = with_token(&house, &["publish", "printed.json", "--dry-run"]).ends(0);
    assert!(ended.out().contains("sending this costs $0.20"), "{}", ended.out());
    house.run(&["plan", "hello", "--out", "plan.json"]).ends(0);
    assert!(!house.read("plan.json").contains("\"price\""));
}

#[test]
fn a_second_cashtag_is_told_by_check() {
    let house = House::new();
    house.edit("messages/hello/message.md", "+++\n", "+++\noverrides.tweet.text = \"$ACME and $XYZ rise\"\n");
    let said = house.run(&["check", "--format", "json"]).ends(3).json();
    let all = said["diagnostics"].as_array().unwrap();
    let found = all.iter().find(|found| found["rule"] == "too-many-cashtags").unwrap();
    assert_eq!(found["file"], "messages/hello/message.md");
    assert!(
        found["line"].is_number() && found["message"].as_str().unwrap().contains("rung `tweet`"),
        "{found}"
    );
}
