//! A WordPress of nobody's but its own makers, with SQLite, served by PHP.

use crate::house::{Ended, House, rungs};
use crate::peer::Peer;
use crate::pictures::png;
use crate::proxy::{Loss, Proxy};
use serde_json::Value;

const WHY: &str = "needs the servers of LADDER_PEERS";

/// A site, what stands before it, and a project whose one rung goes there.
struct Site {
    peer: Peer,
    proxy: Proxy,
    house: House,
    user: &'static str,
}

/// What an article can have.
const MESSAGE: &str = r#"+++
title = "Rocket m & <2> \"lands\""
summary = "It landed [again] & how."
tags = ["rocketry", "Rocket & Science"]
[[media]]
file = "cover.png"
alt = "The cover \"rocket\""
[[media]]
file = "pad.png"
alt = "The pad & the sea"
+++
It **landed** [gallery] at <https://acme.example/?a=1&b=2>.

![The pad & the sea](pad.png)

## How & why

- one
- two

| a | b |
|---|--:|
| 1 | 2 |

> Grüße, 日本 🚀

```rust
let a = "<b>" && [1];
```

---

End.
"#;

impl Site {
    fn new(user: &'static str, more: &str) -> Site {
        let peer = Peer::start("wordpress.sh", 1, &[]);
        let proxy = Proxy::before(peer.said("WP_URL"));
        let table = format!(
            "\n[channels.blog]\nadapter = \"wordpress\"\nbase_url = \"{}\"\nuser = \"{user}\"\n\
             app_password = {{ file = \"password\" }}\n{more}",
            proxy.base_url()
        );
        let mut house = House::new(&table, &rungs(&["blog"]));
        house.in_haste = true;
        house.write("password", peer.said(&format!("WP_{}_APP_PASSWORD", user.to_uppercase())));
        house.write("messages/m.md", MESSAGE);
        std::fs::write(house.path("messages/cover.png"), png(1200, 630, 9)).unwrap();
        std::fs::write(house.path("messages/pad.png"), png(800, 500, 200)).unwrap();
        let site = Site { peer, proxy, house, user };
        let (_, page) = site.page(site.peer.said("WP_URL"));
        let version =
            page.split_once("name=\"generator\" content=\"").and_then(|(_, rest)| rest.split_once('"'));
        println!("{}", version.map_or("a WordPress that does not say its version", |(version, _)| version));
        site
    }

    /// Asks the site itself, past the proxy.
    fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let (user, url) = (self.user.to_uppercase(), self.peer.said("WP_URL"));
        let password = self.peer.said(&format!("WP_{user}_APP_PASSWORD"));
        let mut command = std::process::Command::new("curl");
        command.args(["-s", "--noproxy", "*", "-X", method, "-u", &format!("{}:{password}", self.user)]);
        if let Some(body) = body {
            command.args(["-H", "Content-Type: application/json", "-d", &body.to_string()]);
        }
        let output = command.arg(format!("{url}/wp-json/wp/v2/{path}")).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("{method} {path}: {error}: {}", String::from_utf8_lossy(&output.stdout))
        })
    }

    /// Everything that there is, drafts included, but what came with the site.
    fn posts(&self) -> Vec<Value> {
        let all = self.ask("GET", "posts?status=any&context=edit&per_page=100&orderby=id&order=asc", None);
        let own = all.as_array().unwrap().iter();
        own.filter(|post| post["slug"] != "hello-world").cloned().collect()
    }

    fn the_post(&self) -> Value {
        let posts = self.posts();
        assert_eq!(posts.len(), 1, "{posts:#?}");
        posts[0].clone()
    }

    fn media(&self) -> usize {
        self.ask("GET", "media?per_page=100", None).as_array().unwrap().len()
    }

    /// What a reader gets, who is nobody.
    fn page(&self, url: &str) -> (bool, String) {
        let output =
            std::process::Command::new("curl").args(["-s", "-f", "--noproxy", "*", url]).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn delivery(&self) -> Value {
        let all = self.house.status()["deliveries"].as_array().unwrap().clone();
        all.into_iter().max_by_key(|delivery| delivery["generation"].as_u64()).unwrap()
    }

    fn edit(&self) -> Ended {
        self.house.run(&["edit", "m", "--yes", "--format", "json"])
    }
}

