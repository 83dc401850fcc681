//! Marks that are the same at both ends (`**`, `_`, `~~`), and brackets: which
//! of them belong together is known only when the second one is met.

use super::scan::{DEPTH, Is, Nature, Scan};
use std::ops::Range;

/// A mark whose partner has not been met.
struct Waiting {
    token: usize,
    mark: &'static str,
}

/// Marks that wait for their partners.
#[derive(Default)]
pub(super) struct Pairs {
    waiting: Vec<Waiting>,
}

/// What may stand in brackets while marks are looked for: more of them that
/// never close are text.
const MOST_WAITING: usize = DEPTH;

impl Pairs {
    /// Whether `mark` is open, and can be closed.
    pub fn is_open(&self, mark: &str) -> bool {
        self.waiting.iter().any(|own| own.mark == mark)
    }

    /// Whether `mark` is the innermost one.
    pub fn is_innermost(&self, mark: &str) -> bool {
        self.waiting.last().is_some_and(|own| own.mark == mark)
    }

    /// `mark` stands at `range` and may begin something: it is text until its
    /// partner is met.
    pub fn open(&mut self, scan: &mut Scan, range: Range<usize>, mark: &'static str) {
        if self.waiting.len() >= MOST_WAITING {
            // The outermost has waited longest.
            self.waiting.remove(0);
        }
        scan.push(range, Is::Text);
        self.waiting.push(Waiting { token: scan.tokens.len() - 1, mark });
    }

    /// `range` ends what `mark` began. What was opened within stays text.
    pub fn close(&mut self, scan: &mut Scan, range: Range<usize>, mark: &str, ends: &str, nature: Nature) {
        let Some(at) = self.waiting.iter().rposition(|own| own.mark == mark) else { return };
        self.waiting.truncate(at + 1);
        let Some(opener) = self.waiting.pop() else { return };
        let Some(written) = scan.tokens.get(opener.token).map(|token| token.range.clone()) else { return };
        let style = scan.style(mark, ends, nature);
        if let Some(token) = scan.tokens.get_mut(opener.token) {
            token.is = Is::Open(style);
            debug_assert_eq!(written, token.range);
        }
        scan.push(range, Is::Close(style));
    }

    /// The innermost bracket is none.
    pub fn give_up(&mut self, mark: &str) {
        if let Some(at) = self.waiting.iter().rposition(|own| own.mark == mark) {
            self.waiting.remove(at);
        }
    }

    /// Nothing that was opened reaches beyond this place.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }
}
