//! One publication and one channel: settings, words for people, and what only Hashnode
//! does.

use super::*;
use crate::channel::article::Drafts;
use crate::channel::fixture::{article_of as article, attempt, configured, identity, keep, picture};
use crate::plan::Receipt;
use crate::rehearsal::{Fault, Kind as Simulated, Network as Networks, Running, Settings, Upon};
use crate::render::Variant;
use crate::source::Sources;

const CANARY: &str = "canary-9c3e";

/// A publication, a channel of it with these keys as well, and a folder.
struct House {
    folder: tempfile::TempDir,
    api: Running,
    channel: Box<dyn Channel>,
}

async fn house(more: &str, change: impl FnOnce(Settings) -> Settings) -> House {
    let kind = Simulated::named("hashnode").unwrap();
    let api = Networks::start(kind, change(Settings::of(kind, CANARY))).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), format!("{CANARY}-token\n")).unwrap();
    let table = format!(
        "adapter = \"hashnode\"\nbase_url = \"{}\"\naccess_token = {{ file = \"token\" }}\n{more}",
        api.base_url()
    );
    let made = configured(&table);
    assert!(made.problems.is_empty(), "{:?}", made.problems);
    House { folder, api, channel: made.value.unwrap().channel }
}

impl House {
    async fn send(&self, article: &Article) -> Result<Receipt, SendError> {
        let variant = Variant::Article(article.clone());
        let attempt = attempt(self.folder.path(), variant.clone());
        for picture in variant.pictures() {
            keep(&attempt, picture.name.as_bytes());
        }
        let part = self.channel.payload(&variant, &identity()).value.unwrap().parts.remove(0);
        self.channel.send(&part, &attempt).await
    }
}

#[tokio::test]
async fn a_publication_without_the_plan_is_told_what_to_do() {
    let house = house("", |settings| settings.without_scope("pro")).await;
    assert_eq!(house.channel.verify(house.folder.path()).await.unwrap(), Whose::Verified);
    let Err(SendError::Mendable { says }) = house.send(&article("Hi.")).await else { panic!() };
    assert!(says.contains("Pro plan") && says.contains("manual"), "{says}");
    house.api.grant("pro");
    house.send(&article("Hi.")).await.unwrap();
    assert_eq!(house.api.timeline().len(), 1);
}

#[tokio::test]
async fn the_publication_that_is_meant_is_found_or_the_known_ones_are_told() {
    for good in
        ["", "publication = \"https://ACME.hashnode.dev/\"\n", "publication = \"64c0ffee64c0ffee64c0ffee\"\n"]
    {
        let house = house(good, |settings| settings).await;
        assert_eq!(house.channel.verify(house.folder.path()).await.unwrap(), Whose::Verified, "{good}");
    }
    let house = house("publication = \"other.hashnode.dev\"\n", |settings| settings).await;
    let says = house.channel.verify(house.folder.path()).await.unwrap_err().to_string();
    assert!(says.contains("`other.hashnode.dev`") && says.contains("`acme.hashnode.dev`"), "{says}");
}

#[test]
fn what_is_no_publication_is_told_before_anything_is_asked() {
    let told = |publication: &str| {
        let toml = format!(
            "[brand]\nname = \"Acme\"\n[channels.a]\nadapter = \"hashnode\"\npublication = {publication:?}\n"
        );
        let mut sources = Sources::new();
        let id = sources.add("ladder.toml", &toml);
        let project = crate::ladder::parse_project(&sources, id, &["hashnode"]).value.unwrap();
        let made = crate::channel::configure(&sources, &project, &project.channels[0]);
        made.problems.iter().map(|problem| problem.draw(&sources, false)).collect::<String>()
    };
    for good in [
        "acme.hashnode.dev",
        "https://acme.hashnode.dev/",
        "blog.acme.example",
        "64C0FFEE64c0ffee64c0ffee",
        " ",
    ] {
        assert_eq!(told(good), "", "{good}");
    }
    for (bad, hint) in
        [("acme", "\"acme.hashnode.dev\""), ("our blog", "the blog's host"), ("64c0ffee", "host")]
    {
        let said = told(bad);
        assert!(said.contains("ladder.toml:5:") && said.contains(hint), "{bad}: {said}");
    }
}

/// The draft is gone, and so the post is there.
#[tokio::test]
async fn asking_for_a_draft_twice_makes_one_post() {
    let house = house("", |settings| settings).await;
    house.api.order(Fault::AnswerLost);
    assert!(matches!(house.send(&article("Hi.")).await, Err(SendError::Unknown { .. })));
    // Somebody asks for the same draft once more, as a run that was late would.
    let api = Api::open(&site(&house), house.folder.path()).await.unwrap();
    let variant = Variant::Article(article("Hi."));
    let part = house.channel.payload(&variant, &identity()).value.unwrap().parts.remove(0);
    let attempt = attempt(house.folder.path(), variant);
    let gone = serde_json::json!({ "id": "64c0ffee0000000000000011", "content": { "markdown": "Hi." } });
    let gone = post::Post::of(&api, &gone).unwrap();
    let again = api.publish(&gone, &part, &attempt).await;
    assert!(matches!(again, Err(SendError::NotYet { wait: Some(_), .. })));
    let receipt = house.send(&article("Hi.")).await.unwrap();
    assert_eq!(house.api.timeline().len(), 1);
    assert_eq!(receipt.id, Some(house.api.timeline()[0].id.clone()));
}

