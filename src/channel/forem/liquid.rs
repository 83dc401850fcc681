//! Forem reads Liquid in what its Markdown has become: `{{ … }}` and `{% … %}` run, or
//! break the article. Code is kept from that by Forem itself (`MarkdownProcessor`,
//! `escape_liquid_tags_in_codeblock`: fences and backticks, not indents); all other
//! braces are kept from it here, by `{% raw %}`. Pure and linear.

use crate::channel::markdown_body::running;

const OPENING: &[&str] = &["{{", "{%"];
/// The same brace, spelled: what makes HTML safe spells it out again before Liquid
/// reads it.
const SPELLED: &[&str] = &["&#123;", "&#x7b;", "&#x7B;", "&#X7b;", "&#X7B;", "&lbrace;", "&lcub;"];
const RAW: (&str, &str) = ("{% raw %}", "{% endraw %}");

/// `markdown` without anything that Liquid reads; the error says what cannot be kept
/// from it.
pub(super) fn harmless(markdown: &str) -> Result<String, &'static str> {
    let (ranges, odd) = running(markdown, OPENING);
    if odd {
        return Err(
            "Forem would run what stands between `{{` or `{%` and its end in code by indents, in HTML, or in the address of a link",
        );
    }
    let mut out = String::with_capacity(markdown.len() + 64);
    let mut from = 0;
    for range in ranges {
        out.push_str(&markdown[from..range.start]);
        from = range.end;
        let mut rest = &markdown[range];
        while let Some(at) = rest.find(['{', '&']) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let spelled = SPELLED.iter().find(|spelled| rest.starts_with(**spelled));
            let length = spelled.map_or(1, |spelled| spelled.len());
            let after = rest[length..].trim_start_matches('\\');
            if spelled.is_some() || rest.starts_with('{') && after.starts_with(['{', '%', '&']) {
                out.push_str(RAW.0);
                out.push('{');
                out.push_str(RAW.1);
            } else {
                out.push_str(&rest[..length]);
            }
            rest = &rest[length..];
        }
        out.push_str(rest);
    }
    out.push_str(&markdown[from..]);
    Ok(out)
}

/// The other way round, for what readers see.
pub(super) fn shown(markdown: &str) -> String {
    markdown.replace(&format!("{}{{{}", RAW.0, RAW.1), "{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn liquid_is_text_outside_of_code_and_code_is_left_to_forem() {
        for same in ["{x} {a: 1}", "`{{ x }}`", "```\n{% if %}\n```", "a & b", "&amp;", "}} %}"] {
            assert_eq!(harmless(same).unwrap(), same);
        }
        let raw = "{% raw %}{{% endraw %}";
        for (written, kept) in [
            ("Hi {{ name }}", format!("Hi {raw}{{ name }}}}")),
            ("{% embed https://x %}", format!("{raw}% embed https://x %}}")),
            ("{{{", format!("{raw}{raw}{{")),
            ("{\\{ x }}", format!("{raw}\\{{ x }}}}")),
            ("&#123;&lbrace;x", format!("{raw}{raw}x")),
            ("`{{` and {{", format!("`{{{{` and {raw}{{")),
        ] {
            let made = harmless(written).unwrap();
            assert_eq!(made, kept, "{written}");
            if !written.contains('&') {
                assert_eq!(shown(&made), written);
            }
        }
        for odd in ["    {{ x }}\n", "<div title=\"{{x}}\">", "[a](https://x.example/{{y}})"] {
            assert!(harmless(odd).is_err(), "{odd}");
        }
    }
}
