//! What rendering promises, on whole variants.

mod addresses;
mod attacks;
mod defaults;
mod fitting;
mod fixture;
mod hostile;
mod shapes;
mod threads;

use super::{Article, Mail, Post, Variant, VariantKind, late, render};
use crate::diagnostic::has_errors;
use crate::render::defaults as own;
use fixture::House;
use insta::assert_snapshot;

fn post(house: &House) -> Post {
    let made = render(&house.job("post"));
    assert!(!made.has_errors(), "{:?}", made.problems);
    match made.value {
        Some(Variant::Post(post)) => post,
        other => panic!("not a post: {other:?}"),
    }
}

fn text(house: &House) -> String {
    late::shown(&post(house).parts[0].text)
}

/// The one problem, as a person sees it.
fn problem(text: &str) -> String {
    let house = House::new().says(text);
    problems(&house)
}

fn problems(house: &House) -> String {
    let made = render(&house.job("post"));
    assert!(has_errors(&made.problems), "no problem; made {:?}", made.value);
    let said = made.problems.iter().map(|problem| {
        let place = problem.span.map(|span| {
            let at = house.sources.locate(span);
            format!("{}:{}:{} `{}`", at.file, at.line, at.column, house.sources.slice(span))
        });
        format!(
            "{}: {}\n  at {}\n  hint: {}",
            problem.rule,
            problem.message,
            place.unwrap_or_default(),
            problem.hint.clone().unwrap_or_default()
        )
    });
    said.collect::<Vec<_>>().join("\n")
}

fn article(house: &House) -> Article {
    match render(&house.job("blog")).value {
        Some(Variant::Article(article)) => article,
        other => panic!("not an article: {other:?}"),
    }
}

/// A house with a second article behind the first, and a third behind that.
fn copies() -> House {
    let mut house = House::new().outlet(VariantKind::Article, "website", own::ARTICLE);
    for (name, after) in [("copy", "blog"), ("copy-of-copy", "copy")] {
        let mut rung = house.ladder.rungs[1].clone();
        let word = |text: &str| crate::source::Spanned::new(text.to_owned(), rung.span);
        (rung.name, rung.after) = (word(name), vec![word(after)]);
        house.ladder.rungs.insert(0, rung);
        house.kinds.insert(name.to_owned(), VariantKind::Article);
    }
    house
}

fn canonical(house: &House, rung: &str) -> Option<String> {
    match render(&house.job(rung)).value {
        Some(Variant::Article(article)) => article.canonical,
        other => panic!("not an article: {other:?}"),
    }
}

#[test]
fn an_article_that_comes_after_another_one_names_it_as_the_original() {
    let mut house = copies();
    let blog = Some(late::token("blog", false));
    assert_eq!(canonical(&house, "blog"), None);
    assert_eq!(canonical(&house, "copy"), blog);
    // The first of all, however the ladder is ordered, and not the one in between.
    assert_eq!(canonical(&house, "copy-of-copy"), blog);
    let (its_own, none) = (house.written("https://acme.example/its-own"), house.written(""));
    house.settings("copy").canonical = Some(its_own);
    assert_eq!(canonical(&house, "copy").as_deref(), Some("https://acme.example/its-own"));
    house.settings("copy").canonical = Some(none);
    assert_eq!(canonical(&house, "copy"), None);
    // A translation is no copy, and what is no article is no original.
    house.outlet.language = "de-AT".to_owned();
    assert_eq!(canonical(&house, "copy-of-copy"), None);
    let mut house = copies();
    house.kinds.insert("blog".to_owned(), VariantKind::Post);
    assert_eq!(canonical(&house, "copy"), None);
}

fn mail(house: &House) -> Mail {
    match render(&house.job("mail")).value {
        Some(Variant::Mail(mail)) => mail,
        other => panic!("not a mail: {other:?}"),
    }
}

