//! Entities as Mastodon finds them.

use super::Entity;

pub(super) fn entities(text: &str) -> Vec<Entity> {
    super::plain::entities(text)
}
