//! The tables of `disparity journeys`, drawn up as counts that are protected together before any
//! line of them is shown.

mod matching;
mod published;
mod ways;

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::journeys::SpellKind;
use disparity_core::{Catalogue, Day, Dimensions, Journeys, Period, Reported, Symbol};
use disparity_disclosure::Relations;
use disparity_disclosure::Rule;
use disparity_journeys::{
    CAUSES, Entry, Group, GroupBy, Incidence, Level as Stage, Pathway, Place, Protected,
    Protection, Return, ReturnCounts, Transitions, YearKey, chances, later_need, longest_watch,
    returns, to_digits_borne, transitions, watches,
};
use disparity_stats::{Interval, Level};

pub(super) use matching::ALSO_MATCHED;
use published::published;

/// A count of some table, before it is known whose. Counts that stand in two tables have one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Counted {
    /// Children who entered care.
    Entrants,
    /// Those of them whose records are together.
    Linked,
    /// Entrants by outcome of matching.
    Matched(usize),
    /// Children in care on 31 March.
    InCare,
    /// Those of them whose records are together.
    InCareLinked,
    /// One of the indicators that are published, by its place in their list.
    Published(usize),
    /// Events of a way of coming back.
    Events(usize),
    /// Those that came back.
    Returned(usize),
    /// Events of the way of which it cannot be seen.
    Unseen(usize),
    /// Children on a plan so many years before.
    OnPlan(usize),
    /// Those in need now.
    InNeed(usize),
    /// Stretches of a level.
    Stretches(usize),
    /// Those during which early help is covered.
    StretchesSeen(usize),
    /// Where they led.
    Led(usize, usize),
    /// Those that closed and could be followed from there.
    Closings(usize),
    /// Linked entrants by way to care, as far as is on record.
    Way(usize),
    /// Those of whom so much of the years before is on file.
    WaySeen(usize),
    /// Of these, those who came by a way.
    WayOfSeen(usize),
    /// Those of whom the case at entry is on file, by days known.
    Known(usize),
    /// Watched of a pathway.
    Watched(usize),
    /// What had happened to them by a horizon; the last is nothing.
    Happened(usize, usize, usize),
}

/// A count in a year.
pub(super) type What = (u16, Counted);

/// A line of a table, before it is known what may be shown.
pub(super) struct Line {
    pub(super) table: &'static str,
    pub(super) year: u16,
    pub(super) authority: Option<usize>,
    /// Position of its name.
    pub(super) measure: usize,
    pub(super) group: Group,
    pub(super) whole: usize,
    pub(super) figure: Figure,
}

/// What a line says of its whole.
pub(super) enum Figure {
    /// How many there are.
    Count,
    /// A part of them, and its share.
    Share(usize),
    /// A part of them so far, and the chance of it.
    Chance(usize, Chance),
    /// Nothing: it cannot be told, of whatever children there are.
    Untold,
}

/// A chance computed from single children: shown only if all of these counts may be.
pub(super) struct Chance {
    /// None where nobody was watched so long.
    found: Option<disparity_journeys::Chance>,
    /// To how many each cause had happened.
    of_cause: Vec<usize>,
    rest: usize,
}

impl Chance {
    /// Of a part of the watched, who are the whole.
    pub(super) fn shown(
        &self,
        part: usize,
        whole: usize,
        safe: &Protected<What>,
    ) -> Reported<(f64, Interval)> {
        let count = |at: usize| safe.at(at).value().map(f64::from);
        let happened: Option<f64> = self.of_cause.iter().map(|at| count(*at)).sum();
        let (Some(happened), Some(own), Some(watched)) = (happened, count(part), count(whole))
        else {
            return Reported::Symbol(Symbol::Confidential);
        };
        if safe.is_small(self.rest) || !safe.is_exact() {
            return Reported::Symbol(Symbol::Confidential);
        }
        let Some(found) = self.found else {
            return Reported::Symbol(Symbol::NotAvailable);
        };
        match found.interval(Level::P95) {
            Ok(ci) if found.effective >= 10.0 => {
                let told = (found.value, ci);
                if safe.settings().withhold_to == 0 {
                    return Reported::Value(told);
                }
                // It had happened to so many, and something else to so many others.
                let certain = (own / watched, 1.0 - (happened - own) / watched);
                Reported::Value(to_digits_borne(told, watched, certain))
            }
            _ => Reported::Symbol(Symbol::Unreliable),
        }
    }
}

