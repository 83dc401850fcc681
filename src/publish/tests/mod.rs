//! The promise, against a real store and channels that answer as told.

mod before_send;
mod crashes;
mod fake;
mod faults;
mod generations;
mod leases;
mod mails;
mod mending;
mod model;
mod once;
mod order;
mod outlines;
mod pacing;
mod stages;
