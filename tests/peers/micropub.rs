//! django-indieweb, a Micropub server of nobody's but its own makers. It keeps whatever
//! it is given, lists its posts the oldest first and by relative addresses, takes no
//! photo with words, and says of a post that is gone that the request is invalid.

use crate::house::{House, rungs};
use crate::peer::Peer;
use crate::pictures::png;
use crate::proxy::{Loss, Proxy};
use serde_json::Value;

const MESSAGE: &str = r#"+++
title = "Rocket m & <2> \"lands\""
summary = "It landed & how."
tags = ["rocketry", "Rocket & Science"]
[[media]]
file = "cover.png"
alt = "The cover \"rocket\""
[[media]]
file = "pad.png"
alt = "The pad & the sea"
+++
It **landed** at <https://acme.example/?a=1&b=2>.

![The pad & the sea](pad.png)

## How & why

- one
- two

```rust
let a = "<b>" && [1];
```

Grüße, 日本 🚀
"#;

struct Site {
    peer: Peer,
    proxy: Proxy,
    house: House,
}

impl Site {
    fn new(more: &str, ladder: &str) -> Site {
        let peer = Peer::start("micropub.sh", 1, &[]);
        let address = url::Url::parse(peer.said("MICROPUB_URL")).unwrap();
        let proxy = Proxy::before(&address.origin().ascii_serialization());
        let table = format!(
            "\n[channels.site]\nadapter = \"micropub\"\nbase_url = \"{}{}\"\naccess_token = {{ file = \"token\" }}\n{more}",
            proxy.base_url(),
            address.path()
        );
        let mut house = House::new(&table, &format!("{}{ladder}", rungs(&["site"])));
        house.in_haste = true;
        house.write("token", peer.said("MICROPUB_TOKEN"));
        house.write("messages/m.md", MESSAGE);
        std::fs::write(house.path("messages/cover.png"), png(1200, 630, 9)).unwrap();
        std::fs::write(house.path("messages/pad.png"), png(800, 500, 200)).unwrap();
        Site { peer, proxy, house }
    }

    fn curl(&self, arguments: &[&str]) -> String {
        let mut command = std::process::Command::new("curl");
        let token = format!("Authorization: Bearer {}", self.peer.said("MICROPUB_TOKEN"));
        let output = command.args(["-s", "--noproxy", "*", "-H", &token]).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Every post's properties, as the server itself tells them.
    fn posts(&self) -> Vec<Value> {
        let told = self.curl(&[&format!("{}?q=source&limit=100", self.peer.said("MICROPUB_URL"))]);
        let told: Value = serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}"));
        told["items"].as_array().unwrap().iter().map(|item| item["properties"].clone()).collect()
    }

    fn the_post(&self) -> Value {
        let posts = self.posts();
        assert_eq!(posts.len(), 1, "{posts:#?}");
        posts[0].clone()
    }

    fn posted(&self) -> usize {
        self.proxy.seen().iter().filter(|asked| asked.starts_with("POST /indieweb/micropub/")).count()
    }
}

