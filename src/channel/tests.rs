//! What every adapter keeps to.

use super::*;
use crate::diagnostic::{Diagnostic, has_errors};
use crate::ladder::parse_project;
use crate::source::Sources;
use insta::assert_json_snapshot;

/// The channels of a `ladder.toml` with this in it, and all problems.
fn channels(toml: &str) -> (Vec<Configured>, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let text = format!("[brand]\nname = \"Acme\"\nlanguage = \"en\"\n\n{toml}");
    let id = sources.add("ladder.toml", &text);
    let names = adapter_names();
    let mut problems = Vec::new();
    let project = parse_project(&sources, id, &names).take(&mut problems).unwrap();
    let made =
        project.channels.iter().filter_map(|table| configure(&sources, &project, table).take(&mut problems));
    let made = made.collect();
    (made, problems)
}

fn one(toml: &str) -> Configured {
    let (mut made, problems) = channels(toml);
    assert!(!has_errors(&problems), "{problems:?}");
    made.remove(0)
}

fn said(toml: &str) -> Vec<String> {
    let (_, problems) = channels(toml);
    let hint = |problem: &Diagnostic| problem.hint.clone().unwrap_or_default();
    problems
        .iter()
        .map(|problem| format!("{}: {} | {}", problem.rule, problem.message, hint(problem)))
        .collect()
}

fn payload(channel: &Configured, variant: &Variant) -> serde_json::Value {
    let checked = channel.channel.payload(variant, &fixture::identity());
    assert!(!checked.has_errors(), "{:?}", checked.problems);
    let parts = checked.value.unwrap().parts;
    parts.into_iter().map(|part| part.body).collect()
}

