//! The table of re-referrals, repeat plans and re-entries.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::Relations;
use disparity_core::answers::{Figure, Group, GroupBy, JourneyCount, JourneyTable, YearKey};

use super::published::published;
use super::{AskedOfJourneys, JourneyDraft};
use crate::recurrence::{Recurrence, RecurrenceCounts, recurrences};

impl AskedOfJourneys<'_> {
    pub(super) fn recurrence(&self, draft: &mut JourneyDraft) {
        let mut ways: BTreeMap<Recurrence, BTreeMap<YearKey, RecurrenceCounts>> = BTreeMap::new();
        // Everyone, asked for or not: of them it is decided what is told.
        let everyone = [GroupBy::Total].into_iter();
        let groups: BTreeSet<GroupBy> = everyone.chain(self.groups.iter().copied()).collect();
        let groups: Vec<GroupBy> = groups.into_iter().collect();
        for ((way, key), c) in recurrences(self.journeys, &self.catalogue.dimensions, &groups) {
            ways.entry(way).or_default().insert(key, c);
        }
        for (way, mut found) in ways {
            self.complete(&mut found, way.of());
            found.retain(|key, _| self.is_measured(way, *key));
            self.returns_of(way, &found, draft);
        }
    }

    fn is_measured(&self, way: Recurrence, key: YearKey) -> bool {
        let mut all = self.journeys.authorities().iter().enumerate();
        all.any(|(at, one)| {
            key.authority.is_none_or(|own| own == at) && way.is_measured(&one.coverage, key.period)
        })
    }

    fn returns_of(
        &self,
        way: Recurrence,
        found: &BTreeMap<YearKey, RecurrenceCounts>,
        draft: &mut JourneyDraft,
    ) {
        let at = Recurrence::ALL.iter().position(|w| *w == way).unwrap_or(0);
        for (key, c) in found {
            let key = *key;
            // Two of them are published under other names.
            let (events, returned) = match way {
                Recurrence::ReReferral => ("referrals", "rereferrals_within_12_months"),
                Recurrence::RepeatPlanRecorded => ("", "cpp_second_or_subsequent"),
                _ => ("", ""),
            };
            let events = published(events).unwrap_or(JourneyCount::Events(at));
            let returned = published(returned).unwrap_or(JourneyCount::Returned(at));
            // Told or not of all groups alike, or what is told would say something of a group.
            let everyone = YearKey {
                group: Group::TOTAL,
                ..key
            };
            let told = found.get(&everyone).is_some_and(RecurrenceCounts::stands);
            let asked = self.groups.contains(&key.group.by);
            let whole = draft.count(key, events, c.events, asked);
            // Those that are not told may add up to others that are.
            let part = draft.count(key, returned, c.recurred, asked && told);
            draft.counts.within(part, whole);
            draft.counts.share(part, whole);
            if key == everyone {
                // Whether it is told says of which there are more: a sum as any other.
                let unseen = draft.count(key, JourneyCount::Unseen(at), c.unseen, false);
                let (fewer, more) = if told {
                    (unseen, whole)
                } else {
                    (whole, unseen)
                };
                draft.counts.no_more(vec![fewer], more);
            }
            if asked {
                let figure = if told {
                    Figure::Share(part)
                } else {
                    Figure::Untold
                };
                draft.line(
                    (JourneyTable::Recurrence, way.as_str().to_owned()),
                    key,
                    whole,
                    figure,
                );
            }
        }
    }
}
