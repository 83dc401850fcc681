//! What an `account` looks like where it is a user name: what is certainly none is told
//! by `ladder check`, and not first by the network when something is to go there. Pure.
//!
//! Of each network that is refused which no name there can hold: a blank, a `/`, an `@`
//! more than it takes. Which letters it allows, and whose host is the right one, it says
//! itself.

use crate::diagnostic::Diagnostic;
use crate::ladder::ChannelTable;
use url::Url;

/// What may stand behind a user name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// Nothing: the network is one server.
    Nothing,
    /// The host of the account: `ada@hachyderm.io`.
    Host,
    /// Any word of the user's own behind an `@`, which tells two communities apart.
    Label,
}

/// Why the table's `account` is certainly no user name at `network`, with what to write
/// instead. Nothing, where it may be one, or there is none.
pub fn wrong(table: &ChannelTable, network: &str, behind: Behind) -> Option<Diagnostic> {
    let written = table.account.as_ref()?;
    let why = fault(&written.value, behind)?;
    let hint = match meant(&written.value, behind) {
        Some(name) => format!("did you mean `account = \"{name}\"`?"),
        None => {
            let sample = if behind == Behind::Host { "@ada@hachyderm.io" } else { "ada" };
            format!("write the user name alone, as the profile shows it: `account = \"{sample}\"`")
        }
    };
    // The address of a profile may hold a password: the line that is shown has it hidden.
    let says = format!("this `account` is no user name on {network}: {why}");
    Some(Diagnostic::error("wrong-value", says).at(written.span).hint(hint))
}

/// Why it is no user name.
fn fault(written: &str, behind: Behind) -> Option<&'static str> {
    let bare = bare(written);
    let (name, rest) = match bare.split_once('@') {
        Some((name, rest)) => (name, Some(rest)),
        None => (bare, None),
    };
    let host = rest.filter(|_| behind == Behind::Host);
    let both = || [Some(name), host].into_iter().flatten();
    if bare.contains("://") || both().any(|part| part.contains('/')) {
        return Some("it is an address, or a part of one");
    }
    if both().any(|part| part.contains(char::is_whitespace)) {
        return Some("there is a blank in it");
    }
    match (rest, host) {
        _ if name.is_empty() => Some("there is no name in it"),
        (_, Some("")) => Some("there is no host behind its `@`"),
        (_, Some(host)) if host.contains('@') => Some("it has an `@` too many"),
        (Some(_), None) if behind == Behind::Nothing => Some("there is an `@` in it"),
        _ => None,
    }
}

/// The user name that was meant, if there is no doubt about it.
fn meant(written: &str, behind: Behind) -> Option<String> {
    let bare = bare(written);
    let at = |name: &str, host: &str| match behind {
        Behind::Host if !name.contains('@') => format!("@{name}@{host}"),
        Behind::Host => format!("@{name}"),
        Behind::Nothing | Behind::Label => name.to_owned(),
    };
    let words: Vec<&str> = bare.split_whitespace().collect();
    let found = match (profile(bare), words.as_slice(), bare.split_once('@')) {
        (Some((name, host)), ..) => at(&name, &host),
        // A blank in the place of the `@`.
        (None, [name, host], _) if behind == Behind::Host && host.contains('.') => at(name, host),
        (None, [_], Some((name, ""))) if behind == Behind::Host => format!("@{name}"),
        (None, [_], Some((name, _))) if behind == Behind::Nothing => name.to_owned(),
        _ => return None,
    };
    fault(&found, behind).is_none().then_some(found)
}

/// Name and host of a profile's address: `https://hachyderm.io/@ada`, `x.com/ada`,
/// `https://hachyderm.io/users/ada`.
fn profile(written: &str) -> Option<(String, String)> {
    let whole = if written.contains("://") { written.to_owned() } else { format!("https://{written}") };
    let url = Url::parse(&whole).ok().filter(|url| url.username().is_empty() && url.password().is_none())?;
    let host = url.host_str().filter(|host| host.contains('.'))?;
    let steps: Vec<&str> = url.path_segments()?.filter(|step| !step.is_empty()).collect();
    let name = match steps.as_slice() {
        [first, ..] if first.starts_with('@') => first.trim_start_matches('@'),
        ["users", name] | [name] => *name,
        _ => return None,
    };
    Some((name.to_owned(), host.to_owned()))
}

/// Without what makes no difference: blanks around it, and a leading `@`.
fn bare(written: &str) -> &str {
    let written = written.trim();
    written.strip_prefix('@').unwrap_or(written)
}

#[cfg(test)]
mod tests {
    use crate::ladder::parse_project;
    use crate::source::Sources;

