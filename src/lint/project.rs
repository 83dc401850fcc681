//! What `ladder.toml` says by itself.

use super::table;
use crate::diagnostic::{Diagnostic, nearest};
use crate::ladder::Project;
use crate::text::network::{self, PLACES};

/// The rules of this file.
pub(super) const RULES: &[fn(&Project, &mut Vec<Diagnostic>)] = &[unknown_network, tracking_domain_missing];

fn unknown_network(project: &Project, found: &mut Vec<Diagnostic>) {
    // What a channel of this project is served by is a network too.
    let own = || project.channels.iter().map(|channel| channel.adapter.value.as_str());
    for handle in &project.handles {
        for (network, name) in &handle.names {
            if PLACES.contains(&network.as_str()) || own().any(|adapter| adapter == network) {
                continue;
            }
            let near = nearest(network, PLACES.iter().copied().chain(own()));
            let hint = match near.or_else(|| network::meant(network)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "networks are called as their adapters: `x`, `linkedin`, `mastodon`, …".to_owned(),
            };
            found.push(
                table::UNKNOWN_NETWORK
                    .broken(format!(
                        "`{}` has a name on `{network}`, which is no network that is known",
                        handle.name.value
                    ))
                    .at(name.span)
                    .hint(hint),
            );
        }
    }
}

fn tracking_domain_missing(project: &Project, found: &mut Vec<Diagnostic>) {
    let Some(url) = &project.brand.url else { return };
    if !project.tracking_domains.is_empty() {
        return;
    }
    let host = url::Url::parse(&url.value).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_else(|| "acme.example".to_owned());
    found.push(
        table::TRACKING_DOMAIN_MISSING
            .broken("links to the brand's own site get no UTM tags, so that nobody will know which post brought a visit")
            .at(url.span)
            .hint(format!("add `[tracking]` with `domains = [\"{host}\"]`, or `allow = [\"tracking-domain-missing\"]`")),
    );
}
