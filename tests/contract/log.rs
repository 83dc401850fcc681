//! The log of a simulated network, judged apart from the network: what it takes,
//! it may take because it and the adapter share a mistake, and what it refuses,
//! it may hide (a post that is sent twice is there once where repetitions are
//! refused).

use super::bench::{self, Bench};
use super::rows::{WAYS, Way};
use ladder::rehearsal::{Fault, Logged, LoggedBody, Running};
use ladder::render::Variant;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong with a request, whatever became of it.
fn odd(way: &Way, logged: &Logged) -> Vec<String> {
    let mut odd = Vec::new();
    let mut wants = |good: bool, what: &str| {
        if !good {
            odd.push(format!("{} {}: {what}", logged.method, logged.path));
        }
    };
    let scheme = match way.table {
        table if table.contains("consumer_key") => "OAuth «secret»",
        table if table.contains("app_password") && way.adapter != "bluesky" => "Basic «secret»",
        _ => "Bearer «secret»",
    };
    // What everybody may ask Bluesky is asked without a token, and so is for one.
    let is_open =
        [".createSession", ".getRecord", ".resolveHandle"].iter().any(|end| logged.path.ends_with(end));
    let scheme = Some(scheme).filter(|_| !(way.adapter == "bluesky" && is_open));
    wants(logged.header("authorization") == scheme, "authorization");
    wants(logged.header("user-agent").is_some_and(|agent| agent.starts_with("ladder/")), "user-agent");
    wants(logged.header("cookie").is_none(), "a cookie");
    wants(logged.query.iter().all(|(name, _)| name != "access_token"), "a token in the address");
    let kind = logged.header("content-type").unwrap_or_default();
    let fits = match &logged.body {
        LoggedBody::Nothing => kind.is_empty(),
        LoggedBody::Json(_) => kind == "application/json",
        LoggedBody::Form(_) => kind == "application/x-www-form-urlencoded",
        LoggedBody::Parts(_) => kind.starts_with("multipart/form-data; boundary="),
        LoggedBody::Bytes(..) => kind.starts_with("image/"),
        LoggedBody::Broken(_) => false,
    };
    wants(fits, &format!("content-type {kind:?}"));
    match way.adapter {
        "x" => of_x(logged, &mut wants),
        "facebook" => of_facebook(way, logged, &mut wants),
        "bluesky" => of_bluesky(logged, &mut wants),
        "mastodon" => of_mastodon(logged, &mut wants),
        "wordpress" => of_wordpress(logged, &mut wants),
        _ => of_linkedin(logged, &mut wants),
    }
    odd
}

/// Whether an object has these keys and no other.
fn only(value: &Value, known: &[&str]) -> bool {
    value.as_object().is_some_and(|object| object.keys().all(|key| known.contains(&key.as_str())))
}

/// X's own count, for texts without links: 280 of weight 1, or half of what is beyond Latin.
fn weight(text: &str) -> usize {
    let light = |c: char| matches!(u32::from(c), 0..=4351 | 8192..=8205 | 8208..=8223 | 8242..=8247);
    text.chars().map(|c| if light(c) { 1 } else { 2 }).sum()
}

