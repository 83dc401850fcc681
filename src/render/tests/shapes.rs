//! The shapes that a text takes: written whole, shortened, a thread; tagged in mails.

use super::fixture::House;
use crate::ladder::{Overflow, Settings, WrittenWhole};
use crate::render::{Post, Variant, VariantKind, defaults, late, render};
use crate::source::Spanned;
use insta::assert_snapshot;

fn post(house: &House) -> Post {
    let made = render(&house.job("post"));
    assert!(!made.has_errors(), "{:?}", made.problems);
    match made.value {
        Some(Variant::Post(post)) => post,
        other => panic!("not a post: {other:?}"),
    }
}

fn overflowing(overflow: Overflow) -> House {
    let mut house = House::new().says(&"One sentence of many. ".repeat(30));
    let span = house.ladder.rungs[1].span;
    house.settings("post").overflow = Some(Spanned::new(overflow, span));
    house
}

#[test]
fn a_plain_value_is_escaped_as_its_network_wants_it() {
    let said = |network: &'static str| {
        let mut house = House::new().says("{{ message.title | escaped }} {{ link | escaped }}");
        house.message.title.value = "Vec<T> & *so* [a] snake_case".to_owned();
        let house = house.outlet(VariantKind::Post, network, crate::render::Defaults::default());
        late::shown(&post(&house).parts[0].text)
    };
    let bare = "Vec<T> & *so* [a] snake_case ‹address of blog›";
    for network in ["x", "facebook", "linkedin", "mastodon", "bluesky"] {
        assert_eq!(said(network), bare, "{network}");
    }
    let entities = "Vec&lt;T&gt; &amp; *so* [a] snake_case ‹address of blog›";
    assert_eq!(said("slack"), entities);
    assert_eq!(said("telegram"), entities);
    assert_eq!(said("wordpress"), entities.replace('[', "&#91;"));
    assert_eq!(said("discord"), r"Vec<T> & \*so\* \[a] snake\_case ‹address of blog›");
    assert_eq!(said("reddit"), r"Vec\<T> \& \*so\* \[a\] snake\_case ‹address of blog›");
}

#[test]
fn what_plain_does_otherwise_than_markup_is_what_the_page_says() {
    let said = |filter: &str, body: &str| {
        let mut house = House::new().says(&format!("{{{{ message.body | {filter} }}}}"));
        house.message.body.value = body.to_owned();
        post(&house).parts[0].text.clone()
    };
    let (quote, table) = ("> said\n> so", "| a | b |\n|---|---|\n| 1 | 2 |");
    assert_eq!((said("plain", quote), said("markup", quote)), ("said so".into(), "> said so".into()));
    assert_eq!((said("plain", table), said("markup", table)), ("a | b\n1 | 2".into(), "• a: 1; b: 2".into()));
}

#[test]
fn what_does_not_fit_is_told_shortened_or_split() {
    let told = post(&overflowing(Overflow::Error));
    assert!(told.parts[0].text.len() > 280, "the lint says by how much it is too long");
    let house = overflowing(Overflow::Shorten);
    let shortened = post(&house);
    assert!(crate::text::count(&shortened.parts[0].text, &house.outlet.rules, 80).fits());
    let house = overflowing(Overflow::Thread);
    let thread = post(&house);
    assert!(thread.parts.len() > 1);
    assert!(thread.parts.iter().all(|part| crate::text::count(&part.text, &house.outlet.rules, 80).fits()));
}

#[test]
fn a_thread_by_hand_keeps_its_parts_and_breaks_are_honoured() {
    let mut house = House::new();
    let parts = vec![house.written("1 {{ message.title }}"), house.written("2 {{ link }}")];
    house.settings("post").thread = Some(parts);
    let texts: Vec<String> = post(&house).parts.iter().map(|part| late::shown(&part.text)).collect();
    assert_eq!(texts, ["1 Rocket 2 lands itself", "2 ‹address of blog›"]);

    let mut house = House::new().says("one\n\n<!-- break -->\n\ntwo");
    assert_eq!(post(&house).parts[0].text, "one\n\ntwo");
    let span = house.ladder.rungs[1].span;
    house.settings("post").overflow = Some(Spanned::new(Overflow::Thread, span));
    let texts: Vec<String> = post(&house).parts.into_iter().map(|part| part.text).collect();
    assert_eq!(texts, ["one", "two"]);
}

