//! How a run is told to end.

use super::output::Console;
use crate::exit::Exit;

/// The first Ctrl-C (SIGTERM, or the terminal that closes) lets what is in flight
/// finish; the second ends the process at once, with the code for outcomes that nobody
/// knows.
pub async fn interrupts(stop: tokio::sync::watch::Sender<bool>) {
    wait_for_one().await;
    let _ = stop.send(true);
    let mut console = Console::new(clap::ColorChoice::Never, false);
    console.warn("stopping: what is in flight finishes, the rest stays planned; once more to end at once");
    wait_for_one().await;
    console.warn("ended in the middle: `ladder status` says what is unknown");
    std::process::exit(i32::from(Exit::Unknown.code()));
}

#[cfg(unix)]
pub async fn wait_for_one() {
    use tokio::signal::unix::{SignalKind, signal};
    let one = async |kind, is_ours: bool| match signal(kind).ok().filter(|_| is_ours) {
        Some(mut signal) => signal.recv().await,
        None => std::future::pending().await,
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = one(SignalKind::terminate(), true) => {}
        _ = one(SignalKind::hangup(), ends_with_its_terminal()) => {}
    }
}

/// Whether this process is to end when its terminal closes: `nohup` lets it ignore
/// that, and whoever listens would ignore it no more. Where the system does not tell
/// (it is in `/proc/self/status` on Linux, proc_pid_status(5)), nobody listens.
#[cfg(unix)]
fn ends_with_its_terminal() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // Bit 0 is signal 1, SIGHUP.
    mask.is_some_and(|mask| mask & 1 == 0)
}

#[cfg(not(unix))]
pub async fn wait_for_one() {
    let _ = tokio::signal::ctrl_c().await;
}