fn of_x(logged: &Logged, wants: &mut impl FnMut(bool, &str)) {
    wants(logged.path.starts_with("/2/"), "a path of no API");
    if (logged.method.as_str(), logged.path.as_str()) != ("POST", "/2/tweets") {
        return;
    }
    let LoggedBody::Json(body) = &logged.body else { return wants(false, "a post that is no JSON") };
    wants(only(body, &["text", "media", "reply"]), "a field that no post has");
    let text = body["text"].as_str().unwrap_or_default();
    wants(text.contains("://") || weight(text) <= 280, "a text that is too long");
    if let Some(media) = body.get("media") {
        wants(only(media, &["media_ids"]), "a field that no media have");
        let ids: Vec<&str> =
            media["media_ids"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let different: BTreeSet<&&str> = ids.iter().collect();
        wants((1..=4).contains(&ids.len()) && different.len() == ids.len(), "media that are not 1 to 4");
    }
    if let Some(reply) = body.get("reply") {
        wants(only(reply, &["in_reply_to_tweet_id"]), "a field that no reply has");
        wants(reply["in_reply_to_tweet_id"].is_string(), "a reply to nothing");
    }
}

fn of_bluesky(logged: &Logged, wants: &mut impl FnMut(bool, &str)) {
    wants(logged.path.starts_with("/xrpc/com.atproto."), "a path of no API");
    if !logged.path.ends_with(".putRecord") {
        return;
    }
    let LoggedBody::Json(body) = &logged.body else { return wants(false, "a post that is no JSON") };
    wants(
        only(body, &["repo", "collection", "rkey", "swapRecord", "record"])
            && body.as_object().unwrap().len() == 5,
        "a field too many, or too few",
    );
    wants(body["swapRecord"].is_null(), "written over what stands there");
    wants(body["rkey"].as_str().is_some_and(|key| key.len() == 13), "a key that is no TID");
    let record = &body["record"];
    let known = ["$type", "text", "createdAt", "langs", "facets", "embed", "reply"];
    wants(only(record, &known), "a field that no post has");
    wants(
        record["text"].as_str().is_some_and(|text| text.chars().count() <= 3000),
        "a text that is too long",
    );
    wants(record["createdAt"].as_str().is_some_and(|at| at.ends_with('Z')), "no time");
    let images = record.pointer("/embed/images").and_then(Value::as_array).into_iter().flatten();
    let names: Vec<String> = images.map(|image| image["image"]["ref"].to_string()).collect();
    let different: BTreeSet<&String> = names.iter().collect();
    wants(names.len() <= 4 && different.len() == names.len(), "more than four images, or one twice");
}

fn of_mastodon(logged: &Logged, wants: &mut impl FnMut(bool, &str)) {
    wants(logged.path.starts_with("/api/v1/") || logged.path == "/api/v2/media", "a path of no API");
    if let LoggedBody::Parts(parts) = &logged.body {
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        wants(logged.path == "/api/v2/media", "a form that is no upload");
        wants(names == ["description", "file"] || names == ["file"], "a field that no upload has");
        wants(parts.iter().all(|part| part.text.as_deref() != Some("")), "alt text that is empty");
    }
    let is_post = (logged.method.as_str(), logged.path.as_str()) == ("POST", "/api/v1/statuses");
    let key = logged.header("idempotency-key");
    wants(key.is_some() == is_post, "the key of a post");
    wants(key.is_none_or(|key| key.len() == 64), "a key that says something");
    let LoggedBody::Json(body) = &logged.body else { return wants(!is_post, "a post that is no JSON") };
    let of_post =
        ["status", "visibility", "language", "spoiler_text", "sensitive", "media_ids", "in_reply_to_id"];
    wants(only(body, &of_post), "a field that no post has");
    wants(is_post || body.get("visibility").is_none(), "another visibility");
    let text = body["status"].as_str().unwrap_or_default();
    wants(
        text.contains("://") || text.contains('@') || text.chars().count() <= 500,
        "a text that is too long",
    );
    let ids: Vec<&Value> = body["media_ids"].as_array().into_iter().flatten().collect();
    let different: BTreeSet<&str> = ids.iter().filter_map(|id| id.as_str()).collect();
    wants(ids.len() <= 4 && different.len() == ids.len(), "media that are not up to 4 different ones");
    wants(body.get("in_reply_to_id").is_none_or(Value::is_string), "a reply to nothing");
    wants(body["language"].as_str().is_none_or(|language| language.len() == 2), "a language by another name");
}

fn of_facebook(way: &Way, logged: &Logged, wants: &mut impl FnMut(bool, &str)) {
    wants(logged.path.starts_with("/v26.0/"), "a call without its version");
    let proven = logged.query.iter().any(|(name, value)| name == "appsecret_proof" && value == "«secret»");
    wants(proven == way.table.contains("app_secret"), "the proof of the app");
    let fields: Vec<(&str, &str)> = match &logged.body {
        LoggedBody::Form(fields) => {
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
        }
        LoggedBody::Parts(parts) => {
            parts.iter().map(|part| (part.name.as_str(), part.text.as_deref().unwrap_or_default())).collect()
        }
        _ => Vec::new(),
    };
    let names: BTreeSet<&str> = fields.iter().map(|(name, _)| *name).collect();
    wants(names.len() == fields.len(), "a field twice");
    let end = logged.path.rsplit('/').next().unwrap_or_default();
    let known: &[&str] = match (logged.method.as_str(), end) {
        ("POST", "feed") => &["message", "link", "fields"],
        ("POST", "photos") => &["source", "alt_text_custom", "message", "published"],
        ("POST", "comments") => &["message"],
        // Other words for a post that is there.
        ("POST", id) if id.starts_with("1234567890_") => &["message"],
        ("POST", _) => return wants(false, "a call that nobody knows"),
        _ => &[],
    };
    let attached: Vec<&&str> = names.iter().filter(|name| name.starts_with("attached_media[")).collect();
    let strange = names.iter().find(|name| !known.contains(name) && !attached.contains(name));
    wants(strange.is_none() && (attached.is_empty() || end == "feed"), &format!("the field {strange:?}"));
    let counted = (0..attached.len()).all(|at| names.contains(format!("attached_media[{at}]").as_str()));
    wants(counted && attached.len() != 1, "media that are not counted from 0");
    wants(attached.is_empty() || !names.contains("link"), "a card beside media");
    let long = fields.iter().any(|(name, value)| *name == "message" && value.encode_utf16().count() > 63_206);
    wants(!long, "a text that is too long");
    let hidden = fields.contains(&("published", "false"));
    wants(!(hidden && names.contains("message")), "words on a photo that nobody sees");
}

fn of_wordpress(logged: &Logged, wants: &mut impl FnMut(bool, &str)) {
    wants(logged.path.starts_with("/wp-json/wp/v2/"), "a path of no API");
    let end = logged.path.rsplit('/').next().unwrap_or_default();
    let is_post = logged.path.contains("/posts");
    let asks = |name: &str, value: &str| logged.query.contains(&(name.to_owned(), value.to_owned()));
    if logged.method == "GET" && is_post {
        wants(asks("context", "edit"), "raw words that nobody asked for");
        wants(end != "posts" || asks("status", "any"), "a list without what is no post yet");
    }
    if let (true, "POST", LoggedBody::Json(body)) = (is_post, logged.method.as_str(), &logged.body) {
        let known = [
            "title",
            "slug",
            "status",
            "content",
            "excerpt",
            "categories",
            "tags",
            "featured_media",
            "author",
            "comment_status",
        ];
        wants(only(body, &known), "a field that no post has");
        wants(end != "posts" || body["status"] == "draft", "a post that is there before it is whole");
        let numbers = |key: &str| {
            body.get(key).is_none_or(|ids| ids.as_array().is_some_and(|ids| ids.iter().all(Value::is_u64)))
        };
        wants(numbers("tags") && numbers("categories"), "terms that are no numbers");
        let content = body["content"].as_str().unwrap_or_default();
        wants(!content.contains('['), "what could be a shortcode");
        wants(body.get("content").is_none() || content.contains("<!-- ladder:"), "a text without its mark");
        let relative = content.split("<img ").skip(1).any(|tag| !tag.contains("src=\"http"));
        wants(!relative, "a picture that is nowhere");
        wants(
            body.get("slug").is_none_or(|slug| !slug.as_str().unwrap_or_default().is_empty()),
            "an empty slug",
        );
    }
    if let LoggedBody::Bytes(..) = logged.body {
        let name = logged.header("content-disposition").unwrap_or_default();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        let name = name.strip_prefix("attachment; filename=\"").and_then(|name| name.strip_suffix('"'));
        wants(name.is_some_and(|name| name.chars().all(plain)), "a file's name that is not plain");
    }
}

/// Whether everything that means something in little text is escaped, but for
/// hashtags and mentions.
fn is_little_text(text: &str) -> bool {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let step = match c {
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            '#' if rest[1..].starts_with(char::is_alphanumeric) => 1,
            '{' if rest.starts_with("{hashtag|\\#|") => rest.find('}').map_or(0, |end| end + 1),
            '@' if rest.starts_with("@[") => rest.find(')').map_or(0, |end| end + 1),
            '|' | '{' | '}' | '@' | '[' | ']' | '(' | ')' | '<' | '>' | '#' | '*' | '_' | '~' => 0,
            c => c.len_utf8(),
        };
        if step == 0 {
            return false;
        }
        rest = &rest[step..];
    }
    true
}

