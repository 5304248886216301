//! The published indicators counted from returns, and how they hang together over years and tables.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::answers::{Figure, Group, GroupBy, JourneyCount, JourneyTable, Place, YearKey};
use disparity_core::{DenominatorKind, Dimension, Relations};

use super::{AskedOfJourneys, JourneyDraft};
use crate::indicators::{
    CHILDREN_OF, DURATIONS, INDICATORS, PLAN_INDICATORS, SUBSETS, TURNOVERS, counts, part_years,
};
use crate::pathways::Pathway;
use crate::recurrence::Recurrence;

/// The count of a published indicator.
pub(super) fn published(name: &str) -> Option<JourneyCount> {
    INDICATORS
        .iter()
        .map(|(known, _)| *known)
        .chain(PLAN_INDICATORS)
        .position(|known| known == name)
        .map(JourneyCount::Published)
}

fn event(way: Recurrence) -> Option<JourneyCount> {
    let at = Recurrence::ALL.iter().position(|one| *one == way)?;
    Some(JourneyCount::Events(at))
}

fn watched(way: Pathway) -> Option<JourneyCount> {
    let at = Pathway::ALL.iter().position(|one| *one == way)?;
    Some(JourneyCount::Watched(at))
}

/// Events of which it can be seen whether they are a return, and all events of that year, which may be
/// more.
fn partly_seen() -> [(Recurrence, Option<JourneyCount>); 4] {
    [
        (Recurrence::ReReferralFromClosure, published("referrals")),
        (Recurrence::RepeatPlanRecorded, published("cpp_started")),
        (
            Recurrence::RepeatPlanRecorded,
            event(Recurrence::RepeatPlan2Years),
        ),
        (Recurrence::ReEntry, event(Recurrence::ReEntry12Months)),
    ]
}

fn unseen(way: Recurrence) -> Option<JourneyCount> {
    let at = Recurrence::ALL.iter().position(|one| *one == way)?;
    Some(JourneyCount::Unseen(at))
}

impl JourneyDraft {
    /// What counts of different tables say of each other: some are one count under several names
    /// wherever nothing sets them apart, and some make up another.
    pub(super) fn relate_tables(&mut self) {
        let alike: [&[Option<JourneyCount>]; 7] = [
            &[
                published("referrals"),
                event(Recurrence::ReReferralFromClosure),
            ],
            &[
                published("cla_started"),
                Some(JourneyCount::Entrants),
                Some(JourneyCount::Linked),
                event(Recurrence::ReEntry12Months),
                event(Recurrence::ReEntry),
            ],
            &[
                published("cpp_started"),
                published("cpp_started_children"),
                watched(Pathway::ProtectionToCare),
                event(Recurrence::RepeatPlanRecorded),
                event(Recurrence::RepeatPlan2Years),
                event(Recurrence::RepeatPlan5Years),
            ],
            &[
                published("cin_plan_started"),
                watched(Pathway::CinPlanToProtection),
                watched(Pathway::CinPlanToCare),
            ],
            &[
                published("cpp_ended"),
                published("cpp_ended_children"),
                watched(Pathway::ProtectionToProtection),
            ],
            &[published("cla_ceased"), watched(Pathway::CareToCare)],
            &[
                published("cla_at_31_march"),
                Some(JourneyCount::InCareLinked),
            ],
        ];
        let partitions = [
            (
                published("referrals"),
                [
                    published("referrals_no_further_action"),
                    event(Recurrence::ReReferralFurtherAction),
                ],
            ),
            (
                watched(Pathway::ClosureToReferral),
                [
                    published("cin_ended_episodes"),
                    published("referrals_not_in_need"),
                ],
            ),
        ];
        let lines = self.lines.iter();
        let places: BTreeSet<(u16, Option<usize>, Group)> = lines
            .map(|line| (line.year, line.authority, line.group))
            .collect();
        for (year, authority, group) in places {
            let counts = &self.counts;
            let at = |counted: &Option<JourneyCount>| {
                counts.find(&Place {
                    what: (year, (*counted)?),
                    authority,
                    group,
                })
            };
            let there =
                |list: &[Option<JourneyCount>]| list.iter().filter_map(at).collect::<Vec<usize>>();
            let alike = alike.map(there);
            let partitions = partitions.map(|(whole, parts)| (at(&whole), there(&parts)));
            let seen = partly_seen().map(|(part, whole)| {
                let rest = at(&unseen(part));
                at(&event(part)).zip(at(&whole)).map(|found| (found, rest))
            });
            for list in alike {
                for (at, one) in list.iter().enumerate() {
                    let mut before = list[..at].iter().copied();
                    if let Some(same) = before.find(|other| self.counts.is_same(*other, *one)) {
                        self.counts.alike(same, *one);
                    }
                }
            }
            for ((part, whole), rest) in seen.into_iter().flatten() {
                if let Some(rest) = rest {
                    self.counts.sum(whole, vec![part, rest]);
                }
                if !self.counts.is_same(part, whole) {
                    self.counts.within(part, whole);
                }
            }
            for (whole, parts) in partitions {
                if whole.is_some() {
                    self.counts.made_up_of(whole, vec![parts]);
                }
            }
        }
    }
}

