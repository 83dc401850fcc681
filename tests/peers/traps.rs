//! Words that trip over front matter and template languages, and are words.

/// A title with all that generators and YAML trip over.
pub const TITLE: &str = r##"Yes: "100 %" & 'it' {{ site.x }} {% raw %} # <b>no</b> \n - [x]"##;

/// A body with every tag that would run. `cover.png` lies beside it.
pub const BODY: &str = r#"First *paragraph* of the page.

Shortcodes {{< figure src="x" >}}, {{% notice %}} and tags {{ page.secret }}, {% include x %}, {% endraw %} are words.

```html
<p>{{ in_code }} {% if x %}</p>
```

![The picture](cover.png)

The end.
"#;

/// What a reader finds of [`BODY`], code without its tags.
pub const SAID: &[&str] = &[
    "First paragraph of the page.",
    "{{< figure src=\"x\" >}}, {{% notice %}} and tags {{ page.secret }}, {% include x %}, {% endraw %} are words.",
    "{{ in_code }} {% if x %}",
    "The end.",
];

/// The same in straight quotes and dots: generators set type.
pub fn plain(text: &str) -> String {
    text.replace(['“', '”'], "\"").replace(['‘', '’'], "'").replace('…', "...")
}
