//! The rules that reading a file may break, for `docs/rules.md` and for `allow`.

use crate::diagnostic::Severity;

/// Name, how bad a breach is, and what the rule asks for in a sentence.
pub const RULES: &[(&str, Severity, &str)] = &[
    ("duplicate-key", Severity::Error, "A key stands once in its table."),
    (
        "hostile-characters",
        Severity::Warning,
        "No character steers the display or turns the direction of writing.",
    ),
    ("loose-tags", Severity::Warning, "Tags are a list of texts, not one text with commas."),
    ("missing-key", Severity::Error, "Keys that are needed are there and not empty."),
    ("no-front-matter", Severity::Warning, "A message begins with a head between `+++` or `---`."),
    ("no-summary", Severity::Warning, "A message says its point in `summary`."),
    ("not-in-this-build", Severity::Error, "Every key can be honoured by this build."),
    ("path-outside", Severity::Error, "Files are inside of the project."),
    ("secret-literal", Severity::Error, "A secret is referred to and never written in a file."),
    ("syntax", Severity::Error, "Files are well-formed TOML or YAML."),
    ("unknown-adapter", Severity::Error, "A channel's adapter is one of this build's."),
    ("unknown-key", Severity::Error, "Every key is known (in a message's head: a warning)."),
    ("untranslated", Severity::Warning, "A translation has its own title."),
    ("wrong-name", Severity::Error, "Names and ids are of letters that are safe in paths and templates."),
    ("wrong-type", Severity::Error, "A value is of the kind that its key takes."),
    ("wrong-value", Severity::Error, "A value means something to its key."),
];