impl AskedOfJourneys<'_> {
    /// Counts of the published indicators, to reconcile with; authorities only.
    pub(super) fn published(&self, draft: &mut JourneyDraft) {
        let mut found: BTreeMap<(YearKey, &'static str), usize> = BTreeMap::new();
        for ((name, authority, period, stratum), count) in
            counts(self.journeys, &self.catalogue.dimensions)
        {
            let group = match stratum.only() {
                None => Group::TOTAL,
                Some(dimension) => Group {
                    by: GroupBy::Dimension(dimension),
                    code: stratum.get(dimension).0,
                },
            };
            let Some(counted) = published(name).filter(|_| self.groups.contains(&group.by)) else {
                continue;
            };
            let key = YearKey {
                authority: Some(authority),
                period,
                group,
            };
            let whole = draft.count(key, counted, count, true);
            draft.line(
                (JourneyTable::Published, name.to_owned()),
                key,
                whole,
                Figure::Count,
            );
            found.insert((key, name), whole);
        }
        for part in part_years(self.journeys) {
            let key = YearKey {
                authority: Some(part.authority),
                period: part.period,
                group: Group::TOTAL,
            };
            for name in part.indicators() {
                let measure = draft.measure(name.to_owned());
                draft.absent.push((key, measure));
            }
        }
        self.add_parts(draft, &found);
        add_subsets(draft, &found);
        add_turnovers(draft, &found);
    }

    /// That a published count which is a part of another leaves a rest, and that the bands of the
    /// durations of plans make up the plans.
    fn add_parts(
        &self,
        draft: &mut JourneyDraft,
        found: &BTreeMap<(YearKey, &'static str), usize>,
    ) {
        let indicators = &self.catalogue.indicators;
        let whole_of = |name: &str| match indicators.get(indicators.id(name)?).denominator {
            DenominatorKind::Indicator(id) => Some(indicators.get(id).name.as_str()),
            DenominatorKind::Children0To17 => None,
        };
        let band_of = |name: &str| {
            let mut durations = DURATIONS.iter();
            durations.find_map(|(whole, bands)| bands.contains(&name).then_some(*whole))
        };
        let mut bands: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for ((key, name), part) in found {
            let Some(name_of_whole) = band_of(name).or_else(|| whole_of(name)) else {
                continue;
            };
            let Some(whole) = found.get(&(*key, name_of_whole)).copied() else {
                continue;
            };
            draft.counts.within(*part, whole);
            if band_of(name).is_some() {
                bands.entry(whole).or_default().push(*part);
            }
        }
        for (whole, parts) in bands {
            draft.counts.sum(whole, parts);
        }
    }
}

/// That counts which contain others leave something beside each of them, and beside all.
fn add_subsets(draft: &mut JourneyDraft, found: &BTreeMap<(YearKey, &'static str), usize>) {
    for (name, of) in SUBSETS {
        for ((key, _), whole) in found.iter().filter(|((_, one), _)| *one == name) {
            let at = |name| found.get(&(*key, name)).copied();
            let parts: Vec<usize> = of.into_iter().filter_map(at).collect();
            draft.counts.subset(parts, *whole);
        }
    }
}

/// That stocks of two years and what changed them between add up, and that events are as many as the
/// children they were about or more.
fn add_turnovers(draft: &mut JourneyDraft, found: &BTreeMap<(YearKey, &'static str), usize>) {
    let at = |key, name| found.get(&(key, name)).copied();
    let keys: BTreeSet<YearKey> = found.keys().map(|(key, _)| *key).collect();
    for key in keys {
        for (events, children) in CHILDREN_OF {
            if let (Some(events), Some(children)) = (at(key, events), at(key, children)) {
                draft.counts.events(events, children);
            }
        }
        let before = key
            .period
            .earlier(1)
            .map(|period| YearKey { period, ..key });
        for (stock, started, ended, any_point) in TURNOVERS {
            // A year that was not counted is no year without anybody; and ages change from one to
            // the next.
            let counted = |before: &YearKey| {
                let group = Group::TOTAL;
                at(YearKey { group, ..*before }, stock).is_some()
                    && key.group.by != GroupBy::Dimension(Dimension::AgeBand)
            };
            let before = before.filter(counted);
            let came = before.map(|before| [at(key, started), at(before, stock)]);
            let went = [at(key, ended), at(key, stock)];
            let any_point = any_point.and_then(|name| at(key, name));
            draft.counts.stock_flow(any_point, went, came);
        }
    }
}