/// Everything that a table is made with.
pub(super) struct Asked<'a> {
    pub(super) journeys: &'a Journeys,
    pub(super) catalogue: &'a Catalogue,
    pub(super) groups: Vec<GroupBy>,
    pub(super) together: bool,
    pub(super) entries: Vec<Entry>,
}

/// Lines of every table asked for, and the counts in them.
pub(super) struct Draft {
    pub(super) counts: Protection<What>,
    pub(super) lines: Vec<Line>,
    /// Published counts of a year of which the returns cover a part: no count is there, and a symbol is
    /// shown in its place.
    pub(super) absent: Vec<(YearKey, usize)>,
    /// The names of what is measured, each once.
    pub(super) measures: Vec<String>,
    places: BTreeMap<String, usize>,
    settings: Rule,
}

impl Draft {
    pub(super) fn new(dimensions: &Dimensions, settings: Rule) -> Self {
        Self {
            counts: Protection::new(dimensions),
            lines: vec![],
            absent: vec![],
            measures: vec![],
            places: BTreeMap::new(),
            settings,
        }
    }

    fn measure(&mut self, name: String) -> usize {
        if let Some(at) = self.places.get(&name) {
            return *at;
        }
        self.measures.push(name.clone());
        *self.places.entry(name).or_insert(self.measures.len() - 1)
    }

    fn count(&mut self, key: YearKey, counted: Counted, n: u32, published: bool) -> usize {
        let place = Place {
            what: (key.period.year(), counted),
            authority: key.authority,
            group: key.group,
        };
        self.counts.count(place, n, published)
    }

