//! The tables of `disparity journeys`, drawn up as counts that are protected together before any
//! line of them is shown.

mod matching;

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{
    Catalogue, DenominatorKind, Dimension, Dimensions, Journeys, Reported, Symbol,
};
use disparity_journeys::{
    CAUSES, CHILDREN_OF, CONTAINED, DURATIONS, Entry, Group, GroupBy, Incidence, KNOWN_BANDS,
    Level as Stage, Pathway, Place, Protected, Protection, Return, TURNOVERS, YearKey, chances,
    counts, known_band, known_days, later_need, returns, transitions, watches, way_to_care,
};
use disparity_stats::{Interval, Level};

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
    /// Children on a plan so many years before.
    OnPlan(usize),
    /// Those in need now.
    InNeed(usize),
    /// Stretches of a level.
    Stretches(usize),
    /// Where they led.
    Led(usize, usize),
    /// Entrants by way to care.
    Way(usize),
    /// Entrants by days known.
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
    pub(super) part: Option<usize>,
    pub(super) chance: Option<Chance>,
}

/// A chance computed from single children: shown only if all of these counts may be.
pub(super) struct Chance {
    found: Incidence,
    from: Vec<usize>,
    rest: usize,
}

impl Chance {
    pub(super) fn shown(&self, safe: &Protected<What>) -> Reported<(f64, Interval)> {
        let open = self.from.iter().all(|at| safe.at(*at).value().is_some());
        if !open || safe.is_small(self.rest) || !safe.is_exact() {
            return Reported::Symbol(Symbol::Confidential);
        }
        match self.found.interval(Level::P95) {
            Ok(ci) if self.found.subjects >= 10 => Reported::Value((self.found.value, ci)),
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
    /// The names of what is measured, each once.
    pub(super) measures: Vec<String>,
    places: BTreeMap<String, usize>,
}

impl Draft {
    pub(super) fn new(dimensions: &Dimensions) -> Self {
        Self {
            counts: Protection::new(dimensions),
            lines: vec![],
            measures: vec![],
            places: BTreeMap::new(),
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
        part: Option<usize>,
        chance: Option<Chance>,
    ) {
        let measure = self.measure(measure);
        self.lines.push(Line {
            table,
            year: key.period.year(),
            authority: key.authority,
            measure,
            group: key.group,
            whole,
            part,
            chance,
        });
    }

    /// What counts of different tables say of each other: some are one count under several names
    /// wherever nothing sets them apart, and some make up another.
    pub(super) fn tie(&mut self) {
        let event = |way: Return| {
            Some(Counted::Events(
                Return::ALL.iter().position(|one| *one == way)?,
            ))
        };
        let watched = |way: Pathway| {
            Some(Counted::Watched(
                Pathway::ALL.iter().position(|one| *one == way)?,
            ))
        };
        let alike: [&[Option<Counted>]; 7] = [
            &[published("referrals"), event(Return::ReReferralFromClosure)],
            &[
                published("cla_started"),
                Some(Counted::Entrants),
                Some(Counted::Linked),
                event(Return::ReEntry),
            ],
            &[
                published("cpp_started"),
                published("cpp_started_children"),
                watched(Pathway::ProtectionToCare),
                event(Return::RepeatPlan2Years),
                event(Return::RepeatPlan5Years),
            ],
            &[
                published("cin_plan_started"),
                watched(Pathway::CinPlanToProtection),
                watched(Pathway::CinPlanToCare),
            ],
            &[
                published("cpp_ended"),
                watched(Pathway::ProtectionToProtection),
            ],
            &[published("cla_ceased"), watched(Pathway::CareToCare)],
            &[published("cla_at_31_march"), Some(Counted::InCareLinked)],
        ];
        let made_up = [
            (
                published("referrals"),
                [
                    published("referrals_no_further_action"),
                    event(Return::ReReferralFurtherAction),
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
            let at = |counted: &Option<Counted>| {
                counts.find(&Place {
                    what: (year, (*counted)?),
                    authority,
                    group,
                })
            };
            let there =
                |list: &[Option<Counted>]| list.iter().filter_map(at).collect::<Vec<usize>>();
            let alike = alike.map(there);
            let made_up = made_up.map(|(whole, parts)| (at(&whole), there(&parts)));
            for list in alike {
                for (at, one) in list.iter().enumerate() {
                    let mut before = list[..at].iter().copied();
                    if let Some(same) = before.find(|other| self.counts.is_same(*other, *one)) {
                        self.counts.alike(same, *one);
                    }
                }
            }
            for (whole, parts) in made_up {
                if whole.is_some() {
                    self.counts.made_up_of(whole, vec![parts]);
                }
            }
        }
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
        self.line(name, key, whole, Some(part), None);
        (whole, part)
    }
}

/// Entrants by year and group, and how many of them are at each place of a list.
type Entrants = BTreeMap<YearKey, (u32, Vec<u32>)>;

/// The count of a published indicator.
fn published(name: &str) -> Option<Counted> {
    disparity_journeys::INDICATORS
        .iter()
        .map(|(known, _)| *known)
        .chain(disparity_journeys::PLAN_INDICATORS)
        .position(|known| known == name)
        .map(Counted::Published)
}

impl Asked<'_> {
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
        for ((way, key), c) in returns(self.journeys, &self.catalogue.dimensions, &self.groups) {
            let at = Return::ALL.iter().position(|w| *w == way).unwrap_or(0);
            // Two of them are published under other names.
            let (events, returned) = match way {
                Return::ReReferral => ("referrals", "rereferrals_within_12_months"),
                Return::RepeatPlanRecorded => ("cpp_started", "cpp_second_or_subsequent"),
                _ => ("", ""),
            };
            draft.pair(
                ("returns", way.as_str().to_owned()),
                key,
                (published(events).unwrap_or(Counted::Events(at)), c.events),
                (
                    published(returned).unwrap_or(Counted::Returned(at)),
                    c.returns,
                ),
            );
        }
    }

    fn later_need(&self, draft: &mut Draft) {
        let dimensions = &self.catalogue.dimensions;
        for years in 1..=5_u8 {
            let at = usize::from(years);
            for (key, c) in later_need(self.journeys, dimensions, years, &self.groups) {
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
        for (key, t) in all {
            let (from, at) = (key.from.as_str(), key.from as usize);
            let key = YearKey {
                authority: key.authority,
                period: key.period,
                group: key.group,
            };
            let whole = (Counted::Stretches(at), t.followed);
            let mut line = |to: usize, measure: String, n: u32| {
                let part = (Counted::Led(at, to), n);
                draft.pair(("transitions", measure), key, whole, part)
            };
            let (mut parts, mut closed) = (Vec::new(), None);
            for (level, n) in Stage::ALL.into_iter().zip(t.to) {
                let measure = format!("{from}_to_{}_within_12_months", level.as_str());
                let (_, part) = line(level as usize, measure, n);
                parts.push(part);
                if level == Stage::Closed {
                    closed = Some(part);
                }
            }
            let (total, stayed) = line(STAYED, format!("{from}_stayed_12_months"), t.stayed);
            parts.push(stayed);
            let measure = format!("{from}_closed_and_reopened_12_months");
            let (_, reopened) = line(REOPENED, measure, t.reopened);
            draft.counts.sum(total, parts);
            if let Some(closed) = closed {
                draft.counts.within(reopened, closed);
            }
        }
    }

    /// Chances by horizon, with what competes.
    fn incidence(&self, draft: &mut Draft) {
        const HORIZONS: [(u8, i32); 4] = [(3, 91), (6, 183), (12, 365), (24, 731)];
        let dimensions = &self.catalogue.dimensions;
        for (at, pathway) in Pathway::ALL.into_iter().enumerate() {
            for (key, mut watched) in watches(self.journeys, dimensions, pathway, &self.groups) {
                let mut before: Option<Vec<usize>> = None;
                for (horizon, (months, days)) in HORIZONS.into_iter().enumerate() {
                    let found = chances(&mut watched, days);
                    let subjects = found[0].subjects;
                    let whole = draft.count(key, Counted::Watched(at), subjects, true);
                    let happened: u32 = found.iter().map(|f| f.events).sum();
                    let parts: Vec<usize> = found
                        .iter()
                        .enumerate()
                        .map(|(cause, f)| {
                            draft.count(key, Counted::Happened(at, horizon, cause), f.events, true)
                        })
                        .collect();
                    let nothing = Counted::Happened(at, horizon, CAUSES.len());
                    let left = subjects.saturating_sub(happened);
                    let rest = draft.count(key, nothing, left, false);
                    let mut all = parts.clone();
                    all.push(rest);
                    draft.counts.sum(whole, all);
                    for (earlier, part) in before.iter().flatten().zip(&parts) {
                        draft.counts.within(*earlier, *part);
                    }
                    for ((cause, found), part) in CAUSES.iter().zip(found).zip(&parts) {
                        let measure =
                            format!("{}_{cause}_within_{months}_months", pathway.as_str());
                        let mut from = parts.clone();
                        from.push(whole);
                        let chance = Chance { found, from, rest };
                        let name = ("incidence", measure);
                        draft.line(name, key, whole, Some(*part), Some(chance));
                    }
                    before = Some(parts);
                }
            }
        }
    }

    /// How many linked entrants each place of a list has, by year and group.
    fn of_entrants(&self, places: usize, of: impl Fn(&Entry) -> Vec<usize>) -> Entrants {
        let mut found: Entrants = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| entry.linked) {
            let own = of(entry);
            for by in self.groups.iter().copied() {
                for authority in [None, Some(entry.authority)] {
                    let key = YearKey {
                        authority,
                        period: entry.period,
                        group: entry.group(by),
                    };
                    let counts = found.entry(key).or_insert_with(|| (0, vec![0; places]));
                    counts.0 += 1;
                    for at in &own {
                        counts.1[*at] += 1;
                    }
                }
            }
        }
        found
    }

    fn ways(&self, draft: &mut Draft) {
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
        let of = |entry: &Entry| {
            let way = way_to_care(self.journeys, entry, 5, 1);
            let at = NAMES.iter().position(|name| *name == way.way.as_str());
            let more = [(way.bounced, 6), (way.emergency, 7), (way.stuck, 8)];
            let more = more.into_iter().filter(|(yes, _)| *yes).map(|(_, at)| at);
            std::iter::once(at.unwrap_or(5)).chain(more).collect()
        };
        for (key, found) in self.of_entrants(NAMES.len(), of) {
            let measure = |at: usize| ("ways", format!("way_{}", NAMES[at]));
            of_list(draft, key, found, Counted::Way, measure, EXCLUSIVE);
        }
    }

    fn known_days(&self, draft: &mut Draft) {
        let of = |entry: &Entry| {
            let child = self.journeys.child(entry.child);
            vec![known_band(known_days(&child, entry.day))]
        };
        for (key, found) in self.of_entrants(KNOWN_BANDS.len(), of) {
            let measure = |at: usize| ("known-days", format!("known_{}_days", KNOWN_BANDS[at]));
            of_list(
                draft,
                key,
                found,
                Counted::Known,
                measure,
                KNOWN_BANDS.len(),
            );
        }
    }

    /// Counts of the published indicators, to reconcile with; authorities only.
    fn published(&self, draft: &mut Draft) {
        let authorities = self.journeys.authorities();
        let place = |area| authorities.iter().position(|a| a.area == Some(area));
        let mut found: BTreeMap<(YearKey, &'static str), usize> = BTreeMap::new();
        for ((name, area, period, stratum), count) in
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
                authority: place(area),
                period,
                group,
            };
            let whole = draft.count(key, counted, count, true);
            draft.line(("published", name.to_owned()), key, whole, None, None);
            found.insert((key, name), whole);
        }
        self.add_parts(draft, &found);
        add_contained(draft, &found);
        add_turnovers(draft, &found);
    }

    /// That a published count which is a part of another leaves a rest, and that the bands of the
    /// durations of plans make up the plans.
    fn add_parts(&self, draft: &mut Draft, found: &BTreeMap<(YearKey, &'static str), usize>) {
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
fn add_contained(draft: &mut Draft, found: &BTreeMap<(YearKey, &'static str), usize>) {
    for (name, of) in CONTAINED {
        for ((key, _), whole) in found.iter().filter(|((_, one), _)| *one == name) {
            let at = |name| found.get(&(*key, name)).copied();
            let parts: Vec<usize> = of.into_iter().filter_map(at).collect();
            for part in parts.iter().copied() {
                draft.counts.within(part, *whole);
            }
            if parts.len() > 1 {
                draft.counts.contained(parts, *whole);
            }
        }
    }
}

/// That stocks of two years and what changed them between add up, and that events are as many as the
/// children they were about where no child had two.
fn add_turnovers(draft: &mut Draft, found: &BTreeMap<(YearKey, &'static str), usize>) {
    let at = |key, name| found.get(&(key, name)).copied();
    let there = |parts: [Option<usize>; 2]| parts.into_iter().flatten().collect::<Vec<usize>>();
    let keys: BTreeSet<YearKey> = found.keys().map(|(key, _)| *key).collect();
    for key in keys {
        for (events, children) in CHILDREN_OF {
            if let (Some(events), Some(children)) = (at(key, events), at(key, children)) {
                draft.counts.sum(events, vec![children]);
            }
        }
        let before = key
            .period
            .earlier(1)
            .map(|period| YearKey { period, ..key });
        for (stock, started, ended, any_point) in TURNOVERS {
            let mut ways = vec![there([at(key, ended), at(key, stock)])];
            // A year that was not counted is no year without anybody; and ages change from one to
            // the next.
            let counted = |before: &YearKey| {
                let group = Group::TOTAL;
                at(YearKey { group, ..*before }, stock).is_some()
                    && key.group.by != GroupBy::Dimension(Dimension::AgeBand)
            };
            if let Some(before) = before.filter(counted) {
                ways.push(there([at(key, started), at(before, stock)]));
            }
            let any_point = any_point.and_then(|name| at(key, name));
            draft.counts.made_up_of(any_point, ways);
        }
    }
}

/// Lines of a list of places, of which the first few exclude each other and make up everyone.
fn of_list(
    draft: &mut Draft,
    key: YearKey,
    (whole, counts): (u32, Vec<u32>),
    counted: fn(usize) -> Counted,
    measure: impl Fn(usize) -> (&'static str, String),
    exclusive: usize,
) {
    let (mut total, mut parts) = (0, Vec::new());
    for (at, n) in counts.into_iter().enumerate() {
        let whole = (Counted::Linked, whole);
        let (all, part) = draft.pair(measure(at), key, whole, (counted(at), n));
        total = all;
        parts.push(part);
    }
    parts.truncate(exclusive);
    draft.counts.sum(total, parts);
}
