//! What a site finds on its disk.

mod places;
mod plain;

use super::*;
use crate::channel::fixture;
use std::fs;

fn site(preset: Preset) -> StaticSite {
    StaticSite {
        account: "static-site:site/posts".to_owned(),
        preset,
        directory: if preset == Preset::Jekyll { "site/_posts" } else { "site/posts" }.to_owned(),
        address: Some(Address::url("https://acme.example/blog/{slug}/").unwrap()),
        live: None,
        layout: None,
        permalink: None,
        assets: "assets".to_owned(),
        extra: Map::new(),
        title: "Acme & Söhne".to_owned(),
        language: "en".to_owned(),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
    }
}

struct Sent {
    project: tempfile::TempDir,
    result: Result<Receipt, SendError>,
    attempt: Attempt,
}

impl Sent {
    fn file(&self, path: &str) -> String {
        fs::read_to_string(self.project.path().join(path)).unwrap_or_else(|_| panic!("{path} is missing"))
    }
}

fn attempt_at(project: &Path, article: Article) -> Attempt {
    let mut attempt = fixture::attempt(project, Variant::Article(article));
    attempt.identity.rung = "blog".to_owned();
    attempt.key = attempt.identity.key();
    fixture::keep(&attempt, b"png");
    attempt
}

async fn send(site: &StaticSite, attempt: &Attempt) -> Result<Receipt, SendError> {
    let payload = site.payload(&attempt.variant, &attempt.identity);
    assert!(!payload.has_errors(), "{:?}", payload.problems);
    site.send(&payload.value.unwrap().parts[0], attempt).await
}

async fn sent(site: &StaticSite, article: Article) -> Sent {
    let project = tempfile::tempdir().unwrap();
    let attempt = attempt_at(project.path(), article);
    let result = send(site, &attempt).await;
    Sent { project, result, attempt }
}

