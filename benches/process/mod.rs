//! Times whole processes, in turn with a yardstick, so that a ratio holds on a
//! machine whose speed drifts.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What one command cost, over all its runs.
#[derive(Clone, Debug)]
pub struct Cost {
    /// Wall time of each run, sorted.
    pub wall: Vec<Duration>,
    /// The largest resident set that was seen, in KiB. Read from `/proc` while
    /// the process lives, so a peak in its very last moment can be missed.
    pub peak_kib: u64,
}

impl Cost {
    /// The middle run.
    pub fn median(&self) -> Duration {
        self.wall[self.wall.len() / 2]
    }

    /// The fastest run.
    #[allow(dead_code, reason = "not every bench tells it")]
    pub fn min(&self) -> Duration {
        self.wall[0]
    }
}

/// Runs the commands in turn, `rounds` times each after one round that does not
/// count. `make` builds the command and is not timed.
pub fn in_turn(rounds: usize, make: &[&dyn Fn() -> Command]) -> Vec<Cost> {
    let mut costs = vec![Cost { wall: Vec::new(), peak_kib: 0 }; make.len()];
    for round in 0..=rounds {
        for (cost, make) in costs.iter_mut().zip(make) {
            let (wall, _) = once(&mut make(), false);
            if round > 0 {
                cost.wall.push(wall);
            }
        }
    }
    // Memory in runs of its own: watching costs time.
    for (cost, make) in costs.iter_mut().zip(make) {
        cost.peak_kib = (0..3).map(|_| once(&mut make(), true).1).max().unwrap_or(0);
        cost.wall.sort();
    }
    costs
}

/// One run: its wall time and, where it is watched, its largest resident set.
pub fn once(command: &mut Command, watch: bool) -> (Duration, u64) {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut peak = 0;
    if watch {
        let path = format!("/proc/{}/status", child.id());
        while child.try_wait().expect("the program can be waited for").is_none() {
            let status = std::fs::read_to_string(&path).unwrap_or_default();
            let high = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let high = high.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
            peak = peak.max(high.unwrap_or(0));
            // What lasts is looked at now and then: the processor is its own.
            if start.elapsed() > Duration::from_millis(200) {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    } else {
        child.wait().expect("the program can be waited for");
    }
    (start.elapsed(), peak)
}

/// Milliseconds with two places.
pub fn ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}
