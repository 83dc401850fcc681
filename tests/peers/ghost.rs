//! A Ghost of nobody's but its own makers, with SQLite.

use crate::house::{Ended, House, rungs, signal};
use crate::peer::Peer;
use crate::pictures::png;
use crate::proxy::{Loss, Proxy};
use serde_json::Value;

/// A site, what stands before it, and a project whose one rung goes there.
struct Site {
    peer: Peer,
    proxy: Proxy,
    house: House,
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

End.
"#;

impl Site {
    fn new(more: &str) -> Site {
        let peer = Peer::start("ghost.sh", 1, &[]);
        let proxy = Proxy::before(peer.said("GHOST_URL"));
        let table = format!(
            "\n[channels.blog]\nadapter = \"ghost\"\nbase_url = \"{}\"\nadmin_api_key = {{ file = \"key\" }}\n{more}",
            proxy.base_url()
        );
        let mut house = House::new(&table, &rungs(&["blog"]));
        house.in_haste = true;
        house.write("key", peer.said("GHOST_ADMIN_API_KEY"));
        house.write("messages/m.md", MESSAGE);
        std::fs::write(house.path("messages/cover.png"), png(1200, 630, 9)).unwrap();
        std::fs::write(house.path("messages/pad.png"), png(800, 500, 200)).unwrap();
        let site = Site { peer, proxy, house };
        println!("Ghost {}", site.ask("site/")["site"]["version"]);
        site
    }

    /// Asks the site itself, past the proxy, with a token that this test makes.
    fn ask(&self, path: &str) -> Value {
        self.call("GET", path, None)
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let make = "import sys,json,hmac,hashlib,base64,time\n\
                    b=lambda x: base64.urlsafe_b64encode(x).rstrip(b'=').decode()\n\
                    i,s=sys.argv[1].split(':'); n=int(time.time())\n\
                    m=b(json.dumps({'alg':'HS256','kid':i,'typ':'JWT'}).encode())+'.'\
                    +b(json.dumps({'iat':n,'exp':n+300,'aud':'/admin/'}).encode())\n\
                    print(m+'.'+b(hmac.new(bytes.fromhex(s),m.encode(),hashlib.sha256).digest()))";
        let key = self.peer.said("GHOST_ADMIN_API_KEY");
        let token = std::process::Command::new("python3").args(["-c", make, key]).output().unwrap();
        let token = String::from_utf8(token.stdout).unwrap();
        let mut command = std::process::Command::new("curl");
        command.args(["-s", "--noproxy", "*", "-X", method, "-H", "Accept-Version: v5.0"]);
        command.args(["-H", &format!("Authorization: Ghost {}", token.trim())]);
        if let Some(body) = body {
            command.args(["-H", "Content-Type: application/json", "-d", &body.to_string()]);
        }
        let url = format!("{}/ghost/api/admin/{path}", self.peer.said("GHOST_URL"));
        let output = command.arg(url).output().unwrap();
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{path}: {error}: {}", String::from_utf8_lossy(&output.stdout)))
    }

    /// Everything that there is, drafts included, but what came with the site.
    fn posts(&self) -> Vec<Value> {
        let all = self.ask("posts/?formats=html&limit=100&order=created_at%20asc");
        let own = all["posts"].as_array().unwrap().iter();
        own.filter(|post| post["slug"] != "coming-soon").cloned().collect()
    }

