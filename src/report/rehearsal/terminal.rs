//! A rehearsal on a terminal: for each channel what readers see and when, then
//! what happened if anything went wrong, then what is left to do.

use super::{Body, ChannelShown, NOTHING_LEFT, Rehearsal, Shown};
use crate::plan::State;
use crate::report::columns::{one_line, pad, width, wrap_words};
use crate::report::preview::reading;
use crate::report::sign::{paint, signed, style};
use crate::text::visible;
use anstyle::{AnsiColor, Style};

/// Columns of the widest text.
const WIDEST: usize = 92;
/// Lines of one text; the page has all of it.
const MOST_LINES: usize = 14;

pub(super) fn rehearsal(rehearsal: &Rehearsal, columns: usize, colour: bool) -> String {
    let columns = columns.clamp(32, WIDEST);
    let mut out = format!("{}\n\n", paint(NOTHING_LEFT, Style::new().bold(), colour));
    out.push_str(&format!("{}\n", one_line(&rehearsal.title)));
    out.push_str(&format!(
        "{} on the ladder {}\n",
        one_line(&rehearsal.message),
        one_line(&rehearsal.ladder)
    ));
    if let Some(seed) = rehearsal.seed {
        out.push_str(&format!("faults {}, seed {seed}\n", rehearsal.faults.join(", ")));
    }
    for note in &rehearsal.notes {
        wrapped(&mut out, &format!("note: {note}"), "", columns);
    }
    for channel in &rehearsal.channels {
        out.push('\n');
        shown(&mut out, channel, columns, colour);
    }
    let trouble = rehearsal.channels.iter().any(|channel| channel.steps.iter().any(|step| step.trouble));
    if trouble {
        out.push_str(&format!("\n{}\n", paint("What happened", Style::new().bold(), colour)));
        happened(&mut out, rehearsal, columns, colour);
    }
    out.push('\n');
    ends(&mut out, rehearsal, columns, colour);
    out.push_str(&format!("\ndigest {}\n{}\n", rehearsal.digest, rehearsal.summary()));
    out
}

fn shown(out: &mut String, channel: &ChannelShown, columns: usize, colour: bool) {
    let head = format!("{} · {} {}", channel.name, channel.network, one_line(&channel.account));
    out.push_str(&format!("{}\n", paint(head.trim_end(), Style::new().bold(), colour)));
    if channel.shown.is_empty() {
        out.push_str("  readers see nothing\n");
    }
    for one in &channel.shown {
        let when = paint(&one.when, AnsiColor::Cyan.on_default(), colour);
        let place = one.place.as_deref().map(|place| format!("  {}", one_line(place))).unwrap_or_default();
        out.push_str(&format!("  {when}{place}\n"));
        body(out, one, columns);
    }
    for line in &channel.meanwhile {
        wrapped(out, line, "  ", columns);
    }
}

fn body(out: &mut String, one: &Shown, columns: usize) {
    let columns = columns.saturating_sub(6).max(20);
    let wrapped = |text: &str| -> Vec<String> {
        let lines = text.trim().lines();
        lines
            .flat_map(|line| match line.trim() {
                "" => vec![String::new()],
                line => wrap_words(&visible(line), columns),
            })
            .collect()
    };
    let mut draw = |lines: Vec<String>, sign: &str| {
        for line in lines.iter().take(MOST_LINES) {
            out.push_str(format!("    {sign} {line}").trim_end());
            out.push('\n');
        }
        if lines.len() > MOST_LINES {
            out.push_str(&format!("    {sign} … {} more lines\n", lines.len() - MOST_LINES));
        }
    };
    let mut say = |text: &str, sign: &str| draw(wrapped(text), sign);
    match &one.body {
        Body::Post { warning, text, pictures, card, comments, .. } => {
            if let Some(warning) = warning {
                say(&format!("[folded behind: {warning}]"), "│");
            }
            say(text, "│");
            for (_, alt) in pictures {
                let words = if alt.is_empty() { "[picture]" } else { &format!("[picture: {alt}]") };
                say(words, "│");
            }
            if let Some(card) = card {
                let words = [&card.title, &card.description, &card.url].map(String::as_str);
                let words: Vec<&str> = words.into_iter().filter(|words| !words.is_empty()).collect();
                let picture = if card.picture.is_some() { ", with its picture" } else { "" };
                say(&format!("[card: {}{picture}]", words.join(", ")), "│");
            }
            comments.iter().for_each(|comment| say(comment, "└"));
        }
        Body::Page(page) => {
            let mut lines = wrapped(&page.title);
            lines.push(String::new());
            let read = reading::lines(&page.markdown, columns).into_iter();
            lines.extend(read.map(|line| line.into_iter().map(|(words, _)| words).collect::<String>()));
            draw(lines, "│");
        }
        Body::Mail { to, subject, text, .. } => {
            say(&format!("to {}\nsubject: {subject}\n\n{text}", to.join(", ")), "│");
        }
        Body::Paste(texts) => texts.iter().for_each(|text| say(text, "│")),
    }
}