#[tokio::test]
async fn hugo_gets_a_bundle() {
    let sent = sent(&site(Preset::Hugo), fixture::article()).await;
    let receipt = sent.result.as_ref().unwrap();
    assert_eq!(receipt.url.as_deref(), Some("https://acme.example/blog/rocket-2/"));
    assert_eq!(receipt.detail.as_deref(), Some("site/posts/rocket-2/index.md"));
    assert_eq!(sent.file("site/posts/rocket-2/rocket.png"), "png");
    insta::assert_snapshot!(sent.file("site/posts/rocket-2/index.md"), @r#"
    +++
    date = 2026-12-01T00:30:00+01:00
    title = "Rocket 2: \"it lands\" # really"
    slug = "rocket-2"
    description = "Reusable, quieter & cheaper."
    draft = false
    tags = ["2024", "no", "a: b"]
    images = ["rocket.png"]
    ladder_id = "rocket-2/blog"
    ladder_key = "d47aab04e7f1263cd935689d7bda87dc"
    language = "en"
    cover = "rocket.png"
    cover_alt = "Alt of rocket.png"
    +++

    It **landed**.

    ![x](rocket.png)
    "#);
}

#[tokio::test]
async fn zola_gets_taxonomies_and_extra() {
    let sent = sent(&site(Preset::Zola), fixture::article()).await;
    insta::assert_snapshot!(sent.file("site/posts/rocket-2/index.md"), @r#"
    +++
    date = 2026-12-01T00:30:00+01:00
    title = "Rocket 2: \"it lands\" # really"
    slug = "rocket-2"
    description = "Reusable, quieter & cheaper."
    draft = false

    [taxonomies]
    tags = ["2024", "no", "a: b"]

    [extra]
    ladder_id = "rocket-2/blog"
    ladder_key = "d47aab04e7f1263cd935689d7bda87dc"
    language = "en"
    cover = "rocket.png"
    cover_alt = "Alt of rocket.png"
    +++

    It **landed**.

    ![x](rocket.png)
    "#);
}

#[tokio::test]
async fn jekyll_gets_a_dated_post_and_assets() {
    let sent = sent(&site(Preset::Jekyll), fixture::article()).await;
    assert_eq!(sent.file("site/assets/rocket-2/rocket.png"), "png");
    // Half past midnight in Berlin: the brand's day, not Greenwich's.
    insta::assert_snapshot!(sent.file("site/_posts/2026-12-01-rocket-2.md"), @r#"
    ---
    title: "Rocket 2: \"it lands\" # really"
    date: 2026-12-01 00:30:00 +0100
    layout: "post"
    description: "Reusable, quieter & cheaper."
    tags: ["2024", "no", "a: b"]
    image: "/assets/rocket-2/rocket.png"
    permalink: "/blog/rocket-2/"
    ladder_id: "rocket-2/blog"
    ladder_key: "d47aab04e7f1263cd935689d7bda87dc"
    language: "en"
    cover: "rocket.png"
    cover_alt: "Alt of rocket.png"
    ---

    It **landed**.

    ![x]({{ "/assets/rocket-2/rocket.png" | relative_url }})
    "#);
}

#[tokio::test]
async fn eleventy_gets_a_collection_and_no_template_language() {
    let sent = sent(&site(Preset::Eleventy), fixture::article()).await;
    insta::assert_snapshot!(sent.file("site/posts/rocket-2/index.md"), @r#"
    ---
    title: "Rocket 2: \"it lands\" # really"
    date: 2026-12-01T00:30:00+01:00
    description: "Reusable, quieter & cheaper."
    tags: ["posts", "2024", "no", "a: b"]
    image: "rocket.png"
    permalink: "/blog/rocket-2/"
    templateEngineOverride: "md"
    ladder_id: "rocket-2/blog"
    ladder_key: "d47aab04e7f1263cd935689d7bda87dc"
    language: "en"
    cover: "rocket.png"
    cover_alt: "Alt of rocket.png"
    ---

    It **landed**.

    ![x](rocket.png)
    "#);
}

#[tokio::test]
async fn writing_twice_changes_nothing_and_is_found() {
    for name in Preset::NAMES {
        let site = site(Preset::named(name).unwrap());
        let sent = sent(&site, fixture::article()).await;
        let receipt = sent.result.as_ref().unwrap();
        assert_eq!(&send(&site, &sent.attempt).await.unwrap(), receipt, "{name}");
        let payload = site.payload(&sent.attempt.variant, &sent.attempt.identity).value.unwrap();
        let found = site.find(&payload.parts[0], &sent.attempt).await.unwrap();
        assert_eq!(found, Found::Sent(receipt.clone()), "{name}");
    }
}

#[tokio::test]
async fn another_page_is_never_written_over() {
    for name in Preset::NAMES {
        let site = site(Preset::named(name).unwrap());
        let sent = sent(&site, fixture::article()).await;
        // Another message with the same slug.
        let mut other = sent.attempt.clone();
        other.identity.message = "other".to_owned();
        other.key = other.identity.key();
        let error = send(&site, &other).await.unwrap_err();
        assert!(matches!(&error, SendError::Refused { says } if says.contains("another page")), "{error:?}");
        // The same message again, on purpose: takes its own place.
        let mut again = sent.attempt.clone();
        again.identity.generation = 1;
        again.key = again.identity.key();
        let Variant::Article(article) = &mut again.variant else { panic!() };
        article.title = "Second thoughts".to_owned();
        let receipt = send(&site, &again).await.unwrap();
        assert!(sent.file(&receipt.detail.unwrap()).contains("Second thoughts"), "{name}");
    }
}

/// A generator makes pages of more files than the one that is written.
#[tokio::test]
async fn a_page_of_the_same_address_is_in_the_way() {
    for (preset, theirs, is_one) in [
        (Preset::Hugo, "rocket-2.md", true),
        (Preset::Hugo, "Rocket-2.HTML", true),
        (Preset::Hugo, "rocket-2/_index.md", true),
        (Preset::Hugo, "rocket-2/index.org", true),
        // A translation, an image, and longer names.
        (Preset::Hugo, "rocket-2.de.md", false),
        (Preset::Hugo, "rocket-2/pad.png", false),
        (Preset::Hugo, "rocket-2-more.md", false),
        (Preset::Zola, "rocket-2.md", true),
        (Preset::Zola, "rocket-2.html", false),
        (Preset::Eleventy, "rocket-2.njk", true),
        (Preset::Eleventy, "rocket-2/index.11ty.js", true),
        // The address holds no day.
        (Preset::Jekyll, "2024-02-29-rocket-2.markdown", true),
        (Preset::Jekyll, "2024-02-30-rocket-2.md", false),
        (Preset::Jekyll, "2024-02-29-my-rocket-2.md", false),
    ] {
        let site = site(preset);
        let project = tempfile::tempdir().unwrap();
        let file = project.path().join(&site.directory).join(theirs);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "theirs").unwrap();
        let sent = send(&site, &attempt_at(project.path(), fixture::article())).await;
        match sent {
            Ok(_) => assert!(!is_one, "{theirs}"),
            Err(SendError::Refused { says }) => {
                assert!(is_one && says.contains(&format!("{}/{theirs}", site.directory)), "{theirs}: {says}");
                assert_eq!(file.parent().unwrap().read_dir().unwrap().count(), 1, "{theirs}");
            }
            Err(other) => panic!("{theirs}: {other}"),
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), "theirs");
    }
}

/// The name of a post holds the day on which it was first published.
#[tokio::test]
async fn jekyll_has_one_post_of_an_article_that_is_published_again_on_another_day() {
    let site = site(Preset::Jekyll);
    let first = sent(&site, Article { date: None, ..fixture::article() }).await;
    let receipt = first.result.as_ref().unwrap();
    let mut again = first.attempt.clone();
    again.identity.generation = 1;
    again.key = again.identity.key();
    again.first_tried += jiff::SignedDuration::from_hours(72);
    let anew = send(&site, &again).await.unwrap();
    assert_eq!((&anew.detail, &anew.url), (&receipt.detail, &receipt.url));
    assert_eq!(fs::read_dir(first.project.path().join("site/_posts")).unwrap().count(), 1);
    assert!(first.file(anew.detail.as_deref().unwrap()).contains("date: 2026-12-04"));
    let payload = site.payload(&again.variant, &again.identity).value.unwrap();
    assert_eq!(site.find(&payload.parts[0], &again).await.unwrap(), Found::Sent(anew.clone()));
    let gone = site.take_down(&payload.parts[0], &anew, &again).await.unwrap();
    assert!(matches!(gone, Removed::Gone), "{gone:?}");
    // Where the address holds the day, that of another one is another page.
    let mut dated = site.clone();
    dated.address = Some(Address::url("https://acme.example/{year}/{month}/{day}/{slug}/").unwrap());
    fs::write(first.project.path().join("site/_posts/2024-02-29-rocket-2.md"), "theirs").unwrap();
    send(&dated, &again).await.unwrap();
}

#[tokio::test]
async fn slugs_and_folders_that_lead_elsewhere_are_refused() {
    let site = site(Preset::Hugo);
    for slug in ["", "../x", "a/b", ".hidden", "a\\b", "a b", "a\u{0}", "a?b"] {
        let article = Article { slug: slug.to_owned(), ..fixture::article() };
        let payload = site.payload(&Variant::Article(article.clone()), &fixture::identity());
        assert!(payload.has_errors(), "{slug:?}");
        let project = tempfile::tempdir().unwrap();
        let attempt = attempt_at(project.path(), article);
        let part = &payload.value.unwrap().parts[0];
        assert!(matches!(site.send(part, &attempt).await, Err(SendError::Refused { .. })), "{slug:?}");
    }
}

#[tokio::test]
async fn a_plain_site_has_page_list_and_feed() {
    let site = site(Preset::Html);
    let first = sent(&site, fixture::article()).await;
    first.result.as_ref().unwrap();
    let mut second = attempt_at(
        first.project.path(),
        Article {
            slug: "second".to_owned(),
            title: "Zweite <script>alert(1)</script>".to_owned(),
            date: None,
            cover: None,
            media: Vec::new(),
            language: "de".to_owned(),
            html: "<p>Zwei</p>".to_owned(),
            ..fixture::article()
        },
    );
    second.identity.message = "second".to_owned();
    second.key = second.identity.key();
    send(&site, &second).await.unwrap();
    let feed = first.file("site/posts/feed.xml");
    let at = feed.find("ladder-static-site ").unwrap() + "ladder-static-site ".len();
    insta::assert_snapshot!(feed.replace(&feed[at..at + 64], "DIGEST"), @r#"
    <?xml version="1.0" encoding="utf-8"?>
    <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
      <id>https://acme.example/blog/feed.xml</id>
      <title>Acme &amp; Söhne</title>
      <updated>2026-12-01T08:00:00Z</updated>
      <author>
        <name>Acme &amp; Söhne</name>
      </author>
      <generator>ladder-static-site DIGEST</generator>
      <link rel="self" type="application/atom+xml" href="https://acme.example/blog/feed.xml"/>
      <link rel="alternate" type="text/html" href="https://acme.example/blog/"/>
      <entry xml:lang="de">
        <id>tag:acme.example,2026:second/blog</id>
        <title>Zweite &lt;script&gt;alert(1)&lt;/script&gt;</title>
        <published>2026-12-01T08:00:00Z</published>
        <updated>2026-12-01T08:00:00Z</updated>
        <link rel="alternate" type="text/html" href="https://acme.example/blog/second/"/>
        <category term="2024"/>
        <category term="no"/>
        <category term="a: b"/>
        <summary>Reusable, quieter &amp; cheaper.</summary>
        <content type="html">&lt;p&gt;Zwei&lt;/p&gt;</content>
      </entry>
      <entry xml:lang="en">
        <id>tag:acme.example,2026:rocket-2/blog</id>
        <title>Rocket 2: &quot;it lands&quot; # really</title>
        <published>2026-11-30T23:30:00Z</published>
        <updated>2026-12-01T08:00:00Z</updated>
        <link rel="alternate" type="text/html" href="https://acme.example/blog/rocket-2/"/>
        <category term="2024"/>
        <category term="no"/>
        <category term="a: b"/>
        <summary>Reusable, quieter &amp; cheaper.</summary>
        <content type="html">&lt;p&gt;It &lt;strong&gt;landed&lt;/strong&gt;.&lt;/p&gt;
    &lt;p&gt;&lt;img src=&quot;https://acme.example/blog/rocket-2/rocket.png&quot; alt=&quot;x&quot;&gt;&lt;/p&gt;
    </content>
      </entry>
    </feed>
    "#);
    let page = first.file("site/posts/rocket-2/index.html");
    assert!(
        page.contains("<title>Rocket 2: &quot;it lands&quot; # really · Acme &amp; Söhne</title>"),
        "{page}"
    );
    assert!(page.contains("<p>It <strong>landed</strong>.</p>"));
    assert!(page.contains("content=\"https://acme.example/blog/rocket-2/rocket.png\""));
    let list = first.file("site/posts/index.html");
    assert!(list.find("Zweite").unwrap() < list.find("Rocket 2").unwrap());
    assert!(!list.contains("<script>") && list.contains("<li lang=\"de\">"), "{list}");
}

#[tokio::test]
async fn a_list_of_somebody_else_stays() {
    let site = site(Preset::Html);
    let project = tempfile::tempdir().unwrap();
    fs::create_dir_all(project.path().join("site/posts")).unwrap();
    fs::write(project.path().join("site/posts/index.html"), "<h1>mine</h1>").unwrap();
    let attempt = attempt_at(project.path(), fixture::article());
    let error = send(&site, &attempt).await.unwrap_err();
    assert!(error.to_string().contains("was not made by `ladder`"), "{error}");
    assert!(!project.path().join("site/posts/rocket-2").exists());
}

#[tokio::test]
async fn many_at_once_are_all_on_the_list() {
    let site = site(Preset::Html);
    let project = tempfile::tempdir().unwrap();
    let attempts: Vec<Attempt> = (0..8)
        .map(|n| {
            let article = Article { slug: format!("page-{n}"), ..fixture::article() };
            let mut attempt = attempt_at(project.path(), article);
            attempt.identity.message = format!("m{n}");
            attempt.key = attempt.identity.key();
            attempt
        })
        .collect();
    let mut tasks = tokio::task::JoinSet::new();
    for attempt in attempts {
        let site = site.clone();
        tasks.spawn(async move { send(&site, &attempt).await.unwrap() });
    }
    while let Some(result) = tasks.join_next().await {
        result.unwrap();
    }
    let list = fs::read_to_string(project.path().join("site/posts/index.html")).unwrap();
    assert_eq!(list.matches("<li>").count(), 8);
    let left: Vec<_> = fs::read_dir(project.path().join("site/posts"))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'))
        .collect();
    assert!(left.is_empty(), "temporary files are left: {left:?}");
}
