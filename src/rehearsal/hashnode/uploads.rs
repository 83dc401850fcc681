//! Pictures (mutations, `createImageUploadURL`, `confirmImageUpload`): the address to
//! bring one to takes no credentials, and what is not confirmed is not there.

use super::{Hashnode, error};
use crate::rehearsal::image;
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::{Asked, Sent};
use serde_json::{Value, json};

/// A file.
#[derive(Debug)]
pub(super) struct File {
    key: String,
    mime: String,
    pub bytes: Vec<u8>,
    pub is_confirmed: bool,
}

impl Hashnode {
    pub(super) fn place(&mut self, input: &Value) -> Checked<Reply> {
        let mime = input["contentType"].as_str().unwrap_or_default();
        if !mime.starts_with("image/") || mime.contains("svg") {
            return no(error(
                "BAD_USER_INPUT",
                "contentType must start with image/, and SVG is not supported.",
            ));
        }
        let key = self.next();
        self.files.push(File {
            key: key.clone(),
            mime: mime.to_owned(),
            bytes: Vec::new(),
            is_confirmed: false,
        });
        let put = json!({
            "url": format!("{}/upload/{key}?X-Amz-Signature=abc", self.origin),
            "cdnUrl": self.shown_at(&key),
            "key": key,
        });
        Ok(Reply::json(200, json!({ "data": { "createImageUploadURL": { "presignedPut": put } } })))
    }

    /// The same type as was said, and nothing that says who brings it.
    pub(super) fn take_file(&mut self, asked: &Asked, key: &str) -> Checked<Reply> {
        let Sent::Bytes(bytes) = &asked.sent else { return no(Reply::bare(400)) };
        let mime = asked.header("content-type").unwrap_or_default();
        let Some(file) = self.files.iter_mut().find(|file| file.key == key && file.mime == mime) else {
            return no(Reply::bare(403));
        };
        if asked.header("authorization").is_some() {
            return no(Reply::bare(400));
        }
        file.bytes.clone_from(bytes);
        Ok(Reply::bare(200))
    }

    pub(super) fn confirm(&mut self, input: &Value) -> Checked<Reply> {
        let key = input["key"].as_str().unwrap_or_default();
        let Some(at) = self.files.iter().position(|file| file.key == key && !file.bytes.is_empty()) else {
            return no(error("FORBIDDEN", "The key does not belong to you."));
        };
        let fits =
            self.files[at].bytes.len() <= 8 * 1024 * 1024 && image::mime(&self.files[at].bytes).is_some();
        self.files[at].is_confirmed = fits;
        let shown = if fits { json!(self.shown_at(key)) } else { Value::Null };
        Ok(Reply::json(200, json!({ "data": { "confirmImageUpload": { "ok": fits, "cdnUrl": shown } } })))
    }

    fn shown_at(&self, key: &str) -> String {
        format!("{}/cdn/{key}.png", self.origin)
    }

    /// The file that lies at that address, if everybody can see it.
    pub(super) fn file_at(&self, address: &str) -> Option<&File> {
        self.files.iter().find(|file| file.is_confirmed && self.shown_at(&file.key) == address)
    }
}
