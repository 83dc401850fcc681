//! A blog, what stands before it, and a project whose one rung goes there.

use crate::house::{Ended, House, rungs};
use crate::peer::Peer;
use crate::pictures::png;
use crate::proxy::Proxy;
use serde_json::Value;
use std::process::Command;

/// A blog that takes articles.
pub struct Blog {
    pub peer: Peer,
    pub proxy: Proxy,
    pub house: House,
}

/// What an article can have.
pub const MESSAGE: &str = r#"+++
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

impl Blog {
    /// The blog that `script` starts, which says its address as `address`. `table`: the
    /// channel's table without `base_url`; `secret`: the name of the file that the table
    /// reads, and what the script calls its content.
    pub fn new(script: &str, address: &str, table: &str, secret: (&str, &str)) -> Blog {
        let peer = Peer::start(script, 1, &[]);
        let proxy = Proxy::before(peer.said(address));
        let table = format!("\n[channels.blog]\nbase_url = \"{}\"\n{table}", proxy.base_url());
        let mut house = House::new(&table, &rungs(&["blog"]));
        house.in_haste = true;
        house.write(secret.0, peer.said(secret.1));
        house.write("messages/m.md", MESSAGE);
        std::fs::write(house.path("messages/cover.png"), png(1200, 630, 9)).unwrap();
        std::fs::write(house.path("messages/pad.png"), png(800, 500, 200)).unwrap();
        Blog { peer, proxy, house }
    }

    /// What a reader gets, who is nobody.
    pub fn page(&self, url: &str) -> (bool, String) {
        let output = Command::new("curl").args(["-s", "-f", "--noproxy", "*", url]).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    pub fn delivery(&self) -> Value {
        let all = self.house.status()["deliveries"].as_array().unwrap().clone();
        all.into_iter().max_by_key(|delivery| delivery["generation"].as_u64()).unwrap()
    }

    pub fn edit(&self) -> Ended {
        self.house.run(&["edit", "m", "--yes", "--format", "json"])
    }

    /// The blog takes the credentials, and the article goes out.
    pub fn assert_published(&self) {
        let checked = self.house.run(&["channels", "--check", "--format", "json"]).ends(0).json();
        assert_eq!(checked["channels"][0]["checked"]["good"], true, "{checked}");
        self.house.publish().ends(0);
    }

    /// Once more there is nothing new, and nobody is asked to change anything.
    pub fn assert_settled(&self) {
        let before = self.proxy.seen().len();
        self.house.publish().ends(0);
        self.house.run(&["run"]).ends(0);
        let seen = self.proxy.seen().split_off(before);
        assert!(seen.iter().all(|seen| seen.starts_with("GET")), "{seen:?}");
    }
}

/// The answer to a question of the blog's own API, which `command` asks without the
/// address: past the proxy, with `body` if there is one.
pub fn answered(mut command: Command, method: &str, body: Option<&Value>, url: &str) -> Value {
    command.args(["-s", "--noproxy", "*", "-X", method]);
    if let Some(body) = body {
        command.args(["-H", "Content-Type: application/json", "-d", &body.to_string()]);
    }
    let output = command.arg(url).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{method} {url}: {error}: {}", String::from_utf8_lossy(&output.stdout))
    })
}

/// The only one.
pub fn only(posts: Vec<Value>) -> Value {
    assert_eq!(posts.len(), 1, "{posts:#?}");
    posts.into_iter().next().unwrap()
}
