//! Our own page: whether it is there, and whom it mentions. Who gets a mention looks at it
//! at once, and takes none that is not in it (W3C Webmention, 2017-01-12, 3.2.2).

use crate::channel::SendError;
use crate::channel::rel;
use crate::channel::stranger::{Answer, Asker, Bounds, Unasked};
use url::Url;

/// Of our own page so many bytes are read, and so many redirects followed.
const BOUNDS: Bounds = Bounds { longest: 4 * 1024 * 1024, redirects: 5 };

/// The page as it is now.
#[derive(Debug)]
pub(super) struct Source {
    links: Vec<(String, Option<Url>)>,
}

impl Source {
    /// The page, which stands there.
    pub async fn read(asker: &Asker, address: &str) -> Result<Source, SendError> {
        let answer = asked(asker, address).await?;
        if !answer.is_success() {
            let says = format!("its page is not there yet (it answered {})", answer.status);
            return Err(SendError::NotYet { says, wait: answer.retry_after() });
        }
        if !answer.is_page() {
            let says = "what stands at its address is no page of HTML: nobody could find a mention in it";
            return Err(SendError::Mendable { says: says.to_owned() });
        }
        let named = rel::in_page(&answer.text());
        let base = named.base(&answer.found_at);
        let links = named.links.into_iter().map(|link| {
            let url = base.join(&link.target).ok();
            (link.target, url)
        });
        Ok(Source { links: links.collect() })
    }

    /// The address as the page has it, by which a receiver looks for it; none if it is not
    /// in it. A site may have spelled it in another way that leads to the same.
    pub fn has(&self, target: &str) -> Option<String> {
        if self.links.iter().any(|(written, _)| written == target) {
            return Some(target.to_owned());
        }
        let wanted = Url::parse(target).ok()?;
        let same = |(written, url): &&(String, Option<Url>)| {
            url.as_ref() == Some(&wanted) && Url::parse(written).is_ok()
        };
        self.links.iter().find(same).map(|(written, _)| written.clone())
    }
}

/// Whether the page is gone, or mentions none of them any more; else an error says what has
/// to happen. A receiver believes 410 (3.2.4); what others believe is theirs.
pub(super) async fn is_gone(asker: &Asker, address: &str, targets: &[String]) -> Result<(), SendError> {
    let answer = asked(asker, address).await?;
    if matches!(answer.status, 404 | 410) {
        return Ok(());
    }
    if answer.is_success() {
        let source = Source::read(asker, address).await?;
        if targets.iter().all(|target| source.has(target).is_none()) {
            return Ok(());
        }
    }
    let says = format!(
        "its page still stands (it answered {}), and who is told now would keep the mention: take the page down first \
         (best so that it answers 410), then the same command goes on",
        answer.status
    );
    Err(SendError::NotYet { says, wait: None })
}

async fn asked(asker: &Asker, address: &str) -> Result<Answer, SendError> {
    let url = Url::parse(address)
        .map_err(|_| SendError::Refused { says: "the address of its page is none".to_owned() })?;
    asker.get_own(&url, BOUNDS).await.map_err(|unasked| match unasked {
        Unasked::Now(why) => {
            SendError::NotYet { says: format!("its page cannot be looked at: {why}"), wait: None }
        }
        Unasked::Never(why) => SendError::Mendable { says: format!("nobody can read its page: {why}") },
    })
}
