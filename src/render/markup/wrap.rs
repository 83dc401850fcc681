//! Lines of a width that people can read.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// `line` in pieces of at most `width` columns, cut at spaces. An address stays
/// whole; other words without spaces (Chinese, Japanese) are cut where they must be.
pub(in crate::render) fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut used = 0;
    for word in line.split(' ') {
        let columns = word.width();
        let whole = columns <= width || word.contains("://");
        if used > 0 && used + 1 + columns > width && whole {
            pieces.push(std::mem::take(&mut piece));
            used = 0;
        }
        if used > 0 {
            piece.push(' ');
            used += 1;
        }
        if whole {
            piece.push_str(word);
            used += columns;
            continue;
        }
        for c in word.chars() {
            let columns = c.width().unwrap_or(0);
            if used + columns > width {
                pieces.push(std::mem::take(&mut piece));
                used = 0;
            }
            piece.push(c);
            used += columns;
        }
    }
    pieces.push(piece);
    pieces
}
