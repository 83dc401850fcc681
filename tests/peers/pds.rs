//! Bluesky's own server (`pds.sh`: PDS 0.5.35, with a directory of accounts).

use super::house::{House, rungs};
use super::peer::Peer;
use super::pictures::png;
use super::proxy::{Loss, Proxy};
use serde_json::{Value, json};

/// The server, one account's project, and what stands between them.
struct Sky {
    peer: Peer,
    proxy: Proxy,
    house: House,
}

impl Sky {
    /// A ladder of one rung, with these lines in it.
    fn new(rung: &str, variables: &[(&str, &str)]) -> Sky {
        let peer = Peer::start("pds.sh", 2, variables);
        let proxy = Proxy::before(&peer.said("PDS_URL").replace("localhost", "127.0.0.1"));
        let channel = format!(
            "\n[channels.one]\nadapter = \"bluesky\"\naccount = \"{}\"\nbase_url = \"{}\"\n\
             app_password = {{ file = \"password\" }}\n",
            peer.said("ALICE_HANDLE"),
            proxy.base_url()
        );
        let house = House::new(&channel, &format!("{}{rung}", rungs(&["one"])));
        house.write("password", peer.said("ALICE_APP_PASSWORD"));
        Sky { peer, proxy, house }
    }

    /// The message, with an image of its own.
    fn with_image(self) -> Sky {
        std::fs::write(self.house.path("messages/rocket.png"), png(120, 60, 9)).unwrap();
        let head = "title = \"Rocket m lands\"\nsummary = \"It landed.\"\nlink = \"https://acme.example/blog/m/\"\n\
                    [[media]]\nfile = \"rocket.png\"\nalt = \"A rocket & its \\\"shadow\\\"\"\n";
        self.house.write("messages/m.md", &format!("+++\n{head}+++\nIt landed.\n"));
        self
    }

