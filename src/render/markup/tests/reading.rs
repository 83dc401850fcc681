//! Telegram's two modes read as strictly as its server does: an unknown tag, a
//! reserved character without a backslash or a mark that is not closed is an
//! error. What is read is the text that readers see.

use crate::text::markup::telegram;

/// The text of the HTML mode.
pub fn read_html(html: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '>']) {
        out.push_str(&rest[..at]);
        let tag = rest[at..].strip_prefix('<').ok_or(format!("a bare > in {html}"))?;
        let end = tag.find('>').ok_or(format!("an open tag in {html}"))?;
        let (inside, after) = (&tag[..end], &tag[end + 1..]);
        rest = after;
        let name = inside.split(' ').next().unwrap_or("");
        match name.strip_prefix('/') {
            Some(name) if open.pop() == Some(name) => {}
            Some(_) => return Err(format!("{name} closes nothing in {html}")),
            None => {
                let attributes = &inside[name.len()..];
                let plain =
                    ["b", "i", "s", "code", "pre", "blockquote"].contains(&name) && attributes.is_empty();
                let code = name == "code" && attributes.starts_with(" class=\"language-");
                let link = name == "a" && attributes.starts_with(" href=\"");
                let in_pre = open.last() == Some(&"pre");
                if !(plain || link || code && in_pre) {
                    return Err(format!("<{inside}> in {html}"));
                }
                if name == "blockquote" && open.contains(&name) || name == "a" && open.contains(&name) {
                    return Err(format!("{name} in itself in {html}"));
                }
                open.push(name);
            }
        }
    }
    out.push_str(rest);
    if open.is_empty() { Ok(telegram::unescape_html(&out)) } else { Err(format!("{open:?} in {html}")) }
}

/// The text of MarkdownV2.
pub fn read_markdown(markdown: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut quoted = false;
    let mut at = 0;
    while let Some(c) = markdown[at..].chars().next() {
        let rest = &markdown[at..];
        let line_start = at == 0 || markdown[..at].ends_with('\n');
        let here = at;
        let failure = move || format!("{c:?} at {here} of {markdown}");
        let within = open.last() == Some(&"```");
        if line_start && (quoted || !within) {
            if within && c != '>' {
                return Err(failure());
            }
            quoted = c == '>';
            if quoted {
                at += 1;
                if within && markdown[at..].starts_with("```") && !out.ends_with('\n') {
                    return Err(failure());
                }
                continue;
            }
        }
        let code = matches!(open.last(), Some(&"`" | &"```"));
        let mark = ["```", "__", "*", "_", "~", "`"].into_iter().find(|mark| rest.starts_with(mark));
        if c == '\\' {
            let next = rest[1..].chars().next().ok_or_else(failure)?;
            if !telegram::is_reserved(next) && next != '`' {
                return Err(failure());
            }
            out.push(next);
            at += 1 + next.len_utf8();
        } else if code && mark != open.last().copied() {
            if c == '`' {
                return Err(failure());
            }
            out.push(c);
            at += c.len_utf8();
        } else if let Some(mark) = mark {
            if open.last() == Some(&mark) {
                open.pop();
                if mark == "```" {
                    out.pop().filter(|c| *c == '\n').ok_or_else(failure)?;
                }
            } else if open.contains(&mark) || mark == "__" {
                return Err(failure());
            } else if mark == "*" && rest.starts_with("**") {
                // An empty mark, to keep two others apart.
                at += 1;
            } else {
                open.push(mark);
                if mark == "```" {
                    at += rest.find('\n').ok_or_else(failure)? - 2;
                }
            }
            at += mark.len();
        } else if c == '[' && !open.contains(&"[") {
            open.push("[");
            at += 1;
        } else if rest.starts_with("](") && open.last() == Some(&"[") {
            open.pop();
            at += 2;
            loop {
                let c = markdown[at..].chars().next().ok_or_else(failure)?;
                at += c.len_utf8();
                match c {
                    '\\' => at += 1,
                    ')' => break,
                    _ => {}
                }
            }
        } else if telegram::is_reserved(c) {
            return Err(failure());
        } else {
            out.push(c);
            at += c.len_utf8();
        }
    }
    if open.is_empty() { Ok(out) } else { Err(format!("{open:?} is open in {markdown}")) }
}
