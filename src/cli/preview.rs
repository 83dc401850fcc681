//! `ladder preview`: what readers will see, before they do.

use super::compose::{Composed, Made};
use super::desk::{Desk, Format};
use super::failure::Failure;
use super::file::write_new;
use super::house::House;
use crate::diagnostic::has_errors;
use crate::exit::Exit;
use crate::ladder::{At, Day, Rung};
use crate::report::preview::{self, Preview, PreviewItem};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Arguments of `ladder preview`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The message's path or id
    pub message: String,
    /// Preview on this ladder instead of the message's own
    #[arg(long, value_name = "NAME")]
    pub ladder: Option<String>,
    /// Write one self-contained HTML page (or Markdown: `--format markdown`, or a name in `.md`)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Open the page in the browser (`preview.html` unless `--out` says otherwise)
    #[arg(long)]
    pub open: bool,
}

/// Shows every variant. Ends with 3 when the check finds errors; what could be
/// rendered is shown all the same.
pub fn run(arguments: &Arguments, desk: &mut Desk) -> Result<Exit, Failure> {
    desk.fields_of(json!({ "message": null, "ladder": null, "variants": [] }));
    if let Some(path) = arguments.out.as_deref().filter(|path| is_called(path, &["json"])) {
        let message =
            format!("`--out` writes a page, HTML or Markdown, and `{}` is to be JSON", path.display());
        let hint = "JSON goes to standard output: `--format json > FILE`; a page is called `FILE.html`";
        return Err(Failure::usage("wrong-out", message).hint(hint));
    }
    let (house, message) = House::with_message(desk, &arguments.message)?;
    let now = desk.now(&house.loaded.zone)?;
    let composed = house.compose(desk, &message, arguments.ladder.as_deref(), now)?;
    let page = match &arguments.out {
        None if arguments.open => Some(PathBuf::from("preview.html")),
        out => out.clone(),
    };
    let format = desk.format();
    let markdown = page.as_deref().is_some_and(|path| is_called(path, &["md", "markdown"]))
        || format == Format::Markdown && !arguments.open;
    let needs_pictures = format == Format::Html || page.is_some();
    let pictures = if needs_pictures { pictures(&house, &composed) } else { BTreeMap::new() };
    let shown = view(&house, &composed, &pictures);
    if let Some(path) = &page {
        let text = if markdown { preview::markdown(&shown) } else { preview::html(&shown) };
        write_new(path, text.as_bytes())?;
        desk.field("page", path.display().to_string());
    }
    match format {
        Format::Json => desk.fields_of(preview::json(&shown)),
        Format::Html if page.is_none() => desk.console.data(&preview::html(&shown)),
        Format::Markdown if page.is_none() => desk.console.data(&preview::markdown(&shown)),
        Format::Text if page.is_none() => {
            let (width, colour) = (desk.console.width(), desk.console.colour_out());
            desk.console.data(&preview::terminal(&shown, width, colour));
        }
        _ => {}
    }
    desk.problems(&house.loaded.sources, &composed.problems);
    if let Some(path) = &page {
        desk.show(&path.display().to_string());
        if arguments.open
            && let Err(error) = open::that_detached(path)
        {
            desk.console.warn(&format!("no browser could be opened: {error}"));
        }
    }
    Ok(if has_errors(&composed.problems) { Exit::Check } else { Exit::Done })
}

/// Whether the file's name ends so.
fn is_called(path: &Path, endings: &[&str]) -> bool {
    let own = path.extension().and_then(|ending| ending.to_str());
    own.is_some_and(|own| endings.iter().any(|ending| own.eq_ignore_ascii_case(ending)))
}

/// What the report needs to see.
pub(super) fn view<'a>(
    house: &'a House,
    composed: &'a Composed<'a>,
    pictures: &'a BTreeMap<String, Vec<u8>>,
) -> Preview<'a> {
    let publish_at = composed.message.publish_at.as_ref().map(|at| at.value.resolve(&house.loaded.zone));
    Preview {
        sources: &house.loaded.sources,
        brand: &house.loaded.project.brand.name,
        message: &composed.message.id,
        title: &composed.message.title.value,
        ladder: &composed.ladder.name,
        items: composed.made.iter().map(|made| item(house, made, publish_at)).collect(),
        problems: &composed.problems,
        pictures,
    }
}

fn item<'a>(house: &'a House, made: &'a Made<'a>, publish_at: Option<Timestamp>) -> PreviewItem<'a> {
    let project = &house.loaded.project;
    let table = project.channel(&made.rung.channel.value);
    let account = table.and_then(|table| table.account.as_ref()).map(|account| account.value.as_str());
    PreviewItem {
        rung: &made.rung.name.value,
        outlet: &made.channel.outlet,
        account: account.unwrap_or(&project.brand.name),
        recipients: made.channel.channel.recipients(),
        after: made.rung.after.iter().map(|after| after.value.as_str()).collect(),
        when: when(made.rung, publish_at, &house.loaded.zone),
        variant: made.shown.as_ref().unwrap_or(&made.variant),
    }
}

/// When a rung goes out, as far as the files tell.
fn when(rung: &Rung, publish_at: Option<Timestamp>, zone: &TimeZone) -> Option<(String, Option<Timestamp>)> {
    let delay = rung.delay.as_ref().map(|delay| format!("{:#}", delay.value));
    let at = rung.at.as_ref().map(|at| match at.value {
        At::Clock(Day::Same, time) => format!("at {}", time.strftime("%H:%M")),
        At::Clock(Day::Next, time) => format!("next day {}", time.strftime("%H:%M")),
        At::Clock(Day::Weekday(day), time) => format!("{day:?} {}", time.strftime("%H:%M")).to_lowercase(),
        At::Fixed(crate::ladder::When::Wall(wall)) => wall.strftime("%Y-%m-%d %H:%M").to_string(),
        At::Fixed(crate::ladder::When::Instant(instant)) => instant.to_string(),
    });
    let words: Vec<String> = delay.map(|delay| format!("{delay} later")).into_iter().chain(at).collect();
    match (words.is_empty(), publish_at) {
        (true, Some(time)) if rung.after.is_empty() => {
            let wall = time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
            Some((wall, Some(time)))
        }
        (true, _) => None,
        (false, _) => Some((words.join(", "), None)),
    }
}

/// The pictures of all variants; one that cannot be read has been reported.
fn pictures(house: &House, composed: &Composed<'_>) -> BTreeMap<String, Vec<u8>> {
    let mut pictures = BTreeMap::new();
    for picture in composed.made.iter().flat_map(|made| made.variant.pictures()) {
        if !pictures.contains_key(&picture.sha256)
            && let Ok(bytes) = house.loaded.bytes_of(picture)
        {
            pictures.insert(picture.sha256.clone(), bytes);
        }
    }
    pictures
}
