//! What became of something that was to be taken down, or to get other words.

use crate::plan::{PayloadPart, Receipt};

/// What a channel says that takes nothing back.
pub const NO_REMOVAL: &str = "this channel cannot take back what it sent";
/// What a channel says that changes nothing.
pub const NO_EDIT: &str = "this channel cannot change what it sent";

/// What became of something that was to be taken down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removed {
    /// It is down. Some networks say the same of what was gone before.
    Gone,
    /// It was gone already.
    Already,
    /// It is down as far as that can be done, and nothing more is: what is left, as a
    /// sentence without a full stop.
    GoneExcept(String),
    /// It stays, because: the network cannot, or does not let us.
    Stays(String),
    /// It may be down or not, and asking again at once tells no more: why, and when
    /// it could be told.
    CannotTell(String),
}

/// Other words for a part that is out.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What it says, as far as we know.
    pub before: PayloadPart,
    /// What it is to say.
    pub after: PayloadPart,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    /// It says that now. The receipt as it is from now on.
    Done(Receipt),
    /// It says what it said, because.
    Stays(String),
}