#[test]
fn values_are_joined_and_filtered() {
    let said = |text: &str| self::text(&House::new().says(text));
    assert_snapshot!(said("{{ message.title ~ \": \" ~ link }}"), @"Rocket 2 lands itself: ‹address of blog›");
    assert_snapshot!(said("{{ message.tags | hashtags }} | {{ message.tags | hashtags(2) }}"), @"#rocketry #OpenSource #space | #rocketry #OpenSource");
    assert_snapshot!(said("{{ \"ada\" | handle }} {{ brand.name | upper }} {{ channel.account }}"), @"@ada_l ACME ROCKETS acmerockets");
    assert_snapshot!(said("{% for tag in message.tags %}{{ loop.index }}. {{ tag }}{% if not loop.last %}, {% endif %}{% endfor %}"), @"1. rocketry, 2. open source, 3. space");
    assert_snapshot!(said("{% set a = message.title | lower %}{{ a[:8] }} {{ 2 * 3 + 1 }} {{ 'ab' * 3 }}"), @"rocket 2 7 ababab");
    assert_snapshot!(said("{{ message.body | plain }}"), @"It landed. Here is how (https://acme.example/how).");
    assert_snapshot!(said("{{ message.body | excerpt(14) }} {{ message.title | fit(12) }}"), @"It landed. Rocket 2…");
    assert_snapshot!(said("{{ message.tags | map('upper') | join('/') }} {{ message.tags | length }}"), @"ROCKETRY/OPEN SOURCE/SPACE 3");
    assert_snapshot!(said("{{ message.extra.claim | default('none') }} {{ nothing | default('x') }}{% if nothing is defined %}y{% endif %}"), @"none x");
    assert_snapshot!(said("{{ '2026-12-01' | date }}, {{ '2026-12-01T09:00:00Z' | date('%H:%M') }}"), @"1 December 2026, 10:00");
    assert_snapshot!(said("{{ rung }} of {{ ladder }} {{ rungs.blog.url | untracked }}"), @"post of launch ‹address of blog›");
}