fn of_linkedin(logged: &Logged, wants: &mut impl FnMut(bool, &str)) {
    if logged.path.starts_with("/rest/") {
        wants(logged.header("linkedin-version") == Some("202606"), "LinkedIn-Version");
        wants(logged.header("x-restli-protocol-version") == Some("2.0.0"), "X-Restli-Protocol-Version");
    }
    let row = logged.header("x-restli-method");
    wants(logged.method != "DELETE" || row == Some("DELETE"), "X-RestLi-Method of a deletion");
    let finds = logged.query.iter().any(|(name, _)| name == "q");
    wants(!finds || row == Some("FINDER"), "X-RestLi-Method of a search");
    let LoggedBody::Json(body) = &logged.body else { return };
    if logged.path.ends_with("/comments") {
        wants(
            only(body, &["actor", "object", "message"]) && only(&body["message"], &["text"]),
            "a comment's fields",
        );
        let long = body["message"]["text"].as_str().is_none_or(|text| text.encode_utf16().count() > 1250);
        wants(!long, "a comment that is too long");
        return;
    }
    if row == Some("PARTIAL_UPDATE") {
        let set = &body["patch"]["$set"];
        wants(logged.path.starts_with("/rest/posts/urn%3Ali%3A"), "an update of no post");
        wants(only(body, &["patch"]) && only(&body["patch"], &["$set"]), "an update's fields");
        wants(only(set, &["commentary"]), "an update of more than the words");
        let text = set["commentary"].as_str().unwrap_or_default();
        wants(is_little_text(text), "a text that ends where something is not escaped");
        return;
    }
    if logged.path != "/rest/posts" {
        return;
    }
    let known = [
        "author",
        "commentary",
        "visibility",
        "distribution",
        "lifecycleState",
        "isReshareDisabledByAuthor",
        "content",
    ];
    wants(only(body, &known), "a field that no post has");
    wants(known[..6].iter().all(|key| !body[*key].is_null()), "a field that is missing");
    let text = body["commentary"].as_str().unwrap_or_default();
    wants(is_little_text(text), "a text that ends where something is not escaped");
    let plain = text.replace("\\\\", "\u{1}").replace('\\', "");
    wants(plain.encode_utf16().count() <= 3000, "a text that is too long");
    let Some(content) = body.get("content") else { return };
    wants(content.as_object().is_some_and(|kinds| kinds.len() == 1), "content of several kinds");
    let images: Vec<&Value> = match (&content["media"], content["multiImage"]["images"].as_array()) {
        (Value::Null, Some(images)) => {
            wants((2..=20).contains(&images.len()), "images that are not 2 to 20");
            images.iter().collect()
        }
        (Value::Null, None) => Vec::new(),
        (media, _) => vec![media],
    };
    wants(images.iter().all(|image| only(image, &["id", "altText"])), "a field that no image has");
    let ids: BTreeSet<&str> = images.iter().filter_map(|image| image["id"].as_str()).collect();
    wants(ids.len() == images.len(), "images that are not all different");
    wants(images.iter().all(|image| image["altText"] != ""), "alt text that is empty");
    if let Some(article) = content.get("article") {
        wants(only(article, &["source", "title", "description", "thumbnail"]), "a field that no card has");
        wants(article["title"].as_str().is_some_and(|title| !title.is_empty()), "a card without a title");
    }
}