    /// Asks the server itself.
    async fn ask(&self, method: &str, query: &[(&str, &str)]) -> Value {
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        let request = client.get(format!("{}/xrpc/{method}", self.peer.said("PDS_URL"))).query(query);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// All of the account's posts, oldest first.
    async fn posts(&self) -> Vec<Value> {
        let query = [
            ("repo", self.peer.said("ALICE_DID")),
            ("collection", "app.bsky.feed.post"),
            ("reverse", "true"),
        ];
        self.ask("com.atproto.repo.listRecords", &query).await["records"].as_array().unwrap().clone()
    }

    /// Which version answers.
    async fn version(&self) -> String {
        self.ask("_health", &[]).await["version"].as_str().unwrap().to_owned()
    }

    /// What `status` says of the one delivery.
    fn delivery(&self) -> Value {
        self.house.status()["deliveries"][0].clone()
    }
}

#[allow(clippy::print_stdout, reason = "whoever reads the run wants to know which server judged it")]
fn told(version: &str) {
    println!("PDS {version}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts Bluesky's server with a script of LADDER_PEERS"]
async fn an_image_with_its_words_is_there_once_and_goes_again() {
    let sky = Sky::new("attach = \"images\"\ntext = \"It landed. #rocketry\"\n", &[]).with_image();
    told(&sky.version().await);
    sky.house.publish().ends(0);
    let posts = sky.posts().await;
    assert_eq!(posts.len(), 1, "{posts:#?}");
    let record = &posts[0]["value"];
    assert_eq!(record["text"], "It landed. #rocketry");
    assert_eq!(record["langs"], json!(["en"]));
    let image = &record["embed"]["images"][0];
    assert_eq!(image["alt"], "A rocket & its \"shadow\"");
    assert_eq!(image["aspectRatio"], json!({ "width": 120, "height": 60 }));
    assert_eq!(image["image"]["mimeType"], "image/png");
    let index = json!({ "byteStart": 11, "byteEnd": 20 });
    assert_eq!(record["facets"][0]["index"], index, "{record:#}");
    let delivery = sky.delivery();
    let key = posts[0]["uri"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    assert_eq!((delivery["state"].as_str(), delivery["id"].as_str()), (Some("sent"), Some(key.as_str())));
    let url = format!("https://bsky.app/profile/{}/post/{key}", sky.peer.said("ALICE_HANDLE"));
    assert_eq!(delivery["url"], url.as_str(), "{delivery:#}");
    // The bytes are those of the file.
    let cid = image["image"]["ref"]["$link"].as_str().unwrap();
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    let blob = format!("{}/xrpc/com.atproto.sync.getBlob", sky.peer.said("PDS_URL"));
    let query = [("did", sky.peer.said("ALICE_DID")), ("cid", cid)];
    let bytes = client.get(blob).query(&query).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(bytes.to_vec(), png(120, 60, 9));
    // Once more: nothing new.
    sky.house.publish().ends(0);
    assert_eq!(sky.posts().await, posts);
    sky.house.run(&["unpublish", "m", "--yes"]).ends(0);
    assert!(sky.posts().await.is_empty());
    assert_eq!(sky.house.state("one"), "unpublished");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts Bluesky's server with a script of LADDER_PEERS"]
async fn a_card_shows_what_we_say_and_its_picture() {
    let sky = Sky::new("", &[]).with_image();
    sky.house.publish().ends(0);
    let posts = sky.posts().await;
    let record = &posts[0]["value"];
    let card = &record["embed"]["external"];
    assert_eq!(
        (&card["uri"], &card["title"]),
        (&json!("https://acme.example/blog/m/"), &json!("Rocket m lands"))
    );
    assert_eq!(card["thumb"]["mimeType"], "image/png", "{record:#}");
    assert!(!record["text"].as_str().unwrap().contains("://"), "{record:#}");
    assert_eq!(sky.house.state("one"), "sent");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts Bluesky's server with a script of LADDER_PEERS"]
async fn a_thread_hangs_together_and_its_places_are_counted_in_bytes() {
    let thread = "thread = [\"Grüße, 日本 🚀 @bob.test https://acme.example/a_b?c=d (x)\", \"@nobody.test it stands.\", \
                  \"The end. #Überschall\"]\n";
    let sky = Sky::new(thread, &[]);
    // Whichever part's answer is lost.
    sky.proxy.lose("POST", "putRecord", Loss::Answer);
    sky.house.publish().ends(0);
    assert_eq!(sky.proxy.ordered(), 0);
    let posts = sky.posts().await;
    assert_eq!(posts.len(), 3, "{posts:#?}");
    let of = |post: &Value| json!({ "uri": post["uri"], "cid": post["cid"] });
    assert!(posts[0]["value"].get("reply").is_none());
    assert_eq!(posts[1]["value"]["reply"], json!({ "root": of(&posts[0]), "parent": of(&posts[0]) }));
    assert_eq!(posts[2]["value"]["reply"], json!({ "root": of(&posts[0]), "parent": of(&posts[1]) }));
    let pieces = |post: &Value| -> Vec<(String, Value)> {
        let text = post["value"]["text"].as_str().unwrap().to_owned();
        let place = |facet: &Value, key: &str| facet["index"][key].as_u64().unwrap() as usize;
        let facets = post["value"]["facets"].as_array().cloned().unwrap_or_default();
        let piece = |facet: Value| {
            let words = text[place(&facet, "byteStart")..place(&facet, "byteEnd")].to_owned();
            (words, facet["features"][0].clone())
        };
        facets.into_iter().map(piece).collect()
    };
    let (bob, link) = (sky.peer.said("BOB_DID"), "https://acme.example/a_b?c=d");
    assert_eq!(
        pieces(&posts[0]),
        [
            ("@bob.test".to_owned(), json!({ "$type": "app.bsky.richtext.facet#mention", "did": bob })),
            (link.to_owned(), json!({ "$type": "app.bsky.richtext.facet#link", "uri": link })),
        ]
    );
    // Nobody is called that.
    assert_eq!(pieces(&posts[1]), []);
    let tag = json!({ "$type": "app.bsky.richtext.facet#tag", "tag": "Überschall" });
    assert_eq!(pieces(&posts[2]), [("#Überschall".to_owned(), tag)]);
    sky.house.run(&["unpublish", "m", "--yes"]).ends(0);
    assert!(sky.posts().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts Bluesky's server with a script of LADDER_PEERS"]
async fn what_is_lost_on_the_way_is_there_once() {
    for loss in [Loss::Answer, Loss::Request] {
        for lost in [1, 2] {
            let sky = Sky::new("text = \"It landed.\"\n", &[]);
            for _ in 0..lost {
                sky.proxy.lose("POST", "putRecord", loss);
            }
            // The key is asked, which tells at once; what is not there goes once more.
            sky.house.publish();
            sky.house.run(&["run"]);
            let posts = sky.posts().await;
            assert_eq!((posts.len(), sky.house.state("one").as_str()), (1, "sent"), "{loss:?} {lost}");
        }
    }
    // A deletion without an answer.
    let sky = Sky::new("text = \"It landed.\"\n", &[]);
    sky.house.publish().ends(0);
    sky.proxy.lose("POST", "deleteRecord", Loss::Answer);
    sky.house.run(&["unpublish", "m", "--yes"]);
    sky.house.run(&["unpublish", "m", "--yes"]).ends(0);
    assert!(sky.posts().await.is_empty());
    assert_eq!(sky.house.state("one"), "unpublished");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts Bluesky's server with a script of LADDER_PEERS"]
async fn a_wrong_app_password_sends_nothing_and_a_limit_is_told() {
    let sky = Sky::new("text = \"It landed.\"\n", &[("PDS_RATE_LIMITS_ENABLED", "true")]);
    let good = sky.house.read("password");
    sky.house.write("password", "aaaa-bbbb-cccc-dddd");
    let said = sky.house.run(&["channels", "--check"]).ends(1);
    let text = format!("{}{}", said.out(), said.err());
    assert!(text.contains("app password") && !text.contains("aaaa-bbbb"), "{text}");
    assert!(sky.posts().await.is_empty());
    sky.house.write("password", &good);
    sky.house.publish().ends(0);
    assert_eq!(sky.posts().await.len(), 1);
    // 30 sign-ins in five minutes: the next one is told to wait, and sends nothing.
    let mut told = String::new();
    for _ in 0..31 {
        let said = sky.house.run(&["channels", "--check"]);
        told = format!("{}{}", said.out(), said.err());
        if told.contains("sign-ins") {
            break;
        }
    }
    assert!(told.contains("no more sign-ins for now"), "{told}");
}
