//! Threads: numbers at the end of each part, and pictures on the part that
//! speaks of them.

use super::fixture::House;
use crate::ladder::{Attach, Overflow, Settings, WrittenWhole};
use crate::render::{Post, Variant, VariantKind, defaults, render};
use crate::source::Spanned;
use crate::text::count;

fn post(house: &House) -> Post {
    let made = render(&house.job("post"));
    assert!(!made.has_errors(), "{:?}", made.problems);
    match made.value {
        Some(Variant::Post(post)) => post,
        other => panic!("not a post: {other:?}"),
    }
}

fn thread(text: &str) -> House {
    let mut house = House::new().says(text);
    let span = house.ladder.rungs[1].span;
    house.settings("post").overflow = Some(Spanned::new(Overflow::Thread, span));
    house
}

fn numbered(mut house: House) -> House {
    let span = house.ladder.rungs[1].span;
    house.settings("post").numbered = Some(Spanned::new(true, span));
    house
}

fn texts(house: &House) -> Vec<String> {
    post(house).parts.into_iter().map(|part| part.text).collect()
}

/// For each part the names of its pictures.
fn pictures(house: &House) -> Vec<Vec<String>> {
    let name = |picture: crate::render::Picture| picture.name;
    post(house).parts.into_iter().map(|part| part.media.into_iter().map(name).collect()).collect()
}

#[test]
fn a_numbered_thread_ends_each_part_in_its_number_and_fits() {
    let house = numbered(thread(&"One sentence of many. ".repeat(200)));
    let parts = post(&house).parts;
    assert!(parts.len() > 9, "{}", parts.len());
    for (at, part) in parts.iter().enumerate() {
        assert!(part.text.ends_with(&format!(". {}/{}", at + 1, parts.len())), "{}", part.text);
        assert!(count(&part.text, &house.outlet.rules, 80).fits());
    }
}

#[test]
fn one_part_has_no_number_and_parts_by_hand_have_one() {
    assert_eq!(texts(&numbered(thread("It landed."))), ["It landed."]);
    assert_eq!(texts(&numbered(thread("one\n\n<!-- break -->\n\ntwo"))), ["one 1/2", "two 2/2"]);
    let mut house = House::new();
    let parts = vec![house.written("It landed."), house.written("{{ link }}"), house.written(" ")];
    house.settings("post").thread = Some(parts);
    // A part without words is a mistake that a number would hide.
    assert_eq!(texts(&numbered(house)), ["It landed. 1/3", "https://rung.invalid/blog/tracked 2/3", ""]);
}

#[test]
fn pictures_of_the_body_go_to_the_part_around_them() {
    let text = "{{ message.body | plain }}";
    let mut house = thread(text);
    for file in ["cover.png", "legs.png", "cost.png", "last.png"] {
        house.image(file, "What it shows");
    }
    house.message.body.value = "It stands on its legs ![legs](legs.png) at dawn.\n\n<!-- break -->\n\n\
        It costs a third less.\n\n![cost](./cost.png)\n\n<!-- break -->\n\n![last](last.png)\n\nThat is all.\n"
        .to_owned();
    assert_eq!(texts(&house), ["It stands on its legs at dawn.", "It costs a third less.", "That is all."]);
    assert_eq!(pictures(&house), [vec!["cover.png", "legs.png"], vec!["cost.png"], vec!["last.png"]]);
    // Split by length as well.
    house.message.body.value = format!(
        "{}\n\n![cost](cost.png)\n\n{}",
        "Words before it. ".repeat(30),
        "Words behind it. ".repeat(30)
    );
    let shown = pictures(&house);
    let parts = texts(&house);
    let at = shown.iter().position(|part| part.contains(&"cost.png".to_owned())).unwrap();
    assert!(parts[at].ends_with("before it."), "{parts:?}");
    assert!(parts[at + 1].starts_with("Words behind"), "{parts:?}");
    // Not a thread: in the message's order, as ever.
    house.settings("post").overflow = None;
    assert_eq!(pictures(&house), [["cover.png", "legs.png", "cost.png", "last.png"]]);
}

#[test]
fn a_part_by_hand_names_its_picture() {
    let mut house = House::new();
    house.image("cover.png", "The rocket");
    house.image("legs.png", "Its legs");
    let parts = vec![
        house.written("{{ link }}"),
        house.written("{{ 'legs.png' | image }} On its {{ 'cover.png' | image }} legs."),
    ];
    house.settings("post").thread = Some(parts);
    assert_eq!(texts(&house)[1], "On its legs.");
    assert_eq!(pictures(&house), [vec![], vec!["cover.png", "legs.png"]]);
    // What is said about the rung wins.
    let span = house.ladder.rungs[1].span;
    house.settings("post").attach = Some(Spanned::new(Attach::None, span));
    assert_eq!(pictures(&house), [Vec::<String>::new(), vec![]]);
}

#[test]
fn what_a_part_cannot_take_goes_to_the_next_that_can() {
    let mut house = House::new();
    let pinned = "{{ '6.png' | image }}{{ '7.png' | image }}{{ '8.png' | image }}two";
    let parts = vec![house.written("one"), house.written(pinned), house.written("three")];
    for number in 0..9 {
        house.image(&format!("{number}.png"), "It");
    }
    house.settings("post").thread = Some(parts);
    let first: Vec<String> = (0..4).map(|number| format!("{number}.png")).collect();
    assert_eq!(
        pictures(&house),
        [first.as_slice(), &["6.png", "7.png", "8.png", "4.png"].map(String::from), &["5.png".into()]]
    );
    // Nobody has room: the last part tells.
    house.settings("post").thread = None;
    let span = house.ladder.rungs[1].span;
    house.settings("post").attach = Some(Spanned::new(Attach::Images, span));
    assert_eq!(pictures(&house)[0].len(), 9);
}

