//! The chance of an event where nothing competes with it.

use super::aalen_johansen::incidence_of;
use super::{FollowUp, Incidence};

#[doc = include_str!("../../docs/kaplan_meier.md")]
pub fn kaplan_meier(subjects: &mut [FollowUp], horizon: i32) -> Incidence {
    // With one kind of event the sum of the Aalen-Johansen estimator telescopes to one minus the product
    // of Kaplan and Meier, and its variance is Greenwood's.
    incidence_of(subjects, horizon, |cause| cause != 0)
}
