//! Two channels that write into one folder of the project, and would stand in each other's
//! way there: told by `ladder check`, and not first when the second one publishes. Pure.
//!
//! Not every pair does: what `outbox` and `medium` lay out has a folder for each message
//! and a name for each rung; the pages of a generator are known by their slugs; a feed's
//! files are called otherwise than all of these.

use super::Configured;
use crate::diagnostic::Diagnostic;
use crate::ladder::{ChannelTable, Project};
use std::collections::BTreeMap;

/// What a channel fills a folder with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filled {
    /// A feed of all the items that lie there.
    Feed,
    /// Pages with a list of all of them; what the list says of itself.
    Site(String),
    /// Pages that a generator builds a site of.
    Pages,
    /// Texts for people to paste, with their images.
    Texts,
}

/// A folder of the project, and what a channel fills it with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filling {
    /// The folder, in the spelling of [`super::folder::spelling`].
    pub directory: String,
    /// With what.
    pub with: Filled,
}

/// Every channel that cannot share the folder it writes into with one before it.
pub fn shared(project: &Project, configured: &BTreeMap<String, Configured>) -> Vec<Diagnostic> {
    let mut known: Vec<(&ChannelTable, Filling)> = Vec::new();
    let mut found = Vec::new();
    for table in &project.channels {
        let channel = configured.get(&table.name.value).map(|configured| &configured.channel);
        let Some(filling) = channel.and_then(|channel| channel.filling()) else { continue };
        let clash = known.iter().find_map(|(first, other)| {
            let same = other.directory == filling.directory;
            clash(&other.with, &filling.with).filter(|_| same).map(|why| (*first, why))
        });
        if let Some((first, why)) = clash {
            let (name, first, directory) = (&table.name.value, &first.name.value, &filling.directory);
            let at = table.rest.get("directory").map_or(table.span, |node| node.span);
            let says =
                format!("`[channels.{name}]` writes into `{directory}`, as `[channels.{first}]` does: {why}");
            let hint =
                format!("give `[channels.{name}]` a folder of its own: `directory = \"{directory}-{name}\"`");
            found.push(Diagnostic::error("shared-folder", says).at(at).hint(hint));
        }
        known.push((table, filling));
    }
    found
}

/// Why these two cannot fill one folder, if they cannot.
fn clash(one: &Filled, other: &Filled) -> Option<&'static str> {
    use Filled::{Feed, Pages, Site, Texts};
    match (one, other) {
        (Feed, Feed) => Some("each feed would hold the other's items, and be written in the other's name"),
        (Site(one), Site(other)) if one != other => {
            Some("the list of pages would be written in the name of whichever publishes last")
        }
        (Site(_), Pages) | (Pages, Site(_)) => Some(
            "each would find the other's pages in the way, and the generator a list that is none of its own",
        ),
        (Site(_) | Pages, Texts) | (Texts, Site(_) | Pages) => {
            Some("the images of a page would be taken away with the texts, where both are of one name")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ADAPTERS, configure};
    use super::shared;
    use crate::ladder::parse_project;
    use crate::source::Sources;

    const HTML: &str =
        "adapter = \"static-site\"\npreset = \"html\"\nurl = \"https://acme.example/{slug}/\"\n";
    const HUGO: &str = "adapter = \"static-site\"\npreset = \"hugo\"\n";
    const FEED: &str = "adapter = \"feed\"\nurl = \"https://acme.example/feeds/\"\n";
    const OUTBOX: &str = "adapter = \"outbox\"\n";
    const MEDIUM: &str = "adapter = \"medium\"\n";

    /// What is said of these tables, one after the other, in these folders.
    fn said(tables: &[(&str, &str)]) -> String {
        let mut toml = "[brand]\nname = \"Acme\"\n".to_owned();
        for (at, (table, directory)) in tables.iter().enumerate() {
            let directory = match *directory {
                "" => String::new(),
                directory => format!("directory = {directory:?}\n"),
            };
            toml.push_str(&format!("[channels.c{at}]\n{directory}{table}"));
        }
        let mut sources = Sources::new();
        let id = sources.add("ladder.toml", &toml);
        let names: Vec<&str> = ADAPTERS.iter().map(|adapter| adapter.name).collect();
        let project = parse_project(&sources, id, &names).value.unwrap();
        let configured = project.channels.iter().map(|table| {
            let made = configure(&sources, &project, table);
            assert_eq!(made.problems, [], "{toml}");
            (table.name.value.clone(), made.value.unwrap())
        });
        let found = shared(&project, &configured.collect());
        found.iter().map(|problem| problem.draw(&sources, false)).collect()
    }

    #[test]
    fn what_does_not_collide_may_share_a_folder() {
        for tables in [
            [(OUTBOX, "out"), (OUTBOX, "out")],
            [(OUTBOX, "out"), (MEDIUM, "out")],
            [(HUGO, "site/posts"), (HUGO, "site/posts")],
            [(HTML, "public"), (HTML, "public")],
            [(HTML, "public"), (FEED, "public")],
            [(HUGO, "site/posts"), (FEED, "site/posts")],
            [(OUTBOX, "out"), (FEED, "out")],
            // A folder within another's, and one whose name begins alike.
            [(HTML, "public"), (HTML, "public/blog")],
            [(FEED, "public/feeds"), (FEED, "public")],
            [(HTML, "public"), (OUTBOX, "public-2")],
        ] {
            assert_eq!(said(&tables), "", "{tables:?}");
        }
    }

    #[test]
    fn what_collides_is_told_at_the_second_ones_directory() {
        let named = format!("{HTML}name = \"News\"\n");
        let elsewhere = HTML.replace("acme.example", "blog.acme.example");
        let danish = format!("{HTML}language = \"da\"\n");
        for tables in [
            [(FEED, "public"), (FEED, "./public/")],
            [(HTML, "public"), (&named, "public")],
            [(HTML, "public"), (&elsewhere, "public//.")],
            [(HTML, "public"), (&danish, "public")],
            [(HTML, "public"), (HUGO, "public")],
            [(HUGO, "public"), (HTML, "public")],
            [(HUGO, "public"), (OUTBOX, "public")],
            [(MEDIUM, "public"), (HTML, "public")],
        ] {
            let said = said(&tables);
            assert!(
                said.starts_with("error[shared-folder]: `[channels.c1]` writes into `public`, as"),
                "{said}"
            );
            assert!(said.contains("`[channels.c0]`"), "{said}");
            // The line of the second table's `directory`.
            let line = 6 + tables[0].0.lines().count();
            assert!(said.contains(&format!("ladder.toml:{line}:13")), "{line}: {said}");
            assert!(said.contains("directory = \"public-c1\""), "{said}");
        }
    }

    #[test]
    fn a_folder_that_nobody_wrote_is_the_usual_one() {
        let said = said(&[(HUGO, "outbox"), (OUTBOX, "elsewhere"), (OUTBOX, "")]);
        assert!(said.contains("`[channels.c2]` writes into `outbox`, as `[channels.c0]` does"), "{said}");
    }
}