#[test]
fn a_body_is_never_a_template_and_values_are_not_escaped() {
    let mut house = House::new().says("{{ message.body }} {{ message.title }}");
    house.message.body.value = "{{ 7 * 7 }} {% raw %}".to_owned();
    house.message.title.value = "<Tom & \"Jerry\">".to_owned();
    assert_snapshot!(text(&house), @r#"{{ 7 * 7 }} {% raw %} <Tom & "Jerry">"#);
}

#[test]
fn mistakes_point_at_the_word_and_say_what_to_write() {
    assert_snapshot!(problem("a {{ mesage.title }}"), @r###"
    template: unknown variable `mesage.title`
      at content-ladders/launch.toml:1:6 `mesage.title`
      hint: did you mean `message.title`?
    "###);
    assert_snapshot!(problem("{{ message.titel }} {{ summary }}"), @r###"
    template: unknown variable `message.titel`
      at content-ladders/launch.toml:1:4 `message.titel`
      hint: did you mean `message.title`?
    template: unknown variable `summary`
      at content-ladders/launch.toml:1:24 `summary`
      hint: did you mean `message.summary`?
    "###);
    assert_snapshot!(problem("{{ message.title | hashtag }} {{ 'a' | format }}"), @r###"
    template: unknown filter `hashtag`
      at content-ladders/launch.toml:1:20 `hashtag`
      hint: did you mean `hashtags`?
    template: there is no filter `format` here
      at content-ladders/launch.toml:1:40 `format`
      hint: put texts together with `~`, and leave the layout to the outlet
    "###);
    assert_snapshot!(problem("{% if false %}{{ rungs.blogg.url }}{% endif %}"), @r###"
    unknown-rung: this ladder has no rung `blogg`
      at content-ladders/launch.toml:1:18 `rungs.blogg.url`
      hint: did you mean `rungs.blog.url`?
    "###);
    assert_snapshot!(problem("{{ rungs.alone.url }} {{ rungs.mail.url }} {{ rungs.post.url }} {{ rungs.blog.link }}"), @r###"
    url-not-waited-for: the address of `alone` is not known yet when `post` goes out
      at content-ladders/launch.toml:1:4 `rungs.alone.url`
      hint: let this rung wait for it: `after = "alone"`
    no-address: `mail` is a mail, and a mail has no address
      at content-ladders/launch.toml:1:26 `rungs.mail.url`
      hint: point at an article or a post
    template: a rung cannot know its own address before it is out
      at content-ladders/launch.toml:1:47 `rungs.post.url`
      hint: name a rung that goes out earlier
    template: a rung has a `url`, and no `link`
      at content-ladders/launch.toml:1:68 `rungs.blog.link`
      hint: write `rungs.blog.url`
    "###);
    assert_snapshot!(problem("{{ 'adda' | handle }}"), @r###"
    unknown-handle: nobody is called `adda` in `[handles]`
      at content-ladders/launch.toml:1:4 `'adda'`
      hint: did you mean `ada`?
    "###);
    assert_snapshot!(problem("{{ message.tags }}"), @r###"
    template: a list cannot be written as it is
      at content-ladders/launch.toml:1:4 `message.tags`
      hint: write `| join(", ")` behind it, or `| hashtags` for tags
    "###);
    assert_snapshot!(problem("{{ message.extra.claim | upper }}"), @r###"
    template: this message has no `message.extra.claim`
      at content-ladders/launch.toml:1:4 `message.extra.claim`
      hint: add the key to the message's front matter, or write `{% if message.extra.claim is defined %}`
    "###);
    assert_snapshot!(problem("{{ message.link }}"), @r###"
    template: `message.link` has no value
      at content-ladders/launch.toml:1:4 `message.link`
      hint: give it one, or write `{% if message.link is defined %} … {% endif %}` around its place
    "###);
    assert_snapshot!(problem("Hello {{ message.title "), @r###"
    template: this template cannot be read: it ends in the middle of a tag, expected `}}`
      at content-ladders/launch.toml:1:18 `title`
      hint: a tag is not closed: `{{ … }}` and `{% if … %} … {% endif %}` come in pairs
    "###);
    assert_snapshot!(problem("{% if message.title %}x"), @r###"
    template: a `{% … %}` of this template is not closed
      at content-ladders/launch.toml:1:23 `x`
      hint: a tag is not closed: `{{ … }}` and `{% if … %} … {% endif %}` come in pairs
    "###);
    assert_snapshot!(problem("{% macro m() %}{% endmacro %}"), @r###"
    template: `{% macro %}` is not part of these templates
      at content-ladders/launch.toml:1:4 `macro m() %}{% endmacro`
      hint: put a text that is used twice into a file below `templates/` and write `{% include "name" %}`
    "###);
    assert_snapshot!(problem("{{ 'soon' | date }}"), @r###"
    template: `soon` is not a date
      at content-ladders/launch.toml:1:13 `date`
      hint: dates look like `2026-12-01`, `2026-12-01 09:00` or `2026-12-01T09:00:00Z`
    "###);
    assert_snapshot!(problem("{{ now() }}"), @r###"
    template: unknown function `now`
      at content-ladders/launch.toml:1:4 `now()`
      hint: the only function is `range`
    "###);
}

#[test]
fn a_person_without_a_name_there_is_called_by_the_plain_one() {
    let mut house = House::new().outlet(VariantKind::Post, "linkedin", own::LINKEDIN);
    house = house.says("{{ 'ada' | handle }}");
    assert_eq!(text(&house), "Ada Lovelace");
    // Whoever allows the rule gets the text.
    let made = render(&House::new().says("by {{ 'grace-hopper' | handle }}").job("post"));
    assert_eq!(made.problems[0].rule, "unknown-handle");
    let Some(Variant::Post(post)) = made.value else { panic!("no post") };
    assert_eq!(post.parts[0].text, "by Grace Hopper");
}

#[test]
fn a_link_that_nothing_gives_says_why() {
    let mut house = House::new();
    let written = house.written("Read {{ link }}");
    house.settings("alone").text = Some(written);
    let made = render(&house.job("alone"));
    assert_snapshot!(made.problems[0].message, @"there is no `link` for `alone` to point at");
    assert_snapshot!(made.problems[0].hint.clone().unwrap(), @"let this rung wait for the article (`after = \"blog\"`), or give the message a `link`");
    // Without a wish for a link, the adapter's own template leaves it out.
    house.settings("alone").text = None;
    let made = render(&house.job("alone"));
    assert!(!made.has_errors(), "{:?}", made.problems);
}

#[test]
fn includes_come_from_the_projects_templates_only() {
    let mut house = House::new().says("{% include 'sign.txt' %}");
    house.template("sign.txt", "{{ brand.name }} says hi");
    assert_snapshot!(text(&house), @"Acme Rockets says hi");
    house.template("sign.txt", "one\n{{ brand.nam }}");
    assert_snapshot!(problems(&house), @r###"
    template: unknown variable `brand.nam`
      at templates/sign.txt:2:4 `brand.nam`
      hint: did you mean `brand.name`?
    "###);
    house.template("sign.txt", "{% include 'sign.txt' %}");
    assert_snapshot!(problems(&house), @r###"
    template: `sign.txt` includes itself
      at templates/sign.txt:1:12 `'sign.txt'`
      hint: take one of the two includes out
    "###);
    assert_snapshot!(problems(&House::new().says("{% include '../secret' %}")), @r###"
    template: `../secret` leaves the project's `templates/`
      at content-ladders/launch.toml:1:12 `'../secret'`
      hint: name a file below `templates/`: `{% include "signature.txt" %}`
    "###);
    for name in ["/etc/passwd", "a/../../b", "C:\\\\x", "a\\u0000b"] {
        let said = problems(&House::new().says(&format!("{{% include \"{name}\" %}}")));
        assert!(said.contains("leaves the project") || said.contains("there is no"), "{said}");
    }
}

#[test]
fn the_first_text_that_fits_is_taken() {
    let mut house = House::new().says(&"long ".repeat(100));
    let shorter = vec![house.written("{{ message.title }} {{ link }}"), house.written("no")];
    house.settings("post").shorter = Some(shorter);
    assert_snapshot!(text(&house), @"Rocket 2 lands itself ‹address of blog›");
}

#[test]
fn links_to_the_brand_are_tagged_in_text_comment_and_card() {
    let mut house =
        House::new().says("{{ message.link }} {{ 'https://acme.example/b' | untracked }} https://b.example");
    let domain = house.written("acme.example");
    house.project.tracking_domains = vec![domain];
    house.message.link = Some(house.written("https://acme.example/a#x"));
    let comment = house.written("{{ link }}");
    house.settings("post").first_comment = Some(comment);
    let post = post(&house);
    let tags = "utm_source=x&utm_medium=social&utm_campaign=rocket-2&utm_content=post";
    assert_eq!(
        post.parts[0].text,
        format!("https://acme.example/a?{tags}#x https://acme.example/b https://b.example")
    );
    assert_eq!(post.first_comment, Some(format!("https://acme.example/a?{tags}#x")));
    assert_eq!(post.card.map(|card| card.url), Some(format!("https://acme.example/a?{tags}#x")));
}

#[test]
fn a_column_keeps_its_side_in_a_mail() {
    let mut house = House::new().outlet(VariantKind::Mail, "email", own::MAIL);
    house.message.body.value = "| Flight | Height |\n|---|---:|\n| 1 | 100 |\n".to_owned();
    let Some(Variant::Mail(mail)) = render(&house.job("mail")).value else { panic!("no mail") };
    let cell = mail.html.split("<td").find(|cell| cell.contains(">100<")).unwrap();
    assert!(cell.contains("text-align: right") && !cell.contains("text-align: left"), "{cell}");
}

#[test]
fn a_card_is_made_of_what_the_network_is_given() {
    use crate::ladder::Attach;
    use crate::source::Spanned;
    let asked = |network, text: &str, attach| {
        let mut house = House::new().says(text);
        if network != "x" {
            house = house.outlet(VariantKind::Post, network, own::LINKEDIN);
        }
        house.image("a.png", "A");
        let attach = attach_of(&mut house, attach);
        house.settings("post").attach = attach;
        post(&house)
    };
    fn attach_of(house: &mut House, attach: Option<Attach>) -> Option<Spanned<Attach>> {
        attach.map(|attach| Spanned::new(attach, house.message.title.span))
    }
    let card = Some(Attach::Card);
    // X has no field for it: without the link in the text nobody sees a card.
    let bare = asked("x", "No link", card);
    assert!(bare.card.is_none() && bare.parts[0].media.is_empty(), "{bare:?}");
    let linked = asked("x", "{{ rungs.blog.url }}", card);
    assert_eq!(linked.card.unwrap().url, linked.parts[0].links[0]);
    // As it stands there: not a second, tagged one beside it.
    let untagged = asked("x", "{{ rungs.blog.url | untracked }}", card);
    assert_eq!(untagged.card.unwrap().url, untagged.parts[0].links[0]);
    assert_eq!(asked("x", "No link", None).parts[0].media.len(), 1);
    // LinkedIn has one.
    assert!(asked("linkedin", "No link", card).card.is_some());
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let mut house = House::new().outlet(VariantKind::Mail, "email", own::MAIL);
    house.image("rocket.png", "The booster");
    let make = || serde_json::to_string(&render(&house.job("mail")).value).unwrap();
    assert_eq!(make(), make());
}

#[test]
fn images_go_on_the_first_part_when_there_is_no_card() {
    let mut house = House::new().says("Look");
    house.image("a.png", "A");
    house.image("sub/a.png", "B");
    house.ladder.rungs[1].after.clear();
    let made = post(&house);
    assert!(made.card.is_none());
    let names: Vec<_> = made.parts[0].media.iter().map(|p| (p.name.as_str(), p.alt.as_str())).collect();
    assert_eq!(names, [("a.png", "A"), ("messages-rocket-2-sub-a.png", "B")]);
}

#[test]
fn an_article_has_all_that_a_site_needs() {
    let mut house = House::new()
        .outlet(VariantKind::Article, "site", own::ARTICLE)
        .at(jiff::civil::date(2026, 12, 1).at(9, 0, 0, 0));
    house.image("rocket.png", "The booster");
    house.message.body.value =
        "![x](rocket.png)\n\n# Why\n\n<script>alert(1)</script>\n\n[a](javascript:x) [b](https://b.example)\n\n- [x] done\n".to_owned();
    let article = article(&house);
    assert_snapshot!(article.html, @r###"
    <p><img src="rocket.png" alt="x"></p>
    <h1>Why</h1>

    <p><a rel="noopener noreferrer">a</a> <a href="https://b.example" rel="noopener noreferrer">b</a></p>
    <ul>
    <li>☑ done</li>
    </ul>
    "###);
    assert_eq!(article.slug, "rocket-2");
    assert_eq!(article.excerpt, house.message.summary);
    assert_eq!(article.cover.as_ref().map(|c| c.name.as_str()), Some("rocket.png"));
    assert_eq!(article.date.map(|d| d.to_string()), Some("2026-12-01T08:00:00Z".to_owned()));
    house.message.body.value = "![x](other.png)".to_owned();
    let made = render(&house.job("blog"));
    assert_snapshot!(made.problems[0].message, @"the picture `other.png` is not one of the message's");
    // Of many the first ones are told, each once.
    let many = |times: usize| (0..times).map(|at| format!("![x](other-{}.png) ", at / 2)).collect::<String>();
    for (times, told) in [(30, 15), (3000, 20)] {
        house.message.body.value = many(times);
        let made = render(&house.job("blog"));
        assert_eq!(made.problems.iter().filter(|problem| problem.rule == "bad-link").count(), told);
    }
}

#[test]
fn pictures_in_folders_lie_beside_the_page() {
    let mut house = House::new().outlet(VariantKind::Article, "site", own::ARTICLE);
    house.image("img/a b.png", "A");
    house.message.body.value = "See ![img/a%20b.png](img/a%20b.png) and img/a%20b.png".to_owned();
    let article = article(&house);
    assert_eq!(article.markdown, "See ![img/a%20b.png](a%20b.png) and img/a%20b.png");
    assert!(article.html.contains("src=\"a%20b.png\""), "{}", article.html);
}

#[test]
fn a_mail_reads_well_in_both_parts() {
    let mut house = House::new().outlet(VariantKind::Mail, "email", own::MAIL);
    house.image("rocket.png", "The \"booster\"");
    house.message.body.value = "## What\n\nIt *landed*, at last, after a long and winding flight over the sea and back again to land.\n\n- one\n- two [link](https://b.example/)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode  stays\n```\n".to_owned();
    let mail = mail(&house);
    assert_snapshot!(late::shown(&mail.text), @r###"
    Rocket 2 lands itself
    =====================

    What
    ----

    It landed, at last, after a long and winding flight over the sea and
    back again to land.

    - one
    - two link <https://b.example/>

    a | b
    1 | 2

        code  stays

    Read more: ‹address of blog›

    -- 
    Acme Rockets
    https://acme.example
    "###);
    assert_eq!(mail.subject, "Rocket 2 lands itself");
    assert!(mail.html.contains("prefers-color-scheme: dark"), "{}", mail.html);
    assert!(mail.html.contains("alt=\"The &quot;booster&quot;\""), "{}", mail.html);
    assert!(mail.html.contains(&format!("cid:{}", house.message.media[0].facts.as_ref().unwrap().sha256)));
    assert!(mail.html.contains("href=\"https://rung.invalid/blog/tracked-html\""), "{}", mail.html);
    assert!(!mail.html.contains("css-inline"), "{}", mail.html);
    assert!(mail.html.len() < 9000, "{}", mail.html.len());
}

#[test]
fn every_example_of_the_manual_page_renders() {
    let page = include_str!("../../../docs/templates.md");
    let mut house = House::new().at(jiff::civil::date(2026, 12, 1).at(9, 0, 0, 0));
    house.template("signature.txt", "Your {{ brand.name }}");
    let written = house.written("https://acme.example/x");
    house.message.link = Some(written);
    house.image("rocket.png", "The booster");
    house.ladder.rungs[0].name.value = "my-blog".to_owned();
    house.ladder.rungs[1].after[0].value = "my-blog".to_owned();
    house.kinds.insert("my-blog".to_owned(), VariantKind::Article);
    let blocks = page.split("```jinja\n").skip(1).filter_map(|rest| rest.split("```").next());
    let inline = page.split('`').filter(|code| code.starts_with("{{ ") && code.ends_with("}}"));
    let mut count = 0;
    for example in blocks.map(str::to_owned).chain(inline.map(|code| code.replace("\\|", "|"))) {
        // `{{ … }}` and `{{ rungs.blog.url }}` of the first example are no examples of their own.
        if example.contains('…') || example.contains("rungs.blog") {
            continue;
        }
        house = house.says(&example);
        let made = render(&house.job("post"));
        assert!(!made.has_errors(), "{example}: {:?}", made.problems);
        count += 1;
    }
    assert!(count > 12, "only {count} examples were found");
}