    /// What a table of that adapter is told of its account.
    fn told(adapter: &str, account: &str) -> Vec<String> {
        let toml = format!(
            "[brand]\nname = \"Acme\"\n[channels.a]\nadapter = {adapter:?}\naccount = {account:?}\n\
             base_url = \"https://web.example\"\n"
        );
        let mut sources = Sources::new();
        let id = sources.add("ladder.toml", &toml);
        let project = parse_project(&sources, id, &[adapter]).value.unwrap();
        let problems = crate::channel::configure(&sources, &project, &project.channels[0]).problems;
        let ours = problems.iter().filter(|problem| problem.message.starts_with("this `account`"));
        ours.map(|problem| problem.draw(&sources, false)).collect()
    }

    #[test]
    fn what_may_be_a_user_name_is_none_of_our_business() {
        for (adapter, good) in [
            ("mastodon", "ada"),
            ("mastodon", "@ada"),
            ("mastodon", "ada@hachyderm.io"),
            ("mastodon", " @Ada_L.1@hachyderm.io "),
            // The host of names may be another one than that of the web page.
            ("mastodon", "@ada@elsewhere.example"),
            ("mastodon", "@ada@bücher.example"),
            ("mastodon", "@ada@localhost:3000"),
            ("mastodon", "@a-b.c@x.example"),
            ("threads", "@acme.rockets_1"),
            ("threads", "17841400000000000"),
            ("x", "acmerockets"),
            ("x", "@AcmeRockets"),
            ("forem", "ada"),
            ("forem", "@ada"),
            ("forem", "ada@dev.to"),
            ("forem", "ada@my community/two"),
            // What only the journal knows them by, or what has blanks there.
            ("ghost", "https://blog.acme.example"),
            ("hashnode", "our blog"),
            ("facebook", "Acme Rockets"),
            ("linkedin", "Acme & Rockets / Inc."),
        ] {
            assert_eq!(told(adapter, good), Vec::<String>::new(), "{adapter}: {good}");
        }
    }

    #[test]
    fn what_is_no_user_name_is_told_with_what_was_meant() {
        for (adapter, bad, why, hint) in [
            ("mastodon", "teapots hachyderm.io", "a blank", "\"@teapots@hachyderm.io\""),
            ("mastodon", "@tea pots@hachyderm.io", "a blank", "as the profile shows it"),
            ("mastodon", "@teapots@hachyderm.io@x.example", "an `@` too many", "as the profile shows it"),
            ("mastodon", "@teapots@", "no host", "\"@teapots\""),
            ("mastodon", "@@hachyderm.io", "no name", "as the profile shows it"),
            ("mastodon", "", "no name", "as the profile shows it"),
            ("mastodon", " @ ", "no name", "as the profile shows it"),
            ("mastodon", "https://hachyderm.io/@teapots", "an address", "\"@teapots@hachyderm.io\""),
            ("mastodon", "hachyderm.io/@teapots", "an address", "\"@teapots@hachyderm.io\""),
            ("mastodon", "https://hachyderm.io/users/teapots/", "an address", "\"@teapots@hachyderm.io\""),
            ("mastodon", "https://a.example/@ada@b.example", "an address", "\"@ada@b.example\""),
            ("mastodon", "https://hachyderm.io/", "an address", "as the profile shows it"),
            ("threads", "tea pots", "a blank", "as the profile shows it"),
            ("threads", "@teapots@threads.net", "an `@` in it", "\"teapots\""),
            ("threads", "https://www.threads.com/@teapots", "an address", "\"teapots\""),
            ("threads", "threads.net/@teapots/post/1", "an address", "\"teapots\""),
            ("threads", "", "no name", "as the profile shows it"),
            ("x", "acme rockets", "a blank", "as the profile shows it"),
            ("x", "https://x.com/acmerockets", "an address", "\"acmerockets\""),
            ("x", "https://x.com/acmerockets/status/1", "an address", "as the profile shows it"),
            ("forem", "https://dev.to/ada", "an address", "\"ada\""),
            ("forem", "ada lovelace", "a blank", "as the profile shows it"),
            ("forem", "@@dev.to", "no name", "as the profile shows it"),
        ] {
            let said = told(adapter, bad).join("\n");
            assert!(said.contains(why), "{adapter}: {bad}: {said}");
            assert!(said.contains(hint) && said.contains("ladder.toml:5:"), "{adapter}: {bad}: {said}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        for adapter in ["mastodon", "threads", "x", "forem"] {
            let said = told(adapter, "https://ada:hunter2@hachyderm.io/@ada").join("\n");
            assert!(said.contains("no user name") && !said.contains("hunter2"), "{said}");
        }
    }
}
