//! What reading `ladder.toml` promises.

use super::told;
use crate::ladder::{AdapterName, Attach, Project, parse_project};
use crate::source::Sources;

const ADAPTERS: &[AdapterName<'_>] = &[
    AdapterName { name: "email", also: &["smtp"] },
    AdapterName { name: "manual", also: &[] },
    AdapterName { name: "outbox", also: &[] },
    AdapterName { name: "static-site", also: &["hugo"] },
    AdapterName { name: "x", also: &["twitter"] },
];

fn project(text: &str) -> (Sources, Project, String) {
    let mut sources = Sources::new();
    let id = sources.add("ladder.toml", text);
    let checked = parse_project(&sources, id, ADAPTERS);
    let problems = told(&sources, &checked.problems);
    (sources, checked.value.unwrap(), problems)
}

const WHOLE: &str = r#"
allow = ["no-summary"]
[brand]
name = "Acme Rockets"
url = "https://acme.example"
timezone = "Europe/Berlin"
language = "en"
[store]
id = "01J"
[tracking]
domains = ["acme.example", "WWW.Bücher.example"]
[channels.x]
adapter = "x"
account = "acmerockets"
access_token = { env = "X_ACCESS_TOKEN" }
without_credentials = "outbox"
attach = "card"
[channels.blog-de]
adapter = "static-site"
language = "de"
live = "30m"
[handles.ada]
x = "@ada_l"
mastodon = "@ada@hachyderm.io"
"#;

#[test]
fn a_whole_project_is_understood_with_the_adapters_keys_left_to_them() {
    let (sources, project, problems) = project(WHOLE);
    assert_eq!(problems, "");
    assert_eq!(project.brand.name, "Acme Rockets");
    assert_eq!(project.brand.zone().iana_name(), Some("Europe/Berlin"));
    assert_eq!(project.store_id.as_ref().unwrap().value, "01J");
    let domains: Vec<_> = project.tracking_domains.iter().map(|d| d.value.as_str()).collect();
    assert_eq!(domains, ["acme.example", "www.xn--bcher-kva.example"]);
    assert_eq!(project.allow[0].value, "no-summary");
    let x = project.channel("x").unwrap();
    assert!(x.without_credentials);
    assert_eq!(x.settings.attach.as_ref().unwrap().value, Attach::Card);
    assert_eq!((x.language.as_str(), sources.slice(x.span)), ("en", "[channels.x]"));
    let rest: Vec<_> = x.rest.entries.iter().map(|(key, _)| key.value.as_str()).collect();
    assert_eq!(rest, ["access_token"]);
    let blog = project.channel("blog-de").unwrap();
    assert_eq!((blog.language.as_str(), blog.without_credentials), ("de", false));
    assert_eq!(project.handle("ada").unwrap().names[1].1.value, "@ada@hachyderm.io");
}