/// The words of a request that makes something readers see, and where.
fn said(logged: &Logged) -> Option<String> {
    let end = logged.path.rsplit('/').next().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let words = match (logged.method.as_str(), end, &logged.body) {
        ("POST", "tweets", LoggedBody::Json(body)) => text(&body["text"]),
        ("POST", "com.atproto.repo.putRecord", LoggedBody::Json(body)) => text(&body["record"]["text"]),
        ("POST", "statuses", LoggedBody::Json(body)) => text(&body["status"]),
        ("POST", "posts", LoggedBody::Json(body)) => text(&body["commentary"]),
        ("POST", _, LoggedBody::Json(body)) if body["status"] == "publish" => text(&body["status"]),
        ("POST", "comments", LoggedBody::Json(body)) => text(&body["message"]["text"]),
        ("POST", "feed" | "comments", LoggedBody::Form(fields)) => fields
            .iter()
            .find(|(name, _)| name == "message")
            .map(|(_, value)| value.clone())
            .unwrap_or_default(),
        ("POST", "photos", LoggedBody::Parts(parts)) if parts.iter().all(|part| part.name != "published") => {
            parts
                .iter()
                .find(|part| part.name == "message")
                .and_then(|part| part.text.clone())
                .unwrap_or_default()
        }
        _ => return None,
    };
    Some(format!("{} {words}", logged.path))
}