    fn the_post(&self) -> Value {
        let posts = self.posts();
        assert_eq!(posts.len(), 1, "{posts:#?}");
        posts[0].clone()
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

    fn assert_whole(&self) {
        let post = self.the_post();
        assert_eq!((&post["slug"], &post["status"]), (&"m".into(), &"published".into()), "{post}");
        assert_eq!(post["title"], "Rocket m & <2> \"lands\"");
        assert_eq!(post["custom_excerpt"], "It landed [again] & how.");
        assert_eq!(post["feature_image_alt"], "The cover \"rocket\"");
        let html = post["html"].as_str().unwrap();
        assert!(!html.contains("src=\"pad.png\""), "{html}");
        for piece in ["alt=\"The pad &amp; the sea\"", "Grüße, 日本 🚀", "/content/images/"] {
            assert!(html.contains(piece), "{piece}: {html}");
        }
        let tags = post["tags"].as_array().unwrap();
        assert_eq!(tags.iter().filter(|tag| tag["visibility"] == "public").count(), 2, "{tags:?}");
        let delivery = self.delivery();
        assert_eq!((&delivery["state"], &delivery["url"]), (&"sent".into(), &post["url"]), "{delivery}");
        let (there, page) = self.page(post["url"].as_str().unwrap());
        assert!(there && page.contains("alt=\"The pad &amp; the sea\""), "{page}");
        // Themes write each tag into the `class` of a page; it is in no word that is seen.
        let marked: Vec<&str> = page.match_indices("ladder-").map(|(at, _)| &page[..at]).collect();
        let in_class = |before: &&str| before.rsplit('"').nth(1).is_some_and(|name| name.ends_with("class="));
        assert!(marked.iter().all(in_class), "the mark is seen: {page}");
    }
}

#[test]
#[ignore = "needs the servers of LADDER_PEERS"]
fn ghost_shows_what_was_written_once() {
    let site = Site::new("");
    let checked = site.house.run(&["channels", "--check", "--format", "json"]).ends(0).json();
    assert_eq!(checked["channels"][0]["checked"]["good"], true, "{checked}");
    site.house.publish().ends(0);
    site.assert_whole();
    let post = site.the_post();
    // Again: nothing new, and nobody is asked to change anything.
    let before = site.proxy.seen().len();
    site.house.publish().ends(0);
    site.house.run(&["run"]).ends(0);
    assert!(
        site.proxy.seen()[before..].iter().all(|seen| seen.starts_with("GET")),
        "{:?}",
        site.proxy.seen()
    );
    // Other words; the answer of the second edit is lost.
    for (from, to, lost) in [("It **landed**", "It **really landed**", false), ("really", "truly", true)] {
        site.house.edit("messages/m.md", from, to);
        if lost {
            site.proxy.lose("PUT", "/ghost/api/admin/posts/", Loss::Answer);
        }
        site.edit().ends(0);
    }
    let after = site.the_post();
    assert!(after["html"].as_str().unwrap().contains("truly landed"), "{after}");
    assert_eq!((&after["slug"], &after["feature_image"]), (&post["slug"], &post["feature_image"]));
    // Somebody works on it in Ghost.
    let theirs =
        serde_json::json!({ "posts": [{ "updated_at": after["updated_at"], "title": "Their words" }] });
    site.call("PUT", &format!("posts/{}/", after["id"].as_str().unwrap()), Some(&theirs));
    site.house.edit("messages/m.md", "truly", "finally");
    let said = site.edit();
    assert!(said.out().contains("somebody has changed it in Ghost"), "{}", said.out());
    assert_eq!(site.the_post()["title"], "Their words");
    // Taken down nobody sees it, and its address is free.
    site.house.run(&["unpublish", "m", "--yes"]).ends(0);
    assert!(!site.page(post["url"].as_str().unwrap()).0);
    assert_eq!(site.the_post()["status"], "draft");
    site.house.run(&["unpublish", "m", "--yes"]).ends(0);
    site.house.run(&["publish", "m", "--yes", "--again", "it was right"]).ends(0);
    let out = site.posts().into_iter().filter(|post| post["status"] == "published").collect::<Vec<_>>();
    assert_eq!((out.len(), &out[0]["slug"]), (1, &"m".into()));
}

/// Whichever answer is lost, or request: one post, whole, and one mail.
#[test]
#[ignore = "needs the servers of LADDER_PEERS"]
fn ghost_has_one_post_whatever_is_lost() {
    for (method, path) in [
        ("POST", "/ghost/api/admin/images/upload/"),
        ("POST", "/ghost/api/admin/posts/"),
        // The publishing is the only change of a post.
        ("PUT", "/ghost/api/admin/posts/"),
    ] {
        for loss in [Loss::Answer, Loss::Request] {
            let site = Site::new("newsletter = \"default-newsletter\"\n");
            site.proxy.lose(method, path, loss);
            site.house.publish();
            for _ in 0..4 {
                if site.house.state("blog") == "sent" {
                    break;
                }
                if site.house.state("blog") == "planned" {
                    site.house.let_time_pass();
                }
                site.house.run(&["run"]);
            }
            assert_eq!(site.proxy.ordered(), 0, "{method} {path} {loss:?}: {:?}", site.proxy.seen());
            site.assert_whole();
            assert!(site.the_post()["email"]["id"].is_string(), "no mail");
        }
    }
}

/// Killed while Ghost is at work on any of the three, the next run goes on at once.
#[test]
#[ignore = "needs the servers of LADDER_PEERS"]
fn ghost_has_one_post_wherever_the_program_is_killed() {
    for (method, path) in [("POST", "/images/upload/"), ("POST", "/admin/posts/"), ("PUT", "/admin/posts/")] {
        let site = Site::new("newsletter = \"default-newsletter\"\n");
        let mut child = site.house.begin(&["publish", "m", "--yes"]);
        let asked = |seen: &String| seen.starts_with(method) && seen.contains(path);
        while !site.proxy.seen().iter().any(asked) {
            assert!(child.try_wait().unwrap().is_none(), "{method} {path}: {:?}", site.proxy.seen());
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        signal("KILL", child.id());
        assert!(!child.wait().unwrap().success(), "{method} {path}: it was done before");
        site.house.run(&["run"]);
        println!("{method} {path}: {}", site.house.state("blog"));
        for _ in 0..3 {
            if site.house.state("blog") == "sent" {
                break;
            }
            site.house.run(&["run"]);
        }
        println!("{:?}", site.proxy.seen());
        site.assert_whole();
        assert!(site.the_post()["email"]["id"].is_string(), "no mail");
    }
}

#[test]
#[ignore = "needs the servers of LADDER_PEERS"]
fn ghost_refuses_a_wrong_key_an_unknown_author_and_a_newsletter_that_is_not_there() {
    let site = Site::new("newsletter = \"default-newsleter\"\n");
    let said = site.house.publish().ends(1);
    assert!(said.out().contains("did you mean `default-newsletter`?"), "{}", said.out());
    assert!(site.posts().is_empty());

    let site = Site::new("authors = [\"nobody\"]\n");
    let said = site.house.publish().ends(1);
    assert!(said.out().contains("`nobody`"), "{}", said.out());
    assert!(site.posts().is_empty());

    let site = Site::new("");
    let key = site.peer.said("GHOST_ADMIN_API_KEY").to_owned();
    let wrong = format!("{}00", &key[..key.len() - 2]);
    site.house.write("key", &wrong);
    let said = site.house.run(&["channels", "--check", "--format", "json"]).ends(1);
    assert!(said.out().contains("admin_api_key") && !said.out().contains(&wrong), "{}", said.out());
}
