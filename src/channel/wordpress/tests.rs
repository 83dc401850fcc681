//! One site and one channel: settings, words for people, and what only WordPress does.

use super::*;
use crate::channel::fixture::{article_of, attempt, configured, identity, keep, picture, project};
use crate::plan::Receipt;
use crate::rehearsal::{Fault, Kind as Simulated, Network as Networks, Running, Settings, Upon};
use crate::render::Variant;

const CANARY: &str = "canary-7f0a";

fn article(markdown: &str) -> Article {
    Article {
        title: "It <lands> & \"stands\" [again]".to_owned(),
        excerpt: "A [short] & one.".to_owned(),
        tags: vec!["rocketry".to_owned(), " Rocketry ".to_owned(), String::new()],
        ..article_of(markdown)
    }
}

/// A site, a channel of it with these keys as well, and a folder.
struct House {
    folder: tempfile::TempDir,
    site: Running,
    channel: Box<dyn Channel>,
}

async fn house(more: &str, change: impl FnOnce(Settings) -> Settings) -> House {
    let kind = Simulated::named("wordpress").unwrap();
    let site = Networks::start(kind, change(Settings::of(kind, CANARY))).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), format!("{CANARY}-token\n")).unwrap();
    let table = format!(
        "adapter = \"wordpress\"\nbase_url = \"{}\"\nuser = \"ada\"\napp_password = {{ file = \"token\" }}\n{more}",
        site.base_url()
    );
    let made = configured(&table);
    assert!(made.problems.is_empty(), "{:?}", made.problems);
    House { folder, site, channel: made.value.unwrap().channel }
}

impl House {
    async fn send(&self, article: &Article) -> Result<Receipt, SendError> {
        let variant = Variant::Article(article.clone());
        let attempt = attempt(self.folder.path(), variant.clone());
        keep(&attempt, b"not a picture");
        let part = self.channel.payload(&variant, &identity()).value.unwrap().parts.remove(0);
        self.channel.send(&part, &attempt).await
    }

    async fn told(&self) -> String {
        match self.channel.verify(self.folder.path()).await {
            Err(SendError::Refused { says }) => says,
            other => format!("{other:?}"),
        }
        .replace(self.site.base_url(), "SITE")
    }
}

#[test]
fn a_table_is_read_and_what_is_missing_is_told_as_missing() {
    let account = |more: &str| {
        let table =
            format!("adapter = \"wordpress\"\nuser = \"ada\"\napp_password = {{ env = \"X\" }}\n{more}");
        configured(&table).value.unwrap().channel.account()
    };
    assert_eq!(account("base_url = \"https://acme.example/blog/\""), "wordpress:acme.example/blog");
    assert_eq!(account("base_url = \"https://acme.example:8443\""), "wordpress:acme.example:8443");
    assert_eq!(account("base_url = \"https://acme.example\"\naccount = \"Acme\""), "wordpress:Acme");
    for (more, wanted) in [
        ("base_url = \"https://acme.example/wp-json/\"", "`base_url` ends with `/wp-json`"),
        ("base_url = \"http://acme.example\"", "is no address for secrets"),
        ("status = \"published\"", "`publish`"),
        ("categories = [\" \"]", "a category has no name"),
    ] {
        let table =
            format!("adapter = \"wordpress\"\nuser = \"ada\"\napp_password = {{ env = \"X\" }}\n{more}");
        let said = format!("{:?}", configured(&table).problems);
        assert!(said.contains(wanted), "{more}: {said}");
    }
    let _ = project();
}

#[tokio::test]
async fn what_is_missing_makes_it_not_ready() {
    let channel = configured("adapter = \"wordpress\"\n").value.unwrap().channel;
    let crate::channel::Ready::NoCredentials(missing) = channel.ready(Path::new(".")).await else { panic!() };
    let keys: Vec<&str> = missing.iter().filter_map(|said| said.split('`').nth(1)).collect();
    assert_eq!(keys, ["base_url", "user", "app_password"]);
}