fn raw(post: &Value, key: &str) -> String {
    post[key]["raw"].as_str().unwrap().to_owned()
}

fn assert_whole(site: &Site) {
    let post = site.the_post();
    assert_eq!((&post["slug"], &post["status"]), (&"m".into(), &"publish".into()), "{post}");
    assert_eq!(raw(&post, "title"), "Rocket m &amp; &lt;2&gt; &quot;lands&quot;");
    let content = raw(&post, "content");
    for piece in ["[gallery]", "src=\"pad.png\""] {
        assert!(!content.contains(piece), "{piece}: {content}");
    }
    for piece in ["class=\"wp-image-", "alt=\"The pad &amp; the sea\"", "<!-- ladder:", "Grüße, 日本 🚀"]
    {
        assert!(content.contains(piece), "{piece}: {content}");
    }
    assert_eq!(post["tags"].as_array().unwrap().len(), 2, "{post}");
    let cover = site.ask("GET", &format!("media/{}", post["featured_media"]), None);
    assert_eq!(cover["alt_text"], "The cover \"rocket\"", "{cover}");
    assert_eq!(site.media(), 2);
    let delivery = site.delivery();
    assert_eq!((&delivery["state"], &delivery["url"]), (&"sent".into(), &post["link"]), "{delivery}");
    let (there, page) = site.page(post["link"].as_str().unwrap());
    assert!(
        there
            && page.contains("[gallery]") | page.contains("&#091;gallery]") | page.contains("&#91;gallery]")
    );
    assert!(page.contains("wp-post-image") && page.contains("alt=\"The pad &amp; the sea\""), "{page}");
    assert!(page.contains("Rocket m &amp; &lt;2&gt; &quot;lands&quot;</h1>"), "the title");
}

#[test]
#[ignore = "needs the servers of LADDER_PEERS"]
fn wordpress_shows_what_was_written_once() {
    for (user, more) in
        [("author", ""), ("admin", "editor = \"html\"\ncategories = [\"News & more\"]\ncomments = false\n")]
    {
        let site = Site::new(user, more);
        let checked = site.house.run(&["channels", "--check", "--format", "json"]).ends(0).json();
        assert_eq!(checked["channels"][0]["checked"]["good"], true, "{WHY}: {checked}");
        site.house.publish().ends(0);
        assert_whole(&site);
        let post = site.the_post();
        if user == "admin" {
            let category = site.ask("GET", &format!("categories/{}", post["categories"][0]), None);
            assert_eq!(
                (&category["name"], &post["comment_status"]),
                (&"News &amp; more".into(), &"closed".into())
            );
            let (_, page) = site.page(post["link"].as_str().unwrap());
            assert!(!page.contains("<p><!-- ladder"), "an empty paragraph");
        }
        // Again: nothing new, and nobody is asked to change anything.
        let before = site.proxy.seen().len();
        site.house.publish().ends(0);
        site.house.run(&["run"]).ends(0);
        assert!(
            site.proxy.seen()[before..].iter().all(|seen| seen.starts_with("GET")),
            "{:?}",
            site.proxy.seen()
        );
        assert_whole(&site);
        // Taken down it is in the trash, and comes back under its own address.
        site.house.run(&["unpublish", "m", "--yes"]).ends(0);
        assert!(site.posts().is_empty());
        assert!(!site.page(post["link"].as_str().unwrap()).0);
        site.house.run(&["unpublish", "m", "--yes"]).ends(0);
        site.house.run(&["publish", "m", "--yes", "--again", "it was right"]).ends(0);
        assert_whole(&site);
    }
}

