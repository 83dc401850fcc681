//! Which names a template may say: variables, filters, tests. The lists behind
//! "did you mean".

use super::budget::Fault;
use super::late;
use super::{Job, VariantKind, builtin_filters};
use crate::diagnostic::nearest;

/// Filters of our own.
pub(super) const FILTERS: &[&str] = &[
    "date",
    "escaped",
    "excerpt",
    "fit",
    "handle",
    "hashtags",
    "html",
    "image",
    "markup",
    "plain",
    "sentences",
    "untracked",
];

const MESSAGE: &[&str] = &[
    "body",
    "campaign",
    "extra",
    "id",
    "language",
    "link",
    "media",
    "publish_at",
    "summary",
    "tags",
    "title",
];
const BRAND: &[&str] = &["language", "name", "url"];
const CHANNEL: &[&str] = &["account", "language", "name", "network"];
const ROOTS: &[&str] = &["brand", "channel", "ladder", "link", "message", "rung", "rungs"];

/// What can be named in one rung's templates.
pub(super) struct Names {
    handles: Vec<String>,
    rung: String,
    rungs: Vec<Target>,
    /// The article that `link` means, and whether this rung waits for it.
    article: Option<String>,
}

/// A rung as another one's template sees it.
struct Target {
    name: String,
    kind: Option<VariantKind>,
    waited_for: bool,
}

impl Names {
    /// The names for `job`.
    pub fn of(job: &Job<'_>) -> Names {
        let rung = &job.rung.name.value;
        let rungs = job
            .ladder
            .rungs
            .iter()
            .map(|other| Target {
                name: other.name.value.clone(),
                kind: job.kinds.get(&other.name.value).copied(),
                waited_for: job.ladder.waits_for(rung, &other.name.value),
            })
            .collect::<Vec<_>>();
        let article = article(job, &rungs);
        Names { handles: handles_of(job), rung: rung.clone(), rungs, article }
    }

    /// The rungs whose addresses can be written, with their tokens.
    pub fn addresses(&self) -> impl Iterator<Item = (&str, String)> {
        self.rungs
            .iter()
            .filter(|target| {
                target.waited_for && target.name != self.rung && target.kind != Some(VariantKind::Mail)
            })
            .map(|target| (target.name.as_str(), late::token(&target.name, true)))
    }

    /// `link`: the token of the ladder's article, if this rung waits for it, in whatever
    /// language; what is no text for readers gets it without tags. Of what an article is a
    /// copy, [`original_address`] says.
    pub fn article_address(&self, tagged: bool) -> Option<String> {
        let article = self.article.as_deref()?;
        let (name, _) = self.addresses().find(|(name, _)| *name == article)?;
        Some(late::token(name, tagged))
    }

    /// Whether there is such a filter.
    pub fn is_filter(&self, name: &str) -> bool {
        FILTERS.contains(&name) || builtin_filters::FILTERS.contains(&name)
    }

    /// What is wrong with the filter `name`.
    pub fn unknown_filter(&self, name: &str) -> Option<Fault> {
        if self.is_filter(name) {
            return None;
        }
        if let Some(hint) = builtin_filters::instead_of(name) {
            return Some(Fault::new(format!("there is no filter `{name}` here")).hint(hint));
        }
        let known = || FILTERS.iter().chain(builtin_filters::FILTERS).copied();
        let hint = match nearest(name, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the filters for texts are {}", listed(FILTERS)),
        };
        Some(Fault::new(format!("unknown filter `{name}`")).hint(hint))
    }

    /// What is wrong with the person `name`. It does not stop a template: her
    /// plain name stands there then.
    pub fn unknown_handle(&self, name: &str) -> Option<Fault> {
        let name = name.trim().trim_start_matches('@');
        if self.handles.iter().any(|own| own == name) {
            return None;
        }
        let hint = match nearest(name, self.handles.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("add `[handles.{name}]` with the name on each network to `ladder.toml`"),
        };
        let message = format!("nobody is called `{name}` in `[handles]`");
        Some(Fault { rule: "unknown-handle", message, hint: Some(hint) })
    }

