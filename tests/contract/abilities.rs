//! What the rows say they can do, and what they do.

use super::bench::configured;
use ladder::channel::ability::{self, Abilities};
use ladder::channel::{ADAPTERS, Ability, Adapter, Change, Edited, Found, NO_EDIT, NO_REMOVAL, Removed};
use ladder::ladder::shape::Kind as FieldKind;
use ladder::plan::{PayloadPart, Receipt};
use ladder::render::{Variant, VariantKind};

/// Where the generated table stands.
const PAGE: &str = include_str!("../../docs/promises.md");
const BEGIN: &str = "<!-- abilities: begin -->\n";
const END: &str = "<!-- abilities: end -->";

fn is_no(ability: Ability) -> bool {
    matches!(ability, Ability::No(_))
}

/// A declaration is compared with what the channel says when it is asked: the
/// words of the trait's own default, or something else.
#[tokio::test]
async fn what_is_declared_is_what_is_done() {
    for adapter in ADAPTERS {
        // Where its table says what it makes of a message, one of these may do what others cannot.
        let kinds = adapter.fields.iter().find(|field| field.name == "kind").map(|field| field.kind);
        let kinds = match kinds {
            Some(FieldKind::OneOf(kinds)) => {
                kinds.iter().map(|kind| format!("kind = \"{kind}\"\n")).collect()
            }
            _ => vec![String::new()],
        };
        let mut can_edit = false;
        for kind in kinds {
            can_edit |= does_what_is_declared(adapter, &kind).await;
        }
        assert_eq!(can_edit, !is_no(adapter.abilities.edit), "{}", adapter.name);
    }
}

/// Whether it can be edited, in a channel with that line.
async fn does_what_is_declared(adapter: &Adapter, kind: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let channel = configured(&format!("[channels.step]\n{}{kind}", adapter.sample)).channel;
    let variant = match channel.kind() {
        VariantKind::Article => with_original(super::files::article()),
        VariantKind::Mail => super::mail::mail(),
        VariantKind::Post => Variant::Post(super::bench::post(&["It landed."])),
    };
    let attempt = super::files::attempt(&*channel, &variant, folder.path(), "rocket-2");
    let part = channel.payload(&variant, &attempt.identity).value.unwrap().parts.remove(0);
    let Abilities { find, delete, edit, .. } = adapter.abilities;
    let receipt = Receipt::default();

    let removed = channel.take_down(&part, &receipt, &attempt).await;
    let cannot = matches!(&removed, Ok(Removed::Stays(why)) if why == NO_REMOVAL);
    assert_eq!(cannot, is_no(delete), "{}: {removed:?}", adapter.name);

    let change = Change { before: part.clone(), after: other_words(&part) };
    let can = channel.can_edit(&change);
    assert!(can.is_err() || !is_no(edit), "{}: {can:?}", adapter.name);
    assert!(is_no(edit) || can != Err(NO_EDIT.to_owned()), "{}", adapter.name);
    if let Err(why) = can.clone() {
        // In the words of the trait, or for a reason of its own.
        let edited = channel.edit(&change, &receipt, &attempt).await;
        assert_eq!(edited.unwrap(), Edited::Stays(why), "{}", adapter.name);
    } else {
        assert_eq!(can, Ok(()));
    }

    let found = channel.find(&part, &attempt).await;
    let keeps_none = matches!(&found, Ok(Found::CannotTell(why)) if why.contains("keeps no list"));
    assert!(!keeps_none || !matches!(find, Ability::Yes(_)), "{}: {found:?}", adapter.name);
    for ability in adapter.abilities.all() {
        assert!((8..=90).contains(&ability.how().len()), "{}: {ability}", adapter.name);
        assert!(!ability.how().contains('|') && !ability.how().ends_with('.'), "{}: {ability}", adapter.name);
    }
    can.is_ok()
}

/// What is told of pages needs one to tell of.
fn with_original(mut variant: Variant) -> Variant {
    if let Variant::Article(article) = &mut variant {
        article.canonical = Some("https://acme.example/blog/rocket-2/".to_owned());
    }
    variant
}

/// The same part with other words in it.
fn other_words(part: &PayloadPart) -> PayloadPart {
    let mut other = part.clone();
    // Of an article the title: its `status` is no text.
    let keys = ["message", "commentary", "text", "markdown", "title", "status"];
    if let Some(key) = keys.into_iter().find(|key| other.body[*key].is_string()) {
        other.body[key] = "Other words.".into();
    }
    other
}

#[test]
fn the_page_has_the_table_that_the_rows_give() {
    let (_, rest) = PAGE.split_once(BEGIN).expect("docs/promises.md has the table's beginning");
    let (table, _) = rest.split_once(END).expect("docs/promises.md has the table's end");
    assert_eq!(table, ability::markdown(), "write this between the two marks");
}

#[test]
fn the_readme_has_the_table_that_the_rows_give() {
    const README: &str = include_str!("../../README.md");
    let (_, rest) = README.split_once("<!-- channels -->\n").expect("README.md has the table's beginning");
    let (table, _) = rest.split_once("<!-- end of channels -->").expect("README.md has the table's end");
    let pages = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/channels");
    let made = ability::summary(|name| pages.join(format!("{name}.md")).is_file());
    assert_eq!(table, made, "write this between the two marks");
}
