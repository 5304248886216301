//! The tables of `disparity journeys`, drawn up as counts that are protected together before any
//! line of them is shown.

mod matching;
mod published;

use std::collections::BTreeMap;

use disparity_core::disclosure::suppress::Ties;
use disparity_core::{Catalogue, Dimensions, Journeys, Reported, Symbol};
use disparity_journeys::{
    CAUSES, Entry, Group, GroupBy, Incidence, KNOWN_BANDS, Level as Stage, Pathway, Place,
    Protected, Protection, Return, YearKey, chances, known_band, known_days, later_need, returns,
    transitions, watches, way_to_care,
};
use disparity_stats::{Interval, Level};

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
    /// Published counts of a year of which the returns cover a part: no count is there, and a symbol is
    /// shown in its place.
    pub(super) absent: Vec<(YearKey, usize)>,
    /// The names of what is measured, each once.
    pub(super) measures: Vec<String>,
    places: BTreeMap<String, usize>,
}

impl Draft {
    pub(super) fn new(dimensions: &Dimensions) -> Self {
        Self {
            counts: Protection::new(dimensions),
            lines: vec![],
            absent: vec![],
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