    /// What is wrong with the test `name`.
    pub fn unknown_test(&self, name: &str) -> Option<Fault> {
        let known = builtin_filters::TESTS;
        if known.contains(&name) {
            return None;
        }
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "the usual one is `is defined`".to_owned(),
        };
        Some(Fault::new(format!("unknown test `{name}`")).hint(hint))
    }

    /// What is wrong with the variable `path`. `maybe`: it may be missing.
    pub fn unknown(&self, path: &[String], maybe: bool) -> Option<Fault> {
        let root = path.first()?.as_str();
        if root == "rungs" {
            return self.unknown_address(path, maybe);
        }
        if !ROOTS.contains(&root) {
            return if maybe { None } else { Some(unknown_variable(root, &path[1..])) };
        }
        let attribute = path.get(1)?.as_str();
        let known = match root {
            "message" => MESSAGE,
            "brand" => BRAND,
            "channel" => CHANNEL,
            "link" | "rung" | "ladder" => {
                let fault = Fault::new(format!("`{root}` is a text and has no `{attribute}`"));
                return Some(fault.hint(format!("write `{{{{ {root} }}}}`")));
            }
            _ => return None,
        };
        if known.contains(&attribute) || maybe {
            return None;
        }
        let hint = match nearest(attribute, known.iter().copied()) {
            Some(near) => format!("did you mean `{root}.{near}`?"),
            None if root == "message" => {
                format!("your own keys of a message stand in `message.extra`: `message.extra.{attribute}`")
            }
            None => format!("`{root}` has {}", listed(known)),
        };
        Some(Fault::new(format!("unknown variable `{root}.{attribute}`")).hint(hint))
    }

    fn unknown_address(&self, path: &[String], maybe: bool) -> Option<Fault> {
        let name = path.get(1)?.as_str();
        let Some(target) = self.rungs.iter().find(|target| target.name == name) else {
            if maybe {
                return None;
            }
            let whole = self.rungs.iter().find(|t| {
                t.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('-')) && path.len() == 2
            });
            let hint = match (whole, nearest(name, self.rungs.iter().map(|t| t.name.as_str()))) {
                (Some(whole), _) => {
                    format!("a name with `-` is written in brackets: `rungs[\"{}\"].url`", whole.name)
                }
                (None, Some(near)) => format!("did you mean `rungs.{near}.url`?"),
                (None, None) => {
                    let names: Vec<&str> = self.rungs.iter().map(|t| t.name.as_str()).collect();
                    format!("the rungs of this ladder are {}", listed(&names))
                }
            };
            let message = format!("this ladder has no rung `{name}`");
            return Some(Fault { rule: "unknown-rung", message, hint: Some(hint) });
        };
        if let Some(attribute) = path.get(2).filter(|attribute| *attribute != "url") {
            let fault = Fault::new(format!("a rung has a `url`, and no `{attribute}`"));
            return Some(fault.hint(format!("write `rungs.{name}.url`")));
        }
        if target.name == self.rung {
            let fault = Fault::new("a rung cannot know its own address before it is out");
            return Some(fault.hint("name a rung that goes out earlier"));
        }
        if target.kind == Some(VariantKind::Mail) {
            let message = format!("`{name}` is a mail, and a mail has no address");
            let fault = Fault { rule: "no-address", message, hint: None };
            return Some(fault.hint("point at an article or a post"));
        }
        if !target.waited_for {
            let message = format!("the address of `{name}` is not known yet when `{}` goes out", self.rung);
            let fault = Fault { rule: "url-not-waited-for", message, hint: None };
            return Some(fault.hint(format!("let this rung wait for it: `after = \"{name}\"`")));
        }
        None
    }

    /// Why a variable that exists has no value.
    pub fn missing(&self, path: &[String]) -> Fault {
        let name = path.join(".");
        match path.first().map(String::as_str) {
            Some("link") => self.missing_link(),
            Some("message") if path.get(1).is_some_and(|key| key == "extra") => {
                Fault::new(format!("this message has no `{name}`")).hint(format!(
                    "add the key to the message's front matter, or write `{{% if {name} is defined %}}`"
                ))
            }
            Some("message" | "brand" | "channel") if path.len() == 2 => {
                Fault::new(format!("`{name}` has no value")).hint(format!(
                    "give it one, or write `{{% if {name} is defined %}} … {{% endif %}}` around its place"
                ))
            }
            _ => Fault::new(format!("`{name}` has no value")).hint("write `| default(\"…\")` behind it"),
        }
    }

    fn missing_link(&self) -> Fault {
        let fault = Fault::new(format!("there is no `link` for `{}` to point at", self.rung));
        match &self.article {
            Some(article) if *article == self.rung => {
                fault.hint("this rung is the article itself; a `link` in the message would be used here")
            }
            Some(article) => fault.hint(format!(
                "let this rung wait for the article (`after = \"{article}\"`), or give the message a `link`"
            )),
            None => fault.hint(
                "the ladder has no article: give the message a `link`, or write `{% if link is defined %}` around it",
            ),
        }
    }
}