/// Whichever answer is lost, or request: one post, whole.
#[test]
#[ignore = "needs the servers of LADDER_PEERS"]
fn wordpress_has_one_post_whatever_is_lost() {
    for (method, path) in [
        ("POST", "/wp-json/wp/v2/media"),
        ("POST", "/wp-json/wp/v2/tags"),
        ("POST", "/wp-json/wp/v2/posts"),
        // The publishing is the only request to a post by its number.
        ("POST", "/wp-json/wp/v2/posts/"),
    ] {
        for loss in [Loss::Answer, Loss::Request] {
            let site = Site::new("author", "");
            site.proxy.lose(method, path, loss);
            for _ in 0..4 {
                site.house.publish();
                if site.house.state("blog") == "sent" {
                    break;
                }
                if site.house.state("blog") == "planned" {
                    site.house.let_time_pass();
                }
            }
            assert_eq!(site.proxy.ordered(), 0, "{method} {path} {loss:?}: {:?}", site.proxy.seen());
            assert_whole(&site);
        }
    }
}

#[test]
#[ignore = "needs the servers of LADDER_PEERS"]
fn wordpress_gets_other_words_unless_somebody_has_changed_them() {
    let site = Site::new("author", "");
    site.house.publish().ends(0);
    let before = site.the_post();
    site.house.edit("messages/m.md", "It **landed**", "It **really landed**");
    site.edit().ends(0);
    let after = site.the_post();
    assert!(raw(&after, "content").contains("really landed"));
    assert_eq!((&after["slug"], &after["id"], site.media()), (&before["slug"], &before["id"], 2));
    // The answer is lost, and the post itself says how it stands.
    site.house.edit("messages/m.md", "really landed", "truly landed");
    site.proxy.lose("POST", "/wp-json/wp/v2/posts/", Loss::Answer);
    site.edit().ends(0);
    assert!(raw(&site.the_post(), "content").contains("truly landed"));
    // Somebody works on it in WordPress.
    let theirs = serde_json::json!({ "content": "<!-- wp:paragraph -->\n<p>Their words.</p>\n<!-- /wp:paragraph -->" });
    site.ask("POST", &format!("posts/{}", after["id"]), Some(theirs));
    site.house.edit("messages/m.md", "truly landed", "landed after all");
    let said = site.edit();
    assert_ne!(said.code(), Some(0), "{}", said.out());
    assert!(said.out().contains("somebody has changed it in WordPress"), "{}", said.out());
    assert!(raw(&site.the_post(), "content").contains("Their words."));
}

#[test]
#[ignore = "needs the servers of LADDER_PEERS"]
fn wordpress_refuses_who_may_not_and_an_address_that_is_taken() {
    let site = Site::new("subscriber", "");
    let checked = site.house.run(&["channels", "--check", "--format", "json"]).ends(1).json();
    let says = checked["error"]["message"].as_str().unwrap();
    assert!(says.contains("`edit_posts`") && says.contains("subscriber"), "{says}");
    site.house.publish().ends(1);

    let site = Site::new("author", "");
    site.house.write("password", "abcd efgh ijkl mnop qrst uvwx");
    let said = site.house.publish();
    assert_ne!(said.code(), Some(0));
    assert!(
        said.out().contains("application password") && !said.out().contains("abcd efgh"),
        "{}",
        said.out()
    );

    let site = Site::new("author", "");
    let body = serde_json::json!({ "title": "Theirs", "slug": "m", "status": "publish" });
    let theirs = site.ask("POST", "posts", Some(body));
    let said = site.house.publish().ends(1);
    assert!(said.out().contains(theirs["link"].as_str().unwrap()), "{}", said.out());
    assert_eq!((site.posts().len(), site.media()), (1, 0));
}

/// Drafts and private posts are kept from readers.
#[test]
#[ignore = "needs the servers of LADDER_PEERS"]
fn wordpress_keeps_a_draft_from_readers() {
    let site = Site::new("author", "status = \"draft\"\n");
    site.house.publish().ends(0);
    let post = site.the_post();
    assert_eq!(post["status"], "draft", "{post}");
    assert!(site.delivery()["url"].is_null(), "{}", site.delivery());
    assert!(!site.page(post["link"].as_str().unwrap()).0);
    site.house.publish().ends(0);
    assert_eq!(site.the_post()["id"], post["id"]);
}
