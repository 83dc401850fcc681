//! Plans, variants and events for people and machines: terminal, JSON, HTML, Markdown.
//!
//! Makes texts; `cli` writes them out. Everything that came from a file or a
//! server goes through `text::visible` (terminal) or is escaped (HTML, Markdown).

pub mod columns;
pub mod count;
pub mod edited;
pub mod history;
pub mod machine;
pub mod older;
pub mod preview;
pub mod progress;
pub mod queue;
pub mod rehearsal;
pub mod sign;
pub mod status;
pub mod taken_down;
pub mod todo;

pub use preview::{Preview, PreviewItem};
pub use progress::Progress;
