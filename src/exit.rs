//! Every exit code, what it means, when it happens.

/// How a run ends. The first that applies in this order is taken:
/// usage, check, unknown, partial, failed, held, done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, or done for now with the rest planned or left for a person to paste.
    Done,
    /// 1: failed; nothing went out.
    Failed,
    /// 2: wrong use, or a store that cannot be used.
    Usage,
    /// 3: the check found errors.
    Check,
    /// 4: some deliveries failed, others went out.
    Partial,
    /// 5: held back by freeze, approval, window or dependency.
    Held,
    /// 6: an outcome is unknown and needs a person.
    Unknown,
}

impl Exit {
    /// The number that the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Check => 3,
            Exit::Partial => 4,
            Exit::Held => 5,
            Exit::Unknown => 6,
        }
    }

    /// Of two ends, the one that is reported.
    #[must_use]
    pub fn or(self, other: Exit) -> Exit {
        let rank = |exit: Exit| match exit {
            Exit::Usage => 0,
            Exit::Check => 1,
            Exit::Unknown => 2,
            Exit::Partial => 3,
            Exit::Failed => 4,
            Exit::Held => 5,
            Exit::Done => 6,
        };
        if rank(other) < rank(self) { other } else { self }
    }
}