#[test]
fn pins_are_never_seen() {
    let mut house = thread(
        "{% set body = message.body | plain %}{{ body | fit(40) }} {{ body | upper | sentences(30) }} {{ body[:7] }}",
    );
    house.image("a.png", "A");
    let comment = house.written("{{ message.body | plain }} {{ 'a.png' | image }}");
    house.settings("post").first_comment = Some(comment);
    house.message.body.value =
        "One ![a](a.png) two. \u{fdd0}\u{fde0}Three ![b](a.png) four five six seven.".to_owned();
    let made = post(&house);
    let all = format!("{made:?}");
    assert!(!all.contains(|c: char| ('\u{fdd0}'..='\u{fdef}').contains(&c)), "{all}");
    assert_eq!(made.parts[0].media.len(), 1);

    let mut house = House::new().says("");
    house.image("a.png", "A");
    let rung = Spanned::new("post".to_owned(), house.ladder.rungs[1].span);
    let body = house.written("Whole ![a](a.png).\n\n<!-- break -->\n\nTwo.");
    house.message.written_whole.push(WrittenWhole { rung, settings: Settings::default(), body });
    assert_eq!(texts(&house), ["Whole .\n\nTwo."]);
    assert_eq!(pictures(&house), [["a.png"]]);
}

#[test]
fn an_image_that_is_not_there_is_told_with_the_nearest() {
    let mut house = House::new().says("{{ 'rokcet.png' | image }}");
    house.image("rocket.png", "The rocket");
    let problem = render(&house.job("post")).problems.remove(0);
    assert_eq!(problem.message, "the message has no image `rokcet.png`");
    assert_eq!(problem.hint.as_deref(), Some("did you mean `rocket.png`?"));
}

#[test]
fn in_a_mail_an_image_is_markdown() {
    let mut house = House::new().outlet(VariantKind::Mail, "email", defaults::MAIL);
    house.image("cover.png", "The cover");
    house.image("legs.png", "Its [four] legs");
    let text = house.written("See {{ 'legs.png' | image }}");
    house.settings("mail").text = Some(text);
    let Some(Variant::Mail(mail)) = render(&house.job("mail")).value else { panic!("no mail") };
    assert!(mail.html.contains("alt=\"Its  four  legs\"") && mail.html.contains("cid:"), "{}", mail.html);
}

/// A break in a part that is written by hand ends nothing, and is told.
#[test]
fn a_break_in_a_part_by_hand_is_told() {
    let mut house = House::new();
    let parts = vec![
        house.written("one\n<!-- break -->\ntwo"),
        house.written("three"),
        house.written("{{ message.body | plain }}"),
    ];
    house.settings("post").thread = Some(parts);
    house.message.body.value = "four\n\n<!-- break --> <!-- break -->\n\nfive `<!-- break -->`".to_owned();
    let made = render(&house.job("post"));
    let told: Vec<&str> = made.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        told,
        [
            "part 1 of `thread` has a `<!-- break -->` in it, which ends nothing there",
            "part 3 of `thread` has a `<!-- break -->` in it, which ends nothing there"
        ]
    );
    assert!(made.problems.iter().all(|problem| problem.rule == "idle-break" && problem.span.is_some()));
    assert_eq!(texts(&house), ["one\ntwo", "three", "four\n\nfive <!-- break -->"]);
}

/// The lines of a block of code stay whole and keep their indents.
#[test]
fn code_in_a_plain_thread_is_cut_between_its_lines() {
    let code = "def land(rocket):\n    for leg in rocket.legs:\n        leg.out()\n\n    return True";
    let body = format!(
        "{} Run this:\n\n```python\n{code}\n```\n\nAnd:\n\n    {}\n\nThen it lands.",
        "Some words. ".repeat(18).trim_end(),
        code.replace('\n', "\n    ")
    );
    let mut house = thread("{{ message.body | plain }}");
    house.message.body.value = body;
    let parts = texts(&house);
    assert!(parts.len() > 1, "{parts:?}");
    let lines: Vec<&str> =
        parts.iter().flat_map(|part| part.lines()).filter(|line| !line.is_empty()).collect();
    let own: Vec<&str> = code.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.windows(own.len()).filter(|window| **window == own[..]).count(), 2, "{parts:?}");
    assert!(parts[1].starts_with("Run this:\n\ndef land"), "{parts:?}");
    assert!(parts.iter().all(|part| !part.contains(['\u{fdde}', '\u{fdee}'])));
}

/// What only reads as a break was meant as text.
#[test]
fn a_break_that_is_escaped_is_text() {
    let mut house = thread("{{ message.body | plain }}");
    house.message.body.value =
        "one\n\n\\<!-- break -->\n\ntwo\n\n&lt;!-- break --&gt;\n\nthree\n\n<!-- break -->\n\nfour"
            .to_owned();
    assert_eq!(texts(&house), ["one\n\n<!-- break -->\n\ntwo\n\n<!-- break -->\n\nthree", "four"]);
}
