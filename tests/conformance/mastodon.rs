//! Mastodon: lengths and entities.
