//! What `unpublish` and `edit` do once it is settled what is asked of the
//! networks: the requests, what is heard of them, Ctrl-C.

use super::desk::Desk;
use super::failure::Failure;
use super::house::House;
use super::output::Console;
use super::sending::runtime;
use super::signals::interrupts;
use crate::channel::{Goes, outbox};
use crate::plan::{Delivery, Event, EventKind, Standing, State};
use crate::publish::{self, Edit, Ground, Takedown};
use crate::store::{Store, View};
use crate::text::visible;

/// What is to be done about what is out.
pub enum Errand<'a> {
    /// It is taken down.
    TakeDown(&'a Takedown),
    /// It gets other words.
    Edit(Vec<Edit>),
}

/// Does it, and tells each step. The caller holds the store's lock.
pub fn carry_out(
    errand: Errand<'_>,
    desk: &mut Desk,
    house: &House,
    store: &mut Store,
    view: View,
) -> Result<Standing, Failure> {
    let runtime = runtime()?;
    let outbox = outbox::stand_in(&house.loaded.project);
    let mut console = Console::new(clap::ColorChoice::Never, desk.console.is_quiet());
    let mut hears = move |delivery: &Delivery, event: &Event| {
        if let Some(said) = said(delivery, event) {
            console.talk(&visible(&said));
        }
    };
    let result = runtime.block_on(async {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let listening = tokio::spawn(interrupts(stop));
        let ground = Ground {
            store,
            channels: &house.channels.configured,
            outbox: &outbox,
            project: house.loaded.folder.path.clone(),
            view,
        };
        let standing = match errand {
            Errand::TakeDown(wanted) => publish::take_down(ground, wanted, stopped, &mut hears).await,
            Errand::Edit(edits) => publish::edit(ground, edits, stopped, &mut hears).await,
        };
        listening.abort();
        standing.map_err(Failure::from)
    });
    // A name look-up that hangs must not keep the answer back.
    runtime.shutdown_background();
    result
}

/// A line for whoever watches.
fn said(delivery: &Delivery, event: &Event) -> Option<String> {
    let which = |part: u32| match delivery.part_count {
        0..=1 => String::new(),
        all => format!(" part {} of {all}", u64::from(part) + 1),
    };
    let (part, what) = match &event.kind {
        EventKind::Removed { part, was_gone: true, .. } if made_room(delivery, *part) => return None,
        EventKind::Removed { part, was_gone, .. } => (*part, down(delivery, *part, *was_gone).to_owned()),
        // Why, stands in the answer below.
        EventKind::Stays { part, .. } => (*part, "is not down".to_owned()),
        EventKind::Receipt { part, .. } => (*part, "was found".to_owned()),
        EventKind::Edited { part, .. } => (*part, "is changed".to_owned()),
        EventKind::NotEdited { part, .. } => (*part, "is not changed".to_owned()),
        _ => return None,
    };
    // Two generations of a rung are two posts.
    let generation = match delivery.generation {
        0 => String::new(),
        again => format!(" (posted again, {again})"),
    };
    Some(format!("{} {}{generation}{}: {what}", delivery.message, delivery.rung, which(part)))
}

/// Whether the files of a newer generation have taken the place of this one's, which
/// are told of already.
fn made_room(delivery: &Delivery, part: u32) -> bool {
    delivery.superseded && (was_laid_out(delivery, part) || Goes::of(&delivery.adapter) == Goes::Files)
}

/// What is gone: seen by readers, or laid out for a person.
fn down(delivery: &Delivery, part: u32, was_gone: bool) -> &'static str {
    match (was_laid_out(delivery, part), was_gone) {
        (true, _) => "is taken in",
        (false, true) => "was gone already",
        (false, false) => "is down",
    }
}

fn was_laid_out(delivery: &Delivery, part: u32) -> bool {
    delivery.part(part).is_some_and(|part| part.state == State::Cancelled)
}
