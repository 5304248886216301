//! The tables of how children came to care, and for how long their case had been known.

use std::collections::BTreeMap;

use disparity_core::Relations;
use disparity_core::answers::{Figure, JourneyCount, JourneyTable, YearKey};
use disparity_core::journeys::SpellKind;

use super::{AskedOfJourneys, JourneyDraft};
use crate::cohort::Entry;
use crate::ways::{KNOWN_BANDS, known_band, known_days, way_seen, way_to_care};

/// Ways, which exclude each other, and then flags beside them.
const NAMES: [&str; 9] = [
    "full_ladder",
    "cpp_direct",
    "cin_only",
    "eh_only",
    "referral_only",
    "none_observed",
    "bounced",
    "emergency",
    "stuck",
];

/// So many of them, the first, exclude each other.
const EXCLUSIVE: usize = 6;

/// How many years before entry are looked at, and how many days before it no longer count.
const YEARS: u8 = 5;
const LEAD: u16 = 1;

/// Of what has to be on file for each to be seen: all of referrals, cases and plans; early help as well;
/// every level; the case at entry.
const SOCIAL_CARE: usize = 0;
const EARLY_HELP: usize = 1;
const LEVELS: usize = 2;
const CASE: usize = 3;
const NEEDS: [usize; NAMES.len()] = [
    SOCIAL_CARE,
    SOCIAL_CARE,
    SOCIAL_CARE,
    EARLY_HELP,
    EARLY_HELP,
    EARLY_HELP,
    LEVELS,
    CASE,
    LEVELS,
];

/// Linked entrants of a year and group, by way.
#[derive(Default)]
struct ByWay {
    linked: u32,
    /// As far as is on record.
    on_record: [u32; NAMES.len()],
    /// Of whom so much is on file.
    seen: [u32; 4],
    /// Of those of whom enough is on file.
    of_seen: [u32; NAMES.len()],
}

/// What is known of one entrant: by which ways it came, and what could be seen.
struct Came {
    by: [bool; NAMES.len()],
    seen: [bool; 4],
}

impl ByWay {
    fn add(&mut self, came: &Came) {
        self.linked += 1;
        for (count, seen) in self.seen.iter_mut().zip(came.seen) {
            *count += u32::from(seen);
        }
        for at in (0..NAMES.len()).filter(|at| came.by[*at]) {
            self.on_record[at] += 1;
            self.of_seen[at] += u32::from(came.seen[NEEDS[at]]);
        }
    }

    /// The lines of a year and group.
    fn draw(&self, draft: &mut JourneyDraft, key: YearKey) {
        let linked = draft.count(key, JourneyCount::Linked, self.linked, false);
        let of: Vec<usize> = (0..self.seen.len())
            .map(|what| draft.count(key, JourneyCount::WaySeen(what), self.seen[what], true))
            .collect();
        for (part, whole) in [
            (of[SOCIAL_CARE], linked),
            (of[CASE], linked),
            (of[EARLY_HELP], of[SOCIAL_CARE]),
            (of[LEVELS], of[SOCIAL_CARE]),
        ] {
            draft.counts.within(part, whole);
        }
        let (mut ways, mut ways_seen) = (Vec::new(), Vec::new());
        for (at, name) in NAMES.iter().enumerate() {
            let way = draft.count(key, JourneyCount::Way(at), self.on_record[at], true);
            let measure = (JourneyTable::Ways, format!("way_{name}"));
            draft.line(measure, key, way, Figure::Count);
            let whole = (JourneyCount::WaySeen(NEEDS[at]), self.seen[NEEDS[at]]);
            let part = (JourneyCount::WayOfSeen(at), self.of_seen[at]);
            let measure = (JourneyTable::Ways, format!("fully_observed_{name}"));
            let (_, seen) = draft.pair(measure, key, whole, part);
            draft.counts.within(seen, way);
            ways.push(way);
            ways_seen.push(seen);
        }
        draft.counts.sum(linked, ways[..EXCLUSIVE].to_vec());
        // Of those of whom plans and cases are on file, the rest came by none of them; of those of whom
        // early help is, too, the rest came by one of them.
        let by = |what: usize| (0..EXCLUSIVE).filter(move |at| NEEDS[*at] == what);
        for what in [SOCIAL_CARE, EARLY_HELP] {
            let parts = by(what).map(|at| ways_seen[at]).collect();
            draft.counts.leaving(parts, of[what]);
        }
    }
}

/// Linked entrants of a year and group, by how long the case open at entry had been known.
#[derive(Default)]
struct ByDays {
    linked: u32,
    bands: [u32; KNOWN_BANDS.len()],
}

impl AskedOfJourneys<'_> {
    /// Counts linked entrants by year and group, from what is found out of each once.
    fn of_linked<T, C: Default>(
        &self,
        of: impl Fn(&Entry) -> T,
        add: impl Fn(&mut C, &T),
    ) -> BTreeMap<YearKey, C> {
        let mut found: BTreeMap<YearKey, C> = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| entry.linked) {
            let own = of(entry);
            for by in self.groups.iter().copied() {
                for authority in [None, Some(entry.authority)] {
                    let key = YearKey {
                        authority,
                        period: entry.period,
                        group: entry.group(by),
                    };
                    add(found.entry(key).or_default(), &own);
                }
            }
        }
        found
    }

    /// Ways to care: how many children came by each as far as is on record, and the shares among those
    /// of whom the files show what each way asks for.
    pub(super) fn ways(&self, draft: &mut JourneyDraft) {
        let of = |entry: &Entry| {
            let way = way_to_care(self.journeys, entry, YEARS, LEAD);
            let mut by = NAMES.map(|name| name == way.way.as_str());
            by[EXCLUSIVE..].copy_from_slice(&[way.bounced, way.emergency, way.stuck]);
            let s = way.seen;
            let seen = [s.social_care, s.early_help, s.levels, s.case_at_entry];
            Came { by, seen }
        };
        let mut found = self.of_linked(of, ByWay::add);
        self.complete(&mut found, SpellKind::Care);
        for (key, counts) in found {
            counts.draw(draft, key);
        }
    }

    /// How long the case open at entry had been known, of entrants whose day of entry files of cases
    /// cover.
    pub(super) fn known_days(&self, draft: &mut JourneyDraft) {
        let of = |entry: &Entry| {
            let child = self.journeys.child(entry.child);
            let seen = way_seen(self.journeys, entry, YEARS).case_at_entry;
            seen.then(|| known_band(known_days(&child, entry.day)))
        };
        let add = |counts: &mut ByDays, band: &Option<usize>| {
            counts.linked += 1;
            if let Some(band) = band {
                counts.bands[*band] += 1;
            }
        };
        let mut found = self.of_linked(of, add);
        self.complete(&mut found, SpellKind::Care);
        for (key, counts) in found {
            let whole = (JourneyCount::WaySeen(CASE), counts.bands.iter().sum());
            let (mut total, mut parts) = (0, Vec::new());
            for (at, n) in counts.bands.into_iter().enumerate() {
                let name = (
                    JourneyTable::KnownDays,
                    format!("known_{}_days", KNOWN_BANDS[at]),
                );
                let (all, part) = draft.pair(name, key, whole, (JourneyCount::Known(at), n));
                total = all;
                parts.push(part);
            }
            draft.counts.sum(total, parts);
            let linked = draft.count(key, JourneyCount::Linked, counts.linked, false);
            draft.counts.within(total, linked);
        }
    }
}
