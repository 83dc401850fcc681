//! What a key that nobody knows was probably meant to be. Pure.

use super::{Field, has_field, list};
use crate::diagnostic::{first_few, nearest};

/// What people call things that have another name here.
const OTHER_WORDS: [(&str, &str); 7] = [
    ("handle", "account"),
    ("username", "account"),
    ("user", "account"),
    ("profile", "account"),
    ("folder", "directory"),
    ("cw", "content_warning"),
    ("spoiler_text", "content_warning"),
];

/// So many of the keys that every such table may have are named.
const NAMED: usize = 5;

/// What to do about `key`, which is not in `shape`, nor in `beside`, whose keys may stand
/// there as well; those of `elsewhere` belong to another place.
pub fn hint(
    key: &str,
    shape: &'static [Field],
    beside: &'static [Field],
    elsewhere: &[(&'static [Field], &'static str)],
) -> String {
    if let Some((_, hint)) = elsewhere.iter().find(|(shape, _)| has_field(shape, key)) {
        return (*hint).to_owned();
    }
    let names = || shape.iter().chain(beside).map(|field| field.name);
    if let Some(near) =
        nearest(key, names()).or_else(|| the_one_with(key, shape)).or_else(|| meant(key, names()))
    {
        return format!("did you mean `{near}`?");
    }
    let near_elsewhere = elsewhere.iter().find_map(|(shape, hint)| {
        let near = nearest(key, shape.iter().map(|field| field.name))?;
        Some(format!("did you mean `{near}`? {hint}"))
    });
    near_elsewhere.unwrap_or_else(|| {
        let known = list(shape.iter().map(|field| field.name));
        if beside.is_empty() {
            return format!("known are {known}");
        }
        let others = first_few(beside.iter().map(|field| format!("`{}`", field.name)), NAMED);
        format!("known are {known}; and wherever it goes, {others}")
    })
}

/// The one key of which `key` is a word: `url` of `base_url`.
fn the_one_with(key: &str, shape: &'static [Field]) -> Option<&'static str> {
    let mut with =
        shape.iter().map(|field| field.name).filter(|name| name.split('_').any(|word| word == key));
    with.next().filter(|_| with.next().is_none())
}

fn meant(key: &str, mut names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let (_, meant) = OTHER_WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(key))?;
    names.find(|name| name == meant)
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, fields};
    use super::*;

    const OWN: &[Field] = &[
        Field::new("base_url", Kind::Text, "."),
        Field::new("access_token", Kind::Text, "."),
        Field::new("app_key", Kind::Text, "."),
        Field::new("user_key", Kind::Text, "."),
    ];

    #[test]
    fn what_was_meant_is_found_by_letters_by_words_and_by_other_names() {
        let hint = |key: &str| hint(key, OWN, fields::CHANNEL, &[]);
        for (key, meant) in [
            ("acces_token", "access_token"),
            ("url", "base_url"),
            ("token", "access_token"),
            ("acount", "account"),
            ("handle", "account"),
            ("langauge", "language"),
        ] {
            assert_eq!(hint(key), format!("did you mean `{meant}`?"), "{key}");
        }
        // Two have that word.
        let said = hint("key");
        assert!(
            said.starts_with("known are `base_url`, `access_token`, `app_key`, `user_key`; and"),
            "{said}"
        );
        assert!(said.contains("`account`"), "{said}");
        assert_eq!(
            super::hint("handle", OWN, &[], &[]),
            "known are `base_url`, `access_token`, `app_key`, `user_key`"
        );
        let elsewhere: [(&'static [Field], &str); 1] = [(fields::RUNG, "it belongs to a rung")];
        assert_eq!(super::hint("channel", OWN, &[], &elsewhere), "it belongs to a rung");
        assert_eq!(
            super::hint("chanel", OWN, &[], &elsewhere),
            "did you mean `channel`? it belongs to a rung"
        );
    }
}