#[test]
fn the_payload_has_names_where_numbers_will_be_and_no_shortcode() {
    let channel = configured(
        "adapter = \"wordpress\"\nbase_url = \"https://acme.example\"\nuser = \"ada\"\napp_password = { env = \"X\" }\n\
         categories = [\"News\"]\ncomments = false\n",
    );
    let mut made = article("Hi [gallery].\n\n![A](a.png)\n");
    made.cover = Some(picture("b.png", b"b"));
    made.media = vec![picture("b.png", b"b"), picture("a.png", b"a"), picture("c.png", b"c")];
    let payload = channel.value.unwrap().channel.payload(&Variant::Article(made), &identity());
    assert!(payload.problems.is_empty());
    let part = payload.value.unwrap().parts.remove(0);
    let names: Vec<&str> = part.media.iter().map(|picture| picture.name.as_str()).collect();
    // What the text does not show is not uploaded, but for the cover.
    assert_eq!(names, ["b.png", "a.png"]);
    insta::assert_json_snapshot!(part.body, @r#"
    {
      "title": "It &lt;lands&gt; &amp; &quot;stands&quot; [again]",
      "slug": "it-lands",
      "status": "publish",
      "content": "<!-- wp:paragraph -->\n<p>Hi &#91;gallery].</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:image -->\n<figure class=\"wp-block-image\"><img src=\"a.png\" alt=\"A\"></figure>\n<!-- /wp:image -->",
      "excerpt": "A &#91;short] &amp; one.",
      "categories": [
        "News"
      ],
      "tags": [
        "rocketry"
      ],
      "cover": "b.png",
      "author": null,
      "comments": false
    }
    "#);
}

/// Basic authentication ends the name at the first `:` (RFC 7617, 2).
#[test]
fn a_user_whom_no_password_could_follow_is_refused_at_its_place() {
    let table = |user: &str| {
        configured(&format!(
            "adapter = \"wordpress\"\nbase_url = \"https://acme.example\"\nuser = \"{user}\"\n\
             app_password = {{ env = \"X\" }}\n"
        ))
    };
    let problems = table("ada:lovelace").problems;
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert!(crate::diagnostic::has_errors(&problems) && problem.message.contains("has a `:`"));
    assert_eq!(problem.rule, "wrong-value");
    let span = problem.span.unwrap();
    assert!(span.end > span.start && problem.hint.is_some(), "{problem:?}");
    assert!(table("ada lovelace").problems.is_empty());
}

#[test]
fn what_wordpress_would_not_keep_is_said_before() {
    let channel = configured(
        "adapter = \"wordpress\"\nbase_url = \"https://acme.example\"\nuser = \"ada\"\napp_password = { env = \"X\" }\n",
    );
    let channel = channel.value.unwrap().channel;
    let problems = |change: &dyn Fn(&mut Article)| {
        let mut made = article("Hi");
        change(&mut made);
        let problems = channel.payload(&Variant::Article(made), &identity()).problems;
        problems.into_iter().map(|problem| problem.rule.to_owned()).collect::<Vec<_>>()
    };
    for slug in ["", "A", "a b", "a--b", "-a", "a.b", "a/b", &"a".repeat(191), &"日".repeat(22)] {
        assert_eq!(problems(&|made| slug.clone_into(&mut made.slug)), ["bad-slug"], "{slug}");
    }
    for slug in ["a", "a-b_2", "日本"] {
        assert!(problems(&|made| slug.clone_into(&mut made.slug)).is_empty(), "{slug}");
    }
    assert_eq!(problems(&|made| made.canonical = Some("https://a.example/".to_owned())), ["no-canonical"]);
    assert_eq!(
        problems(&|made| {
            let odd = crate::render::Picture { mime: "image/tiff".to_owned(), ..picture("a.tif", b"a") };
            made.cover = Some(odd);
        }),
        ["image-format"]
    );
}

#[tokio::test]
async fn a_site_without_addresses_of_words_is_asked_by_its_query() {
    let house = house("", |mut settings| {
        settings.versions.clear();
        settings
    })
    .await;
    assert!(matches!(house.channel.verify(house.folder.path()).await, Ok(Whose::Verified)));
    let receipt = house.send(&article("Hi")).await.unwrap();
    let live = house.site.timeline().remove(0);
    assert_eq!((receipt.url.as_ref(), receipt.id.as_ref()), (Some(&live.url), Some(&live.id)));
    assert!(live.url.contains("/?p="), "{}", live.url);
    assert!(
        house.site.log().iter().skip(1).all(|logged| logged.query.iter().any(|(key, _)| key == "rest_route"))
    );
}

#[tokio::test]
async fn a_draft_stays_one_and_has_no_address() {
    for status in ["draft", "private", "pending"] {
        let house = house(&format!("status = \"{status}\"\n"), |settings| settings).await;
        let receipt = house.send(&article("Hi")).await.unwrap();
        assert_eq!((receipt.url, receipt.altered), (None, None), "{status}");
        assert!(receipt.detail.unwrap().contains(&format!("`{status}`")));
        assert_eq!(house.site.timeline().len(), usize::from(status == "private"), "{status}");
        // Once more is the same one.
        assert_eq!(house.send(&article("Hi")).await.unwrap().id, receipt.id, "{status}");
    }
}

#[tokio::test]
async fn people_are_told_what_is_wrong_and_what_to_do() {
    let without = |scope: &'static str| move |settings: Settings| settings.without_scope(scope);
    let mut all = Vec::new();
    let wrong = house("", |settings| settings).await;
    std::fs::write(wrong.folder.path().join("token"), "nonsense").unwrap();
    all.push(wrong.told().await);
    all.push(house("", without("publish_posts")).await.told().await);
    all.push(house("status = \"draft\"\n", without("publish_posts")).await.told().await);
    all.push(house("author = \"somebody\"\n", |settings| settings).await.told().await);
    for fault in [
        Fault::Redirect("https://www.acme.example/wp-json/wp/v2/users/me?context=edit".to_owned()),
        Fault::Html,
        Fault::Says(403, "blocked".to_owned()),
        Fault::Says(404, "no such path".to_owned()),
    ] {
        let house = house("", |settings| settings).await;
        house.site.order_upon(Upon::Any, fault);
        all.push(house.told().await);
    }
    insta::assert_snapshot!(all.join("\n"), @r#"
    WordPress does not take the user `ada` with this application password (You are not currently logged in.): make one on the user's profile page. If it is right, the web server keeps the `Authorization` header from PHP
    the user `ada` (subscriber) lacks `publish_posts` at this site: give the user another role in WordPress (Users), or take another user's application password
    Ok(Verified)
    the user `ada` (author) lacks `edit_others_posts` at this site: give the user another role in WordPress (Users), or take another user's application password
    the site's REST API is not at `base_url` (it answers 307); it leads to https://www.acme.example: write `base_url` as the site's address is there
    Ok(Foreign("no answer of WordPress's API came, but a page of HTML (200): look at `base_url`, and at a proxy or a sign-in page before it"))
    WordPress does not allow it to the user `ada` (blocked): give the user the role of an author or editor
    Ok(Unsaid("the site does not say who the user is (404: no such path)"))
    "#);
}

#[tokio::test]
async fn a_category_that_is_not_there_and_may_not_be_made_is_named() {
    let house =
        house("categories = [\"News\"]\n", |settings| settings.without_scope("manage_categories")).await;
    let Err(SendError::Mendable { says }) = house.send(&article("Hi")).await else { panic!() };
    assert!(says.contains("`News`") && says.contains("categories"), "{says}");
    assert!(house.site.everything().is_empty());
    house.site.grant("manage_categories");
    house.send(&article("Hi")).await.unwrap();
}

/// A type that a site does not allow is answered with 500, and would be for ever.
#[tokio::test]
async fn a_file_that_is_no_picture_is_refused() {
    let house = house("", |settings| settings).await;
    let mut made = article("Hi");
    made.cover = Some(picture("a.png", b"not a picture"));
    made.media = made.cover.iter().cloned().collect();
    let sent = house.send(&made).await;
    let Err(SendError::Refused { says }) = sent else { panic!("{sent:?}") };
    assert!(says.contains("a.png") && says.contains("file type"), "{says}");
    assert!(house.site.everything().is_empty());
}

/// What WordPress takes out of an author's text is told as what readers see.
#[tokio::test]
async fn what_a_site_keeps_otherwise_is_told() {
    let house = house("", |settings| settings).await;
    house.site.order(Fault::CutShort(2));
    let receipt = house.send(&article("Hi and more")).await.unwrap();
    assert_eq!(receipt.altered.as_deref(), Some("Hi"));
}

#[test]
fn a_post_is_told_by_its_short_address_only() {
    let at = |address: &str| post_at(address, "https://acme.example/blog");
    assert_eq!(at("https://acme.example/blog/?p=7"), Ok(Some("7".to_owned())));
    assert_eq!(at("https://acme.example/blog/it-lands/"), Ok(None));
    for bad in [
        "https://acme.example/blog/",
        "https://acme.example/shop/",
        "https://other.example/blog/?p=7",
        "nonsense",
    ] {
        assert!(at(bad).is_err(), "{bad}");
    }
}
