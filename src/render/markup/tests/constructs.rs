//! What each outlet makes of each construct.

use super::*;
