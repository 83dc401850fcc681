//! A content file for a generator, with its images.

use super::front_matter::FrontMatter;
use super::{Owner, Preset, StaticSite, Work, rival};
use crate::channel::SendError;
use crate::channel::folder::{Folder, picture_bytes};
use crate::channel::seal::changed;
use crate::plan::Receipt;
use crate::plan::key::hex_digest;
use crate::render::Picture;
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::{Value, json};

/// Writes images first, then the page: a page never shows a hole.
pub fn write(work: &Work) -> Result<Receipt, SendError> {
    let (file, owner) = owner(work)?;
    let there = work.folder.read(&file)?;
    let exists = there.is_some();
    if work.may_write(&file, owner.as_ref(), exists)? {
        return Ok(work.receipt(&file));
    }
    if there.is_some_and(|bytes| was_worked_on(work, &file, &bytes)) {
        return Err(SendError::Mendable { says: changed(&work.folder.shown(&file)) });
    }
    if let Some(rival) = rival::of(work, &file)? {
        let says = format!(
            "`{rival}` is there already, and would be the same page: give this article another `slug`, \
             or move that file away"
        );
        return Err(SendError::Refused { says });
    }
    lay_images(work, exists)?;
    work.folder.write(&file, text(work).as_bytes())?;
    Ok(work.receipt(&file))
}

/// Whether the page of an earlier generation is not what was written then. Ends of lines
/// do not count: version control may change them.
fn was_worked_on(work: &Work, file: &str, bytes: &[u8]) -> bool {
    let shown = work.folder.shown(file);
    let of_it = work.earlier.iter().filter(|receipt| receipt.detail.as_ref() == Some(&shown));
    let mut digests = of_it.filter_map(|receipt| receipt.sha256.as_deref()).peekable();
    let lines: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b'\r').collect();
    let now = [hex_digest(bytes), hex_digest(&lines)];
    digests.peek().is_some() && !digests.any(|digest| now.iter().any(|now| now == digest))
}

/// Writes the article's images. `ours`: a page of ours is there already.
pub fn lay_images(work: &Work, ours: bool) -> Result<(), SendError> {
    let (folder, prefix) = images(work)?;
    for picture in work.pictures() {
        let name = format!("{prefix}{}", picture.name);
        let bytes = picture_bytes(&work.media, picture)?;
        match folder.read(&name)? {
            Some(there) if there == bytes => {}
            // With a page of our own beside it the image is ours too.
            Some(_) if !ours => {
                let says = format!("`{}` is there already and is another image", folder.shown(&name));
                return Err(SendError::Refused { says });
            }
            _ => folder.write(&name, &bytes)?,
        }
    }
    Ok(())
}

/// The content file, and whose it is if it is ours.
pub fn owner(work: &Work) -> Result<(String, Option<Owner>), SendError> {
    let file = work.site.preset.file(&work.article.slug, &work.date);
    let bytes = work.folder.read(&file)?;
    if bytes.is_none()
        && work.site.preset == Preset::Jekyll
        && let Some((file, owner)) = rival::own_post(work)?
    {
        return Ok((file, Some(owner)));
    }
    let owner = bytes.and_then(|bytes| read_owner(&String::from_utf8_lossy(&bytes)));
    Ok((file, owner))
}

/// Front matter and body.
pub fn text(work: &Work) -> String {
    let front = front_matter(work);
    let preset = work.site.preset;
    let body = preset.escape(work.article.markdown.trim());
    let (head, body) = match preset {
        Preset::Hugo | Preset::Zola => (front.toml(), body),
        Preset::Jekyll => (front.yaml(), with_images_in(&body, &work.article.media, &jekyll_path(work))),
        Preset::Eleventy | Preset::Html => (front.yaml(), body),
    };
    format!("{head}\n{body}\n")
}

fn front_matter(work: &Work) -> FrontMatter {
    let article = &work.article;
    let cover = article.cover.as_ref();
    let own = json!({ "ladder_id": work.id, "ladder_key": work.key });
    let mut date = work.date.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    let mut keys = match work.site.preset {
        Preset::Hugo => json!({
            "title": article.title, "slug": article.slug, "description": article.excerpt, "draft": false,
            "tags": article.tags, "layout": work.site.layout,
            "images": cover.map(|cover| [&cover.name]),
        }),
        Preset::Zola => json!({
            "title": article.title, "slug": article.slug, "description": article.excerpt, "draft": false,
            "template": work.site.layout,
            "taxonomies": { "tags": article.tags },
            "extra": own,
        }),
        Preset::Jekyll => {
            date = work.date.strftime("%Y-%m-%d %H:%M:%S %z").to_string();
            json!({
                "title": article.title, "layout": work.site.layout.as_deref().unwrap_or("post"),
                "description": article.excerpt, "tags": article.tags,
                "image": cover.map(|cover| format!("{}{}", jekyll_path(work), cover.name)),
                "permalink": permalink(work),
            })
        }
        Preset::Eleventy | Preset::Html => json!({
            "title": article.title, "layout": work.site.layout, "description": article.excerpt,
            // Sites list their posts by this collection.
            "tags": std::iter::once("posts").chain(article.tags.iter().map(String::as_str)).collect::<Vec<_>>(),
            "image": cover.map(|cover| &cover.name),
            "permalink": permalink(work),
            "templateEngineOverride": "md",
        }),
    };
    // Where a generator keeps foreign keys: in a table of its own, or at the top.
    // Hugo has both by now; 0.111 finds those of `[params]` only under another name.
    let place = match work.site.preset {
        Preset::Zola => &mut keys["extra"],
        Preset::Hugo | Preset::Jekyll | Preset::Eleventy | Preset::Html => {
            keys["ladder_id"] = own["ladder_id"].clone();
            keys["ladder_key"] = own["ladder_key"].clone();
            &mut keys
        }
    };
    place["language"] = json!(article.language);
    place["canonical"] = json!(article.canonical);
    place["cover"] = json!(cover.map(|cover| &cover.name));
    place["cover_alt"] = json!(cover.map(|cover| &cover.alt).filter(|alt| !alt.is_empty()));
    if article.tags.is_empty() && work.site.preset == Preset::Zola {
        // A site that declares no taxonomy fails to build on one, even an empty one.
        keys["taxonomies"] = Value::Null;
    }
    let mut front = FrontMatter { date, keys: keys.as_object().cloned().unwrap_or_default() };
    drop_nulls(&mut front.keys);
    front.merge(&work.site.extra);
    front
}

