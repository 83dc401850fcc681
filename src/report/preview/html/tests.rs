//! What the page promises: everything is on it, nothing is asked for, nothing gets out.

use super::super::fixture::{self, HOSTILE};
use super::page;

#[test]
fn every_variant_is_shown_as_its_readers_see_it() {
    let story = fixture::story();
    let html = page(&story.preview());
    assert!(html.ends_with("</html>\n") || html.ends_with("</html>"), "{html}");
    for (rung, ..) in &story.rungs {
        assert!(html.contains(&format!("id=\"rung-{rung}\"")), "{rung}");
    }
    for words in [
        "address of blog",
        "#rocketry",
        "@ada_l",
        "The booster standing on its landing legs at dawn",
        "<summary>see more</summary>",
        "First comment",
        "Reusable, quieter, and cheaper to fly.",
        "Acme Rockets",
        "content-ladders/launch.toml",
        "data:image/png;base64,",
        "prefers-color-scheme: dark",
    ] {
        assert!(html.contains(words), "{words}");
    }
    assert_eq!(html, page(&story.preview()), "the same input gives the same page");
}

#[test]
fn what_a_post_is_folded_behind_is_seen_first() {
    let mut story = fixture::story();
    let before = page(&story.preview());
    assert!(!before.contains("class=\"warned\""));
    let tweet = story.rungs.iter_mut().find(|(rung, ..)| *rung == "tweet").unwrap();
    tweet.1.content_warning = Some("Rockets & <b>noise</b>".to_owned());
    let html = page(&story.preview());
    let words = "<summary dir=\"auto\">Rockets &amp; &lt;b&gt;noise&lt;/b&gt;</summary>";
    let behind = &html[html.find(words).unwrap()..];
    let behind = &behind[..behind.find("</details>").unwrap()];
    assert!(behind.contains("quieter, and cheaper to fly"), "{behind}");
    assert_eq!(html.matches("class=\"warned\"").count(), 1);
}

#[test]
fn a_cover_that_the_body_shows_is_shown_once_as_on_the_page() {
    let shown = |html: &str| {
        let mut story = fixture::story();
        for (_, _, variant, ..) in &mut story.rungs {
            if let crate::render::Variant::Article(article) = variant {
                article.html = html.to_owned();
                article.markdown = "One".to_owned();
            }
        }
        let page = page(&story.preview());
        let sheet =
            page.split("class=\"sheet\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned();
        assert!(page.contains("1 word<") && !page.contains("1 words"), "{page}");
        assert!(sheet.find("class=\"tags\"") < sheet.find("class=\"prose\""), "{sheet}");
        sheet.matches("<img ").count()
    };
    assert_eq!(shown("<p>Words</p>"), 1);
    assert_eq!(shown("<p><img src=\"rocket.png\" alt=\"x\"></p>"), 1);
}

#[test]
fn the_page_asks_nobody_for_anything() {
    let mut story = fixture::story();
    for (_, _, variant, ..) in &mut story.rungs {
        if let crate::render::Variant::Article(article) = variant {
            article.html =
                "<p><img src=\"https://e.example/pixel.gif\" alt=\"far\"><img src=\"x.png\"></p>".to_owned();
        }
    }
    let html = page(&story.preview());
    assert!(html.contains("default-src 'none'"));
    assert!(html.contains("sandbox=\"\""));
    for word in ["<script", "<link", "src=\"http", "src=http", "url(", "@import", "pixel.gif", "rung.invalid"]
    {
        assert!(!html.contains(word), "{word}");
    }
    assert!(html.contains("alt=\"far\""));
}

#[test]
fn a_strangers_words_stay_words() {
    let html = page(&fixture::hostile().preview());
    for word in ["<script", "<img src=x", "\u{1b}", "\u{202e}", "</iframe><script", "49"] {
        let found = html.replace("data:image", "").find(word);
        // `49` would be a template that was run; it stands in pictures' data too.
        assert!(
            found.is_none() || word == "49",
            "{word}: {:?}",
            found.map(|at| &html[at..(at + 80).min(html.len())])
        );
    }
    assert!(html.contains("{{ 7*7 }}"));
    assert!(html.contains("\\u{1b}[31m&lt;script&gt;"));
    assert!(HOSTILE.contains("<script>"));
}

#[test]
fn what_is_opened_is_closed() {
    for story in [fixture::story(), fixture::hostile()] {
        let html = page(&story.preview());
        let mut open = Vec::new();
        let mut rest = html.as_str();
        while let Some(at) = rest.find('<') {
            rest = &rest[at + 1..];
            let end = rest.find('>').unwrap();
            let tag = &rest[..end];
            rest = &rest[end + 1..];
            let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
            if let Some(name) = name.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(name));
            } else if name == "style" {
                rest = &rest[rest.find("</style>").unwrap() + 8..];
            } else if !tag.starts_with('!') && !["meta", "img", "br", "hr"].contains(&name.as_str()) {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}

#[test]
fn the_page_stays_below_five_megabytes() {
    let mut story = fixture::story();
    story.pictures.insert("aa11".to_owned(), fixture::png(900, 600, 3));
    for (_, _, variant, ..) in &mut story.rungs {
        for text in variant.texts_mut() {
            *text = "<\"&long> ".repeat(20_000);
        }
        if let crate::render::Variant::Post(post) = variant {
            let one = fixture::picture("rocket.png", "", "aa11");
            post.parts[0].media = vec![one; 40];
        }
    }
    assert!(page(&story.preview()).len() < 5_000_000);
}