#[test]
fn a_break_is_one_on_a_line_of_its_own_and_not_in_code() {
    let code = "Write\n\n```\n<!-- break -->\n```\n\nor `<!-- break -->` there.";
    let said = "Write\n\n<!-- break -->\n\nor <!-- break --> there.";
    let mut house = House::new().says(&format!("{code}\n\n<!-- break -->\n\ntwo"));
    let text = house.written("{{ message.body | plain }}");
    house.settings("post").text = Some(text);
    assert_eq!(post(&house).parts[0].text, format!("{said}\n\ntwo"));
    let span = house.ladder.rungs[1].span;
    house.settings("post").overflow = Some(Spanned::new(Overflow::Thread, span));
    let texts: Vec<String> = post(&house).parts.into_iter().map(|part| part.text).collect();
    assert_eq!(texts, [said, "two"]);
}

#[test]
fn what_cannot_be_shortened_is_left_for_the_lint_to_tell() {
    let tag = format!("#{}", "a".repeat(300));
    let mut house = House::new().says(&tag);
    let span = house.ladder.rungs[1].span;
    house.settings("post").overflow = Some(Spanned::new(Overflow::Shorten, span));
    assert_eq!(post(&house).parts[0].text, tag);
}

#[test]
fn a_variant_written_whole_is_markdown_and_no_template() {
    let mut house = House::new().says("not this");
    let rung = Spanned::new("post".to_owned(), house.ladder.rungs[1].span);
    let body = house.written("It **landed**, {{ really }}.\n\n\n\n- once\n");
    house.message.written_whole.push(WrittenWhole { rung, settings: Settings::default(), body });
    assert_snapshot!(post(&house).parts[0].text, @r###"
    It landed, {{ really }}.

    • once
    "###);
}

#[test]
fn an_override_wins_and_takes_the_shorter_texts_along() {
    let mut house = House::new().says("not this");
    let shorter = vec![house.written("nor this")];
    house.settings("post").shorter = Some(shorter);
    let text = house.written("It landed. {{ rungs.blog.url }}");
    let name = Spanned::new("post".to_owned(), text.span);
    house.message.overrides.push((name, Settings { text: Some(text), ..Settings::default() }));
    assert_eq!(late::shown(&post(&house).parts[0].text), "It landed. ‹address of blog›");
}

#[test]
fn links_in_mails_are_tagged_and_those_in_articles_are_not() {
    let mut house = House::new().outlet(VariantKind::Mail, "email", defaults::MAIL);
    let domain = house.written("acme.example");
    house.project.tracking_domains = vec![domain];
    let Some(Variant::Mail(mail)) = render(&house.job("mail")).value else { panic!("no mail") };
    let tags = "utm_source=email&utm_medium=social&utm_campaign=rocket-2&utm_content=mail";
    assert!(
        mail.html.contains(&format!("https://acme.example/how?{}", tags.replace('&', "&amp;"))),
        "{}",
        mail.html
    );
    assert!(mail.text.contains(&format!("how <https://acme.example/how?{tags}>")), "{}", mail.text);

    let mut house = House::new().outlet(VariantKind::Article, "site", defaults::ARTICLE);
    let domain = house.written("acme.example");
    house.project.tracking_domains = vec![domain];
    let Some(Variant::Article(article)) = render(&house.job("blog")).value else { panic!("no article") };
    assert!(!article.html.contains("utm_") && !article.markdown.contains("utm_"));
}

#[test]
fn subjects_are_one_line_and_pages_escape_what_they_are_given() {
    let mut house = House::new().outlet(VariantKind::Mail, "email", defaults::MAIL);
    house.message.title.value = "A\r\nBcc: x@y.example <b>\u{1b}[31m".to_owned();
    house.message.language = "ar".to_owned();
    let Some(Variant::Mail(mail)) = render(&house.job("mail")).value else { panic!("no mail") };
    assert_eq!(mail.subject, "A Bcc: x@y.example <b> [31m");
    assert!(mail.html.contains("A Bcc: x@y.example &lt;b&gt; [31m"), "{}", mail.html);
    assert!(mail.html.contains("lang=\"ar\" dir=\"rtl\""), "{}", mail.html);
}
