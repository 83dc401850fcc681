//! Servers that nobody in this project wrote, on loopback, on free ports,
//! started by a test and stopped when it ends.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

/// A script of LADDER_PEERS: `NAME.sh start DIR PORT`, `NAME.sh stop DIR`.
pub struct Peer {
    script: PathBuf,
    dir: PathBuf,
    said: BTreeMap<String, String>,
}

/// The script of that name.
pub fn script(name: &str) -> PathBuf {
    let folder = std::env::var_os("LADDER_PEERS");
    let folder = PathBuf::from(folder.expect("LADDER_PEERS names the folder of the servers' scripts"));
    let script = folder.join(name);
    assert!(script.is_file(), "{} is not there", script.display());
    script
}

impl Peer {
    /// Starts it afresh with `variables` set; it takes `ports` ports in a row.
    pub fn start(name: &str, ports: u16, variables: &[(&str, &str)]) -> Peer {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // Its own users must be able to enter, so it cannot lie in a private folder.
        let dir = std::env::temp_dir().join(format!("ladder-{name}-{}-{number}", std::process::id()));
        let mut peer = Peer { script: script(name), dir, said: BTreeMap::new() };
        // Into a file: what it starts keeps its output open as long as it lives.
        let said = tempfile::NamedTempFile::new().unwrap();
        let mut command = Command::new("bash");
        command.arg(&peer.script).arg("start").arg(&peer.dir).arg(free_ports(ports).to_string());
        command.envs(variables.iter().copied()).stdin(Stdio::null());
        command.stdout(said.reopen().unwrap()).stderr(said.reopen().unwrap());
        let started = {
            // A script writes what it starts into the folder of its installation: two
            // at once, and one of them would start half a file.
            static STARTING: Mutex<()> = Mutex::new(());
            let _one = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
            command.status().unwrap()
        };
        let out = std::fs::read_to_string(said.path()).unwrap();
        assert!(started.success(), "{name} does not start: {out}");
        let pairs = out.lines().filter_map(|line| line.split_once('='));
        peer.said = pairs.map(|(key, value)| (key.to_owned(), value.trim_matches('\'').to_owned())).collect();
        peer
    }

    /// What it printed: `SMTP_PORT`, say.
    pub fn said(&self, key: &str) -> &str {
        self.said
            .get(key)
            .unwrap_or_else(|| panic!("{} says no {key}: {:?}", self.script.display(), self.said))
    }

    /// A path in its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let stopped = Command::new("bash").arg(&self.script).arg("stop").arg(&self.dir).output();
        assert!(stopped.is_ok_and(|output| output.status.success()) || std::thread::panicking());
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// The first of `count` free ports in a row. Below the range of which the
/// system takes ports for connections, so that they stay free.
fn free_ports(count: u16) -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..400 {
        let step = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add(std::process::id());
        let first = 20_000 + u16::try_from(step.wrapping_mul(16) % 12_000).unwrap();
        if (first..first + count).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return first;
        }
    }
    panic!("no free ports");
}
