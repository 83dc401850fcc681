//! A plan as it is shown before it goes: one look at what it costs, when it is due,
//! what goes to the outbox and what is out already, the same wherever it is shown.

use super::desk::Desk;
use super::house::House;
use super::price;
use super::sending::all_dues;
use crate::plan::{Delivery, Plan, Standing};
use crate::report::columns::Sheet;
use crate::report::older;
use crate::report::queue::{self, Prices, Shown};
use crate::report::status::Dues;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What is known of a plan at one moment.
pub struct Showing<'a> {
    plan: &'a Plan,
    standing: &'a Standing,
    zone: &'a TimeZone,
    dues: Dues,
    to_outbox: Vec<String>,
    older: Vec<&'a Delivery>,
    /// What its steps cost.
    pub prices: Prices,
}

impl<'a> Showing<'a> {
    /// Of the rungs in `only`, or of all. `early`: what is not due yet counts as due.
    pub fn of(
        house: &'a House,
        plan: &'a Plan,
        standing: &'a Standing,
        only: &[String],
        now: Timestamp,
        early: bool,
    ) -> Showing<'a> {
        Showing {
            plan,
            standing,
            zone: &house.loaded.zone,
            dues: all_dues(house, std::slice::from_ref(plan), standing, now, early),
            to_outbox: price::to_outbox(house, plan, standing, only),
            older: older::of(plan, standing, only),
            prices: price::prices(house, plan, standing, only),
        }
    }

    /// Its fields for machines.
    pub fn fields(&self, desk: &mut Desk) {
        desk.field("to_outbox", self.to_outbox.clone());
        desk.field("older", older::json(&self.older));
    }

    /// The table.
    pub fn text(&self, sheet: impl Into<Sheet>) -> String {
        let shown = Shown {
            plan: self.plan,
            standing: self.standing,
            prices: &self.prices,
            dues: &self.dues,
            zone: self.zone,
            to_outbox: &self.to_outbox,
            older: &self.older,
        };
        queue::text(&shown, sheet)
    }
}