/// What was sent once more after it was done: the network may have refused that,
/// and should not have been asked.
pub fn sent_again(log: &[Logged]) -> Vec<String> {
    let mut done = BTreeSet::new();
    let mut again = Vec::new();
    for logged in log {
        let Some(said) = said(logged) else { continue };
        if done.contains(&said) {
            again.push(said.clone());
        }
        if logged.published {
            done.insert(said);
        }
    }
    again
}

/// Nothing was sent once more after it was done.
pub fn assert_once(network: &Running, case: &str) {
    let again = sent_again(&network.log());
    assert!(again.is_empty(), "{case}: sent again: {again:?}");
}

/// The pictures that were uploaded, in order, by what they hold.
fn uploads(log: &[Logged]) -> Vec<String> {
    let of = |logged: &Logged| match &logged.body {
        LoggedBody::Bytes(_, sha256) => Some(sha256.clone()),
        LoggedBody::Parts(parts) => {
            parts.iter().find(|part| part.file.is_some()).map(|part| part.sha256.clone())
        }
        _ => None,
    };
    log.iter().filter_map(of).collect()
}

/// The post, as the way can carry it, with everything in it that there is.
fn all_of(way: &Way) -> Vec<Variant> {
    if way.article {
        return vec![bench::plain(way), bench::rich(way)];
    }
    let mut one = bench::post(&["One (image) of it."]);
    one.parts[0].media = vec![bench::picture(8)];
    vec![bench::plain(way), bench::rich(way), bench::with_card(), Variant::Post(one)]
}

#[tokio::test]
async fn every_request_is_as_the_networks_pages_want_it() {
    for way in WAYS.iter() {
        for variant in all_of(way) {
            let bench = Bench::new(way).await;
            bench.channel.verify(bench.folder.path()).await.unwrap();
            let receipts = bench.send(&variant).await.unwrap_or_else(|error| panic!("{}: {error}", way.name));
            let _ = bench.find(&variant, jiff::SignedDuration::from_mins(40)).await;
            for change in bench.change(&variant).into_iter().filter(|c| bench.channel.can_edit(c).is_ok()) {
                let attempt = bench.attempt(&variant, 0, &[]);
                let _ = bench.channel.edit(&change, &receipts[0], &attempt).await;
            }
            for receipt in receipts.iter().rev() {
                let _ = bench.channel.remove(receipt, bench.folder.path()).await;
            }
            let log = bench.network.log();
            let odd: Vec<String> = log.iter().flat_map(|logged| odd(way, logged)).collect();
            assert!(odd.is_empty(), "{}: {odd:#?}", way.name);
            assert_once(&bench.network, way.name);
            let posted = log.iter().filter(|logged| logged.published).count();
            assert_eq!(posted, receipts.len(), "{}", way.name);
            // Nothing before it is known whose the credentials are.
            let signs_in = log[0].path.ends_with(".createSession");
            assert!(log[0].method == "GET" || signs_in, "{}: {:?}", way.name, log[0]);
            assert_eq!(uploads(&log), planned(way, &variant), "{}: each picture once, in order", way.name);
        }
    }
}

/// The pictures of a post in the order in which they should be uploaded.
fn planned(way: &Way, variant: &Variant) -> Vec<String> {
    let Variant::Post(post) = variant else {
        return variant.pictures().into_iter().skip(1).map(|picture| picture.sha256.clone()).collect();
    };
    let mut all: Vec<String> =
        post.parts.iter().flat_map(|part| &part.media).map(|picture| picture.sha256.clone()).collect();
    // Only who is told what the card shows takes its picture from us.
    let takes = ladder::text::network::find(way.adapter).is_some_and(|rules| rules.card_supplied);
    let card = post.card.as_ref().and_then(|card| card.image.as_ref()).filter(|_| takes);
    all.extend(card.map(|picture| picture.sha256.clone()));
    all
}

