//! The cases by which senders of Webmentions are judged (W3C Webmention, 2017-01-12,
//! 3.1 and 4), and those by which they are misled: pages and receivers of strangers,
//! played by a server in this process.

use super::bench::configured;
use super::files;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::Response;
use ladder::channel::{Change, Channel, Edited, Found, Removed, SendError};
use ladder::plan::{Begun, Payload, Receipt};
use ladder::render::{Article, Variant};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

pub(super) const SOURCE: &str = "https://ours.example/post";

/// The status of what takes a question and never answers.
pub(super) const SILENT: u16 = 0;

/// What stands at an address: status, headers, body.
type Page = (u16, Vec<(&'static str, String)>, Vec<u8>);

/// How a target names its endpoint: its path, its headers, its HTML; and which that is.
type Case<'a> = (&'a str, Vec<(&'static str, &'a str)>, &'a str, Option<&'a str>);

/// A web, and all that was posted to it: to which address, in which words.
#[derive(Clone, Default)]
pub(super) struct Web {
    pages: Arc<Mutex<BTreeMap<String, Page>>>,
    posted: Arc<Mutex<Vec<(String, String)>>>,
}

impl Web {
    pub(super) async fn start() -> (Web, String) {
        let web = Web::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(web.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (web, address)
    }

    /// A page there, of HTML.
    pub(super) fn page(&self, url: &str, headers: &[(&'static str, &str)], html: &str) {
        let mut all = vec![("content-type", "text/html; charset=utf-8".to_owned())];
        all.extend(headers.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self.stand(url, 200, all, html.as_bytes().to_vec());
    }

    /// Anything there.
    pub(super) fn stand(&self, url: &str, status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8>) {
        self.pages.lock().unwrap().insert(url.to_owned(), (status, headers, body));
    }

    /// The endpoints that were asked so far, each with what it was told of.
    pub(super) fn posted(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.posted.lock().unwrap())
    }
}

async fn answer(State(web): State<Web>, request: Request) -> Response<Body> {
    let path = request.uri().path_and_query().unwrap().as_str();
    let url = path.trim_start_matches('/').replacen('/', "://", 1);
    let agent = request.headers()["user-agent"].to_str().unwrap().to_owned();
    assert!(agent.starts_with("ladder/"), "{agent}");
    if request.method() == "POST" {
        assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
        let body = to_bytes(request.into_body(), 10_000).await.unwrap();
        web.posted.lock().unwrap().push((url.clone(), String::from_utf8(body.to_vec()).unwrap()));
    }
    let (status, headers, body) =
        web.pages.lock().unwrap().get(&url).cloned().unwrap_or((404, vec![], vec![]));
    if status == SILENT {
        std::future::pending::<()>().await;
    }
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).unwrap()
}

/// A channel that tells, with nothing around it.
pub(super) struct Sender {
    folder: tempfile::TempDir,
    channel: Box<dyn Channel>,
}

impl Sender {
    pub(super) fn of(adapter: &str, address: &str) -> Sender {
        let table = format!("[channels.told]\nadapter = \"{adapter}\"\nbase_url = \"{address}\"\n");
        let feed = if adapter == "websub" { "feed = \"https://ours.example/feed.xml?a=1&b\"\n" } else { "" };
        Sender {
            folder: tempfile::tempdir().unwrap(),
            channel: configured(&format!("{table}{feed}")).channel,
        }
    }

    fn payload(&self, variant: &Variant) -> Payload {
        let attempt = files::attempt(&*self.channel, variant, self.folder.path(), "m");
        self.channel.payload(variant, &attempt.identity).value.unwrap()
    }

    /// The first try, that many hours ago begun.
    pub(super) async fn send(&self, variant: &Variant, hours: i64) -> Result<Receipt, SendError> {
        self.send_the_rest(variant, None, hours).await
    }

    /// A later one: this much was done then.
    pub(super) async fn send_the_rest(
        &self,
        variant: &Variant,
        done: Option<String>,
        hours: i64,
    ) -> Result<Receipt, SendError> {
        let mut attempt = files::attempt(&*self.channel, variant, self.folder.path(), "m");
        let since = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours);
        attempt.first_tried = since;
        attempt.begun = done.map(|done| Begun { done, since });
        let part = self.payload(variant).parts.remove(0);
        assert_eq!(self.channel.find(&part, &attempt).await.unwrap(), Found::Absent);
        self.channel.send(&part, &attempt).await
    }

    pub(super) async fn remove(&self, variant: &Variant) -> Result<Removed, SendError> {
        let attempt = files::attempt(&*self.channel, variant, self.folder.path(), "m");
        self.channel.take_down(&self.payload(variant).parts[0], &Receipt::default(), &attempt).await
    }

    async fn edit(&self, before: &Variant, after: &Variant) -> Result<Edited, SendError> {
        self.edit_the_rest((before, &Receipt::default()), after, None, 0).await
    }

    /// A later try, of what has that receipt.
    pub(super) async fn edit_the_rest(
        &self,
        (before, receipt): (&Variant, &Receipt),
        after: &Variant,
        done: Option<String>,
        hours: i64,
    ) -> Result<Edited, SendError> {
        let mut attempt = files::attempt(&*self.channel, after, self.folder.path(), "m");
        let since = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours);
        attempt.begun = done.map(|done| Begun { done, since });
        let part = |variant| self.payload(variant).parts.remove(0);
        let change = Change { before: part(before), after: part(after) };
        self.channel.can_edit(&change).unwrap();
        self.channel.edit(&change, receipt, &attempt).await
    }
}

fn links(targets: &[&str]) -> String {
    targets.iter().map(|target| format!("<p><a href=\"{}\">x</a>", target.replace('&', "&amp;"))).collect()
}

/// Our article that links to them.
pub(super) fn article(targets: &[&str]) -> Variant {
    let Variant::Article(article) = files::article() else { unreachable!() };
    Variant::Article(Article { html: links(targets), canonical: Some(SOURCE.to_owned()), ..article })
}

/// What a "not yet" says.
pub(super) fn says(error: SendError) -> String {
    assert!(matches!(error, SendError::NotYet { .. }), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn each_way_of_naming_an_endpoint_is_found_and_told_of_the_exact_address() {
    let (web, address) = Web::start().await;
    let link = |value: &'static str| vec![("link", value)];
    let cases: Vec<Case> = vec![
        ("h1", link("</w>; rel=webmention"), "", Some("https://t.example/w")),
        ("h2", link("<w?a=1&b=2>; rel=\"other WebMention\""), "", Some("https://t.example/w?a=1&b=2")),
        (
            "h3",
            vec![("link", "</no>; rel=me"), ("link", "<https://w.example/>; rel=webmention")],
            "",
            Some("https://w.example/"),
        ),
        ("h4", link("</w>; rel=webmention"), "<link rel=webmention href=/no>", Some("https://t.example/w")),
        (
            "p1",
            vec![],
            "<a rel=webmention href=/a>x</a><link rel=webmention href=/no>",
            Some("https://t.example/a"),
        ),
        (
            "p2",
            vec![],
            "<!-- <link rel=webmention href=/no> --><link rel=webmention href=w/x>",
            Some("https://t.example/w/x"),
        ),
        ("p3?q=1", vec![], "<link rel=webmention href=\"\">", Some("https://t.example/p3?q=1")),
        ("p4", vec![], "<a rel=webmention>x</a>&lt;link rel=webmention href=/no&gt;", None),
        (
            "p5",
            vec![],
            "<base href=https://b.example/x/><a rel='nofollow webmention' href=w?c=d&amp;e>x</a>",
            Some("https://b.example/x/w?c=d&e"),
        ),
    ];
    let targets: Vec<String> = cases.iter().map(|case| format!("https://t.example/{}", case.0)).collect();
    for (target, (_, headers, html, endpoint)) in targets.iter().zip(&cases) {
        web.page(target, headers, html);
        if let Some(endpoint) = endpoint.filter(|endpoint| *endpoint != target.as_str()) {
            web.stand(endpoint, 202, vec![], vec![]);
        }
    }
    // A target that is moved is told of by the address that the page has, by where it leads.
    let moved = "https://t.example/moved?x=%7e#Part";
    web.stand(
        "https://t.example/moved?x=%7e",
        301,
        vec![("location", "https://new.example/a/b".to_owned())],
        vec![],
    );
    web.page("https://new.example/a/b", &[], "<link rel=webmention href=w>");
    web.stand("https://new.example/a/w", 200, vec![], vec![]);
    // An endpoint that is moved takes the same form again; a picture has headers alone.
    web.page("https://t.example/m2", &[("link", "</m2w>; rel=webmention")], "");
    web.stand("https://t.example/m2w", 308, vec![("location", "/m3w".to_owned())], vec![]);
    web.stand("https://t.example/m3w", 201, vec![("location", "/status/7".to_owned())], vec![]);
    let image = vec![("content-type", "image/png".to_owned())];
    web.stand("https://t.example/i.png", 200, image, b"<link rel=webmention href=/no>".to_vec());
    let mut all: Vec<&str> = targets.iter().map(String::as_str).collect();
    all.extend([moved, "https://t.example/m2", "https://t.example/i.png"]);
    web.page(SOURCE, &[], &links(&all));
    let sender = Sender::of("webmention", &address);
    let receipt = sender.send(&article(&all), 0).await.unwrap();

    let form = |target: &str| {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("source", SOURCE).append_pair("target", target).finish()
    };
    let mut wanted: Vec<(String, String)> = targets
        .iter()
        .zip(&cases)
        .filter_map(|(target, case)| Some((case.3?.to_owned(), form(target))))
        .collect();
    wanted.push(("https://new.example/a/w".to_owned(), form(moved)));
    wanted.push(("https://t.example/m2w".to_owned(), form("https://t.example/m2")));
    wanted.push(("https://t.example/m3w".to_owned(), form("https://t.example/m2")));
    let mut posted = web.posted();
    posted.sort();
    wanted.sort();
    assert_eq!(posted, wanted);
    let detail = receipt.detail.unwrap();
    assert!(detail.starts_with("10 of 12 told; "), "{detail}");
    for told in [
        "https://t.example/p4: takes no mentions",
        "https://t.example/i.png: takes no mentions",
        "what becomes of it: https://t.example/status/7",
        "https://t.example/h2: told (202 by https://t.example/w?a=1&b=2)",
    ] {
        assert!(detail.contains(told), "no {told}: {detail}");
    }
}

#[tokio::test]
async fn what_one_answers_stops_no_other_and_is_told() {
    let (web, address) = Web::start().await;
    let targets = [
        "https://refuses.example/",
        "https://gone.example/",
        "https://busy.example/",
        "https://evil.example/1",
        "https://evil.example/2",
        "https://evil.example/3",
        "https://takes.example/",
        "https://round.example/",
        "https://there.example/",
    ];
    web.stand(targets[7], 301, vec![("location", "https://about.example/".to_owned())], vec![]);
    web.stand("https://about.example/", 308, vec![("location", targets[7].to_owned())], vec![]);
    // What leads to a round only by its endpoint.
    web.page(targets[8], &[("link", "<https://round.example/>; rel=webmention")], "");
    let named =
        |url: &str, endpoint: &str| web.page(url, &[("link", &format!("<{endpoint}>; rel=webmention"))], "");
    named(targets[0], "/w");
    web.stand("https://refuses.example/w", 400, vec![], b"No \x1b[31mlink\r\n  found here.".to_vec());
    web.stand(targets[1], 410, vec![], vec![]);
    named(targets[2], "/w");
    web.stand("https://busy.example/w", 503, vec![("retry-after", "77".to_owned())], vec![]);
    named(targets[3], "http://127.0.0.1:9/w");
    named(targets[4], "http://[::ffff:10.0.0.1]/w");
    web.stand(targets[5], 302, vec![("location", "http://2130706433/".to_owned())], vec![]);
    named(targets[6], "/w");
    web.stand("https://takes.example/w", 200, vec![], vec![]);
    web.page(SOURCE, &[], &links(&targets));
    let sender = Sender::of("webmention", &address);
    let told = sender.send(&article(&targets), 0).await;
    let Err(SendError::Partly { says, wait, mut done }) = told else { panic!("{told:?}") };
    assert_eq!(wait.unwrap().as_secs(), 600);
    let open = "1 of 9 told; https://busy.example/: not told: its endpoint: it answered 503; who does not answer by ";
    assert!(says.starts_with(open) && says.ends_with(" UTC is left alone"), "{says}");
    let posted = |web: &Web| {
        let all = web.posted().into_iter().map(|(url, _)| url);
        all.filter(|url| url.ends_with("/w")).collect::<Vec<String>>()
    };
    assert_eq!(posted(&web).len(), 3);
    // Who was told, or said no, is not asked again; the others ever less often.
    for wait in [3600, 6 * 3600, 6 * 3600] {
        let again = sender.send_the_rest(&article(&targets), Some(done), 23).await;
        let Err(SendError::Partly { wait: next, done: now, .. }) = again else { panic!("{again:?}") };
        assert_eq!(next.unwrap().as_secs(), wait);
        done = now;
    }
    // Whoever wants more time gets it; a day after the first time it is over.
    web.stand("https://busy.example/w", 503, vec![("retry-after", "30000".to_owned())], vec![]);
    let again = sender.send_the_rest(&article(&targets), Some(done.clone()), 23).await;
    let Err(SendError::Partly { wait: Some(wait), .. }) = again else { panic!("{again:?}") };
    assert_eq!(wait.as_secs(), 30_000);
    let receipt = sender.send_the_rest(&article(&targets), Some(done), 25).await.unwrap();
    assert_eq!(posted(&web), ["https://busy.example/w"; 5]);
    // Of what was done and cannot be read nothing is known: all are told once more.
    for odd in ["", "{", "[]", "{\"heard\":{\"https://takes.example/\":7}}"] {
        assert!(sender.send_the_rest(&article(&targets), Some(odd.to_owned()), 25).await.is_ok());
        assert_eq!(posted(&web).len(), 3, "{odd}");
    }
    assert_eq!((receipt.id.as_deref(), receipt.url), (Some(SOURCE), None));
    let detail = receipt.detail.unwrap();
    assert!(
        detail.starts_with(
            "1 of 9 told; https://refuses.example/: refused it (400 by https://refuses.example/w: No "
        ),
        "{detail}"
    );
    assert!(!detail.contains(['\x1b', '\r', '\n']), "{detail:?}");
    let round = "it leads from one address to the next without an end";
    let private = "it leads to a private address, which is not asked";
    for told in [
        "https://gone.example/: not told: its page answered 410".to_owned(),
        format!("https://evil.example/1: not told: of its endpoint: {private}"),
        format!("https://evil.example/2: not told: of its endpoint: {private}"),
        format!("https://evil.example/3: not told: {private}"),
        format!("https://round.example/: not told: {round}"),
        format!("https://there.example/: not told: of its endpoint: {round}"),
        "https://takes.example/: told (200 by https://takes.example/w)".to_owned(),
    ] {
        assert!(detail.contains(&told), "no {told}: {detail}");
    }
}

#[tokio::test]
async fn nobody_is_told_before_the_page_is_there_and_links_to_them() {
    let (web, address) = Web::start().await;
    let (one, two) = ("https://t.example/?a=1&b=2", "https://t.example/two");
    for target in [one, two] {
        web.page(target, &[("link", "<https://t.example/w>; rel=webmention")], "");
    }
    web.stand("https://t.example/w", 200, vec![], vec![]);
    let sender = Sender::of("webmention", &address);
    let post = article(&[one, two]);
    assert_eq!(says(sender.send(&post, 0).await.unwrap_err()), "its page is not there yet (it answered 404)");
    web.page(SOURCE, &[], &links(&[one]));
    let missing = says(sender.send(&post, 0).await.unwrap_err());
    assert_eq!(missing, "its page is there, and does not link to https://t.example/two yet");
    web.stand(SOURCE, 200, vec![("content-type", "text/plain".to_owned())], vec![]);
    assert!(matches!(sender.send(&post, 0).await, Err(SendError::Mendable { .. })));
    assert_eq!(web.posted(), []);
    // A site that has left a link out for an hour will not put it there.
    web.page(SOURCE, &[], &links(&[one]));
    let detail = sender.send(&post, 2).await.unwrap().detail.unwrap();
    assert!(
        detail.starts_with("1 of 2 told; https://t.example/two: not told: the page does not link to it"),
        "{detail}"
    );
    // A site may spell an address otherwise: receivers look for what stands in the page.
    web.posted();
    web.page(SOURCE, &[], "<a href=\"HTTPS://T.example:443/?a=1&#38;b=2\">x</a><a href='/two'>no</a>");
    sender.send(&article(&[one]), 0).await.unwrap();
    let posted = web.posted().remove(0).1;
    assert!(posted.ends_with("target=HTTPS%3A%2F%2FT.example%3A443%2F%3Fa%3D1%26b%3D2"), "{posted}");
    // Nobody to tell is nothing to do.
    let nobody = sender.send(&article(&["https://ours.example/else"]), 0).await.unwrap();
    assert!(nobody.detail.unwrap().contains("nobody to tell"));
    assert_eq!(web.posted(), []);
}

#[tokio::test]
async fn after_an_edit_old_and_new_are_told_and_after_the_page_is_gone_all() {
    let (web, address) = Web::start().await;
    let all = ["https://t.example/old", "https://t.example/stays", "https://t.example/new"];
    for target in all {
        web.page(target, &[], "<link rel=webmention href=/w>");
    }
    web.stand("https://t.example/w", 200, vec![], vec![]);
    let sender = Sender::of("webmention", &address);
    let (before, after) = (article(&all[..2]), article(&all[1..]));
    web.page(SOURCE, &[], &links(&all));
    let still = says(sender.edit(&before, &after).await.unwrap_err());
    assert!(still.contains("still links to https://t.example/old"), "{still}");
    web.page(SOURCE, &[], &links(&all[1..]));
    let Edited::Done(receipt) = sender.edit(&before, &after).await.unwrap() else { panic!() };
    assert!(receipt.detail.unwrap().starts_with("3 of 3 told"));
    assert_eq!(web.posted().len(), 3);

    let stands = says(sender.remove(&after).await.unwrap_err());
    assert!(stands.contains("still stands (it answered 200)") && stands.contains("410"), "{stands}");
    for (status, html) in [(410, ""), (404, ""), (200, "<p>nothing")] {
        web.stand(SOURCE, status, vec![("content-type", "text/html".to_owned())], html.as_bytes().to_vec());
        assert_eq!(sender.remove(&after).await.unwrap(), Removed::Gone, "{status}");
        assert_eq!(web.posted().len(), 2, "{status}");
    }
    web.stand(SOURCE, 500, vec![], vec![]);
    says(sender.remove(&after).await.unwrap_err());
}
