//! What of a variant a problem is about.

/// What of a variant a problem is about: who looks at the variant alone, as an adapter
/// does, does not know in which file that was written. Who does gives it a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// The rung itself, and what it waits for.
    Rung,
    /// The channel that the rung names.
    Channel,
    /// The text of a post's part, counted from 0.
    Part(usize),
    /// The first comment below a post.
    FirstComment,
    /// The title of an article or a card.
    Title,
    /// An article's excerpt or a card's description.
    Excerpt,
    /// An article's slug.
    Slug,
    /// The address of the original.
    Canonical,
    /// The text of an article or a mail.
    Body,
    /// The tags.
    Tags,
    /// A mail's subject.
    Subject,
    /// The image of that path.
    Picture(String),
    /// The alt text of the image of that path.
    Alt(String),
}