#[tokio::test]
async fn what_was_told_to_cost_is_what_the_log_costs() {
    for way in WAYS.iter().filter(|way| way.adapter == "x") {
        let mut linked = bench::post(&[
            "See acme.com",
            "It landed.",
            "https://acme.com/b and https://acme.com/c",
            "a@acme.com",
        ]);
        linked.parts[1].media = vec![bench::picture(3), bench::picture(4)];
        linked.parts[3].media = vec![bench::picture(5)];
        linked.parts[3].media[0].alt.clear();
        for variant in [bench::plain(way), bench::rich(way), Variant::Post(linked)] {
            let bench = Bench::new(way).await;
            bench.send(&variant).await.unwrap_or_else(|error| panic!("{}: {error}", way.name));
            // docs.x.com, pricing, 2026-08-13, in thousandths of a dollar.
            let mut costs: BTreeMap<&str, u64> = BTreeMap::new();
            for logged in bench.network.log() {
                let (what, price) = match (logged.path.as_str(), &logged.body) {
                    ("/2/media/metadata", _) => ("alt text", 5),
                    ("/2/tweets", LoggedBody::Json(body)) => {
                        let text = body["text"].as_str().unwrap();
                        let link = text
                            .split([' ', '\n'])
                            .any(|word| word.starts_with("acme.com") || word.starts_with("https://acme.com"));
                        if link { ("a post with a link", 200) } else { ("a post", 15) }
                    }
                    _ => continue,
                };
                *costs.entry(what).or_default() += price;
            }
            let told = bench.channel.price(&bench.payload(&variant)).unwrap();
            assert_eq!(told.0, costs.values().sum::<u64>() * 1000, "{}: {costs:?}", way.name);
        }
    }
}

#[tokio::test]
async fn a_repetition_that_the_network_refuses_is_seen_in_the_log() {
    for way in WAYS.iter().filter(|way| way.refuses_repeats) {
        let bench = Bench::new(way).await;
        let variant = bench::plain(way);
        let part = bench.payload(&variant).parts.remove(0);
        bench.network.order(Fault::AnswerLost);
        let attempt = bench.attempt(&variant, 0, &[]);
        assert!(bench.channel.send(&part, &attempt).await.is_err(), "{}", way.name);
        assert_once(&bench.network, way.name);
        let _ = bench.channel.send(&part, &attempt).await;
        assert_eq!(bench.network.timeline().len(), 1, "{}: the network hides it", way.name);
        // An article is looked for first, and not asked for again.
        let again = usize::from(!way.article);
        assert_eq!(sent_again(&bench.network.log()).len(), again, "{}", way.name);
    }
}

