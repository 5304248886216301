//! Lines of tables and the counts in them, as they are drawn up.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::answers::{
    Counts, Figure, Group, GroupBy, JourneyAnswers, JourneyCount, JourneyCountKey, JourneyLine,
    JourneyTable, Place, YearKey,
};
use disparity_core::journeys::SpellKind;
use disparity_core::{Catalogue, Day, Journeys, Period, Relations};

use crate::cohort::{Entry, entries};

/// Everything that tables are made with.
pub struct AskedOfJourneys<'a> {
    pub(super) journeys: &'a Journeys,
    pub(super) catalogue: &'a Catalogue,
    pub(super) groups: Vec<GroupBy>,
    pub(super) entries: Vec<Entry>,
}

/// Lines of every table asked for, and the counts in them.
#[derive(Default)]
pub struct JourneyDraft {
    pub(super) counts: Counts<JourneyCountKey>,
    pub(super) lines: Vec<JourneyLine>,
    pub(super) absent: Vec<(YearKey, usize)>,
    measures: Vec<String>,
    places: BTreeMap<String, usize>,
}

impl JourneyDraft {
    pub(super) fn measure(&mut self, name: String) -> usize {
        if let Some(at) = self.places.get(&name) {
            return *at;
        }
        self.measures.push(name.clone());
        *self.places.entry(name).or_insert(self.measures.len() - 1)
    }

    pub(super) fn count(
        &mut self,
        key: YearKey,
        counted: JourneyCount,
        n: u32,
        published: bool,
    ) -> usize {
        let place = Place {
            what: (key.period.year(), counted),
            authority: key.authority,
            group: key.group,
        };
        self.counts.count(place, n, published)
    }

    pub(super) fn line(
        &mut self,
        (table, measure): (JourneyTable, String),
        key: YearKey,
        whole: usize,
        figure: Figure,
    ) {
        let measure = self.measure(measure);
        self.lines.push(JourneyLine {
            table,
            year: key.period.year(),
            authority: key.authority,
            measure,
            group: key.group,
            whole,
            figure,
        });
    }

    /// A line of a whole and a part of it; gives where they stand.
    pub(super) fn pair(
        &mut self,
        name: (JourneyTable, String),
        key: YearKey,
        whole: (JourneyCount, u32),
        part: (JourneyCount, u32),
    ) -> (usize, usize) {
        let whole = self.count(key, whole.0, whole.1, true);
        let part = self.count(key, part.0, part.1, true);
        self.counts.within(part, whole);
        self.counts.share(part, whole);
        self.line(name, key, whole, Figure::Share(part));
        (whole, part)
    }

    /// The answers, once every table is there.
    #[must_use]
    pub fn finish(mut self) -> JourneyAnswers {
        self.relate_tables();
        JourneyAnswers {
            counts: self.counts,
            lines: self.lines,
            absent: self.absent,
            measures: self.measures,
        }
    }
}

impl<'a> AskedOfJourneys<'a> {
    /// Of these journeys, with children told apart in these ways.
    #[must_use]
    pub fn new(journeys: &'a Journeys, catalogue: &'a Catalogue, groups: Vec<GroupBy>) -> Self {
        let (entries, _) = entries(journeys, &catalogue.dimensions);
        Self {
            journeys,
            catalogue,
            groups,
            entries,
        }
    }
}

impl AskedOfJourneys<'_> {
    /// Adds the places of a table in which there is nobody: every group, in all years of the table and
    /// every authority whose files cover the year, or a part of it in which there is somebody. Without
    /// them a row that is there would say that somebody is in it.
    pub(super) fn complete<C: Default>(&self, found: &mut BTreeMap<YearKey, C>, kind: SpellKind) {
        let periods: BTreeSet<Period> = found.keys().map(|key| key.period).collect();
        let there = found.keys().map(|key| (key.period, key.authority));
        let there: BTreeSet<(Period, Option<usize>)> = there.collect();
        let ways: BTreeSet<GroupBy> = found.keys().map(|key| key.group.by).collect();
        let (dimensions, codes) = (&self.catalogue.dimensions, self.journeys.codes());
        let groups = ways.into_iter().flat_map(|by| by.groups(dimensions, codes));
        let groups: Vec<Group> = groups.collect();
        let authorities = self.journeys.authorities();
        for period in periods {
            let (first, after) = (Day::first_of(period), Day::last_of(period).plus(1));
            let covers = |at: &usize| authorities[*at].coverage.of(kind).covers(first, after);
            let those = (0..authorities.len())
                .filter(|at| covers(at) || there.contains(&(period, Some(*at))))
                .map(Some);
            for authority in those.chain([None]) {
                for group in groups.iter().copied() {
                    let key = YearKey {
                        authority,
                        period,
                        group,
                    };
                    found.entry(key).or_default();
                }
            }
        }
    }

    /// Draws up a table.
    pub fn draw(&self, table: JourneyTable, draft: &mut JourneyDraft) {
        match table {
            JourneyTable::Recurrence => self.recurrence(draft),
            JourneyTable::LaterNeed => self.later_need(draft),
            JourneyTable::Transitions => self.transitions(draft),
            JourneyTable::Incidence => self.incidence(draft),
            JourneyTable::Ways => self.ways(draft),
            JourneyTable::KnownDays => self.known_days(draft),
            JourneyTable::Matching => self.matching(draft),
            JourneyTable::Published => self.published(draft),
        }
    }
}
