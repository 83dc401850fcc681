//! A post's body: which fields it must have, which it may, and what readers
//! come to see of it (learn.microsoft.com, Posts API).

use super::refusal::{denied, field, with_inputs};
use super::{LinkedIn, Standing, little_text};
use crate::rehearsal::image;
use crate::rehearsal::reply::{Checked, Reply, no};
use crate::rehearsal::request::Asked;
use crate::rehearsal::timeline::{LiveLink, LiveMedia, LivePost};
use crate::text::{Rules, count, network};
use serde_json::{Value, json};

const KEYS: &[&str] = &[
    "author",
    "commentary",
    "visibility",
    "distribution",
    "lifecycleState",
    "isReshareDisabledByAuthor",
    "content",
    "container",
    "contentLandingPage",
    "contentCallToActionLabel",
    "reshareContext",
    "adContext",
];
const REQUIRED: &[&str] = &["author", "commentary", "visibility", "distribution", "lifecycleState"];
/// Not confirmed by LinkedIn's own pages, as the two below.
const ALT: usize = 4086;
const TITLE: usize = 400;
const DESCRIPTION: usize = 4086;

impl LinkedIn {
    pub(super) fn create(&mut self, asked: &Asked) -> Checked<Reply> {
        let Some(body) = asked.json().filter(|body| body.is_object()) else {
            return no(super::refusal::illegal("The request's body must be a JSON object"));
        };
        only(body, KEYS, "")?;
        if let Some(key) = REQUIRED.iter().find(|key| body[**key].is_null()) {
            return no(missing(key));
        }
        let author = body["author"].as_str().unwrap_or("");
        self.may_write(author)?;
        let visibility = body["visibility"].as_str().unwrap_or("");
        let organization = author.starts_with("urn:li:organization:");
        if !matches!(visibility, "PUBLIC" | "CONNECTIONS" | "LOGGED_IN")
            || (organization && visibility == "CONNECTIONS")
        {
            return no(field(
                "INVALID_VISIBILITY",
                "/visibility",
                &format!("{visibility} is not possible here"),
            ));
        }
        if body["lifecycleState"] != "PUBLISHED" {
            return no(field("INVALID_VALUE", "/lifecycleState", "only PUBLISHED can be created here"));
        }
        if body["distribution"]["feedDistribution"].as_str().is_none() {
            return no(missing("distribution/feedDistribution"));
        }
        only(
            &body["distribution"],
            &["feedDistribution", "targetEntities", "thirdPartyDistributionChannels"],
            "/distribution",
        )?;
        let commentary = body["commentary"].as_str().unwrap_or("").to_owned();
        self.fits(&commentary)?;
        let (media, link) = self.content(&body["content"], author)?;
        if commentary.trim().is_empty() && media.is_empty() && link.is_none() {
            return no(field("FIELD_IS_EMPTY", "/commentary", "commentary and content are empty"));
        }
        self.not_twice(author, &commentary, &media, link.as_ref())?;
        let content = body.get("content").cloned();
        let id = self.stand(asked.at, author, commentary, media, link, content);
        let place =
            format!("/posts/{}", url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>());
        Ok(Reply::bare(201).with("x-restli-id", id).with("location", place))
    }

    /// Counted as readers see it: whether escapes count is not written
    /// (unverified), and neither is the unit.
    pub(super) fn fits(&self, commentary: &str) -> Checked<()> {
        let plain = unescaped(commentary);
        let counted = count(&plain, &Rules { limit: Some(3000), ..network::LINKEDIN }, 0);
        if counted.fits() {
            return Ok(());
        }
        no(field("FIELD_LENGTH_TOO_LONG", "/commentary", "field length exceeds the limit of 3000 characters"))
    }