fn drop_nulls(map: &mut serde_json::Map<String, Value>) {
    map.retain(|_, value| !value.is_null());
    for value in map.values_mut() {
        if let Value::Object(inner) = value {
            drop_nulls(inner);
        }
    }
}

/// Jekyll and Eleventy make addresses of their own unless told: then `url`
/// would be a guess.
fn permalink(work: &Work) -> Option<String> {
    let address = work.site.permalink.as_ref().or(work.site.address.as_ref())?;
    Some(address.path_of(&work.article, &work.date))
}

/// Where the images go: the folder, and what stands before their names.
pub fn images(work: &Work) -> Result<(Folder, String), SendError> {
    let slug = &work.article.slug;
    if work.site.preset != Preset::Jekyll {
        return Ok((work.folder.clone(), format!("{slug}/")));
    }
    Ok((Folder::new(&work.project, &assets(&work.site))?, format!("{slug}/")))
}

/// Of Jekyll: the folder of the folders of images. `site/_posts` → `site/assets`: it
/// publishes nothing out of `_posts` but posts.
pub fn assets(site: &StaticSite) -> String {
    let directory = site.directory.trim_end_matches('/');
    let root = directory.strip_suffix("_posts").unwrap_or("").trim_end_matches('/');
    let root = if root.is_empty() { "." } else { root };
    format!("{root}/{}", site.assets)
}

fn jekyll_path(work: &Work) -> String {
    format!("/{}/{}/", work.site.assets.trim_matches('/'), work.article.slug)
}

/// `markdown` with the article's own images found at `path` on the site,
/// wherever that is mounted.
fn with_images_in(markdown: &str, pictures: &[Picture], path: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut from = 0;
    for (event, range) in Parser::new_ext(markdown, Options::all()).into_offset_iter() {
        let Event::Start(Tag::Image { dest_url, .. }) = event else { continue };
        let written = &markdown[range.clone()];
        let Some(picture) = pictures.iter().find(|picture| picture.name == *dest_url) else { continue };
        // The last one: the alt text before it may be the file's name too.
        let Some(at) = written.rfind(picture.name.as_str()).filter(|_| range.start >= from) else { continue };
        out.push_str(&markdown[from..range.start + at]);
        out.push_str(&format!("{{{{ \"{path}{}\" | relative_url }}}}", picture.name));
        from = range.start + at + picture.name.len();
    }
    out.push_str(&markdown[from..]);
    out
}

/// Reads our two keys out of front matter of either format, and only there:
/// a body may quote anything.
pub fn read_owner(text: &str) -> Option<Owner> {
    let mut lines = text.lines();
    let fence = lines.next().filter(|line| matches!(line.trim_end(), "+++" | "---"))?;
    let (mut key, mut id) = (None, None);
    for line in lines.take_while(|line| line.trim_end() != fence.trim_end()) {
        let Some((name, value)) = line.split_once(['=', ':']) else { continue };
        let value = || value.trim().trim_matches(['"', '\'']).to_owned();
        match name.trim() {
            "ladder_key" => key = Some(value()),
            "ladder_id" => id = Some(value()),
            _ => {}
        }
    }
    Some(Owner { key: key?, id: id? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::fixture;

    #[test]
    fn only_front_matter_says_whose_a_page_is() {
        let owner = read_owner("+++\n[params]\nladder_id = \"m/blog\"\nladder_key = \"abc\"\n+++\n").unwrap();
        assert_eq!((owner.id.as_str(), owner.key.as_str()), ("m/blog", "abc"));
        assert!(read_owner("---\nladder_id: \"m\"\nladder_key: \"abc\"\n---\n").is_some());
        assert!(read_owner("---\ntitle: x\n---\nladder_id: \"m\"\nladder_key: \"abc\"\n").is_none());
        assert!(read_owner("").is_none());
    }

    #[test]
    fn own_images_are_found_wherever_the_site_is_mounted() {
        let pictures = [fixture::picture("a.png", b"x")];
        let text = "![a.png](a.png \"t\") ![b](b.png) `![c](a.png)`";
        assert_eq!(
            with_images_in(text, &pictures, "/assets/s/"),
            "![a.png]({{ \"/assets/s/a.png\" | relative_url }} \"t\") ![b](b.png) `![c](a.png)`"
        );
    }
}