#[test]
fn an_empty_project_has_defaults_and_one_problem() {
    let (_, project, problems) = project("");
    insta::assert_snapshot!(problems, @r#"ladder.toml:1:1 error[missing-key] `[brand]` needs `name` (add `name = "…"`: what the brand is called)"#);
    assert_eq!((project.brand.timezone.value.as_str(), project.brand.language.as_str()), ("UTC", "en"));
    assert!(project.channels.is_empty() && project.store_id.is_none());
}

#[test]
fn every_mistake_is_told_at_once_with_its_place_and_what_to_do() {
    let (_, _, problems) = project(
        r#"
alow = ["x"]
[brand]
nmae = "Acme"
url = "acme.example"
timezone = "Berlin"
language = "english!"
[tracking]
domains = ["https://acme.example/blog", "", "a b"]
[store]
url = "postgres://u:hunter2@db/x"
[channel.x]
[channels.X]
adapter = "twiter"
[channels.y]
adapter = "xx"
without_credentials = "outbx"
language = 3
overflow = "threads"
url_reserve = -1
[channels.z]
account = "z"
[channels]
w = "x"
[handles.ada]
x = 3
y = ""
[people.grace]
roles = ["legal"]
[approvals]
require = { legal = 1 }
"#,
    );
    insta::assert_snapshot!(problems, @r#"
    ladder.toml:2:1 error[unknown-key] `ladder.toml` has no key `alow` (did you mean `allow`?)
    ladder.toml:3:1 error[missing-key] `[brand]` needs `name` (add `name = "…"`: what the brand is called)
    ladder.toml:4:1 error[unknown-key] `[brand]` has no key `nmae` (did you mean `name`?)
    ladder.toml:5:7 error[wrong-value] `url` is not the address of a page (write it whole: `https://example.com/page`)
    ladder.toml:6:12 error[wrong-value] `Berlin` is no time zone (did you mean `Europe/Berlin`?)
    ladder.toml:7:12 error[wrong-value] `english!` is no language (a language is written as `en`, `de` or `pt-BR`)
    ladder.toml:9:12 error[wrong-value] `https://acme.example/blog` is no domain (write the host alone: `acme.example`)
    ladder.toml:9:41 error[wrong-value] `` is no domain (write the host alone: `example.com`)
    ladder.toml:9:45 error[wrong-value] `a b` is no domain (write the host alone: `example.com`)
    ladder.toml:11:1 error[not-in-this-build] this build keeps its store in SQLite, so `url` cannot be honoured (remove `url`: the store is `.ladder/ladder.db`)
    ladder.toml:12:2 error[unknown-key] `ladder.toml` has no key `channel` (did you mean `channels`?)
    ladder.toml:13:11 error[wrong-name] `X` cannot be the name of a channel (lower-case letters, digits, `-` and `_`: `x`)
    ladder.toml:14:11 error[unknown-adapter] this build has no adapter `twiter` (did you mean `x`?)
    ladder.toml:16:11 error[unknown-adapter] this build has no adapter `xx` (did you mean `x`?)
    ladder.toml:17:23 error[wrong-value] `without_credentials` cannot be `outbx` (did you mean `outbox`?)
    ladder.toml:18:12 error[wrong-type] `language` must be a text, and this is a whole number (put it in quotes)
    ladder.toml:19:12 error[wrong-value] `overflow` cannot be `threads` (did you mean `thread`?)
    ladder.toml:20:15 error[wrong-value] `url_reserve` is at least 0, and this is -1
    ladder.toml:21:1 error[missing-key] `[channels.z]` needs `adapter` (add `adapter = "…"`: what serves this channel: `x`, `email`, `static-site`, …)
    ladder.toml:24:1 error[wrong-type] `channels.w` must be a table, and this is a text (write a section `[channels.NAME]`, and the keys below it)
    ladder.toml:26:5 error[wrong-type] `x` must be a text, and this is a whole number (write the name there: `x = "@ada"`)
    ladder.toml:27:5 error[missing-key] `y` is empty
    ladder.toml:28:2 error[not-in-this-build] this build has no approvals, so `[people]` cannot be honoured (remove the section, or use a build that has `ladder approve`)
    ladder.toml:30:2 error[not-in-this-build] this build has no approvals, so `[approvals]` cannot be honoured: nothing would wait for a signature (remove the section, or use a build that has `ladder approve`)
    "#);
}

#[test]
fn a_key_below_the_wrong_header_is_told_where_it_belongs() {
    let (_, _, problems) =
        project("[brand]\nname = 'a'\nallow = ['x']\n[channels.x]\nadapter = 'x'\nallow = ['y']\n");
    insta::assert_snapshot!(problems, @r#"
    ladder.toml:3:1 error[unknown-key] `[brand]` has no key `allow` (it belongs to the whole file: move it above the first `[…]` header)
    ladder.toml:6:1 error[unknown-key] `[channels.x]` has no key `allow` (it belongs to the whole file: move it above the first `[…]` header)
    "#);
}

#[test]
fn syntax_errors_hide_neither_each_other_nor_what_else_is_wrong() {
    let (_, project, problems) = project(
        "[brand]\nname = Acme Rockets\nlanguage = 'e'\n[channels.x]\nadapter = \"x\naccount = 'a'\naccount = 'b'\n[channels.x]\n",
    );
    insta::assert_snapshot!(problems, @r#"
    ladder.toml:2:8 error[syntax] not TOML here: a text without quotes (put the text in quotes: `"…"`)
    ladder.toml:3:12 error[wrong-value] `e` is no language (a language is written as `en`, `de` or `pt-BR`)
    ladder.toml:5:13 error[syntax] not TOML here: invalid basic string, expected `"` (a text ends on its line with the quote it began with; one over several lines stands between `"""`)
    ladder.toml:7:1 error[duplicate-key] `account` stands twice; the first is in line 6 (keep one of the two)
    ladder.toml:8:11 error[duplicate-key] `x` stands twice; the first is in line 4 (keep one of the two)
    "#);
    assert_eq!(project.channels.len(), 1);
}

#[test]
fn a_secret_is_referred_to_and_never_shown() {
    use crate::ladder::secret_ref::SecretRef;
    use crate::ladder::shape::{Field, Kind, Reader};
    const SHAPE: &[Field] = &[Field::new("access_token", Kind::Secret, "The token.")];
    let read = |value: &str| {
        let text = format!("[brand]\nname = 'a'\n[channels.x]\nadapter = 'x'\naccess_token = {value}\n");
        let (sources, project, problems) = project(&text);
        assert_eq!(problems, "");
        let mut problems = Vec::new();
        let rest = project.channels[0].rest.clone();
        let mut reader = Reader::new(rest, SHAPE, "`[channels.x]`", &mut problems);
        let secret = reader.secret("access_token").map(|secret| secret.value);
        reader.finish();
        for problem in &problems {
            let drawn = problem.draw(&sources, false);
            assert!(!drawn.contains("hunter2"), "{drawn}");
            assert!(drawn.contains("ladder.toml:5:1"), "{drawn}");
            let record = serde_json::to_string(&problem.record(&sources)).unwrap();
            assert!(!record.contains("hunter2"), "{record}");
        }
        secret.ok_or_else(|| format!("[{}] {}", problems[0].rule, problems[0].message))
    };
    assert_eq!(read("{ env = 'X_TOKEN' }"), Ok(SecretRef::Env("X_TOKEN".into())));
    assert_eq!(read("{ file = 'a/b' }"), Ok(SecretRef::File("a/b".into())));
    let command = vec!["op".to_owned(), "read".to_owned()];
    assert_eq!(read("{ command = ['op', 'read'] }"), Ok(SecretRef::Command(command)));
    assert!(read("'hunter2'").unwrap_err().starts_with("[secret-literal]"));
    assert!(read("\"\"\"\nhunter2\"\"\"").unwrap_err().starts_with("[secret-literal]"));
    assert!(read("{ login = true }").unwrap_err().starts_with("[not-in-this-build]"));
    assert!(read("{ env = '$X_TOKEN' }").unwrap_err().contains("without `$`"));
    assert!(read("{ env = 'hunter2!' }").unwrap_err().contains("name of a variable"));
    for wrong in [
        "{}",
        "{ env = '' }",
        "{ env = 'A', file = 'hunter2' }",
        "{ value = 'hunter2' }",
        "{ command = 'hunter2' }",
        "{ command = [] }",
        "{ envv = 'hunter2' }",
    ] {
        assert!(read(wrong).unwrap_err().starts_with("[wrong-value]"), "{wrong}");
    }
}

#[test]
fn a_misspelt_secret_is_not_drawn_either() {
    use crate::ladder::shape::{Field, Kind, Reader};
    const SHAPE: &[Field] = &[Field::new("access_token", Kind::Secret, "The token.")];
    let (sources, project, _) =
        project("[brand]\nname = 'a'\n[channels.x]\nadapter = 'x'\nacess_token = 'hunter2'\n");
    let mut problems = Vec::new();
    Reader::new(project.channels[0].rest.clone(), SHAPE, "`[channels.x]`", &mut problems).finish();
    assert_eq!(problems[0].hint.as_deref(), Some("did you mean `access_token`?"));
    assert!(!problems[0].draw(&sources, false).contains("hunter2"));
}

#[test]
fn a_channels_own_values_steer_nothing_and_its_templates_have_lines() {
    let (_, _, problems) = project(
        "[brand]\nname = \"Acme\"\n[channels.site]\nadapter = \"static-site\"\naccount = \"acme\\r\\nX: y\"\n\
         name = \"Acme \\u202E\"\nhubs = [\"https://a.example\\n\"]\ntext = \"\"\"\nTwo\nlines\"\"\"\n\
         front_matter = { about = \"two\\nlines\", dir = \"\\u202E\" }\n",
    );
    let told: Vec<&str> = problems.lines().filter_map(|line| line.split_once(", which")?.0.into()).collect();
    assert_eq!(
        told,
        [
            "ladder.toml:5:11 error[wrong-value] `account` has the character `U+000D`",
            "ladder.toml:6:8 error[wrong-value] `name` has the character `U+202E`",
            "ladder.toml:7:9 error[wrong-value] `hubs` has the character `U+000A`",
            "ladder.toml:11:46 error[wrong-value] `dir` has the character `U+202E`",
        ],
        "{problems}"
    );
}
