//! JSON Schemas of the files, from the same shapes that read them.