fn happened(out: &mut String, rehearsal: &Rehearsal, columns: usize, colour: bool) {
    for run in &rehearsal.runs {
        out.push_str(&format!("  run {}, {}: {}, exit code {}\n", run.number, run.when, run.call, run.exit));
        for channel in &rehearsal.channels {
            for step in channel.steps.iter().filter(|step| step.run == run.number) {
                let who = step.rung.as_deref().unwrap_or(&channel.name);
                let when = if step.when == run.when { String::new() } else { format!(", {}", step.when) };
                let line = format!("{}{when}: {}", one_line(who), step.what);
                let mut text = String::new();
                wrapped(&mut text, &line, "    ", columns);
                let look = if step.trouble { AnsiColor::Yellow.on_default() } else { Style::new() };
                for line in text.lines() {
                    out.push_str(&format!("{}\n", paint(line, look, colour && step.trouble)));
                }
            }
        }
    }
}

fn ends(out: &mut String, rehearsal: &Rehearsal, columns: usize, colour: bool) {
    let all: Vec<_> =
        rehearsal.channels.iter().flat_map(|c| c.ends.iter().map(move |end| (c, end))).collect();
    let rungs = all.iter().map(|(_, end)| width(&one_line(&end.rung))).max().unwrap_or(0).max(4);
    let channels = all.iter().map(|(channel, _)| width(&channel.name)).max().unwrap_or(0).max(7);
    out.push_str(&format!("{}  {}  STATE\n", pad("RUNG", rungs), pad("CHANNEL", channels)));
    for (channel, end) in &all {
        let state = paint(&signed(end.state), style(end.state), colour);
        out.push_str(&format!(
            "{}  {}  {state}\n",
            pad(&one_line(&end.rung), rungs),
            pad(&channel.name, channels)
        ));
    }
    let (to_do, alone): (Vec<_>, Vec<_>) = all.iter().partition(|(_, end)| end.to_do.is_some());
    for (_, end) in alone {
        if let Some(why) = end.why.as_deref().filter(|_| end.state != State::Sent) {
            out.push('\n');
            wrapped(out, &format!("{}: {why}", one_line(&end.rung)), "  ", columns);
        }
    }
    if !to_do.is_empty() {
        out.push_str(&format!("\n{}\n", paint("To do", Style::new().bold(), colour)));
    }
    for line in to_do.iter().filter_map(|(_, end)| end.to_do.as_deref()).flat_map(str::lines) {
        let indent: String = line.chars().take_while(|letter| *letter == ' ').collect();
        // What is copied stays on one line.
        match indent.len() {
            6.. => out.push_str(&format!("{}\n", visible(line.trim_end()))),
            _ => wrapped(out, line.trim(), &indent, columns),
        }
    }
}

fn wrapped(out: &mut String, text: &str, indent: &str, columns: usize) {
    for (at, line) in
        wrap_words(&one_line(text), columns.saturating_sub(indent.len() + 2).max(20)).iter().enumerate()
    {
        let hang = if at > 0 { "  " } else { "" };
        out.push_str(&format!("{indent}{hang}{line}\n"));
    }
}
