//! Entities as X: twitter-text finds them.

use super::Entity;

pub(super) fn entities(text: &str) -> Vec<Entity> {
    super::plain::with_bare_hosts(text)
}