#[test]
fn the_table_is_sorted_and_every_sample_parses() {
    let names: Vec<&str> = ADAPTERS.iter().map(|adapter| adapter.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(names, sorted);
    for adapter in ADAPTERS {
        let (made, problems) = channels(&format!("[channels.sample]\n{}", adapter.sample));
        assert!(problems.is_empty(), "{}: {problems:?}", adapter.name);
        assert_eq!(made[0].adapter, adapter.name);
        assert_eq!(made[0].channel.kind(), adapter.kind);
        assert_eq!(made[0].outlet.kind, adapter.kind);
        assert!(!made[0].channel.account().is_empty());
    }
}

#[test]
fn another_kind_of_variant_is_a_problem_and_no_panic() {
    // What is told of pages needs one to tell of.
    let canonical = Some("https://acme.example/blog/".to_owned());
    let article = Variant::Article(crate::render::Article { canonical, ..fixture::article() });
    let variants = [fixture::post(&["a"]), article, fixture::mail()];
    for adapter in ADAPTERS {
        let made = one(&format!("[channels.sample]\n{}", adapter.sample));
        for variant in &variants {
            let checked = made.channel.payload(variant, &fixture::identity());
            let takes = adapter.name == "outbox" || variant.kind() == adapter.kind;
            assert_eq!(checked.has_errors(), !takes, "{} {:?}", adapter.name, variant.kind());
        }
    }
}

/// What is shown as an article's original is sent, and where none is sent, that is said.
#[test]
fn the_address_of_an_original_is_sent_or_it_is_said_that_it_is_not() {
    let original = "https://original.example/rocket-2/";
    let copy = |canonical: Option<&str>| {
        let canonical = canonical.map(str::to_owned);
        Variant::Article(crate::render::Article { canonical, ..fixture::article() })
    };
    for adapter in ADAPTERS.iter().filter(|adapter| adapter.kind == VariantKind::Article) {
        let made = one(&format!("[channels.sample]\n{}", adapter.sample));
        let sent = made.channel.payload(&copy(Some(original)), &fixture::identity());
        let told = sent.value.unwrap().parts.iter().any(|part| part.body.to_string().contains(original));
        assert_eq!(told, made.outlet.rules.canonical, "{}", adapter.name);
        let said: Vec<_> = sent.problems.iter().filter(|problem| problem.rule == "no-canonical").collect();
        assert_eq!(said.is_empty(), told, "{}: {said:?}", adapter.name);
        assert!(said.iter().all(|problem| problem.hint.as_deref().unwrap().contains("`canonical = \"\"`")));
        let without = made.channel.payload(&copy(None), &fixture::identity()).problems;
        assert!(without.iter().all(|problem| problem.rule != "no-canonical"), "{}", adapter.name);
    }
}

/// What other builds have is known by name, and how to get one of them is said.
#[test]
fn an_adapter_that_is_not_built_in_says_how_to_have_it() {
    for adapter in NOT_BUILT_IN {
        let says = said(&format!("[channels.a]\n{}", adapter.sample));
        assert!(says.iter().any(|says| says.starts_with("not-built-in: ")), "{says:?}");
        assert!(says.iter().any(|says| says.contains(&format!("--features {}", adapter.name))), "{says:?}");
    }
    let names: Vec<&str> = every_adapter().into_iter().map(|adapter| adapter.name).collect();
    assert!(names.is_sorted() && names.contains(&"nostr"), "{names:?}");
}

/// People write what a network or a tool is called, or its address.
#[test]
fn another_name_of_an_adapter_is_told_its_own() {
    let mut seen = std::collections::BTreeMap::new();
    for adapter in every_adapter() {
        for also in adapter.also {
            let says = said(&format!("[channels.a]\nadapter = \"{also}\"\n"));
            assert!(says[0].contains(&format!("did you mean `{}`?", adapter.name)), "{also}: {says:?}");
            assert_eq!(seen.insert(*also, adapter.name), None, "{also}");
            assert!(adapter_named(also).is_none(), "{also}");
        }
    }
    for (written, meant) in [
        ("dev.to", "forem"),
        ("devto", "forem"),
        ("Dev-To", "forem"),
        ("x.com", "x"),
        ("Twitter", "x"),
        ("twiter", "x"),
        ("bsky.app", "bluesky"),
        ("www.linkedin.com", "linkedin"),
        ("mastodon.social", "mastodon"),
        ("static_site", "static-site"),
        ("e-mail", "email"),
        ("JSON feed", "feed"),
        ("wordpres", "wordpress"),
    ] {
        let says = said(&format!("[channels.a]\nadapter = \"{written}\"\n"));
        assert!(says[0].contains(&format!("did you mean `{meant}`?")), "{written}: {says:?}");
    }
    for none in ["tiktok", "tiktok.com", "..."] {
        let says = said(&format!("[channels.a]\nadapter = \"{none}\"\n"));
        assert!(says.iter().all(|says| !says.contains("did you mean")), "{none}: {says:?}");
    }
}

#[test]
fn unknown_keys_and_adapters_are_errors_with_the_nearest_name() {
    let says = said("[channels.a]\nadapter = \"linkdin\"\n");
    assert!(says[0].contains("did you mean `linkedin`?"), "{says:?}");
    let says = said("[channels.a]\nadapter = \"x\"\naccess_tokn = { env = \"A\" }\n");
    assert!(says.iter().any(|says| says.contains("access_token")), "{says:?}");
    let says = said("[channels.a]\nadapter = \"static-site\"\npreset = \"hugoo\"\ndirectory = \"a\"\n");
    assert!(says[0].contains("hugo"), "{says:?}");
}

#[test]
fn secrets_written_literally_are_errors_that_do_not_show_them() {
    for toml in [
        "[channels.a]\nadapter = \"x\"\naccess_token = \"sesame\"\n",
        "[channels.a]\nadapter = \"email\"\nsmtp = \"smtps://ada:sesame@mail.acme.example\"\n\
         from = \"a@acme.example\"\nto = \"b@acme.example\"\n",
    ] {
        let (made, problems) = channels(toml);
        assert!(has_errors(&problems), "{toml}");
        assert!(!format!("{made:?} {problems:?}").contains("sesame"), "{problems:?}");
        assert!(problems.iter().any(|p| p.hint.as_deref().unwrap_or("").contains("env")), "{problems:?}");
    }
}

#[test]
fn folders_and_addresses_that_lead_elsewhere_are_errors() {
    for toml in [
        "[channels.a]\nadapter = \"static-site\"\npreset = \"html\"\ndirectory = \"../out\"\n",
        "[channels.a]\nadapter = \"static-site\"\npreset = \"html\"\ndirectory = \"/srv\"\n",
        "[channels.a]\nadapter = \"static-site\"\npreset = \"html\"\n",
        "[channels.a]\nadapter = \"static-site\"\npreset = \"html\"\ndirectory = \"a\"\nurl = \"https://a.example/\"\n",
        "[channels.a]\nadapter = \"static-site\"\npreset = \"html\"\ndirectory = \"a\"\nurl = \"https://a.example/{year}/{slug}/\"\n",
        "[channels.a]\nadapter = \"outbox\"\ndirectory = \"a/../../b\"\n",
        "[channels.a]\nadapter = \"email\"\nmaildir = \"../m\"\nfrom = \"a@b.example\"\nto = \"c@b.example\"\n",
        "[channels.a]\nadapter = \"x\"\naccess_token = { env = \"A\" }\nbase_url = \"http://x.example\"\n",
        "[channels.a]\nadapter = \"x\"\naccess_token = { env = \"A\" }\nbase_url = \"file:///etc\"\n",
        "[channels.a]\nadapter = \"linkedin\"\naccess_token = { env = \"A\" }\nauthor = \"me\"\n",
    ] {
        assert!(has_errors(&channels(toml).1), "{toml}");
    }
    let local = "[channels.a]\nadapter = \"x\"\naccess_token = { env = \"A\" }\nbase_url = \"http://127.0.0.1:8080/\"\n";
    assert!(!has_errors(&channels(local).1));
}

#[tokio::test]
async fn what_is_missing_is_named_before_anything_is_sent() {
    let made = one("[channels.x-de]\nadapter = \"x\"\nconsumer_key = { env = \"LADDER_TEST_UNSET_1\" }\n\
                    access_token = { env = \"LADDER_TEST_UNSET_2\" }\nconsumer_secret = { file = \"no/file\" }\n");
    let Ready::NoCredentials(missing) = made.channel.ready(Path::new("/")).await else { panic!() };
    insta::assert_snapshot!(missing.join("\n"), @r#"
    `access_token_secret` is missing: add `access_token_secret = { env = "X_DE_ACCESS_TOKEN_SECRET" }` to `[channels.x-de]`
    `access_token`: the variable `LADDER_TEST_UNSET_2` is not set
    `consumer_key`: the variable `LADDER_TEST_UNSET_1` is not set
    `consumer_secret`: the file `no/file` does not exist
    "#);
    let made = one("[channels.fb]\nadapter = \"facebook\"\n");
    let Ready::NoCredentials(missing) = made.channel.ready(Path::new("/")).await else { panic!() };
    insta::assert_snapshot!(missing.join("\n"), @r#"
    `page_id` is missing: add `page_id = "1234567890"` to `[channels.fb]`
    `access_token` is missing: add `access_token = { env = "FB_ACCESS_TOKEN" }` to `[channels.fb]`
    "#);
}

#[test]
fn accounts_are_the_identity_and_not_the_channels_name() {
    let account = |toml: &str| one(toml).channel.account();
    assert_eq!(account("[channels.a]\nadapter = \"x\"\naccount = \"@AcmeRockets\"\n"), "x:acmerockets");
    assert_eq!(account("[channels.a]\nadapter = \"x\"\n"), "x:a");
    // What a person posted by hand counts when the adapter takes over.
    assert_eq!(
        account("[channels.b]\nadapter = \"manual\"\nnetwork = \"x\"\naccount = \"AcmeRockets\"\n"),
        "x:acmerockets"
    );
    assert_eq!(account("[channels.a]\nadapter = \"facebook\"\npage_id = \"12\"\n"), "facebook:12");
    let mail = "[channels.news]\nadapter = \"email\"\nmaildir = \"m\"\nfrom = \"A <News@Acme.example>\"\nto = \"b@acme.example\"\n";
    assert_eq!(account(mail), "email:maildir/m");
    let mail = mail.replace("maildir = \"m\"", "smtp = \"smtp://localhost\"");
    assert_eq!(account(&mail), "email:news@acme.example");
}

#[test]
fn outlets_know_their_utm_words() {
    let words = |toml: &str| {
        let outlet = one(toml).outlet;
        format!("{} {} {}", outlet.source, outlet.medium, outlet.rules.network)
    };
    assert_eq!(words("[channels.x-de]\nadapter = \"x\"\n"), "x social x");
    assert_eq!(
        words("[channels.a]\nadapter = \"manual\"\nnetwork = \"linkedin\"\n"),
        "linkedin social linkedin"
    );
    let mail = "[channels.news]\nadapter = \"email\"\nmaildir = \"m\"\nfrom = \"a@a.example\"\nto = \"b@a.example\"\n";
    assert_eq!(words(mail), "news email email");
}

#[test]
fn posts_are_put_into_the_networks_own_words() {
    let mut with_card = fixture::post(&["It landed."]);
    let mut with_images = fixture::post(&["Look."]);
    if let (Variant::Post(card), Variant::Post(images)) = (&mut with_card, &mut with_images) {
        card.card = Some(fixture::card());
        card.first_comment = Some("More: https://acme.example/".to_owned());
        images.parts[0].media = vec![fixture::picture("a.png", b"a"), fixture::picture("b.png", b"b")];
    }
    let x = one("[channels.x]\nadapter = \"x\"\n");
    assert_json_snapshot!(payload(&x, &fixture::post(&["One", "Two"])), @r#"
    [
      {
        "text": "One"
      },
      {
        "text": "Two"
      }
    ]
    "#);
    let facebook = one("[channels.f]\nadapter = \"facebook\"\npage_id = \"12\"\n");
    assert_json_snapshot!(payload(&facebook, &with_card), @r#"
    [
      {
        "edge": "12/feed",
        "message": "It landed.",
        "link": "https://acme.example/blog/rocket-2/"
      },
      {
        "edge": "comments",
        "message": "More: https://acme.example/"
      }
    ]
    "#);
    let linkedin = one("[channels.l]\nadapter = \"linkedin\"\nauthor = \"urn:li:organization:1\"\n");
    assert_json_snapshot!(payload(&linkedin, &with_card)[0]["content"], @r#"
    {
      "article": {
        "source": "https://acme.example/blog/rocket-2/",
        "title": "Rocket 2 lands itself",
        "description": "Reusable."
      }
    }
    "#);
    assert_json_snapshot!(payload(&linkedin, &with_images)[0]["content"], @r#"
    {
      "multiImage": {
        "images": [
          {
            "altText": "Alt of a.png"
          },
          {
            "altText": "Alt of b.png"
          }
        ]
      }
    }
    "#);
}

#[test]
fn recipients_are_checked_and_named_once() {
    let base = "[channels.n]\nadapter = \"email\"\nmaildir = \"m\"\nfrom = \"a@a.example\"\n";
    let made = one(&format!("{base}to = [\"b@a.example\", \"B <C@a.example>\"]\n"));
    assert_eq!(made.channel.recipients(), ["b@a.example", "c@a.example"], "known in one spelling");
    assert_eq!(made.outlet.from.as_deref(), Some("a@a.example"));
    let says = said(&format!("{base}to = [\"b@a.example\", \"B <B@A.example>\"]\n"));
    assert!(says[0].starts_with("same-recipient"), "{says:?}");
    for bad in ["to = [\"b@a.example\\r\\nBcc: e@e.example\"]", "to = [\"nobody\"]", "to = []", ""] {
        assert!(has_errors(&channels(&format!("{base}{bad}\n")).1), "{bad}");
    }
    for bad in [
        "list_unsubscribe = \"http://a.example/\"",
        "list_unsubscribe = \"https://a@b.example/\"",
        "list_id = \"a\\nb: <c>\"",
        "reply_to = \"a\\r\\n@b.example\"",
        "smtp = \"smtp://localhost\"",
    ] {
        let toml = format!("{base}to = \"b@a.example\"\n{bad}\n");
        assert!(has_errors(&channels(&toml).1), "{bad}");
    }
}

/// What adapts a message stands in a channel's table too, and is taken out of it first:
/// an adapter's key of the same name would never be read.
#[test]
fn no_adapter_has_a_key_that_all_channels_have() {
    for adapter in ADAPTERS {
        for field in adapter.fields {
            let taken = crate::ladder::shape::fields::CHANNEL.iter().any(|known| known.name == field.name);
            assert!(!taken, "`{}` of {}", field.name, adapter.name);
        }
    }
}
