//! The table of where stretches of a level of help led within a year.

use std::collections::BTreeMap;

use disparity_core::Relations;
use disparity_core::answers::{JourneyCount, JourneyTable, YearKey};
use disparity_core::journeys::SpellKind;

use super::{AskedOfJourneys, JourneyDraft};
use crate::levels::{Level as Stage, Transitions, transitions};

impl AskedOfJourneys<'_> {
    pub(super) fn transitions(&self, draft: &mut JourneyDraft) {
        const STAYED: usize = Stage::ALL.len();
        const REOPENED: usize = STAYED + 1;
        let all = transitions(self.journeys, &self.catalogue.dimensions, 14, &self.groups);
        let mut levels: BTreeMap<Stage, BTreeMap<YearKey, Transitions>> = BTreeMap::new();
        for (key, t) in all {
            let place = YearKey {
                authority: key.authority,
                period: key.period,
                group: key.group,
            };
            levels.entry(key.from).or_default().insert(place, t);
        }
        for found in levels.values_mut() {
            self.complete(found, SpellKind::CinEpisode);
        }
        let all = levels.iter();
        let all = all.flat_map(|(from, found)| found.iter().map(|(key, t)| (*from, *key, *t)));
        for (from, key, t) in all {
            let (from, at) = (from.as_str(), from as usize);
            let whole = (JourneyCount::Stretches(at), t.followed);
            let seen = (JourneyCount::StretchesSeen(at), t.early_help_seen);
            let (mut parts, mut closed) = (Vec::new(), None);
            for (level, n) in Stage::ALL.into_iter().zip(t.to) {
                let measure = format!("{from}_to_{}_within_12_months", level.as_str());
                let part = (JourneyCount::Led(at, level as usize), n);
                // Whether early help followed is seen only where early help is covered.
                let of = if level == Stage::EarlyHelp {
                    seen
                } else {
                    whole
                };
                let (of, part) = draft.pair((JourneyTable::Transitions, measure), key, of, part);
                parts.push(part);
                match level {
                    Stage::Closed => closed = Some(part),
                    Stage::EarlyHelp => {
                        let whole = draft.count(key, whole.0, whole.1, true);
                        draft.counts.within(of, whole);
                    }
                    _ => {}
                }
            }
            let measure = format!("{from}_stayed_12_months");
            let part = (JourneyCount::Led(at, STAYED), t.stayed);
            let (total, stayed) =
                draft.pair((JourneyTable::Transitions, measure), key, whole, part);
            parts.push(stayed);
            draft.counts.sum(total, parts);
            let measure = format!("{from}_closed_and_reopened_12_months");
            let closings = (JourneyCount::Closings(at), t.closings);
            let part = (JourneyCount::Led(at, REOPENED), t.reopened);
            let (closings, _) =
                draft.pair((JourneyTable::Transitions, measure), key, closings, part);
            if let Some(closed) = closed {
                draft.counts.within(closings, closed);
            }
        }
    }
}
