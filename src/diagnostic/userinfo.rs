//! Takes users and passwords out of the addresses in what is told of a file: what is told
//! stands on screens and in logs.

/// The text, with `…` for what stands before the `@` of an address (RFC 3986, 3.2.1).
pub(super) fn hidden(text: String) -> String {
    let Some(first) = text.find("://").filter(|_| text.contains('@')) else { return text };
    let (mut out, mut rest) = (String::with_capacity(text.len()), text.as_str());
    let mut next = Some(first);
    while let Some((before, behind)) = next.and_then(|at| rest.split_at_checked(at + "://".len())) {
        out.push_str(before);
        let ends = |c: char| c.is_whitespace() || c.is_control() || "/?#\"'`<>\\".contains(c);
        let authority = behind.split(ends).next().unwrap_or_default();
        rest = match authority.rfind('@') {
            Some(at) => {
                out.push('…');
                behind.get(at..).unwrap_or_default()
            }
            None => behind,
        };
        next = rest.find("://");
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::hidden;
    use crate::diagnostic::Diagnostic;

    #[test]
    fn what_stands_before_the_at_of_an_address_is_not_told() {
        for (text, told) in [
            (
                "there is no rung `https://ada:S3cret@a.example/x@y`",
                "there is no rung `https://…@a.example/x@y`",
            ),
            ("a ws://t@b:1, https://:p@c and d://e:f@g@h", "a ws://…@b:1, https://…@c and d://…@h"),
            (
                "https://a.example/@ada and mail ada@a.example",
                "https://a.example/@ada and mail ada@a.example",
            ),
            ("äö://ü:ß@x://y@z", "äö://…@x://…@z"),
            ("://@", "://…@"),
            ("no address", "no address"),
        ] {
            assert_eq!(hidden(text.to_owned()), told);
        }
        let secret = "https://ada:S3cret@a.example/";
        let problem = Diagnostic::error("bad-url", secret).label(secret).hint(secret);
        assert!(!format!("{problem:?}").contains("S3cret"), "{problem:?}");
    }
}
