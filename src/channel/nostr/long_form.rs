//! An account as a channel for articles. All but what an article is it has of the
//! account's notes.

use super::configured::Nostr;
use super::{article, event, post, standing};
use crate::channel::credentials::Credentials;
use crate::channel::network::Network;
use crate::channel::{Attempt, Change, Edited, Found, Posting, Removed, SendError, Whose};
use crate::diagnostic::Checked;
use crate::ladder::limits::Noted;
use crate::plan::{Identity, Payload, PayloadPart, Receipt};
use crate::render::{Defaults, Variant, VariantKind, defaults};
use crate::text::{Rules, network};
use std::path::Path;

/// One account that is sent articles, and not notes.
#[derive(Debug)]
pub struct LongForm(pub(super) Nostr);

impl Network for LongForm {
    const KIND: VariantKind = VariantKind::Article;
    const RULES: Rules = network::NOSTR;
    const DEFAULTS: Defaults = defaults::ARTICLE;

    fn account(&self) -> &str {
        Network::account(&self.0)
    }

    fn credentials(&self) -> &Credentials {
        Network::credentials(&self.0)
    }

    fn payload(&self, variant: &Variant, _: &Identity) -> Checked<Payload> {
        article::payload(&self.0, variant)
    }

    async fn verify(&self, project: &Path) -> Result<Whose, SendError> {
        Network::verify(&self.0, project).await
    }

    async fn noted(&self, project: &Path) -> Result<Option<Noted>, SendError> {
        Network::noted(&self.0, project).await
    }

    async fn prepare<'a>(
        &'a self,
        part: &'a PayloadPart,
        attempt: &'a Attempt,
    ) -> Result<Posting<'a>, SendError> {
        let nostr = &self.0;
        let account = post::keys(nostr, &attempt.project).await.map_err(SendError::before_posting)?;
        let address = standing::address(&account, part, attempt);
        let version = event::article(part, &address, attempt);
        let version = post::ready(nostr, &account, version, part, attempt).await?;
        Ok(Box::pin(async move {
            let detail = post::post(nostr, &account, &version).await?;
            Ok(event::article_receipt(nostr, &address, version.id, detail))
        }))
    }

    async fn find(&self, part: &PayloadPart, attempt: &Attempt) -> Result<Found, SendError> {
        standing::find(&self.0, part, attempt).await
    }

    fn post_at(&self, address: &str) -> Result<Option<String>, String> {
        super::address::article_at(address, self.0.author.as_ref())
    }

    async fn remove(&self, receipt: &Receipt, project: &Path) -> Result<Removed, SendError> {
        standing::take_down(&self.0, receipt, project).await
    }

    fn can_edit(&self, change: &Change) -> Result<(), String> {
        article::can_edit(change)
    }

    async fn edit(&self, change: &Change, receipt: &Receipt, attempt: &Attempt) -> Result<Edited, SendError> {
        standing::edit(&self.0, change, receipt, attempt).await
    }

    fn content_warning(&self) -> Option<&str> {
        Network::content_warning(&self.0)
    }
}
