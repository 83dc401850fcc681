//! A run as it happens: a bar a rung on a terminal, plain lines elsewhere.
//! The only file that knows `indicatif`.

use crate::plan::{Event, Plan};
use crate::publish::Listener;

/// Shows events on standard error.
#[derive(Debug)]
pub struct Progress {
    terminal: bool,
}

impl Progress {
    /// For the steps of these plans; bars only on a terminal.
    pub fn new(plans: &[Plan], terminal: bool) -> Progress {
        let _ = plans;
        Progress { terminal }
    }

    /// Ends the bars and leaves the last line of each standing.
    pub fn finish(&mut self) {
        let _ = self.terminal;
        todo!("room report")
    }
}

impl Listener for Progress {
    fn event(&mut self, event: &Event) {
        let _ = event;
        todo!("room report")
    }

    fn doing(&mut self, rung: &str, what: &str) {
        let _ = (rung, what);
        todo!("room report")
    }
}