    /// Images, or a link's card; the API never looks at the link itself.
    fn content(&self, content: &Value, author: &str) -> Checked<(Vec<LiveMedia>, Option<LiveLink>)> {
        if content.is_null() {
            return Ok((Vec::new(), None));
        }
        only(content, &["media", "article", "multiImage"], "/content")?;
        if content.as_object().is_none_or(|kinds| kinds.len() != 1) {
            return no(field("INVALID_CONTENT", "/content", "content must hold exactly one kind"));
        }
        let picture = |image: &Value, path: &str| -> Checked<LiveMedia> {
            let Some(urn) = image["id"].as_str() else { return no(missing(&format!("{path}/id"))) };
            let alt = image["altText"].as_str().unwrap_or("");
            within(alt, ALT, &format!("{path}/altText"))?;
            Ok(image::live(urn, self.image_of(urn, author, path)?, alt))
        };
        if let Some(media) = content.get("media") {
            only(media, &["id", "altText", "title"], "/content/media")?;
            return Ok((vec![picture(media, "/content/media")?], None));
        }
        if let Some(several) = content.get("multiImage") {
            only(several, &["images", "altText"], "/content/multiImage")?;
            let images = several["images"].as_array().map(Vec::as_slice).unwrap_or(&[]);
            if !(2..=20).contains(&images.len()) {
                return no(field(
                    "INVALID_CONTENT",
                    "/content/multiImage/images",
                    "must hold 2 to 20 images",
                ));
            }
            let mut found = Vec::new();
            for image in images {
                only(image, &["id", "altText"], "/content/multiImage/images")?;
                found.push(picture(image, "/content/multiImage/images")?);
            }
            return Ok((found, None));
        }
        let article = &content["article"];
        only(
            article,
            &["source", "title", "description", "thumbnail", "thumbnailAltText"],
            "/content/article",
        )?;
        let source = article["source"].as_str().unwrap_or("");
        if !url::Url::parse(source).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            return no(field("INVALID_URL", "/content/article/source", "source must be a URL"));
        }
        let Some(title) = article["title"].as_str().filter(|title| !title.trim().is_empty()) else {
            return no(missing("content/article/title"));
        };
        within(title, TITLE, "/content/article/title")?;
        let description = article["description"].as_str();
        within(description.unwrap_or(""), DESCRIPTION, "/content/article/description")?;
        let thumbnail = match article["thumbnail"].as_str() {
            Some(urn) => Some(image::digest(self.image_of(urn, author, "/content/article/thumbnail")?)),
            None => None,
        };
        let (url, title) = (source.to_owned(), Some(title.to_owned()));
        Ok((
            Vec::new(),
            Some(LiveLink { url, title, description: description.map(str::to_owned), thumbnail }),
        ))
    }

    fn not_twice(
        &self,
        author: &str,
        commentary: &str,
        media: &[LiveMedia],
        link: Option<&LiveLink>,
    ) -> Checked<()> {
        let pictures = |media: &[LiveMedia]| media.iter().map(|m| m.sha256.clone()).collect::<Vec<_>>();
        let same = self.posts.iter().rev().find(|standing| {
            let live = &standing.live;
            !live.deleted
                && live.author == author
                && standing.commentary == commentary
                && pictures(&live.media) == pictures(media)
                && live.link.as_ref().map(|link| &link.url) == link.map(|link| &link.url)
        });
        let Some(standing) = same else { return Ok(()) };
        let says = format!("Content is a duplicate of {}", standing.live.id);
        let input = json!({
            "description": says,
            "code": "DUPLICATE_POST",
            "input": { "inputPath": { "fieldPath": "/commentary" } },
        });
        no(with_inputs("DUPLICATE_POST", &says, input))
    }

    pub(super) fn stand(
        &mut self,
        at: jiff::Timestamp,
        author: &str,
        commentary: String,
        media: Vec<LiveMedia>,
        link: Option<LiveLink>,
        content: Option<Value>,
    ) -> String {
        let id = format!("urn:li:share:{}", self.ids.next(at));
        let shown = little_text::shown(&commentary);
        let text = match self.shorten.take() {
            Some(characters) => shown.chars().take(characters).collect(),
            None => shown,
        };
        let url = format!("https://www.linkedin.com/feed/update/{id}/");
        let live = LivePost {
            warning: None,
            id: id.clone(),
            url,
            author: author.to_owned(),
            text,
            media,
            link,
            reply_to: None,
            comments: Vec::new(),
            at,
            deleted: false,
        };
        self.posts.push(Standing { live, commentary, content });
        id
    }

    /// Whether the member may write in this name.
    pub(super) fn may_write(&self, author: &str) -> Checked<()> {
        let scope = if author == format!("urn:li:person:{}", self.settings.id) {
            "w_member_social"
        } else if self.is_own_organization(author) {
            "w_organization_social"
        } else {
            return no(denied(&format!("{author} is not you, and no organization of yours")));
        };
        self.needs(scope)
    }
}

/// The commentary as it would be seen if nothing ended it: each escape is one
/// character.
fn unescaped(commentary: &str) -> String {
    let mut out = String::with_capacity(commentary.len());
    let mut escaped = false;
    for c in commentary.chars() {
        if c == '\\' && !escaped {
            escaped = true;
            continue;
        }
        escaped = false;
        out.push(c);
    }
    out
}

fn missing(path: &str) -> Reply {
    field("MISSING_FIELD", &format!("/{path}"), "field is required but not found and has no default value")
}

/// Refuses fields that the schema does not have.
fn only(body: &Value, known: &[&str], path: &str) -> Checked<()> {
    let odd = body.as_object().and_then(|fields| fields.keys().find(|key| !known.contains(&key.as_str())));
    match odd {
        Some(odd) => no(field(
            "UNRECOGNIZED_FIELD",
            &format!("{path}/{odd}"),
            "unrecognized field found but not allowed",
        )),
        None => Ok(()),
    }
}

fn within(text: &str, most: usize, path: &str) -> Checked<()> {
    if text.chars().count() <= most {
        return Ok(());
    }
    no(field("FIELD_LENGTH_TOO_LONG", path, &format!("field length exceeds the limit of {most} characters")))
}