#[test]
#[ignore = "needs the servers of LADDER_PEERS"]
fn an_article_with_images_stands_there_once_is_edited_and_taken_down() {
    let site = Site::new("", "");
    let out = site.house.run(&["channels", "--check"]).ends(0).out();
    assert!(out.contains("ready, says the network"), "{out}");
    site.house.publish().ends(0);
    let post = site.the_post();
    assert_eq!(post["name"][0], "Rocket m & <2> \"lands\"");
    assert_eq!((&post["summary"][0], &post["mp-slug"][0]), (&"It landed & how.".into(), &"m".into()));
    assert_eq!(post["category"], serde_json::json!(["rocketry", "Rocket & Science"]));
    let html = post["content"][0]["html"].as_str().unwrap();
    for piece in [
        "<strong>landed</strong>",
        "alt=\"The pad &amp; the sea\"",
        "alt=\"The cover &quot;rocket&quot;\"",
        "Grüße, 日本 🚀",
    ] {
        assert!(html.contains(piece), "{piece}: {html}");
    }
    // The images lie there, and are what was sent.
    let sources: Vec<&str> = html.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(sources.len(), 2, "{html}");
    for source in &sources {
        let head = site.curl(&["-o", "/dev/null", "-w", "%{http_code} %{content_type}", source]);
        assert_eq!(head, "200 image/png", "{source}");
    }
    let delivery = site.house.status()["deliveries"][0].clone();
    assert_eq!((&delivery["state"], &delivery["altered"]), (&"sent".into(), &Value::Null), "{delivery}");
    let url = delivery["url"].as_str().unwrap().to_owned();
    assert!(site.curl(&["-f", &url]).contains("Rocket m"), "{url}");
    // Again: nothing new.
    site.house.publish().ends(0);
    site.house.run(&["run"]).ends(0);
    assert_eq!((site.the_post(), site.posted()), (post.clone(), 1));
    // Other words in place, and the images that lie there.
    site.house.edit("messages/m.md", "It **landed** at", "It **landed softly** at");
    site.house.edit("messages/m.md", "tags = [\"rocketry\", \"Rocket & Science\"]", "tags = [\"landing\"]");
    site.house.run(&["edit", "m", "--yes"]).ends(0);
    let edited = site.the_post();
    let now = edited["content"][0]["html"].as_str().unwrap();
    assert_eq!(now, html.replace("landed</strong>", "landed softly</strong>"));
    assert_eq!((&edited["category"], &edited["url"]), (&serde_json::json!(["landing"]), &post["url"]));
    assert_eq!(site.house.state("site"), "sent");
    site.house.run(&["unpublish", "m", "--yes"]).ends(0);
    assert_eq!((site.posts().len(), site.house.state("site").as_str()), (0, "unpublished"));
    // What the server has nothing of is gone already.
    assert_eq!(site.curl(&["-o", "/dev/null", "-w", "%{http_code}", &url]), "404");
}

#[test]
#[ignore = "needs the servers of LADDER_PEERS"]
fn a_lost_answer_is_settled_by_the_list_and_a_lost_request_by_time() {
    for note in [false, true] {
        let (more, ladder) = if note {
            ("kind = \"note\"\n", "attach = \"none\"\ntext = \"It landed (again) & {{ message.title }}\"\n")
        } else {
            ("", "")
        };
        let site = Site::new(more, ladder);
        site.proxy.lose("POST", "/indieweb/micropub/", Loss::Answer);
        site.proxy.lose("GET", "q=source", Loss::Answer);
        site.house.publish().ends(6);
        assert_eq!(site.posts().len(), 1);
        site.house.run(&["run"]).ends(0);
        assert_eq!((site.house.state("site").as_str(), site.posts().len(), site.posted()), ("sent", 1, 1));
    }
    let site = Site::new("", "");
    site.proxy.lose("POST", "/indieweb/micropub/", Loss::Request);
    let said = site.house.publish().ends(6);
    assert!(site.posts().is_empty(), "{}", said.err());
    // A list may be behind: nothing is sent again on a guess.
    let said = site.house.run(&["run"]);
    assert_eq!((site.posts().len(), site.house.state("site").as_str()), (0, "unknown"), "{}", said.out());
}

#[test]
#[ignore = "needs the servers of LADDER_PEERS"]
fn a_token_that_is_none_and_a_page_that_is_none_are_told() {
    let site = Site::new("", "");
    site.house.write("token", "nonsense\n");
    let out = site.house.run(&["channels", "--check"]).ends(1).out();
    assert!(out.contains("does not take the token"), "{out}");
    site.house.publish();
    assert!(site.posts().is_empty());
    // Words of somebody else stay.
    site.house.write("token", site.peer.said("MICROPUB_TOKEN"));
    site.house.publish().ends(0);
    let url = site.house.status()["deliveries"][0]["url"].as_str().unwrap().to_owned();
    let theirs =
        format!("{{\"action\":\"update\",\"url\":\"{url}\",\"replace\":{{\"content\":[\"Theirs.\"]}}}}");
    site.curl(&["-H", "Content-Type: application/json", "-d", &theirs, site.peer.said("MICROPUB_URL")]);
    site.house.edit("messages/m.md", "It **landed** at", "It **landed softly** at");
    let out = site.house.run(&["edit", "m", "--yes"]).out();
    assert!(out.contains("somebody has changed it"), "{out}");
    assert_eq!(site.the_post()["content"][0], "Theirs.");
}
