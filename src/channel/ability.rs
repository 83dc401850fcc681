//! What each adapter can do about a delivery beside sending it: declared, so
//! that people and programs can read it, and compared with what it does.

use serde_json::{Value, json};

/// Whether an adapter can do something, and how far: a few words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ability {
    /// It can; how.
    Yes(&'static str),
    /// In some cases; which.
    Partly(&'static str),
    /// It cannot; why.
    No(&'static str),
}

/// Where what an adapter sends goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goes {
    /// To a person, who posts it: the program shows the words, and there is nothing
    /// that it could look for, take down or change.
    ByHand,
    /// Into files of the project: nobody else is asked, and no secret is needed.
    Files,
    /// To somebody's server.
    Server,
    /// To strangers' servers, as word of what stands elsewhere: nothing of it has an
    /// address, and nobody can delete it. What a plan calls it: `mentions`.
    Word(&'static str),
}

impl Goes {
    /// Of the adapter of that name. One that nobody knows, from a journal of another
    /// version's, is taken for a server: nothing is claimed to lie here.
    pub fn of(adapter: &str) -> Goes {
        super::adapter_named(adapter).map_or(Goes::Server, |adapter| adapter.goes)
    }

    /// Whether somebody's server is asked.
    pub fn is_asked(self) -> bool {
        matches!(self, Goes::Server | Goes::Word(_))
    }

    /// Whether it is only word of what stands elsewhere.
    pub fn is_word(self) -> bool {
        matches!(self, Goes::Word(_))
    }
}

/// What an adapter can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// The service knows a key of ours, and makes nothing twice under it.
    pub stable_key: Ability,
    /// What was sent can be looked for in the service's own records.
    pub find: Ability,
    /// What readers see of it can be read.
    pub read_back: Ability,
    /// It can be taken down.
    pub delete: Ability,
    /// It can get other words where it stands.
    pub edit: Ability,
    /// A repetition is recognised and refused.
    pub duplicate: Ability,
}

/// The columns of the table, in the order of [`Abilities::all`].
pub const NAMES: [&str; 6] = ["stable key", "find", "read back", "take down", "edit", "repetition refused"];

impl Ability {
    /// `yes`, `partly` or `no`.
    pub fn word(self) -> &'static str {
        match self {
            Ability::Yes(_) => "yes",
            Ability::Partly(_) => "partly",
            Ability::No(_) => "no",
        }
    }

    /// How, in which cases, or why not.
    pub fn how(self) -> &'static str {
        match self {
            Ability::Yes(how) | Ability::Partly(how) | Ability::No(how) => how,
        }
    }
}

/// `yes: how`.
impl std::fmt::Display for Ability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.word(), self.how())
    }
}

impl Abilities {
    /// All of them, in the order of [`NAMES`].
    pub fn all(&self) -> [Ability; 6] {
        [self.stable_key, self.find, self.read_back, self.delete, self.edit, self.duplicate]
    }

    /// For programs: an object of `{can, how}`, its keys with `_` for blanks.
    pub fn json(&self) -> Value {
        let pair = |(name, ability): (&&str, Ability)| {
            (name.replace(' ', "_"), json!({ "can": ability.word(), "how": ability.how() }))
        };
        Value::Object(NAMES.iter().zip(self.all()).map(pair).collect())
    }
}

/// The table of all adapters in Markdown, as `docs/promises.md` has it.
pub fn markdown() -> String {
    let mut out = format!("| adapter | {} |\n|---{}|\n", NAMES.join(" | "), "|---".repeat(NAMES.len()));
    for adapter in super::every_adapter() {
        let cells: Vec<String> = adapter.abilities.all().iter().map(Ability::to_string).collect();
        out.push_str(&format!("| `{}` | {} |\n", adapter.name, cells.join(" | ")));
    }
    out
}

/// The table of all adapters as the README has it: what each does, and in a word what
/// can be done about a delivery. `has_page`: whether `docs/channels/NAME.md` is there.
pub fn summary(has_page: impl Fn(&str) -> bool) -> String {
    let mut out = "| adapter | what it does | found again | read back | taken down | edited |\n\
                   | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for adapter in super::every_adapter() {
        let name = match adapter.name {
            name if has_page(name) => format!("[`{name}`](docs/channels/{name}.md)"),
            name => format!("`{name}`"),
        };
        let Abilities { find, read_back, delete, edit, .. } = adapter.abilities;
        let words = [find, read_back, delete, edit].map(Ability::word).join(" | ");
        out.push_str(&format!("| {name} | {} | {words} |\n", adapter.about));
    }
    out
}
