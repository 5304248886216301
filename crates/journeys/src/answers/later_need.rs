//! The table of children on a plan who are in need years later.

use disparity_core::answers::{JourneyCount, JourneyTable};
use disparity_core::journeys::SpellKind;

use super::{AskedOfJourneys, JourneyDraft};
use crate::later_need::later_need;

impl AskedOfJourneys<'_> {
    pub(super) fn later_need(&self, draft: &mut JourneyDraft) {
        let dimensions = &self.catalogue.dimensions;
        for years in 1..=5_u8 {
            let at = usize::from(years);
            let mut found = later_need(self.journeys, dimensions, years, &self.groups);
            self.complete(&mut found, SpellKind::ProtectionPlan);
            for (key, c) in found {
                draft.pair(
                    (
                        JourneyTable::LaterNeed,
                        format!("in_need_{years}_years_after_plan"),
                    ),
                    key,
                    (JourneyCount::OnPlan(at), c.children),
                    (JourneyCount::InNeed(at), c.in_need),
                );
            }
        }
    }
}
