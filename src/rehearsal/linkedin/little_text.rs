//! Little text, as readers come to see it (learn.microsoft.com, li-lms-2026-05).
//!
//! Everything that is reserved and not escaped ends the text, silently, unless
//! it begins a mention, a hashtag or a template.

/// `\ | { } @ [ ] ( ) < > # * _ ~`.
const RESERVED: &[char] = &['\\', '|', '{', '}', '@', '[', ']', '(', ')', '<', '>', '#', '*', '_', '~'];

/// What readers see of `written`.
pub(super) fn shown(written: &str) -> String {
    let mut out = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            '\\' => match after.chars().next() {
                Some(next) if RESERVED.contains(&next) => {
                    out.push(next);
                    &after[next.len_utf8()..]
                }
                _ => return out,
            },
            '#' if after.starts_with(char::is_alphanumeric) => {
                out.push('#');
                after
            }
            '{' => match template(after) {
                Some((tag, after)) => {
                    out.push_str(&tag);
                    after
                }
                None => return out,
            },
            '@' => match mention(after) {
                Some((name, after)) => {
                    out.push_str(&name);
                    after
                }
                None => return out,
            },
            c if RESERVED.contains(&c) => return out,
            c => {
                out.push(c);
                after
            }
        };
    }
    out
}

/// `hashtag|\#|word}`: the tag, and what follows. Text in an element carries
/// the same escapes as text outside.
fn template(text: &str) -> Option<(String, &str)> {
    let rest = text.strip_prefix("hashtag|\\#|")?;
    let mut tag = "#".to_owned();
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '}' => return (tag.len() > 1).then(|| (tag, &rest[at + 1..])),
            '\\' => tag.push(chars.next().map(|(_, next)| next).filter(|next| RESERVED.contains(next))?),
            // Which letters a tag may have is not written: whatever is no blank
            // and means nothing else, signs that stand on letters included.
            c if !c.is_whitespace() && !RESERVED.contains(&c) => tag.push(c),
            _ => return None,
        }
    }
    None
}

/// `[Name](urn:li:organization:1)`: the name, and what follows.
fn mention(text: &str) -> Option<(String, &str)> {
    let rest = text.strip_prefix('[')?;
    let (name, rest) = rest.split_once("](")?;
    let (urn, after) = rest.split_once(')')?;
    let good = ["urn:li:organization:", "urn:li:person:"].iter().any(|kind| urn.starts_with(kind));
    (good && !name.is_empty()).then(|| (shown(name), after))
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn what_is_escaped_is_seen_and_what_is_not_ends_the_text() {
        assert_eq!(shown(r"It landed \(again\) \#1 \\o/"), r"It landed (again) #1 \o/");
        assert_eq!(shown("It landed (again)"), "It landed ");
        assert_eq!(shown("5 * 3"), "5 ");
        assert_eq!(shown("a_b"), "a");
        assert_eq!(shown(r"a\_b"), "a_b");
        assert_eq!(shown("#rocketry # alone"), "#rocketry ");
        assert_eq!(shown(r"{hashtag|\#|rocketry} flies"), "#rocketry flies");
        assert_eq!(shown(r"{hashtag|\#|snake\_case} flies"), "#snake_case flies");
        assert_eq!(shown("{hashtag|\\#|cafe\u{301}} opens"), "#cafe\u{301} opens");
        assert_eq!(shown(r"a {hashtag|\#|snake_case} flies"), "a ");
        assert_eq!(shown("{hashtag|#|rocketry} flies"), "");
        assert_eq!(shown("with @[Acme](urn:li:organization:1)!"), "with Acme!");
        assert_eq!(shown("with @ada"), "with ");
        assert_eq!(shown(r"C:\temp"), "C:");
        assert_eq!(shown(r"end\"), "end");
        assert_eq!(shown("Grüße, 日本\n\nzwei"), "Grüße, 日本\n\nzwei");
    }
}
