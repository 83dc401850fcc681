//! From a table of `ladder.toml` to a channel: which adapter serves it, whose
//! account it is and was called before.

use super::{Channel, Configuring, adapter_names, every_adapter, owner};
use crate::diagnostic::{Checked, Diagnostic};
use crate::ladder::adapter_name::meant;
use crate::ladder::{ChannelTable, Pace, Project};
use crate::plan::is_same_account;
use crate::render::{Outlet, VariantKind};
use crate::source::Sources;

/// The channel of a table, and its face for rendering.
#[derive(Debug)]
pub struct Configured {
    /// The adapter's name.
    pub adapter: &'static str,
    /// The channel.
    pub channel: Box<dyn Channel>,
    /// What rendering needs to know of it.
    pub outlet: Outlet,
    /// `without_credentials = "outbox"`.
    pub without_credentials: bool,
    /// What its account takes in how long: as the network has it, and the table's `pace`.
    pub paces: Vec<Pace>,
    /// What its account was called before, in the journal's form.
    pub renamed_from: Vec<String>,
    /// Whom the network knows by a number, if the table names them: see [`owner`].
    pub owner: Option<String>,
}

impl Configured {
    /// One without credentials, paces and other names.
    pub fn bare(adapter: &'static str, channel: Box<dyn Channel>, outlet: Outlet) -> Configured {
        Configured {
            adapter,
            channel,
            outlet,
            without_credentials: false,
            paces: Vec::new(),
            renamed_from: Vec::new(),
            owner: None,
        }
    }

    /// Whether that is the account it speaks for, in whichever spelling and under
    /// whichever of its names.
    pub fn has_account(&self, account: &str) -> bool {
        is_same_account(&self.channel.account(), account)
            || self.renamed_from.iter().any(|older| is_same_account(older, account))
    }
}

/// Turns a table into a channel.
pub fn configure(sources: &Sources, project: &Project, table: &ChannelTable) -> Checked<Configured> {
    let written = &table.adapter;
    let Some(adapter) = every_adapter().into_iter().find(|adapter| adapter.name == written.value) else {
        return Checked::bad(vec![unknown_adapter(&written.value).at(written.span)]);
    };
    (adapter.configure)(&Configuring { sources, project, table }).map(|channel| {
        let rules = channel.rules();
        // Readers of a mail or an article are known by the list or the site,
        // not by the kind of outlet.
        let source = match adapter.kind {
            VariantKind::Post => rules.network.to_owned(),
            VariantKind::Article | VariantKind::Mail => table.name.value.clone(),
        };
        let outlet = Outlet {
            channel: table.name.value.clone(),
            adapter: adapter.name.to_owned(),
            kind: channel.kind(),
            rules,
            defaults: channel.defaults(),
            language: table.language.clone(),
            source,
            medium: channel.medium().to_owned(),
            from: channel.from(),
            content_warning: channel.content_warning().map(str::to_owned),
        };
        let without_credentials = table.without_credentials;
        let paces = channel.paces().iter().chain(&table.pace).copied().collect();
        let account = channel.account();
        let network = account.split_once(':').map_or(adapter.name, |(network, _)| network);
        let older = table.renamed_from.iter().map(|name| name.value.trim());
        let renamed_from = older.map(|name| format!("{network}:{}", name.strip_prefix('@').unwrap_or(name)));
        let renamed_from = renamed_from.collect();
        let owner = owner::of_table(table);
        Configured { adapter: adapter.name, channel, outlet, without_credentials, paces, renamed_from, owner }
    })
}

fn unknown_adapter(written: &str) -> Diagnostic {
    let all = adapter_names();
    let hint = match meant(written, &all) {
        Some(name) => format!("did you mean `{name}`?"),
        None => {
            let names: Vec<&str> = all.iter().map(|adapter| adapter.name).collect();
            format!("this build has: {}", names.join(", "))
        }
    };
    Diagnostic::error("unknown-adapter", format!("there is no adapter `{written}`")).hint(hint)
}
