//! Programs that somebody else wrote: Python to read what we made, and others.

use super::house::{Ended, finish};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Runs a Python program of the test; it prints one JSON value.
#[track_caller]
pub fn python(code: &str, arguments: &[&Path]) -> Value {
    let mut command = Command::new("python3");
    command.arg("-c").arg(code).args(arguments);
    let ended = finish(command, "python3").ends(0);
    serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {}", ended.out))
}

/// Runs a program that must end well.
#[track_caller]
pub fn tool(name: &str, arguments: &[&str], folder: &Path) -> Ended {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(folder);
    finish(command, name).ends(0)
}

/// Elements that are opened and closed in order, as Python's reader of HTML
/// sees it; also every address that a browser would fetch by itself.
pub const READ_HTML: &str = r#"
import html.parser, json, re, sys
VOID = set("area base br col embed hr img input link meta source track wbr".split())
class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(); self.open = []; self.wrong = []; self.fetched = []; self.tags = []; self.words = []; self.frames = []; self.policy = ""
    def handle_starttag(self, tag, attributes):
        self.tags.append(tag); given = dict(attributes)
        for name, value in attributes:
            if name.startswith("on"): self.wrong.append(f"{tag} has {name}")
            if name in ("src", "srcset", "poster", "data", "background") or (name == "href" and tag in ("link", "base")):
                self.fetched.append(value or "")
            if name == "style" and value: self.fetched += re.findall(r"url\(\s*['\"]?([^)'\"]*)", value)
            if name == "srcdoc": self.frames.append(value)
        if tag == "meta" and (given.get("http-equiv") or "").lower() == "content-security-policy": self.policy = given["content"]
        if tag == "link" and given.get("rel") in ("canonical", "alternate"): self.fetched.remove(given["href"])
        if tag not in VOID: self.open.append(tag)
    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID: self.open.pop()
    def handle_endtag(self, tag):
        if tag in VOID: return
        if not self.open or self.open[-1] != tag: self.wrong.append(f"</{tag}> in {self.open[-3:]}")
        if tag in self.open:
            while self.open.pop() != tag: pass
    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.fetched += re.findall(r"url\(\s*['\"]?([^)'\"]*)", data) + re.findall(r"@import[^;]*", data)
        else: self.words.append(data)
def read(text):
    reader = Reader(); reader.feed(text); reader.close()
    wrong = reader.wrong + [f"<{tag}> stays open" for tag in reader.open]
    found = {"wrong": wrong, "fetched": reader.fetched, "tags": reader.tags, "policy": reader.policy, "words": " ".join(" ".join(reader.words).split())}
    found["frames"] = [read(frame) for frame in reader.frames]
    return found
print(json.dumps(read(open(sys.argv[1], encoding="utf-8").read())))
"#;

/// What Python sees in a page: nothing unbalanced, nothing fetched from outside.
#[track_caller]
pub fn read_page(page: &Path) -> Value {
    let found = python(READ_HTML, &[page]);
    let policy = found["policy"].as_str().unwrap();
    // Frames of this kind live under the policy of the page around them.
    let closed = policy.contains("default-src 'none'") && policy.contains("img-src data:");
    check_page(&found, &page.display().to_string(), closed);
    found
}

#[track_caller]
fn check_page(found: &Value, name: &str, closed: bool) {
    assert_eq!(found["wrong"], serde_json::json!([]), "{name}");
    let tags = found["tags"].as_array().unwrap();
    for forbidden in ["script", "object", "embed", "base"] {
        assert!(!tags.iter().any(|tag| tag == forbidden), "{name} has <{forbidden}>");
    }
    for address in found["fetched"].as_array().unwrap() {
        let address = address.as_str().unwrap();
        let outside = address.contains("://") || address.starts_with("//") || address.contains("@import");
        assert!(closed || address.starts_with("data:") || !outside, "{name} fetches {address}");
    }
    for frame in found["frames"].as_array().unwrap() {
        check_page(frame, &format!("a frame of {name}"), closed);
    }
}
