//! That the networks refuse what the real ones refuse, and keep what readers see.
