//! An article as a site keeps it, beside what was sent.

use crate::channel::images::{Shown, behind};
use crate::channel::network::{seen, shortened};
use crate::plan::{PayloadPart, Receipt};

/// One conversation with a site, whose secrets live no longer than it does.
pub trait Conversation: Send + Sync {
    /// The site, for people: `dev.to`.
    fn name(&self) -> &str {
        "the site"
    }

    /// `text`, which the site said, without any trace of the secrets.
    fn redact(&self, text: &str) -> String;

    /// The same without anything that steers a display, cut where nobody reads on.
    fn clean(&self, text: &str) -> String {
        shortened(&self.redact(text))
    }

    /// What the site said for a reason, for people.
    fn said(&self, words: &str) -> String {
        let said = self.clean(words);
        if said.is_empty() { "without a word".to_owned() } else { said }
    }

    /// Whether what the site gave holds nothing of the secrets.
    fn are_not_in(&self, said: &str) -> bool {
        self.redact(said) == said
    }

    /// An address that the site gave, if it is one for readers.
    fn page(&self, said: Option<&str>) -> Option<String> {
        said.filter(|url| crate::ladder::name::is_page(url) && self.are_not_in(url)).map(str::to_owned)
    }
}

/// An article as a site keeps it.
pub trait Kept: Send + Sync {
    /// What the site knows it by.
    fn id(&self) -> &str;
    /// Whether it still stands where it was put, and is nothing that was thrown away.
    fn stands(&self) -> bool;
    /// Where readers find it, if they do.
    fn url(&self) -> Option<&str>;
    /// A digest of all that an edit would write over.
    fn digest(&self) -> String;
    /// Whether all words are those of the part.
    fn says(&self, part: &PayloadPart) -> bool {
        self.other_title(part).is_none() && self.has_text_of(part)
    }
    /// The title that readers see, if it is not that of the part.
    fn other_title(&self, part: &PayloadPart) -> Option<String>;
    /// Whether the text is that of the part.
    fn has_text_of(&self, part: &PayloadPart) -> bool;
    /// The text as readers see it.
    fn words(&self) -> String;
    /// What else is not as it was sent, each in brackets: images, the cover.
    fn asides(&self, part: &PayloadPart) -> Vec<String>;
    /// What else people are told of it.
    fn detail(&self, part: &PayloadPart) -> Option<String> {
        let _ = part;
        None
    }
}

/// What is known of an article once it is out.
pub(in crate::channel) fn receipt(post: &impl Kept, part: &PayloadPart, api: &impl Conversation) -> Receipt {
    Receipt {
        id: Some(post.id().to_owned()),
        url: post.url().map(str::to_owned),
        detail: post.detail(part).map(|detail| api.clean(&detail)),
        altered: altered(post, part, api),
        sha256: Some(post.digest()),
        ..Receipt::default()
    }
}

/// What readers see, if that is not what was sent.
pub(super) fn altered(post: &impl Kept, part: &PayloadPart, api: &impl Conversation) -> Option<String> {
    let (title, asides) = (post.other_title(part), post.asides(part));
    if title.is_none() && post.has_text_of(part) && asides.is_empty() {
        return None;
    }
    let told = match title {
        Some(title) => format!("{title}\n\n{}", post.words()),
        None => post.words(),
    };
    let told = asides.iter().fold(told, |told, aside| behind(&told, aside));
    Some(seen(&api.redact(&told)))
}

/// How the pictures of a text differ from those that were sent, by their alt texts; and
/// how the cover does, of which `no_cover` says that it is not there.
pub(in crate::channel) fn altered_pictures(
    sent: &[String],
    live: Vec<String>,
    no_cover: bool,
) -> Vec<String> {
    let sent: Vec<&str> = sent.iter().map(String::as_str).collect();
    let shown = Shown { number: Some(live.len()), alts: live.into_iter().map(Some).collect() };
    let no_cover = no_cover.then(|| "(without its cover image)".to_owned());
    shown.differing(&sent).into_iter().chain(no_cover).collect()
}
