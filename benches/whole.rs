//! Whole runs of the program beside an empty clap program, in turn.
//!
//! `cargo bench --bench whole`. The yardstick is this very bench started again:
//! a clap program with eleven verbs that does nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench stops where it fails, and prints what it measured"
)]

mod process;

use process::{in_turn, ms};
use std::fs;
use std::path::Path;
use std::process::Command;

const LADDER: &str = env!("CARGO_BIN_EXE_ladder");

fn main() {
    if std::env::var_os("EMPTY_CLAP_PROGRAM").is_some() {
        return empty_clap_program();
    }
    start_up();
    example();
    thousand_messages();
}

/// What a program with clap and nothing else costs.
fn empty_clap_program() {
    let verbs =
        ["init", "new", "check", "preview", "plan", "publish", "run", "status", "log", "resolve", "store"];
    let mut command = clap::Command::new("empty").version("0").no_binary_name(true);
    for verb in verbs {
        command = command.subcommand(clap::Command::new(verb).about("does nothing"));
    }
    let _ = command.try_get_matches_from(["check"]);
}

fn yardstick() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env("EMPTY_CLAP_PROGRAM", "1");
    command
}

fn ladder(arguments: &[&str]) -> Command {
    let mut command = Command::new(LADDER);
    command.args(arguments).env("NO_COLOR", "1");
    command
}

fn start_up() {
    let costs = in_turn(200, &[&yardstick, &|| ladder(&["--version"]), &|| ladder(&["--help"])]);
    println!("start-up, median (min) of 200 in turn");
    for (name, cost) in ["empty clap program", "ladder --version", "ladder --help"].iter().zip(&costs) {
        println!(
            "  {name:<20} {:>6.2} ms ({:>5.2})  ratio {:.2}",
            ms(cost.median()),
            ms(cost.min()),
            cost.median().as_secs_f64() / costs[0].median().as_secs_f64()
        );
    }
}

fn example() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/product-launch");
    let project = project.to_str().unwrap();
    let page = std::env::temp_dir().join(format!("ladder-bench-{}.html", std::process::id()));
    let page_text = page.to_str().unwrap();
    let costs = in_turn(
        50,
        &[
            &yardstick,
            &|| ladder(&["--project", project, "check"]),
            &|| ladder(&["--project", project, "preview", "rocket-2"]),
            &|| ladder(&["--project", project, "preview", "rocket-2", "--out", page_text]),
        ],
    );
    println!("the example `product-launch` (7 rungs, 2 languages), median of 50 in turn");
    let names = ["empty clap program", "ladder check", "ladder preview", "ladder preview --out"];
    for (name, cost) in names.iter().zip(&costs) {
        println!(
            "  {name:<20} {:>6.2} ms  {:>6.2} ms above  {:>6} KiB",
            ms(cost.median()),
            ms(cost.median()) - ms(costs[0].median()),
            cost.peak_kib
        );
    }
    let _ = fs::remove_file(page);
}

fn thousand_messages() {
    let folder = std::env::temp_dir().join(format!("ladder-bench-{}", std::process::id()));
    for count in [100, 1000] {
        write_project(&folder, count);
        let project = folder.to_str().unwrap();
        let costs = in_turn(3, &[&|| ladder(&["--project", project, "check"])]);
        println!(
            "check of {count} messages × 6 rungs: {:.0} ms, {:.2} ms a message, {} KiB",
            ms(costs[0].median()),
            ms(costs[0].median()) / f64::from(count),
            costs[0].peak_kib
        );
        fs::remove_dir_all(&folder).unwrap();
    }
}

fn write_project(folder: &Path, messages: u32) {
    fs::create_dir_all(folder.join("content-ladders")).unwrap();
    fs::create_dir_all(folder.join("messages")).unwrap();
    let mut project = "[brand]\nname = \"Bench\"\n[channels.blog]\nadapter = \"static-site\"\npreset = \"html\"\ndirectory = \"public\"\nurl = \"https://example.com/{slug}/\"\n[channels.mail]\nadapter = \"email\"\nmaildir = \"mail\"\nfrom = \"a@example.com\"\nto = [\"b@example.com\"]\n".to_owned();
    let mut ladder = "name = \"all\"\n[rungs.blog]\nchannel = \"blog\"\n[rungs.mail]\nchannel = \"mail\"\nafter = \"blog\"\n".to_owned();
    for network in ["x", "facebook", "linkedin"] {
        let extra = match network {
            "facebook" => "page_id = \"1\"\n",
            "linkedin" => "author = \"urn:li:organization:1\"\n",
            _ => "",
        };
        project += &format!(
            "[channels.{network}]\nadapter = \"{network}\"\naccount = \"bench\"\n{extra}access_token = {{ env = \"NO_TOKEN\" }}\nwithout_credentials = \"outbox\"\n"
        );
        ladder += &format!("[rungs.{network}]\nchannel = \"{network}\"\nafter = \"blog\"\n");
    }
    project += "[channels.outbox]\nadapter = \"outbox\"\n";
    ladder += "[rungs.community]\nchannel = \"outbox\"\nafter = \"blog\"\n";
    fs::write(folder.join("ladder.toml"), project).unwrap();
    fs::write(folder.join("content-ladders/all.toml"), ladder).unwrap();
    for number in 0..messages {
        let body = "A paragraph of some length that says what there is to say about it, with **weight** and a [link](https://example.com/page).\n\n".repeat(8);
        let text = format!(
            "+++\ntitle = \"Message number {number}\"\nsummary = \"What number {number} is about, in one sentence.\"\ntags = [\"bench\"]\n+++\n{body}"
        );
        fs::write(folder.join(format!("messages/m{number}.md")), text).unwrap();
    }
}
