//! A text between the addresses that are not known yet, so that nothing is
//! found across one of them.

use crate::text::late;
use std::ops::Range;

/// A stretch of text, or the token of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// Whether it is the token of an address.
    pub late: bool,
}

/// The pieces of `text` in order. A text without tokens is one piece.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut from = 0;
    for token in late::find(text) {
        out.push(Piece { range: from..token.range.start, late: false });
        from = token.range.end;
        out.push(Piece { range: token.range, late: true });
    }
    out.push(Piece { range: from..text.len(), late: false });
    out.retain(|piece| !piece.range.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_part_a_text() {
        let token = late::token("blog", true);
        let text = format!("a {token}{token}/x");
        let found: Vec<(&str, bool)> =
            pieces(&text).into_iter().map(|piece| (&text[piece.range], piece.late)).collect();
        assert_eq!(found, [("a ", false), (&token, true), (&token, true), ("/x", false)]);
        assert_eq!(pieces(""), []);
        assert_eq!(pieces("a"), [Piece { range: 0..1, late: false }]);
    }
}
