//! The pages that we write, in a real browser: wide and narrow, light and dark,
//! nothing runs, nothing is fetched, nothing sticks out, everything can be read.

use super::house::House;
use super::tools::{python, read_page};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// Drives Chromium by WebDriver through a list of pages and widths.
const BROWSE: &str = r#"
import json, os, re, socket, subprocess, sys, tempfile, time, urllib.request
job = json.load(open(sys.argv[1]))
with socket.socket() as s: s.bind(("127.0.0.1", 0)); port = s.getsockname()[1]
driver = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, {"Content-Type": "application/json"}, method=method)
    return json.load(urllib.request.urlopen(request, timeout=60))["value"]
for _ in range(100):
    try:
        if call("GET", "/status")["ready"]: break
    except OSError: time.sleep(0.1)
LOOK = """
const seen = [], pale = [];
const parse = (text) => { const m = text.match(/[\\d.]+/g).map(Number); return m.length > 3 ? m : [...m, 1]; };
const light = ([r, g, b]) => { const f = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
const wide = document.documentElement.clientWidth;
for (const e of document.querySelectorAll('body *')) {
  const box = e.getBoundingClientRect();
  if (!box.width || !box.height) continue;
  let clipped = false;
  for (let p = e.parentElement; p; p = p.parentElement) if (getComputedStyle(p).overflowX !== 'visible' && p !== document.body && p !== document.documentElement) clipped = true;
  if (box.right > wide + 1 && !clipped) seen.push(e.tagName + '.' + e.className + ' ' + Math.round(box.right));
  const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  if (!own) continue;
  let back = [255, 255, 255, 1];
  for (let p = e; p; p = p.parentElement) { const c = parse(getComputedStyle(p).backgroundColor); if (c[3] > 0.5) { back = c; break; } if (getComputedStyle(p).backgroundImage !== 'none') { back = null; break; } }
  if (!back) continue;
  const [a, b] = [light(parse(getComputedStyle(e).color)), light(back)].sort((x, y) => y - x);
  const contrast = (a + 0.05) / (b + 0.05);
  if (contrast < 4.5) pale.push(contrast.toFixed(1) + ' ' + e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 40));
}
return { overflow: document.documentElement.scrollWidth - wide, wide, out: seen.slice(0, 8), pale: [...new Set(pale)].slice(0, 12), scripts: document.scripts.length,
  broken: [...document.images].filter((i) => i.src.startsWith('data:') || i.src.startsWith('file:')).filter((i) => { if (i.loading === 'lazy') i.loading = 'eager'; return i.complete && !i.naturalWidth; }).length,
  images: document.images.length, background: getComputedStyle(document.body).backgroundColor, ran: !!window.ran };
"""
answers = []
try:
    for width, height in job["sizes"]:
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", "--hide-scrollbars", f"--window-size={max(width, 600)},{height}"]
        chrome = {"args": arguments, "mobileEmulation": {"deviceMetrics": {"width": width, "height": height, "pixelRatio": 1, "touch": False}}}
        session = call("POST", "/session", {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": chrome, "goog:loggingPrefs": {"performance": "ALL"}}}})["sessionId"]
        base = f"/session/{session}"
        for page in job["pages"]:
            for scheme in ["light", "dark"]:
                call("POST", base + "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {"features": [{"name": "prefers-color-scheme", "value": scheme}]}})
                call("POST", base + "/url", {"url": "file://" + page})
                found = call("POST", base + "/execute/sync", {"script": LOOK, "args": []})
                log = [json.loads(entry["message"])["message"] for entry in call("POST", base + "/se/log", {"type": "performance"})]
                urls = [m["params"]["request"]["url"] for m in log if m["method"] == "Network.requestWillBeSent"]
                blocked = {m["params"]["requestId"] for m in log if m["method"] == "Network.loadingFailed" and m["params"].get("blockedReason")}
                sent = [m["params"]["request"]["url"] for m in log if m["method"] == "Network.requestWillBeSent" and m["params"]["requestId"] not in blocked]
                found.update(page=page, scheme=scheme, sent=[url for url in sent if not url.startswith(("file:", "data:", "about:", "blob:"))])
                answers.append(found)
                if os.environ.get("LADDER_SHOTS"):
                    import base64
                    name = re.sub(r"\W+", "-", page.split("/", 3)[-1])[-40:]
                    whole = call("POST", base + "/goog/cdp/execute", {"cmd": "Page.captureScreenshot", "params": {"captureBeyondViewport": True, "clip": {"x": 0, "y": 0, "width": width, "height": min(4000, call("POST", base + "/execute/sync", {"script": "return document.documentElement.scrollHeight", "args": []})), "scale": 1}}})
                    open(f"{os.environ['LADDER_SHOTS']}/{name}-{width}-{scheme}.png", "wb").write(base64.b64decode(whole["data"]))
        call("DELETE", base)
finally:
    driver.terminate(); driver.wait()
print(json.dumps(answers))
"#;

/// Every page at 1280 and 390 pixels, light and dark.
fn looked_at(house: &House, pages: &[PathBuf]) {
    let job = json!({ "sizes": [[1280, 900], [390, 844]], "pages": pages });
    house.write("browse.json", job.to_string());
    let answers = python(BROWSE, &[&house.path("browse.json")]);
    let answers = answers.as_array().unwrap();
    assert_eq!(answers.len(), pages.len() * 4);
    let mut wrong = Vec::new();
    for answer in answers {
        let place = format!("{} at {} in {}", answer["page"], answer["wide"], answer["scheme"]);
        let fine = [
            ("overflow", json!(0)),
            ("out", json!([])),
            ("scripts", json!(0)),
            ("ran", json!(false)),
            ("broken", json!(0)),
            ("sent", json!([])),
            ("pale", json!([])),
        ];
        for (what, expected) in fine {
            if answer[what] != expected {
                wrong.push(format!("{place}: {what} is {}", answer[what]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let background =
        |scheme: &str| answers.iter().find(|a| a["scheme"] == scheme).unwrap()["background"].clone();
    assert_ne!(background("light"), background("dark"), "no dark mode");
}

/// What an author may have copied from somewhere.
const HOSTILE: &str = r#"+++
title = "<script>window.ran = 1</script> & <img src=x onerror='window.ran=1'>"
summary = "A summary <b>with</b> \"markup\" and https://example.com/a/very/long/address/that/goes/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on"
ladder = "at-once"
tags = ["a"]
+++
<script>window.ran = 1</script>
<img src="https://tracker.example/pixel.gif"> <img src="x" onerror="window.ran=1">
<iframe src="https://frame.example/"></iframe> <style>@import "https://style.example/x.css"; body { background: url(https://back.example/) }</style>

![pixel](https://tracker.example/2.gif) [run](javascript:window.ran=1)

| a column that is wide | another one that is wide | a third one | and a fourth one that is wide | five |
| --- | --- | --- | --- | --- |
| `one_very_long_word_in_code_that_does_not_break_anywhere_at_all` | 2 | 3 | 4 | https://example.com/a/very/long/address/that/goes/on/and/on/and/on |

```
one_very_long_line_of_code_that_does_not_break_anywhere_at_all(one_very_long_line_of_code, that_does_not_break_anywhere);
```

Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft_Donaudampfschifffahrtselektrizitätenhauptbetriebswerk

漢字が続く長い文章です。折り返しができるはずです。漢字が続く長い文章です。折り返しができるはずです。

مرحبا بالعالم
"#;

#[test]
#[ignore = "needs chromedriver and python3"]
fn pages_are_seen_as_they_should_be() {
    let launch = House::story("product-launch");
    launch.run(&["preview", "rocket-2", "--out", "preview.html"]).ends(0);
    let house = House::new("at-once");
    house.write("messages/hostile.md", HOSTILE);
    let hostile = house.run(&["preview", "hostile", "--out", "hostile.html"]);
    assert!(matches!(hostile.code, Some(0 | 3)), "{}", hostile.err);
    house.run(&["publish", "hello", "--yes"]).ends(0);
    // On a page of our own the pictures of others are the author's business.
    let without: Vec<&str> =
        HOSTILE.lines().filter(|line| !line.contains("<img ") && !line.contains("![")).collect();
    house.write(
        "messages/hostile.md",
        without.join("\n").replacen("summary", "title = \"Hostile\"\nsummary", 1),
    );
    house.run(&["publish", "hostile", "--yes"]).ends(0);
    let pages = [
        launch.path("preview.html"),
        house.path("hostile.html"),
        house.path("public/blog/index.html"),
        house.path("public/blog/hello/index.html"),
        house.path("public/blog/hostile/index.html"),
    ];
    looked_at(&house, &pages);
    for page in &pages[..2] {
        read_page(page);
    }
}

/// A picture of noise, which nothing compresses, made without any library.
const NOISE: &str = r#"
import json, os, struct, sys, zlib
width, height, folder = 4000, 3000, sys.argv[1]
def chunk(kind, data): return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
for number in range(12):
    rows = b"".join(b"\0" + os.urandom(width) for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    open(f"{folder}/{number}.png", "wb").write(png)
print(json.dumps(True))
"#;

#[test]
#[ignore = "needs python3; takes half a minute"]
fn twelve_large_pictures_make_a_page_below_five_megabytes() {
    let house = House::new("at-once");
    let mut head =
        "+++\ntitle = \"Large\"\nsummary = \"Twelve large pictures.\"\nladder = \"at-once\"\n".to_owned();
    for number in 0..12 {
        head.push_str(&format!("[[media]]\nfile = \"{number}.png\"\nalt = \"Noise number {number}\"\n"));
    }
    house.write("messages/large/message.md", format!("{head}+++\nText.\n"));
    python(NOISE, &[&house.path("messages/large")]);
    let ended = house.run(&["preview", "large", "--out", "large.html"]);
    assert!(ended.took < Duration::from_secs(50), "{:?}", ended.took);
    let bytes = std::fs::metadata(house.path("large.html")).unwrap().len();
    assert!(bytes < 5_000_000, "{bytes} bytes");
    let found: Value = read_page(&house.path("large.html"));
    assert!(found["words"].as_str().unwrap().contains("Noise number 0"), "{found}");
}
