//! Hard texts with the answers of the networks' own libraries.
