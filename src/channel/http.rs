//! The one HTTP client: time-outs, redaction, how a status becomes a `SendError`.