fn site(house: &House) -> Site {
    let mut credentials = Credentials::of("hash");
    let table = "adapter = \"hashnode\"\naccess_token = { file = \"token\" }\n";
    let mut problems = Vec::new();
    let mut sources = Sources::new();
    let id = sources.add("ladder.toml", &format!("[brand]\nname = \"Acme\"\n[channels.hash]\n{table}"));
    let project = crate::ladder::parse_project(&sources, id, &["hashnode"]).value.unwrap();
    let rest = project.channels[0].rest.clone();
    let mut reader = Reader::new(rest, FIELDS, "`[channels.hash]`".to_owned(), &mut problems);
    credentials.take(&mut reader, "access_token");
    let (account, base_url) = ("hashnode:acme".to_owned(), house.api.base_url().to_owned());
    Site { account, credentials, base_url, live: None }
}

#[tokio::test]
async fn an_upload_goes_to_the_web_and_to_no_machine_of_this_house() {
    let house = house("", |settings| settings).await;
    let mut remote = Api::open(&site(&house), house.folder.path()).await.unwrap();
    for here in ["http://127.0.0.1:9/upload/x", "https://s3.example.com/a?X-Amz=1"] {
        assert!(remote.may_lead_to(here), "{here}");
    }
    remote.base_url = "https://gql-beta.hashnode.com".to_owned();
    assert!(remote.may_lead_to("https://cdn.hashnode.com/x.png"));
    for bad in [
        "http://cdn.hashnode.com/x.png",
        "http://127.0.0.1:9/upload/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://10.0.0.7/x",
        "https://localhost/x",
        "https://a.localhost/x",
        "https://intranet/x",
        "https://x.internal/x",
        "https://x.lan/x",
        "https://x.local./x",
        "https://me:pw@cdn.hashnode.com/x",
        "https://cdn.hashnode.com:8443/x",
        "file:///etc/passwd",
        "",
    ] {
        assert!(!remote.may_lead_to(bad), "{bad}");
    }
}

#[tokio::test]
async fn the_token_does_not_go_where_images_are_brought() {
    let house = house("", |settings| settings).await;
    let own = picture("a.png", b"a.png");
    let variant = Article { media: vec![own.clone()], cover: Some(own), ..article("Hi.") };
    // Its bytes are none of an image's: Hashnode takes them away again.
    let sent = house.send(&variant).await;
    assert!(matches!(&sent, Err(SendError::Refused { says }) if says.contains("messages/a.png")), "{sent:?}");
    let brought: Vec<_> = house.api.log().into_iter().filter(|logged| logged.method == "PUT").collect();
    assert_eq!(brought.len(), 1);
    assert!(
        brought[0].header("authorization").is_none()
            && brought[0].header("content-type") == Some("image/png")
    );
}

#[test]
fn what_hashnode_does_not_take_is_told_before_it_is_sent() {
    let sent = |article: Article| {
        let made = configured("adapter = \"hashnode\"\naccess_token = { env = \"T\" }\n").value.unwrap();
        let payload = made.channel.payload(&Variant::Article(article), &identity());
        let rules: Vec<&str> = payload.problems.iter().map(|problem| problem.rule).collect();
        (payload.value.unwrap().parts.remove(0), rules)
    };
    assert_eq!(sent(Article { slug: "It Lands".to_owned(), ..article("Hi.") }).1, ["bad-slug"]);
    let tags: Vec<String> = (0..16).map(|n| format!("tag {n}")).collect();
    assert_eq!(sent(Article { tags, ..article("Hi.") }).1, ["tags-left-out"]);
    let tags = vec!["Rocket & Science".to_owned(), "rocket science".to_owned()];
    let (part, rules) = sent(Article { tags, ..article("Hi.") });
    assert!(rules.is_empty());
    assert_eq!(
        part.body["tags"],
        serde_json::json!([{ "slug": "rocket-science", "name": "Rocket & Science" }])
    );
    let mut large = picture("a.png", b"x");
    large.bytes = 9 * 1024 * 1024;
    assert_eq!(sent(Article { cover: Some(large), ..article("Hi.") }).1, ["image-too-large"]);
    let (one, mut other) = (picture("a.png", b"x"), picture("a.png", b"y"));
    other.name = "a.png".to_owned();
    let two = Article { media: vec![one, other], ..article("![A](a.png)") };
    assert_eq!(sent(two).1, ["same-name"]);
}

#[test]
fn the_id_of_a_post_stands_in_the_address_of_its_discussion() {
    let at = |address: &str| post_at(address, Some("acme.hashnode.dev"), "https://gql-beta.hashnode.com");
    assert_eq!(at("https://acme.hashnode.dev/it-lands"), Ok(None));
    let id = "64c0ffee64c0ffee64c0ffee";
    assert_eq!(at(&format!("https://hashnode.com/posts/it-lands/{id}")), Ok(Some(id.to_owned())));
    for bad in ["https://acme.hashnode.dev/", "https://evil.example/x", "acme"] {
        assert!(at(bad).is_err(), "{bad}");
    }
    // A host of its own is not known by an id.
    assert_eq!(post_at("https://blog.acme.example/x", Some(id), "https://gql-beta.hashnode.com"), Ok(None));
}

#[tokio::test]
async fn what_is_led_elsewhere_is_no_answer() {
    for (more, is_told) in [("publication = \"64c0ffee64c0ffee64c0ffee\"\n", true), ("", false)] {
        let house = house(more, |settings| settings).await;
        house.api.order_upon(Upon::Any, Fault::Redirect("http://127.0.0.1:1/deprecated".to_owned()));
        // A host says nothing to the API: who it is has to be asked once more.
        match house.channel.verify(house.folder.path()).await {
            Ok(Whose::Foreign(_)) => assert!(is_told),
            other => assert!(!is_told && matches!(other, Err(SendError::NotYet { .. })), "{other:?}"),
        }
    }
}