    fn line(
        &mut self,
        (table, measure): (&'static str, String),
        key: YearKey,
        whole: usize,
        figure: Figure,
    ) {
        let measure = self.measure(measure);
        self.lines.push(Line {
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
    fn pair(
        &mut self,
        name: (&'static str, String),
        key: YearKey,
        whole: (Counted, u32),
        part: (Counted, u32),
    ) -> (usize, usize) {
        let whole = self.count(key, whole.0, whole.1, true);
        let part = self.count(key, part.0, part.1, true);
        self.counts.within(part, whole);
        self.counts.share(part, whole);
        self.line(name, key, whole, Figure::Share(part));
        (whole, part)
    }
}

impl Asked<'_> {
    /// Adds the places of a table in which there is nobody: every group, in all years of the table and
    /// every authority whose files cover the year, or a part of it in which there is somebody. Without
    /// them a row that is there would say that somebody is in it.
    fn complete<C: Default>(&self, found: &mut BTreeMap<YearKey, C>, kind: SpellKind) {
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

    pub(super) fn table(&self, name: &str, draft: &mut Draft) {
        match name {
            "returns" => self.returns(draft),
            "later-need" => self.later_need(draft),
            "transitions" => self.transitions(draft),
            "incidence" => self.incidence(draft),
            "ways" => self.ways(draft),
            "known-days" => self.known_days(draft),
            "matching" => self.matching(draft),
            _ => self.published(draft),
        }
    }

    fn returns(&self, draft: &mut Draft) {
        let mut ways: BTreeMap<Return, BTreeMap<YearKey, ReturnCounts>> = BTreeMap::new();
        // Everyone, asked for or not: of them it is decided what is told.
        let everyone = [GroupBy::Total].into_iter();
        let groups: BTreeSet<GroupBy> = everyone.chain(self.groups.iter().copied()).collect();
        let groups: Vec<GroupBy> = groups.into_iter().collect();
        for ((way, key), c) in returns(self.journeys, &self.catalogue.dimensions, &groups) {
            ways.entry(way).or_default().insert(key, c);
        }
        for (way, mut found) in ways {
            self.complete(&mut found, way.of());
            found.retain(|key, _| self.is_measured(way, *key));
            self.returns_of(way, &found, draft);
        }
    }

    fn is_measured(&self, way: Return, key: YearKey) -> bool {
        let mut all = self.journeys.authorities().iter().enumerate();
        all.any(|(at, one)| {
            key.authority.is_none_or(|own| own == at) && way.is_measured(&one.coverage, key.period)
        })
    }

    fn returns_of(&self, way: Return, found: &BTreeMap<YearKey, ReturnCounts>, draft: &mut Draft) {
        let at = Return::ALL.iter().position(|w| *w == way).unwrap_or(0);
        for (key, c) in found {
            let key = *key;
            // Two of them are published under other names.
            let (events, returned) = match way {
                Return::ReReferral => ("referrals", "rereferrals_within_12_months"),
                Return::RepeatPlanRecorded => ("", "cpp_second_or_subsequent"),
                _ => ("", ""),
            };
            let events = published(events).unwrap_or(Counted::Events(at));
            let returned = published(returned).unwrap_or(Counted::Returned(at));
            // Told or not of all groups alike, or what is told would say something of a group.
            let everyone = YearKey {
                group: Group::TOTAL,
                ..key
            };
            let told = found.get(&everyone).is_some_and(ReturnCounts::stands);
            let asked = self.groups.contains(&key.group.by);
            let whole = draft.count(key, events, c.events, asked);
            // Those that are not told may add up to others that are.
            let part = draft.count(key, returned, c.returns, asked && told);
            draft.counts.within(part, whole);
            draft.counts.share(part, whole);
            if key == everyone {
                // Whether it is told says of which there are more: a sum as any other.
                let unseen = draft.count(key, Counted::Unseen(at), c.unseen, false);
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
                draft.line(("returns", way.as_str().to_owned()), key, whole, figure);
            }
        }
    }

    fn later_need(&self, draft: &mut Draft) {
        let dimensions = &self.catalogue.dimensions;
        for years in 1..=5_u8 {
            let at = usize::from(years);
            let mut found = later_need(self.journeys, dimensions, years, &self.groups);
            self.complete(&mut found, SpellKind::ProtectionPlan);
            for (key, c) in found {
                draft.pair(
                    ("later-need", format!("in_need_{years}_years_after_plan")),
                    key,
                    (Counted::OnPlan(at), c.children),
                    (Counted::InNeed(at), c.in_need),
                );
            }
        }
    }

    fn transitions(&self, draft: &mut Draft) {
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
            let whole = (Counted::Stretches(at), t.followed);
            let seen = (Counted::StretchesSeen(at), t.early_help_seen);
            let (mut parts, mut closed) = (Vec::new(), None);
            for (level, n) in Stage::ALL.into_iter().zip(t.to) {
                let measure = format!("{from}_to_{}_within_12_months", level.as_str());
                let part = (Counted::Led(at, level as usize), n);
                // Whether early help followed is seen only where early help is covered.
                let of = if level == Stage::EarlyHelp {
                    seen
                } else {
                    whole
                };
                let (of, part) = draft.pair(("transitions", measure), key, of, part);
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
            let part = (Counted::Led(at, STAYED), t.stayed);
            let (total, stayed) = draft.pair(("transitions", measure), key, whole, part);
            parts.push(stayed);
            draft.counts.sum(total, parts);
            let measure = format!("{from}_closed_and_reopened_12_months");
            let closings = (Counted::Closings(at), t.closings);
            let part = (Counted::Led(at, REOPENED), t.reopened);
            let (closings, _) = draft.pair(("transitions", measure), key, closings, part);
            if let Some(closed) = closed {
                draft.counts.within(closings, closed);
            }
        }
    }

    /// Chances by horizon, with what competes.
    fn incidence(&self, draft: &mut Draft) {
        const HORIZONS: [(u8, i32); 4] = [(3, 91), (6, 183), (12, 365), (24, 731)];
        let dimensions = &self.catalogue.dimensions;
        for (at, pathway) in Pathway::ALL.into_iter().enumerate() {
            let mut found = watches(self.journeys, dimensions, pathway, &self.groups);
            self.complete(&mut found, pathway.of());
            let mut longest = BTreeMap::new();
            for (key, mut watched) in found {
                // Whether anyone could be watched so long: of all groups alike, and of no child.
                let longest = *longest
                    .entry((key.authority, key.period))
                    .or_insert_with(|| {
                        longest_watch(self.journeys, pathway, key.authority, key.period)
                    });
                let mut before: Option<Vec<usize>> = None;
                for (horizon, (months, days)) in HORIZONS.into_iter().enumerate() {
                    let found = chances(&mut watched, days);
                    let whole = draft.count(key, Counted::Watched(at), found[0].subjects, true);
                    let name = |cause: &str| {
                        let measure =
                            format!("{}_{cause}_within_{months}_months", pathway.as_str());
                        ("incidence", measure)
                    };
                    let told = longest.is_some_and(|longest| longest >= days);
                    let parts = happened(draft, key, (at, horizon), (whole, told), &found);
                    for (earlier, part) in before.iter().flatten().zip(&parts.of_cause) {
                        draft.counts.within(*earlier, *part);
                    }
                    for ((cause, found), part) in CAUSES.iter().zip(found).zip(&parts.of_cause) {
                        let of_cause = parts.of_cause.clone();
                        let (found, rest) = (found.chance, parts.rest);
                        let figure = if told {
                            Figure::Chance(
                                *part,
                                Chance {
                                    found,
                                    of_cause,
                                    rest,
                                },
                            )
                        } else {
                            Figure::Untold
                        };
                        draft.line(name(cause), key, whole, figure);
                    }
                    before = Some(parts.of_cause);
                }
            }
        }
    }
}

/// Where counts of what had happened to the watched by a horizon stand.
struct Happened {
    of_cause: Vec<usize>,
    /// Those to whom nothing had happened as far as they were watched.
    rest: usize,
}

/// Adds the counts of what had happened to the watched of a pathway by a horizon. They are counts to
/// protect even where they are not told, as those of others that are told may add up to them.
fn happened(
    draft: &mut Draft,
    key: YearKey,
    (pathway, horizon): (usize, usize),
    (whole, told): (usize, bool),
    found: &[Incidence],
) -> Happened {
    let mut left = found.first().map_or(0, |found| found.subjects);
    let mut of_cause = Vec::new();
    for (cause, found) in found.iter().enumerate() {
        left = left.saturating_sub(found.events);
        let counted = Counted::Happened(pathway, horizon, cause);
        of_cause.push(draft.count(key, counted, found.events, told));
    }
    let nothing = Counted::Happened(pathway, horizon, CAUSES.len());
    let rest = draft.count(key, nothing, left, false);
    let all = of_cause.iter().copied().chain([rest]).collect();
    draft.counts.sum(whole, all);
    // To how many a cause did not happen may be a few of several causes together.
    let subjects = found.first().map_or(0, |found| found.subjects);
    for (part, found) in of_cause.iter().zip(found) {
        let rest = subjects - found.events;
        let all = draft.settings.hide_zeros && rest == 0;
        if all || draft.settings.threshold().is_small(rest) {
            draft.counts.within(*part, whole);
        }
        draft.counts.share(*part, whole);
    }
    Happened { of_cause, rest }
}
