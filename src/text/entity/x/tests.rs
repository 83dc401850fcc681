//! What X links, by cases of our own.
