//! Text in HTML and XML.

use super::visible::is_hostile;

/// `text` as it stands in HTML and XML, in elements and in quoted attributes
/// (where `/` needs nothing). Characters that steer a display are dropped, and
/// with them all that XML 1.0 forbids.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_hostile(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_an_attribute_or_an_element() {
        assert_eq!(escape("<a b=\"c\" d='e'>&amp;/"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;/");
        assert_eq!(escape("a\u{1b}\u{0}b\u{202e}c\u{fffe}d\r\n\te"), "abcd\n\te");
    }
}
