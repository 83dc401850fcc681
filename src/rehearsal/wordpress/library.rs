//! The media library (REST API handbook, media): raw bytes with a file's name in
//! `Content-Disposition`; types that are not allowed are answered with 500.

use super::refusal::{error, forbidden, no_post};
use super::{WordPress, fields};
use crate::rehearsal::image;
use crate::rehearsal::page::slug_of;
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::{Asked, Sent};
use serde_json::{Value, json};

/// A file.
#[derive(Debug)]
pub(super) struct File {
    pub id: u64,
    slug: String,
    pub url: String,
    pub alt: String,
    pub bytes: Vec<u8>,
}

impl WordPress {
    pub(super) fn take_file(&mut self, asked: &Asked, known: bool) -> Checked<Reply> {
        self.needs(known, "upload_files", "rest_cannot_create")?;
        let Some(disposition) = asked.header("content-disposition") else {
            let says = "No Content-Disposition supplied.";
            return no(error(400, "rest_upload_no_content_disposition", says));
        };
        // A semicolon in the name ends it, as the real parser has it.
        let name = disposition.split(';').find_map(|part| part.trim().strip_prefix("filename="));
        let Some(name) =
            name.map(|name| name.trim_matches(['"', '\'']).to_owned()).filter(|name| !name.is_empty())
        else {
            let says = "Invalid Content-Disposition supplied.";
            return no(error(400, "rest_upload_invalid_disposition", says));
        };
        let Sent::Bytes(bytes) = &asked.sent else {
            return no(error(400, "rest_upload_no_data", "No data supplied."));
        };
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
        let fits = match image::mime(bytes) {
            Some("image/png") => ending == "png",
            Some("image/jpeg") => matches!(ending.as_str(), "jpg" | "jpeg"),
            Some("image/gif") => ending == "gif",
            Some("image/webp") => ending == "webp",
            _ => false,
        };
        if !fits {
            let says = "Sorry, you are not allowed to upload this file type.";
            return no(error(500, "rest_upload_sideload_error", says));
        }
        let bytes = bytes.clone();
        let stem = slug_of(name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem));
        let numbered = (0..).map(|n| if n == 0 { stem.clone() } else { format!("{stem}-{n}") });
        let free = |slug: &String| !self.files.iter().any(|file| file.slug == *slug);
        let slug = numbered.into_iter().find(free).unwrap_or(stem);
        let id = self.next();
        let url = format!("{}/wp-content/uploads/2026/11/{slug}.{ending}", self.origin);
        self.files.push(File { id, slug, url, alt: String::new(), bytes });
        let made = self.files.last().map(File::shown).unwrap_or_default();
        let place = format!("{}/wp-json/wp/v2/media/{id}", self.origin);
        Ok(Reply::json(201, fields(asked, made)).with("location", place))
    }

    pub(super) fn change_file(&mut self, asked: &Asked, id: &str, known: bool) -> Checked<Reply> {
        self.needs(known, "upload_files", "rest_cannot_edit")?;
        let Some(file) = self.files.iter_mut().find(|file| file.id.to_string() == id) else {
            return no(no_post());
        };
        if let Some(alt) = asked.json().and_then(|body| body["alt_text"].as_str()) {
            alt.clone_into(&mut file.alt);
        }
        Ok(Reply::json(200, fields(asked, file.shown())))
    }

    pub(super) fn find_files(&self, asked: &Asked, known: bool) -> Checked<Reply> {
        if asked.query("context") == Some("edit") && !(known && self.settings.may("edit_posts")) {
            return no(forbidden(known, "rest_forbidden_context"));
        }
        let slugs: Option<Vec<&str>> = asked.query("slug").map(|slugs| slugs.split(',').collect());
        let found = self
            .files
            .iter()
            .rev()
            .filter(|file| slugs.as_ref().is_none_or(|s| s.contains(&file.slug.as_str())));
        Ok(Reply::json(200, found.map(|file| fields(asked, file.shown())).collect()))
    }
}

impl File {
    fn shown(&self) -> Value {
        json!({
            "id": self.id,
            "slug": self.slug,
            "status": "inherit",
            "type": "attachment",
            "alt_text": self.alt,
            "media_type": "image",
            "mime_type": image::mime(&self.bytes),
            "source_url": self.url,
        })
    }
}
