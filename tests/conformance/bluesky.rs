//! Bluesky: facets, lengths, identifiers.
