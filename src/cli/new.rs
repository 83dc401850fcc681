//! `ladder new`: a message with its front matter.

use super::desk::Desk;
use super::failure::Failure;
use super::file::create;
use super::load::Loaded;
use crate::exit::Exit;
use crate::render::slug::no_device;

/// Arguments of `ladder new`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Its title
    pub title: String,
    /// The ladder that it climbs
    #[arg(long, value_name = "NAME")]
    pub ladder: Option<String>,
    /// Make a folder with `message.md`, for a message with media
    #[arg(long)]
    pub folder: bool,
}

/// Writes `messages/SLUG.md` and prints its path. Nothing is overwritten.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    let title = arguments.title.trim();
    if title.is_empty() || title.contains(char::is_control) {
        return Err(Failure::usage("bad-title", "a title is one line of text"));
    }
    let loaded = Loaded::open(desk)?;
    let names = || loaded.ladders.iter().map(|ladder| ladder.name.as_str());
    let ladder = match &arguments.ladder {
        Some(name) if names().any(|known| known == name) => Some(name.clone()),
        Some(name) => {
            let failure = Failure::usage("unknown-ladder", format!("there is no ladder `{name}`"));
            let near = crate::diagnostic::nearest(name, names());
            return Err(match near {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint(format!("there are {}", names().collect::<Vec<_>>().join(", "))),
            });
        }
        // With one ladder there is nothing to say; with several, the first is a start.
        None if loaded.ladders.len() > 1 => names().next().map(str::to_owned),
        None => None,
    };
    let slug = slug(title);
    if let Err(why) = no_device(&slug) {
        return Err(Failure::usage("bad-title", format!("{why}: nothing was written"))
            .hint("give it a title of more words: file and address are made of it"));
    }
    let messages = loaded.folder.path.join("messages");
    let (file, folder) = (messages.join(format!("{slug}.md")), messages.join(&slug));
    for taken in [&file, &folder] {
        if taken.exists() {
            let name = loaded.folder.name_of(taken);
            return Err(Failure::usage("exists", format!("`{name}` is there already: nothing was written"))
                .hint("choose another title; the title can be changed in the file afterwards"));
        }
    }
    let path = if arguments.folder { folder.join("message.md") } else { file };
    create(&path, head(title, ladder.as_deref(), arguments.folder).as_bytes())?;
    desk.field("path", loaded.folder.name_of(&path));
    desk.field("message", slug.clone());
    desk.show(&loaded.folder.shown(&path));
    Ok(Exit::Done)
}

fn head(title: &str, ladder: Option<&str>, folder: bool) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let ladder = ladder.map_or(String::new(), |ladder| format!("ladder = {}\n", quoted(ladder)));
    let media = if folder {
        "\n# [[media]]\n# file = \"picture.png\"\n# alt = \"What the picture shows\"\n"
    } else {
        ""
    };
    format!(
        "+++\ntitle = {}\nsummary = \"\"        # one sentence: what is it, and why should a reader care?\n{ladder}\
         tags = []\ndraft = true          # take this line out when it is ready\n\
         # publish_at = \"2030-01-31 09:00\"\n{media}+++\n\nWrite here, in Markdown.\n",
        quoted(title)
    )
}

/// A file name from a title: lower-case letters and digits, joined by `-`.
/// Letters of all scripts stay.
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') && c != '\'' && c != '’' {
            slug.push('-');
        }
        if slug.len() >= 60 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    // A name of nothing but signs, or one that means something else in `messages/`.
    if slug.is_empty() || slug == "message" { "new-message".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_plain_file_names() {
        assert_eq!(slug("Rocket 2 lands itself!"), "rocket-2-lands-itself");
        assert_eq!(slug("It's here — at last"), "its-here-at-last");
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("🚀🚀"), "new-message");
        assert_eq!(slug("message"), "new-message");
        assert!(slug(&"long ".repeat(100)).len() <= 64);
    }

    #[test]
    fn heads_hold_any_title() {
        for title in ["plain", "with \"quotes\" and \\", "ends with '''"] {
            let text = head(title, Some("launch"), true);
            let toml = text.split("+++").nth(1).unwrap();
            let table: toml::Table = toml.parse().unwrap();
            assert_eq!(table["title"].as_str(), Some(title));
        }
    }
}