/// The judge sees what it is there for: one good request, and one thing wrong in it.
#[tokio::test]
async fn the_judge_sees_every_fault_that_it_looks_for() {
    for way in WAYS.iter() {
        let bench = Bench::new(way).await;
        bench.send(&bench::rich(way)).await.unwrap();
        let log = bench.network.log();
        let posting = log.iter().find(|logged| logged.published).unwrap();
        let mut changed: Vec<(&str, Logged)> = Vec::new();
        let mut change = |what: &'static str, by: &dyn Fn(&mut Logged)| {
            let mut logged = posting.clone();
            by(&mut logged);
            changed.push((what, logged));
        };
        let without =
            |name: &'static str| move |logged: &mut Logged| logged.headers.retain(|(has, _)| has != name);
        change("no authorization", &without("authorization"));
        change("no content-type", &without("content-type"));
        change("a token in the address", &|logged| {
            logged.query.push(("access_token".to_owned(), "«secret»".to_owned()));
        });
        let long = "a".repeat(63_207);
        if way.adapter == "linkedin" {
            change("no version", &without("linkedin-version"));
            change("no protocol", &without("x-restli-protocol-version"));
        }
        if way.article {
            assert_eq!(odd(way, posting), Vec::<String>::new(), "{}", way.name);
            for (what, logged) in changed {
                assert!(!odd(way, &logged).is_empty(), "{}: {what} is not seen", way.name);
            }
            assert_drafts_are_judged(way, &log);
            continue;
        }
        if way.adapter == "facebook" {
            let field = |name: &'static str, value: &str| (name.to_owned(), value.to_owned());
            for (what, name, value) in [
                ("an unknown field", "picture", "x"),
                ("a card beside media", "link", "https://acme.example/"),
                ("a field twice", "message", "x"),
            ] {
                change(what, &|logged| {
                    let LoggedBody::Form(fields) = &mut logged.body else { panic!() };
                    fields.push(field(name, value));
                });
            }
            change("too long", &|logged| {
                let LoggedBody::Form(fields) = &mut logged.body else { panic!() };
                fields.retain(|(name, _)| name != "message");
                fields.push(field("message", &long));
            });
            change("no version", &|logged| logged.path = logged.path.replace("/v26.0", ""));
        } else if way.adapter == "bluesky" {
            let json = |logged: &mut Logged, by: &dyn Fn(&mut Value)| {
                let LoggedBody::Json(body) = &mut logged.body else { panic!() };
                by(body);
            };
            change("an unknown field", &|logged| json(logged, &|body| body["record"]["via"] = "x".into()));
            change("too long", &|logged| json(logged, &|body| body["record"]["text"] = long.clone().into()));
            change("written over", &|logged| json(logged, &|body| body["swapRecord"] = "bafy".into()));
            change("any key", &|logged| json(logged, &|body| body["rkey"] = "post-1".into()));
            change("no time", &|logged| json(logged, &|body| body["record"]["createdAt"] = Value::Null));
            change("one picture twice", &|logged| {
                json(logged, &|body| {
                    let images = body.pointer_mut("/record/embed/images").unwrap().as_array_mut().unwrap();
                    let first = images[0].clone();
                    images[1] = first;
                });
            });
        } else {
            let text = match way.adapter {
                "x" => "text",
                "mastodon" => "status",
                _ => "commentary",
            };
            let json = |logged: &mut Logged, by: &dyn Fn(&mut Value)| {
                let LoggedBody::Json(body) = &mut logged.body else { panic!() };
                by(body);
            };
            change("an unknown field", &|logged| json(logged, &|body| body["nullcast"] = Value::from(true)));
            change("too long", &|logged| json(logged, &|body| body[text] = Value::from(long.clone())));
            change("one picture twice", &|logged| {
                json(logged, &|body| {
                    let pointer = match text {
                        "text" => "/media/media_ids",
                        "status" => "/media_ids",
                        _ => "/content/multiImage/images",
                    };
                    let list = body.pointer_mut(pointer).unwrap().as_array_mut().unwrap();
                    let first = list[0].clone();
                    list[1] = first;
                });
            });
            if text == "commentary" {
                change("not escaped", &|logged| {
                    json(logged, &|body| body[text] = Value::from("It landed (again)"))
                });
            }
        }
        assert_eq!(odd(way, posting), Vec::<String>::new(), "{}", way.name);
        for (what, logged) in changed {
            assert!(!odd(way, &logged).is_empty(), "{}: {what} is not seen", way.name);
        }
    }
}

/// The same of the draft, which holds all that the posting shows.
fn assert_drafts_are_judged(way: &Way, log: &[Logged]) {
    let draft = log.iter().find(|logged| logged.method == "POST" && logged.path.ends_with("/posts")).unwrap();
    assert_eq!(odd(way, draft), Vec::<String>::new(), "{}", way.name);
    for (what, key, value) in [
        ("an unknown field", "sticky", Value::from(true)),
        ("published at once", "status", Value::from("publish")),
        ("names for numbers", "tags", serde_json::json!(["rocketry"])),
        ("a shortcode", "content", Value::from("[gallery]<!-- ladder:x -->")),
        ("no mark", "content", Value::from("<p>It landed.</p>")),
        ("a picture that is nowhere", "content", Value::from("<img src=\"a.png\"><!-- ladder:x -->")),
        ("an empty slug", "slug", Value::from("")),
    ] {
        let mut logged = draft.clone();
        let LoggedBody::Json(body) = &mut logged.body else { panic!() };
        body[key] = value;
        assert!(!odd(way, &logged).is_empty(), "{}: {what} is not seen", way.name);
    }
}

#[test]
fn little_text_is_told_from_text_that_ends_early() {
    for good in [
        "It landed \\(twice\\).",
        "#Rocket \\# \\\\ \\_",
        "{hashtag|\\#|rocket} x",
        "@[Acme](urn:li:organization:1) é",
    ] {
        assert!(is_little_text(good), "{good}");
    }
    for bad in ["It landed (twice)", "a_b", "# x", "a|b", "@ada", "{x}", "2 * 3"] {
        assert!(!is_little_text(bad), "{bad}");
    }
}
