//! One file a verb, and `load.rs`, which reads the files.