fn handles_of(job: &Job<'_>) -> Vec<String> {
    job.project.handles.iter().map(|handle| handle.name.value.clone()).collect()
}

fn base_language(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase()
}

/// `canonical`: the token of the article that this one is a copy of, without tags. Of
/// those that it waits for, in the same language, it is the one that is itself a copy of
/// none of them; of several, the ladder's first. A translation is an original of its own,
/// though its `link` may lead to the article that it was made of.
pub(super) fn original_address(job: &Job<'_>) -> Option<String> {
    let own = base_language(&job.outlet.language);
    let speaks_it = |channel: &str| {
        job.project.channel(channel).is_some_and(|channel| base_language(&channel.language) == own)
    };
    let earlier: Vec<&str> = job
        .ladder
        .rungs
        .iter()
        .filter(|other| job.kinds.get(&other.name.value) == Some(&VariantKind::Article))
        .filter(|other| job.ladder.waits_for(&job.rung.name.value, &other.name.value))
        .filter(|other| speaks_it(&other.channel.value))
        .map(|other| other.name.value.as_str())
        .collect();
    let is_first = |name: &&str| !earlier.iter().any(|other| job.ladder.waits_for(name, other));
    earlier.iter().copied().find(is_first).map(|rung| late::token(rung, false))
}

/// Of several articles the one that this rung waits for, first of all the one
/// in its readers' language; else the ladder's first.
fn article(job: &Job<'_>, rungs: &[Target]) -> Option<String> {
    let language = base_language(&job.outlet.language);
    let speaks_it = |target: &&Target| {
        let channel = job.ladder.rung(&target.name).and_then(|rung| job.project.channel(&rung.channel.value));
        channel.is_some_and(|channel| base_language(&channel.language) == language)
    };
    let articles = || rungs.iter().filter(|target| target.kind == Some(VariantKind::Article));
    let waited_for = || articles().filter(|target| target.waited_for);
    let found = waited_for().find(speaks_it).or_else(|| waited_for().next()).or_else(|| articles().next());
    found.map(|target| target.name.clone())
}

fn unknown_variable(root: &str, rest: &[String]) -> Fault {
    let whole = if rest.is_empty() { root.to_owned() } else { format!("{root}.{}", rest.join(".")) };
    let inside = |list: &'static [&'static str], of: &str, key: &str| {
        nearest(key, list.iter().copied()).map(|near| format!("{of}.{near}"))
    };
    // `mesage.title` is a slip in the first word, `summary` one that forgot it.
    let near = match rest.first() {
        Some(key) => nearest(root, ROOTS.iter().copied()).map(|near| format!("{near}.{key}")),
        None if MESSAGE.contains(&root) => Some(format!("message.{root}")),
        None => nearest(root, ROOTS.iter().copied())
            .map(str::to_owned)
            .or_else(|| inside(MESSAGE, "message", root))
            .or_else(|| inside(BRAND, "brand", root)),
    };
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("templates know {}", listed(ROOTS)),
    };
    Fault::new(format!("unknown variable `{whole}`")).hint(hint)
}

/// `a`, `b`, `c`.
pub(super) fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
