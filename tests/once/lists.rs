//! Who is on the list, and under which spelling: one person, one mail.

use crate::house::{House, mail, people, rungs};
use crate::smtp::Server;

fn house(server: &Server, people: &[&str]) -> House {
    House::new(&mail("news", &server.url(), people), &rungs(&["news"]))
}

#[test]
fn one_person_in_three_spellings_gets_one_mail() {
    let server = Server::good();
    let house = house(&server, &["a@example.org", "A@Example.ORG", "Ada <a@example.org>", "b@example.org"]);
    let json = house.publish().ends(0).json();
    assert_eq!(server.taken().len(), 2, "{:?}", server.taken());
    assert_eq!(people(&json, "news").len(), 2);
}

#[test]
fn a_name_or_a_letter_case_added_later_is_no_new_person() {
    let server = Server::good();
    let house = house(&server, &["a@example.org", "B@example.org"]);
    house.publish().ends(0);
    for list in [["Ada <a@example.org>", "b@example.org"], ["A@EXAMPLE.org", "\"B, C\" <b@example.org>"]] {
        house.channels(&mail("news", &server.url(), &list));
        house.publish().ends(0);
        house.run(&["run"]).ends(0);
        assert_eq!(server.taken().len(), 2, "{list:?}: {:?}", server.taken());
    }
}

#[test]
fn the_address_and_the_name_are_sent_as_they_are_written() {
    let server = Server::good();
    let house = house(&server, &["Ada L. <Ada.L@example.org>"]);
    house.publish().ends(0);
    assert_eq!(server.taken(), ["Ada.L@example.org"]);
    let text = &server.texts()[0];
    assert!(text.contains("To: \"Ada L.\" <Ada.L@example.org>"), "{text}");
}

#[test]
fn who_joins_gets_it_and_nobody_else_once_more() {
    let server = Server::good();
    let house = house(&server, &["a@example.org"]);
    house.publish().ends(0);
    house.channels(&mail("news", &server.url(), &["a@example.org", "b@example.org"]));
    house.run(&["run"]).ends(0);
    assert_eq!(server.taken().len(), 1, "`run` sends what was queued");
    house.publish().ends(0);
    assert_eq!(server.taken(), ["a@example.org", "b@example.org"]);
    house.channels(&mail("news", &server.url(), &["b@example.org"]));
    house.publish().ends(0);
    house.channels(&mail("news", &server.url(), &["a@example.org", "b@example.org"]));
    house.publish().ends(0);
    assert_eq!(server.taken(), ["a@example.org", "b@example.org"]);
}
