//! Slack's mrkdwn: three entities, and nothing else is escaped.
//!
//! `*`, `_`, `~` and `` ` `` have no escape there: what a person writes with
//! them may show as bold, as it does when typed into Slack itself
//! (docs.slack.dev, Formatting message text).

/// `text` as it stands in mrkdwn, outside of links and in their words.
/// Escaped `<` also keeps a text from calling `<!channel>`.
pub fn escape(text: &str) -> String {
    super::with_entities(text)
}

/// The text of mrkdwn that [`escape`] made.
pub fn unescape(mrkdwn: &str) -> String {
    super::without_entities(mrkdwn)
}

/// `url` as it stands in `<url|words>`: the bar would end it.
pub fn escape_url(url: &str) -> String {
    super::with_entities(url).replace('|', "%7C").replace(char::is_whitespace, "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_characters_are_entities() {
        assert_eq!(escape("R&D <!channel> a_b *c*"), "R&amp;D &lt;!channel&gt; a_b *c*");
        assert_eq!(escape("&amp;"), "&amp;amp;");
        assert_eq!(unescape("R&amp;D &lt;b&gt; &unknown; &"), "R&D <b> &unknown; &");
        assert_eq!(escape_url("https://a.example/?a=1&b=2|3>4"), "https://a.example/?a=1&amp;b=2%7C3&gt;4");
    }
}
